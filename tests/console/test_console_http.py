"""A factory's day and the base's board over HTTP, against the real program:
test_console_http.py GUILDHALL"""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import PASSWORD, RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
DAY = 24 * 3600 * 1000
NOW = int(time.time() * 1000)


def day(days):
    return time.strftime("%Y-%m-%d", time.gmtime((NOW + days * DAY) / 1000 + 8 * 3600))


class Console(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": [100] * 60 + [4, 1]}

    @classmethod
    def fill(cls, db):
        db.run("INSERT INTO certificate_rules (kind_id, type, market) VALUES (1, 'ccc', 'home')")
        db.run("UPDATE products SET lacks = 'ccc' WHERE id IN (5, 63)")
        for i, (maker, status, days) in enumerate([
                (1, "valid", 0), (1, "valid", 30), (1, "valid", 31), (1, "valid", 90), (1, "valid", 91),
                (1, "expired", -1), (1, "expired", -9), (2, "valid", 3), (1, "revoked", 5)], 1):
            db.run("INSERT INTO certificates (id, organisation_id, type, number, issued_on, valid_until,"
                   " status, replaces, created_at, updated_at)"
                   " VALUES (?, ?, 'ce', ?, '2020-01-01', ?, ?, NULL, 1, 1)",
                   i, maker, f"CE-{i}", day(days), status)
        db.run("INSERT INTO certificates (id, organisation_id, type, number, issued_on, valid_until, status,"
               " replaces, created_at, updated_at) VALUES (10, 1, 'ce', 'CE-10', '2020-01-01', ?,"
               " 'review', 7, 1, ?)", day(900), NOW - 5 * DAY)
        db.count_on("certificates")
        for back, value in ((20, 3), (9, 5), (2, 6)):
            db.run("INSERT INTO figure_days (name, day, value, taken_at) VALUES ('orders', ?, ?, 1)",
                   (NOW + 8 * 3600 * 1000) // DAY - back, value)

    @classmethod
    def begin(cls):
        buyer = cls.town.client("buyer0")
        for key in ("first-order", "second-order"):
            status, body = buyer.post("/orders", {"sku": 1, "quantity": 2, **RECEIVER}, key=key)
            assert status == 201, body
            assert key == "first-order" or buyer.post(f"/cashier/{body['order']['id']}")[0] == 200
        buyer.close()

    def lines(self, client, path="/console"):
        status, body = client.get(path)
        self.assertEqual(status, 200, body)
        groups = body["ranks"] if path == "/console" else body["groups"]
        return {line["name"]: line for group in groups for line in group["lines"]}

    def rows(self, client, href):
        """All rows behind a number, page by page."""
        rows, skip = [], 0
        while skip is not None:
            status, body = client.get(f"{href}?skip={skip}")
            self.assertEqual(status, 200, body)
            rows += body["rows"]
            skip = body["next"]
        return rows

    def move(self, client, product, event, **more):
        status, body = client.post(f"/hall/desk/products/{product}/move", {"event": event, **more})
        self.assertEqual(status, 200, body)

    def test_each_number_is_as_many_as_the_rows_behind_it(self):
        maker, office = self.client("maker"), self.client("office")
        for client, path in ((maker, "/console"), (office, "/board")):
            found = self.lines(client, path)
            for line in found.values():
                rows = self.rows(client, line["href"])
                self.assertEqual(len(rows), line["count"], line["name"])
                self.assertEqual(rows[:len(line["rows"])], line["rows"])
                for row in rows:
                    self.assertEqual(client.get(row["link"].split("#")[0])[0], 200, row)
        own = self.lines(maker)
        self.assertGreater(own["photos"]["count"], 50)  # more than a page
        self.assertEqual([r["amount"] for r in own["stock"]["rows"]], [1, 4])
        self.assertEqual([(r["label"], r["amount"]) for r in own["orders_pack"]["rows"]],
                         [("#2 电水壶1", 2)])  # the one that was paid

    def test_who_works_here_is_at_work_after_logging_in(self):
        for login, work in (("office", "/today"), ("maker", "/console"), ("buyer0", None)):
            for home in ("", "/", "/en", "/zh/"):
                status, body = self.client().post("/login", {"login": login, "password": PASSWORD, "next": home})
                self.assertEqual((status, body["location"]), (200, work or home or "/"), (login, home))
        with self.town.database.connect() as db:  # an agency has no role of its own
            agency = db.one("INSERT INTO organisations (kind, slug, name_zh, name_en, created_at) VALUES ('agency', 'lands', '机构', 'Agency', 1)"
                            " RETURNING id")
            db.run("INSERT INTO memberships (user_id, organisation_id, role, created_at)"
                   " SELECT id, ?, 'owner', 1 FROM users WHERE login = 'buyer0'", agency)
        body = self.client().post("/login", {"login": "buyer0", "password": PASSWORD, "next": "/"})[1]
        self.assertEqual(body["location"], "/agency")
        body = self.client().post("/login", {"login": "office", "password": PASSWORD, "next": "/en/hall"})[1]
        self.assertEqual(body["location"], "/en/hall")

    def test_certificates_are_told_by_when_they_end(self):
        own, all_ = self.lines(self.client("maker")), self.lines(self.client("office"), "/board")
        numbers = {n: [r["label"] for r in own[n]["rows"]] for n in own if n.startswith("certificates")}
        self.assertEqual(numbers["certificates_ended"], ["CE-6"])  # of the other a successor is sent
        self.assertEqual(numbers["certificates_ending_30"], ["CE-1", "CE-2"])
        self.assertEqual(own["certificates_ending_60"]["count"], 1)
        self.assertEqual(own["certificates_ending_90"]["count"], 1)
        self.assertEqual([r["age"] for r in own["certificates_ending_30"]["rows"]], ["今天到期", "还有 30 天"])
        self.assertEqual(own["certificates_ended"]["rows"][0]["age"], "已过 1 天")
        self.assertEqual([r["label"] for r in all_["certificates_ending_30"]["rows"]],
                         ["CE-1", "CE-8", "CE-2"])
        review = all_["certificates_review"]["rows"]
        self.assertEqual([(r["label"], r["of"], r["is_late"]) for r in review], [("CE-10", "厂1", True)])

    def test_what_is_done_is_no_longer_there(self):
        maker, office = self.client("maker"), self.client("office")
        self.assertNotIn("products_returned", self.lines(maker))
        self.move(maker, 7, "withdraw")
        self.assertEqual(maker.post("/hall/desk/products/7", {
            "version": 1, "kind": 1, "title_zh": "全国最好的水壶", "title_en": "Kettle", "about_zh": "好",
            "about_en": "Good", "model": "M", "warranty_months": 12, "hs_code": "8516791000",
            "sku_id_1": 7, "sku_code_1": "K7", "sku_price_1": "69", "sku_status_1": "on"})[0], 200)
        self.assertEqual([r["note"] for r in self.lines(maker)["flags"]["rows"]], ["最好"])
        self.move(maker, 7, "submit")
        self.assertEqual([r["link"] for r in self.lines(office, "/board")["products_review"]["rows"]],
                         ["/hall/desk/products/7"])
        self.move(office, 7, "return", note="照片模糊")
        self.assertEqual(self.lines(office, "/board")["products_review"]["count"], 0)
        self.assertEqual([(r["link"], r["note"]) for r in self.lines(maker)["products_returned"]["rows"]],
                         [("/hall/desk/products/7", "照片模糊")])
        self.assertIn("照片模糊", maker.get("/console", HTML)[1])
        self.move(maker, 7, "submit")
        self.assertNotIn("products_returned", self.lines(maker))
        self.assertEqual([r["link"] for r in self.lines(maker)["products_lacking"]["rows"]],
                         ["/certificates/checklist/5"])
        status, body = maker.post("/certificates", {"type": "ccc", "number": "C-1", "product": 5,
                                                    "issued_on": "2025-01-01"})
        self.assertEqual(status, 200, body)
        self.assertNotIn("products_lacking", self.lines(maker))  # it is before the base now
        self.assertEqual(self.lines(office, "/board")["products_lacking"]["count"], 2)

    def test_figures_of_a_factory_and_of_the_base(self):
        maker = self.client("maker")
        figures = {f["name"]: f for f in maker.get("/console")[1]["figures"]}
        self.assertEqual((figures["factory_orders"]["value"], figures["factory_turnover"]["value"]),
                         (1, 2 * 6900))
        for figure in figures.values():
            evidence, after = [], 0
            while after is not None:
                status, body = maker.get(f"{figure['href']}&after={after}")
                self.assertEqual(status, 200, body)
                evidence += body["evidence"]
                after = body["next"]
            self.assertEqual(sum(r["amount"] for r in evidence), figure["value"], figure["name"])
        guest, rival = self.client(), self.client("rival")
        self.assertEqual(guest.get("/figures/factory_products?of=1")[0], 200)  # as on its page
        for name in ("factory_orders", "factory_turnover"):
            self.assertEqual(guest.get(f"/figures/{name}?of=1")[0], 401)
            self.assertEqual(rival.get(f"/figures/{name}?of=1")[0], 403)
            self.assertEqual(self.client("office").get(f"/figures/{name}?of=1")[0], 200)
        trends = {f["name"]: f for f in self.client("office").get("/board")[1]["trends"]}
        self.assertEqual(trends["orders"]["value"], 1)
        # Five were counted nine days ago, three when the record begins; now there is one.
        self.assertEqual((trends["orders"]["trend"]["week"], trends["orders"]["trend"]["change"]), (-4, -2))

    def test_the_doors(self):
        expected = {"/console": (401, 403, 200, 200), "/console/photos": (401, 403, 200, 403),
                    "/board": (401, 403, 403, 200), "/board/flags": (401, 403, 403, 200)}
        for path, statuses in expected.items():
            for login, status in zip((None, "buyer0", "rival", "office"), statuses):
                self.assertEqual(self.client(login).get(path)[0], status, (path, login))
        self.assertEqual(self.client("office").get("/console")[1]["location"], "/board")
        rival = self.client("rival")
        self.assertEqual([r["link"] for r in self.rows(rival, "/console/photos")],
                         ["/hall/desk/products/63#photos"])
        for bad in ("/console/none", "/console/products_review", "/board/entry"):
            self.assertEqual(self.client("rival" if "board" not in bad else "office").get(bad)[0], 404)
        self.assertEqual(rival.get("/console/photos?skip=-1")[0], 422)


if __name__ == "__main__":
    unittest.main()
