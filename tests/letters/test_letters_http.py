"""Suggestions from their registration to what was promised, over HTTP, against the real program:
test_letters_http.py GUILDHALL"""
import datetime
import http.client
import pathlib
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402
import uploads  # noqa: E402

PROGRAM = sys.argv.pop(1)
RULE = {"do": "rule", "from": "2020-01-01", "reply_months": 3, "most_months": 6, "co_months": 1, "decline_days": 7,
        "decline_unit": "workday", "again_months": 1, "again_most": 1, "form_workdays": 20, "source": "办法"}


def day(n=0):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    return str(today + datetime.timedelta(days=n))


class Letters(TownCase):
    program = PROGRAM
    options = {"buyers": 3, "stock": (5, 1),
               "users": (("root", "admin"), ("second", "admin")) + tuple(
                   (login, "officer") for login in ("desk", "lead", "checker", "cohandler", "other", "nobody"))}
    people = ("buyer", "buyer2", "maker", "office", "root", "desk", "lead", "checker", "other", "nobody", "guest")
    numbers = iter(range(1, 1000))
    shifted = set()  # suggestions that are no longer where their events took them

    @classmethod
    def begin(cls):
        root = cls.town.client("root")
        cls.bodies = {}
        for i, (name, desk) in enumerate((("desk", "yes"), ("lead", ""), ("co", ""), ("other", ""), ("gone", ""))):
            status, body = root.post("/letters/bodies", {
                "slug": f"body-{name}", "name_zh": f"{name}局", "name_en": f"Body {name}", "short": f"字{i}",
                "mark": f"{name}局文件", "contact": "", "is_desk": desk})
            assert status == 200, body
            cls.bodies[name] = body["id"]
        for login, body, posts in (("desk", "desk", []), ("lead", "lead", ["draft", "seal"]), ("checker", "lead", ["check", "sign"]),
                                   ("cohandler", "co", ["draft"]), ("other", "other", ["draft"])):
            fields = [("do", "post"), ("login", login), ("title", "科长")] + [("post", p) for p in posts]
            status, body = root.post(f"/letters/bodies/{cls.bodies[body]}", fields)
            assert status == 200, body
        status, body = root.post("/letters/sessions", {"slug": "s-1", "name_zh": "一次会议", "name_en": "First", "kind": "congress",
                                                       "opened": "2020-01-01"})
        assert status == 200, body
        cls.session = body["id"]
        assert root.post(f"/letters/sessions/{cls.session}", RULE)[0] == 200
        for code, name in (("A", "解决"), ("B", "计划")):
            assert root.post(f"/letters/sessions/{cls.session}", {"do": "class", "code": code, "name_zh": name, "name_en": name})[0] == 200
        root.close()

    def setUp(self):
        super().setUp()
        self.co = self.client("cohandler")

    def register(self, title="关于路灯的建议", want=200, deputies="沈一帆,一团,buyer0", **more):
        fields = {"session": self.session, "number": next(self.numbers), "title": title, "text": "正文", "received": day(),
                  "deputies": deputies, "is_public": "yes", **more}
        status, body = self.desk.post("/suggestions", fields)
        self.assertEqual(status, want, body)
        return body.get("id") or body

    def act(self, client, case, do, want=200, **more):
        status, body = client.post(f"/suggestions/{case}", {"do": do, **more})
        self.assertEqual(status, want, body)
        return body

    def see(self, client, case, want=200):
        status, body = client.get(f"/suggestions/{case}")
        self.assertEqual(status, want, body)
        return body

    def state(self, case):
        return self.see(self.desk, case)["suggestion"]["state"]

    def assigned(self, co=("co",), **more):
        case = self.register(**more)
        self.act(self.desk, case, "examine")
        fields = [("do", "assign"), ("lead", self.bodies["lead"])] + [("co", self.bodies[c]) for c in co]
        status, body = self.desk.post(f"/suggestions/{case}", fields)
        self.assertEqual(status, 200, body)
        return case

    def drafting(self, **more):
        case = self.assigned(**more)
        self.act(self.lead, case, "accept")
        return case

    @classmethod
    def excuse(cls, line):
        return any(line.startswith(f"letters: suggestion {case}: ") for case in cls.shifted)

    def shift(self, sql, *args):
        """What a test cannot wait for: the day of something is set back in the database."""
        if sql.startswith("UPDATE suggestions "):
            self.shifted.add(args[-1])
        with self.town.database.connect() as db:
            db.run(sql, *args)

    def ask(self, sql, *args):
        with self.town.database.connect() as db:
            return db.one(sql, *args)

    def put_draft(self, case):
        letter = self.ask("SELECT max(id) FROM letters WHERE suggestion_id = ?", case)
        user = self.ask("SELECT id FROM users WHERE login = 'lead'")
        kind = self.ask("SELECT min(c.id) FROM letter_classes c JOIN suggestions s ON s.session_id = c.session_id WHERE s.id = ?", case)
        self.shift("INSERT INTO letter_versions (letter_id, version, base, form, title, addressee, text, class_id, saved_at, saved_by)"
                   " VALUES (?, 1, 0, 'ordinary', '答复', '代表', '现答复如下。', ?, 1, ?)", letter, kind, user)
        self.shift("UPDATE letters SET version = 1 WHERE id = ?", letter)

    def talk(self, case, want=200, **more):
        deputy = self.see(self.lead, case)["deputies"][0]["id"]
        return self.act(self.lead, case, "talk", want, **{"deputy": deputy, "how": "visit", "day": day(), "words": "谈过", **more})

    def ready(self, **more):
        case = self.drafting(**more)
        self.act(self.co, case, "opinion", words="同意")
        self.talk(case)
        self.put_draft(case)
        return case

    def sent(self):
        """A case whose reply was sent, put there as signing and sealing leave it."""
        return self.send(self.ready())

    def send(self, case):
        self.act(self.lead, case, "submit")
        self.act(self.checker, case, "pass")
        self.act(self.co, case, "countersign")
        self.shift("UPDATE suggestions SET state = 'sent', sent_day = ?, form_day = ? WHERE id = ?",
                   int(time.time() / 86400), int(time.time() / 86400) + 30, case)
        return case

    # --- the door ---

    def test_who_has_nothing_to_do_with_a_case_does_not_find_it(self):
        case = self.assigned()
        for client in (self.buyer2, self.maker, self.office, self.nobody, self.other, self.root):
            self.see(client, case, 404)
            self.act(client, case, "accept", 404)
        self.assertEqual(self.guest.get(f"/suggestions/{case}")[0], 401)
        for client in (self.lead, self.checker, self.co, self.desk, self.buyer):
            self.see(client, case)

    def test_the_menu_leads_a_deputy_to_their_suggestions(self):
        self.register()  # of buyer0
        for lang in ("zh-CN", "en"):
            def links(client):
                page = client.get("/hall", {"Accept": "text/html", "Cookie": f"lang={lang}"})[1]
                return page.count('href="/suggestions"')
            self.assertEqual([links(c) for c in (self.buyer, self.lead, self.client("buyer1"), self.maker, self.guest)], [3, 3, 0, 0, 0])

    def test_a_deputy_sees_no_opinion_and_no_record(self):
        case = self.drafting()
        self.act(self.co, case, "opinion", words="内部意见")
        body = self.see(self.buyer, case)
        self.assertNotIn("内部意见", str(body))
        self.assertNotIn("events", body)
        self.assertFalse(body["is_inside"])

    def test_who_may_what_is_one_table(self):
        case = self.register()
        self.act(self.buyer, case, "examine", 403)
        self.act(self.desk, case, "assign", 422)
        self.act(self.desk, case, "accept", 409)
        self.act(self.desk, case, "fly", 422)
        case = self.assigned()
        self.act(self.co, case, "accept", 403)
        self.act(self.desk, case, "accept", 403)
        case = self.ready()
        self.act(self.checker, case, "submit", 403)
        self.act(self.lead, case, "submit")
        self.act(self.lead, case, "pass", 403)
        self.act(self.checker, case, "return_draft", 422)
        self.act(self.checker, case, "return_draft", note="数字要核对")
        self.assertEqual(self.state(case), "drafting")

    def test_only_the_desk_registers_and_only_an_administrator_makes_bodies(self):
        for client, want in ((self.lead, 403), (self.buyer, 403), (self.maker, 403), (self.guest, 401)):
            self.assertEqual(client.post("/suggestions", {"session": self.session})[0], want)
            self.assertEqual(client.get("/suggestions/new")[0], want)
            self.assertEqual(client.get("/letters/sessions")[0], want)
        for client, want in ((self.desk, 403), (self.office, 403), (self.guest, 401)):
            self.assertEqual(client.get("/letters/bodies")[0], want)
            self.assertEqual(client.post("/letters/bodies", {"slug": "x-y"})[0], want)
            self.assertEqual(client.post("/workdays", {"from": day()})[0], want)

    def test_the_list_holds_ones_own(self):
        case = self.assigned(title="关于只给主办看的建议")
        listed = {s["id"] for s in self.lead.get("/suggestions?what=all")[1]["suggestions"]}
        self.assertIn(case, listed)
        self.assertNotIn(case, {s["id"] for s in self.other.get("/suggestions?what=all")[1]["suggestions"]})
        self.assertIn(case, {s["id"] for s in self.buyer.get("/suggestions?what=all")[1]["suggestions"]})
        for client in (self.maker, self.nobody, self.office):
            self.assertEqual(client.get("/suggestions")[0], 403)

    # --- registering ---

    def test_a_number_is_one_in_a_session(self):
        case = self.register()
        number = self.see(self.desk, case)["suggestion"]["number"]
        body = self.register(number=number, want=409)
        self.assertEqual(body["field"], "number")

    def test_what_is_wrong_is_named_by_its_field(self):
        for field, value in (("number", 0), ("title", ""), ("title", "长" * 121), ("received", day(1)), ("received", "2021-02-30"),
                             ("deputies", ""), ("deputies", "甲,团,nosuchlogin"), ("session", 999)):
            body = self.register(want=422, **{field: value})
            self.assertEqual(body["field"], field, body)

    def test_it_is_found_by_its_words(self):
        case = self.register(title="关于河道清淤的建议", text="下游 B12 桥段淤积")
        for q in ("河道", "清淤的建议", "b12", str(self.see(self.desk, case)["suggestion"]["number"])):
            self.assertIn(case, {s["id"] for s in self.desk.get(f"/suggestions?q={urllib.parse.quote(q)}")[1]["suggestions"]}, q)
        self.assertNotIn(case, {s["id"] for s in self.desk.get("/suggestions?q=" + urllib.parse.quote("河道桥梁"))[1]["suggestions"]})

    def test_merging_takes_the_deputies_along(self):
        one, two = self.register(), self.register(deputies="江月,二团,buyer2")
        number = self.see(self.desk, one)["suggestion"]["number"]
        self.act(self.desk, two, "merge", 422, into=99999)
        self.act(self.desk, two, "merge", into=number)
        self.assertEqual(self.state(two), "merged")
        body = self.see(self.desk, one)
        self.assertEqual([d["name"] for d in body["deputies"]], ["沈一帆", "江月"])
        self.assertEqual([m["id"] for m in body["merged"]], [two])
        self.see(self.buyer2, one)
        other = self.register()
        self.act(self.desk, other, "merge", 422, into=self.see(self.desk, two)["suggestion"]["number"])  # merged itself
        self.act(self.desk, one, "merge", 422, into=number)  # into itself

    # --- assigning ---

    def test_declining_has_its_days(self):
        case = self.assigned()
        self.act(self.lead, case, "decline", 422)
        self.act(self.lead, case, "decline", note="不是我局职责")
        self.assertEqual(self.state(case), "examined")
        self.see(self.co, case, 404)
        case = self.assigned()
        self.shift("UPDATE suggestions SET accept_day = accept_day - 40 WHERE id = ?", case)
        body = self.act(self.lead, case, "decline", 409, note="不是我局职责")
        self.assertIn("message", body)

    def test_a_body_that_is_no_more_is_not_assigned_to(self):
        self.root.post(f"/letters/bodies/{self.bodies['gone']}", {"do": "close"})
        case = self.register()
        self.act(self.desk, case, "examine")
        self.act(self.desk, case, "assign", 422, lead=self.bodies["gone"])
        self.act(self.desk, case, "assign", 422, lead=self.bodies["lead"], co=self.bodies["lead"])
        self.act(self.desk, case, "assign", 422, lead=123456)

    def test_a_session_without_a_rule_assigns_nothing(self):
        session = self.root.post("/letters/sessions", {"slug": "s-none", "name_zh": "无", "name_en": "None", "kind": "consultation",
                                                       "opened": "2020-01-01"})[1]["id"]
        case = self.register(session=session)
        self.act(self.desk, case, "examine")
        self.act(self.desk, case, "assign", 409, lead=self.bodies["lead"])

    # --- co-handlers ---

    def test_the_draft_waits_for_every_co_handler_and_a_talk(self):
        case = self.drafting()
        self.act(self.lead, case, "submit", 409)  # nothing was drafted
        self.put_draft(case)
        body = self.act(self.lead, case, "submit", 409)
        self.assertEqual(body["limit"], 1)
        self.act(self.other, case, "opinion", 404, words="x")
        self.act(self.lead, case, "opinion", 403, words="x")
        self.act(self.co, case, "opinion", words="同意")
        self.act(self.lead, case, "submit", 409)  # no talk yet
        self.talk(case, 422, day=day(1))
        self.talk(case, 422, how="dream")
        self.talk(case)
        self.act(self.lead, case, "submit")

    def test_an_opinion_has_a_paper_that_its_readers_open(self):
        case = self.drafting()
        headers, body = uploads.form(("file", "盖章意见.jpg", uploads.jpeg(3, "200x200")), words="同意")
        for client, want in ((self.other, 404), (self.lead, 403), (self.desk, 403), (self.buyer, 403), (self.co, 200)):
            self.assertEqual(client.request("POST", f"/suggestions/{case}/opinions", body, headers)[0], want)
        seen = self.see(self.lead, case)
        handler = next(h for h in seen["handlers"] if not h["is_lead"])
        self.assertEqual((handler["opinion"], [f["name"] for f in handler["files"]], seen["files"]), ("同意", ["盖章意见.jpg"], []))
        path = f"/suggestions/{case}/files/{handler['files'][0]['id']}"
        self.assertIn(path, self.lead.get(f"/suggestions/{case}", {"Accept": "text/html"})[1])
        for client, want in ((self.lead, 200), (self.checker, 200), (self.co, 200), (self.desk, 200),  # as the opinion itself
                             (self.buyer, 404), (self.other, 404), (self.nobody, 404), (self.maker, 404), (self.guest, 401)):
            self.assertEqual(client.get(path)[0], want)
        self.assertNotIn("盖章意见", str(self.see(self.buyer, case)))
        headers, body = uploads.form(("file", "", b""), words="")  # without words it is none
        self.assertEqual(self.co.request("POST", f"/suggestions/{case}/opinions", body, headers)[0], 422)
        headers, body = uploads.form(("file", "", b""), words="改了：同意")
        self.assertEqual(self.co.request("POST", f"/suggestions/{case}/opinions", body, headers)[0], 200)
        handler = next(h for h in self.see(self.lead, case)["handlers"] if not h["is_lead"])
        self.assertEqual((handler["opinion"], len(handler["files"])), ("改了：同意", 1))

    def opinion_with_paper(self, case, name):
        headers, body = uploads.form(("file", name, uploads.jpeg(5, "64x64")), words="同意")
        self.assertEqual(self.co.request("POST", f"/suggestions/{case}/opinions", body, headers)[0], 200)

    def former(self, client, case):
        return [(f["round"], f["name"], [p["name"] for p in f["files"]]) for f in self.see(client, case).get("former", [])]

    def test_papers_of_a_former_round_stay_with_who_reads_opinions(self):
        case = self.drafting()
        self.opinion_with_paper(case, "第一轮.jpg")
        self.opinion_with_paper(case, "清单.jpg")
        self.talk(case)
        self.put_draft(case)
        self.assertEqual(self.former(self.lead, case), [])
        self.send(case)
        deputy = self.see(self.buyer, case)["deputies"][0]["id"]
        self.act(self.buyer, case, "rate", deputy=deputy, rating="not")
        self.act(self.desk, case, "again", note="补充时间表")
        self.opinion_with_paper(case, "第二轮.jpg")
        body = self.see(self.lead, case)
        name = next(h["name"] for h in body["handlers"] if not h["is_lead"])
        self.assertEqual([[f["name"] for f in h["files"]] for h in body["handlers"]], [[], ["第二轮.jpg"]])
        for client in (self.lead, self.checker, self.co, self.desk):
            self.assertEqual(self.former(client, case), [(1, name, ["第一轮.jpg", "清单.jpg"])])
        path = f"/suggestions/{case}/files/{body['former'][0]['files'][0]['id']}"
        status, page = self.lead.get(f"/suggestions/{case}", {"Accept": "text/html"})
        handlers = page[page.index('aria-labelledby="handlers"'):]
        self.assertRegex(handlers[:handlers.index("</section>")], f"(第 1 次办理|round 1) · {name}</p>.*{path}")
        self.assertEqual((self.lead.get(path)[0], self.buyer.get(path)[0]), (200, 404))
        self.assertNotIn("former", self.see(self.buyer, case))
        self.assertNotIn("第一轮", self.buyer.get(f"/suggestions/{case}", {"Accept": "text/html"})[1])

    def test_papers_of_a_body_that_was_replaced_stay(self):
        case = self.drafting()
        self.opinion_with_paper(case, "意见.jpg")
        self.act(self.desk, case, "assign", lead=self.bodies["lead"], co=self.bodies["other"], note="改由别的局会办")
        self.assertEqual([f[0::2] for f in self.former(self.other, case)], [(1, ["意见.jpg"])])
        self.see(self.co, case, 404)

    def test_papers_of_an_opinion_have_their_own_limit(self):
        case = self.drafting(co=("co", "other"))

        def add(client, what, name, words="", want=200):
            headers, body = uploads.form(("file", name, uploads.jpeg(4, "64x64")), words=words)
            status, body = client.request("POST", f"/suggestions/{case}/{what}", body, headers)
            self.assertEqual(status, want, body)
            return body
        for i in range(5):
            add(self.co, "opinions", f"{i}.jpg", "同意")
        self.assertEqual(add(self.co, "opinions", "5.jpg", "不同意", 429)["limit"], 5)
        opinions = {h["body"]: h["opinion"] for h in self.see(self.lead, case)["handlers"]}
        self.assertEqual(opinions[self.bodies["co"]], "同意")  # what came with the paper is refused with it
        add(self.other, "opinions", "0.jpg", "同意")  # another's are its own
        for i in range(20):  # and none is the suggestion's
            add(self.desk, "files", f"{i}.jpg")
        self.assertEqual(add(self.desk, "files", "20.jpg", want=429)["limit"], 20)
        seen = self.see(self.lead, case)
        self.assertEqual((len(seen["files"]), sorted(len(h.get("files", [])) for h in seen["handlers"])), (20, [0, 1, 5]))

    def test_a_refused_form_comes_back_as_it_was_typed(self):
        case = self.drafting()
        html = {"Accept": "text/html"}
        headers, body = uploads.form(("file", "意见.exe", b"MZ"), do="opinion", words="一段写了很久的意见")
        status, page = self.co.request("POST", f"/suggestions/{case}/opinions", body, {**headers, **html})
        self.assertEqual(status, 422)
        self.assertIn("一段写了很久的意见</textarea>", page)
        deputy = self.see(self.lead, case)["deputies"][0]["id"]
        status, page = self.lead.post(f"/suggestions/{case}", {"do": "talk", "deputy": deputy, "how": "visit", "day": day(1),
                                                               "words": "谈了<很>久"}, headers=html)
        self.assertEqual(status, 422)
        self.assertIn("谈了&lt;很&gt;久</textarea>", page)
        self.assertNotIn("谈了", self.lead.get(f"/suggestions/{case}", html)[1])

    def test_the_page_of_a_case_says_how_late_it_is(self):
        case = self.drafting()
        self.assertGreater(self.see(self.lead, case)["suggestion"]["left"], 80)
        self.shift("UPDATE suggestions SET reply_day = ? WHERE id = ?", int((time.time() + 8 * 3600) // 86400) - 4, case)
        seen = self.see(self.lead, case)["suggestion"]
        self.assertEqual((seen["runs"], seen["late"]), (True, 4))
        self.assertFalse(self.see(self.lead, self.sent())["suggestion"]["runs"])

    def test_a_co_handler_that_disappears_is_released_with_a_reason(self):
        case = self.drafting()
        handler = next(h["id"] for h in self.see(self.desk, case)["handlers"] if not h["is_lead"])
        self.act(self.lead, case, "release", 403, handler=handler, note="撤并")
        self.act(self.desk, case, "release", 422, handler=handler)
        self.act(self.desk, case, "release", handler=handler, note="该局已撤并")
        self.talk(case)
        self.put_draft(case)
        self.act(self.lead, case, "submit")
        self.act(self.checker, case, "pass")
        self.assertEqual(self.state(case), "signing")  # nobody is left to countersign
        self.assertIn("release", {e["event"] for e in self.see(self.desk, case)["events"]})

    def test_what_goes_back_is_countersigned_anew(self):
        case = self.drafting(co=("co", "other"))
        self.act(self.co, case, "opinion", words="同意")
        self.act(self.other, case, "opinion", words="同意")
        self.talk(case)
        self.put_draft(case)
        self.act(self.lead, case, "submit")
        self.act(self.checker, case, "pass")
        self.act(self.co, case, "countersign")
        self.act(self.co, case, "countersign", 409)
        self.assertEqual(self.state(case), "countersigning")
        self.act(self.other, case, "object", note="第二段与我局口径不符")
        self.act(self.lead, case, "submit")
        self.act(self.checker, case, "pass")
        self.act(self.other, case, "countersign")
        self.assertEqual(self.state(case), "countersigning")
        self.act(self.co, case, "countersign")
        self.assertEqual(self.state(case), "signing")

    # --- clocks ---

    def test_every_deadline_says_how_it_was_reckoned(self):
        case = self.assigned()
        clocks = {k["what"]: k for k in self.see(self.lead, case)["clocks"]}
        self.assertEqual(set(clocks), {"reply", "accept", "co"})
        for clock in clocks.values():
            self.assertEqual(clock["steps"][0]["kind"], "begin")
            self.assertEqual(clock["steps"][0]["day"], day())
        self.assertEqual(self.see(self.lead, case)["suggestion"]["reply_day"], clocks["reply"]["day"])

    def test_a_holiday_that_is_announced_later_moves_the_day(self):
        case = self.assigned()
        before = self.see(self.lead, case)["suggestion"]["reply_day"]
        self.assertEqual(self.root.post("/workdays", {"from": before, "until": before, "kind": "holiday", "name_zh": "临时放假",
                                                      "name_en": "Extra"})[0], 200)
        after = self.see(self.lead, case)["suggestion"]["reply_day"]
        self.assertGreater(after, before)
        texts = str(self.see(self.lead, case)["clocks"])
        self.assertTrue("临时放假" in texts or "Extra" in texts)
        self.root.post("/workdays", {"from": before, "until": before, "kind": "work", "name_zh": "上班", "name_en": "Worked"})
        self.assertEqual(self.see(self.lead, case)["suggestion"]["reply_day"], before)

    def test_a_holiday_reaches_every_case_that_runs(self):
        case = self.assigned()
        before = self.see(self.lead, case)["suggestion"]["reply_day"]
        due = self.ask("SELECT reply_day FROM suggestions WHERE id = ?", case)
        self.shift("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"  # more than two batches (due.c)
                   " INSERT INTO suggestions (session_id, number, title, text, received_day, is_public, state, lead_id, assigned_day,"
                   " accept_day, reply_day, made_at) SELECT session_id, 20000 + n.i, title, text, received_day, 1, 'drafting', lead_id,"
                   " assigned_day, accept_day, reply_day, 1 FROM suggestions CROSS JOIN n WHERE id = ?", case)
        try:
            for kind, left in (("holiday", 0), ("work", 451)):
                status, body = self.root.post("/workdays", {"from": before, "until": before, "kind": kind, "name_zh": "临时", "name_en": "Extra"})
                self.assertEqual(status, 200, body)
                self.assertEqual(self.ask("SELECT count(*) FROM suggestions WHERE reply_day = ? AND (id = ? OR number > 20000)", due, case), left)
        finally:
            self.shift("DELETE FROM suggestions WHERE number > 20000")

    def test_a_later_rule_changes_no_clock_that_runs(self):
        case = self.assigned()
        before = self.see(self.lead, case)["suggestion"]["reply_day"]
        self.assertEqual(self.root.post(f"/letters/sessions/{self.session}", {**RULE, "from": day(1), "reply_months": 1})[0], 200)
        self.assertEqual(self.see(self.lead, case)["suggestion"]["reply_day"], before)
        for field, value in (("reply_months", 0), ("most_months", 1), ("again_most", 10), ("source", ""), ("from", "x")):
            status, body = self.root.post(f"/letters/sessions/{self.session}", {**RULE, field: value})
            self.assertEqual((status, body["field"]), (422, field))

    def test_more_time_is_asked_for_before_the_day_and_granted_by_the_desk(self):
        case = self.drafting()
        due = self.see(self.lead, case)["suggestion"]["reply_day"]
        later = str(datetime.date.fromisoformat(due) + datetime.timedelta(days=30))
        self.act(self.lead, case, "extend", 422, until=due, why="等批复")
        self.act(self.lead, case, "extend", 422, until=day(400), why="等批复")
        self.act(self.co, case, "extend", 403, until=later, why="等批复")
        self.act(self.lead, case, "extend", until=later, why="等批复")
        self.act(self.lead, case, "extend", 409, until=later, why="等批复")
        extension = self.see(self.desk, case)["extensions"][0]["id"]
        self.act(self.lead, case, "grant", 403, extension=extension)
        self.act(self.desk, case, "refuse", 422, extension=extension)
        self.act(self.desk, case, "grant", extension=extension)
        self.assertEqual(self.see(self.lead, case)["suggestion"]["reply_day"], later)
        self.act(self.desk, case, "grant", 409, extension=extension)

    def test_an_extension_after_the_deadline_is_refused(self):
        case = self.drafting()
        self.shift("UPDATE suggestions SET reply_day = reply_day - 200 WHERE id = ?", case)
        body = self.act(self.lead, case, "extend", 409, until=day(20), why="忘了")
        self.assertEqual(body["field"], "until")
        self.assertIn(case, {s["id"] for s in self.lead.get("/suggestions?what=overdue")[1]["suggestions"]})

    # --- answers ---

    def test_a_deputy_who_is_not_satisfied_twice(self):
        case = self.sent()
        deputy = self.see(self.buyer, case)["deputies"][0]["id"]
        self.act(self.lead, case, "rate", 403, deputy=deputy, rating="satisfied")
        self.act(self.buyer, case, "rate", 422, deputy=deputy, rating="so-so")
        self.act(self.buyer, case, "rate", deputy=deputy, rating="satisfied")
        self.assertEqual(self.state(case), "rated")
        self.act(self.buyer, case, "rate", deputy=deputy, rating="not")
        self.act(self.buyer, case, "rate", 409, deputy=deputy, rating="not")  # the same again is no change
        self.act(self.buyer, case, "rate", deputy=deputy, rating="basically")
        self.act(self.buyer, case, "rate", 429, deputy=deputy, rating="not")  # three answers in a round
        self.act(self.desk, case, "again", 409, note="代表不满意")  # nobody is dissatisfied now
        self.assertEqual([r["rating"] for r in self.see(self.desk, case)["ratings"]], ["basically", "not", "satisfied"])

    def test_handled_again_as_often_as_the_rule_says(self):
        case = self.sent()
        deputy = self.see(self.buyer, case)["deputies"][0]["id"]
        self.act(self.buyer, case, "rate", deputy=deputy, rating="not", words="没有时间表")
        self.act(self.desk, case, "close", 422)  # somebody is not satisfied: words are needed
        self.shift("INSERT INTO suggestion_extensions (suggestion_id, round, until_day, why, state, asked_at, asked_by, decided_at, decided_by)"
                   " SELECT ?, 1, 18801, '等批复', 'granted', 1, id, 2, id FROM users WHERE login = 'lead'", case)
        self.act(self.desk, case, "again", note="补充时间表")
        body = self.see(self.desk, case)
        self.assertEqual((body["suggestion"]["state"], body["suggestion"]["round"]), ("drafting", 2))
        self.assertEqual({h["state"] for h in body["handlers"]}, {"accepted", "asked"})
        self.assertEqual([x["round"] for x in body["extensions"]], [1])  # of a round that is over
        status, page = self.desk.get(f"/suggestions/{case}", {"Accept": "text/html"})
        granted = page[page.index('aria-labelledby="extensions"'):]
        self.assertRegex(granted[:granted.index("</section>")], "第 1 次办理|round 1")
        self.act(self.buyer, case, "rate", 409, deputy=deputy, rating="satisfied")  # the former round is over
        self.shift("UPDATE suggestions SET state = 'sent', sent_day = 1, form_day = 2 WHERE id = ?", case)
        self.act(self.buyer, case, "rate", deputy=deputy, rating="not")
        self.act(self.desk, case, "again", 429, note="再来")
        self.act(self.desk, case, "close", note="已向代表说明")
        self.assertEqual(self.state(case), "followed")  # nothing was promised

    def test_the_form_that_came_back_on_paper(self):
        case = self.sent()
        deputy = self.see(self.desk, case)["deputies"][0]["id"]
        headers, body = uploads.form(("scan", "表.jpg", uploads.jpeg(1, "200x200")), deputy=deputy, rating="satisfied", words="好")
        for client, want in ((self.lead, 403), (self.other, 404), (self.desk, 200)):
            self.assertEqual(client.request("POST", f"/suggestions/{case}/forms", body, headers)[0], want)
        rating = self.see(self.desk, case)["ratings"][0]
        self.assertEqual((rating["rating"], rating["scan"]), ("satisfied", "表.jpg"))
        for more, want in (({}, 422), ({"words": "  "}, 422), ({"words": "代表来电：基本满意"}, 200)):  # or typed, but not neither
            headers, body = uploads.form(("scan", "", b""), deputy=deputy, rating="basically", **more)
            status, answer = self.desk.request("POST", f"/suggestions/{case}/forms", body, headers)
            self.assertEqual((status, answer.get("field")), (want, "words" if want == 422 else None))
        self.act(self.desk, case, "rate", 422, deputy=deputy, rating="not")
        typed = self.see(self.desk, case)["ratings"][0]
        self.assertEqual((typed["rating"], typed["words"], typed["scan"]), ("basically", "代表来电：基本满意", ""))
        self.assertEqual(self.lead.get(f"/suggestions/{case}/forms/{typed['id']}")[0], 404)
        self.assertEqual(self.lead.get(f"/suggestions/{case}/forms/{rating['id']}")[0], 200)
        self.assertEqual(self.buyer.get(f"/suggestions/{case}/forms/{rating['id']}")[0], 404)

    def test_promises_are_followed_up(self):
        case = self.sent()
        self.act(self.lead, case, "promise", 422, words="修路灯", body=self.bodies["co"], due=day(-1))
        self.act(self.lead, case, "promise", words="修路灯", body=self.bodies["co"], due=day(90))
        deputy = self.see(self.buyer, case)["deputies"][0]["id"]
        self.act(self.buyer, case, "rate", deputy=deputy, rating="satisfied")
        self.act(self.desk, case, "close")
        self.assertEqual(self.state(case), "closed")
        promise = self.see(self.desk, case)["promises"][0]["id"]
        self.act(self.lead, case, "kept", 422, promise=promise)
        self.act(self.lead, case, "kept", promise=promise, note="已修好 40 盏")
        self.act(self.lead, case, "kept", 409, promise=promise, note="再报一次")
        self.assertEqual(self.state(case), "followed")

    def test_closing_before_the_form_is_due(self):
        case = self.sent()
        self.act(self.desk, case, "close", 409, note="没有回音")
        self.shift("UPDATE suggestions SET form_day = 1 WHERE id = ?", case)
        self.act(self.desk, case, "close", note="逾期未反馈")

    # --- files ---

    def test_attachments(self):
        case = self.register()
        headers, body = uploads.form(("file", "附件.jpg", uploads.jpeg(2, "200x200")))
        self.assertEqual(self.desk.request("POST", f"/suggestions/{case}/files", body, headers)[0], 200)
        file = self.see(self.desk, case)["files"][0]
        self.assertEqual(self.buyer.get(f"/suggestions/{case}/files/{file['id']}")[0], 200)
        self.assertEqual(self.other.get(f"/suggestions/{case}/files/{file['id']}")[0], 404)
        headers, body = uploads.form(("file", "a.exe", b"MZ" + bytes(100)))
        self.assertEqual(self.desk.request("POST", f"/suggestions/{case}/files", body, headers)[0], 422)

    def test_an_attachment_of_500_megabytes_is_refused_at_its_header(self):
        case = self.register()
        c = http.client.HTTPConnection("127.0.0.1", self.town.http, timeout=30)
        c.putrequest("POST", f"/suggestions/{case}/files")
        for name, value in (("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", str(500 << 20)),
                            ("Authorization", f"Bearer {self.desk.token}"), ("Accept", "application/json")):
            c.putheader(name, value)
        c.endheaders()
        c.send(b"--x\r\n")
        self.assertEqual(c.getresponse().status, 413)
        c.close()


if __name__ == "__main__":
    unittest.main(verbosity=1)
