"""Databases that cannot be served: one clear line, no start, nothing changed. test_bad_files.py GUILDHALL"""
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Process  # noqa: E402

PROGRAM = sys.argv.pop(1)
NOBODY = 65534


class BadFiles(unittest.TestCase):
    def setUp(self):
        self.town = Process(PROGRAM)
        self.addCleanup(self.town.__exit__, None, None, None)
        self.file = self.town.folder / "guildhall.db"
        self.run_tool("migrate", wanted=0)

    def run_tool(self, *words, wanted, as_user=None):
        def become():
            if as_user is not None and os.geteuid() == 0:
                os.setgid(as_user)
                os.setuid(as_user)

        done = subprocess.run([PROGRAM, *words, *self.town.settings()], text=True, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=become)
        self.assertEqual(done.returncode, wanted, done.stdout)
        return done.stdout

    def refused(self, why, commands=("serve", "check", "migrate"), as_user=None):
        """Each says so in a line of its own, and leaves every file as it is."""
        def state():
            return {p.name: hashlib.sha256(p.read_bytes()).hexdigest()
                    for p in self.town.folder.glob("guildhall.db*") if p.is_file()}

        before = state()
        for word in commands:
            said = self.run_tool(word, wanted=1, as_user=as_user)
            lines = [line for line in said.splitlines() if line.startswith("guildhall: ")]
            self.assertEqual(len(lines), 1, said)
            self.assertIn(why, lines[0])
        self.assertEqual(state(), before)

    def damage(self, change):
        raw = bytearray(self.file.read_bytes())
        change(raw)
        self.file.write_bytes(raw)

    def test_what_is_no_database(self):
        self.file.write_text("hello\n" * 1000)
        self.refused("file is not a database")

    def test_a_truncated_one(self):
        os.truncate(self.file, 20000)
        self.refused("malformed")

    def test_a_garbled_one(self):
        def garble(raw):
            for at in range(4096, len(raw), 3001):
                raw[at] ^= 0x55
        self.damage(garble)
        self.refused("malformed")

    def test_another_programs(self):
        self.file.unlink()
        with sqlite3.connect(self.file) as db:
            db.execute("CREATE TABLE notes (x)")
        db.close()
        for word in ("serve", "migrate"):
            self.assertIn("tables of another program", self.run_tool(word, wanted=1))
        with sqlite3.connect(self.file) as db:
            self.assertEqual(db.execute("SELECT name FROM sqlite_schema").fetchall(), [("notes",)])
        db.close()

    def test_a_folder_in_its_place(self):
        self.file.unlink()
        self.file.mkdir()
        self.refused("Is a directory")

    def test_a_folder_that_may_not_be_written(self):
        if os.geteuid() == 0:
            for path in (self.town.folder, *self.town.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        self.file.chmod(0o400)
        self.town.folder.chmod(0o500)
        self.addCleanup(self.town.folder.chmod, 0o700)
        self.refused("cannot be written", commands=("serve",), as_user=NOBODY)

    def test_a_disk_without_room_at_the_start(self):
        small = self.town.folder / "small"
        small.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)],
                              stderr=subprocess.PIPE, check=False)
        if made.returncode:
            self.skipTest("cannot mount a small disk")
        try:
            done = subprocess.run([PROGRAM, "serve", *self.town.settings(), "--data", str(small)],
                                  text=True, timeout=30, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertRegex(done.stdout.splitlines()[-1], "guildhall: .*full")
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)
            shutil.rmtree(small, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
