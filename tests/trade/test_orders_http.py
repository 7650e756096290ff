"""Orders as clients meet them, over HTTP, against the real program: test_orders_http.py GUILDHALL"""
import html
import pathlib
import re
import sys
import threading
import time
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import database  # noqa: E402
from town import PASSWORD, RECEIVER, Town, TownCase, add_sku  # noqa: E402

PROGRAM = sys.argv.pop(1)
FEW, ONE, MANY, RIVALS = 1, 2, 3, 4  # SKUs and their stock: 5, 1, 100; the other maker's
SHELF, CART_LINES_MAX = 100, 50  # as many as a cart has lines, numbered from here on


def key():
    return uuid.uuid4().hex


def wish(sku, quantity, **fields):
    return {"sku": sku, "quantity": quantity, **RECEIVER, **fields}


class Orders(TownCase):
    program, options = PROGRAM, {"buyers": 6, "users": (("loner", "factory", "maker-two"),)}

    @classmethod
    def fill(cls, db):
        for n in range(CART_LINES_MAX):
            add_sku(db, SHELF + n, MANY, 2 + n, 1)
        db.count_on("skus")
        db.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE login = 'loner')")  # dismissed

    def buyer(self, n=0):
        return self.client(f"buyer{n}")

    def order(self, client, sku, quantity=1, **fields):
        return client.post("/orders", wish(sku, quantity, **fields), key())

    def placed(self, client, sku, quantity=1, **fields):
        status, body = self.order(client, sku, quantity, **fields)
        self.assertEqual(status, 201, body)
        return body["order"]

    def test_an_order_is_placed_paid_and_seen(self):
        buyer, before = self.buyer(), self.town.left(MANY)
        order = self.placed(buyer, MANY, 2)
        self.assertEqual(order["status"], "placed")
        self.assertEqual(order["total"]["fen"], 13800)
        self.assertTrue(590 <= order["hold_left_s"] <= 600)
        self.assertEqual(self.town.left(MANY), before - 2)
        for client in (self.client("maker"), self.buyer(1)):  # who is to pay
            self.assertEqual(client.post(f"/orders/{order['id']}/pay")[0], 404)
        status, body = buyer.post(f"/orders/{order['id']}/pay")
        self.assertEqual(body.get("location"), f"/cashier/{order['id']}")
        for _ in range(3):  # a payment told again is one payment
            status, body = buyer.post(f"/cashier/{order['id']}")
            self.assertEqual((status, body["order"]["status"]), (200, "paid"))
        status, body = buyer.get(f"/orders/{order['id']}")
        self.assertEqual([e["event"] for e in body["order"]["events"]], ["place", "pay"])
        status, body = buyer.get("/orders")
        self.assertIn(order["id"], [o["id"] for o in body["orders"]])
        self.assertEqual(self.town.left(MANY), before - 2)

    def test_cancelling_gives_back(self):
        buyer, before = self.buyer(), self.town.left(MANY)
        order = self.placed(buyer, MANY, 3)
        status, body = buyer.post(f"/orders/{order['id']}/cancel")
        self.assertEqual((status, body["order"]["status"]), (200, "cancelled"))
        self.assertEqual(self.town.left(MANY), before)
        self.assertEqual(buyer.post(f"/orders/{order['id']}/cancel")[0], 409)
        self.assertEqual(buyer.post(f"/cashier/{order['id']}")[0], 409)

    def test_an_order_that_is_not_paid_in_time_expires_by_itself(self):
        buyer, before = self.buyer(), self.town.left(MANY)
        order = self.placed(buyer, MANY, 4)
        with self.town.database.connect() as db:
            db.run("UPDATE orders SET hold_until = 1 WHERE id = ?", order["id"])
        deadline = time.monotonic() + 15
        while order["status"] == "placed" and time.monotonic() < deadline:
            time.sleep(0.05)
            order = buyer.get(f"/orders/{order['id']}")[1]["order"]
        self.assertEqual(order["status"], "expired")
        self.assertEqual([e["by"] for e in order["events"]], ["buyer", "system"])
        self.assertEqual(self.town.left(MANY), before)
        status, body = buyer.post(f"/cashier/{order['id']}")  # late, but the pieces are there
        self.assertEqual((status, body["order"]["status"]), (200, "paid"))
        self.assertEqual(self.town.left(MANY), before - 4)

    def test_sold_out_says_how_many_are_left_in_the_buyers_language(self):
        buyer = self.buyer()
        for language, words in (("zh-CN", "5"), ("en", "5")):
            status, body = buyer.post("/orders", wish(FEW, 6), key(),
                                      {"Accept-Language": language})
            self.assertEqual((status, body["error"]), (409, "sold_out"))
            self.assertIn(words, body["message"])
            self.assertEqual(any("一" <= c <= "鿿" for c in body["message"]), language == "zh-CN")

    def test_quantities_out_of_bounds_are_422(self):
        buyer, before = self.buyer(), self.town.left(MANY)
        for quantity in (0, -1, 10**9, 10**30, "", "1.5", "two", "1e3", "١"):
            status, body = self.order(buyer, MANY, quantity)
            self.assertEqual((status, body["error"], body["field"]), (422, "invalid", "quantity"),
                             quantity)
        for sku in (0, -1, 999, 10**30, "", "x"):
            status, body = self.order(buyer, sku)
            self.assertEqual((status, body["field"]), (422, "sku"), sku)
        self.assertEqual(self.order(buyer, [MANY, MANY], [1])[0], 422)
        self.assertEqual(self.order(buyer, [MANY], [1, 2])[0], 422)
        self.assertEqual(self.order(buyer, [MANY] * 21, [1] * 21)[0], 422)
        self.assertEqual(self.town.left(MANY), before)

    def test_a_key_is_one_order(self):
        buyer, before, k = self.buyer(), self.town.left(MANY), key()
        answers = [buyer.post("/orders", wish(MANY, 2), k) for _ in range(3)]
        self.assertEqual([status for status, _ in answers], [201] * 3)
        self.assertEqual(len({body["order"]["id"] for _, body in answers}), 1)
        self.assertEqual(self.town.left(MANY), before - 2)
        status, body = buyer.post("/orders", wish(MANY, 3), k)
        self.assertEqual((status, body["error"]), (422, "key_reused"))
        other = self.buyer(1)  # somebody else's key of the same name is another key
        self.assertEqual(other.post("/orders", wish(MANY, 3), k)[0], 201)
        self.assertEqual(buyer.post("/orders", wish(MANY, 1))[0], 422)
        refused = [buyer.post("/orders", wish(FEW, 99), "r" * 12) for _ in range(2)]
        self.assertEqual(refused[0][0], 409)
        self.assertEqual(refused[0][1]["error"], refused[1][1]["error"])

    def test_the_same_key_at_the_same_time_is_one_order(self):
        before, k, answers = self.town.left(MANY), key(), []

        def press(client):
            answers.append(client.post("/orders", wish(MANY, 1), k))

        clients = [self.buyer() for _ in range(6)]
        threads = [threading.Thread(target=press, args=(c,)) for c in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({status for status, _ in answers}, {201})
        self.assertEqual(len({body["order"]["id"] for _, body in answers}), 1)
        self.assertEqual(self.town.left(MANY), before - 1)

    def test_many_buyers_and_one_piece(self):
        answers = []

        def buy(client):
            answers.append(self.order(client, ONE)[0])

        clients = [self.buyer(i % 4) for i in range(12)]
        threads = [threading.Thread(target=buy, args=(c,)) for c in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [201] + [409] * 11)
        self.assertEqual(self.town.left(ONE), 0)

    def test_orders_are_their_owners(self):
        mine = self.placed(self.buyer(0), MANY)["id"]
        other = self.buyer(1)
        maker, rival, office, guest = (self.client(who) for who in ("maker", "rival", "office", None))
        for client in (other, rival):
            self.assertEqual(client.get(f"/orders/{mine}")[0], 404)
            self.assertEqual(client.post(f"/orders/{mine}/cancel")[0], 404)
            self.assertEqual(client.post(f"/cashier/{mine}")[0], 404)
        self.assertEqual(guest.get(f"/orders/{mine}")[0], 401)
        self.assertEqual(guest.post("/orders", wish(MANY, 1), key())[0], 401)
        self.assertEqual(maker.get(f"/orders/{mine}")[0], 200)
        self.assertEqual(maker.post(f"/orders/{mine}/cancel")[0], 403)
        self.assertEqual(maker.post(f"/cashier/{mine}")[0], 404)
        self.assertIn(mine, [o["id"] for o in maker.get("/factory/orders")[1]["orders"]])
        self.assertEqual(rival.get("/factory/orders")[1]["orders"], [])
        self.assertIn(mine, [o["id"] for o in office.get("/factory/orders")[1]["orders"]])
        self.assertEqual(other.get("/factory/orders")[0], 403)
        self.assertEqual(office.post(f"/orders/{mine}/cancel")[0], 200)

    def test_a_cart_is_its_buyers_and_leaves_with_the_order(self):
        buyer, other = self.buyer(), self.buyer(1)
        self.assertEqual(self.client(None).get("/cart")[0], 401)
        self.assertEqual(self.client(None).post("/cart", {"sku": MANY})[0], 401)
        for sku in (MANY, MANY, RIVALS):
            status, body = buyer.post("/cart", {"sku": sku, "quantity": 2})
            self.assertEqual(status, 200, body)
        lines = {line["sku_id"]: line for m in body["makers"] for line in m["lines"]}
        self.assertEqual(len(body["makers"]), 2)
        self.assertEqual((lines[MANY]["quantity"], lines[MANY]["amount"]["fen"]), (4, 4 * 6900))
        self.assertEqual(body["total"]["fen"], sum(line["amount"]["fen"] for line in lines.values()))
        self.assertEqual(other.get("/cart")[1]["count"], 0)
        for wrong, field in (({"sku": 999}, "sku"), ({"sku": "x"}, "sku"), ({}, "sku"),
                             ({"sku": MANY, "quantity": 0}, "quantity"),
                             ({"sku": MANY, "quantity": 10000}, "quantity")):
            status, body = buyer.post("/cart", wrong)
            self.assertIn((status, body["field"]), ((422, field), (409, field)), wrong)
        off = "UPDATE products SET status = '{}' WHERE id = (SELECT product_id FROM skus WHERE id = {})"
        with self.town.database.connect() as db:
            db.run(off.format("draft", SHELF))
        self.assertEqual(buyer.post("/cart", {"sku": SHELF})[0], 409)  # it is sold no more
        with self.town.database.connect() as db:
            db.run(off.format("on", SHELF))
        status, body = buyer.post("/cart/save", {"sku": [MANY, RIVALS], "quantity": [3, 2],
                                                 "pick": [MANY]})
        self.assertEqual((status, body["picked"], body["total"]["fen"]), (200, 1, 3 * 6900))
        self.assertEqual(buyer.post("/cart/save", {"sku": [MANY], "quantity": [0]})[0], 422)
        self.assertEqual(buyer.post("/cart/save", {"sku": [MANY], "quantity": []})[0], 422)
        self.assertEqual(buyer.get("/orders/new?from=cart")[1]["total"]["fen"], 3 * 6900)
        self.assertEqual(other.get("/orders/new?from=cart")[0], 422)  # nothing is picked
        self.placed(buyer, MANY, 3, **{"from": "cart"})
        status, body = buyer.get("/cart")
        self.assertEqual([line["sku_id"] for m in body["makers"] for line in m["lines"]], [RIVALS])
        status, body = buyer.post("/cart/save", {"remove": RIVALS})
        self.assertEqual((status, body["count"]), (200, 0))

    def test_a_cart_has_an_end(self):
        buyer = self.buyer(3)
        for n in range(CART_LINES_MAX):
            status, body = buyer.post("/cart", {"sku": SHELF + n})
            self.assertEqual((status, body["count"]), (200, n + 1))
        status, body = buyer.post("/cart", {"sku": MANY})
        self.assertEqual((status, body["limit"]), (429, CART_LINES_MAX))
        self.assertEqual(buyer.post("/cart", {"sku": SHELF})[0], 200)  # one more of what is in it
        self.assertEqual(buyer.get("/cart")[1]["count"], CART_LINES_MAX)
        many = [SHELF + n for n in range(CART_LINES_MAX + 1)]
        for fields in ({"sku": many, "quantity": [1] * len(many)}, {"sku": many[:1], "quantity": [1], "pick": many}):
            self.assertEqual(buyer.post("/cart/save", fields)[0], 422)
        self.assertEqual(buyer.post("/cart/save", {"sku": many[:21], "quantity": [1] * 21, "pick": many[:21]})[0], 200)
        status, body = buyer.get("/orders/new?from=cart")  # more than an order has
        self.assertEqual((status, body["field"]), (422, "sku"))
        for sku in many[:CART_LINES_MAX]:
            self.assertEqual(buyer.post("/cart/save", {"remove": sku})[0], 200)

    def test_two_makers_are_two_orders_paid_at_once(self):
        buyer = self.buyer(5)
        status, body = self.order(buyer, [RIVALS, MANY, MANY], [1, 1, 1])
        self.assertEqual(status, 201, body)
        first = body["order"]["id"]
        self.assertEqual([o["id"] for o in body["orders"]], [first, first + 1])
        self.assertEqual(body["total"]["fen"], sum(o["total"]["fen"] for o in body["orders"]))
        self.assertEqual(buyer.post(f"/cashier/{first}")[0], 200)
        orders = [buyer.get(f"/orders/{first + i}")[1]["order"] for i in range(2)]
        self.assertEqual([o["status"] for o in orders], ["paid", "paid"])
        self.assertEqual({o["checkout_id"] for o in orders}, {first})
        self.assertEqual(len({o["factory"]["id"] for o in orders}), 2)

    def test_another_sum_than_was_seen_is_refused(self):
        buyer, before = self.buyer(2), self.town.left(MANY)
        status, body = self.order(buyer, MANY, 2, expect=13799)
        self.assertEqual((status, body["field"], body["limit"]), (409, "total", 13800))
        self.assertEqual(self.town.left(MANY), before)
        self.placed(buyer, MANY, 2, expect=13800)

    def test_a_paid_order_goes_back_until_it_is_packed(self):
        buyer, maker, rival = self.buyer(2), self.client("maker"), self.client("rival")
        before = self.town.left(MANY)
        mine, theirs = self.placed(buyer, MANY, 2)["id"], self.placed(buyer, MANY)["id"]
        for order in (mine, theirs):
            self.assertEqual(maker.post(f"/orders/{order}/call_off", {"note": "x"})[0], 409)
            self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)
        status, body = buyer.post(f"/orders/{mine}/cancel")
        self.assertEqual((status, body["order"]["status"]), (200, "refunded"))
        self.assertEqual(body["order"]["refunded"], body["order"]["total"])
        self.assertEqual(buyer.post(f"/orders/{mine}/cancel")[0], 409)
        self.assertEqual(rival.post(f"/orders/{theirs}/call_off", {"note": "x"})[0], 404)
        self.assertEqual(buyer.post(f"/orders/{theirs}/call_off", {"note": "x"})[0], 403)
        status, body = maker.post(f"/orders/{theirs}/call_off", {"note": " "})
        self.assertEqual((status, body["field"]), (422, "note"))
        status, body = maker.post(f"/orders/{theirs}/call_off", {"note": "模具坏了"})
        self.assertEqual((status, body["order"]["status"]), (200, "refunded"))
        self.assertEqual(body["order"]["events"][-1]["note"], "模具坏了")
        self.assertEqual(self.town.left(MANY), before)
        for path in ("receive", "cancel"):
            self.assertEqual(buyer.post(f"/orders/{theirs}/{path}")[0], 409)
        self.assertEqual(maker.post(f"/orders/{theirs}/receive")[0], 409)

    def test_lists_are_narrowed_by_state(self):
        buyer = self.buyer(3)
        placed, paid = self.placed(buyer, MANY)["id"], self.placed(buyer, MANY)["id"]
        self.assertEqual(buyer.post(f"/cashier/{paid}")[0], 200)
        for who, path in ((buyer, "/orders"), (self.client("maker"), "/factory/orders")):
            found = {s: [o["id"] for o in who.get(f"{path}?state={s}")[1]["orders"]]
                     for s in ("to_pay", "to_ship", "to_receive", "done", "over")}
            self.assertIn(placed, found["to_pay"])
            self.assertIn(paid, found["to_ship"])
            self.assertNotIn(paid, found["to_pay"] + found["to_receive"] + found["done"])
            for wrong, field in (("state=lost", "state"), ("before=x", "before"), ("before=1e3", "before")):
                status, body = who.get(f"{path}?{wrong}")
                self.assertEqual((status, body["field"]), (422, field))
        groups = {g["state"]: g["n"] for g in buyer.get("/orders")[1]["groups"]}
        self.assertGreaterEqual(groups["to_ship"], 1)

    def test_a_limit_is_the_makers_to_set(self):
        buyer, maker, rival = self.buyer(1), self.client("maker"), self.client("rival")
        for client, status in ((self.client(None), 401), (buyer, 403)):
            self.assertEqual(client.get("/factory/limits")[0], status)
            self.assertEqual(client.post("/factory/limits", {"sku": FEW})[0], status)
        self.assertEqual(rival.post("/factory/limits", {"sku": FEW, "per_buyer": 1})[0], 404)
        self.assertEqual(maker.post("/factory/limits", {"sku": FEW, "per_buyer": 10000})[0], 422)
        self.assertEqual(maker.get("/factory/limits?q=" + "x" * 61)[0], 422)
        self.assertEqual(maker.post("/factory/limits", {"sku": FEW, "per_buyer": "many"})[0], 422)
        self.assertEqual(maker.post("/factory/limits", {"sku": FEW, "per_buyer": 1})[0], 200)
        limits = maker.get("/factory/limits")[1]["limits"]
        self.assertEqual([(x["id"], x["per_buyer"]) for x in limits], [(FEW, 1)])
        self.assertEqual(rival.get("/factory/limits")[1]["limits"], [])
        status, body = self.order(buyer, FEW, 2)
        self.assertEqual((status, body["error"], body["limit"]), (429, "limit", 1))
        mine = self.placed(buyer, FEW)["id"]
        self.assertEqual(self.order(buyer, FEW)[0], 429)
        self.assertEqual(buyer.post(f"/orders/{mine}/cancel")[0], 200)
        self.assertEqual(maker.post("/factory/limits", {"sku": FEW, "per_buyer": ""})[0], 200)
        self.assertEqual(maker.get("/factory/limits")[1]["limits"], [])
        two = self.placed(buyer, FEW, 2)["id"]
        self.assertEqual(buyer.post(f"/orders/{two}/cancel")[0], 200)

    def test_unpaid_orders_have_a_limit(self):
        buyer, k, before = self.buyer(4), key(), self.town.left(MANY)
        orders = [self.placed(buyer, MANY)["id"] for _ in range(10)]
        for language, words in (("zh-CN", "没有付款"), ("en", "unpaid")):
            status, body = buyer.post("/orders", wish(MANY, 1), k,
                                      {"Accept-Language": language})
            self.assertEqual((status, body["error"], body["limit"]), (429, "limit", 10))
            self.assertIn(words, body["message"])
        status, page = buyer.post("/orders", wish(MANY, 3), key(),
                                  {"Accept": "text/html", "Accept-Language": "en"})
        self.assertEqual(status, 429)
        self.assertIn("10 unpaid orders", page)
        self.assertIn('name="quantity" type="number" inputmode="numeric" min="1" max="9999" '
                      'value="3"', page)
        self.assertEqual(self.town.left(MANY), before - 10)
        self.assertEqual(buyer.post(f"/orders/{orders[0]}/cancel")[0], 200)  # had its time, too
        self.assertEqual(buyer.post("/orders", wish(MANY, 1), k)[0], 429)
        self.assertEqual(buyer.post(f"/cashier/{orders[1]}")[0], 200)
        self.assertEqual(buyer.post("/orders", wish(MANY, 1), k)[0], 201)

    def test_an_order_says_who_gets_it_and_where(self):
        buyer, before = self.buyer(), self.town.left(MANY)
        words = {"name": ("收货人", "name of the receiver"), "phone": ("电话", "telephone"),
                 "address": ("地址", "address to deliver to")}
        for field, (zh, en) in words.items():
            for gone in ("", "  ", None):
                sent = wish(MANY, 1, **{field: gone})
                if gone is None:
                    del sent[field]
                for language, said in (("zh-CN", zh), ("en", en)):
                    status, body = buyer.post("/orders", sent, key(), {"Accept-Language": language})
                    self.assertEqual((status, body["field"]), (422, field))
                    self.assertIn(said, body["message"])
            status, page = buyer.post("/orders", sent, key(),
                                      {"Accept": "text/html", "Accept-Language": "en"})
            self.assertEqual(status, 422)
            self.assertRegex(page, f'name="{field}"[^>]* required aria-invalid="true"')
            self.assertIn(f'<p class="error" id="{field}-note">{body["message"]}', page)
        self.assertEqual(self.town.left(MANY), before)

    def test_what_a_form_cannot_say(self):
        buyer, other, before = self.buyer(), self.buyer(1), self.town.left(MANY)
        kept = {"name": "王小明", "phone": "13912345678", "detail": "东区创业路 88 号", "province": 33}
        self.assertEqual(other.post("/account/addresses", kept)[0], 200)
        theirs = other.get("/account/addresses")[1]["addresses"][0]["id"]
        for fields, field in (({"show": [0, 0, 0]}, "show"), ({"show": "x"}, "show"), ({"show": -1}, "show"),
                              ({"coupon": [1] * 11}, "coupon"), ({"coupon": "x"}, "coupon"),
                              ({"coupon": [999] * 11}, "coupon"), ({"expect": "x"}, "expect"), ({"expect": -1}, "expect"),
                              ({"address_id": theirs}, "address_id"), ({"address_id": "x"}, "address_id"),
                              ({"phone": "1" * 25}, "phone"), ({"name": "x" * 41}, "name"), ({"address": "x" * 201}, "address")):
            status, body = self.order(buyer, MANY, 1, **fields)
            self.assertEqual((status, body["field"]), (422, field), fields)
        status, body = self.order(buyer, [MANY, RIVALS], [1, 1], show=[0, 0, 0])
        self.assertEqual((status, body["field"]), (422, "show"))
        self.assertEqual(self.town.left(MANY), before)

    def test_a_maker_without_a_factory_sees_nobodys(self):
        loner, order = self.client("loner"), self.placed(self.buyer(2), MANY)["id"]
        for path in ("/factory/orders", "/factory/limits", "/factory/openings"):
            self.assertEqual(loner.get(path)[0], 403, path)
        self.assertEqual(loner.get(f"/orders/{order}")[0], 404)
        self.assertEqual(loner.post("/factory/limits", {"sku": MANY, "per_buyer": 1})[0], 404)

    def test_tricks_are_inert(self):
        buyer = self.buyer(2)
        tricks = ("'; DROP TABLE orders; --", "<script>alert(1)</script>", "../../etc/passwd",
                  '"><img src=x onerror=alert(1)>', "{{ csrf }}", "%00%0d%0aSet-Cookie: a=b")
        for trick in tricks:
            order = self.placed(buyer, MANY, 1, address=trick, name=trick[:40])
            status, page = buyer.get(f"/orders/{order['id']}", {"Accept": "text/html"})
            self.assertEqual(status, 200)
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<img src=x", page)
            self.assertIn(buyer.get(f"/orders/{trick.replace(' ', '%20')}")[0], (400, 404))
            self.assertEqual(self.order(buyer, trick)[0], 422)
        self.assertEqual(self.order(buyer, MANY, 1, phone="not a phone")[0], 422)

    def test_receivers_are_sealed_and_seen_by_who_needs_them(self):
        buyer = self.buyer()
        whole = {"name": "王小明", "phone": "13912345678", "address": "智造小镇东区创业路 88 号"}
        masked = {"name": "王**", "phone": "139****5678", "address": "智造小镇东区****"}
        order = self.placed(buyer, MANY, 1, **whole)
        maker, office, rival = (self.client(who) for who in ("maker", "office", "rival"))

        def seen(client):
            receiver = client.get(f"/orders/{order['id']}")[1]["order"]["receiver"]
            return {name: receiver[name] for name in whole}

        def opened(client, purpose="打印面单"):
            return client.post(f"/orders/{order['id']}/receiver", {"purpose": purpose})[0]

        self.assertEqual([seen(c) for c in (buyer, maker, office)], [whole, masked, masked])
        self.assertEqual(opened(maker), 409)  # there is nothing to ship yet
        self.assertEqual(buyer.post(f"/cashier/{order['id']}")[0], 200)
        self.assertEqual([seen(c) for c in (buyer, maker, office)], [whole, masked, masked])
        self.assertEqual([opened(c) for c in (buyer, self.client(None), rival)], [403, 401, 404])
        self.assertEqual([opened(maker, "x"), opened(maker, "x" * 101)], [422, 422])
        self.assertEqual(opened(maker), 200)
        self.assertEqual([seen(c) for c in (buyer, maker, office)], [whole, whole, masked])
        self.assertEqual(opened(office, "投诉核实"), 200)
        self.assertEqual(seen(office), whole)
        for client, n in ((maker, 2), (office, 2), (rival, 0)):
            found = [o for o in client.get("/factory/openings")[1]["openings"]
                     if o["order_id"] == order["id"]]
            self.assertEqual(len(found), n)
        self.assertEqual(buyer.get("/factory/openings")[0], 403)
        bought = self.placed(rival, MANY)["id"]  # one who makes, too, and is the buyer here
        self.assertEqual(rival.post(f"/cashier/{bought}")[0], 200)
        self.assertEqual(rival.post(f"/orders/{bought}/receiver", {"purpose": "curious"})[0], 403)
        self.assertEqual(maker.post(f"/orders/{order['id']}/call_off", {"note": "none left"})[0], 200)
        self.assertEqual([seen(c) for c in (buyer, maker, office)], [whole, masked, masked])  # it is over
        self.assertEqual([opened(maker), opened(office)], [409, 409])
        for file in self.town.folder.glob("guildhall.db*"):
            content = file.read_bytes()
            self.assertNotIn(b"13912345678", content)
            self.assertNotIn("创业路".encode(), content)

    def test_a_refused_sheet_is_drawn_again_as_it_was_filled_in(self):
        buyer = self.buyer()
        html = {"Accept": "text/html", "Accept-Language": "en"}
        fields = wish(FEW, 77, name='A "B" <c>')
        for sent, status in ((fields, 409), ({**fields, "quantity": -1}, 422),
                             ({**fields, "phone": "x"}, 422), ({**fields, "phone": ""}, 422)):
            first = key()
            got, page = buyer.post("/orders", sent, first, html)
            self.assertEqual(got, status)
            self.assertIn("A &#34;B&#34; &lt;c&gt;", page)
            self.assertIn("1 Mill Road", page)
            self.assertIn(f'value="{sent["quantity"]}"', page)
            again = re.search('name="idempotency_key" value="([^"]+)"', page).group(1)
            self.assertNotEqual(again, first)
        status, _ = buyer.post("/orders", {**fields, "sku": MANY, "quantity": 1}, again, html)
        self.assertEqual(status, 303)

    def test_who_must_log_in_first_comes_to_the_order_of_what_was_chosen(self):
        guest, page_in = self.client(), {"Accept": "text/html", "Accept-Language": "en"}
        wanted = f"/orders/new?sku={MANY}&quantity=2&show=7"
        status, _ = guest.get(wanted, page_in)
        self.assertEqual(status, 303)
        login = "/login?next=" + urllib.parse.quote(wanted, safe="")
        self.assertEqual(guest.headers["Location"].lower(), login.lower())
        _, page = guest.get(login, page_in)
        form = page[page.index('action="/login"'):]
        kept = html.unescape(re.search('name="next" value="([^"]+)"', form).group(1))
        self.assertEqual(kept, wanted)
        status, _ = guest.post("/login", {"login": "buyer0", "password": PASSWORD, "next": kept},
                               headers=page_in)
        self.assertEqual((status, guest.headers["Location"]), (303, wanted))
        _, page = self.buyer().get(wanted, page_in)
        self.assertIn(f'name="sku" value="{MANY}"', page)
        self.assertIn('value="2" required', page)

    def test_pages_answer_in_html_and_forms_need_their_token(self):
        buyer = self.buyer()
        order = self.placed(buyer, MANY)
        for path in ("/orders", f"/orders/{order['id']}", f"/cashier/{order['id']}",
                     f"/orders/new?sku={MANY}&quantity=2"):
            for language in ("zh-CN", "en"):
                status, page = buyer.get(path, {"Accept": "text/html", "Accept-Language": language})
                self.assertEqual(status, 200, path)
                self.assertIn(f'lang="{language}"', page)
                self.assertIn("</html>", page)
        _, page = buyer.get(f"/orders/{order['id']}", {"Accept": "text/html"})
        self.assertRegex(page, r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ">')
        status, _ = self.client().post(f"/orders/{order['id']}/cancel", {},
                                       headers={"Cookie": f"session={buyer.token}"})
        self.assertEqual(status, 403)


@unittest.skipIf(database.SERVER, "a full disk is the server's own")
class FullDisk(unittest.TestCase):
    def test_writes_say_so_and_reading_goes_on(self):
        with Town(PROGRAM, buyers=1, stock=(1000,)) as town:
            buyer = town.client("buyer0")
            buyer.close()
            town.stop()
            town.start((town.folder / "guildhall.db").stat().st_size + 64 * 1024)
            kept, status = [], 200
            while status == 200 and len(kept) < 400:
                k = key()
                status, body = buyer.post("/orders", wish(1, 1, address="x" * 150), k)
                if status == 201:
                    kept.append(body["order"]["id"])
                    status, body = buyer.post(f"/cashier/{kept[-1]}")
            self.assertEqual((status, body["error"]), (507, "disk_full"))
            self.assertTrue(kept)
            k = key()  # what failed may have been the payment of an order that is there
            for _ in range(3):  # it stays so, and says so again
                status, body = buyer.post("/orders", wish(1, 1, address="x" * 150), k)
                self.assertEqual(status, 507)
            status, body = buyer.get("/orders")
            self.assertEqual([o["id"] for o in body["orders"]], kept[::-1][:50])
            self.assertEqual(buyer.get("/healthz")[0], 200)
            buyer.close()
            self.assertEqual(town.stop(), 0)
            self.assertEqual(town.check(), (0, "all is well\n"))
            town.start()  # with room again, the same key is one more order
            status, body = buyer.post("/orders", wish(1, 1, address="x" * 150), k)
            self.assertEqual(status, 201)
            self.assertEqual(town.left(1), 1000 - len(kept) - 1)
            buyer.close()


if __name__ == "__main__":
    unittest.main()
