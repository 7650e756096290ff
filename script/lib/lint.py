#!/usr/bin/env python3
"""Style rules as a test (script/lint calls this). Prints one line a fault, "file:line: what".

    format      clang-format has nothing to change in any C file
    arrows      includes follow script/lib/arrows.txt; a department includes only others' NAME.h
    headers     every header compiles alone
    size        no C file over 1,000 lines
    words       nothing left open (the usual marks)
    locales     zh-CN and en have the same keys and placeholders; every key that templates and C name
                exists; no Chinese text in templates or C (the demo's data apart)
    shell       scripts parse with sh -n; every script can be executed
    python      parses

Given names of checks, runs only those.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.chdir(ROOT)
faults = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def tracked():
    """Files of the repository, those not yet added included; without links and what is ignored."""
    out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                          "--exclude-standard"], check=True, stdout=subprocess.PIPE).stdout
    paths = [pathlib.Path(p) for p in out.decode().split("\0") if p]
    return [p for p in paths if p.is_file() and not p.is_symlink()]


FILES = tracked()
TEXT = {p: p.read_text(encoding="utf-8", errors="replace") for p in FILES
        if p.suffix in {".c", ".h", ".py", ".sh", ".html", ".js", ".mjs", ".css", ".sql", ".json",
                        ".md", ".build", ".txt", ""}}
C_FILES = [p for p in FILES if p.suffix in {".c", ".h"}]


def lines(path):
    return enumerate(TEXT[path].splitlines(), 1)


def check_format():
    """clang-format itself says where, in the compiler's manner."""
    half = [C_FILES[i::os.cpu_count() or 2] for i in range(os.cpu_count() or 2)]

    def run(paths):
        if not paths:
            return ""
        return subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, paths)],
                              stderr=subprocess.PIPE, text=True).stderr

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for text in pool.map(run, half):
            faults.extend(line for line in text.splitlines() if "error:" in line)


def read_arrows():
    table = {}
    for line in (ROOT / "script/lib/arrows.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            folder, uses = line.split(":")
            table[folder] = uses.split()

    def reach(folder):
        seen = set()
        for used in table[folder]:
            seen |= {used} | reach(used)
        return seen

    return {folder: reach(folder) for folder in table}


def folder_of(path, arrows):
    """The longest folder of the table that holds the path, or None (tests, fuzz, bench)."""
    parts = path.parts[:-1]
    for n in range(len(parts), 0, -1):
        if "/".join(parts[:n]) in arrows:
            return "/".join(parts[:n])
    return None


def resolve(include, path):
    for base in (pathlib.Path("src"), pathlib.Path("."), path.parent):
        if (base / include).is_file():
            return pathlib.Path(os.path.normpath(base / include))
    return None  # generated, or for the compiler to complain about


def check_arrows():
    arrows = read_arrows()
    for path in C_FILES:
        home = folder_of(path, arrows)
        if home is None:
            continue
        for number, line in lines(path):
            match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            target = resolve(match.group(1), path) if match else None
            if target is None:
                continue
            there = folder_of(target, arrows)
            if there is None:
                fault(path, number, f"the program does not include {target}")
            elif there != home and there not in arrows[home]:
                fault(path, number, f"{home} may not include {there} ({target})")
            elif there == home == "town":
                check_department(path, number, target)


def check_department(path, number, target):
    """town/x/... may include town/y/y.h and nothing else of y; town/town.c likewise."""
    ours, theirs = path.parts[1:-1], target.parts[1:-1]
    if theirs and theirs != ours and target.stem != theirs[0]:
        fault(path, number, f"a department shows the others {theirs[0]}.h only, not {target}")


def check_headers():
    flags = subprocess.run(
        ["pkg-config", "--cflags", "libuv", "openssl", "libsodium", "sqlite3", "libpq", "zlib",
         "jansson", "expat", "libseccomp", "pangocairo", "cmocka"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()

    def run(path):
        return path, subprocess.run(
            ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
             "-Isrc", "-I.", *flags, "-x", "c", "-"], input=f'#include "{path}"\n',
            stderr=subprocess.PIPE, text=True)

    headers = [p for p in C_FILES if p.suffix == ".h"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for path, done in pool.map(run, headers):
            if done.returncode:
                first = [t for t in done.stderr.splitlines() if "error:" in t]
                fault(path, 1, "does not compile alone: " + (first or [done.stderr])[0])


def check_size():
    for path in C_FILES:
        count = TEXT[path].count("\n")
        if count > 1000:
            fault(path, count, "over 1,000 lines: which two subjects does it hold?")


def check_words():
    marks = re.compile(r"\b(TO" + "DO|FIX" + r"ME|X" + r"XX)\b")
    for path in TEXT:
        if path.name == "package-lock.json":
            continue
        for number, line in lines(path):
            if marks.search(line):
                fault(path, number, "left open: " + line.strip()[:80])


PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)")
# Where C names a text: the functions and fields that take a message key.
C_KEY = re.compile(
    r'(?:req_refuse\([^;]*?|reply_flash\([^;]*?|i18n_text\([^;]*?|(?:\.|->)key\s*=\s*|_key\s*=\s*)'
    r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"\s*[,;)}]', re.S)
TEMPLATE_KEY = re.compile(r'\{%-?\s*t\s+"([^"]+)"')
HAN = re.compile(r"[\u3400-\u9fff]")


def locale_files(tag):
    """The program's texts, and those of departments beside their pages."""
    own = pathlib.Path("locales") / f"{tag}.json"
    return [own] + sorted(p for p in TEXT if p.parts[0] == "town" and p.parts[2:] == own.parts)


def read_locale(tag):
    """key -> (text, file)"""
    texts = {}
    for path in locale_files(tag):
        if path not in TEXT:
            fault(path, 1, "is missing")
            continue
        own = path.parts[1] + "." if path.parts[0] == "town" else ""
        for key, text in json.loads(TEXT[path], object_pairs_hook=list):
            if key in texts:
                fault(path, 1, f"{key} stands twice")
            if not key.startswith((own, "messages.")):  # what it tells people is every department's
                fault(path, 1, f"{key} is not the department's")
            texts[key] = text, path
    return texts


def check_locales():
    if not pathlib.Path("locales").is_dir():
        return
    zh_of, en_of = read_locale("zh-CN"), read_locale("en")
    for key in sorted(zh_of.keys() & en_of.keys()):
        if zh_of[key][1].parent != en_of[key][1].parent:
            fault(en_of[key][1], 1, f"{key}: in Chinese it is in another folder")
    zh, en = ({k: v[0] for k, v in texts.items()} for texts in (zh_of, en_of))
    for key in sorted(zh.keys() ^ en.keys()):
        fault("locales/en.json" if key in zh else "locales/zh-CN.json", 1, f"{key} is missing")
    for key in sorted(zh.keys() & en.keys()):
        if set(PLACEHOLDER.findall(zh[key])) != set(PLACEHOLDER.findall(en[key])):
            fault("locales/en.json", 1, f"{key}: other placeholders than in zh-CN")
        for tag, text in (("zh-CN", zh[key]), ("en", en[key])):
            if not text.strip():
                fault(f"locales/{tag}.json", 1, f"{key} is empty")
    for path in TEXT:
        named = []
        if path.suffix == ".html" and "pages" in path.parts:
            named = TEMPLATE_KEY.finditer(TEXT[path])
        elif path.suffix in {".c", ".h"} and path.parts[0] in {"src", "town"}:
            named = C_KEY.finditer(TEXT[path])
        for match in named:
            if match.group(1) not in zh:
                number = TEXT[path].count("\n", 0, match.start(1)) + 1
                fault(path, number, f"no text for {match.group(1)} in locales/")
    for word in re.findall(r'WORD\("([a-z_]+)"', TEXT.get(pathlib.Path("src/job/job_words.c"), "")):
        if f"job.{word}" not in zh:
            fault("src/job/job_words.c", 1, f"no text for job.{word} in locales/")
    check_han()


# The town's name is a setting's default; how Chinese counts and quotes numbers, what a provider's bill
# calls its columns, and what an official document is set with, are formats, not texts.
HAN_MAY = {pathlib.Path("src/config.c"), pathlib.Path("src/web/i18n.c"),
           pathlib.Path("src/web/i18n_format.c"), pathlib.Path("src/job/letter_words.h"),
           pathlib.Path("town/figures/quote_day.c"), pathlib.Path("town/figures/quote_read.c"),
           pathlib.Path("town/figures/typed.c"), pathlib.Path("town/letters/paper_words.h"),
           pathlib.Path("town/letters/intake_words.h"),
           pathlib.Path("town/pay/alipay_bill.c"),
           pathlib.Path("town/pay/wechat_bill.c"), pathlib.Path("town/region.c"),
           pathlib.Path("town/shows/words.c")}


def check_han():
    """Text for people lives in locales/. Comments may quote; the demo's data is data."""
    for path in TEXT.keys() - HAN_MAY:
        page = path.suffix == ".html" and "pages" in path.parts
        code = path.suffix in {".c", ".h"} and path.parts[0] == "src" or (
            path.suffix in {".c", ".h"} and path.parts[0] == "town" and "demo" not in path.parts)
        if not page and not code:
            continue
        text = TEXT[path]
        comment = r"\{#.*?#\}|<!--.*?-->" if page else r"/\*.*?\*/|//[^\n]*"
        text = re.sub(comment, lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            if HAN.search(line):
                fault(path, number, "text for people belongs into locales/: " + line.strip()[:60])


def check_shell():
    for path in FILES:
        in_script = path.parts[0] in {"script", ".ci"} and len(path.parts) == 2
        if not in_script:
            continue
        if not os.access(path, os.X_OK):
            fault(path, 1, "is not executable")
        if TEXT.get(path, "").startswith("#!/bin/sh"):
            done = subprocess.run(["sh", "-n", str(path)], stderr=subprocess.PIPE, text=True)
            if done.returncode:
                fault(path, 1, done.stderr.strip())


def check_python():
    for path in TEXT:
        first = TEXT[path][:60].split("\n")[0]
        if path.suffix == ".py" or ("python3" in first and first.startswith("#!")):
            try:
                compile(TEXT[path], str(path), "exec")
            except SyntaxError as error:
                fault(path, error.lineno or 1, f"does not parse: {error.msg}")


CHECKS = {name[6:]: check for name, check in list(globals().items())
          if name.startswith("check_") and name not in {"check_department", "check_han"}}


def main():
    asked = sys.argv[1:] or list(CHECKS)
    for name in asked:
        if name not in CHECKS:
            print(f"lint: the checks are {', '.join(CHECKS)}", file=sys.stderr)
            return 2
        before = len(faults)
        CHECKS[name]()
        print(f"{'ok' if len(faults) == before else 'not ok'} - {name}")
    for text in faults:
        print(text)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
