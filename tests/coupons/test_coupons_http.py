"""Coupons over HTTP, against the real program: who issues, claims and uses them; what the order sheet
makes of them. test_coupons_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, RIVALS = 3, 4
HTML = {"Accept": "text/html", "Accept-Language": "en"}
UNTIL = (datetime.date.today() + datetime.timedelta(days=9)).isoformat()
TERMS = {"off": "10", "least": "69", "pieces": 5, "until": UNTIL, "use_days": 7}


class Coupons(TownCase):
    program, options = PROGRAM, {"buyers": 4, "users": (("loner", "factory", "maker-two"),)}
    turn = 0

    @classmethod
    def fill(cls, db):
        db.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE login = 'loner')")  # dismissed

    def setUp(self):
        super().setUp()
        Coupons.turn += 1  # nobody has many unpaid orders
        self.buyer, self.other = self.client(f"buyer{Coupons.turn % 4}"), self.client(f"buyer{(Coupons.turn + 1) % 4}")
        self.maker, self.rival = self.client("maker"), self.client("rival")

    def issued(self, **more):
        status, body = self.maker.post("/factory/coupons", {**TERMS, **more})
        self.assertEqual(status, 200, body)
        self.addCleanup(self.maker.post, f"/factory/coupons/{body['id']}/stop")
        return body["id"]

    def claimed(self, coupon, client=None):
        status, body = (client or self.buyer).post(f"/coupons/{coupon}/claim")
        self.assertEqual(status, 200, body)
        return body["claim"]

    def order(self, client=None, sku=MANY, quantity=2, **more):
        return (client or self.buyer).post("/orders", {"sku": sku, "quantity": quantity, **RECEIVER, **more}, uuid.uuid4().hex)

    def test_from_the_maker_to_the_order(self):
        coupon = self.issued()
        offered = {c["id"]: c for c in self.buyer.get("/coupons")[1]["to_claim"]}
        self.assertEqual(offered[coupon]["left"], 5)
        claim = self.claimed(coupon)
        self.assertEqual(self.claimed(coupon), claim)
        status, body = self.order(coupon=claim)
        self.assertEqual(status, 201, body)
        order = body["order"]
        self.assertEqual((order["discount"]["fen"], order["total"]["fen"]), (1000, order["goods"]["fen"] - 1000))
        mine = {c["id"]: c for c in self.buyer.get("/coupons")[1]["claimed"]}
        self.assertEqual((mine[claim]["state"], mine[claim]["order"]), ("used", order["id"]))
        seen = {c["id"]: c for c in self.maker.get("/factory/coupons")[1]["coupons"]}[coupon]
        self.assertEqual((seen["claimed"], seen["used"], seen["given"]["fen"]), (1, 1, 1000))
        status, body = self.order(coupon=claim)
        self.assertEqual((status, body["field"]), (409, "coupon"))
        self.assertEqual(self.buyer.post(f"/orders/{order['id']}/cancel")[0], 200)
        self.assertEqual(self.order(coupon=claim)[0], 201)

    def test_the_sheet_takes_the_best_and_lets_choose(self):
        small, large = self.claimed(self.issued()), self.claimed(self.issued(off="15"))
        status, sheet = self.buyer.get(f"/orders/new?sku={MANY}&quantity=2")
        part, = sheet["parts"]
        self.assertEqual({c["id"]: c["is_chosen"] for c in part["coupons"] if c["id"] in (small, large)},
                         {small: False, large: True})
        self.assertEqual(part["discount"]["fen"], 1500)
        wish = {"sku": MANY, "quantity": 2}
        for chosen, fen in ((small, 1000), ("", 0), (999999, 0)):
            status, sheet = self.buyer.post("/orders/quote", {**wish, "coupon": chosen})
            self.assertEqual((status, sheet["parts"][0]["discount"]["fen"]), (200, fen), chosen)
        page = self.buyer.get(f"/orders/new?sku={MANY}&quantity=2", HTML)[1]
        self.assertRegex(page, rf'<option value="{large}" selected>¥15 off from ¥69 \(−¥15\)')
        # Whoever says nothing of coupons, over the API, uses none.
        self.assertEqual(self.order()[1]["order"]["discount"]["fen"], 0)

    def test_the_product_says_that_there_are_some(self):
        slug = next(p["lines"][0]["slug"] for p in self.buyer.get(f"/orders/new?sku={MANY}&quantity=1")[1]["parts"])
        self.issued()
        page = self.client(None).get(f"/hall/products/{slug}", HTML)[1]
        self.assertRegex(page, r'href="/coupons\?factory=\d+"')

    def test_what_is_not_a_coupon(self):
        for wrong, field in (({"off": ""}, "off"), ({"off": "x"}, "off"), ({"percent": 95}, "percent"), ({"percent": 10}, "off"),
                             ({"least": "5"}, "least"), ({"pieces": 0}, "pieces"), ({"use_days": 400}, "use_days"),
                             ({"until": "2020-01-01"}, "claim_until"), ({"until": "soon"}, "until"), ({"most": "-1"}, "most")):
            status, body = self.maker.post("/factory/coupons", {**TERMS, **wrong})
            self.assertEqual((status, body["field"]), (422, field), wrong)
        status, page = self.maker.post("/factory/coupons", {**TERMS, "least": "5"}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertRegex(page, r'name="off"[^>]* value="10"')  # what was typed stays

    def test_whose_they_are(self):
        coupon, guest = self.issued(), self.client(None)
        for client, status in ((guest, 401), (self.buyer, 403)):
            self.assertEqual(client.get("/factory/coupons")[0], status)
            self.assertEqual(client.post("/factory/coupons", TERMS)[0], status)
            self.assertEqual(client.post(f"/factory/coupons/{coupon}/stop")[0], status)
        self.assertEqual(guest.get("/coupons")[0], 401)
        self.assertEqual(guest.post(f"/coupons/{coupon}/claim")[0], 401)
        self.assertEqual(self.rival.post(f"/factory/coupons/{coupon}/stop")[0], 404)
        self.assertEqual(self.maker.post(f"/coupons/{coupon}/claim")[0], 409)  # its own people
        claim = self.claimed(coupon)
        status, body = self.order(client=self.other, coupon=claim)
        self.assertEqual((status, body["field"]), (422, "coupon"))
        for bad in ("x", 10 ** 6):
            self.assertEqual(self.buyer.post(f"/coupons/{bad}/claim")[0], 404)
            self.assertEqual(self.order(coupon=bad)[0], 422)
        status, body = self.order(sku=RIVALS, coupon=claim)
        self.assertEqual((status, body["field"]), (409, "coupon"))

    def test_a_maker_without_a_factory_has_none(self):
        coupon, loner = self.issued(), self.client("loner")
        self.assertEqual(loner.get("/factory/coupons")[0], 403)
        self.assertEqual(loner.post("/factory/coupons", TERMS)[0], 403)
        self.assertEqual(loner.post(f"/factory/coupons/{coupon}/stop")[0], 403)

    def test_the_last_one_is_had_once(self):
        coupon = self.issued(pieces=1)
        self.claimed(coupon)
        status, body = self.other.post(f"/coupons/{coupon}/claim")
        self.assertEqual((status, body["field"]), (409, "coupon"))
        self.assertIn("All are claimed.", self.other.post(f"/coupons/{coupon}/claim", headers=HTML)[1])


if __name__ == "__main__":
    unittest.main()
