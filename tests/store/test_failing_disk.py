"""The disk fails under a town that serves: what is answered is true, streams go on, and once it is well
again so is the town. Needs root, to mount a small disk. test_failing_disk.py GUILDHALL"""
import contextlib
import pathlib
import shutil
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, Town  # noqa: E402
from watch import Encoder, until  # noqa: E402

PROGRAM = sys.argv.pop(1)
DISK_BYTES = 24 << 20


class SmallDisk:
    """A town whose data folder is a file system of its own."""

    def __init__(self, case):
        self.town = Town(PROGRAM, buyers=1, stock=(1000,), also=["--open-publish"])
        case.addCleanup(self.town.__exit__, None, None, None)
        self.folder = self.town.folder / "disk"
        self.folder.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs",
                               str(self.folder)], stderr=subprocess.PIPE, check=False)
        if made.returncode:
            case.skipTest("cannot mount a small disk")
        case.addCleanup(subprocess.run, ["umount", "-l", str(self.folder)], check=True)
        for path in self.town.folder.iterdir():
            if path.is_file() and path.name != "log":
                shutil.copy2(path, self.folder)
        self.log = self.town.folder / "log"
        self.town.folder = self.folder
        self.town.database.file = self.folder / "guildhall.db"
        case.addCleanup(self.town.stop)
        case.addCleanup(setattr, self.town, "folder", self.folder.parent)

    def fill(self):
        with open(self.folder / "ballast", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def empty(self):
        (self.folder / "ballast").unlink()

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True)


class FailingDisk(unittest.TestCase):
    def setUp(self):
        self.disk = SmallDisk(self)
        self.town = self.disk.town
        self.kept = []

    def start(self):
        self.town.start()
        self.buyer = self.town.client("buyer0")
        self.addCleanup(self.buyer.close)
        self.encoder = Encoder(self.town, "meanwhile")
        self.addCleanup(self.encoder.end)
        self.viewer = self.encoder.viewer()

    def order(self, key=None):
        status, body = self.buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER},
                                       key or uuid.uuid4().hex)
        if status == 201:
            self.kept.append(body["order"]["id"])
            status, body = self.buyer.post(f"/cashier/{self.kept[-1]}")
        return status, body

    def health(self):
        with contextlib.closing(self.town.client()) as anybody:
            return anybody.get("/healthz")

    def verify(self):
        """What was answered is there, once, and nothing else."""
        with self.town.database.connect() as db:
            found = sorted(row[0] for row in db.all("SELECT id FROM orders"))
        self.assertEqual(found, sorted(self.kept))
        self.assertEqual(self.town.check(), (0, "all is well\n"))

    def test_it_is_full_for_a_while(self):
        self.start()
        self.assertEqual(self.order()[0], 200)
        self.disk.fill()
        status = 200
        for _ in range(400):
            status, body = self.order()
            if status != 200:
                break
        self.assertEqual((status, body["error"]), (507, "disk_full"))
        until("it says so", lambda: "full" in self.health()[1])
        key = uuid.uuid4().hex
        self.assertEqual(self.order(key)[0], 507)
        listed = self.buyer.get("/orders")
        self.assertEqual(listed[0], 200)
        self.viewer.goes_on()
        with Encoder(self.town, "another") as another:  # an encoder that comes meanwhile
            another.viewer().goes_on()
        self.disk.empty()
        until("it is well", lambda: self.health() == (200, "ok\n"))
        self.assertEqual(self.order(key)[0], 200)
        self.viewer.goes_on()
        self.assertEqual(self.town.stop(), 0)
        self.verify()

    def test_its_file_is_damaged_meanwhile(self):
        self.start()
        self.assertEqual(self.order()[0], 200)
        with open(self.town.database.file, "r+b") as file:
            for at in range(4096, self.town.database.file.stat().st_size, 4096):
                file.seek(at)
                file.write(b"\x5a" * 4000)
        status, body = self.order()
        self.assertEqual((status, body["error"]), (500, "corrupt"))
        until("it says so", lambda: self.health() == (503, "the store is damaged\n"))
        self.viewer.goes_on()
        self.assertEqual(self.town.stop(), 0)
        self.refused("database disk image is malformed")

    def test_it_may_only_be_read(self):
        self.disk.remount("ro")
        self.refused("cannot be written")

    def refused(self, why):
        for word in ("serve", "migrate", "check"):
            done = subprocess.run([PROGRAM, word, *self.town.settings()], text=True, timeout=30,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 1, word)
            self.assertRegex(done.stderr, f"^guildhall: .*{why}[^\n]*\n$")


if __name__ == "__main__":
    unittest.main()
