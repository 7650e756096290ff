"""Shows as their crew and their viewers meet them, over HTTP, WebSocket and RTMP, against the real
program: test_shows_http.py GUILDHALL"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"


class Shows(TownCase):
    program, options = PROGRAM, {"buyers": 2, "stock": (5, 100), "users": [("host", "host"), ("other", "host")]}

    def room(self, show):
        room = Room(self.town, show)
        self.addCleanup(room.close)
        return room

    def plan(self, host, items=("K1", "K2")):
        status, body = host.post("/shows", {"title_zh": "测试专场", "title_en": "A test show",
                                            "room": "1 号", "starts_at": "2030-01-01T19:30"})
        self.assertEqual(status, 200, body)
        show = body["id"]
        ids = []
        for code in items:
            status, body = host.post(f"/shows/{show}/items", {"sku": code, "price_fen": 5900})
            self.assertEqual(status, 200, body)
            ids.append(body["item"])
        return show, ids

    def publish(self, server, key):
        """ffmpeg as the encoder; it plays the clip until it is ended."""
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i",
                                    CLIP, "-c", "copy", "-f", "flv", f"{server}/{key}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        return encoder

    def test_a_show_from_its_plan_to_its_end(self):
        host, buyer = self.client("host"), self.client("buyer0")
        show, items = self.plan(host)
        status, desk = host.get(f"/shows/{show}/desk")
        self.assertEqual((status, desk["show"]["status"]), (200, "planned"))
        self.assertFalse(desk["health"]["known"])
        room = self.room(show)
        self.assertEqual(room.wait("hello")["viewers"], 1)
        order = lambda sku: buyer.post("/orders", {"sku": sku, "quantity": 1, "show": show, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(order(1)[0], 409)  # not yet
        encoder = self.publish(desk["publish"]["server"], desk["publish"]["key"])
        self.assertTrue(room.wait("state")["on_air"])
        status, body = host.post(f"/shows/{show}/card", {"item": items[0]})
        self.assertEqual(status, 200, body)
        self.assertEqual(room.wait("card")["item"], items[0])
        status, page = buyer.get(f"/shows/{show}")
        self.assertEqual(page["show"]["status"], "live")
        self.assertTrue(page["show"]["on_air"])
        self.assertEqual(page["card"]["id"], items[0])
        self.assertEqual(page["card"]["price"]["fen"], 5900)
        self.assertEqual([i["id"] for i in page["items"]], items)

        # Buying at the show's price takes from the stock, and everybody sees it.
        status, body = buyer.post("/orders", {"sku": 1, "quantity": 2, "show": show, **RECEIVER},
                                  uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        self.assertEqual(body["order"]["total"]["fen"], 11800)
        self.assertEqual(room.wait("stock")["left"], self.town.left(1))

        status, body = buyer.post(f"/shows/{show}/chat", {"text": " <b>会烫手吗</b> "})
        self.assertEqual(status, 200, body)
        said = room.wait("chat")
        self.assertEqual((said["text"], said["crew"]), ("<b>会烫手吗</b>", False))
        host.post(f"/shows/{show}/chat", {"text": "不会"})
        self.assertTrue(room.wait("chat")["crew"])

        host.post(f"/shows/{show}/items/{items[0]}", {"price_fen": 4900})
        price = room.wait("price")
        self.assertEqual((price["item"], price["price"]["fen"]), (items[0], 4900))
        host.post(f"/shows/{show}/card", {"item": "next"})
        self.assertEqual(room.wait("card")["item"], items[1])
        status, body = host.post(f"/shows/{show}/card", {"item": "next"})
        self.assertEqual((status, body["error"]), (409, "conflict"))
        host.post(f"/shows/{show}/items/{items[1]}", {"on_shelf": 0})
        self.assertFalse(room.wait("shelf")["on_shelf"])
        status, page = buyer.get(f"/shows/{show}")
        self.assertIsNone(page["card"])  # what is off the shelf is not shown either
        self.assertEqual(len(page["items"]), 1)
        self.assertEqual(order(2)[0], 409)

        status, body = host.post(f"/shows/{show}/end")
        self.assertEqual(status, 200, body)
        self.assertEqual(room.wait("ended")["type"], "ended")
        while room.next() is not None:
            pass
        self.assertNotEqual(encoder.wait(20), 0)  # the encoder was told to go
        status, body = buyer.post(f"/shows/{show}/chat", {"text": "?"})
        self.assertEqual(status, 409)
        for door, fields in (("items", {"sku": "K3"}), (f"items/{items[0]}", {"price_fen": 1}),
                             ("card", {"item": items[0]}), ("end", {})):
            self.assertEqual(host.post(f"/shows/{show}/{door}", fields)[0], 409, door)
        self.assertEqual(Room(self.town, show).status, 404)

    def test_only_its_crew_moves_a_show(self):
        host, other, buyer = self.client("host"), self.client("other"), self.client("buyer0")
        show, items = self.plan(host)
        doors = [("card", {"item": items[0]}), (f"items/{items[0]}", {"price_fen": 1}),
                 ("items", {"sku": "K2"}), ("end", {}), ("key", {})]
        for door, fields in doors:
            for client, want in ((self.client(), 401), (buyer, 403), (other, 403)):
                status, body = client.post(f"/shows/{show}/{door}", fields)
                self.assertEqual(status, want, (door, body))
        for client, want in ((self.client(), 401), (buyer, 403), (other, 403)):
            for page in ("desk", "log", "crew"):
                self.assertEqual(client.get(f"/shows/{show}/{page}")[0], want, page)
        self.assertEqual(self.client("office").get(f"/shows/{show}/desk")[0], 200)
        self.assertEqual(self.client().post(f"/shows/{show}/chat", {"text": "hi"})[0], 401)
        status, page = buyer.get(f"/shows/{show}")
        self.assertNotIn("publish", page)
        self.assertNotIn("key", json.dumps(page))

    def test_stock_is_its_makers_and_its_shows_hosts(self):
        host, other, maker = self.client("host"), self.client("other"), self.client("maker")
        show, _ = self.plan(host)
        self.plan(other, items=())
        before, door = self.town.left(2), "/hall/skus/2/stock"
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (other, 403),
                             (self.client("rival"), 403), (host, 200), (maker, 200),
                             (self.client("office"), 200)):
            self.assertEqual(client.post(door, {"pieces": 3})[0], want)
        self.assertEqual(self.town.left(2), before + 9)
        self.assertEqual(host.post("/hall/skus/3/stock", {"pieces": 3})[0], 403)
        key = uuid.uuid4().hex
        for _ in range(3):  # pressed again and again, the pieces are added once
            status, body = host.post(door, {"pieces": 5}, key)
            self.assertEqual((status, body["left"]), (200, before + 14))
        self.assertEqual(host.post(door, {"pieces": 6}, key)[0], 422)
        self.assertEqual(maker.post(door, {"pieces": 6}, key)[0], 200)  # somebody else's key
        for pieces, want in ((0, 422), (10 ** 9, 422), ("x", 422), (-10 ** 6, 409)):
            self.assertEqual(maker.post(door, {"pieces": pieces})[0], want, pieces)
        self.assertEqual(host.post(door, {"pieces": 1}, "short")[0], 422)
        self.assertEqual(self.town.left(2), before + 20)
        for ended in range(1, show + 1):
            host.post(f"/shows/{ended}/end")
        self.assertEqual(host.post(door, {"pieces": 1})[0], 403)

    def test_who_is_disabled_or_no_host_any_more_does_not_publish(self):
        host = self.client("host")
        show, _ = self.plan(host)
        feed = host.get(f"/shows/{show}/desk")[1]["publish"]
        for taken, given in (("roles = 1", "roles = 2"), ("disabled_at = 1", "disabled_at = NULL")):
            with self.town.database.connect() as db:
                db.run(f"UPDATE users SET {taken} WHERE id = (SELECT host_id FROM shows WHERE id = ?)", show)
            self.assertNotEqual(self.publish(feed["server"], feed["key"]).wait(20), 0, taken)
            with self.town.database.connect() as db:
                db.run(f"UPDATE users SET {given} WHERE id = (SELECT host_id FROM shows WHERE id = ?)", show)
        room = self.room(show)
        self.publish(feed["server"], feed["key"])
        self.assertTrue(room.wait("state")["on_air"])

    def test_an_old_key_no_longer_publishes(self):
        host = self.client("host")
        show, _ = self.plan(host)
        old = host.get(f"/shows/{show}/desk")[1]["publish"]
        self.assertEqual(host.post(f"/shows/{show}/key")[0], 200)
        fresh = host.get(f"/shows/{show}/desk")[1]["publish"]
        self.assertNotEqual(old["key"], fresh["key"])
        self.assertNotEqual(self.publish(old["server"], old["key"]).wait(20), 0)
        room = self.room(show)
        self.publish(fresh["server"], fresh["key"])
        self.assertTrue(room.wait("state")["on_air"])

    def test_codes_for_a_phone_are_the_crews(self):
        host, other = self.client("host"), self.client("other")
        show, _ = self.plan(host)
        path = f"/shows/{show}/feed"
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (other, 403)):
            self.assertEqual(client.get(path)[0], want)
        publish = host.get(f"/shows/{show}/desk")[1]["publish"]
        status, page = host.get(path)
        self.assertEqual((status, page["rtmp"]), (200, f"{publish['server']}/{publish['key']}"))
        self.assertEqual(host.headers["Cache-Control"], "no-store")
        name, _, query = page["larix"].partition("?")
        self.assertEqual(name, "larix://set/v1")
        self.assertEqual(urllib.parse.parse_qs(query)["conn[][url]"], [page["rtmp"]])
        status, text = host.request("GET", path, None, {"Accept": "text/html"})
        self.assertEqual((status, host.headers["Cache-Control"]), (200, "no-store"))
        codes = re.findall(r"<svg class=\"qr\".*?</svg>", text)
        self.assertEqual([self.scanned(c) for c in codes], [page["rtmp"], page["larix"]])
        # The desk shows none until it is asked for.
        self.assertNotIn("class=\"qr\"", host.request("GET", f"/shows/{show}/desk", None, {"Accept": "text/html"})[1])

    def scanned(self, svg):
        """What a phone's camera reads of a code."""
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "code.svg").write_text(svg.replace("<svg ", "<svg xmlns='http://www.w3.org/2000/svg' ", 1))
            subprocess.run(["rsvg-convert", "-w", "600", "-o", at / "code.png", at / "code.svg"], check=True)
            read = subprocess.run(["zbarimg", "-q", "--raw", at / "code.png"], check=True, stdout=subprocess.PIPE)
        return read.stdout.decode().strip()

    def test_talk_has_limits(self):
        host, buyer = self.client("host"), self.client("buyer1")
        show, _ = self.plan(host)
        for bad in ("", "   ", "x" * 121, "a\u0000b"):
            status, body = buyer.post(f"/shows/{show}/chat", {"text": bad})
            self.assertIn(status, (400, 422), (bad, body))
        statuses = [buyer.post(f"/shows/{show}/chat", {"text": f"{i}"})[0] for i in range(12)]
        self.assertEqual(statuses[:8], [200] * 8)
        self.assertEqual(set(statuses[8:]), {429})
        with self.town.database.connect() as db:
            db.run("UPDATE show_messages SET sent_at = sent_at - 10000 WHERE show_id = ?", show)
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "x" * 120})[0], 200)

    def test_wrong_input_is_refused_by_name(self):
        host = self.client("host")
        show, items = self.plan(host)
        wrong = [(f"/shows/{show}/items", {"sku": "no-such"}, 422, "sku"),
                 (f"/shows/{show}/items", {"sku": "K1"}, 409, "sku"),
                 (f"/shows/{show}/items/{items[0]}", {"price_fen": 0}, 422, "price_fen"),
                 (f"/shows/{show}/items/{items[0]}", {"price_fen": 10 ** 12}, 422, "price_fen"),
                 (f"/shows/{show}/card", {"item": -1}, 422, "item"),
                 ("/shows", {"title_zh": "x", "title_en": "x", "room": "x",
                             "starts_at": "tomorrow"}, 422, "starts_at"),
                 ("/shows", {"title_zh": "", "title_en": "x", "room": "x",
                             "starts_at": "2030-01-01T10:00"}, 422, "title_zh")]
        for path, fields, want, field in wrong:
            status, body = host.post(path, fields)
            self.assertEqual((status, body.get("field")), (want, field), (path, fields, body))
        for path in ("/shows/0", "/shows/999", "/shows/x", "/shows/1%27--", "/shows/-1/events"):
            self.assertEqual(self.client().get(path)[0], 404, path)
        other_show, other_items = self.plan(host)
        self.assertEqual(host.post(f"/shows/{show}/card", {"item": other_items[0]})[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=1)
