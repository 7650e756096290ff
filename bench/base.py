#!/usr/bin/env python3
"""Measures the base's rooms and schedules (script/bench base calls this; it builds everything first).

On each store: the demo town with 200 spaces and 100,000 bookings of four months in it, over HTTP. One
client asks, one question after the other, which rooms are free at an hour of some day; then 500 people,
each on a connection of its own, ask for the same room at the same hour within a second. The bookings
are put there as rows: what a search reads; those of the rush go through the ledger, as all do.

Then ten events of 60 factories and 20 agencies with 24 slots and 16 tables (bench/schedule_load.h) are
planned: by the pair that is worth most first, by what adds most first, and by town/events.
"""
import argparse
import contextlib
import http.client
import json
import pathlib
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import measure
from measure import ROOT, say
from orders import TOOLS, Town

sys.path.insert(0, str(ROOT / "script" / "lib"))
import postgres_server  # noqa: E402

SPACES, BOOKINGS, DAYS, PEOPLE = 200, 100_000, 120, 500
DAY_MS, STEP_MS = 86_400_000, 1_800_000
ZONE_MS = 8 * 3_600_000
EVENT, EVENTS = (60, 20, 24, 16), 10  # factories, agencies, slots, tables
FIRST = 100_000  # numbers of rows of ours, far from the demo's

TARGETS = [(f"{store}: {what}", unit, bound, digits, way) for store in ("SQLite", "PostgreSQL")
           for what, unit, bound, digits, way in (
               ("a search, p99", "ms", 20, 1, "most"),
               (f"{PEOPLE} people after one room, got it", "people", 1, 0, "most"),
               (f"{PEOPLE} people after one room, got it at all", "people", 1, 0, "least"))]
TARGETS += [("a schedule, the longest", "s", 5, 2, "most"), ("a schedule over greedy, the least", "%", 10, 1, "least")]


def rows():
    """(spaces, hours, bookings) as tuples: bookings lie beside each other, none over another."""
    seq, today = random.Random(7), int((time.time() * 1000 + ZONE_MS) // DAY_MS)
    spaces = [(FIRST + i, f"B{i}", ("live_room", "classroom", "hall")[i % 3], f"房间{i}", f"Room {i}", 4 + i % 40, f"{FIRST + i:032d}")
              for i in range(SPACES)]
    hours = [(FIRST + i, weekday) for i in range(SPACES) for weekday in range(1, 8)]
    bookings = []
    while len(bookings) < BOOKINGS:
        number = len(bookings) // 4
        space, day = FIRST + number % SPACES, today + number // SPACES % DAYS + 1
        step = 16 + seq.randrange(3)
        for _ in range(4):
            until = step + 2 + seq.randrange(4)
            begins = day * DAY_MS - ZONE_MS
            bookings.append((FIRST + len(bookings), space, day, step, until, until, begins + step * STEP_MS, begins + until * STEP_MS))
            step = until + seq.randrange(2)
    return today, spaces, hours, bookings[:BOOKINGS]


SPACE = ("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, equipment, price_fen, who_may, door_token,"
         " created_at) SELECT ?, MIN(id), ?, ?, ?, ?, 4000, ?, ' lights ', 8000, 'member', ?, 1 FROM venue_floors")
HOURS = "INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (?, ?, 16, 44)"
BOOKING = ("INSERT INTO venue_bookings (id, space_id, day, from_step, until_step, held_until, starts_at, ends_at, state, user_id, is_sure,"
           " created_at, changed_at) SELECT ?, ?, ?, ?, ?, ?, ?, ?, 'confirmed', MIN(id), 1, 1, 1 FROM users")


def statement(sql, values):
    """Of numbers and of texts without quotes."""
    left = iter(values)
    return "".join(part if part != "?" else (str(v) if isinstance(v := next(left), int) else f"'{v}'") for part in re.split(r"(\?)", sql))


def psql(store, statements):
    words = [str(postgres_server.programs() / "psql"), "-q", "-X", "-1", "-v", "ON_ERROR_STOP=1", store.removeprefix("postgres:")]
    subprocess.run(words, input=";\n".join(statements) + ";\nANALYZE;\n", text=True, check=True, stdout=subprocess.DEVNULL)


def fill(store, folder):
    today, spaces, hours, bookings = rows()
    if store:
        psql(store, (statement(sql, row) for sql, many in ((SPACE, spaces), (HOURS, hours), (BOOKING, bookings)) for row in many))
    else:
        raw = sqlite3.connect(pathlib.Path(folder) / "guildhall.db")
        for sql, many in ((SPACE, spaces), (HOURS, hours), (BOOKING, bookings)):
            raw.executemany(sql, many)
        raw.commit()
        raw.close()
    return today


def day_text(day):
    return time.strftime("%Y-%m-%d", time.gmtime(day * DAY_MS // 1000))


def search(town, token, today, n):
    """Milliseconds of each of n questions."""
    seq, took = random.Random(11), []
    connection = http.client.HTTPConnection("127.0.0.1", town.http, timeout=30)
    for i in range(n + 20):
        start = seq.randrange(16, 38)
        query = urllib.parse.urlencode({"day": day_text(today + 1 + seq.randrange(DAYS)), "from": f"{start // 2:02d}:{start % 2 * 30:02d}",
                                        "until": f"{start // 2 + 3:02d}:{start % 2 * 30:02d}", "kind": seq.choice(["", "live_room", "classroom"])})
        began = time.perf_counter()
        connection.request("GET", f"/venue?{query}", headers={"Accept": "application/json", "Authorization": f"Bearer {token}"})
        reply = connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise SystemExit(f"a search answered {reply.status}: {body[:200]}")
        if i >= 20:  # the first ones warm up
            took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return sorted(took)


def rush(town, tokens, today):
    """Statuses of all who ask, and the seconds till the last answer."""
    fields = urllib.parse.urlencode({"space": FIRST, "day": day_text(today + DAYS - 70), "from": "21:30", "until": "22:00"})
    statuses, gate = [], threading.Barrier(len(tokens) + 1)

    def ask(token):
        connection = http.client.HTTPConnection("127.0.0.1", town.http, timeout=60)
        connection.connect()
        gate.wait()
        connection.request("POST", "/venue/bookings", fields, {"Accept": "application/json", "Authorization": f"Bearer {token}",
                                                               "Content-Type": "application/x-www-form-urlencoded"})
        reply = connection.getresponse()
        reply.read()
        statuses.append(reply.status)
        connection.close()
    threads = [threading.Thread(target=ask, args=(t,)) for t in tokens]
    for t in threads:
        t.start()
    gate.wait()
    began = time.monotonic()
    for t in threads:
        t.join()
    return statuses, time.monotonic() - began


def one_store(args, name, work, store, out, figures):
    town = Town(work, name, store)
    say(f"{name}: a town with {SPACES} spaces and {BOOKINGS:,} bookings")
    town.fill()
    today = fill(store, town.folder)
    tokens = town.users("rush", "buyer", PEOPLE)
    with town.serving():
        took = search(town, tokens[0], today, args.searches)
        p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
        statuses, seconds = rush(town, tokens, today)
    got = statuses.count(200)
    others = len(statuses) - got - statuses.count(409)
    if others:
        raise SystemExit(f"{name}: {others} of the rush got neither the room nor a no")
    out += [{"what": f"{name}: a search", "p50_ms": p50, "p99_ms": p99},
            {"what": f"{name}: {PEOPLE} people after one room", "got": got, "seconds": seconds}]
    figures[f"{name}: a search, p99"] = p99
    figures[f"{name}: {PEOPLE} people after one room, got it"] = got
    figures[f"{name}: {PEOPLE} people after one room, got it at all"] = got
    say(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms; of {len(statuses)} people {got} got the room, the last answer after {seconds:.2f} s")


def schedules(out, figures):
    """Objectives as parts of greedy's, and the solver's time."""
    done = subprocess.run([TOOLS / "schedule_load", *map(str, (*EVENT, EVENTS))], stdout=subprocess.PIPE, text=True, check=True)
    plans = [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
    over = sorted((best / greedy - 1) * 100 for greedy, _, best, *_ in plans)
    over_gain = sorted((best / gain - 1) * 100 for _, gain, best, *_ in plans)
    seconds = max(plan[5] for plan in plans) / 1000
    out += [{"what": "over greedy, the best pair first", "least": over[0], "middle": statistics.median(over), "most": over[-1]},
            {"what": "over greedy, what adds most first", "least": over_gain[0], "middle": statistics.median(over_gain), "most": over_gain[-1]}]
    figures["a schedule, the longest"] = seconds
    figures["a schedule over greedy, the least"] = over[0]
    say(f"{EVENTS} schedules, {over[0]:.1f} to {over[-1]:.1f} % over greedy, {over_gain[0]:.1f} to {over_gain[-1]:.1f} % over greedy by gain, "
        f"{seconds:.2f} s the longest")


PLANS = [("", lambda r: r["what"]), *((f"{key} %", lambda r, key=key: f"{r[key]:.1f}") for key in ("least", "middle", "most"))]


def shown(key, digits=1):
    return lambda r: f"{r[key]:.{digits}f}" if key in r else ""


COLUMNS = [("", lambda r: r["what"]), ("p50 ms", shown("p50_ms")), ("p99 ms", shown("p99_ms")),
           ("got it", shown("got", 0)), ("all answered after s", shown("seconds", 2))]


def machine():
    version = subprocess.run([str(postgres_server.programs() / "postgres"), "--version"],
                             stdout=subprocess.PIPE, text=True, check=True).stdout.split()[2]
    return measure.machine(f"SQLite {sqlite3.sqlite_version}, PostgreSQL {version}")


def options():
    p = argparse.ArgumentParser(prog="script/bench base", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--json", action="store_true", help="print one JSON object instead")
    p.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    p.add_argument("--searches", type=int, default=1000, help="questions a store (1,000)")
    p.add_argument("--only", choices=["sqlite", "postgres", "schedule"], help="one store, or schedules")
    return p.parse_args()


def main():
    args, out, plans, figures = options(), [], [], {}
    with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work, contextlib.ExitStack() as stack:
        if args.only in (None, "sqlite"):
            one_store(args, "SQLite", work, None, out, figures)
        if args.only in (None, "postgres"):
            server = stack.enter_context(postgres_server.running(durable=True))
            one_store(args, "PostgreSQL", work, f"{server.store} dbname=postgres", out, figures)
    if args.only in (None, "schedule"):
        schedules(plans, figures)
    lines, held = measure.verdicts(TARGETS, figures)
    if args.json:
        print(json.dumps({"machine": machine(), "rows": out + plans, "figures": figures, "held": held}, indent=1, ensure_ascii=False))
    else:
        tables = (measure.table(columns, rows) + [""] for columns, rows in ((COLUMNS, out), (PLANS, plans)) if rows)
        print("\n".join([*(line for table in tables for line in table), *lines]))
    if args.write and plans:
        measure.write_section("Event schedules", [
            f"Made by `script/bench base --write`: {EVENTS} events of {EVENT[0]} factories, {EVENT[1]} agencies, {EVENT[2]} slots and {EVENT[3]} tables, by",
            "the objective that town/events/schedule.h states.", "", f"Machine: {machine()}.", "",
            *measure.table(PLANS, plans), "", "```", *(line for line in lines if "schedule" in line), "```"])
    if args.write and out:
        measure.write_section("Rooms", [
            f"Made by `script/bench base --write`: {SPACES} spaces, {BOOKINGS:,} bookings of {DAYS} days, over HTTP, durable. A search asks",
            "over all spaces what is free at an hour, with what is near, one client after the other; the rush is",
            f"{PEOPLE} connections that ask for the same room at once.", "", f"Machine: {machine()}.", "",
            *measure.table(COLUMNS, out), "", "```", *(line for line in lines if "schedule" not in line), "```"])
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
