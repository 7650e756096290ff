"""The public register of replies, over HTTP, against the real program: test_replies_http.py GUILDHALL"""
import unittest
import urllib.parse

import test_issue_http as issue

TEXT = ("一、总的情况。西区规划面积[[west_area|4.81平方公里]]，专项资金[[secret_fund|830万元]]。\n\n"
        "（一）已经做的\n| 项目 | 数量 |\n|---|---|\n| 面积 \\| 西区 | [[west_area|约480万平方米]] |\n| 产品 | [[shown_goods|3款]] |\n"
        "特此答复。")


class Replies(issue.Issue):
    copied = set()  # suggestions that nothing happened to

    @classmethod
    def excuse(cls, line):
        return any(line.startswith(f"letters: suggestion {case}: ") for case in cls.copied)

    def sent(self, **more):
        case = self.sealed(**more)
        self.post(self.lead, f"/suggestions/{case}/send")
        return self.letter(case)["id"]

    def listed(self, query="", client=None):
        status, body = (client or self.guest).get(f"/replies?{query}")
        self.assertEqual(status, 200, body)
        return [reply["id"] for reply in body["replies"]]

    def found(self, words):
        return self.listed(f"q={urllib.parse.quote(words)}")

    def number(self, letter):
        return self.ask("SELECT s.number FROM suggestions s JOIN letters l ON l.suggestion_id = s.id WHERE l.id = ?", letter)

    def another_session(self):
        name = f"s-{self.ask('SELECT count(*) FROM letter_sessions') + 1}"
        session = self.post(self.root, "/letters/sessions", slug=name, name_zh=name, name_en=name, kind="congress",
                            opened="2021-01-01")["id"]
        self.post(self.root, f"/letters/sessions/{session}", **issue.RULE)
        self.post(self.root, f"/letters/sessions/{session}", do="class", code="A", name_zh="解决", name_en="Solved")
        return session

    # --- one ---

    def test_a_reply_as_it_was_issued(self):
        letter = self.sent(text=TEXT, attachments="# 清单[[shown_goods|3款]]\n一号路[[west_area|4.81平方公里]]")
        status, body = self.guest.get(f"/replies/{letter}")
        self.assertEqual(status, 200, body)
        reply = body["reply"]
        self.assertEqual((reply["title"], reply["addressee"]), ("关于路灯建议的答复", "沈一帆代表"))
        self.assertEqual([b["kind"] for b in reply["blocks"]], ["level_1", "level_2", "table", "text"])
        first = reply["blocks"][0]["parts"]
        self.assertEqual([(p["text"], p["is_head"], "href" in p) for p in first],
                         [("一、总的情况。", True, False), ("西区规划面积", False, False), ("4.81平方公里", False, True),
                          ("，专项资金", False, False), ("830万元", False, False), ("。", False, False)])
        self.assertRegex(first[2]["href"], r"^/figures/west_area\?as_of=\d{4}-\d\d-\d\d$")
        self.assertEqual(self.guest.get(first[2]["href"])[0], 200)
        rows = [["".join(p["text"] for p in c["parts"]) for c in r["cells"]] for r in reply["blocks"][2]["rows"]]
        self.assertEqual(rows, [["项目", "数量"], ["面积 | 西区", "约480万平方米"], ["产品", "3款"]])
        self.assertEqual([r["is_head"] for r in reply["blocks"][2]["rows"]], [True, False, False])
        more = reply["attachments"][0]
        self.assertEqual("".join(p["text"] for p in more["name"]), "清单3款")
        self.assertEqual([p["text"] for p in more["blocks"][0]["parts"]], ["一号路", "4.81平方公里"])
        self.assertEqual(self.guest.get(f"/verify/letters/{reply['code']}")[0], 200)
        self.assertTrue(self.pdf(self.guest, f"/verify/letters/{reply['code']}/paper.pdf").startswith(b"%PDF"))
        self.assertNotIn("secret_fund", str(body))

    def test_the_page_in_both_languages(self):
        letter = self.sent(text=TEXT, addressee="沈一帆代表：")
        dated_day = self.ask("SELECT dated_day FROM letters WHERE id = ?", letter)
        for path in ("/zh/replies", "/en/replies", f"/zh/replies/{letter}", f"/en/replies/{letter}"):
            status, page = self.guest.get(path, {"Accept": "text/html"})
            self.assertEqual(status, 200, path)
            self.assertIn('<link rel="canonical" href="', page)
        self.assertIn('/figures/west_area?as_of=', page)
        self.assertRegex(page, r'<td>产品\s*</td>')
        self.assertNotIn("secret_fund", page)
        self.assertNotIn("[[", page)
        self.change("UPDATE letters SET dated_day = 18801 WHERE id = ?", letter)
        try:
            for language, to, dated in (("zh", "沈一帆代表：", "2021年6月23日"), ("en", "沈一帆代表:", "23 June 2021")):
                page = self.guest.get(f"/{language}/replies/{letter}", {"Accept": "text/html"})[1]
                self.assertIn(f'<p class="reply-to">{to}</p>', page)
                self.assertRegex(page, rf'<time datetime="2021-06-23" lang="[^"]*">{dated}</time>')
        finally:
            self.change("UPDATE letters SET dated_day = ? WHERE id = ?", dated_day, letter)

    # --- which ---

    def test_what_is_not_sent_or_not_public_is_not_there(self):
        sealed = self.sealed(text="无数据")
        hidden = self.sent(text="无数据", is_public="no")
        for letter in (self.letter(sealed)["id"], hidden, 999999, "x", 0, -1):
            for client in (self.guest, self.buyer, self.lead, self.desk, self.root):
                self.assertEqual(client.get(f"/replies/{letter}")[0], 404, letter)
        listed = self.listed()
        self.assertNotIn(self.letter(sealed)["id"], listed)
        self.assertNotIn(hidden, listed)

    def test_what_may_be_public_is_changed_by_the_desk_or_the_lead(self):
        letter = self.sent(text="蓑衣")
        case = self.ask("SELECT suggestion_id FROM letters WHERE id = ?", letter)
        code = self.ask("SELECT code FROM letters WHERE id = ?", letter)
        path = f"/suggestions/{case}"
        for client, want in ((self.buyer, 403), (self.nobody, 404)):
            self.assertEqual(client.post(path, {"do": "withhold", "note": "x"})[0], want)
        self.assertEqual(self.desk.post(path, {"do": "withhold"})[1]["field"], "note")
        self.assertEqual(self.desk.post(path, {"do": "publish", "note": "它已经公开"})[0], 409)
        self.assertIn(letter, self.listed())
        self.post(self.desk, path, do="withhold", note="涉及个人信息")
        self.assertNotIn(letter, self.listed())
        self.assertEqual(self.found("蓑衣"), [])
        self.assertEqual(self.guest.get(f"/replies/{letter}")[0], 404)
        verified = self.guest.get(f"/verify/letters/{code}")
        self.assertEqual((verified[0], verified[1]["letter"]["state"], verified[1]["letter"]["is_public"]), (200, "valid", False))
        self.assertNotIn("蓑衣", str(verified[1]))
        self.assertEqual(self.guest.get(f"/verify/letters/{code}/paper.pdf")[0], 404)
        self.post(self.lead, path, do="publish", note="代表来信同意")
        self.assertIn(letter, self.listed())
        self.assertEqual([e["note"] for e in self.desk.get(path)[1]["events"] if e["note"] in ("涉及个人信息", "代表来信同意")],
                         ["代表来信同意", "涉及个人信息"])

    def test_a_recalled_reply_is_gone(self):
        letter = self.sent(text="无数据")
        case = self.ask("SELECT suggestion_id FROM letters WHERE id = ?", letter)
        self.assertIn(letter, self.listed())
        self.post(self.chief, f"/suggestions/{case}/recall", note="数字有误")
        self.assertNotIn(letter, self.listed())
        self.assertEqual(self.guest.get(f"/replies/{letter}")[0], 404)

    def test_anybody_sees_the_same(self):
        self.sent(text="无数据")
        want = self.listed()
        for client in (self.buyer, self.office, self.nobody, self.lead, self.root):
            self.assertEqual(self.listed(client=client), want)

    def test_it_is_found_by_what_everybody_may_read(self):
        one = self.sent(text="竹编进课堂，面积[[west_area|4.81平方公里]]。", title="关于非遗的答复", attachments="# 篾匠名册\n无", asked="榫卯")
        other = self.sent(text="无数据", asked="榫卯")
        for words in ("竹编", "竹编 课堂", "非遗", "篾匠", "竹编 81平方公里"):
            self.assertEqual(self.found(words), [one], words)
        self.assertLessEqual({one, other}, set(self.found("路灯")))  # the suggestion's title is above it in the list
        for words in ("榫卯", "没有这样", "竹编 没有", "west_area"):
            self.assertEqual(self.found(words), [], words)
        self.assertIn(one, self.found(str(self.number(one))))
        paper = self.guest.get(f"/replies/{one}")[1]["reply"]["number"]
        self.assertIn(one, self.found(paper))
        self.assertNotIn(one, self.found(paper.replace("〔", "〔9")))
        n = self.ask("SELECT n.n FROM letter_numbers n JOIN letters l ON l.number_id = n.id WHERE l.id = ?", one)
        self.assertIn(one, self.found(str(n)))

    def test_a_recalled_reply_is_found_no_more(self):
        letter = self.sent(text="砚台", asked="x")
        self.assertEqual(self.found("砚台"), [letter])
        case = self.ask("SELECT suggestion_id FROM letters WHERE id = ?", letter)
        self.post(self.chief, f"/suggestions/{case}/recall", note="数字有误")
        self.assertEqual(self.found("砚台"), [])

    def test_what_is_not_public_is_not_found(self):
        self.sent(text="油纸伞", is_public="no")
        self.assertEqual(self.found("油纸"), [])

    def test_it_is_narrowed_by_session_body_and_class(self):
        one, other = self.sent(text="无数据"), self.sent(text="无数据")
        kind = self.ask("SELECT min(id) FROM letter_classes WHERE code = 'A'")
        for query in (f"session={self.session}", f"body={self.bodies['lead']}", f"class={kind}"):
            self.assertLessEqual({one, other}, set(self.listed(query)), query)
        for query in ("session=999", f"body={self.bodies['desk']}", "class=999"):
            self.assertEqual(self.listed(query), [], query)
        body = self.guest.get(f"/replies?session={self.session}")[1]
        chosen = [s for s in body["sessions"] if s["is_chosen"]]
        self.assertEqual([(s["id"], s["n"]) for s in chosen], [(self.session, body["n"])])
        self.assertEqual([b["id"] for b in body["bodies"]], [self.bodies["lead"]])

    def test_a_class_of_two_sessions_is_there_once(self):
        one, first = self.sent(text="无数据"), self.session
        self.session = self.another_session()
        other = self.sent(text="无数据")
        body = self.guest.get("/replies")[1]
        self.assertEqual([(c["code"], c["n"]) for c in body["classes"]], [("A", body["n"])])
        for kind in [body["classes"][0]["id"], self.ask("SELECT max(id) FROM letter_classes")]:  # a link to either
            body = self.guest.get(f"/replies?class={kind}")[1]
            self.assertLessEqual({one, other}, {reply["id"] for reply in body["replies"]})
            self.assertTrue(body["classes"][0]["is_chosen"])
            self.assertNotIn(one, self.listed(f"class={kind}&session={self.session}"))
            self.assertNotIn(other, self.listed(f"class={kind}&session={first}"))

    def test_what_is_asked_for_may_be_anything(self):
        for query in ("page=0", "page=-3", "page=x", "session=x", "q=%5B%5B", "q=" + "a" * 3000, "q=%27%20OR%201=1", "class=-1"):
            self.listed(query)

    def test_twenty_on_a_page(self):
        first = self.sent(text="无数据")
        for _ in range(22):  # as if they had been sent: copies of one, taken away again below
            self.change("INSERT INTO suggestions (session_id, number, title, text, received_day, is_public, state, made_at)"
                        " SELECT session_id, 5000 + (SELECT count(*) FROM suggestions), '关于翻页的建议', '', received_day, 1, 'examined', 1"
                        " FROM suggestions WHERE id = (SELECT suggestion_id FROM letters WHERE id = ?)", first)
            case = self.ask("SELECT max(id) FROM suggestions")
            self.copied.add(case)
            self.change("INSERT INTO letters (suggestion_id, round, organisation_id, state, version, code, sent_at, made_at)"
                        " SELECT ?, 1, organisation_id, 'sent', 1, ?, 5, 1 FROM letters WHERE id = ?", case, f"{case:024d}", first)
            letter = self.ask("SELECT max(id) FROM letters")
            self.change("INSERT INTO letter_versions (letter_id, version, base, form, title, addressee, text, saved_at, saved_by)"
                        " SELECT ?, 1, 0, form, title, addressee, '', 1, saved_by FROM letter_versions"
                        " WHERE letter_id = ? AND version = (SELECT version FROM letters WHERE id = ?)", letter, first, first)
        try:
            seen, page = [], 1
            while page:
                body = self.guest.get(f"/replies?page={page}")[1]
                self.assertLessEqual(len(body["replies"]), 20)
                seen += [reply["id"] for reply in body["replies"]]
                page = body.get("page_next")
            self.assertEqual((len(seen), len(set(seen))), (body["n"], body["n"]))
            self.assertGreater(body["n"], 20)
        finally:
            self.change("UPDATE letters SET state = 'recalled', recalled_at = 6 WHERE sent_at = 5")


def load_tests(loader, tests, pattern):
    """Only what is new here, and not what test_issue_http tries."""
    return unittest.TestSuite(Replies(name) for name in vars(Replies) if name.startswith("test_"))


if __name__ == "__main__":
    unittest.main()
