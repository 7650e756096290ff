"""Certificates over HTTP, against the real program: test_certificates_http.py GUILDHALL"""
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed, object_of, sweep  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
CCC = {"type": "ccc", "number": "2026-1", "issued_on": "2025-01-05", "valid_until": "2099-01-05"}
PDF = b"%PDF-1.4 a scan \x00\xff" * 2000


def png(size="800x1100"):
    return subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={size}",
                           "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", "pipe:1"],
                          stdout=subprocess.PIPE, check=True).stdout


class Certificates(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("maker", "rival", "office", "buyer")

    @classmethod
    def fill(cls, db):
        db.run("INSERT INTO certificate_rules (kind_id, type, market) VALUES (1, 'ccc', 'home')")
        db.run("UPDATE products SET lacks = 'ccc' WHERE id = 1")
        db.run("INSERT INTO kinds (slug, name_zh, name_en, position) VALUES ('board', '板', 'Board', 9)")
        db.run("UPDATE products SET kind_id = (SELECT id FROM kinds WHERE slug = 'board') WHERE id = 4")

    def with_ccc(self):
        """What is found by it."""
        return [p["slug"] for p in self.buyer.get("/hall?certificate=ccc")[1]["products"]]

    def buy(self, key):
        return self.buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER}, key=key)[0]

    def test_an_expired_one_is_replaced_and_the_goods_are_sold_again(self):
        self.assertEqual(self.buy("before-approval"), 409)
        status, body = self.maker.post("/certificates", {**CCC, "product": 1})
        self.assertEqual(status, 200, body)
        first = f"/certificates/{body['id']}"
        self.assertEqual(self.office.post(f"{first}/move", {"event": "approve"})[0], 200)
        self.assertEqual(self.buy("while-it-counts"), 201)
        self.assertIn("kettle-1", self.with_ccc())
        page = self.buyer.get("/hall/products/kettle-1")[1]
        self.assertEqual([c["number"] for c in page["certificates"]], ["2026-1"])
        self.assertEqual(self.office.post(f"{first}/move", {"event": "revoke"})[0], 422)
        self.assertEqual(
            self.office.post(f"{first}/move", {"event": "revoke", "note": "recalled"})[0], 200)
        self.assertEqual(self.buy("after-it-was-revoked"), 409)
        self.assertNotIn("kettle-1", self.with_ccc())
        self.assertEqual([x["type"] for x in self.buyer.get("/hall/products/kettle-1")[1]["lacks"]],
                         ["ccc"])
        status, body = self.maker.post("/certificates", {**CCC, "number": "2026-2", "product": 1,
                                                         "replaces": body["id"]})
        self.assertEqual(status, 200, body)
        self.assertEqual(
            self.office.post(f"/certificates/{body['id']}/move", {"event": "approve"})[0], 200)
        self.assertEqual(self.buy("once-replaced"), 201)
        self.assertEqual(self.town.check()[0], 0)

    def send(self, client, path, fields, scan, name="scan.pdf"):
        headers, body = form(("scan", name, scan), **fields)
        return client.request("POST", path, body, headers)

    def raw(self, client, path):
        """(status, type, disposition, bytes)"""
        client.get("/healthz")
        client.connection.request("GET", path, headers={"Authorization": f"Bearer {client.token}"})
        answer = client.connection.getresponse()
        return (answer.status, answer.headers["Content-Type"],
                answer.headers.get("Content-Disposition", ""), answer.read())

    def test_a_scan_is_for_its_maker_and_the_base_and_harms_nobody(self):
        status, body = self.send(self.maker, "/certificates", {**CCC, "number": "S-1", "product": 3}, PDF)
        self.assertEqual(status, 200, body)
        one = f"/certificates/{body['id']}"
        self.assertEqual(self.maker.get(one)[1]["certificate"]["scan"], f"{one}/scan")
        for client in (self.maker, self.office):
            self.assertEqual(self.raw(client, f"{one}/scan"),
                             (200, "application/pdf", "attachment; filename*=UTF-8''S-1.pdf", PDF))
        self.assertEqual(self.rival.get(f"{one}/scan")[0], 404)
        self.assertEqual(self.buyer.get(f"{one}/scan")[0], 403)
        guest = self.client()
        self.assertEqual(guest.get(f"{one}/scan")[0], 401)
        # A picture is drawn anew, whatever it was called; what hid behind it is gone.
        fields = {**CCC, "number": "S-1", "product": 3, "version": 1}
        self.assertEqual(self.send(self.maker, one, fields, png() + b"<script>hidden</script>", "a.pdf")[0],
                         200)
        status, kind, shown, picture = self.raw(self.office, f"{one}/scan")
        self.assertEqual((status, kind, shown[:6], picture[:3]),
                         (200, "image/jpeg", "inline", b"\xff\xd8\xff"))
        self.assertNotIn(b"hidden", picture)
        for bad, name in ((b"<svg onload=alert(1)>", "x.png"), (b"MZ\x90", "x.pdf"), (png()[:900], "x.png"),
                          (b"%PDF", "short.pdf")):
            status, body = self.send(self.maker, one, {**fields, "version": 2}, bad, name)
            self.assertEqual((status, body["field"]), (422, "scan"), name)
        # Saved without another one, it stays.
        self.assertEqual(self.maker.post(one, {**fields, "version": 2})[0], 200)
        self.assertEqual(self.raw(self.maker, f"{one}/scan")[3], picture)

    def test_what_a_scan_replaces_or_a_refusal_leaves_goes_a_day_later(self):
        first, second, third, refused = (PDF + bytes([i]) for i in range(4))
        fields = {**CCC, "number": "G-1", "product": 3}
        one = f"/certificates/{self.send(self.maker, '/certificates', fields, first)[1]['id']}"
        for version, scan in ((1, second), (2, second), (3, third)):
            self.assertEqual(self.send(self.maker, one, {**fields, "version": version}, scan)[0], 200)
        page = self.maker.get(one)[1]
        self.assertEqual(len(page["events"]), 4)
        status, body = self.send(self.maker, one, {**fields, "version": 1}, refused)
        self.assertEqual((status, body["field"]), (409, "version"))
        first, second, current, refused = map(object_of, (first, second, third, refused))
        self.assertLessEqual({first, second, refused}, listed(self.town))
        self.assertNotIn(current, listed(self.town))
        sweep(self, self.town, first, others=(second, refused, current))
        sweep(self, self.town, second, others=(refused, current))
        sweep(self, self.town, refused, others=(current,))
        self.assertEqual(self.maker.get(one)[1], page)
        self.assertEqual(self.raw(self.maker, f"{one}/scan")[3], third)

    def test_one_is_renewed_under_its_number(self):
        fields = {**CCC, "number": "R-1", "product": 3}
        old = self.maker.post("/certificates", fields)[1]["id"]
        self.assertEqual(self.office.post(f"/certificates/{old}/move", {"event": "approve"})[0], 200)
        self.assertEqual(self.maker.post("/certificates", fields)[0], 409)
        status, body = self.maker.post("/certificates", {**fields, "replaces": old, "valid_until": "2099-12-31"})
        self.assertEqual(status, 200, body)
        new = body["id"]
        page = self.maker.get(f"/certificates/{old}")[1]
        self.assertEqual((page["successor"]["id"], page["successor"]["is_valid"], page["may_replace"]),
                         (new, False, False))
        self.assertEqual(self.office.post(f"/certificates/{new}/move", {"event": "approve"})[0], 200)
        page = self.maker.get(f"/certificates/{old}")[1]
        self.assertEqual((page["certificate"]["status"], page["successor"]["is_valid"]), ("expired", True))
        self.assertEqual(len(page["events"]), 3)  # it keeps its own history
        self.assertEqual([c["valid_until"] for c in self.buyer.get("/hall/products/kettle-3")[1]["certificates"]
                          if c["number"] == "R-1"], ["2099-12-31"])

    def test_goods_of_a_suspended_maker_are_not_sold(self):
        def order(key):
            return self.buyer.post("/orders", {"sku": 4, "quantity": 1, **RECEIVER}, key=key)[0]
        slug = self.rival.get("/hall/desk")[1]["products"][0]["slug"]
        factory = self.rival.get("/factory")[1]["factory"]
        move = f"/factories/{factory['id']}/move"
        self.assertEqual(self.office.post(move, {"event": "suspend", "note": "inspection",
                                                 "version": factory["version"] + 1})[0], 409)
        self.assertEqual(self.office.post(move, {"event": "suspend", "note": "inspection",
                                                 "version": factory["version"]})[0], 200)
        page = self.buyer.get(f"/hall/products/{slug}")[1]
        self.assertEqual([x["type"] for x in page["lacks"]], ["maker"])
        self.assertEqual(order("suspended-maker"), 409)
        self.assertEqual(self.office.post(move, {"event": "resume"})[0], 200)
        self.assertEqual(order("resumed-maker"), 201)

    def test_what_is_saved_is_weighed(self):
        def lacks():
            return [x["type"] for x in self.buyer.get("/hall/products/kettle-2")[1]["lacks"]]

        def sell(market):
            version = self.maker.get("/hall/desk/products/2")[1]["product"]["version"]
            self.assertEqual(self.maker.post("/hall/desk/products/2/cell", {
                "version": version, "field": "market", "value": market})[0], 200)
        sell("both")
        before = lacks()
        sell("export")
        self.assertEqual(lacks(), ["export"])
        sell("both")
        self.assertEqual(lacks(), before)

    def test_nobody_approves_what_he_has_not_seen(self):
        status, body = self.maker.post("/certificates", {**CCC, "number": "2026-70", "product": 2})
        self.assertEqual(status, 200, body)
        one = f"/certificates/{body['id']}"
        seen = self.office.get(one)[1]["certificate"]["version"]
        edit = {**CCC, "number": "2026-71", "product": 2, "version": seen}
        self.assertEqual(self.maker.post(one, edit)[0], 200)
        self.assertEqual(self.office.post(f"{one}/move", {"event": "approve", "version": seen})[0], 409)
        self.assertEqual(self.office.post(f"{one}/move", {"event": "approve", "version": seen + 1})[0], 200)

    def test_a_form_that_is_refused_keeps_what_was_sent(self):
        status, body = self.maker.post("/certificates", {**CCC, "number": "2026-80", "product": [1, 2]})
        self.assertEqual(status, 200, body)
        one = f"/certificates/{body['id']}"
        form = {**CCC, "number": "2026-81", "valid_until": "2001-13-99", "product": 2, "version": 1}
        status, page = self.maker.request("POST", one, urllib.parse.urlencode(form).encode(), {
            "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(status, 422)
        self.assertIn('value="2026-81"', page)
        self.assertIn('value="2001-13-99"', page)
        ticked = re.findall(r'name="product" value="(\d+)"[^>]* checked', page)
        self.assertEqual(ticked, ["2"])

    def test_a_long_list_goes_on(self):
        with self.town.database.connect() as db:
            for i in range(130):
                db.run("INSERT INTO certificates (organisation_id, type, number, class, scope, issued_on, valid_until,"
                       " status, version, created_at, updated_at) VALUES (2, 'ce', ?, '', '', '2020-01-01', ?,"
                       " 'expired', 1, 1, 1)", f"L-{i}", f"2024-01-{i % 28 + 1:02}")
        for query in ("", "&status=expired", "&within=90"):
            found, after = [], 0
            while after is not None:
                page = self.office.get(f"/certificates?after={after}{query}")[1]
                found += [c["number"] for c in page["certificates"]]
                after = page.get("next")
            mine = [n for n in found if n.startswith("L-")]
            self.assertEqual((len(mine), len(set(mine))), (130, 130), query)

    def test_the_doors(self):
        status, body = self.maker.post("/certificates", {**CCC, "number": "D-1", "product": 2})
        self.assertEqual(status, 200, body)
        one = f"/certificates/{body['id']}"
        guest = self.client()
        for path in ("/certificates", "/certificates/new", one, "/certificates/checklist/1"):
            self.assertEqual(guest.get(path)[0], 401, path)
            self.assertEqual(self.buyer.get(path)[0], 403, path)
        for path in (one, "/certificates/checklist/1"):
            self.assertEqual(self.rival.get(path)[0], 404, path)
        self.assertEqual(self.rival.post(one, {**CCC, "version": 1, "product": 4})[0], 404)
        self.assertEqual(self.maker.post(f"{one}/move", {"event": "approve"})[0], 403)
        self.assertEqual(self.maker.post("/certificates", {**CCC, "number": "D-2", "product": 4})[0],
                         422)  # the rival's product
        self.assertEqual(self.maker.post("/certificates", {**CCC, "type": "town_mark", "number": "D-3",
                                                           "product": 2})[0], 403)
        self.assertEqual(self.office.post("/certificates", {
            **CCC, "type": "town_mark", "number": "ZZ-1", "product": 2, "factory": 1})[0], 200)
        self.assertNotIn("D-1", [c["number"] for c in self.rival.get("/certificates")[1]["certificates"]])
        self.assertEqual(self.maker.post("/certificates/checklist/1", {"item": "label", "done": 1})[0],
                         200)
        ticked = {c["item"]: c["is_done"] for c in self.maker.get("/certificates/checklist/1")[1]["checks"]}
        self.assertTrue(ticked["label"])
        self.assertEqual(self.maker.post("/certificates/checklist/1", {"item": "voltage"})[0], 422)
        self.assertEqual(self.rival.post("/certificates/checklist/1", {"item": "label"})[0], 404)


if __name__ == "__main__":
    unittest.main()
