"""Bringing sheets in over HTTP, against the real program: test_import_http.py GUILDHALL"""
import io
import pathlib
import socket
import sys
import time
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed, object_of  # noqa: E402
from town import TownCase  # noqa: E402
from uploads import archive, form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)
GOODS = ("品类,型号,中文品名,中文说明,货号,规格（中文）,商品条码,价格(元),首批库存\n"
         "电水壶,AK-1,快煮壶,好用,AK-1-W,白,96385074,129,30\n"
         "电水壶,AK-1,快煮壶,,AK-1-G,绿,,\"1,139.50\",20\n"
         "Kettles,AK-2,细嘴壶,好用,,,,99,\n")


class Import(TownCase):
    program, options = PROGRAM, {"buyers": 1}
    people = ("maker", "rival", "office")

    def upload(self, client, data, name="goods.csv", pictures=None, path="/hall/import"):
        files = [("sheet", name, data)] if data is not None else []
        if pictures is not None:
            files.append(("pictures", "pictures.zip", pictures))
        headers, body = form(*files)
        return client.request("POST", path, body, headers)

    def wait(self, id):
        """Until nothing is being done with it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            page = self.maker.get(f"/hall/import/{id}")[1]
            if not page["import"]["is_at_work"]:
                return page
            time.sleep(0.05)
        self.fail("the import does not end")

    def bring(self, data, name="goods.csv", pictures=None):
        status, body = self.upload(self.maker, data, name, pictures)
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

    def test_what_a_spreadsheet_makes_of_cells(self):
        import openpyxl
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["品类", "型号", "中文品名", "价格", "条码"])
        sheet.append(["电水壶", "S-1", "壶", "=3*33", None])
        sheet.append(["电水壶", "S-2", "壶", 99.5, 12345670])  # the number that a barcode became
        sheet.append(["电水壶", "S-3", "壶", "#N/A", None])
        sheet.append(["电水壶", None, "壶", 9, None])
        sheet.merge_cells("B4:B5")
        out = io.BytesIO()
        book.save(out)
        _, page = self.bring(out.getvalue(), "goods.xlsx")
        found = {(f["letters"], f["row"]): f["message"] for f in page["faults"]}
        # The formula was never worked out; what a merged cell covers is empty.
        self.assertEqual(set(found), {("D", 2), ("", 2), ("B", 4), ("D", 4), ("", 5)}, page["faults"])
        self.assertEqual(len(set(found.values())), 5)

    def test_too_much(self):
        head = "品类,型号,中文品名,价格\n"
        _, page = self.bring((head + "".join(f"电水壶,L-{i},壶,9\n" for i in range(5001))).encode())
        self.assertEqual((page["import"]["status"], page["import"]["rows"]), ("failed", 0))
        self.assertIn("5,000", page["import"]["why"])
        _, page = self.bring((head + "".join(f"电水壶,L-{i},壶,-9\n" for i in range(600))).encode())
        self.assertEqual((page["import"]["faults"], len(page["faults"])), (600, 100))
        # Two gigabytes are refused before they come.
        with socket.create_connection(("127.0.0.1", self.town.http), timeout=10) as s:
            s.sendall(f"POST /hall/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2 << 30}\r\n"
                      f"Content-Type: multipart/form-data; boundary=x\r\n"
                      f"Authorization: Bearer {self.maker.token}\r\n\r\n".encode())
            self.assertIn(b" 413 ", s.recv(4096).split(b"\r\n")[0])

    def photos(self, import_id):
        """How many photos each product of an import's page has, by model."""
        page = self.maker.get(f"/hall/import/{import_id}")[1]
        return {p["model"]: len(self.maker.get(f"/hall/desk/products/{p['id']}")[1]["photos"])
                for p in page["products"]}

    def test_pictures_come_from_a_zip(self):
        sheet = ("品类,型号,中文品名,价格,图片\n"
                 "电水壶,P-1,壶一,9,a.jpg；B.JPG\n"
                 "电水壶,P-2,壶二,9,深/文件夹/中文.jpg\n"
                 "电水壶,P-3,壶三,9,script.jpg; missing.jpg\n"
                 "电水壶,P-4,壶四,9,a.jpg\n").encode()
        zip = archive({"照片/A.jpg": jpeg(1), "b.jpg": jpeg(2), "中文.jpg": jpeg(3),
                       "script.jpg": b"#!/bin/sh\nrm -rf /\n", "unasked.jpg": b"not looked at"})
        id, page = self.bring(sheet, pictures=zip)
        one = f"/hall/import/{id}"
        faults = [(f["letters"], f["row"], f["value"]) for f in page["faults"]]
        self.assertEqual(faults, [("E", 4, "missing.jpg"), ("E", 4, "script.jpg")])
        self.assertEqual(len({f["message"] for f in page["faults"]}), 2)
        self.assertEqual(self.maker.post(f"{one}/take")[0], 409)
        # Those that lack are enough; what was found before stays.
        more = archive({"missing.jpg": jpeg(4), "script.jpg": jpeg(5)})
        self.assertEqual(self.upload(self.rival, None, pictures=more, path=f"{one}/pictures")[0], 404)
        self.assertEqual(self.upload(self.maker, None, pictures=more, path=f"{one}/pictures")[0], 200)
        self.assertEqual(self.wait(id)["faults"], [])
        self.assertEqual(self.maker.post(f"{one}/take")[0], 200)
        self.wait(id)
        self.assertEqual(self.photos(id), {"P-1": 2, "P-2": 1, "P-3": 2, "P-4": 1})
        # Again: the same. One picture more: that product changes, and gains just that one.
        id, page = self.bring(sheet, pictures=archive({n: jpeg(k) for n, k in (
            ("a.jpg", 1), ("b.jpg", 2), ("中文.jpg", 3), ("missing.jpg", 4), ("script.jpg", 5))}))
        self.assertEqual([page["import"][k] for k in ("faults", "new", "changed", "same")], [0, 0, 0, 4])
        id, page = self.bring("型号,货号,价格,图片\nP-4,,9,a.jpg;c.jpg\n".encode(),
                              pictures=archive({"a.jpg": jpeg(1), "c.jpg": jpeg(6)}))
        self.assertEqual([page["import"][k] for k in ("faults", "changed")], [0, 1])
        self.assertEqual(self.maker.post(f"/hall/import/{id}/take")[0], 200)
        self.wait(id)
        self.assertEqual(self.photos(id), {"P-4": 2})

    def test_pictures_that_cannot_be_had(self):
        sheet = "品类,型号,中文品名,价格,图片\n电水壶,Q-1,壶,9,{}\n"
        many = "；".join(f"{i}.jpg" for i in range(13))
        for names, zip in (("a.jpg", None), ("a.jpg", b"PK\3\4 no archive"), ("../../a.jpg", archive({})),
                           (many, archive({f"{i}.jpg": jpeg(0, "16x16") for i in range(13)}))):
            id, page = self.bring(sheet.format(names).encode(), pictures=zip)
            self.assertEqual([(f["letters"], f["row"]) for f in page["faults"]], [("E", 2)], names)
            self.assertEqual(self.maker.post(f"/hall/import/{id}/take")[0], 409)
        # A name too many is taken out of its cell.
        names = "；".join(f"{i}.jpg" for i in range(12))
        self.assertEqual(self.maker.post(f"/hall/import/{id}/cells", {"cell_2_5": names})[0], 200)
        self.assertEqual(self.wait(id)["faults"], [])

    def set(self, id, sql, *values):
        with self.town.database.connect() as db:
            db.run(f"UPDATE imports SET {sql} WHERE id = ?", *values, id)

    def files(self):
        return {f.name for f in (self.town.folder / "objects").glob("??/*")}

    def test_one_that_was_not_read_to_its_end(self):
        id, _ = self.bring(GOODS.replace("AK-", "N-").replace("96385074", "").encode())
        one = f"/hall/import/{id}"
        self.set(id, "status = 'reading'")  # as a task leaves it that was cancelled
        page = self.maker.get(one)[1]["import"]
        self.assertEqual((page["status"], page["is_stuck"]), ("reading", True))
        self.assertEqual(self.maker.post(f"{one}/mapping", {"column_1": "kind"})[0], 409)
        self.assertEqual(self.maker.post(f"{one}/cells")[0], 409)
        self.assertEqual(self.maker.post(f"{one}/take")[0], 409)
        self.assertEqual(self.maker.post(f"{one}/again")[0], 200)
        page = self.wait(id)["import"]
        self.assertEqual((page["status"], page["rows"], page["faults"]), ("checked", 3, 0))
        self.assertEqual(self.maker.post(f"{one}/again")[0], 409)

    def test_one_that_is_at_work(self):
        id, page = self.bring(GOODS.replace("AK-", "M-").replace("96385074", "").encode())
        one, task = f"/hall/import/{id}", page["import"]["task"]
        with self.town.database.connect() as db:
            user = db.one("SELECT id FROM users WHERE login = 'maker'")
            other = db.one("INSERT INTO tasks (kind, user_id, subject, input, state, owner, lease_until, created_at)"
                           " VALUES ('x', ?, '', '', 'running', 'other', ?, 1) RETURNING id", user, 1 << 50)
        self.set(id, "task_id = ?", other)
        for step in ("mapping", "cells", "take", "remove"):
            self.assertEqual(self.maker.post(f"{one}/{step}")[0], 409, step)
        self.set(id, "status = 'reading'")
        self.assertEqual(self.maker.post(f"{one}/again")[0], 409)
        pictures, other_sheet = archive({"late.jpg": jpeg(12)}), GOODS.replace("AK-", "L-").encode()
        self.assertEqual(self.upload(self.maker, None, pictures=pictures, path=f"{one}/pictures")[0], 409)
        with self.town.database.connect() as db:
            db.run("CREATE UNIQUE INDEX refuses ON imports (organisation_id) WHERE status = 'reading'")
        self.assertGreaterEqual(self.upload(self.maker, other_sheet)[0], 400)
        with self.town.database.connect() as db:
            db.run("DROP INDEX refuses")
        self.assertLessEqual({object_of(pictures), object_of(other_sheet)}, listed(self.town))
        self.set(id, "status = 'checked', task_id = ?", task)
        with self.town.database.connect() as db:
            db.run("DELETE FROM tasks WHERE id = ?", other)
        self.assertEqual(self.maker.post(f"{one}/cells")[0], 200)
        self.wait(id)

    def test_what_is_kept_has_an_end(self):
        before = self.files()
        sheet = "品类,型号,中文品名,价格,图片\n电水壶,W-1,壶,9,w.jpg\n".encode()
        id, page = self.bring(sheet, pictures=archive({"w.jpg": jpeg(11)}))
        self.assertEqual(page["import"]["faults"], 0)
        fresh = self.files() - before
        self.assertGreaterEqual(len(fresh), 4)  # the sheet, the archive, the picture in sizes
        self.set(id, "updated_at = ?", int((time.time() - 15 * 24 * 3600) * 1000))
        deadline = time.monotonic() + 60
        while (page := self.maker.get(f"/hall/import/{id}")[1]["import"])["is_kept"]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertEqual(page["status"], "failed")
        with self.town.database.connect() as db:
            for table in ("import_rows", "import_faults", "import_pictures", "import_objects"):
                self.assertEqual(db.one(f"SELECT count(*) FROM {table} WHERE import_id = ?", id), 0)
            gone = {o[2:] for o, in db.all("SELECT object FROM objects_gone")}
        self.assertLessEqual(fresh, gone)

    def test_removed_by_hand(self):
        sheet = GOODS.replace("AK-", "R-").replace("96385074", "").encode()
        id, _ = self.bring(sheet)
        one = f"/hall/import/{id}"
        self.assertEqual(self.maker.post(f"{one}/take")[0], 200)
        self.wait(id)
        self.assertEqual(self.maker.post(f"{one}/remove")[0], 200)
        page = self.maker.get(one)[1]
        self.assertEqual((page["import"]["status"], page["came"]), ("taken", 2))  # those stay
        self.assertFalse(page["import"]["is_kept"])
        for step in ("again", "take", "mapping"):
            self.assertEqual(self.maker.post(f"{one}/{step}")[0], 409, step)

    def test_no_more_than_there_may_be(self):
        sheet = GOODS.replace("AK-", "K-").replace("96385074", "").encode()
        id, _ = self.bring(sheet)
        before = self.files()
        self.set(id, "zip_bytes = ?", 4 << 30)
        other = "品类,型号,中文品名,价格\n电水壶,K-9,壶,9\n".encode()
        status, body = self.upload(self.maker, other)
        self.assertEqual(status, 429, body)
        self.assertEqual(self.upload(self.maker, None, pictures=archive({"x": b"x"}),
                                     path=f"/hall/import/{id}/pictures")[0], 429)
        self.assertEqual(self.files(), before)  # it was refused before it was kept
        self.set(id, "zip_bytes = 0")
        with self.town.database.connect() as db:
            user = db.one("SELECT id FROM users WHERE login = 'maker'")
            for _ in range(20):
                db.run("INSERT INTO tasks (kind, user_id, subject, input, state, owner, lease_until,"
                       " created_at) VALUES ('x', ?, '', '', 'running', 'other', ?, 1)",
                       user, 1 << 50)
        status, body = self.upload(self.maker, other)
        self.assertEqual((status, self.files()), (429, before), body)
        with self.town.database.connect() as db:
            db.run("DELETE FROM tasks WHERE kind = 'x'")
            db.run("UPDATE factories SET state = 'suspended' WHERE organisation_id = 1")
        status, body = self.upload(self.maker, other)
        with self.town.database.connect() as db:
            db.run("UPDATE factories SET state = 'approved' WHERE organisation_id = 1")
        self.assertEqual((status, self.files()), (403, before), body)

    def test_the_doors(self):
        id, _ = self.bring(GOODS.replace("AK-", "D-").replace("96385074", "").encode())
        one = f"/hall/import/{id}"
        guest, buyer = self.client(), self.client("buyer0")
        for path in ("/hall/import", one, "/hall/desk/products.xlsx"):
            self.assertEqual(guest.get(path)[0], 401, path)
            self.assertEqual(buyer.get(path)[0], 403, path)
        self.assertEqual(self.rival.get(one)[0], 404)
        for step in ("mapping", "cells", "take", "submit", "again", "remove"):
            self.assertEqual(self.rival.post(f"{one}/{step}")[0], 404, step)
        self.assertEqual(self.upload(buyer, GOODS.encode())[0], 403)


if __name__ == "__main__":
    unittest.main()
