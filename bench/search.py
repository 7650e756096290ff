#!/usr/bin/env python3
"""Measures searching the hall (script/bench search calls this; it builds everything first).

On each store, 20,000 products of the demo's making: bench/search_load.c asks what visitors ask, in
Chinese, pinyin and English, common words and rare ones, models, slips of the hand. A search is a page
of 24 with its counts and facets; a suggestion is what is asked while typing. Beside them, in the same
run, a scan with LIKE over the same texts in a narrow table: a page and its count, without facets,
order or pinyin.
"""
import argparse
import json
import subprocess
import sys
import tempfile

import measure
from measure import ROOT, say

sys.path.insert(0, str(ROOT / "script" / "lib"))
import postgres_server  # noqa: E402

LOAD = ROOT / "build-bench" / "bench" / "search_load"

TARGETS = [
    ("SQLite: a search, p99", "ms", 20, 1, "most"),
    ("SQLite: a suggestion, p99", "ms", 10, 1, "most"),
    ("PostgreSQL: a search, p99", "ms", 20, 1, "most"),
    ("PostgreSQL: a suggestion, p99", "ms", 10, 1, "most"),
]
WHAT = [("like", "a scan with LIKE"), ("search", "a search"), ("suggest", "a suggestion")]


def load(args, store):
    done = subprocess.run([str(LOAD), "--store", store,
                           "--products", str(args.products), "--rounds", str(args.rounds)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def one_store(args, name, store, rows, figures):
    say(f"{name}: filling {args.products:,} products")
    found = load(args, store)
    for key, what in WHAT:
        rows.append({"what": f"{name}: {what}", **found[key]})
        say(f"{name}: {what}: p50 {found[key]['p50_ms']:.1f} ms, p99 {found[key]['p99_ms']:.1f} ms")
        if key != "like":
            figures[f"{name}: {what}, p99"] = found[key]["p99_ms"]
    rows.append({"what": f"{name}: indexing a product", "p50_ms": found["index_us"] / 1000})


def shown(key):
    return lambda r: f"{r[key]:.2f}" if key in r else ""


COLUMNS = [
    ("", lambda r: r["what"]),
    ("p50 ms", shown("p50_ms")),
    ("p99 ms", shown("p99_ms")),
    ("slowest question", lambda r: f"{r['slowest']} ({r['slowest_ms']:.1f} ms)" if "slowest" in r else ""),
]


def machine():
    version = subprocess.run([str(postgres_server.programs() / "postgres"), "--version"],
                             stdout=subprocess.PIPE, text=True, check=True).stdout.split()[2]
    import sqlite3
    return measure.machine(f"SQLite {sqlite3.sqlite_version}, PostgreSQL {version}")


def write_document(args, rows, lines):
    measure.write_section("Search", [
        f"Made by `script/bench search --write`: {args.products:,} products of the demo's making and"
        " what visitors ask,",
        "one after the other, each in a snapshot of its own. A search is a page of 24 with its counts and",
        "facets. The scan with LIKE goes over the same texts in a narrow table, for a page and its count,",
        "without facets, order or pinyin.", "",
        f"Machine: {machine()}.", "",
        *measure.table(COLUMNS, rows), "", "```", *lines, "```"])


def options():
    p = argparse.ArgumentParser(prog="script/bench search", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--json", action="store_true", help="print one JSON object instead")
    p.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    p.add_argument("--products", type=int, default=20000, help="how many (20,000)")
    p.add_argument("--rounds", type=int, default=20, help="times each question is asked (20)")
    p.add_argument("--only", choices=["sqlite", "postgres"], help="one store")
    return p.parse_args()


def main():
    args = options()
    rows, figures = [], {}
    if args.only != "postgres":
        with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work:
            one_store(args, "SQLite", f"sqlite:{work}/town.db", rows, figures)
    if args.only != "sqlite":
        with postgres_server.running(durable=False) as server:
            one_store(args, "PostgreSQL", f"{server.store} dbname=postgres", rows, figures)
    lines, held = measure.verdicts(TARGETS, figures)
    if args.json:
        print(json.dumps({"machine": machine(), "rows": rows, "figures": figures, "held": held},
                         indent=1, ensure_ascii=False))
    else:
        print("\n".join(measure.table(COLUMNS, rows) + [""] + lines))
    if args.write:
        write_document(args, rows, lines)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
