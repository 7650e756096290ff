"""Pages of the hall that are kept are never older than the last commit: test_kept_http.py GUILDHALL

Each case reads a page until it is kept, changes what it shows, and reads it again at once: what was
answered as done is on the next page, whoever did it, and nobody gets another's page.
"""
import gzip
import http.client
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
PAGE = "/hall/products/kettle-3"
ROUNDS = 150


class Kept(TownCase):
    program, options = PROGRAM, {"buyers": 2, "stock": (5, 1, 5000), "also": ["--durability", "none"]}
    people = ("guest",)

    def found(self):
        """How many pages were sent without being drawn."""
        _, text = self.guest.get("/metrics", {"Accept": "text/plain"})
        return int(next(line.split()[1] for line in text.splitlines()
                        if line.startswith("guildhall_http_kept_found_total ")))

    def keep(self, path, headers=None):
        """Reads it until it comes from what is kept: what it says."""
        for _ in range(20):
            before = self.found()
            said = self.guest.get(path, headers)
            if self.found() > before:
                return said
        self.fail(f"{path} is not kept")

    def stock(self):
        return self.guest.get(PAGE)[1]["stock"]

    def order(self, buyer, key):
        status, body = buyer.post("/orders", {"sku": 3, "quantity": 1, **RECEIVER}, key=key)
        self.assertEqual(status, 201, body)
        return body["order"]["id"]

    def test_the_stock_is_that_of_now(self):
        buyer = self.client("buyer0")
        for i in range(5):
            before = self.keep(PAGE)[1]["stock"]
            self.order(buyer, f"of-now-{i:04}")
            self.assertEqual(self.stock(), before - 1)

    def test_under_load_no_answer_is_older_than_what_was_answered_before(self):
        maker, done, faults, reads = self.client("maker"), threading.Event(), [], []
        most = [self.stock()]  # that may be left, by what was answered

        def read():
            client = self.town.client()
            while not done.is_set():
                before = most[0]
                left = client.get(PAGE)[1]["stock"]
                reads.append(left)
                if left > before:
                    faults.append((left, before))
            client.close()

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        found = self.found()
        for i in range(ROUNDS):
            self.assertEqual(maker.post("/hall/skus/3/stock", {"pieces": -1})[0], 200)
            most[0] -= 1
            seen = len(reads) + (8 if i % 10 == 0 else 0)
            while len(reads) < seen:
                time.sleep(0.001)
        done.set()
        for reader in readers:
            reader.join()
        self.assertEqual(faults, [])
        self.assertGreater(self.found(), found)

    def test_prices_titles_and_what_is_withdrawn(self):
        office, maker = self.client("office"), self.client("maker")
        slug, product = "/hall/products/kettle-2", "/hall/desk/products/2"

        def version():
            return maker.get(product)[1]["product"]["version"]

        for field, value, said in (("title_en", "Samovar", "Samovar"), ("price", "¥12.50", "12.50")):
            self.keep(slug, HTML)
            for page in ("/hall", "/hall?q=kettle", "/hall/factories/maker-one"):
                self.keep(page, HTML)
            status, body = maker.post(f"{product}/cell",
                                      {"version": version(), "field": field, "value": value})
            self.assertEqual(status, 200, body)
            for page in (slug, "/hall", "/hall/factories/maker-one"):
                self.assertIn(said, self.guest.get(page, HTML)[1], page)
        self.keep(slug)
        self.assertEqual(office.post(f"{product}/move", {"event": "withdraw"})[0], 200)
        self.assertEqual(self.guest.get(slug)[0], 404)

    def test_the_next_show(self):
        self.town.add_user("host", "host")
        host = self.client("host")
        self.assertNotIn("show", self.keep(PAGE)[1])
        status, show = host.post("/shows", {"title_zh": "专场", "title_en": "A show", "room": "1",
                                            "starts_at": "2199-01-01T19:30"})
        self.assertEqual(status, 200, show)
        self.keep(PAGE)
        status, body = host.post(f"/shows/{show['id']}/items", {"sku": "K3", "price_fen": 5900})
        self.assertEqual(status, 200, body)
        item = body["item"]
        shown = self.guest.get(PAGE)[1]["show"]
        self.assertEqual((shown["title"], shown["price"]["fen"]), ("专场", 5900))
        self.keep(PAGE)
        self.assertEqual(host.post(f"/shows/{show['id']}/items/{item}", {"price_fen": 4900})[0], 200)
        self.assertEqual(self.guest.get(PAGE)[1]["show"]["price"]["fen"], 4900)

    def test_what_another_process_writes(self):
        self.keep("/hall/products/kettle-1", HTML)
        for title in ("Teapot", "Kettle 1"):
            with self.town.database.connect() as db:
                db.run("UPDATE products SET title_en = ? WHERE id = 1", title)
            self.assertIn(f"<h1>{title}</h1>", self.guest.get("/hall/products/kettle-1", HTML)[1])

    def test_nobody_gets_another_s_page(self):
        self.keep(PAGE, HTML)
        token = self.client("maker").token
        cookie = {**HTML, "Cookie": f"session={token}"}
        mine = self.guest.get(PAGE, cookie)[1]
        self.assertIn("What moved its stock", mine)  # only its maker sees that
        self.assertIn('name="csrf-token" content="', mine)
        for _ in range(3):
            page = self.guest.get(PAGE, HTML)[1]
            self.assertNotIn("What moved its stock", page)
            self.assertIn('name="csrf-token" content=""', page)
        self.assertIn("What moved its stock", self.guest.get(PAGE, cookie)[1])

    def test_each_language_form_and_host_has_its_own(self):
        for _ in range(3):
            self.assertIn('<html lang="en"', self.guest.get(PAGE, HTML)[1])
            self.assertIn('<html lang="zh-CN"', self.guest.get(PAGE, {"Accept": "text/html"})[1])
            self.assertIn('<html lang="zh-CN"', self.guest.get(f"/zh{PAGE}", HTML)[1])
            self.assertIsInstance(self.guest.get(PAGE)[1], dict)
            for host in ("one.example", "two.example"):
                self.assertIn(f'canonical" href="http://{host}/',
                              self.guest.get(PAGE, {**HTML, "Host": host})[1])
            self.assertNotIn('role="status" aria-live="polite"><p', self.guest.get(PAGE, HTML)[1])
            self.assertIn('aria-live="polite"><p', self.guest.get(
                PAGE, {**HTML, "Cookie": "flash=hall.saved"})[1])

    def test_packed_plain_and_unchanged(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.town.http, timeout=30)
        self.addCleanup(connection.close)

        def ask(method="GET", **headers):
            connection.request(method, PAGE, headers={**HTML, **headers})
            answer = connection.getresponse()
            return answer, answer.read()

        self.keep(PAGE, HTML)
        for _ in range(3):
            plain, text = ask()
            packed, bytes_ = ask(**{"Accept-Encoding": "gzip"})
            self.assertIsNone(plain.headers["Content-Encoding"])
            self.assertEqual(packed.headers["Content-Encoding"], "gzip")
            self.assertEqual(gzip.decompress(bytes_), text)
            for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy"):
                self.assertTrue(plain.headers[name], name)
                self.assertEqual(plain.headers[name], packed.headers[name])
            self.assertNotEqual(plain.headers["X-Request-Id"], packed.headers["X-Request-Id"])
            same, nothing = ask(**{"If-None-Match": plain.headers["ETag"]})
            self.assertEqual((same.status, nothing), (304, b""))
            head, nothing = ask("HEAD")
            self.assertEqual((head.status, nothing), (200, b""))
            self.assertEqual(head.headers["Content-Length"], str(len(text)))
        self.order(self.client("buyer0"), "unchanged-no-more")
        self.assertEqual(ask(**{"If-None-Match": plain.headers["ETag"]})[0].status, 200)


if __name__ == "__main__":
    unittest.main()
