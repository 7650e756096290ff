"""Contracts, rosters, calendars and campaigns of agencies over HTTP, against the real program:
test_agencies_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import time
import unittest
import uuid

import icalendar

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402
import uploads  # noqa: E402

PROGRAM = sys.argv.pop(1)
SHOW, PRICE, MANY = 70, 6900, 3
EN = {"Accept": "text/html", "Accept-Language": "en"}
COURSE = {"occupation": "4-01-02-07", "trade": "seller", "level": 5, "title_zh": "直播销售入门", "title_en": "Selling live",
          "about_zh": "", "about_en": "", "hours": 0, "exam_questions": 4, "exam_minutes": 10, "exam_tries": 2,
          "pass_percent": 60, "attend_percent": 50, "valid_months": 24, "is_on": 1}
EN_JSON = {"Accept-Language": "en"}
ZH = {"Accept": "text/html", "Accept-Language": "zh-CN"}
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(n):
    first = f"91330282MADAG{n:04d}"
    return first + CODE[-sum(CODE.index(c) * 3**i for i, c in enumerate(first)) % 31]


def day(n):
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    return str(today + datetime.timedelta(days=n))


def moment(minutes):
    at = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))) + datetime.timedelta(minutes=minutes)
    return at.strftime("%Y-%m-%dT%H:%M")


class Agencies(TownCase):
    program = PROGRAM
    options = {"buyers": 2, "stock": (5, 1, 1000),
               "users": tuple((f"host{i}", "host") for i in range(9)) + (("agent", "buyer"), ("second", "buyer"),
                                                                       ("leaver", "buyer"))}
    people = ("buyer", "maker", "office", "guest", "agent", "second")
    made = 0

    @classmethod
    def fill(cls, db):
        cls.star = db.one("SELECT id FROM users WHERE login = ?", "host0")
        db.run("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status, starts_at, started_at,"
               " key_hash, key_sealed, created_at) VALUES (?, '场', 'Show', 'r', 'r', ?, 'live', ?, 1, ?, ?, 1)",
               SHOW, cls.star, int(time.time() * 1000) + 60_000, b"x" * 32, b"x" * 32)
        # One of hers that was called off before its day, and one of somebody else's that is to come.
        for show, login, status, days, ended in ((71, "host0", "ended", 7, 1), (72, "host7", "planned", 2, None)):
            db.run("INSERT INTO shows (id, title_zh, title_en, room_zh, room_en, host_id, status, starts_at, ended_at, key_hash,"
                   " key_sealed, created_at) VALUES (?, '场', 'Later', 'r', 'r', (SELECT id FROM users WHERE login = ?), ?, ?, ?, ?,"
                   " ?, 1)", show, login, status, int(time.time() * 1000) + days * 86400_000, ended, bytes([show]) * 32, b"x" * 32)
        db.run("INSERT INTO show_items (show_id, position, sku_id, price_fen) VALUES (?, 1, ?, ?)", SHOW, MANY, PRICE)
        # A room of her own, a course, and a room that she had before the agency spoke for her.
        db.run("INSERT INTO venue_floors (id, position, name_zh, name_en) VALUES (1, 1, '一层', 'Ground')")
        db.run("INSERT INTO venue_spaces (id, floor_id, code, kind, name_zh, name_en, area_dm2, seats, who_may, door_token,"
               " created_at) VALUES (1, 1, 'R1', 'live_room', '一号', 'Room one', 3000, 4, 'base', 'door-1', 1)")
        now = int(time.time() * 1000)
        for i, (title, at) in enumerate((("Practice", now + 120_000), ("Before", now - 3600_000)), 1):
            db.run("INSERT INTO venue_bookings (id, space_id, day, from_step, until_step, held_until, starts_at, ends_at, state,"
                   " user_id, title_zh, title_en, created_at, changed_at) VALUES (?, 1, 0, ?, ?, ?, ?, ?, 'done', ?, ?, ?, 1, 1)",
                   i, i, i + 1, i, at, at + 1800_000, cls.star, title, title)
            db.run("INSERT INTO venue_events (booking_id, at, event, state, space_id, day, from_step, until_step)"
                   " VALUES (?, 1, 'finish', 'done', 1, 0, ?, ?)", i, i, i + 1)
        db.count_on("shows", "show_items")

    @classmethod
    def begin(cls):
        office = cls.town.client("office")
        cls.one, cls.two = (cls.agency(office, login) for login in ("agent", "second"))
        course = office.post("/training/courses", {**COURSE, "teacher": cls.star})[1]["id"]
        run = office.post(f"/training/courses/{course}/runs", {"seats": 5})[1]["id"]
        session = {"title_zh": "口播", "title_en": "Speaking", "room": "R2", "starts_at": moment(20), "ends_at": moment(80)}
        status, body = office.post(f"/training/runs/{run}/sessions", session)
        assert status == 200, body
        star = cls.town.client("host0")
        status, body = star.post(f"/training/runs/{run}/enrol", {"name": "Star"})
        assert status == 200, body
        for client in (office, star):
            client.close()

    @classmethod
    def agency(cls, office, login=None, sign=True, until=400):
        cls.made += 1
        status, body = office.post("/agencies", {"name_zh": f"{cls.made}社", "name_en": f"Agency {cls.made}",
                                                 "slug": f"agency-{cls.made}", "code": code(cls.made)})
        assert status == 200, body
        agency = body["id"]
        if login:
            assert office.post(f"/agencies/{agency}/members", {"do": "add", "login": login})[0] == 200
        if sign:
            status, body = office.post(f"/agencies/{agency}/contracts",
                                       {"kind": "partnered", "number": f"JD-{cls.made}", "from": day(0),
                                        "until": day(until)})
            assert status == 200, body
            contract = body["contracts"][0]["id"]
            assert office.post(f"/agencies/{agency}/contracts/{contract}", {"do": "sign"})[0] == 200
        return agency

    def seen(self, client, agency):
        status, body = client.get(f"/agencies/{agency}")
        self.assertEqual(status, 200, body)
        return body

    def roster(self, client, agency):
        return {h["login"]: h for h in self.seen(client, agency)["roster"]}

    def ask(self, login, client=None, agency=None, want=200, **more):
        status, body = (client or self.agent).post(f"/agencies/{agency or self.one}/hosts", {"login": login, **more})
        self.assertEqual(status, want, body)
        return body

    def entry(self, host, state="asked"):
        return next(e["id"] for e in host.get("/roster")[1]["entries"] if e["state"] == state)

    def answer(self, host, event, want=200, state="asked", **more):
        status, body = host.post(f"/roster/{self.entry(host, state)}", {"do": event, **more})
        self.assertEqual(status, want, body)
        return body

    def told(self, client, kind):
        return [n for n in client.get("/messages")[1]["notices"] if n["kind"] == kind]

    # --- hosts ---

    def test_a_yes_and_the_end_of_it(self):
        host = self.client("host1")
        self.ask("host1", note="Join us")
        self.assertEqual(self.told(host, "agency.asked")[0]["link"], "/roster")
        pending = self.roster(self.agent, self.one)["host1"]
        self.assertEqual((pending["state"], "name" in pending, "host" in pending), ("asked", False, False))
        self.assertIn("Join us", host.get("/roster", EN)[1])
        for bad in ({}, {"until": day(0)}, {"until": day(1097)}, {"until": "tomorrow"}):
            self.assertEqual(self.answer(host, "accept", 422, **bad)["field"], "until")
        self.answer(host, "accept", until=day(60))
        self.assertEqual(self.roster(self.agent, self.one)["host1"]["until"], day(60))
        self.assertTrue(self.told(self.agent, "agency.on"))
        self.ask("host1", want=409)
        self.answer(host, "renew", state="on", until=day(1096))
        self.assertEqual(self.roster(self.office, self.one)["host1"]["until"], day(1096))
        self.answer(host, "end", state="on")
        self.assertNotIn("host1", self.roster(self.agent, self.one))
        self.ask("host1", want=422)

    def test_a_host_who_said_no_is_not_listed(self):
        host = self.client("host2")
        self.ask("host2")
        entry = self.entry(host)
        self.answer(host, "refuse")
        self.assertNotIn("host2", self.roster(self.agent, self.one))
        self.assertFalse(self.told(self.agent, "agency.off") + self.told(self.agent, "agency.refused"))
        again, nobody, buyer = (self.ask(login, want=422) for login in ("host2", "nobody-at-all", "buyer0"))
        for body in (nobody, buyer):  # one answer: it cannot tell a no from a login that nobody has
            self.assertEqual({k: again[k] for k in ("error", "field", "message")},
                             {k: body[k] for k in ("error", "field", "message")})
        for event in ("withdraw", "end", "accept"):
            self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts/{entry}", {"do": event})[0], 404)
        page = self.agent.get(f"/agencies/{self.one}", EN)[1]
        self.assertNotIn("host2", page)
        with self.town.database.connect() as db:
            who = db.one("SELECT id FROM users WHERE login = ?", "host2")
        status, body = self.agent.post(f"/agencies/{self.one}/campaigns", {"name": "C", "from": day(0), "until": day(9)})
        self.assertEqual(status, 200, body)
        campaign = f"/agencies/{self.one}/campaigns/{body['id']}"
        status, body = self.agent.post(campaign, {"do": "host", "host": who})
        self.assertEqual((status, body["field"]), (422, "host"))
        self.assertEqual(self.agent.get(campaign)[1]["hosts"], [])
        self.ask("host2", self.second, self.two)  # another agency may ask

    def test_one_agency_at_a_time(self):
        host = self.client("host3")
        self.ask("host3")
        self.answer(host, "accept", until=day(30))
        self.ask("host3", self.second, self.two)
        self.assertEqual(self.answer(host, "accept", 409, until=day(30))["field"], "host")
        self.answer(host, "end", state="on")
        self.answer(host, "accept", until=day(30))
        self.assertIn("host3", self.roster(self.second, self.two))
        self.assertNotIn("host3", self.roster(self.agent, self.one))

    def test_asking_is_limited(self):
        agency = self.agency(self.office, "leaver")
        leaver = self.client("leaver")
        for i in range(20):
            self.ask(f"guess{i}", leaver, agency, 422)
        self.ask("host8", leaver, agency, 429)
        self.assertEqual(self.office.post(f"/agencies/{agency}/members", {"do": "remove", "login": "leaver"})[0], 200)

    def test_doors_of_the_roster(self):
        host, other = self.client("host4"), self.client("host5")
        self.ask("host4")
        entry = self.entry(host)
        for client, status in ((self.guest, 401), (other, 404), (self.agent, 404), (self.office, 404)):
            self.assertEqual(client.post(f"/roster/{entry}", {"do": "accept", "until": day(9)})[0], status)
        for client, status in ((self.guest, 401), (other, 404), (self.second, 404), (self.office, 403)):
            self.assertEqual(client.post(f"/agencies/{self.one}/hosts", {"login": "host5"})[0], status)
            self.assertEqual(client.post(f"/agencies/{self.one}/hosts/{entry}", {"do": "withdraw"})[0], status)
        self.assertEqual(self.second.post(f"/agencies/{self.two}/hosts/{entry}", {"do": "withdraw"})[0], 404)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts/{entry}", {"do": "accept"})[0], 403)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts/{entry}", {"do": "steal"})[0], 422)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts/x", {"do": "end"})[0], 404)
        for bad in ({}, {"login": "x" * 65}, {"login": "host5", "note": "x" * 201}):
            self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts", bad)[0], 422)
        cookie = {"Cookie": f"session={self.agent.token}"}
        self.assertEqual(self.guest.post(f"/agencies/{self.one}/hosts", {"login": "host5"}, headers=cookie)[0], 403)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/hosts/{entry}", {"do": "withdraw"})[0], 200)

    # --- contracts ---

    def test_agencies_are_added_once(self):
        fields = {"name_zh": "新社", "name_en": "New", "slug": "brand-new", "code": code(900)}
        for client, status in ((self.guest, 401), (self.agent, 403), (self.maker, 403)):
            self.assertEqual(client.post("/agencies", fields)[0], status)
            self.assertEqual(client.get("/agencies")[0], status)
        for field, bad in (("slug", "Brand New"), ("slug", "x"), ("code", code(900)[:-1] + "?"), ("code", "123"),
                           ("name_zh", ""), ("name_en", "x" * 61)):
            status, body = self.office.post("/agencies", {**fields, field: bad})
            self.assertEqual((status, body["field"]), (422, field))
        self.assertEqual(self.office.post("/agencies", {**fields, "code": " " + code(900).lower()})[0], 200)
        for field, other in (("slug", {"code": code(901)}), ("code", {"slug": "other-new"})):
            status, body = self.office.post("/agencies", {**fields, **other})
            self.assertEqual((status, body["field"]), (409, field))
        self.assertIn("already", self.office.post("/agencies", {**fields, "slug": "other-new"}, headers=EN)[1])
        self.assertEqual(self.office.get("/agencies?kind=none")[0], 404)

    def test_a_contract_from_the_draft_to_its_end(self):
        agency, host = self.agency(self.office, sign=False), self.client("host6")
        self.assertEqual(self.guest.get(f"/agencies/{agency}")[0], 404)  # nothing of it is public yet
        path = f"/agencies/{agency}/contracts"
        fields = {"kind": "introduced", "introduced_by": "The guild", "number": "JD-7", "from": day(0), "until": day(60)}
        for field, bad in (("kind", {"kind": "x"}), ("introduced_by", {"introduced_by": ""}), ("number", {"number": ""}),
                           ("from", {"from": "soon"}), ("until", {"until": day(-1)}),
                           ("until", {"from": day(70)}), ("until", {"until": day(9999)})):
            status, body = self.office.post(path, {**fields, **bad})
            self.assertEqual((status, body["field"]), (422, field), bad)
        contract = self.office.post(path, fields)[1]["contracts"][0]["id"]
        self.assertEqual(self.office.post(path, fields)[0], 409)
        one = f"{path}/{contract}"
        self.assertEqual(self.office.post(f"/agencies/{self.one}/contracts/{contract}", {"do": "sign"})[0], 404)
        self.assertEqual(self.agent.post(one, {"do": "sign"})[0], 403)
        for event, status in (("renew", 409), ("begin", 409), ("vanish", 422)):
            self.assertEqual(self.office.post(one, {"do": event, "until": day(90)})[0], status)
        self.assertEqual(self.office.post(one, {"do": "sign"})[0], 200)
        seen = self.guest.get(f"/agencies/{agency}")[1]
        self.assertEqual((seen["kind"], seen["is_inside"]), ("introduced", False))
        self.assertFalse({"roster", "contracts", "members", "code"} & set(seen))
        self.assertEqual(self.office.post(one, {"do": "renew", "until": day(60)})[1]["field"], "until")
        self.assertEqual(self.office.post(one, {"do": "renew", "until": day(90)})[0], 200)
        terms = {"do": "terms", "host_percent": "15", "agency_percent": "5.5", "base_percent": "3", "day": day(8)}
        for field, bad in (("day", {"day": day(2)}), ("day", {"day": "x"}), ("ratio", {"host_percent": "90"}),
                           ("ratio", {"base_percent": "-1"})):
            status, body = self.office.post(one, {**terms, **bad})
            self.assertEqual((status, body["field"]), (422, field), bad)
        body = self.office.post(one, terms)[1]
        self.assertEqual(body["terms"][0]["agency_bp"], 550)
        self.assertEqual(self.office.post(f"/agencies/{agency}/members", {"do": "add", "login": "second"})[0], 200)
        self.ask("host6", self.second, agency)
        shares = next(e["terms"] for e in host.get("/roster")[1]["entries"] if e["state"] == "asked")
        self.assertEqual([(x["from"], x["is_coming"], x["host_bp"], x["agency_bp"]) for x in shares],
                         [(day(8), True, 1500, 550)])  # before the yes
        self.assertIn("5.5", host.get("/roster", EN)[1])
        self.answer(host, "accept", until=day(30))
        self.assertEqual(self.office.post(one, {**terms, "agency_percent": "4.25", "day": day(9)})[0], 200)
        self.assertIn("4.25%", str(self.told(host, "agency.terms")))
        self.assertEqual(self.office.post(one, {"do": "end"})[1]["field"], "note")
        self.assertEqual(self.office.post(one, {"do": "end", "note": "It moved away"})[0], 200)
        self.assertEqual([e["state"] for e in host.get("/roster")[1]["entries"]], ["ended"])
        self.assertTrue(self.told(host, "agency.off"))
        self.ask("host6", self.second, agency, 409)
        events = [e["event"] for e in self.seen(self.office, agency)["events"] if "until" in e]
        self.assertEqual([x["is_ended"] for x in self.seen(self.office, agency)["terms"]], [True, True])
        self.assertEqual(events, ["end", "terms", "terms", "renew", "begin", "sign", "file"])
        self.assertEqual(self.office.post(f"/agencies/{agency}/members", {"do": "remove", "login": "second"})[0], 200)

    def test_organisations_are_counted_once(self):
        def counted():
            body = self.guest.get("/figures/organisations")[1]
            self.assertEqual(sum(r["amount"] for r in body["evidence"]), body["value"])
            return body["value"], {r["link"] for r in body["evidence"]}

        before, _ = counted()
        agency = self.agency(self.office)
        contract = self.seen(self.office, agency)["contracts"][0]["id"]
        self.assertEqual(counted()[0], before + 1)
        end = {"do": "end", "note": "Anew"}
        self.assertEqual(self.office.post(f"/agencies/{agency}/contracts/{contract}", end)[0], 200)
        again = {"kind": "partnered", "number": "JD-again", "from": day(0), "until": day(9)}
        contract = self.office.post(f"/agencies/{agency}/contracts", again)[1]["contracts"][0]["id"]
        self.office.post(f"/agencies/{agency}/contracts/{contract}", {"do": "sign"})
        value, links = counted()
        self.assertEqual(value, before + 1)
        self.assertEqual(self.guest.get(next(x for x in links if x.endswith(f"/{agency}")))[0], 200)

    def test_people_of_an_agency(self):
        path = f"/agencies/{self.two}/members"
        for client, status in ((self.guest, 401), (self.second, 403), (self.agent, 403)):
            self.assertEqual(client.post(path, {"do": "add", "login": "leaver"})[0], status)
        self.assertEqual(self.office.post(path, {"do": "add", "login": "no-such"})[0], 422)
        self.assertEqual(self.office.post(path, {"do": "add", "login": "second"})[0], 409)
        self.assertEqual(self.office.post(path, {"do": "promote", "login": "second"})[0], 422)
        self.assertEqual(self.second.get("/agency")[1]["location"], f"/agencies/{self.two}")
        self.assertEqual(self.buyer.get("/agency")[1]["agencies"], [])

    def test_the_paper_of_a_contract(self):
        agency = self.agency(self.office, "leaver")
        contract = self.seen(self.office, agency)["contracts"][0]["id"]
        path = f"/agencies/{agency}/contracts/{contract}/papers"
        pdf = b"%PDF-1.4\nsigned and sealed\n%%EOF\n"

        def bring(client, name, data, where=path):
            headers, body = uploads.form(("scan", name, data))
            return client.request("POST", where, body, headers)

        for client, status in ((self.guest, 401), (self.second, 403), (self.client("leaver"), 403), (self.maker, 403)):
            self.assertEqual(bring(client, "c.pdf", pdf)[0], status)
        self.assertEqual(bring(self.office, "c.pdf", pdf, f"/agencies/{self.one}/contracts/{contract}/papers")[0], 404)
        for data in (b"", b"MZ a program", b"\xff\xd8\xff not a picture"):
            status, body = bring(self.office, "c.pdf", data)
            self.assertEqual((status, body["field"]), (422, "scan"), data)
        for _ in range(2):  # the same again is there already
            self.assertEqual(bring(self.office, "../合同.pdf", pdf)[0], 200)
        self.assertEqual(bring(self.office, "page.jpg", uploads.jpeg())[0], 200)
        seen = self.seen(self.client("leaver"), agency)
        papers = seen["contracts"][0]["papers"]
        self.assertEqual([p["name"] for p in papers], ["合同.pdf", "page.jpg"])
        self.assertEqual([e["event"] for e in seen["events"]][:3], ["paper_add", "paper_add", "begin"])
        self.assertEqual(seen["events"][0]["number"], seen["contracts"][0]["number"])
        one, picture = (f"/agencies/{agency}/papers/{p['id']}" for p in papers)
        for client in (self.office, self.client("leaver")):
            status, data = client.get(one)
            self.assertEqual((status, data.encode()), (200, pdf))
            self.assertIn("attachment", client.headers["Content-Disposition"])
            status, data = client.get(picture)
            self.assertEqual((status, data[:3]), (200, b"\xff\xd8\xff"))
        for client, status in ((self.guest, 401), (self.second, 404), (self.buyer, 404), (self.maker, 404)):
            self.assertEqual(client.get(one)[0], status)
        for wrong in (f"/agencies/{self.one}/papers/{papers[0]['id']}", f"/agencies/{agency}/papers/x", f"/agencies/{agency}/papers/999"):
            self.assertEqual(self.office.get(wrong)[0], 404)
        self.assertNotIn("papers", str(self.guest.get(f"/agencies/{agency}")[1]))
        for client, status in ((self.guest, 401), (self.client("leaver"), 403), (self.second, 403)):
            self.assertEqual(client.post(one + "/remove")[0], status)
        self.assertEqual(self.office.post(one + "/remove")[0], 200)
        self.assertEqual(self.office.post(one + "/remove")[0], 404)
        self.assertEqual(self.office.get(one)[0], 404)
        for i in range(9):
            self.assertEqual(bring(self.office, f"{i}.pdf", pdf + bytes([i]))[0], 200)
        self.assertEqual(bring(self.office, "one-more.pdf", pdf + b"more")[0], 429)
        self.assertEqual(self.office.post(f"/agencies/{agency}/contracts/{contract}", {"do": "end", "note": "Over"})[0], 200)
        self.assertEqual(self.client("leaver").get(picture)[0], 200)  # what was signed stays to be read
        self.assertEqual(self.office.post(f"/agencies/{agency}/members", {"do": "remove", "login": "leaver"})[0], 200)
        self.assertEqual(self.client("leaver").get(picture)[0], 404)

    def test_names_and_contact_change(self):
        agency = self.agency(self.office, "leaver")
        leaver, path = self.client("leaver"), f"/agencies/{agency}"
        names = {"name_zh": "新名社", "name_en": "Renamed", "about_zh": "", "about_en": "Evenings"}
        for client, status in ((self.guest, 401), (leaver, 403), (self.second, 403)):
            self.assertEqual(client.post(path + "/profile", names)[0], status)
        for field, bad in (("name_zh", ""), ("name_en", "x" * 61), ("about_en", "x" * 201)):
            status, body = self.office.post(path + "/profile", {**names, field: bad})
            self.assertEqual((status, body["field"]), (422, field))
        before = self.seen(self.office, agency)["name"]
        for _ in range(2):  # the second time nothing differs, and nothing is noted
            self.assertEqual(self.office.post(path + "/profile", names)[0], 200)
        self.assertEqual(self.guest.get(path, EN_JSON)[1]["name"], "Renamed")
        contact = {"contact": "王小满", "phone": "0574-6300 0000"}
        for client, status in ((self.guest, 401), (self.second, 404), (self.maker, 404)):
            self.assertEqual(client.post(path + "/contact", contact)[0], status)
        for field, bad in (("contact", ""), ("contact", "x" * 21), ("phone", "call me"), ("phone", "12"), ("phone", "1" * 25)):
            status, body = leaver.post(path + "/contact", {**contact, field: bad})
            self.assertEqual((status, body["field"]), (422, field))
        self.assertEqual(leaver.post(path + "/contact", contact)[0], 200)
        self.assertEqual(self.office.post(path + "/contact", {**contact, "phone": "13800000000"})[0], 200)
        for client in (leaver, self.office):
            seen = self.seen(client, agency)
            self.assertEqual(seen["contact"], {"name": "王*", "phone": "138****0000"})
        self.assertNotIn("contact", self.guest.get(path)[1])
        for client, status in ((self.guest, 401), (leaver, 403), (self.second, 403)):
            self.assertEqual(client.post(path + "/contact/open", {"purpose": "To ring them"})[0], status)
        self.assertEqual(self.office.post(path + "/contact/open", {"purpose": "x"})[1]["field"], "purpose")
        status, body = self.office.post(path + "/contact/open", {"purpose": "To ring them"})
        self.assertEqual((status, body["opened"]), (200, {"name": "王小满", "phone": "13800000000"}))
        self.assertEqual(self.office.headers["Cache-Control"], "no-store")
        seen = self.seen(leaver, agency)
        self.assertNotIn("opened", seen)
        self.assertEqual([(e["event"], e.get("note")) for e in seen["events"]][:4],
                         [("open", "To ring them"), ("contact", None), ("contact", None),
                          ("profile", f"{before} / Agency {self.made}")])
        self.assertEqual(self.office.post(path + "/members", {"do": "remove", "login": "leaver"})[0], 200)

    # --- calendars, campaigns ---

    def star_on_roster(self):
        host = self.client("host0")
        if "host0" not in self.roster(self.agent, self.one):
            self.ask("host0")
            self.answer(host, "accept", until=day(300))
        return host

    def test_a_calendar_and_its_address(self):
        self.star_on_roster()
        body = self.agent.get(f"/agencies/{self.one}/calendar", EN_JSON)[1]
        after = self.agent.get(f"/agencies/{self.one}/calendar?week={body['after']}", EN_JSON)[1]
        items = [i for d in body["days"] + after["days"] for i in d["items"]]
        self.assertEqual(sorted((i["kind"], i["title"]) for i in items),
                         [("booking", "Practice"), ("session", "Speaking"), ("show", "Show")])
        self.assertNotIn("Before", str(body))  # what was before the yes is not the agency's to see
        self.assertEqual(len(body["days"]), 7)
        for client, status in ((self.guest, 401), (self.second, 404), (self.buyer, 404), (self.office, 200)):
            self.assertEqual(client.get(f"/agencies/{self.one}/calendar")[0], status)
        for week in ("x", "2026-13-01", day(2000)):
            self.assertEqual(self.agent.get(f"/agencies/{self.one}/calendar?week={week}")[0], 404)
        for client, status in ((self.guest, 401), (self.second, 404), (self.office, 403)):
            self.assertEqual(client.post(f"/agencies/{self.one}/feeds")[0], status)
        status, made = self.agent.post(f"/agencies/{self.one}/feeds")
        self.assertEqual(status, 200, made)
        address = "/" + made["address"].split("/", 3)[3]
        status, text = self.guest.get(address)
        self.assertEqual(status, 200)
        self.assertTrue(text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n"))
        events = {str(e["UID"]).split("-")[0]: e for e in icalendar.Calendar.from_ical(text).walk("VEVENT")}
        self.assertEqual(sorted(events), ["booking", "session", "show"])
        self.assertTrue(str(events["show"]["URL"]).endswith(f"/shows/{SHOW}"))
        self.assertTrue(all(e["DTEND"].dt > e["DTSTART"].dt for e in events.values()))
        self.assertFalse([kind for kind, e in events.items() if kind != "show" and "URL" in e])
        self.assertTrue(all(len(line.encode()) <= 75 for line in text.split("\r\n")))
        token = address.split("/")[3]
        for guess in (token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), "x" * 48, token.upper() + "0"):
            self.assertEqual(self.guest.get(f"/agencies/feeds/{guess}/calendar.ics")[0], 404)
        self.assertEqual(self.second.post(f"/agencies/{self.one}/feeds/{made['id']}/revoke")[0], 404)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/feeds/{made['id']}/revoke")[0], 200)
        self.assertEqual(self.guest.get(address)[0], 404)
        self.assertEqual(self.agent.post(f"/agencies/{self.one}/feeds/{made['id']}/revoke")[0], 404)

    def test_an_address_ends_with_its_owners_membership(self):
        self.office.post(f"/agencies/{self.one}/members", {"do": "add", "login": "leaver"})
        leaver = self.client("leaver")
        address = "/" + leaver.post(f"/agencies/{self.one}/feeds")[1]["address"].split("/", 3)[3]
        self.assertEqual(self.guest.get(address)[0], 200)
        self.office.post(f"/agencies/{self.one}/members", {"do": "remove", "login": "leaver"})
        self.assertEqual(self.guest.get(address)[0], 404)
        self.assertEqual(leaver.get(f"/agencies/{self.one}/calendar")[0], 404)

    def buy(self):
        wish = {"sku": MANY, "quantity": 2, "show": SHOW, **RECEIVER}
        status, body = self.buyer.post("/orders", wish, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        self.assertEqual(self.buyer.post(f"/cashier/{body['order']['id']}")[0], 200)

    def test_a_campaign_and_what_was_sold_in_it(self):
        self.star_on_roster()
        path = f"/agencies/{self.one}/campaigns"
        fields = {"name": "Kettle week", "from": day(0), "until": day(6), "goal": "1,000"}
        for client, status in ((self.guest, 401), (self.second, 404), (self.office, 403)):
            self.assertEqual(client.post(path, fields)[0], status)
        for field, bad in (("name", {"name": ""}), ("name", {"name": "x" * 41}), ("from", {"from": ""}),
                           ("until", {"until": day(-1)}), ("until", {"until": day(400)}), ("goal", {"goal": "much"})):
            status, body = self.agent.post(path, {**fields, **bad})
            self.assertEqual((status, body["field"]), (422, field), bad)
        campaign = self.agent.post(path, fields)[1]["id"]
        self.assertEqual(self.agent.post(path, fields)[1]["field"], "name")  # pressed twice
        one = f"{path}/{campaign}"
        self.assertEqual(self.second.get(one)[0], 404)
        self.assertEqual(self.second.get(f"/agencies/{self.two}/campaigns/{campaign}")[0], 404)
        self.assertEqual(self.office.get(one)[0], 200)
        self.assertEqual(self.agent.post(one, {"do": "host", "host": self.star})[0], 200)
        self.assertEqual(self.agent.post(one, {"do": "host", "host": self.star})[0], 409)
        self.assertEqual(self.office.post(one, {"do": "cancel"})[0], 403)
        self.buy()
        body = self.agent.get(one)[1]
        self.assertEqual((body["sold"]["value"], body["pieces"]["value"], body["percent"]), (13800, 2, 13))
        self.assertEqual([(s["id"], s["sold"]["fen"]) for s in body["shows"]], [(SHOW, 13800)])
        figure = self.agent.get(body["sold"]["href"])[1]
        self.assertEqual([(r["link"], r["amount"]) for r in figure["evidence"]], [(f"/shows/{SHOW}", 13800)])
        for client, status in ((self.second, 404), (self.guest, 404), (self.office, 200)):
            self.assertEqual(client.get(body["sold"]["href"])[0], status)
        self.assertEqual(self.agent.post(one, {"do": "goods", "goods": "no-such"})[1]["field"], "goods")
        self.assertEqual(self.agent.post(one, {"do": "goods", "goods": "maker-two"})[0], 200)
        self.assertEqual(self.agent.get(one)[1]["sold"]["value"], 0)  # none of that maker's
        self.assertEqual(self.agent.post(one, {"do": "goods", "goods": f"kettle-{MANY}"})[0], 200)
        body = self.agent.get(one)[1]
        self.assertEqual(body["sold"]["value"], 13800)
        goods = next(g["id"] for g in body["goods"] if g["kind"] == "product")
        self.assertEqual(self.agent.post(one, {"do": "off", "goods": goods})[0], 200)
        self.assertEqual(self.agent.post(one, {"do": "off", "goods": goods})[0], 404)
        for bad in ({"do": "off"}, {"do": "host", "host": "x"}, {"do": "plan"}, {}):
            self.assertEqual(self.agent.post(one, bad)[0], 422, bad)
        self.assertEqual(self.agent.post(one, {"do": "cancel"})[0], 200)
        self.assertEqual(self.agent.post(one, {"do": "host", "host": self.star})[0], 409)

    def test_shows_of_a_host_who_has_left_are_not_listed(self):
        host = self.client("host7")
        self.ask("host7")
        self.answer(host, "accept", until=day(90))
        who = self.roster(self.agent, self.one)["host7"]["host"]
        path = f"/agencies/{self.one}/campaigns"
        one = f"{path}/{self.agent.post(path, {'name': 'Left', 'from': day(0), 'until': day(6)})[1]['id']}"
        self.assertEqual(self.agent.post(one, {"do": "host", "host": who})[0], 200)
        self.assertEqual([s["id"] for s in self.agent.get(one)[1]["shows"]], [72])
        self.answer(host, "end", state="on")
        body = self.agent.get(one)[1]
        self.assertEqual((body["shows"], [h["is_on"] for h in body["hosts"]]), ([], [False]))

    def test_pages_in_both_languages(self):
        self.star_on_roster()
        campaign = self.agent.post(f"/agencies/{self.one}/campaigns",
                                   {"name": "=Pages", "from": day(0), "until": day(3)})[1]["id"]
        paths = {"/agencies": self.office, f"/agencies/{self.one}": self.agent, "/roster": self.client("host0"),
                 f"/agencies/{self.one}/calendar": self.agent, f"/agencies/{self.one}/campaigns/{campaign}": self.agent}
        for path, client in paths.items():
            for headers in (EN, ZH):
                status, page = client.get(path, headers)
                self.assertEqual(status, 200, path)
                self.assertNotIn("agencies.", page.replace("css/agencies.", ""), path)
        status, page = self.agent.post(f"/agencies/{self.one}/hosts", {"login": "nobody-here"}, headers=EN)
        self.assertEqual(status, 422)
        self.assertIn("Nobody of that login can be asked", page)
        self.assertIn('value="nobody-here"', page)


if __name__ == "__main__":
    unittest.main()
