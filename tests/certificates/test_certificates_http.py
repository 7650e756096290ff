"""Certificates over HTTP, against the real program: test_certificates_http.py GUILDHALL"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
CCC = {"type": "ccc", "number": "2026-1", "issued_on": "2025-01-05", "valid_until": "2099-01-05"}


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(PROGRAM, buyers=1)
        with cls.town.database.connect() as db:
            db.run("INSERT INTO certificate_rules (kind_id, type, market) VALUES (1, 'ccc', 'home')")
            db.run("UPDATE products SET lacks = 'ccc' WHERE id = 1")
        cls.town.start()

    @classmethod
    def tearDownClass(cls):
        ended = cls.town.stop()
        cls.town.__exit__(None if ended == 0 else RuntimeError, None, None)

    def setUp(self):
        self.maker, self.rival, self.office, self.buyer = (
            self.town.client(who) for who in ("maker", "rival", "office", "buyer0"))
        for client in (self.maker, self.rival, self.office, self.buyer):
            self.addCleanup(client.close)

    def buy(self, key):
        return self.buyer.post("/orders", {"sku": 1, "quantity": 1, **RECEIVER}, key=key)[0]

    def test_an_expired_one_is_replaced_and_the_goods_are_sold_again(self):
        self.assertEqual(self.buy("before-approval"), 409)
        status, body = self.maker.post("/certificates", {**CCC, "product": 1})
        self.assertEqual(status, 200, body)
        first = f"/certificates/{body['id']}"
        self.assertEqual(self.office.post(f"{first}/move", {"event": "approve"})[0], 200)
        self.assertEqual(self.buy("while-it-counts"), 201)
        page = self.buyer.get("/hall/products/kettle-1")[1]
        self.assertEqual([c["number"] for c in page["certificates"]], ["2026-1"])
        self.assertEqual(self.office.post(f"{first}/move", {"event": "revoke"})[0], 422)
        self.assertEqual(
            self.office.post(f"{first}/move", {"event": "revoke", "note": "recalled"})[0], 200)
        self.assertEqual(self.buy("after-it-was-revoked"), 409)
        self.assertEqual([x["type"] for x in self.buyer.get("/hall/products/kettle-1")[1]["lacks"]],
                         ["ccc"])
        status, body = self.maker.post("/certificates", {**CCC, "number": "2026-2", "product": 1,
                                                         "replaces": body["id"]})
        self.assertEqual(status, 200, body)
        self.assertEqual(
            self.office.post(f"/certificates/{body['id']}/move", {"event": "approve"})[0], 200)
        self.assertEqual(self.buy("once-replaced"), 201)
        self.assertEqual(self.town.check()[0], 0)

    def test_the_doors(self):
        status, body = self.maker.post("/certificates", {**CCC, "number": "D-1", "product": 2})
        self.assertEqual(status, 200, body)
        one = f"/certificates/{body['id']}"
        guest = self.town.client()
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
