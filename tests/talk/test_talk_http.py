"""What buyer and maker write about an order, over HTTP, against the real program: test_talk_http.py
GUILDHALL"""
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY = 3
HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Talk(TownCase):
    program, options = PROGRAM, {"buyers": 4}
    turn = 0

    def setUp(self):
        super().setUp()
        Talk.turn += 1  # nobody has many unpaid orders
        self.buyer, self.other = self.client(f"buyer{Talk.turn % 4}"), self.client(f"buyer{(Talk.turn + 1) % 4}")
        self.maker, self.rival, self.office = self.client("maker"), self.client("rival"), self.client("office")

    def order(self):
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": 1, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def say(self, client, order, text):
        return client.post(f"/orders/{order}/talk", {"text": text})

    def test_both_sides_write_and_the_maker_sees_what_waits(self):
        order = self.order()
        status, body = self.say(self.buyer, order, "when is it sent, call 13800000000")
        self.assertEqual((status, body["messages"][0]["side"]), (200, "buyer"))
        waiting = self.maker.get("/factory/messages")[1]["talks"]
        self.assertEqual([(t["order"], t["waits"]) for t in waiting if t["order"] == order], [(order, True)])
        self.assertEqual(self.say(self.maker, order, "tomorrow")[0], 200)
        talk = self.buyer.get(f"/orders/{order}/talk")[1]
        self.assertEqual([(m["side"], m["text"]) for m in talk["messages"]],
                         [("buyer", "when is it sent, call 13800000000"), ("factory", "tomorrow")])
        self.assertEqual([t["waits"] for t in self.maker.get("/factory/messages")[1]["talks"] if t["order"] == order], [False])
        part = self.buyer.get(f"/orders/{order}")[1]["order"]["talk"]
        self.assertEqual((part["n"], part["last"]["text"]), (2, "tomorrow"))
        with self.town.database.connect() as db:  # it may name people
            for (words,) in db.all("SELECT words FROM talk_words WHERE order_id = ?", order):
                self.assertNotIn(b"13800000000", bytes(words))

    def test_the_longest_wait_is_first(self):
        first, second = self.order(), self.order()
        for order in (first, second, first):  # who asks again does not lose the place
            self.say(self.buyer, order, "hello?")
        mine = [t["order"] for t in self.maker.get("/factory/messages")[1]["talks"] if t["order"] in (first, second)]
        self.assertEqual(mine, [first, second])

    def test_whose_it_is(self):
        order = self.order()
        for client, status in ((self.client(None), 401), (self.other, 404), (self.rival, 404)):
            self.assertEqual(client.get(f"/orders/{order}/talk")[0], status)
            self.assertEqual(self.say(client, order, "x")[0], status)
        self.assertEqual(self.office.get(f"/orders/{order}/talk")[0], 200)  # the base reads,
        self.assertEqual(self.say(self.office, order, "x")[0], 403)  # and does not write
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.get("/factory/messages")[0], status)
        for bad in ("x", "0", "99999999999999999999"):
            self.assertEqual(self.buyer.get(f"/orders/{bad}/talk")[0], 404)
        self.assertNotIn(order, [t["order"] for t in self.rival.get("/factory/messages")[1]["talks"]])

    def test_what_is_no_message(self):
        order = self.order()
        for text in ("", "   ", "x" * 501, "a\u0007b"):
            status, body = self.say(self.buyer, order, text)
            self.assertEqual((status, body["field"]), (422, "text"))
        page = self.buyer.post(f"/orders/{order}/talk", {"text": "<i>" + "x" * 500}, headers=HTML)[1]
        self.assertIn("&lt;i&gt;xxx", page)  # what was typed stays, as text
        for n in range(20):
            self.assertEqual(self.say(self.buyer, order, f"{n}")[0], 200)
        status, body = self.say(self.buyer, order, "one more")
        self.assertEqual((status, body["field"]), (429, "text"))
        self.assertEqual(self.say(self.maker, order, "the other side may")[0], 200)


if __name__ == "__main__":
    unittest.main()
