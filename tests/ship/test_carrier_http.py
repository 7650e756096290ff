"""The real program asks a carrier for numbers and for where parcels are: test_carrier_http.py GUILDHALL"""
import json
import pathlib
import sys
import time
import unittest
import uuid

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "lib")]
from carrier import Carrier  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY = 3
KEY = "a secret of the lake"
WAIT_S = 30


def wait(what):
    """Until what() is something, which is given."""
    deadline = time.monotonic() + WAIT_S
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


class Asked(TownCase):
    program, options = PROGRAM, {"buyers": 3}
    turn = 0

    @classmethod
    def setUpClass(cls):
        cls.carrier = Carrier(KEY)
        cls.addClassCleanup(cls.carrier.close)
        super().setUpClass()

    @classmethod
    def fill(cls, db):
        settings = cls.town.folder / "carriers.json"
        settings.touch(0o600)
        settings.write_text(json.dumps({"lake": {"url": cls.carrier.url, "key": KEY}}))
        for code, name in (("lake", "Lake Express"), ("hill", "Hill Post")):
            db.run("INSERT INTO carriers (code, name_zh, name_en, number_min, number_max, is_digits, position, is_on)"
                   " VALUES (?, ?, ?, 6, 20, 0, 1, 1)", code, name, name)

    def setUp(self):
        super().setUp()
        Asked.turn += 1  # nobody has many unpaid orders
        self.buyer = self.client(f"buyer{Asked.turn % 3}")
        self.maker, self.rival = self.client("maker"), self.client("rival")
        self.addCleanup(lambda: self.assertEqual(self.carrier.complaints, []))

    def paid(self, quantity=1):
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": quantity, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        self.assertEqual(self.buyer.post(f"/cashier/{body['order']['id']}")[0], 200)
        return body["order"]["id"]

    def order(self, order, client=None):
        return (client or self.maker).get(f"/orders/{order}")[1]["order"]

    def ask(self, *orders, carrier="lake", client=None, **more):
        return (client or self.maker).post("/factory/shipping/number", {"order": orders, "carrier": carrier, **more})

    def rows(self, sql, *args):
        with self.town.database.connect() as db:
            return [list(row) for row in db.all(sql, *args)]

    def hurry(self, order):
        self.now("UPDATE waybill_asks SET due_at = 1 WHERE status = 'asked' AND order_id = ?", order)

    def now(self, sql, *args):
        """Nobody waits for the pause before the next try; the program may be writing the same row."""
        try:
            with self.town.database.connect() as db:
                db.run(sql, *args)
        except Exception as e:
            if type(e).__name__ != "SerializationFailure":
                raise

    def shipped(self, order):
        self.assertTrue(wait(lambda: self.order(order)["status"] == "shipped"), self.order(order)["ask"])
        return self.order(order)

    def test_numbers_are_given_and_the_orders_shipped(self):
        orders = [self.paid(2), self.paid()]
        status, body = self.ask(*orders)
        self.assertEqual(status, 200, body)
        for order, pieces in zip(orders, (2, 1)):
            number = self.shipped(order)["parcels"][0]["number"]
            parcel = self.carrier.parcels[number]
            self.assertEqual((parcel["pieces"], parcel["receiver"]),
                             (pieces, {k: RECEIVER[k] for k in ("name", "phone", "address")}))
            self.assertTrue(self.order(order)["receiver"]["is_whole"])
        opened = [o["purpose"] for o in self.maker.get("/factory/openings")[1]["openings"] if o["order_id"] == orders[0]]
        self.assertEqual(opened, ["向承运方取运单号"])
        self.assertEqual(self.order(orders[0], self.buyer).get("ask"), None)
        # One more parcel of the same order has another number.
        self.assertEqual(self.ask(orders[0], further="1")[0], 200)
        self.assertTrue(wait(lambda: len(self.order(orders[0])["parcels"]) == 2))

    def test_asking_twice_is_one_number(self):
        order, before = self.paid(), len(self.carrier.numbers)
        self.carrier.answers.append((503, b""))  # it stays asked for
        for _ in range(3):
            self.assertEqual(self.ask(order)[0], 200)
        self.hurry(order)
        self.shipped(order)
        self.assertEqual(len(self.carrier.numbers), before + 1)

    def test_a_carrier_that_stumbles_is_asked_again_under_the_same_reference(self):
        order, before = self.paid(), len(self.carrier.numbers)
        self.carrier.answers += [(503, b""), (200, b"{"), (200, b'{"number":"a b<script>"}')]
        self.ask(order)
        def hurry():
            self.hurry(order)
            return self.order(order)["status"] == "shipped"
        self.assertTrue(wait(hurry))
        self.assertEqual(len(self.carrier.numbers), before + 1)
        self.assertEqual(self.carrier.answers, [])

    def test_a_refusal_is_told_and_may_be_asked_anew(self):
        order = self.paid()
        self.carrier.answers.append((422, b'{"error":"no such street"}'))
        self.ask(order)
        self.assertTrue(wait(lambda: (self.order(order)["ask"] or {}).get("status") == "refused"))
        self.assertEqual(self.order(order)["ask"]["said"], "no such street")
        self.assertEqual(self.order(order)["status"], "paid")
        listed = {a["order"]: a["said"] for a in self.maker.get("/factory/shipping")[1]["asks"]}
        self.assertEqual(listed[order], "no such street")
        self.ask(order)
        self.shipped(order)

    def test_an_order_cancelled_meanwhile_is_not_shipped(self):
        order = self.paid()
        self.carrier.answers.append((503, b""))
        self.ask(order)
        self.assertTrue(wait(lambda: not self.carrier.answers))
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        def over():
            self.hurry(order)
            return self.rows("SELECT status FROM waybill_asks WHERE order_id = ?", order) == [["refused"]]
        self.assertTrue(wait(over), self.rows("SELECT * FROM waybill_asks WHERE order_id = ?", order))
        self.assertEqual((self.order(order)["status"], self.order(order)["parcels"]), ("refunded", []))

    def test_where_a_parcel_is_stands_on_the_order(self):
        order = self.paid()
        self.ask(order)
        number = self.shipped(order)["parcels"][0]["number"]
        now = int(time.time())
        self.carrier.traces[number] = [{"at": now - 9999, "what": "picked up", "end": False},
                                       {"at": now, "what": "on its\u0007 way", "end": False}]

        def seen(n):
            self.now("UPDATE parcels SET trace_due_at = 1 WHERE number = ? AND trace_due_at IS NOT NULL", number)
            parcel, = self.order(order, self.buyer)["parcels"]
            return parcel if len(parcel["traces"]) == n else None
        parcel = wait(lambda: seen(2))
        self.assertEqual({t["what"] for t in parcel["traces"]}, {"picked up", "on its  way"})
        self.carrier.traces[number].append({"at": now + 9999, "what": "at the door", "end": True})
        parcel = wait(lambda: seen(3))
        self.assertIsNotNone(parcel["delivered_at"])
        self.assertEqual(self.rows("SELECT trace_due_at FROM parcels WHERE number = ?", number), [[None]])
        self.assertTrue(self.order(order, self.buyer)["auto_at"])

    def test_who_may_ask_for_what(self):
        order = self.paid()
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.client("office"), 403)):
            self.assertEqual(self.ask(order, client=client)[0], status)
        for orders, carrier, client, field in (((order,), "hill", self.maker, "carrier"), ((order,), "no", self.maker, "carrier"),
                                               ((order,), "lake", self.rival, "order"), ((10 ** 6,), "lake", self.maker, "order"),
                                               ((order, 10 ** 6), "lake", self.maker, "order")):
            status, body = self.ask(*orders, carrier=carrier, client=client)
            self.assertEqual((status, body["field"]), (409, field))
        self.assertEqual(self.ask(client=self.maker)[0], 422)
        self.assertEqual(self.order(order)["ask"], None)  # none of it, not even of the one that could be


if __name__ == "__main__":
    unittest.main()
