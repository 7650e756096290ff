"""The makers' side of the hall over HTTP, against the real program: test_hall_desk_http.py GUILDHALL"""
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
KETTLE = {"kind": 1, "title_zh": "快煮壶", "model": "Q-1", "about_zh": "好用", "sku_code_1": "Q-1-A",
          "sku_price_1": "129.5", "sku_stock_1": "30"}


class Desk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(PROGRAM, buyers=1)
        cls.town.start()
        cls.made = 0

    @classmethod
    def tearDownClass(cls):
        ended = cls.town.stop()
        cls.town.__exit__(None if ended == 0 else RuntimeError, None, None)

    def setUp(self):
        self.maker, self.rival, self.office, self.guest = (
            self.town.client(who) for who in ("maker", "rival", "office", None))
        for client in (self.maker, self.rival, self.office, self.guest):
            self.addCleanup(client.close)

    def add(self, **changes):
        Desk.made += 1
        form = {**KETTLE, "model": f"Q-{self.made}", "sku_code_1": f"Q-{self.made}-A", **changes}
        status, body = self.maker.post("/hall/desk/products", form)
        self.assertEqual(status, 200, body)
        return body["id"], form

    @staticmethod
    def send(client, path, fields):
        """As a browser sends a form."""
        return client.request("POST", path, urllib.parse.urlencode(fields).encode(), {
            **HTML, "Content-Type": "application/x-www-form-urlencoded"})

    def show(self, product):
        self.assertEqual(self.maker.post(f"{product}/move", {"event": "submit"})[0], 200)
        self.assertEqual(self.office.post(f"{product}/move", {"event": "approve"})[0], 200)

    def test_from_draft_to_the_hall(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        page = self.maker.get(product)[1]
        self.assertEqual(page["product"]["status"], "draft")
        self.assertEqual(self.guest.get("/hall/products/maker-one-" + form["model"].lower())[0], 404)
        self.show(product)
        status, shown = self.guest.get("/hall/products/maker-one-" + form["model"].lower())
        self.assertEqual((status, shown["product"]["title"]), (200, "快煮壶"))
        self.assertEqual((shown["skus"][0]["stock"], shown["skus"][0]["price"]["fen"]), (30, 12950))
        self.assertEqual(self.maker.post(f"{product}/move", {"event": "withdraw"})[0], 200)
        self.assertEqual(self.guest.get("/hall/products/maker-one-" + form["model"].lower())[0], 404)

    def test_every_fault_is_said_at_once_and_nothing_is_kept(self):
        before = self.maker.get("/hall/desk")[1]["all"]
        form = {**KETTLE, "title_zh": "", "moq": "many", "sku_price_1": "-3", "sku_gtin_1": "123"}
        status, page = self.send(self.maker, "/hall/desk/products", form)
        self.assertEqual(status, 422)
        self.assertIn("4 entries need mending", page)
        for said in ("This is needed", "A whole number from 1 to 1,000,000", "check digit"):
            self.assertIn(said, page)
        self.assertIn('value="-3"', page)
        self.assertEqual(self.maker.get("/hall/desk")[1]["all"], before)

    def test_the_second_editor_sees_what_the_first_changed(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        sku = self.maker.get(product)[1]["skus"][0]["id"]
        form = {**form, "version": 1, "sku_id_1": sku}
        first = self.send(self.maker, product, {**form, "title_zh": "甲"})
        self.assertEqual(first[0], 303)
        status, page = self.send(self.maker, product, {**form, "title_zh": "乙"})
        self.assertEqual(status, 409)
        self.assertIn("Somebody else has saved meanwhile", page)
        self.assertIn("<ins>甲</ins>", page)
        self.assertIn('name="title_zh" value="乙"', page)
        self.assertIn('name="version" value="2"', page)
        again = self.send(self.maker, product, {**form, "version": 2, "title_zh": "乙"})
        self.assertEqual(again[0], 303)
        self.assertEqual(self.maker.get(product)[1]["product"]["title"], "乙")

    def test_cells_are_saved_by_version(self):
        id, _ = self.add()
        cell = f"/hall/desk/products/{id}/cell"
        status, body = self.maker.post(cell, {"version": 1, "field": "moq", "value": "50"})
        self.assertEqual((status, body["version"]), (200, 2))
        self.assertEqual(self.maker.post(cell, {"version": 1, "field": "moq", "value": "60"})[0], 409)
        status, body = self.maker.post(cell, {"version": 2, "field": "price", "value": "¥99"})
        self.assertEqual((status, body["price"]["fen"]), (200, 9900))
        for field, value in (("moq", "0"), ("status", "on"), ("price", "x"), ("video_url", "x")):
            self.assertEqual(
                self.maker.post(cell, {"version": 3, "field": field, "value": value})[0], 422, field)

    def test_the_doors(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        for path in ("/hall/desk", "/hall/desk/new", product):
            self.assertEqual(self.guest.get(path)[0], 401, path)
            self.assertEqual(self.town.client("buyer0").get(path)[0], 403, path)
        self.assertEqual(self.rival.get(product)[0], 404)
        for path, body in ((product, {**form, "version": 1}), (f"{product}/move", {"event": "submit"}),
                           (f"{product}/cell", {"version": 1, "field": "moq", "value": "9"})):
            self.assertEqual(self.rival.post(path, body)[0], 404, path)
        self.assertEqual(self.maker.post(f"{product}/move", {"event": "submit"})[0], 200)
        self.assertEqual(self.maker.post(f"{product}/move", {"event": "approve"})[0], 403)
        self.assertEqual(self.office.post(f"{product}/move", {"event": "return"})[0], 422)
        self.assertEqual(self.office.post(f"{product}/move", {"event": "edit"})[0], 422)
        names = {p["id"] for p in self.rival.get("/hall/desk")[1]["products"]}
        self.assertNotIn(id, names)
        self.assertIn(id, {p["id"] for p in self.office.get("/hall/desk?status=review")[1]["products"]})

    def test_another_makers_variant_cannot_be_taken(self):
        id, form = self.add()
        other = 4  # the rival's
        status, _ = self.maker.post(f"/hall/desk/products/{id}",
                                    {**form, "version": 1, "sku_id_1": other})
        self.assertEqual(status, 422)


if __name__ == "__main__":
    unittest.main()
