#!/usr/bin/env python3
"""Measures live streaming (script/bench live calls this; it builds everything first).

Our server runs on one core with one I/O loop, the load generator (bench/live_load.c) on another:
it publishes 1 Mbit/s over RTMP and watches it with N HTTP-FLV viewers. A figure is the median of
several windows. The peer, node-media-server, gets the same core, the same stream, the same viewers.
Prints a table and one line a target, "held" or "short"; exits 0 only if all hold.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import measure
import rooms
from measure import ROOT, SERVER, Process, cpu_ticks, free_port, get, rss_mib, say, wait_serving

LOAD = ROOT / "build-bench" / "bench" / "live_load"
PAGES = ["/", "/hall", "/healthz", "/metrics"]  # asked for before idle memory is read
STARTS = 5

# see measure.verdicts
TARGETS = [
    ("start to serving, demo database", "s", 0.5, 3, "most"),
    ("idle memory", "MiB", 40, 1, "most"),
    ("1,000 viewers: CPU-seconds a Gbit", "s", 0.27, 3, "most"),
    ("1,000 viewers: latency p50", "ms", 40, 1, "most"),
    ("3,000 viewers: stalled or broken", "viewers", 0, 0, "most"),
    ("3,000 viewers: CPU-seconds a Gbit", "s", 0.15, 3, "most"),
    ("3,000 viewers: resident memory", "MiB", 48, 1, "most"),
    ("recording a show of 4 Mbit/s", "% of a core", 1.0, 2, "most"),
    *rooms.TARGETS,
    ("glass to glass, ffmpeg to Chromium: p99", "ms", 1500, 0, "most"),
]
RECORDED = 4  # shows at a time: what one costs is a fourth of the difference
RECORDED_S = 30
RECORDED_ROUNDS = 3


class Bench:
    def __init__(self, args, work):
        self.args = args
        self.work = pathlib.Path(work)
        self.data = self.work / "data"
        self.server_core, self.load_core = measure.cores()
        self.figures = {}
        self.rows = []

    def ours(self, extra=()):
        self.http, self.rtmp = free_port(), free_port()
        command = [str(SERVER), "serve", "--data", str(self.data),
                   "--http", f"127.0.0.1:{self.http}", "--rtmp", f"127.0.0.1:{self.rtmp}",
                   "--loops", "1", "--open-publish", *extra]
        return Process(command, self.server_core, self.work / "server.log")

    def fill(self):
        """The demo town's database, as `guildhall demo` leaves it."""
        http, rtmp = free_port(), free_port()
        command = [str(SERVER), "demo", "--data", str(self.data), "--http", f"127.0.0.1:{http}",
                   "--rtmp", f"127.0.0.1:{rtmp}"]
        with Process(command, self.server_core, self.work / "demo.log") as p:
            wait_serving(p, http, "/healthz", 120)

    def start_and_idle(self):
        took, idle = [], []
        for _ in range(STARTS):
            with self.ours() as p:
                took.append(wait_serving(p, self.http, "/healthz", 30))
                for path in PAGES:
                    get(self.http, path)
                time.sleep(1)
                idle.append(rss_mib(p.pid))
        self.figures[TARGETS[0][0]] = statistics.median(took)
        self.figures[TARGETS[1][0]] = statistics.median(idle)

    def load(self, server, http, rtmp, viewers):
        """Runs the generator; returns its report with medians and how busy others kept the cores."""
        command = ["taskset", "-c", str(self.load_core), str(LOAD), "--rtmp", str(rtmp),
                   "--http", str(http), "--pid", str(server.pid), "--viewers", str(viewers),
                   "--windows", str(self.args.windows), "--window-s", str(self.args.window_s),
                   "--core", str(self.server_core)]
        begin, busy = time.monotonic(), cpu_ticks()
        own = os.times()
        server_before = self.ticks_of(server.pid)
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return None
        seconds = time.monotonic() - begin
        hz = os.sysconf("SC_CLK_TCK")
        ours = os.times()
        load_s = (ours.children_user + ours.children_system) - (own.children_user +
                                                                own.children_system)
        server_s = (self.ticks_of(server.pid) - server_before) / hz
        report = json.loads(done.stdout)
        windows = report["windows"]

        def median(value):
            return statistics.median(value(w) for w in windows)

        report["cpu_s_gbit"] = median(lambda w: w["cpu_s"] / (w["bytes"] * 8 / 1e9))
        report["softirq_s_gbit"] = median(lambda w: w["softirq_s"] / (w["bytes"] * 8 / 1e9))
        report["gbit_s"] = median(lambda w: w["bytes"] * 8 / 1e9 / w["seconds"])
        report["core_share"] = median(lambda w: w["cpu_s"] / w["seconds"])
        report["p50_ms"] = median(lambda w: w["p50_ms"])
        report["p99_ms"] = median(lambda w: w["p99_ms"])
        report["rss_mib"] = max(w["rss_kib"] for w in windows) / 1024
        report["others_cores"] = max(0, (cpu_ticks() - busy) / hz - load_s - server_s) / seconds
        return report

    @staticmethod
    def ticks_of(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def film(self):
        """Twenty seconds of 4 Mbit/s, to be sent again and again."""
        path = self.work / "film.flv"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30",
                        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-t", "20",
                        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60",
                        "-b:v", "3900k", "-minrate", "3900k", "-maxrate", "3900k", "-bufsize", "3900k",
                        "-x264-params", "nal-hrd=cbr:force-cfr=1", "-c:a", "aac", "-b:a", "96k",
                        str(path)], check=True)
        return path

    def recorded_share(self, film, extra):
        """(share of a core that the server takes, that of the jobs it starts), for all shows."""
        shutil.rmtree(self.data / "recordings", ignore_errors=True)
        with self.ours(extra) as p:
            wait_serving(p, self.http, "/healthz", 30)
            command = ["taskset", "-c", str(self.load_core), "ffmpeg", "-v", "error", "-re",
                       "-stream_loop", "-1", "-i", str(film)]
            for i in range(RECORDED):
                command += ["-map", "0", "-c", "copy", "-f", "flv",
                            f"rtmp://127.0.0.1:{self.rtmp}/live/show-{900 + i}"]
            with Process(command, self.load_core, self.work / "encoder.log"):
                time.sleep(5)
                begin, had, jobs = time.monotonic(), self.ticks_of(p.pid), self.ticks_of_jobs(p.pid)
                time.sleep(RECORDED_S)
                seconds = time.monotonic() - begin
                hz = os.sysconf("SC_CLK_TCK")
                return ((self.ticks_of(p.pid) - had) / hz / seconds,
                        (self.ticks_of_jobs(p.pid) - jobs) / hz / seconds)

    def recorded_mbit_s(self):
        """Of one show, as its index says."""
        entries = [line.split() for line in (self.data / "recordings/show-900/index").read_text().splitlines()[1:]]
        return sum(int(e[6]) for e in entries) * 8 / 1000 / sum(int(e[4]) for e in entries)

    @staticmethod
    def ticks_of_jobs(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[13]) + int(fields[14])

    def measure_recording(self):
        """The same stream with recording and without, in turn; the median of what it takes more."""
        say(f"recording {RECORDED} shows of 4 Mbit/s")
        film = self.film()
        more, jobs = [], []
        for _ in range(RECORDED_ROUNDS):
            off, _ = self.recorded_share(film, ["--no-recording"])
            on, for_jobs = self.recorded_share(film, [])
            more.append((on - off) / RECORDED * 100)
            jobs.append(for_jobs / RECORDED * 100)
            say(f"  {RECORDED} shows of {self.recorded_mbit_s():.2f} Mbit/s: without {off * 100:.2f} %, with "
                f"{on * 100:.2f} % of a core; thumbnails {for_jobs * 100:.2f} %")
        self.figures[TARGETS[7][0]] = statistics.median(more)
        self.thumbnails = statistics.median(jobs)

    def measure_glass(self):
        """How old is what a viewer sees: see bench/glass.mjs. On all cores: a browser decodes here."""
        say("glass to glass")
        with self.ours() as p:
            wait_serving(p, self.http, "/healthz", 30)
            shows = json.loads(get(self.http, "/shows.json")[1])
            show = (shows["planned"] + shows["live"])[0]["id"]
            done = subprocess.run(["node", "bench/glass.mjs", f"rtmp://127.0.0.1:{self.rtmp}/live/show-{show}",
                                   f"http://127.0.0.1:{self.http}/shows/{show}", "15"], stdout=subprocess.PIPE,
                                  text=True)
        if done.returncode != 0:
            raise SystemExit("the picture could not be read")
        self.glass = json.loads(done.stdout)
        say(f"  {self.glass}")
        self.figures["glass to glass, ffmpeg to Chromium: p99"] = self.glass["p99_ms"]

    def row(self, name, viewers, report):
        self.rows.append({"server": name, "viewers": viewers, **(report or {})})

    def measure_ours(self, viewers):
        say(f"guildhall, {viewers} viewers")
        with self.ours() as p:
            wait_serving(p, self.http, "/healthz", 30)
            report = self.load(p, self.http, self.rtmp, viewers)
        if report is None:
            raise SystemExit(f"the load generator failed; the server's log: {self.work}/server.log")
        self.row("guildhall", viewers, report)
        label = f"{viewers:,} viewers: "
        self.figures[label + "CPU-seconds a Gbit"] = report["cpu_s_gbit"]
        self.figures[label + "latency p50"] = report["p50_ms"]
        self.figures[label + "stalled or broken"] = report["stalls"] + viewers - report["watching"]
        self.figures[label + "resident memory"] = report["rss_mib"]

    def measure_peer(self, viewers):
        say(f"node-media-server, {viewers} viewers")
        http, rtmp = free_port(), free_port()
        command = ["node", "bench/peer.mjs", str(rtmp), str(http)]
        with Process(command, self.server_core, self.work / "peer.log") as p:
            wait_serving(p, http, "/", 30)
            self.row("node-media-server", viewers, self.load(p, http, rtmp, viewers))


def peer_version():
    package = json.loads((ROOT / "node_modules/node-media-server/package.json").read_text())
    return package["version"]


def milliseconds(value):
    """The generator's histogram ends at ten seconds: beyond, the server falls ever further behind."""
    return "> 10,000" if value >= 10000 else f"{value:,.1f}"


def measured(show):
    return lambda r: show(r) if "gbit_s" in r else "could not"


COLUMNS = [
    ("server", lambda r: r["server"]),
    ("viewers", lambda r: f"{r['viewers']:,}"),
    ("Gbit/s", measured(lambda r: f"{r['gbit_s']:.2f}")),
    ("CPU-s/Gbit", measured(lambda r: f"{r['cpu_s_gbit']:.3f}")),
    ("+ softirq", measured(lambda r: f"{r['softirq_s_gbit']:.3f}")),
    ("of its core", measured(lambda r: f"{r['core_share'] * 100:.0f} %")),
    ("p50 ms", measured(lambda r: milliseconds(r["p50_ms"]))),
    ("p99 ms", measured(lambda r: milliseconds(r["p99_ms"]))),
    ("stalls", measured(lambda r: str(r["stalls"]))),
    ("jumps", measured(lambda r: str(r["jumps"]))),
    ("broken", measured(lambda r: str(r["viewers"] - r["watching"]))),
    ("RSS MiB", measured(lambda r: f"{r['rss_mib']:.1f}")),
    ("others' cores", measured(lambda r: f"{r['others_cores']:.2f}")),
]


def machine():
    node = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    return measure.machine(f"Node.js {node}, node-media-server {peer_version()}")


def write_document(rows, lines):
    measure.write_section("Live streaming", [
        "Made by `script/bench live --write`. One stream of 1 Mbit/s (H.264 and AAC, 30 frames a",
        "second, a keyframe every two) over RTMP to one server on one core with one I/O loop; N",
        "HTTP-FLV viewers on another core, over loopback. Latency is from the publisher's send of a",
        "frame to its last byte read by a viewer. Each figure is the median of several windows.",
        "CPU-seconds are the server process's own; soft interrupts of its core (loopback delivery,",
        "which the kernel books on nobody) stand beside them.",
        "A room's latency is from the send of a request to the message read by a follower. Glass to",
        "glass is from when a picture was made, by the clock in it, to when a browser shows it.",
        "\"Others' cores\" is what other processes of the machine used meanwhile: above a tenth of a",
        "core, distrust the row.", "",
        f"Machine: {machine()}.", "",
        *measure.table(COLUMNS, rows), "", "```", *lines, "```"])


def options():
    p = measure.options("live", __doc__, "scenario", 8)
    p.add_argument("--viewers", default="1000,3000", help="numbers of viewers (1000,3000); empty: none")
    p.add_argument("--no-peer", action="store_true", help="leave node-media-server out")
    p.add_argument("--no-recording", action="store_true", help="leave what recording costs out")
    p.add_argument("--no-rooms", action="store_true", help="leave talk and cards out")
    p.add_argument("--no-glass", action="store_true", help="leave what a browser shows out")
    p.add_argument("--no-start", action="store_true", help="leave start and idle memory out")
    return p.parse_args()


def main():
    args = options()
    with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work:
        bench = Bench(args, work)
        say("filling the demo town")
        bench.fill()
        if not args.no_start:
            say("start and idle memory")
            bench.start_and_idle()
        for viewers in (int(n) for n in args.viewers.split(",") if n):
            bench.measure_ours(viewers)
            if not args.no_peer:
                bench.measure_peer(viewers)
        if not args.no_recording:
            bench.measure_recording()
        if not args.no_rooms:
            rooms.Rooms(bench).measure(bench.figures)
        if not args.no_glass:
            bench.measure_glass()
        lines, held = measure.verdicts(TARGETS, bench.figures)
        if not args.no_recording:
            lines.append(f"(thumbnails each ten seconds take {bench.thumbnails:.2f} % of a core a show, in processes of their own)")
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
