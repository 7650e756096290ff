#!/usr/bin/env python3
"""Runs every test of the repository and counts the cases (script/test calls this).

Steps, in order; --only takes some of them, and further words keep the tests whose name holds one:

    lint     script/lint
    unit     the test programs of tests/, built with AddressSanitizer and UBSan   (build-asan/)
    store    those that keep something in a database, once more, on a PostgreSQL that is started here
    thread   those that start threads, built with ThreadSanitizer                 (build-tsan/)
    fuzz     each target of fuzz/ for a few seconds, after a replay of its corpus (build-fuzz/)
    e2e      tests/e2e/*.test.mjs: the real program, encoders, players, a browser (build-e2e/)

--long adds what takes minutes: soaks, many kills, a minute of fuzzing a target. Each test's output
is in logs/ of its step's directory. A test program counts its cases (TAP); one that dies, hangs or
speaks no TAP counts as one case. The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import postgres_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = ["lint", "unit", "store", "thread", "fuzz", "e2e"]
E2E_ON_STORE = ["buying"]  # of tests/e2e, once more in step `store`
JOBS = max(2, os.cpu_count() or 2)
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"
                    f":suppressions={ROOT}/tests/tsan.supp",
}
started = time.monotonic()
running = set()  # process groups to end when we are interrupted
say_lock = threading.Lock()


class Results:
    def __init__(self):
        self.passed = 0
        self.failed = []  # (name, log)

    def add(self, name, passed, failed, log, seconds):
        with say_lock:
            self.passed += passed
            self.failed += [(f"{name}: {case}", log) for case in failed]
            state = "FAILED" if failed else "ok"
            print(f"[{time.monotonic() - started:5.0f}s] {state:6} {name}  "
                  f"({passed} passed, {len(failed)} failed, {seconds:.1f}s)", flush=True)
            for case in failed:
                print(f"          {case}  -> {log.relative_to(ROOT)}", flush=True)


def run(command, log, timeout, env=None, cwd=ROOT):
    """Runs a command with its output in `log`. Returns (exit code or None at the timeout, text)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   env={**os.environ, **SANITIZERS, **(env or {})})
        running.add(process.pid)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # Ends what the test left behind; a leader that is gone leaves its group's id in use.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            running.discard(process.pid)
    return code, log.read_text(errors="replace")


def end_all():
    for group in list(running):
        os.killpg(group, signal.SIGKILL)


def cases(code, text, timeout):
    """The TAP cases at the top level of an output: (passed, [what failed])."""
    passed, failed = 0, []
    for line in text.splitlines():
        match = re.match(r"(not )?ok\b[ \d]*(?:- )?(.*)", line)
        if not match or "# SKIP" in line:
            continue
        if match.group(1):
            failed.append(match.group(2).strip() or "a case without a name")
        else:
            passed += 1
    if code is None:
        failed.append(f"no end within {timeout} s")
    elif code != 0 and not failed:
        failed.append(f"exit code {code}")
    elif code == 0 and passed == 0 and "# SKIP" not in text:
        passed = 1
    return passed, failed


def run_case(results, name, command, log, timeout, env=None, cwd=ROOT):
    begin = time.monotonic()
    code, text = run(command, log, timeout, env, cwd)
    passed, failed = cases(code, text, timeout)
    results.add(name, passed, failed, log, time.monotonic() - begin)


def build(results, directory, options, targets=(), env=None):
    """Configures (once) and compiles a build directory; a failure counts as one failed case."""
    begin = time.monotonic()
    path = ROOT / directory
    log = path / "logs" / "build.log"
    code = 0
    if not (path / "build.ninja").exists():
        code, _ = run(["meson", "setup", directory, *options], ROOT / f"{directory}.setup.log", 120,
                      env)
        path.mkdir(exist_ok=True)
        os.replace(ROOT / f"{directory}.setup.log", path / "setup.log")
        log = path / "setup.log" if code else log
    if code == 0:
        code, _ = run(["ninja", "-C", directory, *targets], log, 900)
    if code != 0:
        results.add(f"build {directory}", 0, ["does not build"], log, time.monotonic() - begin)
    else:
        print(f"[{time.monotonic() - started:5.0f}s] built  {directory}", flush=True)
    return code == 0


def in_parallel(work):
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        try:
            for done in concurrent.futures.as_completed([pool.submit(*call) for call in work]):
                done.result()
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all()
            raise


ASAN = ("build-asan", ["-Db_sanitize=address,undefined", "-Db_lundef=false"])


def step_lint(results, args, wanted):
    if wanted("lint"):
        run_case(results, "lint", ["script/lint"], ROOT / "build-lint" / "logs" / "lint.log", 120)


def meson_tests(directory, suite):
    listed = subprocess.run(["meson", "introspect", "--tests", directory], cwd=ROOT, check=True,
                            stdout=subprocess.PIPE, text=True)
    for test in json.loads(listed.stdout):
        if any(s.split(":")[-1] == suite for s in test["suite"]):
            yield test


def programs(results, directory, suite, args, wanted, slower, given=None):
    work = []
    for test in meson_tests(directory, suite):
        name = f"{suite} {test['name']}"
        if not wanted(name):
            continue
        mark = "" if suite in ("unit", "thread") else f"{suite}_"
        log = ROOT / directory / "logs" / (mark + test["name"].replace("/", "_") + ".log")
        env = {**test["env"], **(given or {}), "CMOCKA_MESSAGE_OUTPUT": "TAP",
               **({"GUILDHALL_LONG": "1"} if args.long else {})}
        # Where `meson test` runs them: the programs they are given are named from there.
        work.append((run_case, results, name, test["cmd"], log, test["timeout"] * slower, env,
                     ROOT / directory))
    in_parallel(work)


def step_unit(results, args, wanted):
    if build(results, *ASAN):
        programs(results, ASAN[0], "unit", args, wanted, 1)


def step_store(results, args, wanted):
    """Two servers, one after the other: what is killed needs one that keeps what it was told."""
    if not build(results, *ASAN):
        return
    pages = [ROOT / f"tests/e2e/{name}.test.mjs" for name in E2E_ON_STORE
             if wanted(f"store e2e {name}")]
    for suite, durable in (("store", False), ("store-crash", True)):
        names = [f"{suite} {test['name']}" for test in meson_tests(ASAN[0], suite)]
        if any(map(wanted, names)) or (pages and not durable):
            with postgres_server.running(durable) as server:
                env = {"GUILDHALL_TEST_STORE": server.store}
                programs(results, ASAN[0], suite, args, wanted, 2, env)
                if not durable:
                    in_a_browser(results, "store e2e", ASAN[0], args, pages, env)


def step_thread(results, args, wanted):
    if build(results, "build-tsan", ["-Db_sanitize=thread", "-Db_lundef=false", "-Dbench=false"]):
        programs(results, "build-tsan", "thread", args, wanted, 3)


def fuzz_one(results, name, target, seconds):
    corpus, regression = ROOT / "fuzz/corpus" / name, ROOT / "fuzz/regression" / name
    grown = ROOT / "build-fuzz" / "corpus" / name
    grown.mkdir(parents=True, exist_ok=True)
    stored = [str(f) for d in (regression, corpus) if d.is_dir() for f in sorted(d.iterdir())]
    begin = time.monotonic()
    log = ROOT / "build-fuzz" / "logs" / f"{name}-replay.log"
    failed = []
    if stored:
        code, _ = run([str(target), "-timeout=10", "-rss_limit_mb=1024", *stored], log, 120)
        failed += [] if code == 0 else [f"replay of a stored input, exit code {code}"]
    if not failed:
        log = ROOT / "build-fuzz" / "logs" / f"{name}.log"
        code, _ = run([str(target), f"-max_total_time={seconds}", "-timeout=10",
                       "-rss_limit_mb=1024", "-print_final_stats=1",
                       f"-artifact_prefix={ROOT}/build-fuzz/logs/{name}-", str(grown),
                       *([str(corpus)] if corpus.is_dir() else [])], log, seconds + 60)
        failed += [] if code == 0 else [f"fuzzing, exit code {code}"]
    results.add(f"fuzz {name}", 2 - len(failed) if not failed else 0, failed, log,
                time.monotonic() - begin)


def step_fuzz(results, args, wanted):
    if not build(results, "build-fuzz", ["-Dfuzz=true", "-Dtests=false", "-Dbench=false",
                                         "-Db_sanitize=address,undefined", "-Db_lundef=false"],
                 env={"CC": "clang"}):
        return
    seconds = 60 if args.long else 6
    work = []
    for target in sorted((ROOT / "build-fuzz" / "fuzz").glob("fuzz_*")):
        if target.is_file() and wanted(f"fuzz {target.name[5:]}"):
            work.append((fuzz_one, results, target.name[5:], target, seconds))
    in_parallel(work)


def in_a_browser(results, step, directory, args, files, given=None):
    # One at a time: they measure what a viewer would notice, on as few as two cores.
    for file in files:
        name = f"{step} {file.name.split('.')[0]}"
        run_case(results, name, ["node", "--test-reporter=tap", str(file)],
                 ROOT / directory / "logs" / f"{name.replace(' ', '_')}.log",
                 1200 if args.long else 600,
                 {**(given or {}), **({"GUILDHALL_LONG": "1"} if args.long else {})})


def step_e2e(results, args, wanted):
    files = [f for f in sorted((ROOT / "tests/e2e").glob("*.test.mjs"))
             if wanted(f"e2e {f.name.split('.')[0]}")]
    if not files or not build(results, *ASAN):
        return
    begin = time.monotonic()
    log = ROOT / "build-e2e" / "logs" / "build.log"
    code, _ = run(["script/build"], log, 900)
    if code != 0:
        results.add("script/build", 0, ["does not build"], log, time.monotonic() - begin)
        return
    in_a_browser(results, "e2e", "build-e2e", args, files)


def main():
    parser = argparse.ArgumentParser(prog="script/test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="also what takes minutes")
    parser.add_argument("--only", metavar="STEP[,STEP]", help=", ".join(STEPS))
    parser.add_argument("filter", nargs="*", help="keep the tests whose name holds one of these")
    args = parser.parse_args()
    steps = args.only.split(",") if args.only else STEPS
    if not set(steps) <= set(STEPS):
        parser.error(f"the steps are {', '.join(STEPS)}")

    def wanted(name):
        return not args.filter or any(word in name for word in args.filter)

    def interrupted(_signal, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    results = Results()
    try:
        for step in STEPS:
            if step in steps:
                globals()[f"step_{step}"](results, args, wanted)
    except KeyboardInterrupt:
        end_all()
        print("interrupted", flush=True)
        return 130
    if results.failed:
        print("\nFailed:")
        for name, log in results.failed:
            print(f"  {name}  -> {log.relative_to(ROOT)}")
    print(f"\n{results.passed} passed, {len(results.failed)} failed", flush=True)
    return 1 if results.failed or results.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
