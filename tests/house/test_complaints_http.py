"""What is held, and complaints from the form to the answer; against the real program:
test_complaints_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
DAY = 24 * 3600 * 1000


class House(TownCase):
    program = PROGRAM
    options = {"buyers": 9, "stock": (50, 100), "users": [("host", "host"), ("second", "operator")]}

    def setUp(self):
        """Limits are of an address, and all of us have the same: what was sent before counts as long ago."""
        with self.town.database.connect() as db:
            db.run("UPDATE house_complaints SET made_at = made_at - 7200000")
        self.office = self.client("office")

    def plan(self):
        host = self.client("host")
        show = host.post("/shows", {"title_zh": "测试", "title_en": "Test", "room": "1",
                                    "starts_at": "2030-01-01T19:30"})[1]["id"]
        host.post(f"/shows/{show}/items", {"sku": "K1", "price_fen": 5900})
        return host, show

    def complain(self, client, show, want=200, key=None, **more):
        fields = {"about": "show", "kind": "false", "words": "说是纯钢的，其实不是", **more}
        status, body = client.post(f"/shows/{show}/complaints", fields, key=key)
        self.assertEqual(status, want, body)
        return body

    def deed(self, complaint, do, want=200, client=None, **more):
        status, body = (client or self.office).post(f"/house/complaints/{complaint}", {"do": do, **more})
        self.assertEqual(status, want, body)
        return body

    # --- what is held ---

    def test_what_is_held_is_let_through_from_the_review(self):
        host, show = self.plan()
        room = Room(self.town, show)
        self.addCleanup(room.close)
        self.client("buyer0").post(f"/shows/{show}/chat", {"text": "有微信吗"})
        self.client("buyer1").post(f"/shows/{show}/chat", {"text": "第一品牌吗"})
        held = [m for m in self.office.get("/house/review")[1]["running"] if m["show"]["id"] == show]
        self.assertEqual([(m["text"], m["why"], m["name"]) for m in held],
                         [("有微信吗", "微信", "buyer0"), ("第一品牌吗", "第一品牌", "buyer1")])
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (host, 403)):
            self.assertEqual(client.get("/house/review")[0], want)
        door = f"/shows/{show}/messages/{held[0]['id']}"
        status, body = self.office.post(door, {"do": "release", "next": "/house/review"})
        self.assertEqual((status, body["location"]), (200, "/house/review"))
        self.assertEqual(room.wait("chat")["text"], "有微信吗")
        self.assertEqual(self.office.post(door, {"do": "refuse", "next": "//evil"})[0], 409)
        host.post(f"/shows/{show}/end")
        review = self.office.get("/house/review")[1]
        self.assertEqual([m["text"] for m in review["over"] if m["show"]["id"] == show], ["第一品牌吗"])
        self.assertGreaterEqual(review["over_n"], 1)
        lines = {l["name"]: l["count"] for g in self.office.get("/board")[1]["groups"] for l in g["lines"]}
        self.assertEqual(lines["house_held"], review["n"])

    # --- making a complaint ---

    def test_a_guest_complains_and_reads_the_answer_by_number_and_code(self):
        _, show = self.plan()
        guest = self.client()
        made = self.complain(guest, show, contact="gu@example.com")
        number, code = made["id"], made["code"]
        self.assertEqual(made["location"], f"/complaints/{number}?code={code}")
        stranger = self.client()
        for path in (f"/complaints/{number}", f"/complaints/{number}?code=", f"/complaints/{number}?code=AAAAAAAAAA",
                     f"/complaints/{number}?code={code}x", f"/complaints/{number + 1000}?code={code}", "/complaints/x"):
            self.assertEqual(stranger.get(path)[0], 404, path)
        self.assertEqual(self.client("buyer1").get(f"/complaints/{number}")[0], 404)
        page = stranger.get(made["location"])[1]["complaint"]
        self.assertEqual((page["status"], page["words"]), ("received", "说是纯钢的，其实不是"))
        self.assertNotIn("contact", page)
        self.assertEqual(stranger.get(f"/complaints?number={number}&code={code}")[1]["location"], made["location"])
        self.assertTrue(stranger.get("/complaints?number=1&code=x%0Ay")[1]["is_unknown"])

        # The base takes it up and answers.
        self.deed(number, "answer", want=409, words="还没受理")
        self.deed(number, "look")
        self.deed(number, "look", want=409)
        self.deed(number, "answer", want=422)
        self.deed(number, "answer", words="已核实，主播更正了说法。")
        page = stranger.get(made["location"])[1]["complaint"]
        self.assertEqual((page["status"], page["events"][-1]["words"]), ("answered", "已核实，主播更正了说法。"))
        self.assertNotIn("by", page["events"][-1])  # who of the base it was is no matter of theirs
        # Not content: once more, with a clock of its own; then it is closed.
        door = f"/complaints/{number}"
        self.assertEqual(guest.post(door, {"do": "close"})[0], 404)
        self.assertEqual(guest.post(door, {"do": "again", "code": code})[0], 422)
        self.assertEqual(guest.post(door, {"do": "again", "code": code, "words": "还在说纯钢"})[0], 200)
        self.deed(number, "reject", words="录像里没有这句话。")
        self.assertEqual(guest.post(door, {"do": "again", "code": code, "words": "还在说纯钢"})[0], 409)
        self.assertEqual(guest.post(door, {"do": "answer", "code": code, "words": "x" * 9})[0], 422)
        self.assertEqual(guest.post(door, {"do": "close", "code": code})[0], 200)
        self.assertEqual(guest.post(door, {"do": "close", "code": code})[0], 409)
        kinds = [e["kind"] for e in self.office.get(f"/shows/{show}/log")[1]["entries"]]
        self.assertEqual(kinds[:3], ["complaint_rejected", "complaint_answered", "complaint"])

    def test_a_member_finds_it_among_their_own(self):
        host, show = self.plan()
        buyer = self.client("buyer2")
        said = self.client("buyer3").post(f"/shows/{show}/chat", {"text": "骂人的话"})[1]["message"]
        number = self.complain(buyer, show, about="message", message=said["id"], kind="abuse")["id"]
        mine = buyer.get("/complaints")[1]["complaints"]
        self.assertEqual([(c["id"], c["message"]["text"]) for c in mine], [(number, "骂人的话")])
        self.assertEqual(buyer.get(f"/complaints/{number}")[1]["complaint"]["status"], "received")
        self.assertEqual(self.client("buyer3").get(f"/complaints/{number}")[0], 404)
        # The crew reads that there is one, not by whom.
        entry = host.get(f"/shows/{show}/log")[1]["entries"][0]
        self.assertEqual((entry["kind"], entry["value"], entry.get("actor", "")), ("complaint", number, ""))
        case = self.office.get(f"/house/complaints/{number}")[1]["complaint"]
        self.assertEqual(case["message"]["status"], "shown")
        self.office.post(f"/shows/{show}/messages/{said['id']}", {"do": "retract"})
        case = self.office.get(f"/house/complaints/{number}")[1]["complaint"]
        self.assertEqual(case["message"]["status"], "retracted")

    def test_a_seller_is_one_of_the_show(self):
        _, show = self.plan()
        number = self.complain(self.client("buyer4"), show, about="seller", seller=1)["id"]
        self.assertEqual(self.office.get(f"/house/complaints/{number}")[1]["complaint"]["factory"], "厂1")
        host, other = self.plan()
        host.post(f"/shows/{other}/items", {"sku": "K3", "price_fen": 5900})  # the second maker's, in another show
        self.complain(self.client("buyer4"), other, about="seller", seller=2)
        self.complain(self.client("buyer4"), show, want=422, about="seller", seller=2)
        self.complain(self.client("buyer4"), show, want=422, about="seller", seller="x")

    def test_what_is_no_complaint(self):
        _, show = self.plan()
        _, other = self.plan()
        buyer = self.client("buyer5")
        said = self.client("buyer6").post(f"/shows/{other}/chat", {"text": "在别场"})[1]["message"]
        held = self.client("buyer6").post(f"/shows/{show}/chat", {"text": "有微信"})[1]["message"]
        later = (datetime.datetime.utcnow() + datetime.timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")
        for field, fields in (("about", {"about": "town"}), ("about", {"about": ""}), ("kind", {"kind": "x"}), ("words", {"words": "短"}),
                              ("words", {"words": "x" * 1001}), ("words", {"words": "坏字符\x07在这里"}),
                              ("contact", {"contact": "x" * 101}), ("message", {"about": "message", "message": said["id"]}),
                              ("message", {"about": "message", "message": held["id"]}),
                              ("message", {"about": "message"}), ("evidence_at", {"evidence_at": "yesterday"}),
                              ("evidence_at", {"evidence_at": later}), ("evidence_at", {"evidence_at": "2026-02-30T10:00"}),
                              ("evidence_at", {"evidence_at": "2026-02-01T24:00"}), ("evidence_at", {"evidence_at": "2026-02-01T10:60"}),
                              ("evidence_at", {"evidence_at": "1999-01-01T10:00"})):
            self.assertEqual(self.complain(buyer, show, want=422, **fields)["field"], field, fields)
        self.complain(buyer, 999999, want=404)
        self.assertEqual(buyer.get("/shows/999999/complain")[0], 404)
        fields = {"about": "show", "kind": "false", "words": "从别的网站替人提交"}
        self.assertEqual(self.client().post(f"/shows/{show}/complaints", fields, headers={"Origin": "https://evil.example"})[0], 403)
        self.assertEqual(buyer.post(f"/shows/{show}/complaints", {"words": "x" * 70000})[0], 413)
        # A refused form comes back as it was filled in.
        status, page = buyer.post(f"/shows/{show}/complaints", {"about": "show", "kind": "false", "words": "<b>短", "contact": "我"},
                                  headers={"Accept": "text/html"})
        self.assertEqual(status, 422)
        self.assertIn("&lt;b&gt;短", page)

    def test_pressed_twice_is_one_and_much_is_too_much(self):
        _, show = self.plan()
        buyer = self.client("buyer7")
        first = self.complain(buyer, show, key="k" * 16)
        self.assertEqual(self.complain(buyer, show, key="k" * 16)["id"], first["id"])
        self.complain(buyer, show, key="k" * 16, want=422, words="另一件事情，别的话")
        for _ in range(4):
            self.complain(buyer, show)
        self.assertEqual(self.complain(buyer, show, want=429)["field"], "words")  # of one person
        for _ in range(5):
            self.complain(self.client("buyer8"), show)
        self.complain(self.client("buyer3"), show, want=429)  # of one address
        with self.town.database.connect() as db:
            db.run("UPDATE house_complaints SET made_at = made_at - 3600000")
        self.complain(buyer, show)  # an hour later

    # --- the base ---

    def test_only_the_base_sees_them_and_the_contact_for_a_purpose(self):
        host, show = self.plan()
        number = self.complain(self.client("buyer6"), show, contact="微信 abc")["id"]
        doors = [("GET", "/house/complaints", None), ("GET", f"/house/complaints/{number}", None),
                 ("POST", f"/house/complaints/{number}", {"do": "look"}),
                 ("POST", f"/house/complaints/{number}/open", {"purpose": "看看"})]
        for client, want in ((self.client(), 401), (self.client("buyer6"), 403), (host, 403), (self.client("maker"), 403)):
            for method, path, fields in doors:
                got = client.get(path)[0] if method == "GET" else client.post(path, fields)[0]
                self.assertEqual(got, want, path)
        case = self.office.get(f"/house/complaints/{number}")[1]["complaint"]
        self.assertTrue(case["has_contact"])
        self.assertNotIn("contact", case)
        door = f"/house/complaints/{number}/open"
        self.assertEqual(self.office.post(door, {"purpose": ""})[1]["field"], "purpose")
        self.assertEqual(self.office.post(door, {"purpose": "请补充照片"})[0], 200)
        case = self.office.get(f"/house/complaints/{number}")[1]["complaint"]
        self.assertEqual((case["contact"], case["openings"][0]["purpose"], case["openings"][0]["by"]),
                         ("微信 abc", "请补充照片", "office"))
        self.assertNotIn("contact", self.client("second").get(f"/house/complaints/{number}")[1]["complaint"])
        with self.town.database.connect() as db:  # what is stored is sealed
            words, contact = db.one("SELECT words FROM house_complaints WHERE id = ?", number), db.one(
                "SELECT contact FROM house_complaints WHERE id = ?", number)
            self.assertNotIn("纯钢".encode(), bytes(words))
            self.assertNotIn(b"abc", bytes(contact))
            db.run("UPDATE house_complaint_openings SET at = at - 1900000 WHERE complaint_id = ?", number)
        self.assertNotIn("contact", self.office.get(f"/house/complaints/{number}")[1]["complaint"])
        self.assertEqual(self.office.get("/house/complaints/999999")[0], 404)
        self.deed(number, "make", want=422)
        self.deed(number, "again", want=409, words="不是我的事")

    def test_what_is_late_stands_out(self):
        _, show = self.plan()
        number = self.complain(self.client("buyer0"), show)["id"]
        case = self.office.get(f"/house/complaints/{number}")[1]["complaint"]
        made, due = (datetime.datetime.fromisoformat(case[k].replace("Z", "+00:00")) for k in ("made_at", "look_due_at"))
        local = made + datetime.timedelta(hours=8)
        days = {4: 3, 5: 2}.get(local.weekday(), 1)  # a Friday's is due on Monday
        self.assertEqual((due + datetime.timedelta(hours=8)).date(), (local + datetime.timedelta(days=days)).date())
        self.assertFalse(case["is_late"])
        with self.town.database.connect() as db:
            db.run("UPDATE house_complaints SET look_due_at = look_due_at - ? WHERE id = ?", 9 * DAY, number)
        first = self.office.get("/house/complaints")[1]["open"][0]
        self.assertEqual((first["id"], first["is_late"]), (number, True))
        rows = self.office.get("/board/house_complaints")[1]["rows"]
        self.assertEqual(rows[0]["link"], f"/house/complaints/{number}")


if __name__ == "__main__":
    unittest.main()
