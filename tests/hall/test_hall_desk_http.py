"""The makers' side of the hall over HTTP, against the real program: test_hall_desk_http.py GUILDHALL"""
import html.parser
import pathlib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
KETTLE = {"kind": 1, "title_zh": "快煮壶", "model": "Q-1", "about_zh": "好用", "sku_code_1": "Q-1-A",
          "sku_price_1": "129.5", "sku_stock_1": "30"}


class Form(html.parser.HTMLParser):
    """What a product's form is filled with, by name."""

    def __init__(self, page):
        super().__init__()
        self.fields, self.within, self.choosing = {}, False, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "form":
            self.within = "product-form" in a.get("class", "")
        elif self.within and tag in ("input", "textarea"):
            self.fields[a["name"]] = a.get("value", "")
        elif self.within and tag == "select":
            self.choosing = a["name"]
        elif self.within and tag == "option" and "selected" in a:
            self.fields[self.choosing] = a["value"]


class Desk(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("maker", "rival", "office", "guest")
    made = 0

    @classmethod
    def fill(cls, db):
        db.run("INSERT INTO kind_attributes (kind_id, position, name, kind, unit, words, least, most)"
               " VALUES (1, 1, 'power', 'count', 'W', '', 0, 0), (1, 2, 'capacity', 'milli', 'L', '', 0, 0),"
               " (1, 3, 'material', 'word', '', 'steel_304 glass', 0, 0)")
        db.run("INSERT INTO kinds (id, slug, name_zh, name_en, position)"
               " VALUES (2, 'board', '板', 'Board', 9), (3, 'lamp', '灯', 'Lamp', 10)")
        db.count_on("kinds")

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

    def test_what_the_second_editor_did_not_touch_is_the_firsts(self):
        id, form = self.add(title_en="One", gtin_1="")
        product = f"/hall/desk/products/{id}"
        sku = self.maker.get(product)[1]["skus"][0]["id"]
        old = {**form, "version": 1, "sku_id_1": sku}
        first = {**old, "title_en": "First", "moq": "7", "sku_price_1": "99", "sku_code_2": form["sku_code_1"] + "2",
                 "sku_price_2": "88"}
        self.assertEqual(self.send(self.maker, product, first)[0], 303)
        status, page = self.send(self.maker, product, {**old, "title_zh": "二", "moq": "9"})
        self.assertEqual(status, 409)
        for kept in ('name="title_zh" value="二"', 'name="title_en" value="First"', 'name="moq" value="9"',
                     'name="sku_price_1" value="99"', f'name="sku_code_2" value="{form["sku_code_1"]}2"',
                     'name="sku_price_2" value="88"'):
            self.assertIn(kept, page)

    def two_edit(self, before, first, second):
        """What the second editor is shown: both began with the same; the first saves once for each of `first`."""
        id, form = self.add(**before)
        product = f"/hall/desk/products/{id}"
        form |= {"version": 1, "sku_id_1": self.maker.get(product)[1]["skus"][0]["id"]}
        for n, changes in enumerate(first, 1):
            form_of_first = {**form, **changes, "version": n}
            self.assertEqual(self.send(self.maker, product, form_of_first)[0], 303)
        status, page = self.send(self.maker, product, {**form, **second})
        self.assertEqual(status, 409)
        return Form(page).fields

    BEFORE = {"moq": "5", "spec_power": "1500", "spec_material": "glass", "sku_name_zh_1": "白", "sku_price_1": "129.5"}
    FIRST = {"moq": "7", "spec_power": "1800", "spec_material": "steel_304", "spec_capacity": "1.7",
             "sku_name_zh_1": "黑", "sku_price_1": "99", "sku_list_price_1": "199", "sku_on_1": "0"}

    def test_each_entry_is_of_who_touched_it(self):
        later = {**self.FIRST, "moq": "9"}
        shown = self.two_edit(self.BEFORE, [self.FIRST, later], {"title_zh": "二"})
        self.assertEqual({k: shown[k] for k in later}, later)
        self.assertEqual((shown["title_zh"], shown["version"]), ("二", "3"))

    def test_a_variant_with_another_code_is_the_same(self):
        first = [{"sku_code_1": "C-1", "sku_price_1": "99"}, {"sku_code_1": "C-2", "sku_price_1": "98", "sku_on_1": "0"}]
        shown = self.two_edit(self.BEFORE, first, {"title_zh": "二"})
        self.assertEqual({k: shown[k] for k in first[1]}, first[1])
        first = [{"sku_code_1": "D-1"}, {"sku_code_1": "D-2", "sku_price_1": "98"}]
        second = {"sku_code_1": "D-3", "sku_price_1": "97"}
        shown = self.two_edit(self.BEFORE, first, second)
        self.assertEqual({k: shown[k] for k in second}, second)

    def test_of_what_both_touched_the_second_sees_his_own(self):
        second = {"moq": "6", "spec_power": "2000", "spec_material": "", "spec_capacity": "2", "sku_name_zh_1": "灰",
                  "sku_price_1": "88", "sku_list_price_1": "299"}
        shown = self.two_edit(self.BEFORE, [self.FIRST], second)
        self.assertEqual({k: shown.get(k, "") for k in second}, second)

    def test_the_kind_is_of_who_chose_it(self):
        self.assertEqual(self.two_edit({}, [{"kind": 2}], {"title_zh": "二"})["kind"], "2")
        self.assertEqual(self.two_edit({}, [{"kind": 2}], {"kind": 3})["kind"], "3")

    def test_nobody_approves_what_he_has_not_seen(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        self.assertEqual(self.maker.post(f"{product}/move", {"event": "submit"})[0], 200)
        seen = self.office.get(product)[1]["product"]["version"]
        sku = self.maker.get(product)[1]["skus"][0]["id"]
        for move in ("recall", "submit"):
            self.assertEqual(self.maker.post(f"{product}/move", {"event": move})[0], 200)
            if move == "recall":
                edit = {**form, "version": 1, "sku_id_1": sku, "about_zh": "全国最好"}
                self.assertEqual(self.maker.post(product, edit)[0], 200)
        status, page = self.send(self.office, f"{product}/move", {"event": "approve", "version": seen})
        self.assertEqual(status, 409)
        self.assertIn("Somebody else has saved meanwhile", page)
        self.assertIn("<ins>全国最好</ins>", page)
        self.assertEqual(self.office.post(f"{product}/move", {"event": "approve", "version": seen + 1})[0], 200)

    def test_another_kind_is_for_the_base_once_it_is_on_show(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        sku = self.maker.get(product)[1]["skus"][0]["id"]
        with self.town.database.connect() as db:
            db.run("INSERT INTO kinds (slug, name_zh, name_en, position) VALUES (?, '组', 'Group', 10)", f"g{id}")
            group = db.one("SELECT id FROM kinds WHERE slug = ?", f"g{id}")
            db.run("INSERT INTO kinds (slug, name_zh, name_en, position, parent_id)"
                   " VALUES (?, '叶', 'Leaf', 11, ?)", f"l{id}", group)
        edit = {**form, "version": 1, "sku_id_1": sku}
        self.assertEqual(self.maker.post(product, {**edit, "kind": group})[0], 422)
        self.assertEqual(self.maker.post(product, {**edit, "kind": 3})[0], 200)
        self.show(product)
        edit["version"] = 2
        self.assertEqual(self.maker.post(product, {**edit, "kind": 2})[0], 409)
        self.assertEqual(self.office.post(product, {**edit, "kind": 2})[0], 200)
        changes = self.maker.get(product)[1]["events"][0]["changes"]
        self.assertEqual([c["to"] for c in changes if c["field"] == "kind"], ["板"])

    def test_the_board_leads_to_a_word_however_many_there_are(self):
        products = [self.add(title_zh="全国最好的壶")[0] for _ in range(3)]
        flags = [self.maker.get(f"/hall/desk/products/{id}")[1]["flags"][0]["id"] for id in products]
        rows = self.office.get("/board/flags")[1]["rows"]
        self.assertIn(f"/hall/flags?flag={flags[2]}#flag-{flags[2]}", [r["link"] for r in rows])
        page = self.office.get(f"/hall/flags?flag={flags[2]}")[1]
        self.assertEqual((page["flags"][0]["id"], page["is_settled"]), (flags[2], False))
        self.assertLess(self.office.get("/hall/flags")[1]["flags"][0]["id"], flags[2])
        self.assertEqual(self.office.post(f"/hall/flags/{flags[2]}", {"note": "a name"})[0], 200)
        self.assertTrue(self.office.get(f"/hall/flags?flag={flags[2]}")[1]["is_settled"])
        self.assertEqual(self.office.get("/hall/flags?flag=x")[0], 422)

    def test_a_list_price_can_go_alone(self):
        id, form = self.add(sku_list_price_1="199")
        product = f"/hall/desk/products/{id}"
        sku = self.maker.get(product)[1]["skus"][0]["id"]
        edit = {**form, "version": 1, "sku_id_1": sku, "sku_list_price_1": ""}
        self.assertEqual(self.maker.post(product, edit)[0], 200)
        page = self.maker.get(product)[1]
        self.assertEqual(page["skus"][0]["list_price"], "")
        changes = page["events"][0]["changes"]
        self.assertEqual([(c["from"], c["to"]) for c in changes], [("199", "")])

    def test_variants_are_twenty_with_those_off_sale(self):
        id, form = self.add()
        product = f"/hall/desk/products/{id}"
        many = {k: v for k, v in form.items() if not k.startswith("sku_")}
        for n in range(1, 21):
            many |= {f"sku_code_{n}": f"M{id}-{n}", f"sku_price_{n}": "9"}
        self.assertEqual(self.maker.post(product, {**many, "version": 1})[0], 422)  # and the first one
        for n in (20,):
            del many[f"sku_code_{n}"], many[f"sku_price_{n}"]
        self.assertEqual(self.maker.post(product, {**many, "version": 1})[0], 200)
        cell = {"version": 2, "field": "moq", "value": "3"}
        self.assertEqual(self.maker.post(f"{product}/cell", cell)[0], 200)

    def test_a_number_has_one_form(self):
        self.add(sku_gtin_1="036000291452")
        status, _ = self.maker.post("/hall/desk/products", {
            **KETTLE, "model": "G-2", "sku_code_1": "G-2", "sku_gtin_1": "00036000291452"})
        self.assertEqual(status, 409)

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
            self.assertEqual(self.client("buyer0").get(path)[0], 403, path)
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
