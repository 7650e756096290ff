"""Letters over TLS, by STARTTLS and from the first byte, to a mail server of the test's own: test_mail_tls_http.py GUILDHALL"""
import base64
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mail_server import MailServer  # noqa: E402
from town import Process, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HOST = "127.0.0.2"  # another machine, as far as the town knows
LOGIN = base64.b64encode(b"\0town\0s3cret").decode()
keys = tempfile.TemporaryDirectory(prefix="guildhall-mail-tls-")
FOLDER = pathlib.Path(keys.name)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stderr=subprocess.DEVNULL)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", FOLDER / f"{name}.key",
            "-out", FOLDER / f"{name}.pem", "-subj", f"/CN={name}", "-days", "2")
    return FOLDER / f"{name}.pem"


def served(name, ca, of, *more):
    """A server's context: its certificate is of `ca`, for `of`."""
    key, ask, cert, names = (FOLDER / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
    names.write_text(f"subjectAltName={of}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", ask, "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", ask, "-CA", ca, "-CAkey", ca.with_suffix(".key"), "-set_serial", "1", "-out", cert, "-extfile", names,
            *(more or ("-days", "2")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


OURS, THEIRS = authority("ours"), authority("theirs")
RIGHT = served("right", OURS, f"IP:{HOST}")
WRONG = {"of somebody else": served("stranger", THEIRS, f"IP:{HOST}"), "for another machine": served("other", OURS, "IP:127.0.0.9,DNS:mail.example"),
         "that is over": served("old", OURS, f"IP:{HOST}", "-days", "-1")}


def until(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            raise AssertionError("nothing came of it")
        time.sleep(0.02)
    return found


class Tls:
    """server, scheme: of the class."""

    def setUp(self):
        super().setUp()
        self.speak(RIGHT)
        self.server.in_clear.clear()

    def speak(self, context):
        self.server.tls = context
        self.server.hang_up()  # libcurl keeps what is open
        until(lambda: not self.server.sessions)

    def tell(self, about):
        now = int(time.time() * 1000)
        with self.town.database.connect() as db:
            user = db.one("SELECT id FROM users WHERE login = 'buyer0'")
            db.run("UPDATE notice_sends SET status = 'skipped', why = 'late', next_at = NULL, ended_at = 1 WHERE status = 'waiting'")
            db.run("INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at) VALUES (?, 'show.near', ?, '/shows/1', ?, ?, ?)",
                   user, about, '{"title": {"zh": "壶"}}', now, now)

    def send(self, about):
        with self.town.database.connect() as db:
            rows = db.all("SELECT s.status, s.why, s.tries FROM notice_sends s JOIN notices n ON n.id = s.notice_id WHERE n.about = ? AND s.channel = 'mail'", about)
        return rows[0] if rows else None

    def is_tried(self, about):
        return until(lambda: (s := self.send(about)) and (s[0] != "waiting" or s[1]) and s)

    def again_now(self):
        with self.town.database.connect() as db:
            db.run("UPDATE notice_sends SET next_at = 1 WHERE status = 'waiting'")

    def test_a_letter_goes_out_and_nothing_but_the_greeting_is_said_without(self):
        letters, logins = len(self.server.letters), len(self.server.logins)
        self.tell("tls:right")
        self.assertEqual(self.is_tried("tls:right"), ("sent", "", 1))
        self.assertEqual(len(self.server.letters), letters + 1)
        self.assertEqual(self.server.logins[logins:], [f"AUTH PLAIN {LOGIN}"])
        self.assertEqual([w for w in self.server.in_clear if w not in ("EHLO", "STARTTLS")], [])

    def test_a_wrong_certificate_is_refused_and_the_letter_waits(self):
        letters, logins = len(self.server.letters), len(self.server.logins)
        for i, (name, context) in enumerate(WRONG.items()):
            with self.subTest(name):
                self.speak(context)
                self.tell(f"tls:wrong:{i}")
                self.assertEqual(self.is_tried(f"tls:wrong:{i}"), ("waiting", "tls", 1))
                self.assertEqual((len(self.server.letters), len(self.server.logins)), (letters, logins))
                self.assertEqual([w for w in self.server.in_clear if w not in ("EHLO", "STARTTLS", "QUIT")], [])
        office = self.client("office")
        self.assertIn("certificate", office.get("/messages/log", headers={"Accept-Language": "en"})[1]["sends"][0]["why_text"])
        self.speak(RIGHT)
        self.again_now()
        self.assertEqual(until(lambda: (s := self.send(f"tls:wrong:{i}")) and s[0] != "waiting" and s), ("sent", "", 2))
        self.assertEqual(len(self.server.letters), letters + 1)


def options(scheme, server):
    return {"buyers": 1, "also": ("--smtp", f"{scheme}://{HOST}:{server.port}", "--smtp-from", "town@town.example", "--smtp-ca", str(OURS),
                                  "--public-url", "http://town.example")}


class WithLogin(TownCase):
    program = PROGRAM

    @classmethod
    def fill(cls, db):
        super().fill(db)
        login = cls.town.folder / "smtp.login"
        login.write_text("town\ns3cret\n")
        os.chmod(login, 0o600)

    @classmethod
    def begin(cls):
        """buyer0 wants letters, and has proven an address."""
        buyer = cls.town.client("buyer0")
        cls.addClassCleanup(buyer.close)
        assert buyer.post("/messages/mail", {"mail": "b@mail.example"}, headers={"Accept-Language": "en"})[0] == 200
        letter = until(lambda: cls.server.to("b@mail.example"))[0]
        assert buyer.post("/messages/mail/code", {"code": re.search(r"\d{6}", letter.get_content())[0]})[0] == 200
        assert buyer.post("/messages/settings", {"shows.mail": 1, "lang": "en", "quiet_from": "08:00", "quiet_until": "08:00"})[0] == 200


class StartTls(Tls, WithLogin):
    server = MailServer(HOST, RIGHT)
    options = options("smtp", server)

    def test_a_server_without_it_is_told_no_login_and_no_letter(self):
        letters, logins = len(self.server.letters), len(self.server.logins)
        self.speak(None)
        self.tell("tls:none")
        self.assertEqual(self.is_tried("tls:none"), ("waiting", "tls", 1))
        self.assertEqual((len(self.server.letters), len(self.server.logins)), (letters, logins))
        self.assertEqual([w for w in self.server.in_clear if w not in ("EHLO", "QUIT")], [])


class FromTheFirstByte(Tls, WithLogin):
    server = MailServer(HOST, RIGHT, is_implicit=True)
    options = options("smtps", server)


class Settings(unittest.TestCase):
    def test_authorities_that_are_not_there_are_said_at_once(self):
        (FOLDER / "empty.pem").write_text("-----BEGIN NOTHING-----\n")
        for name in ("none.pem", "empty.pem", ""):  # the last is the folder
            town = Process(PROGRAM, also=("--smtp", f"smtps://{HOST}", "--smtp-from", "town@town.example", "--smtp-ca", str(FOLDER / name)))
            done = subprocess.run([town.program, "serve", *town.settings(), *town.also], capture_output=True, text=True, timeout=30)
            self.assertNotEqual(done.returncode, 0, name)
            self.assertIn("smtp-ca", done.stderr + done.stdout, name)
            town.log.close()


if __name__ == "__main__":
    unittest.main()
