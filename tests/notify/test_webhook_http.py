"""Webhooks: a real receiver, the real program, orders. test_webhook_http.py GUILDHALL"""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, Town  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Receiver:
    """Keeps what it is told; answers as `answer(event, seen so far)` says: None is no answer."""

    def __init__(self):
        self.events, self.lock, self.answer = [], threading.Lock(), lambda event, seen: 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = {"id": self.headers["webhook-id"], "raw": body, "headers": self.headers,
                         **json.loads(body)}
                with outer.lock:
                    seen = [e["id"] for e in outer.events].count(event["id"])
                    status = outer.answer(event, seen)
                    event["status"] = status or 0
                    outer.events.append(event)
                if not status:
                    self.close_connection = True  # in the middle of the answer
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self):
        with self.lock:
            return [e for e in self.events if 200 <= e["status"] < 300]

    def wait(self, n, seconds=30):
        """Until n different events were taken."""
        deadline = time.monotonic() + seconds
        while len({e["id"] for e in self.taken()}) < n and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.taken()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def kinds_by_order(events):
    """The first time each event was taken, by subject."""
    found, seen = collections.defaultdict(list), set()
    for event in events:
        if event["id"] not in seen:
            seen.add(event["id"])
            found[event["subject"]].append(event["type"])
    return found


class Webhooks(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def town(self):
        return Town(PROGRAM, stock=(1000,), also=("--webhook-url", self.receiver.url))

    def place(self, buyer, n, prefix):
        ids = []
        for i in range(n):
            status, body = buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER},
                                      key=f"{prefix}-{i:06}")
            self.assertEqual(status, 201, body)
            ids.append(body["order"]["id"])
        return ids

    def test_each_change_of_an_order_is_told_and_signed(self):
        with self.town() as town:
            buyer = town.client("buyer0")
            paid, dropped = self.place(buyer, 2, "told")
            self.assertEqual(buyer.post(f"/cashier/{paid}")[0], 200)
            self.assertEqual(buyer.post(f"/orders/{dropped}/cancel")[0], 200)
            events = self.receiver.wait(4)
            self.assertEqual(kinds_by_order(events), {
                f"order:{paid}": ["order.placed", "order.paid"],
                f"order:{dropped}": ["order.placed", "order.cancelled"]})
            key = (town.folder / "webhook.key").read_bytes()
            if len(key) != 32:  # the file is text around it
                key = bytes.fromhex(key.decode().split()[-1])
            for event in events:
                head = event["headers"]
                text = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + event["raw"]
                mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
                self.assertEqual(head["webhook-signature"], "v1," + mac)
                self.assertLess(abs(int(head["webhook-timestamp"]) - time.time()), 60)
            data = events[0]["data"]
            self.assertEqual((data["order"], data["from"], data["total_fen"], data["by"]),
                             (paid, None, 6900, "buyer"))
            everything = b"".join(e["raw"] for e in events).decode()
            for personal in RECEIVER.values():
                self.assertNotIn(personal, everything)
            metrics = town.client().get("/metrics")[1]
            self.assertIn('guildhall_webhook_events_total{fate="delivered"} 4', metrics)

    def test_a_receiver_that_was_away_misses_nothing(self):
        self.receiver.answer = lambda event, seen: 503 if seen == 0 else 200
        with self.town() as town:
            buyer = town.client("buyer0")
            order, = self.place(buyer, 1, "away")
            self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)
            events = self.receiver.wait(2)
            self.assertEqual(kinds_by_order(events)[f"order:{order}"],
                             ["order.placed", "order.paid"])

    def test_a_refused_event_does_not_hold_up_other_orders(self):
        with self.town() as town:
            buyer = town.client("buyer0")
            self.receiver.answer = lambda event, seen: (
                400 if event["type"] == "order.placed" and event["data"]["order"] == 1 and seen < 1
                else 200)
            first, second = self.place(buyer, 2, "poison")
            self.assertEqual(buyer.post(f"/cashier/{first}")[0], 200)
            events = self.receiver.wait(3)
            self.assertEqual(events[0]["subject"], f"order:{second}")
            self.assertEqual(kinds_by_order(events)[f"order:{first}"],
                             ["order.placed", "order.paid"])

    def test_over_kills_every_event_is_told_and_in_order(self):
        """At least once: repeats are allowed, gaps and orders turned round are not."""
        self.receiver.answer = lambda event, seen: time.sleep(0.01) or 200
        orders = []
        with self.town() as town:
            for round_ in range(3):
                buyer = town.client(f"buyer{round_}")
                orders += self.place(buyer, 8, f"kill{round_}")
                for order in orders[-8:]:
                    self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)
                town.kill()
                town.tokens.clear()
                town.start()
            events = self.receiver.wait(len(orders) * 2, 90)
            found = kinds_by_order(events)
            for order in orders:
                self.assertEqual(found[f"order:{order}"], ["order.placed", "order.paid"])

    def test_a_receiver_that_stumbles_at_one_event_hears_of_the_others(self):
        """A 500 for good of one event, and no whole answer to another, stop nobody else."""
        with self.town() as town:
            buyer = town.client("buyer0")
            self.receiver.answer = lambda event, seen: {1: 500, 2: None}.get(
                event["data"]["order"], 200)
            orders = self.place(buyer, 4, "stumble")
            deadline = time.monotonic() + 30
            while len(self.receiver.taken()) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertEqual(kinds_by_order(self.receiver.taken()), {
                f"order:{order}": ["order.placed"] for order in orders[2:]})

    def test_a_receiver_that_does_not_answer_does_not_hold_up_the_end(self):
        asked = threading.Event()
        self.receiver.answer = lambda event, seen: asked.set() or time.sleep(6) or 200
        with self.town() as town:
            self.place(town.client("buyer0"), 1, "slow")
            self.assertTrue(asked.wait(10))
            start = time.monotonic()
            town.stop()
            self.assertLess(time.monotonic() - start, 4)

    def test_a_bad_address_is_said_at_start(self):
        import subprocess
        town = Town(PROGRAM, stock=(1,), buyers=1)
        try:
            done = subprocess.run([PROGRAM, "serve", *town.settings(), "--webhook-url",
                                   "https://u:secret@hooks.example/"], text=True, timeout=30,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("webhook-url", done.stdout)
            self.assertNotIn("secret", done.stdout)
        finally:
            town.__exit__(None, None, None)


if __name__ == "__main__":
    unittest.main()
