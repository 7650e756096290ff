"""Statements as clients meet them, over HTTP, against the real program: test_books_http.py GUILDHALL"""
import csv
import datetime
import io
import pathlib
import sys
import unittest
import uuid
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
FEW, ONE, MANY, RIVALS = 1, 2, 3, 4  # SKUs and their stock: 5, 1, 100; the other maker's 10


class Books(TownCase):
    program, options = PROGRAM, {"buyers": 1}

    @classmethod
    def begin(cls):
        buyer = cls.town.client("buyer0")
        for quantity in (2, 3):
            status, body = buyer.post("/orders", {"sku": MANY, "quantity": quantity, **RECEIVER},
                                      uuid.uuid4().hex)
            assert status == 201, body
            cls.order = body["order"]["id"]
        assert buyer.post(f"/cashier/{cls.order}")[0] == 200
        buyer.close()

    def account(self, sku, role="available"):
        with self.town.database.connect() as db:
            return db.one("SELECT account FROM ledger_balances WHERE subject = ? AND role = ?",
                          f"sku:{sku}", role)

    def file(self, client, path):
        """(status, headers, bytes)"""
        client.connection.request("GET", path, headers={"Authorization": f"Bearer {client.token}"})
        answer = client.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def test_who_may(self):
        mine, rivals = self.account(MANY), self.account(RIVALS)
        with self.town.database.connect() as db:
            money = db.one("SELECT account FROM ledger_balances WHERE unit = 'CNY'"
                           " AND role = 'frozen:factory:1'")
        allowed = {"maker": {mine}, "rival": {rivals}, "office": {mine, rivals, money},
                   "buyer0": set()}
        for login, accounts in allowed.items():
            client = self.client(login)
            refused = 403 if login == "buyer0" else 404
            for account in (mine, rivals, money):
                expected = 200 if account in accounts else refused
                for ending in ("", ".csv", ".xlsx"):
                    path = f"/books/accounts/{account}{ending}"
                    status = (self.file(client, path)[0] if ending and expected == 200
                              else client.get(path)[0])
                    self.assertEqual(status, expected, (login, path))
            self.assertEqual(client.get("/books")[0], 403 if login == "buyer0" else 200)
        self.assertEqual(self.client().get(f"/books/accounts/{mine}")[0], 401)

    def test_the_list_is_ones_own(self):
        subjects = {a["subject"] for a in self.client("maker").get("/books")[1]["accounts"]}
        self.assertEqual(subjects, {"sku:1", "sku:2", "sku:3"})
        everything = self.client("office").get("/books")[1]["accounts"]
        self.assertTrue({"sku:3", "sku:4", "town"} <= {a["subject"] for a in everything})
        paid = next(a for a in everything if a["role"] == "frozen:factory:1")
        self.assertEqual(paid["balance"]["fen"], 3 * 6900)

    def test_each_line_says_what_caused_it(self):
        status, body = self.client("maker").get(f"/books/accounts/{self.account(MANY)}")
        self.assertEqual(status, 200)
        self.assertEqual([(line["kind"], line["reason"], line["change"]["balance"],
                           line["change"]["held"]) for line in body["lines"]],
                         [("posted", "restock", 100, 0), ("hold", "order", 0, -2),
                          ("hold", "order", 0, -3), ("post", "order", -3, 3)])
        self.assertEqual(body["lines"][-1]["order_id"], self.order)
        self.assertEqual(body["closing"], {"balance": 97, "held": -2})
        self.assertEqual(body["sku"]["id"], MANY)
        self.assertIsNone(body["next"])

    def test_as_of_an_instant(self):
        client, path = self.client("office"), f"/books/accounts/{self.account(MANY)}"
        lines = client.get(path)[1]["lines"]
        first_order = datetime.datetime.fromisoformat(lines[1]["at"].replace("Z", "+00:00"))
        town = datetime.timezone(datetime.timedelta(hours=8))
        today = first_order.astimezone(town).strftime("%Y-%m-%d")
        before = (first_order - datetime.timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for as_of, n, balance in ((before, 1, 100), (today, 4, 97), ("1999-12-31", 1, 100),
                                  ("1970-01-01T07:59", 0, 0), ("1970-01-01T08:00:00", 1, 100),
                                  ("9990-01-01", 4, 97)):
            status, body = client.get(f"{path}?as_of={as_of}")
            self.assertEqual((status, len(body["lines"]), body["closing"]["balance"]),
                             (200, n, balance), as_of)
        for bad in ("yesterday", "2026-02-30", "2026-13-01", "2026-05-01T24:00", "2026-05-01Z",
                    "2026-05-01T10:00%2B25:00", "2026-5-1", "20260501", "2026-05-01T10:00:00.5"):
            status, body = client.get(f"{path}?as_of={bad}")
            self.assertEqual((status, body["field"]), (422, "as_of"), bad)

    def test_pages_go_on_after_a_line(self):
        client, path = self.client("office"), f"/books/accounts/{self.account(MANY)}"
        lines = client.get(path)[1]["lines"]
        status, body = client.get(f"{path}?after={lines[1]['seq']}")
        self.assertEqual(body["lines"], lines[2:])
        self.assertEqual(body["opening"], {"balance": 100, "held": -2})
        for bad in ("-1", "x", "9" * 30):
            self.assertEqual(client.get(f"{path}?after={bad}")[0], 422, bad)

    def test_csv_as_excel_reads_it(self):
        client, account = self.client("maker"), self.account(MANY)
        client.get("/me")
        status, headers, body = self.file(client, f"/books/accounts/{account}.csv")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(headers["Content-Disposition"],
                         f'attachment; filename="account-{account}.csv"')
        self.assertTrue(body.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        self.assertEqual(len(rows), 5)
        self.assertEqual([len(row) for row in rows], [11] * 5)
        self.assertEqual([row[8] for row in rows[1:]], ["100", "100", "100", "97"])
        self.assertEqual(rows[-1][4], f"order:{self.order}")

    def test_money_in_csv_is_in_yuan(self):
        client, account = self.client("office"), None
        for a in client.get("/books")[1]["accounts"]:
            account = a["id"] if a["role"] == "frozen:factory:1" else account
        rows = list(csv.reader(io.StringIO(self.file(client, f"/books/accounts/{account}.csv")[2]
                                           .decode("utf-8-sig"), newline="")))
        self.assertEqual(rows[-1][6], "207.00")
        self.assertEqual(rows[-1][10], "元")

    def test_xlsx_holds_the_lines(self):
        client, account = self.client("maker"), self.account(MANY)
        client.get("/me")
        status, headers, body = self.file(client, f"/books/accounts/{account}.xlsx?as_of=2999-01-01")
        self.assertEqual(status, 200)
        self.assertIn("spreadsheetml", headers["Content-Type"])
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            page = book.read("xl/worksheets/sheet1.xml").decode()
            self.assertIn(f"order:{self.order}", book.read("xl/sharedStrings.xml").decode())
        self.assertEqual(page.count("<row "), 5)
        self.assertIn("<v>97</v>", page)

    def test_pages_in_both_languages(self):
        client, account = self.client("office"), self.account(MANY)
        for language, words in (("zh-CN", "账户"), ("en", "Account")):
            for path in ("/books", f"/books/accounts/{account}"):
                status, text = client.get(path, {"Accept": "text/html",
                                                 "Accept-Language": language})
                self.assertEqual(status, 200)
                self.assertIn(words, text)
        self.assertIn(f'href="/orders/{self.order}"', text)
        self.assertIn(f'href="/books/accounts/{account}.xlsx"', text)

    def test_a_product_leads_to_its_makers_books(self):
        for login, account in (("maker", self.account(MANY)), ("office", self.account(MANY)),
                               ("rival", None), ("buyer0", None)):
            client = self.client(login)
            self.assertEqual(client.get(f"/hall/products/kettle-{MANY}")[1]["skus"][0]
                             .get("account"), account, login)
            page = client.get(f"/hall/products/kettle-{MANY}", {"Accept": "text/html"})[1]
            self.assertEqual(f"/books/accounts/{account}" in page, account is not None, login)

    def test_what_is_not_there(self):
        client = self.client("office")
        for path in ("999999", "0", "-1", "x", "1.pdf", "9" * 30):
            self.assertEqual(client.get(f"/books/accounts/{path}")[0], 404, path)


if __name__ == "__main__":
    unittest.main()
