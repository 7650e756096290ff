"""Several processes on one PostgreSQL, as their visitors meet them: test_nodes_http.py GUILDHALL"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
import database  # noqa: E402
from room import Room  # noqa: E402
from town import RECEIVER, Process, Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
HOT, PIECES = 1, 100
RETRIES_S = 60
DEATH_MOST_S = 10  # a dead process's lock comes free in that time; 1 s by itself, and a slow machine

PLACED = "SELECT count(*) FROM orders"
BACKWARDS = ("SELECT count(*) FROM (SELECT at_ms, lag(at_ms) OVER (ORDER BY seq) AS before"
             " FROM ledger_transfers) AS t WHERE at_ms < before")
HOLDS_THE_LOCK = ("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                  " WHERE l.locktype = 'advisory' AND l.granted"
                  " AND a.datname = current_database()")
WAITS_FOR_ROW = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND wait_event_type = 'Lock' AND wait_event <> 'advisory'")


@contextlib.contextmanager
def nodes(count, buyers=2, stock=(PIECES,)):
    """So many processes that serve one town. At the end each ends by itself, and finds all well."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Town(PROGRAM, buyers=buyers, stock=stock))
        every = [first, *(stack.enter_context(first.node()) for _ in range(count - 1))]
        publish_keys(every)
        yield every
        for node in every:
            status, said = node.check()
            assert status == 0, said
        with first.database.connect() as db:
            assert db.one(BACKWARDS) == 0, "the ledger's time goes back"
        for node in every:
            assert node.stop() == 0


def publish_keys(every):
    """What README says: each one's ledger.pub holds the keys of all."""
    keys = "".join((node.folder / "ledger.pub").read_text() for node in every)
    for node in every:
        (node.folder / "ledger.pub").write_text(keys)


def order(client, key, sku=HOT, until_answered=True):
    """(status, body), once it is neither lost nor "try again"."""
    deadline = time.monotonic() + RETRIES_S
    while True:
        try:
            status, body = client.post("/orders", {"sku": sku, "quantity": 1, **RECEIVER}, key)
            if status != 503 or not until_answered:
                return status, body
        except OSError:
            if not until_answered:
                raise
        assert time.monotonic() < deadline, "no answer"
        time.sleep(0.05)


class Rush:
    """Buyers at all nodes who take one piece after the other until there is none."""

    def __init__(self, every, buyers):
        self.sold, self.failed, self.lock = [], [], threading.Lock()
        clients = [every[i % len(every)].client(f"buyer{i}") for i in range(buyers)]
        threads = [threading.Thread(target=self.buy, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for client in clients:
            client.close()

    def buy(self, client):
        try:
            while True:
                status, body = order(client, uuid.uuid4().hex)
                if status == 409:
                    assert body["error"] == "sold_out", body
                    return
                assert status == 201, (status, body)
                with self.lock:
                    self.sold.append((client.town, body["order"]["id"]))
                status, body = client.post(f"/cashier/{body['order']['id']}")
                assert status in (200, 503), (status, body)
        except Exception as error:  # told by the test's own thread
            self.failed.append(error)


class Held:
    """Holds the row of a SKU's stock, so that whoever sells it stops in the middle of its batch."""

    def __init__(self, town, sku):
        self.raw = database.postgres(town.database.name)
        self.raw.cursor().execute(
            "SELECT 1 FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book"
            f" WHERE b.subject = 'sku:{sku}' AND a.role = 'available' FOR UPDATE OF a")

    def let_go(self):
        self.raw.rollback()
        self.raw.close()


def until(what, holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)


class Nodes(unittest.TestCase):
    def rush(self, count):
        buyers = 4 * count
        with nodes(count, buyers=buyers) as every:
            rush = Rush(every, buyers)
            if rush.failed:
                raise rush.failed[0]
            self.assertEqual(len({order_id for _, order_id in rush.sold}), PIECES)
            self.assertEqual({node for node, _ in rush.sold}, set(every), "all of them sold")
            self.assertEqual(every[0].left(HOT), 0)
            with every[0].database.connect() as db:
                self.assertEqual(db.one(PLACED), PIECES)
            for node in every:
                with contextlib.closing(node.client()) as client:
                    self.assertEqual(client.get("/healthz")[0], 200)

    def test_two_sell_what_there_is_and_no_more(self):
        self.rush(2)

    def test_three_sell_what_there_is_and_no_more(self):
        self.rush(3)

    def in_mid_batch(self, node, client, key):
        """Stops the node's batch in its middle, while it holds the database's lock. Returns what
        holds it up, and the thread whose order is in it."""
        held = Held(node, HOT)
        lost = threading.Thread(target=self.send, args=(client, key))
        lost.start()
        with contextlib.closing(database.postgres(node.database.name)) as raw:
            raw.autocommit = True
            cursor = raw.cursor()

            def is_there():
                counts = []
                for sql in (HOLDS_THE_LOCK, WAITS_FOR_ROW):
                    cursor.execute(sql)
                    counts.append(cursor.fetchone()[0])
                return counts == [1, 1]

            until("the batch holds the lock and waits", is_there)
        return held, lost

    def send(self, client, key):
        with contextlib.suppress(OSError):
            self.first_answer = order(client, key, until_answered=False)

    def test_a_process_that_dies_with_the_lock_lets_the_others_go_on(self):
        with nodes(2, stock=(PIECES, 7)) as (dying, other):
            victim, client = dying.client("buyer0"), other.client("buyer1")
            key = uuid.uuid4().hex
            held, lost = self.in_mid_batch(dying, victim, key)
            began = time.monotonic()
            dying.kill()
            status, body = order(client, uuid.uuid4().hex, sku=2)
            self.assertEqual(status, 201, body)
            self.assertLess(time.monotonic() - began, DEATH_MOST_S)
            held.let_go()
            lost.join()
            dying.start()
            # What was in the batch is not there: it is placed now, once.
            again = dying.client("buyer0")
            status, body = order(again, key)
            self.assertEqual(status, 201, body)
            with other.database.connect() as db:
                self.assertEqual(db.one(PLACED), 2)
            for c in (victim, client, again):
                c.close()

    def test_a_process_that_freezes_with_the_lock_lets_the_others_go_on(self):
        with nodes(2, stock=(PIECES, 7)) as (frozen, other):
            victim, client = frozen.client("buyer0"), other.client("buyer1")
            key = uuid.uuid4().hex
            held, lost = self.in_mid_batch(frozen, victim, key)
            frozen.process.send_signal(signal.SIGSTOP)
            self.addCleanup(frozen.process.send_signal, signal.SIGCONT)
            held.let_go()
            began = time.monotonic()
            status, body = order(client, uuid.uuid4().hex, sku=2)
            self.assertEqual(status, 201, body)
            self.assertLess(time.monotonic() - began, 2 * DEATH_MOST_S)
            frozen.process.send_signal(signal.SIGCONT)
            lost.join()
            self.assertEqual(self.first_answer[0], 503, "it had lost its transaction")
            status, body = order(victim, key)
            self.assertEqual(status, 201, body)
            with other.database.connect() as db:
                self.assertEqual(db.one(PLACED), 2)
            for c in (victim, client):
                c.close()

    def test_who_logs_in_at_one_is_known_at_all(self):
        with nodes(2) as (one, two):
            here, there = one.client("buyer0"), two.client("buyer0")
            self.assertEqual(here.token, there.token)
            self.assertEqual(there.get("/orders")[0], 200)
            self.assertEqual(here.post("/logout")[0], 200)
            self.assertEqual(there.get("/orders")[0], 401)
            for c in (here, there):
                c.close()

    def test_a_key_answers_the_same_at_all(self):
        with nodes(2) as (one, two):
            key, here, there = uuid.uuid4().hex, one.client("buyer0"), two.client("buyer0")
            status, first = order(here, key)
            self.assertEqual(status, 201)
            status, second = order(there, key)
            self.assertEqual((status, second["order"]["id"]), (201, first["order"]["id"]))
            status, body = there.post("/orders", {"sku": HOT, "quantity": 2, **RECEIVER}, key)
            self.assertEqual((status, body["error"]), (422, "key_reused"))
            for c in (here, there):
                c.close()

    def test_a_room_hears_of_what_is_sold_elsewhere(self):
        with nodes(2) as (one, two):
            one.add_user("host", "host")
            host, buyer = one.client("host"), one.client("buyer0")
            status, body = host.post("/shows", {"title_zh": "专场", "title_en": "A show",
                                                "room": "1", "starts_at": "2030-01-01T19:30"})
            self.assertEqual(status, 200, body)
            show = body["id"]
            self.assertEqual(host.post(f"/shows/{show}/items", {"sku": "K1"})[0], 200)
            with one.database.connect() as db:
                db.run("UPDATE shows SET status = 'live' WHERE id = ?", show)
            viewer = two.client()
            self.assertEqual(viewer.get(f"/shows/{show}")[0], 200)
            room = Room(two, show)
            self.assertEqual(room.status, 101)
            room.wait("hello")
            self.assertEqual(order(buyer, uuid.uuid4().hex)[0], 201)
            self.assertEqual(room.wait("stock")["left"], PIECES - 1)
            for c in (host, buyer, viewer, room):
                c.close()

    def test_new_processes_may_start_at_once(self):
        """On a database that is empty still: they share its migrations."""
        with contextlib.ExitStack() as stack:
            first = Process(PROGRAM)
            stack.callback(first.database.remove)
            stack.callback(first.log.close)
            every = [first, Process(PROGRAM, first.database), Process(PROGRAM, first.database)]
            seal = os.urandom(32)
            for node in every:
                (node.folder / "seal.key").write_bytes(seal)
                (node.folder / "seal.key").chmod(0o600)
            for node in every:
                node.spawn()
                stack.callback(node.stop)
            for node in every:
                node.wait_until_it_serves()
            publish_keys(every)
            self.assertEqual(first.check(), (0, "all is well\n"))

    def test_a_node_with_another_seal_key_does_not_start(self):
        with Town(PROGRAM, buyers=1, stock=(1,)) as town:
            stranger = Process(PROGRAM, town.database)
            said = subprocess.run([PROGRAM, "serve", *stranger.settings()], capture_output=True,
                                  text=True, timeout=30)
            self.assertEqual(said.returncode, 1)
            self.assertIn("guildhall: seal.key: not the key that sealed", said.stderr)
            stranger.log.close()

    def test_a_head_of_a_key_that_is_not_published_is_named(self):
        with nodes(2) as (one, two):
            client = two.client("buyer0")
            self.assertEqual(order(client, uuid.uuid4().hex)[0], 201)
            client.close()
            self.assertEqual(two.stop(), 0)  # signs a head
            known = (one.folder / "ledger.pub").read_text()
            (one.folder / "ledger.pub").write_text(known.splitlines()[0] + "\n")
            status, said = one.check()
            self.assertEqual(status, 1)
            self.assertIn("signed by a key that is not in ledger.pub", said)
            (one.folder / "ledger.pub").write_text(known)


if __name__ == "__main__":
    unittest.main()
