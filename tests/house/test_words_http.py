"""The list of words: who may change it, what is said in shows meanwhile; against the real program:
test_words_http.py GUILDHALL"""
import pathlib
import sys
import unittest
from urllib.parse import quote

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Words(TownCase):
    program = PROGRAM
    options = {"buyers": 9, "users": [("host", "host")]}

    def plan(self):
        host = self.client("host")
        return host, host.post("/shows", {"title_zh": "测试", "title_en": "Test", "room": "1",
                                          "starts_at": "2030-01-01T19:30"})[1]["id"]

    def add(self, words, want=200, **more):
        fields = {"words": words, "class": "blocked", "rule": "other", "why": "测试", **more}
        status, body = self.client("office").post("/house/words", fields)
        self.assertEqual(status, want, body)
        return body

    def find(self, word):
        return next((w for w in self.client("office").get("/house/words?q=" + quote(word))[1]["words"]
                     if w["word"] == word), None)

    def verdict(self, text):
        return self.client("office").get("/house/words?try=" + quote(text))[1]["try"]

    # --- who ---

    def test_only_the_base_sees_and_changes_the_list(self):
        fields = {"words": "天下无双", "class": "blocked", "rule": "other", "why": "测试"}
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403),
                             (self.client("host"), 403), (self.client("maker"), 403)):
            for path in ("/house/words", "/house/words/history", "/house/words.csv"):
                self.assertEqual(client.get(path)[0], want, path)
            for path in ("/house/words", "/house/words/1", "/house/words/paste"):
                self.assertEqual(client.post(path, fields)[0], want, path)
        self.assertIsNone(self.find("天下无双"))

    # --- what is said ---

    def test_a_blocked_word_is_refused_a_flagged_one_is_held(self):
        host, show = self.plan()
        room = Room(self.town, show)
        self.addCleanup(room.close)
        crew = Room(self.town, show, path=host.get(f"/shows/{show}/desk")[1]["show"]["stream"]["desk_events"])
        self.addCleanup(crew.close)
        self.assertEqual(crew.wait("hello")["type"], "hello")
        status, body = self.client("buyer1").post(f"/shows/{show}/chat", {"text": "加 Ｖ信 便宜"})
        self.assertEqual((status, body["field"]), (422, "text"))
        self.assertNotIn("信", body["message"])  # nobody is taught the list
        status, body = self.client("buyer1").post(f"/shows/{show}/chat", {"text": "有威信吗"})
        self.assertEqual((status, body["message"]["held"]), (200, True))
        self.assertIsNone(body["message"]["held_why"])
        held = crew.wait("held")
        self.assertNotIn("text", held)  # an assistant without the grant hears that something waits, not what
        queue = host.get(f"/shows/{show}/desk")[1]["held"]
        self.assertEqual([(m["id"], m["text"], m["held_why"]) for m in queue], [(held["id"], "有威信吗", "微信")])
        self.assertEqual(self.client("buyer1").get(f"/shows/{show}")[1]["messages"], [])
        # A product's way of paying is no dealing outside; the crew says what it likes.
        self.assertNotIn("held", self.client("buyer2").post(f"/shows/{show}/chat", {"text": "微信支付可以吗"})[1]["message"])
        self.assertNotIn("held", host.post(f"/shows/{show}/chat", {"text": "不要加微信"})[1]["message"])
        # Let through, it is where others see it.
        host.post(f"/shows/{show}/messages/{held['id']}", {"do": "release"})
        self.assertEqual([m["text"] for m in self.client().get(f"/shows/{show}")[1]["messages"]],
                         ["有威信吗", "微信支付可以吗", "不要加微信"])

    def test_a_change_holds_for_the_next_message(self):
        _, show = self.plan()
        buyer = self.client("buyer3")
        say = lambda text: buyer.post(f"/shows/{show}/chat", {"text": text})  # noqa: E731
        self.assertEqual(say("紫气东来真好看")[0], 200)
        self.add("紫气东来")
        self.assertEqual(say("又是紫气东来")[0], 422)
        self.add("紫气东来壶", **{"class": "exempt"})
        self.assertEqual(say("紫气东来壶多少钱")[0], 200)
        word = self.find("紫气东来")
        self.client("office").post(f"/house/words/{word['id']}", {"do": "change", "class": "flagged",
                                                                  "rule": "other", "why": "先看"})
        self.assertTrue(say("还是紫气东来")[1]["message"]["held"])
        self.client("office").post(f"/house/words/{word['id']}", {"do": "remove", "why": "误伤"})
        self.assertNotIn("held", say("紫气东来没事了")[1]["message"])
        events = self.client("office").get("/house/words/history")[1]["events"]
        self.assertEqual([(e["event"], e["class"], e["why"]) for e in events if e["word"] == "紫气东来"],
                         [("remove", "flagged", "误伤"), ("change", "flagged", "先看"),
                          ("add", "blocked", "测试")])
        self.assertEqual(events[0]["by"], "office")

    def test_a_text_can_be_tried(self):
        tried = self.verdict("加薇信，全国第①")
        self.assertEqual(tried["verdict"], "held")
        self.assertEqual([(f["word"], f["said"], f["is_guess"]) for f in tried["found"]][:2],
                         [("加微信", "加薇信", True), ("微信", "薇信", True)])
        self.assertEqual(tried["found"][-1]["rule"], "superlative")
        self.assertEqual(self.verdict("赌 博")["verdict"], "refused")
        self.assertEqual(self.verdict("这个壶保温吗")["verdict"], "fine")
        # Advertising is looked at, and never taken away without a word.
        self.assertEqual(self.verdict("国家级 销量第一 根治")["verdict"], "held")

    # --- what cannot be a word ---

    def test_what_a_list_cannot_have(self):
        for words in ("", "x", "，，", "a" * 41, "####", "12#x####", "\x01\x02"):
            self.assertEqual(self.add(words, want=422)["field"], "words", words)
        self.assertEqual(self.add("好词", want=422, why="")["field"], "why")
        self.assertEqual(self.add("好词", want=422, **{"class": "loud"})["field"], "class")
        self.assertEqual(self.add("好词", want=422, rule="loud")["field"], "rule")
        self.assertEqual(self.add("好词", want=422, note="x" * 201)["field"], "note")
        self.assertEqual(self.add("\n".join(f"词语{i}" for i in range(201)), want=429)["field"], "words")
        self.assertEqual(self.client("office").post("/house/words", {"words": "x" * 70000})[0], 413)
        self.add("好词 好词")
        body = self.add("新词一\n好词 好词\n新词二", want=409)
        self.assertEqual(body["field"], "words")
        self.assertIsNone(self.find("新词一"))  # all or none
        office = self.client("office")
        self.assertEqual(office.post("/house/words/999999", {"do": "remove", "why": "测试"})[0], 404)
        self.assertEqual(office.post("/house/words/x", {"do": "remove", "why": "测试"})[0], 404)
        self.assertEqual(office.post("/house/words/1", {"do": "shout", "why": "测试"})[0], 422)
        self.assertEqual(office.get("/house/words?after=x")[0], 422)
        self.assertEqual(office.get("/house/words?try=" + "x" * 1001)[0], 422)
        self.assertEqual([w["word"] for w in office.get("/house/words?q=%25")[1]["words"]], ["100%有效"])

    def test_so_many_lines_at_once(self):
        body = self.add("\n".join(f"词条{i}" for i in range(200)))
        self.assertEqual(body["added"], 200)

    def test_an_exempt_phrase_has_its_own_rule(self):
        self.add("微信公众平台壶", **{"class": "exempt", "rule": "gambling"})
        self.assertEqual(self.find("微信公众平台壶")["rule"], "exempt")

    def test_the_list_goes_out_and_comes_back(self):
        office = self.client("office")
        self.add("=某某店铺")  # which a spreadsheet would take for a formula
        self.add('带"引号"，逗号', note='备注，"注"')
        status, sheet = office.get("/house/words.csv")
        self.assertEqual(status, 200)
        self.assertIn('"', sheet)
        before = office.get("/house/words")[1]["n"]
        status, body = office.post("/house/words/paste", {"lines": sheet, "why": "原样"})
        self.assertEqual(status, 200, body)
        self.assertEqual(office.get("/house/words")[1]["n"], before)
        self.assertEqual(self.find("微信")["class"], "flagged")
        status, body = office.post("/house/words/paste", {"lines": "微信,blocked,outside\n青瓷话,exempt", "why": "收紧"})
        self.assertEqual((status, body["added"]), (200, 2))
        self.assertEqual(self.find("微信")["class"], "blocked")
        office.post("/house/words/paste", {"lines": "微信,flagged,outside", "why": "还原"})
        for lines in ("微信", "微信,loud,outside\n词语,flagged", "词语,flagged,loud", "x,flagged", "词语,flagged,other," + "x" * 201,
                      "词语,flagged\nword,class,rule,note"):
            status, body = office.post("/house/words/paste", {"lines": lines, "why": "坏行"})
            self.assertEqual((status, body["field"]), (422, "lines" if "x,f" not in lines else "words"), lines)


if __name__ == "__main__":
    unittest.main()
