"""A show that is recorded, as its viewers, its crew and the base meet it afterwards, against the
real program with a real encoder: test_replay_http.py GUILDHALL"""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"
PATIENCE_S = 40


def until(what, look):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen that {what}")
        time.sleep(0.1)


def probe(path):
    """What ffprobe says of a film; it must find no fault when all of it is decoded."""
    said = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
                          stderr=subprocess.PIPE, text=True)
    copied = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-c", "copy", "-f",
                             "null", "-"], stderr=subprocess.PIPE, text=True)
    if said.returncode or said.stderr or copied.stderr:
        raise AssertionError(f"{path}: {said.stderr}{copied.stderr}")
    shown = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries",
                            "format=duration:stream=codec_type,nb_read_packets", "-of", "json",
                            str(path)], stdout=subprocess.PIPE, check=True)
    return json.loads(shown.stdout)


class Replay(TownCase):
    program = PROGRAM
    options = {"buyers": 2, "stock": (50, 100), "users": [("host", "host"), ("other", "host")]}

    def plan(self):
        host = self.client("host")
        status, body = host.post("/shows", {"title_zh": "录制专场", "title_en": "A recorded show",
                                            "room": "1 号", "starts_at": "2030-01-01T19:30"})
        self.assertEqual(status, 200, body)
        show = body["id"]
        items = []
        for code in ("K1", "K2"):
            status, body = host.post(f"/shows/{show}/items", {"sku": code, "price_fen": 5900})
            self.assertEqual(status, 200, body)
            items.append(body["item"])
        return host, show, items

    def publish(self, host, show, more=()):
        desk = host.get(f"/shows/{show}/desk")[1]["publish"]
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP,
                                    "-c", "copy", *more, "-f", "flv", f"{desk['server']}/{desk['key']}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        return encoder

    def folder(self, show):
        return self.town.folder / "recordings" / f"show-{show}"

    def segments(self, show):
        try:
            return (self.folder(show) / "index").read_text().count("\ns ")
        except OSError:
            return 0

    def wait_for_segments(self, show, n):
        until(f"{n} segments are recorded", lambda: self.segments(show) >= n)

    def card(self, host, show, item):
        status, body = host.post(f"/shows/{show}/card", {"item": item})
        self.assertEqual(status, 200, body)

    def end(self, host, show):
        status, body = host.post(f"/shows/{show}/end")
        self.assertEqual(status, 200, body)

    def fetch(self, client, path):
        status, body = client.get(path)
        self.assertEqual(status, 200, (path, body))
        film = self.town.folder / "film.mp4"
        film.write_bytes(body if isinstance(body, bytes) else body.encode())
        return film

    def test_a_show_leaves_a_replay_and_clips(self):
        host, show, items = self.plan()
        guest, buyer, other = self.client(), self.client("buyer0"), self.client("other")
        encoder = self.publish(host, show)
        self.wait_for_segments(show, 1)
        self.card(host, show, items[0])
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "多少分贝"})[0], 200)
        self.wait_for_segments(show, 3)
        self.card(host, show, items[1])

        # A clip of the first is there within seconds, in mid-show, for everybody; it plays by itself.
        clips = until("the product has its clip", lambda: guest.get("/hall/products/kettle-1")[1]["clips"])
        self.assertEqual(len(clips), 1)
        self.assertGreaterEqual(clips[0]["duration_ms"], 3000)
        self.assertGreater(float(probe(self.fetch(guest, clips[0]["film"]))["format"]["duration"]), 2.9)
        playlist = guest.get(clips[0]["hls"])[1]
        self.assertTrue(playlist.endswith("#EXT-X-ENDLIST\n"), playlist)
        for name in re.findall(r'"(init-\d+\.mp4)"|^(seg-\d+\.m4s)', playlist, re.M):
            name = "".join(name)
            self.assertEqual(guest.get(f"{clips[0]['href']}/{name}")[0], 200)
        self.assertEqual(guest.get(clips[0]["thumb"])[1][:3], b"\xff\xd8\xff")

        # The rest of a running show is its crew's: strangers, and other hosts, find nothing.
        for who in (guest, buyer, other):
            for path in ("index.m3u8", "seg-1.m4s", "init-1.mp4", "film-1.mp4", "talk.json"):
                self.assertEqual(who.get(f"/shows/{show}/replay/{path}")[0], 404, path)
        late = max(int(n) for n in re.findall(r"seg-(\d+)", playlist)) + 1
        self.assertEqual(guest.get(f"{clips[0]['href']}/seg-{late}.m4s")[0], 404)
        self.assertEqual(host.get(f"/shows/{show}/replay/seg-1.m4s")[0], 200)
        self.assertIn("no-store", host.headers["Cache-Control"])
        self.assertIn("EVENT", host.get(f"/shows/{show}/replay/index.m3u8")[1])
        until("there is a thumbnail of what is on air", lambda: guest.get(f"/shows/{show}/thumb")[0] == 200)

        self.wait_for_segments(show, 5)
        self.end(host, show)
        encoder.wait(10)
        status, page = guest.get(f"/shows/{show}")
        self.assertEqual(status, 200)
        replay = page["replay"]
        self.assertNotIn("films", replay)
        self.assertEqual([c["item"] for c in replay["cards"]], [items[0], items[1], None])
        clips = until("both clips are there", lambda: len(guest.get(f"/shows/{show}")[1]["replay"]["clips"]) == 2)
        playlist = guest.get(replay["hls"])[1]
        seconds = sum(float(s) for s in re.findall(r"#EXTINF:([\d.]+)", playlist))
        self.assertAlmostEqual(seconds, replay["duration_ms"] / 1000, places=2)
        self.assertIn("VOD", playlist)
        self.assertEqual(guest.get(f"/shows/{show}/replay/seg-1.m4s")[0], 200)
        self.assertIn("immutable", guest.headers["Cache-Control"])
        status, part = guest.get(f"/shows/{show}/replay/seg-1.m4s", {"Range": "bytes=4-7"})
        self.assertEqual((status, part if isinstance(part, bytes) else part.encode()), (206, b"styp"))

        # What was said comes where it was said: after the first card, before the second.
        talk = guest.get(f"/shows/{show}/replay/talk.json?from=0")[1]["messages"]
        self.assertEqual([m["text"] for m in talk], ["多少分贝"])
        self.assertTrue(replay["cards"][0]["at_ms"] <= talk[0]["at_ms"] < replay["cards"][1]["at_ms"])
        later = guest.get(f"/shows/{show}/replay/talk.json?from={replay['duration_ms']}")[1]
        self.assertEqual(later["messages"], [])

        # The whole show as one film is its crew's to take away.
        self.assertEqual(guest.get(f"/shows/{show}/replay/film-1.mp4")[0], 404)
        self.assertEqual(other.get(f"/shows/{show}/replay/film-1.mp4")[0], 404)
        films = host.get(f"/shows/{show}")[1]["replay"]["films"]
        self.assertEqual(len(films), 1)
        shown = probe(self.fetch(host, films[0]["href"]))
        self.assertAlmostEqual(float(shown["format"]["duration"]), seconds, delta=0.3)
        status, part = host.get(films[0]["href"], {"Range": "bytes=-100"})
        self.assertEqual((status, len(part)), (206, 100))
        self.assertEqual(self.client("office").get(films[0]["href"])[0], 200)
        until("the show has its cover", lambda: guest.get(f"/shows/{show}/thumb")[0] == 200)

    def test_killed_in_mid_show(self):
        host, show, items = self.plan()
        self.publish(host, show)
        self.wait_for_segments(show, 2)
        self.card(host, show, items[0])
        self.assertEqual(host.post(f"/shows/{show}/chat", {"text": "before"})[0], 200)
        had = self.segments(show)
        self.town.kill()
        index = self.folder(show) / "index"
        with open(index, "ab") as torn:  # as if it had been in the middle of a line
            torn.write(b"s 9 1 1234 20")
        (self.folder(show) / f"seg-{self.segments(show) + 1}.m4s").write_bytes(b"half a segment")
        self.town.start()
        host = self.client("host")
        self.publish(host, show)
        self.wait_for_segments(show, had + 2)
        self.assertEqual(host.post(f"/shows/{show}/chat", {"text": "after"})[0], 200)
        self.wait_for_segments(show, had + 3)
        self.end(host, show)
        guest = self.client()
        playlist = guest.get(f"/shows/{show}/replay/index.m3u8")[1]
        self.assertEqual(playlist.count("#EXT-X-DISCONTINUITY\n"), 1, playlist)
        self.assertEqual(playlist.count("#EXT-X-MAP"), 1, playlist)  # the encoder is what it was
        talk = guest.get(f"/shows/{show}/replay/talk.json?from=0")[1]["messages"]
        self.assertEqual([m["text"] for m in talk], ["before", "after"])
        self.assertLess(talk[0]["at_ms"], talk[1]["at_ms"])
        shown = probe(self.fetch(host, f"/shows/{show}/replay/film-1.mp4"))
        seconds = sum(float(s) for s in re.findall(r"#EXTINF:([\d.]+)", playlist))
        self.assertAlmostEqual(float(shown["format"]["duration"]), seconds, delta=0.5)
        clips = until("the card's clip goes over the gap",
                      lambda: guest.get(f"/shows/{show}")[1]["replay"]["clips"])
        probe(self.fetch(guest, clips[0]["film"]))

    def test_another_configuration_is_another_film(self):
        host, show, _ = self.plan()
        first = self.publish(host, show)
        self.wait_for_segments(show, 2)
        first.send_signal(signal.SIGINT)
        first.wait(10)
        had = self.segments(show)
        self.publish(host, show, ["-c:v", "libx264", "-g", "25", "-s", "320x240"])
        self.wait_for_segments(show, had + 2)
        self.end(host, show)
        films = host.get(f"/shows/{show}")[1]["replay"]["films"]
        self.assertEqual(len(films), 2)
        for film in films:
            self.assertEqual(len(probe(self.fetch(host, film["href"]))["streams"]), 2)
        self.assertEqual(host.get(f"/shows/{show}/replay/film-3.mp4")[0], 404)
        playlist = self.client().get(f"/shows/{show}/replay/index.m3u8")[1]
        self.assertEqual(playlist.count("#EXT-X-MAP"), 2, playlist)

    def test_cut_off_nothing_of_it_is_shown(self):
        host, show, _ = self.plan()
        guest, office = self.client(), self.client("office")
        thumb = lambda: guest.get(f"/shows/{show}/thumb")[0]
        self.publish(host, show)
        until("there is a thumbnail", lambda: thumb() == 200)
        self.assertEqual(office.post(f"/shows/{show}/cut", {"why": "画面里有违禁品"})[0], 200)
        begin = time.monotonic()
        until("its thumbnail is gone", lambda: thumb() == 404)
        self.assertLess(time.monotonic() - begin, 5)
        cover = lambda: next(s for s in guest.get("/shows")[1]["live"] if s["id"] == show)["cover"]
        until("the list has none", lambda: cover() is None)
        self.assertEqual(office.post(f"/shows/{show}/cut", {"on": 0})[0], 200)
        self.publish(host, show)
        until("there is a new one", lambda: thumb() == 200)

    def store(self, *sql):
        with contextlib.closing(sqlite3.connect(self.town.folder / "guildhall.db", timeout=20)) as db:
            found = [db.execute(s).fetchall() for s in sql]
            db.commit()
        return found[-1]

    def test_what_is_removed_is_nobodys(self):
        if os.environ.get("GUILDHALL_TEST_STORE"):
            self.skipTest("the store is somewhere else")
        host, show, items = self.plan()
        encoder = self.publish(host, show)
        self.wait_for_segments(show, 1)
        self.card(host, show, items[0])
        self.wait_for_segments(show, 3)
        self.end(host, show)
        encoder.wait(10)
        guest = self.client()
        clip = until("its clip is there", lambda: guest.get(f"/shows/{show}")[1]["replay"]["clips"])[0]
        until("it has its cover", lambda: guest.get(f"/shows/{show}/thumb")[0] == 200)
        # Its files are another process's to remove; then they are here again, and held back.
        away = self.folder(show).with_name("elsewhere")
        self.folder(show).rename(away)
        self.store(f"UPDATE recordings SET ended_at = 1, due_at = 1 + 1096 * 86400000 WHERE show_id = {show}")
        row = lambda: self.store(f"SELECT state, files_gone FROM recordings WHERE show_id = {show}")[0]
        until("it is being removed", lambda: row()[0] == "removing")
        until("its rows are gone",
              lambda: not self.store(f"SELECT 1 FROM show_events WHERE show_id = {show}"))
        time_over = time.monotonic() + 3
        until("a while went by", lambda: time.monotonic() > time_over)
        self.assertEqual(row(), ("removing", 0))
        self.store(f"UPDATE recordings SET held_at = 1, held_by = 1, held_why = 'x' WHERE show_id = {show}")
        away.rename(self.folder(show))
        for path in (f"/shows/{show}/replay/index.m3u8", f"/shows/{show}/replay/seg-1.m4s", f"/shows/{show}/thumb",
                     f"/shows/{show}/replay/talk.json", clip["href"], clip["hls"], clip["film"]):
            self.assertEqual(guest.get(path)[0], 404, path)
            self.assertEqual(host.get(path)[0], 404, path)
        self.assertNotIn("replay", guest.get(f"/shows/{show}")[1])
        self.store(f"UPDATE recordings SET held_at = NULL, held_by = NULL, held_why = NULL WHERE show_id = {show}")
        until("who has its files removes them", lambda: row()[0] == "removed")
        self.assertFalse(self.folder(show).exists())
        # As if its process had been away all the while.
        self.town.kill()
        self.folder(show).mkdir()
        (self.folder(show) / "seg-1.m4s").write_bytes(b"a piece of it")
        self.town.start()
        until("what is left is swept away", lambda: not self.folder(show).exists())

    def test_a_rehearsal_leaves_nothing(self):
        host, show, _ = self.plan()
        status, body = host.post(f"/shows/{show}/rehearse", {"on": 1})
        self.assertEqual(status, 200, body)
        encoder = self.publish(host, show)
        until("the crew has a picture", lambda: host.get(f"/shows/{show}/desk")[1]["health"]["known"])
        until("some seconds of it went by", lambda: host.get(f"/shows/{show}/desk")[1]["health"].get("up_ms", 0) > 5000)
        encoder.kill()
        encoder.wait()
        self.assertEqual(self.segments(show), 0)

    def test_what_is_no_replay(self):
        guest, host = self.client(), self.client("host")
        _, show, _ = self.plan()
        for path in (f"/shows/{show}/replay/index.m3u8", f"/shows/{show}/thumb", "/clips/999999", "/clips/0",
                     "/clips/x/clip.mp4", "/clips/-1/thumb", "/shows/999999/replay/index.m3u8",
                     "/shows/999999/thumb", "/shows/x/replay/seg-1.m4s"):
            self.assertEqual(guest.get(path)[0], 404, path)
        for name in ("seg-1.m4s", "seg-0.m4s", "seg--1.m4s", "seg-99999999999999999999.m4s", "init-.mp4",
                     "index", "open", "..%2f..%2fseal.key", "film-0.mp4", "film-1.mp4", "seg-1.m4s%00"):
            self.assertIn(host.get(f"/shows/{show}/replay/{name}")[0], (400, 404), name)
        for query in ("from=-1", "from=x", "from=99999999999999999999", "after=x"):
            self.assertEqual(host.get(f"/shows/{show}/replay/talk.json?{query}")[0], 422, query)

    def test_holds_are_the_bases(self):
        host, show, _ = self.plan()
        self.end(host, show)
        office = self.client("office")
        until("its row is there", lambda: any(g["show"] == show for g in office.get("/recordings")[1]["recordings"]))
        for who, want in (("buyer0", 403), ("host", 403), ("maker", 403), (None, 401)):
            self.assertEqual(self.client(who).get("/recordings")[0], want)
            self.assertEqual(self.client(who).post(f"/recordings/{show}/hold", {"why": "court"})[0], want)
        for why in ("", "x", "y" * 201):
            self.assertEqual(office.post(f"/recordings/{show}/hold", {"why": why})[0], 422)
        self.assertEqual(office.post("/recordings/999999/hold", {"why": "court"})[0], 404)
        self.assertEqual(office.post(f"/recordings/{show}/hold", {"why": "法院调取 <b>"})[0], 200)
        row = next(g for g in office.get("/recordings?held=1")[1]["recordings"] if g["show"] == show)
        self.assertEqual((row["held_why"], row["state"]), ("法院调取 <b>", "kept"))
        self.assertTrue(row["due_at"].startswith(str(time.gmtime().tm_year + 3)))
        self.assertEqual([e["event"] for e in row["events"]], ["end", "hold"])
        self.assertEqual(office.post(f"/recordings/{show}/lift", {"why": "已结案"})[0], 200)
        self.assertEqual(office.get("/recordings?held=1")[1]["recordings"], [])


class BadDisk(TownCase):
    """A disk that refuses: the test of the recorder (tests/live/test_record.c) has full and slow ones."""
    program = PROGRAM
    options = {"buyers": 1, "stock": (5,), "users": [("host", "host")]}

    plan, publish, folder, segments = Replay.plan, Replay.publish, Replay.folder, Replay.segments

    def test_the_show_goes_on(self):
        blocked = self.town.folder / "recordings"
        host = self.client("host")
        status, body = host.post("/shows", {"title_zh": "满盘专场", "title_en": "A full disk",
                                            "room": "1 号", "starts_at": "2030-01-01T19:30"})
        self.assertEqual(status, 200, body)
        show = body["id"]
        # Its folder cannot be made: a file has the name.
        (blocked / f"show-{show}").write_text("in the way")
        self.publish(host, show)
        guest = self.client()
        until("it says that it stopped",
              lambda: "guildhall_record_stopped 1" in guest.get("/metrics")[1])
        self.assertIn("record.stopped", (self.town.folder / "log").read_text())
        until("viewers have a picture", lambda: guest.get(f"/live/show-{show}/index.m3u8")[0] == 200)
        (blocked / f"show-{show}").unlink()
        until("the recording goes on", lambda: self.segments(show) >= 2)
        self.assertIn("guildhall_record_stopped 0", guest.get("/metrics")[1])


if __name__ == "__main__":
    unittest.main()
