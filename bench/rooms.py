"""Rooms, for bench/live.py: 10,000 who follow one show's talk, 3,000 who see its card move."""
import json
import subprocess
import urllib.parse
import urllib.request

import measure
from measure import ROOT, SERVER, say, wait_serving

LOAD = ROOT / "build-bench" / "bench" / "room_load"
SPEAKERS = 40
PASSWORD = "correct-horse-battery"
SECONDS = 20


class Rooms:
    """A show in the demo town's database, with people to speak in it."""

    def __init__(self, bench):
        self.bench = bench
        self.tokens = bench.work / "tokens"
        names = [f"speaker{i}" for i in range(SPEAKERS)]
        for name in names:
            subprocess.run([str(SERVER), "user", "add", "--data", str(bench.data), "--login", name, "--role", "buyer",
                            "--password-stdin"], input=PASSWORD + "\n", text=True, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.names = names

    def ask(self, path, fields, token=None):
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.bench.http}{path}", headers=headers,
                                         data=urllib.parse.urlencode(fields).encode() if fields else None)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def log_in(self, name, password):
        return self.ask("/login", {"login": name, "password": password})["token"]

    def load(self, server, show, followers, rate, items=None):
        command = ["taskset", "-c", str(self.bench.load_core), str(LOAD), "--http", str(self.bench.http), "--pid",
                   str(server.pid), "--show", str(show), "--followers", str(followers), "--rate", str(rate), "--seconds",
                   str(SECONDS), "--tokens", str(self.tokens)]
        if items:
            command += ["--items", ",".join(str(i) for i in items)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"room_load failed; the server's log: {self.bench.work}/server.log")
        report = json.loads(done.stdout)
        report["core"] = report["cpu_s"] / report["seconds"] * 100
        say(f"  {json.dumps(report)}")
        return report

    def show_of(self, host):
        """A planned show of two items; its room is open."""
        shows = self.ask("/shows.json", None, host)
        return shows["planned"][0]["id"]

    def measure(self, figures):
        with self.bench.ours() as server:
            wait_serving(server, self.bench.http, "/healthz", 30)
            host = self.log_in("operator", "operator-rooms")
            show = self.show_of(host)
            items = [i["id"] for i in self.ask(f"/shows/{show}.json", None)["items"][:2]]
            tokens = [self.log_in(name, PASSWORD) for name in self.names]
            self.tokens.write_text("\n".join(tokens) + "\n")
            say("10,000 who follow one room's talk, 20 messages a second")
            chat = self.load(server, show, 10000, 20)
            self.tokens.write_text(host + "\n")
            say("3,000 who see the card move")
            card = self.load(server, show, 3000, 2, items)
        figures["10,000 in a room: messages lost or doubled"] = chat["lost"] + chat["doubled"]
        figures["10,000 in a room: latency p99"] = chat["p99_ms"]
        figures["10,000 in a room: of a core"] = chat["core"]
        figures["3,000 see the card change: latency p99"] = card["p99_ms"]


TARGETS = [
    ("10,000 in a room: messages lost or doubled", "messages", 0, 0, "most"),
    ("10,000 in a room: latency p99", "ms", 400, 0, "most"),
    ("10,000 in a room: of a core", "%", 60, 0, "most"),
    ("3,000 see the card change: latency p99", "ms", 200, 0, "most"),
]
