"""Public pages as search engines and those who pass links on meet them, against the real program:
test_public_http.py GUILDHALL"""
import html.parser
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase, add_sku  # noqa: E402
from uploads import form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html"}


class Page(html.parser.HTMLParser):
    """What a page says in its head, its links and its forms."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.lang, self.links, self.forms, self.meta, self.linked = None, [], [], {}, []
        self.canonical, self.alternates, self.in_data = None, {}, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "html":
            self.lang = a["lang"]
        elif tag == "link" and a.get("rel") == "canonical":
            self.canonical = a["href"]
        elif tag == "link" and a.get("rel") == "alternate":
            self.alternates[a["hreflang"]] = a["href"]
        elif tag == "meta":
            self.meta[a.get("property") or a.get("name")] = a.get("content")
        elif tag == "a":
            self.links.append(a.get("href", ""))
        elif tag == "form" and a.get("method") != "dialog":
            self.forms.append((a.get("method", "get"), a.get("action")))
        elif tag == "input" and a.get("name") == "next":
            self.next = a["value"]
        elif tag == "script":
            self.in_data = a.get("type") == "application/ld+json"

    def handle_data(self, data):
        if self.in_data:
            self.linked.append(json.loads(data))

    def handle_endtag(self, tag):
        self.in_data = False


class Public(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("guest",)

    @classmethod
    def fill(cls, db):
        db.run("UPDATE products SET about_en = '</script><b>it & all', title_en = 'Pot <b>'"
               " WHERE id = 2")
        add_sku(db, 99, 3, 2, 0, "ink", 12950)
        for sku, gtin in ((2, "6901234567892"), (3, "96385074")):
            db.run("UPDATE skus SET gtin = ? WHERE id = ?", gtin, sku)

    @classmethod
    def begin(cls):
        cls.site = f"http://127.0.0.1:{cls.town.http}"

    def page(self, path, **headers):
        status, text = self.guest.get(path, {**HTML, **headers})
        self.assertEqual(status, 200, path)
        return Page(text)

    def listed(self):
        """Every address of the sitemap, by way of its index."""
        status, index = self.guest.get("/sitemap.xml")
        self.assertEqual(status, 200)
        self.assertIn(f"Sitemap: {self.site}/sitemap.xml", self.guest.get("/robots.txt")[1])
        for file in re.findall("<loc>(.*?)</loc>", index):
            status, text = self.guest.get(file.removeprefix(self.site))
            self.assertEqual(status, 200, file)
            yield from re.findall("<loc>(.*?)</loc>", text)

    def test_the_address_says_the_language_whatever_the_cookie_says(self):
        english = {"Cookie": "lang=en", "Accept-Language": "en"}
        self.assertEqual(self.page("/zh/hall", **english).lang, "zh-CN")
        self.assertEqual(self.page("/en", Cookie="lang=zh-CN").lang, "en")
        self.assertEqual(self.page("/hall", **english).lang, "en")
        self.assertEqual(self.guest.get("/en/hall.json")[1]["kinds"][0]["name"], "Kettles")
        self.assertEqual(self.guest.get("/zh/hall.json")[1]["kinds"][0]["name"], "电水壶")

    def test_only_public_pages_have_it(self):
        for path in ("/zh/login", "/en/orders", "/en/assets/css/site.css", "/zhx", "/zh/zh/hall", "/en/en"):
            self.assertEqual(self.guest.get(path, HTML)[0], 404, path)
        for file in ("/zh/hall/pictures/kettle-1.svg", "/en/hall/suggest?q=k"):
            self.assertEqual(self.guest.get(file)[0], 200, "what a page links to is there, too")
        status, _ = self.guest.get("/en/hall/?q=x", HTML)
        self.assertEqual((status, self.guest.headers["Location"]), (308, "/en/hall?q=x"))
        self.assertEqual(self.guest.post("/en/hall/skus/1/stock", {"pieces": 1})[0], 404)

    def test_links_keep_the_language(self):
        page = self.page("/en/hall/products/kettle-1")
        self.assertIn("/en/hall/factories/maker-one", page.links)
        self.assertIn("/en", page.links)
        self.assertNotIn("/", page.links)
        self.assertIn(("get", "/en/hall"), page.forms)
        self.assertIn(("post", "/language"), page.forms)
        for link in page.links:
            self.assertFalse(re.match("/(hall|shows|figures)", link), link)
        self.assertTrue(any(link.startswith("/login") for link in page.links))
        self.assertEqual(page.next, "/zh/hall/products/kettle-1")
        self.assertIn("/hall/factories/maker-one", self.page("/hall/products/kettle-1").links)

    def test_every_listed_page_says_what_it_is(self):
        listed = list(self.listed())
        self.assertEqual(len(listed), len(set(listed)))
        for part in ("/zh", "/en/hall", "/en/hall/kinds/kettles", "/zh/hall/products/kettle-3",
                     "/en/hall/factories/maker-two", "/zh/figures", "/en/shows"):
            self.assertIn(self.site + part, listed)
        for address in listed:
            page = self.page(address.removeprefix(self.site))
            self.assertEqual(page.canonical, address)
            other = address.replace("/zh", "/en", 1) if "/zh" in address else address.replace(
                "/en", "/zh", 1)
            self.assertEqual({page.alternates["zh-CN"], page.alternates["en"]}, {address, other})
            self.assertTrue(page.alternates["x-default"].startswith(self.site))
            self.assertEqual(page.meta["og:url"], address)

    def test_a_list_s_pages_are_known_apart_and_a_kind_by_its_address(self):
        self.assertEqual(self.page("/hall?page=2&sort=price").canonical, f"{self.site}/zh/hall?page=2")
        self.assertEqual(self.page("/en/hall?kind=kettles").canonical,
                         f"{self.site}/en/hall/kinds/kettles")
        self.assertEqual(self.page("/hall?q=kettle").meta["robots"], "noindex")
        self.assertEqual(self.guest.get("/hall/kinds/no-such", HTML)[0], 404)

    def test_products_and_makers_are_told_to_programs(self):
        page = self.page("/en/hall/products/kettle-1")
        product, crumbs = page.linked[0]["@graph"]
        self.assertEqual((product["@type"], product["name"]), ("Product", "Kettle 1"))
        offer = product["offers"]
        self.assertEqual(offer["@type"], "Offer")
        self.assertEqual((offer["price"], offer["priceCurrency"], offer["sku"]), ("69.00", "CNY", "K1"))
        self.assertEqual(offer["availability"], "https://schema.org/InStock")
        self.assertEqual(offer["url"], f"{self.site}/en/hall/products/kettle-1?sku=1")
        self.assertEqual((product["brand"]["name"], product["manufacturer"]["url"]),
                         ("Maker 1", f"{self.site}/en/hall/factories/maker-one"))
        self.assertEqual(product["image"], [f"{self.site}/hall/pictures/kettle-1.svg"])
        self.assertNotIn("gtin", product)
        self.assertEqual([c["position"] for c in crumbs["itemListElement"]], [1, 2, 3])
        self.assertEqual(crumbs["itemListElement"][1]["item"], f"{self.site}/en/hall/kinds/kettles")
        self.assertEqual(page.meta["og:type"], "product")
        maker = self.page("/en/hall/factories/maker-one").linked[0]
        self.assertEqual((maker["@type"], maker["name"]), ("Organization", "Maker 1"))

    def test_several_variants_are_one_aggregate_with_their_numbers(self):
        alone = self.page("/zh/hall/products/kettle-2").linked[0]["@graph"][0]
        self.assertEqual((alone["gtin"], alone["offers"]["gtin"]), ("6901234567892",) * 2)
        product = self.page("/zh/hall/products/kettle-3").linked[0]["@graph"][0]
        offers = product["offers"]
        self.assertEqual([offers[k] for k in ("@type", "offerCount", "lowPrice", "highPrice",
                                              "priceCurrency")],
                         ["AggregateOffer", 2, "69.00", "129.50", "CNY"])
        self.assertEqual([(o["sku"], o["availability"].rsplit("/")[-1]) for o in offers["offers"]],
                         [("K3", "InStock"), ("K99", "OutOfStock")])
        self.assertNotIn("gtin", product)
        for o in offers["offers"]:
            self.page(o["url"].removeprefix(self.site))

    def test_a_photo_is_what_a_link_shows(self):
        self.assertNotIn("og:image", self.page("/hall/products/kettle-4").meta)
        maker = self.client("rival")
        headers, body = form(("photo", "front.jpg", jpeg()))
        self.assertEqual(maker.request("POST", "/hall/desk/products/4/photos", body, headers)[0], 200)
        page = self.page("/en/hall/products/kettle-4")
        image = page.meta["og:image"]
        self.assertTrue(image.startswith(f"{self.site}/hall/photos/"), image)
        self.assertEqual((page.meta["og:image:width"], page.meta["og:image:height"]), ("1200", "900"))
        self.assertEqual(page.linked[0]["@graph"][0]["image"], [image])
        connection = self.guest.connection
        connection.request("GET", image.removeprefix(self.site))
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"))
        answer.read()

    def test_nothing_in_it_ends_its_script(self):
        page = self.page("/en/hall/products/kettle-2")
        self.assertEqual(page.linked[0]["@graph"][0]["description"], "</script><b>it & all")
        self.assertEqual(page.meta["og:title"], "Pot <b>")


if __name__ == "__main__":
    unittest.main()
