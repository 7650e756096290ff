"""Drafting a letter over HTTP, against the real program: test_draft_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
RULE = {"do": "rule", "from": "2020-01-01", "reply_months": 3, "most_months": 6, "co_months": 1, "decline_days": 7,
        "decline_unit": "workday", "again_months": 1, "again_most": 1, "form_workdays": 20, "source": "办法"}
HTML = {"Accept": "text/html", "Accept-Language": "zh-CN"}


def today():
    return str(datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date())


class Drafts(TownCase):
    program = PROGRAM
    options = {"buyers": 2, "stock": (5, 1),
               "users": (("root", "admin"),) + tuple(
                   (login, "officer") for login in ("desk", "lead", "second", "checker", "signer", "cohandler", "other"))}
    people = ("buyer", "office", "root", "desk", "lead", "second", "checker", "signer", "cohandler", "other")
    numbers = iter(range(1, 1000))

    @classmethod
    def begin(cls):
        root = cls.town.client("root")
        cls.bodies = {}
        for i, (name, zh, desk) in enumerate((("desk", "交办室", "yes"), ("lead", "慈溪市经信局", ""),
                                              ("co", "慈溪市财政局", ""), ("other", "别的局", ""))):
            status, body = root.post("/letters/bodies", {
                "slug": f"body-{name}", "name_zh": zh, "name_en": f"Body {name}", "short": f"字{i}",
                "mark": f"{zh}文件", "contact": "63980000", "is_desk": desk})
            assert status == 200, body
            cls.bodies[name] = body["id"]
        for login, body, posts in (("desk", "desk", []), ("lead", "lead", ["draft"]), ("second", "lead", ["draft"]),
                                   ("checker", "lead", ["check"]), ("signer", "lead", ["sign"]),
                                   ("cohandler", "co", ["draft"]), ("other", "other", ["draft"])):
            fields = [("do", "post"), ("login", login), ("title", "科长")] + [("post", p) for p in posts]
            status, body = root.post(f"/letters/bodies/{cls.bodies[body]}", fields)
            assert status == 200, body
        status, body = root.post("/letters/sessions", {"slug": "s-1", "name_zh": "市人大一次会议", "name_en": "First",
                                                       "kind": "congress", "opened": "2020-01-01"})
        assert status == 200, body
        cls.session = body["id"]
        assert root.post(f"/letters/sessions/{cls.session}", RULE)[0] == 200
        assert root.post(f"/letters/sessions/{cls.session}",
                         {"do": "class", "code": "A", "name_zh": "解决", "name_en": "Solved"})[0] == 200
        office = cls.town.client("office")
        for name, value, scan in (("base_area", "4.81平方公里", None),):
            assert office.post("/figures", {"name": name, "kind": "number", "unit": "m2", "title_zh": "西区面积",
                                            "title_en": "Area", "about_zh": "规划", "about_en": "Planned", "public": "1"})[0] == 200
            assert office.post(f"/figures/{name}/values", {"number": value, "holds_from": "2021-01-01", "source": "规划"})[0] == 200
        root.close()
        office.close()

    def drafting(self):
        status, body = self.desk.post("/suggestions", {"session": self.session, "number": next(self.numbers), "title": "关于小镇的建议",
                                                       "text": "正文", "received": today(), "deputies": "宋一,一团,buyer0"})
        self.assertEqual(status, 200, body)
        case = body["id"]
        self.act(self.desk, case, "examine")
        status, body = self.desk.post(f"/suggestions/{case}", [("do", "assign"), ("lead", self.bodies["lead"]),
                                                               ("co", self.bodies["co"])])
        self.assertEqual(status, 200, body)
        self.act(self.lead, case, "accept")
        return case

    def act(self, client, case, do, want=200, **more):
        status, body = client.post(f"/suggestions/{case}", {"do": do, **more})
        self.assertEqual(status, want, body)
        return body

    def draft(self, client, case, want=200, query=""):
        status, body = client.get(f"/suggestions/{case}/draft{query}")
        self.assertEqual(status, want, body)
        return body

    def save(self, client, case, text, base, want=200, **more):
        status, body = client.post(f"/suggestions/{case}/draft",
                                   {"title": "答复", "addressee": "宋一代表", "text": text, "base": base, **more})
        self.assertEqual(status, want, body)
        return body

    def look(self, client, case, text, want=200, **more):
        status, body = client.post(f"/suggestions/{case}/draft/look", {"text": text, **more})
        self.assertEqual(status, want, body)
        return body.get("look", body)

    def submit(self, case):
        self.act(self.cohandler, case, "opinion", words="同意")
        deputy = self.lead.get(f"/suggestions/{case}")[1]["deputies"][0]["id"]
        self.act(self.lead, case, "talk", deputy=deputy, how="visit", day=today(), words="谈过")
        self.act(self.lead, case, "submit")

    def solved(self, case):
        return {"class": self.draft(self.lead, case)["classes"][0]["id"]}

    # --- the door ---

    def test_who_may_see_and_who_may_write(self):
        case = self.drafting()
        for client, read, write in ((self.lead, 200, 200), (self.checker, 200, 200), (self.signer, 200, 403),
                                    (self.cohandler, 200, 403), (self.desk, 200, 403), (self.other, 404, 404),
                                    (self.buyer, 403, 403), (self.office, 404, 403)):
            self.draft(client, case, read)
            base = self.draft(self.lead, case)["draft"]["version"]
            self.save(client, case, f"正文 {base}", base, write)
        for client, status in ((self.buyer, 403), (self.other, 404), (self.cohandler, 200)):
            self.look(client, case, "三", status)
            self.assertEqual(client.post(f"/suggestions/{case}/draft/comments", {"words": "意见"})[0], status)
        self.assertEqual(self.client().get(f"/suggestions/{case}/draft")[0], 401)

    def test_a_checker_mends_what_is_checked_and_nobody_after_it(self):
        case = self.drafting()
        self.save(self.lead, case, "正文", 0)
        self.submit(case)
        self.assertFalse(self.draft(self.lead, case)["may"]["write"])
        self.save(self.lead, case, "正文二", 1, 409)
        self.save(self.checker, case, "正文三", 1, **self.solved(case))
        self.act(self.checker, case, "pass")
        self.save(self.checker, case, "正文四", 2, 409)
        self.assertEqual(self.draft(self.cohandler, case)["draft"]["text"], "正文三")

    def test_who_hands_a_draft_on_hears_what_is_open_in_it(self):
        case = self.drafting()
        path = f"/suggestions/{case}/draft/comments"

        def still(client):
            return client.get(f"/suggestions/{case}")[1].get("draft_open")
        self.assertIsNone(still(self.lead))
        self.save(self.lead, case, "正文，[[products|7款]]", 0, attachments="面积[[base_area|5平方公里]]", **self.solved(case))
        for words in ("第一段不妥", "第二段不妥"):
            self.assertEqual(self.cohandler.post(path, {"words": words})[0], 200)
        self.assertEqual(still(self.lead), {"class_missing": False, "figures": 2, "comments": 2, "fails": True})
        for client in (self.checker, self.cohandler, self.desk, self.buyer):  # none of them hands it on now
            self.assertIsNone(still(client))
        self.submit(case)  # which is allowed, and said
        self.assertEqual(still(self.checker)["figures"], 2)
        page = self.checker.get(f"/suggestions/{case}", HTML)[1]
        self.assertIn(f'<a href="/suggestions/{case}/draft#look">答复稿有 2 处', page)
        self.assertIn(f'<a href="/suggestions/{case}/draft#comments">有 2 条', page)
        body = self.act(self.checker, case, "pass", 409)
        self.assertEqual((body["field"], body["limit"]), ("figures", 2))
        self.assertEqual(self.lead.get(f"/suggestions/{case}")[1]["suggestion"]["state"], "checking")
        self.save(self.checker, case, "正文", 1, attachments="面积[[base_area|4.81平方公里]]", **self.solved(case))
        self.assertEqual(still(self.checker), {"class_missing": False, "figures": 0, "comments": 2, "fails": False})
        self.act(self.checker, case, "pass")

    def test_what_signing_refuses_is_not_countersigned(self):
        case = self.drafting()
        self.save(self.lead, case, "正文", 0)
        self.submit(case)  # a class may come later
        self.assertEqual(self.checker.get(f"/suggestions/{case}")[1]["draft_open"],
                         {"class_missing": True, "figures": 0, "comments": 0, "fails": True})
        page = self.checker.get(f"/suggestions/{case}", HTML)[1]
        self.assertIn(f'<a href="/suggestions/{case}/draft#class">答复稿还没有选定办理结果类别', page)
        self.assertIn('value="pass" disabled', page)
        self.assertEqual(self.act(self.checker, case, "pass", 409)["field"], "class")
        self.save(self.checker, case, "正文", 1, **self.solved(case))
        # one that was saved before text and attachments were counted together
        with self.town.database.connect() as db:
            db.run("INSERT INTO letter_versions (letter_id, version, base, form, title, addressee, text, attachments, class_id,"
                   " saved_at, saved_by) SELECT letter_id, 3, 2, form, title, addressee, ?, ?, class_id, saved_at, saved_by"
                   " FROM letter_versions WHERE version = 2 AND letter_id = (SELECT max(id) FROM letters WHERE suggestion_id = ?)",
                   "[[a]]" * 150, "[[a]]" * 51, case)
            db.run("UPDATE letters SET version = 3 WHERE suggestion_id = ?", case)
        self.assertEqual(self.checker.get(f"/suggestions/{case}")[1]["draft_open"],
                         {"class_missing": False, "figures_most": 200, "figures": 0, "comments": 0, "fails": True})
        self.assertIn("引用的数据超过 200 个", self.checker.get(f"/suggestions/{case}", HTML)[1])
        body = self.act(self.checker, case, "pass", 409)
        self.assertEqual((body["field"], body["limit"]), ("figures", 200))
        self.save(self.checker, case, "正文", 3, **self.solved(case))
        self.assertNotIn("draft_open", self.checker.get(f"/suggestions/{case}")[1])
        self.act(self.checker, case, "pass")

    # --- versions ---

    def test_a_draft_begins_as_proposed_and_is_kept_in_versions(self):
        case = self.drafting()
        body = self.draft(self.lead, case)
        self.assertEqual((body["draft"]["version"], body["draft"]["addressee"]), (0, "宋一代表"))
        self.assertTrue(body["draft"]["title"].startswith("对市人大一次会议第"))
        self.assertEqual(body["draft"]["contact"], "63980000")
        self.save(self.lead, case, "一段\r\n二段  \r\n\r\n", 0, note="初稿")
        self.save(self.second, case, "一段\n二段改了\n三段", 1, title="新的答复")
        body = self.draft(self.lead, case)
        self.assertEqual(([v["n"] for v in body["versions"]], body["draft"]["text"]), ([2, 1], "一段\n二段改了\n三段"))
        self.assertEqual(self.draft(self.lead, case, query="?v=1")["draft"]["text"], "一段\n二段")
        self.draft(self.lead, case, 404, "?v=3")
        self.draft(self.lead, case, 404, "?from=1&to=9")
        diff = self.draft(self.desk, case, query="?from=1&to=2")["diff"]
        self.assertEqual([p["kind"] for p in diff["text"]], ["same", "changed", "new"])
        self.assertEqual([w["kind"] for w in diff["text"][1]["words"]], ["same", "new"])
        self.assertEqual([f["was"] for f in diff["fields"]], ["答复"])
        status, body = self.lead.post(f"/suggestions/{case}/draft/restore", {"version": 1, "base": 2})
        self.assertEqual(status, 200, body)
        self.assertEqual(self.draft(self.lead, case)["draft"]["text"], "一段\n二段")
        self.assertEqual(self.cohandler.post(f"/suggestions/{case}/draft/restore", {"version": 1, "base": 3})[0], 403)

    def test_bad_input_is_refused_with_its_field(self):
        case = self.drafting()
        for fields, field in (({"title": ""}, "title"), ({"title": "长" * 121}, "title"), ({"addressee": ""}, "addressee"),
                              ({"text": "长" * 60001}, "text"), ({"text": "a\x01"}, "text"), ({"class": 999}, "class"),
                              ({"text": "〖我改成〗"}, "text"), ({"text": "[[a]]" * 201}, "text"), ({"text": "[[a]]" * 101, "attachments": "[[a]]" * 100}, "attachments"), ({"copies": "长" * 501}, "copies")):
            body = self.save(self.lead, case, fields.pop("text", "正文"), 0, 422, **fields)
            self.assertEqual(body["field"], field, body)
        self.assertEqual(self.draft(self.lead, case)["draft"]["version"], 0)

    # --- two people ---

    def test_two_people_at_once_get_their_changes_put_together(self):
        case = self.drafting()
        self.save(self.lead, case, "一\n二\n三", 0)
        self.save(self.second, case, "一\n二\n三改", 1)
        body = self.save(self.lead, case, "一改\n二\n三", 1, 409)  # programs are told, and ask again
        self.assertEqual(body["field"], "base")

        def page(text, base):
            status, page = self.lead.post(f"/suggestions/{case}/draft", {"title": "答复", "addressee": "宋一代表", "text": text,
                                                                         "base": base}, headers=HTML)
            return status, page
        status, text = page("一改\n二\n三", 1)
        self.assertEqual(status, 409)
        self.assertIn("一改\n二\n三改</textarea>", text)
        self.assertIn('name="base" value="2"', text)
        status, text = page("一\n二\n三另改", 1)
        self.assertIn("〖对方改成〗\n三改\n〖我改成〗\n三另改\n〖以上请择一〗", text)
        self.assertEqual(self.draft(self.lead, case)["draft"]["version"], 2)

    # --- looking ---

    def test_a_look_finds_what_does_not_hold(self):
        case = self.drafting()
        look = self.look(self.lead, case, "有[[products|7款]]，面积[[base_area|4.81平方公里]]，[[nothing]]。")
        self.assertEqual([f["trouble"] for f in look["figures"]], ["fails", "thin", "no_figure"])
        self.assertEqual(look["bad"], 2)
        f = look["figures"][1]
        text = "有[[products|7款]]，面积[[base_area|4.81平方公里]]，[[nothing]]。"
        self.assertEqual(text[f["at"]:f["to"]], "[[base_area|4.81平方公里]]")
        self.assertEqual(f["value"], "4.81平方公里")

    def test_a_number_typed_by_hand_is_met_with_figures_that_bear_it(self):
        case = self.drafting()
        look = self.look(self.lead, case, "一、空间\n面积4.81平方公里，另有830万元，于2020年1月。")
        self.assertEqual([(t["text"], [f["name"] for f in t["figures"]]) for t in look["typed"]],
                         [("4.81平方公里", ["base_area"]), ("830万元", [])])
        self.assertEqual(look["typed"][0]["figures"][0]["token"], "[[base_area|4.81平方公里]]")
        fixed = "面积[[base_area|4.81平方公里]]"
        self.assertEqual(self.look(self.lead, case, fixed)["typed"], [])

    def test_a_figure_that_changed_since_the_save_is_told(self):
        case = self.drafting()
        text = "面积[[base_area]]"
        self.save(self.lead, case, text, 0)
        self.assertNotIn("was", self.look(self.lead, case, text)["figures"][0])
        self.assertEqual(self.office.post("/figures/base_area/values", {"number": "5平方公里", "holds_from": "2022-01-01",
                                                                        "source": "规划"})[0], 200)
        try:
            f = self.look(self.lead, case, text)["figures"][0]
            self.assertEqual((f["was"], f["value"]), ("4.81平方公里", "5平方公里"))
            self.save(self.lead, case, text, 1)
            self.assertNotIn("was", self.look(self.lead, case, text)["figures"][0])
        finally:
            self.office.post("/figures/base_area/values", {"number": "4.81平方公里", "holds_from": "2022-01-02", "source": "规划"})

    def test_an_opinion_has_to_be_mentioned(self):
        case = self.drafting()
        self.act(self.cohandler, case, "opinion", words="同意")
        self.assertEqual(len(self.look(self.lead, case, "正文")["opinions"]), 1)
        self.assertEqual(self.look(self.lead, case, "我局会同市财政局研究")["opinions"], [])

    def test_the_form_looks_without_scripts(self):
        case = self.drafting()
        status, page = self.lead.post(f"/suggestions/{case}/draft/look", {"title": "题", "addressee": "谁", "base": 0,
                                                                          "text": "有830万元<script>"}, headers=HTML)
        self.assertEqual(status, 200)
        self.assertIn("有830万元&lt;script&gt;</textarea>", page)
        self.assertIn("没有数据与它相符", page)

    # --- comments ---

    def test_comments_are_made_and_resolved(self):
        case = self.drafting()
        path = f"/suggestions/{case}/draft/comments"
        self.save(self.lead, case, "正文", 0)
        self.assertEqual(self.cohandler.post(path, {"words": "此处不妥", "quote": "正文"})[0], 200)
        self.assertEqual(self.cohandler.post(path, {"words": ""})[1]["field"], "words")
        comment = self.draft(self.lead, case)["comments"][0]
        self.assertEqual((comment["quote"], comment["version"], comment["is_resolved"]), ("正文", 1, False))
        self.assertEqual(self.desk.post(f"{path}/{comment['id']}")[0], 403)
        self.assertEqual(self.lead.post(f"{path}/{comment['id']}")[0], 200)
        self.assertTrue(self.draft(self.lead, case)["comments"][0]["is_resolved"])
        self.assertEqual(self.lead.post(f"{path}/99999")[0], 404)


if __name__ == "__main__":
    unittest.main()
