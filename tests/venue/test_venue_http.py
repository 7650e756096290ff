"""Rooms over HTTP, against the real program: test_venue_http.py GUILDHALL"""
import datetime
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

import icalendar

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
ZONE = datetime.timezone(datetime.timedelta(hours=8))
days = iter(range(2, 50))  # each case books on days of its own


def today():
    return datetime.datetime.now(ZONE).date()


class Venue(TownCase):
    program = PROGRAM
    options = {"buyers": 8, "stock": (5,), "users": [("host", "host"), ("other", "host")]}
    people = ("buyer", "office", "maker", "guest", "host", "other")

    @classmethod
    def fill(cls, db):
        db.run("INSERT INTO venue_floors (id, position, name_zh, name_en) VALUES (1, 1, '一层', 'First floor')")
        rooms = [(1, "L1", "live_room", 4, " lights fibre ", "member", None, 0), (2, "L2", "live_room", 8, " lights ", "member", None, 0),
                 (3, "C1", "classroom", 40, " projector ", "member", None, 0), (4, "F1", "factory_live_room", 4, " ", "factory", 1, 0),
                 (5, "H1", "hall", 300, " stage ", "member", None, 1), (6, "N1", "provider_desk", 1, " ", "member", None, 0), (7, "N2", "provider_desk", 1, " ", "member", None, 0)]
        for id, code, kind, seats, tags, who, of, word in rooms:
            db.run("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, equipment, price_fen, who_may,"
                   " organisation_id, needs_word, door_token, created_at) VALUES (?, 1, ?, ?, ?, ?, 4550, ?, ?, 8000, ?, ?, ?, ?, 1)",
                   id, code, kind, f"房间{id}", f"Room {id}", seats, tags, who, of, word, f"{id:032d}")
            for weekday in range(1, 8):
                db.run("INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (?, ?, ?, ?)", id, weekday, *((0, 48) if id >= 6 else (16, 44)))
        db.count_on("venue_spaces", "venue_floors")

    def setUp(self):
        super().setUp()
        self.date = today() + datetime.timedelta(days=next(days))
        self.day = self.date.isoformat()

    def search(self, client=None, **more):
        query = "&".join(f"{k}={v}" for k, v in {"day": self.day, "from": "19:00", "until": "22:00", **more}.items())
        return (client or self.buyer).get(f"/venue?{query}")

    def book(self, client=None, space=1, start="19:00", end="22:00", **more):
        return (client or self.buyer).post("/venue/bookings", {"space": space, "day": self.day, "from": start, "until": end, **more})

    def booked(self, *args, **more):
        status, body = self.book(*args, **more)
        self.assertEqual(status, 200, body)
        return body["id"]

    def book_now(self, client, space):
        """The half hour that is; when it ends between the two lines, the next."""
        for _ in range(2):
            now = datetime.datetime.now(ZONE)
            start = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
            end = start + datetime.timedelta(minutes=30)
            status, body = client.post("/venue/bookings", {"space": space, "from": f"{start:%Y-%m-%dT%H:%M}", "until": f"{end:%Y-%m-%dT%H:%M}"})
            if status == 200:
                break
        self.assertEqual(status, 200, body)
        return body

    def scanned(self, svg):
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "code.svg").write_text(svg)
            subprocess.run(["rsvg-convert", "-w", "800", "--background-color", "white", "-o", at / "code.png", at / "code.svg"], check=True)
            return subprocess.run(["zbarimg", "-q", "--raw", at / "code.png"], check=True, stdout=subprocess.PIPE).stdout.decode().strip()

    def path_of(self, body):
        return "/venue/" + body["address"].split("/venue/", 1)[1]

    def cancel(self, client, id):
        self.assertEqual(client.post(f"/venue/bookings/{id}/do", {"event": "cancel"})[0], 200)

    def refused(self, answer, status, field=None):
        self.assertEqual(answer[0], status, answer[1])
        if field:
            self.assertEqual(answer[1].get("field"), field, answer[1])

    def codes(self, page, member="free"):
        return [s["code"] for s in page[member]]

    def test_the_search_begins_with_the_time(self):
        self.assertEqual(self.codes(self.search()[1]), ["C1", "H1", "L1", "L2", "N1", "N2"])
        self.assertEqual(self.codes(self.search(self.maker)[1]), ["C1", "F1", "H1", "L1", "L2", "N1", "N2"])
        self.assertEqual(self.codes(self.search(kind="live_room", seats=5)[1]), ["L2"])
        self.assertEqual(self.codes(self.search(equipment="fibre")[1]), ["L1"])
        id = self.booked()
        page = self.search(kind="live_room")[1]
        self.assertEqual(self.codes(page), ["L2"])
        near = next(s for s in page["near"] if s["code"] == "L1")["near"]
        self.assertEqual((near["from"], near["until"]), ("16:00", "19:00"))
        other = self.booked(self.office, space=2)
        page = self.search(kind="live_room")[1]
        self.assertEqual((page["free"], self.codes(page, "other")), ([], ["C1", "H1", "N1", "N2"]))
        self.cancel(self.buyer, id)
        self.cancel(self.office, other)
        self.assertIn("L1", self.codes(self.search()[1]))

    def test_a_search_says_why_nothing_can_be_had(self):
        far = (today() + datetime.timedelta(days=200)).isoformat()
        for client, change, why in ((self.buyer, {"day": far}, "far"), (self.buyer, {"day": "2020-01-01"}, "past"),
                                    (self.buyer, {"from": "08:00", "until": "21:30"}, "long"), (self.buyer, {}, ""),
                                    (self.office, {"day": far}, ""), (self.office, {"day": "2020-01-01"}, "past")):
            query = urllib.parse.urlencode({"day": self.day, "from": "19:00", "until": "21:00", **change})
            status, page = client.get(f"/venue?{query}")
            self.assertEqual((status, page["why"]), (200, why), (change, page))
            self.assertEqual(bool(page["free"]), why == "", change)
        for field, bad in (("seats", "-1"), ("seats", "99999"), ("seats", "x"), ("kind", "cellar")):
            query = urllib.parse.urlencode({"day": self.day, "from": "19:00", "until": "21:00", field: bad})
            self.refused(self.buyer.get(f"/venue?{query}"), 422, field)
        self.refused(self.buyer.get(f"/venue?day={self.day}&from=22:00&until=02:00"), 422, "until")

    def test_what_cannot_be_has_one_outcome(self):
        id = self.booked()
        host = self.host
        self.refused(self.book(host, start="21:30", end="22:00"), 409)
        self.refused(self.book(host, start="18:01", end="19:01"), 422, "from")  # off the grid
        self.refused(self.book(host, start="21:59", end="22:00"), 422, "from")
        self.refused(self.book(host, start="22:00", end="02:00"), 422, "until")
        late, tomorrow = f"{self.day}T21:00", f"{(self.date + datetime.timedelta(days=1)).isoformat()}T02:00"
        self.refused(host.post("/venue/bookings", {"space": 1, "from": late, "until": tomorrow}), 422, "until")
        self.refused(host.post("/venue/bookings", {"space": 1, "from": late, "until": f"{self.date.year + 1}-01-01T21:00"}), 422, "until")
        self.refused(self.book(host, start="22:00", end="00:00", space=1), 409)  # that is midnight: it is closed then
        self.refused(self.book(host, start="06:00", end="09:00"), 409)  # before it opens
        self.refused(self.book(host, start="08:00", end="22:00", space=2), 409, "until")  # too long
        self.refused(self.book(host, space=4), 403)
        self.refused(self.book(host, space=99), 404)
        self.refused(self.book(host, start="x"), 422, "from")
        self.refused(host.post("/venue/bookings", {"space": 1, "day": "2020-01-01", "from": "10:00", "until": "12:00"}), 409, "from")
        far = (today() + datetime.timedelta(days=200)).isoformat()
        self.refused(host.post("/venue/bookings", {"space": 1, "day": far, "from": "10:00", "until": "12:00"}), 409)
        self.refused(self.book(host, weeks=27), 422, "weeks")
        self.assertEqual(self.book()[1]["id"], id)  # pressed twice
        self.cancel(self.buyer, id)

    def test_somebody_elses_is_not_there(self):
        id = self.booked()
        for path, fields in ((f"/venue/bookings/{id}", None), (f"/venue/bookings/{id}/move", {"day": self.day, "from": "10:00", "until": "12:00"}),
                             (f"/venue/bookings/{id}/do", {"event": "cancel"})):
            answer = self.host.get(path) if fields is None else self.host.post(path, fields)
            self.refused(answer, 404)
        self.assertEqual(self.guest.get(f"/venue/bookings/{id}")[0], 401)
        self.assertEqual(self.guest.get("/venue")[0], 401)
        self.assertEqual(self.host.get("/venue/board")[0], 403)
        self.assertEqual(self.buyer.post(f"/venue/bookings/{id}/do", {"event": "grant"})[0], 409)
        self.assertEqual(self.buyer.post(f"/venue/bookings/{id}/do", {"event": "miss"})[0], 403)
        self.assertEqual(self.buyer.post(f"/venue/bookings/{id}/do", {"event": "x"})[0], 422)
        self.cancel(self.buyer, id)

    def test_moving_and_what_is_in_the_way(self):
        id, other = self.booked(start="10:00", end="12:00"), self.booked(self.host, start="14:00", end="16:00")
        move = f"/venue/bookings/{id}/move"
        self.refused(self.buyer.post(move, {"day": self.day, "from": "13:00", "until": "14:30"}), 409)
        self.assertEqual(self.office.post(move, {"space": 2, "day": self.day, "from": "13:00", "until": "14:30"})[0], 200)
        booking = self.buyer.get(f"/venue/bookings/{id}")[1]
        self.assertEqual([booking["booking"][k] for k in ("from", "until")] + [booking["booking"]["space"]["code"]], ["13:00", "14:30", "L2"])
        self.assertEqual([e["event"] for e in booking["events"]], ["book", "move"])
        self.assertNotEqual(booking["events"][0]["actor"], booking["events"][1]["actor"])  # who did it
        told = self.buyer.get("/messages")[1]
        self.assertIn("Room 2" if "Room 2" in str(told) else "房间2", str(told))
        board = self.office.get(f"/venue/board?day={self.day}")[1]
        self.assertEqual({s["code"]: [b["id"] for b in s["bookings"]] for s in board["spaces"] if s["bookings"]}, {"L1": [other], "L2": [id]})
        week = self.buyer.get(f"/venue/spaces/1?day={self.day}")[1]
        seen = [b for d in week["days"] for b in d["bookings"] if b["id"] == other]
        self.assertEqual((seen[0]["title"], "who" in seen[0]), ("", False))  # whose it is is nobody's business
        self.cancel(self.buyer, id)
        self.cancel(self.host, other)

    def test_who_has_one_is_reminded_until_it_is_off(self):
        id = self.booked()

        def due():
            with self.town.database.connect() as db:
                return [ms for ms, in db.all("SELECT due_at FROM notices WHERE about = ? AND kind = 'booking.near'", f"booking:{id}")]
        before = due()
        self.assertEqual(len(before), 1)
        self.assertEqual(self.buyer.post(f"/venue/bookings/{id}/move", {"day": self.day, "from": "18:00", "until": "20:00"})[0], 200)
        self.assertEqual(due(), [before[0] - 3600 * 1000])
        self.cancel(self.buyer, id)
        self.assertEqual(due(), [])

    def test_weekly_leaves_out_what_is_taken_and_says_so(self):
        later = (self.date + datetime.timedelta(days=7)).isoformat()
        other = self.other.post("/venue/bookings", {"space": 3, "day": later, "from": "10:00", "until": "12:00"})[1]["id"]
        preview = self.host.get(f"/venue/book?space=3&day={self.day}&from=10:00&until=12:00&weeks=3")[1]
        self.assertEqual([d["reason"] for d in preview["dates"]], ["", "taken", ""])
        status, body = self.book(self.host, space=3, start="10:00", end="12:00", weeks=3)
        self.assertEqual((status, body["booked"], [d["day"] for d in body["skipped"]]), (200, 2, [later]))
        for b in self.host.get("/venue/bookings")[1]["coming"]:
            if b["space"]["code"] == "C1":
                self.cancel(self.host, b["id"])
        self.cancel(self.other, other)

    def test_who_waits_is_offered_what_is_freed(self):
        id = self.booked(space=2, start="09:00", end="11:00")
        waits = self.booked(self.host, space=2, start="10:00", end="12:00", wait=1)
        self.assertEqual(self.host.get(f"/venue/bookings/{waits}")[1]["booking"]["state"], "waitlisted")
        self.cancel(self.buyer, id)
        booking = self.host.get(f"/venue/bookings/{waits}")[1]["booking"]
        self.assertEqual(booking["state"], "pending")
        self.assertIn("answer_by", booking)
        self.refused(self.book(self.other, space=2, start="10:00", end="12:00"), 409)
        self.assertEqual(self.host.post(f"/venue/bookings/{waits}/do", {"event": "confirm"})[0], 200)
        self.cancel(self.host, waits)

    def test_the_hall_asks_first(self):
        id = self.booked(self.host, space=5, start="10:00", end="12:00")
        self.assertEqual(self.host.post(f"/venue/bookings/{id}/do", {"event": "grant"})[0], 403)
        self.refused(self.office.post(f"/venue/bookings/{id}/do", {"event": "refuse"}), 422, "note")
        self.assertEqual(self.office.post(f"/venue/bookings/{id}/do", {"event": "grant"})[0], 200)
        self.cancel(self.host, id)

    def test_one_room_many_people(self):
        answers = []

        def ask(n):
            client = self.town.client(f"buyer{n}")
            answers.append(self.book(client, space=3, start="15:00", end="17:00"))
            client.close()
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        won = [b["id"] for s, b in answers if s == 200]
        self.assertEqual(sorted(s for s, _ in answers), [200] + [409] * 7)
        self.cancel(self.office, won[0])

    def test_calendars_open_in_a_standard_parser(self):
        id = self.booked(self.host, start="10:00", end="11:30", title="试播;新品,一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\\")
        status, made = self.host.post("/venue/feeds")
        self.assertEqual(status, 200)
        path = "/venue/" + made["address"].split("/venue/", 1)[1]
        status, text = self.guest.get(path)
        self.assertEqual(status, 200, text)
        self.assertTrue(all(len(line.encode()) <= 75 for line in text.split("\r\n")))
        calendar = icalendar.Calendar.from_ical(text)
        event = next(e for e in calendar.walk("VEVENT") if str(e["UID"]) == f"booking-{id}@guildhall")
        begin = datetime.datetime(self.date.year, self.date.month, self.date.day, 10, tzinfo=ZONE)
        self.assertEqual((event["DTSTART"].dt, event["DTEND"].dt - event["DTSTART"].dt), (begin, datetime.timedelta(minutes=90)))
        self.assertTrue(str(event["SUMMARY"]).startswith("试播;新品,一二三"), event["SUMMARY"])
        self.assertTrue(str(event["SUMMARY"]).endswith("十\\"), event["SUMMARY"])
        self.assertEqual(self.host.post("/venue/feeds", {"space": 1})[0], 403)
        of_space = self.office.post("/venue/feeds", {"space": 1})[1]["address"]
        self.assertIn(f"booking-{id}@", self.guest.get("/venue/" + of_space.split("/venue/", 1)[1])[1])
        self.assertIn("early_until", self.host.get(f"/venue/bookings/{id}")[1]["booking"])  # no button yet
        for guessed in (path.replace(path[14:18], "0000"), "/venue/feeds/1/calendar.ics", f"/venue/feeds/{'0' * 48}/calendar.ics"):
            self.assertEqual(self.guest.get(guessed)[0], 404, guessed)
        self.assertEqual(self.other.post(f"/venue/feeds/{made['id']}/revoke")[0], 404)
        self.assertEqual(self.host.post(f"/venue/feeds/{made['id']}/revoke")[0], 200)
        self.assertEqual(self.guest.get(path)[0], 404)
        self.cancel(self.host, id)

    def test_the_door_lets_in_who_has_it(self):
        address = self.office.get("/venue/spaces/2/door")[1]["address"]
        path = "/venue/" + address.split("/venue/", 1)[1]
        self.assertEqual(self.host.get("/venue/spaces/2/door")[0], 403)
        self.assertEqual(self.guest.get(path)[0], 401)
        self.assertEqual(self.host.get("/venue/door/" + "0" * 32)[0], 404)
        self.assertNotIn("booking", self.host.get(path)[1])
        self.assertEqual(self.host.post(path)[0], 409)
        body = self.book_now(self.host, 6)
        self.assertNotIn("early_until", self.host.get(f"/venue/bookings/{body['id']}")[1]["booking"])
        self.refused(self.host.post(f"/venue/bookings/{body['id']}/do", {"event": "check_in"}), 403)  # not from home
        path = "/venue/door/" + f"{6:032d}"
        self.assertNotIn("booking", self.other.get(path)[1])
        self.assertEqual([self.host.post(path)[0] for _ in range(2)], [200, 200])  # scanned twice
        booking = self.host.get(f"/venue/bookings/{body['id']}")[1]
        self.assertEqual(booking["booking"]["state"], "checked_in")
        self.assertEqual([e["event"] for e in booking["events"]], ["book", "check_in"])

    def test_the_code_at_a_door_with_a_screen_turns(self):
        door, html = "/venue/spaces/7/door", {"Accept": "text/html", "Accept-Language": "en"}
        sheet = self.office.get(door)[1]
        self.refused(self.host.post(door, {"turns": 1}), 403)
        for bad in ("", "2", "x"):
            self.refused(self.office.post(door, {"turns": bad}), 422, "turns")
        self.assertEqual(self.office.post("/venue/spaces/999/door", {"turns": 1})[0], 404)
        self.assertEqual(self.office.post(door, {"turns": 1})[0], 200)
        at = self.path_of(self.office.get(door)[1])
        status, screen = self.guest.get(at)  # a tablet: nobody is logged in there
        self.assertEqual(status, 200)
        self.assertLessEqual(screen["again_ms"], 20_000)
        path, code = self.path_of({"address": self.scanned(screen["svg"])}).split("?code=")
        self.assertEqual(self.host.get(self.path_of(sheet))[0], 404)  # the sheet is void
        for guessed in (at[:-1], f"{at[:-1]}{'0' if at[-1] != '0' else '1'}", at.replace("/7/", "/5/"), at.replace("/7/", "/x/")):
            self.assertEqual(self.office.get(guessed)[0], 404, guessed)
        body = self.book_now(self.other, 7)
        self.assertEqual(self.office.post("/venue/spaces/5/door", {"turns": 1})[0], 200)
        elsewhere = self.scanned(self.guest.get(self.path_of(self.office.get("/venue/spaces/5/door")[1]))[1]["svg"]).split("?code=")[1]
        for old in ("", elsewhere, "0" * 16, code[:-1], code[::-1], "x" * 5000):
            self.refused(self.other.post(path, {"code": old}), 410, "code")
        self.assertTrue(self.other.get(f"{path}?code=0000000000000000")[1]["is_old"])
        page = self.other.get(path, headers=html)[1]
        self.assertIn("scan the screen again", page)
        self.assertNotIn('name="code"', page)
        self.assertFalse(self.other.get(f"{path}?code={code}")[1]["is_old"])
        self.assertEqual(self.other.post(path, {"code": code})[0], 200)
        self.assertEqual(self.other.get(f"/venue/bookings/{body['id']}")[1]["booking"]["state"], "checked_in")
        shown = self.guest.get(at, headers=html)[1]
        self.assertIn("data-screen", shown)
        self.assertNotIn(f"/venue/spaces/7/door", shown)
        self.assertEqual(self.office.post(door, {"turns": 0})[0], 200)
        self.assertEqual(self.guest.get(at)[0], 404)
        self.assertEqual(self.other.get(path)[0], 404)

    def test_the_base_keeps_rooms_hours_closures_and_rules(self):
        new = {"floor": 1, "code": "Z9", "kind": "classroom", "name_zh": "新教室", "name_en": "New classroom", "area": 80, "seats": 30, "price": 50,
               "equipment": "projector", "who_may": "member", "from": "09:00", "until": "18:00"}
        for path, fields in (("/venue/spaces", new), ("/venue/floors", {"name_zh": "二层", "name_en": "Second"}), ("/venue/closures", {}), ("/venue/rules", {}),
                             ("/venue/spaces/1", new), ("/venue/spaces/1/hours", {"weekday": 1})):
            self.refused(self.buyer.post(path, fields), 403)
        self.refused(self.office.post("/venue/spaces", {**new, "area": 0}), 422, "area")
        self.refused(self.office.post("/venue/spaces", {**new, "from": "09:10"}), 422, "from")
        self.refused(self.office.post("/venue/spaces", {**new, "equipment": "<b>"}), 422, "equipment")
        self.refused(self.office.post("/venue/spaces", {**new, "who_may": "factory"}), 422, "organisation")
        self.assertEqual(self.office.post("/venue/spaces", new)[0], 200)
        self.assertEqual(self.office.post("/venue/spaces", new)[0], 409)  # the number is taken
        space = next(s["id"] for s in self.office.get("/venue/manage")[1]["spaces"] if s["code"] == "Z9")
        self.refused(self.book(space=space, start="17:00", end="19:00"), 409)
        weekday = self.date.isoweekday()
        self.assertEqual(self.office.post(f"/venue/spaces/{space}/hours", {"weekday": weekday, "from": "09:00", "until": "21:00"})[0], 200)
        id = self.booked(space=space, start="17:00", end="19:00")
        self.assertEqual(self.office.post("/venue/closures", {"space": space, "from_day": self.day, "until_day": self.day, "from": "00:00",
                                                              "until": "24:00", "reason_zh": "刷漆", "reason_en": "Painting"})[0], 200)
        self.refused(self.book(self.host, space=space, start="09:00", end="10:00"), 409)
        self.assertIn("booking.closed", [n["kind"] for n in self.buyer.get("/messages")[1]["notices"] if n["link"] == f"/venue/bookings/{id}"])
        self.assertIn(f"/venue/bookings/{id}", str(self.office.get("/board/rooms_closed")[1]))  # stays, for somebody to move
        closure = next(c["id"] for c in self.office.get("/venue/manage")[1]["closures"] if c["code"] == "Z9")
        self.assertEqual(self.office.post(f"/venue/closures/{closure}/lift")[0], 200)
        other = self.booked(self.host, space=space, start="09:00", end="10:00")
        self.cancel(self.host, other)
        self.cancel(self.buyer, id)
        # The week and the equipment of the form; a refusal keeps what was typed and changes nothing.
        form = {**{k: v for k, v in new.items() if k not in ("equipment", "from", "until")}, "week": 1, "from_1": "10:00", "until_1": "24:00",
                "has_stage": 1, "has_lights": 1, "name_en": "Big room"}
        self.refused(self.office.post(f"/venue/spaces/{space}", {**form, "until_3": "12:00"}), 422, "from_3")
        self.refused(self.office.post(f"/venue/spaces/{space}", {**form, "from_3": "12:00", "until_3": "12:15"}), 422, "until_3")
        page = self.office.get(f"/venue/spaces/{space}/edit")[1]
        self.assertEqual([t["tag"] for t in page["tags"] if t["is_on"]], ["projector"])
        self.assertEqual([(d["from"], d["until"]) for d in page["days"] if d["weekday"] == weekday], [("09:00", "21:00")])
        self.assertEqual(self.office.post(f"/venue/spaces/{space}", form)[0], 200)
        page = self.office.get(f"/venue/spaces/{space}/edit")[1]
        self.assertEqual([t["tag"] for t in page["tags"] if t["is_on"]], ["lights", "stage"])
        self.assertEqual([(d["weekday"], d["from"], d["until"]) for d in page["days"] if d["from"]], [(1, "10:00", "24:00")])
        self.assertEqual(page["typed"]["name_en"], "Big room")
        for client, want in ((self.guest, 401), (self.host, 403), (self.maker, 403)):
            self.assertEqual(client.get(f"/venue/spaces/{space}/edit")[0], want)
        self.assertEqual(self.office.get("/venue/spaces/999/edit")[0], 404)
        self.assertEqual(self.office.post(f"/venue/spaces/{space}", {**new, "is_open": 0})[0], 200)
        self.refused(self.book(space=space, start="10:00", end="11:00"), 409)
        rules = {r["name"]: r["value"] for r in self.office.get("/venue/manage")[1]["rules"]}
        self.refused(self.office.post("/venue/rules", {**rules, "first_day": "2020-01-01"}), 422, "first_day")
        self.refused(self.office.post("/venue/rules", {**rules, "first_day": self.day, "late_min": 1}), 422, "late_min")
        far = (today() + datetime.timedelta(days=300)).isoformat()
        self.assertEqual(self.office.post("/venue/rules", {**rules, "first_day": far, "longest_min": 60})[0], 200)
        self.assertEqual({r["name"]: r["value"] for r in self.office.get("/venue/manage")[1]["rules"]}, rules)  # not yet

    def test_a_refused_form_leads_back_to_where_it_was(self):
        here = f"http://127.0.0.1:{self.town.http}"
        for came, back in ((f"{here}/venue/manage?x=1", "/venue/manage?x=1"), ("https://elsewhere.example/venue/manage", None), (f"{here}.example/x", None),
                           (here, None), ("javascript:alert(1)", None), (f"{here}/" + "a" * 2000, None), (None, None)):
            status, page = self.office.post("/venue/closures", {}, headers={"Accept": "text/html", **({"Referer": came} if came else {})})
            self.assertEqual(status, 422)
            self.assertEqual(re.findall(r'href="([^"]*)" data-back', page), [back] if back else [], came)

    def plan(self, client, hour="19:00", **more):
        return client.post("/shows", {"title_zh": "有房间的直播", "title_en": "A show with a room", "room": "L1", "starts_at": f"{self.day}T{hour}", **more})

    def test_a_show_and_its_room_are_one(self):
        status, body = self.plan(self.host, space=1)
        self.assertEqual(status, 200, body)
        show = body["id"]
        mine = [b for b in self.host.get("/venue/bookings")[1]["coming"] if b["subject"] == f"show:{show}"]
        self.assertEqual([(b["from"], b["until"], b["space"]["code"]) for b in mine], [("19:00", "21:00", "L1")])
        # It bears the name of its room, whatever was typed; none needs to be.
        room = self.host.get(f"/venue/bookings/{mine[0]['id']}", {"Accept-Language": "en"})[1]["booking"]["space"]["name"]
        self.assertEqual(self.guest.get(f"/shows/{show}", {"Accept-Language": "en"})[1]["show"]["room"], room)
        self.refused(self.plan(self.other, room=""), 422, "room")
        self.refused(self.plan(self.other, starts_at="2020-01-01T19:00"), 422, "starts_at")
        self.refused(self.plan(self.other, space=1), 409)  # nothing is planned then
        self.refused(self.plan(self.other, space=4), 403)
        # The form comes back with the room that was chosen, and says why.
        status, page = self.other.post("/shows", {"title_zh": "有房间的直播", "title_en": "A show with a room", "room": "L1", "starts_at": f"{self.day}T19:00",
                                                  "space": 1}, headers={"Accept": "text/html"})
        self.assertEqual(status, 409)
        self.assertRegex(page, r'<option value="1" selected>')
        self.assertIn("note bad", page)
        self.refused(self.host.post(f"/venue/bookings/{mine[0]['id']}/do", {"event": "cancel"}), 409)
        fields = {"title_zh": "有房间的直播", "title_en": "A show with a room", "room": "L1"}
        self.assertEqual(self.host.post(f"/shows/{show}/plan", {**fields, "starts_at": f"{self.day}T14:00"})[0], 200)
        booking = self.host.get(f"/venue/bookings/{mine[0]['id']}")[1]["booking"]
        self.assertEqual((booking["from"], booking["until"]), ("14:00", "16:00"))
        # The base moves it to another room, and later: so does the show.
        move = {"space": 2, "day": self.day, "from": "15:30", "until": "17:30"}
        self.assertEqual(self.office.post(f"/venue/bookings/{mine[0]['id']}/move", move)[0], 200)
        moved = self.host.get(f"/venue/bookings/{mine[0]['id']}", {"Accept-Language": "en"})[1]["booking"]["space"]["name"]
        self.assertNotEqual(moved, room)
        told = self.guest.get(f"/shows/{show}", {"Accept-Language": "en"})[1]["show"]
        self.assertEqual(told["room"], moved)
        with self.town.database.connect() as db:
            begins = db.one("SELECT s.starts_at - b.starts_at FROM shows s JOIN venue_bookings b ON b.subject = ? WHERE s.id = ?", f"show:{show}", show)
        self.assertEqual(begins, 0)
        self.assertIn("booking.moved", [n["kind"] for n in self.host.get("/messages")[1]["notices"]])
        self.assertEqual(self.office.post(f"/venue/bookings/{mine[0]['id']}/move", {**move, "space": 1, "from": "14:00", "until": "16:00"})[0], 200)
        taken = self.booked(self.other, start="10:00", end="12:00")
        self.refused(self.host.post(f"/shows/{show}/plan", {**fields, "starts_at": f"{self.day}T11:00"}), 409)
        self.assertEqual(self.host.post(f"/shows/{show}/end")[0], 200)
        self.assertEqual(self.host.get(f"/venue/bookings/{mine[0]['id']}")[1]["booking"]["state"], "cancelled")
        status, body = self.plan(self.other, room="厂里")  # without a room, as ever
        self.assertEqual(status, 200, body)
        self.cancel(self.other, taken)

    def test_a_show_at_one_of_the_rooms_has_booked_it(self):
        for named in ("L1", "l1", "房间1", "room 1", "直播间 L1"):
            self.refused(self.plan(self.other, room=named), 422, "room")
        page = self.other.post("/shows", {"title_zh": "x", "title_en": "x", "room": "L1", "starts_at": f"{self.day}T19:00"},
                               headers={"Accept": "text/html", "Accept-Language": "en"})[1]
        self.assertIn("choose it from the rooms", page)
        self.assertIn('value="L1" aria-invalid="true"', page)
        status, body = self.plan(self.other, space=1)
        self.assertEqual(status, 200, body)
        plan, fields = f"/shows/{body['id']}/plan", {"title_zh": "x", "title_en": "x", "starts_at": f"{self.day}T19:00"}
        booked = lambda: [b["id"] for b in self.other.get("/venue/bookings")[1]["coming"] if b["subject"] == f"show:{body['id']}"]
        self.refused(self.other.post(plan, {**fields, "room": "房间1", "space": 0}), 422, "room")  # without it, under its name
        self.assertEqual(len(booked()), 1)
        self.assertEqual(self.other.post(plan, {**fields, "room": "厂里", "space": 0})[0], 200)
        self.assertEqual(booked(), [])
        self.refused(self.other.post(plan, {**fields, "room": "房间1"}), 422, "room")
        self.assertEqual(self.other.post(plan, {**fields, "room": "房间1", "space": 1})[0], 200)
        self.assertEqual(len(booked()), 1)
        self.assertEqual(self.other.post(f"/shows/{body['id']}/end")[0], 200)


if __name__ == "__main__":
    unittest.main()
