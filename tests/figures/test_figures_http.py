"""Figures as visitors and officers meet them, over HTTP, against the real program:
test_figures_http.py GUILDHALL"""
import datetime
import hashlib
import pathlib
import sys
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed, object_of  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
DAY = 24 * 3600 * 1000
SCAN = b"%PDF-1.4 a scan \x00\xff" * 4000


def day_of(ms):
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return datetime.datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d")


def filled(fields, scan):
    return form(("scan", "a/b/scan 1.pdf", scan), **fields)


class Figures(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": [3] * 60}

    @classmethod
    def fill(cls, db):
        cls.now = int(datetime.datetime.now().timestamp() * 1000)
        # Half of them came ten days ago, half five.
        db.run("UPDATE products SET created_at = ? WHERE id <= 30", cls.now - 10 * DAY)
        db.run("UPDATE products SET created_at = ? WHERE id > 30", cls.now - 5 * DAY)

    @classmethod
    def begin(cls):
        buyer = cls.town.client("buyer0")
        for quantity in (1, 2):
            status, body = buyer.post("/orders", {"sku": 1, "quantity": quantity, **RECEIVER},
                                      uuid.uuid4().hex)
            assert status == 201, body
            cls.order = body["order"]["id"]
        assert buyer.post(f"/cashier/{cls.order}")[0] == 200
        buyer.close()

    def rows(self, client, path):
        """All evidence of a figure, page by page."""
        rows, after = [], 0
        while after is not None:
            status, body = client.get(f"{path}{'&' if '?' in path else '?'}after={after}")
            self.assertEqual(status, 200, body)
            rows += body["evidence"]
            after = body["next"]
        return rows

    def test_anybody_opens_a_public_figure_and_counts_its_rows(self):
        guest = self.client()
        status, body = guest.get("/figures/products")
        self.assertEqual(status, 200)
        self.assertEqual((body["name"], body["value"], body["unit"], body["goal"]),
                         ("products", 61, "product", None))
        self.assertEqual(body["as_of"], day_of(self.now))
        self.assertEqual((len(body["evidence"]), body["next"]), (50, 50))
        rows = self.rows(guest, "/figures/products")
        self.assertEqual(len(rows), 61)
        self.assertEqual(len({r["id"] for r in rows}), 61)
        self.assertTrue(body["how"] and body["once"])  # what makes two rows two
        self.assertEqual(rows[0]["link"], "/hall/products/kettle-1")
        for row in rows:  # nothing of persons, whatever is added one day
            self.assertEqual(set(row), {"id", "label", "link", "at", "amount"})
        self.assertEqual(guest.get(rows[60]["link"])[0], 200)
        makers = self.rows(guest, "/figures/factories")
        self.assertEqual([m["link"] for m in makers],
                         ["/hall/factories/maker-one", "/hall/factories/maker-two"])

    def test_a_past_day_is_answered_from_the_record_or_not_at_all(self):
        guest = self.client()
        for days, expected in ((1, 61), (6, 30), (9, 30)):
            day = day_of(self.now - days * DAY)
            status, body = guest.get(f"/figures/products?as_of={day}")
            self.assertEqual((status, body["value"], body["as_of"]), (200, expected, day))
            self.assertEqual(len(self.rows(guest, f"/figures/products?as_of={day}")), expected)
        status, body = guest.get(f"/figures/products?as_of={day_of(self.now - 12 * DAY)}")
        self.assertEqual((status, body["value"], body["evidence"]), (200, None, []))
        self.assertTrue(body["record_begins"].startswith(
            datetime.datetime.fromtimestamp((self.now - 10 * DAY) / 1000, datetime.timezone.utc)
            .strftime("%Y-%m-%dT%H")))
        _, page = guest.get(f"/figures/products?as_of={day_of(self.now - 12 * DAY)}", HTML)
        self.assertIn("The record begins on", page)
        for bad in ("yesterday", "2026-02-30", "2999-01-01", "2026-1-1"):
            status, body = guest.get(f"/figures/products?as_of={bad}")
            self.assertEqual((status, body["field"]), (422, "as_of"), body)

    def test_who_may(self):
        for name in ("orders", "turnover"):
            expected = {None: 401, "buyer0": 403, "maker": 403, "office": 200}
            for login, status in expected.items():
                self.assertEqual(self.client(login).get(f"/figures/{name}")[0], status, (name, login))
        listed = {login: {f["name"] for f in self.client(login).get("/figures")[1]["figures"]}
                  for login in (None, "office")}
        self.assertTrue({"products", "factories", "shows", "hosts"} <= listed[None])
        self.assertEqual(listed["office"] - listed[None], {"orders", "turnover", "elsewhere_turnover", "elsewhere_pieces",
                                                          "elsewhere_shows"})
        self.assertEqual(self.client("office").get("/figures/nothing")[0], 404)
        self.assertEqual(self.client("office").get("/figures/products?of=1")[0], 404)
        for path in ("/figures", "/figures/products/goal", "/figures/products/values"):
            for login, status in ((None, 401), ("buyer0", 403), ("maker", 403)):
                self.assertEqual(self.client(login).post(path, {"goal_number": "5"})[0], status)

    def test_turnover_is_the_paid_orders_and_no_other(self):
        office = self.client("office")
        _, turnover = office.get("/figures/turnover")
        self.assertEqual((turnover["value"], turnover["unit"]), (2 * 6900, "fen"))
        self.assertEqual([(r["id"], r["amount"], r["link"]) for r in turnover["evidence"]],
                         [(self.order, 2 * 6900, f"/orders/{self.order}")])
        self.assertEqual(office.get("/figures/orders")[1]["value"], 1)

    def test_a_quotation_is_checked(self):
        guest = self.client()
        for quote, holds, qualifier in (("61", True, "exact"), ("60余", True, "over"),
                                        ("60", False, "exact"), ("70余", False, "over"),
                                        ("不低于61", True, "no_less"), ("约60", True, "about")):
            quoted = guest.request("GET", "/figures/products?quote=" + "".join(
                f"%{b:02X}" for b in quote.encode()))[1]["quote"]
            self.assertEqual((quoted["holds"], quoted["qualifier"]), (holds, qualifier), quote)
        self.assertFalse(guest.get("/figures/products?quote=many")[1]["quote"]["is_read"])
        _, page = guest.get("/figures/products?quote=%3Cscript%3E", HTML)
        self.assertNotIn("<script>", page)
        self.assertEqual(guest.get("/figures/products?quote=%ff")[0], 400)

    def test_a_quotation_has_a_unit(self):
        guest = self.client()
        for quote, verdict in (("61款", "holds"), ("61家", "unit"), ("61平方米", "unit"),
                               ("0.0061万款", "holds"), ("六十一", "holds"), ("半", "unread")):
            _, body = guest.get("/figures/products?" + urllib.parse.urlencode({"quote": quote}))
            self.assertEqual(body["quote"]["verdict"], verdict, quote)

    def test_figures_are_found_by_words_of_their_names(self):
        def found(login, words, headers=None):
            _, body = self.client(login).get("/figures?" + urllib.parse.urlencode({"q": words}),
                                             headers)
            return body if headers else [f["name"] for f in body["figures"]]
        self.assertIn("products", found(None, "产品"))
        self.assertIn("products", found(None, "PRODUCTS"))
        self.assertIn("products", found(None, "prod　在馆"))
        for words in ("zaiguanchanpin", "chanpin", "ZGCP", "zgchanp", "cp PRODUCTS"):
            self.assertIn("products", found(None, words))
            self.assertNotIn("factories", found(None, words))
        self.assertIn("products", found(None, "zg"))
        self.assertIn("factories", found(None, "zg"))
        self.assertEqual(found(None, "chanpinq"), [])
        self.assertEqual(found(None, "产品 nothing"), [])
        self.assertNotIn("turnover", found(None, "turnover"))  # for officers
        self.assertNotIn("turnover", found("maker", "turnover"))
        self.assertIn("turnover", found("office", "turnover"))
        _, body = self.client().get("/figures?q=products")
        self.assertEqual(body["figures"][0]["printed"], "61款产品")
        self.assertNotIn("printed", self.client().get("/figures")[1]["figures"][0])
        self.assertEqual(self.client().get("/figures?q=" + "x" * 61)[1]["field"], "q")
        self.assertIn("No figure has", found(None, "nothing at all", HTML))
        page = found(None, '"><script>', HTML)
        self.assertNotIn("<script>\"", page)
        self.assertIn("&#34;&gt;&lt;script&gt;", page)

    def test_an_officer_documents_a_figure_with_its_scan(self):
        office, guest = self.client("office"), self.client()
        fresh = {"name": "base_area", "kind": "number", "unit": "m2", "title_zh": "基地面积",
                 "title_en": "Base area", "about_zh": "建筑面积", "about_en": "Floor area",
                 "public": "1"}
        self.assertEqual(office.post("/figures", {**fresh, "unit": "parsec"})[1]["field"], "unit")
        self.assertEqual(office.post("/figures", {**fresh, "name": "products"})[0], 409)
        self.assertEqual(office.post("/figures", fresh)[0], 200)
        self.assertEqual(office.post("/figures", fresh)[0], 409)
        path = "/figures/base_area/values"
        value = {"number": "5,950", "holds_from": "2021-02-23", "source": "验收报告"}
        self.assertEqual(office.post(path, {**value, "number": "many"})[1]["field"], "number")
        self.assertEqual(office.post(path, {**value, "holds_from": "soon"})[1]["field"], "holds_from")
        headers, body = filled({**value, "holds_from": "soon"}, SCAN)
        self.assertEqual(office.request("POST", path, body, headers)[0], 422)
        self.assertIn(object_of(SCAN), listed(self.town))  # kept for nothing
        headers, body = filled(value, SCAN)
        self.assertEqual(office.request("POST", path, body, headers)[0], 200)
        self.assertEqual(office.post(path, {**value, "number": "6000", "holds_from": "2025-01-01"})[0],
                         200)
        self.assertEqual(office.post("/figures/base_area/goal",
                                     {"goal_number": "0.8万", "goal_source": "规划"})[0], 200)
        _, now = guest.get("/figures/base_area")
        self.assertEqual((now["value"], now["unit"], now["goal"]), (6000, "m2", 8000))
        self.assertEqual([e["value"] for e in now["evidence"]], [6000, 5950])
        _, then = guest.get("/figures/base_area?as_of=2024-12-31")
        self.assertEqual((then["value"], len(then["evidence"])), (5950, 1))
        paper = then["evidence"][0]
        self.assertEqual((paper["scan_name"], paper["scan_sha256"], paper["label"]),
                         ("scan 1.pdf", hashlib.sha256(SCAN).hexdigest(), "验收报告"))
        scan = f"/figures/base_area/scans/{paper['scan_sha256']}"
        office.connection.request("GET", scan, headers={"Authorization": f"Bearer {office.token}"})
        answer = office.connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.read()),
                         (200, "application/pdf", SCAN))
        self.assertEqual(guest.get(scan)[0], 401)
        self.assertEqual(office.get("/figures/products/scans/" + paper["scan_sha256"])[0], 404)
        headers, body = filled(value, b"<svg onload=alert(1)>")
        self.assertEqual(office.request("POST", path, body, headers)[1]["field"], "scan")
        self.assertNotIn("officer", paper)  # a person: not for the public
        self.assertIn("officer", office.get("/figures/base_area")[1]["evidence"][0])
        self.assertIsNone(guest.get("/figures/base_area?as_of=2020-01-01")[1]["value"])
        self.assertEqual(office.post("/figures/products/values", value)[0], 404)

    def test_a_shows_figures_are_for_its_crew(self):
        with self.town.database.connect() as db:
            host = db.one("INSERT INTO users (login, name, password, roles, created_at)"
                          " VALUES ('other', 'o', '!', 2, 1) RETURNING id")
            show = db.one("INSERT INTO shows (title_zh, title_en, room_zh, room_en, host_id, status,"
                          " starts_at, started_at, ended_at, key_hash, key_sealed, created_at) VALUES"
                          " ('场', 'Show', 'r', 'r', ?, 'ended', 1, ?, ?, ?, ?, 1) RETURNING id",
                          host, self.now, self.now, b"x", b"x")
            db.run("UPDATE orders SET show_id = ? WHERE id = ?", show, self.order)
        path = f"/figures/show_turnover?of={show}"
        for login, status in ((None, 401), ("buyer0", 403), ("office", 200)):
            self.assertEqual(self.client(login).get(path)[0], status, login)
        _, body = self.client("office").get(path)
        self.assertEqual((body["value"], body["subject"]["label"]), (2 * 6900, "场"))
        self.assertEqual(self.client("office").get(f"/figures/show_sold?of={show}")[1]["value"], 2)
        self.assertEqual(self.client("office").get("/figures/show_sold")[0], 404)
        self.assertEqual(self.client("office").get("/figures/show_sold?of=999999")[0], 404)
        _, shows = self.client().get("/figures/shows")
        self.assertEqual((shows["value"], shows["evidence"][0]["link"]), (1, f"/shows/{show}"))

    def test_the_window_shows_the_same_numbers(self):
        guest = self.client()
        targets = {t["name"]: t for t in guest.get("/")[1]["targets"]}
        self.assertEqual((targets["products"]["value"], targets["products"]["href"]),
                         (61, "/figures/products"))
        self.assertEqual(targets["factories"]["value"], 2)
        counts = guest.get("/hall")[1]["counts"]
        self.assertEqual((counts["products"]["value"], counts["factories"]["value"]), (61, 2))


if __name__ == "__main__":
    unittest.main()
