"""Copies of the store beside a rush of orders, and back; migrations. test_backup.py GUILDHALL"""
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import database  # noqa: E402
from town import RECEIVER, Process, Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
KEYS = ("seal.key", "ledger.key", "ledger.pub")


class Copies(unittest.TestCase):
    def tool(self, town, *words, wanted=0):
        done = subprocess.run([PROGRAM, *map(str, words), *town.settings()], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, wanted, done.stdout)
        return done.stdout

    def rush(self, town, stop, orders):
        def buy(number):
            buyer = town.client(f"buyer{number}")
            for i in range(10000):
                if stop.is_set():
                    return
                status, body = buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER},
                                          key=f"copy-{number}-{i:06}")
                self.assertEqual(status, 201, body)
                buyer.post(f"/cashier/{body['order']['id']}")
                orders.append(body["order"]["id"])

        threads = [threading.Thread(target=buy, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        return threads

    def test_a_copy_taken_in_a_rush_holds_what_was_answered_before(self):
        with Town(PROGRAM, buyers=4, stock=(100000,)) as town:
            copy = town.folder / "town.backup"
            orders, stop = [], threading.Event()
            threads = self.rush(town, stop, orders)
            time.sleep(1)
            before = list(orders)
            self.assertGreater(len(before), 10)
            began = time.monotonic()
            said = self.tool(town, "backup", copy)
            took = time.monotonic() - began
            during = len(orders) - len(before)
            time.sleep(0.3)
            stop.set()
            for thread in threads:
                thread.join()
            self.assertIn("written and verified", said)
            self.assertIn("seal.key", said)
            self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
            self.assertGreater(during, 0, f"nobody was served in {took:.1f} s")
            self.assertIn("is there", self.tool(town, "backup", copy, wanted=1))
            self.assertEqual([p for p in town.folder.glob("town.backup?*")], [])
            self.back(town, copy, before, len(orders))

    def back(self, town, copy, before, all_orders):
        with_keys = Process(PROGRAM)
        try:
            for key in KEYS:
                shutil.copy(town.folder / key, with_keys.folder)
            self.assertIn("all is well", self.tool(with_keys, "restore", copy))
            with with_keys.database.connect() as db:
                found = {row[0] for row in db.all("SELECT id FROM orders")}
            self.assertTrue(set(before) <= found)
            self.assertLessEqual(len(found), all_orders)
            with_keys.start()
            buyer = with_keys.client("buyer0")
            mine = buyer.get("/orders")[1]["orders"][0]["id"]
            receiver = buyer.get(f"/orders/{mine}")[1]["order"]["receiver"]
            self.assertEqual({name: receiver[name] for name in RECEIVER}, RECEIVER)
            status, body = buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER},
                                      key="after-all-that")
            self.assertEqual(status, 201, body)
            self.assertNotIn(body["order"]["id"], found)
            # Never over what is there.
            said = self.tool(with_keys, "restore", copy, wanted=1)
            self.assertRegex(said, "is there|not empty")
            with_keys.stop()
            self.assertEqual(with_keys.check()[0], 0)
        finally:
            with_keys.__exit__(None, None, None)
            with_keys.database.remove()

    def test_what_is_no_copy_of_this_store_is_refused(self):
        empty = Process(PROGRAM)
        try:
            other = empty.folder / "other"
            other.write_bytes(b"SQLite format 3\0" + bytes(100) if database.SERVER
                              else b"PGDMP" + bytes(100))
            self.assertRegex(self.tool(empty, "restore", other, wanted=1), "SQLite|PostgreSQL")
            other.write_bytes(b"hello")
            self.assertIn("no backup", self.tool(empty, "restore", other, wanted=1))
            self.assertIn("cannot be read", self.tool(empty, "restore", empty.folder / "x", wanted=1))
            self.assertIn("takes one FILE", self.tool(empty, "backup", wanted=1))
        finally:
            empty.__exit__(None, None, None)
            empty.database.remove()

    def test_a_damaged_copy_is_found_out(self):
        with Town(PROGRAM, buyers=1, stock=(1000,)) as town:
            copy = town.folder / "copy"
            self.tool(town, "backup", copy)
            raw = bytearray(copy.read_bytes())
            for at in range(len(raw) // 2, len(raw) - 100, 997):
                raw[at] ^= 0x5A
            copy.chmod(0o600)
            copy.write_bytes(raw)
            place = Process(PROGRAM)
            try:
                self.tool(place, "restore", copy, wanted=1)
            finally:
                place.__exit__(None, None, None)
                place.database.remove()


class Migrations(unittest.TestCase):
    def migrate(self, town, *words, wanted=0):
        done = subprocess.run([PROGRAM, "migrate", *words, *town.settings()], text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, wanted, done.stdout)
        return done.stdout

    def test_forward_only_and_checksummed(self):
        town = Process(PROGRAM)
        try:
            planned = self.migrate(town, "--dry-run")
            self.assertIn("pending 0001_idempotency", planned)
            self.assertNotIn("applied", planned)
            self.assertIn("is the last", self.migrate(town))
            self.assertNotIn("pending", self.migrate(town, "--dry-run"))
            self.assertIn("is the last", self.migrate(town))
            with town.database.connect() as db:
                kept = db.one("SELECT checksum FROM schema_migrations WHERE number = 2")
                db.run("UPDATE schema_migrations SET checksum = 'x' WHERE number = 2")
            self.assertIn("0002_ledger has changed", self.migrate(town, wanted=1))
            with town.database.connect() as db:
                db.run("UPDATE schema_migrations SET checksum = ? WHERE number = 2", kept)
                db.run("INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x', 1)")
            for words in ((), ("--dry-run",)):
                self.assertIn("9999_future", self.migrate(town, *words, wanted=1))
            with self.assertRaises(RuntimeError):
                town.start()
            town.process = None
            self.assertIn("9999_future", (town.folder / "log").read_text())
        finally:
            town.__exit__(None, None, None)
            town.database.remove()


if __name__ == "__main__":
    unittest.main()
