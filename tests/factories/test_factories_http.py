"""A factory from its registration to the hall, over HTTP, against the real program:
test_factories_http.py GUILDHALL"""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from kept import listed, object_of, sweep  # noqa: E402
from town import TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(number):
    """A right one, of nobody."""
    first = f"91330282MAQUAY{number:03d}"
    total = sum(LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + LETTERS[-total % 31]


def entry(number, **other):
    return {"name_zh": f"试验厂{number}", "name_en": f"Test Works {number}", "code": code(number),
            "about_zh": "电水壶", "about_en": "Kettles", "address": "一号路 8 号", "contact": "周禾",
            "phone": "13800001234", **other}


def filled(fields, scan=b"%PDF-1.4"):
    return form(("scan", "licence.pdf", scan), **fields)


class Factories(TownCase):
    program, options = PROGRAM, {"buyers": 11}

    def register(self, login, number, **other):
        client = self.client(login)
        headers, body = filled(entry(number, **other))
        status, answer = client.request("POST", "/factories/register", body, headers)
        self.assertEqual(status, 200, answer)
        return client, answer["id"]

    def test_from_registration_to_the_hall(self):
        maker, factory = self.register("buyer0", 1)
        office = self.client("office")
        own = maker.get("/factory")[1]
        self.assertEqual((own["factory"]["state"], own["factory"]["missing"], own["is_owner"]),
                         ("draft", [], True))
        shown = {f["name"]: f["value"] for f in own["factory"]["fields"]}
        self.assertEqual((shown["phone"], shown["contact"], shown["code"]),
                         ("138****1234", "周*", code(1)))
        status, scan = maker.get("/factory/licence")
        self.assertEqual((status, scan, maker.headers["Content-Type"]),
                         (200, "%PDF-1.4", "application/pdf"))
        self.assertEqual(office.get(f"/factories/{factory}/licence")[0], 200)
        self.assertEqual(self.client("buyer8").get(f"/factories/{factory}/licence")[0], 403)
        slug = own["factory"]["slug"]
        self.assertEqual(slug, "test-works-1")
        self.assertEqual(self.client().get(f"/hall/factories/{slug}")[0], 404)  # not approved
        self.assertEqual(maker.post("/factory/move", {"event": "approve"})[0], 409)
        self.assertEqual(maker.post("/factory/move", {"event": "submit"})[0], 200)
        queue = office.get("/factories")[1]
        self.assertIn(factory, [f["id"] for f in queue["factories"]])
        self.assertEqual(office.post(f"/factories/{factory}/move", {"event": "return"})[1]["field"],
                         "note")
        office.post(f"/factories/{factory}/move", {"event": "return", "note": "执照看不清"})
        own = maker.get("/factory")[1]
        self.assertEqual((own["factory"]["state"], own["factory"]["why"]), ("returned", "执照看不清"))
        maker.post("/factory/move", {"event": "submit"})
        self.assertEqual(office.post(f"/factories/{factory}/move", {"event": "approve"})[0], 200)
        status, public = self.client().get(f"/hall/factories/{slug}")
        self.assertEqual((status, public["factory"]["code"], public["products"], public["held"]),
                         (200, code(1), [], []))
        self.assertNotIn("phone", public["factory"])
        self.assertEqual([e["event"] for e in maker.get("/factory")[1]["events"]],
                         ["approve", "submit", "return", "submit", "register"])

    def test_the_base_has_every_makers_form_and_a_maker_its_own(self):
        maker, factory = self.register("buyer10", 70)
        form_of = f"/factory/edit?factory={factory}"
        for who, status in ((maker, 200), (self.client("office"), 200), (self.client("maker"), 404)):
            self.assertEqual(who.get(form_of)[0], status)

    def test_a_licence_that_is_replaced_goes_a_day_later_and_its_history_says_so(self):
        first, second = b"%PDF-1.4 dim", b"%PDF-1.4 clear"
        maker = self.client("buyer9")
        headers, body = filled(entry(61), first)
        self.assertEqual(maker.request("POST", "/factories/register", body, headers)[0], 200)
        headers, body = filled({**entry(61), "version": 1}, second)
        self.assertEqual(maker.request("POST", "/factory/edit", body, headers)[0], 200)
        change, = maker.get("/factory")[1]["events"][0]["changes"]
        self.assertEqual(change, {"field": "scan", "from": "licence.pdf", "to": "licence.pdf",
                                  "is_replaced": True})
        headers, body = filled({**entry(61), "version": 1}, first + b" late")
        self.assertEqual(maker.request("POST", "/factory/edit", body, headers)[0], 409)
        first, second, late = map(object_of, (first, second, first + b" late"))
        self.assertLessEqual({first, late}, listed(self.town))
        sweep(self, self.town, first, others=(second, late))
        self.assertEqual(maker.get("/factory/licence")[1], "%PDF-1.4 clear")
        self.assertIn("(replaced)", maker.get("/factory", HTML)[1])

    def test_a_form_says_all_that_is_wrong(self):
        maker = self.client("buyer1")
        headers, body = filled(entry(2, code="91330282MAQUAY00", phone="12", name_zh=""))
        status, page = maker.request("POST", "/factories/register", body,
                                     {**headers, **HTML})
        self.assertEqual(status, 422)
        for said in ("this has 16", "a mobile number of 11 digits", "This is needed",
                     'value="Test Works 2"'):
            self.assertIn(said, page)
        headers, body = filled(entry(2), b"<html>")
        self.assertEqual(maker.request("POST", "/factories/register", body,
                                       headers)[1]["field"], "scan")
        for typed, ok, said in ((code(2).lower(), True, ""), ("91330282MAQUAYO021", False, "15"),
                                (code(2)[:-1] + ("0" if code(2)[-1] != "0" else "1"), False,
                                 "compare each")):
            answer = maker.get(f"/factories/code?code={typed}", {"Accept-Language": "en"})[1]
            self.assertEqual(answer["ok"], ok, typed)
            self.assertIn(said, answer["message"])

    def test_two_people_edit_one_entry(self):
        maker, factory = self.register("buyer2", 3)
        version = maker.get("/factory")[1]["factory"]["version"]
        first = entry(3, address="二号路", phone="", contact="", version=version)
        self.assertEqual(maker.post("/factory/edit", first)[0], 200)
        second = entry(3, about_zh="电饭煲", phone="", contact="", version=version)
        self.assertEqual(maker.post("/factory/edit", second)[0], 409)
        status, page = maker.request("POST", "/factory/edit", None, HTML)
        status, page = maker.post("/factory/edit", second, headers=HTML)
        self.assertEqual(status, 409)
        for said in ("Somebody saved meanwhile", "二号路", "电饭煲",
                     f'name="version" value="{version + 1}"'):
            self.assertIn(said, page)
        self.assertEqual(maker.post("/factory/edit", {**second, "version": version + 1})[0], 200)
        fields = {f["name"]: f["value"] for f in maker.get("/factory")[1]["factory"]["fields"]}
        self.assertEqual((fields["about_zh"], fields["phone"]), ("电饭煲", "138****1234"))

    def test_members_come_and_go(self):
        owner, factory = self.register("buyer3", 4)
        clerk = self.client("buyer4")
        self.assertEqual(owner.post("/factory/members", {"login": "nobody", "role": "clerk"})[1]["field"],
                         "login")
        self.assertEqual(owner.post("/factory/members", {"login": "maker", "role": "clerk"})[0], 409)
        self.assertEqual(owner.post("/factory/members", {"login": "buyer4", "role": "clerk"})[0], 200)
        invited = owner.get("/factory")[1]["invited"]
        self.assertEqual([i["login"] for i in invited], ["buyer4"])
        self.assertNotIn("name", invited[0])  # who has not agreed is nobody's to know
        asked = clerk.get("/factory")[1]["invitations"]
        self.assertEqual([i["role"] for i in asked], ["clerk"])
        self.assertEqual(self.client("buyer5").post(f"/factory/invitations/{asked[0]['id']}",
                                                    {"answer": "accept"})[0], 404)
        self.assertEqual(clerk.post(f"/factory/invitations/{asked[0]['id']}", {"answer": "accept"})[0],
                         200)
        own = clerk.get("/factory")[1]
        self.assertEqual((own["is_member"], own["is_owner"], own["factory"]["id"]),
                         (True, False, factory))
        people = {m["login"]: m["id"] for m in own["members"]}
        self.assertEqual(clerk.post(f"/factory/members/{people['buyer3']}", {"role": "none"})[0], 403)
        self.assertEqual(clerk.post("/factory/members", {"login": "buyer5", "role": "clerk"})[0], 403)
        self.assertEqual(clerk.post("/factory/move", {"event": "submit"})[0], 403)
        status, body = owner.post(f"/factory/members/{people['buyer3']}", {"role": "none"},
                                  headers={"Accept-Language": "en"})
        self.assertEqual((status, body["message"]),
                         (409, "One owner must stay. Make somebody else an owner first."))
        self.assertEqual(owner.post(f"/factory/members/{people['buyer4']}", {"role": "owner"})[0], 200)
        self.assertEqual(owner.post(f"/factory/members/{people['buyer3']}", {"role": "none"})[0], 200)
        self.assertFalse(owner.get("/factory")[1]["is_member"])
        self.assertEqual(owner.post("/factory/move", {"event": "submit"})[0], 403)

    def test_a_contact_is_opened_for_a_purpose_and_that_is_kept(self):
        maker, factory = self.register("buyer6", 5)
        office = self.client("office")
        path = f"/factories/{factory}"
        page = office.get(path)[1]
        self.assertNotIn("13800001234", str(page))
        self.assertEqual(office.post(f"{path}/open", {"purpose": "x"})[1]["field"], "purpose")
        self.assertEqual(office.get(path)[1]["openings"], [])
        status, opened = office.post(f"{path}/open", {"purpose": "核对样品寄送"})
        self.assertEqual((status, opened["opened"]),
                         (200, {"contact": "周禾", "phone": "13800001234"}))
        self.assertEqual(office.headers["Cache-Control"], "no-store")
        for reader in (office.get(path)[1], maker.get("/factory")[1]):
            self.assertEqual([o["purpose"] for o in reader["openings"]], ["核对样品寄送"])
            self.assertNotIn("13800001234", str(reader))
        with self.town.database.connect() as db:
            sealed = bytes(db.one("SELECT phone FROM factories WHERE organisation_id = ?", factory))
        self.assertNotIn(b"1380000", sealed)
        subprocess.run([PROGRAM, "seal", "rotate", *self.town.settings()], check=True,
                       stdout=subprocess.DEVNULL)
        with self.town.database.connect() as db:
            again = bytes(db.one("SELECT phone FROM factories WHERE organisation_id = ?", factory))
        self.assertNotEqual(sealed[1], again[1])
        self.assertEqual(office.post(f"{path}/open", {"purpose": "再次核对"})[1]["opened"]["phone"],
                         "13800001234")

    def test_every_door(self):
        _, factory = self.register("buyer7", 6)
        path = f"/factories/{factory}"
        doors = [("GET", "/factories", (401, 403, 403)), ("GET", path, (401, 403, 403)),
                 ("POST", f"{path}/move", (401, 403, 403)), ("POST", f"{path}/open", (401, 403, 403)),
                 ("GET", "/factories/register", (401, 200, 200)),
                 ("GET", "/factories/code?code=1", (401, 200, 200)), ("GET", "/factory", (401, 200, 200)),
                 ("GET", "/factory/edit", (401, 403, 200)), ("GET", "/factory/licence", (401, 403, 404)),
                 ("GET", f"/factory/edit?factory={factory}", (401, 403, 404)),
                 ("POST", "/factory/move", (401, 403, 422)), ("POST", "/factory/members", (401, 403, 403)),
                 ("POST", "/factory/members/1", (401, 403, 422)),
                 ("POST", "/factory/invitations/1", (401, 422, 422))]
        for method, address, expected in doors:
            for login, status in zip((None, "buyer8", "maker"), expected):
                client = self.client(login)
                answer = client.get(address) if method == "GET" else client.post(address, {})
                if (address, login) == ("/factory/members", "maker"):
                    self.assertIn(answer[0], (403, 422))  # an owner is asked for a login
                else:
                    self.assertEqual(answer[0], status, (method, address, login, answer[1]))


if __name__ == "__main__":
    unittest.main()
