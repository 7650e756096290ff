"""Letters and SMS from the real program to a mail server and a gateway of the test's own, and how people say
what they want: test_sending_http.py GUILDHALL"""
import http.server
import json
import pathlib
import re
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mail_server import MailServer  # noqa: E402
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
EN = {"Accept-Language": "en"}
NO_QUIET = {"lang": "en", "quiet_from": "08:00", "quiet_until": "08:00"}


class Gateway:
    """Takes what is posted to it; `status` is what it answers."""

    def __init__(self):
        self.texts, self.ids, self.status = [], [], 200
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.texts.append(body)
                gateway.ids.append(self.headers["webhook-id"])
                self.send_response(gateway.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/sms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


mail, gateway = MailServer(), Gateway()


class Post(TownCase):
    program = PROGRAM
    options = {"buyers": 9, "also": ("--smtp", f"smtp://127.0.0.1:{mail.port}", "--smtp-from", "town@town.example",
                                     "--sms-gateway", gateway.url, "--public-url", "http://town.example")}

    def setUp(self):
        super().setUp()
        mail.answer, gateway.status = "", 200
        mail.hold.set()

    def until(self, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not (found := what()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return found

    def person(self, n):
        client = self.client(f"buyer{n}")
        with self.town.database.connect() as db:
            return client, db.one("SELECT id FROM users WHERE login = ?", f"buyer{n}")

    def proven(self, n, settings=NO_QUIET):
        """Somebody whose letters go to buyerN@mail.example."""
        client, user = self.person(n)
        address = f"buyer{n}@mail.example"
        before = len(mail.to(address))
        self.assertEqual(client.post("/messages/mail", {"mail": address}, headers=EN)[0], 200)
        letter = self.until(lambda: mail.to(address)[before:])[0]
        code = re.search(r"\d{6}", letter.get_content())[0]
        self.assertEqual(client.post("/messages/mail/code", {"code": code})[0], 200)
        self.assertEqual(client.post("/messages/settings", {"shows.mail": 1, **settings})[0], 200)
        return client, user, address

    def tell(self, user, about, due=None, until=None, kind="show.near"):
        now = int(time.time() * 1000)
        with self.town.database.connect() as db:
            db.run("INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at, until_at) VALUES"
                   " (?, ?, ?, '/shows/1', ?, ?, ?, ?)", user, kind, about,
                   json.dumps({"title": {"zh": "壶", "en": "Kettles\r\nBcc: evil@mail.example"}, "at": {"time": now}}),
                   min(now, due or now), due or now, until)

    def sends(self, about):
        with self.town.database.connect() as db:
            return db.all("SELECT s.channel, s.status, s.why, s.tries FROM notice_sends s JOIN notices n ON n.id ="
                          " s.notice_id WHERE n.about = ? ORDER BY s.channel", about)

    def ended(self, about):
        return self.until(lambda: (s := self.sends(about)) and all(x[1] != "waiting" for x in s) and s)


class Sending(Post):
    def test_a_letter_is_what_mail_programs_expect(self):
        _, user, address = self.proven(0)
        self.tell(user, "letter:0")
        self.assertEqual(self.ended("letter:0"), [("mail", "sent", "", 1)])
        letter = mail.to(address)[-1]
        self.assertEqual(mail.greeted_as, "town.example")
        self.assertEqual((letter["From"].addresses[0].addr_spec, letter["To"].addresses[0].addr_spec),
                         ("town@town.example", address))
        self.assertIsNone(letter["Bcc"])  # what is in a title begins no header
        self.assertTrue(letter["Subject"].startswith("“Kettles"), letter["Subject"])
        self.assertIn("begins at", letter["Subject"])
        self.assertRegex(letter["Message-ID"], r"^<notice-\d+@town\.example>$")
        self.assertLess(abs(letter["Date"].datetime.timestamp() - time.time()), 60)
        self.assertEqual(letter.get_content_charset(), "utf-8")
        self.assertIn("http://town.example/shows/1", letter.get_content())
        self.assertIn("http://town.example/messages/settings", letter.get_content())

    def test_an_address_has_to_be_one(self):
        client, _ = self.person(1)
        for bad in ("", "x", "a@b", "a@@b.cn", "a b@c.cn", "a@b..cn", ".a@b.cn", "a@-b.cn", "<a@b.cn>", "a@b.cn>",
                    "a@b.cn\r\nRCPT TO:<x@y.cn>", "a@b.cn\nBcc: x@y.cn", '"a"@b.cn', "a,b@c.cn", "甲@b.cn",
                    "a" * 65 + "@b.cn", "a@" + "b" * 64 + ".cn", "a@" + "b." * 130 + "cn"):
            status, body = client.post("/messages/mail", {"mail": bad})
            self.assertEqual((status, body.get("field")), (422, "mail"), bad)
        page = client.post("/messages/mail", {"mail": "a@b"}, headers=HTML)[1]
        self.assertIn('value="a@b" aria-invalid="true"', page)
        self.assertEqual(self.client(None).post("/messages/mail", {"mail": "a@b.cn"})[0], 401)

    def test_a_code_is_tried_five_times_and_an_address_asked_once_a_minute(self):
        client, user = self.person(2)
        self.assertEqual(client.post("/messages/mail/code", {"code": "123456"})[0], 404)  # none was asked for
        self.assertEqual(client.post("/messages/mail", {"mail": "two@mail.example"}, headers=EN)[0], 200)
        code = re.search(r"\d{6}", self.until(lambda: mail.to("two@mail.example"))[-1].get_content())[0]
        self.assertEqual(client.post("/messages/mail", {"mail": "other@mail.example"})[0], 429)
        other, _ = self.person(3)
        self.assertEqual(other.post("/messages/mail", {"mail": "TWO@mail.example"})[0], 429)
        self.assertEqual(other.post("/messages/mail/code", {"code": code})[0], 404)  # it is somebody else's
        for bad in ("", "12345", "1234567", "x" * 5000):
            self.assertEqual(client.post("/messages/mail/code", {"code": bad})[1]["field"], "code")
        wrong = f"{(int(code) + 1) % 1000000:06}"
        for _ in range(5):
            self.assertEqual(client.post("/messages/mail/code", {"code": wrong})[0], 422)
        self.assertEqual(client.post("/messages/mail/code", {"code": code})[0], 422)  # worth nothing any more
        self.assertNotIn("mail", client.get("/messages/settings")[1])
        self.assertEqual(len(mail.to("other@mail.example")), 0)
        with self.town.database.connect() as db:
            self.assertIsNone(db.one("SELECT mail FROM notice_contacts WHERE user_id = ?", user))

    def test_quiet_hours_hold_letters_back(self):
        now = time.gmtime(time.time() + 8 * 3600)
        minute = now.tm_hour * 60 + now.tm_min
        clock = [f"{m // 60 % 24:02}:{m % 60:02}" for m in ((minute - 60) % 1440, (minute + 60) % 1440)]
        client, user, address = self.proven(4, {"lang": "zh-CN", "quiet_from": clock[0], "quiet_until": clock[1]})
        before = len(mail.to(address))
        self.tell(user, "quiet:1", until=int(time.time() * 1000) + 600_000)
        self.assertEqual(self.ended("quiet:1"), [("mail", "sent", "", 1)])  # urgent
        self.assertIn("开播", mail.to(address)[before]["Subject"])
        for bad in ("", "25:00", "12:60", "1200", "12:0x", "-1:00", "12:00:00"):
            status, body = client.post("/messages/settings", {**NO_QUIET, "quiet_until": bad})
            self.assertEqual((status, body["field"]), (422, "quiet_until"), bad)
        self.assertEqual(client.post("/messages/settings", {**NO_QUIET, "lang": "fr"})[1]["field"], "lang")
        self.assertEqual(client.get("/messages/settings")[1]["quiet_from"], clock[0])

    def test_what_is_urgent_and_late_is_not_sent(self):
        _, user, address = self.proven(5)
        n, now = len(mail.to(address)), int(time.time() * 1000)
        self.tell(user, "late:1", due=now - 11 * 60_000)
        self.tell(user, "late:2", until=now - 1)
        self.assertEqual(self.ended("late:1"), [("mail", "skipped", "late", 0)])
        self.assertEqual(self.ended("late:2"), [("mail", "skipped", "late", 0)])
        self.assertEqual(len(mail.to(address)), n)

    def test_refused_for_good_and_for_now(self):
        _, user, address = self.proven(6)
        mail.answer = "550 5.1.1 no such user"
        self.tell(user, "no:1")
        self.assertEqual(self.ended("no:1"), [("mail", "failed", "SMTP 550", 1)])
        mail.answer = "451 later"
        self.tell(user, "no:2")
        waits = self.until(lambda: [s for s in self.sends("no:2") if s[2]])
        self.assertEqual(waits, [("mail", "waiting", "SMTP 451", 1)])
        office = self.client("office")
        self.assertEqual(self.client("buyer6").get("/messages/log")[0], 403)
        lines = office.get("/messages/log?status=failed", headers=EN)[1]["sends"]
        self.assertEqual([(s["about"], s["why"], s["who"]) for s in lines if s["about"] == "no:1"],
                         [("no:1", "SMTP 550", "b***")])
        for bad in ("status=gone", "channel=fax", "before=x", "kind=" + "k" * 70):
            self.assertEqual(office.get(f"/messages/log?{bad}")[0], 404, bad)
        page = office.get("/messages/log", headers=HTML)[1]
        self.assertNotIn(address, page)
        mail.answer = ""
        with self.town.database.connect() as db:
            db.run("UPDATE notice_sends SET next_at = 1 WHERE status = 'waiting'")
        self.assertEqual(self.ended("no:2")[0][1:], ("sent", "", 2))

    def test_a_phone_is_told_when_it_is_proven(self):
        client, user = self.person(7)
        self.assertEqual(client.post("/messages/settings", {"shows.sms": 1, **NO_QUIET})[0], 200)
        self.tell(user, "sms:0")
        self.assertEqual(self.ended("sms:0"), [("sms", "skipped", "no_address", 0)])
        guest = self.client(None)
        self.assertEqual(guest.post("/login/code", {"phone": "13911112222"})[0], 200)
        code = self.until(lambda: [t for t in gateway.texts if t.get("code")])[-1]["code"]
        self.assertEqual(guest.post("/login/phone", {"phone": "13911112222", "code": code})[0], 200)
        with self.town.database.connect() as db:
            phone = db.one("SELECT MAX(id) FROM users")
            db.run("INSERT INTO notice_preferences (user_id, kind_group, channel, is_on) VALUES (?, 'shows', 'sms', 1)", phone)
        self.tell(phone, "sms:1")
        self.assertIn(("sms", "sent", "", 1), self.ended("sms:1"))
        text = [t for t in gateway.texts if t["type"] == "sms.message"][-1]
        self.assertEqual((text["phone"], text["lang"]), ("13911112222", "zh-CN"))
        self.assertIn("壶", text["text"])
        gateway.status = 400
        self.tell(phone, "sms:2")
        self.assertIn(("sms", "failed", "refused", 1), self.ended("sms:2"))
        gateway.status = 503
        self.tell(phone, "sms:3")
        self.until(lambda: [s for s in self.sends("sms:3") if s[:2] == ("sms", "waiting") and s[3] == 1])

    def test_an_address_that_is_removed_gets_nothing(self):
        client, user, address = self.proven(8)
        self.assertEqual(client.get("/messages/settings")[1]["mail"], "b***@mail.example")
        self.assertEqual(client.post("/messages/mail/remove")[0], 200)
        n = len(mail.to(address))
        self.tell(user, "gone:1")
        self.assertEqual(self.ended("gone:1"), [("mail", "skipped", "no_address", 0)])
        self.assertEqual(len(mail.to(address)), n)


class Killed(Post):
    """A process that dies after the server took a letter and before it has noted so."""
    options = Post.options | {"buyers": 1}

    def test_it_goes_out_again_under_the_same_number(self):
        _, user, address = self.proven(0)
        before = len(mail.to(address))
        mail.hold.clear()
        self.tell(user, "killed:1")
        self.until(lambda: len(mail.to(address)) > before)
        self.town.kill()
        mail.hold.set()
        with self.town.database.connect() as db:  # the lease is over
            self.assertEqual(db.all("SELECT status, tries FROM notice_sends"), [("waiting", 1)])
            db.run("UPDATE notice_sends SET next_at = 1")
        self.town.start()
        self.assertEqual(self.ended("killed:1"), [("mail", "sent", "", 2)])
        letters = mail.to(address)[before:]
        self.assertEqual(len(letters), 2)  # at most one more for each time that a process dies so
        self.assertEqual(len({x["Message-ID"] for x in letters}), 1)


if __name__ == "__main__":
    unittest.main()
