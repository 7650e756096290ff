#!/usr/bin/env python3
"""Measures bringing a sheet of goods in (script/bench imports calls this; it builds everything first).

A maker's clerk uploads an XLSX of 1,500 products and a ZIP with a picture of each, as a browser does.
"checked" is when every row and every picture was looked at and the pictures are stored in their sizes;
"taken" is the one command that makes products of all of them, which is also how long others' writes
wait at most. Beside it, in the same run, ffmpeg makes the same sizes of the same pictures, one process
a core, and nothing else.
"""
import argparse
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

import measure
from measure import ROOT, say

sys.path[:0] = [str(ROOT / "script" / "lib"), str(ROOT / "tests" / "lib")]
import database  # noqa: E402
import postgres_server  # noqa: E402
from town import Town  # noqa: E402
from uploads import form  # noqa: E402

TITLES = ["品类", "型号", "中文品名", "英文品名", "中文说明", "功率", "容量", "货号", "规格（中文）", "价格", "库存", "图片"]
PRODUCTS, SIDE = 1500, 1000  # what the targets are for
TARGETS = [(f"{store}: 1,500 products with pictures", "s", 60, 1, "most") for store in ("SQLite", "PostgreSQL")]
LOOKS_S = 0.05


def make_pictures(folder, n, side):
    """With noise: what is smooth would be too easy."""
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                    f"testsrc2=size={side}x{side}:rate=25,noise=alls=8:allf=t", "-frames:v", str(n), "-q:v", "6",
                    str(folder / "%04d.jpg")], check=True)


def make_sheet(n):
    import openpyxl
    book = openpyxl.Workbook()
    book.active.append(TITLES)
    for i in range(1, n + 1):
        book.active.append(["电水壶", f"K-{i}", f"快煮壶 {i} 号", f"Kettle {i}", "双层防烫，自动断电。", 1500, 1.7,
                            f"K-{i}-W", "白", 129 + i % 50, 30, f"{i:04d}.jpg"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_zip(folder):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.glob("*.jpg")):
            archive.write(path, path.name)
    return out.getvalue()


def ffmpeg_alone(pictures, work, n):
    """The sizes that a picture of 1,000 pixels gets, by as many processes as there are cores."""
    cores = os.cpu_count()
    share = -(-n // cores)
    begin = time.monotonic()
    running = [subprocess.Popen(
        ["ffmpeg", "-v", "error", "-threads", "1", "-start_number", str(k * share + 1), "-i",
         str(pictures / "%04d.jpg"), "-frames:v", str(share), "-filter_complex", "split=4[a][b][c][d];"
         "[a]scale=320:-1[a1];[b]scale=320:-1[b1]",
         "-map", "[c]", "-c:v", "libwebp", "-quality", "80", "-compression_level", "1", str(work / f"{k}-c%04d.webp"),
         "-map", "[d]", "-frames:v", str(share), "-q:v", "5", str(work / f"{k}-d%04d.jpg"),
         "-map", "[a1]", "-frames:v", str(share), "-c:v", "libwebp", "-quality", "80", "-compression_level", "1",
         str(work / f"{k}-a%04d.webp"),
         "-map", "[b1]", "-frames:v", str(share), "-q:v", "5", str(work / f"{k}-b%04d.jpg")]) for k in range(cores)]
    if any([p.wait() for p in running]):
        raise SystemExit("ffmpeg failed")
    return time.monotonic() - begin


def until_done(maker, address):
    while True:
        page = maker.get(address)[1]
        if not page["import"]["is_at_work"]:
            return page["import"]
        time.sleep(LOOKS_S)


def bring(program, sheet, archive, n):
    with Town(program, buyers=1) as town:
        maker = town.client("maker")
        headers, body = form(("sheet", "goods.xlsx", sheet), ("pictures", "pictures.zip", archive))
        begin = time.monotonic()
        status, reply = maker.request("POST", "/hall/import", body, headers)
        uploaded = time.monotonic()
        address = f"/hall/import/{reply['id']}"
        page = until_done(maker, address)
        checked = time.monotonic()
        if status != 200 or page["faults"] or page["new"] != n:
            raise SystemExit(f"the import went wrong: {page}")
        maker.post(f"{address}/take")
        page = until_done(maker, address)
        taken = time.monotonic()
        if page["status"] != "taken":
            raise SystemExit(f"the import went wrong: {page}")
    return {"upload_s": uploaded - begin, "check_s": checked - uploaded, "take_s": taken - checked,
            "all_s": taken - begin}


def shown(key):
    return lambda r: f"{r[key]:.1f}" if key in r else ""


COLUMNS = [("", lambda r: r["what"]), ("uploaded s", shown("upload_s")), ("checked s", shown("check_s")),
           ("taken s", shown("take_s")), ("all s", shown("all_s"))]


def options():
    p = argparse.ArgumentParser(prog="script/bench imports", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--json", action="store_true", help="print one JSON object instead")
    p.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    p.add_argument("--products", type=int, default=PRODUCTS, help="how many (1,500)")
    p.add_argument("--side", type=int, default=SIDE, help="pixels of a picture's side (1,000)")
    p.add_argument("--only", choices=["sqlite", "postgres"], help="one store")
    return p.parse_args()


def write_document(args, rows, lines):
    measure.write_section("Imports", [
        f"Made by `script/bench imports --write`: an XLSX of {args.products:,} products and a ZIP with a picture of"
        f" {args.side:,} × {args.side:,}",
        "pixels of each, uploaded as a browser does. Taking is one command: all or nothing. ffmpeg makes the same",
        "sizes of the same pictures, one process a core, and nothing else.", "",
        f"Machine: {measure.machine('libvips, ffmpeg')}.", "", *measure.table(COLUMNS, rows),
        *(["", "```", *lines, "```"] if lines else [])])


def measure_all(args, work):
    pictures = pathlib.Path(work) / "pictures"
    sizes = pathlib.Path(work) / "sizes"
    pictures.mkdir()
    sizes.mkdir()
    say(f"making {args.products:,} pictures")
    make_pictures(pictures, args.products, args.side)
    sheet, archive = make_sheet(args.products), make_zip(pictures)
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        if args.only and not name.lower().startswith(args.only):
            continue
        if name == "SQLite":
            rows.append({"what": name, **bring(measure.SERVER, sheet, archive, args.products)})
        else:
            with postgres_server.running(durable=True) as server:
                database.SERVER = server.store
                rows.append({"what": name, **bring(measure.SERVER, sheet, archive, args.products)})
        say(f"{name}: {rows[-1]['all_s']:.1f} s")
    rows.append({"what": "ffmpeg, the pictures alone", "all_s": ffmpeg_alone(pictures, sizes, args.products)})
    return rows


def main():
    args = options()
    with tempfile.TemporaryDirectory(prefix="guildhall-bench-") as work:
        rows = measure_all(args, work)
    figures = {f"{r['what']}: {args.products:,} products with pictures": r["all_s"] for r in rows if "take_s" in r}
    lines, held = measure.verdicts(TARGETS if args.side == SIDE else [], figures)
    if args.json:
        print(json.dumps({"rows": rows, "figures": figures, "held": held}, indent=1, ensure_ascii=False))
    else:
        print("\n".join(measure.table(COLUMNS, rows) + [""] + lines))
    if args.write:
        write_document(args, rows, lines)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
