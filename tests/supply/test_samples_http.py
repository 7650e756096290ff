"""A sample travels and comes back, over HTTP, against the real program: test_samples_http.py GUILDHALL"""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY, ONE, RIVALS = 3, 2, 4  # SKUs with 100 pieces, with one, of the other maker
EN = {"Accept-Language": "en"}
HTML = {"Accept": "text/html", "Accept-Language": "en"}
SHIP = {"carrier": "Lakeside", "number": "LK12345"}


class Samples(TownCase):
    program = PROGRAM
    options = {"buyers": 1, "users": tuple((f"host{i}", "host") for i in range(8)) + (("both", "host", "maker-one"),)}

    def setUp(self):
        super().setUp()
        self.maker, self.rival, self.office = (self.client(n) for n in ("maker", "rival", "office"))

    def ask(self, host, sku=MANY, quantity=1, days=7, **more):
        return host.post("/samples", {"sku": sku, "quantity": quantity, "days": days, "why": "Friday's show", **more})

    def asked(self, host, *steps, **more):
        status, body = self.ask(host, **more)
        self.assertEqual(status, 200, body)
        for step in steps:
            self.do(self.maker if step in ("grant", "ship", "confirm", "keep") else host, body["id"], step,
                    **(SHIP if step == "ship" else {}))
        return body["id"]

    def do(self, client, sample, event, want=200, **fields):
        status, body = client.post(f"/samples/{sample}", {"do": event, **fields})
        self.assertEqual(status, want, body)
        return body

    def state(self, client, sample):
        return client.get(f"/samples/{sample}")[1]["sample"]["status"]

    def held(self, sku=MANY):
        with self.town.database.connect() as db:
            rows = db.all("SELECT role, available FROM ledger_balances WHERE subject = ? AND role IN ('available', 'sample')",
                          f"sku:{sku}")
            return {role: n for role, n in rows}

    def told(self, client, kind):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = [n for n in client.get("/messages")[1]["notices"] if n["kind"] == kind]
            if found:
                return found
            time.sleep(0.05)
        self.fail(f"nothing told: {kind}")

    def test_a_sample_travels_and_comes_back(self):
        host, before = self.client("host0"), self.held()
        sample = self.asked(host, quantity=2)
        self.assertEqual(self.told(self.maker, "sample.asked")[0]["link"], f"/samples/{sample}")
        self.assertEqual(self.held()["available"], before["available"])
        page = self.maker.get(f"/samples/{sample}", HTML)[1]
        self.assertIn("Grant it", page)
        self.assertNotIn("I have it", page)
        self.do(self.maker, sample, "grant")
        out = self.held()
        self.assertEqual((out["available"], out["sample"]), (before["available"] - 2, before.get("sample", 0) + 2))
        self.told(host, "sample.granted")
        self.do(self.maker, sample, "ship", **SHIP)
        self.do(host, sample, "receive")
        seen = host.get(f"/samples/{sample}")[1]["sample"]
        self.assertEqual((seen["number"], seen["status"]), ("LK12345", "received"))
        with self.town.database.connect() as db:  # reminded two days before it is due, once
            due = db.one("SELECT due_at FROM samples WHERE id = ?", sample)
            self.assertEqual(db.all("SELECT due_at FROM notices WHERE kind = 'sample.due' AND about = ?",
                                    f"sample:{sample}"), [(due - 2 * 86400_000,)])
        self.do(host, sample, "send_back")
        self.do(self.maker, sample, "confirm")
        self.assertEqual(self.held()["available"], before["available"])
        self.do(host, sample, "review", stars=4, note="Quiet")
        events = host.get(f"/samples/{sample}", EN)[1]["events"]
        self.assertEqual([e["event"] for e in events],
                         ["ask", "grant", "ship", "receive", "send_back", "confirm", "review"])
        with self.town.database.connect() as db:
            self.assertEqual(db.all("SELECT 1 FROM notices WHERE kind = 'sample.due' AND about = ?", f"sample:{sample}"), [])
        self.assertEqual(self.state(host, sample), "reviewed")

    def test_who_may(self):
        host, other = self.client("host1"), self.client("host2")
        sample = self.asked(host)
        for client, status in ((self.client(None), 401), (other, 404), (self.rival, 404), (self.client("buyer0"), 404)):
            self.assertEqual(client.get(f"/samples/{sample}")[0], status)
            self.assertEqual(client.post(f"/samples/{sample}", {"do": "grant"})[0], status)
        self.do(host, sample, "grant", 403)
        self.do(self.office, sample, "grant", 403)
        self.do(self.maker, sample, "receive", 409)
        self.do(self.maker, sample, "steal", 422)
        self.assertEqual(self.ask(self.client("buyer0"))[0], 403)
        self.assertEqual(self.ask(self.client("both"))[1]["field"], "sku")  # of one's own factory
        self.assertEqual(other.get("/factory/samples")[0], 403)
        self.assertEqual(self.maker.get("/supply")[0], 403)
        self.assertIn(sample, [s["id"] for s in self.maker.get("/factory/samples")[1]["samples"]])
        self.assertNotIn(sample, [s["id"] for s in self.rival.get("/factory/samples")[1]["samples"]])
        self.assertIn(sample, [s["id"] for s in self.office.get("/supply?status=asked")[1]["samples"]])
        cookie = {"Cookie": f"session={host.token}"}
        self.assertEqual(self.client(None).post(f"/samples/{sample}", {"do": "cancel"}, headers=cookie)[0], 403)
        self.do(host, sample, "cancel")
        self.assertEqual(self.state(host, sample), "cancelled")

    def test_what_is_asked_is_looked_at(self):
        host = self.client("host3")
        for wrong, field in (({"quantity": 0}, "quantity"), ({"quantity": 6}, "quantity"), ({"quantity": "x"}, "quantity"),
                             ({"days": 0}, "days"), ({"days": 61}, "days"), ({"why": ""}, "why"), ({"why": "w" * 201}, "why"),
                             ({"why": "a\x00b"}, "why")):
            status, body = self.ask(host, **wrong) if "why" not in wrong else host.post(
                "/samples", {"sku": MANY, "quantity": 1, "days": 7, **wrong})
            self.assertIn((status, body.get("field")), ((422, field), (400, "body")), wrong)
        for sku in ("", "x", 999, -1):
            self.assertEqual(self.ask(host, sku=sku)[0], 404, sku)
            self.assertEqual(host.get(f"/samples/new?sku={sku}")[0], 404)
        first = self.asked(host)
        self.assertEqual(self.ask(host)[0], 409)  # pressed twice
        self.do(self.maker, first, "refuse", 422)
        self.do(self.maker, first, "refuse", note="Not this week")
        self.assertEqual(self.told(host, "sample.refused")[0]["link"], f"/samples/{first}")
        self.do(self.maker, first, "grant", 409)
        second = self.asked(host, "grant")
        self.do(self.maker, second, "ship", 422, carrier="x")
        self.do(self.maker, second, "ship", 422, number="n" * 41, carrier="x")
        self.do(host, second, "cancel")

    def test_more_than_there_is_cannot_be_granted(self):
        host, before = self.client("host4"), self.held(ONE)
        sample = self.asked(host, sku=ONE, quantity=2)
        body = self.do(self.maker, sample, "grant", 409)
        self.assertEqual(body["field"], "stock")
        self.assertEqual((self.state(host, sample), self.held(ONE)), ("asked", before))
        self.do(host, sample, "cancel")
        one = self.asked(host, "grant", sku=ONE)
        self.assertEqual(self.held(ONE)["available"], 0)
        self.do(host, one, "cancel")
        self.assertEqual(self.held(ONE)["available"], 1)

    def overdue(self, sample):
        with self.town.database.connect() as db:
            db.run("UPDATE samples SET due_at = 1000 WHERE id = ?", sample)

    def test_one_that_is_never_returned(self):
        host = self.client("host5")
        samples = [self.asked(host, "grant", "ship", "receive") for _ in range(2)]
        for sample in samples:
            self.overdue(sample)
        deadline = time.monotonic() + 90  # the job looks now and then
        while any(self.state(host, s) != "overdue" for s in samples):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.told(host, "sample.overdue")
        self.told(self.maker, "sample.overdue")
        status, body = self.ask(host)
        self.assertEqual((status, body["field"]), (429, "sku"))
        self.assertIn(f"/samples/{samples[0]}", self.office.get("/board/samples_overdue", HTML)[1])
        before = self.held()
        self.do(self.maker, samples[0], "write_off", 422)
        self.do(self.office, samples[0], "write_off", note="Moved away")
        self.assertEqual(self.held(), {**before, "sample": before["sample"] - 1})
        self.assertEqual(self.ask(host)[0], 200)
        self.do(host, samples[1], "send_back")
        self.do(self.maker, samples[1], "missing", note="Nothing came")
        self.assertEqual(self.state(host, samples[1]), "overdue")
        self.do(self.maker, samples[1], "confirm")  # it was found
        self.assertEqual(self.held()["available"], before["available"] + 1)

    def test_one_that_may_be_kept(self):
        host, before = self.client("host6"), self.held()
        sample = self.asked(host, "grant", "ship", "receive", "keep")
        self.assertEqual(self.held(), {"available": before["available"] - 1, "sample": before.get("sample", 0)})
        self.do(host, sample, "review", 422, stars=6)
        self.do(host, sample, "review", stars=5)
        self.assertEqual(self.told(host, "sample.kept")[0]["link"], f"/samples/{sample}")


if __name__ == "__main__":
    unittest.main()
