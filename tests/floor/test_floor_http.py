"""The floor over HTTP, against the real program: test_floor_http.py GUILDHALL"""
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
PLAN = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 300 100"
 onload="alert('onload')"><script>alert('script')</script><image xlink:href="http://evil.example/x.png"/>
<path class="wall" d="M1 1h298v98H1z"/>
<rect id="A-01" x="10" y="10" width="40" height="30"/><g id="A-02"><polygon points="60,10 100,10 80,40"/></g>
<rect id="B-01" x="10" y="60" width="40" height="30" style="fill:#123456;fill:url(http://evil.example/)"/></svg>"""
GTINS = {1: "6901234567892", 2: "5901234123457", 3: "96385074"}
LONG = "静音即热双层防烫恒温电水壶升级款带自动断电保护与防干烧提醒功能适合家庭和办公室使用"


def label_code(product, hall):
    """As label.h has it, worked out a second time."""
    code = ""
    while product:
        product, digit = divmod(product, 32)
        code = DIGITS[digit] + code
    code += DIGITS[hall]
    return code + DIGITS[sum((i + 2) * DIGITS.index(c) for i, c in enumerate(code)) % 31]


class Floor(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5,) * 70}
    people = ("office", "maker", "rival", "buyer", "guest")

    @classmethod
    def fill(cls, db):
        for sku, gtin in GTINS.items():
            db.run("UPDATE skus SET gtin = ? WHERE id = ?", gtin, sku)
        db.run("UPDATE products SET title_zh = ? WHERE id = 2", LONG)
        db.run("UPDATE products SET status = 'off' WHERE id = 70")

    @classmethod
    def begin(cls):
        office = cls.town.client("office")
        for name in ("一号馆", "二号馆"):
            status, body = office.post("/floor/desk", {"name_zh": name, "name_en": "Hall"})
            assert status == 200, body
            headers, data = form(("plan", "plan.svg", PLAN))
            status, body = office.request("POST", f"/floor/desk/{body['number']}/plan", data, headers)
            assert (status, body["marks"], body["added"]) == (200, 3, 3), body
            assert body["left_out"] == 3, body  # onload, script, image
        office.close()

    def raw(self, method, path, body=None, headers=None, by=None):
        """(status, headers, bytes), as a browser's: no JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.town.http, timeout=60)
        self.addCleanup(connection.close)
        sent = {"Accept": "text/html", **(headers or {})}
        if by:
            sent["Authorization"] = f"Bearer {by.token}"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def place(self, stand, product, hall=1, by=None):
        return (by or self.office).post(f"/floor/desk/{hall}/place", {"stand": stand, "product": product})

    def where(self, slug):
        return [(s["hall"]["number"], s["code"], s["href"])
                for s in self.guest.get(f"/hall/products/{slug}")[1]["stands"]]

    # --- the plan ---

    def test_a_plan_is_shown_without_what_it_was_made_of(self):
        status, headers, page = self.raw("GET", "/zh/floor/1")
        self.assertEqual(status, 200)
        plan = re.search(rb'<svg class="plan.*?</svg>', page, re.S).group()
        for word in (b"alert", b"script", b"image", b"evil", b"onload", b"url(", b"style="):
            self.assertNotIn(word, plan)
        self.assertIn(b'class="plan-wall"', plan)
        self.assertIn(b'<a class="stand is-free" href="/zh/floor/1/A-02"', plan)
        self.assertNotIn(b"unsafe-inline", headers["Content-Security-Policy"].encode())

    def test_what_is_no_plan_is_refused_by_name(self):
        for data, error in ((b"alert(1)", "syntax"), (b"<html><svg/></html>", "invalid"),
                            (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "invalid"),
                            (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "invalid"),
                            (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "syntax"), (b"", "invalid"),
                            (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'>"
                             + b"<g/>" * 7000 + b"</svg>", "too_large"),
                            (b" " * (1 << 20) + b"<svg/>", "too_large")):
            headers, body = form(("plan", "x.svg", data))
            status, answer = self.office.request("POST", "/floor/desk/1/plan", body, headers)
            self.assertIn(status, (400, 413, 422), answer)
            self.assertEqual((answer["error"], answer["field"]), (error, "plan"), data[:40])
            # and on the page, in words
            status, _, page = self.raw("POST", "/floor/desk/1/plan", body,
                                       {**headers, "Accept-Language": "en"}, by=self.office)
            self.assertIn(b'role="alert"', page)
        stands = [s["code"] for z in self.guest.get("/floor/1")[1]["zones"] for s in z["stands"]]
        self.assertEqual(stands[:3], ["A-01", "A-02", "B-01"])

    # --- placing ---

    def test_placing_moving_taking_away(self):
        for words in ("kettle-4", "K4"):
            self.assertEqual(self.place("a1", words)[0], 200)
        self.assertEqual(self.where("kettle-4"), [(1, "A-01", "/floor/1/A-01")])
        stand = self.guest.get("/floor/1/A-01")[1]
        self.assertIn("kettle-4", [p["slug"] for p in stand["products"]])
        self.assertEqual(self.office.post("/floor/desk/1/place", {"stand": "B-01", "id": 4})[0], 200)
        self.assertEqual(self.where("kettle-4"), [(1, "B-01", "/floor/1/B-01")])
        self.assertEqual(self.place("A-02", "K4", hall=2)[0], 200)
        self.assertEqual([s[:2] for s in self.where("kettle-4")], [(1, "B-01"), (2, "A-02")])
        for hall in (1, 2):
            self.assertEqual(self.office.post(f"/floor/desk/{hall}/take", {"id": 4})[0], 200)
        self.assertEqual(self.where("kettle-4"), [])
        self.assertEqual(self.office.post("/floor/desk/1/take", {"id": 4})[0], 404)
        history = self.office.get("/floor/desk/1?stand=B-01")[1]["events"]
        mine = [e["event"] for e in history if "电水壶4" in e["text"]]
        self.assertEqual(mine[:2], ["take", "move"])
        self.assertEqual({e["actor"] for e in history if e["event"] == "move"}, {"office"})

    def test_refusals_say_what_is_wrong(self):
        for stand, product, field in (("A-09", "K5", "stand"), ("nowhere", "K5", "stand"),
                                      ("A-01", "no such thing", "product"), ("A-01", "M", "product"),
                                      ("A-01", "kettle-70", "product"), ("A-01", "", "product")):
            status, body = self.place(stand, product)
            self.assertEqual((status, body["field"]), (422, field), (stand, product))
        status, _, page = self.raw("POST", "/floor/desk/1/place", "stand=A-09&product=K5",
                                   {"Content-Type": "application/x-www-form-urlencoded"}, by=self.office)
        self.assertEqual(status, 422)
        self.assertIn(b'value="A-09"', page)  # as it was typed
        self.assertEqual(self.place("A-01", "K5", hall=9)[0], 404)

    def test_many_lines_are_placed_or_none(self):
        status, body = self.office.post("/floor/desk/2/lines", {
            "lines": "A-01\tK11\r\n\r\nb1, 6901234567892\nA-01，kettle-12\n"})
        self.assertEqual((status, body["placed"]), (200, 3), body)
        self.assertEqual([s[:2] for s in self.where("kettle-1")], [(2, "B-01")])
        bad = "A-01 K13\nA-77 K14\nwhat\nA-01 K9999\n"
        status, body = self.office.post("/floor/desk/2/lines", {"lines": bad})
        self.assertEqual((status, body["field"], body["limit"]), (422, "lines", 2), body)
        self.assertEqual(self.where("kettle-13"), [])
        _, _, page = self.raw("POST", "/floor/desk/2/lines",
                              "lines=A-01+K13%0AA-77+K14%0Awhat%0AA-01+K9999",
                              {"Content-Type": "application/x-www-form-urlencoded",
                               "Accept-Language": "en"}, by=self.office)
        for line in (b"Line 2", b"Line 3", b"Line 4", b"A-77 K14"):
            self.assertIn(line, page)
        self.assertNotIn(b"Line 1 ", page)
        self.assertEqual(self.office.post("/floor/desk/2/lines", {"lines": "\n" * 600})[0], 413)
        for product in (1, 11, 12):
            self.office.post("/floor/desk/2/take", {"id": product})

    def test_stands_by_numbers_and_their_end(self):
        box = {"stand": "c-7", "left": 200, "top": 10, "width": 30, "height": 30}
        self.assertEqual(self.office.post("/floor/desk/1/stands", box)[0], 200)
        self.assertIn(b'<rect x="200.00" y="10.00"', self.raw("GET", "/floor/1")[2])
        self.assertEqual(self.guest.get("/floor/1/C-07")[0], 200)
        self.assertEqual(self.office.post("/floor/desk/1/stands", {**box, "width": 0})[0], 422)
        self.assertEqual(self.place("C-07", "K6")[0], 200)
        remove = "/floor/desk/1/stands/remove"
        self.assertEqual(self.office.post(remove, {"stand": "C-07"})[0], 409)
        self.assertEqual(self.office.post("/floor/desk/1/take", {"id": 6})[0], 200)
        self.assertEqual(self.office.post(remove, {"stand": "C-07"})[0], 200)
        self.assertEqual(self.guest.get("/floor/1/C-07")[0], 404)
        self.assertEqual(self.office.post("/floor/desk/1/names", {"name_zh": "优品馆", "name_en": "East"})[0],
                         200)
        self.assertEqual(self.office.post("/floor/desk/1/names", {"zone": "A", "name_zh": "厨房",
                                                                  "name_en": "Kitchen"})[0], 200)
        hall = self.guest.get("/floor/1", headers={"Accept-Language": "en"})[1]
        self.assertEqual((hall["hall"]["name"], hall["zones"][0]["name"]), ("East", "Kitchen"))

    # --- who may ---

    def test_the_doors(self):
        reading = ["/floor/desk/1", "/floor/desk/new", "/floor/desk/1/plan", "/floor/desk"]
        writing = [("/floor/desk", {"name_zh": "x", "name_en": "x"}),
                   ("/floor/desk/1/place", {"stand": "A-01", "product": "K1"}),
                   ("/floor/desk/1/take", {"id": 1}), ("/floor/desk/1/lines", {"lines": "A-01 K1"}),
                   ("/floor/desk/1/plan", {}), ("/floor/desk/1/names", {"name_zh": "x", "name_en": "x"}),
                   ("/floor/desk/1/stands", {"stand": "A-01"}),
                   ("/floor/desk/1/stands/remove", {"stand": "A-01"})]
        for client, refused in ((self.guest, 401), (self.buyer, 403), (self.maker, 403)):
            for path in reading:
                self.assertEqual(client.get(path)[0], refused, path)
            for path, fields in writing:
                self.assertEqual(client.post(path, fields)[0], refused, path)
        for client, refused in ((self.guest, 401), (self.buyer, 403)):
            self.assertEqual(client.get("/floor/labels")[0], refused)
            self.assertEqual(client.get("/floor/labels/1")[0], refused)
            self.assertEqual(client.post("/floor/labels", {"maker": 1})[0], refused)
        for path in ("/floor", "/floor/1", "/floor/1/A-01", "/zh/floor/1", "/en/floor/1/A-01"):
            status, _, _ = self.raw("GET", path)
            self.assertEqual(status, 200, path)
        for path in ("/floor/9", "/floor/x", "/floor/1/Z-99", "/floor/1/a-01", "/l/zz", "/l/000",
                     "/l/" + "z" * 40):
            self.assertEqual(self.guest.get(path)[0], 404, path)
        # a session's cookie without the token of a form changes nothing
        status, headers, _ = self.raw("POST", "/floor/desk/1/take", "id=1",
                                      {"Content-Type": "application/x-www-form-urlencoded",
                                       "Origin": "http://evil.example"})
        self.assertIn(status, (401, 403, 303))

    def test_makers_print_their_own_and_nothing_else(self):
        mine = self.maker.get("/floor/labels?maker=2")[1]
        self.assertEqual(mine["labels_n"], 69)
        self.assertEqual(self.rival.get("/floor/labels?maker=1")[1]["labels_n"], 1)
        self.assertEqual(self.rival.get("/floor/labels?product=1")[1]["labels_n"], 0)
        self.assertEqual(self.rival.post("/floor/labels", {"product": 1})[0], 422)

    # --- scans ---

    def visits(self, product, stand=None):
        with self.town.database.connect() as db:
            return db.one("SELECT coalesce(sum(v.visits), 0) FROM floor_visits v LEFT JOIN floor_stands s"
                          " ON s.id = v.stand_id WHERE v.product_id = ?"
                          " AND coalesce(s.code, '') = ?", product, stand or "")

    def test_a_scan_is_counted_and_leads_to_the_product(self):
        self.assertEqual(self.place("A-02", "K21")[0], 200)
        code = label_code(21, 1)
        before = self.guest.get("/figures/label_visits")[1]["value"]
        status, headers, _ = self.raw("GET", f"/l/{code}")
        self.assertEqual((status, headers["Location"]), (303, "/hall/products/kettle-21?label=1"))
        self.assertIsNone(headers["Set-Cookie"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.raw("GET", f"/l/{code.upper()}")  # again, in capitals: the same product at once
        self.raw("HEAD", f"/l/{label_code(22, 1)}")
        self.raw("GET", f"/l/{label_code(22, 1)}", headers={"Sec-Purpose": "prefetch"})
        self.raw("GET", f"/l/{label_code(23, 0)}")  # a label that names no hall
        self.assertEqual(self.visits(21, "A-02"), 1)
        self.assertEqual(self.visits(22), 0)
        self.assertEqual(self.visits(23), 1)
        figure = self.guest.get("/figures/label_visits")[1]
        self.assertEqual(figure["value"], before + 2)
        self.assertEqual(sum(r["amount"] for r in figure["evidence"]), figure["value"])
        self.assertIn("电水壶21 · A-02", [r["label"] for r in figure["evidence"]])
        taken = self.guest.get("/figures/stands_taken")[1]
        self.assertEqual(len(taken["evidence"]), taken["value"])
        self.assertIn("/floor/1/A-02", [r["link"] for r in taken["evidence"]])
        with self.town.database.connect() as db:  # and of the visitor nothing is kept
            columns = db.one("SELECT count(*) FROM floor_visits WHERE day_at - day_at / 86400000 * 86400000 <> 57600000")
        self.assertEqual(columns, 0)

    def test_the_page_says_where_and_when_it_is_shown(self):
        self.assertEqual(self.place("B-01", "K24")[0], 200)
        page = self.raw("GET", "/hall/products/kettle-24?label=1", headers={"Accept-Language": "en"})[2].decode()
        self.assertIn("You scanned its label", page)
        self.assertIn("No live show", page)
        self.assertIn('href="/floor/1/B-01"', page)
        plain = self.raw("GET", "/hall/products/kettle-24", headers={"Accept-Language": "en"})[2].decode()
        self.assertNotIn("You scanned its label", plain)

    def test_the_label_of_what_is_gone_leads_to_its_hall(self):
        status, headers, _ = self.raw("GET", f"/l/{label_code(70, 2)}")
        self.assertEqual((status, headers["Location"]), (303, "/floor/2"))
        self.assertEqual(self.visits(70), 0)

    # --- labels as they are printed ---

    def decode(self, pdf):
        """What a scanner reads: {("QR-Code", text), ("EAN-13", digits)}; and the text. A page of many
        codes at once is not what zbar is made for: it looks from three distances, as a hand would."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "labels.pdf"
            path.write_bytes(pdf)
            for dpi in ("150", "200", "300"):
                subprocess.run(["pdftoppm", "-r", dpi, "-gray", str(path), f"{folder}/page-{dpi}"],
                               check=True)
            found = set()
            for page in sorted(pathlib.Path(folder).glob("page*")):
                read = subprocess.run(["zbarimg", "--quiet", str(page)], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True).stdout
                found |= {tuple(line.split(":", 1)) for line in read.splitlines()}
            text = subprocess.run(["pdftotext", "-layout", str(path), "-"], stdout=subprocess.PIPE,
                                  check=True, text=True).stdout
            return found, text

    def assert_nothing_is_cut_off(self, pdf):
        """Of a first page of 3 x 8: between its labels, away from the crosses, all is white."""
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            image = subprocess.run(["pdftoppm", "-r", "254", "-gray", "-l", "1", file.name],
                                   stdout=subprocess.PIPE, check=True).stdout
        head, size, most, pixels = image.split(b"\n", 3)
        width, height = map(int, size.split())  # ten pixels a millimetre
        self.assertEqual((head, most), (b"P5", b"255"))
        for column in (700, 1400):
            for y in range(30, 340):
                self.assertEqual(set(pixels[y * width + column - 30:y * width + column + 31]), {255},
                                 (column, y))
        self.assertLess(min(pixels[100 * width:300 * width]), 10)  # and there is something to see

    def labels(self, fields, by=None):
        body = "&".join(f"{k}={v}" for k, v in fields.items())
        return self.raw("POST", "/floor/labels", body,
                        {"Content-Type": "application/x-www-form-urlencoded"}, by=by or self.office)

    def test_labels_scan(self):
        for product in GTINS:
            self.assertEqual(self.place("A-02", f"K{product}", hall=2)[0], 200)
        for layout in ("24", "10"):
            status, headers, pdf = self.labels({"hall": 2, "stand": "a2", "layout": layout})
            self.assertEqual((status, headers["Content-Type"]), (200, "application/pdf"), pdf[:300])
            self.assertIn("attachment", headers["Content-Disposition"])
            found, text = self.decode(pdf)
            url = f"http://127.0.0.1:{self.town.http}"
            for product, gtin in GTINS.items():
                self.assertIn(("QR-Code", f"{url}/l/{label_code(product, 2)}"), found)
                self.assertIn((f"EAN-{len(gtin)}", gtin), found)
            self.assertEqual(len(found), 6, found)
            self.assertIn("电水壶1", text)
            self.assertIn("Kettle 3", text)
            self.assertIn("A-02", text)
            self.assertIn("¥69", text)
            self.assertIn(LONG[:8], text.replace("\n", ""))
            if layout == "24":
                self.assert_nothing_is_cut_off(pdf)
        for product in GTINS:
            self.office.post("/floor/desk/2/take", {"id": product})

    def test_many_are_made_by_a_task(self):
        status, body = self.maker.post("/floor/labels", {"layout": "24"})
        self.assertEqual(status, 200, body)
        deadline = time.monotonic() + 60
        while True:
            task = self.maker.get(f"/tasks/{body['task']}")[1]["task"]
            if not task["is_open"] or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        self.assertEqual(task["state"], "done", task)
        for client in (self.rival, self.guest):
            self.assertIn(client.get(task["result"])[0], (401, 404))
        for client in (self.maker, self.office):
            status, headers, pdf = self.raw("GET", task["result"], by=client)
            self.assertEqual((status, headers["Content-Type"]), (200, "application/pdf"))
        found, _ = self.decode(pdf)
        codes = [text for kind, text in found if kind == "QR-Code"]
        self.assertEqual(len(codes), 69)

    def task_of(self, maker):
        """The end of a task that draws a maker's labels, as one that was begun earlier."""
        ask = json.dumps({"hall": 0, "maker": maker, "product": 0, "zone": "", "stand": "", "everywhere": True,
                          "layout": 0, "url": ""})
        with self.town.database.connect() as db:
            user = db.one("SELECT id FROM users WHERE login = 'office'")
            sheet = db.one("INSERT INTO floor_sheets (user_id, ask, created_at) VALUES (?, ?, 1) RETURNING id",
                           user, ask)
            task = db.one("INSERT INTO tasks (kind, user_id, subject, input, state, created_at)"
                          " VALUES ('floor.labels', ?, '', ?, 'waiting', 1) RETURNING id", user, str(sheet))
        deadline = time.monotonic() + 60
        while True:
            page = self.office.get(f"/tasks/{task}", {"Accept-Language": "en"})[1]["task"]
            if not page["is_open"] or time.monotonic() > deadline:
                return page
            time.sleep(0.1)

    def test_no_more_than_there_may_be(self):
        many = 3001
        with self.town.database.connect() as db:
            db.run("INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, model, shape, colour,"
                   " price_fen, status, created_at)"
                   " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3001)"
                   " SELECT 100000 + i, 'many-' || i, 2, 1, 'X', 'X', 'X', 1, 'white', 100, 'on', 1 FROM n")
        try:
            page = self.office.get("/floor/labels?maker=2")[1]
            self.assertGreaterEqual(page["labels_n"], many)
            status, body = self.office.post("/floor/labels", {"maker": 2}, headers={"Accept-Language": "en"})
            self.assertEqual((status, body["field"]), (422, "labels"), body)
            self.assertIn("3,000", body["message"])
            task = self.task_of(2)
            self.assertEqual(task["state"], "failed")
            self.assertIn("3,000", task["message"])
        finally:
            with self.town.database.connect() as db:
                db.run("DELETE FROM products WHERE id > 100000")

    def test_nothing_to_print_is_said(self):
        task = self.task_of(9999)
        self.assertEqual((task["state"], task["message"]), ("failed", "No labels to print"))
        status, body = self.office.post("/floor/labels", {"hall": 2, "stand": "B-01"})
        self.assertEqual((status, body["field"]), (422, "labels"), body)
        self.assertEqual(self.office.post("/floor/labels", {"stand": "what"})[0], 422)


if __name__ == "__main__":
    unittest.main()
