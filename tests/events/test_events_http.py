"""Matchmaking events over HTTP, against the real program: test_events_http.py GUILDHALL"""
import datetime
import io
import pathlib
import re
import sys
import time
import unittest
import zipfile

import icalendar

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
ZONE = datetime.timezone(datetime.timedelta(hours=8))
EN = {"Accept-Language": "en"}
HTML = {"Accept": "text/html", "Accept-Language": "en"}
DAY_MS = 86_400_000
EVENT = {"title_zh": "春季对接会", "title_en": "Spring matching", "about_zh": "厂商见机构", "about_en": "", "slot_min": 15, "slots": 4,
         "break_after": 2, "break_min": 30, "tables": 2}
SCOUTS = ("scout", "rover")  # of agency-one and agency-two
MAKERS = ("maker", "rival", "third", "fourth")


def tomorrow(hour=10, minute=0, days=1):
    day = datetime.datetime.now(ZONE).date() + datetime.timedelta(days=days)
    return f"{day}T{hour:02d}:{minute:02d}"


def soon():
    """Not yet begun, and within a day."""
    return tomorrow(0, 30)


class Events(TownCase):
    program = PROGRAM
    options = {"buyers": 1, "users": [("scout", "host"), ("rover", "host"), ("third", "buyer"), ("fourth", "buyer"), ("boss", "admin")]}
    people = (*SCOUTS, *MAKERS, "office", "buyer", "guest")

    @classmethod
    def fill(cls, db):
        for i, (slug, kind) in enumerate((("maker-three", "factory"), ("maker-four", "factory"), ("agency-one", "agency"),
                                          ("agency-two", "agency")), 3):
            db.run("INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES (?, ?, ?, ?, ?, 1)",
                   i, kind, slug, f"单位{i}", slug.replace("-", " ").title())
            if kind == "agency":
                office = db.one("SELECT id FROM users WHERE login = 'office'")
                db.run("INSERT INTO agency_contracts (id, agency_id, kind, number, from_day, until_day, state, begun_at, made_at, made_by)"
                       " VALUES (?, ?, 'partnered', ?, 1, 90000, 'in_force', 1, 1, ?)", i, i, f"n{i}", office)
                for what, to in (("file", "draft"), ("sign", "signed"), ("begin", "in_force")):
                    db.run("INSERT INTO agency_contract_events (contract_id, at, actor_id, event, to_state, until_day)"
                           " VALUES (?, 1, ?, ?, ?, 90000)", i, office, what, to)
            if kind == "factory":
                db.run("INSERT INTO factories (organisation_id, state, created_at, updated_at, approved_at) VALUES (?, 'approved', 1, 1, 1)", i)
                db.run("INSERT INTO factory_events (organisation_id, event, to_state, version, at) VALUES (?, 'admit', 'approved', 1, 1)", i)
        for login, organisation in (("third", 3), ("fourth", 4), ("scout", 5), ("rover", 6)):
            user = db.one("SELECT id FROM users WHERE login = ?", login)
            db.run("INSERT INTO memberships (user_id, organisation_id, role, created_at) VALUES (?, ?, 'owner', 1)", user, organisation)
            if login in ("scout", "rover"):  # and the agency speaks for them
                db.run("INSERT INTO host_agencies (host_id, agency_id, from_at, until_at) VALUES (?, ?, 1, 9000000000000000)", user, organisation)
            if login in ("third", "fourth"):
                db.run("UPDATE users SET roles = 5 WHERE id = ?", user)
        db.run("INSERT INTO venue_floors (id, position, name_zh, name_en) VALUES (1, 1, '一层', 'Ground')")
        for i in (1, 2):
            db.run("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, who_may, door_token, created_at)"
                   " VALUES (?, 1, ?, 'hall', '展厅', 'Hall', 80000, 300, 'base', ?, 1)", i, f"H{i}", f"door-{i}")
            for weekday in range(1, 8):
                db.run("INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (?, ?, 16, 44)", i, weekday)
        db.count_on("organisations", "venue_spaces")

    # --- steps ---

    def post(self, client, path, want=200, **fields):
        status, body = client.post(path, fields)
        self.assertEqual(status, want, body)
        return body

    def event(self, **change):
        fields = {**EVENT, "starts_at": soon(), "deadline": soon(), "room": "路演厅", **change}
        return self.post(self.office, "/events", **{k: v for k, v in fields.items() if v is not None})["id"]

    def join(self, event, *logins, **terms):
        return {login: self.post(getattr(self, login), f"/events/{event}/join", **terms)["party"] for login in logins}

    def wish(self, login, event, hearts, **more):
        self.post(getattr(self, login), f"/events/{event}/wishes", **{f"hearts_{party}": n for party, n in hearts.items()}, **more)

    def do(self, event, what, want=200, **more):
        return self.post(self.office, f"/events/{event}/do", want=want, do=what, **more)

    def plan(self, event, want=200):
        return self.post(self.office, f"/events/{event}/plan", want=want)

    def state(self, event):
        return self.guest.get(f"/events/{event}")[1]["event"]["state"]

    def timetable(self, login, event):
        status, body = getattr(self, login).get(f"/events/{event}/timetable", EN)
        self.assertEqual(status, 200, body)
        return body["meetings"]

    def told(self, login, kind):
        notices = getattr(self, login).get("/messages", EN)[1]["notices"]
        return [n for n in notices if n["kind"] == kind]

    def all_in(self, makers=MAKERS, **change):
        """An event in which all wish all, each with as many hearts as its place in the list."""
        event = self.event(**change)
        parties = self.join(event, *makers, *SCOUTS)
        for i, maker in enumerate(makers):
            self.wish(maker, event, {parties[s]: 1 + (i + k) % 3 for k, s in enumerate(SCOUTS)})
        for s in SCOUTS:
            self.wish(s, event, {parties[m]: 2 for m in makers})
        return event, parties

    def published(self, **change):
        event, parties = self.all_in(**change)
        self.plan(event)
        self.do(event, "publish")
        return event, parties

    def back(self, event, ms):
        """So long ago: what the clock will have done."""
        with self.town.database.connect() as db:
            db.run("UPDATE event_follow_ups SET due_at = due_at - ? WHERE meeting_id IN (SELECT id FROM event_meetings WHERE event_id = ?)",
                   ms, event)


class Way(Events):
    def test_an_event_from_its_making_to_its_report(self):
        event = self.event(room=None, space=1, starts_at=tomorrow(10), deadline=tomorrow(9))
        self.assertEqual(self.state(event), "open")
        with self.town.database.connect() as db:
            booked = db.all("SELECT state, from_step, until_step FROM venue_bookings WHERE subject = ?", f"event:{event}")
        self.assertEqual(booked, [("confirmed", 20, 23)])  # four slots of 15 minutes, a break of 30
        self.post(self.office, f"/events/{event}/invite", organisation=5)
        self.assertTrue(self.told("scout", "event.invited"))
        parties = self.join(event, "maker", "rival", "scout", "rover")
        self.wish("maker", event, {parties["scout"]: 3}, product=1)
        shown = self.scout.get(f"/events/{event}/wishes")[1]["others"]
        self.assertEqual([p["id"] for o in shown for p in o["products"]], [1])
        self.wish("scout", event, {parties["maker"]: 2, parties["rival"]: 0}, product=1)
        self.wish("rival", event, {parties["rover"]: 2, parties["scout"]: -1})
        self.assertEqual(self.plan(event)["meetings"], 2)
        self.assertEqual(self.timetable("maker", event), [])  # a preview is nobody's timetable
        self.assertEqual(self.guest.get(f"/events/{event}")[1]["event"]["meetings"], 0)
        self.do(event, "publish")
        [meeting] = self.timetable("maker", event)
        self.assertEqual((meeting["other"], meeting["state"], meeting["is_mutual"]), ("Agency One", "planned", True))
        self.assertTrue(meeting["products"][0]["is_wished"] is False)  # that is the agency's wish
        self.assertTrue(self.timetable("scout", event)[0]["products"][0]["is_wished"])
        self.assertTrue(self.told("maker", "event.published"))
        self.do(event, "begin", want=409) if tomorrow(10) > (datetime.datetime.now(ZONE) + datetime.timedelta(days=1)).strftime(
            "%Y-%m-%dT%H:%M") else None

    def test_who_meets_says_what_came_of_it_and_how_it_went_on(self):
        event, _ = self.published()
        self.do(event, "begin")
        code = re.search(r"code=(\w+)", self.office.get(f"/events/{event}/screen")[1]["address"])[1]
        for login in ("maker", "rival", "scout"):
            self.post(getattr(self, login), f"/events/{event}/door", code=code)
        first = self.timetable("maker", event)[0]
        own = self.timetable("maker", event)
        self.post(self.maker, f"/events/meetings/{first['id']}", outcome="sample")
        self.post(self.maker, f"/events/meetings/{first['id']}", outcome="quote", note="500 pieces")  # changed one's mind
        mine = next(m for m in self.timetable("maker", event) if m["id"] == first["id"])
        self.assertEqual((mine["own_outcome"], mine["state"]), ("quote", "met"))
        for meeting in own:  # of the others it says no: nobody is asked about those
            if meeting["id"] != first["id"]:
                self.post(self.maker, f"/events/meetings/{meeting['id']}", outcome="no")
        self.do(event, "finish")
        self.assertEqual(self.state(event), "done")
        follow = [f for f in self.follows(event) if f["meeting_id"] == first["id"]]
        self.assertEqual(sorted((f["side"], f["days"]) for f in follow), [("agency", 7), ("agency", 30), ("factory", 7), ("factory", 30)])
        self.assertFalse([f for f in self.follows(event) if f["meeting_id"] in {m["id"] for m in own} - {first["id"]}])
        week = next(f["id"] for f in follow if (f["side"], f["days"]) == ("factory", 7))
        self.post(self.maker, f"/events/follow-ups/{week}", want=409, answer="selling")  # it is asked in a week
        self.back(event, 9 * DAY_MS)
        self.assertEqual(self.maker.get(f"/events/follow-ups/{week}")[1]["may_answer"], True)
        self.post(self.maker, f"/events/follow-ups/{week}", answer="selling", note="first order next week")
        for client in (self.rival, self.scout, self.rover, self.buyer):
            self.assertEqual(client.get(f"/events/follow-ups/{week}")[0], 404)
            self.assertEqual(client.post(f"/events/follow-ups/{week}", {"answer": "ended"})[0], 404)
        report = self.office.get(f"/events/{event}/report", EN)[1]
        pair = next(p for p in report["pairs"] if p["id"] == first["id"])
        self.assertEqual([(f["side"], f["days"], f["answer_name"]) for f in pair["follow"]], [("factory", 7, "Selling together")])
        self.assertEqual(report["summary"]["answered"], 1)
        self.assertEqual({o["outcome"]: o["factory"] for o in report["outcomes"]}["quote"], 1)

    def test_each_side_sees_what_it_said_itself_and_not_what_the_other_did(self):
        event, parties = self.published()
        self.do(event, "begin")
        meeting = self.timetable("maker", event)[0]
        scout = "scout" if meeting["other"] == "Agency One" else "rover"
        self.post(self.maker, f"/events/meetings/{meeting['id']}", outcome="sample", note="too dear")
        self.post(getattr(self, scout), f"/events/meetings/{meeting['id']}", outcome="no", note="too slow")
        for login, own, other in (("maker", "factory", "agency"), (scout, "agency", "factory")):
            mine = next(m for m in self.timetable(login, event) if m["id"] == meeting["id"])
            said = {"factory": ("sample", "too dear"), "agency": ("no", "too slow")}
            self.assertEqual((mine[f"{own}_outcome"], mine[f"{own}_note"]), said[own])
            self.assertGreater(mine[f"{own}_hearts"], 0)
            self.assertTrue(mine["is_mutual"])
            for what in ("hearts", "outcome", "outcome_name", "note"):
                self.assertNotIn(f"{other}_{what}", mine)
            self.assertNotIn(said[other][1], str(mine))
        page = self.office.get(f"/events/{event}/timetable?party={parties['maker']}")[1]
        mine = next(m for m in page["meetings"] if m["id"] == meeting["id"])
        self.assertEqual((mine["factory_note"], mine["agency_note"]), ("too dear", "too slow"))

    def follows(self, event):
        with self.town.database.connect() as db:
            rows = db.all("SELECT w.id, w.meeting_id, w.side, w.days FROM event_follow_ups w JOIN event_meetings m ON m.id = w.meeting_id"
                          " WHERE m.event_id = ? ORDER BY w.id", event)
        return [dict(zip(("id", "meeting_id", "side", "days"), row)) for row in rows]

    def test_it_counts_as_held_when_both_sides_signed_in(self):
        def held():
            return self.guest.get("/figures/events", EN)[1]["value"]
        before = held()
        empty, _ = self.published()
        self.do(empty, "begin")
        self.do(empty, "finish")
        one_side, parties = self.published()
        self.do(one_side, "begin")
        self.post(self.office, f"/events/{one_side}/parties", party=parties["maker"], do="arrive")
        self.do(one_side, "finish")
        self.assertEqual(held(), before)
        event, parties = self.published()
        self.do(event, "begin")
        for login in ("maker", "scout"):
            self.post(self.office, f"/events/{event}/parties", party=parties[login], do="arrive")
        self.do(event, "finish")
        self.assertEqual(held(), before + 1)
        self.assertIn(f"/events/{event}", str(self.guest.get("/figures/events", EN)[1]))
        states = {m["state"] for m in self.timetable("maker", event)}
        self.assertEqual(states, {"met", "missed"} if len(self.timetable("maker", event)) > 1 else {"met"})

    def test_what_was_sold_afterwards_is_a_figure_with_its_orders(self):
        event, parties = self.published()
        self.do(event, "begin")
        for login in ("maker", "scout"):
            self.post(self.office, f"/events/{event}/parties", party=parties[login], do="arrive")
        self.do(event, "finish")
        met = next(m for m in self.timetable("maker", event) if m["other"] == "Agency One")
        self.assertEqual(met["state"], "met")
        now = int(time.time() * 1000)
        self.post(self.scout, "/shows", title_zh="专场", title_en="Special", room="一号直播间", starts_at=tomorrow(20))
        show = self.scout.get("/desk")[1]["shows"][0]["id"]
        with self.town.database.connect() as db:
            db.run("UPDATE events SET starts_at = ?, ends_at = ? WHERE id = ?", now - 9 * DAY_MS, now - 9 * DAY_MS + 3_600_000, event)
            buyer = db.one("SELECT id FROM users WHERE login = ?", "buyer0")
            for order, at in ((701, now - DAY_MS), (702, now - 12 * DAY_MS)):  # after it, and before
                db.run("INSERT INTO orders (id, checkout_id, buyer_id, factory_id, show_id, status, goods_fen, total_fen, placed_at, hold_until,"
                       " paid_at) VALUES (?, ?, ?, 1, ?, 'paid', 13800, 13800, ?, ?, ?)", order, order, buyer, show, at, at, at)
                db.run("INSERT INTO order_lines (order_id, line, sku_id, show_id, product_slug, title_zh, title_en, name_zh, name_en, quantity,"
                       " price_fen, hold) VALUES (?, 1, 1, ?, 'kettle-1', 'k', 'k', 'w', 'w', 2, 6900, ?)", order, show, b"%16d" % order)
        report = self.office.get(f"/events/{event}/report", EN)[1]
        pair = next(p for p in report["pairs"] if p["id"] == met["id"])
        self.assertEqual((pair["orders"], pair["pieces"]), (1, 2))
        self.assertEqual(report["sold"]["value"], 13800)
        evidence = self.office.get(report["sold"]["href"], EN)[1]
        self.assertIn(f"/shows/{show}", str(evidence))
        for client, status in ((self.guest, 401), (self.maker, 403)):
            self.assertEqual(client.get(report["sold"]["href"])[0], status)
        with self.town.database.connect() as db:
            for table, column in (("order_lines", "order_id"), ("orders", "id")):
                db.run(f"DELETE FROM {table} WHERE {column} IN (701, 702)")

    def test_the_report_is_a_sheet_and_a_timetable_a_calendar(self):
        event, parties = self.published()
        status, sheet = self.office.get(f"/events/{event}/report.xlsx")
        self.assertEqual(status, 200)
        self.assertEqual(len([n for n in zipfile.ZipFile(io.BytesIO(sheet)).namelist() if "worksheets/sheet" in n]), 4)
        body = self.maker.get(f"/events/{event}/timetable", EN)[1]
        path = body["feed"][body["feed"].index("/events/"):]
        status, text = self.guest.get(path, EN)
        self.assertEqual(status, 200)
        found = icalendar.Calendar.from_ical(text).walk("VEVENT")  # a standard parser opens it
        self.assertEqual(len(found), len(body["meetings"]))
        self.assertEqual(len({str(e["UID"]) for e in found}), len(found))
        self.assertTrue(all(e["DTEND"].dt > e["DTSTART"].dt for e in found))
        self.assertIn("SUMMARY:Agency", text)
        for wrong in (path.replace("feeds/", "feeds/9"), path[:-16] + "0000" + path[-12:], "/events/feeds/1-/calendar.ics",
                      "/events/feeds/x/calendar.ics", f"/events/feeds/{parties['rival']}-{path.split('-', 1)[1]}"):
            self.assertEqual(self.guest.get(wrong)[0], 404, wrong)
        self.post(self.maker, f"/events/{event}/feed")
        self.assertEqual(self.guest.get(path)[0], 404)  # revoked


class Plans(Events):
    def test_a_plan_keeps_the_hard_rules(self):
        event, parties = self.all_in()
        self.post(self.maker, f"/events/{event}/join", most=1, away=[0, 1])
        self.plan(event)
        self.do(event, "publish")
        with self.town.database.connect() as db:
            rows = db.all("SELECT slot, table_n, factory_id, agency_id FROM event_meetings WHERE event_id = ?", event)
        for of in (1, 2, 3):
            self.assertEqual(len({(row[0], row[of]) for row in rows}), len(rows))
        self.assertEqual(len({row[2:] for row in rows}), len(rows))
        own = [row for row in rows if row[2] == parties["maker"]]
        self.assertEqual(len(own), 1)
        self.assertIn(own[0][0], (2, 3))
        self.assertTrue(all(1 <= row[1] <= 2 for row in rows))

    def test_nobody_meets_whom_one_of_them_avoids(self):
        event, parties = self.all_in()
        self.wish("rover", event, {parties["maker"]: -1})
        self.plan(event)
        self.do(event, "publish")
        self.assertNotIn("Agency Two", [m["other"] for m in self.timetable("maker", event)])

    def test_a_preview_that_is_old_is_not_published(self):
        event, parties = self.all_in()
        self.plan(event)
        self.wish("maker", event, {parties["scout"]: 1})
        self.assertTrue(self.office.get(f"/events/{event}/plan")[1]["is_old"])
        self.assertEqual(self.do(event, "publish", want=409)["field"], "version")
        self.plan(event)
        self.do(event, "publish")
        self.do(event, "publish", want=409)  # pressed twice
        self.plan(event, want=409)

    def test_whoever_leaves_frees_others_who_are_offered_more(self):
        event, parties = self.published(tables=1, slots=2, break_after=0, makers=("maker", "rival", "third"))
        before = {login: {m["id"] for m in self.timetable(login, event)} for login in ("maker", "rival", "third")}
        self.assertEqual(sum(map(len, before.values())), 2)  # one table, two slots: somebody has none
        busy = next(login for login, meetings in before.items() if meetings)
        idle = next(login for login, meetings in before.items() if not meetings)
        self.post(getattr(self, busy), f"/events/{event}/parties", do="leave", note="line is down")
        self.assertEqual(self.timetable(busy, event), [])
        after = self.timetable(idle, event)
        self.assertEqual(len(after), 1)
        self.assertTrue(self.told(idle, "event.changed"))
        for login, meetings in before.items():
            if login not in (busy, idle):
                self.assertEqual({m["id"] for m in self.timetable(login, event)}, meetings)  # theirs stays
        with self.town.database.connect() as db:
            fallen = db.all("SELECT m.state, l.event FROM event_meetings m JOIN event_meeting_log l ON l.meeting_id = m.id"
                            " WHERE m.factory_id = ? ORDER BY l.id", parties[busy])
        self.assertEqual(fallen, [("fallen", "publish"), ("fallen", "fall")])
        meeting = after[0]["id"]
        self.do(event, "begin")
        self.post(getattr(self, idle), f"/events/meetings/{meeting}", outcome="interested")
        gone = next(iter(before[busy]))
        self.post(getattr(self, busy), f"/events/meetings/{gone}", want=409, outcome="interested")
        self.post(getattr(self, idle), f"/events/{event}/parties", do="leave")  # what has been stays
        self.assertEqual([m["state"] for m in self.timetable(idle, event)], ["met"])

    def test_who_left_may_come_back_until_the_deadline(self):
        event, parties = self.published(tables=2, slots=2, break_after=0, makers=("maker", "rival"))
        self.post(self.maker, f"/events/{event}/parties", do="leave")
        plan = self.office.get(f"/events/{event}/plan")[1]
        self.assertEqual((plan["mutual_met"], plan["mutual"]), (2, 2))  # its own wishes count no more
        self.assertEqual(self.join(event, "maker")["maker"], parties["maker"])
        plan = self.office.get(f"/events/{event}/plan")[1]
        self.assertEqual((plan["mutual_met"], plan["mutual"], plan["alone"]), (4, 4, []))  # what it wished is kept
        self.assertEqual(len([m for m in self.timetable("maker", event) if m["state"] == "planned"]), 2)
        self.post(self.maker, f"/events/{event}/parties", do="leave")
        with self.town.database.connect() as db:
            db.run("UPDATE events SET deadline_at = 1 WHERE id = ?", event)
        self.post(self.maker, f"/events/{event}/join", want=409)

    def test_what_was_wished_since_is_filled_in(self):
        event, parties = self.published(tables=2, slots=4, break_after=0, makers=("maker", "rival"))
        before = {m["id"] for m in self.timetable("maker", event)}
        late = self.join(event, "third")["third"]
        self.assertEqual([a["id"] for a in self.office.get(f"/events/{event}/plan")[1]["alone"]], [late])
        self.wish("third", event, {parties["scout"]: 2})
        self.wish("maker", event, {parties["scout"]: -1})  # a meeting is planned: what it was planned for stands
        others = {o["id"]: o for o in self.maker.get(f"/events/{event}/wishes")[1]["others"]}
        self.assertTrue(others[parties["scout"]]["is_met"] and others[parties["scout"]]["hearts"] > 0)
        self.post(self.maker, f"/events/{event}/do", want=403, do="fill")
        self.do(event, "fill")
        self.assertEqual([m["other"] for m in self.timetable("third", event)], ["Agency One"])
        self.assertEqual({m["id"] for m in self.timetable("maker", event)}, before)
        self.do(event, "fill")  # there is nothing more
        self.assertEqual(len(self.timetable("third", event)), 1)
        draft, _ = self.all_in()
        self.do(draft, "fill", want=409)

    def test_a_maker_that_the_town_suspends_leaves_by_itself(self):
        event, _ = self.published()
        self.assertTrue(self.timetable("fourth", event))
        with self.town.database.connect() as db:
            db.run("UPDATE factories SET state = 'suspended' WHERE organisation_id = 4")
        try:
            end = time.monotonic() + 30
            while self.timetable("fourth", event) and time.monotonic() < end:
                time.sleep(0.1)
            self.assertEqual(self.timetable("fourth", event), [])
            self.post(self.office, f"/events/{event}/join", want=403, organisation=4)
        finally:
            with self.town.database.connect() as db:
                db.run("UPDATE factories SET state = 'approved' WHERE organisation_id = 4")

    def test_one_that_comes_late_gets_what_is_free(self):
        event, _ = self.published(makers=("maker", "rival", "third"))
        with self.town.database.connect() as db:
            db.run("UPDATE events SET deadline_at = 1 WHERE id = ?", event)
        self.post(self.fourth, f"/events/{event}/join", want=409)  # signing up is over
        party = self.post(self.office, f"/events/{event}/join", organisation=4)["party"]
        self.assertEqual(self.timetable("fourth", event), [])  # nobody wished to meet it
        self.assertEqual(self.office.get(f"/events/{event}/timetable?party={party}")[0], 200)

    def test_what_has_begun_is_not_filled(self):
        event, parties = self.all_in(makers=("maker",), break_after=0)
        self.plan(event)
        self.do(event, "publish")
        self.join(event, "rival")
        self.wish("rival", event, {parties["scout"]: 3, parties["rover"]: 3})
        with self.town.database.connect() as db:  # two of its four slots have
            begun = int(time.time() * 1000) - 20 * 60_000
            db.run("UPDATE events SET starts_at = ?, ends_at = ? WHERE id = ?", begun, begun + 60 * 60_000, event)
        self.do(event, "fill")
        self.assertEqual(sorted(m["slot"] for m in self.timetable("rival", event)), [2, 3])

    def meetings(self, event):
        return {m["id"]: (s["slot"], m["table"], m["factory"], m["agency"]) for s in self.office.get(f"/events/{event}/plan", EN)[1]["slots"]
                for m in s["meetings"]}

    def places(self, meeting):
        return {p["place"]: p for s in self.office.get(f"/events/meetings/{meeting}/move", EN)[1]["slots"] for p in s["places"]}

    def log_of(self, meeting):
        with self.town.database.connect() as db:
            return db.all("SELECT event, note FROM event_meeting_log WHERE meeting_id = ? AND event = 'shift'", meeting)

    def test_a_meeting_is_put_elsewhere_by_hand(self):
        event, parties = self.published(makers=("maker", "rival"), starts_at=tomorrow(10), deadline=tomorrow(9))
        before = self.meetings(event)
        self.assertEqual(len(before), 4)  # two makers, two agencies, in the first two slots
        one = min(before, key=before.get)
        free = self.places(one)
        self.assertIn("3.1.0", free)
        told = len(self.told("rival", "event.changed"))
        self.post(self.office, f"/events/meetings/{one}/move", place="3.1.0")
        after = self.meetings(event)
        self.assertEqual(after[one], (3, 1, *before[one][2:]))
        self.assertEqual({m: p for m, p in after.items() if m != one}, {m: p for m, p in before.items() if m != one})
        self.assertEqual(self.log_of(one), [("shift", "4.1")])
        who = next(login for login in ("maker", "rival") if any(m["id"] == one for m in self.timetable(login, event)))
        other = {"maker": "rival", "rival": "maker"}[who]
        self.assertTrue(self.told(who, "event.changed"))
        if other == "rival":
            self.assertEqual(len(self.told("rival", "event.changed")), told)
        with self.town.database.connect() as db:  # e-mail and SMS go out on the day itself, too
            self.assertGreater(db.one("SELECT count(*) FROM notices n JOIN events e ON e.ends_at = n.until_at"
                                      " WHERE n.kind = 'event.changed' AND e.id = ?", event), 0)
        log = self.office.get(f"/events/{event}/desk", EN)[1]["log"]
        self.assertEqual(log[0]["name"], "A meeting moved by hand")
        self.post(self.office, f"/events/meetings/{one}/move", want=409, place="3.1.0")  # pressed twice
        self.assertEqual(len(self.log_of(one)), 1)

    def test_two_meetings_change_places(self):
        event, parties = self.published(makers=("maker", "rival"), starts_at=tomorrow(12), deadline=tomorrow(9))
        before = self.meetings(event)
        one = min(before, key=before.get)
        two = next(m for m, p in before.items() if p[0] == 1 and len(set(p[2:]) & set(before[one][2:])) == 1)
        slot, table = before[two][:2]
        same = next(m for m, p in before.items() if p[0] == 0 and m != one)
        self.assertEqual(self.places(one).get(f"0.{before[same][1]}.{same}", {}).get("factory"), before[same][2])
        self.post(self.office, f"/events/meetings/{one}/move", place=f"0.{before[same][1]}.{same}")
        after = self.meetings(event)
        self.assertEqual((after[one][:2], after[same][:2]), (before[same][:2], before[one][:2]))
        self.assertEqual([len(self.log_of(m)) for m in (one, same)], [1, 1])
        for login in ("maker", "rival", "scout", "rover"):
            self.assertTrue(self.told(login, "event.changed"), login)
        self.post(self.office, f"/events/meetings/{one}/move", want=409, place=f"{slot}.{table}.{two}")  # somebody meets then
        self.assertNotIn(f"{slot}.{table}.{two}", self.places(one))
        self.assertEqual(self.meetings(event), after)
        self.post(self.office, f"/events/meetings/{same}/move", place="2.1.0")
        self.assertEqual(self.places(one)[f"2.1.{same}"]["agency"], before[same][3])
        self.post(self.office, f"/events/meetings/{one}/move", place=f"2.1.{same}")  # at another time
        self.assertEqual([self.meetings(event)[m][:2] for m in (one, same)], [(2, 1), after[one][:2]])

    def test_what_cannot_be_of_moving_a_meeting_is_said(self):
        event, parties = self.published(makers=("maker", "rival"), starts_at=tomorrow(14), deadline=tomorrow(9))
        before = self.meetings(event)
        one = min(before, key=before.get)
        path = f"/events/meetings/{one}/move"
        for bad in ("", "x", "1", "1.1", "1.1.x", "-1.1.0", "1.1.0.5", "9" * 30 + ".1.0", "1.1.-1"):
            self.assertEqual(self.post(self.office, path, want=422, place=bad)["field"], "place", bad)
        for gone in ("4.1.0", "99.1.0", "2.3.0", "2.0.0", "2.99.0"):  # there is no such slot or table
            self.assertEqual(self.post(self.office, path, want=409, place=gone)["field"], "place", gone)
        self.post(self.office, path, want=409, place=f"{before[one][0]}.{before[one][1]}.0")  # where it is
        other = next(m for m, p in before.items() if p[0] == 0 and m != one)
        spot = ".".join(map(str, before[other][:2]))
        self.post(self.office, path, want=409, place=f"{spot}.0")  # it was free when it was looked at
        self.post(self.office, path, want=409, place=f"{spot}.{one}")
        maker = before[one][2]
        login = next(m for m in ("maker", "rival") if any(x["id"] == one for x in self.timetable(m, event)))
        with self.town.database.connect() as db:  # in the last slot it is away
            db.run("UPDATE event_parties SET free_slots = 7 WHERE id = ?", parties[login])
        self.assertFalse([p for p in self.places(one) if p.startswith("3.")], maker)
        self.post(self.office, path, want=409, place="3.1.0")
        self.assertTrue([p for p in self.places(one) if p.startswith("2.")])
        for client, status in ((self.guest, 401), (getattr(self, login), 403), (self.scout, 403)):
            self.assertEqual(client.get(path)[0], status)
            self.post(client, path, want=status, place="2.1.0")
        self.assertEqual(self.office.get("/events/meetings/99999/move")[0], 404)
        self.post(self.office, "/events/meetings/99999/move", want=404, place="2.1.0")
        self.assertEqual(self.meetings(event), before)
        page = self.office.post(path, {"place": "3.1.0"}, headers=HTML)[1]
        self.assertIn("not there in that slot", page)
        with self.town.database.connect() as db:  # its slot has begun
            db.run("UPDATE events SET starts_at = starts_at - ? WHERE id = ?", 2 * DAY_MS, event)
        self.assertEqual(self.places(one), {})
        self.post(self.office, path, want=409, place="2.1.0")
        self.assertNotIn("/move", self.office.get(f"/events/{event}/plan", HTML)[1])
        with self.town.database.connect() as db:
            db.run("UPDATE events SET starts_at = starts_at + ? WHERE id = ?", 2 * DAY_MS, event)
        self.do(event, "cancel", note="storm")
        self.post(self.office, path, want=409, place="2.1.0")

    def test_there_is_nothing_to_plan_for_one_side(self):
        event = self.event()
        self.join(event, "maker")
        self.assertEqual(self.plan(event, want=409)["field"], "parties")


class Doors(Events):
    def test_each_page_is_for_whom_it_is(self):
        event, parties = self.published()
        own = (f"/events/{event}/wishes", f"/events/{event}/timetable", f"/events/{event}/door?code=0")
        base = ("/events/desk", *(f"/events/{event}/{page}" for page in ("desk", "plan", "screen", "wall", "report", "report.xlsx")))
        for path in own:
            for client, status in ((self.guest, 401), (self.buyer, 404), (self.maker, 200), (self.scout, 200)):
                self.assertEqual(client.get(path)[0], status, path)
        for path in base:
            for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.scout, 403), (self.office, 200)):
                self.assertEqual(client.get(path)[0], status, path)
        for path in ("/events", f"/events/{event}"):
            self.assertEqual(self.guest.get(path)[0], 200)
        self.assertEqual(self.maker.get(f"/events/{event}/timetable?party={parties['rival']}")[1]["party"]["id"], parties["maker"])
        for path in ("/events/999999", "/events/x", "/events/999999/timetable", "/events/follow-ups/999999", f"/events/{event}/timetable?party=999999"):
            self.assertEqual(self.office.get(path)[0], 404, path)

    def test_each_change_is_for_whom_it_is(self):
        event, parties = self.published()
        meeting = self.timetable("maker", event)[0]
        base = (("/events", EVENT), (f"/events/{event}/invite", {"organisation": 1}), (f"/events/{event}/plan", {}),
                (f"/events/{event}/move", {}), (f"/events/{event}/do", {"do": "cancel", "note": "no"}))
        for path, fields in base:
            for client, status in ((self.guest, 401), (self.buyer, 403), (self.maker, 403), (self.scout, 403)):
                self.assertEqual(client.post(path, fields)[0], status, path)
        other = self.event()
        for client, status in ((self.guest, 401), (self.buyer, 403)):
            self.assertEqual(client.post(f"/events/{other}/join", {"organisation": 1})[0], status)
        self.assertEqual(self.buyer.post(f"/events/{event}/parties", {"do": "leave", "party": parties["maker"]})[0], 404)
        self.post(self.rival, f"/events/{event}/parties", want=422, do="arrive")  # the door's code says so
        self.assertEqual(self.office.post(f"/events/{other}/parties", {"do": "leave", "party": parties["maker"]})[0], 404)
        self.do(event, "begin")
        stranger = self.rover if meeting["other"] == "Agency One" else self.scout
        for client in (stranger, self.rival, self.buyer):
            self.assertEqual(client.post(f"/events/meetings/{meeting['id']}", {"outcome": "no", "side": "factory"})[0], 404)
        self.assertEqual(self.guest.post(f"/events/meetings/{meeting['id']}", {"outcome": "no"})[0], 401)

    def test_a_form_needs_its_token(self):
        event = self.event()
        with_cookie = self.client()
        with_cookie.token = None
        cookie = {"Cookie": f"session={self.maker.token}"}
        for path in (f"/events/{event}/join", f"/events/{event}/wishes", f"/events/{event}/door", f"/events/{event}/feed"):
            self.assertEqual(with_cookie.post(path, {}, headers=cookie)[0], 403, path)
        self.assertEqual(self.maker.get(f"/events/{event}/wishes")[0], 404)  # nothing was joined

    def test_the_door_lets_in_who_takes_part_by_the_code_of_now(self):
        event, parties = self.published()
        other, _ = self.published()
        codes = {e: re.search(r"code=(\w+)", self.office.get(f"/events/{e}/screen")[1]["address"])[1] for e in (event, other)}
        for wrong in (codes[other], "0" * 16, "", "x", codes[event] + "0"):
            status, body = self.maker.post(f"/events/{event}/door", {"code": wrong})
            self.assertEqual((status, body["field"]), (410, "code"), wrong)
        self.post(self.maker, f"/events/{event}/door", code=codes[event])
        self.post(self.maker, f"/events/{event}/door", code=codes[event])  # scanned twice
        self.assertEqual(self.buyer.post(f"/events/{event}/door", {"code": codes[event]})[0], 404)
        page = self.office.get(f"/events/{event}/desk")[1]
        self.assertEqual(page["event"]["arrived"], 1)
        self.assertEqual([p["id"] for p in page["parties"] if "arrived_at" in p], [parties["maker"]])

    def test_the_wall_says_who_sits_where_next(self):
        event, _ = self.published()
        tables = self.office.get(f"/events/{event}/wall", EN)[1]["tables"]
        self.assertEqual([t["table"] for t in tables], [1, 2])
        self.assertTrue(all("next" in t and "now" not in t for t in tables))
        now = int(time.time() * 1000)
        with self.town.database.connect() as db:
            at = db.all("SELECT starts_at, ends_at FROM events WHERE id = ?", event)[0]
            db.run("UPDATE events SET starts_at = ?, ends_at = ? WHERE id = ?", now - 60_000, now + 3_600_000, event)
        tables = self.office.get(f"/events/{event}/wall", EN)[1]["tables"]
        self.assertTrue(any("now" in t for t in tables))
        with self.town.database.connect() as db:
            db.run("UPDATE events SET starts_at = ?, ends_at = ? WHERE id = ?", *at, event)


class Bad(Events):
    def test_what_is_wrong_of_an_event_is_said(self):
        right = {**EVENT, "starts_at": soon(), "deadline": soon(), "room": "路演厅"}
        for field, change in (("title_zh", {"title_zh": ""}), ("title_en", {"title_en": "x" * 81}), ("about_zh", {"about_zh": "x" * 1001}),
                              ("slots", {"slots": 0}), ("slots", {"slots": 49}), ("slot_min", {"slot_min": 4}), ("slot_min", {"slot_min": "x"}),
                              ("break_after", {"break_after": 4}), ("break_min", {"break_min": 241}), ("tables", {"tables": 0}),
                              ("tables", {"tables": 101}), ("starts_at", {"starts_at": tomorrow(days=-1), "deadline": tomorrow(days=-2)}),
                              ("starts_at", {"starts_at": tomorrow(days=400), "deadline": tomorrow()}), ("starts_at", {"starts_at": "soon"}),
                              ("starts_at", {"starts_at": tomorrow(25)}), ("deadline", {"deadline": tomorrow(days=3)}),
                              ("deadline", {"deadline": "x"}), ("slots", {"starts_at": tomorrow(23, 30)}), ("room", {"room": ""}), ("room", {"room": "展厅 h1"}),
                              ("room", {"space": 1}), ("space", {"room": "", "space": 77}), ("room", {"room": "x" * 41})):
            status, body = self.office.post("/events", {**right, **change})
            self.assertEqual((status, body.get("field")), (422, field), (change, body))
        status, body = self.office.post("/events", {**right, "about_zh": "x" * 70_000})
        self.assertEqual(status, 413)

    def test_a_room_is_booked_once(self):
        first = self.event(room=None, space=2, starts_at=tomorrow(14), deadline=tomorrow(9))
        status, _ = self.office.post("/events", {**EVENT, "starts_at": tomorrow(14, 30), "deadline": tomorrow(9), "space": 2})
        self.assertEqual(status, 409)
        second = self.event(room=None, space=2, starts_at=tomorrow(17), deadline=tomorrow(9))
        self.join(second, "maker")
        move = {"deadline": tomorrow(9), "space": 2}
        self.post(self.office, f"/events/{second}/move", want=409, starts_at=tomorrow(15), **move)
        self.do(first, "cancel", want=422)  # why?
        self.do(first, "cancel", note="too few signed up")
        self.post(self.office, f"/events/{second}/move", starts_at=tomorrow(15), **move)
        self.assertTrue(self.told("maker", "event.moved"))
        with self.town.database.connect() as db:
            rows = db.all("SELECT state, from_step FROM venue_bookings WHERE subject IN (?, ?) ORDER BY subject", f"event:{first}",
                          f"event:{second}")
        self.assertEqual(sorted(rows), [("cancelled", 28), ("confirmed", 30)])
        for what in ("publish", "begin", "finish", "cancel"):
            self.do(first, what, want=409, note="again")
        self.post(self.maker, f"/events/{first}/join", want=409)

    def test_the_base_gives_it_another_room_and_who_takes_part_is_told(self):
        event = self.event(room=None, space=1, starts_at=tomorrow(14, days=6), deadline=tomorrow(9))
        self.join(event, "maker")
        with self.town.database.connect() as db:
            booking = db.one("SELECT id FROM venue_bookings WHERE subject = ?", f"event:{event}")
            db.run("UPDATE venue_spaces SET name_zh = '小展厅', name_en = 'Small hall' WHERE id = 2")
        before = self.office.get(f"/venue/bookings/{booking}")[1]["booking"]
        self.post(self.office, f"/venue/bookings/{booking}/move", space=2, day=before["day"], until=before["until"], **{"from": before["from"]})
        self.assertIn("Small hall", self.told("maker", "event.room")[0]["text"])
        self.assertIn("Small hall", self.maker.get(f"/events/{event}", EN)[1]["event"]["place"])

    def test_what_is_wrong_of_signing_up_is_said(self):
        event = self.event()
        for field, terms in (("most", {"most": 5}), ("most", {"most": 0}), ("most", {"most": "x"}), ("away", {"away": [0, 1, 2, 3]}),
                             ("away", {"away": [99]}), ("away", {"away": "x"})):
            self.assertEqual(self.post(self.maker, f"/events/{event}/join", want=422, **terms)["field"], field)
        first = self.join(event, "maker")["maker"]
        self.assertEqual(self.join(event, "maker", most=2)["maker"], first)  # again is the same
        for organisation in ("x", "", 999999):
            self.assertIn(self.office.post(f"/events/{event}/join", {"organisation": organisation})[0], (403, 422))
        with self.town.database.connect() as db:
            db.run("UPDATE events SET deadline_at = 1 WHERE id = ?", event)
        self.post(self.rival, f"/events/{event}/join", want=409)
        self.post(self.maker, f"/events/{event}/wishes", want=409)
        self.post(self.office, f"/events/{event}/join", organisation=2)  # the base may

    def test_what_is_wrong_of_wishes_is_said(self):
        event, parties = self.all_in()
        scout = parties["scout"]
        for hearts in (4, -2, "x", 99999999999):
            self.assertEqual(self.post(self.maker, f"/events/{event}/wishes", want=422, **{f"hearts_{scout}": hearts})["field"], "hearts")
        self.post(self.maker, f"/events/{event}/wishes", want=422, product="x")
        self.post(self.maker, f"/events/{event}/wishes", want=429, product=list(range(1, 52)))
        # one's own side, somebody of another event, another's product: there is nothing to wish
        self.wish("maker", event, {parties["rival"]: 3, 999999: 3}, product=[1, 4, 999])
        body = self.maker.get(f"/events/{event}/wishes")[1]
        self.assertEqual([p["id"] for p in body["products"] if p["is_shown"]], [1])
        self.assertEqual(len(body["others"]), 2)

    def test_outcomes_are_of_a_meeting_that_can_be(self):
        event, _ = self.published()
        meeting = self.timetable("maker", event)[0]["id"]
        self.assertEqual(self.post(self.maker, f"/events/meetings/{meeting}", want=409, outcome="no")["field"], "state")
        self.do(event, "begin")
        for outcome in ("", "maybe", "x" * 500):
            self.assertEqual(self.post(self.maker, f"/events/meetings/{meeting}", want=422, outcome=outcome)["field"], "outcome")
        self.assertEqual(self.post(self.maker, f"/events/meetings/{meeting}", want=422, outcome="no", note="x" * 201)["field"], "note")
        self.assertEqual(self.maker.post("/events/meetings/999999", {"outcome": "no"})[0], 404)
        for stranger in (self.buyer, next(getattr(self, m) for m in ("rival", "third", "fourth")  # who was not in it
                                          if meeting not in [x["id"] for x in self.timetable(m, event)])):
            self.post(stranger, f"/events/meetings/{meeting}", want=404, outcome="no", side="agency")
        self.post(self.office, f"/events/meetings/{meeting}", want=422, outcome="no")  # whose word?
        self.post(self.office, f"/events/meetings/{meeting}", outcome="no", side="agency")

    def test_an_event_that_nobody_published_lapses(self):
        event, _ = self.all_in()
        with self.town.database.connect() as db:
            db.run("UPDATE events SET starts_at = 1000, ends_at = 2000, deadline_at = 900 WHERE id = ?", event)
        end = time.monotonic() + 30
        while self.state(event) != "cancelled" and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(self.state(event), "cancelled")

    def test_declining_and_being_invited_again(self):
        event = self.event()
        self.post(self.office, f"/events/{event}/invite", organisation=[5, 6])
        self.assertEqual(self.scout.get(f"/events/{event}/wishes")[0], 404)  # invited is not in
        self.post(self.scout, f"/events/{event}/parties", do="decline")
        self.post(self.scout, f"/events/{event}/parties", want=409, do="decline")
        self.post(self.office, f"/events/{event}/invite", organisation=5)
        self.join(event, "scout")
        self.assertEqual(len(self.told("scout", "event.invited")) >= 2, True)

    def test_pages_are_readable_with_what_is_wrong_on_them(self):
        event, _ = self.all_in()
        status, page = self.maker.post(f"/events/{event}/join", {"most": 99}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn('role="alert"', page)
        status, page = self.office.post(f"/events/{event}/do", {"do": "cancel"}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn("Please give a reason", page)
        status, page = self.office.post("/events", {**EVENT, "starts_at": "x", "title_en": "Kept words"}, headers=HTML)
        self.assertEqual(status, 422)
        self.assertIn("Kept words", page)


if __name__ == "__main__":
    unittest.main()
