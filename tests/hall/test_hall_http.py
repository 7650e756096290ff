"""The hall as its visitors meet it, over HTTP, against the real program: test_hall_http.py GUILDHALL"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}


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

    def test_the_search_box_keeps_the_words(self):
        _, page = self.guest.get("/hall?q=%22%3Ckettle", HTML)
        self.assertIn('name="q" maxlength="60" value="&#34;&lt;kettle"', page)


if __name__ == "__main__":
    unittest.main()
