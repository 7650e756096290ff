"""Codes to phones: a real gateway, the real program, people who log in. test_sms_http.py GUILDHALL"""
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Gateway:
    """Keeps what it is posted; `answers` are its next statuses, 200 after them."""

    def __init__(self, answers=()):
        self.posts, self.answers, self.came = [], list(answers), threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.came:
                    outer.posts.append((self.headers, raw, json.loads(raw)))
                    status = outer.answers.pop(0) if outer.answers else 200
                    outer.came.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, n, seconds=30):
        with self.came:
            if not self.came.wait_for(lambda: len(self.posts) >= n, seconds):
                raise AssertionError(f"{len(self.posts)} of {n} messages came")
            return self.posts[n - 1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Codes(unittest.TestCase):
    def gateway(self, answers=()):
        gateway = Gateway(answers)
        self.addCleanup(gateway.close)
        return gateway

    def town(self, gateway):
        return Town(PROGRAM, buyers=1, also=("--sms-gateway", gateway))

    def test_a_code_is_posted_signed_and_opens(self):
        gateway = self.gateway()
        with self.town(gateway.url) as town:
            visitor = town.client()
            status, body = visitor.post("/login/code", {"phone": "13800000001"})
            self.assertEqual(status, 200, body)
            head, raw, said = gateway.wait(1)
            self.assertEqual({k: said[k] for k in ("type", "phone", "minutes")},
                             {"type": "sms.code", "phone": "13800000001", "minutes": 5})
            self.assertIn(said["lang"], ("zh-CN", "en"))
            self.assertRegex(said["code"], r"^[0-9]{6}$")
            key = (town.folder / "sms.key").read_bytes()
            if len(key) != 32:  # the file is text around it
                key = bytes.fromhex(key.decode().split()[-1])
            text = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + raw
            mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
            self.assertEqual(head["webhook-signature"], "v1," + mac)
            self.assertLess(abs(int(head["webhook-timestamp"]) - time.time()), 60)
            self.assertEqual((town.folder / "sms.key").stat().st_mode & 0o777, 0o600)
            status, body = visitor.post("/login/phone", {"phone": "13800000001",
                                                         "code": said["code"]})
            self.assertEqual(status, 200, body)
            self.assertIn("token", body)
            log = (town.folder / "log").read_text()
            self.assertNotIn(said["code"], log)
            self.assertNotIn("13800000001", log)
            self.assertIn('guildhall_sms_total{fate="sent"} 1', visitor.get("/metrics")[1])

    def test_a_gateway_that_stumbles_gets_it_again(self):
        gateway = self.gateway([503])
        with self.town(gateway.url) as town:
            self.assertEqual(town.client().post("/login/code", {"phone": "13800000002"})[0], 200)
            first, again = gateway.wait(1), gateway.wait(2)
            self.assertEqual(first[2], again[2])
            self.assertEqual(first[0]["webhook-id"], again[0]["webhook-id"])

    def test_one_that_refuses_is_not_pressed_and_the_next_goes_out(self):
        gateway = self.gateway([400])
        with self.town(gateway.url) as town:
            visitor = town.client()
            self.assertEqual(visitor.post("/login/code", {"phone": "13800000003"})[0], 200)
            gateway.wait(1)
            self.assertEqual(visitor.post("/login/code", {"phone": "13800000004"})[0], 200)
            self.assertEqual(gateway.wait(2)[2]["phone"], "13800000004")
            log = (town.folder / "log").read_text()
            self.assertIn("notify.sms_failed", log)
            self.assertNotIn("13800000003", log)

    def test_nobody_waits_for_a_gateway_that_is_away(self):
        gateway = Gateway()
        gateway.close()
        with self.town(gateway.url) as town:
            self.assertEqual(town.client().post("/login/code", {"phone": "13800000005"})[0], 200)
            self.assertEqual(town.stop(), 0)  # nor does the program's end

    def test_printing_is_asked_for_and_stays_at_home(self):
        with self.town("log") as town:
            self.assertEqual(town.client().post("/login/code", {"phone": "13800000006"})[0], 200)
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                if re.search(r"^SMS to 13800000006: [0-9]{6}$", (town.folder / "log").read_text(), re.M):
                    break
                time.sleep(0.02)
            else:
                self.fail("no code was printed")
            town.stop()
            refused = subprocess.run(
                [PROGRAM, "serve", *town.settings(), "--http", "0.0.0.0:0", "--sms-gateway", "log"],
                text=True, timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("sms-gateway", refused.stdout)

    def test_by_default_there_are_none(self):
        with Town(PROGRAM, buyers=1) as town:
            self.assertEqual(town.client().post("/login/code", {"phone": "13800000007"})[0], 404)
            self.assertFalse((town.folder / "sms.key").exists())

    def test_settings_that_are_refused(self):
        for bad in ("ftp://sms.example/", "sms.example", "https://me:secret@sms.example/", "print"):
            with self.subTest(bad), Town(PROGRAM, buyers=1) as town:
                town.stop()
                done = subprocess.run([PROGRAM, "serve", *town.settings(), "--sms-gateway", bad],
                                      text=True, timeout=60, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("sms-gateway", done.stdout)


if __name__ == "__main__":
    unittest.main()
