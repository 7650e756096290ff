"""The desk: who helps with what, order in the talk, the run's order, rehearsing, cutting off; against
the real program: test_desk_http.py GUILDHALL"""
import http.client
import pathlib
import re
import subprocess
import sys
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from room import Room  # noqa: E402
from town import TownCase  # noqa: E402

PROGRAM = sys.argv.pop(1)
CLIP = pathlib.Path(__file__).parents[1] / "media" / "clip.flv"


class Desk(TownCase):
    program = PROGRAM
    options = {"buyers": 8, "stock": (50, 100, 100), "users": [("host", "host"), ("other", "host")]}

    def room(self, show, **more):
        room = Room(self.town, show, **more)
        self.addCleanup(room.close)
        return room

    def plan(self, items=("K1", "K2", "K3")):
        host = self.client("host")
        show = host.post("/shows", {"title_zh": "测试", "title_en": "Test", "room": "1",
                                    "starts_at": "2030-01-01T19:30"})[1]["id"]
        ids = [host.post(f"/shows/{show}/items", {"sku": code, "price_fen": 5900})[1]["item"]
               for code in items]
        return host, show, ids

    def say(self, client, show, text, **more):
        status, body = client.post(f"/shows/{show}/chat", {"text": text, **more})
        self.assertEqual(status, 200, body)
        return body["message"]

    def deed(self, client, show, message, do, want=200, **more):
        status, body = client.post(f"/shows/{show}/messages/{message}", {"do": do, **more})
        self.assertEqual(status, want, (do, body))
        return body

    def back(self, show, ms):
        """As if all that was said in a show had been said so much earlier."""
        with self.town.database.connect() as db:
            db.run("UPDATE show_messages SET sent_at = sent_at - ? WHERE show_id = ?", ms, show)

    def shown(self, show):
        return [m["text"] for m in self.client().get(f"/shows/{show}")[1]["messages"]]

    # --- who may what ---

    def test_an_assistant_may_what_was_granted_until_it_is_taken(self):
        host, show, items = self.plan()
        helper, room = self.client("buyer0"), self.room
        card, price = f"/shows/{show}/card", f"/shows/{show}/items/{items[0]}"
        self.assertEqual(helper.post(card, {"item": items[0]})[0], 403)
        status, body = host.post(f"/shows/{show}/crew", {"login": "buyer0", "cards": 1, "talk": 1})
        self.assertEqual(status, 200, body)
        self.assertEqual(helper.post(card, {"item": items[0]})[0], 200)
        self.assertEqual(helper.post(price, {"price_fen": 1})[0], 403)  # not granted
        for door, fields in (("cut", {}), ("end", {}), ("key", {}), ("rehearse", {"on": 1}),
                             ("crew", {"login": "buyer1", "cards": 1})):
            self.assertEqual(helper.post(f"/shows/{show}/{door}", fields)[0], 403, door)
        status, desk = helper.get(f"/shows/{show}/desk")
        self.assertEqual(status, 200)
        self.assertNotIn("publish", desk)  # the key is not for who may not use it
        self.assertEqual(helper.get(f"/shows/{show}/feed")[0], 403)
        self.assertEqual([k for k, v in desk["may"].items() if v], ["cards", "talk"])
        self.assertTrue(self.say(helper, show, "我是助理")["crew"])
        listening = room(show, path=desk["show"]["stream"]["desk_events"])
        self.assertEqual(listening.wait("hello")["type"], "hello")
        self.assertEqual([s["id"] for s in helper.get("/desk")[1]["shows"]], [show])

        # Taken away in mid-show: the next thing they press is refused, and their desk hears no more.
        host.post(f"/shows/{show}/crew", {"login": "buyer0"})
        while listening.next() is not None:
            pass
        self.assertEqual(helper.post(card, {"item": items[1]})[0], 403)
        self.assertEqual(helper.get(f"/shows/{show}/desk")[0], 403)
        self.assertEqual(self.room(show, path=desk["show"]["stream"]["desk_events"]).status, 403)
        self.assertFalse(self.say(helper, show, "现在是观众")["crew"])

    def test_a_host_who_is_one_no_more_leads_no_show(self):
        host, show, items = self.plan()
        card = f"/shows/{show}/card"
        self.assertEqual(host.post(card, {"item": items[0]})[0], 200)
        # Taken between the page and the command, then before the page.
        taken = "UPDATE users SET roles = 1 WHERE id = (SELECT host_id FROM shows WHERE id = ?)"
        self.assertEqual(self.meanwhile(taken, [show], host, card, {"item": items[1]})[0], 403)
        self.assertEqual(host.post(card, {"item": items[1]})[0], 403)
        for path in ("desk", "crew"):
            self.assertEqual(host.get(f"/shows/{show}/{path}")[0], 403)
        with self.town.database.connect() as db:
            db.run("UPDATE users SET roles = 3 WHERE id = (SELECT host_id FROM shows WHERE id = ?)", show)
        self.assertEqual(host.post(card, {"item": items[1]})[0], 200)

    def test_the_desks_log_is_for_those_with_a_ticket(self):
        host, show, _ = self.plan()
        door = f"/shows/{show}/desk/events"
        good = host.get(f"/shows/{show}/desk")[1]["show"]["stream"]["desk_events"]
        other_host, other_show, _ = self.plan()
        other = other_host.get(f"/shows/{other_show}/desk")[1]["show"]["stream"]["desk_events"]
        ticket = other.split("ticket=")[1]
        for path in (door, door + "?ticket=", door + "?ticket=1.2.3", f"{door}?ticket={ticket}",
                     good[:-1] + ("0" if good[-1] != "0" else "1")):
            self.assertEqual(self.room(show, path=path).status, 403, path)
        self.assertEqual(self.room(show, path=good).status, 101)

    def test_only_the_host_and_the_base_choose_who_helps(self):
        host, show, _ = self.plan()
        for client, want in ((self.client(), 401), (self.client("buyer1"), 403),
                             (self.client("other"), 403), (self.client("office"), 200)):
            self.assertEqual(client.post(f"/shows/{show}/crew", {"login": "buyer1", "cards": 1})[0],
                             want)
        status, body = host.post(f"/shows/{show}/crew", {"login": "nobody-here", "cards": 1})
        self.assertEqual((status, body["field"]), (422, "login"))

    def test_a_crew_has_its_bound_and_nobody_of_it_is_disabled(self):
        host, show, _ = self.plan()
        with self.town.database.connect() as db:
            for i in range(1000, 1019):
                db.run("INSERT INTO users (id, login, name, password, roles, created_at) VALUES (?, ?, 'H', '!', 1, 1)", i, f"h{i}")
                db.run("INSERT INTO show_crew (show_id, user_id, grants, added_by, added_at) VALUES (?, ?, 1, 1, 1)", show, i)
        crew = lambda login, **may: host.post(f"/shows/{show}/crew", {"login": login, **may})
        self.assertEqual(crew("buyer1", cards=1)[0], 200)  # the twentieth
        self.assertEqual(crew("buyer2", cards=1)[0], 429)
        self.assertEqual(crew("buyer1", cards=1, talk=1)[0], 200)
        with self.town.database.connect() as db:
            db.run("UPDATE users SET disabled_at = 1 WHERE id = 1000")
        status, body = crew("h1000", talk=1)
        self.assertEqual((status, body["field"]), (422, "login"))
        self.assertEqual(crew("h1000")[0], 200)  # taking it away from them is fine
        self.assertEqual(crew("buyer2", cards=1)[0], 200)

    def test_what_was_granted_is_looked_at_when_it_is_done(self):
        host, show, items = self.plan()
        said = self.say(self.client("buyer1"), show, "在吗吗")
        helper = self.client("buyer0")
        for path, fields in (("card", {"item": items[0]}), ("end", {}), (f"messages/{said['id']}", {"do": "retract"}),
                             ("talk", {"slow": 5}), ("check", {})):
            host.post(f"/shows/{show}/crew", {"login": "buyer0", "cards": 1, "talk": 1, "picture": 1})
            status, _ = self.meanwhile("DELETE FROM show_crew WHERE show_id = ?", [show], helper, f"/shows/{show}/{path}", fields)
            self.assertEqual(status, 403, path)
        page = self.client().get(f"/shows/{show}")[1]
        self.assertEqual((page["show"]["status"], page["card"], page["talk"]["slow"]), ("planned", None, 0))

    # --- order in the talk ---

    def test_a_message_is_taken_back_and_put_back(self):
        host, show, _ = self.plan()
        room = self.room(show)
        said = self.say(self.client("buyer1"), show, "到我家买更便宜")
        self.deed(host, show, said["id"], "retract")
        self.assertEqual(room.wait("retract")["id"], said["id"])
        self.assertEqual(self.shown(show), [])
        self.deed(host, show, said["id"], "retract", want=409)  # it is so already
        self.deed(host, show, said["id"], "restore")
        self.assertEqual(room.wait("restore")["text"], "到我家买更便宜")
        self.assertEqual(self.shown(show), ["到我家买更便宜"])
        kinds = [e["kind"] for e in host.get(f"/shows/{show}/log")[1]["entries"]]
        self.assertEqual(kinds[:2], ["restore", "retract"])

    def test_a_muted_one_is_silent_for_a_while_a_blocked_one_with_this_host(self):
        host, show, _ = self.plan()
        loud, blocked = self.client("buyer2"), self.client("buyer3")
        said = self.say(loud, show, "吵")
        silence = self.deed(host, show, said["id"], "mute", minutes=10)["silence"]
        status, body = loud.post(f"/shows/{show}/chat", {"text": "更吵"})
        self.assertEqual((status, body["error"]), (403, "forbidden"))
        _, second, _ = self.plan()
        self.say(loud, second, "别的场可以说")  # a mute is of one show
        self.assertEqual(host.post(f"/shows/{second}/silences/{silence}/lift")[0], 404)
        self.assertEqual(host.post(f"/shows/{show}/silences/{silence}/lift")[0], 200)
        self.say(loud, show, "谢谢")

        said = self.say(blocked, show, "骂人")
        silence = self.deed(host, show, said["id"], "block")["silence"]
        for where in (show, second):
            self.assertEqual(blocked.post(f"/shows/{where}/chat", {"text": "再骂"})[0], 403)
        other = self.client("other")
        others = other.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1",
                                       "starts_at": "2030-01-01T10:00"})[1]["id"]
        self.say(blocked, others, "别的主播那里可以")
        self.assertEqual(other.post(f"/shows/{others}/silences/{silence}/lift")[0], 404)
        self.assertEqual([s["name"] for s in host.get(f"/shows/{show}/crew")[1]["silences"]],
                         ["buyer3"])

    def test_the_crew_is_not_muted_and_strangers_messages_are_not_ours(self):
        host, show, _ = self.plan()
        own = self.say(host, show, "大家好")
        self.deed(self.client("office"), show, own["id"], "mute", want=409)
        _, other_show, _ = self.plan()
        said = self.say(self.client("buyer1"), other_show, "在别场")
        self.deed(host, show, said["id"], "retract", want=404)
        self.deed(self.client("buyer1"), other_show, said["id"], "retract", want=403)
        self.deed(host, other_show, said["id"], "delete", want=422)
        self.deed(host, other_show, 999999, "pin", want=404)

    def test_muted_twice_is_lifted_once(self):
        host, show, _ = self.plan()
        buyer = self.client("buyer2")
        said = self.say(buyer, show, "再吵一次")
        one = self.deed(host, show, said["id"], "mute", minutes=10)["silence"]
        self.assertEqual(self.deed(host, show, said["id"], "mute", minutes=10)["silence"], one)
        for _ in range(2):  # pressed twice
            self.assertEqual(host.post(f"/shows/{show}/silences/{one}/lift")[0], 200)
        self.say(buyer, show, "可以说了")
        kinds = [e["kind"] for e in host.get(f"/shows/{show}/log")[1]["entries"]]
        self.assertEqual(kinds.count("lift"), 1)

    def test_a_mute_ends_by_itself(self):
        host, show, _ = self.plan()
        buyer = self.client("buyer6")
        said = self.say(buyer, show, "吵一次")
        self.deed(host, show, said["id"], "mute", minutes=24 * 60 + 1, want=422)
        silence = self.deed(host, show, said["id"], "mute", minutes=24 * 60)["silence"]
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "还说"})[0], 403)
        with self.town.database.connect() as db:
            db.run("UPDATE show_silences SET until_at = 1 WHERE id = ?", silence)
        self.say(buyer, show, "时间到了")
        self.assertEqual(host.get(f"/shows/{show}/crew")[1]["silences"], [])

    def test_what_is_held_is_let_through_or_refused(self):
        host, show, _ = self.plan()
        room = self.room(show)
        buyer = self.client("buyer0")
        self.assertTrue(self.say(buyer, show, "有微信吗")["held"])
        held = host.get(f"/shows/{show}/desk")[1]["held"][0]["id"]
        self.deed(host, show, held, "pin", want=409)  # nobody may read it yet
        self.deed(host, show, held, "release")
        heard = room.wait("chat")
        self.assertEqual(heard["text"], "有微信吗")
        self.assertNotIn("held_why", heard)  # viewers are not taught the list
        self.say(buyer, show, "第一品牌吗")
        held = host.get(f"/shows/{show}/desk")[1]["held"][0]["id"]
        self.deed(host, show, held, "refuse")
        self.assertEqual((self.shown(show), host.get(f"/shows/{show}/desk")[1]["held"]), (["有微信吗"], []))
        self.deed(host, show, held, "release")
        self.assertEqual(room.wait("chat")["text"], "第一品牌吗")
        self.assertEqual(self.shown(show), ["有微信吗", "第一品牌吗"])

    def test_what_waits_is_for_who_keeps_order(self):
        host, show, _ = self.plan()
        host.post(f"/shows/{show}/crew", {"login": "buyer0", "cards": 1})
        self.assertNotIn("held", self.client("buyer0").get(f"/shows/{show}/desk")[1])
        self.assertIn("held", host.get(f"/shows/{show}/desk")[1])

    def test_slow_mode_and_only_the_crew(self):
        host, show, _ = self.plan()
        room, buyer = self.room(show), self.client("buyer4")
        self.assertEqual(host.post(f"/shows/{show}/talk", {"slow": 60})[0], 200)
        self.assertEqual(room.wait("talk")["slow"], 60)
        self.say(buyer, show, "第一句")
        status, body = buyer.post(f"/shows/{show}/chat", {"text": "第二句"})
        self.assertEqual(status, 429)
        self.assertIn("60", body["message"].replace("59", "60"))
        self.say(host, show, "主播不受限")
        host.post(f"/shows/{show}/talk", {"slow": 0, "off": 1})
        key = uuid.uuid4().hex
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "禁言中"}, key)[0], 403)
        self.say(host, show, "主播还在说")
        self.assertTrue(self.client().get(f"/shows/{show}")[1]["talk"]["off"])
        host.post(f"/shows/{show}/talk", {"slow": 0})
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "禁言中"}, key)[0], 403)  # it was refused, and stays so
        self.say(buyer, show, "又可以了")
        for bad in ({"slow": 301}, {"slow": -1}, {"slow": "x"}, {"slow": 0, "off": 2}):
            self.assertEqual(host.post(f"/shows/{show}/talk", bad)[0], 422, bad)

    def test_the_same_said_twice_is_one_and_a_sent_again_is_the_same(self):
        _, show, _ = self.plan()
        room, buyer, key = self.room(show), self.client("buyer5"), uuid.uuid4().hex
        sent = [buyer.post(f"/shows/{show}/chat", {"text": "有货吗"}, key) for _ in range(3)]
        self.assertEqual([s for s, _ in sent], [200] * 3)
        self.assertEqual(len({b["message"]["id"] for _, b in sent}), 1)
        self.assertEqual(self.shown(show), ["有货吗"])
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "有货吗"})[0], 429)
        self.assertEqual(buyer.post(f"/shows/{show}/chat", {"text": "别的"}, key)[0], 422)
        answer = {"text": "有货吗", "reply_to": sent[0][1]["message"]["id"]}
        self.assertEqual(buyer.post(f"/shows/{show}/chat", answer, key)[0], 422)
        self.back(show, 30_000)
        self.say(buyer, show, "有货吗")  # half a minute later it is not the same
        self.assertEqual(room.wait("chat")["text"], "有货吗")
        self.assertEqual(room.wait("chat")["id"], sent[0][1]["message"]["id"] + 1)  # heard once each

    def test_how_much_one_of_the_crew_says(self):
        other = self.client("other")
        show = other.post("/shows", {"title_zh": "x", "title_en": "x", "room": "1", "starts_at": "2030-01-01T10:00"})[1]["id"]
        for i in range(40):
            self.say(other, show, f"第 {i} 句")
        self.assertEqual(other.post(f"/shows/{show}/chat", {"text": "再一句"})[0], 429)
        self.back(show, 10_000)
        self.say(other, show, "再一句")

    def test_what_is_not_seen_is_taken_out_and_marks_do_not_pile_up(self):
        _, show, _ = self.plan()
        buyer = self.client("buyer6")
        said = self.say(buyer, show, "Z" + "\u0301" * 40 + "agnp.exe\u200b \u3000 ok")
        self.assertEqual(said["text"], "Z\u0301\u0301agnp.exe ok")
        said = self.say(buyer, show, "b" + "\u0301\u0301\u200b" * 9)
        self.assertEqual(said["text"], "b\u0301\u0301")
        for bad in ("\u200b", "\u3000 \u00a0", "a\u202egnp.exe", "x" * 121, "x" * 100_000):
            self.assertIn(buyer.post(f"/shows/{show}/chat", {"text": bad})[0], (413, 422))

    def test_a_question_waits_until_the_crew_answers_it(self):
        host, show, _ = self.plan()
        asked = self.say(self.client("buyer7"), show, "宿舍能用吗？")
        self.assertTrue(asked["question"])
        questions = lambda: [m["id"] for m in host.get(f"/shows/{show}/desk")[1]["questions"]]
        self.assertEqual(questions(), [asked["id"]])
        self.say(self.client("buyer4"), show, "我也想知道", reply_to=asked["id"])
        self.say(host, show, "还有谁想知道吗？")
        self.assertEqual(questions(), [asked["id"]])  # neither another viewer nor the crew's own ends its waiting
        vulgar = self.say(self.client("buyer4"), show, "你家在哪里")["id"]
        self.deed(host, show, vulgar, "retract")
        self.assertEqual(questions(), [asked["id"]])
        room = self.room(show)
        answer = self.say(host, show, "能，800 瓦", reply_to=asked["id"])
        self.assertEqual((answer["to"], room.wait("answered")["id"]), ("buyer7", asked["id"]))
        self.assertEqual(questions(), [])
        self.assertEqual(host.post(f"/shows/{show}/chat", {"text": "?", "reply_to": 10 ** 9})[0], 422)

    def test_pinned_until_it_is_taken_back(self):
        host, show, _ = self.plan()
        room = self.room(show)
        said = self.say(host, show, "今晚八点抽福袋")
        self.deed(host, show, said["id"], "pin")
        self.assertEqual(room.wait("pin")["text"], "今晚八点抽福袋")
        self.assertEqual(self.client().get(f"/shows/{show}")[1]["pinned"]["id"], said["id"])
        self.deed(host, show, said["id"], "unpin")
        self.assertIsNone(self.client().get(f"/shows/{show}")[1]["pinned"])
        self.deed(host, show, said["id"], "pin")
        self.deed(host, show, said["id"], "retract")
        self.assertIsNone(self.client().get(f"/shows/{show}")[1]["pinned"])
        self.deed(host, show, said["id"], "pin", want=409)

    # --- readers that were away ---

    def test_a_reader_that_was_away_misses_nothing_and_reads_nothing_twice(self):
        host, show, _ = self.plan()
        room = self.room(show)
        self.say(host, show, "一")
        seen = room.wait("chat")["seq"]
        room.close()
        for i in range(6):
            self.say(host, show, f"不在时 {i}")
        back = self.room(show, after=seen)
        self.assertEqual(back.next()["seq"], seen)  # hello: it goes on right there
        texts = [back.wait("chat")["text"] for _ in range(6)]
        self.assertEqual(texts, [f"不在时 {i}" for i in range(6)])
        # Numbers that this room never gave out: from now on, and the page is to be asked.
        for after in (1, 2 ** 52, -5, "x"):
            self.assertNotEqual(self.room(show, after=after).next()["seq"], after)

    def test_who_was_away_for_long_asks_for_the_messages(self):
        _, show, _ = self.plan()
        base = self.client("office")
        first = None
        for i in range(7):
            first = first or self.say(base, show, "0")["id"]
            self.say(base, show, f"{i + 1}") if i < 6 else None
        status, page = self.client().get(f"/shows/{show}/chat?after={first}")
        self.assertEqual([m["text"] for m in page["messages"]], ["1", "2", "3", "4", "5", "6"])
        self.deed(base, show, page["messages"][2]["id"], "retract")
        page = self.client().get(f"/shows/{show}/chat?after={first}")[1]
        self.assertEqual([m["text"] for m in page["messages"]], ["1", "2", "4", "5", "6"])
        self.assertEqual(self.client().get(f"/shows/{show}/chat?after=x")[0], 422)

    # --- the run and the card ---

    def test_two_desks_press_next_at_the_same_card(self):
        host, show, items = self.plan()
        office, door = self.client("office"), f"/shows/{show}/card"
        host.post(door, {"item": items[0]})
        self.assertEqual(host.post(door, {"item": "next", "from": items[0]})[0], 200)
        status, body = office.post(door, {"item": "next", "from": items[0]})
        self.assertEqual((status, body["error"]), (409, "conflict"))
        self.assertEqual(office.get(f"/shows/{show}")[1]["card"]["id"], items[1])

    def test_the_run_is_put_in_another_order(self):
        host, show, items = self.plan()
        a, b, c = items
        run = lambda: [i["id"] for i in self.client().get(f"/shows/{show}")[1]["items"]]
        move = lambda item, before: host.post(f"/shows/{show}/items/{item}/move", {"before": before})
        self.assertEqual(move(c, a)[0], 200)
        self.assertEqual(run(), [c, a, b])
        self.assertEqual(move(c, 0)[0], 200)
        self.assertEqual(run(), [a, b, c])
        self.assertEqual(move(a, c)[0], 200)
        self.assertEqual(run(), [b, a, c])
        for before in (a, 10 ** 9):
            self.assertEqual(move(a, before)[0], 404)
        self.assertEqual(run(), [b, a, c])

    def test_an_item_is_of_its_show_and_its_card_on_the_shelf(self):
        host, show, items = self.plan()
        _, second, others = self.plan()
        for path, fields in ((f"items/{others[0]}", {"price_fen": 1}), (f"items/{others[0]}", {"note": "x"}),
                             (f"items/{others[0]}", {"on_shelf": 0}), (f"items/{others[0]}/move", {"before": items[0]})):
            self.assertEqual(host.post(f"/shows/{show}/{path}", fields)[0], 404, path)
        self.assertEqual([i["price"]["fen"] for i in self.client().get(f"/shows/{second}")[1]["items"]], [5900] * 3)
        host.post(f"/shows/{show}/card", {"item": items[0]})
        host.post(f"/shows/{show}/items/{items[0]}", {"on_shelf": 0})
        self.assertIsNone(host.get(f"/shows/{show}/desk")[1]["card"])
        self.assertEqual(host.post(f"/shows/{show}/card", {"item": items[0]})[0], 409)
        host.post(f"/shows/{show}/card", {"item": "next"})
        self.assertEqual(host.get(f"/shows/{show}/desk")[1]["card"]["id"], items[1])  # it goes on behind it

    def test_a_run_has_its_bound(self):
        host, show, _ = self.plan(())
        with self.town.database.connect() as db:
            for i in range(1000, 1199):
                db.run("INSERT INTO skus (id, product_id, position, code, name_zh, name_en, colour, price_fen, list_price_fen,"
                       " status) VALUES (?, 1, ?, ?, '白', 'w', 'white', 6900, 6900, 'on')", i, i, f"R{i}")
                db.run("INSERT INTO show_items (show_id, position, sku_id, price_fen) VALUES (?, ?, ?, 5900)", show, i, i)
        self.assertEqual(host.post(f"/shows/{show}/items", {"sku": "K1"})[0], 200)  # the two hundredth
        self.assertEqual(host.post(f"/shows/{show}/items", {"sku": "K2"})[0], 429)
        with self.town.database.connect() as db:
            db.run("DELETE FROM show_items WHERE show_id = ?", show)
            db.run("DELETE FROM skus WHERE id >= 1000")

    def test_a_price_can_be_put_back(self):
        host, show, items = self.plan()
        status, body = host.post(f"/shows/{show}/items/{items[0]}", {"price_fen": 4900})
        self.assertEqual(body["was_fen"], 5900)

    # --- the picture ---

    def publish(self, host, show):
        feed = host.get(f"/shows/{show}/desk")[1]["publish"]
        encoder = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", CLIP, "-c",
                                    "copy", "-f", "flv", f"{feed['server']}/{feed['key']}"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (encoder.kill(), encoder.wait()))
        return encoder

    def head(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.town.http, timeout=20)
        self.addCleanup(connection.close)
        connection.request("HEAD", path)
        return connection.getresponse().status

    def until(self, what, want):
        for _ in range(200):
            if what() == want:
                return
            time.sleep(0.05)
        self.assertEqual(what(), want)

    def test_a_rehearsal_is_seen_by_the_crew_only(self):
        host, show, _ = self.plan()
        self.assertEqual(host.post(f"/shows/{show}/rehearse", {"on": 1})[0], 200)
        room = self.room(show)
        self.publish(host, show)
        desk = lambda: host.get(f"/shows/{show}/desk")[1]["show"]
        self.until(lambda: desk()["on_air"], True)
        page = self.client().get(f"/shows/{show}")[1]["show"]
        self.assertEqual((page["status"], page["on_air"]), ("planned", False))
        self.assertEqual(self.client().get(page["stream"]["flv"])[0], 404)
        ours = desk()["stream"]["flv"]
        self.assertEqual(self.head(ours), 200)
        ticket = ours.split("ticket=")[1]  # of the picture: it opens nothing else
        self.assertEqual(self.room(show, path=f"/shows/{show}/desk/events?ticket={ticket}").status, 403)
        self.say(host, show, "准备中")
        heard = room.next()
        while heard["type"] != "chat":
            self.assertNotEqual(heard["type"], "state")  # viewers do not hear of it either
            heard = room.next()
        self.assertEqual(self.head(ours.replace("ticket=", "ticket=9")), 404)
        # Its playlist names nothing that the ticket does not open, and nothing of it is without one.
        hls = desk()["stream"]["hls"]
        self.until(lambda: host.get(hls)[0], 200)
        self.assertEqual(self.client().get(hls.split("?")[0])[0], 404)
        names = re.findall(r'URI="([^"]+)"|^([^#\n].+)$', host.get(hls)[1], re.M)
        heard = [f"/live/show-{show}/{a or b}" for a, b in names]
        self.assertGreaterEqual(len(heard), 2)
        for path in heard:
            self.assertEqual(host.get(path)[0], 200, path)
            self.assertEqual(host.headers["Cache-Control"], "private, no-store")
            self.assertEqual(self.client().get(path.split("?")[0])[0], 404, path)
        subprocess.run(["ffprobe", "-v", "error", f"http://127.0.0.1:{self.town.http}{hls}"], check=True,
                       stdin=subprocess.DEVNULL, timeout=60)
        feed = host.get(f"/shows/{show}/desk")[1]["publish"]["server"]
        played = subprocess.run(["ffprobe", "-v", "error", f"{feed}/show-{show}"], timeout=60,
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertNotEqual(played.returncode, 0)
        host.post(f"/shows/{show}/rehearse", {"on": 0})
        self.assertTrue(room.wait("state")["on_air"])
        # What was said in it stays among the crew: of it nothing can be had now.
        for path in heard:
            if "seg-" in path:
                self.assertEqual(self.client().get(path.split("?")[0])[0], 404, path)
        public = page["stream"]["hls"]
        self.until(lambda: self.client().get(public)[0], 200)
        self.assertNotIn("ticket", self.client().get(public)[1])
        first = int(re.search(r"seg-(\d+)", self.client().get(public)[1]).group(1))
        self.assertGreater(first, max(int(n) for n in re.findall(r"seg-(\d+)", " ".join(heard))))
        page = self.client().get(f"/shows/{show}")[1]["show"]
        self.assertEqual((page["status"], page["on_air"]), ("live", True))
        self.assertEqual(self.head(page["stream"]["flv"]), 200)
        self.assertEqual(host.post(f"/shows/{show}/rehearse", {"on": 1})[0], 409)

    def test_a_plan_is_worked_on_without_a_script(self):
        host, show, items = self.plan()
        plan, html = f"/shows/{show}/plan", {"Accept": "text/html", "Accept-Language": "en"}
        status, page = host.post(f"/shows/{show}/items", {"sku": "no-such", "next": plan}, headers=html)
        self.assertEqual(status, 422)
        self.assertIn('value="no-such"', page)  # the plan, with what was typed
        self.assertIn("There is no such code or model.", page)
        code = host.get(plan)[1]["items"][0]["code"]
        self.assertEqual(host.post(f"/shows/{show}/items", {"sku": code.lower()})[0], 409)  # it is in already, however written
        item = f"/shows/{show}/items/{items[0]}"
        for price in ("x", "0", "-1", "69.999"):
            status, body = host.post(item, {"price": price})
            self.assertEqual((status, body["field"]), (422, "price"), price)
        self.assertEqual(host.post(item, {"price": "61.50"})[0], 200)
        self.assertEqual(host.get(plan)[1]["items"][0]["price"]["fen"], 6150)
        second = host.get(plan)[1]["items"][1]
        self.assertEqual(host.post(f"/shows/{show}/items/{second['id']}/move", {"before": second["above"]})[0], 200)
        self.assertEqual(host.get(plan)[1]["items"][0]["id"], second["id"])
        # Looked at, it is asked for again when the plan changes, and not when it is saved as it was.
        host.post(f"/shows/{show}/check")
        typed = {"title_zh": "夜场", "title_en": "Late", "room": "一号", "starts_at": "2030-01-01T19:30"}
        done = lambda: host.get(plan)[1]["check"]["is_done"]
        self.assertEqual(host.post(plan, typed)[0], 200)
        self.assertFalse(done())
        host.post(f"/shows/{show}/check")
        self.assertEqual(host.post(plan, typed)[0], 200)
        self.assertTrue(done())

    def test_cut_off_it_stays_off_until_it_is_let_in(self):
        host, show, _ = self.plan()
        encoder, room = self.publish(host, show), self.room(show)
        self.assertTrue(room.wait("state")["on_air"])
        self.assertEqual(self.client("office").post(f"/shows/{show}/cut", {"why": "画面里有违禁品"})[0], 200)
        room.wait("stopped")  # viewers are told that it does not come back by itself
        self.assertNotEqual(encoder.wait(20), 0)
        self.assertTrue(self.client().get(f"/shows/{show}")[1]["show"]["is_stopped"])
        desk = host.get(f"/shows/{show}/desk")[1]
        self.assertEqual((desk["desk"]["is_cut"], desk["desk"]["cut_why"]), (True, "画面里有违禁品"))
        self.assertNotEqual(self.publish(host, show).wait(20), 0)
        self.say(self.client("buyer1"), show, "怎么没画面了")  # the show goes on
        # What the base cut off its crew cannot let in, nor cut off for another reason.
        for fields in ({"on": 0}, {"on": 1, "why": "我们自己关的"}):
            status, body = host.post(f"/shows/{show}/cut", fields)
            self.assertEqual(status, 409, body)
        self.assertEqual(host.get(f"/shows/{show}/desk")[1]["desk"]["cut_why"], "画面里有违禁品")
        self.assertEqual(self.client("office").post(f"/shows/{show}/cut", {"on": 0})[0], 200)
        self.publish(host, show)
        while not room.wait("state")["on_air"]:
            pass  # that it had gone
        self.assertEqual(host.get(f"/shows/{show}/log")[1]["entries"][0]["kind"], "resumed")
        self.assertEqual(self.client("office").post(f"/shows/{show}/cut", {})[1]["field"], "why")
        self.assertEqual([host.post(f"/shows/{show}/cut", {"on": on})[0] for on in (1, 0)], [200, 200])  # its own it may
        # Ended, it is over: nothing cuts it off or lets it in, and its key opens nothing.
        feed = host.get(f"/shows/{show}/desk")[1]["publish"]
        self.assertEqual(host.post(f"/shows/{show}/end")[0], 200)
        for door, fields in (("cut", {}), ("cut", {"on": 0}), ("rehearse", {"on": 1})):
            self.assertEqual(host.post(f"/shows/{show}/{door}", fields)[0], 409, door)
        late = subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-i", CLIP, "-c", "copy", "-f", "flv",
                                 f"{feed['server']}/{feed['key']}"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (late.kill(), late.wait()))
        self.assertNotEqual(late.wait(20), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
