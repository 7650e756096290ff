"""What the benches have in common: servers on a core, waiting for them, the machine, tables, targets,
and docs/benchmarks.md, which has a section a bench."""
import argparse
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "script" / "lib"))
from ports import free_port  # noqa: E402,F401

SERVER = ROOT / "build" / "guildhall"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def say(text):
    print(text, file=sys.stderr, flush=True)


def cores():
    """One core for the server, one for the generator (the same when there is only one)."""
    have = sorted(os.sched_getaffinity(0))
    return have[0], have[-1]


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_ticks():
    """All CPU time of this machine that was not idle, in clock ticks."""
    fields = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return sum(fields) - fields[3] - fields[4]


class Process:
    """A server, on its core, with its output in a file; always ended."""

    def __init__(self, command, core, log, env=None):
        """core None: any."""
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**os.environ, **(env or {})},
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    @property
    def pid(self):
        return self.process.pid


def get(port, path, timeout=5):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout) as reply:
        return reply.status, reply.read()


def wait_serving(process, port, path, seconds):
    """Seconds until the path answers at all."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if process.process.poll() is not None:
            raise SystemExit(f"the server left: see {process.log.name}")
        try:
            get(port, path)
            return time.monotonic() - begin
        except urllib.error.HTTPError:
            return time.monotonic() - begin
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"the server did not answer: see {process.log.name}")


def machine(also):
    cpu = next((line.split(":", 1)[1].strip()
                for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    name = "Linux"
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            name = line.split("=", 1)[1].strip('"')
    linux = platform.release().split("-")[0]
    return (f"{cpu}, {os.cpu_count()} cores, {memory:.1f} GiB; {name}, Linux {linux}; {also}")


def table(columns, rows):
    """columns: (heading, row -> text)."""
    cells = [[name for name, _ in columns]] + [[show(r) for _, show in columns] for r in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return lines


def verdicts(targets, figures):
    """targets: (name, unit, bound, digits, "most" or "least"). Those without a figure are left out."""
    lines, held = [], True
    for name, unit, bound, digits, way in targets:
        if name not in figures:
            continue
        ok = figures[name] <= bound if way == "most" else figures[name] >= bound
        held &= ok
        lines.append(f"{'held ' if ok else 'short'}  {name}: {figures[name]:,.{digits}f} {unit} "
                     f"(at {way} {bound:,} {unit})")
    return lines, held


def options(name, about, of, window_s):
    """The options that every bench has; `of`: what has several windows."""
    p = argparse.ArgumentParser(prog=f"script/bench {name}", description=about,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--json", action="store_true", help="print one JSON object instead")
    p.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    p.add_argument("--windows", type=int, default=3, help=f"windows a {of} (3)")
    p.add_argument("--window-s", type=int, default=window_s, help=f"seconds a window ({window_s})")
    return p


def write_section(title, text):
    """Puts a section of docs/benchmarks.md in the place of the one of that title."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    old = DOCUMENT.read_text() if DOCUMENT.exists() else "# Measured\n"
    head, *sections = old.split("\n## ")
    sections = [s.rstrip("\n") for s in sections if s.split("\n", 1)[0] != title]
    sections.append("\n".join([title, "", *text]).rstrip("\n"))
    DOCUMENT.write_text("\n\n## ".join([head.rstrip("\n"), *sorted(sections)]) + "\n")
