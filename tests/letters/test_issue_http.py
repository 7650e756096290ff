"""Signing, numbering, sealing, sending, recalling and verifying a letter, over HTTP, against the real program:
test_issue_http.py GUILDHALL"""
import base64
import datetime
import hashlib
import hmac
import http.client
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import PASSWORD, TownCase  # noqa: E402
import uploads  # noqa: E402

PROGRAM = sys.argv.pop(1)
RULE = {"do": "rule", "from": "2020-01-01", "reply_months": 3, "most_months": 6, "co_months": 1, "decline_days": 7,
        "decline_unit": "workday", "again_months": 1, "again_most": 1, "form_workdays": 20, "source": "办法"}
TEXT = ("西区规划面积[[west_area|4.81平方公里]]。\n专项资金[[secret_fund|830万元]]。\n"
        "在馆产品[[shown_goods|3款]]，[[shown_goods|不低于2款]]。")


def day():
    return str(datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date())


def totp(key, step):
    digest = hmac.digest(base64.b32decode(key + "=" * (-len(key) % 8)), struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


def step():
    return int(time.time() // 30)


class Phone:
    """What a signer has in hand."""

    def __init__(self, key):
        self.key = key

    def code(self):
        return totp(self.key, step())


class Issue(TownCase):
    program = PROGRAM
    options = {"buyers": 3, "stock": (5, 1, 7),
               "users": (("root", "admin"),) + tuple(
                   (login, "officer") for login in ("desk", "lead", "chief", "deputychief", "coh", "nobody"))}
    people = ("buyer", "buyer2", "office", "root", "desk", "lead", "chief", "deputychief", "coh", "nobody", "guest")
    numbers = iter(range(1, 1000))
    phones = {}

    @classmethod
    def fill(cls, db):
        for name, unit, number, public in (("west_area", "m2", 4809300, 1), ("secret_fund", "fen", 830000000, 0), ("shown_goods", "product", 3, 1), ("moving", "product", 3, 1)):
            figure = db.one("INSERT INTO figures (name, kind, unit, title_zh, title_en, about_zh, about_en, is_public, created_at)"
                            " VALUES (?, 'number', ?, ?, ?, '说明', 'about', ?, 1) RETURNING id", name, unit, f"题{name}", name, public)
            db.run("INSERT INTO figure_values (figure_id, number, holds_from, source, scan_name, scan_sha256, recorded_at)"
                   " VALUES (?, ?, 1, '文件', '', '', 1)", figure, number)

    @classmethod
    def begin(cls):
        root = cls.town.client("root")
        cls.bodies = {}
        for i, (name, desk) in enumerate((("desk", "yes"), ("lead", ""), ("co", ""))):
            status, body = root.post("/letters/bodies", {
                "slug": f"body-{name}", "name_zh": f"云溪市{name}局", "name_en": f"Body {name}", "short": f"云{i}",
                "mark": f"云溪市{name}局文件", "contact": "", "is_desk": desk})
            assert status == 200, body
            cls.bodies[name] = body["id"]
        for login, body, posts in (("desk", "desk", []), ("lead", "lead", ["draft", "check", "seal"]), ("chief", "lead", ["sign"]),
                                   ("deputychief", "lead", ["sign"]), ("coh", "co", ["draft"])):
            fields = [("do", "post"), ("login", login), ("title", "局长")] + [("post", p) for p in posts]
            status, answer = root.post(f"/letters/bodies/{cls.bodies[body]}", fields)
            assert status == 200, answer
        status, body = root.post("/letters/sessions", {"slug": "s-1", "name_zh": "一次会议", "name_en": "First", "kind": "congress",
                                                       "opened": "2020-01-01"})
        assert status == 200, body
        cls.session = body["id"]
        assert root.post(f"/letters/sessions/{cls.session}", RULE)[0] == 200
        assert root.post(f"/letters/sessions/{cls.session}", {"do": "class", "code": "A", "name_zh": "解决", "name_en": "Solved"})[0] == 200
        root.close()
        for login in ("chief", "deputychief"):
            cls.phones[login] = cls.set_up_phone(login)

    @classmethod
    def set_up_phone(cls, login):
        client = cls.town.client(login)
        status, body = client.post("/me/second/begin", {"password": PASSWORD})
        assert status == 200, body
        key = client.get("/me/second")[1]["key"]
        phone = Phone(key)
        status, body = client.post("/me/second/prove", {"code": phone.code()})
        assert status == 200, body
        client.close()
        return phone

    def ask(self, sql, *args):
        with self.town.database.connect() as db:
            return db.one(sql, *args)

    def change(self, sql, *args):
        with self.town.database.connect() as db:
            db.run(sql, *args)

    def post(self, client, path, want=200, **fields):
        status, body = client.post(path, fields)
        self.assertEqual(status, want, body)
        return body

    def put_draft(self, case, text, **more):
        letter = self.ask("SELECT max(id) FROM letters WHERE suggestion_id = ?", case)
        user = self.ask("SELECT id FROM users WHERE login = 'lead'")
        kind = self.ask("SELECT c.id FROM letter_classes c JOIN suggestions s ON s.session_id = c.session_id"
                        " WHERE c.code = 'A' AND s.id = ?", case)
        version = self.ask("SELECT coalesce(max(version), 0) + 1 FROM letter_versions WHERE letter_id = ?", letter)
        fields = {"form": "letter", "title": "关于路灯建议的答复", "addressee": "沈一帆代表", "copies": "市人大常委会代表工委，市政府办公室",
                  "attachments": "# 路灯清单\n一号路\n二号路", "disclosure": "公开属性：主动公开", "contact": "联系人：贺知微", **more}
        self.change("INSERT INTO letter_versions (letter_id, version, base, form, title, addressee, text, attachments, copies,"
                    " disclosure, contact, class_id, saved_at, saved_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
                    letter, version, version - 1, fields["form"], fields["title"], fields["addressee"], text, fields["attachments"],
                    fields["copies"], fields["disclosure"], fields["contact"], kind, user)
        self.change("UPDATE letters SET version = ? WHERE id = ?", version, letter)
        return version

    def signing(self, text=TEXT, is_public="yes", co=(), asked="正文", **more):
        status, body = self.desk.post("/suggestions", {
            "session": self.session, "number": next(self.numbers), "title": "关于路灯的建议", "text": asked, "received": day(),
            "deputies": "沈一帆,一团,buyer0\n周岸,二团", "is_public": is_public})
        self.assertEqual(status, 200, body)
        case = body["id"]
        act = lambda client, **fields: self.post(client, f"/suggestions/{case}", **fields)
        act(self.desk, do="examine")
        act(self.desk, do="assign", lead=self.bodies["lead"], co=[self.bodies[c] for c in co])
        act(self.lead, do="accept")
        for _ in co:
            act(self.coh, do="opinion", words="同意")
        deputy = self.lead.get(f"/suggestions/{case}")[1]["deputies"][0]["id"]
        act(self.lead, do="talk", deputy=deputy, how="visit", day=day(), words="谈过")
        self.put_draft(case, text, **more)
        act(self.lead, do="submit")
        act(self.lead, do="pass")
        return case

    def sign(self, case, want=200, login="chief", code=None, **more):
        client = self.client(login)
        if code is None:  # as if half a minute had passed since the last one
            self.change("UPDATE second_factors SET last_step = 0, wrong = 0")
        letter = client.get(f"/suggestions/{case}/sign")[1]["letter"]
        return self.post(client, f"/suggestions/{case}/sign", want,
                         **{"password": PASSWORD, "code": code or self.phones[login].code(), "letter": letter["id"],
                            "version": letter["version"], **more})

    def numbered(self, **more):
        case = self.signing(**more)
        self.sign(case)
        self.post(self.lead, f"/suggestions/{case}/number", n=self.next_number(case))
        return case

    def next_number(self, case):
        return self.lead.get(f"/suggestions/{case}/sign")[1]["next"]["n"]

    def sealed(self, **more):
        case = self.numbered(**more)
        self.post(self.lead, f"/suggestions/{case}/seal")
        return case

    def letter(self, case):
        return self.lead.get(f"/suggestions/{case}/sign")[1]["letter"]

    def verify(self, code, want=200):
        status, body = self.guest.get(f"/verify/letters/{code}")
        self.assertEqual(status, want, body)
        return body

    def compare(self, code, data, want=200):
        headers, body = uploads.form(("pdf", "letter.pdf", data))
        status, answer = self.guest.request("POST", f"/verify/letters/{code}", body, headers)
        self.assertEqual(status, want, answer)
        return answer

    def pdf(self, client, path, want=200):
        status, data = client.get(path)
        self.assertEqual(status, want, data)
        return data.encode("latin-1") if isinstance(data, str) else data

    # --- all the way ---

    def test_a_letter_all_the_way(self):
        case = self.signing(co=("co",))
        self.sign(case, 409)  # nobody has countersigned
        self.post(self.coh, f"/suggestions/{case}", do="countersign")
        seen = self.chief.get(f"/suggestions/{case}/sign")[1]
        self.assertEqual([f["verdict"] for f in seen["figures"]], ["thin", "thin", "thin", "thin"])
        self.assertEqual([f["value"] for f in seen["figures"]][:2], ["480.93万平方米", "830万元"])
        self.assertIn("西区规划面积4.81平方公里。", seen["text"])
        draft = self.pdf(self.chief, f"/suggestions/{case}/draft.pdf")
        self.assertTrue(draft.startswith(b"%PDF-"))
        self.assertNotIn("〔", self.words(draft))
        self.sign(case)
        n = self.next_number(case)
        self.post(self.lead, f"/suggestions/{case}/number", n=n)
        number = self.letter(case)["number"]
        self.assertEqual(number, f"云1〔{day()[:4]}〕{n}号")
        self.pdf(self.lead, f"/letters/{self.letter(case)['id']}/paper.pdf", 404)
        self.post(self.lead, f"/suggestions/{case}/seal")
        letter = self.letter(case)
        paper = self.pdf(self.lead, f"/letters/{letter['id']}/paper.pdf")
        self.assertEqual(hashlib.sha256(paper).hexdigest(), letter["pdf_sha256"])
        words = self.words(paper)
        for part in (number, "4.81平方公里", "830万元", "3款", "沈一帆代表", "主动公开", "类别标记：A", "路灯清单", "抄送"):
            self.assertIn(part, words)
        self.assertNotIn("[[", words)
        # its deputy has it once it was sent; nobody else has it by its number
        self.pdf(self.buyer, f"/letters/{letter['id']}/paper.pdf", 404)
        self.post(self.lead, f"/suggestions/{case}/send")
        self.assertEqual(self.pdf(self.buyer, f"/letters/{letter['id']}/paper.pdf"), paper)
        self.pdf(self.buyer2, f"/letters/{letter['id']}/paper.pdf", 404)
        self.pdf(self.nobody, f"/letters/{letter['id']}/paper.pdf", 404)
        sent = self.lead.get(f"/suggestions/{case}/sign")[1]["sendings"]
        self.assertEqual(sorted((d["kind"], d["name"]) for d in sent),
                         [("copy", "市人大常委会代表工委"), ("copy", "市政府办公室"), ("deputy", "周岸"), ("deputy", "沈一帆"),
                          ("handler", "云溪市co局")])
        # a stranger with nothing but the paper
        found = self.verify(letter["code"])["letter"]
        self.assertEqual((found["state"], found["number"], found["body"]), ("valid", number, "云溪市lead局"))
        self.assertEqual(self.pdf(self.guest, f"/verify/letters/{letter['code']}/paper.pdf"), paper)
        self.assertTrue(self.compare(letter["code"], paper)["compared"]["is_same"])
        self.assertFalse(self.compare(letter["code"], paper + b"\n")["compared"]["is_same"])
        self.compare(letter["code"], b"", 422)

    def test_the_paper_alone_leads_to_the_evidence(self):
        """Its code is read off the last page; nobody logs in."""
        case = self.sealed(attachments="路灯清单\n甲路\n\n# 预算\n乙项")
        self.post(self.lead, f"/suggestions/{case}/send")
        letter = self.letter(case)
        with tempfile.TemporaryDirectory() as folder:
            paper = pathlib.Path(folder) / "letter.pdf"
            paper.write_bytes(self.pdf(self.lead, f"/letters/{letter['id']}/paper.pdf"))
            subprocess.run(["pdftoppm", "-r", "300", "-png", paper, paper.with_suffix("")], check=True)
            words = self.words(paper.read_bytes())
            for part in ("附件：1.路灯清单2.预算", "甲路", "乙项"):
                self.assertIn(part, words)
            address = subprocess.run(["zbarimg", "-q", "--raw", max(paper.parent.glob("*.png"))], capture_output=True,
                                     text=True, check=True).stdout.strip()
        self.assertEqual(address, f"http://127.0.0.1:{self.town.http}/verify/letters/{letter['code']}")
        figures = self.verify(address.rsplit("/", 1)[1])["figures"]
        links = [f["href"] for f in figures if f["is_public"]]
        self.assertEqual(len(links), 3)
        for link in links:
            status, evidence = self.guest.get(link)
            self.assertEqual((status, len(evidence["evidence"])), (200, 1), link)

    @staticmethod
    def words(pdf):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            text = subprocess.run(["pdftotext", file.name, "-"], capture_output=True, text=True, check=True).stdout
        return re.sub(r"\s", "", text)

    # --- who may ---

    def test_the_door(self):
        case = self.signing()
        for client, want in ((self.guest, 401), (self.buyer, 403), (self.buyer2, 403), (self.office, 403), (self.nobody, 404), (self.coh, 404)):
            for path in (f"/suggestions/{case}/sign", f"/suggestions/{case}/draft.pdf"):
                self.assertEqual(client.get(path)[0], want, path)
            for path in ("sign", "number", "number/void", "seal", "send", "recall"):
                self.assertEqual(client.post(f"/suggestions/{case}/{path}", {"n": 1, "note": "x"})[0], want, path)
        self.assertEqual(self.desk.get(f"/suggestions/{case}/sign")[0], 200)
        fields = {"password": PASSWORD, "code": "123456", "version": 1}
        for client in (self.lead, self.desk):
            self.assertEqual(client.post(f"/suggestions/{case}/sign", fields)[0], 403)
        self.assertEqual(self.chief.post(f"/suggestions/{case}/number", {"n": 1})[0], 403)
        self.assertEqual(self.chief.post(f"/suggestions/{case}/seal")[0], 403)
        self.assertEqual(self.lead.post(f"/suggestions/{case}/recall", {"note": "x"})[0], 403)
        self.assertEqual(self.ask("SELECT state FROM suggestions WHERE id = ?", case), "signing")

    def test_a_signer_proves_it(self):
        case = self.signing()
        self.sign(case, 422, password="wrong-password", code="123456")
        self.sign(case, 422, code="000")
        self.change("UPDATE second_factors SET last_step = 0, wrong = 0")
        code = self.phones["deputychief"].code()
        self.sign(case, 422, code=code)  # another one's phone
        self.sign(case, 409, login="deputychief", code=code, version=9)  # a text that was not read; the code is used up
        body = self.sign(case, 422, login="deputychief", code=code)
        self.assertEqual(body["field"], "code")
        self.assertEqual(self.ask("SELECT state FROM suggestions WHERE id = ?", case), "signing")
        self.sign(case)
        # who has no second factor is led to it
        other = self.signing()
        self.change("UPDATE letter_posts SET posts = 15 WHERE user_id = (SELECT id FROM users WHERE login = 'lead')")
        self.addCleanup(self.change, "UPDATE letter_posts SET posts = 11 WHERE user_id = (SELECT id FROM users WHERE login = 'lead')")
        self.post(self.lead, f"/suggestions/{other}/sign", 409, password=PASSWORD, code="123456", letter=1, version=1)
        page = self.lead.get(f"/suggestions/{other}/sign", {"Accept": "text/html"})[1]
        self.assertIn(f"/me/second?next=/suggestions/{other}/sign", page)

    def test_a_page_of_a_recalled_letter_signs_no_other(self):
        """The next letter of a case counts its versions anew: an old page's number may be one of them."""
        case = self.signing()
        old = self.letter(case)
        self.sign(case)
        self.post(self.chief, f"/suggestions/{case}/recall", note="有误")
        self.put_draft(case, "另一份文稿")
        for step in ("submit", "pass"):
            self.post(self.lead, f"/suggestions/{case}", do=step)
        self.assertNotEqual(self.letter(case)["id"], old["id"])
        body = self.sign(case, 409, letter=old["id"])
        self.assertEqual(body["field"], "version")
        self.assertEqual(self.ask("SELECT state FROM suggestions WHERE id = ?", case), "signing")
        self.sign(case)

    def test_two_signers_at_once(self):
        case = self.signing()
        self.change("UPDATE second_factors SET last_step = 0, wrong = 0")
        codes = [(login, self.phones[login].code()) for login in ("chief", "deputychief")]
        answers, letter = [], self.letter(case)["id"]

        def sign(login, code):
            client = self.town.client(login)
            answers.append(client.post(f"/suggestions/{case}/sign", {"password": PASSWORD, "code": code, "letter": letter, "version": 1})[0])
            client.close()

        threads = [threading.Thread(target=sign, args=pair) for pair in codes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [200, 409])
        self.assertEqual(self.ask("SELECT count(*) FROM suggestion_events WHERE suggestion_id = ? AND event = 'sign'", case), 1)
        self.assertEqual(self.ask("SELECT count(*) FROM letter_figures WHERE letter_id = (SELECT max(id) FROM letters WHERE suggestion_id = ?)", case), 4)

    def test_what_does_not_hold_is_not_signed(self):
        for text in ("[[shown_goods|12款]]", "[[no_such_figure|1]]", "写坏了[[shown_goods", "[[west_area|3款]]"):
            case = self.signing(text="正文")
            self.put_draft(case, text)  # as if its figures had changed since it was checked
            body = self.sign(case, 409)
            self.assertEqual((body["field"], body["limit"]), ("figures", 1), text)
            self.assertEqual(self.chief.get(f"/suggestions/{case}/sign")[1]["bad_n"], 1)

    # --- numbers ---

    def test_a_number_is_given_once(self):
        cases = [self.signing(text="无数据") for _ in range(2)]
        for case in cases:
            self.sign(case)
        n = self.next_number(cases[0])
        answers = []

        def number(case):
            client = self.town.client("lead")
            answers.append(client.post(f"/suggestions/{case}/number", {"n": n}))
            client.close()

        threads = [threading.Thread(target=number, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _ in answers), [200, 409])
        refused = next(body for status, body in answers if status == 409)
        self.assertEqual((refused["field"], refused["limit"]), ("n", n + 1))
        loser = next(case for case in cases if "number" not in self.letter(case))
        for wrong in ("", "0", "x", "100000"):
            self.post(self.lead, f"/suggestions/{loser}/number", 422, n=wrong)
        gap = self.post(self.lead, f"/suggestions/{loser}/number", 409, n=n + 2)
        self.assertEqual((gap["field"], gap["limit"]), ("n", n + 1))
        self.assertIn(str(n + 1), gap["message"])
        self.post(self.lead, f"/suggestions/{loser}/number", n=n + 1)
        self.post(self.lead, f"/suggestions/{loser}/number/void", 422, note="")
        self.post(self.lead, f"/suggestions/{loser}/number/void", note="编错了")
        self.assertEqual(self.next_number(loser), n + 1)
        voids = self.lead.get(f"/suggestions/{loser}/sign")[1]["voids"]
        self.assertEqual([(v["note"], v["is_free"]) for v in voids], [("编错了", True)])
        self.post(self.lead, f"/suggestions/{loser}/number", n=n + 1)

    # --- after it was sent ---

    def test_a_recalled_letter_says_so(self):
        case = self.sealed()
        self.post(self.lead, f"/suggestions/{case}/send")
        letter, number = self.letter(case), self.letter(case)["number"]
        self.post(self.chief, f"/suggestions/{case}/recall", 422, note="")
        self.post(self.chief, f"/suggestions/{case}/recall", note="数字有误")
        found = self.verify(letter["code"])["letter"]
        self.assertEqual((found["state"], found["recalled_note"], found["number"]), ("recalled", "数字有误", number))
        self.pdf(self.guest, f"/verify/letters/{letter['code']}/paper.pdf", 404)
        voids = self.lead.get(f"/suggestions/{case}/sign")[1]["voids"]
        self.assertEqual([(v["number"], v["is_free"]) for v in voids], [(number, False)])
        self.assertEqual(self.ask("SELECT state FROM suggestions WHERE id = ?", case), "drafting")

    def test_then_stays_and_now_changes(self):
        case = self.sealed(text="面积[[west_area|4.81平方公里]]，资金[[secret_fund|830万元]]，[[moving|3款]]。")
        self.post(self.lead, f"/suggestions/{case}/send")
        code = self.letter(case)["code"]
        figure = self.ask("SELECT id FROM figures WHERE name = 'moving'")
        self.change("INSERT INTO figure_values (figure_id, number, holds_from, source, scan_name, scan_sha256, recorded_at)"
                    " VALUES (?, 2, 2, '文件', '', '', 2)", figure)
        figures = self.verify(code)["figures"]
        self.assertEqual([(f.get("value"), f.get("now"), f.get("is_same")) for f in figures],
                         [("480.93万平方米", "480.93万平方米", True), (None, None, None), ("3款产品", "2款产品", False)])
        self.assertFalse(figures[1]["is_public"])
        self.change("UPDATE figures SET is_public = 0 WHERE name = 'moving'")  # what it is now is nobody's any more
        hidden = self.verify(code)["figures"][2]
        self.assertEqual((hidden["value"], hidden["is_known"], hidden.get("now")), ("3款产品", False, None))
        self.assertNotIn("830万元", str(figures))
        self.assertEqual(self.guest.get(figures[0]["href"])[0], 200)  # the evidence, for who holds only the paper

    def test_one_that_is_not_public_says_little(self):
        case = self.sealed(is_public="no")
        self.post(self.lead, f"/suggestions/{case}/send")
        letter = self.letter(case)
        body = self.verify(letter["code"])
        self.assertEqual(body["letter"]["state"], "valid")
        self.assertEqual(body["letter"]["number"], letter["number"])
        self.assertNotIn("figures", body)
        for member in ("title", "signer", "statement", "suggestion"):
            self.assertNotIn(member, body["letter"])
        self.pdf(self.guest, f"/verify/letters/{letter['code']}/paper.pdf", 404)
        paper = self.pdf(self.lead, f"/letters/{letter['id']}/paper.pdf")
        self.assertTrue(self.compare(letter["code"], paper)["compared"]["is_same"])

    def test_no_code_is_no_letter(self):
        case = self.numbered(text="无数据")
        code = self.ask("SELECT code FROM letters WHERE suggestion_id = ?", case)
        for wrong in (code, "x", "a" * 24, "A" * 24, "..%2f" + "a" * 20):
            self.assertEqual(self.guest.get(f"/verify/letters/{wrong}")[0], 404, wrong)
            self.assertEqual(self.guest.get(f"/verify/letters/{wrong}/paper.pdf")[0], 404, wrong)

    def test_nobody_tries_codes_for_long(self):
        for place, path in enumerate(("", "/paper.pdf")):  # each from an address of its own, and others are not kept waiting
            stranger = http.client.HTTPConnection("127.0.0.1", self.town.http, source_address=(f"127.0.1.{place + 1}", 0))
            answers = []
            for _ in range(60):
                stranger.request("GET", f"/verify/letters/{'a' * 24}{path}", headers={"Accept": "application/json"})
                answer = stranger.getresponse()
                answer.read()
                answers.append(answer.status)
            stranger.close()
            self.assertEqual((answers[0], set(answers)), (404, {404, 429}), path)
        self.verify("a" * 24, 404)

    # --- what was touched ---

    def test_what_was_touched_is_found(self):
        case = self.sealed()
        letter = self.letter(case)
        self.assertEqual(self.town.check()[0], 0)
        path = self.town.folder / "objects" / letter["pdf_sha256"][:2] / letter["pdf_sha256"][2:]
        before = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(before[:-1] + b"x")
        self.assertEqual(self.verify(letter["code"])["letter"]["state"], "broken")
        status, said = self.town.check()
        self.assertEqual(status, 1)
        self.assertIn(f"letters: letter {letter['id']}: its paper is not the one that was sealed", said)
        self.post(self.lead, f"/suggestions/{case}/send", 409)
        path.write_bytes(before)
        self.assertEqual(self.verify(letter["code"])["letter"]["state"], "valid")
        self.post(self.lead, f"/suggestions/{case}/send")

    def test_the_signature_holds_without_the_town(self):
        """With the public key, the statement and the signature that its pages show."""
        letter = self.verify(self.letter(self.sealed())["code"])["letter"]
        key = next(k for k in self.guest.get("/verify/keys")[1]["keys"] if str(k["id"]) == letter["key"])
        der = bytes.fromhex("302a300506032b6570032100" + key["public"])
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "key.der").write_bytes(der)
            (folder / "signature").write_bytes(bytes.fromhex(letter["signature"]))
            (folder / "statement").write_bytes(b"guildhall letter\0" + letter["statement"].encode())
            done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin",
                                   "-in", "statement", "-sigfile", "signature"], cwd=folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"pdf-sha256: {letter['pdf_sha256']}\n", letter["statement"])

    def test_a_character_without_a_glyph(self):
        case = self.numbered(text="无数据", addressee="沈\U0003ffff代表")
        body = self.post(self.lead, f"/suggestions/{case}/seal", 422)
        self.assertEqual(body["field"], "paper")
        self.assertEqual(self.ask("SELECT state FROM suggestions WHERE id = ?", case), "numbered")


if __name__ == "__main__":
    unittest.main()
