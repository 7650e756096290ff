"""Uploads that are slow to work on stall nothing else, against the real program, with a job that only
sleeps: test_slow_http.py GUILDHALL"""
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import PASSWORD, TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Slow(TownCase):
    program = PROGRAM

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="guildhall-slow-")
        cls.addClassCleanup(folder.cleanup)
        cls.begun = pathlib.Path(folder.name, "begun")
        cls.let_go = pathlib.Path(folder.name, "let_go")
        job = pathlib.Path(folder.name, "job")
        job.write_text(f"#!/bin/sh\necho >>{cls.begun}\n"
                       f"while [ ! -e {cls.let_go} ]; do sleep 0.05; done\nexit 2\n")
        job.chmod(0o755)
        cls.options = {"buyers": 2, "stock": (5,), "also": ["--job-program", str(job)]}
        super().setUpClass()

    def until(self, condition):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def jobs(self):
        return len(self.begun.read_text()) if self.begun.exists() else 0

    def send(self, client):
        headers, body = form(("photo", "a.jpg", b"\xff\xd8\xff any"))
        client.request("POST", f"/hall/desk/products/{self.product}/photos", body, headers)

    def test_somebody_logs_in_meanwhile(self):
        with self.town.database.connect() as db:
            self.product = db.one("SELECT id FROM products WHERE organisation_id = 1")
        makers = [self.client("maker") for _ in range(2)]
        threads = [threading.Thread(target=self.send, args=(m,)) for m in makers]
        for thread in threads:
            thread.start()
        try:
            self.until(lambda: self.jobs() == 2)
            guest = self.client()
            status, body = guest.post("/login", {"login": "buyer1", "password": PASSWORD})
            self.assertEqual(status, 200, body)
            self.assertEqual(self.jobs(), 2)  # and they are at it still
            self.assertTrue(all(thread.is_alive() for thread in threads))
        finally:
            self.let_go.touch()
            for thread in threads:
                thread.join()

    def test_what_a_killed_server_left_in_the_spool(self):
        spool = self.town.folder / "spool"
        old, young, other = spool / "upload-abcdef", spool / "upload-ghijkl", spool / "notes"
        for file in (old, young, other):
            file.write_bytes(b"x")
        for file in (old, other):
            os.utime(file, (1000, 1000))
        self.town.kill()
        self.town.start()
        self.assertEqual([f.exists() for f in (old, young, other)], [False, True, True])


if __name__ == "__main__":
    unittest.main()
