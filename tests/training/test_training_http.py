"""Courses, seats and enrolment over HTTP, against the real program: test_training_http.py GUILDHALL"""
import base64
import datetime
import hashlib
import os
import pathlib
import queue
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv[1]
ZONE = datetime.timezone(datetime.timedelta(hours=8))
NAME = {"name": "林一舟"}
COURSE = {"occupation": "4-01-02-07", "trade": "seller", "level": 5, "title_zh": "直播销售入门", "title_en": "Selling live",
          "about_zh": "", "about_en": "", "hours": 0, "exam_questions": 4, "exam_minutes": 10, "exam_tries": 2,
          "pass_percent": 60, "attend_percent": 50, "valid_months": 24, "is_on": 1}


def moment(**ahead):
    return (datetime.datetime.now(ZONE) + datetime.timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M")


class Training(TownCase):
    program, options = PROGRAM, {"buyers": 3, "users": [("host", "host"), ("teacher", "host"), ("other", "host")]}
    people = ("host", "teacher", "other", "office", "buyer", "guest")

    @classmethod
    def fill(cls, db):
        db.run("INSERT INTO venue_floors (id, position, name_zh, name_en) VALUES (1, 1, '二层', 'Second floor')")
        db.run("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, who_may, door_token, created_at)"
               " VALUES (1, 1, 'C1', 'classroom', '培训教室', 'Classroom', 8000, 30, 'base', 'door-1', 1),"
               " (2, 1, 'C2', 'classroom', '小教室', 'Small room', 3000, 12, 'base', 'door-2', 1)")
        for space in (1, 2):
            for weekday in range(1, 8):
                db.run("INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (?, ?, 16, 44)", space, weekday)

    def user_id(self, login):
        with self.town.database.connect() as db:
            return db.one("SELECT id FROM users WHERE login = ?", login)

    def course(self, **change):
        status, body = self.office.post("/training/courses", {**COURSE, "teacher": self.user_id("teacher"), **change})
        self.assertEqual(status, 200, body)
        return body["id"]

    def run_of(self, course=None, seats=2, sessions=1):
        status, body = self.office.post(f"/training/courses/{course or self.course()}/runs", {"seats": seats})
        self.assertEqual(status, 200, body)
        run = body["id"]
        for day in range(1, sessions + 1):
            self.assertEqual(self.session(run, starts_at=moment(days=day), ends_at=moment(days=day, hours=2))[0], 200)
        return run

    def session(self, run, client=None, **change):
        fields = {"title_zh": "第一课", "title_en": "One", "starts_at": moment(hours=1), "ends_at": moment(hours=3), "room": "厂里的教室", **change}
        return (client or self.office).post(f"/training/runs/{run}/sessions", fields)

    def enrol(self, client, run, **fields):
        status, body = client.post(f"/training/runs/{run}/enrol", fields or NAME)
        self.assertEqual(status, 200, body)
        return body["state"]

    def roster(self, run):
        status, body = self.teacher.get(f"/training/runs/{run}")
        self.assertEqual(status, 200, body)
        return [(p["user_name"], p["state"]) for p in body["roster"]], body["run"]


class Courses(Training):
    def test_a_course_has_the_hours_of_its_level(self):
        for level, hours in ((5, 120), (4, 104), (3, 88), (2, 72), (1, 72)):
            status, body = self.guest.get(f"/training/courses/{self.course(level=level)}")
            self.assertEqual((status, body["course"]["hours"]), (200, hours))
        self.assertEqual(self.guest.get(f"/training/courses/{self.course(hours=24)}")[1]["course"]["hours"], 24)

    def test_what_is_wrong_of_a_course_is_said(self):
        for field, value in (("occupation", "4-01"), ("trade", "pilot"), ("level", 6), ("level", 0), ("hours", 401), ("title_zh", ""),
                             ("title_en", "x" * 81), ("exam_questions", 0), ("exam_minutes", 241), ("exam_tries", 6),
                             ("pass_percent", 101), ("attend_percent", -1), ("valid_months", 0), ("teacher", self.user_id("buyer0")),
                             ("bank", 99)):
            status, body = self.office.post("/training/courses", {**COURSE, "teacher": self.user_id("teacher"), field: value})
            self.assertEqual((status, body["field"]), (422, field), (field, value))

    def test_the_list_is_public_and_what_is_off_it_is_the_teachers(self):
        course = self.course(title_en="Seen by all")
        self.run_of(course)
        body = self.guest.get("/training")[1]
        self.assertIn("Seen by all", [c["title"] for c in self.guest.get("/training", {"Accept-Language": "en"})[1]["courses"]])
        self.assertIn(course, [r["course"]["id"] for r in body["runs"]])
        hidden = self.course(is_on=0)
        self.assertNotIn(hidden, [c["id"] for c in self.guest.get("/training")[1]["courses"]])
        for client, status in ((self.guest, 404), (self.host, 404), (self.teacher, 200), (self.office, 200)):
            self.assertEqual(client.get(f"/training/courses/{hidden}")[0], status)
        self.assertEqual(self.host.post(f"/training/runs/{self.run_of(hidden)}/enrol", NAME)[0], 404)

    def test_courses_are_the_bases_to_make(self):
        run = self.run_of()
        for path in ("/training/courses", f"/training/runs/{run}/seats", f"/training/runs/{run}/cancel", f"/training/runs/{run}/sessions",
                     "/training/courses/1/runs", "/training/banks"):
            for client, status in ((self.guest, 401), (self.host, 403), (self.teacher, 403), (self.buyer, 403)):
                self.assertEqual(client.post(path, {"seats": 9})[0], status, path)
        self.assertEqual(self.office.post("/training/runs/999999/seats", {"seats": 9})[0], 404)
        self.assertEqual(self.office.get("/training/desk")[0], 200)
        for client, status in ((self.guest, 401), (self.teacher, 403), (self.buyer, 403)):
            self.assertEqual(client.get("/training/desk")[0], status)

    def test_a_class_is_its_teachers_and_the_bases_to_see(self):
        run = self.run_of()
        for client, status in ((self.guest, 401), (self.buyer, 403), (self.other, 404), (self.teacher, 200), (self.office, 200)):
            self.assertEqual(client.get(f"/training/runs/{run}")[0], status)
        self.assertIn(run, [r["id"] for r in self.teacher.get("/training/runs")[1]["runs"]])
        self.assertEqual(self.other.get("/training/runs")[1]["runs"], [])

    def test_a_session_has_a_place_and_times_that_can_be(self):
        run = self.run_of(sessions=0)
        for field, change in (("room", {"room": ""}), ("room", {"room": "C1"}), ("room", {"room": "教室 c1"}), ("room", {"room": "培训教室"}), ("show", {"show": 1}), ("show", {"room": "", "show": 999}),
                              ("ends_at", {"ends_at": moment(minutes=30)}), ("ends_at", {"ends_at": moment(days=3)}),
                              ("starts_at", {"starts_at": "soon"}), ("title_zh", {"title_zh": ""})):
            status, body = self.session(run, **change)
            self.assertEqual((status, body["field"]), (422, field), change)
        self.assertEqual(self.session(run)[0], 200)

    def test_a_room_of_the_base_is_booked_with_its_session(self):
        day = (datetime.datetime.now(ZONE) + datetime.timedelta(days=3)).strftime("%Y-%m-%d")
        times = {"starts_at": f"{day}T14:00", "ends_at": f"{day}T16:00"}
        run, other = self.run_of(sessions=0), self.run_of(sessions=0)
        ask = f"/training/runs/{run}?starts_at={day}T14:00&ends_at={day}T16:00"
        self.assertEqual([s["id"] for s in self.office.get(ask)[1]["free"]], [1, 2])
        self.assertNotIn("free", self.teacher.get(ask)[1])  # the base's to book
        self.assertEqual(self.session(run, room="", space=1, **times)[0], 200)
        self.assertEqual(self.office.get(f"/training/runs/{run}")[1]["run"]["sessions"][0]["room"], "培训教室")
        self.assertEqual(self.office.get(f"/training/runs/{run}", {"Accept-Language": "en"})[1]["run"]["sessions"][0]["room"], "Classroom")
        self.assertEqual([s["id"] for s in self.office.get(ask)[1]["free"]], [2])
        self.assertEqual(self.session(other, room="", space=1, **times)[0], 409)  # two do not get one room
        self.assertEqual(self.office.get(f"/training/runs/{other}")[1]["run"]["sessions"], [])
        self.assertEqual(self.session(other, room="x", space=1, **times)[1]["field"], "space")
        self.assertEqual(self.office.post(f"/training/runs/{run}/cancel", {"note": "改期"})[0], 200)
        self.assertEqual(self.session(other, room="", space=1, **times)[0], 200)

    def told(self, client, about):
        return [n["text"] for n in client.get("/messages")[1]["notices"] if about in n["text"]]

    def test_a_session_moves_with_its_room_and_who_is_in_it_is_told(self):
        on = (datetime.datetime.now(ZONE) + datetime.timedelta(days=5)).strftime("%Y-%m-%d")
        run = self.run_of(sessions=0, course=self.course(title_zh="改期课", title_en="Moving course"))
        times = lambda a, b: {"starts_at": f"{on}T{a}", "ends_at": f"{on}T{b}"}
        self.assertEqual(self.session(run, room="", space=1, title_zh="会改期的课", title_en="A class that moves", **times("09:00", "11:00"))[0], 200)
        self.enrol(self.host, run)
        session = self.office.get(f"/training/runs/{run}")[1]["run"]["sessions"][0]["id"]
        move, free = f"/training/sessions/{session}/move", lambda a, b: [s["id"] for s in self.office.get(
            f"/training/runs/{run}?starts_at={on}T{a}&ends_at={on}T{b}")[1]["free"] if s["id"] == 1]
        for client, status in ((self.guest, 401), (self.host, 403), (self.teacher, 403)):
            self.assertEqual(client.post(move, times("13:00", "15:00"))[0], status)
        other = self.run_of(sessions=0)
        self.assertEqual(self.session(other, room="", space=1, **times("18:00", "20:00"))[0], 200)
        self.assertEqual(self.office.post(move, times("19:00", "21:00"))[0], 409)  # somebody has the room then
        self.assertEqual(self.office.post(move, {"starts_at": moment(hours=-2), "ends_at": moment(hours=-1)})[1]["field"], "starts_at")
        self.assertEqual(self.office.post(move, times("15:00", "13:00"))[1]["field"], "ends_at")
        self.assertEqual(self.told(self.host, "会改期的课"), [])
        self.assertEqual(self.office.post(move, times("13:00", "15:30"))[0], 200)
        seen = self.office.get(f"/training/runs/{run}")[1]["run"]
        self.assertEqual(seen["sessions"][0]["starts_at"], seen["starts_at"])
        self.assertEqual((free("09:00", "11:00"), free("13:00", "15:00")), ([1], []))
        self.assertEqual(len(self.told(self.host, "会改期的课")), 1)
        with self.town.database.connect() as db:  # its reminder is a day before the new time
            due = db.one("SELECT due_at FROM notices WHERE about = ? AND kind = 'session.near' AND user_id = ?", f"session:{session}", self.user_id("host"))
        self.assertEqual(datetime.datetime.fromtimestamp(due / 1000, ZONE).strftime("%H:%M"), "13:00")
        self.assertEqual(self.office.post(f"/training/runs/{run}/cancel", {"note": "讲师生病"})[0], 200)
        self.assertEqual(len(self.told(self.host, "讲师生病")), 1)
        self.assertEqual(self.office.post(move, times("10:00", "11:00"))[0], 409)

    def test_who_is_in_a_class_is_told_that_the_base_gave_it_another_room(self):
        on = (datetime.datetime.now(ZONE) + datetime.timedelta(days=8)).strftime("%Y-%m-%d")
        run = self.run_of(sessions=0, seats=1, course=self.course(title_zh="换教室课", title_en="Another room"))
        self.assertEqual(self.session(run, room="", space=1, title_zh="换教室的课", starts_at=f"{on}T09:00", ends_at=f"{on}T11:00")[0], 200)
        self.enrol(self.host, run)
        self.assertEqual(self.enrol(self.other, run), "waiting")
        session = self.office.get(f"/training/runs/{run}")[1]["run"]["sessions"][0]["id"]
        with self.town.database.connect() as db:
            booking = db.one("SELECT id FROM venue_bookings WHERE subject = ?", f"session:{session}")
        move = lambda **change: self.office.post(f"/venue/bookings/{booking}/move", {"space": 2, "day": on, "from": "09:00", "until": "11:00", **change})[0]
        moved = lambda client: [n for n in client.get("/messages")[1]["notices"] if n["kind"] == "session.moved" and "换教室的课" in n["text"]]
        self.assertEqual(move(**{"from": "09:30"}), 409)  # when it is is the class's
        self.assertEqual(moved(self.host), [])
        self.assertEqual(move(), 200)
        self.assertIn("小教室", moved(self.host)[0]["text"])
        self.assertIn("Small room", self.host.get("/messages", {"Accept-Language": "en"})[1]["notices"][0]["text"])
        self.assertEqual(moved(self.other), [])  # who waits does not come
        self.assertEqual(self.office.get(f"/training/runs/{run}")[1]["run"]["sessions"][0]["room"], "小教室")
        with self.town.database.connect() as db:  # and it is still reminded of
            self.assertEqual(db.one("SELECT count(*) FROM notices WHERE about = ? AND kind = 'session.near' AND user_id = ?", f"session:{session}", self.user_id("host")), 1)
        self.assertEqual(move(), 200)  # nothing is moved, nobody is told
        self.assertEqual(len(moved(self.host)), 1)

    def test_pages_are_pages(self):
        course = self.course()
        run = self.run_of(course)
        for client, path, says in ((self.guest, "/training", "Host training"), (self.guest, f"/training/courses/{course}", "Log in to enrol"),
                                   (self.office, "/training/desk", "Training office"), (self.office, "/training/courses/new", "New course"),
                                   (self.office, f"/training/courses/{course}/edit", "Selling live"), (self.office, f"/training/runs/{run}", "Roster"),
                                   (self.host, "/training/mine", "My training"), (self.teacher, "/training/runs", "Classes I teach")):
            status, page = client.get(path, {"Accept": "text/html", "Accept-Language": "en"})
            self.assertEqual(status, 200)
            self.assertIn(says, page, path)


class Seats(Training):
    def test_enrolled_twice_is_once(self):
        run = self.run_of(seats=2)
        self.assertEqual(self.enrol(self.host, run), "enrolled")
        self.assertEqual(self.enrol(self.host, run), "enrolled")
        roster, seen = self.roster(run)
        self.assertEqual((roster, seen["free"]), ([("host", "enrolled")], 1))

    def test_two_classes_of_a_course_at_a_time_are_refused(self):
        course = self.course()
        first, second = self.run_of(course, seats=5), self.run_of(course, seats=5)
        self.enrol(self.host, first)
        status, body = self.host.post(f"/training/runs/{second}/enrol")
        self.assertEqual((status, body["field"]), (409, "run"))
        self.assertEqual(self.host.post(f"/training/runs/{first}/leave")[0], 200)
        self.enrol(self.host, second)
        self.assertEqual(self.host.post(f"/training/runs/{second}/leave")[0], 200)

    def test_a_seat_given_back_goes_to_the_first_who_waits(self):
        run = self.run_of(seats=1)
        self.assertEqual(self.enrol(self.host, run), "enrolled")
        self.assertEqual([self.enrol(c, run) for c in (self.other, self.buyer)], ["waiting", "waiting"])
        course = self.roster(run)[1]["course"]["id"]
        mine = self.buyer.get(f"/training/courses/{course}")[1]["runs"][0]["mine"]
        self.assertEqual((mine["state"], mine["place"]), ("waiting", 2))
        self.assertEqual(self.host.post(f"/training/runs/{run}/leave")[0], 200)
        self.assertEqual(self.roster(run)[0], [("other", "enrolled"), ("buyer0", "waiting")])
        self.assertEqual(self.enrol(self.host, run), "waiting")  # comes back, last
        self.assertEqual(self.roster(run)[0], [("other", "enrolled"), ("buyer0", "waiting"), ("host", "waiting")])
        self.assertEqual(self.office.post(f"/training/runs/{run}/seats", {"seats": 2})[0], 200)
        self.assertEqual(self.roster(run)[0], [("other", "enrolled"), ("buyer0", "enrolled"), ("host", "waiting")])

    def test_there_are_never_fewer_seats_than_are_taken(self):
        run = self.run_of(seats=2)
        self.enrol(self.host, run), self.enrol(self.other, run)
        status, body = self.office.post(f"/training/runs/{run}/seats", {"seats": 1})
        self.assertEqual((status, body["field"]), (409, "seats"))
        self.host.post(f"/training/runs/{run}/leave")
        self.assertEqual(self.office.post(f"/training/runs/{run}/seats", {"seats": 1})[0], 200)
        self.assertEqual(self.roster(run)[1]["seats"], 1)
        for wrong in (0, 1001, -1, "x"):
            self.assertEqual(self.office.post(f"/training/runs/{run}/seats", {"seats": wrong})[0], 422)

    def crowd(self, n):
        """Tokens of so many people who are logged in."""
        tokens = queue.Queue()
        with self.town.database.connect() as db:
            for i in range(n):
                token = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=")
                user = db.one("INSERT INTO users (login, name, password, roles, created_at) VALUES (?, ?, '!', 1, 1) RETURNING id",
                              f"crowd{i}", f"crowd{i}")
                db.run("INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES (?, ?, 1, 9000000000000)",
                       hashlib.sha256(token).digest(), user)
                tokens.put(token.decode())
        return tokens

    def test_two_hundred_people_for_the_last_seat(self):
        run, states, tokens = self.run_of(seats=1), [], self.crowd(200)

        def go():
            while True:
                try:
                    token = tokens.get_nowait()
                except queue.Empty:
                    return
                client = self.town.client()
                client.token = token
                states.append(client.post(f"/training/runs/{run}/enrol", NAME)[1].get("state"))
                client.close()

        threads = [threading.Thread(target=go) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((states.count("enrolled"), states.count("waiting")), (1, 199))
        roster, seen = self.roster(run)
        self.assertEqual(([s for _, s in roster].count("enrolled"), len(roster), seen["free"]), (1, 200, 0))

    def test_a_name_is_needed_once_and_is_never_shown(self):
        run = self.run_of(seats=9)
        client = self.client("buyer1")
        with self.town.database.connect() as db:
            db.run("DELETE FROM training_people WHERE user_id = ?", self.user_id("buyer1"))
        status, body = client.post(f"/training/runs/{run}/enrol")
        self.assertEqual((status, body["field"]), (422, "name"))
        page = client.post(f"/training/runs/{run}/enrol", headers={"Accept": "text/html", "Accept-Language": "en"})[1]
        self.assertIn("Give the name for the certificate", page)
        self.assertEqual(client.post(f"/training/runs/{run}/enrol", {"name": "x" * 31})[1]["field"], "name")
        self.assertEqual(self.enrol(client, run), "enrolled")
        self.assertEqual(self.enrol(client, self.run_of(), x=1), "enrolled")  # known by now
        seen = self.teacher.get(f"/training/runs/{run}")[1]
        self.assertEqual(seen["roster"][0]["name"], "林**")

    def test_a_class_that_is_cancelled_or_over_takes_nobody(self):
        run = self.run_of(seats=1)
        self.enrol(self.host, run), self.enrol(self.other, run)
        self.assertEqual(self.office.post(f"/training/runs/{run}/cancel", {"note": ""})[0], 422)
        self.assertEqual(self.office.post(f"/training/runs/{run}/cancel", {"note": "讲师生病"})[0], 200)
        roster, seen = self.roster(run)
        self.assertEqual((roster, seen["state"], seen["free"]), ([], "cancelled", 1))
        self.assertEqual(self.host.post(f"/training/runs/{run}/enrol")[0], 409)
        over = self.run_of(sessions=0)
        self.session(over, starts_at=moment(days=-1), ends_at=moment(hours=-20))
        self.assertEqual(self.host.post(f"/training/runs/{over}/enrol")[0], 409)

    def test_the_door(self):
        run = self.run_of()
        self.assertEqual(self.guest.post(f"/training/runs/{run}/enrol", NAME)[0], 401)
        for path in ("/training/runs/0/enrol", "/training/runs/x/enrol", "/training/runs/999999/leave", "/training/courses/x", "/training/courses/0"):
            self.assertEqual((self.host.post if "runs" in path else self.host.get)(path)[0], 404, path)
        self.assertEqual(self.host.post(f"/training/runs/{run}/leave")[0], 404)  # was never in it
        self.assertEqual(self.host.request("POST", f"/training/runs/{run}/enrol", b"name=" + b"x" * 70000,
                                           {"Content-Type": "application/x-www-form-urlencoded"})[0], 413)
        self.host.post(f"/training/runs/{run}/enrol", {**NAME, "login": "other"})  # for oneself: it is the base's field
        self.assertEqual(self.roster(run)[0], [("host", "enrolled")])
        self.assertEqual(self.office.post(f"/training/runs/{run}/enrol", {**NAME, "login": "other"})[0], 200)
        self.assertEqual(self.office.post(f"/training/runs/{run}/enrol", {**NAME, "login": "nobody"})[1]["field"], "login")
        self.assertEqual(len(self.roster(run)[0]), 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
