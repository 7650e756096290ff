"""Coupons and draws of a show; against the real program: test_offers_http.py GUILDHALL"""
import hashlib
import hmac
import pathlib
import subprocess
import sys
import threading
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"
HOME = {"name": "王小满", "phone": "13800000001", "province": 33, "detail": "宁波市慈溪市一路 1 号"}


class Offers(TownCase):
    program = PROGRAM
    options = {"buyers": 20, "stock": (40,) * 20, "users": [("host", "host"), ("other", "host")]}
    next_sku = 1

    def setUp(self):
        super().setUp()
        self.host, self.maker = self.client("host"), self.client("maker")
        self.sku = Offers.next_sku
        Offers.next_sku += 1
        self.show, self.item = self.live_show(f"K{self.sku}")

    def live_show(self, code, price=5900):
        show = self.host.post("/shows", {"title_zh": "活动", "title_en": "Offers", "room": "1",
                                         "starts_at": "2030-01-01T19:30"})[1]["id"]
        item = self.host.post(f"/shows/{show}/items", {"sku": code, "price_fen": price})[1]["item"]
        feed = self.host.get(f"/shows/{show}/desk")[1]["publish"]
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP, "-c", "copy", "-f",
                                    "flv", f"{feed['server']}/{feed['key']}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        self.until(lambda: self.page()["show"]["status"], "live", show=show)
        return show, item

    def page(self, client=None, show=None):
        return (client or self.client()).get(f"/shows/{show or self.show}")[1]

    def until(self, what, want, seconds=10, show=None):
        self.show = show or self.show
        end = time.monotonic() + seconds
        while what() != want and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(what(), want)

    def ok(self, answer, want=200):
        self.assertEqual(answer[0], want, answer[1])
        return answer[1]

    # --- coupons ---

    def coupon(self, pieces=10, host=6):
        fields = {"off": "10", "least": "50", "pieces": pieces, "until": "2030-01-01", "use_days": 7}
        coupon = self.ok(self.maker.post("/factory/coupons", fields))["id"]
        if host:
            self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "host", "pieces": host}))
        return coupon

    def plan(self, coupon, pieces=4, want=200, **more):
        return self.ok(self.host.post(f"/shows/{self.show}/coupons", {"coupon": coupon, "pieces": pieces, **more}),
                       want)

    def claim(self, buyer, plan, want=200):
        return self.ok(self.client(buyer).post(f"/shows/{self.show}/coupons/{plan}/claim"), want)

    def shares(self):
        return {c["id"]: c["left"] for c in
                self.host.get(f"/shows/{self.show}/desk")[1]["offers"]["coupons"]["shares"]}

    def test_three_levels_none_gives_what_it_has_not(self):
        coupon = self.coupon(10, 6)
        body = self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "host", "pieces": 5}), 409)
        self.assertEqual((body["field"], body["limit"]), ("pieces", 4))
        self.assertEqual(self.plan(coupon, 7, 409)["limit"], 6)
        plan = self.plan(coupon, 4)["plan"]
        self.assertEqual(self.shares()[coupon], 2)
        self.claim("buyer0", plan, 409)  # not given yet
        self.ok(self.host.post(f"/shows/{self.show}/coupons/{plan}", {"do": "push"}))
        claims = [self.claim(f"buyer{i}", plan)["claim"] for i in range(4)]
        self.assertEqual(self.claim("buyer0", plan)["claim"], claims[0])  # one a person
        self.claim("buyer4", plan, 409)
        self.ok(self.host.post(f"/shows/{self.show}/coupons", {"coupon": coupon, "pieces": 2}))
        self.claim("buyer4", plan)
        self.ok(self.host.post(f"/shows/{self.show}/coupons/{plan}", {"do": "end"}))
        self.assertEqual(self.shares()[coupon], 1)  # the one that nobody claimed is the host's again
        self.claim("buyer5", plan, 409)
        self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "host", "pieces": -2}), 409)
        self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "host", "pieces": -1}))
        self.assertEqual(self.shares()[coupon], 0)

    def test_what_was_claimed_in_a_show_is_taken_off(self):
        room = Room(self.town, self.show)
        self.addCleanup(room.close)
        plan = self.plan(self.coupon(), push=1)["plan"]
        told = room.wait("offers")["coupons"]["pushed"][0]
        self.assertEqual((told["id"], told["left"]), (plan, 4))
        self.assertIn("¥10", told["name_zh"])
        claim = self.claim("buyer6", plan)["claim"]
        mine = self.page(self.client("buyer6"))["offers"]["coupons"]["pushed"][0]
        self.assertTrue(mine["is_claimed"])
        order = self.ok(self.client("buyer6").post("/orders", {"sku": self.sku, "quantity": 1, "show": self.show,
                                                               "coupon": claim, **RECEIVER}, uuid.uuid4().hex), 201)
        self.assertEqual(order["order"]["total"]["fen"], 4900)

    def test_a_coupon_claimed_by_many_tabs_is_one(self):
        plan = self.plan(self.coupon(), push=1)["plan"]
        claims, lock = set(), threading.Lock()

        def tab():
            client = self.client("buyer7")
            for _ in range(10):
                status, body = client.post(f"/shows/{self.show}/coupons/{plan}/claim")
                with lock:
                    claims.add((status, body.get("claim")))

        tabs = [threading.Thread(target=tab) for _ in range(8)]
        [t.start() for t in tabs]
        [t.join() for t in tabs]
        self.assertEqual(len(claims), 1, claims)
        self.assertEqual(self.page()["offers"]["coupons"]["pushed"][0]["left"], 3)

    def test_the_show_ends_and_what_is_left_is_the_hosts(self):
        coupon = self.coupon()
        plan = self.plan(coupon, 6, push=1)["plan"]
        self.claim("buyer8", plan)
        ended, _ = self.show, self.host.post(f"/shows/{self.show}/end")
        self.claim("buyer9", plan, 409)
        self.show = self.host.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1",
                                              "starts_at": "2030-01-01T19:30"})[1]["id"]
        self.until(lambda: self.shares().get(coupon), 5)

    def test_coupons_the_door(self):
        coupon, other = self.coupon(), self.client("other")
        plan = self.plan(coupon)["plan"]
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (other, 403)):
            self.ok(client.post(f"/shows/{self.show}/coupons", {"coupon": coupon, "pieces": 1}), want)
            self.ok(client.post(f"/shows/{self.show}/coupons/{plan}", {"do": "push"}), want)
        self.ok(self.client().post(f"/shows/{self.show}/coupons/{plan}/claim"), 401)
        self.assertEqual(self.ok(self.host.post(f"/shows/{self.show}/coupons/{plan}", {"do": "give"}), 422)["field"], "do")
        self.assertEqual(self.plan(coupon, 0, 422)["field"], "pieces")
        mine = other.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1", "starts_at": "2030-01-01T19:30"})[1]["id"]
        self.ok(other.post(f"/shows/{mine}/coupons/{plan}", {"do": "push"}), 404)
        self.assertEqual(self.ok(other.post(f"/shows/{mine}/coupons", {"coupon": coupon, "pieces": 1}), 409)["field"], "pieces")
        self.ok(self.client("rival").post(f"/factory/coupons/{coupon}/hosts", {"host": "other", "pieces": 1}), 404)
        self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "nobody", "pieces": 1}), 422)

    def test_what_was_granted_is_looked_at_when_it_is_done(self):
        coupon, helper = self.coupon(), self.client("buyer15")
        plan = self.plan(coupon)["plan"]
        sale = {"item": self.item, "price": "39", "pieces": 5, "per_buyer": 2, "seconds": 600}
        flash = self.ok(self.host.post(f"/shows/{self.show}/flash", sale))["flash"]
        draw = self.draw(start="")["draw"]
        for path, fields in (("coupons", {"coupon": coupon, "pieces": 1}), (f"coupons/{plan}", {"do": "push"}),
                             ("flash", sale), (f"flash/{flash}", {"do": "start"}),
                             ("draws", {"item": self.item, "prizes": 1, "seconds": 60}), (f"draws/{draw}", {"do": "open"})):
            self.ok(self.host.post(f"/shows/{self.show}/crew", {"login": "buyer15", "offers": 1}))
            self.ok(self.meanwhile("DELETE FROM show_crew WHERE show_id = ?", [self.show], helper, f"/shows/{self.show}/{path}", fields),
                    403)
        self.assertEqual(self.page()["offers"]["coupons"]["pushed"], [])
        self.assertEqual(self.town.left(self.sku), 40)

    def test_a_room_is_told_of_so_many_coupons(self):
        room = Room(self.town, self.show)
        self.addCleanup(room.close)
        coupons = [self.coupon() for _ in range(9)]
        for coupon in coupons:
            self.plan(coupon, 1, push=1)
        self.assertEqual(len(self.page()["offers"]["coupons"]["pushed"]), 9)
        self.ok(self.client("buyer16").post(f"/shows/{self.show}/chat", {"text": "好多券"}))
        most = 0
        while (message := room.next())["type"] != "chat":
            if message["type"] == "offers":
                most = max(most, len(message["coupons"]["pushed"]))
        self.assertEqual(most, 8)

    # --- draws ---

    def draw(self, want=200, **more):
        fields = {"item": self.item, "prizes": 2, "seconds": 600, "start": 1, **more}
        return self.ok(self.host.post(f"/shows/{self.show}/draws", fields), want)

    def join(self, buyer, draw, want=200):
        return self.ok(self.client(buyer).post(f"/shows/{self.show}/draws/{draw}/join"), want)

    def test_anybody_can_check_who_won(self):
        room = Room(self.town, self.show)
        self.addCleanup(room.close)
        draw = self.draw(prizes=3, seconds=10)["draw"]
        told = room.wait("offers")["draws"]["open"][0]
        self.assertEqual((told["id"], told["prizes"], told["value_fen"]), (draw, 3, 6900))
        before = self.client().get(f"/draws/{draw}")[1]
        self.assertNotIn("seed", before["draw"])
        self.assertNotIn("list", before)
        numbers = {f"buyer{i}": self.join(f"buyer{i}", draw)["number"] for i in range(9)}
        self.assertEqual(sorted(numbers.values()), list(range(1, 10)))
        self.assertEqual(self.join("buyer3", draw)["number"], numbers["buyer3"])  # again is the same
        self.assertEqual(self.town.left(self.sku), 37)
        self.until(lambda: self.client().get(f"/draws/{draw}")[1]["draw"]["status"], "drawn", 20)
        after = self.client().get(f"/draws/{draw}")[1]
        seed = bytes.fromhex(after["draw"]["seed"])
        self.assertEqual(hashlib.sha256(seed).hexdigest(), before["draw"]["seed_hash"])
        entries = hashlib.sha256("".join(f"{e['number']}:{e['receipt']}\n" for e in after["list"]).encode()).hexdigest()
        self.assertEqual(entries, after["draw"]["entries_hash"])
        ranks = sorted((hmac.new(seed, f"{entries}:{n}".encode(), "sha256").digest(), n) for n in range(1, 10))
        self.assertEqual([w["number"] for w in after["winners"]], [n for _, n in ranks[:3]])
        self.assertEqual({w["name"] for w in after["winners"]}, {"b**"})  # as others may know it
        mine = self.client("buyer0").get(f"/draws/{draw}")[1]
        self.assertIn({"number": mine["my_number"], "receipt": mine["my_receipt"]}, after["list"])
        self.join("buyer9", draw, 409)  # closed

    def test_a_winner_has_the_prize_sent_for_nothing(self):
        draw = self.draw(prizes=1, seconds=10)["draw"]
        winner, other = self.client("buyer10"), self.client("buyer11")
        self.join("buyer10", draw)
        self.until(lambda: len(winner.get("/prizes")[1]["prizes"]), 1, 20)
        prize = winner.get("/prizes")[1]["prizes"][0]
        self.assertEqual(prize["status"], "won")
        self.ok(winner.post(f"/prizes/{prize['id']}", {"address_id": 99}), 422)
        self.ok(winner.post("/account/addresses", HOME))
        address = winner.get("/prizes")[1]["addresses"][0]["id"]
        self.ok(other.post("/account/addresses", HOME))
        theirs = other.get("/prizes")[1]["addresses"][0]["id"]
        self.ok(other.post(f"/prizes/{prize['id']}", {"address_id": theirs}), 404)
        order = self.ok(winner.post(f"/prizes/{prize['id']}", {"address_id": address}))["order"]
        self.assertEqual(self.ok(winner.post(f"/prizes/{prize['id']}", {"address_id": address}))["order"], order)
        order = winner.get(f"/orders/{order}")[1]["order"]
        self.assertEqual((order["status"], order["total"]["fen"], order["lines"][0]["quantity"]), ("paid", 0, 1))
        self.assertEqual(self.town.left(self.sku), 39)
        self.assertEqual(winner.get("/prizes")[1]["prizes"][0]["status"], "taken")
        self.assertIn(order["id"], [o["id"] for o in self.maker.get("/factory/orders")[1]["orders"]])

    def test_a_prize_is_given_whatever_one_may_buy(self):
        draw = self.draw(prizes=1, seconds=10)["draw"]
        winner = self.client("buyer14")
        self.join("buyer14", draw)
        self.until(lambda: len(winner.get("/prizes")[1]["prizes"]), 1, 20)
        with self.town.database.connect() as db:
            db.run("UPDATE skus SET status = 'off' WHERE id = ?", self.sku)
            db.run("INSERT INTO sku_limits (sku_id, per_buyer, changed_at, changed_by) VALUES (?, 1, 1, 1)", self.sku)
        self.ok(winner.post("/account/addresses", HOME))
        page = winner.get("/prizes")[1]
        self.ok(winner.post(f"/prizes/{page['prizes'][0]['id']}", {"address_id": page["addresses"][0]["id"]}))
        with self.town.database.connect() as db:
            db.run("UPDATE skus SET status = 'on' WHERE id = ?", self.sku)

    def test_a_prize_that_lapsed_is_not_sent(self):
        draw = self.draw(prizes=1, seconds=10)["draw"]
        winner = self.client("buyer17")
        self.join("buyer17", draw)
        self.until(lambda: len(winner.get("/prizes")[1]["prizes"]), 1, 20)
        self.ok(winner.post("/account/addresses", HOME))
        page = winner.get("/prizes")[1]
        prize, address = page["prizes"][0]["id"], page["addresses"][0]["id"]
        late = self.ok(self.meanwhile("UPDATE draw_wins SET until_at = 1 WHERE id = ?", [prize], winner, f"/prizes/{prize}",
                                      {"address_id": address}), 409)
        self.assertEqual(late["message"], "已过期")
        self.until(lambda: winner.get("/prizes")[1]["prizes"][0]["status"], "lapsed")
        self.ok(winner.post(f"/prizes/{prize}", {"address_id": address}), 409)
        self.until(lambda: self.town.left(self.sku), 40)

    def test_a_maker_with_many_hosts_can_still_change_their_shares(self):
        coupon = self.coupon(host=0)
        for i in range(3):
            self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "host", "pieces": 1}))
        self.ok(self.maker.post(f"/factory/coupons/{coupon}/hosts", {"host": "other", "pieces": -1}), 409)

    def test_fewer_than_prizes_and_the_rest_goes_back(self):
        draw = self.draw(prizes=5, seconds=10)["draw"]
        self.join("buyer12", draw)
        self.assertEqual(self.town.left(self.sku), 35)
        self.until(lambda: self.town.left(self.sku), 39, 20)

    def test_who_takes_part(self):
        draw = self.draw()["draw"]
        self.ok(self.host.post(f"/shows/{self.show}/crew", {"login": "buyer13", "talk": 1}))
        for login in ("host", "maker", "buyer13"):
            self.join(login, draw, 409)
        self.ok(self.client().post(f"/shows/{self.show}/draws/{draw}/join"), 401)
        self.ok(self.client("buyer1").post(f"/shows/{self.show + 1000}/draws/{draw}/join"), 404)

    def test_draws_refused_by_name_and_the_door(self):
        for fields, field in (({"prizes": 0}, "prizes"), ({"prizes": 101}, "prizes"), ({"seconds": 9}, "seconds"),
                              ({"item": 0}, "item")):
            self.assertEqual(self.draw(422, **fields)["field"], field)
        self.assertEqual(self.draw(409, prizes=41)["limit"], 40)
        with self.town.database.connect() as db:
            db.run("UPDATE skus SET price_fen = 5000001, list_price_fen = 5000001 WHERE id = ?", self.sku)
        self.assertEqual(self.draw(422)["field"], "item")  # a prize of more than 50,000 yuan
        with self.town.database.connect() as db:
            db.run("UPDATE skus SET price_fen = 5000000, list_price_fen = 5000000 WHERE id = ?", self.sku)
        draw = self.draw()["draw"]
        self.draw(409)  # one at a time
        planned = self.draw(start="")["draw"]
        self.assertEqual(self.client().get(f"/draws/{planned}")[0], 404)
        other = self.client("other")
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (other, 403)):
            self.ok(client.post(f"/shows/{self.show}/draws/{planned}", {"do": "open"}), want)
        self.assertEqual(self.ok(self.host.post(f"/shows/{self.show}/draws/{planned}", {"do": "draw"}), 422)["field"], "do")
        self.ok(self.host.post(f"/shows/{self.show}/draws/{planned}", {"do": "drop"}))
        self.ok(self.host.post(f"/shows/{self.show}/draws/{planned}", {"do": "open"}), 409)
        self.ok(self.host.post(f"/shows/{self.show}/draws/{draw}", {"do": "drop"}), 409)


if __name__ == "__main__":
    unittest.main(verbosity=1)
