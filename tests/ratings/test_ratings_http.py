"""Ratings over HTTP, against the real program: who rates, answers and hides, who sees what.
test_ratings_http.py GUILDHALL"""
import pathlib
import re
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
SKUS = 12
HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Rating(TownCase):
    program, options = PROGRAM, {"buyers": 4, "stock": (200,) * SKUS}
    turn = 0

    def setUp(self):
        super().setUp()
        Rating.turn += 1  # each case has goods of its own; nobody has many unpaid orders
        self.sku = Rating.turn
        self.buyer, self.other = self.client(f"buyer{Rating.turn % 4}"), self.client(f"buyer{(Rating.turn + 1) % 4}")
        self.maker, self.rival, self.office = self.client("maker"), self.client("rival"), self.client("office")
        self.guest = self.client(None)

    def shipped(self, client=None, sku=None):
        client = client or self.buyer
        status, body = client.post("/orders", {"sku": sku or self.sku, "quantity": 1, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        order = body["order"]["id"]
        self.assertEqual(client.post(f"/cashier/{order}")[0], 200)
        sent = {"order": order, "carrier": "other", "number": uuid.uuid4().hex[:12]}
        self.assertEqual(self.maker.post("/factory/shipping/send", sent)[0], 200)
        return order

    def received(self, client=None):
        order = self.shipped(client)
        self.assertEqual((client or self.buyer).post(f"/orders/{order}/receive")[0], 200)
        return order

    def rate(self, order, stars=5, text="", client=None, line=1, **more):
        return (client or self.buyer).post(f"/orders/{order}/lines/{line}/rating", {"stars": stars, "text": text}, **more)

    def rated(self, stars=5, text="", client=None):
        order = self.received(client)
        status, body = self.rate(order, stars, text, client)
        self.assertEqual(status, 200, body)
        return order, body["id"]

    def listed(self, client, path, rating, member="list"):
        return [g for g in client.get(path)[1][member] if g["id"] == rating]

    def product(self):
        return f"/hall/products/kettle-{self.sku}"


class Ratings(Rating):
    def test_from_the_parcel_to_the_products_page(self):
        order = self.shipped()
        self.assertEqual(self.buyer.get(f"/orders/{order}")[1]["order"]["ratings"], [])
        self.assertEqual(self.rate(order)[0], 409)
        self.buyer.post(f"/orders/{order}/receive")
        part = self.buyer.get(f"/orders/{order}")[1]["order"]
        self.assertEqual([(g["line"], g["may_rate"], g["rating"]) for g in part["ratings"]], [(1, True, None)])
        page = self.buyer.get(f"/orders/{order}", HTML)[1]
        self.assertIn(f'action="/orders/{order}/lines/1/rating"', page)
        self.assertEqual(len(re.findall(r'type="radio" name="stars"', page)), 5)
        self.assertEqual(self.guest.get(self.product())[1]["ratings"], {
            "n": 0, "average": None, "href": f"{self.product()}/ratings", "newest": []})
        status, body = self.rate(order, 4, "boils fast")
        self.assertEqual(status, 200, body)
        shown = self.guest.get(self.product())[1]["ratings"]  # at once, though the page is kept
        self.assertEqual((shown["n"], shown["average"], shown["newest"][0]["text"]), (1, "4.0", "boils fast"))
        part = self.buyer.get(f"/orders/{order}")[1]["order"]["ratings"][0]
        self.assertEqual((part["may_rate"], part["rating"]["stars"]), (False, 4))
        self.assertNotIn('name="stars"', self.buyer.get(f"/orders/{order}", HTML)[1])

    def test_pressed_twice_is_one_rating_and_changed_is_refused(self):
        order, rating = self.rated(3, "so so")
        self.assertEqual(self.rate(order, 3, "so so")[1]["id"], rating)
        status, body = self.rate(order, 5, "so so")
        self.assertEqual((status, body["field"]), (409, "status"))
        self.assertEqual(self.guest.get(self.product())[1]["ratings"]["average"], "3.0")

    def test_the_average_is_that_of_the_list_it_leads_to(self):
        stars = [5, 4, 4, 5, 3, 1, 5]
        for n, given in enumerate(stars):
            self.rated(given, f"number {n}")
        shown = self.guest.get(self.product())[1]["ratings"]
        self.assertEqual([g["text"] for g in shown["newest"]], [f"number {n}" for n in (6, 5, 4, 3, 2)])
        page = self.guest.get(shown["href"])[1]
        self.assertEqual([g["stars"] for g in page["list"]], stars[::-1])
        self.assertEqual((page["ratings"]["n"], page["ratings"]["average"], page["next"]), (7, "3.9", None))
        self.assertIn(f'href="/en{shown["href"]}"', self.guest.get(f"/en{self.product()}", HTML)[1])

    def test_the_list_has_pages(self):
        ratings = [self.rated()[1] for _ in range(21)]
        path = f"{self.product()}/ratings"
        first = self.guest.get(path)[1]
        second = self.guest.get(f"{path}?before={first['next']}")[1]
        self.assertEqual([g["id"] for g in first["list"] + second["list"]], ratings[::-1])
        self.assertEqual((len(first["list"]), second["next"], second["ratings"]["n"]), (20, None, 21))
        for bad in ("x", "-1", "0", "99999999999999999999"):
            self.assertEqual(len(self.guest.get(f"{path}?before={bad}")[1]["list"]), 20)

    def test_strangers_read_a_masked_name_and_no_order(self):
        login = f"buyer{Ratings.turn % 4}"
        self.rated(5, "good")
        shown = self.guest.get(f"{self.product()}/ratings")[1]["list"][0]
        self.assertEqual(set(shown), {"id", "name", "stars", "text", "at", "answer", "answered_at"})
        self.assertRegex(shown["name"], r"^.\*\*$")
        for path in (self.product(), f"{self.product()}/ratings"):
            self.assertNotIn(login, self.guest.get(path, HTML)[1])

    def test_what_strangers_write_is_text(self):
        self.rated(1, "<script>alert(1)</script> see http://other.example/kettle & more")
        for path in (self.product(), f"{self.product()}/ratings"):
            page = self.guest.get(path, HTML)[1]
            self.assertIn("&lt;script&gt;alert(1)", page)
            self.assertNotIn("<script>alert", page)
            self.assertNotIn('href="http://other.example', page)

    def test_the_maker_answers_once(self):
        _, rating = self.rated(2, "loud")
        self.assertEqual(self.listed(self.maker, "/factory/ratings", rating)[0]["status"], "shown")
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.office, 403), (self.rival, 404)):
            self.assertEqual(client.post(f"/ratings/{rating}/answer", {"text": "x"})[0], status)
        for text in ("", "  ", "x" * 301, "a\u0007b"):
            status, body = self.maker.post(f"/ratings/{rating}/answer", {"text": text})
            self.assertEqual((status, body["field"]), (422, "text"))
        page = self.maker.post(f"/ratings/{rating}/answer", {"text": "<b>" + "x" * 300}, headers=HTML)[1]
        self.assertIn("&lt;b&gt;xxx", page)  # what was typed stays
        self.assertEqual(self.maker.post(f"/ratings/{rating}/answer", {"text": "we made it quieter"})[0], 200)
        self.assertEqual(self.maker.post(f"/ratings/{rating}/answer", {"text": "and cheaper"})[0], 409)
        self.assertEqual(self.guest.get(self.product())[1]["ratings"]["newest"][0]["answer"], "we made it quieter")
        self.assertEqual(self.listed(self.rival, "/factory/ratings", rating), [])

    def test_the_unanswered_are_first(self):
        answered, open_high, open_low = self.rated(1)[1], self.rated(5)[1], self.rated(2)[1]
        self.maker.post(f"/ratings/{answered}/answer", {"text": "sorry"})
        mine = [g["id"] for g in self.maker.get("/factory/ratings")[1]["list"] if g["id"] in (answered, open_high, open_low)]
        self.assertEqual(mine, [open_low, open_high, answered])

    def test_the_base_hides_with_a_reason(self):
        order, rating = self.rated(1, "write to me instead")
        self.rated(5)
        desk = [g["stars"] for g in self.office.get("/ratings/desk")[1]["list"]]
        self.assertEqual(desk, sorted(desk))
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403)):
            self.assertEqual(client.post(f"/ratings/{rating}/hide", {"text": "x"})[0], status)
        for text in ("", "x" * 301):
            status, body = self.office.post(f"/ratings/{rating}/hide", {"text": text})
            self.assertEqual((status, body["field"]), (422, "text"))
        self.assertEqual(self.office.post(f"/ratings/{rating}/hide", {"text": "advertises"})[0], 200)
        self.assertEqual(self.office.post(f"/ratings/{rating}/hide", {"text": "once more"})[0], 409)
        shown = self.guest.get(self.product())[1]["ratings"]
        self.assertEqual((shown["n"], shown["average"]), (1, "5.0"))
        self.assertNotIn("write to me", self.guest.get(f"{self.product()}/ratings", HTML)[1])
        own = self.buyer.get(f"/orders/{order}")[1]["order"]["ratings"][0]["rating"]  # its author sees why,
        self.assertEqual((own["text"], own["why"]), ("write to me instead", "advertises"))
        self.assertIn("advertises", self.buyer.get(f"/orders/{order}", HTML)[1])
        makers = self.listed(self.maker, "/factory/ratings", rating)[0]  # and the maker
        self.assertEqual((makers["status"], makers["why"]), ("hidden", "advertises"))
        self.assertEqual(self.listed(self.office, "/ratings/desk", rating), [])
        self.assertEqual(len(self.listed(self.office, "/ratings/desk", rating, "hidden")), 1)
        self.assertEqual(self.maker.post(f"/ratings/{rating}/answer", {"text": "x"})[0], 409)

    def test_whose_it_is(self):
        order = self.received()
        for client, status in ((self.guest, 401), (self.other, 404), (self.rival, 404), (self.maker, 404), (self.office, 404)):
            self.assertEqual(self.rate(order, client=client)[0], status)
            self.assertEqual(client.get(f"/orders/{order}/lines/1/rating")[0], status)
        self.assertEqual(self.buyer.get(f"/orders/{order}/lines/1/rating")[0], 200)
        for line in (0, 2, "x", "99999999999999999999"):
            self.assertEqual(self.rate(order, line=line)[0], 404)
        for bad in ("x", "0", "99999999999999999999"):
            self.assertEqual(self.rate(bad)[0], 404)
            self.assertEqual(self.maker.post(f"/ratings/{bad}/answer", {"text": "x"})[0], 404)
            self.assertEqual(self.office.post(f"/ratings/{bad}/hide", {"text": "x"})[0], 404)
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.get("/factory/ratings")[0], status)
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403)):
            self.assertEqual(client.get("/ratings/desk")[0], status)
        self.assertEqual(self.guest.get("/hall/products/no-such/ratings")[0], 404)

    def test_what_is_no_rating(self):
        order = self.received()
        for stars in ("", "0", "6", "-1", "4.5", "x", "99999999999999999999"):
            status, body = self.rate(order, stars)
            self.assertEqual((status, body["field"]), (422, "stars"), stars)
        for text in ("x" * 501, "a\u0007b"):
            status, body = self.rate(order, 5, text)
            self.assertEqual((status, body["field"]), (422, "text"))
        status, page = self.rate(order, 2, "<i>" + "x" * 500, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn("&lt;i&gt;xxx", page)  # what was typed stays,
        self.assertRegex(page, r'value="2" checked|value="2"  checked')  # and what was chosen
        self.assertEqual(self.rate(order, 5, "   ")[0], 200)  # blanks are no words


class LaterPages(Rating):
    def test_a_refusal_on_a_later_page_keeps_what_was_typed(self):
        first = self.rated(5)[1]  # of the unanswered the highest, and of those the oldest: the last
        for _ in range(50):
            self.rated(5)
        for client, page, event in ((self.maker, "/factory/ratings", "answer"), (self.office, "/ratings/desk", "hide")):
            skip = 0
            while not [g for g in client.get(f"{page}?skip={skip}")[1]["list"] if g["id"] == first]:
                skip = client.get(f"{page}?skip={skip}")[1]["next"]
            self.assertGreater(skip, 0)
            form = re.search(f'action="(/ratings/{first}/{event}[^"]*)"', client.get(f"{page}?skip={skip}", headers=HTML)[1])
            status, body = client.post(form[1], {"text": "y" * 301}, headers=HTML)
            self.assertEqual((status, "y" * 301 in body), (422, True))
            self.assertEqual(client.post(form[1], {"text": "so be it"}, headers=HTML)[0], 303)
            self.assertEqual(client.headers["Location"], f"{page}?skip={skip}")


if __name__ == "__main__":
    unittest.main()
