"""Breaks the program once a row and sees that a test fails: what break_*.py here are made of.

A copy of the tree is built; then, one after the other, each row of a table is put into it, what
depends on the file is built again, and the tests that the row names run. A row whose tests all pass
is a rule that nothing tests. Words keep the rows that hold one of them. It takes minutes, so without
GUILDHALL_LONG (script/test --long) or words it is only seen that each row stands where it says.

A row is (file, what stands there, what is put in its place, the tests). What stands there must be
there exactly once: who changes a rule changes its row. A test is a program's name, or a test over
HTTP and one of its cases: "hall/test_kinds_http.py Kinds.test_the_doors".
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# What a test over HTTP is of, where it is not the program itself.
PROGRAMS = {"pay/test_providers_http.py": "tests/provider_tool"}
SOURCE, WORDS = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]


def run(command, cwd, timeout=600, **more):
    return subprocess.run(command, cwd=cwd, timeout=timeout, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def copy_tree(to):
    listed = run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                  "--exclude-standard"], SOURCE).stdout
    for name in filter(None, listed.split("\0")):
        if (SOURCE / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, to / name)
    if (SOURCE / "node_modules").is_dir():
        (to / "node_modules").symlink_to(SOURCE / "node_modules")


def first_failure(tree, tests):
    """The name of a case that fails, or None."""
    env = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    env.pop("GUILDHALL_LONG", None)
    for test in tests:
        name, *case = test.split()
        command = [f"tests/{name}"]
        if name.endswith(".py"):
            command = [sys.executable, tree / "tests" / name,
                       tree / "build" / PROGRAMS.get(name, "guildhall"), *case]
        try:
            done = run(command, tree / "build", 120, env=env)
        except subprocess.TimeoutExpired:
            return f"{test}: no end"
        if done.returncode:
            case = re.search(r"^not ok \d+ - (.*)$|^(?:FAIL|ERROR): (\w+)", done.stdout, re.M)
            return f"{name}: {case.group(1) or case.group(2) if case else f'exit code {done.returncode}'}"
    return None


def build(tree, tests):
    targets = {PROGRAMS.get(test.split()[0], "guildhall") if ".py" in test else f"tests/{test}"
               for test in tests}
    return run(["ninja", "-C", "build", "-j2", "guildhall-job", *sorted(targets)], tree)


def try_row(tree, row):
    """What became of it: (tested, words)."""
    name, before, after, tests = row
    file = tree / name
    text = file.read_text()
    if text.count(before) != 1:
        return False, f"stands there {text.count(before)} times, not once"
    file.write_text(text.replace(before, after))
    built = build(tree, tests)
    failure = first_failure(tree, tests) if built.returncode == 0 else None
    file.write_text(text)
    if built.returncode:
        errors = [line for line in built.stdout.splitlines() if "error" in line]
        return False, "does not build: " + (errors or ["?"])[0]
    return (True, failure) if failure else (False, "NO TEST FAILS")


def one_line(text):
    words = " ".join(text.split())
    return words if len(words) <= 70 else words[:67] + "..."


def break_each(table):
    rows = [row for row in table
            if not WORDS or any(word in part for word in WORDS for part in row[:3])]
    every_test = sorted({test for row in rows for test in row[3]})
    untested = 0
    with tempfile.TemporaryDirectory(prefix="guildhall-broken-") as folder:
        tree = pathlib.Path(folder)
        copy_tree(tree)
        done = run(["meson", "setup", "build", "-Dbench=false", "-Doptimization=0",
                    "-Dwerror=false"], tree)
        if done.returncode == 0:
            done = build(tree, every_test)
        if done.returncode:
            print("Bail out! the copy does not build\n" + done.stdout[-2000:])
            return 1
        whole = first_failure(tree, every_test)
        if whole:
            print(f"Bail out! {whole} fails before anything is broken")
            return 1
        for number, row in enumerate(rows, 1):
            tested, words = try_row(tree, row)
            untested += not tested
            print(f"{'ok' if tested else 'not ok'} {number} - {row[0]}: {one_line(row[1])} -> "
                  f"{one_line(row[2]) or '(gone)'}  [{words}]", flush=True)
    print(f"1..{len(rows)}")
    return 1 if untested else 0


def see_each(table):
    lost = 0
    for name, before, _, _ in table:
        n = (SOURCE / name).read_text().count(before)
        if n != 1:
            lost += 1
            print(f"# {name}: {one_line(before)} stands there {n} times, not once")
    print(f"{'not ok' if lost else 'ok'} 1 - each row stands where it says\n1..1")
    return 1 if lost else 0


def main(table):
    """table: gives the rows when it is called."""
    is_long = WORDS or os.environ.get("GUILDHALL_LONG")
    sys.exit(break_each(table()) if is_long else see_each(table()))
