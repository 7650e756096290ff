"""The base's kinds of goods over HTTP, against the real program: test_kinds_http.py GUILDHALL"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
KINDS = "/hall/desk/kinds"


class Kinds(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("maker", "office", "guest")

    def add(self, slug, parent=""):
        status, body = self.office.post(KINDS, {"slug": slug, "name_zh": f"类{slug}", "name_en": slug.title(),
                                                "parent": parent})
        self.assertEqual(status, 200, body)
        return body["id"]

    def test_a_base_begins_with_its_own_kinds(self):
        group = self.add("kitchen")
        kind = self.add("steamer", group)
        self.assertEqual(self.office.post(KINDS, {"slug": "deep", "name_zh": "深", "name_en": "Deep",
                                                  "parent": kind})[0], 422)  # two levels
        self.assertEqual(self.office.post(KINDS, {"slug": "steamer", "name_zh": "深", "name_en": "D"})[0], 409)
        self.assertEqual(self.office.post(KINDS, {"slug": "Bad Slug", "name_zh": "深", "name_en": "D"})[0], 422)
        of_group, of_kind = f"{KINDS}/{group}/attributes", f"{KINDS}/{kind}/attributes"
        power = {"name": "power", "type": "count", "unit": "W", "least": "100", "most": "3000", "required": "1"}
        self.assertEqual(self.office.post(of_group, power)[0], 200)
        self.assertEqual(self.office.post(of_kind, power)[0], 409)  # the group asks for it
        self.assertEqual(self.office.post(of_kind, {"name": "moon", "type": "count"})[0], 422)
        self.assertEqual(self.office.post(of_kind, {"name": "material", "type": "word"})[0], 422)
        self.assertEqual(self.office.post(of_kind, {"name": "capacity", "type": "milli", "unit": "L",
                                                    "least": "9", "most": "1"})[0], 422)
        words = {"name": "material", "type": "word", "word": ["glass", "steel_304"]}
        self.assertEqual(self.office.post(of_kind, words)[0], 200)
        page = self.office.get(f"{KINDS}/{kind}")[1]
        self.assertEqual([(a["name"], a["is_own"]) for a in page["attributes"]],
                         [("power", False), ("material", True)])
        # Makers are asked what the kind and its group ask for.
        form = self.maker.get("/hall/desk/new?kind=steamer")[1]
        self.assertEqual([s["name"] for s in form["specs"]], ["spec_power", "spec_material"])
        product = {"kind": kind, "title_zh": "蒸锅", "model": "S-1", "about_zh": "好", "sku_code_1": "S-1",
                   "sku_price_1": "99", "spec_material": "glass"}
        self.assertEqual(self.maker.post("/hall/desk/products", product)[0], 422)
        self.assertEqual(self.maker.post("/hall/desk/products", {**product, "spec_power": "900"})[0], 200)
        self.assertEqual(self.office.post(of_kind, {"name": "material", "remove": "1"})[0], 200)
        self.assertEqual(self.office.post(of_kind, {"name": "material", "remove": "1"})[0], 404)

    def test_a_rule_weighs_what_stands_there(self):
        def lacks():
            return [x["type"] for x in self.guest.get("/hall/products/kettle-1")[1]["lacks"]]
        rules = f"{KINDS}/1/rules"
        self.assertEqual(lacks(), [])
        self.assertEqual(self.office.post(rules, {"type": "ccc"})[0], 200)
        self.assertEqual(lacks(), ["ccc"])
        self.assertEqual(self.office.post(rules, {"type": "ccc"})[0], 409)
        self.assertEqual(self.office.post(rules, {"type": "moon"})[0], 422)
        self.assertEqual([c["type"] for c in self.office.get(f"{KINDS}/1")[1]["rules"]], ["ccc"])
        self.assertEqual(self.office.post(rules, {"type": "ccc", "remove": "1"})[0], 200)
        self.assertEqual(lacks(), [])
        self.assertEqual(self.office.post(rules, {"type": "ccc", "remove": "1"})[0], 404)

    def test_goods_are_found_under_a_kinds_new_name(self):
        self.assertEqual(self.guest.get("/hall?q=samovar")[1]["total"], 0)
        self.assertEqual(self.office.post(f"{KINDS}/1", {"name_zh": "茶炊", "name_en": "Samovars"})[0], 200)
        self.assertGreater(self.guest.get("/hall?q=samovar")[1]["total"], 0)
        self.assertEqual(self.office.post(f"{KINDS}/1", {"name_zh": "电水壶", "name_en": "Kettles"})[0], 200)

    def test_the_doors(self):
        for path in (KINDS, f"{KINDS}/1"):
            self.assertEqual(self.guest.get(path)[0], 401)
            self.assertEqual(self.maker.get(path)[0], 403)
        for path in (KINDS, f"{KINDS}/1", f"{KINDS}/1/attributes", f"{KINDS}/1/rules"):
            self.assertEqual(self.maker.post(path, {"type": "ccc", "name_zh": "x", "name_en": "x"})[0], 403, path)
        self.assertEqual(self.office.get(f"{KINDS}/99999")[0], 404)


if __name__ == "__main__":
    unittest.main()
