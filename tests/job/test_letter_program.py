"""Official documents, measured against GB/T 9704-2012: test_letter_program.py GUILDHALL_JOB

Each clause of the layout is a test.
"""
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import letter
import letter_measure

PROGRAM = sys.argv.pop(1)
TOP, LEFT, WIDTH, HEIGHT = 37.0, 28.0, 156.0, 225.0
RIGHT, BOTTOM = LEFT + WIDTH, TOP + HEIGHT
LINE, CELL = 10.45, WIDTH / 28
SIZE_2, SIZE_3, SIZE_4 = (pt * 25.4 / 72 for pt in (22, 15.75, 14))
NEAR, RULE = 0.06, 0.15  # how near characters are, and edges of ink (pixels are 0.1)
LONG = "各有关单位要高度重视，认真组织实施，确保各项任务落到实处。"
ONLY = {"contact": "", "disclosure": "", "code": "", "code_caption": ""}


def draw(**members):
    return letter.draw(PROGRAM, **members)


def document(case, **members):
    return letter_measure.Document(case, PROGRAM, **members)


def line_of(word, size=SIZE_3, family="serif"):
    """Which line of the grid it is on."""
    return (word.top(size, family) - TOP) / LINE


def png(width, height, rgba=b"\xe0\x10\x10\xff"):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + rgba * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Case(unittest.TestCase):
    def near(self, a, b, delta=NEAR):
        self.assertAlmostEqual(a, b, delta=delta)


class Whole(Case):
    def test_text_is_there_in_its_order(self):
        text = document(self).plain()
        parts = ["类别标记：A", "某某市经济和信息化局文件", "智经信建〔2021〕8号", "第248号建议的答复",
                 "张三代表：", "一、基地建设的基本情况", "规划面积4.81平方公里", "2021年6月23日",
                 "（联系人：李四", "公开属性：主动公开", "抄送："]
        places = [text.index(p) for p in parts]
        self.assertEqual(places, sorted(places))
        self.assertNotIn("DRAFT", text)

    def test_title_author_and_date_are_set(self):
        d = document(self)
        info = d.tool("pdfinfo", d.path).decode()
        self.assertRegex(info, r"Title: +关于市十七届人大五次会议第248号建议的答复\n")
        self.assertRegex(info, r"Author: +某某市经济和信息化局\n")
        self.assertRegex(info, r"CreationDate: +Wed Jun 23 00:00:00 2021 UTC\n")
        self.assertIn("(A4)", info)

    def test_same_paper_same_bytes(self):
        first, second = draw(), draw()
        self.assertEqual(first.status, 0)
        self.assertEqual(first.pdf, second.pdf)
        self.assertNotEqual(first.pdf, draw(created_s=1624406401).pdf)

    def test_fonts_are_embedded(self):
        d = document(self)
        rows = d.tool("pdffonts", d.path).decode().splitlines()[2:]
        self.assertGreaterEqual(len(rows), 4)
        for row in rows:
            self.assertRegex(row, r" yes yes (yes|no) ")

    def test_a_character_without_a_glyph_is_named(self):
        for member in ("body", "title", "mark", "issuer", "copies", "signer", "code_caption"):
            drawn = draw(**{member: "名\U000100FF"})
            self.assertEqual((drawn.status, drawn.why, drawn.answer("missing")),
                             (1, "letter_glyph", "\U000100FF"), member)

    def test_a_rare_character_of_a_name_comes_from_another_face(self):
        d = document(self, addressee="王𬱖代表", signer="王𬱖")
        self.assertIn("王𬱖代表：", d.plain())

    def test_a_typeface_by_setting_is_no_fallback(self):
        path = subprocess.run(["fc-match", "-f", "%{file}", "AR PL UKai CN"], capture_output=True,
                              check=True).stdout.decode()
        self.assertIn("ukai", path)
        by_file = document(self, fonts=f"body=No Such Font,{path};head=AR PL UKai CN")
        fallen = [a["fallback"] for a in by_file.drawn.answers if "fallback" in a]
        self.assertNotIn("body", fallen)
        self.assertNotIn("head", fallen)
        self.assertIn("title", fallen)
        self.assertIn("UKai", by_file.face("直播基地位于")[0])
        self.assertIn("UKai", by_file.face("一、基地建设")[0])

    def test_papers_over_a_limit_are_refused(self):
        self.assertEqual(draw(body=(LONG + "\n") * 2999).why, "request")  # characters
        self.assertEqual(draw(body="字\n" * 2999).why, "letter_pages")
        self.assertEqual(draw(title="题" * 201).why, "request")
        self.assertEqual(draw(body="|a" * 13).why, "letter_table")
        self.assertEqual(draw(body="|a|b|\n" * 1001).why, "letter_table")
        self.assertEqual(draw(body="字\n|" + "字" * 5000 + "|b|").why, "letter_table")
        self.assertEqual(draw(body="a\x01b").why, "request")
        self.assertEqual(draw(body=" \n").why, "request")


class Grid(Case):
    def test_28_characters_a_line_22_lines_a_page(self):
        d = document(self, body="字" * 28 * 60, contact="")
        page = [w for w in d.words(2) if w.text.startswith("字字字")]
        self.assertEqual([len(w.text) for w in page], [28] * 22)
        for i, w in enumerate(page):
            self.near(w.x0, LEFT)
            self.near(w.x1, RIGHT)
            self.near(w.top(SIZE_3), TOP + i * LINE)

    def test_every_line_of_text_is_on_the_grid(self):
        d = document(self, body=letter.BODY * 2, signer="王五")
        for page in range(1, d.pages):
            found = [w for w in d.words(page) if re.match("[一-龥《]{4}", w.text)
                     and w.top(SIZE_3) > (170 if page == 1 else 0) and "抄送" not in w.text]
            self.assertGreater(len(found), 0 if page == 1 else 5)
            for w in found:
                family = "sans" if re.match("[一二]、", w.text) else "serif"
                if not w.text.startswith(("张三", "（")):
                    at = line_of(w, SIZE_3, family)
                    self.near(at, round(at), 0.01)

    def test_figures_are_no_words_of_their_own(self):
        figures = "甲4.81乙200丙15000丁8戊2021年6月22日己7%庚"
        d = document(self, body=f"{figures}\n{figures * 3}", title="第248号建议2021年6月的答复", date="2021年6月2日")
        for text in (figures, "第248号建议2021年6月的答复", "2021年6月2日"):
            self.assertIn(text, d.text().split("\n"))
        word = d.word(figures)
        self.near(word.x0, LEFT + 2 * CELL)
        self.assertLess(word.x1, LEFT + 2 * CELL + 24.5 * CELL)

    def test_lines_with_figures_end_with_the_others(self):
        for text in ("规划面积4.81平方公里，", "共200余家企业、", "自2021年6月2日起，"):
            d = document(self, body=text * 30, contact="")
            lines = [w for w in d.words(1) if w.top(SIZE_3) > 180 and len(w.text) > 20]
            self.assertGreater(len(lines), 4, text)
            for w in lines:
                hangs = w.text[-1] in "，、" and w.x1 > RIGHT + NEAR
                self.near(w.x1, RIGHT + (CELL / 2 if hangs else 0))

    def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(self):
        for shift in range(30):
            d = document(self, body="字" * shift + "甲乙，丙丁（戊己）。庚辛《壬癸》、子丑“寅卯”；……辰巳——午未。" * 6)
            for w in d.text("-layout").splitlines():
                text = w.strip()
                if text and not text.startswith("—"):
                    self.assertNotIn(text[0], "，。）》”；、", text)
                    self.assertNotIn(text[-1], "（《“", text)
            self.assertNotRegex(d.text("-layout"), r"[^…]…\s*\n\s*…[^…]|[^—]—\s*\n\s*—[^—]")

    def test_a_stop_hangs_by_half_a_character(self):
        for text in ("字" * 26, "字" * 20 + "6月22日", "字" * 21 + "2021年2月"):
            for mark in "。，、；":
                d = document(self, body=text + mark + "文" * 5)
                word = d.word("字" + text.strip("字") + mark, 1)
                self.assertLessEqual(word.x1, RIGHT + CELL / 2 + NEAR, text)
        self.near(document(self, body="字" * 26 + "。文").word("字。", 1).x1, RIGHT + CELL / 2)

    def test_levels_have_their_typefaces(self):
        d = document(self)
        self.assertIn("NotoSansCJKsc-Bold", d.face("一、基地建设")[0])
        self.assertIn("UKai", d.face("（一）展示与直播")[0])
        self.assertIn("NotoSerifCJKsc-Regular", d.face("共设直播间")[0])
        self.assertIn("UKai", d.face("（二）政策依据")[0])
        self.assertIn("NotoSerifCJKsc-Regular", d.face("1.《关于支持")[0])
        self.assertIn("NotoSerifCJKsc-Regular", d.face("对平台建设单位")[0])
        for text in ("一、基地建设", "（二）政策依据", "共设直播间"):
            self.near(d.face(text)[1], 15.75, 0.35)

    def test_paragraphs_are_indented_by_two(self):
        d = document(self)
        for text in ("某某市第十七届", "一、基地", "（一）展示", "二、下一步"):
            self.near(d.word(text).x0, LEFT + 2 * CELL)
        self.near(d.word("《关于加快").x0, LEFT)


class OrdinaryHead(Case):
    def setUp(self):
        self.d = document(self, **ONLY)
        self.red = self.d.red(1)

    def test_mark_is_red_35_below_the_type_areas_top_and_centred(self):
        rule = self.red.rules()[0]
        left, top, right, bottom = self.red.box(bottom=rule[0] - 1)
        self.near(top, TOP + 35, RULE)
        self.near((left + right) / 2, LEFT + WIDTH / 2, 1)
        self.assertLess(right - left, WIDTH)
        self.assertIn("Serif", self.d.face("局文件")[0])

    def test_number_is_two_blank_lines_below_the_mark_and_centred(self):
        rule = self.red.rules()[0]
        bottom = self.red.box(bottom=rule[0] - 1)[3]
        number = self.d.word("智经信建〔2021〕8号")
        self.near(number.top(SIZE_3) - bottom, 2 * LINE, 0.4)
        self.near(number.middle, LEFT + WIDTH / 2)

    def test_red_rule_is_156_wide_and_4_below_the_number(self):
        (top, thick, left, right), = self.red.rules()
        self.near(left, LEFT, RULE)
        self.near(right, RIGHT, RULE)
        self.near(top, self.d.word("智经信建").top(SIZE_3) + SIZE_3 + 4, RULE)
        self.assertLess(thick, 1.1)

    def test_title_is_2_two_blank_lines_below_the_rule_and_centred(self):
        title = self.d.word("关于市十七届")
        gap = title.top(SIZE_2) - self.red.rules()[0][0]
        self.assertGreaterEqual(gap, 2 * LINE - 1.1)
        self.assertLess(gap, 3 * LINE)
        self.near(self.d.face("关于市十七届")[1], 22, 0.35)
        self.near(title.middle, LEFT + WIDTH / 2, 0.1)

    def test_addressee_is_one_blank_line_below_flush_left_with_a_wide_colon(self):
        addressee, last = self.d.word("张三代表："), self.d.word("号建议的答复")
        self.near(addressee.x0, LEFT)
        self.near(addressee.top(SIZE_3) - last.top(SIZE_2), 2 * LINE)
        for said in ("张三代表:", "张三代表：", " 张三代表 "):
            self.assertIn("张三代表：某某", document(self, addressee=said).plain())

    def test_class_mark_is_at_the_right_of_the_first_line(self):
        word = self.d.word("类别标记：A")
        self.near(word.x1, RIGHT)
        self.near(word.top(SIZE_3, "sans"), TOP)

    def test_signer_and_number_share_a_line_one_character_from_both_sides(self):
        d = document(self, signer="王五", **ONLY)
        number, label, name = d.word("智经信建"), d.word("签发人："), d.word("王五")
        self.near(number.x0, LEFT + CELL)
        self.near(name.x1, RIGHT - CELL)
        self.near(label.y0, number.y0)
        self.assertIn("UKai", d.face("王五")[0])
        self.assertIn("Serif", d.face("签发人")[0])

    def test_text_begins_on_the_first_page_whatever_the_title(self):
        d = document(self, title="关于" + "加快建设智造小镇直播基地" * 15 + "的答复", **ONLY)
        self.assertEqual(d.word("某某市第十七届").page, 1)
        self.assertEqual(draw(title="题\n" * 15).why, "letter_title")

    def test_a_title_breaks_where_its_author_says(self):
        d = document(self, title="关于建议\n的答复", **ONLY)
        self.near(d.word("关于建议").middle, LEFT + WIDTH / 2)
        self.near(d.word("的答复").middle, LEFT + WIDTH / 2)


class LetterForm(Case):
    def setUp(self):
        self.d = document(self, form="letter", mark="某某市经济和信息化局", body=LONG * 20)
        self.red = self.d.red(1)

    def test_name_is_30_from_the_pages_top_and_centred(self):
        left, top, right, _ = self.red.box(bottom=self.red.rules()[0][0] - 0.5)
        self.near(top, 30, RULE)
        self.near((left + right) / 2, 105 + 1, 1.2)

    def test_double_rules_are_170_wide_4_below_the_name_and_20_from_the_foot(self):
        rules = self.red.rules()
        self.assertEqual(len(rules), 4)
        for top, _, left, right in rules:
            self.near(left, 20, RULE)
            self.near(right, 190, RULE)
        bottom = self.red.box(bottom=rules[0][0] - 0.5)[3]
        self.near(rules[0][0] - bottom, 4, 0.25)
        self.near(rules[3][0] + rules[3][1], 277, RULE)
        self.assertGreater(rules[0][1], rules[1][1])  # thick over thin, and thin over thick
        self.assertLess(rules[2][1], rules[3][1])

    def test_number_is_at_the_right_below_the_rule(self):
        number = self.d.word("智经信建〔2021〕8号")
        self.near(number.x1, RIGHT)
        rules = self.red.rules()
        self.near(number.top(SIZE_3) - rules[1][0] - rules[1][1], SIZE_3 * 7 / 8, 0.2)
        self.near(self.d.word("类别标记").x0, LEFT)

    def test_no_number_on_the_first_page(self):
        self.assertNotIn("—1—", self.d.plain("-l", "1"))
        self.assertIn("—2—", self.d.plain("-f", "2"))

    def test_second_page_has_no_rules_and_the_end_block_has_none(self):
        self.assertEqual(self.d.red(2).rules(), [])
        self.assertEqual(self.d.black(2).rules(), [])
        self.assertIn("抄送：", self.d.plain("-f", "2"))
        self.assertNotIn("印发", self.d.plain())


class End(Case):
    def test_date_is_four_characters_from_the_right_under_the_issuer(self):
        d = document(self, **ONLY)
        date = [w for w in d.words(2) if "日" in w.text and w.top(SIZE_3) < 235][-1]
        issuer = [w for w in d.words(2) if w.text == "某某市经济和信息化局"][0]
        self.near(date.x1, RIGHT - 4 * CELL)
        self.near(date.top(SIZE_3) - issuer.top(SIZE_3), LINE)
        self.near(issuer.middle, date.middle)

    def test_seal_is_a_red_circle_of_42_within_a_line_of_the_text(self):
        d = document(self, **ONLY)
        seal = d.drawn.answer("seal")
        left, top, right, bottom = d.red(2).box()
        self.near(right - left, 42, 0.3)
        self.near(bottom - top, 42, 0.3)
        self.assertEqual([round(v / 1000, 1) for v in seal[:2]], [round(left, 1), round(top, 1)])
        self.assertEqual(seal[4], 2)
        last = d.word("您对我市工业和信息化", 2)
        gap = top - last.top(SIZE_3) - SIZE_3
        self.assertTrue(0 < gap <= LINE, gap)

    def test_issuer_and_date_are_below_the_seals_centre_and_within_it(self):
        d = document(self, **ONLY)
        _, top, _, bottom = d.red(2).box()
        issuer = [w for w in d.words(2) if w.text == "某某市经济和信息化局"][0]
        date = [w for w in d.words(2) if "日" in w.text and w.top(SIZE_3) < 235][-1]
        middle = (issuer.top(SIZE_3) + date.top(SIZE_3) + SIZE_3) / 2
        self.assertTrue(0 < middle - (top + bottom) / 2 < LINE)
        self.assertGreaterEqual(issuer.top(SIZE_3), (top + bottom) / 2 - 0.5)
        self.assertLess(date.top(SIZE_3) + SIZE_3, bottom)

    def test_seal_is_only_there_when_sealed_and_never_on_a_draft(self):
        plain = document(self, is_sealed=False)
        self.assertIsNone(plain.red(2).box())
        self.assertEqual(plain.drawn.answer("seal"), document(self).drawn.answer("seal"))
        self.assertEqual(plain.words()[-1].y0, document(self).words()[-1].y0)  # the same layout
        draft = document(self, is_draft=True)
        self.assertIsNone(draft.red(2).box())

    def test_draft_has_its_mark_on_every_page_and_not_in_the_text(self):
        d = document(self, is_draft=True, body=letter.BODY * 3)
        self.assertGreater(d.pages, 2)
        for page in range(1, d.pages + 1):
            self.assertGreater(d.pale(page).amount(), 100000)
        self.assertNotIn("DRAFT", d.text())
        self.assertLess(document(self).pale(1).amount(), 20000)

    def test_a_picture_as_seal(self):
        d = document(self, seal="png", png=png(300, 300), **ONLY)
        left, top, right, bottom = d.red(2).box()
        self.near(right - left, 42, 0.3)
        self.near(bottom - top, 42, 0.3)
        for bad in (b"", b"GIF89a", png(300, 300)[:200], png(2401, 1), png(1, 0)):
            self.assertEqual(letter.draw(PROGRAM, bad, seal="png").why, "letter_png")
        self.assertEqual(letter.draw(PROGRAM, b"x", seal="png", is_sealed=False).status, 0)

    def test_unsealed_issuer_is_two_from_the_right_and_the_date_two_further_in(self):
        d = document(self, seal="none", **ONLY)
        issuer = [w for w in d.words(2) if w.text == "某某市经济和信息化局"][0]
        date = [w for w in d.words(2) if w.text.startswith("2021") and w.top(SIZE_3) < 235][-1]
        self.near(issuer.x1, RIGHT - 2 * CELL)
        self.near(date.x0, issuer.x0 + 2 * CELL, 0.4)
        last = d.word("您对我市工业和信息化", 2)
        self.near(issuer.top(SIZE_3) - last.top(SIZE_3), 2 * LINE)
        short = document(self, seal="none", issuer="某局", **ONLY)
        date = [w for w in short.words(2) if "日" in w.text and w.top(SIZE_3) < 235][-1]
        self.near(date.x1, RIGHT - 2 * CELL)

    def test_date_and_seal_are_never_alone_on_a_page(self):
        for rows in range(1, 30):
            d = document(self, body="\n".join(["某某市第十七届：字"] + ["正文"] * rows), **ONLY)
            seal = d.drawn.answer("seal")
            on_page = [w for w in d.words(seal[4]) if w.text == "正文" or w.text.startswith("某某市第")]
            self.assertTrue(on_page, rows)
            self.assertLessEqual(seal[1] / 1000 + 42, BOTTOM)
            last = max(w.top(SIZE_3) for w in on_page)
            self.assertTrue(0 < seal[1] / 1000 - last - SIZE_3 <= LINE)

    def test_contact_is_in_the_line_below_the_date_in_parentheses(self):
        d = document(self)
        contact = d.word("（联系人：李四")
        date = [w for w in d.words(2) if "日" in w.text and w.top(SIZE_3) < contact.top(SIZE_3)][-1]
        self.near(contact.x0, LEFT + 2 * CELL)
        self.near(contact.top(SIZE_3) - date.top(SIZE_3), LINE)
        self.assertIn("（联系人：甲）", document(self, contact="（联系人：甲）").plain())

    def test_disclosure_is_above_the_end_block(self):
        d = document(self)
        word = d.word("公开属性：主动公开")
        self.near(word.x0, LEFT)
        self.assertGreater(word.top(SIZE_3), d.word("（联系人").top(SIZE_3))
        self.assertLess(word.top(SIZE_3), d.word("抄送：").y0)

    def test_code_on_the_last_page_is_read(self):
        d = document(self)
        self.assertEqual(d.pages, 2)
        with tempfile.TemporaryDirectory() as folder:
            d.tool("pdftoppm", "-r", "200", "-f", "2", "-png", "-singlefile", d.path, folder + "/p")
            said = d.tool("zbarimg", "-q", "--raw", folder + "/p.png").decode().strip()
        self.assertEqual(said, letter.PAPER["code"])
        self.assertIn("核验编号1F3A-9C", d.plain())
        self.assertEqual(draw(code="https://x/" + "a" * 291).why, "request")


class EndBlock(Case):
    def test_rules_are_thick_thin_thick_and_end_with_the_type_area(self):
        d = document(self)
        rules = d.black(2).rules()
        self.assertEqual(len(rules), 3)
        for _, _, left, right in rules:
            self.near(left, LEFT, RULE)
            self.near(right, RIGHT, RULE)
        self.near(rules[2][0] + rules[2][1], BOTTOM, RULE)
        pdf = zlib_text(d.drawn.pdf)
        heights = [round(float(h) * 25.4 / 72, 2) for h in
                   re.findall(rb"[\d.]+ [\d.]+ 442\.2\d* (-?[\d.]+) re", pdf)]
        self.assertEqual([abs(h) for h in heights][-3:].count(0.25), 1, heights)
        self.assertEqual([abs(h) for h in heights][-3:].count(0.35), 2, heights)

    def test_copies_are_4_one_character_in_and_end_with_a_stop(self):
        d = document(self, copies="市人大常委会代表联络工作委员会，市政府办公室，市商务局，市自然资源和规划局。")
        copies = d.word("抄送：市人大")
        self.near(copies.x0, LEFT + SIZE_4)
        self.near(d.face("抄送：")[1], 14, 0.35)
        self.assertIn("市自然资源和规划局。", d.plain())
        self.assertNotIn("。。", d.plain())
        rows = [w for w in d.words(2) if copies.y0 <= w.y0 < copies.y0 + 12]
        self.assertLessEqual(max(w.x1 for w in rows), RIGHT - SIZE_4 + NEAR)
        self.near(min(w.x0 for w in rows if w.y0 > copies.y0 + 1), copies.x0 + 3 * SIZE_4)

    def test_printer_is_left_and_its_date_right_one_character_in(self):
        d = document(self)
        printer = d.word("某某市经济和信息化局办公室")
        printed = d.word("印发")
        self.near(printer.x0, LEFT + SIZE_4)
        self.near(printed.x1, RIGHT - SIZE_4)
        self.near(printer.y0, printed.y0)
        self.assertIn("2021年6月23日印发", d.plain())

    def test_it_is_on_the_last_page_after_attachments(self):
        d = document(self, attachments=[{"name": "一览表", "text": "内容"}])
        self.assertEqual(d.word("抄送：").page, d.pages)
        self.assertGreater(d.pages, d.word("（联系人").page)


class PageNumbers(Case):
    def test_numbers_are_7_below_odd_right_even_left(self):
        d = document(self, body=letter.BODY * 3, **ONLY)
        for page in (1, 2, 3):
            left, top, right, bottom = d.black(page).box(top=BOTTOM + 1)
            dashes = [w for w in d.words(page) if w.text.startswith("—") and w.y1 > BOTTOM + 2]
            self.assertEqual(len(dashes), 2)
            if page % 2:
                self.near(max(w.x1 for w in dashes), RIGHT - SIZE_4)
            else:
                self.near(min(w.x0 for w in dashes), LEFT + SIZE_4)
            dash = d.black(page).box(left=left, right=left + 3, top=BOTTOM + 1)
            self.near(dash[1], BOTTOM + 7, RULE)
            self.assertIn(f"—{page}—", d.plain("-f", str(page), "-l", str(page)))
            self.assertLess(bottom, BOTTOM + 12)
        self.near(d.face("—1—")[1], 14, 0.35)


class Attachments(Case):
    TWO = [{"name": "直播基地建设任务分解表。", "text": "见下表。\n|序号|任务|\n|1|建设|"},
           {"name": "关于直播基地建设情况的一份名称很长以至于在这一行里写不下需要回行的说明材料；", "text": ""}]

    def test_list_is_a_blank_line_below_indented_by_two_without_end_punctuation(self):
        d = document(self, attachments=self.TWO)
        word, last = d.word("附件："), d.word("您对我市工业和信息化")
        self.near(word.x0, LEFT + 2 * CELL)
        if word.page == last.page:
            self.near(word.top(SIZE_3) - last.top(SIZE_3), 2 * LINE)
        text = d.plain()
        self.assertIn("附件：1.直播基地建设任务分解表2.关于", text)
        self.assertNotIn("分解表。", text)
        self.assertNotIn("说明材料；", text)

    def test_names_are_under_each_other(self):
        d = document(self, attachments=self.TWO)
        page = d.word("附件：").page
        mask = [w for w in d.words(page) if "直播基地建设" in w.text or "说明材料" in w.text]
        self.assertGreaterEqual(len(mask), 3)
        starts = [w.x0 for w in mask if not re.match(r"附件|\d", w.text)]
        self.assertTrue(all(abs(x - LEFT - 6 * CELL) < NEAR for x in starts), starts)

    def test_a_single_one_has_no_number(self):
        d = document(self, attachments=[{"name": "任务分解表", "text": "内容"}])
        self.assertIn("附件：任务分解表", d.plain())
        self.assertIn("附件任务分解表内容", d.plain())

    def test_each_is_on_a_page_of_its_own_with_its_title_in_the_third_line(self):
        d = document(self, attachments=[{"name": "甲表", "text": "甲内容"}, {"name": "乙表", "text": "乙内容"}])
        for i, name in enumerate("甲乙"):
            page = d.pages - 1 + i
            label, title = d.words(page)[0], d.word(name + "表", page)
            self.assertEqual(label.text[:2], "附件")
            self.near(label.x0, LEFT)
            self.near(label.top(SIZE_3, "sans"), TOP)
            self.near(title.top(SIZE_2), TOP + 2 * LINE)
            self.near(title.middle, LEFT + WIDTH / 2)
            self.assertIn("Sans", d.face(f"附件{i + 1}")[0])


class Tables(Case):
    ROWS = "|序号|名称|面积|\n|---|:-:|---|\n" + "\n".join(
        f"|{i}|第{i}号展厅|{i * 37}.5|" for i in range(1, 60))

    def setUp(self):
        self.d = document(self, body=LONG + "\n" + self.ROWS + "\n以上请审阅。", **ONLY)

    def test_head_is_repeated_on_each_page(self):
        pages = {w.page for w in self.d.words() if re.search(r"^\d+\.5$", w.text)}
        self.assertGreater(len(pages), 2)
        for page in pages:
            self.assertEqual(sum(w.text == "序号" for w in self.d.words(page)), 1)
        text = self.d.plain()
        self.assertNotIn("---", text)
        self.assertEqual(text.count("号展厅"), 59)

    def test_it_is_as_wide_as_the_type_area_and_within_it(self):
        rules = self.d.black(2).rules()
        self.assertGreater(len(rules), 10)
        for top, thick, left, right in rules:
            self.near(left, LEFT, 0.25)
            self.near(right, RIGHT, 0.25)
            self.assertTrue(TOP - 0.3 <= top and top + thick <= BOTTOM + 0.3)

    def test_text_after_it_keeps_away(self):
        for rows in range(1, 9):  # below text, and from a page's top
            table = "|甲|乙|\n" + "|a|b|\n" * rows
            d = document(self, body=f"{LONG}\n{table}以上请审阅。\n{LONG}", **ONLY)
            after = d.word("以上请审阅")
            above = [r for r in d.black(after.page).rules() if r[0] < after.y1]
            if above:
                gap = after.top(SIZE_3) - above[-1][0] - above[-1][1]
                self.assertTrue(1.5 < gap < LINE, (rows, gap))

    def test_text_after_it_is_on_the_grid(self):
        at = line_of(self.d.word("以上请审阅"))
        self.near(at, round(at), 0.01)

    def test_a_bar_in_a_cell(self):
        text = document(self, body=LONG + "\n|甲|乙|\n|a\\|b|c|", **ONLY).plain()
        self.assertIn("a|bc", text)
        self.assertNotIn("\\", text)

    def test_a_heading_stays_with_what_follows(self):
        for rows in range(1, 26):
            d = document(self, body="\n".join(["某"] * rows + ["一、标题", "随后的段落"]), **ONLY)
            self.assertEqual(d.word("一、标题").page, d.word("随后的段落").page)


def zlib_text(pdf):
    """What the streams of a PDF hold."""
    out = b""
    for m in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            out += zlib.decompressobj().decompress(m.group(1))
        except zlib.error:
            pass
    return out


if __name__ == "__main__":
    unittest.main()
