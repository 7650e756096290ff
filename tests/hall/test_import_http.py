"""Bringing sheets in over HTTP, against the real program: test_import_http.py GUILDHALL"""
import io
import pathlib
import sys
import time
import unittest
import uuid
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import Town  # noqa: E402

PROGRAM = sys.argv.pop(1)
GOODS = ("品类,型号,中文品名,中文说明,货号,规格（中文）,商品条码,价格(元),首批库存\n"
         "电水壶,AK-1,快煮壶,好用,AK-1-W,白,96385074,129,30\n"
         "电水壶,AK-1,快煮壶,,AK-1-G,绿,,\"1,139.50\",20\n"
         "Kettles,AK-2,细嘴壶,好用,,,,99,\n")


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.town = Town(PROGRAM, buyers=1)
        cls.town.start()

    @classmethod
    def tearDownClass(cls):
        ended = cls.town.stop()
        cls.town.__exit__(None if ended == 0 else RuntimeError, None, None)

    def setUp(self):
        self.maker, self.rival, self.office = (
            self.town.client(who) for who in ("maker", "rival", "office"))
        for client in (self.maker, self.rival, self.office):
            self.addCleanup(client.close)

    def upload(self, client, data, name="goods.csv"):
        mark = uuid.uuid4().hex
        body = (f'--{mark}\r\nContent-Disposition: form-data; name="sheet"; filename="{name}"\r\n'
                f"Content-Type: application/octet-stream\r\n\r\n").encode() + data + (
                    f"\r\n--{mark}--\r\n").encode()
        return client.request("POST", "/hall/import", body, {
            "Content-Type": f"multipart/form-data; boundary={mark}"})

    def wait(self, id):
        """Until nothing is being done with it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            page = self.maker.get(f"/hall/import/{id}")[1]
            if not page["import"]["is_at_work"]:
                return page
            time.sleep(0.05)
        self.fail("the import does not end")

    def bring(self, data, name="goods.csv"):
        status, body = self.upload(self.maker, data, name)
        self.assertEqual(status, 200, body)
        return body["id"], self.wait(body["id"])

    def test_a_sheet_in_each_encoding(self):
        for i, encoding in enumerate(("utf-8-sig", "gb18030", "utf-16", "utf-16-be")):
            data = GOODS.replace("AK-", f"E{i}-").replace("96385074", "")
            data = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + data.encode(encoding)
            id, page = self.bring(data)
            self.assertEqual((page["import"]["faults"], page["import"]["new"]), (0, 2), encoding)

    def test_mended_taken_and_sent_to_review(self):
        id, page = self.bring(GOODS.replace("Kettles", "moon").replace(",99,", ",-9,").encode())
        one = f"/hall/import/{id}"
        self.assertEqual([(f["letters"], f["row"]) for f in page["faults"]], [("A", 4), ("H", 4)])
        self.assertEqual(self.maker.post(f"{one}/take")[0], 409)
        before = self.maker.get("/hall/desk")[1]["all"]
        self.assertEqual(self.maker.post(f"{one}/cells", {"cell_4_1": "电水壶", "cell_4_8": "99"})[0], 200)
        self.assertEqual(self.wait(id)["import"]["faults"], 0)
        self.assertEqual(self.maker.get("/hall/desk")[1]["all"], before)
        self.assertEqual(self.maker.post(f"{one}/take")[0], 200)
        page = self.wait(id)
        self.assertEqual(page["import"]["status"], "taken", page)
        self.assertEqual(self.maker.get("/hall/desk")[1]["all"], before + 2)
        self.assertEqual(self.maker.post(f"{one}/take")[0], 409)
        self.assertEqual(self.maker.post(f"{one}/submit")[0], 200)
        self.assertEqual({p["status"] for p in self.maker.get(one)[1]["products"]}, {"review"})
        self.assertEqual(self.town.check()[0], 0)

    def test_what_is_no_sheet_says_so(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/workbook.xml", b"<workbook>" + b" " * 300_000_000)
        for data in (b"%PDF-1.7 no", b"\x00\x01\x02" * 50, bomb.getvalue(), b"a,b\n1,2\n"):
            id, page = self.bring(data, "x.xlsx")
            self.assertEqual(page["import"]["status"], "failed")
            self.assertTrue(page["import"]["why"])
        self.assertEqual(self.upload(self.maker, b"")[0], 422)

    def test_columns_can_be_told(self):
        id, page = self.bring("Typ,型号,中文品名,价格\n电水壶,T-1,壶,9\n".encode())
        self.assertEqual([f["message"] for f in page["faults"]], ["没有品类"])
        keys = {f"column_{c['n']}": c["key"] for c in page["columns"]}
        self.assertEqual(self.maker.post(f"/hall/import/{id}/mapping", {**keys, "column_1": "model"})[0],
                         422)
        self.assertEqual(self.maker.post(f"/hall/import/{id}/mapping", {**keys, "column_1": "kind"})[0],
                         200)
        self.assertEqual(self.wait(id)["import"]["faults"], 0)

    def test_the_doors(self):
        id, _ = self.bring(GOODS.replace("AK-", "D-").replace("96385074", "").encode())
        one = f"/hall/import/{id}"
        guest, buyer = self.town.client(), self.town.client("buyer0")
        for path in ("/hall/import", one, "/hall/desk/products.xlsx"):
            self.assertEqual(guest.get(path)[0], 401, path)
            self.assertEqual(buyer.get(path)[0], 403, path)
        self.assertEqual(self.rival.get(one)[0], 404)
        for step in ("mapping", "cells", "take", "submit"):
            self.assertEqual(self.rival.post(f"{one}/{step}")[0], 404, step)
        self.assertEqual(self.upload(buyer, GOODS.encode())[0], 403)


if __name__ == "__main__":
    unittest.main()
