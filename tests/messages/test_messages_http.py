"""Notices as people meet them, over HTTP, against the real program: test_messages_http.py GUILDHALL"""
import datetime
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
TOWN = datetime.timezone(datetime.timedelta(hours=8))


def in_minutes(n):
    """A time as the plan's form sends it: the town's clock."""
    return (datetime.datetime.now(TOWN) + datetime.timedelta(minutes=n)).strftime("%Y-%m-%dT%H:%M")


class Messages(TownCase):
    program, options = PROGRAM, {"buyers": 3, "users": (("host", "host"),)}

    def setUp(self):
        super().setUp()
        self.host, self.office = self.client("host"), self.client("office")

    def show(self, minutes, title="Kettles"):
        status, body = self.host.post("/shows", {
            "title_zh": title, "title_en": title, "room": "Room 1", "starts_at": in_minutes(minutes)})
        self.assertIn(status, (200, 201), body)
        return body["id"]

    def notices(self, client, **query):
        status, body = client.get("/messages" + ("?before=" + query["before"] if query else ""),
                                  headers={"Accept-Language": "en"})
        self.assertEqual(status, 200, body)
        return body

    def waiting(self, show):
        with self.town.database.connect() as db:
            return db.all("SELECT user_id, due_at FROM notices WHERE about = ? AND routed_at IS NULL"
                          " ORDER BY user_id", f"reservation:{show}")

    def until(self, what, seconds=20):
        deadline = time.monotonic() + seconds
        while not (found := what()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return found

    def test_who_waits_for_a_show_is_told_of_it(self):
        show, buyer = self.show(5), self.client("buyer0")
        self.assertEqual(buyer.post(f"/shows/{show}/reserve", {"on": 1})[0], 200)
        of = self.until(lambda: [n for n in self.notices(buyer)["notices"]
                                 if n["link"].startswith(f"/shows/{show}?")])
        self.assertEqual(len(of), 1)
        self.assertTrue(of[0]["text"].startswith("“Kettles” begins at"), of)
        self.assertEqual((of[0]["kind"], of[0]["is_seen"]), ("show.near", False))
        page = buyer.get("/hall", headers=HTML)[1]
        self.assertIn('class="badge">1</em>', page[page.index('href="/messages"'):])
        one = f"/messages/{of[0]['id']}/seen"
        for client, status in ((self.client(None), 401), (self.client("buyer1"), 404)):
            self.assertEqual(client.post(one)[0], status)
        self.assertEqual(buyer.post("/messages/99999/seen")[0], 404)
        self.assertEqual(buyer.post(one, {"open": 1}, headers=HTML)[0], 303)
        self.assertEqual(buyer.headers["Location"], of[0]["link"])
        self.assertEqual(self.notices(buyer)["unread"], 0)

    def test_a_show_that_moves_takes_its_reminders_along(self):
        show, buyer, other = self.show(600), self.client("buyer0"), self.client("buyer1")
        for client in (buyer, other):
            self.assertEqual(client.post(f"/shows/{show}/reserve", {"on": 1})[0], 200)
            self.assertEqual(client.post(f"/shows/{show}/reserve", {"on": 1})[0], 200)
        first = self.waiting(show)
        self.assertEqual(len(first), 2)
        self.assertEqual(self.host.post(f"/shows/{show}/plan", {
            "title_zh": "K", "title_en": "K", "room": "Room 1", "starts_at": in_minutes(660)})[0], 200)
        moved = self.waiting(show)
        self.assertEqual([(u, due - 3600_000) for u, due in moved], first)
        self.assertEqual(other.post(f"/shows/{show}/reserve", {"on": 0})[0], 200)
        self.assertEqual([u for u, _ in self.waiting(show)], [moved[0][0]])
        self.assertEqual(self.host.post(f"/shows/{show}/end")[0], 200)
        self.assertEqual(self.waiting(show), [])

    def test_the_list_has_pages_and_is_seen_as_a_whole(self):
        buyer = self.client("buyer2")
        with self.town.database.connect() as db:
            me = db.one("SELECT id FROM users WHERE login = 'buyer2'")
            now = int(time.time() * 1000)
            for i in range(70):
                db.run("INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at) VALUES"
                       " (?, 'show.near', ?, '/shows', '{\"title\":{\"zh\":\"T\"},\"at\":{\"time\":1}}', ?, ?)",
                       me, f"t:{i}", now - 9000, now - 5000 - i // 2)
        seen, place = [], None
        while True:
            body = self.notices(buyer, **({"before": place} if place else {}))
            seen += [n["id"] for n in body["notices"]]
            place = body.get("next")
            if not place:
                break
        self.assertEqual((len(seen), len(set(seen))), (70, 70))
        for bad in ("x", "1", "1-", "-1-1", "9" * 40 + "-1", "1-2-3"):
            self.assertEqual(buyer.get(f"/messages?before={bad}")[0], 404, bad)
            self.assertEqual(buyer.post("/messages/seen", {"until": bad})[0], 422, bad)
        first = self.notices(buyer)
        self.assertEqual(first["unread"], 70)
        with self.town.database.connect() as db:  # one comes after the list was drawn
            db.run("INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at) VALUES"
                   " (?, 'show.near', 'late', '/shows', '{}', ?, ?)", me, now, now)
        self.assertEqual(buyer.post("/messages/seen", {"until": first["until"]})[0], 200)
        self.assertEqual(self.notices(buyer)["unread"], 1)

    def test_a_session_without_its_token_changes_nothing(self):
        for path in ("/messages/seen", "/messages/1/seen"):
            self.assertEqual(self.client(None).post(path, {"until": "1-1"})[0], 401)
        buyer = self.client("buyer0")
        cookie = {"Cookie": f"session={buyer.token}"}
        stranger = self.client(None)
        self.assertEqual(stranger.post("/messages/seen", {"until": "1-1"}, headers=cookie)[0], 403)
        self.assertEqual(stranger.get("/messages", headers=cookie)[0], 200)
        self.assertEqual(self.client(None).get("/messages")[0], 401)


if __name__ == "__main__":
    unittest.main()
