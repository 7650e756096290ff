"""The hall as its visitors meet it, over HTTP, against the real program: test_hall_http.py GUILDHALL"""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}


def add_sku(db, sku, position, colour, pieces):
    """Another colour of the first product; its stock comes from nowhere, which only `check` minds."""
    db.run("INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen,"
           " list_price_fen, status) VALUES (?, 1, ?, ?, '色', ?, ?, 6900, 6900, 'on')",
           sku, position, f"K{sku}", colour, colour)
    book = db.one("INSERT INTO ledger_books (unit, subject) VALUES ('piece', ?) RETURNING id",
                  f"sku:{sku}")
    db.run("INSERT INTO ledger_accounts (book, role, flags, debits_posted, credits_posted)"
           " VALUES (?, 'available', 1, 0, ?)", book, pieces)


class Hall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(PROGRAM, buyers=1)
        cls.town.start()

    @classmethod
    def tearDownClass(cls):
        ended = cls.town.stop()
        cls.town.__exit__(None if ended == 0 else RuntimeError, None, None)

    def setUp(self):
        self.guest = self.town.client()
        self.addCleanup(self.guest.close)

    def test_prices_the_wrong_way_round_are_swapped_and_it_is_said(self):
        _, asked = self.guest.get("/hall?min=50&max=100")
        self.assertEqual((asked["total"], asked["filter"]["swapped"]), (4, False))
        _, swapped = self.guest.get("/hall?min=100&max=50")
        self.assertEqual(swapped["products"], asked["products"])
        found = swapped["filter"]
        self.assertEqual((found["min"], found["max"], found["swapped"]), (50, 100, True))
        _, page = self.guest.get("/hall?min=100&max=50", HTML)
        self.assertIn("wrong way round: searched from 50 to 100 yuan", page)
        _, only_min = self.guest.get("/hall?min=100")
        self.assertEqual((only_min["total"], only_min["filter"]["swapped"]), (0, False))

    def test_a_product_is_shown_as_the_colour_that_can_be_had(self):
        with self.town.database.connect() as db:
            for sku, position, colour, pieces in ((91, 2, "ink", 0), (92, 3, "sand", 7)):
                add_sku(db, sku, position, colour, pieces)

        def current(query):
            skus = self.guest.get(f"/hall/products/kettle-1{query}")[1]["skus"]
            return [(s["id"], s["picture"]) for s in skus if s["current"]]

        white, sand = "/hall/pictures/kettle-1.svg", "/hall/pictures/kettle-1.svg?colour=sand"
        self.assertEqual(current(""), [(1, white)])
        self.assertEqual(current("?sku=92"), [(92, sand)])
        self.assertEqual(current("?sku=91"), [(1, white)], "what is sold out is not chosen")
        self.assertEqual(current("?sku=999"), [(1, white)])
        _, page = self.guest.get("/hall/products/kettle-1?sku=92", HTML)
        self.assertRegex(page, f'<img src="{re.escape(sand)}"[^>]*data-offer-picture')
        drawn = [self.guest.get(path)[1] for path in (white, sand, white + "?colour=%22x")]
        self.assertIn("<svg", drawn[0])
        self.assertNotEqual(drawn[0], drawn[1])
        self.assertEqual(drawn[0], drawn[2])

    def test_the_search_box_keeps_the_words(self):
        _, page = self.guest.get("/hall?q=%22%3Ckettle", HTML)
        self.assertIn('name="q" maxlength="60" value="&#34;&lt;kettle"', page)


if __name__ == "__main__":
    unittest.main()
