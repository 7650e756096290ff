"""A price for many pieces, from the asking to the order, over HTTP, against the real program: test_quotes_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, ONE = 3, 2  # SKUs with 500 pieces, with one
HTML = {"Accept": "text/html", "Accept-Language": "en"}
PRICED = {"least_1": 10, "price_1": "60", "least_2": 100, "price_2": "52.50", "lead_days": 7, "valid_days": 14}


def day(n):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    return (today + datetime.timedelta(days=n)).isoformat()


class Quotes(TownCase):
    program, options = PROGRAM, {"buyers": 9, "stock": (5, 1, 500)}

    def setUp(self):
        super().setUp()
        self.maker, self.rival, self.office = (self.client(n) for n in ("maker", "rival", "office"))

    def buyer(self, n, address=True):
        client = self.client(f"buyer{n}")
        if address:
            self.assertEqual(client.post("/account/addresses", {"name": "A. Buyer", "phone": "13800000000",
                                                                "province": 33, "detail": "1 Mill Road"})[0], 200)
        return client

    def asked(self, client, sku=MANY, quantity=100, **more):
        status, body = client.post("/quotes", {"sku": sku, "quantity": quantity, **more})
        self.assertEqual(status, 200, body)
        return body["id"]

    def do(self, client, quote, event, code=200, **fields):
        status, body = client.post(f"/quotes/{quote}", {"do": event, **fields})
        self.assertEqual(status, code, body)
        return body

    def one(self, client, quote):
        return client.get(f"/quotes/{quote}")[1]["quote"]

    def pieces(self, sku=MANY):
        with self.town.database.connect() as db:
            return dict(db.all("SELECT role, available FROM ledger_balances WHERE subject = ? AND role IN ('available', 'quote')",
                               f"sku:{sku}"))

    def test_a_quote_becomes_an_order_at_its_price(self):
        buyer, before = self.buyer(0), self.pieces()
        quote = self.asked(buyer, quantity=80, want="50", note="For our staff")
        self.assertIn("Quote a price", self.maker.get(f"/quotes/{quote}", HTML)[1])
        self.do(self.maker, quote, "quote", **PRICED)
        self.do(buyer, quote, "counter", quantity=120, want="52")
        self.do(self.maker, quote, "quote", **{**PRICED, "price_2": "52"})
        self.do(buyer, quote, "accept")
        seen = self.one(buyer, quote)
        self.assertEqual((seen["status"], seen["price"]["fen"], seen["total"]["fen"]), ("accepted", 5200, 624000))
        self.assertEqual(self.pieces(), {"available": before["available"] - 120, "quote": before.get("quote", 0) + 120})
        order = self.do(buyer, quote, "order")["order"]
        body = buyer.get(f"/orders/{order}")[1]["order"]
        self.assertEqual((body["total"]["fen"], body["lines"][0]["quantity"], body["status"]), (624000, 120, "placed"))
        self.do(buyer, quote, "order", 409)  # pressed twice
        self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)
        self.assertEqual(buyer.get(f"/orders/{order}")[1]["order"]["status"], "paid")
        self.assertEqual(self.pieces(), {"available": before["available"] - 120, "quote": before.get("quote", 0)})
        self.assertEqual((self.one(self.maker, quote)["status"], self.one(self.maker, quote)["order"]), ("ordered", order))
        kinds = [n["kind"] for n in self.maker.get("/messages")[1]["notices"] if n["link"] == f"/quotes/{quote}"]
        self.assertEqual(sorted(kinds), ["quote.accepted", "quote.asked", "quote.countered"])

    def test_an_order_that_is_never_paid_leaves_the_quote(self):
        buyer, before = self.buyer(1), self.pieces()
        quote = self.asked(buyer, quantity=10)
        self.do(self.maker, quote, "quote", **PRICED)
        self.do(buyer, quote, "accept")
        first = self.do(buyer, quote, "order")["order"]
        self.assertEqual(buyer.post(f"/orders/{first}/cancel")[0], 200)
        self.assertEqual(self.one(buyer, quote)["status"], "accepted")
        self.assertEqual(self.pieces()["available"], before["available"] - 10)
        second = self.do(buyer, quote, "order")["order"]
        self.assertNotEqual(first, second)
        self.assertEqual(buyer.post(f"/cashier/{second}")[0], 200)

    def test_what_is_good_no_longer(self):
        buyer, before = self.buyer(2), self.pieces()
        quoted, accepted = self.asked(buyer), self.asked(buyer)
        for quote in (quoted, accepted):
            self.do(self.maker, quote, "quote", **PRICED)
        self.do(buyer, accepted, "accept")
        with self.town.database.connect() as db:
            db.run("UPDATE quotes SET until_at = 1000 WHERE id IN (?, ?)", quoted, accepted)
        self.do(buyer, quoted, "accept", 409)
        self.do(buyer, accepted, "order", 409)
        deadline = time.monotonic() + 30
        while [self.one(buyer, q)["status"] for q in (quoted, accepted)] != ["expired"] * 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(self.pieces()["available"], before["available"])
        self.do(self.maker, quoted, "quote", 409, **PRICED)

    def test_more_than_there_is(self):
        buyer = self.buyer(3)
        quote = self.asked(buyer, sku=ONE, quantity=10)
        self.do(self.maker, quote, "quote", **{**PRICED, "lead_days": 0})
        self.assertEqual(self.do(buyer, quote, "accept", 409)["field"], "stock")
        self.assertEqual((self.one(buyer, quote)["status"], self.pieces(ONE)["available"]), ("quoted", 1))
        self.do(buyer, quote, "decline")

    def told(self, client, kind, quote):
        return [n for n in client.get("/messages")[1]["notices"] if n["kind"] == kind and n["link"] == f"/quotes/{quote}"]

    def test_what_is_not_in_stock_is_made_first(self):
        buyer, before = self.buyer(7), self.pieces(ONE)
        quote = self.asked(buyer, sku=ONE, quantity=30)
        self.do(self.maker, quote, "quote", **PRICED)
        self.assertIn("within 7 days of your yes", buyer.get(f"/quotes/{quote}", HTML)[1])
        self.do(buyer, quote, "accept")
        seen = self.one(buyer, quote)
        self.assertEqual((seen["status"], seen["due"], seen["is_late"], seen["total"]["fen"], "until" in seen),
                         ("making", day(7), False, 180000, False))
        self.assertEqual(self.pieces(ONE), before)  # nothing is moved that is not there
        self.assertTrue(self.told(self.maker, "quote.to_make", quote))
        self.do(buyer, quote, "order", 409)
        self.do(buyer, quote, "accept", 409)
        self.do(buyer, quote, "made", 403)
        self.do(self.rival, quote, "made", 404)
        self.assertEqual(self.do(self.maker, quote, "made", 409)["field"], "stock")
        due = next(s["due"] for s in self.maker.get("/factory/capacity")[1]["skus"] if s["sku"] == ONE)
        self.assertEqual((due["pieces"], due["day"]), (30, day(7)))
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": ONE, "per_week": 100, "day": day(1), "pieces": 40})[0], 200)
        self.assertEqual(self.maker.post("/factory/capacity", {"sku": ONE, "do": "kept"})[0], 200)
        self.do(self.maker, quote, "made")
        self.do(self.maker, quote, "made", 409)  # pressed twice
        self.assertEqual(self.pieces(ONE), {"available": before["available"] + 10, "quote": before.get("quote", 0) + 30})
        self.assertTrue(self.told(buyer, "quote.made", quote))
        self.assertTrue(self.one(buyer, quote)["until"])
        order = self.do(buyer, quote, "order")["order"]
        body = buyer.get(f"/orders/{order}")[1]["order"]
        self.assertEqual((body["total"]["fen"], body["lines"][0]["quantity"]), (180000, 30))
        self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)

    def test_what_is_not_made_in_time(self):
        buyer, before = self.buyer(8), self.pieces(ONE)
        late, left = (self.asked(buyer, sku=ONE, quantity=1000) for _ in range(2))
        for quote in (late, left):
            self.do(self.maker, quote, "quote", **PRICED)
            self.do(buyer, quote, "accept")
        with self.town.database.connect() as db:
            db.run("UPDATE quotes SET due_day = due_day - 9 WHERE id = ?", late)
            db.run("UPDATE notices SET due_at = 1 WHERE kind = 'quote.late' AND about = ?", f"quote_late:{late}")
        for client in (buyer, self.maker):
            self.assertTrue(self.one(client, late)["is_late"])
            self.assertTrue(self.told(client, "quote.late", late))
            self.assertFalse(self.told(client, "quote.late", left))
        self.do(self.maker, late, "decline", 422)
        self.do(self.maker, late, "decline", note="The mould broke")
        self.assertTrue(self.told(buyer, "quote.declined", late))
        self.do(buyer, left, "withdraw")
        self.assertTrue(self.told(self.maker, "quote.withdrawn", left))
        with self.town.database.connect() as db:
            self.assertEqual(db.one("SELECT count(*) FROM notices WHERE about = ?", f"quote_late:{left}"), 0)
        self.assertEqual(self.pieces(ONE), before)
        self.assertEqual([self.one(buyer, q)["status"] for q in (late, left)], ["declined", "withdrawn"])

    def test_who_may(self):
        buyer, other = self.buyer(4, address=False), self.client("buyer5")
        quote = self.asked(buyer)
        for client, status in ((self.client(None), 401), (other, 404), (self.rival, 404)):
            self.assertEqual(client.get(f"/quotes/{quote}")[0], status)
            self.assertEqual(client.post(f"/quotes/{quote}", {"do": "quote", **PRICED})[0], status)
        self.do(buyer, quote, "quote", 403, **PRICED)
        self.do(self.office, quote, "quote", 403, **PRICED)
        self.assertEqual(self.office.get(f"/quotes/{quote}")[0], 200)
        self.assertEqual(self.maker.post("/quotes", {"sku": MANY, "quantity": 10})[0], 403)
        self.assertEqual(buyer.get("/factory/quotes")[0], 403)
        self.do(self.maker, quote, "decline", 422)
        self.do(self.maker, quote, "quote", **PRICED)
        self.do(self.maker, quote, "accept", 403)
        self.do(buyer, quote, "accept")
        self.do(self.maker, quote, "order", 403)
        self.assertEqual(self.do(buyer, quote, "order", 409)["field"], "address")
        cookie = {"Cookie": f"session={buyer.token}"}
        self.assertEqual(self.client(None).post(f"/quotes/{quote}", {"do": "order"}, headers=cookie)[0], 403)

    def test_what_is_typed(self):
        buyer = self.buyer(6)
        for wrong, field in (({"quantity": 9}, "quantity"), ({"quantity": 10000}, "quantity"), ({"quantity": "x"}, "quantity"),
                             ({"want": "0"}, "want"), ({"want": "-1"}, "want"), ({"want": "1.234"}, "want"), ({"note": "n" * 201}, "note")):
            status, body = buyer.post("/quotes", {"sku": MANY, "quantity": 10, **wrong})
            self.assertEqual((status, body["field"]), (422, field), wrong)
        for sku in ("", "x", 999):
            self.assertEqual(buyer.post("/quotes", {"sku": sku, "quantity": 10})[0], 404)
        quote = self.asked(buyer, quantity=10)
        for wrong in ({"price_1": "", "price_2": ""}, {"price_1": "x"}, {"least_1": 0}, {"least_2": 10}, {"price_2": "60"}, {"price_2": "61"},
                      {"lead_days": 366}, {"valid_days": 0}, {"valid_days": 91}):
            self.do(self.maker, quote, "quote", 422, **{**PRICED, **wrong})
        self.do(self.maker, quote, "quote", **{**PRICED, "least_1": 50})
        self.assertEqual(self.do(buyer, quote, "accept", 409)["field"], "quantity")  # no tier for so few
        self.do(buyer, quote, "withdraw", 409)
        self.do(buyer, quote, "order", 409)


if __name__ == "__main__":
    unittest.main()
