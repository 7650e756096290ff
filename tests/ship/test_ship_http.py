"""Shipping as clerks and buyers meet it, over HTTP, against the real program: test_ship_http.py
GUILDHALL"""
import io
import pathlib
import re
import subprocess
import sys
import unittest
import uuid
import xml.etree.ElementTree as ET
import zipfile
from urllib.parse import quote

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, RIVALS = 3, 4
HTML = {"Accept": "text/html", "Accept-Language": "en"}


def text_of(pdf):
    """What a reader of the PDF gets, page by page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def texts_of(xlsx):
    """All texts of a workbook's shared strings."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as z:
        root = ET.fromstring(z.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in si.iter() if t.tag.endswith("}t")) for si in root]


class Ship(TownCase):
    program, options = PROGRAM, {"buyers": 2, "users": (("loner", "factory", "maker-two"),)}

    @classmethod
    def fill(cls, db):
        db.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE login = 'loner')")  # dismissed

    def setUp(self):
        super().setUp()
        self.buyer, self.maker = self.client("buyer0"), self.client("maker")
        self.rival, self.office = self.client("rival"), self.client("office")
        carrier = {"code": "celadon", "name_zh": "青瓷速运", "name_en": "Celadon Express",
                   "number_min": 6, "number_max": 8, "position": 1, "is_digits": 1, "is_on": 1}
        self.assertEqual(self.office.post("/ship/carriers", carrier)[0], 200)

    def paid(self, sku=MANY, quantity=1, buyer=None):
        buyer = buyer or self.buyer
        status, body = buyer.post("/orders", {"sku": sku, "quantity": quantity, **RECEIVER},
                                  uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        self.assertEqual(buyer.post(f"/cashier/{body['order']['id']}")[0], 200)
        return body["order"]["id"]

    def order(self, order, client=None):
        return (client or self.buyer).get(f"/orders/{order}")[1]["order"]

    def number(self):
        return str(uuid.uuid4().int % 90000000 + 10000000)

    def send(self, order, number, carrier="celadon", client=None, **more):
        return (client or self.maker).post("/factory/shipping/send", {
            "order": order, "carrier": carrier, "number": number, **more})

    def bring(self, rows, titles="订单,承运方,运单号", client=None):
        text = "\n".join([titles] + [",".join(map(str, row)) for row in rows]) + "\n"
        headers, body = form(("sheet", "waybills.csv", text.encode()))
        return (client or self.maker).request("POST", "/factory/shipping/import", body, headers)

    def test_a_typed_number_ships_the_order(self):
        order, number = self.paid(quantity=2), self.number()
        listed = {o["id"]: o for o in self.maker.get("/factory/shipping")[1]["orders"]}
        self.assertEqual(listed[order]["lines"][0]["quantity"], 2)
        self.assertEqual(self.maker.post("/factory/shipping/pack", {"order": [order]})[0], 200)
        self.assertEqual(self.order(order)["status"], "packed")
        self.assertEqual(self.maker.post("/factory/shipping/pack", {"order": [order]})[0], 200)
        for wrong, field in ((("x" * 8, "celadon"), "number"), (("12345", "celadon"), "number"),
                             ((number, "nobody"), "carrier")):
            status, body = self.send(order, *wrong)
            self.assertEqual((status, body["field"]), (409, field), wrong)
        page = self.maker.post("/factory/shipping/send", {"order": order, "carrier": "celadon", "number": "QC12"}, headers=HTML)[1]
        self.assertIn('value="QC12" aria-invalid="true"', page)  # in its row, with what was typed,
        self.assertIn("Celadon Express: 6 to 8 digits", page)  # and what is wanted
        status, body = self.send(order, f" {number[:4]} {number[4:]} ")
        self.assertEqual(status, 200, body)
        seen = self.order(order)
        self.assertEqual(seen["status"], "shipped")
        self.assertEqual([(p["carrier"], p["number"]) for p in seen["parcels"]],
                         [("青瓷速运", number)])
        self.assertEqual(self.send(order, self.number())[0], 409)  # shipped already
        self.assertEqual(self.send(self.paid(), number)[1]["field"], "number")  # used
        second = self.number()
        self.assertEqual(self.send(order, second, further=1)[0], 200)
        self.assertEqual(len(self.order(order)["parcels"]), 2)

    def test_a_further_parcel_is_of_an_order_that_is_on_its_way(self):
        order = self.paid()
        status, body = self.send(order, self.number(), further=1)
        self.assertEqual((status, body["field"], self.order(order)["status"]), (409, "order", "paid"))

    def test_a_number_is_as_its_carrier_says(self):
        hill = {"code": "hill", "name_zh": "山路", "name_en": "Hill", "number_min": 4, "number_max": 9, "position": 2, "is_on": 1}
        self.assertEqual(self.office.post("/ship/carriers", hill)[0], 200)
        order = self.paid()
        for number, carrier in (("1" * 9, "celadon"), ("1" * 5, "celadon"), ("12345A", "celadon"), ("12-3456", "celadon"),
                                ("HILL*12", "hill"), ("山12345", "hill"), ("HIL", "hill"), ("H" * 10, "hill"), ("", "hill")):
            status, body = self.send(order, number, carrier)
            self.assertIn((status, body["field"]), ((409, "number"), (422, "number")), number)
        self.assertEqual(self.send(order, "hill-" + self.number()[:4], "hill")[0], 200)

    def test_packing_is_the_makers(self):
        order = self.paid()
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.rival, 404), (self.office, 403)):
            self.assertEqual(client.post("/factory/shipping/pack", {"order": [order]})[0], status)
        self.assertEqual(self.order(order)["status"], "paid")
        status, body = self.send(order, self.number(), client=self.rival)
        self.assertEqual((status, body["field"], self.order(order)["status"]), (409, "order", "paid"))

    def test_a_slip_and_a_waybill_are_scanned(self):
        order, number = self.paid(), self.number()
        table = "/factory/shipping/scan"
        body = self.maker.get(f"{table}?order=https://town.example/orders/{order}&carrier=celadon")[1]
        self.assertEqual((body["order"]["id"], body["order"]["lines"][0]["quantity"]), (order, 1))
        self.assertEqual([c["code"] for c in body["carriers"] if c["is_chosen"]], ["celadon"])
        for wrong in ("0", "-1", "x", "999999", "https://town.example/orders/", str(self.paid(RIVALS)), "9" * 40):
            body = self.maker.get(f"{table}?order={wrong}", headers={"Accept-Language": "en"})[1]
            self.assertEqual((body.get("order"), body["problem"]), (None, "There is no such order"), wrong)
        wrong = {"order": order, "carrier": "celadon", "number": "1"}
        status, page = self.maker.post(table, wrong, headers=HTML)
        self.assertEqual(status, 409)
        self.assertIn(f'name="order" value="{order}"', page)  # it stays on the table
        self.assertEqual(self.maker.post(table, {**wrong, "number": ""})[0], 422)
        self.assertEqual(self.maker.post(table, {**wrong, "order": "x", "number": number})[1]["field"], "order")
        self.assertEqual(self.maker.post(table, {**wrong, "carrier": "none", "number": number})[1]["field"], "carrier")
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.rival, 409), (self.client("loner"), 403)):
            self.assertEqual(client.post(table, {**wrong, "number": number})[0], status)
        self.assertEqual(self.order(order)["status"], "paid")
        self.assertEqual(self.maker.post(table, {**wrong, "number": number}, headers=HTML)[0], 303)
        self.assertEqual(self.maker.headers["Location"], f"{table}?carrier=celadon&sent={order}")
        page = self.maker.get(self.maker.headers["Location"], headers=HTML)[1]
        self.assertIn(f'href="/orders/{order}"', page)  # the next one, and which went
        self.assertEqual([p["number"] for p in self.order(order)["parcels"]], [number])
        body = self.maker.get(f"{table}?order={order}", headers={"Accept-Language": "en"})[1]
        self.assertEqual(body["problem"], "This order has been shipped")
        self.assertEqual(self.maker.post(table, {**wrong, "number": self.number()})[1]["field"], "order")

    def test_a_carrier_that_was_typed_by_its_name(self):
        for name, code in (("青瓷速运", "celadon"), ("\r\n other ", "other")):
            order = self.paid()
            scanned = {"order": order, "carrier": name, "number": self.number()}
            self.assertEqual(self.maker.post("/factory/shipping/scan", scanned, headers=HTML)[0], 303, code)
            self.assertEqual(self.maker.headers["Location"],
                             f"/factory/shipping/scan?carrier={quote(name, safe='')}&sent={order}")

    def test_a_maker_without_a_factory_ships_nothing(self):
        order, loner = self.paid(), self.client("loner")
        self.assertEqual(loner.get("/factory/shipping")[0], 403)
        self.assertEqual(loner.post("/factory/shipping/pack", {"order": [order]})[0], 403)
        self.assertEqual(self.send(order, self.number(), client=loner)[0], 403)

    def test_the_last_parcel_to_arrive_sets_the_clock(self):
        order = self.paid()
        for _ in range(2):
            self.assertEqual(self.send(order, self.number(), further=int(_ > 0) or "")[0], 200)
        first = self.order(order)
        one, two = (p["id"] for p in first["parcels"])
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.rival, 404)):
            self.assertEqual(client.post(f"/parcels/{one}/arrived")[0], status)
        self.assertEqual(self.maker.post(f"/parcels/{one}/arrived")[0], 200)
        self.assertEqual(self.order(order)["auto_at"], first["auto_at"])
        self.assertEqual(self.office.post(f"/parcels/{two}/arrived")[0], 200)
        self.assertLess(self.order(order)["auto_at"], first["auto_at"])
        status, body = self.buyer.post(f"/orders/{order}/receive")
        self.assertEqual((status, body["order"]["status"]), (200, "received"))
        self.assertEqual(self.maker.post(f"/parcels/{two}/arrived")[0], 409)

    def test_a_sheet_is_taken_as_a_whole_or_not_at_all(self):
        orders = [self.paid() for _ in range(3)]
        theirs, shipped = self.paid(RIVALS), self.paid()
        used, numbers = self.number(), [self.number() for _ in range(4)]
        self.assertEqual(self.send(shipped, used)[0], 200)
        rows = [(orders[0], "青瓷速运", numbers[0]), (99999, "celadon", numbers[1]),
                (theirs, "celadon", numbers[1]), (shipped, "celadon", numbers[1]),
                (orders[1], "celadon", used), (orders[1], "nobody", numbers[1]),
                (orders[1], "Celadon Express", numbers[0]), (orders[1], "celadon", "12"),
                (orders[2], "celadon", ""), ("x", "celadon", numbers[2])]
        status, body = self.bring(rows)
        self.assertEqual(status, 200, body)
        sheet = body["sheet"]["id"]
        problems = [line["problem"] for line in body["lines"]]
        self.assertIsNone(problems[0])
        self.assertEqual(len(problems), 9)  # the row without a number is passed over
        self.assertTrue(all(problems[1:]), problems)
        self.assertEqual(problems[1], problems[2])  # another maker's is as one that there is not
        status, body = self.maker.post(f"/factory/shipping/imports/{sheet}/take")
        self.assertEqual((status, body["error"], body["limit"]), (409, "conflict", 8))
        self.assertEqual(self.order(orders[0])["status"], "paid")
        status, body = self.bring([(orders[0], "celadon", numbers[0]),
                                   (orders[1], "celadon", numbers[1]),
                                   (orders[1], "", "BOX-7777")],
                                  titles="Order,Carrier,Tracking number")
        self.assertEqual((status, body["sheet"]["problems"]), (200, 0), body)
        path = f"/factory/shipping/imports/{body['sheet']['id']}"
        self.assertEqual(self.rival.get(path)[0], 404)
        self.assertEqual(self.rival.post(path + "/take")[0], 404)
        self.assertEqual(self.buyer.get(path)[0], 403)
        for _ in range(2):  # twice is once
            self.assertEqual(self.maker.post(path + "/take")[0], 200)
        self.assertEqual([self.order(o)["status"] for o in orders], ["shipped", "shipped", "paid"])
        self.assertEqual([len(self.order(o)["parcels"]) for o in orders], [1, 2, 0])
        self.assertTrue(self.maker.get(path)[1]["sheet"]["is_taken"])

    def test_what_changed_since_the_sheet_was_read_is_seen_when_it_is_taken(self):
        order = self.paid()
        path = f"/factory/shipping/imports/{self.bring([(order, 'celadon', self.number())])[1]['sheet']['id']}"
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        status, page = self.maker.post(path + "/take", {}, headers=HTML)
        self.assertEqual(status, 409)
        self.assertIn("not to be shipped", page)
        self.assertEqual(self.order(order)["status"], "refunded")

    def test_files_that_are_no_sheet_of_waybills(self):
        messages = []
        for text in (b"", b"a,b\n1,2\n", b"\x00\x01\x02", "订单,运单号\n".encode(),
                     "订单,运单号\n1,\n".encode(), b"PK\x03\x04rubbish"):
            headers, body = form(("sheet", "x.xlsx", text))
            status, answer = self.maker.request("POST", "/factory/shipping/import", body, headers)
            self.assertEqual((status, answer["field"]), (422, "sheet"), text)
            messages.append(answer["message"])
        self.assertEqual(len(set(messages)), 5, messages)  # two of them are sheets with nothing in
        many = [(1, "celadon", i + 100000) for i in range(2001)]
        status, body = self.bring(many)
        self.assertEqual((status, body["error"]), (413, "too_large"))
        headers, body = form(("sheet", "x.csv", "订单,运单号\n1,123456\n".encode()))
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.request("POST", "/factory/shipping/import", body, headers)[0], status)

    def test_the_sheet_to_ship_opens_receivers_and_says_so(self):
        order = self.paid()
        masked = self.order(order, self.maker)["receiver"]
        self.assertFalse(masked["is_whole"])
        status, xlsx = self.maker.post("/factory/shipping/sheet", {}, headers=HTML)
        self.assertEqual(status, 200)
        texts = texts_of(xlsx)
        self.assertIn(str(order), texts)
        self.assertIn(RECEIVER["address"], texts)
        self.assertTrue(self.order(order, self.maker)["receiver"]["is_whole"])
        found = [o for o in self.maker.get("/factory/openings", headers={"Accept-Language": "en"})[1]["openings"]
                 if o["order_id"] == order]
        self.assertEqual([o["purpose"] for o in found], ["Sheet for waybills"])
        zh = self.maker.get("/factory/openings", headers={"Accept-Language": "zh-CN"})[1]["openings"]
        self.assertEqual([o["purpose"] for o in zh if o["order_id"] == order], ["导出发货单"])
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.post("/factory/shipping/sheet")[0], status)
            self.assertEqual(client.get("/factory/shipping")[0], status)

    def test_slips_and_the_pick_list_are_printed(self):
        far = "No. 9, " + "Long Lane, " * 16 + "Door 12"
        one = self.paid(MANY, 2)
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": 3, **RECEIVER, "address": far}, uuid.uuid4().hex)
        two = body["order"]["id"]
        self.assertEqual((status, self.buyer.post(f"/cashier/{two}")[0]), (201, 200))
        self.assertFalse(self.order(one, self.maker)["receiver"]["is_whole"])
        status, pdf = self.maker.post("/factory/shipping/slips", {"order": [one, two]}, headers=HTML)
        self.assertEqual(status, 200, pdf)
        first, second = text_of(pdf)
        self.assertRegex(first, rf"Packing slip, order {one}\b")
        for said in (RECEIVER["name"], RECEIVER["phone"], RECEIVER["address"]):
            self.assertIn(said, first)
        self.assertRegex(second, rf"order {two}\b")
        self.assertEqual("".join(far.split()), re.search(r"No\.9,.*Door12", "".join(second.split()))[0])  # none of it is cut
        self.assertRegex(second, r" 3 +\u25a1")
        found = [o["purpose"] for o in self.maker.get("/factory/openings", headers={"Accept-Language": "en"})[1]["openings"] if o["order_id"] == one]
        self.assertEqual(found, ["Packing slips"])
        self.assertTrue(self.order(one, self.maker)["receiver"]["is_whole"])
        # All of them, and what they take from the shelves.
        waiting = self.maker.get("/factory/shipping")[1]["orders"]
        self.assertEqual(len(text_of(self.maker.post("/factory/shipping/slips", headers=HTML)[1])), len(waiting))
        status, pdf = self.maker.get("/factory/shipping/pick-list", HTML)
        self.assertEqual(status, 200)
        pieces = sum(line["quantity"] for order in waiting for line in order["lines"])
        page = "".join(text_of(pdf))
        self.assertRegex(page, rf"Pieces +{pieces}\b")
        self.assertNotIn(RECEIVER["phone"], page)
        # What is not to be shipped, or is somebody else's, is on no slip, and nothing is opened.
        shipped = self.paid()
        self.send(shipped, self.number())
        for order, client, status in ((shipped, self.maker, 409), (one, self.rival, 404), (999999, self.maker, 404),
                                      ("x", self.maker, 422), (one, self.buyer, 403), (one, self.client(None), 401)):
            self.assertEqual(client.post("/factory/shipping/slips", {"order": order})[0], status, order)
        self.assertEqual(self.buyer.get("/factory/shipping/pick-list")[0], 403)

    def test_carriers_are_the_bases(self):
        carrier = {"code": "lake", "name_zh": "湖", "name_en": "Lake", "number_min": 4,
                   "number_max": 9, "position": 2}
        for client, status in ((self.client(None), 401), (self.maker, 403), (self.buyer, 403)):
            self.assertEqual(client.get("/ship/carriers")[0], status)
            self.assertEqual(client.post("/ship/carriers", carrier)[0], status)
        for field, value in (("code", "Lake!"), ("number_max", 3), ("name_zh", ""), ("number_min", 0)):
            status, body = self.office.post("/ship/carriers", {**carrier, field: value})
            self.assertEqual((status, body["field"]), (422, field))
        self.assertEqual(self.office.post("/ship/carriers", carrier)[0], 200)
        codes = {c["code"]: c for c in self.office.get("/ship/carriers")[1]["carriers"]}
        self.assertFalse(codes["lake"]["is_on"])
        self.assertEqual(self.send(self.paid(), "LAKE-1", "lake")[1]["field"], "carrier")


if __name__ == "__main__":
    unittest.main()
