#!/usr/bin/env python3
"""Measures pages (script/bench pages calls this; it builds everything first).

On each store: the demo town with one I/O loop, all of it on one core; bench/pages_load.c, on the other
core, reads pages with keep-alive. Beside it, in the same rounds and on the same core, nginx with one
worker serves the very bytes that the town answered, plain and gzipped, as static files. A page is asked
for by one address over and over, by those of all products in turn, as searches of many words, by
somebody logged in (whose pages are drawn anew each time), and while orders are written. On a machine
that others use: chrt -r 10 script/bench pages.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

import measure
from measure import ROOT, Process, free_port, say, wait_serving
from orders import TOOLS, Town, run

sys.path.insert(0, str(ROOT / "script" / "lib"))
import postgres_server  # noqa: E402

CONNECTIONS = 64
ORDERS_A_SECOND = 50
PRODUCTS_MAX = 1000
WORDS = ["电水壶", "电饭煲", "dsh", "dianfanbao", "静音", "保温", "风扇", "不锈钢", "1500w", "咖啡机", "空气炸锅",
         "加湿器", "插座", "吹风机", "剃须刀", "榨汁", "烤箱", "厨电厂", "电熨斗", "kettle"]
GZIP = "Accept-Encoding: gzip"

TARGETS = [
    ("SQLite: a product's page, of nginx's rate", "×", 0.333, 2, "least"),
    ("SQLite: a product's page, gzipped, of nginx's rate", "×", 0.333, 2, "least"),
    ("PostgreSQL: a product's page, of nginx's rate", "×", 0.333, 2, "least"),
    ("PostgreSQL: a product's page, gzipped, of nginx's rate", "×", 0.333, 2, "least"),
]

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=10000; gzip_static on; gzip_vary on; default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


class PinnedTown(Town):
    def command(self, word):
        return [*super().command(word), *(["--loops", "1"] if word == "serve" else [])]

    def page(self, path, header=None):
        """The body, as it was sent."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}")
        for line in ("Accept: text/html", "Accept-Language: zh-CN", *([header] if header else [])):
            request.add_header(*line.split(": "))
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()

    def slugs(self):
        found, page = [], 1
        while page and len(found) < PRODUCTS_MAX:
            body = self.ask(f"/hall?page={page}")
            found += [p["slug"] for p in body["products"]]
            page = page + 1 if body.get("next") else 0
        return found


class Nginx:
    """Serves the pages of a town as they were answered, as files."""

    def __init__(self, work):
        self.folder = pathlib.Path(work) / "nginx"
        (self.folder / "files").mkdir(parents=True)
        self.port = free_port()
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, port=self.port))

    def command(self):
        return ["nginx", "-e", str(self.folder / "nginx.log"), "-c", str(self.folder / "nginx.conf")]

    def take(self, town, name, paths):
        """Addresses here of those pages."""
        out = []
        for i, path in enumerate(paths):
            file = self.folder / "files" / f"{name}-{i}"
            file.write_bytes(town.page(path))
            pathlib.Path(f"{file}.gz").write_bytes(town.page(path, GZIP))
            out.append(f"/{file.name}")
        return out


class Bench:
    def __init__(self, args, work):
        self.args, self.work = args, pathlib.Path(work)
        self.rows, self.figures = [], {}
        self.server_core, self.load_core = measure.cores()

    def load(self, port, paths, header=None):
        file = self.work / "paths"
        file.write_text("\n".join(paths) + "\n")
        words = [TOOLS / "pages_load", "--port", port, "--paths", file, "--connections", CONNECTIONS,
                 "--seconds", self.args.window_s, *(["--header", header] if header else [])]
        return json.loads(run("taskset", "-c", self.load_core, *words))

    def compare(self, name, town, nginx, ours, theirs, header=None, cookie=None):
        """Alternating windows: the medians, and that of the rounds' ratios."""
        rounds = []
        for _ in range(self.args.windows):
            rounds.append((self.load(town.http, ours, cookie or header),
                           self.load(nginx.port, theirs, header)))

        def median(i, key):
            return statistics.median(r[i][key] for r in rounds)
        ratio = statistics.median(a["a_second"] / b["a_second"] for a, b in rounds)
        row = {"what": name, "bytes": median(0, "bytes"), "ratio": ratio}
        for i, who in enumerate(("ours", "theirs")):
            row |= {f"{who}_{key}": median(i, key) for key in ("a_second", "p50_ms", "p99_ms")}
        self.rows.append(row)
        self.figures[f"{name}, of nginx's rate"] = ratio
        say(f"{name}: {row['ours_a_second']:,.0f} a second, nginx {row['theirs_a_second']:,.0f}:"
            f" {ratio:.2f}")

    def while_ordering(self, store, town, nginx, paths, files):
        sku = town.ask(paths[0])["skus"][0]["id"]
        town.operator = town.users("ops", "operator", 1)[0]
        town.ask(f"/hall/skus/{sku}/stock", {"pieces": 100_000}, town.operator)
        tokens = town.token_file("load", 20_000)
        seconds = 2 * self.args.window_s * self.args.windows + 2
        words = ["taskset", "-c", self.load_core, TOOLS / "orders_load", "--port", town.http,
                 "--tokens", tokens, "--sku", sku, "--connections", 8, "--rate", ORDERS_A_SECOND,
                 "--seconds", seconds]
        with subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE) as orders:
            self.compare(f"{store}: that page, {ORDERS_A_SECOND} orders of it a second", town, nginx,
                         paths, files)
            said = json.loads(orders.communicate()[0])
        if said["accepted"] < said["seconds"] * ORDERS_A_SECOND * 0.9:
            raise SystemExit(f"the orders were not taken: {said}")

    def pages(self, store, town, nginx):
        products = [f"/hall/products/{slug}" for slug in town.slugs()]
        searches = [f"/hall?q={urllib.parse.quote(word)}" for word in WORDS]
        one, files = products[:1], nginx.take(town, store, products[:1])
        many, found = nginx.take(town, f"{store}-all", products), nginx.take(town, f"{store}-q", searches)
        token = town.users("reader", "buyer", 1)[0]
        name = f"{store}: a product's page"
        self.load(town.http, products)  # warm
        self.compare(name, town, nginx, one, files)
        self.compare(f"{name}, gzipped", town, nginx, one, files, GZIP)
        self.compare(f"{store}: all {len(products)} in turn", town, nginx, products, many)
        self.compare(f"{store}: {len(searches)} searches in turn", town, nginx, searches, found)
        self.compare(f"{name}, drawn anew", town, nginx, one, files,
                     cookie=f"Authorization: Bearer {token}")
        self.while_ordering(store, town, nginx, one, files)

    def store(self, name, store):
        town = PinnedTown(self.work, name.lower(), store)
        say(f"{name}: filling the demo town")
        town.fill()
        nginx = Nginx(self.work / f"{name}-files")
        serve = Process(town.command("serve"), self.server_core, town.log)
        static = Process(nginx.command(), self.server_core, nginx.folder / "out")
        with serve, static:
            wait_serving(serve, town.http, "/healthz", 60)
            wait_serving(static, nginx.port, "/", 10)
            self.pages(name, town, nginx)
        town.check()


COLUMNS = [
    ("", lambda r: r["what"]),
    ("bytes", lambda r: f"{r['bytes']:,.0f}"),
    ("pages/s", lambda r: f"{r['ours_a_second']:,.0f}"),
    ("p50 ms", lambda r: f"{r['ours_p50_ms']:.1f}"),
    ("p99 ms", lambda r: f"{r['ours_p99_ms']:.1f}"),
    ("nginx/s", lambda r: f"{r['theirs_a_second']:,.0f}"),
    ("p50 ms", lambda r: f"{r['theirs_p50_ms']:.1f}"),
    ("p99 ms", lambda r: f"{r['theirs_p99_ms']:.1f}"),
    ("of nginx", lambda r: f"{r['ratio']:.2f}"),
]


def machine():
    import sqlite3
    server = run(postgres_server.programs() / "postgres", "--version").split()[2]
    nginx = subprocess.run(["nginx", "-v"], stderr=subprocess.PIPE, text=True).stderr.split("/")[-1]
    return measure.machine(f"SQLite {sqlite3.sqlite_version}, PostgreSQL {server},"
                           f" nginx {nginx.split()[0]}")


def write_document(rows, lines):
    measure.write_section("Pages", [
        "Made by `script/bench pages --write`. The demo town with one I/O loop, all its threads on one core;",
        f"{CONNECTIONS} connections with keep-alive from the other core. nginx serves the same bytes as"
        " static files on the",
        "same core (one worker, sendfile, open files cached, gzip_static), in alternating windows; medians,",
        "and the median of the windows' ratios. Bytes are of the town's whole answer. PostgreSQL runs on",
        "whatever core is free. A page is kept until anything is committed (`src/web/kept.h`): a commit has",
        "it drawn anew, as it is for somebody logged in.", "",
        f"Machine: {machine()}.", "",
        *measure.table(COLUMNS, rows), "", "```", *lines, "```"])


def options():
    p = measure.options("pages", __doc__, "figure", 3)
    p.add_argument("--only", choices=["sqlite", "postgres"], help="one store")
    return p.parse_args()


def main():
    args = options()
    with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work:
        pathlib.Path(work).chmod(0o755)  # nginx's worker is nobody
        bench = Bench(args, work)
        if args.only != "postgres":
            bench.store("SQLite", None)
        if args.only != "sqlite":
            with postgres_server.running(durable=True) as server:
                bench.store("PostgreSQL", f"{server.store} dbname=postgres")
        lines, held = measure.verdicts(TARGETS, bench.figures)
        if args.json:
            print(json.dumps({"machine": machine(), "rows": bench.rows, "figures": bench.figures,
                              "held": held}, indent=1, ensure_ascii=False))
        else:
            print("\n".join(measure.table(COLUMNS, bench.rows) + [""] + lines))
        if args.write:
            write_document(bench.rows, lines)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
