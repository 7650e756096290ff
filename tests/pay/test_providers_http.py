"""The adapters of WeChat Pay and Alipay against a server that plays both: what they ask for, what
they make of the answers, and what they do when the answers are bad.
test_providers_http.py PROVIDER_TOOL"""
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from provider import Fault, Provider  # noqa: E402
from provider_common import day_of  # noqa: E402

TOOL = sys.argv.pop(1)
MERCHANTS = {"wechat": ["1900000110", "1900000111"],
             "alipay": ["2088000000000001", "2088000000000002"]}
NOTICES = "https://town.example/pay/notices/x"


class Adapter:
    """One adapter in a process of its own."""

    def __init__(self, provider, name, **settings):
        self.name = name
        given = provider.settings()
        given[name].update(settings)
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump(given, self.file)
        self.file.flush()
        self.process = subprocess.Popen([TOOL, self.file.name, name], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def call(self, call, **more):
        self.process.stdin.write(json.dumps({"call": call, **more}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def ask(self, call, number, parts=1, channel="native", fen=6900):
        numbers = [number] if parts == 1 else [f"{number}p{i}" for i in range(parts)]
        return self.call(call, ask={
            "number": number, "channel": channel, "client_ip": "203.0.113.7", "payer": "oUpF8u",
            "notice_url": NOTICES, "return_url": "https://town.example/cashier/1?a=b&c",
            "parts": [{"number": n, "merchant": MERCHANTS[self.name][i], "fen": fen + i,
                       "what": f"Order {n} 号"} for i, n in enumerate(numbers)]})

    def do(self, what, number, **more):
        return self.call("carry_out", what=what, number=number,
                         merchant=MERCHANTS[self.name][0], **more)

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(20)
        self.process.stdout.close()
        self.file.close()
        return status


class Case(unittest.TestCase):
    name = None

    def setUp(self):
        self.provider = Provider()
        self.theirs = getattr(self.provider, self.name)
        self.ours = Adapter(self.provider, self.name)
        self.addCleanup(self.provider.close)
        self.addCleanup(lambda: self.assertEqual(self.ours.end(), 0))  # no leak either
        self.addCleanup(lambda: self.assertEqual(self.provider.complaints, []))

    def faulty(self, fault, call, *args, **more):
        self.provider.faults = [fault]
        return call(*args, **more)

    def until_done(self, what, number, **more):
        """Again and again, as pay does."""
        for _ in range(5):
            said = self.ours.do(what, number, **more)
            self.assertEqual(said["err"], "ok", said)
            if said["news"][0]["is"] != "open":
                return said["news"][0]
        self.fail("never done")


class WechatPays(Case):
    name = "wechat"

    def test_each_channel_leads_to_its_cashier(self):
        self.assertEqual(self.ours.ask("open", "P1")["text"], "weixin://wxpay/bizpayurl?pr=P1")
        h5 = self.ours.ask("open", "P2", channel="h5")
        self.assertEqual(h5["go"], "url")
        self.assertIn("redirect_url=https%3A%2F%2Ftown.example%2Fcashier%2F1%3Fa%3Db%26c", h5["text"])
        script = self.ours.ask("open", "P3", channel="jsapi")
        given = json.loads(script["text"])
        message = "\n".join([given["appId"], given["timeStamp"], given["nonceStr"],
                             given["package"], ""]).encode()
        self.assertTrue(self.theirs.theirs.verifies(message, given["paySign"]))

    def test_opening_twice_is_one_payment(self):
        first, second = self.ours.ask("open", "P1", 2), self.ours.ask("look", "P1", 2)
        self.assertEqual(first["err"], "ok")
        self.assertEqual([n["is"] for n in second["news"]], ["open", "open"])
        self.theirs.pay("P1")
        said = self.ours.ask("look", "P1", 2)["news"]
        self.assertEqual([(n["is"], n["fen"], n["merchant"]) for n in said],
                         [("done", 6900, "1900000110"), ("done", 6901, "1900000111")])
        self.assertEqual(self.ours.ask("close", "P1", 2)["err"], "conflict")

    def test_what_was_never_opened_is_open_and_can_be_closed(self):
        self.assertEqual(self.ours.ask("look", "P1")["news"][0]["is"], "open")
        self.assertEqual(self.ours.ask("close", "P1")["err"], "ok")
        self.ours.ask("open", "P2")
        self.assertEqual(self.ours.ask("close", "P2")["err"], "ok")
        self.assertEqual(self.ours.ask("look", "P2")["news"][0]["is"], "closed")

    def test_an_answer_that_is_not_theirs_is_no_answer(self):
        self.ours.ask("open", "P1")
        self.theirs.pay("P1")
        for fault in (Fault.UNSIGNED, Fault.BADLY_SIGNED, Fault.OLD, Fault.OTHER_SERIAL,
                      Fault.CHANGED, Fault.BROKEN, Fault.HUGE, Fault.CUT):
            said = self.faulty(fault, self.ours.ask, "look", "P1")
            self.assertEqual((said["err"], "news" in said), ("io", False), fault)
        for fault in (Fault.BUSY, Fault.REDIRECT):
            self.assertEqual(self.faulty(fault, self.ours.ask, "look", "P1")["err"], "busy", fault)
        self.assertEqual(self.ours.ask("look", "P1")["news"][0]["is"], "done")

    def test_certificates_are_believed_as_public_keys_are(self):
        self.theirs.uses_public_key = False
        self.assertEqual(self.ours.ask("open", "P1")["err"], "ok")

    def test_a_wrong_key_of_ours_is_no_word_on_the_payment(self):
        other = Adapter(self.provider, "wechat",
                        private_key=self.theirs.nobodys.pem.decode())
        said = other.ask("look", "P1")
        self.assertEqual((said["err"], said["why"][:10]), ("io", "SIGN_ERROR"))
        self.assertEqual(len(self.provider.complaints), 1)
        self.provider.complaints.clear()
        self.assertEqual(other.end(), 0)

    def paid(self):
        self.ours.ask("open", "P1")
        self.theirs.pay("P1")
        no = self.ours.ask("look", "P1")["news"][0]["no"]
        return {"payment": "P1", "no": no, "paid": 6900}

    def test_a_refund_after_sharing_takes_the_share_back_first(self):
        paid = self.paid()
        share = self.until_done("share", "I1", fen=1900, receiver="1900000120", **paid)
        self.assertEqual((share["is"], share["fen"]), ("done", 1900))
        too_much = self.ours.do("refund", "I2", fen=6900, **paid)
        self.assertEqual((too_much["err"], too_much["why"][:10]), ("conflict", "NOT_ENOUGH"))
        back = self.until_done("share_return", "I3", fen=1900, receiver="1900000120", share="I1",
                               **paid)
        self.assertEqual((back["is"], back["fen"]), ("done", 1900))
        refund = self.until_done("refund", "I4", fen=6900, **paid)
        self.assertEqual((refund["is"], refund["fen"], refund["number"]), ("done", 6900, "I4"))
        part = self.theirs.payments["P1"]["parts"][0]
        self.assertEqual((part.left(), list(part.refunds)), (0, ["I4"]))

    def test_release_ends_sharing(self):
        paid = self.paid()
        said = self.until_done("release", "I1", fen=6900, **paid)
        self.assertEqual((said["is"], said["fen"]), ("done", 6900))
        self.assertEqual(self.ours.do("share", "I2", fen=1, receiver="1900000120", **paid)["err"],
                         "conflict")

    def test_an_instruction_cut_before_its_answer_is_given_once(self):
        paid = self.paid()
        self.provider.faults = [None, Fault.CUT]  # the question, and then the instruction
        self.assertEqual(self.ours.do("refund", "I1", fen=900, **paid)["err"], "io")
        self.assertEqual(self.until_done("refund", "I1", fen=900, **paid)["is"], "done")
        self.assertEqual(len(self.theirs.payments["P1"]["parts"][0].refunds), 1)

    def test_a_refund_that_was_closed_is_told_so(self):
        paid = self.paid()
        self.ours.do("refund", "I1", fen=900, **paid)
        self.theirs.find("refunds", "I1")["state"] = "ABNORMAL"
        said = self.ours.do("refund", "I1", fen=900, **paid)["news"][0]
        self.assertEqual((said["is"], said["text"]), ("failed", "ABNORMAL"))

    def test_notices(self):
        self.paid()
        headers, body = self.theirs.paid_notice("P1")
        said = self.ours.call("notice", headers=headers, body=body.decode())
        self.assertEqual(said["err"], "ok")
        self.assertEqual((said["news"][0]["number"], said["news"][0]["fen"]), ("P1", 6900))
        bad = {"forbidden": [{"key": self.theirs.nobodys}, {"serial": "AAAA"}, {"probe": True},
                             {"mchid": "1900000108"}, {"appid": "wx0000000000000000"},
                             {"api_key": "x" * 32}],
               "expired": [{"at": time.time() - 301}, {"at": time.time() + 360}]}
        for err, wrongs in bad.items():
            for wrong in wrongs:
                headers, body = self.theirs.paid_notice("P1", **wrong)
                said = self.ours.call("notice", headers=headers, body=body.decode())
                self.assertEqual((said["err"], said["news"]), (err, []), wrong)
        headers, body = self.theirs.paid_notice("P1")
        said = self.ours.call("notice", headers=headers, body=body.decode().replace("TRANS", "trans"))
        self.assertEqual(said["err"], "forbidden")

    def test_the_statement(self):
        paid = self.paid()
        self.until_done("refund", "I1", fen=900, **paid)
        day = day_of(time.time())
        said = self.ours.call("statement", day=day)
        self.assertEqual([(n["of"], n["number"], n["fen"]) for n in said["lines"]],
                         [("payment", "P1", 6900), ("refund", "I1", 900)], said)
        self.assertEqual(self.ours.call("statement", day="2020-01-01")["lines"], [])
        self.assertEqual(self.ours.call("statement", day=day_of(time.time() + 90000))["err"], "again")
        self.theirs.bill = lambda lines: lines * 30000
        self.assertEqual(len(self.ours.call("statement", day=day)["lines"]), 60000)
        self.theirs.bill = lambda lines: lines
        self.provider.faults = [None, Fault.CHANGED]
        said = self.ours.call("statement", day=day)
        self.assertEqual((said["err"], said["lines"]), ("io", []))
        self.assertIn("announced", said["why"])


class AlipayPays(Case):
    name = "alipay"

    def test_each_channel_leads_to_its_cashier(self):
        self.assertEqual(self.ours.ask("open", "G1T1")["text"], "https://qr.alipay.com/baxG1T1")
        said = self.ours.ask("open", "G2T1", channel="h5")
        self.assertEqual(said["go"], "url")
        self.assertTrue(said["text"].startswith(self.provider.url + "/gateway.do?"))
        self.browse(said["text"])
        self.assertEqual(self.ours.ask("look", "G2T1")["news"][0]["is"], "open")
        page = Adapter(self.provider, "alipay", native="page")
        self.browse(page.ask("open", "G3T1")["text"])
        self.assertEqual(self.theirs.methods[-1], "alipay.trade.page.pay")
        self.assertEqual(page.end(), 0)

    @staticmethod
    def browse(url):
        import urllib.request
        urllib.request.urlopen(url, timeout=10).read()

    def test_a_trade_lives_from_its_first_visit(self):
        self.ours.ask("open", "G1T1")
        self.assertEqual(self.ours.ask("look", "G1T1")["news"][0]["is"], "open")
        self.assertEqual(self.ours.ask("close", "G1T1")["err"], "ok")
        self.theirs.scan("G1T1")
        self.assertEqual(self.ours.ask("close", "G1T1")["err"], "ok")
        self.assertEqual(self.ours.ask("look", "G1T1")["news"][0]["is"], "closed")
        self.assertEqual(self.ours.ask("close", "G1T1")["err"], "ok")  # again
        self.ours.ask("open", "G2T1")
        self.theirs.pay("G2T1")
        self.assertEqual(self.ours.ask("close", "G2T1")["err"], "conflict")
        news = self.ours.ask("look", "G2T1")["news"][0]
        self.assertEqual((news["is"], news["fen"]), ("done", 6900))

    def test_an_answer_that_is_not_theirs_is_no_answer(self):
        self.ours.ask("open", "G1T1")
        self.theirs.pay("G1T1")
        for fault in (Fault.UNSIGNED, Fault.BADLY_SIGNED, Fault.CHANGED, Fault.BROKEN, Fault.HUGE,
                      Fault.CUT):
            said = self.faulty(fault, self.ours.ask, "look", "G1T1")
            self.assertEqual((said["err"], "news" in said), ("io", False), fault)
        for fault in (Fault.BUSY, Fault.REDIRECT):
            self.assertEqual(self.faulty(fault, self.ours.ask, "look", "G1T1")["err"], "busy")
        self.theirs.escapes = True
        self.assertEqual(self.ours.ask("look", "G1T1")["news"][0]["is"], "done")

    def paid(self):
        self.ours.ask("open", "G1T1")
        self.theirs.pay("G1T1")
        no = self.ours.ask("look", "G1T1")["news"][0]["no"]
        return {"payment": "G1T1", "no": no, "paid": 6900}

    def test_a_refund_after_sharing_takes_the_share_back_first(self):
        paid = self.paid()
        to = {"receiver": "2088000000000099"}
        share = self.until_done("share", "I1", fen=1900, **to, **paid)
        self.assertEqual((share["is"], share["fen"]), ("done", 1900))
        self.assertEqual(self.ours.do("refund", "I2", fen=6900, **paid)["err"], "conflict")
        back = self.until_done("share_return", "I3", fen=1900, share="I1", **to, **paid)
        self.assertEqual((back["is"], back["fen"]), ("done", 1900))
        refund = self.until_done("refund", "I4", fen=6900, **paid)
        self.assertEqual((refund["is"], refund["fen"]), ("done", 6900))
        news = self.ours.ask("look", "G1T1")["news"][0]
        self.assertEqual(news["is"], "done")  # closed by its refund: it was paid all the same

    def test_a_part_that_went_back_is_not_confirmed(self):
        paid = self.paid()
        self.until_done("refund", "I1", fen=900, **paid)
        self.assertEqual(self.until_done("share", "I2", fen=500, receiver="2088000000000099",
                                         refunded=900, **paid)["is"], "done")
        self.assertEqual(self.until_done("release", "I3", fen=5500, **paid)["is"], "done")
        self.assertTrue(self.theirs.trades["G1T1"].is_released)
        self.assertEqual(self.until_done("release", "I3", fen=5500, **paid)["is"], "done")

    def test_an_instruction_cut_before_its_answer_is_given_once(self):
        paid = self.paid()
        self.provider.faults = [None, Fault.CUT]
        self.assertEqual(self.ours.do("refund", "I1", fen=900, **paid)["err"], "io")
        self.assertEqual(self.until_done("refund", "I1", fen=900, **paid)["is"], "done")
        self.assertEqual(len(self.theirs.trades["G1T1"].refunds), 1)

    def test_notices(self):
        self.paid()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        hear = lambda **w: self.ours.call(  # noqa: E731
            "notice", headers=headers, body=self.theirs.paid_notice("G1T1", **w).decode())
        said = hear()
        self.assertEqual((said["err"], said["yes"]), ("ok", "success"))
        self.assertEqual((said["news"][0]["number"], said["news"][0]["fen"],
                          said["news"][0]["merchant"]), ("G1T1", 6900, "2088000000000001"))
        for wrong in ({"key": self.theirs.nobodys}, {"after": {"total_amount": "0.01"}},
                      {"change": {"app_id": "2021000118600002"}}, {"after": {"sign_type": "RSA"}},
                      {"change": {"seller_id": "2088101122136242"}}, {"drop": ("seller_id",)}):
            said = hear(**wrong)
            self.assertEqual((said["err"], said["news"]), ("forbidden", []), wrong)
        self.assertEqual(hear(change={"total_amount": "69.001"})["err"], "syntax")

    def test_the_statement(self):
        paid = self.paid()
        self.until_done("refund", "I1", fen=900, **paid)
        day = day_of(time.time())
        said = self.ours.call("statement", day=day)
        self.assertEqual([(n["of"], n["number"], n["fen"]) for n in said["lines"]],
                         [("payment", "G1T1", 6900), ("refund", "I1", 900)], said)
        self.assertEqual(self.ours.call("statement", day="2020-01-01")["lines"], [])
        self.theirs.bill = lambda lines: lines * 12500  # more than a sheet may have
        self.assertEqual(len(self.ours.call("statement", day=day)["lines"]), 25000)
        self.theirs.bill = lambda lines: [[*line[:2], "其他", *line[3:]] for line in lines]
        said = self.ours.call("statement", day=day)
        self.assertEqual((said["err"], said["lines"]), ("syntax", []))
        self.assertIn("业务类型", said["why"])
        self.theirs.bill = lambda lines: lines
        self.provider.faults = [None, Fault.BROKEN]
        said = self.ours.call("statement", day=day)
        self.assertNotEqual(said["err"], "ok")
        self.assertEqual(said["lines"], [])


class Wire(unittest.TestCase):
    """Nobody else is spoken with."""

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        provider = Provider()
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = pathlib.Path(folder, "key"), pathlib.Path(folder, "certificate")
            key.write_bytes(provider.wechat.ours.pem)
            certificate.write_bytes(provider.wechat.ours.certificate("01"))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        provider.server.socket = context.wrap_socket(provider.server.socket, server_side=True)
        https = provider.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
        adapter = Adapter(provider, "wechat", base_url=https)
        said = adapter.ask("look", "P1")
        self.assertEqual(said["err"], "io")
        self.assertIn("certificate", said["why"].lower())
        self.assertEqual(provider.asked, [])
        self.assertEqual(adapter.end(), 0)
        provider.close()

    def test_nobody_there(self):
        provider = Provider()
        adapter = Adapter(provider, "wechat", base_url="http://127.0.0.1:9")
        self.assertEqual(adapter.ask("look", "P1")["err"], "io")
        self.assertEqual(adapter.end(), 0)
        provider.close()


if __name__ == "__main__":
    unittest.main()
