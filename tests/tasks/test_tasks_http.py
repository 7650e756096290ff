"""Work in the background as people meet it, against the real program: test_tasks_http.py GUILDHALL"""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
FAR = 9 * 10**15
NOW = int(time.time() * 1000)


class Tasks(TownCase):
    program, options = PROGRAM, {"buyers": 2, "users": [("colleague", "factory", "maker-one")]}

    def put(self, login, state="done", organisation=None, **more):
        """A task as it might be found; its id."""
        fields = {"kind": "town.check", "subject": "a file.xlsx", "input": "", "state": state,
                  "created_at": NOW, "organisation_id": organisation, "lease_until": FAR,
                  "owner": "" if state != "running" else "elsewhere",
                  "ended_at": None if state in ("waiting", "running") else NOW, **more}
        with self.town.database.connect() as db:
            fields["user_id"] = db.one("SELECT id FROM users WHERE login = ?", login)
            return db.one(f"INSERT INTO tasks ({', '.join(fields)}) VALUES"
                          f" ({', '.join('?' * len(fields))}) RETURNING id", *fields.values())

    def until(self, client, task, state):
        end = time.monotonic() + 60
        while True:
            status, body = client.get(f"/tasks/{task}")
            self.assertEqual(status, 200)
            if body["task"]["state"] == state:
                return body["task"]
            self.assertLess(time.monotonic(), end, body)
            time.sleep(0.05)

    def test_an_operator_checks_the_books(self):
        office = self.client("office")
        status, body = office.post("/tasks/check")
        self.assertEqual(status, 200)
        task = self.until(office, body["location"].rsplit("/", 1)[1], "done")
        self.assertEqual((task["kind"], task["done"], task["percent"], task["is_open"]),
                         ("town.check", task["total"], 100, False))
        self.assertTrue(task["message"])
        self.assertIn(task["id"], [t["id"] for t in office.get("/tasks")[1]["tasks"]])

    def test_who_may_begin_a_check(self):
        for login, expected in ((None, 401), ("buyer0", 403), ("maker", 403)):
            self.assertEqual(self.client(login).post("/tasks/check")[0], expected, login)

    def test_who_sees_one(self):
        own, makers = self.put("buyer0"), self.put("maker", organisation=1)
        for login, sees in {"buyer0": {own}, "buyer1": set(), "maker": {makers}, "rival": set(),
                            "colleague": {makers}, "office": {own, makers}}.items():
            client = self.client(login)
            listed = {t["id"] for t in client.get("/tasks")[1]["tasks"]}
            for task in (own, makers):
                expected = 200 if task in sees else 404
                self.assertEqual(client.get(f"/tasks/{task}")[0], expected, (login, task))
                self.assertEqual(task in listed, task in sees, (login, task))
                expected = 409 if task in sees else 404
                self.assertEqual(client.post(f"/tasks/{task}/cancel")[0], expected, (login, task))
        stranger = self.client()
        self.assertEqual(stranger.get(f"/tasks/{own}")[0], 401)
        self.assertEqual(stranger.get("/tasks")[0], 401)
        self.assertEqual(stranger.post(f"/tasks/{own}/cancel")[0], 401)
        for path in ("0", "-1", "x", "999999", "9" * 30):
            self.assertEqual(self.client("office").get(f"/tasks/{path}")[0], 404)

    def test_cancelling(self):
        maker = self.client("maker")
        running = self.put("maker", "running", done=40, total=160, step="tasks.check_part")
        task = maker.get(f"/tasks/{running}")[1]["task"]
        self.assertEqual((task["percent"], task["is_open"], task["is_ending"]), (25, True, False))
        self.assertIn("40", task["step"])
        self.assertEqual(maker.post(f"/tasks/{running}/cancel")[0], 200)
        self.assertTrue(maker.get(f"/tasks/{running}")[1]["task"]["is_ending"])

    def test_what_a_dead_process_left_is_taken_up(self):
        left = self.put("office", "running", lease_until=1, attempts=1)
        self.until(self.client("office"), left, "done")
        unknown = self.put("office", "waiting", kind="hall.of_the_future")
        task = self.until(self.client("office"), unknown, "failed")
        self.assertTrue(task["message"])

    def test_the_page_refreshes_by_itself_while_it_is_open(self):
        html = {"Accept": "text/html"}
        office = self.client("office")
        ended = self.put("office", "failed", message="job.sheet_rows", result="/hall?problems=1")
        page = office.get(f"/tasks/{ended}", html)[1]
        self.assertNotIn("http-equiv=\"refresh\"", page)
        self.assertIn("href=\"/hall?problems=1\"", page)
        running = self.put("office", "running", done=1, total=4)
        page = office.get(f"/tasks/{running}", html)[1]
        self.assertIn("<noscript><meta http-equiv=\"refresh\"", page)
        self.assertIn("<progress value=\"1\" max=\"4\"", page)
        self.assertIn(f"action=\"/tasks/{running}/cancel\"", page)

    def test_pages_of_the_list(self):
        ids = [self.put("buyer1") for _ in range(60)]
        client = self.client("buyer1")
        first = client.get("/tasks")[1]
        second = client.get(f"/tasks?before={first['next']}")[1]
        listed = [t["id"] for t in first["tasks"] + second["tasks"]]
        self.assertEqual(listed, sorted(listed, reverse=True))
        self.assertTrue(set(ids) <= set(listed))
        self.assertEqual(client.get("/tasks?before=x")[0], 422)


if __name__ == "__main__":
    unittest.main()
