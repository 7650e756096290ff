"""Promises, and more stock in mid-show, over HTTP, against the real program: test_promises_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, ONE, RIVALS = 3, 2, 4
EN = {"Accept-Language": "en"}
HTML = {"Accept": "text/html", "Accept-Language": "en"}
TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()


def day(n):
    return (TODAY + datetime.timedelta(days=n)).isoformat()


class Promises(TownCase):
    program = PROGRAM
    options = {"buyers": 1, "users": (("host", "host"), ("other", "host"), ("clerk", "factory", "maker-one"))}

    def setUp(self):
        super().setUp()
        self.host, self.maker, self.rival, self.office = (self.client(n) for n in ("host", "maker", "rival", "office"))

    def promise(self, client=None, **fields):
        return (client or self.maker).post("/factory/capacity", {"sku": MANY, "per_week": 500, **fields})

    def row(self, sku=MANY):
        return next(s for s in self.maker.get("/factory/capacity", EN)[1]["skus"] if s["sku"] == sku)

    def show(self, *skus, days=1):
        when = f"{day(days)}T19:30"
        show = self.host.post("/shows", {"title_zh": "专场", "title_en": "Evening", "room": "1", "starts_at": when})[1]["id"]
        for sku in skus:
            status, body = self.host.post(f"/shows/{show}/items", {"sku": f"K{sku}", "price": "69"})
            self.assertIn(status, (200, 201), body)
        return show

    def findings(self, show):
        return [(f["key"], f.get("detail")) for f in self.host.get(f"/shows/{show}/plan", EN)[1]["check"]["findings"]
                if f["key"].startswith("supply.")]

    def test_a_promise_is_kept_once(self):
        before = self.row()["stock"]
        self.assertEqual(self.promise(day=day(3), pieces=40)[0], 200)
        self.assertEqual((self.row()["day"], self.row()["pieces"], self.row()["is_late"]), (day(3), 40, False))
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": MANY, "do": "kept"})[0], 200)
        self.assertEqual(self.row()["stock"], before + 40)
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": MANY, "do": "kept"})[0], 409)  # pressed twice
        self.assertEqual(self.row()["stock"], before + 40)

    def test_what_cannot_be_promised(self):
        for wrong, field in (({"day": day(-1), "pieces": 1}, "day"), ({"day": "tomorrow", "pieces": 1}, "day"),
                             ({"day": day(1), "pieces": 0}, "pieces"), ({"day": day(1)}, "pieces"),
                             ({"per_week": -1}, "per_week"), ({"per_week": "x"}, "per_week")):
            status, body = self.promise(**wrong)
            self.assertEqual((status, body["field"]), (422, field), wrong)
        for client, status in ((self.client(None), 401), (self.host, 403), (self.rival, 404)):
            self.assertEqual(self.promise(client)[0], status)
        for sku in ("", "x", 999, RIVALS):
            self.assertEqual(self.promise(sku=sku)[0], 404, sku)

    def test_a_late_promise_is_told_before_a_show(self):
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": ONE, "per_week": 1, "day": day(9), "pieces": 5})[0], 200)
        show = self.show(ONE)
        self.assertEqual(self.findings(show), [])  # there is one in stock
        with self.town.database.connect() as db:
            db.run("UPDATE supply_promises SET day = day - 30 WHERE sku_id = ?", ONE)
        self.assertEqual(self.findings(show), [("supply.check_late", day(-21))])
        page = self.host.get(f"/shows/{show}/plan", HTML)[1]
        self.assertIn("is promised for a day that is over:", page)
        self.assertTrue(self.row(ONE)["is_late"])

    def test_what_is_due_is_reckoned_against_the_week(self):
        self.assertEqual(self.promise(per_week=70, day=day(6), pieces=70)[0], 200)  # today is one of seven days
        self.assertEqual(self.row()["due"], {"pieces": 70, "day": day(6), "can": 70, "is_over": False})
        self.assertEqual(self.promise(per_week=70, day=day(5), pieces=70)[0], 200)
        self.assertEqual(self.row()["due"], {"pieces": 70, "day": day(5), "can": 60, "is_over": True})
        self.assertIn("70 pieces are due by", self.maker.get("/factory/capacity", HTML)[1])
        show = self.show(MANY, days=7)
        self.assertEqual(self.findings(show), [])  # there are some in stock
        left = self.row()["stock"]
        self.assertEqual(self.maker.post(f"/hall/skus/{MANY}/stock", {"pieces": -left}, uuid.uuid4().hex)[0], 200)
        self.assertEqual(self.findings(show), [("supply.check_over", day(5))])
        self.assertEqual(self.promise(per_week=0, day=day(5), pieces=70)[0], 200)  # nothing is said of a week: nothing is judged
        self.assertEqual((self.row()["due"]["is_over"], self.findings(show)), (False, []))
        self.assertEqual(self.promise(per_week=70, day=day(5), pieces=left)[0], 200)
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": MANY, "do": "kept"})[0], 200)

    def ask(self, show, client=None, **fields):
        return (client or self.host).post(f"/shows/{show}/restock", {"sku": MANY, "pieces": 30, **fields})

    def told(self, client, kind, link):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if any(n["kind"] == kind and n["link"] == link for n in client.get("/messages")[1]["notices"]):
                return
            time.sleep(0.05)
        self.fail(f"nothing told: {kind}")

    def test_a_desk_asks_and_a_phone_answers(self):
        show, before = self.show(MANY), self.row()["stock"]
        status, body = self.ask(show)
        self.assertEqual(status, 200, body)
        link = f"/restock/{body['id']}"
        for clerk in (self.maker, self.client("clerk")):
            self.told(clerk, "restock.asked", link)
        self.assertEqual(self.ask(show)[0], 409)  # one at a time
        for client, status in ((self.client(None), 401), (self.host, 403), (self.rival, 404)):
            self.assertEqual(client.get(link)[0], status)
            self.assertEqual(client.post(link, {"pieces": 1})[0], status)
        for bad in ("", "x", -1, 10001):
            self.assertEqual(self.maker.post(link, {"pieces": bad})[1]["field"], "pieces")
        self.assertIn("asks for 30 more", self.maker.get(link, HTML)[1])
        self.assertEqual(self.maker.post(link, {"pieces": 25})[0], 200)
        self.assertEqual(self.client("clerk").post(link, {"pieces": 25})[0], 409)  # the first has answered
        self.assertEqual(self.row()["stock"], before + 25)
        self.told(self.host, "restock.put", f"/shows/{show}/restock")
        item = self.host.get(f"/shows/{show}/restock")[1]["items"][0]
        self.assertEqual((item["asked"], item["got"], item["stock"]), ("put", 25, before + 25))
        second = self.ask(show)[1]["id"]
        self.assertEqual(self.maker.post(f"/restock/{second}", {"pieces": 0})[0], 200)
        self.told(self.host, "restock.declined", f"/shows/{show}/restock")
        self.assertEqual(self.row()["stock"], before + 25)

    def test_who_asks_and_for_what(self):
        show = self.show(MANY)
        for client, status in ((self.client(None), 401), (self.client("other"), 403), (self.maker, 403), (self.client("buyer0"), 403)):
            self.assertIn(self.ask(show, client)[0], (status, 404))
        for bad in (0, -1, 10001, "x"):
            self.assertEqual(self.ask(show, pieces=bad)[1]["field"], "pieces")
        for sku in (RIVALS, 999, "x"):
            self.assertEqual(self.ask(show, sku=sku)[0], 404)  # not in the show
        first = self.ask(show)[1]["id"]
        with self.town.database.connect() as db:
            db.run("UPDATE restock_asks SET asked_at = asked_at - 7200001 WHERE id = ?", first)
        self.assertEqual(self.maker.post(f"/restock/{first}", {"pieces": 5})[0], 409)  # too late
        self.assertEqual(self.ask(show)[0], 200)
        self.assertEqual(self.host.post(f"/shows/{show}/end")[0], 200)
        self.assertEqual(self.ask(show)[0], 409)


if __name__ == "__main__":
    unittest.main()
