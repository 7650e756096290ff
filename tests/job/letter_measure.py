"""Measuring a PDF: characters by pdftotext -bbox, typefaces by pdftohtml, ink by pdftoppm. All in
millimetres from a page's upper left corner."""
import pathlib
import re
import subprocess
import tempfile

import letter

DPI = 254  # ten pixels a millimetre
ASCENT = {"serif": 1.151, "sans": 1.160}  # of Noto CJK: what pdftotext has as the top of a word


def mm(points):
    return float(points) * 25.4 / 72


def _where(plane, test):
    return int.from_bytes(plane.translate(bytes(test(v) for v in range(256))), "big")


class Mask:
    """Where one ink is on a page."""

    def __init__(self, bits, width, height):
        data = bits.to_bytes(width * height, "big")
        self.rows = [data[i * width:(i + 1) * width] for i in range(height)]

    def rules(self, longest=140):
        """[(top, thickness, left, right)] of the horizontal rules."""
        found = []
        for y, row in enumerate(self.rows):
            run = max(row.split(b"\0"), key=len)
            if len(run) < longest * 10:
                continue
            left = row.index(run) / 10
            right = left + len(run) / 10
            if found and abs(sum(found[-1][:2]) - y / 10) < 0.05:
                top, thick, a, b = found[-1]
                found[-1] = (top, thick + 0.1, min(a, left), max(b, right))
            else:
                found.append((y / 10, 0.1, left, right))
        return found

    def box(self, left=0, top=0, right=210, bottom=297):
        """left, top, right, bottom of what is inked in there, or None."""
        rows = [(y, row[int(left * 10):int(right * 10)]) for y, row in enumerate(self.rows)
                if top * 10 <= y < bottom * 10 and 1 in row[int(left * 10):int(right * 10)]]
        if not rows:
            return None
        return (left + min(r.index(1) for _, r in rows) / 10, rows[0][0] / 10,
                left + (max(r.rindex(1) for _, r in rows) + 1) / 10, (rows[-1][0] + 1) / 10)

    def amount(self):
        return sum(row.count(1) for row in self.rows)


class Word:
    def __init__(self, page, match):
        self.page = page
        self.x0, self.y0, self.x1, self.y1 = (mm(v) for v in match.group(1, 2, 3, 4))
        self.text = (match.group(5).replace("&lt;", "<").replace("&gt;", ">")
                     .replace("&quot;", '"').replace("&amp;", "&"))
        self.middle = (self.x0 + self.x1) / 2

    def top(self, size, family="serif"):
        """Of the box of its characters: 0.88 em above the baseline."""
        return self.y0 + (ASCENT[family] - 0.88) * size


class Document:
    """A document that is drawn, with what tools see in it."""

    def __init__(self, case, program, png=b"", fonts="", **members):
        self.drawn = letter.draw(program, png, fonts, **members)
        case.assertEqual(self.drawn.status, 0, (self.drawn.answers, self.drawn.said))
        folder = tempfile.TemporaryDirectory()
        case.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "letter.pdf"
        self.path.write_bytes(self.drawn.pdf)
        self.planes, self.all_words = {}, None
        self.pages = self.drawn.pages

    def tool(self, *words):
        return subprocess.run(words, capture_output=True, check=True, timeout=100).stdout

    def text(self, *options):
        return self.tool("pdftotext", *options, self.path, "-").decode()

    def plain(self, *options):
        return re.sub(r"\s", "", self.text(*options))

    def _page(self, number):
        if number not in self.planes:
            ppm = self.tool("pdftoppm", "-r", str(DPI), "-f", str(number), "-l", str(number),
                            self.path)
            _, size, _, data = ppm.split(b"\n", 3)
            self.planes[number] = (*map(int, size.split()), data[0::3], data[1::3], data[2::3])
        return self.planes[number]

    def red(self, page):
        width, height, r, g, b = self._page(page)
        return Mask(_where(r, lambda v: v > 150) & _where(g, lambda v: v < 110) &
                    _where(b, lambda v: v < 110), width, height)

    def black(self, page):
        width, height, r, g, _ = self._page(page)
        return Mask(_where(r, lambda v: v < 110) & _where(g, lambda v: v < 110), width, height)

    def pale(self, page):
        width, height, r, g, _ = self._page(page)
        return Mask(_where(r, lambda v: 200 < v < 245) & _where(g, lambda v: 200 < v < 245), width,
                    height)

    def words(self, page=None):
        if self.all_words is None:
            self.all_words, at = [], 0
            for line in self.text("-bbox").splitlines():
                at += "<page " in line
                m = re.search(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)'
                              r'</word>', line)
                if m:
                    self.all_words.append(Word(at, m))
        return [w for w in self.all_words if page in (None, w.page)]

    def word(self, text, page=None):
        """The first that holds the text."""
        found = [w for w in self.words(page) if text in w.text]
        assert found, (text, [w.text for w in self.words(page)])
        return found[0]

    def faces(self):
        """{text of a line in one face: (face, points)}."""
        xml = self.tool("pdftohtml", "-xml", "-i", "-stdout", "-fontfullname", self.path).decode()
        fonts = {i: (family.split("+")[-1], int(size) / 1.5) for i, size, family in
                 re.findall(r'<fontspec id="(\d+)" size="(\d+)" family="(.*?)"', xml)}
        return {re.sub(r"<.*?>", "", text): fonts[i]
                for i, text in re.findall(r'<text [^>]*font="(\d+)">(.*)</text>', xml)}

    def face(self, text):
        found = [f for t, f in self.faces().items() if text in re.sub(r"\s", "", t)]
        assert found, (text, list(self.faces()))
        return found[0]
