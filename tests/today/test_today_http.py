"""The base's page of the day over HTTP, against the real program: test_today_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html"}
ZONE = datetime.timezone(datetime.timedelta(hours=8))
STEP_MIN = 30


def now():
    return datetime.datetime.now(ZONE)


def text(step):
    return f"{step // 2:02d}:{'30' if step % 2 else '00'}"


class Today(TownCase):
    program = PROGRAM
    options = {"buyers": 2, "stock": (5,), "users": [("host", "host")]}
    people = ("buyer", "office", "maker", "guest", "host")

    @classmethod
    def fill(cls, db):
        for floor in (1, 2):
            db.run("INSERT INTO venue_floors (id, position, name_zh, name_en) VALUES (?, ?, ?, ?)", floor, floor, f"{floor}层", f"Floor {floor}")
        for id, floor, hours in ((1, 1, (0, 48)), (2, 1, (0, 48)), (3, 2, None), (4, 2, (0, 48))):
            db.run("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, equipment, price_fen, who_may,"
                   " needs_word, door_token, created_at) VALUES (?, ?, ?, 'live_room', ?, ?, 4550, 4, ' ', 0, 'member', 0, ?, 1)",
                   id, floor, f"L{id}", f"房间{id}", f"Room {id}", f"{id:032d}")
            for weekday in range(1, 8) if hours else ():
                db.run("INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (?, ?, ?, ?)", id, weekday, *hours)
        db.run("INSERT INTO venue_closures (space_id, from_day, until_day, from_step, until_step, reason_zh, reason_en, by_id, at)"
               " VALUES (4, 0, 99999, 0, 48, '维修', 'Repairs', 1, 1)")
        db.count_on("venue_spaces", "venue_floors")

    def page(self):
        status, body = self.office.get("/today")
        self.assertEqual(status, 200, body)
        return body

    def test_it_is_the_bases(self):
        for client, want in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.host, 403), (self.office, 200)):
            self.assertEqual(client.get("/today")[0], want)
            self.assertEqual(client.get("/today?wall=1")[0], want)

    def test_now_and_next_in_every_space(self):
        while now().hour == 23 and now().minute == 59:  # a booking lies in one day
            time.sleep(1)
        at = now()
        step = (at.hour * 60 + at.minute) // STEP_MIN
        status, body = self.host.post("/venue/bookings", {"space": 1, "day": at.date().isoformat(), "from": text(step),
                                                          "until": text(min(step + 2, 48)), "title": "新品试播"})
        self.assertEqual(status, 200, body)
        running = body["id"]
        tomorrow = (at.date() + datetime.timedelta(days=1)).isoformat()
        status, body = self.host.post("/venue/bookings", {"space": 2, "day": tomorrow, "from": "09:00", "until": "10:00"})
        self.assertEqual(status, 200, body)
        rooms = self.page()["rooms"]
        self.assertEqual([[s["code"] for s in f["spaces"]] for f in rooms["floors"]], [["L1", "L2"], ["L3", "L4"]])
        spaces = {s["code"]: s for f in rooms["floors"] for s in f["spaces"]}
        self.assertEqual((rooms["busy"], rooms["spaces_n"], spaces["L1"]["now"]["is_due"]), (0, 4, True))  # nobody is in it yet
        self.assertEqual(self.host.post(f"/venue/bookings/{running}/do", {"event": "check_in"})[0], 403)  # at the door only
        self.assertEqual(self.office.post(f"/venue/bookings/{running}/do", {"event": "check_in"})[0], 200)
        rooms = self.page()["rooms"]
        spaces = {s["code"]: s for f in rooms["floors"] for s in f["spaces"]}
        self.assertEqual((rooms["busy"], spaces["L1"]["now"]["is_due"]), (1, False))
        self.assertEqual((spaces["L1"]["state"], spaces["L1"]["now"]["id"], spaces["L1"]["now"]["who"]), ("busy", running, "host"))
        self.assertTrue(0 <= spaces["L1"]["now"]["passed"] <= 100)
        self.assertEqual((spaces["L2"]["state"], spaces["L2"]["now"], spaces["L2"]["free_until"]), ("free", None, "24:00"))
        self.assertEqual((spaces["L2"]["next"]["id"], spaces["L2"]["next"]["from"], spaces["L2"]["next"]["is_tomorrow"]), (body["id"], "09:00", True))
        self.assertEqual((spaces["L3"]["state"], spaces["L4"]["state"]), ("off", "closed"))
        # A screen that everybody passes names nobody.
        page, wall = self.office.get("/today", HTML)[1], self.office.get("/today?wall=1", HTML)[1]
        self.assertIn("新品试播", page)
        self.assertIn("新品试播", wall)
        self.assertEqual(self.host.post("/shows", {"title_zh": "晚场", "title_en": "Late", "room": "一号", "starts_at": f"{tomorrow}T20:00"})[0], 200)
        page, wall = self.office.get("/today", HTML)[1], self.office.get("/today?wall=1", HTML)[1]
        self.assertIn("晚场", wall)
        self.assertIn(">host<", page)
        self.assertIn("host · 一号", page)
        self.assertNotIn("host · ", wall)
        self.assertNotIn(">host<", wall)
        self.assertNotIn("/venue/bookings/", wall)

    def test_what_waits_is_what_the_board_has(self):
        page, board = self.page(), self.office.get("/board")[1]
        lines = {l["name"]: l["count"] for g in board["groups"] for l in g["lines"] if l["count"]}
        self.assertEqual({l["name"]: l["count"] for l in page["waiting"]}, lines)
        self.assertEqual(page["waiting_n"], sum(lines.values()))

    def test_every_number_has_an_address(self):
        page = self.page()
        self.assertIn("products", [f["name"] for f in page["targets"]])
        for f in page["targets"]:
            status, figure = self.office.get(f["href"])
            self.assertEqual((status, figure["value"]), (200, f["value"]), f["href"])
        for l in page["waiting"]:
            self.assertEqual(self.office.get(l["href"])[0], 200)


unittest.main()
