"""Files of objects and the list of those that nobody names any more (town/gone), in a town's own folder."""
import hashlib
import os
import time

HOUR_MS = 3600 * 1000


def object_of(data):
    """The id of what is kept byte for byte: a PDF."""
    return hashlib.sha256(data).hexdigest()


def file_of(town, object_):
    return town.folder / "objects" / object_[:2] / object_[2:]


def listed(town):
    with town.database.connect() as db:
        return {o for o, in db.all("SELECT object FROM objects_gone")}


def sweep(case, town, object_, others=()):
    """A day later for one; the others were given up 23 hours ago, and are older than that."""
    now = time.time()
    for one, age in ((object_, 25), *((o, 23) for o in others)):
        case.assertTrue(file_of(town, one).exists())
        os.utime(file_of(town, one), (now - 72 * 3600,) * 2)
        with town.database.connect() as db:
            db.run("UPDATE objects_gone SET gone_at = ? WHERE object = ?",
                   int(now * 1000) - age * HOUR_MS, one)
    end = time.monotonic() + 30
    while file_of(town, object_).exists():
        case.assertLess(time.monotonic(), end)
        time.sleep(0.1)
    for one in others:
        case.assertTrue(file_of(town, one).exists())
