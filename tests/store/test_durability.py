"""The durability that is asked for is what the engine says it does. test_durability.py GUILDHALL"""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import database  # noqa: E402
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
LEVELS = {None: ("synchronous=2", "synchronous_commit=on"),
          "power-loss": ("synchronous=2", "synchronous_commit=on"),
          "process-crash": ("synchronous=1", "synchronous_commit=off"),
          "none": ("synchronous=0", "synchronous_commit=off")}


class Durability(unittest.TestCase):
    def test_each_level_reaches_the_writers_connection(self):
        for level, engines in LEVELS.items():
            also = ["--log-level", "info"] + (["--durability", level] if level else [])
            with Town(PROGRAM, buyers=1, stock=(1,), also=also) as town:
                said = re.findall(r"writer\.durability.*?engine=\"?([a-z_]+=\w+)",
                                  (town.folder / "log").read_text())
                self.assertEqual(said[-1], engines[1 if database.SERVER else 0], level)

    def test_a_server_that_promises_more_is_left_to_it(self):
        if not database.SERVER:
            self.skipTest("SQLite has no more")
        with Town(PROGRAM, buyers=1, stock=(1,), also=["--log-level", "info"]) as town:
            town.stop()
            with town.database.connect() as db:
                db.run(f"ALTER DATABASE {town.database.name} SET synchronous_commit = remote_apply")
            town.start()
            self.assertIn("synchronous_commit=remote_apply", (town.folder / "log").read_text())

    def test_another_word_is_refused(self):
        done = subprocess.run([PROGRAM, "serve", "--data", "/nonexistent/x", "--durability", "maybe"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("durability", done.stdout)


if __name__ == "__main__":
    unittest.main()
