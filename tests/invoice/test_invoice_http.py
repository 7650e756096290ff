"""Electronic invoices over HTTP, against the real program: who gets in, what is refused and how it is
told. test_invoice_http.py GUILDHALL"""
import pathlib
import sys
import threading
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import PASSWORD, RECEIVER, TownCase  # noqa: E402
from uploads import form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, OF_RIVAL = 3, 4
HTML = {"Accept": "text/html", "Accept-Language": "en"}
TITLE, TAX = "Mill Lane Kettles Ltd", "91330000MA2XY1234Q"
COMPANY = {"kind": "company", "title": TITLE, "tax": TAX, "email": "books@mill.example"}


def pdf(n=0):
    """A small one, unlike any other."""
    return b"%PDF-1.4\n% " + uuid.uuid4().hex.encode() + b"\n" + b" " * n + b"\n%%EOF\n"


class Invoices(TownCase):
    program, options = PROGRAM, {"buyers": 4, "stock": (5, 1, 1000)}
    turn, numbers = 0, 10_000_000

    def setUp(self):
        super().setUp()
        Invoices.turn += 1  # nobody has many unpaid orders
        self.login = f"buyer{self.turn % 4}"
        self.buyer, self.other = self.client(self.login), self.client(f"buyer{(self.turn + 1) % 4}")
        self.maker, self.rival, self.office = self.client("maker"), self.client("rival"), self.client("office")

    def order(self, sku=MANY, quantity=2):
        status, body = self.buyer.post("/orders", {"sku": sku, "quantity": quantity, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def paid(self, **more):
        order = self.order(**more)
        self.assertEqual(self.buyer.post(f"/cashier/{order}")[0], 200)
        return order

    def ask(self, order, client=None, **more):
        return (client or self.buyer).post(f"/orders/{order}/invoice", {**COMPANY, **more})

    def asked(self, order=None, **more):
        status, body = self.ask(order or self.paid(), **more)
        self.assertEqual(status, 201, body)
        return body["invoice"]["id"]

    def number(self):
        Invoices.numbers += 1
        return str(self.numbers)

    def issue(self, invoice, client=None, number=None, file=None, amount=13800, headers=None, **more):
        fields = {"number": number or self.number(), "amount_fen": amount, **more}
        name, data = file or ("invoice.pdf", pdf())
        sent, body = form(("pdf", name, data), **fields)
        return (client or self.maker).request("POST", f"/invoices/{invoice}/issue", body, {**sent, **(headers or {})})

    def listed(self, client, state):
        return [i["id"] for i in client.get(f"/factory/invoices?state={state}")[1]["invoices"]]

    def session(self, login):
        """Its cookie, as a browser has it."""
        client = self.client()
        self.assertEqual(client.post("/login", {"login": login, "password": PASSWORD}, headers=HTML)[0], 303)
        return {"Cookie": client.headers["Set-Cookie"].split(";")[0]}

    def refund(self, order, amount):
        """Through a claim, as money goes back."""
        fields = {"kind": "refund", "reason": "late", "pieces-1": 2}
        status, body = self.buyer.post(f"/orders/{order}/claims", fields, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        claim = body["claim"]["id"]
        self.assertEqual(self.maker.post(f"/claims/{claim}/refuse", {"text": "no"})[0], 200)
        self.assertEqual(self.buyer.post(f"/claims/{claim}/dispute", {"text": "yes"})[0], 200)
        self.assertEqual(self.office.post(f"/claims/{claim}/decide", {"amount": amount, "text": "so"})[0], 200)

    def test_from_the_question_to_the_file(self):
        order = self.paid()
        page = self.buyer.get(f"/orders/{order}/invoice")[1]
        self.assertEqual((page["may_ask"], page["amount"]["fen"]), (True, 13800))
        self.assertTrue(self.buyer.get(f"/orders/{order}")[1]["order"]["may_ask_invoice"])
        invoice = self.asked(order, tax="9133 0000 ma2xy1234q")
        self.assertIn(invoice, self.listed(self.maker, "to_issue"))
        self.assertIn(f"/invoices/{invoice}", self.maker.get("/console", headers=HTML)[1])
        file = pdf()
        status, body = self.issue(invoice, number="2533 2000 0000 1234 5678", file=("a.pdf", file))
        self.assertEqual((status, body["invoice"]["status"]), (200, "issued"), body)
        paper = body["invoice"]["papers"][0]
        self.assertEqual((paper["number"], paper["amount"]["fen"]), ("25332000000012345678", 13800))
        seen = self.buyer.get(f"/invoices/{invoice}")[1]["invoice"]
        self.assertEqual((seen["title"], seen["tax"], seen["email"]), (TITLE, TAX, "books@mill.example"))
        self.assertEqual([e["event"] for e in seen["events"]], ["ask", "issue"])
        self.assertNotIn("openings", seen)  # who read it is between the maker and the base
        path = f"/invoices/{invoice}/papers/{paper['id']}"
        self.assertEqual(self.buyer.get(path), (200, file.decode()))
        self.assertIn("attachment", self.buyer.headers["Content-Disposition"])
        self.assertIn(path, self.buyer.get(f"/orders/{order}", headers=HTML)[1])
        self.assertEqual(self.buyer.get(f"/orders/{order}")[1]["order"]["invoice"]["paper"], paper["id"])
        self.assertIn(invoice, self.listed(self.maker, "issued"))
        self.assertNotIn(invoice, self.listed(self.maker, "to_issue"))

    def test_whose_it_is(self):
        order = self.paid()
        guest = self.client(None)
        for client, status in ((guest, 401), (self.other, 404), (self.maker, 404), (self.office, 404)):
            self.assertEqual(client.get(f"/orders/{order}/invoice")[0], status)
            self.assertEqual(self.ask(order, client)[0], status)
        invoice = self.asked(order)
        for client, status in ((guest, 401), (self.other, 404), (self.rival, 404)):
            self.assertEqual(client.get(f"/invoices/{invoice}")[0], status)
            self.assertEqual(client.post(f"/invoices/{invoice}/withdraw")[0], status)
        for client, status in ((guest, 401), (self.buyer, 403), (self.other, 403), (self.rival, 404), (self.office, 403)):
            self.assertEqual(self.issue(invoice, client)[0], status)
        for client, status in ((guest, 401), (self.buyer, 403), (self.rival, 404)):
            self.assertEqual(client.post(f"/invoices/{invoice}/open", {"purpose": "to see"})[0], status)
        self.buyer, buyer = self.rival, self.buyer  # somebody's clerk buys, too, and opens what is their own
        own = self.asked()
        self.assertEqual(self.rival.post(f"/invoices/{own}/open", {"purpose": "to see"})[0], 403)
        self.buyer = buyer
        for client, status in ((self.buyer, 403), (self.rival, 404), (self.office, 403)):
            self.assertEqual(client.post(f"/invoices/{invoice}/refuse", {"reason": "no"})[0], status)
        for client, status in ((guest, 401), (self.buyer, 403)):
            self.assertEqual(client.get("/factory/invoices")[0], status)
        self.assertNotIn(invoice, self.listed(self.rival, "to_issue"))
        self.assertIn(invoice, self.listed(self.office, "to_issue"))
        for event in ("lapse", "outdate", "ask"):  # the town's, or the buyer's with fields
            self.assertEqual(self.maker.post(f"/invoices/{invoice}/{event}")[0] // 100, 4)
        paper = self.issue(invoice)[1]["invoice"]["papers"][0]["id"]
        another = self.asked()
        path = f"/invoices/{invoice}/papers/{paper}"
        for client, status in ((guest, 401), (self.other, 404), (self.rival, 404), (self.office, 403), (self.maker, 200)):
            self.assertEqual(client.get(path)[0], status)
        self.assertEqual(self.buyer.get(f"/invoices/{another}/papers/{paper}")[0], 404)
        for bad in ("x", "0", "-1", "99999999999999999999"):
            self.assertEqual(self.buyer.get(f"/invoices/{bad}")[0], 404)
            self.assertEqual(self.buyer.get(f"/orders/{bad}/invoice")[0], 404)
            self.assertEqual(self.buyer.get(f"/invoices/{invoice}/papers/{bad}")[0], 404)
        self.assertEqual(self.maker.post(f"/invoices/{invoice}/nonsense")[0], 404)

    def test_a_form_without_its_token_changes_nothing(self):
        order, invoice = self.paid(), self.asked()
        for login, path, fields in ((self.login, f"/orders/{order}/invoice", COMPANY), (self.login, f"/invoices/{invoice}/withdraw", {}),
                                     ("maker", f"/invoices/{invoice}/refuse", {"reason": "no"}),
                                     ("maker", f"/invoices/{invoice}/open", {"purpose": "to see"})):
            session = self.session(login)
            for more in ({}, {"csrf": "x"}):
                status, body = self.client().post(path, {**fields, **more}, headers=session)
                self.assertEqual(status, 403, body)
        self.assertIsNone(self.buyer.get(f"/orders/{order}")[1]["order"]["invoice"])
        seen = self.office.get(f"/invoices/{invoice}")[1]["invoice"]
        self.assertEqual((seen["status"], seen["openings"]), ("asked", []))

    def test_titles_are_masked_until_they_are_opened(self):
        invoice = self.asked()
        get = lambda client: client.get(f"/invoices/{invoice}")[1]["invoice"]  # noqa: E731
        for client in (self.maker, self.office):
            seen = get(client)
            self.assertEqual((seen["title"], seen["tax"], seen["is_whole"], seen["may_open"]),
                             ("M***", "91***4Q", False, True))
            self.assertNotIn(TITLE, client.get(f"/invoices/{invoice}", headers=HTML)[1])
        for purpose in ("", "x", "x" * 101):
            status, body = self.maker.post(f"/invoices/{invoice}/open", {"purpose": purpose})
            self.assertEqual((status, body["field"]), (422, "purpose"))
        status, body = self.maker.post(f"/invoices/{invoice}/open", {"purpose": "issuing it"})
        self.assertEqual((status, body["invoice"]["title"], body["invoice"]["tax"]), (200, TITLE, TAX))
        self.assertEqual([(o["purpose"], o["is_maker"]) for o in get(self.office)["openings"]], [("issuing it", True)])
        self.assertEqual(get(self.office)["title"], "M***")  # each side for itself
        self.office.post(f"/invoices/{invoice}/open", {"purpose": "a complaint"})
        self.assertEqual(get(self.office)["title"], TITLE)
        for client in (self.maker, self.office):  # lists are masked all the same
            listed = client.get("/factory/invoices?state=to_issue")[1]["invoices"]
            self.assertEqual([i["title"] for i in listed if i["id"] == invoice], ["M***"])
        self.assertNotIn(TITLE, str(self.maker.get("/console")[1]))
        with self.town.database.connect() as db:  # and nothing lies open in the database
            for row in db.all("SELECT title, tax, email FROM invoices WHERE id = ?", invoice):
                for blob in row:
                    for words in (TITLE, TAX, "books@"):
                        self.assertNotIn(words.encode(), bytes(blob))
        self.issue(invoice)
        self.assertEqual(get(self.maker)["title"], "M***")  # it is issued

    def test_what_cannot_be_asked_for(self):
        status, body = self.ask(self.order())
        self.assertEqual((status, body["field"]), (409, "status"))
        cancelled = self.paid()
        self.assertEqual(self.buyer.post(f"/orders/{cancelled}/cancel")[0], 200)
        self.assertEqual(self.ask(cancelled)[0], 409)
        old = self.paid()
        with self.town.database.connect() as db:
            db.run("UPDATE orders SET paid_at = paid_at - ? WHERE id = ?", 181 * 24 * 3600 * 1000, old)
        self.assertEqual(self.ask(old)[0], 409)
        page = self.buyer.get(f"/orders/{old}/invoice", headers=HTML)[1]
        self.assertIn("within 180 days after payment", page)
        self.assertNotIn('name="title"', page)
        self.assertFalse(self.buyer.get(f"/orders/{old}")[1]["order"]["may_ask_invoice"])

    def test_what_is_typed_wrongly(self):
        order = self.paid()
        for fields, field in (({"kind": ""}, "kind"), ({"kind": "ghost"}, "kind"), ({"title": " "}, "title"),
                              ({"title": "x" * 61}, "title"), ({"title": "a\u0007b"}, "title"), ({"tax": ""}, "tax"),
                              ({"tax": "9133"}, "tax"), ({"tax": TAX + "1"}, "tax"), ({"tax": TAX[:-1] + "-"}, "tax"),
                              ({"tax": "9" * 5000}, "tax"), ({"email": "nobody"}, "email"), ({"email": "a@b@c.d"}, "email"),
                              ({"email": "a" * 99 + "@b.cd"}, "email")):
            status, body = self.ask(order, **fields)
            self.assertEqual((status, body["field"]), (422, field), fields)
        status, page = self.buyer.post(f"/orders/{order}/invoice", {**COMPANY, "title": "<b>Mill</b>", "tax": "12"}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn("ends with a check digit", page)
        self.assertIn('value="&lt;b&gt;Mill&lt;/b&gt;"', page)  # what was typed stays, as text
        self.assertRegex(page, r'value="company" checked')
        self.assertIsNone(self.buyer.get(f"/orders/{order}")[1]["order"]["invoice"])

    def test_asked_twice_at_once_is_one(self):
        order, answers = self.paid(), []
        clients = [self.client(self.login) for _ in range(6)]
        threads = [threading.Thread(target=lambda c=c: answers.append(self.ask(order, c))) for c in clients]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual({status for status, _ in answers}, {201})
        self.assertEqual(len({body["invoice"]["id"] for _, body in answers}), 1)
        with self.town.database.connect() as db:
            self.assertEqual(db.one("SELECT count(*) FROM invoices WHERE order_id = ?", order), 1)
        status, body = self.ask(order, title="Another Ltd")
        self.assertEqual((status, body["field"]), (409, "status"))

    def test_what_is_no_pdf(self):
        invoice = self.asked()
        large = pdf(2 << 20)
        for file, key in ((("a.pdf", jpeg(size="64x48")), "That is not a PDF."), (("a.pdf", b""), "Choose the PDF"),
                          (("a.pdf", b"hello"), "That is not a PDF."), (("a.pdf", large), "2 MB at most"),
                          (("a.pdf", b"PK\x03\x04" + b"\0" * 100), "That is not a PDF.")):
            status, body = self.issue(invoice, file=file, headers={"Accept-Language": "en"})
            self.assertEqual((status, body["field"]), (422, "pdf"))
            self.assertIn(key, str(body))
        self.assertEqual(self.issue(invoice, file=("a.pdf", pdf(9 << 20)))[0], 413)
        status, body = self.maker.post(f"/invoices/{invoice}/issue", {"number": "12345678", "amount_fen": 13800})
        self.assertEqual((status, body["field"]), (422, "pdf"))
        for number in ("", "1234567", "123456789", "1234567x", "9" * 21):
            status, body = self.issue(invoice, number=number or " ")
            self.assertEqual((status, body["field"]), (422, "number"), number)
        for amount in ("", "x", "-1", "13801"):
            status, body = self.issue(invoice, amount=amount)
            self.assertEqual((status // 100, body["field"]), (4, "amount_fen"), amount)
        status, page = self.issue(invoice, number="12", headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn('value="12"', page)
        self.assertEqual(self.maker.get(f"/invoices/{invoice}")[1]["invoice"]["papers"], [])

    def test_each_number_and_each_file_is_one_invoice(self):
        first, second, number, file = self.asked(), self.asked(), self.number(), ("a.pdf", pdf())
        self.assertEqual(self.issue(first, number=number, file=file)[0], 200)
        status, body = self.issue(first, number=number, file=file)
        self.assertEqual((status, body["field"]), (409, "status"))  # it is issued
        status, body = self.issue(second, number=number)
        self.assertEqual((status, body["field"]), (409, "number"))
        status, body = self.issue(second, file=file)
        self.assertEqual((status, body["field"]), (409, "pdf"))
        order = self.paid(sku=OF_RIVAL)
        theirs = self.asked(order)  # another maker's numbers are its own
        self.assertEqual(self.issue(theirs, self.rival, number=number)[0], 200)

    def test_a_refusal_says_why_and_is_asked_anew(self):
        order = self.paid()
        invoice = self.asked(order)
        for reason in ("", " ", "x" * 201):
            status, body = self.maker.post(f"/invoices/{invoice}/refuse", {"reason": reason})
            self.assertEqual((status, body["field"]), (422, "reason"))
        self.assertEqual(self.maker.post(f"/invoices/{invoice}/refuse", {"reason": "the <b>number</b> is wrong"})[0], 200)
        self.assertIn("the &lt;b&gt;number&lt;/b&gt; is wrong", self.buyer.get(f"/invoices/{invoice}", headers=HTML)[1])
        reason = lambda client: client.get(f"/invoices/{invoice}")[1]["invoice"]["reason"]  # noqa: E731
        self.assertEqual([reason(client) for client in (self.buyer, self.maker, self.office)],
                         ["the <b>number</b> is wrong", "the <b>number</b> is wrong", ""])
        self.assertNotIn("is wrong", self.office.get(f"/invoices/{invoice}", headers=HTML)[1])
        self.assertEqual(self.office.post(f"/invoices/{invoice}/open", {"purpose": "a complaint"})[0], 200)
        self.assertEqual(reason(self.office), "the <b>number</b> is wrong")
        page = self.buyer.get(f"/orders/{order}/invoice")[1]
        self.assertEqual((page["may_ask"], page["title"], page["tax"]), (True, TITLE, TAX))  # to correct it
        self.assertEqual(self.asked(order, kind="person", title="A. Buyer"), invoice)
        seen = self.buyer.get(f"/invoices/{invoice}")[1]["invoice"]
        self.assertEqual((seen["status"], seen["kind"], seen["tax"], seen["reason"]), ("asked", "person", "", ""))
        self.assertEqual(self.buyer.post(f"/invoices/{invoice}/withdraw")[0], 200)
        self.assertEqual(self.issue(invoice)[0], 409)
        self.assertEqual(self.buyer.get(f"/orders/{order}/invoice")[1]["title"], "")  # forgotten
        self.assertIn(invoice, self.listed(self.maker, "over"))

    def test_money_that_goes_back_makes_it_stale(self):
        order = self.paid()
        invoice = self.asked(order)
        first = self.issue(invoice)[1]["invoice"]["papers"][0]
        self.refund(order, "38.00")
        seen = self.buyer.get(f"/invoices/{invoice}")[1]["invoice"]
        self.assertEqual((seen["status"], seen["amount"]["fen"]), ("stale", 10000))
        self.assertIn(invoice, self.listed(self.maker, "to_issue"))
        status, body = self.issue(invoice, amount=13800)
        self.assertEqual((status, body["field"]), (409, "amount_fen"))
        status, body = self.maker.post(f"/invoices/{invoice}/void")
        self.assertEqual(status, 409)
        status, body = self.issue(invoice, amount=10000)
        self.assertEqual((status, [p["amount"]["fen"] for p in body["invoice"]["papers"]]), (200, [10000, 13800]))
        self.assertEqual(self.buyer.get(f"/invoices/{invoice}/papers/{first['id']}")[0], 200)
        self.assertEqual(self.maker.post(f"/orders/{order}/call_off", {"note": "sold out"})[0], 200)
        seen = self.maker.get(f"/invoices/{invoice}")[1]["invoice"]
        self.assertEqual((seen["status"], seen["may"]["issue"], seen["may"]["void"]), ("stale", False, True))
        self.assertEqual(self.maker.post(f"/invoices/{invoice}/void")[1]["invoice"]["status"], "void")
        self.assertFalse(self.buyer.get(f"/orders/{order}")[1]["order"]["may_ask_invoice"])

    def test_a_list_says_how_many_and_goes_on(self):
        mine = [self.asked(self.paid(quantity=1)) for _ in range(52)]
        body = self.maker.get("/factory/invoices")[1]
        waiting = {g["state"]: g["n"] for g in body["groups"]}["to_issue"]
        self.assertEqual((body["state"], len(body["invoices"]), body["next"]), ("to_issue", 50, 2))
        self.assertNotIn("before", body)
        seen, page = [i["id"] for i in body["invoices"]], 2
        while page:
            body = self.maker.get(f"/factory/invoices?page={page}")[1]
            seen += [i["id"] for i in body["invoices"]]
            page = body.get("next")
        self.assertEqual(len(seen), waiting)
        self.assertEqual(len(set(seen)), waiting)
        self.assertEqual(seen[-52:], mine)  # the longest wait first
        for invoice in mine:
            self.assertEqual(self.buyer.post(f"/invoices/{invoice}/withdraw")[0], 200)
        over = self.maker.get("/factory/invoices?state=over&page=2")[1]
        self.assertEqual((over["before"], over["invoices"][-1]["title"]), (1, ""))
        for bad in ("state=x", "page=0", "page=x", "page=99999999999999999999", "page=1001"):
            self.assertEqual(self.maker.get(f"/factory/invoices?{bad}")[0], 422)


if __name__ == "__main__":
    unittest.main()
