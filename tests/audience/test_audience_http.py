"""Who watched a show and what came of it, against the real program: test_audience_http.py GUILDHALL"""
import io
import pathlib
import subprocess
import sys
import time
import unittest
import uuid
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"
PATIENCE_S = 40


def visitor():
    return uuid.uuid4().hex


class AudienceCase(TownCase):
    program = PROGRAM
    options = {"buyers": 3, "stock": (40, 40, 40, 40), "users": [("host", "host"), ("other", "host")]}

    def setUp(self):
        super().setUp()
        self.host, self.guest = self.client("host"), self.client()

    def plan(self, *codes):
        show = self.host.post("/shows", {"title_zh": "数据专场", "title_en": "A counted show", "room": "1",
                                         "starts_at": "2030-01-01T19:30"})[1]["id"]
        items = [self.host.post(f"/shows/{show}/items", {"sku": c, "price_fen": 5900})[1]["item"] for c in codes]
        return show, items

    def live(self, *codes):
        show, items = self.plan(*codes)
        feed = self.host.get(f"/shows/{show}/desk")[1]["publish"]
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP, "-c", "copy",
                                    "-f", "flv", f"{feed['server']}/{feed['key']}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        self.until(lambda: self.host.get(f"/shows/{show}")[1]["show"]["status"] == "live", "it is live")
        return show, items

    def until(self, look, what):
        end = time.monotonic() + PATIENCE_S
        while not (found := look()):
            self.assertLess(time.monotonic(), end, f"it did not happen that {what}")
            time.sleep(0.1)
        return found

    def visit(self, show, do="start", who=None, client=None, want=200, **more):
        status, body = (client or self.guest).post(f"/shows/{show}/visit", {"do": do, "visitor": who or visitor(), **more})
        self.assertEqual(status, want, body)
        return body

    def report(self, show, client=None, want=200):
        status, body = (client or self.host).get(f"/shows/{show}/report")
        self.assertEqual(status, want, body)
        return body

    def figure(self, report, name):
        return next(f for f in report["figures"] if f["name"] == name)["value"]


class Audience(AudienceCase):
    def test_what_viewers_do_is_counted_and_nothing_says_who(self):
        show, (kettle, other) = self.live("K1", "K2")
        self.host.post(f"/shows/{show}/card", {"item": kettle})
        room = Room(self.town, show)
        self.addCleanup(room.close)
        first, second = visitor(), visitor()
        member = self.client("buyer0")
        self.assertEqual(self.visit(show, who=first, ref=f"http://127.0.0.1:{self.town.http}/hall/products/x"),
                         {"counts": True, "again_ms": 60000})
        self.visit(show, who=second, client=member, **{"from": "Weixin"})
        self.visit(show, "open", first, item=kettle, origin="card")
        self.visit(show, "open", first, item=kettle, origin="card")  # again is once
        self.visit(show, "open", second, client=member, item=other, origin="tray")
        self.visit(show, "end", first)
        status, body = member.post("/orders", {"sku": 1, "quantity": 2, "show": show, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        report = self.until(lambda: (r := self.report(show)) and r["stay"]["visits"] == 2 and
                            r["funnel"][2]["n"] == 2 and self.figure(r, "show_viewers_peak") and r, "all is counted")
        self.assertEqual([(s["step"], s["n"]) for s in report["funnel"]],
                         [("visits", 2), ("card", 2), ("opened", 2), ("ordered", 1), ("paid", 0)])
        self.assertEqual([report["funnel"][i]["of_before"] for i in (0, 3)], [None, "50.0%"])
        self.assertEqual(self.figure(report, "show_viewers_peak"), 1)
        self.assertEqual(self.figure(report, "show_opens"), 2)
        self.assertEqual(self.figure(report, "show_orders"), 1)
        self.assertEqual((report["stay"]["visits"], report["stay"]["members"]), (2, 1))
        self.assertEqual({s["source"]: s["visits"] for s in report["sources"]}, {"hall": 1, "link": 1})
        self.assertEqual([v["via"] for v in report["vias"]], ["weixin"])
        shown = {p["item"]: p for p in report["products"]}
        self.assertEqual((shown[kettle]["shown"], shown[kettle]["seen"], shown[kettle]["opened"],
                          shown[kettle]["orders"], shown[kettle]["pieces"]), (1, 2, 1, 1, 0))
        self.assertEqual((shown[other]["shown"], shown[other]["seen"], shown[other]["opened"]), (0, 0, 1))
        with self.town.database.connect() as db:
            self.assertEqual(db.one("SELECT count(*) FROM audience_visits WHERE show_id = ?", show), 2)

    def test_a_paid_order_is_a_sale_and_every_figure_has_its_rows(self):
        show, (item,) = self.live("K3")
        who = visitor()
        self.visit(show, who=who)
        self.visit(show, "open", who, item=item, origin="card")
        buyer = self.client("buyer1")
        status, body = buyer.post("/orders", {"sku": 3, "quantity": 3, "show": show, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        status, body = buyer.post(f"/cashier/{body['order']['id']}")
        self.assertEqual((status, body["order"]["status"]), (200, "paid"))
        report = self.until(lambda: (r := self.report(show)) and r["stay"]["visits"] and r["funnel"][2]["n"] and r,
                            "the visit is there")
        self.assertEqual([s["n"] for s in report["funnel"]], [1, 0, 1, 1, 1])  # no card was shown
        self.assertEqual(sum(m["pieces"] for m in report["minutes"]), 3)
        self.assertEqual([(p["pieces"], p["goods"]["fen"]) for p in report["products"]], [(3, 17700)])
        for name in ("show_viewers_peak", "show_visits", "show_stay", "show_opens", "show_orders"):
            status, figure = self.host.get(f"/figures/{name}?of={show}")
            self.assertEqual(status, 200, figure)
            self.assertEqual(sum(row["amount"] for row in figure["evidence"]), figure["value"], name)
            for stranger, want in ((self.guest, 401), (self.client("other"), 403), (self.client("maker"), 403)):
                self.assertEqual(stranger.get(f"/figures/{name}?of={show}")[0], want, name)

    def test_the_crew_and_what_is_before_or_after_the_show_do_not_count(self):
        show, items = self.plan("K1")
        self.assertEqual(self.visit(show), {"counts": False, "again_ms": 0})
        self.assertEqual(self.report(show)["minutes"], [])
        show, items = self.live("K1")
        for crew in (self.host, self.client("office")):
            self.assertFalse(self.visit(show, client=crew)["counts"])
        desk = Room(self.town, show)  # a desk follows the room and its own
        self.addCleanup(desk.close)
        own = Room(self.town, show, self.host.get(f"/shows/{show}/desk")[1]["show"]["stream"]["desk_events"])
        self.addCleanup(own.close)
        self.visit(show)
        report = self.until(lambda: (r := self.report(show)) and r["stay"]["visits"] and r, "one is counted")
        self.assertEqual(report["stay"]["visits"], 1)
        time.sleep(11)  # a sample and a little
        self.assertEqual(self.figure(self.report(show), "show_viewers_peak"), 0)
        self.host.post(f"/shows/{show}/end")
        self.assertFalse(self.visit(show)["counts"])

    def test_signs_that_are_none_are_refused_and_write_nothing(self):
        show, (item,) = self.live("K1")
        other_show, (others_item,) = self.plan("K2")
        who = visitor()
        self.visit(show, who=who)
        self.visit(show, "dance", want=422)
        self.visit(show, who="short", want=422)
        self.visit(show, who="G" * 32, want=422)
        self.visit(show, who=who[:-1] + "'", want=422)
        self.visit(show, ref="http://x.example/" + "a" * 4000, want=422)
        self.visit(show, "open", who, item=item, origin="dream", want=422)
        self.visit(show, "open", who, item="x", origin="card", want=422)
        self.visit(show, "open", who, item=others_item, origin="card", want=404)
        self.visit(show, "open", who, item=2**62, origin="card", want=404)
        self.visit(999999, want=404)
        self.visit("x", want=404)
        self.assertEqual(self.guest.post(f"/shows/{show}/visit", {"do": "start", "visitor": visitor()},
                                         headers={"Origin": "http://evil.example"})[0], 403)
        self.assertEqual(self.guest.post(f"/shows/{show}/visit", {"do": "start", "ref": "x" * 100000})[0], 413)
        stranger = visitor()  # goes on, but never began
        self.visit(show, "seen", stranger)
        self.visit(show, "open", stranger, item=item, origin="card")
        self.until(lambda: self.report(show)["stay"]["visits"] == 1, "the visit is there")
        self.visit(show, "seen", stranger)
        self.visit(show, "open", who, item=item, origin="flash")
        report = self.until(lambda: (r := self.report(show)) and r["funnel"][2]["n"] and r, "it opened")
        self.assertEqual((report["stay"]["visits"], report["funnel"][2]["n"]), (1, 1))

    def test_a_maker_sees_its_own_goods_and_nobody_else_anything(self):
        show, (mine, theirs) = self.live("K1", "K5")  # the second is maker-two's
        for client, want in ((self.guest, 401), (self.client("buyer0"), 403), (self.client("other"), 403)):
            for path in ("report", "report.xlsx", "audience"):
                self.assertEqual(client.get(f"/shows/{show}/{path}")[0], want, path)
        maker = self.client("maker")
        report = self.report(show, maker)
        self.assertEqual([p["item"] for p in report["products"]], [mine])
        self.assertTrue(report["is_own"])
        for member in ("figures", "funnel", "sources", "vias", "stay", "coupons", "draws", "flashes", "earlier"):
            self.assertNotIn(member, report)
        self.assertNotIn("seen", report["products"][0])
        self.assertEqual(maker.get(f"/shows/{show}/audience")[0], 403)
        only_theirs, _ = self.live("K5")
        self.report(only_theirs, maker, want=403)
        self.assertEqual(len(self.report(show)["products"]), 2)
        self.assertEqual(len(self.report(show, self.client("office"))["products"]), 2)

    def test_the_desk_keeps_ten_minutes_of_samples(self):
        show, _ = self.live("K1")
        room = Room(self.town, show)
        self.addCleanup(room.close)
        self.visit(show)
        status, body = self.host.get(f"/shows/{show}/audience")
        self.assertEqual((status, len(body["samples"])), (200, 60))
        self.until(lambda: any(s["viewers"] == 1 for s in self.host.get(f"/shows/{show}/audience")[1]["samples"]),
                   "a sample is there")
        pace = self.host.get(f"/shows/{show}/audience")[1]["pace"]
        self.assertEqual(set(pace), {"rate", "stay"})
        self.assertEqual(pace["rate"]["text"], "–")
        status, page = self.host.get(f"/shows/{show}/desk", {"Accept": "text/html"})
        self.assertIn("data-audience-of=\"stay\"", page)
        self.assertNotIn("audience", self.host.get(f"/shows/{show}/desk")[1])

    def test_the_workbook_has_a_page_for_each_table(self):
        show, _ = self.live("K1", "K5")
        for client, pages in ((self.host, 6), (self.client("maker"), 2)):
            status, body = client.get(f"/shows/{show}/report.xlsx")
            self.assertEqual(status, 200)
            book = zipfile.ZipFile(io.BytesIO(body))
            self.assertEqual(len([n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]), pages)
            said = book.read("xl/sharedStrings.xml").decode()
            self.assertIn("K1", said)
            self.assertEqual("K5" in said, pages == 6)

    def test_a_visit_lives_on_across_a_kill(self):
        show, _ = self.live("K1")
        who = visitor()
        self.visit(show, who=who)
        self.until(lambda: self.report(show)["stay"]["visits"] == 1, "it is written")
        self.town.kill()
        self.town.start()
        for client in (self.host, self.guest):
            client.close()
        self.visit(show, "start", who)  # the room came back
        second = visitor()
        self.visit(show, "start", second)
        self.until(lambda: self.report(show)["stay"]["visits"] == 2, "both are there")


class Flood(AudienceCase):
    def test_one_address_cannot_flood_the_count(self):
        show, _ = self.live("K1")
        refused = 0
        for _ in range(900):
            status, _ = self.guest.post(f"/shows/{show}/visit", {"do": "start", "visitor": visitor()})
            self.assertIn(status, (200, 429))
            refused += status == 429
        self.assertGreater(refused, 0)
        self.report(show)


if __name__ == "__main__":
    unittest.main()
