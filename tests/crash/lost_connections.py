"""The way to PostgreSQL is lost, at any moment and around COMMIT: lost_connections.py GUILDHALL [SEED]

The program talks to a server of this test's own, through a wire that can be cut (tests/lib/wire.py).
What a client is told is true, what it sends again under its key is done once (tests/lib/rush.py), and
those who watch a stream notice nothing.
"""
import contextlib
import http.client
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import unittest
import uuid

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS.parent / "script" / "lib")]
import database  # noqa: E402
import postgres_server  # noqa: E402
from rush import BUYERS, Rush  # noqa: E402
from town import RECEIVER, Town  # noqa: E402
from watch import Encoder, until  # noqa: E402
from wire import Wire  # noqa: E402

PROGRAM = sys.argv.pop(1)
SEED = int(sys.argv.pop(1)) if sys.argv[1:2] and sys.argv[1].isdigit() else random.SystemRandom().getrandbits(32)
TROUBLES = 200 if os.environ.get("GUILDHALL_LONG") else 24
ANSWERS_BETWEEN = 10
TERMINATIONS = 100
WRITERS_LOCK = 7165913402881  # src/store/postgres.c
STOCK = 1_000_000
PLACED = "SELECT count(*) FROM orders"


server = None


def setUpModule():
    global server
    print(f"seed {SEED}", file=sys.stderr)
    server = postgres_server.Server(durable=True)
    unittest.addModuleCleanup(server.remove)
    server.start()
    database.SERVER = server.store


class AskingRush(Rush):
    """Buyers who ask again until they are told."""

    def order(self, client, buyer, key, quantity):
        while (order_id := super().order(client, buyer, key, quantity)) is None:
            time.sleep(0.02)
        with self.lock:
            self.unanswered = [u for u in self.unanswered if u[1] != key]
        return order_id


class LostConnections(unittest.TestCase):
    def setUp(self):
        self.numbers = random.Random(SEED)
        self.town = Town(PROGRAM, buyers=BUYERS, stock=(STOCK,))
        self.addCleanup(self.end)
        self.wire = Wire(("127.0.0.1", server.port))
        self.addCleanup(self.wire.close)
        self.town.store = (f"postgres:host=127.0.0.1 port={self.wire.port} user=guildhall"
                           f" dbname={self.town.database.name}")
        self.town.also = ["--open-publish"]
        self.town.start()
        for i in range(BUYERS):
            self.town.client(f"buyer{i}").close()

    def end(self):
        self.town.__exit__(None, None, None)

    def tearDown(self):
        with open(self.town.folder / "log", errors="replace") as log:
            self.log = log.read()
        self.assertNotIn("Sanitizer", self.log)
        self.assertEqual(self.town.check(), (0, "all is well\n"))
        self.assertEqual(self.town.stop(), 0)

    def client(self, login):
        client = self.town.client(login)
        self.addCleanup(client.close)
        return client

    def count(self, sql):
        with self.town.database.connect() as db:
            return db.one(sql)

    def terminate_all(self):
        with self.town.database.connect() as db:
            db.all("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                   " current_database() AND pid <> pg_backend_pid()")

    def test_the_outcome_of_a_cut_commit_is_found_out(self):
        client, told = self.client("buyer0"), {}
        for where in ("before", "during", "after") * 4:
            cuts = self.wire.cuts
            self.wire.cut_at_commit(where)
            while self.wire.cuts == cuts:  # a job's batch may have met it, too
                key, order_id = uuid.uuid4().hex, None
                status, body = client.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER},
                                           key)
                if where == "after":
                    self.assertEqual(status, 201, "what is done is told")
                while status == 503:
                    self.assertEqual(body["error"], "store")
                    status, body = client.post("/orders",
                                               {"sku": 1, "quantity": 1, **RECEIVER}, key)
                self.assertEqual(status, 201, body)
                order_id = body["order"]["id"]
                self.assertNotIn(order_id, told)
                told[order_id] = key
                self.assertEqual(client.post(f"/cashier/{order_id}")[0] in (200, 503), True)
        self.assertEqual(self.count(PLACED), len(told))

    def test_nothing_is_lost_or_done_twice_in_a_rush(self):
        rush = AskingRush(self.town, self.numbers)
        rush.start()
        try:
            for _ in range(TROUBLES):
                goal = rush.answers + self.numbers.randint(1, ANSWERS_BETWEEN)
                until("answers come", lambda: rush.answers >= goal or rush.wrong)
                kind = self.numbers.choice(("before", "during", "after", "terminate", "down"))
                if kind == "terminate":
                    self.terminate_all()
                elif kind == "down":
                    self.wire.down()
                    time.sleep(self.numbers.random() / 4)
                    self.wire.up()
                else:
                    self.wire.cut_at_commit(kind)
        finally:
            rush.ended = True
            self.wire.up()
        rush.join()
        self.assertGreater(rush.verify(), 0)
        self.assertGreater(self.wire.cuts, 0)

    def encode(self, stream):
        encoder = Encoder(self.town, stream)
        self.addCleanup(encoder.end)
        return encoder

    def health(self):
        with contextlib.closing(self.town.client()) as anybody:
            return anybody.get("/healthz")

    def test_a_server_that_goes_away_and_comes_back(self):
        viewer = self.encode("away").viewer()
        viewer.goes_on()
        rush = AskingRush(self.town, self.numbers)
        rush.start()
        try:
            until("answers come", lambda: rush.answers >= 50 or rush.wrong)
            server.stop()  # as a crash, in the middle of whatever it does
            until("it says so", lambda: self.health() == (503, "the store is away\n"))
            visitor = self.client(None)
            status, page = visitor.get("/hall", {"Accept": "text/html", "Accept-Language": "en"})
            self.assertEqual(status, 503)
            self.assertIn("cannot be reached right now", page)
            self.assertEqual(visitor.headers["Retry-After"], "1")
            viewer.goes_on()
            before = rush.answers
            server.start()
            until("it says so", lambda: self.health() == (200, "ok\n"))
            until("answers come", lambda: rush.answers >= before + 50 or rush.wrong)
            viewer.goes_on()
        finally:
            rush.ended = True
            if not server.process:
                server.start()
        rush.join()
        self.assertEqual(visitor.get("/hall")[0], 200)
        rush.verify()

    def test_a_show_that_begins_meanwhile_is_live(self):
        self.town.add_user("host", "host")
        host = self.client("host")
        status, body = host.post("/shows", {"title_zh": "专场", "title_en": "A show", "room": "1",
                                            "starts_at": "2030-01-01T19:30"})
        self.assertEqual(status, 200, body)
        show = body["id"]
        key = host.get(f"/shows/{show}/desk")[1]["publish"]["key"]
        with contextlib.closing(database.postgres(self.town.database.name)) as raw:
            raw.cursor().execute(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
            self.encode(key)
            until("its picture comes",
                  lambda: host.get(f"/shows/{show}")[1]["show"]["on_air"])
            log = self.town.folder / "log"
            until("it cannot be noted", lambda: "shows.live_not_noted" in log.read_text())
            self.assertEqual(host.get(f"/shows/{show}")[1]["show"]["status"], "planned")
        until("it is live", lambda: host.get(f"/shows/{show}")[1]["show"]["status"] == "live")

    def test_everybody_who_is_logged_in_goes_on(self):
        """Each of the program's connections is lost in the middle of something, more than once."""
        clients = [self.client(f"buyer{i}") for i in range(BUYERS)]
        told, done = set(), threading.Event()

        def read(client):
            while not done.is_set():
                told.add(client.get("/hall")[0])

        threads = [threading.Thread(target=read, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for _ in range(TERMINATIONS):
            self.terminate_all()
        done.set()
        for thread in threads:
            thread.join()
        self.assertLessEqual(told, {200, 503})
        until("all workers are well", lambda: all(clients[0].get("/hall")[0] == 200
                                                  for _ in range(20)))


if __name__ == "__main__":
    unittest.main()
