"""What buyer and maker write about an order, over HTTP, against the real program: test_talk_http.py
GUILDHALL"""
import pathlib
import re
import sys
import threading
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import RECEIVER, TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
MANY = 3
HTML = {"Accept": "text/html", "Accept-Language": "en"}
TALK_MAX, PAGE = 200, 50


class Talk(TownCase):
    program, options = PROGRAM, {"buyers": 4, "users": (("clerk", "factory", "maker-one"), ("loner", "factory", "maker-two"), ("admin", "admin"))}
    turn = 0

    @classmethod
    def fill(cls, db):
        db.run("DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE login = 'loner')")  # dismissed

    def setUp(self):
        super().setUp()
        Talk.turn += 1  # nobody has many unpaid orders
        self.buyer, self.other = self.client(f"buyer{Talk.turn % 4}"), self.client(f"buyer{(Talk.turn + 1) % 4}")
        self.maker, self.rival, self.office = self.client("maker"), self.client("rival"), self.client("office")

    def order(self, paid=True):
        status, body = self.buyer.post("/orders", {"sku": MANY, "quantity": 1, **RECEIVER}, uuid.uuid4().hex)
        self.assertEqual(status, 201, body)
        if paid:
            self.assertEqual(self.buyer.post(f"/cashier/{body['order']['id']}")[0], 200)
        return body["order"]["id"]

    def say(self, client, order, text, key=None, headers=None, **more):
        return client.post(f"/orders/{order}/talk", {"text": text, **more}, key or uuid.uuid4().hex, headers)

    def talk(self, client, order, query=""):
        status, body = client.get(f"/orders/{order}/talk{query}")
        self.assertEqual(status, 200, body)
        return body

    def texts(self, client, order):
        return [m["text"] for m in self.talk(client, order)["messages"]]

    def row(self, client, order, path="/factory/messages", member="talks", number="order"):
        return next((t for t in client.get(path)[1][member] if t[number] == order), None)

    def fill_to(self, order, n):
        """As many as n messages, the buyer's, written behind the program's back an hour ago."""
        with self.town.database.connect() as db:
            buyer = db.one("SELECT buyer_id FROM orders WHERE id = ?", order)
            have = db.one("SELECT count(*) FROM talk_words WHERE order_id = ?", order)
            words = db.all("SELECT words FROM talk_words WHERE order_id = ? ORDER BY id", order)[0][0]
            since = db.one("SELECT min(at) FROM talk_words WHERE order_id = ?", order) - 3600 * 1000
            db.run("UPDATE talk_words SET at = ? WHERE order_id = ?", since, order)
            for _ in range(n - have):
                db.run("INSERT INTO talk_words (order_id, user_id, side, at, words) VALUES (?, ?, 'buyer', ?, ?)",
                       order, buyer, since, words)
            last = db.one("SELECT max(id) FROM talk_words WHERE order_id = ?", order)
            db.run("UPDATE talks SET n = ?, last_id = ?, factory_unread = ?, waits_since = ? WHERE order_id = ?", n, last, n, since, order)

    # --- writing ---

    def test_both_sides_write_and_the_maker_sees_what_waits(self):
        order = self.order()
        status, body = self.say(self.buyer, order, "when is it sent, call 13800000000")
        self.assertEqual((status, body["messages"][0]["side"]), (200, "buyer"))
        self.assertEqual(self.row(self.maker, order)["waits"], True)
        self.assertEqual(self.say(self.maker, order, "tomorrow")[0], 200)
        self.assertEqual([(m["side"], m["text"]) for m in self.talk(self.buyer, order)["messages"]],
                         [("buyer", "when is it sent, call 13800000000"), ("factory", "tomorrow")])
        self.assertEqual(self.row(self.maker, order)["waits"], False)
        part = self.buyer.get(f"/orders/{order}")[1]["order"]["talk"]
        self.assertEqual((part["n"], part["messages"][-1]["text"]), (2, "tomorrow"))
        with self.town.database.connect() as db:  # it may name people
            for (words,) in db.all("SELECT words FROM talk_words WHERE order_id = ?", order):
                self.assertNotIn(b"13800000000", bytes(words))

    def test_the_words_are_nowhere_in_the_clear(self):
        order, word = self.order(), uuid.uuid4().hex
        for client in (self.buyer, self.maker):
            self.assertEqual(self.say(client, order, f"call {word}, please")[0], 200)
        self.say(self.buyer, order, word * 20)  # refused
        files = [f for f in self.town.folder.rglob("*") if f.is_file()]
        self.assertTrue(files)
        for file in files:  # the database, what it writes ahead, the log
            self.assertNotIn(word.encode(), file.read_bytes(), file)

    def test_a_colleague_of_the_maker_answers_too(self):
        order = self.order()
        self.say(self.buyer, order, "hello")
        self.assertEqual(self.say(self.client("clerk"), order, "good morning")[0], 200)
        self.assertEqual(self.texts(self.maker, order), ["hello", "good morning"])

    def test_sending_twice_is_one_message(self):
        order, key = self.order(), uuid.uuid4().hex
        answers = [self.say(self.buyer, order, "once", key, HTML) for _ in range(2)]
        where = self.buyer.headers["Location"]
        self.assertEqual([a[0] for a in answers], [303, 303])
        self.assertEqual(where, f"/orders/{order}/talk#end")
        self.assertEqual(self.texts(self.buyer, order), ["once"])
        self.assertEqual(self.say(self.buyer, order, "another", key)[0], 422)  # under the same key
        self.assertEqual(self.say(self.maker, order, "mine", key)[0], 200)  # a key is somebody's own
        self.assertEqual(self.buyer.post(f"/orders/{order}/talk", {"text": "no key"})[0], 422)
        self.assertEqual(self.texts(self.buyer, order), ["once", "mine"])

    def test_sending_twice_at_once_is_one_message(self):
        order, key, answers = self.order(), uuid.uuid4().hex, []
        clients = [self.client(f"buyer{Talk.turn % 4}") for _ in range(8)]
        threads = [threading.Thread(target=lambda c=c: answers.append(self.say(c, order, "once", key)[0])) for c in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200] * 8)
        self.assertEqual(self.texts(self.buyer, order), ["once"])

    def test_every_page_brings_a_key_of_its_own(self):
        order, keys = self.order(), []
        for path in (f"/orders/{order}/talk", f"/orders/{order}/talk", f"/orders/{order}"):
            page = self.buyer.get(path, HTML)[1]
            form = page[page.index(f'action="/orders/{order}/talk"'):]
            keys.append(re.search(r'name="idempotency_key" value="([^"]{8,64})"', form).group(1))
        self.assertEqual(len(set(keys)), 3)
        self.assertEqual(self.say(self.buyer, order, "from there", keys[2], HTML, **{"from": "order"})[0], 303)
        self.assertEqual(self.buyer.headers["Location"], f"/orders/{order}#talk")

    def test_what_is_no_message(self):
        order = self.order()
        for text in ("", "   ", "x" * 501, "a\u0007b", "a\u0000b", "\u202e", "\n\n"):
            status, body = self.say(self.buyer, order, text)
            self.assertIn(status, (400, 422), text)
            self.assertIn(body["field"], ("text", "body"), text)
        page = self.say(self.buyer, order, "<i>" + "x" * 500, headers=HTML)[1]
        self.assertIn("&lt;i&gt;xxx", page)  # what was typed stays, as text
        form = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": uuid.uuid4().hex}
        for raw in ("text=%FF%FE", "text=%C0%80", "text=%ED%A0%80", "text=a%00b", "text=" + "x" * 70000):
            self.assertIn(self.buyer.request("POST", f"/orders/{order}/talk", raw, form)[0], (400, 413, 422), raw[:20])
        for seen in ("x", "-1", "99999999999999999999"):
            status, body = self.say(self.buyer, order, "fine", seen=seen)
            self.assertEqual((status, body["field"]), (422, "seen"))
        self.assertEqual(self.texts(self.buyer, order), [])
        self.assertEqual(self.say(self.buyer, order, "字" * 500)[0], 200)
        self.assertEqual(self.say(self.buyer, order, "two\nlines")[0], 200)

    def test_a_flood_is_stopped_and_the_other_side_may_go_on(self):
        order = self.order()
        for n in range(20):
            self.assertEqual(self.say(self.buyer, order, f"{n}")[0], 200)
        key = uuid.uuid4().hex
        for _ in range(2):  # a refusal is repeated, too
            status, body = self.say(self.buyer, order, "one more", key)
            self.assertEqual((status, body["field"], body["limit"]), (429, "text", 20))
        self.assertEqual(self.say(self.maker, order, "the other side may")[0], 200)
        self.assertEqual(self.say(self.buyer, self.order(), "and elsewhere")[0], 200)

    # --- whose it is ---

    def test_whose_it_is(self):
        order = self.order()
        self.say(self.buyer, order, "hello")
        for client, status in ((self.client(None), 401), (self.other, 404), (self.rival, 404)):
            self.assertEqual(client.get(f"/orders/{order}/talk")[0], status)
            self.assertEqual(self.say(client, order, "x")[0], status)
            self.assertEqual(client.post(f"/orders/{order}/talk/seen", {"seen": 1})[0], status)
        for client, status in ((self.client(None), 401), (self.buyer, 403), (self.office, 403)):
            self.assertEqual(client.get("/factory/messages")[0], status)
        for bad in ("x", "0", "99999999999999999999", str(order + 100000)):
            self.assertEqual(self.buyer.get(f"/orders/{bad}/talk")[0], 404)
            self.assertEqual(self.say(self.buyer, bad, "x")[0], 404)
        self.assertIsNone(self.row(self.rival, order))
        self.assertEqual(self.texts(self.buyer, order), ["hello"])

    def test_a_maker_without_a_factory_sees_nobodys(self):
        order, loner = self.order(), self.client("loner")
        self.say(self.buyer, order, "hello")
        self.assertEqual(loner.get("/factory/messages")[0], 403)
        self.assertEqual(loner.get(f"/orders/{order}/talk")[0], 404)

    def test_a_page_of_another_site_cannot_write(self):
        order = self.order()
        cookie = self.client()
        status, _ = cookie.post("/login", {"login": f"buyer{Talk.turn % 4}", "password": "correct-horse-battery"}, headers=HTML)
        self.assertEqual(status, 303)
        session = {"Cookie": cookie.headers["Set-Cookie"].split(";")[0]}
        for path, fields in (("talk", {"text": "x", "idempotency_key": "k" * 16}), ("talk/seen", {"seen": 1}), ("talk/open", {"purpose": "xx"})):
            status, body = cookie.post(f"/orders/{order}/{path}", fields, headers={**session, "Origin": "https://elsewhere.example"})
            self.assertEqual(status, 403, body)
            status, body = cookie.post(f"/orders/{order}/{path}", {**fields, "csrf": "x"}, headers=session)
            self.assertEqual(status, 403, body)
        self.assertEqual(self.texts(self.buyer, order), [])

    # --- what is new ---

    def test_what_is_new_to_each_side(self):
        order = self.order()
        self.say(self.buyer, order, "one")
        self.say(self.buyer, order, "two")
        self.assertEqual(self.row(self.maker, order)["unread"], 2)
        self.assertEqual(self.row(self.maker, order, "/factory/orders", "orders", "id")["unread"], 2)
        self.assertEqual(self.row(self.buyer, order, "/orders", "orders", "id")["unread"], 0)  # one's own is no news
        talk = self.talk(self.maker, order)
        self.assertEqual((talk["unread"], talk["own"]), (2, "factory"))
        self.assertEqual(self.talk(self.maker, order)["unread"], 2)  # to have asked is not to have seen
        self.assertEqual([m["is_read"] for m in self.talk(self.buyer, order)["messages"]], [False, False])
        self.assertEqual(self.maker.post(f"/orders/{order}/talk/seen", {"seen": talk["messages"][0]["id"]})[1]["unread"], 1)
        self.assertEqual([m["is_read"] for m in self.talk(self.buyer, order)["messages"]], [True, False])
        self.assertEqual(self.maker.post(f"/orders/{order}/talk/seen", {"seen": talk["last"]})[1]["unread"], 0)
        self.assertEqual(self.maker.post(f"/orders/{order}/talk/seen", {"seen": 1})[1]["unread"], 0)  # marks never go back
        self.assertEqual(self.row(self.maker, order)["waits"], True)  # seen is not answered
        self.assertEqual(self.maker.post(f"/orders/{order}/talk/seen", {"seen": 10 ** 12})[0], 200)
        self.say(self.buyer, order, "three")  # a mark is never beyond what there was
        self.assertEqual(self.row(self.maker, order)["unread"], 1)
        for seen in ("", "x", "0", "-3"):
            self.assertEqual(self.maker.post(f"/orders/{order}/talk/seen", {"seen": seen})[0], 422)

    def test_answering_marks_what_was_before_ones_eyes(self):
        order = self.order()
        self.say(self.buyer, order, "one")
        seen = self.talk(self.maker, order)["last"]
        self.say(self.buyer, order, "two")
        self.say(self.maker, order, "to the first", seen=seen)
        self.assertEqual(self.talk(self.maker, order)["unread"], 1)  # it came while the answer was being written
        self.assertEqual(self.talk(self.buyer, order)["unread"], 1)
        self.say(self.maker, order, "to both")
        self.assertEqual(self.talk(self.maker, order)["unread"], 0)
        self.assertEqual(self.talk(self.buyer, order)["unread"], 2)

    def test_every_page_says_how_much_is_new(self):
        order = self.order()
        with self.town.database.connect() as db:  # from here on
            db.run("UPDATE talks SET buyer_seen = last_id, buyer_unread = 0")
        for text in ("one", "two", "three"):
            self.say(self.maker, order, text)
        badge = re.compile(r'<span class="new">(\d+)<span')
        for path in ("/", "/cart", "/hall", f"/orders/{order}"):
            self.assertIn("3", badge.findall(self.buyer.get(path, HTML)[1]), path)
        self.assertIn("3 new messages", self.buyer.get("/orders", HTML)[1])
        self.buyer.post(f"/orders/{order}/talk/seen", {"seen": self.talk(self.buyer, order)["last"]})
        self.assertEqual(badge.findall(self.buyer.get("/", HTML)[1]), [])
        self.say(self.buyer, order, "thanks")
        self.assertTrue(badge.findall(self.maker.get("/console", HTML)[1]))
        self.assertEqual(badge.findall(self.rival.get("/console", HTML)[1]), [])
        self.assertEqual(badge.findall(self.client(None).get("/", HTML)[1]), [])

    def test_the_longest_wait_is_first(self):
        first, second = self.order(), self.order()

        def listed():
            return [t["order"] for t in self.maker.get("/factory/messages")[1]["talks"] if t["order"] in (first, second)]

        self.say(self.buyer, first, "hello?")
        self.say(self.buyer, second, "hello?")
        self.assertEqual(listed(), [first, second])
        self.say(self.buyer, first, "hello?")  # who asks again does not lose the place
        self.assertEqual(listed(), [first, second])
        self.say(self.maker, first, "yes")
        self.assertEqual(listed(), [second, first])

    # --- long ones ---

    def test_a_long_talk_has_pages_and_a_full_one_says_so(self):
        order = self.order()
        self.say(self.buyer, order, "first")
        self.fill_to(order, TALK_MAX - 1)
        self.assertEqual(self.row(self.maker, order)["waits"], True)
        self.assertEqual(self.say(self.buyer, order, "last")[0], 200)
        ids, before = [], ""
        for _ in range(TALK_MAX // PAGE):
            page = self.talk(self.buyer, order, before)
            self.assertEqual(len(page["messages"]), PAGE)
            ids = [m["id"] for m in page["messages"]] + ids
            before = f"?before={page['next']}"
        self.assertIsNone(page["next"])
        self.assertEqual(ids, sorted(set(ids)))
        self.assertEqual((len(ids), page["messages"][0]["text"]), (TALK_MAX, "first"))
        self.assertEqual(self.buyer.get(f"/orders/{order}/talk?before=x")[0], 422)
        self.assertEqual(self.talk(self.buyer, order, "?before=1")["messages"], [])
        html = self.buyer.get(f"/orders/{order}/talk", HTML)[1]
        self.assertIn("Earlier messages", html)
        for client in (self.buyer, self.maker):  # nobody can go on
            talk = self.talk(client, order)
            self.assertEqual((talk["closed"], talk["may_write"]), ("full", False))
            self.assertIn("neither side can write more", client.get(f"/orders/{order}/talk", HTML)[1])
            self.assertNotIn('name="text"', client.get(f"/orders/{order}/talk", HTML)[1])
            status, body = self.say(client, order, "one more")
            self.assertEqual((status, body["field"], body["limit"]), (429, "text", TALK_MAX))
        row = self.row(self.maker, order)
        self.assertEqual((row["waits"], row["is_full"]), (False, True))
        self.assertNotIn(f"/orders/{order}/talk", self.maker.get("/console/talk_waiting", HTML)[1])

    def test_a_month_after_the_order_is_over_nobody_writes(self):
        order = self.order(paid=False)
        self.say(self.buyer, order, "hello")
        self.assertEqual(self.buyer.post(f"/orders/{order}/cancel")[0], 200)
        self.assertEqual(self.say(self.buyer, order, "a last word")[0], 200)
        self.assertIn(f"/orders/{order}/talk", self.maker.get("/console/talk_waiting", HTML)[1])

    # --- the base ---

    def disputed(self, order):
        sent = {"order": order, "carrier": "other", "number": uuid.uuid4().hex[:12]}
        self.assertEqual(self.maker.post("/factory/shipping/send", sent)[0], 200)
        ask = {"kind": "return", "reason": "quality", "pieces-1": 1}
        claim = self.buyer.post(f"/orders/{order}/claims", ask, uuid.uuid4().hex)[1]["claim"]["id"]
        self.assertEqual(self.maker.post(f"/claims/{claim}/refuse", {"text": "it was sound"})[0], 200)
        self.assertEqual(self.buyer.post(f"/claims/{claim}/dispute", {"text": "it was not"})[0], 200)
        return claim

    def test_the_base_reads_only_where_there_is_a_dispute_and_says_what_for(self):
        order = self.order()
        self.say(self.buyer, order, "my number is 13800000000")
        for client in (self.office, self.client("admin")):
            self.assertEqual(client.get(f"/orders/{order}/talk")[0], 403)
            self.assertEqual(client.post(f"/orders/{order}/talk/open", {"purpose": "curious"})[0], 409)
            for text, seen in (("x", 1), ("", "x")):  # whatever it sends
                self.assertEqual(self.say(client, order, text)[0], 403)
                self.assertEqual(client.post(f"/orders/{order}/talk/seen", {"seen": seen})[0], 403)
            self.assertEqual(client.get(f"/orders/{order}")[1]["order"]["talk"]["messages"], [])
            self.assertNotIn("13800000000", client.get(f"/orders/{order}", HTML)[1])
        claim = self.disputed(order)
        shut = self.talk(self.office, order)
        self.assertEqual((shut["may_open"], shut["messages"], shut["n"]), (True, [], 1))
        self.assertNotIn("13800000000", self.office.get(f"/orders/{order}/talk", HTML)[1])
        for purpose in ("", "x", "y" * 101):
            status, body = self.office.post(f"/orders/{order}/talk/open", {"purpose": purpose})
            self.assertEqual((status, body["field"]), (422, "purpose"))
            page = self.office.post(f"/orders/{order}/talk/open", {"purpose": purpose}, headers=HTML)
            self.assertEqual((page[0], f'value="{purpose}"' in page[1]), (422, True))  # what was typed stays
        self.assertEqual(self.office.post(f"/orders/{order}/talk/open", {"purpose": "claim"})[0], 200)
        opened = self.talk(self.office, order)
        self.assertEqual((opened["may_open"], opened["messages"][0]["text"]), (False, "my number is 13800000000"))
        self.assertEqual(self.say(self.office, order, "x")[0], 403)  # it reads, and does not write
        self.assertTrue(self.talk(self.client("admin"), order)["may_open"])  # another has said nothing
        for client in (self.buyer, self.maker):  # both see it
            self.assertEqual([o["purpose"] for o in self.talk(client, order)["openings"]], ["claim"])
            self.assertEqual(client.post(f"/orders/{order}/talk/open", {"purpose": "claim"})[0], 403)
        self.assertEqual(self.talk(self.buyer, order)["messages"][0]["is_read"], False)  # the maker has not seen it
        self.assertEqual(self.office.post(f"/claims/{claim}/reject", {"text": "settled"})[0], 200)
        self.assertEqual(self.office.get(f"/orders/{order}/talk")[0], 403)  # and no longer
        self.assertEqual(self.office.post(f"/orders/{order}/talk/open", {"purpose": "again"})[0], 409)


if __name__ == "__main__":
    unittest.main()
