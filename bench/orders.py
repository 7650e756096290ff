#!/usr/bin/env python3
"""Measures orders (script/bench orders calls this; it builds everything first).

On each store: the demo town, served as it is by default, durable; bench/orders_load.c orders one SKU
over HTTP with keep-alive, on the same cores, a buyer an order. Beside it, in the same run and on
databases of the same town: a bare SQLite loop that writes the same rows in batches of 100 and of 1,
and on PostgreSQL the usual way, a transaction an order with a row lock on the stock, 32 connections.
Then orders at half that rate for their latency; 20,000 buyers for 100 pieces; what a sold-out SKU
refuses; and on SQLite once more with 3 ms added to every sync. After each, `guildhall check`.
"""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import measure
from measure import ROOT, SERVER, Process, cpu_ticks, free_port, say, wait_serving

sys.path.insert(0, str(ROOT / "script" / "lib"))
import postgres_server  # noqa: E402

TOOLS = ROOT / "build-bench" / "bench"
CONNECTIONS = 128
MANY_CONNECTIONS = 512  # for a slow disk: what waits is a batch
BUYERS, RUSH = 40000, 20000
STOCK, SCARCE = 10_000_000, 100
PG_CONNECTIONS = 32
SLOW_MS = 3

TARGETS = [
    ("SQLite: of the bare loop in batches of 100", "×", 0.25, 2, "least"),
    ("SQLite: p99 at half load", "ms", 40, 1, "most"),
    ("SQLite: 20,000 buyers of 100 pieces, sold", "pieces", 100, 0, "least"),
    ("SQLite: 20,000 buyers of 100 pieces, oversold", "pieces", 0, 0, "most"),
    (f"SQLite, syncs {SLOW_MS} ms slower: accepted", "a second", 5000, 0, "least"),
    ("PostgreSQL: of the usual way", "×", 5, 2, "least"),
    ("PostgreSQL: p99 at half load", "ms", 40, 1, "most"),
    ("PostgreSQL: 20,000 buyers of 100 pieces, sold", "pieces", 100, 0, "least"),
    ("PostgreSQL: 20,000 buyers of 100 pieces, oversold", "pieces", 0, 0, "most"),
]


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{pathlib.Path(command[0]).name} failed")
    return done.stdout


class Town:
    """A town on a store: its folder, its address, its tokens, two SKUs to sell."""

    def __init__(self, work, name, store):
        self.folder = pathlib.Path(work) / name
        self.folder.mkdir()
        self.store = ["--store", store] if store else []
        self.log = self.folder / "log"

    def command(self, word):
        self.http = free_port()
        return [str(SERVER), word, "--data", str(self.folder), *self.store,
                "--http", f"127.0.0.1:{self.http}", "--rtmp", f"127.0.0.1:{free_port()}",
                "--log-level", "warn"]

    def fill(self):
        with Process([*self.command("demo"), "--no-encoder"], None, self.log) as p:
            wait_serving(p, self.http, "/healthz", 120)

    @contextlib.contextmanager
    def serving(self, env=None):
        with Process(self.command("serve"), None, self.log, env) as p:
            wait_serving(p, self.http, "/healthz", 60)
            self.pid = p.pid
            yield self

    def users(self, login, role, number):
        words = ["user", "add", "--data", self.folder, *self.store, "--login", login, "--role", role,
                 "--batch", number]
        return run(SERVER, *words).split()

    def token_file(self, login, number):
        path = self.folder / f"tokens-{login}"
        path.write_text("\n".join(self.users(login, "buyer", number)) + "\n")
        return path

    def ask(self, path, body=None, token=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}",
                                         data=body and urllib.parse.urlencode(body).encode())
        request.add_header("Accept", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def stock(self, sku, pieces):
        """Makes it exactly so many."""
        def left():
            return next(s["stock"] for s in self.ask(f"/hall/products/{self.slug_of[sku]}")["skus"]
                        if s["id"] == sku)
        self.ask(f"/hall/skus/{sku}/stock", {"pieces": pieces - left()}, self.operator)
        if left() != pieces:
            raise SystemExit(f"SKU {sku} has {left()} pieces and not {pieces}")

    def prepare(self):
        self.buyers = self.token_file("load", BUYERS)
        self.rush = self.token_file("rush", RUSH)
        self.operator = self.users("ops", "operator", 1)[0]
        goods = self.ask("/hall")["products"][:2]
        self.slug_of = {}
        for good in goods:
            sku = self.ask(f"/hall/products/{good['slug']}")["skus"][0]["id"]
            self.slug_of[sku] = good["slug"]
        self.many, self.few = self.slug_of
        self.stock(self.many, STOCK)
        self.stock(self.few, SCARCE)

    def load(self, sku, tokens, **options):
        words = [w for k, v in options.items() for w in (f"--{k}", v)]
        return json.loads(run(TOOLS / "orders_load", "--port", self.http, "--tokens", tokens, "--sku",
                              sku, "--connections", CONNECTIONS, *words))

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics") as reply:
            lines = reply.read().decode().splitlines()
        return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def batches(self):
        m = self.metrics()
        return m["guildhall_writer_batches_total"], m["guildhall_writer_commands_total"]

    def check(self):
        done = subprocess.run([str(SERVER), "check", "--data", str(self.folder), *self.store],
                              stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"check found, in {self.folder}:\n{done.stdout}")


class Bench:
    def __init__(self, args, work):
        self.args, self.work = args, work
        self.rows, self.figures = [], {}
        self.disk = pathlib.Path(work) / "disk"

    def row(self, what, orders, seconds, **more):
        self.rows.append({"what": what, "a_second": orders / seconds, **more})
        say(f"{what}: {orders / seconds:,.0f} a second")

    def disk_counts(self):
        return struct.unpack("3Q", self.disk.read_bytes()) if self.disk.exists() else (0, 0, 0)

    def watched(self, slower_ms=0):
        self.disk.unlink(missing_ok=True)
        return {"LD_PRELOAD": str(TOOLS / "libdisk_watch.so"), "DISK_WATCH": str(self.disk),
                "DISK_SYNC_MS": str(slower_ms)}

    # --- one store ---

    def full_load(self, name, town, io):
        """Median of the windows; io: () -> (syncs, bytes) so far."""
        windows = []
        town.load(town.many, town.buyers, seconds=1)  # warm
        for _ in range(self.args.windows):
            before, batches, busy, began = io(), town.batches(), cpu_ticks(), time.monotonic()
            w = town.load(town.many, town.buyers, seconds=self.args.window_s)
            after, then = io(), town.batches()
            w["syncs"] = (after[0] - before[0]) / w["accepted"]
            w["bytes"] = (after[1] - before[1]) / w["accepted"]
            w["batch"] = (then[1] - batches[1]) / max(1, then[0] - batches[0])
            windows.append(w)
        w = sorted(windows, key=lambda w: w["accepted_s"])[len(windows) // 2]
        self.row(name, w["accepted"], w["seconds"], **{k: w[k] for k in (
            "p50_ms", "p99_ms", "syncs", "bytes", "batch")})
        return w["accepted_s"]

    def half_load(self, store, town, full):
        half = town.load(town.many, town.buyers, seconds=self.args.window_s, rate=int(full / 2))
        self.row(f"{store}, half of that", half["accepted"], half["seconds"], p50_ms=half["p50_ms"],
                 p99_ms=half["p99_ms"])
        self.figures[f"{store}: p99 at half load"] = half["p99_ms"]

    def scarce(self, store, town):
        rush = town.load(town.few, town.rush, total=RUSH)
        if rush["accepted"] + rush["refused"] != RUSH:
            raise SystemExit(f"of {RUSH} only some were answered: {rush}")
        name = f"{store}: 20,000 buyers of 100 pieces, "
        self.figures[name + "sold"] = rush["accepted"]
        self.figures[name + "oversold"] = max(0, rush["accepted"] - SCARCE)
        self.row(f"{store}, 20,000 for 100: refused", rush["refused"], rush["seconds"])

    def sqlite(self):
        town = Town(self.work, "sqlite", None)
        say("SQLite: filling the demo town")
        town.fill()
        for batch in (100, 1):
            copy = pathlib.Path(self.work) / f"loop-{batch}"
            copy.mkdir()
            for path in town.folder.glob("guildhall.db*"):
                shutil.copy(path, copy)
            self.loop(copy / "guildhall.db", town, batch)
        with town.serving(self.watched()):
            town.prepare()
            full = self.full_load("guildhall, SQLite", town,
                                  lambda: (self.disk_counts()[0], self.disk_counts()[2]))
            self.figures["SQLite: of the bare loop in batches of 100"] = full / self.bare
            self.half_load("SQLite", town, full)
            self.scarce("SQLite", town)
        town.check()
        with town.serving(self.watched(SLOW_MS)):
            slow = town.load(town.many, town.buyers, seconds=self.args.window_s,
                             connections=MANY_CONNECTIONS)
            batches, commands = town.batches()
            self.row(f"guildhall, SQLite, syncs {SLOW_MS} ms slower", slow["accepted"],
                     slow["seconds"], p50_ms=slow["p50_ms"], p99_ms=slow["p99_ms"],
                     batch=commands / batches)
            self.figures[f"SQLite, syncs {SLOW_MS} ms slower: accepted"] = slow["accepted_s"]
        town.check()

    def loop(self, file, town, batch):
        sku = self.sku_with_most(file)
        rates = [json.loads(run(TOOLS / "orders_baseline", "sqlite", file, sku, self.args.window_s,
                                batch)) for _ in range(self.args.windows)]
        rate = statistics.median(r["orders"] / r["seconds"] for r in rates)
        self.row(f"bare SQLite loop, batches of {batch}", rate, 1, batch=batch)
        if batch == 100:
            self.bare = rate

    @staticmethod
    def sku_with_most(file):
        """A SKU of the copy, with stock for the whole loop."""
        import sqlite3
        with contextlib.closing(sqlite3.connect(file)) as db, db:
            book, subject = db.execute("SELECT id, subject FROM ledger_books WHERE unit = 'piece'"
                                       " ORDER BY id LIMIT 1").fetchone()
            db.execute("UPDATE ledger_accounts SET credits_posted = credits_posted + ? WHERE book = ?"
                       " AND role = 'available'", (STOCK, book))
            return int(subject.removeprefix("sku:"))

    def postgres(self):
        with postgres_server.running(durable=True) as running:
            server = running.store
            for name in ("town", "usual"):
                self.create(server, name)
            say("PostgreSQL: filling the demo town")
            usual = Town(self.work, "usual", f"{server} dbname=usual")
            usual.fill()
            town = Town(self.work, "postgres", f"{server} dbname=town")
            town.fill()
            self.usual_way(server, usual)
            with town.serving():
                town.prepare()
                full = self.full_load("guildhall, PostgreSQL", town, lambda: self.wal(server))
                self.figures["PostgreSQL: of the usual way"] = full / self.usual_rate
                self.half_load("PostgreSQL", town, full)
                self.scarce("PostgreSQL", town)
            town.check()

    def usual_way(self, server, town):
        with town.serving():
            town.prepare()
        # The program numbers orders itself; the usual way lets a sequence do it.
        self.psql(server, "usual", "SELECT setval(pg_get_serial_sequence('orders', 'id'),"
                                   " (SELECT MAX(id) FROM orders))")
        place = f"{server} dbname=usual".removeprefix("postgres:")
        rates = [json.loads(run(TOOLS / "orders_baseline", "postgres", place, town.many,
                                self.args.window_s, PG_CONNECTIONS))
                 for _ in range(self.args.windows)]
        self.usual_rate = statistics.median(r["orders"] / r["seconds"] for r in rates)
        self.row("PostgreSQL, a transaction an order, row lock", self.usual_rate, 1)

    @staticmethod
    def psql(server, database, sql):
        """The first row, as text."""
        place = f"{server.removeprefix('postgres:')} dbname={database}"
        rows = run(postgres_server.programs() / "psql", place, "-XAtqc", sql).splitlines()
        return rows[0].split("|") if rows else None

    def create(self, server, name):
        self.psql(server, "postgres", f"CREATE DATABASE {name} TEMPLATE template0 ENCODING UTF8")

    def wal(self, server):
        found = self.psql(server, "postgres", "SELECT wal_sync, wal_bytes::bigint FROM pg_stat_wal")
        return [int(x) for x in found]


def shown(key, form):
    return lambda r: form.format(r[key]) if key in r else ""


COLUMNS = [
    ("", lambda r: r["what"]),
    ("orders/s", shown("a_second", "{:,.0f}")),
    ("p50 ms", shown("p50_ms", "{:.1f}")),
    ("p99 ms", shown("p99_ms", "{:.1f}")),
    ("a batch", shown("batch", "{:.0f}")),
    ("syncs an order", shown("syncs", "{:.3f}")),
    ("bytes an order", shown("bytes", "{:,.0f}")),
]


def machine():
    server = run(postgres_server.programs() / "postgres", "--version").split()[2]
    import sqlite3
    return measure.machine(f"SQLite {sqlite3.sqlite_version}, PostgreSQL {server}")


def write_document(rows, lines):
    measure.write_section("Orders", [
        "Made by `script/bench orders --write`. The demo town, durable as it is by default, and the load",
        f"generator on the same cores: {CONNECTIONS} connections with keep-alive, a buyer an order, one"
        " hot SKU;",
        "answers are asked for with `Prefer: return=minimal`. The baselines write the same rows (the row",
        "lock's without the hash chain, which needs an order of commits) without HTTP, sessions or",
        "sealing. Rates are of accepted orders, refusals are counted apart; medians of several windows.",
        "Bytes are those written to files (SQLite) or to the write-ahead log (PostgreSQL).", "",
        f"Machine: {machine()}.", "",
        *measure.table(COLUMNS, rows), "", "```", *lines, "```"])


def options():
    p = measure.options("orders", __doc__, "figure", 4)
    p.add_argument("--only", choices=["sqlite", "postgres"], help="one store")
    return p.parse_args()


def main():
    args = options()
    with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work:
        bench = Bench(args, work)
        if args.only != "postgres":
            bench.sqlite()
        if args.only != "sqlite":
            bench.postgres()
        lines, held = measure.verdicts(TARGETS, bench.figures)
        if args.json:
            print(json.dumps({"machine": machine(), "rows": bench.rows, "figures": bench.figures,
                              "held": held}, indent=1))
        else:
            print("\n".join(measure.table(COLUMNS, bench.rows) + [""] + lines))
        if args.write:
            write_document(bench.rows, lines)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
