"""Pushing a show on to other platforms as its crew meets it, over HTTP and RTMP, against the real program.
The platform is the town itself: another of its shows. test_relay_http.py GUILDHALL"""
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"


class RelayCase(TownCase):
    def plan(self, host):
        status, body = host.post("/shows", {"title_zh": "同步专场", "title_en": "A show for many",
                                            "room": "1 号", "starts_at": "2030-01-01T19:30"})
        self.assertEqual(status, 200, body)
        return body["id"]

    def feed(self, host, show):
        publish = host.get(f"/shows/{show}/desk")[1]["publish"]
        return publish["server"], publish["key"]

    def publish(self, host, show):
        server, key = self.feed(host, show)
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP,
                                    "-c", "copy", "-f", "flv", f"{server}/{key}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        return encoder

    def add(self, host, show, url, key, name="某平台"):
        status, body = host.post(f"/shows/{show}/relay", {"name": name, "url": url, "key": key})
        self.assertEqual(status, 200, body)
        return self.targets(host, show)[-1]["id"]

    def targets(self, host, show):
        status, page = host.get(f"/shows/{show}/relay")
        self.assertEqual(status, 200, page)
        return page["relay"]["targets"]

    def do(self, host, show, target, event):
        return host.post(f"/shows/{show}/relay/{target}", {"event": event})[0]

    def becomes(self, host, show, target, state, **more):
        """Waits until the desk says so of the target."""
        end = time.monotonic() + 40
        while True:
            found = [t for t in host.get(f"/shows/{show}/desk")[1]["relay"]["targets"] if t["id"] == target][0]
            if found["state"] == state and all(found[k] == v for k, v in more.items()):
                return found
            self.assertLess(time.monotonic(), end, found)
            time.sleep(0.05)


class Relay(RelayCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5,), "also": ["--push-private"],
                                 "users": [("host", "host"), ("other", "host")]}

    def test_a_show_runs_on_a_platform_too(self):
        host = self.client("host")
        show, there = self.plan(host), self.plan(host)
        target = self.add(host, show, *self.feed(host, there))
        self.assertEqual(self.becomes(host, show, target, "off")["is_on"], False)
        self.assertEqual(self.do(host, show, target, "on"), 200)
        self.becomes(host, show, target, "waiting")
        encoder = self.publish(host, show)
        live = self.becomes(host, show, target, "live")
        self.assertEqual((live["tone"], live["reconnects"], live["may_retry"]), ("live", 0, False))
        self.assertTrue(host.get(f"/shows/{there}")[1]["show"]["on_air"])
        self.assertEqual(host.get(f"/shows/{show}/desk")[1]["health"]["players"], 0)
        self.assertEqual(self.do(host, show, target, "off"), 200)
        self.becomes(host, show, target, "off")
        end = time.monotonic() + 30
        while host.get(f"/shows/{there}")[1]["show"]["on_air"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

        # The program begins anew, and goes on where the crew wished it.
        self.assertEqual(self.do(host, show, target, "on"), 200)
        self.becomes(host, show, target, "live")
        self.assertEqual(self.town.stop(), 0)
        self.assertNotEqual(encoder.wait(20), 0)
        self.town.start()
        host.close()
        self.becomes(host, show, target, "waiting")
        self.publish(host, show)
        self.becomes(host, show, target, "live")
        host.post(f"/shows/{show}/end")
        self.assertEqual(self.becomes(host, show, target, "stopped")["is_on"], True)
        self.assertEqual(self.do(host, show, target, "off"), 409)
        status, body = host.post(f"/shows/{show}/relay", {"name": "x", "url": "rtmp://a/b", "key": "c"})
        self.assertEqual((status, body["error"]), (409, "conflict"))
        self.assertEqual(self.town.check()[0], 0)

    def test_a_rehearsal_is_for_the_crew(self):
        host = self.client("host")
        show, there = self.plan(host), self.plan(host)
        target = self.add(host, show, *self.feed(host, there))
        self.assertEqual(self.do(host, show, target, "on"), 200)
        self.assertEqual(host.post(f"/shows/{show}/rehearse", {"on": 1})[0], 200)
        self.publish(host, show)
        self.becomes(host, show, target, "rehearsal")
        other = self.plan(host)  # what begins later is there, and the rehearsal is not
        self.do(host, other, later := self.add(host, other, *self.feed(host, self.plan(host))), "on")
        self.publish(host, other)
        self.becomes(host, other, later, "live")
        self.assertTrue(host.get(f"/shows/{show}/desk")[1]["health"]["known"])
        self.assertFalse(host.get(f"/shows/{there}")[1]["show"]["on_air"])
        self.assertEqual(host.post(f"/shows/{show}/rehearse", {"on": 0})[0], 200)
        self.becomes(host, show, target, "live")

    def test_a_wrong_key_is_said_in_words(self):
        host = self.client("host")
        show, there = self.plan(host), self.plan(host)
        server, key = self.feed(host, there)
        target = self.add(host, show, server, key + "x")
        self.do(host, show, target, "on")
        self.publish(host, show)
        found = self.becomes(host, show, target, "retry", why="denied")
        self.assertIn("NetStream.Publish", found["words"])
        self.assertTrue(found["may_retry"])
        self.assertEqual(self.do(host, show, target, "again"), 200)
        self.becomes(host, show, target, "retry", why="denied")
        page = host.request("GET", f"/shows/{show}/desk", None, {"Accept": "text/html", "Accept-Language": "zh-CN"})[1]
        self.assertIn("平台不接受该推流码", page)

    def test_a_key_is_kept_to_itself(self):
        host = self.client("host")
        show = self.plan(host)
        secret = "s3cret-key-of-a-platform"
        self.add(host, show, "rtmps://push.example/live/", secret)
        self.add(host, show, f"rtmp://push.example/app/{secret}?sign={secret}", "")
        for path in (f"/shows/{show}/relay", f"/shows/{show}/desk"):
            for accept in ("application/json", "text/html"):
                self.assertNotIn(secret, str(host.request("GET", path, None, {"Accept": accept})[1]))
        first, second = self.targets(host, show)
        self.assertEqual((first["url"], second["url"]), ("rtmps://push.example/live", "rtmp://push.example/app"))
        self.assertTrue(first["key"].endswith("form"))
        with self.town.database.connect() as db:
            rows = db.all("SELECT url, key_sealed FROM relay_targets")
        self.assertNotIn(secret.encode(), b"".join(u.encode() + bytes(k) for u, k in rows))
        self.assertNotIn(secret, (self.town.folder / "log").read_text())
        self.assertEqual(self.do(host, show, first["id"], "remove"), 200)
        self.assertEqual([t["id"] for t in self.targets(host, show)], [second["id"]])
        self.assertEqual(self.do(host, show, first["id"], "on"), 404)  # gone for good

    def test_only_its_crew_sees_and_moves_it(self):
        host, other, buyer = self.client("host"), self.client("other"), self.client("buyer0")
        show, theirs = self.plan(host), self.plan(other)
        target = self.add(host, show, "rtmp://push.example/live", "key-1")
        for client, want in ((self.client(), 401), (buyer, 403), (other, 403)):
            self.assertEqual(client.get(f"/shows/{show}/relay")[0], want)
            self.assertEqual(client.post(f"/shows/{show}/relay", {"name": "x", "url": "rtmp://a/b", "key": "c"})[0], want)
            self.assertEqual(client.post(f"/shows/{show}/relay/{target}", {"event": "on"})[0], want)
        self.assertEqual(self.do(other, theirs, target, "on"), 404)  # another show's, by one's own
        self.assertEqual(self.client("office").get(f"/shows/{show}/relay")[0], 200)
        cookie = {"Cookie": f"session={host.token}", "Accept": "text/html"}
        nobody = self.client()
        self.assertEqual(nobody.post(f"/shows/{show}/relay/{target}", {"event": "on"}, headers=cookie)[0] // 100, 4)
        for wrong in ("0", "-1", "x", "999999"):
            self.assertEqual(self.do(host, show, wrong, "on"), 404, wrong)
        self.assertEqual(self.do(host, show, target, "again"), 409)  # it is off
        for wrong in ("", "add", "gone", "ON"):
            self.assertEqual(self.do(host, show, target, wrong), 422, wrong)
        self.assertEqual([self.do(host, show, target, e) for e in ("on", "on", "off", "off")], [200] * 4)
        self.assertEqual(self.targets(host, show)[0]["is_on"], False)

    def test_wrong_addresses_are_named(self):
        host = self.client("host")
        show = self.plan(host)
        good = {"name": "x", "url": "rtmp://push.example/live", "key": "key-1"}
        for change, field in (({"name": ""}, "name"), ({"name": "x" * 41}, "name"), ({"url": ""}, "url"),
                              ({"url": "http://push.example/live"}, "url"), ({"url": "rtmp://a:b@c/live"}, "url"),
                              ({"url": "rtmp://h/a b"}, "url"), ({"url": "rtmp://" + "h" * 600 + "/a"}, "url"),
                              ({"key": "k" * 600}, "key"), ({"key": ""}, "key"), ({"url": "rtmp://h"}, "key"),
                              ({"url": "rtmp://h:99999/a"}, "url")):
            status, body = host.post(f"/shows/{show}/relay", {**good, **change})
            self.assertEqual((status, body.get("field")), (422, field), (change, body))
        self.assertEqual(self.targets(host, show), [])
        for i in range(8):
            self.add(host, show, good["url"], f"key-{i}")
        status, body = host.post(f"/shows/{show}/relay", {**good, "key": "key-9"})
        self.assertEqual((status, body["error"], body["limit"]), (429, "limit", 8))
        self.do(host, show, self.targets(host, show)[0]["id"], "remove")
        status, body = host.post(f"/shows/{show}/relay", good)  # there already
        self.assertEqual((status, body["field"]), (409, "key"))
        page = host.request("POST", f"/shows/{show}/relay", "name=x&url=http%3A%2F%2Fh", {
            "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(page[0], 422)
        self.assertIn('value="http://h"', page[1])  # as it was typed


class Inner(RelayCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5,), "users": [("host", "host")]}

    def test_a_town_is_not_made_to_knock_at_inner_doors(self):
        host = self.client("host")
        show = self.plan(host)
        targets = [self.add(host, show, f"rtmp://{at}:{self.town.http}/live", "key")
                   for at in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.0.0.1")]
        for target in targets:
            self.do(host, show, target, "on")
        self.publish(host, show)
        for target in targets:
            self.becomes(host, show, target, "refused", why="private")


if __name__ == "__main__":
    unittest.main(verbosity=1)
