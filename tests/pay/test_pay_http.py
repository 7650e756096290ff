"""Paying as buyers and the base meet it, over HTTP, against the real program: test_pay_http.py GUILDHALL"""
import pathlib
import sys
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, Town, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
ONE, MANY, RIVALS = 2, 3, 4  # SKUs: one piece, a hundred; the other maker's


def until(true, seconds=20):
    """Waits for what the program's own threads do."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("it does not come to be")
        time.sleep(0.05)


class Paying(TownCase):
    program, options = PROGRAM, {"buyers": 4}
    people = ("buyer", "maker", "rival", "office", "guest")

    @classmethod
    def begin(cls):
        office = cls.town.client("office")
        for party in ("factory:1", "factory:2"):
            status, body = office.post("/pay/merchants", {"party": party,
                                                          "account_bank": f"{party} · Bank · 6222"})
            assert status == 200, body
        office.close()

    def placed(self, *skus, client=None):
        """The orders of one placing."""
        status, body = (client or self.buyer).post(
            "/orders", {"sku": skus, "quantity": [1] * len(skus), **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def state(self, order):
        return self.buyer.get(f"/orders/{order}")[1]["order"]["status"]

    def purses(self, order):
        """Where the order's money lies, in fen; what is empty is left out."""
        body = self.office.get(f"/pay/orders/{order}")[1]
        return {p["account"]: p["fen"]["fen"] for p in body["purses"] if p["fen"]["fen"]}

    def transfer_of(self, order):
        return next(t for t in self.office.get("/pay/desk")[1]["transfers"] if t["order"] == order)

    def confirm(self, transfer, amount, client=None):
        return (client or self.office).post(f"/pay/desk/transfers/{transfer}",
                                            {"amount": amount, "note": "B-20260501-7"})

    # --- doors ---

    def test_who_may(self):
        order = self.placed(MANY)
        self.buyer.post(f"/cashier/{order}")
        desk = ["/pay/desk", "/pay/merchants"]
        deeds = [f"/pay/desk/transfers/{order}", f"/pay/desk/instructions/{order}/retry",
                 f"/pay/desk/instructions/{order}/settle", f"/pay/desk/differences/{order}",
                 "/pay/desk/statements", "/pay/merchants"]
        for client, refused in ((self.guest, 401), (self.buyer, 403), (self.maker, 403)):
            for path in desk:
                self.assertEqual(client.get(path)[0], refused, path)
            for path in deeds:
                self.assertEqual(client.post(path, {"note": "x"})[0], refused, path)
        for path in desk:
            self.assertEqual(self.office.get(path)[0], 200)
        for client, answer in ((self.guest, 401), (self.buyer, 403), (self.rival, 404),
                               (self.maker, 200), (self.office, 200)):
            self.assertEqual(client.get(f"/pay/orders/{order}")[0], answer)
        self.assertEqual(self.office.get("/pay/orders/999999")[0], 404)

    def test_the_cashier_is_the_buyers_own(self):
        order = self.placed(MANY)
        for client, answer in ((self.guest, 401), (self.maker, 404), (self.office, 404),
                               (self.client("buyer1"), 404)):
            self.assertEqual(client.get(f"/cashier/{order}")[0], answer)
            self.assertEqual(client.post(f"/cashier/{order}", {"way": "bank"})[0], answer)
        for nothing in ("999999", "0", "-1", "x", "9" * 30):
            self.assertEqual(self.buyer.get(f"/cashier/{nothing}")[0], 404)
        self.assertEqual(self.state(order), "placed")

    def test_a_notice_for_nobody_is_none(self):
        for name in ("test", "bank", "wechat", "nobody", "%2e%2e"):
            status, _ = self.guest.request("POST", f"/pay/notices/{name}", b'{"a": {"b": []}}',
                                           {"Content-Type": "application/json"})
            self.assertEqual(status, 404, name)

    # --- the test cashier ---

    def test_one_tap_pays_all_of_a_cart(self):
        first = self.placed(MANY, RIVALS)
        status, body = self.buyer.get(f"/cashier/{first}")
        self.assertEqual((status, body["state"]), (200, "choose"))
        self.assertEqual([o["id"] for o in body["orders"]], [first, first + 1])
        self.assertEqual(body["total"]["fen"], 2 * 6900)
        self.assertTrue(590 <= body["hold_left_s"] <= 600)
        self.assertEqual([w["way"] for w in body["ways"]], ["test", "bank"])
        for _ in range(3):  # told again it is one payment
            status, body = self.buyer.post(f"/cashier/{first}")
            self.assertEqual((status, body["order"]["status"]), (200, "paid"))
        self.assertEqual(self.state(first + 1), "paid")
        self.assertEqual(self.purses(first), {"frozen:factory:1": 6900, "outside": -6900})
        self.assertEqual(self.purses(first + 1), {"frozen:factory:2": 6900, "outside": -6900})
        self.assertEqual(self.buyer.get(f"/cashier/{first}")[1]["state"], "paid")

    def test_one_order_of_a_cart_alone(self):
        first = self.placed(MANY, RIVALS)
        status, body = self.buyer.post(f"/cashier/{first + 1}?alone=1")
        self.assertEqual((status, body["order"]["status"]), (200, "paid"), body)
        self.assertEqual(self.state(first), "placed")
        body = self.buyer.get(f"/cashier/{first}")[1]
        self.assertEqual(body["total"]["fen"], 6900)  # of what is left to pay

    def test_a_refund_comes_by_itself(self):
        order = self.placed(MANY)
        self.buyer.post(f"/cashier/{order}")
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        until(lambda: self.purses(order) == {})
        kinds = [(i["kind"], i["status"]) for i in
                 self.office.get(f"/pay/orders/{order}")[1]["instructions"]]
        self.assertEqual(kinds, [("refund", "done")])

    def test_what_is_not_to_be_paid(self):
        order = self.placed(MANY)
        self.buyer.post(f"/orders/{order}/cancel")
        self.assertEqual(self.buyer.get(f"/cashier/{order}")[1]["state"], "over")
        self.assertEqual(self.buyer.post(f"/cashier/{order}")[0], 409)
        self.assertEqual(self.buyer.post(f"/cashier/{order}", {"way": "bank"})[0], 409)
        order = self.placed(MANY)
        for way in ("wechat:native", "gold", "test:h5", "bank:jsapi:x", "x" * 5000):
            status = self.buyer.post(f"/cashier/{order}", {"way": way})[0]
            self.assertIn(status, (200, 422, 400), way)
        self.assertIn(self.state(order), ("placed", "paid"))

    # --- the bank ---

    def test_a_transfer_is_confirmed_by_a_person(self):
        order = self.placed(MANY)
        status, body = self.buyer.post(f"/cashier/{order}", {"way": "bank"})
        self.assertEqual((status, body["location"]), (200, f"/cashier/{order}"))
        body = self.buyer.get(f"/cashier/{order}")[1]
        self.assertEqual(body["state"], "ready")
        transfer = body["payment"]["transfers"][0]
        self.assertEqual((transfer["account"], transfer["amount"]["fen"], transfer["number"]),
                         ("factory:1 · Bank · 6222", 6900, f"G{order}T1"))
        waiting = self.transfer_of(order)
        for wrong in ("68.99", "69.01", "6900", "0", "-69", "x", "", "69.001", "9" * 40):
            self.assertEqual(self.confirm(waiting["id"], wrong)[0], 422, wrong)
        self.assertEqual(self.office.post(f"/pay/desk/transfers/{waiting['id']}", {"amount": "69"})[0], 422)
        self.assertEqual(self.state(order), "placed")
        self.assertEqual(self.purses(order), {})
        for _ in range(2):
            self.assertEqual(self.confirm(waiting["id"], "69")[0], 200)
        self.assertEqual(self.state(order), "paid")
        self.assertEqual(self.purses(order), {"frozen:factory:1": 6900, "outside": -6900})
        self.assertEqual(self.confirm(999999, "69")[0], 404)

    def test_another_way_closes_the_one_before(self):
        order = self.placed(MANY)
        self.buyer.post(f"/cashier/{order}", {"way": "bank"})
        waiting = self.transfer_of(order)
        self.assertEqual(self.buyer.post(f"/cashier/{order}")[1]["order"]["status"], "paid")
        self.assertNotIn(order, [t["order"] for t in self.office.get("/pay/desk")[1]["transfers"]])
        self.assertEqual(self.confirm(waiting["id"], "69.00")[0], 200)  # transferred all the same
        self.assertEqual(self.purses(order)["frozen:factory:1"], 2 * 6900)
        refund = self.to_do(order)
        self.assertEqual((refund["kind"], refund["amount"]["fen"]), ("refund", 6900))
        self.settle(refund["id"])
        self.assertEqual(self.purses(order), {"frozen:factory:1": 6900, "outside": -6900})

    def to_do(self, order):
        """What a person has to do at the bank for an order."""
        def find():
            return [i for i in self.office.get("/pay/desk")[1]["by_hand"] if i["order"] == order]
        until(find)
        return find()[0]

    def settle(self, instruction):
        path = f"/pay/desk/instructions/{instruction}/settle"
        self.assertEqual(self.office.post(path, {"note": " "})[0], 422)
        self.assertEqual(self.office.post(path, {"note": "B-8"})[0], 200)
        self.assertEqual(self.office.post(path, {"note": "B-8"})[0], 409)
        self.assertEqual(self.office.post(path.replace("settle", "retry"))[0], 409)

    def test_a_transfer_that_comes_after_the_goods_went_goes_back(self):
        order = self.placed(ONE)
        self.buyer.post(f"/cashier/{order}", {"way": "bank"})
        waiting = self.transfer_of(order)
        with self.town.database.connect() as db:
            db.run("UPDATE orders SET hold_until = 1 WHERE id = ?", order)
        until(lambda: self.state(order) == "expired")
        other = self.client("buyer1")
        taken = self.placed(ONE, client=other)
        other.post(f"/cashier/{taken}")
        self.assertEqual(self.transfer_of(order)["id"], waiting["id"])  # nobody can stop a transfer
        self.assertEqual(self.confirm(waiting["id"], "69")[0], 200)
        self.assertEqual(self.state(order), "expired")
        events = [e["event"] for e in self.buyer.get(f"/orders/{order}")[1]["order"]["events"]]
        self.assertEqual(events, ["place", "expire", "pay_back"])
        self.settle(self.to_do(order)["id"])
        self.assertEqual(self.purses(order), {})

    # --- merchants ---

    def test_a_maker_without_a_number_is_not_paid_that_way(self):
        office = self.office
        self.assertEqual(office.post("/pay/merchants", {"party": "factory:2"})[0], 200)
        first = self.placed(MANY, RIVALS)
        self.assertEqual([w["way"] for w in self.buyer.get(f"/cashier/{first}")[1]["ways"]], ["test"])
        self.assertEqual(self.buyer.post(f"/cashier/{first}", {"way": "bank"})[0], 409)
        alone = self.buyer.get(f"/cashier/{first}?alone=1")[1]
        self.assertEqual([w["way"] for w in alone["ways"]], ["test", "bank"])
        office.post("/pay/merchants", {"party": "factory:2", "account_bank": "again · 1"})
        self.assertEqual(self.buyer.post(f"/cashier/{first}", {"way": "bank"})[0], 200)

    def test_only_those_who_are_there_have_accounts(self):
        for nobody in ("factory:999", "host:999", "buyer:1", "", "x" * 300, "base:1"):
            self.assertIn(self.office.post("/pay/merchants", {"party": nobody, "account_bank": "1"})[0],
                          (404, 422), nobody)
        self.assertEqual(self.office.post("/pay/merchants", {"party": "base", "account_bank": "b"})[0], 200)
        self.assertEqual(self.office.post("/pay/merchants", {"party": "base",
                                                             "account_bank": "b" * 201})[0], 422)
        body = self.office.get("/pay/merchants?q=Maker%202")[1]
        self.assertEqual([p["party"] for p in body["parties"]], ["factory:2"])
        body = self.office.get("/pay/merchants?q=%E5%8E%821")[1]
        self.assertEqual([p["party"] for p in body["parties"]], ["factory:1"])
        self.assertEqual(self.office.get("/pay/merchants?q=nobody")[1]["parties"], [])


class Killed(unittest.TestCase):
    def test_a_kill_between_call_and_answer_loses_nothing(self):
        with Town(PROGRAM, buyers=1) as town:
            buyer, orders = town.client("buyer0"), []
            for _ in range(8):
                status, body = buyer.post("/orders", {"sku": MANY, "quantity": 1, **RECEIVER},
                                          uuid.uuid4().hex)
                orders.append(body["order"]["id"])
                self.assertEqual(buyer.post(f"/cashier/{orders[-1]}")[0], 200)
            for order in orders:
                self.assertEqual(buyer.post(f"/orders/{order}/cancel")[0], 200)
            buyer.close()
            town.kill()
            town.start()

            def all_done():
                with town.database.connect() as db:
                    return db.one("SELECT COUNT(*) FROM pay_instructions WHERE status = 'done'") == 8
            with town.database.connect() as db:  # what was taken and not recorded is due again
                db.run("UPDATE pay_instructions SET due_at = 1 WHERE due_at IS NOT NULL")
            until(all_done)
            with town.database.connect() as db:
                self.assertEqual(db.one("SELECT COUNT(*) FROM ledger_transfers WHERE reason = 'refund'"
                                        " AND kind = 3"), 8)
            self.assertEqual(town.check(), (0, "all is well\n"))


if __name__ == "__main__":
    unittest.main()
