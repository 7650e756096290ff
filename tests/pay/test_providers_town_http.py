"""The real program pays at a server that plays WeChat Pay and Alipay: what callbacks may and may not
do, shares and refunds, the nightly statement. test_providers_town_http.py GUILDHALL PAY_TOOL"""
import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "lib")]
from provider import Fault, Provider  # noqa: E402
from provider_common import day_of, post  # noqa: E402
from town import RECEIVER, Process, TownCase  # noqa: E402

PROGRAM, TOOL = sys.argv.pop(1), sys.argv.pop(1)
MERCHANTS = {"wechat": ["1900000110", "1900000111"],
             "alipay": ["2088000000000001", "2088000000000002"]}
SHARERS = {"wechat": "1900000120", "alipay": "2088000000000099"}
PRICE = 6900  # of every SKU
WAIT_S = 40


def wait(what, seconds=WAIT_S):
    """Until what() is something, which is given."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


class Case(TownCase):
    program = PROGRAM
    options = {"buyers": 3, "stock": (1000, 1000)}
    turn = 0

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.close)
        super().setUpClass()

    @classmethod
    def fill(cls, db):
        settings = cls.town.folder / "pay.json"
        settings.touch(0o600)
        settings.write_text(json.dumps(cls.provider.settings()))
        cls.town.also += ["--public-url", f"http://127.0.0.1:{cls.town.http}"]
        for name, merchants in MERCHANTS.items():
            for i, merchant in enumerate(merchants, 1):
                db.run("INSERT INTO pay_accounts (party, provider, account, changed_at)"
                       " VALUES (?, ?, ?, 1)", f"factory:{i}", name, merchant)
            db.run("INSERT INTO pay_accounts (party, provider, account, changed_at)"
                   " VALUES ('host:7', ?, ?, 1)", name, SHARERS[name])

    def setUp(self):
        super().setUp()
        Case.turn += 1  # nobody has many unpaid orders
        self.buyer = self.client(f"buyer{Case.turn % 3}")
        self.provider.wechat.steps = self.provider.alipay.steps = 0
        self.addCleanup(lambda: self.assertEqual(self.provider.complaints, []))

    # --- what a buyer does ---

    def order(self, *skus):
        """The order of them, or of several makers the first, which is the number of their checkout."""
        status, body = self.buyer.post("/orders", {"sku": skus or [1], "quantity": [1] * max(1, len(skus)),
                                                   **RECEIVER}, key=f"key-{time.monotonic_ns()}")
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def choose(self, order, way):
        """The page of the cashier once the provider has opened the payment."""
        status, body = self.buyer.post(f"/cashier/{order}", {"way": way})
        self.assertIn(status, (200, 303), body)
        return wait(lambda: self.ready(order))

    def ready(self, order):
        status, page = self.buyer.get(f"/cashier/{order}")
        self.assertEqual(status, 200, page)
        return page if page["state"] not in ("choose", "preparing") else None

    def open_wechat(self, *skus):
        """(order, number at WeChat Pay) of a payment that waits."""
        order = self.order(*skus)
        code = self.choose(order, "wechat:native")["payment"]["code"]
        return order, code.split("pr=")[1]

    def open_alipay(self):
        order = self.order()
        code = self.choose(order, "alipay:native")["payment"]["code"]
        return order, code.split("bax")[1]

    def status(self, order):
        return self.buyer.get(f"/orders/{order}")[1]["order"]["status"]

    # --- what was booked ---

    def url(self, name):
        return f"http://127.0.0.1:{self.town.http}/pay/notices/{name}"

    def money(self, order):
        """Where the order's money lies: {account: fen}."""
        with self.town.database.connect() as db:
            rows = db.all("SELECT d.role, c.role, t.amount, t.kind FROM ledger_transfers t"
                          " JOIN ledger_accounts d ON d.id = t.debit"
                          " JOIN ledger_accounts c ON c.id = t.credit"
                          " JOIN ledger_books b ON b.id = d.book"
                          " WHERE t.ref = ? AND b.unit = 'CNY' AND t.kind IN (1, 3)",
                          f"order:{order}")
        lies = {}
        for debit, credit, amount, _ in rows:
            lies[debit] = lies.get(debit, 0) - amount
            lies[credit] = lies.get(credit, 0) + amount
        return {account: fen for account, fen in lies.items() if fen}

    def differences(self, number):
        with self.town.database.connect() as db:
            return sorted(db.all("SELECT kind, here, there FROM pay_differences WHERE number = ?",
                                 number))

    def instruct(self, *words):
        store = self.town.settings()[self.town.settings().index("--store") + 1] \
            if "--store" in self.town.settings() else f"sqlite:{self.town.database.file}"
        done = subprocess.run([TOOL, store, *map(str, words)], text=True, timeout=30,
                              stdout=subprocess.PIPE, check=True)
        if words[0] == "share":  # as settle would have reckoned it, whose check looks at it
            with self.town.database.connect() as db:
                db.run("INSERT INTO order_shares (order_id, party, fen, most_bp, made_at) VALUES (?, ?, ?, 3000, 1)",
                       *words[1:])
        return done.stdout.strip()

    def instructions(self, order):
        with self.town.database.connect() as db:
            return db.all("SELECT kind, status, amount_fen FROM pay_instructions WHERE order_id = ?"
                          " ORDER BY id", order)

    def carried_out(self, order):
        done = wait(lambda: all(status == "done" for _, status, _ in self.instructions(order)) or None)
        self.assertTrue(done, self.instructions(order))
        return [(kind, fen) for kind, _, fen in self.instructions(order)]

    def read_statement(self, name):
        """Today's, as if the night had come; its day."""
        day = day_of(time.time())
        with self.town.database.connect() as db:
            db.run("INSERT INTO pay_statements (provider, day, due_at) VALUES (?, ?, 1)", name, day)
        self.assertTrue(wait(lambda: self.is_read(name, day)))
        return day

    def is_read(self, name, day):
        with self.town.database.connect() as db:
            return db.one("SELECT COUNT(*) FROM pay_statements WHERE provider = ? AND day = ?"
                          " AND read_at IS NOT NULL", name, day)

    def listed(self, name, day):
        """The open differences of that statement: {number: kinds}."""
        found = {}
        with self.town.database.connect() as db:
            for number, kind in db.all("SELECT number, kind FROM pay_differences WHERE provider = ? AND"
                                       " day = ? AND closed_at IS NULL ORDER BY id", name, day):
                found.setdefault(number, []).append(kind)
        return found


class Wechat(Case):
    def test_inside_wechat_the_payer_is_asked_for_and_pays_there(self):
        inside = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.49"}
        order = self.order()
        ways = {w["way"]: w for w in self.buyer.get(f"/cashier/{order}", inside)[1]["ways"]}
        way = ways["wechat:jsapi"]
        self.assertNotIn("wechat:native", ways)
        self.assertEqual(way["link"], f"/cashier/{order}/payer/wechat")
        outside = [w["way"] for w in self.buyer.get(f"/cashier/{order}")[1]["ways"]]
        self.assertTrue("wechat:native" in outside and "wechat:jsapi" not in outside, outside)
        status, body = self.buyer.get(way["link"])
        there = urllib.parse.urlsplit(body["location"])
        asked = dict(urllib.parse.parse_qsl(there.query))
        self.assertEqual((there.path, asked["scope"]), ("/connect/oauth2/authorize", "snsapi_base"))
        self.assertEqual(urllib.parse.urlsplit(asked["redirect_uri"]).path, way["link"])
        code = lambda c, state=asked["state"]: f"{way['link']}?code={c}&state={state}"
        self.provider.wechat.codes["c1"] = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
        self.assertEqual(self.buyer.get(code("c1", "f" * 64))[0], 403)
        self.assertEqual(self.buyer.get(code("c1", ""))[0], 403)
        self.assertEqual(self.client("maker").get(code("c1"))[0], 404)
        self.assertEqual(self.buyer.get(code("nobodys"))[1]["location"], f"/cashier/{order}")
        self.assertEqual(self.buyer.get(f"/cashier/{order}")[1]["state"], "choose")
        self.assertEqual(self.buyer.get(code("c1"))[1]["location"], f"/cashier/{order}")
        page = wait(lambda: self.ready(order))
        script = json.loads(page["payment"]["script"])
        self.assertEqual(script["package"], f"prepay_id=wx2611G{order}T1")
        self.provider.wechat.pay(f"G{order}T1")
        self.provider.wechat.tell_paid(f"G{order}T1", self.url("wechat"))
        self.assertEqual(self.status(order), "paid")

    def test_a_notice_eight_times_pays_once(self):
        order, number = self.open_wechat()
        self.provider.wechat.pay(number)
        for _ in range(8):
            status, body = self.provider.wechat.tell_paid(number, self.url("wechat"))
            self.assertEqual((status, json.loads(body)["code"]), (200, "SUCCESS"))
        self.assertEqual(self.status(order), "paid")
        self.assertEqual(self.money(order), {"outside": -PRICE, "frozen:factory:1": PRICE})

    def test_what_nobody_told_is_asked_for(self):
        order, number = self.open_wechat()
        self.provider.wechat.pay(number)
        self.assertTrue(wait(lambda: self.status(order) == "paid"))

    def test_bad_notices_change_nothing(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        self.provider.faults = []
        for wrong in ({"key": wechat.nobodys}, {"serial": "AAAA"}, {"probe": True},
                      {"at": time.time() - 301}, {"at": time.time() + 360}, {"api_key": "y" * 32},
                      {"mchid": "1900000108"}, {"appid": "wx0000000000000000"}):
            status, body = wechat.tell_paid(number, self.url("wechat"), **wrong)
            self.assertEqual((status, json.loads(body)["code"]), (500, "FAIL"), wrong)
            self.assertEqual(self.money(order), {}, wrong)
        headers, body = wechat.paid_notice(number)
        changed = body.replace(b'"summary":"x"', b'"summary":"y"')
        self.assertEqual(post(self.url("wechat"), changed, headers)[0], 500)
        self.assertEqual(post(self.url("wechat"), body, {})[0], 500)
        self.assertEqual(post(self.url("wechat"), b"", headers)[0], 500)
        self.assertEqual(post(self.url("alipay"), body, headers)[0], 500)
        self.assertEqual(post(self.url("nobody"), body, headers)[0], 404)
        self.assertEqual(self.money(order), {})
        self.assertEqual(wechat.tell_paid(number, self.url("wechat"))[0], 200)
        self.assertEqual(self.status(order), "paid")

    def test_one_fen_less_is_listed_and_pays_nothing(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        part = wechat.payments[number]["parts"][0].number
        status, _ = wechat.tell_paid(number, self.url("wechat"), less_fen=1)
        self.assertEqual(status, 200)  # heard: it would say so for ever
        self.assertEqual(self.money(order), {})
        self.assertEqual(self.differences(part), [("amount", "6900", "6899")])

    def test_the_money_of_another_maker_is_listed_and_pays_nothing(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        part = wechat.payments[number]["parts"][0].number
        wechat.tell_paid(number, self.url("wechat"), merchant=MERCHANTS["wechat"][1])
        self.assertEqual(self.money(order), {})
        self.assertEqual(self.differences(part),
                         [("merchant", MERCHANTS["wechat"][0], MERCHANTS["wechat"][1])])

    def test_a_payment_for_an_order_that_is_not_ours_is_listed(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        wechat.tell_paid(number, self.url("wechat"), part_number="G999999999T1")
        self.assertEqual(self.money(order), {})
        self.assertEqual([kind for kind, _, _ in self.differences("G999999999T1")], ["missing_here"])

    def test_an_alipay_notice_of_a_wechat_payment_is_listed(self):
        order, number = self.open_wechat()
        other, trade = self.open_alipay()
        self.provider.alipay.pay(trade)
        part = self.provider.wechat.payments[number]["parts"][0].number
        status, body = self.provider.alipay.tell_paid(trade, self.url("alipay"),
                                                      change={"out_trade_no": part})
        self.assertEqual((status, body), (200, "success"))
        self.assertEqual((self.money(order), self.money(other)), ({}, {}))
        self.assertEqual([kind for kind, _, _ in self.differences(part)], ["missing_here"])

    def test_two_ways_to_pay_one_order_take_it_once(self):
        """The first QR code was paid after the buyer chose another: what came second goes back."""
        order, number = self.open_wechat()
        trade = self.choose_again(order)
        self.provider.alipay.pay(trade)
        self.provider.alipay.tell_paid(trade, self.url("alipay"))
        self.assertEqual(self.status(order), "paid")
        for part in self.provider.wechat.payments[number]["parts"]:
            part.state = "NOTPAY"  # closed a moment too late
        self.provider.wechat.pay(number)
        self.assertEqual(self.provider.wechat.tell_paid(number, self.url("wechat"))[0], 200)
        self.assertEqual(self.carried_out(order), [("refund", PRICE)])
        self.assertEqual(self.money(order), {"outside": -PRICE, "frozen:factory:1": PRICE})
        self.assertEqual(self.status(order), "paid")

    def choose_again(self, order):
        self.buyer.post(f"/cashier/{order}", {"way": "alipay:native"})
        page = wait(lambda: (lambda p: p if p and "bax" in p["payment"].get("code", "") else None)(
            self.ready(order)))
        return page["payment"]["code"].split("bax")[1]

    def test_two_makers_are_paid_at_once_and_each_has_its_own(self):
        first, number = self.open_wechat(1, 3)
        parts = self.provider.wechat.payments[number]["parts"]
        self.assertEqual([p.merchant for p in parts], MERCHANTS["wechat"])
        self.provider.wechat.pay(number)
        self.provider.wechat.tell_paid(number, self.url("wechat"))
        for i, order in enumerate((first, first + 1), 1):
            self.assertEqual(self.status(order), "paid")
            self.assertEqual(self.money(order), {"outside": -PRICE, f"frozen:factory:{i}": PRICE})

    def test_a_refund_after_sharing(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        wechat.tell_paid(number, self.url("wechat"))
        self.assertEqual(self.instruct("share", order, "host:7", 690), "ok")
        self.carried_out(order)
        self.assertEqual(self.money(order), {"outside": -PRICE, "frozen:factory:1": PRICE - 690,
                                             "got:host:7": 690})
        self.assertEqual(self.instruct("refund", order, "too-much", PRICE + 1), "invalid")
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        self.assertEqual(self.instruct("refund", order, "again", 1), "conflict")
        self.assertEqual(self.carried_out(order), [("share", 690), ("share_return", 690),
                                                   ("refund", PRICE)])
        self.assertEqual(self.money(order), {})
        part = wechat.payments[number]["parts"][0]
        self.assertEqual((part.left(), [r["fen"] for r in part.refunds.values()]), (0, [PRICE]))

    def test_a_refund_that_is_told_before_it_was_asked_after(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.steps = 1000  # asked, it is always under way
        wechat.pay(number)
        wechat.tell_paid(number, self.url("wechat"))
        self.instruct("refund", order, "part", 900)
        part = wechat.payments[number]["parts"][0]
        self.assertTrue(wait(lambda: part.refunds))
        headers, body = wechat.refund_notice(next(iter(part.refunds)))
        for _ in range(2):
            self.assertEqual(post(self.url("wechat"), body, headers)[0], 200)
        self.assertEqual(self.money(order), {"outside": 900 - PRICE, "frozen:factory:1": PRICE - 900})

    def test_a_refusal_stops_the_order_and_waits_for_a_person(self):
        order, number = self.open_wechat()
        wechat = self.provider.wechat
        wechat.pay(number)
        wechat.tell_paid(number, self.url("wechat"))
        wechat.refuse_shares = "RECEIVER_HIGH_RISK"
        self.addCleanup(setattr, wechat, "refuse_shares", None)
        self.instruct("share", order, "host:7", 690)
        self.instruct("release", order)
        self.assertTrue(wait(lambda: [status for _, status, _ in self.instructions(order)]
                             == ["failed", "waiting"]), self.instructions(order))
        self.assertEqual(self.money(order), {"outside": -PRICE, "frozen:factory:1": PRICE})

    # --- the nightly statement ---

    def paid(self, tell=True):
        """The number of a payment's only part."""
        order, number = self.open_wechat()
        self.provider.wechat.pay(number)
        if tell:
            self.provider.wechat.tell_paid(number, self.url("wechat"))
        return order, self.provider.wechat.payments[number]["parts"][0].number

    def test_each_planted_difference_of_a_statement_is_listed(self):
        (_, same), (_, less), (gone_order, gone), (_, other) = (self.paid() for _ in range(4))
        refunded_order, _ = self.paid()
        self.assertEqual(self.buyer.post(f"/orders/{refunded_order}/cancel")[0], 200)
        self.carried_out(refunded_order)
        with self.town.database.connect() as db:
            refund = f"I{db.one('SELECT MAX(id) FROM pay_instructions')}"
        untold_order, untold = self.paid(tell=False)

        def plant(lines):
            kept = []
            for line in lines:
                number = line[15] if line[9] == "REFUND" else line[6]
                line[24] = "68.99" if number == less else line[24]
                line[25] = "68.98" if number == refund else line[25]
                line[3] = MERCHANTS["wechat"][1] if number == other else line[3]
                if number != gone:
                    kept.append(line)
            return kept + [[*kept[0][:6], "G888888888T1", *kept[0][7:]]]

        self.provider.wechat.bill = plant
        self.addCleanup(setattr, self.provider.wechat, "bill", lambda lines: lines)
        day = self.read_statement("wechat")
        found = self.listed("wechat", day)
        self.assertEqual({n: found.get(n) for n in (same, less, gone, other, refund, untold, "G888888888T1")},
                         {same: None, less: ["amount"], gone: ["missing_there"], other: ["merchant"],
                          refund: ["amount"], untold: ["missing_here"],
                          "G888888888T1": ["missing_here"]})
        self.assertEqual(self.status(untold_order), "paid")  # we were not told: it is taken
        self.provider.wechat.bill = lambda lines: lines
        office = self.client("office")
        self.assertIn(office.post("/pay/desk/statements", {"provider": "wechat", "day": day})[0],
                      (200, 303))
        self.assertTrue(wait(lambda: gone not in self.listed("wechat", day)))
        self.assertIn(less, self.listed("wechat", day))  # until a person closes it
        self.assertEqual(self.status(gone_order), "paid")

    def test_a_provider_that_stumbles_is_asked_again(self):
        self.provider.faults = [Fault.CUT, Fault.BUSY]
        order, number = self.open_wechat()
        self.assertEqual(self.provider.faults, [])
        self.provider.wechat.pay(number)
        self.provider.wechat.tell_paid(number, self.url("wechat"))
        self.assertEqual(self.status(order), "paid")


class Alipay(Case):
    def test_two_makers_are_paid_one_after_the_other(self):
        first = self.order(1, 3)
        _, page = self.buyer.get(f"/cashier/{first}")
        self.assertTrue(page["more_ways_alone"])
        self.assertEqual([w["way"] for w in page["ways"] if not w["is_test"]], ["wechat:native"])
        status, _ = self.buyer.post(f"/cashier/{first}", {"way": "alipay:native"})
        self.assertEqual(status, 422)
        for order in (first, first + 1):
            self.buyer.post(f"/cashier/{order}", {"way": "alipay:native", "alone": 1})
            page = wait(lambda o=order: self.ready(f"{o}?alone=1"))
            number = page["payment"]["code"].split("bax")[1]
            self.provider.alipay.pay(number)
            self.provider.alipay.tell_paid(number, self.url("alipay"))
            self.assertEqual(self.status(order), "paid")

    def test_a_notice_eight_times_pays_once(self):
        order, number = self.open_alipay()
        self.provider.alipay.pay(number)
        for _ in range(8):
            self.assertEqual(self.provider.alipay.tell_paid(number, self.url("alipay")),
                             (200, "success"))
        self.assertEqual(self.status(order), "paid")
        self.assertEqual(self.money(order), {"outside": -PRICE, "frozen:factory:1": PRICE})

    def test_bad_notices_change_nothing(self):
        order, number = self.open_alipay()
        alipay = self.provider.alipay
        alipay.pay(number)
        for wrong in ({"key": alipay.nobodys}, {"after": {"total_amount": "0.01"}},
                      {"after": {"sign_type": "RSA"}}, {"after": {"sign": ""}},
                      {"change": {"app_id": "2021000118600002"}},
                      {"change": {"seller_id": "2088101122136242"}},
                      {"change": {"total_amount": "69.001"}}):
            status, body = alipay.tell_paid(number, self.url("alipay"), **wrong)
            self.assertEqual((status, body), (500, "failure"), wrong)
            self.assertEqual(self.money(order), {}, wrong)
        status, body = alipay.tell_paid(number, self.url("alipay"), change={"total_amount": "68.99"})
        self.assertEqual((status, body), (200, "success"))
        self.assertEqual(self.differences(number), [("amount", "6900", "6899")])
        alipay.tell_paid(number, self.url("alipay"),
                         change={"passback_params": MERCHANTS["alipay"][1]})
        self.assertEqual(self.money(order), {})
        self.assertIn("merchant", [kind for kind, _, _ in self.differences(number)])

    def test_each_planted_difference_of_a_statement_is_listed(self):
        numbers = []
        for _ in range(3):
            _, number = self.open_alipay()
            self.provider.alipay.pay(number)
            self.provider.alipay.tell_paid(number, self.url("alipay"))
            numbers.append(number)
        same, less, gone = numbers

        def plant(lines):
            for line in lines:
                line[-2] = "68.99" if line[1] == less else line[-2]
            return [line for line in lines if line[1] != gone]

        self.provider.alipay.bill = plant
        self.addCleanup(setattr, self.provider.alipay, "bill", lambda lines: lines)
        found = self.listed("alipay", self.read_statement("alipay"))
        self.assertEqual({n: found.get(n) for n in numbers},
                         {same: None, less: ["amount"], gone: ["missing_there"]})

    def test_a_refund_after_sharing(self):
        order, number = self.open_alipay()
        alipay = self.provider.alipay
        alipay.pay(number)
        alipay.tell_paid(number, self.url("alipay"))
        self.instruct("share", order, "host:7", 690)
        self.carried_out(order)
        self.instruct("refund", order, "part", 2300)
        self.assertEqual(self.carried_out(order)[0], ("share", 690))
        shared = sum(fen for kind, fen in self.carried_out(order) if kind == "share_return")
        self.assertEqual(self.money(order), {"outside": 2300 - PRICE, "got:host:7": 690 - shared,
                                             "frozen:factory:1": PRICE - 690 + shared - 2300})
        self.instruct("release", order)
        self.carried_out(order)
        self.assertEqual(self.money(order)["free:factory:1"], PRICE - 690 + shared - 2300)
        self.assertTrue(alipay.trades[number].is_released)


class Settings(unittest.TestCase):
    """A pay.json that is not as it must be ends the start, and says what without saying secrets."""

    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        self.town = Process(PROGRAM, also=["--public-url", "https://town.example"])
        self.addCleanup(self.town.__exit__, None, None, None)
        self.file = self.town.folder / "pay.json"
        self.good = self.provider.settings()

    def said(self, text, mode=0o600):
        self.file.touch(mode)
        self.file.chmod(mode)
        self.file.write_text(text if isinstance(text, str) else json.dumps(text))
        done = subprocess.run([PROGRAM, "serve", *self.town.settings(), *self.town.also], text=True,
                              timeout=30, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for secret in (self.good["wechat"]["apiv3_key"],
                       self.good["wechat"]["private_key"].splitlines()[1]):
            self.assertNotIn(secret, done.stdout)
        return done.stdout

    def test_what_is_wrong_is_said(self):
        self.assertIn("chmod 600", self.said(self.good, 0o644))
        self.assertIn("pay.json", self.said("{"))
        self.assertIn("pay.json", self.said({**self.good, "paypal": {}}))
        for name, member in (("wechat", "mchid"), ("wechat", "private_key"), ("wechat", "apiv3_key"),
                             ("wechat", "platform_keys"), ("alipay", "app_id"),
                             ("alipay", "alipay_key")):
            bad = json.loads(json.dumps(self.good))
            bad[name][member] = "not this"
            if member in ("mchid", "app_id"):
                bad[name][member] = "a b"
            self.assertIn(member, self.said(bad))


if __name__ == "__main__":
    unittest.main()
