"""Attendance, exams, certificates and who may go on air, over HTTP, against the real program: test_exam_http.py GUILDHALL"""
import importlib.util
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import PASSWORD  # noqa: E402
from uploads import form  # noqa: E402

spec = importlib.util.spec_from_file_location("courses", pathlib.Path(__file__).with_name("test_training_http.py"))
courses = importlib.util.module_from_spec(spec)
spec.loader.exec_module(courses)
Training, moment = courses.Training, courses.moment

BANK = [("kind", "text_zh", "text_en", "right", "A", "B", "C", "D"),
        ("single", "直播前先做什么？", "What comes first?", "B", "开播 | Go live", "合规检查 | The check", "促销 | Promote"),
        ("multiple", "哪些词不能用？", "Which words are out?", "AC", "最佳 | The best", "好用 | Handy", "国家级 | National"),
        ("truth", "回放要保存三年。", "Replays are kept three years.", "T"),
        ("truth", "可以虚构原价。", "A former price may be invented.", "F")]
RIGHT = {"直播前先做什么？": {"合规检查"}, "哪些词不能用？": {"最佳", "国家级"}, "回放要保存三年。": {"正确"}, "可以虚构原价。": {"错误"}}
ZH = {"Accept-Language": "zh-CN"}


def csv(rows):
    return "\n".join("\t".join(r) for r in rows)


class Learning(Training):
    def bank(self, rows=BANK):
        bank = self.office.post("/training/banks", {"name_zh": "题库", "name_en": "Bank"})[1]["id"]
        status, body = self.office.post(f"/training/banks/{bank}/questions", {"text": csv(rows), "do": "take"})
        self.assertEqual((status, body.get("taken")), (200, len(rows) - 1), body)
        return bank

    def running(self, **change):
        """A class whose only session is now, and its session."""
        run = self.run_of(self.course(bank=self.bank(), **change), seats=5, sessions=0)
        session = self.session(run, starts_at=moment(minutes=-10), ends_at=moment(hours=2))[1]["id"]
        return run, session

    def code(self, session):
        status, body = self.teacher.get(f"/training/sessions/{session}/screen")
        self.assertEqual(status, 200, body)
        return re.search(r"code=(\w+)", body["address"]).group(1)

    def attended(self, client=None, **change):
        client = client or self.host
        run, session = self.running(**change)
        self.enrol(client, run)
        self.assertEqual(client.post(f"/training/attend/{session}", {"code": self.code(session)})[0], 200)
        return run

    def began(self, run, client=None):
        status, body = (client or self.host).post(f"/training/runs/{run}/exam")
        self.assertEqual(status, 200, body)
        return body["exam"]

    def paper(self, exam, client=None):
        status, body = (client or self.host).get(f"/training/exams/{exam}", ZH)
        self.assertEqual(status, 200, body)
        return body

    def answers(self, exam, right=4, client=None):
        fields = {}
        for item in self.paper(exam, client)["items"]:
            wanted = RIGHT[item["text"]]
            chosen = [o["value"] for o in item["options"] if (o["text"] in wanted) == (item["n"] <= right)]
            fields[f"q{item['position']}"] = chosen
        return fields

    def passed(self, client=None, run=None, **change):
        run = run or self.attended(client, **change)
        exam = self.began(run, client)
        status, body = (client or self.host).post(f"/training/exams/{exam}", {**self.answers(exam, client=client), "do": "submit"})
        self.assertEqual(status, 200, body)
        return exam

    def second_device(self, login):
        client = self.client()
        status, body = client.post("/login", {"login": login, "password": PASSWORD})
        self.assertEqual(status, 200)
        client.token = body["token"]
        return client

    def set(self, sql, *args):
        with self.town.database.connect() as db:
            db.run(sql, *args)

    def certificate(self, client=None):
        return (client or self.host).get("/training/record")[1]["certificates"][0]


class Attendance(Learning):
    def test_the_code_on_the_screen_signs_one_in_once(self):
        run, session = self.running()
        self.enrol(self.host, run)
        code = self.code(session)
        for _ in range(2):  # scanned twice is once
            self.assertEqual(self.host.post(f"/training/attend/{session}", {"code": code})[0], 200)
        people = self.teacher.get(f"/training/sessions/{session}")[1]["people"]
        self.assertEqual([(p["user_name"], p["is_present"], p["how"]) for p in people], [("host", True, "code")])
        with self.town.database.connect() as db:
            self.assertEqual(db.one("SELECT count(*) FROM training_attendance_events WHERE session_id = ?", session), 1)
        self.assertEqual(self.other.post(f"/training/attend/{session}", {"code": code})[1]["field"], "session")  # not in it

    def test_an_old_code_and_one_of_another_session_are_refused(self):
        run, session = self.running()
        _, another = self.running()
        self.enrol(self.host, run)
        yesterday, now = self.code(session), self.code(session)
        for wrong in (self.code(another), "0" * 16, "x", now[:-1], yesterday[::-1]):
            status, body = self.host.post(f"/training/attend/{session}", {"code": wrong})
            self.assertEqual((status, body["field"]), (410, "code"), wrong)
        page = self.host.get(f"/training/attend/{session}?code={self.code(another)}", {"Accept": "text/html", "Accept-Language": "en"})[1]
        self.assertIn("This code is old", page)
        self.set("UPDATE training_sessions SET starts_at = starts_at - 86400000, ends_at = ends_at - 86400000 WHERE id = ?", session)
        self.assertEqual(self.host.post(f"/training/attend/{session}", {"code": self.code(session)})[0], 410)  # it was yesterday

    def test_the_teacher_corrects_with_a_reason_that_is_kept(self):
        run, session = self.running()
        self.enrol(self.host, run)
        user, path = self.user_id("host"), f"/training/sessions/{session}/attendance"
        self.assertEqual(self.teacher.post(path, {"user": user, "present": 1, "reason": ""})[1]["field"], "reason")
        self.assertEqual(self.teacher.post(path, {"user": user, "present": 1, "reason": "手机没电"})[0], 200)
        self.assertEqual(self.teacher.post(path, {"user": user, "present": 0, "reason": "认错人"})[0], 200)
        body = self.teacher.get(f"/training/sessions/{session}")[1]
        self.assertFalse(body["people"][0]["is_present"])
        self.assertEqual([c["reason"] for c in body["corrections"]], ["认错人", "手机没电"])
        self.host.post(f"/training/attend/{session}", {"code": self.code(session)})  # the teacher's word stands
        self.assertFalse(self.teacher.get(f"/training/sessions/{session}")[1]["people"][0]["is_present"])
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.other, 404)):
            self.assertEqual(client.post(path, {"user": user, "present": 1, "reason": "xx"})[0], status)
            self.assertEqual(client.get(f"/training/sessions/{session}/screen")[0], status)
        self.assertEqual(self.teacher.post(path, {"user": 999999, "present": 1, "reason": "xx"})[0], 404)

    def test_minutes_watched_of_an_online_session(self):
        status, show = self.host.post("/shows", {"title_zh": "线上课", "title_en": "Online", "room": "R", "starts_at": moment(hours=1)})
        self.assertEqual(status, 200, show)
        with self.town.database.connect() as db:
            show = db.one("SELECT max(id) FROM shows")
        run = self.run_of(self.course(bank=self.bank()), sessions=0)
        session = self.session(run, room="", show=show, starts_at=moment(minutes=-5), ends_at=moment(minutes=5))[1]["id"]
        self.assertEqual(self.other.post("/training/watching", {"show": show})[0], 404)  # not in it
        self.enrol(self.other, run)
        self.assertEqual(self.other.post("/training/watching", {"show": show})[1]["watched_ms"], 0)
        self.set("UPDATE training_watching SET seen_at = seen_at - 30000 WHERE session_id = ?", session)
        watched = self.other.post("/training/watching", {"show": show})[1]["watched_ms"]
        self.assertTrue(30000 <= watched < 60000, watched)
        self.set("UPDATE training_watching SET seen_at = seen_at - 3600000 WHERE session_id = ?", session)  # away, or a clock that jumped
        self.assertEqual(self.other.post("/training/watching", {"show": show})[1]["watched_ms"], watched)
        self.set("UPDATE training_watching SET watched_ms = 480000 WHERE session_id = ?", session)
        self.other.post("/training/watching", {"show": show})
        people = self.teacher.get(f"/training/sessions/{session}")[1]["people"]
        self.assertEqual((people[0]["is_present"], people[0]["how"]), (True, "watched"))
        self.assertIn("course_session", self.other.get(f"/shows/{show}")[1])
        self.assertNotIn("course_session", self.guest.get(f"/shows/{show}")[1])


class Banks(Learning):
    def test_questions_are_taken_all_or_none_after_a_preview(self):
        bank = self.office.post("/training/banks", {"name_zh": "库", "name_en": "B"})[1]["id"]
        path = f"/training/banks/{bank}/questions"
        preview = self.office.post(path, {"text": csv(BANK)})[1]
        self.assertEqual((preview["good"], preview["bad"]), (4, 0))
        self.assertEqual(self.office.get(f"/training/banks/{bank}")[1]["questions"], [])  # not taken yet
        wrong = [("essay", "问", "q", "A", "x", "y"), ("single", "", "q", "A", "x", "y"), ("single", "问", "q", "C", "x", "y"),
                 ("single", "问", "q", "AB", "x", "y"), ("single", "问", "q", "A", "x"), ("multiple", "问", "q", "", "x", "y"),
                 ("truth", "问", "q", "A"), ("truth", "问", "q", "T", "x"), ("single", "问", "q", "A", "x", "x"), ("single", "问", "q", "A", "x", "", "y"),
                 ("single", "问" * 301, "q", "A", "x", "y")]
        seen = self.office.post(path, {"text": csv(BANK + wrong), "do": "take"})[1]
        self.assertEqual((seen["good"], seen["bad"]), (4, len(wrong)))
        self.assertEqual(self.office.get(f"/training/banks/{bank}")[1]["questions"], [])
        self.assertEqual(self.office.post(path, {"text": preview["typed"], "do": "take"})[1]["taken"], 4)
        self.assertEqual(self.office.post(path, {"text": " "})[1]["field"], "text")

    def test_a_workbook_and_a_file_that_is_none(self):
        bank = self.office.post("/training/banks", {"name_zh": "库", "name_en": "B"})[1]["id"]
        book, out = openpyxl.Workbook(), io.BytesIO()
        for row in BANK:
            book.active.append(row)
        book.save(out)
        for content, name, status in ((out.getvalue(), "bank.xlsx", 200), (b"PK\x03\x04 no", "bank.xlsx", 422)):
            headers, body = form(("sheet", name, content))
            got = self.office.request("POST", f"/training/banks/{bank}/questions", body, headers)
            self.assertEqual(got[0], status, got[1])
        headers, body = form(("sheet", "bank.csv", b"x" * 600000))
        self.assertEqual(self.office.request("POST", f"/training/banks/{bank}/questions", body, headers)[0], 413)

    def test_banks_are_the_bases(self):
        bank = self.bank()
        for client, status in ((self.guest, 401), (self.teacher, 403), (self.buyer, 403)):
            self.assertEqual(client.get(f"/training/banks/{bank}")[0], status)
            self.assertEqual(client.post(f"/training/banks/{bank}/questions", {"text": "x"})[0], status)
        question = self.office.get(f"/training/banks/{bank}")[1]["questions"][0]["id"]
        self.assertEqual(self.office.post(f"/training/banks/{bank}/off", {"question": question})[0], 200)
        self.assertEqual(len(self.office.get(f"/training/banks/{bank}")[1]["questions"]), 3)


class Exams(Learning):
    def test_it_is_sat_by_who_has_attended(self):
        run, session = self.running()
        for client, status in ((self.guest, 401), (self.host, 404)):
            self.assertEqual(client.post(f"/training/runs/{run}/exam")[0], status)
        self.enrol(self.host, run)
        self.assertEqual(self.host.post(f"/training/runs/{run}/exam")[0], 409)
        self.host.post(f"/training/attend/{session}", {"code": self.code(session)})
        mine = {r["id"]: r for r in self.host.get("/training/mine")[1]["runs"]}
        self.assertTrue(mine[run]["exam"]["may_begin"])
        self.assertTrue(any("exam is open" in str(n) or "可以考试" in str(n) for n in self.host.get("/messages")[1].values()))
        exam = self.began(run)
        self.assertEqual(self.began(run), exam)  # pressed twice
        self.assertEqual(len(self.paper(exam)["items"]), 4)
        self.assertNotIn("is_right", str(self.paper(exam)))
        for client, status in ((self.guest, 401), (self.other, 404), (self.teacher, 404)):
            self.assertEqual(client.get(f"/training/exams/{exam}")[0], status)
        self.assertEqual(self.host.post(f"/training/runs/{run}/leave")[0], 409)

    def test_who_passes_is_given_a_certificate(self):
        exam = self.passed()
        seen = self.paper(exam)["exam"]
        self.assertEqual((seen["state"], seen["points"], seen["of"]), ("passed", 4, 4))
        self.assertRegex(self.certificate()["number"], r"^CERT-20\d\d-\d{6}-[0-9A-Z]$")
        self.assertEqual(self.host.post(f"/training/runs/{seen['run']}/exam")[0], 409)  # passed
        self.assertEqual(self.host.post(f"/training/runs/{seen['run']}/leave")[0], 409)

    def test_tries_are_limited_and_a_void_one_is_none(self):
        run = self.attended(exam_tries=1)
        exam = self.began(run)
        self.host.post(f"/training/exams/{exam}", {**self.answers(exam, right=2), "do": "submit"})
        self.assertEqual((self.paper(exam)["exam"]["state"], self.paper(exam)["exam"]["points"]), ("failed", 2))
        self.assertEqual(self.host.post(f"/training/runs/{run}/exam")[0], 409)
        self.assertEqual(self.host.post(f"/training/exams/{exam}/void", {"reason": "停电"})[0], 404)  # a host, but not its teacher
        self.assertEqual(self.teacher.post(f"/training/exams/{exam}/void", {"reason": ""})[0], 422)
        self.assertEqual(self.teacher.post(f"/training/exams/{exam}/void", {"reason": "停电"})[0], 200)
        self.assertNotEqual(self.began(run), exam)

    def test_an_answer_after_time_is_refused_and_what_was_saved_counts(self):
        run = self.attended()
        exam = self.began(run)
        fields = self.answers(exam)
        self.assertEqual(self.host.post(f"/training/exams/{exam}", {**fields, "do": "save"})[0], 200)
        self.set("UPDATE training_exams SET started_at = started_at - 600000, due_at = started_at + 1 WHERE id = ?", exam)
        status, body = self.host.post(f"/training/exams/{exam}", {"q0": 2, "do": "submit"})
        self.assertEqual((status, body["field"]), (410, "answer"))
        deadline = time.monotonic() + 20
        while self.paper(exam)["exam"]["state"] == "open" and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.paper(exam)["exam"]["points"], 4)
        # The paper is as it was drawn: put the times back as the check looks at them.
        self.set("UPDATE training_exams SET started_at = started_at + 600000, due_at = started_at + 1200000 WHERE id = ?", exam)

    def test_handed_in_twice_is_said_so(self):
        exam = self.passed()
        status, body = self.host.post(f"/training/exams/{exam}", {"q0": 1, "do": "submit"})
        self.assertEqual((status, body["field"]), (409, "exam"))
        self.assertIn("交过卷", self.host.post(f"/training/exams/{exam}", {"q0": 1, "do": "submit"}, headers=ZH)[1]["message"])

    def test_a_second_device_takes_it_over_in_sight_of_both(self):
        run = self.attended()
        exam = self.began(run)
        fields = self.answers(exam)
        second = self.second_device("host")
        self.assertTrue(second.get(f"/training/exams/{exam}")[1]["is_elsewhere"])
        self.assertNotIn("items", second.get(f"/training/exams/{exam}")[1])
        status, body = second.post(f"/training/exams/{exam}", {**fields, "do": "submit"})
        self.assertEqual((status, body["field"]), (409, "exam"))
        self.assertEqual(second.post(f"/training/exams/{exam}/take")[0], 200)
        self.assertEqual(self.host.post(f"/training/exams/{exam}", {**fields, "do": "save"})[0], 409)
        self.assertTrue(self.paper(exam)["is_elsewhere"])
        self.assertEqual(second.post(f"/training/exams/{exam}", {**fields, "do": "submit"})[0], 200)
        log = self.teacher.get(f"/training/exams/{exam}/log")[1]
        names = [v["event"] for v in log["events"]]
        self.assertEqual((names[0], names[1], names[-1]), ("begin", "take_over", "submit"))
        self.assertTrue(log["events"][1]["is_other_device"])
        for client, status in ((self.guest, 401), (self.other, 404), (self.host, 404)):
            self.assertEqual(client.get(f"/training/exams/{exam}/log")[0], status)

    def test_the_log_says_when_the_page_was_left(self):
        exam = self.began(self.attended())
        for what in ("leave", "return"):
            self.assertEqual(self.host.post(f"/training/exams/{exam}/note", {"do": what})[0], 200)
        names = [v["event"] for v in self.teacher.get(f"/training/exams/{exam}/log")[1]["events"]]
        self.assertEqual(names, ["begin", "leave", "return"])
        self.host.post(f"/training/exams/{exam}", {"do": "submit"})
        self.assertEqual(self.host.post(f"/training/exams/{exam}/note", {"do": "leave"})[0], 200)  # over: nothing to note
        self.assertEqual(len(self.teacher.get(f"/training/exams/{exam}/log")[1]["events"]), 4)

    def test_answers_that_cannot_be(self):
        exam = self.began(self.attended())
        for wrong in ("x", 0, 64, -1, "1x"):
            self.assertEqual(self.host.post(f"/training/exams/{exam}", {"q0": wrong})[1]["field"], "answer", wrong)
        self.assertEqual(self.host.post("/training/exams/999999", {"q0": 1})[0], 404)

    def test_each_has_a_paper_of_their_own(self):
        run, session = self.running()
        papers = set()
        for login in ("host", "other", "buyer0", "buyer1", "buyer2"):
            client = self.client(login)
            self.enrol(client, run)
            client.post(f"/training/attend/{session}", {"code": self.code(session)})
            papers.add(str([(i["text"], [o["text"] for o in i["options"]]) for i in self.paper(self.began(run, client), client)["items"]]))
        self.assertGreater(len(papers), 1)


class Certificates(Learning):
    def test_anybody_may_verify_and_nobody_is_named(self):
        self.passed()
        mine = self.certificate()
        for typed in (mine["number"], mine["number"].lower(), mine["number"].replace("-", "")):
            status, body = self.guest.get(f"/verify/certificates/{typed}")
            self.assertEqual((status, body["certificate"]["state"], body["certificate"]["name"]), (200, "valid", "林**"))
        self.assertNotIn("林一舟", str(body))
        status, body = self.office.post(f"/training/certificates/{mine['id']}/revoke", {"reason": ""})
        self.assertEqual((status, body["field"]), (422, "reason"))
        self.assertEqual(self.office.post(f"/training/certificates/{mine['id']}/revoke", {"reason": "代考"})[0], 200)
        self.assertEqual(self.office.post(f"/training/certificates/{mine['id']}/revoke", {"reason": "代考"})[0], 409)
        body = self.guest.get(f"/verify/certificates/{mine['number']}")[1]
        self.assertEqual(body["certificate"]["state"], "revoked")
        self.assertNotIn("代考", str(body))  # why is its owner's to read
        self.assertEqual(self.certificate()["revoke_reason"], "代考")

    def test_a_forged_number_is_no_certificate(self):
        self.passed()
        number = self.certificate()["number"]
        last = "0" if number[-1] != "0" else "1"
        for forged in (number[:-1] + last, number.replace("CERT-20", "CERT-02"), "CERT-2026-999999-0", "x", "CERT", "%00", "CERT-2026-00000１-0"):
            status, body = self.guest.get("/verify/certificates/" + "".join(c if c.isascii() else "%EF%BC%91" for c in forged))
            self.assertIn(status, (404, 400), forged)
            if status == 404 and forged != "%00":
                self.assertEqual(body["field"], "number")
        page = self.guest.get("/verify/certificates/CERT-2026-999999-0", {"Accept": "text/html", "Accept-Language": "en"})[1]
        self.assertIn("No such certificate", page)

    def test_who_tries_numbers_is_slowed(self):
        statuses = {self.guest.get(f"/verify/certificates/CERT-2026-{n:06d}-A")[0] for n in range(40)}
        self.assertEqual(statuses, {404, 429})
        time_to_forget = time.monotonic() + 30
        while self.guest.get("/verify/certificates/x")[0] == 429 and time.monotonic() < time_to_forget:
            time.sleep(0.2)

    def test_the_paper_is_its_owners(self):
        self.passed()
        mine = self.certificate()
        path = f"/training/certificates/{mine['id']}/paper"
        for client, status in ((self.guest, 401), (self.other, 404), (self.host, 200), (self.office, 200)):
            got, body = client.get(path)
            self.assertEqual(got, status)
        self.assertTrue((body if isinstance(body, bytes) else body.encode()).startswith(b"%PDF"))
        for client, status in ((self.guest, 401), (self.teacher, 403), (self.office, 200)):
            self.assertEqual(client.get("/training/certificates")[0], status)
            if status != 200:
                self.assertEqual(client.post(f"/training/certificates/{mine['id']}/revoke", {"reason": "xx"})[0], status)
        with tempfile.TemporaryDirectory() as at:  # scanned, it leads to what anybody may verify
            pdf = pathlib.Path(at, "paper.pdf")
            pdf.write_bytes(body if isinstance(body, bytes) else body.encode())
            subprocess.run(["pdftoppm", "-r", "150", "-png", pdf, pathlib.Path(at, "page")], check=True)
            read = subprocess.run(["zbarimg", "-q", "--raw", *pathlib.Path(at).glob("page*.png")], check=True,
                                  stdout=subprocess.PIPE).stdout.decode().strip()
        self.assertTrue(read.endswith(f"/verify/certificates/{mine['number']}"), read)
        self.assertEqual(self.guest.get("/verify" + read.split("/verify", 1)[1])[1]["certificate"]["state"], "valid")
        found = self.office.get(f"/training/certificates?number={mine['number']}")[1]["certificates"]
        self.assertEqual([c["id"] for c in found], [mine["id"]])
        self.assertEqual(self.office.get("/training/certificates?number=CERT-1")[1]["certificates"], [])

    def test_figures_count_each_person_once(self):
        before = self.guest.get("/figures/training_people")[1]
        client = self.client("buyer2")
        self.passed(client), self.passed(client)
        seen = self.guest.get("/figures/training_people")[1]
        self.assertNotIn("buyer2", str(seen))
        self.assertNotEqual(str(before), str(seen))


class Air(Learning):
    def findings(self, show):
        return [f["key"] for f in self.other.get(f"/shows/{show}/plan")[1]["check"]["findings"]]

    def test_without_a_record_no_air_where_a_rule_is_in_force(self):
        other = self.other
        status, show = other.post("/shows", {"title_zh": "首播", "title_en": "First", "room": "R", "starts_at": moment(hours=1)})
        self.assertEqual(status, 200, show)
        with self.town.database.connect() as db:
            show = db.one("SELECT max(id) FROM shows")
        self.assertNotIn("check_no_record", self.findings(show))  # no rule, as from the start
        for client, status in ((self.guest, 401), (self.teacher, 403)):
            self.assertEqual(client.post("/training/rules", {"occupation": "4-01-02-07", "day": "2026-01-01"})[0], status)
        for wrong, field in (({"occupation": "x", "day": "2026-01-01"}, "occupation"), ({"occupation": "4-01-02-07", "day": "soon"}, "day")):
            self.assertEqual(self.office.post("/training/rules", wrong)[1]["field"], field)
        later = self.office.post("/training/rules", {"occupation": "4-01-02-07", "day": "2199-01-01"})[1]["id"]
        self.assertNotIn("check_no_record", self.findings(show))  # to come
        rule = self.office.post("/training/rules", {"occupation": "4-01-02-07", "day": "2020-01-01", "note": "基地规定"})[1]["id"]
        self.assertIn("check_no_record", self.findings(show))
        self.assertFalse(other.get("/training/record")[1]["may_air"])
        self.passed(other)
        self.assertTrue(other.get("/training/record")[1]["may_air"])
        self.assertNotIn("check_no_record", self.findings(show))
        mine = self.certificate(other)
        self.office.post(f"/training/certificates/{mine['id']}/revoke", {"reason": "代考"})
        self.assertIn("check_no_record", self.findings(show))
        self.assertIn("certificate.revoked", [n["kind"] for n in other.get("/messages")[1]["notices"]])
        hosts = {h["name"]: h["may_air"] for h in self.office.get("/training/rules")[1]["hosts"]}
        self.assertFalse(hosts["other"])
        for r in (rule, later):
            self.assertEqual(self.office.post(f"/training/rules/{r}/end")[0], 200)
        self.assertNotIn("check_no_record", self.findings(show))
        self.assertEqual(self.office.post(f"/training/rules/{rule}/end")[0], 404)

    def test_a_record_that_ends_before_a_planned_show(self):
        host = self.other
        self.passed(host)
        rule = self.office.post("/training/rules", {"occupation": "4-01-02-07", "day": "2020-01-01"})[1]["id"]
        status, body = host.post("/shows", {"title_zh": "后天", "title_en": "In two days", "room": "R", "starts_at": moment(hours=48)})
        self.assertEqual(status, 200, body)
        show = body.get("id") or body["show"]
        mine = self.certificate(host)["id"]
        with self.town.database.connect() as db:
            until = db.one("SELECT valid_until FROM training_certificates WHERE id = ?", mine)
        now = int(time.time() * 1000)
        for ends, may_air, found in ((now + 3600_000, True, True),  # in an hour: today yes, then no more
                                     (now + 72 * 3600_000, True, False), (now - 1000, False, True)):
            self.set("UPDATE training_certificates SET valid_until = ? WHERE id = ?", ends, mine)
            self.assertEqual(host.get("/training/record")[1]["may_air"], may_air, ends - now)
            self.assertEqual("check_no_record" in self.findings(show), found, ends - now)
        self.set("UPDATE training_certificates SET valid_until = ? WHERE id = ?", until, mine)
        self.assertEqual(self.office.post(f"/training/certificates/{mine}/revoke", {"reason": "测试"})[0], 200)
        self.assertEqual(self.office.post(f"/training/rules/{rule}/end")[0], 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
