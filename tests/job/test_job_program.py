"""guildhall-job as its parent meets it, on good files and hostile ones: test_job_program.py GUILDHALL_JOB"""
import datetime
import io
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
import zlib

import openpyxl

PROGRAM = sys.argv.pop(1)
FOLDER = pathlib.Path(__file__).parent
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Job:
    """One run: answers, what was written, and how it ended."""

    def __init__(self, what, request, data, user=None):
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made, \
                tempfile.TemporaryFile() as asked:
            given.write(data)
            given.flush()
            asked.write(json.dumps(request).encode() + b"\n")
            asked.seek(0)
            files = [os.dup2(f.fileno(), n) for f, n in ((given, 50), (made, 51))]

            def become():
                os.dup2(50, 3)
                os.dup2(51, 4)
                if user:
                    os.setgroups([])
                    os.setgid(user.pw_gid)
                    os.setuid(user.pw_uid)

            done = subprocess.run([PROGRAM, what], stdin=asked, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, preexec_fn=become, pass_fds=(3, 4),
                                  timeout=100)
            for fd in files:
                os.close(fd)
            made.seek(0)
            self.out = made.read()
        self.status, self.said = done.returncode, done.stderr.decode(errors="replace")
        self.answers = [json.loads(line) for line in done.stdout.splitlines()]

    @property
    def why(self):
        return self.answers[-1].get("why") if self.answers else f"status {self.status}: {self.said}"


def picture(data, user=None):
    return Job("picture", {"pictures": [[0, len(data)]]}, data, user)


class Sheet(Job):
    def __init__(self, data, name=None):
        super().__init__("sheet", {"sheet": name} if name else {}, data)
        self.rows = {}
        for line in self.out.splitlines():
            row = json.loads(line)
            self.rows[row["row"]] = {c["c"]: c for c in row["cells"]}

    def texts(self):
        return {n: {c: cell["t"] for c, cell in row.items()} for n, row in self.rows.items()}

    def at(self, row, column):
        cell = self.rows[row][column]
        return cell["k"], cell["t"]


def ffmpeg(*arguments):
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", *arguments, "-frames:v", "1",
                           "pipe:1"], stdout=subprocess.PIPE, check=True).stdout


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def colour(data):
    """Of the middle of a picture, by another decoder than the one that made it."""
    raw = subprocess.run(["ffmpeg", "-v", "quiet", "-i", "pipe:0", "-vf", "crop=2:2", "-pix_fmt", "rgb24",
                          "-f", "rawvideo", "pipe:1"], input=data, stdout=subprocess.PIPE).stdout
    return tuple(raw[:3])


def webp_size(data):
    """Of a VP8 or VP8X frame."""
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    return struct.unpack("<HH", data[26:30])


def with_orientation(jpeg, orientation):
    tiff = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x112, 3, 1, orientation) + b"\0\0\0\0"
    exif = b"Exif\0\0" + tiff + b"<script>secret place</script>"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


class Pictures(unittest.TestCase):
    jpeg = ffmpeg("testsrc=size=2400x1600", "-c:v", "mjpeg", "-f", "image2pipe")

    def check_sizes(self, job, width, height, sizes):
        answer = job.answers[0]
        self.assertEqual((answer["width"], answer["height"]), (width, height), job.said)
        self.assertEqual([(s["width"], s["height"]) for s in answer["sizes"]], sizes)
        for size in answer["sizes"]:
            webp, jpeg = (job.out[size[f][0]:sum(size[f])] for f in ("webp", "jpeg"))
            self.assertEqual(webp_size(webp), (size["width"], size["height"]))
            self.assertEqual((jpeg[:3], jpeg[-2:]), (b"\xff\xd8\xff", b"\xff\xd9"))

    def test_every_allowed_kind(self):
        made = {"jpeg": self.jpeg}
        for kind, options in {"png": ("-c:v", "png", "-f", "image2pipe"),
                              "webp": ("-c:v", "libwebp", "-f", "webp"),
                              "gif": ("-f", "gif")}.items():
            made[kind] = ffmpeg("testsrc=size=1000x500", *options)
        for kind, data in made.items():
            with self.subTest(kind):
                width, height, sizes = ((2400, 1600, [(320, 213), (800, 533), (1600, 1067)])
                                        if kind == "jpeg" else
                                        (1000, 500, [(320, 160), (1000, 500), (1000, 500)]))
                self.check_sizes(picture(data), width, height, sizes)

    def test_a_size_that_would_be_hardly_smaller_is_the_same(self):
        for side, sizes in ((400, (400, 400, 400)), (401, (320, 401, 401)), (1001, (320, 800, 1001)),
                            (1000, (320, 1000, 1000)), (2000, (320, 800, 1600))):
            data = ffmpeg(f"testsrc=size={side}x{side}", "-c:v", "mjpeg", "-f", "image2pipe")
            self.check_sizes(picture(data), side, side, [(s, s) for s in sizes])

    def test_colours_stay(self):
        jpeg, png = ("-c:v", "mjpeg", "-f", "image2pipe"), ("-c:v", "png", "-f", "image2pipe")
        for name, source, options, expected in (
                ("jpeg", "color=c=0xC83214:size=1200x900", jpeg, (0xC8, 0x32, 0x14)),
                ("png", "color=c=0xC83214:size=1200x900", png, (0xC8, 0x32, 0x14)),
                ("transparent", "color=c=red@0.0:size=1200x900,format=rgba", png, (255, 255, 255)),
                ("half", "color=c=red@0.5:size=1200x900,format=rgba", png, (255, 127, 127)),
                ("grey", "color=c=0x646464:size=1200x900,format=gray", png, (0x64, 0x64, 0x64))):
            job = picture(ffmpeg(source, *options))
            for size in job.answers[0]["sizes"]:
                for form in ("jpeg", "webp"):
                    if form == "webp" and name in ("transparent", "half"):
                        continue  # keeps its transparency
                    got = colour(job.out[size[form][0]:sum(size[form])])
                    self.assertTrue(all(abs(a - b) < 12 for a, b in zip(got, expected)) and len(got) == 3,
                                    (name, form, size["width"], got))

    def test_heic_of_a_phone(self):
        self.check_sizes(picture((FOLDER / "phone.heic").read_bytes()), 160, 107, [(160, 107)] * 3)

    def test_none_is_enlarged_and_equal_sizes_are_one(self):
        job = picture(ffmpeg("testsrc=size=200x100", "-c:v", "png", "-f", "image2pipe"))
        self.check_sizes(job, 200, 100, [(200, 100)] * 3)
        self.assertEqual(*[{json.dumps(s) for s in job.answers[0]["sizes"][i:i + 1]} for i in (0, 2)])

    def test_it_is_turned_and_loses_its_metadata(self):
        job = picture(with_orientation(self.jpeg, 6))
        self.check_sizes(job, 1600, 2400, [(213, 320), (533, 800), (1067, 1600)])
        self.assertNotIn(b"secret", job.out)
        self.assertNotIn(b"ICCP", job.out)

    def test_refused_kinds(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
        for name, data in {"svg": svg, "script": b"#!/bin/sh\necho hello\n" * 50,
                           "html": b"<html><script>alert(1)</script></html>",
                           "pdf": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n",
                           "program": pathlib.Path("/bin/true").read_bytes(),
                           "php behind a GIF's first bytes": b"GIF89a<?php system('id'); ?>",
                           "tiff": b"II*\0\x08\0\0\0\0\0\0\0\0\0", "ppm": b"P6 1 1 255 abc",
                           "zeros": bytes(5000)}.items():
            with self.subTest(name):
                job = picture(data)
                self.assertEqual(job.status, 0)
                self.assertIn(job.why, ("picture_kind", "picture_broken"))
                self.assertEqual(job.out, b"")

    def test_too_many_pixels_are_refused_by_the_head_alone(self):
        begin = time.monotonic()
        for width, height in ((30000, 30000), (50001, 1000), (2147483647, 2147483647)):
            self.assertIn(picture(png(width, height)).why, ("picture_pixels", "picture_broken"))
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(picture(png(50001, 1000)).why, "picture_pixels")

    def test_a_bomb_of_pixels_within_the_limit_is_only_a_picture(self):
        rows = zlib.compress((b"\0" + bytes(3 * 7000)) * 7000)
        head = struct.pack(">IIBBBBB", 7000, 7000, 8, 2, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
        self.check_sizes(picture(data), 7000, 7000, [(320, 320), (800, 800), (1600, 1600)])

    def test_broken_at_any_place(self):
        seeded = random.Random(7)
        for _ in range(5):
            cut = self.jpeg[:seeded.randrange(4, len(self.jpeg) - 2000)]
            self.assertEqual(picture(cut).why, "picture_broken")
        for _ in range(5):
            data = bytearray(self.jpeg)
            for _ in range(20):
                data[seeded.randrange(len(data))] = seeded.randrange(256)
            job = picture(bytes(data))
            self.assertEqual(job.status, 0, job.said)  # refused or decoded, never a crash

    def test_many_in_one_go(self):
        parts = [self.jpeg, b"#!/bin/sh\n", ffmpeg("testsrc=size=60x40", "-c:v", "png", "-f", "image2pipe")]
        ranges, at = [], 0
        for part in parts:
            ranges.append([at, len(part)])
            at += len(part)
        job = Job("picture", {"pictures": ranges}, b"".join(parts))
        self.assertEqual([a.get("why") or a["width"] for a in job.answers], [2400, "picture_kind", 60])
        self.assertEqual(Job("picture", {"pictures": [[at - 1, 2]]}, b"".join(parts)).why, "request")

    def test_as_another_user(self):
        if os.getuid() != 0:
            self.skipTest("is another user already")
        self.check_sizes(picture(self.jpeg, pwd.getpwnam("nobody")), 2400, 1600,
                         [(320, 213), (800, 533), (1600, 1067)])


def package(sheet, book=None, strings=None, styles=None, method=zipfile.ZIP_DEFLATED):
    """A workbook by hand: the smallest that is one."""
    relations = f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    if strings is not None:
        relations += f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="/xl/strings.xml"/>'
    if styles is not None:
        relations += f'<Relationship Id="t" Type="{OFFICE}/styles" Target="../xl/styles.xml"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        z.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}"><Relationship Id="b"'
                   f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        z.writestr("xl/workbook.xml", book or f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                   '<sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels",
                   f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>')
        z.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings is not None:
            z.writestr("xl/strings.xml", strings)
        if styles is not None:
            z.writestr("xl/styles.xml", styles)
    return out.getvalue()


def sheet_xml(rows, after=""):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Xlsx(unittest.TestCase):
    def test_what_cells_are(self):
        book = openpyxl.Workbook()
        ws = book.active
        ws.append(["名称", 12.5, 6291041500213, "0012345678905", True, datetime.date(2026, 5, 1)])
        ws.append([datetime.datetime(2026, 5, 1, 8, 30), datetime.time(9, 5), "=B1*2", "a\nb", None, 0.1])
        ws.append(["#N/A", -0.5, 1e-7, 123456789012345678, 1.1e30, False])
        ws["A5"], ws["B7"] = "merged", "also"
        ws.merge_cells("A5:C6")
        sheet = Sheet(saved(book))
        self.assertEqual(sheet.status, 0, sheet.why)
        self.assertEqual([sheet.at(1, c) for c in range(1, 7)],
                         [("text", "名称"), ("number", "12.5"), ("number", "6291041500213"),
                          ("text", "0012345678905"), ("bool", "true"), ("date", "2026-05-01")])
        self.assertEqual(sheet.at(2, 1), ("date", "2026-05-01T08:30:00"))
        self.assertEqual(sheet.at(2, 2), ("date", "09:05:00"))
        self.assertEqual((sheet.rows[2][3]["k"], sheet.rows[2][3]["f"]), ("formula", "B1*2"))
        self.assertEqual([sheet.at(2, c) for c in (4, 6)], [("text", "a\nb"), ("number", "0.1")])
        self.assertNotIn(5, sheet.rows[2])
        self.assertEqual([sheet.at(3, c) for c in range(1, 7)],
                         [("error", "#N/A"), ("number", "-0.5"), ("number", "0.0000001"),
                          ("number", "123456789012345700"), ("number", "1.1e+30"), ("bool", "false")])
        self.assertEqual((sheet.rows[5][1]["m"], "m" in sheet.rows[7][2]), (1, False))
        self.assertEqual(sheet.answers[0], {"format": "xlsx", "names": ["Sheet"], "rows": 5,
                                            "columns": 6, "merges": 1})

    def test_by_hand(self):
        rows = ('<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><r><t>in</t></r><r>'
                '<t>line</t></r></is></c><c t="str"><f>A1</f><v>_x0041_b</v></c>'
                '<c t="n"><v>6.2910415002130001E+12</v></c><c r="F2" s="1"><v>60.5</v></c></row>'
                '<row><c><v>1</v></c></row><row r="9"><c r="B9" t="e"><v>#REF!</v></c></row>')
        strings = (f'<sst xmlns="{MAIN}"><si><r><t>优</t></r><r><t xml:space="preserve"> 品</t></r>'
                   '<rPh sb="0" eb="1"><t>yōu</t></rPh></si></sst>')
        styles = (f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;'
                  'm&quot;月&quot;d&quot;日&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
                  '<cellXfs><xf numFmtId="0"/><xf numFmtId="200"/></cellXfs></styleSheet>')
        sheet = Sheet(package(sheet_xml(rows), strings=strings, styles=styles))
        self.assertEqual(sheet.texts(), {2: {1: "优 品", 2: "inline", 3: "Ab", 4: "6291041500213",
                                             6: "1900-02-28"}, 3: {1: "1"}, 9: {2: "#REF!"}}, sheet.why)
        self.assertEqual(sheet.at(2, 3)[0], "formula")

    def test_dates_of_1904(self):
        book = (f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="1"/><sheets>'
                '<sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>')
        styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
        rows = '<row r="1"><c r="A1" s="0"><v>44681</v></c></row>'
        sheet = Sheet(package(sheet_xml(rows), book=book, styles=styles))
        self.assertEqual(sheet.at(1, 1), ("date", "2026-05-01"))

    def test_hidden_sheets_are_none(self):
        book = openpyxl.Workbook()
        book.active.append(["secret"])
        book.active.title = "Hidden"
        book.create_sheet("Two").append(["two"])
        book.create_sheet("Three").append(["three"])
        book["Hidden"].sheet_state = "hidden"
        data = saved(book)
        sheet = Sheet(data)
        self.assertEqual((sheet.texts(), sheet.answers[0]["names"]), ({1: {1: "two"}}, ["Two", "Three"]))
        self.assertEqual(Sheet(data, "Three").texts(), {1: {1: "three"}})
        self.assertEqual(Sheet(data, "Hidden").why, "sheet_no_such")

    def test_what_libreoffice_wrote(self):
        sheet = Sheet((FOLDER / "libreoffice.xlsx").read_bytes())
        self.assertEqual(sheet.texts()[1], {1: "货号", 2: "名称", 3: "价格", 4: "条码", 5: "上市", 6: "合计"},
                         sheet.why)
        self.assertEqual([sheet.at(2, c) for c in range(1, 7)],
                         [("text", "K-001"), ("text", "电水壶"), ("number", "129.9"),
                          ("number", "6901234567892"), ("date", "2026-05-01"), ("formula", "259.8")])
        self.assertEqual(sheet.at(3, 4), ("text", "06901234567892"))

    def check_refused(self, data, why, row=None, column=None):
        sheet = Sheet(data)
        self.assertEqual((sheet.status, sheet.why), (1, why))
        if row is not None:
            self.assertEqual((sheet.answers[-1]["row"], sheet.answers[-1]["column"]), (row, column))

    def test_entities(self):
        laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
        self.check_refused(package(f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>' + sheet_xml(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>')), "sheet_dtd")
        self.check_refused(package('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + sheet_xml("")),
                           "sheet_dtd")
        self.check_refused(package(sheet_xml(""), strings='<!DOCTYPE x><sst/>'), "sheet_dtd")

    def test_bombs(self):
        spaces = " " * (50 << 20)
        self.check_refused(package(sheet_xml(spaces)), "zip_ratio")
        large = sheet_xml(f"<!--{' ' * (1 << 20)}-->" * 257)
        self.check_refused(package(large, method=zipfile.ZIP_STORED), "zip_bytes")
        self.check_refused(package("<a>" * 40 + "</a>" * 40), "sheet_depth")

    def test_a_million_rows(self):
        rows = "".join(f'<row r="{i}"><c r="A{i}"><v>{i * 7919 % 100003}</v></c></row>'
                       for i in range(1, 1000001))
        self.check_refused(package(sheet_xml(rows)), "sheet_rows", 20001, 0)
        empty = "".join(f'<row r="{i}"><c r="A{i}" s="{i % 10}"/></row>' for i in range(1, 100001))
        self.assertEqual(Sheet(package(sheet_xml(empty))).answers[0]["rows"], 0)

    def test_limits_name_the_place(self):
        self.check_refused(package(sheet_xml('<row r="3"><c r="GS3"><v>1</v></c></row>')),
                           "sheet_columns", 3, 201)
        long = "".join(random.Random(2).choices("abcdefgh", k=33 << 10))
        self.check_refused(package(sheet_xml(f'<row r="4"><c r="B4" t="inlineStr"><is><t>{long}</t></is>'
                                             '</c></row>')), "sheet_cell", 4, 2)
        merges = "".join(f'<mergeCell ref="A{i}:B{i}"/>' for i in range(1, 5000))
        self.check_refused(package(sheet_xml("", f"<mergeCells>{merges}</mergeCells>")), "sheet_merges")
        self.check_refused(package(sheet_xml('<row r="2"><c r="A2" t="s"><v>7</v></c></row>')),
                           "sheet_broken", 2, 1)
        self.check_refused(package(sheet_xml('<row r="2"/><row r="1"/>')), "sheet_broken", 1, 0)

    def test_what_is_no_workbook(self):
        ods = io.BytesIO()
        with zipfile.ZipFile(ods, "w") as z:
            for name in ("mimetype", "META-INF/manifest.xml", "content.xml"):
                z.writestr(name, "x")
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as z:
            z.writestr("a.txt", "x")
        for data, why in ((ods.getvalue(), "sheet_ods"), (other.getvalue(), "sheet_kind"),
                          (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "sheet_old_excel"),
                          (b"%PDF-1.7 ", "sheet_kind"), (Pictures.jpeg, "sheet_kind"),
                          (b"<!doctype html><table><tr><td>1</table>", "sheet_kind"), (b"", "empty")):
            self.check_refused(data, why)

    def test_cut_and_changed(self):
        book = openpyxl.Workbook()
        for i in range(200):
            book.active.append([f"row {i}", i, i * 1.5])
        whole = saved(book)
        seeded = random.Random(3)
        for _ in range(8):
            sheet = Sheet(whole[:seeded.randrange(1, len(whole))])
            self.assertIn(sheet.status, (0, 1), sheet.said)
            self.assertIn(sheet.why, ("zip_broken", "sheet_kind"))
        for _ in range(12):
            data = bytearray(whole)
            for _ in range(10):
                data[seeded.randrange(len(data))] = seeded.randrange(256)
            sheet = Sheet(bytes(data))
            self.assertIn(sheet.status, (0, 1), sheet.said)


class Csv(unittest.TestCase):
    text = '货号,名称\r\nK-001,"带 ""引号"" 和,逗号\r\n还有换行"\r\n\r\nK-002,电水壶\r\n'
    rows = {1: {1: "货号", 2: "名称"}, 2: {1: "K-001", 2: '带 "引号" 和,逗号\r\n还有换行'},
            4: {1: "K-002", 2: "电水壶"}}

    def test_every_encoding(self):
        for encoding, said in {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030",
                               "utf-16": "utf-16le", "utf-16-le": "utf-16le", "utf-16-be": "utf-16be",
                               "gbk": "gb18030"}.items():
            with self.subTest(encoding):
                sheet = Sheet(self.text.encode(encoding))
                self.assertEqual((sheet.texts(), sheet.answers[0]["encoding"]), (self.rows, said))
        self.assertEqual(Sheet(b"\xfe\xff" + self.text.encode("utf-16-be")).texts(), self.rows)

    def test_separators_and_line_ends(self):
        for separator in ",;\t|":
            for end in ("\r\n", "\n", "\r"):
                text = f"a{separator}b{end}1{separator}{separator}3"
                self.assertEqual(Sheet(text.encode()).texts(), {1: {1: "a", 2: "b"}, 2: {1: "1", 3: "3"}})
        self.assertEqual(Sheet(b"sep=;\r\na,b;c\r\n").texts(), {2: {1: "a,b", 2: "c"}})

    def test_what_excel_does_to_texts(self):
        sheet = Sheet(b"=\"0123\",=1+1,'=2+2,'quoted,-5,6.29E+12,007\n")
        self.assertEqual(sheet.texts()[1], {1: "0123", 2: "=1+1", 3: "=2+2", 4: "'quoted", 5: "-5",
                                            6: "6.29E+12", 7: "007"})
        self.assertEqual([sheet.at(1, c)[0] for c in (1, 2, 3, 7)], ["text", "formula", "text", "text"])

    def test_refusals(self):
        for data, why, row, column in ((b'a,b\n1,"open\n2,3\n', "sheet_quote", 2, 2),
                                       ("好\n坏".encode("gb18030") + b"\xff\xff", "sheet_encoding", 2, 0),
                                       (b"a\n" + b"," * 250 + b"x\n", "sheet_columns", 2, 251),
                                       (b"a\nb," + b"x" * 40000, "sheet_cell", 2, 2),
                                       (b"a\n" * 20001, "sheet_rows", 20001, 0)):
            sheet = Sheet(data)
            last = sheet.answers[-1]
            self.assertEqual((last.get("why"), last.get("row"), last.get("column")), (why, row, column))
        self.assertEqual(Sheet(b"a\n" * 20000).answers[0]["rows"], 20000)


def archive(*files, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as z:
        for name, data in files:
            z.writestr(name, data)
    return out.getvalue()


def renamed(data, old, new):
    """Bytes in place of a name: what other packers write."""
    assert len(old) == len(new)
    return data.replace(old, new)


class Zip(unittest.TestCase):
    def names(self, data):
        return [a.get("skip") or a["name"] for a in Job("zip", {}, data).answers]

    def test_names_of_all_kinds(self):
        gbk = "水壶/正面.jpg".encode("gb18030")
        data = archive(("照片/一.jpg", b"1"), ("x" * len(gbk), b"2"), ("plain.png", b"3"))
        self.assertEqual(self.names(renamed(data, b"x" * len(gbk), gbk)),
                         ["照片/一.jpg", "水壶/正面.jpg", "plain.png"])
        self.assertEqual(self.names(renamed(archive(("a/b/c.jpg", b"")), b"a/b/c.jpg", b"a\\b\\c.jpg")),
                         ["a/b/c.jpg"])

    def test_what_leads_out_is_left_out(self):
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        link.create_system = 3
        device = zipfile.ZipInfo("device")
        device.external_attr = 0o060600 << 16
        device.create_system = 3
        data = archive(("../../etc/passwd", b"x"), ("/abs.jpg", b"x"), ("C:evil.jpg", b"x"),
                       ("a/../../b.jpg", b"x"), ("folder/", b""), (link, b"/etc/passwd"),
                       (device, b""), ("li\nne.jpg", b"x"), ("good.jpg", b"good"))
        self.assertEqual(self.names(data), ["name"] * 4 + ["folder", "link", "link", "name", "good.jpg"])
        took = Job("zip", {"take": [0, 5, 8]}, data)
        self.assertEqual([a.get("why") for a in took.answers], ["zip_no_file", "zip_no_file", None])
        self.assertEqual(took.out, b"good")

    def test_files_one_after_another(self):
        seeded = random.Random(4)
        files = [(f"{i}.bin", seeded.randbytes(i * 1000)) for i in range(10)]
        job = Job("zip", {"take": [2, 5, 9]}, archive(*files))
        for i, answer in zip((2, 5, 9), job.answers):
            offset, n = answer["at"]
            self.assertEqual(job.out[offset:offset + n], files[i][1])
        self.assertEqual(Job("zip", {"take": [10]}, archive(*files)).why, "zip_no_file")
        self.assertEqual(Job("zip", {"take": [3, 3]}, archive(*files)).why, "request")

    def test_bombs_and_lies(self):
        bomb = archive(("bomb.jpg", bytes(20 << 20)))
        self.assertEqual(Job("zip", {"take": [0]}, bomb).why, "zip_ratio")
        # The directory says that it is small.
        directory = bomb.rindex(b"PK\x01\x02")
        lying = bomb[:directory + 24] + struct.pack("<I", 1000) + bomb[directory + 28:]
        self.assertEqual(Job("zip", {"take": [0]}, lying).why, "zip_broken")
        wrong = bytearray(archive(("a", b"hello world" * 9)))
        wrong[wrong.rindex(b"PK\x01\x02") + 16] ^= 1  # its checksum
        self.assertEqual(Job("zip", {"take": [0]}, bytes(wrong)).why, "zip_broken")
        locked = bytearray(archive(("a", b"hello")))
        locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
        self.assertEqual(self.names(bytes(locked)), ["locked"])
        many = archive(*((f"{i}", b"") for i in range(20001)))
        self.assertEqual(Job("zip", {}, many).why, "zip_files")
        self.assertEqual(Job("zip", {}, b"PK\x03\x04 nothing").why, "zip_broken")


def labels(*all_, layout="24"):
    return Job("labels", {"layout": layout}, json.dumps(all_).encode())


class Labels(unittest.TestCase):
    good = {"address": "https://town.example/l/k01a", "name_zh": "电水壶", "name_en": "Kettle", "maker": "厂 · M",
            "stand": "A-03", "price": "¥69", "gtin": "6901234567892"}

    def check(self, job, **said):
        self.assertEqual((job.status, job.said), (0, ""))  # cairo would say of a font it cannot open
        self.assertEqual(job.out[:5], b"%PDF-")
        self.assertEqual(job.out.rstrip()[-5:], b"%%EOF")
        for name, value in said.items():
            self.assertEqual(job.answers[-1][name], value, name)

    def test_pages_are_told_as_they_are_done(self):
        job = labels(*[self.good] * 50)
        self.check(job, pages=3, barred=50, cut=0, two_lines=0)
        self.assertEqual([a.get("page") for a in job.answers], [1, 2, None])
        self.check(labels(*[self.good] * 10, layout="10"), pages=1)

    def test_what_is_unusual_is_set_all_the_same(self):
        for text in ("", " ", "\n\n\n", "a" * 400, "字" * 130, "\u202e\u202d\u200f", "\U0001f600\u0e01\u0c95",
                     "\u0301" * 100, "\ufffe\uffff", "<b>&amp;</b>", "\u2028\u2029\u0085\x7f"):
            with self.subTest(text):
                self.check(labels({**self.good, **dict.fromkeys(("name_zh", "name_en", "maker", "stand",
                                                                 "price", "gtin"), text)}), pages=1, barred=0)
        self.check(labels({"address": "x"}), pages=1)

    def test_long_names_take_two_lines_and_are_cut_last(self):
        self.check(labels({**self.good, "name_zh": "静音即热双层防烫恒温电水壶升级款"}), two_lines=1, cut=0)
        self.check(labels({**self.good, "name_zh": "静音即热双层防烫恒温" * 9}), two_lines=1, cut=1)

    def test_what_is_no_request_is_refused(self):
        for job in (labels(), labels(self.good, layout="7"), labels({**self.good, "address": ""}),
                    labels({**self.good, "address": "x" * 5000}), labels(7), labels(None),
                    Job("labels", {"layout": "24"}, b"[{"), Job("labels", {"layout": "24"}, b"{}"),
                    Job("labels", {"layout": 24}, b"[{}]"), labels(*[{"address": "x"}] * 3001)):
            self.assertEqual((job.status, job.why), (1, "request"), job.said)
        self.assertEqual(Job("labels", {"layout": "24"}, b"").why, "empty")


def paper(*sheets):
    return Job("paper", {}, json.dumps(sheets).encode())


class Paper(unittest.TestCase):
    def sheet(self, *blocks, **more):
        return {"title": "结算单 Statement", "below": "2026-11", "code": "", "foot": "智造小镇", "blocks": list(blocks), **more}

    def table(self, rows, words=("Total", "Carried over", "Brought forward")):
        columns = [{"name": "Order", "width": 1, "right": False, "sum": False},
                   {"name": "Money", "width": 1, "right": True, "sum": True}]
        return {"table": {"columns": columns, "rows": rows, **dict(zip(("sum", "carried", "brought"), words))}}

    def text(self, job):
        """The text of each page, as a reader of the PDF gets it."""
        self.assertEqual((job.status, job.said), (0, ""))
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=job.out, capture_output=True, check=True)
        pages = done.stdout.decode().split("\f")[:-1]
        self.assertEqual(job.answers[-1]["pages"], len(pages))
        return pages

    def test_a_sheet_says_what_it_was_given(self):
        facts = {"facts": [["Maker", "青瓷电器"], ["Month", "2026-11"], ["Sum", "1"]]}
        page, = self.text(paper(self.sheet(facts, {"heading": "Movements"}, self.table([["1042", 123456789], ["1043", -5]]),
                                           {"note": "To the fen."}, code="https://town.example/orders/1")))
        for said in ("结算单 Statement", "青瓷电器", "Movements", "1042", "1,234,567.89", "-0.05", "1,234,567.84", "To the fen.",
                     "智造小镇", "1/1"):
            self.assertIn(said, page)

    def test_sums_are_carried_from_page_to_page(self):
        rows = [[str(i), 100 * i] for i in range(200)]
        pages = self.text(paper(self.sheet(self.table(rows))))
        self.assertGreater(len(pages), 3)
        sums = []
        for i, page in enumerate(pages):
            carried = re.findall(r"Carried over +([0-9,.]+)", page)
            brought = re.findall(r"Brought forward +([0-9,.]+)", page)
            self.assertEqual(len(carried), 0 if i == len(pages) - 1 else 1)
            self.assertEqual(brought, sums[-1:])
            sums += carried
            self.assertIn("Order", page)  # the head of the table
            self.assertIn(f"{i + 1}/{len(pages)}", page)
            rows_here = [int(n) for n in re.findall(r"^ *(\d+) +[0-9,]+\.00$", page, re.M)]
            if carried:
                self.assertEqual(float(carried[0].replace(",", "")), sum(range(rows_here[-1] + 1)))
        self.assertRegex(pages[-1], r"Total +19,900\.00")
        # Nothing is added up where no word says so.
        self.assertNotIn("Carried", "".join(self.text(paper(self.sheet(self.table(rows, ("", "Carried", "B")))))))

    def test_each_sheet_begins_a_page_and_counts_its_own(self):
        pages = self.text(paper(*[self.sheet(title=f"Slip {i}") for i in range(3)]))
        self.assertEqual([re.search(r"Slip \d", p)[0] for p in pages], ["Slip 0", "Slip 1", "Slip 2"])
        self.assertTrue(all("1/1" in p for p in pages))

    def test_what_is_unusual_is_set_all_the_same(self):
        for text in ("", "\n\n", "字" * 200, "a" * 600, "\u202e\u200f", "\U0001f600", "\ufffe", "<b>&amp;"):
            with self.subTest(text):
                self.text(paper(self.sheet({"facts": [[text, text]]}, {"heading": text}, {"note": text},
                                           self.table([[text, 1]], (text, text, text)), title=text, foot=text)))
        rows = [[(2 ** 63 - 1).__str__(), -2 ** 63], ["", 2 ** 63 - 1]]
        self.assertIn("-92,233,720,368,547,758.08", self.text(paper(self.sheet(self.table(rows))))[0])

    def test_what_is_no_request_is_refused(self):
        big = [["", 2 ** 63 - 1]] * 2
        for job in (paper(), paper({}, 7), paper(self.sheet(7)), paper(self.sheet({"facts": [["a"]]})),
                    paper(self.sheet({"facts": [[1, 2]]})), paper(self.sheet(self.table([["a"]]))),
                    paper(self.sheet(self.table([["a", None]]))), paper(self.sheet(self.table(big))),
                    paper(self.sheet({"table": {"columns": [], "rows": []}})),
                    paper(self.sheet({"table": {"columns": [{"width": 0}], "rows": []}})),
                    paper(self.sheet({"table": {"columns": [{"width": 1}] * 13, "rows": []}})),
                    paper(self.sheet(code="x" * 5000)), paper(*[self.sheet()] * 501), Job("paper", {}, b"[{")):
            self.assertEqual((job.status, job.why), (1, "request"), job.said)


class Sandbox(unittest.TestCase):
    def test_nothing_without_a_parent(self):
        self.assertEqual(subprocess.run([PROGRAM], stderr=subprocess.DEVNULL).returncode, 2)
        self.assertEqual(subprocess.run([PROGRAM, "shell"], stderr=subprocess.DEVNULL).returncode, 2)

    def test_the_filter_is_there_before_the_input_is_read(self):
        strace = shutil.which("strace")
        if not strace:
            self.skipTest("no strace")
        with tempfile.TemporaryDirectory() as folder:
            given = pathlib.Path(folder) / "in"
            given.write_bytes(b"a,b\n")
            done = subprocess.run(["sh", "-c", f"exec {strace} -f -o {folder}/trace {PROGRAM} sheet"
                                   f" 3<{given} 4>{folder}/out"], input=b"{}\n", timeout=60,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.returncode:
                self.skipTest("strace may not trace")
            calls = (pathlib.Path(folder) / "trace").read_text().splitlines()
        filtered = next(i for i, c in enumerate(calls) if "SECCOMP_SET_MODE_FILTER, " in c
                        and "EFAULT" not in c)
        touched = next(i for i, c in enumerate(calls) if ", 3, 0) = " in c and "mmap(NULL" in c
                       and i > filtered or "read(0, \"{}" in c)
        self.assertLess(filtered, touched)
        opened = [c for c in calls[filtered:] if "open" in c and "EACCES" not in c]
        self.assertEqual(opened, [])


if __name__ == "__main__":
    unittest.main()
