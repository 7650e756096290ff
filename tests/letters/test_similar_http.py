"""Suggestions that are like one another, and what came of a session, over HTTP, against the real program:
test_similar_http.py GUILDHALL"""
import io
import unittest
import urllib.parse
import zipfile

import test_letters_http as letters

COLUMNS = ("n", "open", "overdue", "in_time", "late", "dropped", "satisfied", "basically", "dissatisfied")


class Similar(letters.Letters):
    def similar(self, title, client=None, want=200):
        status, body = (client or self.desk).get(f"/suggestions/similar?q={urllib.parse.quote(title)}")
        self.assertEqual(status, want, body)
        return body["similar"] if want == 200 else body

    # --- similar ones ---

    def test_rarer_words_weigh_more(self):
        for i in range(12):  # what every other one says
            self.register(title=f"关于加强管理工作的建议之{i}")
        common = self.register(title="关于加强管理工作的意见")
        rare = self.register(title="关于竹编传习所的意见")
        near = self.register(title="关于竹编传习所选址的意见")
        found = [s["id"] for s in self.similar("关于加强竹编传习所选址的建议")]
        self.assertEqual(found[:2], [near, rare])
        self.assertLessEqual(len(found), 5)
        self.assertNotIn(common, found[:2])

    def test_the_order_is_that_of_what_is_shared(self):
        one = self.register(title="关于鹭洲湿地观鸟步道的建议")
        two = self.register(title="关于鹭洲湿地的建议")
        text = self.register(title="其他事项", text="鹭洲湿地观鸟步道")
        found = [s["id"] for s in self.similar("鹭洲湿地观鸟步道")]
        self.assertEqual([i for i in found if i in (one, two, text)], [one, two, text])  # a title counts thrice

    def test_nothing_is_like_nothing(self):
        self.register(title="关于路灯的建议")
        for title in ("", " ", "灯", "鼍龘靐", "a" * 5000, "[["):
            self.assertEqual(self.similar(title), [], title)

    def test_what_is_said_of_each(self):
        case = self.assigned(title="关于蜃楼观测塔的建议")
        seen = self.similar("蜃楼观测塔")[0]
        self.assertEqual((seen["id"], seen["state"], seen["session"]), (case, "assigned", "一次会议"))
        self.assertEqual((seen["may_open"], "reply" in seen), (True, False))

    def test_the_door_of_similar_ones(self):
        hidden = self.register(title="关于螭吻修缮的建议", is_public="no")
        shown = self.register(title="关于螭吻保护的建议")
        self.assertEqual({s["id"] for s in self.similar("螭吻")}, {hidden, shown})
        found = self.similar("螭吻", self.other)  # of another body: only what may be public, and it does not open
        self.assertEqual([(s["id"], s["may_open"]) for s in found], [(shown, False)])
        for client, want in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.nobody, 403), (self.root, 403)):
            self.similar("螭吻", client, want)

    def test_on_the_page_of_a_case(self):
        old = self.register(title="关于夔门栈道的建议")
        case = self.assigned(title="关于夔门栈道维护的建议")
        for client in (self.desk, self.lead, self.co):
            self.assertEqual([s["id"] for s in self.see(client, case)["similar"]][:1], [old])
            self.assertNotIn(case, [s["id"] for s in self.see(client, case)["similar"]])
        self.assertNotIn("similar", self.see(self.buyer, case))  # its deputy

    def test_while_one_is_registered_without_a_script(self):
        old = self.register(title="关于饕餮纹样的建议")
        before = self.ask("SELECT count(*) FROM suggestions")
        status, body = self.desk.post("/suggestions", {"look": "similar", "title": "饕餮纹样", "text": "写了一半"})
        self.assertEqual((status, [s["id"] for s in body["similar"]]), (200, [old]))
        self.assertEqual(self.ask("SELECT count(*) FROM suggestions"), before)
        status, page = self.desk.post("/suggestions", {"look": "similar", "title": "饕餮纹样", "text": "写了一半"},
                                      headers={"Accept": "text/html"})
        self.assertIn("写了一半", page)
        self.assertIn(f'href="/suggestions/{old}"', page)
        status, part = self.desk.get("/suggestions/similar?q=" + urllib.parse.quote("饕餮纹样"), {"Accept": "text/html"})
        self.assertEqual(status, 200)
        self.assertNotIn("<html", part)
        self.assertEqual(self.lead.post("/suggestions", {"look": "similar", "title": "饕餮纹样"})[0], 403)

    # --- what came of a session ---

    def test_the_numbers_of_a_session(self):
        status, body = self.root.post("/letters/sessions", {"slug": "s-2", "name_zh": "二次会议", "name_en": "Second", "kind": "congress",
                                                            "opened": "2020-02-01"})
        session = body["id"]
        self.assertEqual(self.root.post(f"/letters/sessions/{session}", letters.RULE)[0], 200)
        deputies = "甲,一团,buyer0\n乙,二团,buyer1"
        cases = {name: self.assigned(co=(), session=session, deputies=deputies)
                 for name in ("open", "overdue", "in_time", "late", "mixed", "again", "half")}
        cases["none"] = self.register(session=session)
        cases["merged"] = self.register(session=session)
        self.act(self.desk, cases["merged"], "merge", into=self.ask("SELECT number FROM suggestions WHERE id = ?", cases["none"]))
        self.shift("UPDATE suggestions SET reply_day = 100 WHERE id = ?", cases["overdue"])
        kept = [(name, *self.row(cases[name])) for name in cases]
        for name, sent in (("in_time", 90), ("late", 101), ("mixed", 100), ("half", 95)):
            self.shift("UPDATE suggestions SET state = 'sent', reply_day = 100, sent_day = ? WHERE id = ?", sent, cases[name])
        self.rate(cases["in_time"], "satisfied", "satisfied")
        self.rate(cases["late"], "not", "basically")
        self.rate(cases["late"], "satisfied", None)  # changed: only the last answer counts
        self.rate(cases["mixed"], "satisfied", "not")
        for name in ("again", "half"):  # handled again: what was answered before counts no more
            self.rate(cases[name], "not", "not")
            self.shift("UPDATE suggestions SET round = 2 WHERE id = ?", cases[name])
        self.rate(cases["half"], "satisfied", None, in_round=2)
        try:
            self.numbers_are_right(session, cases)
        finally:
            for name, state, reply, sent in kept:
                self.shift("UPDATE suggestions SET round = 1, state = ?, reply_day = ?, sent_day = ? WHERE id = ?", state, reply, sent, cases[name])

    def row(self, case):
        return [self.ask(f"SELECT {column} FROM suggestions WHERE id = ?", case) for column in ("state", "reply_day", "sent_day")]

    def rate(self, case, *ratings, in_round=1):
        user = self.ask("SELECT id FROM users WHERE login = 'desk'")
        for position, rating in enumerate(ratings):
            if rating:
                self.shift("INSERT INTO suggestion_ratings (suggestion_id, round, deputy_id, rating, at, by_id)"
                           " SELECT ?, ?, d.id, ?, 1, ? FROM suggestion_deputies d WHERE d.suggestion_id = ?"
                           " AND d.position = (SELECT min(position) FROM suggestion_deputies WHERE suggestion_id = ?) + ?",
                           case, in_round, rating, user, case, case, position)

    def numbers_are_right(self, session, cases):
        body = self.desk.get(f"/letters/sessions/{session}")[1]
        leads = {lead["body"]: lead for lead in body["leads"]}
        self.assertEqual({c: leads[self.bodies["lead"]][c] for c in COLUMNS},
                         {"n": 7, "open": 3, "overdue": 1, "in_time": 3, "late": 1, "dropped": 0,
                          "satisfied": 2, "basically": 1, "dissatisfied": 1})
        self.assertEqual((leads["none"]["n"], leads["none"]["open"], leads["none"]["dropped"]), (2, 1, 1))
        for column in COLUMNS:
            self.assertEqual(body["sums"][column], sum(lead[column] for lead in body["leads"]), column)
        for lead in (*body["leads"], body["sums"]):
            self.assertEqual(lead["n"], lead["open"] + lead["in_time"] + lead["late"] + lead["dropped"])
        self.assertEqual(body["sums"]["n"], body["all"])
        self.each_number_leads_to_its_list(session, body)
        self.sheet_is_right(session, cases)

    def each_number_leads_to_its_list(self, session, body):
        query = {"n": "what=all", "satisfied": "rating=satisfied", "basically": "rating=basically", "dissatisfied": "rating=not"}
        for lead in (*body["leads"], {**body["sums"], "body": ""}):
            for column in COLUMNS:
                path = f"/suggestions?session={session}&body={lead['body']}&{query.get(column, 'what=' + column)}"
                status, found = self.desk.get(path)
                self.assertEqual((status, found["n"]), (200, lead[column]), path)

    def sheet_is_right(self, session, cases):
        data = self.desk.get(f"/letters/sessions/{session}/register.xlsx")
        self.assertEqual(data[0], 200)
        with zipfile.ZipFile(io.BytesIO(data[1])) as book:
            text = "".join(book.read(name).decode() for name in book.namelist() if "sheet1" in name or "sharedStrings" in name)
        for words in ("甲, 乙", "已并案", "满意", "不满意", "编号"):
            self.assertIn(words, text)
        self.assertEqual(text.count("<row "), len(cases) + 1)
        for client, want in ((self.guest, 401), (self.buyer, 403), (self.lead, 403), (self.root, 403), (self.nobody, 403)):
            self.assertEqual(client.get(f"/letters/sessions/{session}/register.xlsx")[0], want)
        self.assertEqual(self.desk.get("/letters/sessions/999/register.xlsx")[0], 404)


def load_tests(loader, tests, pattern):
    """Only what is new here, and not what test_letters_http tries."""
    return unittest.TestSuite(Similar(name) for name in vars(Similar) if name.startswith("test_"))


if __name__ == "__main__":
    unittest.main()
