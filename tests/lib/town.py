"""A town of its own for a test: the real program on free ports, with a few makers, goods and people.

    with Town(program) as town:
        buyer = town.client("buyer1")
        status, body = buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER}, key="k" * 8)

Cases that share one are a TownCase.

Goods are written into the database before the program starts, in the form the hall's own commands
give them; people come by `guildhall user add`, as an administrator would make them.
"""
import hashlib
import http.client
import json
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

from database import SERVER, Database

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "script" / "lib"))
from ports import free_port  # noqa: E402

PASSWORD = "correct-horse-battery"
WRITING = 7165913402881  # what a transaction that writes holds on PostgreSQL: src/store/postgres.c
RECEIVER = {"name": "A. Buyer", "phone": "13800000000", "address": "1 Mill Road"}


def add_sku(db, sku, product, position, pieces, colour="white", price_fen=6900):
    """A SKU and its books, with so many pieces that came from outside."""
    db.run("INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
           " list_price_fen, status) VALUES (?, ?, ?, ?, '白', ?, ?, ?, ?, 'on')",
           sku, product, position, f"K{sku}", colour, colour, price_fen, price_fen)
    book = db.one("INSERT INTO ledger_books (unit, subject) VALUES ('piece', ?) RETURNING id",
                  f"sku:{sku}")
    add = ("INSERT INTO ledger_accounts (book, role, flags, debits_posted, credits_posted)"
           " VALUES (?, ?, ?, ?, ?) RETURNING id")
    available = db.one(add, book, "available", 1, 0, pieces)
    db.one(add, book, "sold", 0, 0, 0)
    outside = db.one(add, book, "outside", 0, pieces, 0)
    if pieces:
        db.run("INSERT INTO ledger_transfers (id, kind, debit, credit, amount, timeout_ms,"
               " reason, ref, at_ms) VALUES (?, 1, ?, ?, ?, 0, 'restock', ?, 1)",
               hashlib.sha256(str(sku).encode()).digest()[:16], outside, available, pieces,
               f"sku:{sku}")


class Process:
    """`guildhall serve` on ports of its own, from a folder of its own."""

    def __init__(self, program, database=None, also=()):
        """also: further settings of `serve`."""
        self.also = list(also)
        self.program = str(program)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="guildhall-town-"))
        self.http, self.rtmp = free_port(), free_port()
        self.log = open(self.folder / "log", "ab")
        self.database = database or Database(self.folder)
        self.process = None
        self.tokens = {}
        self.store = None  # another address of the same database

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print((self.folder / "log").read_text(errors="replace")[-4000:])
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self):
        store = ["--store", self.store] if self.store else self.database.settings()
        return ["--data", str(self.folder), "--http", f"127.0.0.1:{self.http}",
                "--rtmp", f"127.0.0.1:{self.rtmp}", "--log-level", "warn", *store]

    def add_user(self, login, role, organisation=None):
        command = [self.program, "user", "add", "--login", login, "--role", role,
                   "--password-stdin", *self.settings()]
        if organisation:
            command += ["--organisation", organisation]
        subprocess.run(command, input=PASSWORD + "\n", text=True, check=True,
                       stdout=subprocess.DEVNULL, stderr=self.log)

    def start(self, file_bytes_max=None):
        self.spawn(file_bytes_max)
        self.wait_until_it_serves()

    def spawn(self, file_bytes_max=None):
        """file_bytes_max: no file may grow beyond it, which to the program is a full disk."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, resource.RLIM_INFINITY))

        self.process = subprocess.Popen([self.program, "serve", "--test-cashier", *self.settings(), *self.also],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        preexec_fn=limit if file_bytes_max else None)

    def wait_until_it_serves(self):
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.http), timeout=1):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the program does not serve")
                time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """Ends it as an administrator does. Returns its exit status."""
        if not self.process:
            return 0
        self.process.terminate()
        status = self.process.wait(30)
        self.process = None
        return status

    def check(self):
        """(exit status, what it said) of `guildhall check`."""
        done = subprocess.run([self.program, "check", *self.settings()], text=True,
                              stdout=subprocess.PIPE, stderr=self.log)
        return done.returncode, done.stdout

    def client(self, login=None):
        return Client(self, login)


class Town(Process):
    def __init__(self, program, buyers=3, stock=(5, 1, 100), also=(), users=()):
        """users: further ones, (login, role) or (login, role, the slug of a maker)."""
        super().__init__(program, also=also)
        for i in range(buyers):
            self.add_user(f"buyer{i}", "buyer")
        self._stock_up(stock)
        self.add_user("maker", "factory", "maker-one")
        self.add_user("rival", "factory", "maker-two")
        self.add_user("office", "operator")
        for user in users:
            self.add_user(*user)

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        self.database.remove()

    def _stock_up(self, stock):
        """Two makers; the first sells a SKU for each number in `stock`, the second one more."""
        with self.database.connect() as db:
            for i, slug in enumerate(("maker-one", "maker-two"), 1):
                db.run("INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
                       " VALUES (?, 'factory', ?, ?, ?, 1)", i, slug, f"厂{i}", f"Maker {i}")
                db.run("INSERT INTO factories (organisation_id, state, created_at, updated_at,"
                       " approved_at) VALUES (?, 'approved', 1, 1, 1)", i)
                db.run("INSERT INTO factory_events (organisation_id, event, to_state, version, at)"
                       " VALUES (?, 'admit', 'approved', 1, 1)", i)
            db.run("INSERT INTO kinds (id, slug, name_zh, name_en, position)"
                   " VALUES (1, 'kettles', '电水壶', 'Kettles', 1)")
            for i, pieces in enumerate([*stock, 10], 1):
                maker = 2 if i == len(stock) + 1 else 1
                self._add_product(db, i, maker)
                add_sku(db, i, i, 1, pieces)
            db.count_on("organisations", "kinds", "products", "skus")

    @staticmethod
    def _add_product(db, product, maker):
        db.run("INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en,"
               " model, shape, colour, price_fen, status, created_at)"
               " VALUES (?, ?, ?, 1, ?, ?, 'M', 1, 'white', 6900, 'on', 1)",
               product, f"kettle-{product}", maker, f"电水壶{product}", f"Kettle {product}")

    def left(self, sku):
        with self.database.connect() as db:
            return db.one("SELECT available FROM ledger_balances WHERE subject = ? AND role ="
                          " 'available'", f"sku:{sku}")

    def node(self):
        """Another process on the same database, not started yet, with a copy of the key of the sealed
        fields, as an administrator would give it."""
        node = Process(self.program, self.database)
        node.tokens = self.tokens
        shutil.copy(self.folder / "seal.key", node.folder / "seal.key")
        return node


class Client:
    """One connection that is kept, of somebody logged in (or of nobody)."""

    def __init__(self, town, login=None):
        self.town, self.connection = town, None
        self.headers = None  # of the last answer
        self.token = town.tokens.get(login)
        if login and not self.token:
            status, body = self.post("/login", {"login": login, "password": PASSWORD})
            if status != 200:
                raise RuntimeError(f"{login} cannot log in: {status} {body}")
            self.token = town.tokens[login] = body["token"]

    def request(self, method, path, body=None, headers=None):
        """(status, decoded JSON, text, or the bytes of a file). Raises OSError or HTTPException when there is no answer."""
        sent = {"Accept": "application/json", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.town.http, timeout=30)
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
            data, self.headers = answer.read(), answer.headers
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if "json" in answer.headers.get("Content-Type", ""):
            return answer.status, json.loads(data)
        try:
            return answer.status, data.decode()
        except UnicodeDecodeError:
            return answer.status, data  # a file

    def get(self, path, headers=None):
        return self.request("GET", path, None, headers)

    def post(self, path, fields=None, key=None, headers=None):
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        if key:
            sent["Idempotency-Key"] = key
        return self.request("POST", path, urllib.parse.urlencode(fields or {}, doseq=True), sent)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class TownCase(unittest.TestCase):
    """Cases that share a town: made for the class, it has to be sound and to end well after the last.

        class Books(TownCase):
            program, options = PROGRAM, {"buyers": 1}
            people = ("maker", "guest")

    Each case has self.maker and self.guest, clients of its own that are closed after it.
    """
    program, options = None, {}  # of Town
    people = ()  # logins; buyer is buyer0, guest nobody

    @classmethod
    def setUpClass(cls):
        cls.town = Town(cls.program, **cls.options)
        cls.addClassCleanup(cls._end)
        with cls.town.database.connect() as db:
            cls.fill(db)
        cls.town.start()
        cls.begin()

    @classmethod
    def fill(cls, db):
        """What is in the database before the program starts."""

    @classmethod
    def begin(cls):
        """What happens in the town before the first case."""

    @classmethod
    def excuse(cls, line):
        """Is it no wonder that `guildhall check` says so: a case changed that row by hand."""
        return False

    @classmethod
    def _end(cls):
        status, said = cls.town.check()  # beside the serving program
        lines = said.splitlines()[:-1]
        if lines and all(cls.excuse(line) for line in lines):
            status = 0
        ended = cls.town.stop()
        cls.town.__exit__(None if status == ended == 0 else RuntimeError, None, None)
        if status or ended:
            raise RuntimeError(f"check: {said}; exit status {ended}")

    def setUp(self):
        for name in self.people:
            setattr(self, name, self.client({"buyer": "buyer0", "guest": None}.get(name, name)))

    def client(self, login=None):
        client = self.town.client(login)
        self.addCleanup(client.close)
        return client

    def meanwhile(self, change, values, client, path, fields):
        """The answer to a POST whose command waits for the store while `change` is committed: what its handler saw
        is not so any more."""
        answer = []
        asking = threading.Thread(target=lambda: answer.append(client.post(path, fields)))
        metrics = self.client()
        with self.town.database.connect() as db:
            db.run(f"SELECT pg_advisory_xact_lock({WRITING})" if SERVER else "BEGIN IMMEDIATE")
            db.run(change, *values)
            asking.start()
            end = time.monotonic() + 1  # when the writer has taken it already, it waits there
            while "guildhall_writer_queued 0" in metrics.get("/metrics")[1] and time.monotonic() < end:
                time.sleep(0.02)
        asking.join()
        return answer[0]
