"""A register of suggestions that comes as a workbook, over HTTP, against the real program:
test_import_http.py GUILDHALL"""
import concurrent.futures
import io
import pathlib
import random
import sys
import time
import unittest
import urllib.parse

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402
import uploads  # noqa: E402

PROGRAM = sys.argv.pop(1)
TITLES = ["编号", "标题", "内容", "代表", "代表团", "主办单位", "会办单位", "结果类别", "收到日期", "交办日期", "答复日期", "满意度"]
RULE = {"do": "rule", "from": "2020-01-01", "reply_months": 3, "most_months": 6, "co_months": 1, "decline_days": 7,
        "decline_unit": "workday", "again_months": 1, "again_most": 1, "form_workdays": 20, "source": "办法"}


def book(*rows, titles=TITLES, above=()):
    w = openpyxl.Workbook()
    for row in (*above, titles, *rows):
        w.active.append(row)
    out = io.BytesIO()
    w.save(out)
    return out.getvalue()


class Imports(TownCase):
    program = PROGRAM
    options = {"buyers": 1, "stock": (5, 1), "users": (("root", "admin"), ("desk", "officer"), ("lead", "officer"))}
    people = ("buyer", "office", "root", "desk", "lead", "guest")
    sessions = iter(range(1, 1000))

    @classmethod
    def begin(cls):
        root = cls.town.client("root")
        cls.bodies = {}
        for login, name, desk in (("desk", "交办办", "yes"), ("lead", "经信局", ""), (None, "财政局", "")):
            status, body = root.post("/letters/bodies", {"slug": f"body-{len(cls.bodies)}", "name_zh": name, "name_en": f"B{len(cls.bodies)}",
                                                         "short": f"字{len(cls.bodies)}", "mark": name, "is_desk": desk})
            assert status == 200, body
            cls.bodies[name] = body["id"]
            if login:
                assert root.post(f"/letters/bodies/{body['id']}", {"do": "post", "login": login})[0] == 200
        root.close()

    def setUp(self):
        super().setUp()
        status, body = self.root.post("/letters/sessions", {"slug": f"s-{next(self.sessions)}", "name_zh": "会", "name_en": "S",
                                                            "kind": "congress", "opened": "2020-01-01"})
        self.assertEqual(status, 200, body)
        self.session = body["id"]
        self.assertEqual(self.root.post(f"/letters/sessions/{self.session}", RULE)[0], 200)
        self.root.post(f"/letters/sessions/{self.session}", {"do": "class", "code": "A", "name_zh": "解决", "name_en": "Solved"})

    def bring(self, data, client=None, want=200, name="台账.xlsx", **fields):
        headers, body = uploads.form(("file", name, data), session=self.session, **fields)
        status, answer = (client or self.desk).request("POST", "/suggestions/import", body, headers)
        self.assertEqual(status, want, answer)
        return answer.get("id") if want == 200 else answer

    def read(self, register):
        status, body = self.desk.get(f"/letters/imports/{register}")
        self.assertEqual(status, 200, body)
        return body

    def listed(self):
        return self.desk.get(f"/suggestions?what=all&session={self.session}")[1]["suggestions"]

    def problems(self, *rows, **how):
        return [(p.get("row"), p.get("field")) for p in self.read(self.bring(book(*rows, **how)))["problems"]]

    GOOD = [12, "关于路灯的建议", "正文", "沈一帆、江月", "一团", "经信局", "财政局", "A", "2021/3/5", "2021年3月10日", "2021-06-01", "满意"]
    OPEN = [13, "关于桥的建议", "正文", "陆文清", "", "", "", "", "2021-03-06", "", "", ""]

    def test_it_is_read_then_taken_whole(self):
        register = self.bring(book(self.GOOD, self.OPEN, above=(["云溪市建议台账"],)))
        seen = self.read(register)
        self.assertEqual((seen["n"], seen["fresh"], seen["history"], seen["problems"]), (2, 1, 1, []))
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 200)
        self.assertEqual({(s["number"], s["state"]) for s in self.listed()}, {(12, "closed"), (13, "registered")})
        case = next(s["id"] for s in self.listed() if s["number"] == 12)
        body = self.lead.get(f"/suggestions/{case}")[1]
        self.assertEqual([d["name"] for d in body["deputies"]], ["沈一帆", "江月"])
        self.assertEqual({d["rating"] for d in body["deputies"]}, {"satisfied"})
        self.assertEqual(body["suggestion"]["sent_day"], "2021-06-01")
        self.assertEqual(body["clocks"], [])  # nobody knows by which rule it went
        for more in ("draft", "sign"):
            self.assertFalse(body["may"][f"see_{more}"])
            self.assertIn(self.lead.get(f"/suggestions/{case}/{more}")[0], (403, 404, 409))
        self.assertIn("import", {e["event"] for e in body["events"]})
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 409)
        self.assertTrue(self.read(register)["is_taken"])

    def test_each_thing_that_is_wrong_has_its_row_and_column(self):
        def changed(**at):
            row = list(self.GOOD)
            for column, value in at.items():
                row[TITLES.index(column)] = value
            return row
        for column, value, field in (("编号", "十二", "number"), ("编号", 0, "number"), ("标题", "", "title"), ("标题", "长" * 121, "title"),
                                     ("代表", "", "deputies"), ("代表", "甲" * 41, "deputies"), ("主办单位", "没有的局", "lead"),
                                     ("主办单位", "", "lead"), ("会办单位", "经信局", "co"), ("结果类别", "Z", "class"),
                                     ("收到日期", "2021-02-30", "received"), ("收到日期", "春天", "received"), ("答复日期", "2999-01-01", "sent"),
                                     ("答复日期", "2021-01-01", "sent"), ("交办日期", "2021-03-04", "assigned"), ("满意度", "还行", "rating"),
                                     ("答复日期", "", "rating"), ("答复日期", "", "class"), ("收到日期", None, "assigned")):
            if value is None:  # the day of the assignment stands for it, and without that one nothing does
                self.assertEqual(self.problems(changed(收到日期="")), [])
                self.assertEqual(self.problems(changed(收到日期="", 交办日期="")), [(2, "received")])
                continue
            self.assertIn((2, field), self.problems(changed(**{column: value})), (column, value))

    def test_one_wrong_row_and_nothing_is_taken(self):
        register = self.bring(book(self.GOOD, [12, "重号", "", "某", *[""] * 8]))
        self.assertEqual([(p["row"], p["field"]) for p in self.read(register)["problems"]], [(3, "number")])
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 422)
        self.assertEqual(self.listed(), [])

    def test_a_number_that_the_session_has_already(self):
        first, second = (self.bring(book(self.OPEN)) for _ in range(2))
        self.assertEqual(self.desk.post(f"/letters/imports/{first}")[0], 200)
        self.assertEqual([p["field"] for p in self.read(second)["problems"]], ["number"])
        self.assertEqual(self.desk.post(f"/letters/imports/{second}")[0], 422)

    def test_a_spreadsheets_own_dates(self):
        import datetime
        row = list(self.OPEN)
        row[8] = datetime.date(2021, 3, 6)
        register = self.bring(book(row))
        self.assertEqual(self.read(register)["problems"], [])
        self.desk.post(f"/letters/imports/{register}")
        self.assertEqual(self.listed()[0]["received"], "2021-03-06")

    def test_titles_as_registers_have_them(self):
        titles = ["序号", *TITLES]
        titles[1], titles[2], titles[4] = "编 号", "案\u3000由", "提出人"
        self.assertEqual(self.problems([1, *self.GOOD], [2, *self.OPEN], titles=titles), [])
        register = self.bring(book([1, *self.GOOD], [2, *self.OPEN], titles=titles))
        self.assertEqual([x["number"] for x in self.read(register)["rows"]], [12, 13])
        english = ["Number", "Title", "Text", "Deputies", "Group", "Lead", "Co-handlers", "Class", "Received", "Assigned", "Sent", "Rating"]
        row = [*self.GOOD[:3], "沈一帆;江月", "", "字1", "B2", "A类", "2021.3.5", 44265, "2021-06-01", "Satisfied"]
        register = self.bring(book(row, titles=english))
        self.assertEqual(self.read(register)["problems"], [])
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 200)
        case = self.desk.get(f"/suggestions/{self.listed()[0]['id']}")[1]
        self.assertEqual({h["name"]: h["is_lead"] for h in case["handlers"]}, {"经信局": True, "财政局": False})
        self.assertEqual(case["suggestion"]["received"], "2021-03-05")
        self.assertEqual(case["suggestion"]["class_code"], "A")

    def public(self, *rows, titles):
        """What is public of those rows: of the reading, and of what was taken."""
        register = self.bring(book(*rows, titles=titles))
        seen = self.read(register)
        self.assertEqual(seen["problems"], [])
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 200)
        with self.town.database.connect() as db:
            public = {n for (n,) in db.all("SELECT number FROM suggestions WHERE is_public = 1 AND session_id = ?", self.session)}
        taken = public & {row[0] for row in rows}
        self.assertEqual(seen["public"], len(taken))
        return taken

    def test_nothing_is_public_but_what_the_register_says(self):
        self.assertEqual(self.public(self.GOOD, self.OPEN, titles=TITLES), set())

    def test_a_column_says_what_is_public(self):
        words = ["是", "公开", "Yes", "", "否", "不公开", "no", "依申请公开"]
        rows = [[n, *self.OPEN[1:], word] for n, word in enumerate(words, 1)]
        self.assertEqual(self.public(*rows, titles=[*TITLES, "是否公开"]), {1, 2, 3})
        self.assertEqual(self.problems([20, *self.OPEN[1:], "也许"], titles=[*TITLES, "是否公开"]), [(2, "public")])

    def test_the_town_reads_its_own_column(self):
        for number, (language, yes) in enumerate((("zh-CN", "可以"), ("en", "Yes")), 1):
            status, sheet = self.desk.get(f"/letters/sessions/{self.session}/register.xlsx", {"Accept-Language": language})
            self.assertEqual(status, 200)
            title = openpyxl.load_workbook(io.BytesIO(sheet)).active.cell(1, 14).value
            self.assertEqual(title, {"zh-CN": "答复可以公开", "en": "The reply may be public"}[language])
            self.assertIn(number, self.public([number, *self.OPEN[1:], yes], titles=[*TITLES, title]))

    def test_what_happened_says_who_brought_it_in(self):
        register = self.bring(book(self.GOOD))
        self.assertEqual(self.desk.post(f"/letters/imports/{register}")[0], 200)
        with self.town.database.connect() as db:
            self.assertEqual(db.one("SELECT e.about FROM suggestion_events e JOIN suggestions s ON s.id = e.suggestion_id"
                                    " JOIN users u ON u.id = e.actor_id"
                                    " WHERE e.event = 'import' AND u.login = 'desk' AND s.session_id = ?", self.session),
                             f"import:{register}")

    def test_taken_at_once_by_two(self):
        registers = [self.bring(book(self.OPEN)) for _ in range(2)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [self.client("desk") for _ in range(4)]
            done = list(pool.map(lambda i: clients[i].post(f"/letters/imports/{registers[i % 2]}")[0], range(4)))
        self.assertEqual(done.count(200), 1, done)
        self.assertLessEqual(set(done), {200, 409, 422})
        self.assertEqual(len(self.listed()), 1)

    def test_what_is_no_register(self):
        for data in (b"MZ" + bytes(100), b"", book()[:-100], uploads.archive({"a.txt": b"a"}), book(titles=["甲", "乙"]), book()):
            if not data:
                self.bring(data, want=422)
                continue
            problems = self.read(self.bring(data))["problems"]
            self.assertEqual([p.get("field") for p in problems], [None], data[:20])

    def test_too_many_rows(self):
        rows = [[n, "标题", "", "某", *[""] * 8] for n in range(1, 2002)]
        self.assertEqual(self.problems(*rows), [(2002, None)])

    def test_too_much_text(self):
        rows = [[n, "标题", "".join(chr(0x4e00 + random.randrange(20000)) for _ in range(10000)), "某", *[""] * 8] for n in range(1, 231)]
        problems = self.problems(*rows)
        self.assertEqual([field for _, field in problems], [None])
        self.assertLess(problems[0][0], 231)

    def test_a_whole_register_and_it_is_found_a_little_later(self):
        rows = [[n, f"关于第{n}座桥的建议", "桥梁" * 100, "沈一帆、江月", *[""] * 8] for n in range(1, 401)]
        register = self.bring(book(*rows))
        status, body = self.desk.post(f"/letters/imports/{register}")
        self.assertEqual(status, 200, body)
        self.assertEqual(self.desk.get(f"/suggestions?what=all&session={self.session}")[1]["n"], 400)
        until = time.monotonic() + 120
        while self.desk.get(f"/suggestions?what=all&session={self.session}&q={urllib.parse.quote('座桥')}")[1]["n"] < 30:
            self.assertLess(time.monotonic(), until, "nothing of it is found")
            time.sleep(0.2)

    def test_too_large_a_file(self):
        self.bring(bytes(8 * 1024 * 1024 + 1), want=413)

    def test_only_the_desk(self):
        register = self.bring(book(self.OPEN))
        for client, want in ((self.lead, 403), (self.office, 403), (self.buyer, 403), (self.guest, 401)):
            self.assertEqual(client.get("/suggestions/import")[0], want)
            self.assertEqual(client.get(f"/letters/imports/{register}")[0], want)
            self.assertEqual(client.post(f"/letters/imports/{register}")[0], want)
            self.bring(book(self.OPEN), client, want)
        self.assertEqual(self.desk.get("/letters/imports/999")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=1)
