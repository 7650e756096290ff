"""The hall as its visitors meet it, over HTTP, against the real program: test_hall_http.py GUILDHALL"""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase, add_sku  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Hall(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("guest",)

    @classmethod
    def fill(cls, db):
        for sku, position, colour, pieces in ((91, 2, "ink", 0), (92, 3, "sand", 7)):
            add_sku(db, sku, 1, position, pieces, colour)

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

    def found(self, query, language="zh-CN"):
        _, body = self.guest.get(f"/hall?{query}", {"Accept-Language": language})
        return body

    def test_goods_are_found_by_their_words_and_how_they_sound(self):
        for words in ("%E6%B0%B4%E5%A3%B6", "dsh", "dianshuihu", "dianshh", "kettle", "kettl",
                      "K1", "maker+1"):
            found = self.found(f"q={words}")
            self.assertIn("kettle-1", [p["slug"] for p in found["products"]], words)
            self.assertEqual(found["how"], "asked", words)
        self.assertEqual([p["slug"] for p in self.found("q=Kettle+3")["products"]], ["kettle-3"])

    def test_a_slip_is_mended_and_said(self):
        found = self.found("q=kettel", "en")
        self.assertEqual((found["total"], found["how"], found["meant"]), (4, "slip", "kettle"))
        _, page = self.guest.get("/hall?q=kettel", HTML)
        self.assertIn("Nothing is called “kettel”. 4 products for “kettle”", page)
        self.assertEqual(self.found("q=%E6%B0%B4%E5%91%BC")["how"], "sound")

    def test_an_empty_result_says_how_to_go_on(self):
        found = self.found("q=kettle&min=1000")
        self.assertEqual((found["total"], found["anywhere"]["products"]), (0, 4))
        self.assertEqual(self.guest.get(found["anywhere"]["href"])[1]["total"], 4)
        nothing = self.found("q=bicycle", "en")
        self.assertEqual([k["slug"] for k in nothing["all_kinds"]], ["kettles"])
        self.assertNotIn("anywhere", nothing)

    def test_each_facet_leads_to_as_many_as_it_says(self):
        found = self.found("q=kettle&max=100")
        self.assertEqual([(k["slug"], k["products"]) for k in found["kinds"]], [("kettles", 4)])
        self.assertEqual([(b["from"], b["products"]) for b in found["bands"]], [(50, 4)])
        self.assertEqual({m["slug"]: m["products"] for m in found["markets"]},
                         {"home": 4, "export": 4})
        for facet in ("kinds", "bands", "markets"):
            for value in found[facet]:
                self.assertEqual(self.guest.get(value["href"])[1]["total"], value["products"])
        self.assertIn("/hall/kinds/kettles?", found["kinds"][0]["href"])

    def test_words_are_suggested_in_the_page_s_language(self):
        _, body = self.guest.get("/hall/suggest?q=ket&lang=en", {"Cookie": "lang=zh-CN"})
        first = body["suggestions"][0]
        self.assertEqual((first["what"], first["text"], first["href"]),
                         ("kind", "Kettles", "/hall/kinds/kettles"))
        self.assertLessEqual(len(body["suggestions"]), 8)
        self.assertEqual(self.guest.get("/hall/suggest")[1], {"suggestions": []})
        _, body = self.guest.get("/hall/suggest?q=chang", {"Accept-Language": "zh"})
        self.assertIn("/hall/factories/maker-two", [s["href"] for s in body["suggestions"]])

    def test_what_a_maker_changes_is_found_at_once(self):
        maker = self.client("maker")
        with self.town.database.connect() as db:
            version = db.one("SELECT version FROM products WHERE id = 2")
        status, body = maker.post("/hall/desk/products/2/cell", {
            "version": version, "field": "title_zh", "value": "搪瓷茶壶"})
        self.assertEqual(status, 200, body)
        self.assertEqual([p["slug"] for p in self.found("q=tangci")["products"]], ["kettle-2"])
        self.assertEqual(self.check_of_the_hall(), [])

    def check_of_the_hall(self):
        return [line for line in self.town.check()[1].splitlines() if line.startswith("hall: ")]

    def test_an_index_that_is_not_of_now_is_found_and_mended(self):
        with self.town.database.connect() as db:
            db.run("UPDATE products SET title_en = 'Samovar' WHERE id = 4")
        self.assertEqual(self.found("q=samovar", "en")["total"], 0)
        said = self.check_of_the_hall()
        self.assertEqual(len(said), 1)
        self.assertIn("product 4 is searched by what it was", said[0])
        subprocess.run([PROGRAM, "reindex", *self.town.settings()], check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(self.found("q=samovar", "en")["total"], 1)
        self.assertEqual(self.check_of_the_hall(), [])

    def test_the_search_box_keeps_the_words(self):
        _, page = self.guest.get("/hall?q=%22%3Ckettle", HTML)
        self.assertIn('name="q" maxlength="60" autocomplete="off" value="&#34;&lt;kettle"', page)


if __name__ == "__main__":
    unittest.main()
