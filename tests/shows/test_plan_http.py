"""Before a show: the plan, the check, who waits for it; against the real program: test_plan_http.py GUILDHALL"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Plan(TownCase):
    program = PROGRAM
    options = {"buyers": 3, "stock": (50, 50, 0), "users": [("host", "host"), ("other", "host")]}
    fields = {"title_zh": "测试专场", "title_en": "Test", "room": "1 号", "starts_at": "2030-01-01T19:30"}

    def plan(self, items=("K1",)):
        host = self.client("host")
        show = host.post("/shows", self.fields)[1]["id"]
        ids = [host.post(f"/shows/{show}/items", {"sku": code, "price_fen": 5900})[1]["item"] for code in items]
        return host, show, ids

    def findings(self, host, show):
        return {f["key"] for f in host.get(f"/shows/{show}/plan")[1]["check"]["findings"]}

    def test_the_check_says_what_stands_against_a_show(self):
        host, show, (item,) = self.plan()
        self.assertEqual(self.findings(host, show), set())
        host.post(f"/shows/{show}/items/{item}", {"note": "全国最佳，国家级品质"})
        self.assertEqual(self.findings(host, show), {"check_words"})
        host.post(f"/shows/{show}/items/{item}", {"note": "外壁不烫"})
        host.post(f"/shows/{show}/items/{item}", {"price_fen": 6900})
        self.assertEqual(self.findings(host, show), set())  # the hall's price is not above it
        host.post(f"/shows/{show}/items/{item}", {"price_fen": 9900})
        self.assertEqual(self.findings(host, show), {"check_dear"})
        host.post(f"/shows/{show}/items/{item}", {"price_fen": 5900})
        host.post(f"/shows/{show}/items", {"sku": "K3", "price_fen": 5900})
        self.assertEqual(self.findings(host, show), {"check_no_stock"})
        with self.town.database.connect() as db:
            db.run("UPDATE products SET lacks = 'ccc' WHERE id = 1")
            db.run("UPDATE factories SET state = 'suspended' WHERE organisation_id = 1")
        try:
            self.assertEqual(self.findings(host, show), {"check_lacks", "check_seller", "check_no_stock"})
        finally:
            with self.town.database.connect() as db:
                db.run("UPDATE products SET lacks = '' WHERE id = 1")
                db.run("UPDATE factories SET state = 'approved' WHERE organisation_id = 1")
        with self.town.database.connect() as db:
            db.run("UPDATE skus SET status = 'off' WHERE id = 1")
        try:
            self.assertEqual(self.findings(host, show), {"check_not_on", "check_no_stock"})
        finally:
            with self.town.database.connect() as db:
                db.run("UPDATE skus SET status = 'on' WHERE id = 1")
        empty = host.post("/shows", {**self.fields, "title_zh": "国家级直播"})[1]["id"]
        self.assertEqual(self.findings(host, empty), {"check_no_items", "check_title"})

    def test_a_certificate_that_runs_out_before_the_show(self):
        host, show, _ = self.plan(("K2",))
        with self.town.database.connect() as db:
            db.run("INSERT INTO certificates (id, organisation_id, type, number, issued_on, valid_until, status, created_at,"
                   " updated_at) VALUES (900, 1, 'ccc', 'N1', '2020-01-01', '2029-12-31', 'valid', 1, 1)")
            db.run("INSERT INTO certificate_products (certificate_id, product_id) VALUES (900, 2)")
        self.assertEqual(self.findings(host, show), {"check_runs_out"})
        host.post(f"/shows/{show}/plan", {**self.fields, "starts_at": "2029-12-31T23:00"})
        self.assertEqual(self.findings(host, show), set())  # it is valid through its last day

    def test_looked_at_until_the_plan_changes(self):
        host, show, (item,) = self.plan()
        done = lambda: host.get(f"/shows/{show}/plan")[1]["check"]["is_done"]
        self.assertFalse(done())
        self.assertEqual(host.post(f"/shows/{show}/check")[0], 200)
        self.assertTrue(done())
        for path, fields in ((f"items/{item}", {"price_fen": 5800}), (f"items/{item}", {"note": "新的话术"}),
                             (f"items/{item}", {"on_shelf": 0}), ("items", {"sku": "K2"}), ("plan", {**self.fields, "title_en": "Another evening"})):
            self.assertEqual(host.post(f"/shows/{show}/{path}", fields)[0], 200, path)
            self.assertFalse(done(), path)
            host.post(f"/shows/{show}/check")
            self.assertTrue(done(), path)
        kinds = [e["kind"] for e in host.get(f"/shows/{show}/log")[1]["entries"]]
        self.assertIn("checked", kinds)

    def test_the_plan_is_changed_until_the_show_begins(self):
        host, show, (item,) = self.plan()
        status, _ = host.post(f"/shows/{show}/plan", {**self.fields, "title_zh": "改名", "face": item})
        self.assertEqual(status, 200)
        self.assertEqual(host.get(f"/shows/{show}")[1]["show"]["title"], "改名")
        for fields, field in (({"title_zh": ""}, "title_zh"), ({"starts_at": "soon"}, "starts_at"), ({"starts_at": "2030-02-31T10:00"}, "starts_at"),
                              ({"starts_at": "2030-02-01T-1:05"}, "starts_at"), ({"starts_at": "2030-02-01T24:00"}, "starts_at"),
                              ({"starts_at": "2030-02-01T10:60"}, "starts_at"), ({"starts_at": "2030-02-01T10:00Z"}, "starts_at"),
                              ({"starts_at": "2030-02-01 10:00"}, "starts_at"), ({"face": -1}, "face")):
            status, body = host.post(f"/shows/{show}/plan", {**self.fields, **fields})
            self.assertEqual((status, body["field"]), (422, field))
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (self.client("other"), 403)):
            for door, sent in (("plan", self.fields), ("check", {})):
                self.assertEqual(client.post(f"/shows/{show}/{door}", sent)[0], want)
            self.assertEqual(client.get(f"/shows/{show}/plan")[0], want)
        host.post(f"/shows/{show}/end")
        self.assertEqual(host.post(f"/shows/{show}/plan", self.fields)[0], 409)

    def test_talking_points_are_for_the_crew(self):
        host, show, (item,) = self.plan()
        host.post(f"/shows/{show}/items/{item}", {"note": "底价不能说"})
        self.assertEqual(host.get(f"/shows/{show}/plan")[1]["items"][0]["note"], "底价不能说")
        for client in (self.client(), self.client("buyer0")):
            self.assertNotIn("底价不能说", str(client.get(f"/shows/{show}")[1]))
        self.assertEqual(host.post(f"/shows/{show}/items/{item}", {"note": "x" * 201})[0], 422)

    def test_who_waits_for_a_show(self):
        host, show, _ = self.plan()
        one, two = self.client("buyer0"), self.client("buyer1")
        waits = lambda client: client.get(f"/shows/{show}")[1]["reservation"]
        self.assertEqual(self.client().post(f"/shows/{show}/reserve", {"on": 1})[0], 401)
        for client in (one, one, two):
            self.assertEqual(client.post(f"/shows/{show}/reserve", {"on": 1})[0], 200)
        self.assertEqual((waits(one), waits(host)), ({"count": 2, "is_mine": True}, {"count": 2, "is_mine": False}))
        one.post(f"/shows/{show}/reserve", {"on": 0})
        self.assertEqual(waits(one), {"count": 1, "is_mine": False})
        status, text = self.client().get(f"/shows/{show}/calendar.ics")
        self.assertEqual(status, 200)
        for line in ("BEGIN:VCALENDAR\r\n", "DTSTART:20300101T113000Z\r\n", "SUMMARY:测试专场\r\n", "TRIGGER:-PT10M\r\n"):
            self.assertIn(line, text)
        host.post(f"/shows/{show}/plan", {**self.fields, "title_zh": "壶,杯;盘\\碗"})
        self.assertIn("SUMMARY:壶\\,杯\\;盘\\\\碗\r\n", self.client().get(f"/shows/{show}/calendar.ics")[1])
        host.post(f"/shows/{show}/end")
        self.assertEqual(two.post(f"/shows/{show}/reserve", {"on": 1})[0], 409)
        self.assertEqual(self.client().get(f"/shows/{show}/calendar.ics")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=1)
