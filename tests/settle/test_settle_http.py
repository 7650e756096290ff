"""Statements and shares as parties meet them, over HTTP, against the real program: test_settle_http.py
GUILDHALL"""
import io
import pathlib
import re
import subprocess
import sys
import time
import unittest
import uuid
import xml.etree.ElementTree as ET
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, RIVALS = 3, 4
HTML = {"Accept": "text/html", "Accept-Language": "en"}
SHOW, PRICE = 70, 6900
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows_of(xlsx):
    """The first sheet's rows, as lists of texts and numbers."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as z:
        texts = ["".join(t.text or "" for t in si.iter() if t.tag.endswith("}t"))
                 for si in ET.fromstring(z.read("xl/sharedStrings.xml"))]
        sheet = ET.fromstring(z.read("xl/worksheets/sheet1.xml"))
        assert not list(sheet.iter("{%s}f" % NS["m"])), "a formula"
    rows = []
    for row in sheet.iterfind(".//m:row", NS):
        cells = {}
        for c in row.iterfind("m:c", NS):
            value = c.find("m:v", NS).text
            cells[re.match("[A-Z]+", c.get("r"))[0]] = \
                texts[int(value)] if c.get("t") == "s" else float(value)
        rows.append(cells)
    head = rows[0]
    return [{head[k]: v for k, v in row.items()} for row in rows[1:]]


def fen(yuan):
    return round(yuan * 100)


def this_month():
    return time.strftime("%Y-%m", time.gmtime(time.time() + 8 * 3600))


class Settle(TownCase):
    program = PROGRAM
    options = {"buyers": 2, "stock": (5, 1, 1000),
               "users": (("hostess", "host"), ("loner", "host"), ("agent", "buyer"))}
    people = ("buyer", "maker", "rival", "office", "guest", "hostess", "loner", "agent")

    @classmethod
    def fill(cls, db):
        """15 % to the host, 5 % to its agency, 3 % to the base, since ever."""
        user = "SELECT id FROM users WHERE login = ?"
        cls.host, agent = db.one(user, "hostess"), db.one(user, "agent")
        db.run("INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
               " VALUES (5, 'agency', 'agency-five', '=五社', '=Agency five', 1)")
        db.run("INSERT INTO memberships (user_id, organisation_id, role, created_at)"
               " VALUES (?, 5, 'owner', 1), (?, 5, 'clerk', 1)", agent, cls.host)
        db.run("INSERT INTO host_agencies (host_id, agency_id, from_at, until_at)"
               " VALUES (?, 5, 1, 9000000000000000)", cls.host)
        db.run("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status,"
               " starts_at, started_at, key_hash, key_sealed, created_at)"
               " VALUES (?, '场', 'Show', 'r', 'r', ?, 'live', 1, 1, ?, ?, 1)",
               SHOW, cls.host, b"x" * 32, b"x" * 32)
        for position, sku in enumerate((MANY, RIVALS), 1):
            db.run("INSERT INTO show_items (show_id, position, sku_id, price_fen)"
                   " VALUES (?, ?, ?, ?)", SHOW, position, sku, PRICE)
        db.run("INSERT INTO share_rules (id, scope, version, valid_from, is_ended, host_bp, agency_bp,"
               " base_bp, made_at) VALUES (1, 'town', 1, 1, 0, 1500, 500, 300, 1)")
        db.count_on("organisations", "shows", "show_items", "share_rules")

    @classmethod
    def begin(cls):
        office = cls.town.client("office")
        status, body = office.post("/ship/carriers", {
            "code": "celadon", "name_zh": "青瓷速运", "name_en": "Celadon Express", "number_min": 6,
            "number_max": 12, "position": 1, "is_on": 1})
        assert status == 200, body
        office.close()

    def until(self, true):
        deadline = time.monotonic() + 20
        while not true():
            self.assertLess(time.monotonic(), deadline, "it does not come to be")
            time.sleep(0.05)

    def paid(self, sku=MANY, quantity=1, in_show=True):
        wish = {"sku": sku, "quantity": quantity, **RECEIVER}
        if in_show:
            wish["show"] = SHOW
        status, body = self.buyer.post("/orders", wish, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        order = body["order"]["id"]
        self.assertEqual(self.buyer.post(f"/cashier/{order}")[0], 200)
        return order

    def received(self, sku=MANY, quantity=1, in_show=True):
        order = self.paid(sku, quantity, in_show)
        seller = self.rival if sku == RIVALS else self.maker
        status, body = seller.post("/factory/shipping/send",
                                   {"order": order, "carrier": "celadon",
                                    "number": str(uuid.uuid4().int)[:9]})
        self.assertEqual(status, 200, body)
        self.assertEqual(self.buyer.post(f"/orders/{order}/receive")[0], 200)
        self.done(order)
        return order

    def done(self, order):
        """Waits until its instructions have been carried out."""
        self.until(lambda: all(i["status"] == "done" for i in
                               self.office.get(f"/pay/orders/{order}")[1]["instructions"]))

    def statement(self, party, client=None):
        """With the orders of all its pages."""
        path = f"/settle/statements/{party}/{this_month()}"
        status, body = (client or self.office).get(path)
        self.assertEqual(status, 200, body)
        after = body["next"]
        while after:
            status, more = (client or self.office).get(f"{path}?after={after}")
            self.assertEqual((status, more["sums"], more["closing"]), (200, body["sums"], body["closing"]))
            self.assertGreater(more["orders"][0]["order"], after)
            body["orders"] += more["orders"]
            after = more["next"]
        return body

    def order_of(self, statement, order):
        return next(o for o in statement["orders"] if o["order"] == order)

    def assert_sums(self, s):
        """Opening, movements and closing of every column agree, and so do the orders."""
        for column in ("frozen", "own") if s["party"]["has_frozen"] else ("own",):
            moved = sum(x["change"][column]["fen"] for x in s["sums"])
            self.assertEqual(s["opening"][column]["fen"] + moved, s["closing"][column]["fen"])
            self.assertEqual(sum(o["change"][column]["fen"] for o in s["orders"]), moved)
            for o in s["orders"]:
                self.assertEqual(sum(m["change"][column]["fen"] for m in o["moves"]),
                                 o["change"][column]["fen"])

    # --- statements ---

    def test_each_party_sees_what_it_got_of_an_order(self):
        order = self.received(quantity=2)
        expected = {f"host:{self.host}": 2070, "agency:5": 690, "base": 414}
        maker = self.statement("factory:1", self.maker)
        self.assert_sums(maker)
        mine = self.order_of(maker, order)
        self.assertEqual((mine["goods"]["fen"], mine["freight"]["fen"], mine["refunded"]["fen"]),
                         (2 * PRICE, 0, 0))
        self.assertEqual(mine["change"]["frozen"]["fen"], 2 * PRICE - sum(expected.values()))
        self.assertEqual([r["name"] for r in mine["rules"]], ["全镇 v1"])
        self.assertEqual({m["with"]: -m["change"]["frozen"]["fen"] for m in mine["moves"] if "with" in m},
                         expected)
        for party, client in ((f"host:{self.host}", self.hostess), ("agency:5", self.agent),
                              ("base", self.office)):
            s = self.statement(party, client)
            self.assert_sums(s)
            o = self.order_of(s, order)
            self.assertEqual(o["change"]["own"]["fen"], expected[party])
            self.assertEqual(o["basis"]["fen"], 2 * PRICE)
            self.assertEqual([m["with"] for m in o["moves"]], ["factory:1"])
            self.assertNotIn("goods", o)

    def test_all_statements_together_are_the_ledger(self):
        self.received(), self.received(RIVALS, in_show=False)
        order = self.paid()
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        self.done(order)
        total = 0
        for p in self.office.get("/settle/statements")[1]["parties"]:
            s = self.statement(p["key"])
            self.assert_sums(s)
            self.assertEqual(s["closing"], p["now"])
            total += s["closing"]["total"]["fen"]
        with self.town.database.connect() as db:
            outside = db.one("SELECT debits_posted - credits_posted FROM ledger_accounts a JOIN ledger_books b"
                             " ON b.id = a.book WHERE b.unit = 'CNY' AND b.subject = 'town' AND a.role = 'outside'")
        self.assertEqual(total, outside)

    def test_a_refund_stands_in_its_order(self):
        order = self.paid()
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        self.done(order)
        o = self.order_of(self.statement("factory:1"), order)
        self.assertEqual([m["kind"] for m in o["moves"]], ["payment", "refund"])
        self.assertEqual((o["refunded"]["fen"], o["change"]["frozen"]["fen"]), (PRICE, 0))

    def test_the_sheet_says_what_the_page_says(self):
        self.received(quantity=3)
        for party, client in (("factory:1", self.maker), (f"host:{self.host}", self.hostess)):
            path = f"/settle/statements/{party}/{this_month()}"
            page = self.statement(party, client)
            status, xlsx = client.get(path + ".xlsx", {"Accept-Language": "en"})
            self.assertEqual(status, 200)
            self.assertIn(f"statement-{party.replace(':', '-')}-{this_month()}.xlsx",
                          client.headers["Content-Disposition"])
            rows = rows_of(xlsx)
            own = "Released or received"
            self.assertEqual((rows[0]["What"], fen(rows[0][own])),
                             ("Opening balance", page["opening"]["own"]["fen"]))
            self.assertEqual(fen(rows[-1][own]), page["closing"]["own"]["fen"])
            moves = [(o["order"], m["change"]["own"]["fen"], m["change"].get("frozen", {}).get("fen", 0))
                     for o in page["orders"] for m in o["moves"]]
            self.assertEqual([(r["Order"], fen(r[own]), fen(r.get("Frozen", 0))) for r in rows[1:-2]],
                             moves)
            self.assertEqual((rows[-2]["What"], fen(rows[-2][own])), ("Sum", sum(m[1] for m in moves)))
            self.assertEqual(fen(rows[-2].get("Frozen", 0)), sum(m[2] for m in moves))
            goods = [fen(r["Goods"]) for r in rows[:-2] if "Goods" in r]
            self.assertNotIn("Goods", rows[-2])
            self.assertEqual(fen(rows[-2].get("Refunded this month", 0)), sum(o.get("refunded", {}).get("fen", 0) for o in page["orders"]))
            self.assertEqual(goods, [o["goods"]["fen"] for o in page["orders"] if "goods" in o])
            if party == "factory:1":  # a name that begins as a formula is a text
                self.assertIn("=Agency five", [r.get("With") for r in rows])

    def test_a_statement_of_many_orders_has_pages(self):
        for _ in range(101):
            self.paid(in_show=False)
        path = f"/settle/statements/factory:1/{this_month()}"
        first = self.maker.get(path)[1]
        self.assertEqual((len(first["orders"]), first["next"]), (100, first["orders"][-1]["order"]))
        self.assertIn(f"?after={first['next']}", self.maker.get(path, HTML)[1])
        whole = self.statement("factory:1", self.maker)
        self.assert_sums(whole)
        moves = sum(len(o["moves"]) for o in whole["orders"])
        self.assertEqual(moves, whole["moves"])
        status, xlsx = self.maker.get(path + ".xlsx")
        self.assertEqual((status, len(rows_of(xlsx))), (200, moves + 3))

    def test_a_page_shows_the_same(self):
        order = self.received()
        path = f"/settle/statements/factory:1/{this_month()}?after={order - 1}"
        status, page = self.maker.get(path, HTML)
        self.assertEqual(status, 200)
        self.assertIn(f"Order {order}", page)
        self.assertIn("Town v1 15%", page)
        status, page = self.maker.get("/settle/statements", HTML)
        self.assertIn(this_month(), page)

    def text_of(self, pdf):
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, stdout=subprocess.PIPE,
                              check=True)
        return done.stdout.decode()

    def test_the_paper_says_what_the_page_says(self):
        self.received(quantity=2)
        for party, client in (("factory:1", self.maker), ("agency:5", self.agent)):
            path = f"/settle/statements/{party}/{this_month()}"
            page = self.statement(party, client)
            status, pdf = client.get(path + ".pdf", {"Accept-Language": "en"})
            self.assertEqual(status, 200)
            self.assertIn(f"statement-{party.replace(':', '-')}-{this_month()}.pdf",
                          client.headers["Content-Disposition"])
            text = self.text_of(pdf)
            self.assertIn(this_month(), text)
            self.assertIn("Maker 1" if party == "factory:1" else "=Agency five", text)
            amounts = [round(float(a.replace(",", "")) * 100)
                       for a in re.findall(r"-?[\d,]+\.\d\d(?!\d)", text.replace("\u2212", "-"))]
            ends = [line for line in text.splitlines() if "Until now" in line]
            self.assertEqual(len(ends), 2)  # of the sums, and of the movements
            for line in ends:
                self.assertIn(f"{page['closing']['own']['fen'] / 100:,.2f}", line)
            self.assertEqual("Goods 138.00, Freight 0.00" in " ".join(text.split()), party == "factory:1")
            for o in page["orders"]:
                for m in o["moves"]:
                    for column in ("frozen", "own"):
                        if column in m["change"]:
                            self.assertIn(m["change"][column]["fen"], amounts)

    # --- one order's money ---

    def money(self, order, client):
        status, body = client.get(f"/orders/{order}/money")
        self.assertEqual(status, 200, body)
        return body

    def test_any_fen_of_an_order_can_be_followed(self):
        order = self.received(quantity=2)
        for client in (self.office, self.maker):
            body = self.money(order, client)
            self.assertEqual(body["order"]["total"]["fen"], 2 * PRICE)
            self.assertEqual(sum(p["fen"]["fen"] for p in body["purses"]) + body["back"]["fen"],
                             body["paid"]["fen"])
            self.assertEqual({p["account"]: p["fen"]["fen"] for p in body["purses"]},
                             {"frozen:factory:1": 10626, f"got:host:{self.host}": 2070,
                              "got:agency:5": 690, "got:base": 414})
            line = body["lines"][0]
            self.assertEqual((line["net"]["fen"], line["rule"]), (2 * PRICE, "全镇 v1"))
            self.assertEqual([x["percent"] for x in line["ratios"]], ["15%", "5%", "3%"])
            self.assertEqual({s["party"]: s["got"]["fen"] for s in body["shares"]},
                             {f"host:{self.host}": 2070, "agency:5": 690, "base": 414})
            self.assertEqual({s["status"] for s in body["steps"]}, {"done"})
        page = self.maker.get(f"/orders/{order}", HTML)[1]
        self.assertIn(f"/orders/{order}/money", page)
        self.assertEqual(self.maker.get(f"/orders/{order}/money", HTML)[0], 200)

    def test_a_buyer_sees_what_concerns_it(self):
        order = self.received()
        body = self.money(order, self.buyer)
        self.assertEqual((body["paid"]["fen"], body["back"]["fen"], body["with_us"]["fen"]),
                         (PRICE, 0, PRICE))
        self.assertEqual((body["purses"], body["shares"], body["steps"]), ([], [], []))
        self.assertNotIn("rule", body["lines"][0])
        order = self.paid()
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        self.done(order)
        body = self.money(order, self.buyer)
        self.assertEqual((body["paid"]["fen"], body["back"]["fen"]), (PRICE, PRICE))
        self.assertEqual([(s["kind"], s["amount"]["fen"]) for s in body["steps"]], [("refund", PRICE)])
        self.assertEqual(self.buyer.get(f"/orders/{order}/money", HTML)[0], 200)

    def test_who_shares_sees_its_own_share(self):
        order = self.received()
        for client, party in ((self.hostess, f"host:{self.host}"), (self.agent, "agency:5")):
            body = self.money(order, client)
            self.assertNotIn("total", body["order"])
            self.assertNotIn("paid", body)
            self.assertNotIn("lines", body)
            self.assertIn(party, [s["party"] for s in body["shares"]])
            self.assertTrue({s["party"] for s in body["shares"] + body["steps"] + body["purses"]}
                            <= {f"host:{self.host}", "agency:5"})
            self.assertEqual(client.get(f"/orders/{order}/money", HTML)[0], 200)

    def test_an_orders_money_is_nobody_elses(self):
        order = self.received()
        self.assertEqual(self.guest.get(f"/orders/{order}/money")[0], 401)
        for client in (self.rival, self.loner, self.client("buyer1")):
            self.assertEqual(client.get(f"/orders/{order}/money")[0], 404)
        for number in ("0", "-1", "x", "99999999", "99999999999999999999"):
            self.assertEqual(self.office.get(f"/orders/{number}/money")[0], 404)

    # --- payouts ---

    def by_bank(self):
        """An order that is paid by bank, where nobody but the maker has an account, and received."""
        status, body = self.office.post("/pay/merchants", {"party": "factory:1",
                                                           "account_bank": "Maker · Bank · 6222"})
        self.assertEqual(status, 200, body)
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": 1, "show": SHOW, **RECEIVER},
                                       uuid.uuid4().hex)
        order = body["order"]["id"]
        status, body = self.buyer.post(f"/cashier/{order}", {"way": "bank"})
        self.assertEqual(status, 200, body)
        transfer = next(t for t in self.office.get("/pay/desk")[1]["transfers"] if t["order"] == order)
        status, body = self.office.post(f"/pay/desk/transfers/{transfer['id']}",
                                        {"amount": "69", "note": "B-1"})
        self.assertEqual(status, 200, body)
        status, body = self.maker.post("/factory/shipping/send", {
            "order": order, "carrier": "celadon", "number": str(uuid.uuid4().int)[:9]})
        self.assertEqual(status, 200, body)
        self.assertEqual(self.buyer.post(f"/orders/{order}/receive")[0], 200)
        return order

    def test_a_share_that_could_not_be_given_is_given_later(self):
        order = self.by_bank()
        mine = [x for x in self.office.get("/settle/payouts")[1]["unshared"] if x["order"] == order]
        self.assertEqual({x["party"] for x in mine}, {f"host:{self.host}", "agency:5", "base"})
        self.assertFalse(any(x["is_known"] for x in mine))
        self.assertIn("settle_unshared", self.office.get("/board", HTML)[1])
        wish = {"order": order, "party": f"host:{self.host}"}
        status, body = self.office.post("/settle/payouts/share", wish)
        self.assertEqual((status, body["field"]), (409, "party"))
        status, page = self.office.post("/settle/payouts/share", wish, headers=HTML)
        self.assertEqual(status, 409)
        self.assertIn("still has no account", page)
        status, body = self.office.post("/pay/merchants", {"party": f"host:{self.host}",
                                                           "account_bank": "Host · Bank · 1"})
        self.assertEqual(status, 200, body)
        for _ in range(2):  # twice is once
            self.assertEqual(self.office.post("/settle/payouts/share", wish)[0], 200)
        body = self.office.get("/settle/payouts")[1]
        self.assertEqual({x["party"] for x in body["unshared"] if x["order"] == order}, {"agency:5", "base"})
        self.assertEqual([(x["kind"], x["party"], x["amount"]["fen"])
                          for x in body["waiting"] if x["order"] == order],
                         [("share", f"host:{self.host}", 1035)])
        for wrong, status in (({"order": order, "party": "host:99"}, 404), ({"order": "x", "party": "base"}, 422),
                              ({"order": order, "party": ""}, 422), ({"order": order, "party": "x" * 100}, 422),
                              ({"order": 999999, "party": "base"}, 404)):
            self.assertEqual(self.office.post("/settle/payouts/share", wrong)[0], status, wrong)
        status, body = self.office.post("/pay/merchants", {"party": f"host:{self.host}", "account_bank": ""})
        self.assertEqual(status, 200, body)

    def test_payouts_are_what_statements_say(self):
        self.received()
        given = {}
        for x in self.office.get("/settle/payouts")[1]["given"]:
            given[x["party"]] = given.get(x["party"], 0) + x["net"]["fen"]
        for party, net in given.items():
            s = self.statement(party)
            self.assertEqual(s["closing"]["own"]["fen"] - s["opening"]["own"]["fen"], net)

    def test_payouts_are_the_bases(self):
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.hostess, 403)):
            self.assertEqual(client.get("/settle/payouts")[0], status)
            self.assertEqual(client.post("/settle/payouts/share", {"order": 1, "party": "base"})[0], status)
        for query in ("from=x", "until=2026-02-30", "from=2026-02-02&until=2026-02-01",
                      "from=2020-01-01&until=2026-01-01"):
            self.assertEqual(self.office.get(f"/settle/payouts?{query}")[0], 422, query)

    # --- rules ---

    @staticmethod
    def day(ahead):
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 + ahead * 86400))

    def rules(self, client, scope, of=None):
        """The rules of the first such scope that the client sees, or none."""
        for s in client.get("/settle/rules")[1]["scopes"]:
            if s["scope"] == scope and of in (None, s["of"]):
                return s["rules"]
        return []

    def enter(self, status=200, **rule):
        answer, body = self.office.post("/settle/rules", {"day": self.day(8), **rule})
        self.assertEqual(answer, status, body)
        return body

    def test_a_rule_is_published_and_can_be_corrected_until_it_begins(self):
        self.enter(scope="factory", factory=1, host_percent="12.5", agency_percent="2.25%", base_percent="")
        rule = self.rules(self.office, "factory", "厂1")[0]
        self.assertEqual((rule["state"], rule["day"]), ("coming", self.day(8)))
        self.assertEqual([rule[k]["bp"] for k in ("host", "agency", "base")], [1250, 225, 0])
        self.assertEqual(rule["host"]["text"], "12.5%")
        for client in (self.maker, self.hostess, self.agent):
            self.assertTrue(self.rules(client, "factory", "厂1"))
        self.assertFalse(self.rules(self.rival, "factory"))  # another maker's
        told = {c: [x["label"] for x in c.get("/console/settle_rules")[1]["rows"]] for c in (self.maker, self.rival)}
        self.assertGreater(len(told[self.maker]), len(told[self.rival]))  # it is told of before
        body = self.enter(422, scope="factory", corrects=rule["id"], day=self.day(9), host_percent="11")
        self.assertEqual(body["field"], "note")
        self.enter(scope="factory", corrects=rule["id"], day=self.day(9), host_percent="11", note="a slip")
        again = self.rules(self.maker, "factory", "厂1")
        self.assertEqual([(r["state"], r["host"]["bp"]) for r in again], [("coming", 1100), ("corrected", 1250)])
        self.enter(409, scope="factory", corrects=rule["id"], day=self.day(9), host_percent="11", note="again")
        self.enter(409, scope="town", corrects=1, day=self.day(9), host_percent="11", note="has begun")
        self.enter(404, scope="town", corrects=999, day=self.day(9), host_percent="11", note="which")
        for client in (self.office, self.maker, self.hostess):
            status, page = client.get("/settle/rules", HTML)
            self.assertEqual(status, 200)
            self.assertIn("In force", page)
            self.assertEqual("Publish" in page, client is self.office)

    def test_an_ended_scope_and_hosts_rules(self):
        self.enter(scope="host", host=self.host, host_percent="20")
        self.enter(scope="host", host=self.host, day=self.day(20), is_ended="1")
        self.enter(scope="agency", agency=5, agency_percent="6")
        self.enter(scope="kind", factory=2, kind=1, base_percent="4")
        self.assertEqual([r["is_ended"] for r in self.rules(self.hostess, "host")], [True, False])
        self.assertTrue(self.rules(self.maker, "host"))   # it counts for what is sold in her shows
        self.assertTrue(self.rules(self.agent, "host"))   # she is of the agency
        self.assertFalse(self.rules(self.loner, "host"))  # another's
        self.assertFalse(self.rules(self.loner, "agency"))
        self.assertTrue(self.rules(self.loner, "kind"))

    def test_rules_that_cannot_be(self):
        for field, rule in (("day", {"scope": "town", "day": self.day(6)}), ("day", {"scope": "town", "day": "x"}),
                            ("day", {"scope": "town", "day": ""}), ("scope", {"scope": "moon"}), ("scope", {}),
                            ("scope", {"scope": "x" * 500}), ("factory", {"scope": "factory"}),
                            ("factory", {"scope": "factory", "factory": "x"}), ("factory", {"scope": "factory", "factory": 5}),
                            ("kind", {"scope": "kind", "factory": 1, "kind": 9}), ("who", {"scope": "host", "host": 1}),
                            ("who", {"scope": "agency", "agency": 1}), ("ratio", {"scope": "town", "host_percent": "30.01"}),
                            ("ratio", {"scope": "town", "host_percent": "-1"}), ("ratio", {"scope": "town", "host_percent": "1.234"}),
                            ("ratio", {"scope": "town", "host_percent": "9" * 30}), ("ratio", {"scope": "town", "host_percent": "1e1"}),
                            ("ratio", {"scope": "town", "is_ended": "1", "base_percent": "1"}),
                            ("note", {"scope": "town", "note": "x" * 201})):
            self.assertEqual(self.enter(422, **rule)["field"], field, rule)
        status, page = self.office.post("/settle/rules", {"scope": "town", "day": self.day(3)}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn("at least 7 days ahead", page)

    def test_caps_are_kept(self):
        status, body = self.office.post("/settle/caps", {"provider": "alipay", "most": "31.5"})
        self.assertEqual(status, 200, body)
        caps = {c["provider"]: c["most"]["bp"] for c in self.office.get("/settle/rules")[1]["caps"]}
        self.assertEqual((caps["alipay"], caps["wechat"]), (3150, 3000))
        for wrong in ({"provider": "gold", "most": "1"}, {"provider": "alipay", "most": "100.01"},
                      {"provider": "alipay", "most": ""}, {"provider": "alipay"}, {"most": "3"}):
            self.assertEqual(self.office.post("/settle/caps", wrong)[0], 422, wrong)

    def test_rules_are_entered_by_the_base(self):
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.hostess, 403)):
            self.assertEqual(client.post("/settle/rules", {"scope": "town", "day": self.day(8)})[0], status)
            self.assertEqual(client.post("/settle/caps", {"provider": "test", "most": "1"})[0], status)
        self.assertEqual(self.guest.get("/settle/rules")[0], 401)
        self.assertEqual(self.buyer.get("/settle/rules")[0], 403)
        self.assertNotIn("caps", self.maker.get("/settle/rules")[1])

    # --- doors ---

    def test_a_statement_is_its_partys_and_the_bases(self):
        self.received()
        may = {"factory:1": {"maker"}, "factory:2": {"rival"}, f"host:{self.host}": {"hostess"},
               "agency:5": {"agent", "hostess"}, "base": set()}
        for party, readers in may.items():
            for path in (f"/settle/statements/{party}", f"/settle/statements/{party}/{this_month()}",
                         f"/settle/statements/{party}/{this_month()}.xlsx",
                         f"/settle/statements/{party}/{this_month()}.pdf"):
                self.assertEqual(self.guest.get(path)[0], 401)
                self.assertEqual(self.office.get(path)[0], 200, path)
                for login in self.people:
                    if login not in ("office", "guest"):
                        self.assertEqual(getattr(self, login).get(path)[0],
                                         200 if login in readers else 404, (login, path))

    def test_who_has_nothing_to_do_with_it(self):
        self.assertEqual(self.guest.get("/settle/statements")[0], 401)
        self.assertEqual(self.buyer.get("/settle/statements")[0], 403)
        self.assertEqual([p["key"] for p in self.agent.get("/settle/statements")[1]["mine"]], ["agency:5"])
        self.assertEqual({p["key"] for p in self.hostess.get("/settle/statements")[1]["mine"]},
                         {f"host:{self.host}", "agency:5"})

    def test_months_and_parties_that_cannot_be(self):
        for path in ("factory:1/2026-13", "factory:1/2026-00", "factory:1/2026-5", "factory:1/x",
                     "factory:1/9999-12", "factory:1/9998-12", "factory:1/1999-01",
                     f"factory:1/{this_month()}.csv", f"factory:1/{this_month()}.xlsx.xlsx",
                     "factory:99/2026-01", "factory:-1/2026-01", "factory:5", "agency:1", "host:0",
                     "base:1", "factory:1x", "factory", "%00", "moon", "host:99999999999999999999"):
            status = self.office.get(f"/settle/statements/{path}")[0]
            self.assertIn(status, (400, 404), path)
        path = f"/settle/statements/factory:1/{this_month()}"
        for after in ("x", "-1", "99999999999999999999"):
            for ending in ("", ".xlsx", ".pdf"):
                status, body = self.office.get(f"{path}{ending}?after={after}")
                self.assertEqual((status, body["field"]), (422, "after"))
        self.assertEqual(self.office.get("/settle/statements?q=" + "x" * 50)[0], 422)

    def test_the_base_finds_a_party(self):
        self.received()
        keys = [p["key"] for p in self.office.get("/settle/statements?q=Maker%201")[1]["parties"]]
        self.assertEqual(keys, ["factory:1"])
        keys = [p["key"] for p in self.office.get("/settle/statements?q=base")[1]["parties"]]
        self.assertEqual(keys, ["base"])


if __name__ == "__main__":
    unittest.main()
