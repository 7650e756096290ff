"""Rotating the keys of sealed fields beside a running town. test_seal_rotation.py GUILDHALL"""
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
from town import RECEIVER, Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
TABLES = (("users", "phone_sealed"), ("shows", "key_sealed"), ("order_receivers", "name"),
          ("order_receivers", "phone"), ("order_receivers", "address"), ("factories", "contact"),
          ("factories", "phone"))


class Rotation(unittest.TestCase):
    def seal(self, town, word, wanted=0):
        done = subprocess.run([PROGRAM, "seal", word, *town.settings()], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, wanted, done.stdout)
        return done.stdout

    def place(self, buyer, key):
        status, body = buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER}, key=key)
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def keys_of(self, town):
        """Which keys the fields are sealed by."""
        with town.database.connect() as db:
            rows = [bytes(row[0]) for table, column in TABLES
                    for row in db.all(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")]
        return {blob[1] for blob in rows}, len(rows)

    def test_every_sealed_purpose_is_on_the_list(self):
        sealed = set()
        for path in [*ROOT.glob("town/**/*.c"), *ROOT.glob("src/**/*.c")]:
            sealed |= set(re.findall(r'seal_text\(\s*"([^"]+)"', path.read_text()))
        listed = set(re.findall(r'COLUMN\("([^"]+)"', (ROOT / "town/sealed.c").read_text()))
        self.assertEqual(sealed, listed)

    def test_a_running_town_reads_and_writes_over_a_rotation(self):
        with Town(PROGRAM, stock=(1000,)) as town:
            buyer = town.client("buyer0")
            first = self.place(buyer, "rotation-1")
            before, fields = self.keys_of(town)
            self.assertEqual((before, fields), ({1}, 3))
            self.assertIn("3 fields, seals", self.seal(town, "status"))
            said = self.seal(town, "rotate")
            self.assertIn("seal-2.key seals from now on", said)
            self.assertIn("order_receivers.name: 1 sealed anew", said)
            self.assertEqual(self.keys_of(town), ({2}, 3))
            self.assertEqual((town.folder / "seal-2.key").stat().st_mode & 0o777, 0o600)
            # The town has not been told, and reads what it needs.
            shown = buyer.get(f"/orders/{first}")[1]["order"]["receiver"]
            self.assertEqual({name: shown[name] for name in RECEIVER}, RECEIVER)
            deadline = time.monotonic() + 30
            keys, n = set(), 0
            while keys != {2} or n < 6:  # until it seals by the new key by itself
                self.assertLess(time.monotonic(), deadline)
                order = self.place(buyer, f"rotation-a{n}-{time.monotonic_ns()}")
                seen = buyer.get(f"/orders/{order}")[1]["order"]["receiver"]
                self.assertEqual({name: seen[name] for name in RECEIVER}, RECEIVER)
                self.assertEqual(buyer.post(f"/cashier/{order}")[0], 200)
                self.seal(town, "reseal")
                keys, n = self.keys_of(town)
                time.sleep(0.5)
            self.assertIn("in a minute", self.seal(town, "retire", wanted=1))
            self.seal(town, "rotate")
            with town.database.connect() as db:
                db.run("UPDATE seal_keys SET since = since - 61000")
            self.seal(town, "reseal")
            said = self.seal(town, "retire")
            self.assertIn("seal.key seals nothing any more", said)
            self.assertIn("seal-2.key is not needed any more", said)
            status = self.seal(town, "status")
            self.assertIn("key 1,", status)  # hashes are made with it
            self.assertNotIn("key 2,", status)
            town.stop()
            town.start()
            again = town.client("buyer0")
            seen = again.get(f"/orders/{first}")[1]["order"]["receiver"]
            self.assertLessEqual(RECEIVER.items(), seen.items())
            self.assertEqual(town.check()[0], 0)

    def test_a_rush_and_a_kill_in_the_middle_lose_no_field(self):
        with Town(PROGRAM, buyers=6, stock=(100000,)) as town:
            orders, stop = [], threading.Event()

            def rush(number):
                buyer = town.client(f"buyer{number}")
                for i in range(10000):
                    if stop.is_set():
                        return
                    order = self.place(buyer, f"rush-{number}-{i:05}")
                    orders.append((number, order))
                    buyer.post(f"/cashier/{order}")

            threads = [threading.Thread(target=rush, args=(n,)) for n in range(6)]
            for thread in threads:
                thread.start()
            time.sleep(2)
            killed = subprocess.Popen([PROGRAM, "seal", "rotate", *town.settings()],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not (town.folder / "seal-2.key").exists():
                time.sleep(0.001)
            time.sleep(0.05)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            time.sleep(1)
            stop.set()
            for thread in threads:
                thread.join()
            listed = "key 2," in self.seal(town, "status")
            self.seal(town, "reseal" if listed else "rotate")
            keys, fields = self.keys_of(town)
            self.assertTrue(keys <= {1, 2})
            self.assertEqual(fields, 3 * len(orders))
            for number, order in orders[:: max(1, len(orders) // 50)]:
                shown = town.client(f"buyer{number}").get(f"/orders/{order}")[1]["order"]
                self.assertLessEqual(RECEIVER.items(), shown["receiver"].items())
            self.assertEqual(town.check()[0], 0)

    def test_what_cannot_be_is_refused(self):
        with Town(PROGRAM, stock=(10,), buyers=1) as town:
            order = self.place(town.client("buyer0"), "refused-1")
            self.seal(town, "rotate")
            town.stop()
            # A further rotation while fields of the first key are left (here: put back by hand).
            with town.database.connect() as db:
                kept = bytes(db.one("SELECT name FROM order_receivers"))
                db.run("UPDATE order_receivers SET name = ?", kept[:1] + b"\x01" + kept[2:])
            self.assertIn("first run", self.seal(town, "rotate", wanted=1))
            self.assertIn("first run", self.seal(town, "retire", wanted=1))
            self.assertIn("1 cannot be opened", self.seal(town, "reseal"))  # it is a forgery
            with town.database.connect() as db:
                db.run("UPDATE order_receivers SET name = ?", kept)
            # Without the file the program says which one it needs.
            (town.folder / "seal-2.key").rename(town.folder / "elsewhere")
            self.assertIn("seal-2.key: missing", self.seal(town, "status", wanted=1))
            with self.assertRaises(RuntimeError):
                town.start()
            town.process = None
            (town.folder / "seal-2.key").write_bytes(b"x" * 32)
            (town.folder / "seal-2.key").chmod(0o600)
            self.assertIn("not the key", self.seal(town, "status", wanted=1))
            (town.folder / "elsewhere").rename(town.folder / "seal-2.key")
            town.start()
            seen = town.client("buyer0").get(f"/orders/{order}")[1]["order"]["receiver"]
            self.assertLessEqual(RECEIVER.items(), seen.items())


if __name__ == "__main__":
    unittest.main()
