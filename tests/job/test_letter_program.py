"""Official documents, measured against GB/T 9704-2012: test_letter_program.py GUILDHALL_JOB

Each clause of the layout is a test. Positions of characters are those that pdftotext -bbox gives,
those of rules, marks and seals are looked for in pixels.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import letter

PROGRAM = sys.argv.pop(1)
DPI = 254  # ten pixels a millimetre
TOP, LEFT, WIDTH, HEIGHT = 37.0, 28.0, 156.0, 225.0
RIGHT, BOTTOM = LEFT + WIDTH, TOP + HEIGHT
LINE, CELL, SIZE_3, SIZE_4 = 10.45, WIDTH / 28, 15.75 * 25.4 / 72, 14 * 25.4 / 72


def draw(**members):
    return letter.draw(PROGRAM, **members)


def mm(points):
    return float(points) * 25.4 / 72


class Page:
    """Pixels of one page, ten a millimetre."""

    def __init__(self, ppm):
        head, size, _, data = ppm.split(b"\n", 3)
        assert head == b"P6"
        self.width, self.height = map(int, size.split())
        self.data = data

    def at(self, x, y):
        i = 3 * (int(round(y * 10)) * self.width + int(round(x * 10)))
        return tuple(self.data[i:i + 3])

    def is_red(self, x, y):
        r, g, b = self.at(x, y)
        return r > 150 and g < 120 and b < 120

    def is_black(self, x, y):
        return sum(self.at(x, y)) < 300

    def run(self, y, is_ink):
        """The longest run of that ink in a row: (from, to) in millimetres."""
        best, begin = (0, 0), None
        for x in range(self.width + 1):
            inked = x < self.width and is_ink(x / 10, y)
            if inked and begin is None:
                begin = x
            if not inked and begin is not None:
                if x - begin > best[1] - best[0]:
                    best = (begin, x)
                begin = None
        return best[0] / 10, best[1] / 10

    def rules(self, is_ink, longest=140):
        """[(top, thickness, left, right)] of the horizontal rules."""
        found = []
        for row in range(self.height):
            left, right = self.run(row / 10, is_ink)
            if right - left < longest:
                continue
            if found and abs(found[-1][0] + found[-1][1] - row / 10) < 0.05:
                top, thick, a, b = found[-1]
                found[-1] = (top, thick + 0.1, min(a, left), max(b, right))
            else:
                found.append((row / 10, 0.1, left, right))
        return found

    def ink(self, is_ink, box=None):
        """The box of all of that ink: left, top, right, bottom."""
        x0, y0, x1, y1 = box or (0, 0, self.width / 10, self.height / 10)
        xs, ys = [], []
        for y in range(int(y0 * 10), min(int(y1 * 10), self.height)):
            for x in range(int(x0 * 10), min(int(x1 * 10), self.width)):
                if is_ink(x / 10, y / 10):
                    xs.append(x)
                    ys.append(y)
        return (min(xs) / 10, min(ys) / 10, (max(xs) + 1) / 10, (max(ys) + 1) / 10) if xs else None


class Word:
    def __init__(self, page, match):
        self.page = page
        self.x0, self.y0, self.x1, self.y1 = (mm(v) for v in match.group(1, 2, 3, 4))
        self.text = (match.group(5).replace("&amp;", "&").replace("&lt;", "<")
                     .replace("&gt;", ">").replace("&quot;", '"'))
        self.middle = (self.x0 + self.x1) / 2


class Document:
    """A document that is drawn, with what tools see in it."""

    def __init__(self, case, png=b"", fonts="", **members):
        self.drawn = letter.draw(PROGRAM, png, fonts, **members)
        case.assertEqual(self.drawn.status, 0, (self.drawn.answers, self.drawn.said))
        folder = tempfile.TemporaryDirectory()
        case.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "letter.pdf"
        self.path.write_bytes(self.drawn.pdf)
        self.seen = {}

    def tool(self, *words):
        return subprocess.run(words, capture_output=True, check=True, timeout=100).stdout

    def text(self, *options):
        return self.tool("pdftotext", *options, self.path, "-").decode()

    def page(self, number):
        if number not in self.seen:
            self.seen[number] = Page(self.tool("pdftoppm", "-r", str(DPI), "-f", str(number), "-l",
                                               str(number), self.path))
        return self.seen[number]

    def words(self, page=None):
        found, at = [], 0
        for line in self.text("-bbox").splitlines():
            at += "<page " in line
            m = re.search(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>',
                          line)
            if m and page in (None, at):
                found.append(Word(at, m))
        return found

    def word(self, text, page=None):
        found = [w for w in self.words(page) if text in w.text]
        assert found, (text, [w.text for w in self.words(page)])
        return found[0]


ASCENT = 1.151  # of Noto Serif CJK, which pdftotext has as the top of a word


def baseline(word, size=SIZE_3):
    return word.y0 + ASCENT * size


class Whole(unittest.TestCase):
    def test_text_is_there_in_its_order(self):
        d = Document(self)
        text = re.sub(r"\s", "", d.text())
        parts = ["类别标记：A", "某某市经济和信息化局文件", "智经信建〔2021〕8号", "第248号建议的答复",
                 "张三代表：", "一、基地建设的基本情况", "规划面积4.81平方公里", "2021年6月23日", "抄送："]
        places = [text.index(p) for p in parts]
        self.assertEqual(places, sorted(places))

    def test_same_paper_same_bytes(self):
        first, second = draw(), draw()
        self.assertEqual(first.status, 0)
        self.assertEqual(first.pdf, second.pdf)
        self.assertNotEqual(first.pdf, draw(created_s=1624406401).pdf)

    def test_fonts_are_embedded(self):
        d = Document(self)
        rows = d.tool("pdffonts", d.path).decode().splitlines()[2:]
        self.assertGreaterEqual(len(rows), 4)
        for row in rows:
            self.assertRegex(row, r" yes yes yes ")

    def test_a_character_without_a_glyph_is_named(self):
        drawn = draw(body="代表您好：名字里有\U000100FF这样的字。")
        self.assertEqual((drawn.status, drawn.why, drawn.answer("missing")),
                         (1, "letter_glyph", "\U000100FF"))


class Grid(unittest.TestCase):
    def test_28_characters_a_line_22_lines_a_page(self):
        d = Document(self, body="字" * 28 * 60, contact="")
        page = [w for w in d.words(2) if w.text.startswith("字字字")]
        self.assertEqual([len(w.text) for w in page], [28] * 22)
        for i, w in enumerate(page):
            self.assertAlmostEqual(w.x0, LEFT, delta=0.05)
            self.assertAlmostEqual(w.x1, RIGHT, delta=0.05)
            self.assertAlmostEqual(baseline(w), TOP + i * LINE + 0.88 * SIZE_3, delta=0.05)


if __name__ == "__main__":
    unittest.main()
