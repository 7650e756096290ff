"""Documents of products, over HTTP, against the real program: test_documents_http.py GUILDHALL"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed, object_of  # noqa: E402
from town import TownCase  # noqa: E402
from uploads import form, jpeg  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANUAL = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MOST = 12


class Documents(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5,) * 6, "also": ["--durability", "none"]}
    people = ("maker", "guest")
    next = 0

    def setUp(self):
        super().setUp()
        Documents.next += 1
        self.product = Documents.next

    def post(self, name, data, by=None):
        headers, body = form(("scan", name, data))
        return (by or self.maker).request(
            "POST", f"/hall/desk/products/{self.product}/documents", body, headers)

    def shown(self):
        return self.guest.get(f"/hall/products/kettle-{self.product}")[1]["documents"]

    def get(self, path, client=None):
        """(status, headers, bytes)"""
        client = client or self.guest
        client.get("/healthz")
        client.connection.request("GET", path, headers={"Authorization": f"Bearer {client.token}"}
                                  if client.token else {})
        answer = client.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def test_a_manual_is_a_download_for_everybody(self):
        self.assertEqual(self.shown(), [])
        self.assertEqual(self.post("说明书 \x07v2.pdf", MANUAL)[0], 200)
        self.assertEqual(self.post("again.pdf", MANUAL)[0], 200)  # the same file is there
        document, = self.shown()
        self.assertEqual((document["name"], document["bytes"], document["size"]),
                         ("说明书 v2.pdf", len(MANUAL), "1 KB"))
        status, headers, data = self.get(document["href"])
        self.assertEqual((status, headers["Content-Type"], data), (200, "application/pdf", MANUAL))
        self.assertEqual(headers["Content-Disposition"], "attachment; filename*=UTF-8''"
                         "%E8%AF%B4%E6%98%8E%E4%B9%A6%20v2.pdf")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        page = self.guest.get(f"/hall/products/kettle-{self.product}", {"Accept": "text/html"})[1]
        self.assertIn(f'href="{document["href"]}"', page)

    def test_a_photo_is_drawn_anew(self):
        self.assertEqual(self.post("plate.jpg", jpeg() + b"<script>hidden</script>")[0], 200)
        document, = self.shown()
        status, headers, data = self.get(document["href"])
        self.assertEqual((status, headers["Content-Type"]), (200, "image/jpeg"))
        self.assertNotIn(b"script", data)

    def test_hostile_ones_are_refused_whatever_they_are_called(self):
        for name, data in (("manual.pdf", b"<!doctype html><script>1</script>"),
                           ("manual.pdf", b"MZ\x90\x00" + b"\x00" * 200),
                           ("manual.pdf", b"PK\x03\x04" + b"\x00" * 200),
                           ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
                           ("empty.pdf", b""),
                           ("large.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024))):
            status, body = self.post(name, data)
            self.assertEqual((status, body["field"]), (422, "scan"), name)
        self.assertEqual(self.shown(), [])

    def test_there_are_so_many_and_they_can_be_removed(self):
        for i in range(MOST):
            self.assertEqual(self.post(f"{i}.pdf", MANUAL + str(i).encode())[0], 200)
        status, body = self.post("more.pdf", MANUAL + b"more")
        self.assertEqual((status, body["limit"]), (422, MOST))
        self.assertIn(object_of(MANUAL + b"more"), listed(self.town))
        first = self.shown()[0]
        remove = f"/hall/desk/products/{self.product}/documents/{first['id']}/remove"
        for other in (self.client("rival"), self.client("buyer0"), self.guest):
            self.assertIn(other.post(remove)[0], (401, 403, 404))
        self.assertEqual(len(self.shown()), MOST)
        self.assertEqual(self.maker.post(remove)[0], 200)
        self.assertEqual(self.maker.post(remove)[0], 404)
        self.assertEqual(len(self.shown()), MOST - 1)
        self.assertEqual(self.get(first["href"])[0], 404)
        events = [e["event"] for e in self.maker.get(f"/hall/desk/products/{self.product}")[1]["events"]]
        self.assertIn("document_remove", events)
        self.assertEqual(events.count("document_add"), MOST)

    def test_the_doors(self):
        for other, status in ((self.client("rival"), 404), (self.client("buyer0"), 403),
                              (self.guest, 401)):
            self.assertEqual(self.post("x.pdf", MANUAL, by=other)[0], status)
        self.assertEqual(self.post("x.pdf", MANUAL, by=self.client("office"))[0], 200)
        href = self.shown()[0]["href"]
        self.assertEqual(self.get(href.replace(f"kettle-{self.product}", "kettle-6"))[0], 404)
        office = self.client("office")
        self.assertEqual(office.post(f"/hall/desk/products/{self.product}/move",
                                     {"event": "withdraw"})[0], 200)
        self.assertEqual(self.get(href)[0], 404)
        for own in (self.maker, office):
            self.assertEqual(self.get(href, own)[0], 200)
        self.assertEqual(self.get(href, self.client("rival"))[0], 404)


if __name__ == "__main__":
    unittest.main()
