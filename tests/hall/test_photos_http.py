"""Photos of products, over HTTP, against the real program: test_photos_http.py GUILDHALL"""
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed  # noqa: E402
from town import Town, TownCase  # noqa: E402
from uploads import form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Photos(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5,) * 8}
    people = ("maker",)
    next = 0

    @classmethod
    def begin(cls):
        cls.good = jpeg()

    def setUp(self):
        super().setUp()
        Photos.next += 1
        self.product = Photos.next  # a maker's, of its own for each test

    def test_in_review_they_stay(self):
        move = f"/hall/desk/products/{self.product}/move"
        with self.town.database.connect() as db:
            db.run("UPDATE products SET about_zh = '好' WHERE id = ?", self.product)
        for event in ("withdraw", "submit"):
            self.assertEqual(self.maker.post(move, {"event": event})[0], 200, event)
        self.assertEqual(self.post(("a.jpg", self.good))[0], 409)
        self.assertEqual(self.post(("a.jpg", self.good), by=self.client("office"))[0], 200)
        self.assertEqual(self.client("office").post(move, {"event": "approve"})[0], 200)

    def post(self, *files, by=None):
        headers, body = form(*(("photo", *file) for file in files))
        return (by or self.maker).request("POST", f"/hall/desk/products/{self.product}/photos", body,
                                          headers)

    def get(self, path):
        """(status, headers, bytes) of a stranger."""
        client = self.client()
        try:
            client.get("/healthz")
            client.connection.request("GET", path)
            answer = client.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            client.close()

    def rows(self):
        with self.town.database.connect() as db:
            return db.one("SELECT COUNT(*) FROM product_photos WHERE product_id = ?", self.product)

    def test_a_good_one_is_three_sizes_in_two_forms(self):
        status, body = self.post(("front.jpg", self.good))
        self.assertEqual(status, 200, body)
        photo, = body["photos"]
        self.assertEqual((photo["width"], photo["height"]), (1200, 900))
        self.assertEqual([(photo[s]["width"], photo[s]["height"]) for s in ("small", "medium", "large")],
                         [(320, 240), (800, 600), (1200, 900)])
        for size in ("small", "medium", "large"):
            for form_, kind, magic in (("webp", "image/webp", b"RIFF"), ("jpeg", "image/jpeg", b"\xff\xd8\xff")):
                status, headers, data = self.get(photo[size][form_])
                self.assertEqual((status, headers["Content-Type"]), (200, kind))
                self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable")
                self.assertTrue(data.startswith(magic))
        again = self.post(("front.jpg", self.good))[1]["photos"]
        self.assertEqual([p["id"] for p in again], [photo["id"]])

    def test_hostile_ones_are_refused_whatever_they_are_called(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for name, data, expected in (("script.jpg", b"#!/bin/sh\nid\n" * 99, 415),
                                     ("drawing.jpg", svg, 415),
                                     ("page.png", b"<!doctype html><script>1</script>", 415),
                                     ("program.jpg", pathlib.Path("/bin/true").read_bytes(), 415),
                                     ("cut.jpg", self.good[:len(self.good) // 2], 422),
                                     ("php.gif", b"GIF89a<?php system($_GET[0]); ?>", 422)):
            status, body = self.post((name, data))
            self.assertEqual((status, body.get("field")), (expected, "photo"), (name, body))
            self.assertTrue(body["message"])
        self.assertEqual(self.post()[0], 422)
        self.assertEqual(self.post(("nothing.jpg", b""))[0], 422)
        before = listed(self.town)
        status, body = self.post(("good.jpg", jpeg(77)), ("bad.jpg", b"#!/bin/sh\n"))
        self.assertEqual((status, body["limit"], body["field"]), (415, 2, "photo"))
        stored = listed(self.town) - before
        self.assertEqual(len(stored), 6)  # the good one's files: nobody's
        self.assertEqual(self.rows(), 0)

    def test_who_may(self):
        for login, expected in ((None, 401), ("buyer0", 403), ("rival", 404), ("maker", 200),
                                ("office", 200)):
            with self.subTest(login):
                self.assertEqual(self.post(("a.jpg", self.good), by=self.client(login))[0], expected)
        photo = self.post(("a.jpg", self.good))[1]["photos"][0]["id"]
        for deed in ("remove", "first"):
            path = f"/hall/desk/products/{self.product}/photos/{photo}/{deed}"
            for login, expected in ((None, 401), ("buyer0", 403), ("rival", 404)):
                self.assertEqual(self.client(login).post(path)[0], expected, (login, deed))
        other = self.maker.post(f"/hall/desk/products/{self.product + 1}/photos/{photo}/remove")
        self.assertEqual(other[0], 404)

    def test_order_and_removal(self):
        ids = []
        for i in range(3):
            ids.append(self.post((f"{i}.jpg", jpeg(i + 1, "100x80")))[1]["photos"][-1]["id"])
        base = f"/hall/desk/products/{self.product}/photos"
        status, body = self.maker.post(f"{base}/{ids[2]}/first")
        self.assertEqual([p["id"] for p in body["photos"]], [ids[2], ids[0], ids[1]])
        gone = body["photos"][0]["large"]["jpeg"]
        status, body = self.maker.post(f"{base}/{ids[2]}/remove")
        self.assertEqual([p["id"] for p in body["photos"]], ids[:2])
        self.assertEqual(self.get(gone)[0], 404)
        self.assertEqual(self.maker.post(f"{base}/{ids[2]}/remove")[0], 404)
        with self.town.database.connect() as db:
            events = [e for e, in db.all("SELECT event FROM product_events WHERE product_id = ?"
                                         " ORDER BY id", self.product)]
        self.assertEqual(events, ["photo_add"] * 3 + ["photo_first", "photo_remove"])
        self.sweep_removes(gone)

    def sweep_removes(self, address):
        """A day later; what another photo names stays."""
        name = address.rsplit("/", 1)[1].split(".")[0]
        file = self.town.folder / "objects" / name[:2] / name[2:]
        self.assertTrue(file.exists())
        with self.town.database.connect() as db:
            db.run("UPDATE objects_gone SET gone_at = 1")
        long_ago = time.time() - 3 * 24 * 3600
        os.utime(file, (long_ago, long_ago))
        end = time.monotonic() + 30
        while file.exists():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        kept = self.maker.post(f"/hall/desk/products/{self.product}/photos/{self.first_id()}/first")[1]
        self.assertEqual(self.get(kept["photos"][0]["small"]["webp"])[0], 200)

    def first_id(self):
        with self.town.database.connect() as db:
            return db.one("SELECT id FROM product_photos WHERE product_id = ? ORDER BY position",
                          self.product)

    def test_no_more_than_twelve(self):
        tiny = [jpeg(i, f"{20 + i}x20") for i in range(13)]
        for start in (0, 6):
            status, body = self.post(*((f"{i}.jpg", tiny[i]) for i in range(start, start + 6)))
            self.assertEqual(status, 200, body)
        self.assertEqual(len(body["photos"]), 12)
        before = listed(self.town)
        status, body = self.post(("13.jpg", tiny[12]))
        self.assertEqual((status, body["field"]), (422, "photo"))
        self.assertTrue(listed(self.town) - before)
        self.assertEqual(self.rows(), 12)

    def test_only_photos_are_shown(self):
        folder = self.town.folder / "objects" / "ab"
        folder.mkdir(exist_ok=True)
        (folder / ("c" * 62)).write_bytes(b"a scan that is nobody's business")
        for path in (f"ab{'c' * 62}.jpg", f"ab{'c' * 62}.webp", f"ab{'c' * 62}", "..%2fseal.key", "x.jpg",
                     f"{'0' * 64}.webp"):
            self.assertEqual(self.get(f"/hall/photos/{path}")[0], 404, path)
        photo = self.post(("a.jpg", self.good))[1]["photos"][0]
        self.assertEqual(self.get(photo["large"]["jpeg"].replace(".jpg", ".webp"))[0], 404)

    def test_too_much_at_once(self):
        status, body = self.post(("huge.jpg", b"\xff\xd8\xff" + bytes(21 << 20)))
        self.assertEqual(status, 413, body)


class WithoutTheProgram(unittest.TestCase):
    def test_all_else_works(self):
        with Town(PROGRAM, buyers=1, stock=(5,), also=["--job-program", "/nonexistent/job"]) as town:
            client = town.client("maker")
            headers, body = form(("photo", "a.jpg", jpeg()))
            status, said = client.request("POST", "/hall/desk/products/1/photos", body, headers)
            self.assertEqual(status, 500, said)
            self.assertEqual(client.get("/hall")[0], 200)
            client.close()


if __name__ == "__main__":
    unittest.main()
