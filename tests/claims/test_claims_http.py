"""After sales over HTTP, against the real program: who gets in, what is refused and how it is told.
test_claims_http.py GUILDHALL"""
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402
from uploads import form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY = 3
PICTURE = jpeg(size="64x48")
HTML = {"Accept": "text/html", "Accept-Language": "en"}
WHY = {"text": "because"}


class Claims(TownCase):
    program, options = PROGRAM, {"buyers": 4, "users": (("loner", "factory", "maker-two"),)}
    turn = 0

    @classmethod
    def fill(cls, db):
        db.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE login = 'loner')")  # dismissed

    def setUp(self):
        super().setUp()
        Claims.turn += 1  # nobody has many unpaid orders
        self.buyer, self.other = self.client(f"buyer{Claims.turn % 4}"), self.client(f"buyer{(Claims.turn + 1) % 4}")
        self.maker, self.rival, self.office = self.client("maker"), self.client("rival"), self.client("office")

    def paid(self, quantity=2):
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": quantity, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        self.assertEqual(self.buyer.post(f"/cashier/{body['order']['id']}")[0], 200)
        return body["order"]["id"]

    def received(self, quantity=2):
        order = self.paid(quantity)
        sent = {"order": order, "carrier": "other", "number": uuid.uuid4().hex[:12]}
        self.assertEqual(self.maker.post("/factory/shipping/send", sent)[0], 200)
        self.assertEqual(self.buyer.post(f"/orders/{order}/receive")[0], 200)
        return order

    def ask(self, order, client=None, key=None, **more):
        fields = {"kind": "return", "reason": "quality", "pieces-1": 1, **more}
        return (client or self.buyer).post(f"/orders/{order}/claims", fields, key or uuid.uuid4().hex)

    def claim(self, order, **more):
        status, body = self.ask(order, **more)
        self.assertEqual(status, 201, body)
        return body["claim"]["id"]

    def do(self, client, claim, event, **more):
        return client.post(f"/claims/{claim}/{event}", more)

    def test_a_return_from_the_question_to_the_money(self):
        order = self.received()
        status, body = self.ask(order, text="the lid does not close")
        self.assertEqual(status, 201, body)
        claim = body["claim"]
        self.assertEqual((claim["status"], claim["asked"]["fen"]), ("asked", claim["lines"][0]["amount"]["fen"]))
        self.assertEqual(self.maker.get("/factory/claims")[1]["open"][0]["id"], claim["id"])
        self.assertEqual(self.do(self.maker, claim["id"], "agree", text="1 Kiln Road, A. Clerk")[1]["claim"]["status"], "agreed")
        self.assertEqual(self.buyer.get(f"/claims/{claim['id']}")[1]["claim"]["place"], "1 Kiln Road, A. Clerk")
        with self.town.database.connect() as db:
            for (words,) in db.all("SELECT words FROM return_places"):
                self.assertNotIn(b"Kiln", bytes(words))
        self.assertEqual(self.do(self.buyer, claim["id"], "send_back", carrier="Lake", number="L-1234")[0], 200)
        status, body = self.do(self.maker, claim["id"], "refund")
        self.assertEqual((status, body["claim"]["status"]), (200, "done"))
        self.assertEqual(body["claim"]["refunded"], claim["asked"])
        self.assertEqual([e["event"] for e in body["claim"]["events"]], ["open", "agree", "send_back", "refund"])
        order = self.buyer.get(f"/orders/{order}")[1]["order"]
        self.assertEqual(order["refunded"], claim["asked"])
        self.assertEqual([c["status"] for c in order["claims"]], ["done"])

    def test_the_same_request_twice_is_one_claim(self):
        order, key = self.received(), uuid.uuid4().hex
        first, second = self.ask(order, key=key), self.ask(order, key=key)
        self.assertEqual((first[0], first[1]["claim"]["id"]), (201, second[1]["claim"]["id"]))
        self.assertEqual(self.ask(order, key=key, reason="damaged")[0], 422)
        refused = uuid.uuid4().hex
        for _ in range(2):
            status, body = self.ask(order, key=refused, **{"pieces-1": 2})
            self.assertEqual((status, body["field"]), (409, "pieces"))

    def test_whose_it_is(self):
        order = self.received()
        claim = self.claim(order)
        guest = self.client(None)
        for client, status in ((guest, 401), (self.other, 404), (self.rival, 404)):
            self.assertEqual(client.get(f"/claims/{claim}")[0], status)
            self.assertEqual(self.do(client, claim, "agree")[0], status)
            self.assertEqual(self.do(client, claim, "say", **WHY)[0], status)
            self.assertEqual(client.get(f"/orders/{order}/claims/new")[0], status)
            self.assertEqual(self.ask(order, client=client)[0], status)
        self.assertEqual(self.maker.get(f"/orders/{order}/claims/new")[0], 404)  # the buyer's form
        for client, status in ((guest, 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.get("/factory/claims")[0], status)
        for client, status in ((guest, 401), (self.buyer, 403), (self.maker, 403)):
            self.assertEqual(client.get("/claims/desk")[0], status)
        self.assertEqual(self.office.get("/claims/desk")[0], 200)
        self.assertEqual(self.rival.get("/factory/claims")[1]["open"], [])
        for event in ("agree", "refund", "refuse"):
            self.assertEqual(self.do(self.buyer, claim, event, **WHY)[0], 403)
        for event in ("withdraw", "send_back"):
            self.assertIn(self.do(self.maker, claim, event, carrier="L", number="1234")[0], (403, 409))
        for event in ("overtake", "lapse"):  # the clock's
            self.assertIn(self.do(self.office, claim, event)[0], (403, 409))
        for bad in ("x", "0", "99999999999999999999", "-1"):
            self.assertEqual(self.buyer.get(f"/claims/{bad}")[0], 404)
        self.assertEqual(self.do(self.maker, claim, "nonsense")[0], 404)

    def test_a_maker_without_a_factory_sees_nobodys(self):
        claim, loner = self.claim(self.received()), self.client("loner")
        self.assertEqual(loner.get("/factory/claims")[0], 403)
        self.assertEqual(loner.get(f"/claims/{claim}")[0], 404)
        self.assertEqual(self.do(self.buyer, claim, "withdraw")[0], 200)

    def test_what_is_typed_wrongly(self):
        order = self.received()
        for fields, status, field in (({"pieces-1": "x"}, 422, "pieces"), ({"pieces-1": -1}, 422, "pieces"),
                                      ({"pieces-1": ""}, 422, "line"), ({"pieces-1": 3}, 409, "pieces"),
                                      ({"kind": "gift"}, 422, "kind"), ({"reason": ""}, 422, "reason"),
                                      ({"kind": "refund", "reason": "damaged", "amount": "1.234"}, 422, "amount"),
                                      ({"kind": "refund", "reason": "damaged", "amount": "-1"}, 422, "amount"),
                                      ({"kind": "refund", "reason": "damaged", "amount": "99999"}, 422, "amount"),
                                      ({"kind": "refund", "reason": "no_reason"}, 422, "reason"),
                                      ({"text": "x" * 501}, 422, "text")):
            got, body = self.ask(order, **fields)
            self.assertEqual((got, body["field"]), (status, field), fields)
        self.assertEqual(self.buyer.post(f"/orders/{order}/claims", {"kind": "return", "reason": "quality", "pieces-1": 1})[0], 422)
        claim = self.claim(order)
        for event, client, more, field in (("refuse", self.maker, {}, "text"), ("refuse", self.maker, {"text": "x" * 501}, "text"), ("say", self.buyer, {"text": " "}, "text"),
                                           ("say", self.buyer, {"text": "x" * 501}, "text")):
            status, body = self.do(client, claim, event, **more)
            self.assertEqual((status, body["field"]), (422, field))
        status, body = self.do(self.maker, claim, "agree")
        self.assertEqual((status, body["field"]), (422, "text"))  # where is it to be sent?
        self.do(self.maker, claim, "agree", text="1 Kiln Road")
        for more, field in (({}, "carrier"), ({"carrier": "L"}, "number"), ({"carrier": "L", "number": "1"}, "number")):
            status, body = self.do(self.buyer, claim, "send_back", **more)
            self.assertEqual((status, body["field"]), (422, field))

    def test_a_refused_page_says_why_and_keeps_what_was_typed(self):
        order = self.received()
        status, page = self.buyer.post(f"/orders/{order}/claims", {
            "kind": "exchange", "reason": "wrong", "pieces-1": 9, "text": "the <b>blue</b> one"}, uuid.uuid4().hex, headers=HTML)
        self.assertEqual(status, 409)
        self.assertIn("At most 2 pieces can be claimed.", page)
        self.assertIn("the &lt;b&gt;blue&lt;/b&gt; one", page)
        self.assertRegex(page, r'value="exchange" checked')

    def test_nothing_is_shipped_before_the_maker_has_answered(self):
        order = self.paid()
        claim = self.claim(order, kind="refund", reason="late")
        sent = {"order": order, "carrier": "other", "number": uuid.uuid4().hex[:12]}
        status, page = self.maker.post("/factory/shipping/send", sent, headers=HTML)
        self.assertEqual(status, 409)
        self.assertIn("answer before you ship", page)
        self.assertEqual(self.do(self.maker, claim, "refuse", **WHY)[0], 200)
        self.assertEqual(self.maker.post("/factory/shipping/send", sent)[0], 200)

    def test_pictures_are_drawn_anew_and_seen_by_the_sides(self):
        order = self.received()
        headers, body = form(("picture", "lid.jpg", PICTURE), ("picture", "base.jpg", PICTURE), **{
            "kind": "return", "reason": "quality", "pieces-1": 1, "idempotency_key": uuid.uuid4().hex})
        status, body = self.buyer.request("POST", f"/orders/{order}/claims", body, headers)
        self.assertEqual(status, 201, body)
        claim, note = body["claim"]["id"], body["claim"]["notes"][0]
        self.assertEqual((note["text"], len(note["pictures"])), ("", 2))
        path = f"/claims/{claim}/pictures/{note['pictures'][0]['id']}"
        for client in (self.buyer, self.maker, self.office):
            status, picture = client.get(path)
            self.assertEqual((status, picture[:3]), (200, b"\xff\xd8\xff"))  # a JPEG of our own
        for client, status in ((self.client(None), 401), (self.other, 404), (self.rival, 404)):
            self.assertEqual(client.get(path)[0], status)
        self.assertEqual(self.buyer.get(f"/claims/{claim}/pictures/9999")[0], 404)
        another = self.claim(order)  # whose pictures it shows, and no other's
        self.assertEqual(self.buyer.get(f"/claims/{another}/pictures/{note['pictures'][0]['id']}")[0], 404)
        self.assertEqual(self.do(self.buyer, another, "withdraw")[0], 200)
        for files, fields, said in (([("picture", "a.pdf", b"%PDF-1.4 x")], {}, "picture"),
                                    ([("picture", "a.png", b"no")], {}, "picture"),
                                    ([("picture", f"{i}.jpg", PICTURE) for i in range(7)], {}, "picture"),
                                    ([], {"text": " "}, "text")):
            headers, body = form(*files, **fields)
            status, body = self.buyer.request("POST", f"/claims/{claim}/say", body, headers)
            self.assertEqual((status, body["field"]), (422, said), said)
        headers, body = form(("picture", "a.jpg", PICTURE), text="here")
        status, body = self.maker.request("POST", f"/claims/{claim}/say", body, headers)
        self.assertEqual((status, len(body["claim"]["notes"][-1]["pictures"])), (200, 1))

    def test_lists_of_orders_and_claims_say_what_is_open(self):
        order = self.received()
        claim = self.claim(order)
        guest = self.client(None)
        self.assertEqual(guest.get("/claims")[0], 401)
        marks = {o["id"]: o.get("claim") for o in self.buyer.get("/orders")[1]["orders"]}
        self.assertEqual(marks[order], {"id": claim, "kind": "return", "status": "asked"})
        for client in (self.maker, self.office):
            rows = {o["id"]: o.get("claim") for o in client.get("/factory/orders")[1]["orders"]}
            self.assertEqual(rows[order]["id"], claim)
        self.assertNotIn(order, [o["id"] for o in self.rival.get("/factory/orders")[1]["orders"]])
        self.assertIn(claim, [c["id"] for c in self.buyer.get("/claims")[1]["open"]])
        self.assertNotIn(claim, [c["id"] for c in self.other.get("/claims")[1]["open"]])
        self.do(self.maker, claim, "agree", text="1 Kiln Road")
        self.assertIn("Send it back", self.buyer.get("/orders", headers=HTML)[1])
        self.assertIn("Buyer to send back", self.maker.get("/factory/orders", headers=HTML)[1])
        self.do(self.buyer, claim, "withdraw")
        self.assertIsNone({o["id"]: o.get("claim") for o in self.buyer.get("/orders")[1]["orders"]}[order])
        lists = self.buyer.get("/claims")[1]
        self.assertNotIn(claim, [c["id"] for c in lists["open"]])
        self.assertIn(claim, [c["id"] for c in lists["over"]])

    def test_a_dispute_is_the_bases(self):
        claim = self.claim(self.received(), kind="refund", reason="damaged")
        self.do(self.maker, claim, "refuse", **WHY)
        self.assertEqual(self.do(self.buyer, claim, "dispute", **WHY)[1]["claim"]["status"], "disputed")
        self.assertIn(claim, [c["id"] for c in self.office.get("/claims/desk")[1]["disputed"]])
        for amount, field in (("", "amount"), ("0", "amount"), ("999999", "amount"), ("x", "amount")):
            status, body = self.do(self.office, claim, "decide", amount=amount, **WHY)
            self.assertEqual((status, body["field"]), (422, field))
        self.assertEqual(self.do(self.maker, claim, "decide", amount="1", **WHY)[0], 403)
        page = self.office.post(f"/claims/{claim}/decide", {"amount": "777777", "text": "half of it"}, headers=HTML)[1]
        self.assertIn('value="777777"', page)  # what was typed stays
        self.assertIn(">half of it</textarea>", page)
        status, body = self.do(self.office, claim, "decide", amount="20.50", **WHY)
        self.assertEqual((status, body["claim"]["refunded"]["fen"]), (200, 2050))
        self.assertEqual(self.do(self.office, claim, "decide", amount="20.50", **WHY)[0], 409)
        self.assertEqual([n["by"] for n in body["claim"]["notes"]], ["factory", "buyer", "operator"])


if __name__ == "__main__":
    unittest.main()
