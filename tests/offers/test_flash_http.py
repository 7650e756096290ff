"""Flash sales: prices, their own pieces, their end; against the real program: test_flash_http.py GUILDHALL"""
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


class Flash(TownCase):
    program = PROGRAM
    options = {"buyers": 12, "stock": (40,) * 12, "users": [("host", "host"), ("other", "host")]}
    next_sku = 1

    def setUp(self):
        super().setUp()
        self.host = self.client("host")
        self.sku = Flash.next_sku
        Flash.next_sku += 1
        self.show, self.item = self.live_show(self.host, f"K{self.sku}")

    def live_show(self, host, code):
        show = host.post("/shows", {"title_zh": "秒杀", "title_en": "Flash", "room": "1",
                                    "starts_at": "2030-01-01T19:30"})[1]["id"]
        item = host.post(f"/shows/{show}/items", {"sku": code, "price_fen": 5900})[1]["item"]
        feed = host.get(f"/shows/{show}/desk")[1]["publish"]
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP, "-c",
                                    "copy", "-f", "flv", f"{feed['server']}/{feed['key']}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        self.until(lambda: host.get(f"/shows/{show}")[1]["show"]["status"], "live")
        return show, item

    def until(self, what, want, seconds=10):
        end = time.monotonic() + seconds
        while what() != want and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(what(), want)

    def plan(self, want=200, start=True, show=None, **more):
        fields = {"item": self.item, "price": "39", "pieces": 5, "per_buyer": 2, "seconds": 600, **more}
        if start:
            fields["start"] = 1
        status, body = self.host.post(f"/shows/{show or self.show}/flash", fields)
        self.assertEqual(status, want, body)
        return body.get("flash") if want == 200 else body

    def do(self, flash, do, want=200, client=None, show=None):
        status, body = (client or self.host).post(f"/shows/{show or self.show}/flash/{flash}", {"do": do})
        self.assertEqual(status, want, body)
        return body

    def buy(self, buyer, quantity=1, want=201, **more):
        client = self.client(f"buyer{buyer}") if isinstance(buyer, int) else buyer
        status, body = client.post("/orders", {"sku": self.sku, "quantity": quantity, "show": self.show, **RECEIVER,
                                               **more}, uuid.uuid4().hex)
        self.assertEqual(status, want, body)
        return body.get("order", body)

    def running(self):
        return self.client().get(f"/shows/{self.show}")[1]["offers"]["flash"]["running"]

    def test_its_price_counts_while_it_runs_and_its_pieces_are_its_own(self):
        room = Room(self.town, self.show)
        self.addCleanup(room.close)
        flash = self.plan()
        told = room.wait("offers")["flash"]["running"][0]
        self.assertEqual((told["item"], told["price_fen"], told["was_fen"], told["left"]),
                         (self.item, 3900, 5900, 5))
        self.assertTrue(590_000 < told["ends_in_ms"] <= 600_000, told)
        self.assertEqual(self.town.left(self.sku), 35)  # five are the sale's
        self.assertEqual(self.buy(0, 2)["total"]["fen"], 7800)
        self.until(lambda: self.running()[0]["left"], 3)
        self.assertEqual(self.town.left(self.sku), 35)
        self.do(flash, "end")
        self.assertEqual(self.running(), [])
        self.assertEqual(self.town.left(self.sku), 38)
        self.assertEqual(self.buy(1)["total"]["fen"], 5900)
        self.do(flash, "end", want=409)
        self.do(flash, "start", want=409)

    def test_an_order_in_flight_at_the_end_is_told_the_new_sum(self):
        flash = self.plan()
        self.do(flash, "end")
        body = self.buy(2, want=409, expect=3900)
        self.assertEqual((body["field"], body["limit"]), ("total", 5900))
        self.assertEqual(self.town.left(self.sku), 40)

    def test_its_time_ends_it(self):
        self.plan(seconds=10)
        self.assertEqual(self.buy(3)["total"]["fen"], 3900)
        self.until(self.running, [], 15)
        self.until(lambda: self.town.left(self.sku), 39)
        kinds = [(e["kind"], "actor" in e and e["actor"]) for e in
                 self.host.get(f"/shows/{self.show}/log")[1]["entries"]]
        self.assertIn("flash_end", [k for k, _ in kinds])

    def test_what_lapses_after_the_end_goes_back_to_the_stock(self):
        flash = self.plan()
        order = self.buy(4, 2)
        self.do(flash, "end")
        self.assertEqual(self.town.left(self.sku), 38)
        self.assertEqual(self.client("buyer4").post(f"/orders/{order['id']}/cancel")[0], 200)
        self.until(lambda: self.town.left(self.sku), 40)

    def test_each_has_no_more_than_is_said(self):
        self.plan(pieces=10)
        self.buy(5, 2)
        body = self.buy(5, 1, want=429)
        self.assertEqual((body["field"], body["limit"]), ("quantity", 2))
        self.buy(6, 3, want=429)
        self.buy(6, 2)

    def test_nobody_pays_more_in_a_sale_than_in_the_show(self):
        self.plan(price="49")
        self.host.post(f"/shows/{self.show}/items/{self.item}", {"price_fen": 4500})
        self.assertEqual(self.running(), [])
        self.assertEqual(self.buy(10)["total"]["fen"], 4500)
        self.host.post(f"/shows/{self.show}/items/{self.item}", {"price_fen": 5900})
        self.assertEqual(self.buy(10)["total"]["fen"], 4900)

    def test_paid_late_it_is_not_paid_round_the_limit(self):
        self.plan(per_buyer=1)
        first, client = self.buy(11), self.client("buyer11")
        with self.town.database.connect() as db:
            db.run("UPDATE orders SET hold_until = 1 WHERE id = ?", first["id"])
        self.until(lambda: client.get(f"/orders/{first['id']}")[1]["order"]["status"], "expired")
        second = self.buy(11)
        self.assertEqual(client.post(f"/cashier/{second['id']}")[0], 200)
        self.assertEqual(client.post(f"/cashier/{first['id']}")[0], 409)

    def test_all_gone_the_shows_price_counts(self):
        self.plan(pieces=2)
        first = self.buy(7, 2)
        self.assertEqual(self.buy(8)["total"]["fen"], 5900)
        self.client("buyer7").post(f"/orders/{first['id']}/cancel")
        self.assertEqual(self.buy(9)["total"]["fen"], 3900)  # what came back is the sale's

    def test_many_want_few(self):
        self.plan(pieces=7, per_buyer=1)
        totals, lock = [], threading.Lock()

        def want(buyer):
            client = self.client(f"buyer{buyer}")
            for _ in range(2):
                status, body = client.post("/orders", {"sku": self.sku, "quantity": 1, "show": self.show, "expect": 3900,
                                                       **RECEIVER}, uuid.uuid4().hex)
                with lock:
                    totals.append(body["order"]["total"]["fen"] if status == 201 else status)

        threads = [threading.Thread(target=want, args=(b,)) for b in range(12)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(totals.count(3900), 7, totals)
        self.assertEqual(self.town.left(self.sku), 33)

    def test_refused_by_name(self):
        for fields, field in (({"price": "59"}, "price"), ({"price": "60"}, "price"), ({"price": "x"}, "price"),
                              ({"price": "0"}, "price"), ({"pieces": 0}, "pieces"), ({"per_buyer": 0}, "per_buyer"),
                              ({"seconds": 9}, "seconds"), ({"seconds": 3601}, "seconds"), ({"item": "x"}, "item")):
            self.assertEqual(self.plan(want=422, **fields)["field"], field, fields)
        body = self.plan(want=409, pieces=41)
        self.assertEqual((body["field"], body["limit"]), ("pieces", 40))
        self.assertEqual(self.town.left(self.sku), 40)
        self.plan()
        self.plan(want=409)  # one of it runs
        self.plan(want=404, item=10 ** 9)

    def test_the_door(self):
        flash = self.plan(start=False)
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (self.client("other"), 403)):
            self.do(flash, "start", want, client)
            self.assertEqual(client.post(f"/shows/{self.show}/flash", {"item": self.item})[0], want)
        other = self.client("other")
        show = other.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1",
                                     "starts_at": "2030-01-01T19:30"})[1]["id"]
        self.do(flash, "start", 404, other, show)  # of another show
        self.assertEqual(other.post(f"/shows/{show}/flash", {"item": self.item, "price": "1", "pieces": 1, "per_buyer": 1,
                                                             "seconds": 60})[0], 404)
        self.host.post(f"/shows/{self.show}/crew", {"login": "buyer0", "offers": 1})
        self.do(flash, "start", 200, self.client("buyer0"))
        self.assertNotIn("planned", self.client().get(f"/shows/{self.show}")[1]["offers"]["flash"])

    def test_prepared_it_waits_for_the_show(self):
        show = self.host.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1",
                                         "starts_at": "2030-01-01T19:30"})[1]["id"]
        item = self.host.post(f"/shows/{show}/items", {"sku": f"K{self.sku}", "price_fen": 5900})[1]["item"]
        flash = self.plan(start=False, show=show, item=item)
        self.do(flash, "start", 409, show=show)
        self.do(flash, "drop", show=show)
        self.do(flash, "drop", 409, show=show)
        ends = self.plan()
        self.host.post(f"/shows/{self.show}/end")
        self.until(lambda: self.town.left(self.sku), 40)
        self.do(ends, "end", 409)


if __name__ == "__main__":
    unittest.main(verbosity=1)
