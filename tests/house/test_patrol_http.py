"""The patrol wall: what runs, warning a desk, cutting off; against the real program:
test_patrol_http.py GUILDHALL"""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"


class Patrol(TownCase):
    program = PROGRAM
    options = {"buyers": 4, "stock": (50, 100), "users": [("host", "host"), ("other", "host")]}

    def setUp(self):
        self.office = self.client("office")

    def rehearsing(self):
        """A show that rehearses, and its desk."""
        host = self.client("host")
        show = host.post("/shows", {"title_zh": "测试", "title_en": "Test", "room": "1",
                                    "starts_at": "2030-01-01T19:30"})[1]["id"]
        host.post(f"/shows/{show}/items", {"sku": "K1", "price_fen": 5900})
        host.post(f"/shows/{show}/rehearse", {"on": 1})
        return host, show

    def crew_room(self, client, show):
        room = Room(self.town, show, path=client.get(f"/shows/{show}/desk")[1]["show"]["stream"]["desk_events"])
        self.addCleanup(room.close)
        self.assertEqual(room.wait("hello")["type"], "hello")
        return room

    def tile(self, show):
        status, body = self.office.get("/house/patrol")
        self.assertEqual(status, 200, body)
        return next((s for s in body["shows"] if s["id"] == show), None)

    def test_only_the_base_walks_the_rounds(self):
        host, show = self.rehearsing()
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (host, 403)):
            self.assertEqual(client.get("/house/patrol")[0], want)
            self.assertEqual(client.post(f"/house/patrol/{show}/warn", {"words": "小心"})[0], want)

    def test_what_runs_is_on_the_wall(self):
        host, show = self.rehearsing()
        planned = host.post("/shows", {"title_zh": "还早", "title_en": "Early", "room": "2",
                                       "starts_at": "2030-01-01T19:30"})[1]["id"]
        tile = self.tile(show)
        self.assertTrue(tile["rehearsal"])
        self.assertFalse(tile["has_picture"])
        self.assertTrue(tile["face"].endswith("kettle-1.svg"))  # until there is a picture
        self.assertIsNone(self.tile(planned))
        # On air, flagged and complained about.
        key = host.get(f"/shows/{show}/desk")[1]["publish"]
        host.post(f"/shows/{show}/rehearse", {"on": 0})
        encoder = subprocess.Popen(
            ["ffmpeg", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", str(CLIP), "-c", "copy", "-f", "flv",
             f"{key['server']}/{key['key']}"], stdin=subprocess.DEVNULL)
        self.addCleanup(encoder.wait)
        self.addCleanup(encoder.kill)
        room = Room(self.town, show)
        self.addCleanup(room.close)
        while not room.wait("state")["on_air"]:
            pass
        self.client("buyer1").post(f"/shows/{show}/chat", {"text": "有微信吗"})
        self.client("buyer1").post(f"/shows/{show}/complaints", {"about": "show", "kind": "false", "words": "说的不对，请查"})
        tile = self.tile(show)
        self.assertTrue(tile["has_picture"])
        self.assertEqual((tile["flagged"], tile["held"], tile["complaints"], tile["viewers"]), (["微信"], 1, 1, 1))
        self.assertTrue(tile["health"]["known"])

        # Cut off with a reason: the encoder is gone, the desk reads why, the wall says so.
        desk = self.crew_room(host, show)
        status, body = self.office.post(f"/shows/{show}/cut", {"on": 1, "why": "背景里有证件", "next": "/house/patrol"})
        self.assertEqual((status, body["location"]), (200, "/house/patrol"))
        self.assertEqual(desk.wait("cut")["note"], "背景里有证件")
        encoder.wait(20)
        tile = self.tile(show)
        self.assertEqual((tile["is_cut"], tile["cut_why"], tile["has_picture"]), (True, "背景里有证件", False))
        done = self.office.get("/house/patrol")[1]["done"]
        self.assertEqual((done[0]["kind"], done[0]["note"], done[0]["by"]), ("cut", "背景里有证件", "office"))
        log = host.get(f"/shows/{show}/log")[1]["entries"]
        self.assertEqual((log[0]["kind"], log[0]["note"]), ("cut", "背景里有证件"))
        self.office.post(f"/shows/{show}/cut", {"on": 0})
        self.assertFalse(self.tile(show)["is_cut"])
        host.post(f"/shows/{show}/end")
        self.assertIsNone(self.tile(show))

    def test_a_warning_stays_until_the_desk_has_seen_it(self):
        host, show = self.rehearsing()
        desk = self.crew_room(host, show)
        status, body = self.office.post(f"/house/patrol/{show}/warn", {"words": "请说明功率是额定值"})
        self.assertEqual(status, 200, body)
        warning = body["warning"]
        heard = desk.wait("warning")
        self.assertEqual((heard["id"], heard["text"]), (warning, "请说明功率是额定值"))
        page = host.get(f"/shows/{show}/desk")[1]
        self.assertEqual(([w["text"] for w in page["warnings"]], page["may_see"]), (["请说明功率是额定值"], True))
        self.assertFalse(self.office.get(f"/shows/{show}/desk")[1]["may_see"])
        status, page = self.client("buyer0").get(f"/shows/{show}")
        self.assertEqual((status, "warnings" in page), (200, False))
        self.assertFalse(self.tile(show)["warning"]["is_seen"])
        door = f"/shows/{show}/warnings/{warning}/seen"
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (self.client("other"), 403), (self.office, 403)):
            self.assertEqual(client.post(door)[0], want)
        _, second = self.rehearsing()
        self.assertEqual(host.post(f"/shows/{second}/warnings/{warning}/seen")[0], 404)
        self.assertEqual(host.post(door)[0], 200)
        self.assertEqual(desk.wait("warning_seen")["id"], warning)
        self.assertEqual(host.post(door)[0], 200)  # pressed twice
        seen = self.tile(show)["warning"]
        self.assertEqual((seen["is_seen"], seen["seen_by"]), (True, "host"))
        self.assertEqual(host.get(f"/shows/{show}/desk")[1]["warnings"], [])
        log = host.get(f"/shows/{show}/log")[1]["entries"]
        self.assertEqual([(e["kind"], e["note"]) for e in log[:2]], [("warning_seen", ""), ("warned", "请说明功率是额定值")])

    def test_what_is_no_warning(self):
        host, show = self.rehearsing()
        door = f"/house/patrol/{show}/warn"
        for words in ("", "x", "x" * 201, "\x07\x07"):
            self.assertEqual(self.office.post(door, {"words": words})[1]["field"], "words")
        self.assertEqual(self.office.post("/house/patrol/999999/warn", {"words": "小心"})[0], 404)
        self.assertEqual(self.office.post("/house/patrol/x/warn", {"words": "小心"})[0], 404)
        host.post(f"/shows/{show}/end")
        self.assertEqual(self.office.post(door, {"words": "小心"})[0], 409)
        self.assertEqual(host.post(f"/shows/{show}/warnings/999999/seen")[0], 404)
        self.assertIsNone(self.tile(show))


if __name__ == "__main__":
    unittest.main()
