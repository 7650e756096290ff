"""Shows that run elsewhere and the result sheets of their platforms, over HTTP, against the real program:
test_elsewhere_http.py GUILDHALL"""
import datetime
import io
import json
import pathlib
import sys
import unittest

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))
from town import TownCase  # noqa: E402
from uploads import form  # noqa: E402

PROGRAM = sys.argv.pop(1)
LINK = "https://live.example.com/room/1"
TAOBAO = ["场次ID", "直播间", "开播时间", "观看人数", "成交金额(元)", "成交件数", "成交笔数"]
DOUYIN = ["直播间ID", "主播昵称", "开播时间", "直播间观看人数", "最高在线人数", "直播间成交金额", "直播间成交件数"]
hours = iter(range(0, 24 * 300, 24))  # each case plans on days of its own


def csv(*rows, encoding="gb18030"):
    return "\r\n".join(",".join(f'"{c}"' for c in row) for row in rows).encode(encoding)


def xlsx(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class Elsewhere(TownCase):
    program, options = PROGRAM, {"buyers": 1, "stock": (5, 100),
                                 "users": [("host", "host"), ("other", "host")]}

    def setUp(self):
        self.host, self.other, self.office = (self.client(n) for n in ("host", "other", "office"))
        self.day = datetime.datetime(2026, 3, 1, 19, 30) + datetime.timedelta(hours=next(hours))
        self.at = self.day.strftime("%Y-%m-%d %H:%M:%S")

    def plan(self, client=None, **change):
        fields = {"platform": "taobao", "title_zh": "站外专场", "title_en": "A show elsewhere", "room": "小镇旗舰店",
                  "link": LINK, "starts_at": self.day.strftime("%Y-%m-%dT%H:%M"), "products": "K1 59.00\r\nK2", **change}
        return (client or self.host).post("/elsewhere", fields)

    def planned(self, *args, **change):
        status, body = self.plan(*args, **change)
        self.assertEqual(status, 200, body)
        return body["id"]

    def bring(self, content, platform="taobao", client=None, name="sheet.csv", **more):
        headers, body = form(("sheet", name, content), platform=platform)
        return (client or self.host).request("POST", "/elsewhere/sheets", body, {**headers, **more})

    def brought(self, *args, **more):
        status, page = self.bring(*args, **more)
        self.assertEqual(status, 200, page)
        return page

    def take(self, sheet, client=None):
        return (client or self.host).post(f"/elsewhere/sheets/{sheet}/take")

    def figure(self, name):
        return self.office.get(f"/figures/elsewhere_{name}")[1]

    def row(self, *values):
        return ["9001", "小镇旗舰店", self.at, *values]

    def test_from_the_plan_to_the_figures(self):
        turnover, pieces = (self.figure(n)["value"] for n in ("turnover", "pieces"))
        show = self.planned()
        page = self.host.get(f"/elsewhere/{show}")[1]
        self.assertEqual([(i["code"], i["price"]["fen"]) for i in page["items"]], [("K1", 5900), ("K2", 6900)])
        preview = self.brought(csv(TAOBAO, self.row("12,345", "10,280.50", "152", "140"), ["合计", "", "", "", "10,280.50", "152", ""]))
        self.assertEqual([preview["sheet"][k] for k in ("lines", "problems", "changes", "is_taken")], [1, 0, 1, False])
        self.assertEqual(preview["lines"][0]["show"]["id"], show)
        self.assertEqual(self.figure("turnover")["value"], turnover)  # a preview counts nothing
        sheet = preview["sheet"]["id"]
        self.assertEqual(self.take(sheet)[0], 200)
        self.assertEqual(self.take(sheet)[0], 200)  # pressed twice
        figure = self.figure("turnover")
        self.assertEqual(figure["value"], turnover + 1028050)
        self.assertIn(f"/elsewhere/sheets/{sheet}", json.dumps(figure))
        self.assertEqual(self.figure("pieces")["value"], pieces + 152)
        result = self.host.get(f"/elsewhere/{show}")[1]["results"][0]
        self.assertEqual((result["viewers"], result["orders"], result["peak"]), (12345, 140, None))

        # The same file again is one import; another file that says the same changes nothing.
        again = self.brought(csv(TAOBAO, self.row("12,345", "10,280.50", "152", "140"), ["合计", "", "", "", "10,280.50", "152", ""]))
        self.assertEqual((again["sheet"]["id"], again["sheet"]["is_taken"]), (sheet, True))
        same = self.brought(csv(TAOBAO, self.row("12345", "10280.50", "152", "140")))
        self.assertEqual((same["sheet"]["changes"], self.take(same["sheet"]["id"])[0]), (0, 200))
        self.assertEqual(len(self.host.get(f"/elsewhere/{show}")[1]["results"]), 1)

        # A corrected one replaces it, and what counted before stays to be seen.
        later = self.brought(xlsx(TAOBAO, ["9001", "小镇旗舰店", self.day, 12400, 9900.5, 149, None]), name="更正.xlsx")
        self.assertEqual(later["lines"][0]["before"]["amount"]["fen"], 1028050)
        self.assertEqual(self.take(later["sheet"]["id"])[0], 200)
        self.assertEqual(self.figure("turnover")["value"], turnover + 990050)
        results = self.host.get(f"/elsewhere/{show}")[1]["results"]
        self.assertEqual([(r["amount"]["fen"], r["replaced_at"] is None) for r in results], [(990050, True), (1028050, False)])
        self.assertEqual(results[0]["orders"], None)
        # Back to the first file: it counts no more, so it is a sheet of its own again.
        back = self.brought(csv(TAOBAO, self.row("12,345", "10,280.50", "152", "140"), ["合计", "", "", "", "10,280.50", "152", ""]))
        self.assertNotEqual(back["sheet"]["id"], sheet)
        self.assertEqual(self.take(back["sheet"]["id"])[0], 200)
        self.assertEqual(self.figure("turnover")["value"], turnover + 1028050)
        self.assertEqual(self.host.post(f"/elsewhere/{show}/drop")[0], 409)

    def test_all_or_nothing(self):
        first = self.planned()
        later = self.day + datetime.timedelta(hours=10)
        self.planned(room="抖音一号", platform="douyin", starts_at=later.strftime("%Y-%m-%dT%H:%M"))
        rows = [self.row("1", "100.00", "1", "1"),
                self.row("1", "200.00", "2", "1"),  # of the same show
                ["2", "小镇旗舰店", "2025-01-01 10:00", "1", "1.00", "1", "1"],
                ["3", "别人的店", self.at, "1", "1.00", "1", "1"],
                ["4", "小镇旗舰店", "昨晚", "1", "1.00", "1", "1"],
                self.row("1", "1.2万", "1", "1"),
                self.row("1", "1.00", "一件", "1"),
                self.row("很多", "1.00", "1", "1"),
                ["5", "抖音一号", later.strftime("%Y-%m-%d %H:%M"), "1", "1.00", "1", "1"]]  # another platform's show
        preview = self.brought(csv(TAOBAO, *rows, encoding="utf-8"))
        self.assertEqual((preview["sheet"]["lines"], preview["sheet"]["problems"]), (9, 8))
        self.assertIsNone(preview["lines"][0]["problem"])
        self.assertEqual(len({line["problem"] for line in preview["lines"][1:]}), 7)
        self.assertEqual(preview["lines"][5]["row"], 7)  # as the spreadsheet counts
        status, body = self.take(preview["sheet"]["id"])
        self.assertEqual((status, body["limit"]), (409, 8))
        self.assertEqual(self.host.get(f"/elsewhere/{first}")[1]["results"], [])
        # Two shows that are planned around then, of the same room: which one is nobody's to guess.
        self.planned()
        self.assertEqual(self.brought(csv(TAOBAO, rows[0]))["sheet"]["problems"], 1)

    def test_sheets_of_another_platform_or_of_something_else(self):
        self.planned()
        douyin = csv(DOUYIN, ["7", "小镇旗舰店", self.at, "5", "3", "10.00", "1"])
        for content, platform, said in ((douyin, "taobao", "抖音"), (csv(TAOBAO, self.row("1", "1.00", "1", "1")), "douyin", "淘宝")):
            status, body = self.bring(content, platform, **{"Accept-Language": "zh-CN"})
            self.assertEqual((status, body["field"]), (422, "sheet"))
            self.assertIn(said, body["message"])
        status, page = self.bring(csv(["订单号", "商品", "开播时间", "金额"], ["1", "壶", self.at, "9"]), Accept="text/html")
        self.assertEqual(status, 422)
        for name in ("成交金额 / 引导成交金额", "成交件数 / 引导成交件数", "观看人数"):
            self.assertIn(name, page)  # which columns were looked for
        for content in (b"", b"\x00\x01\x02", b"PK\x03\x04 broken", csv(TAOBAO), "<html>".encode()):
            self.assertEqual(self.bring(content)[0], 422, content)
        self.assertEqual(self.bring(csv(TAOBAO, self.row("1", "1.00", "1", "1")), "kuaishou")[0], 422)
        self.assertEqual(self.bring(csv(TAOBAO, *[self.row("1", "1.00", "1", "1")] * 2001))[0], 413)
        self.assertEqual(self.bring(b"x" * (9 << 20))[0], 413)

    def test_douyins_sheet_comes_in(self):
        show = self.planned(platform="douyin", room="苏禾")
        preview = self.brought(xlsx(["抖音直播明细"], DOUYIN, ["7", "苏禾", self.at, 5000, 321, "¥1,234.56", 12]), "douyin", name="直播明细.xlsx")
        self.assertEqual(preview["sheet"]["problems"], 0, preview)
        self.assertEqual(self.take(preview["sheet"]["id"])[0], 200)
        result = self.host.get(f"/elsewhere/{show}")[1]["results"][0]
        self.assertEqual((result["amount"]["fen"], result["viewers"], result["peak"]), (123456, 5000, 321))

    def test_wrong_plans_are_named(self):
        for change, field in (({"platform": "x"}, "platform"), ({"title_zh": ""}, "title_zh"), ({"room": "x" * 41}, "room"),
                              ({"link": "http://live.example.com/1"}, "link"), ({"link": "javascript:alert(1)"}, "link"),
                              ({"link": "https://a@live.example.com/"}, "link"), ({"link": 'https://x.example/"><b>'}, "link"),
                              ({"link": "https://x.example/" + "a" * 600}, "link"), ({"starts_at": "morgen"}, "starts_at"),
                              ({"products": "NONE"}, "products"), ({"products": "K1\nK1"}, "products"),
                              ({"products": "K1 -3"}, "products"), ({"products": "x" * 20000}, "products")):
            status, body = self.plan(**change)
            self.assertEqual((status, body.get("field")), (422, field), (change, body))
        self.assertEqual(self.host.get("/elsewhere")[1]["shows"][0]["starts_at"][:4], "2026")

    def test_it_stands_in_the_list_of_shows(self):
        soon = datetime.datetime.utcnow() + datetime.timedelta(hours=8 + 2)
        show = self.planned(starts_at=soon.strftime("%Y-%m-%dT%H:%M"), title_zh="今晚淘宝见")
        listed = self.client().get("/shows")[1]["elsewhere"]
        mine = [s for s in listed if s["id"] == show][0]
        self.assertEqual((mine["platform"], mine["link"], mine["room"]), ("taobao", LINK, "小镇旗舰店"))
        page = self.client().request("GET", "/shows", None, {"Accept": "text/html", "Accept-Language": "zh-CN"})[1]
        self.assertIn("今晚淘宝见", page)
        self.assertEqual(self.host.post(f"/elsewhere/{show}/drop")[0], 200)
        self.assertNotIn(show, [s["id"] for s in self.client().get("/shows")[1]["elsewhere"]])

    def test_each_host_has_its_own(self):
        show = self.planned()
        content = csv(TAOBAO, self.row("1", "1.00", "1", "1"))
        sheet = self.brought(content)["sheet"]["id"]
        for path in ("/elsewhere", "/elsewhere/new", f"/elsewhere/{show}", f"/elsewhere/sheets/{sheet}"):
            self.assertEqual(self.client().get(path)[0], 401, path)
            self.assertEqual(self.client("buyer0").get(path)[0], 403, path)
            self.assertEqual(self.client("maker").get(path)[0], 403, path)
            self.assertEqual(self.office.get(path)[0], 200, path)
        for client, want in ((self.client(), 401), (self.client("buyer0"), 403), (self.other, 404)):
            self.assertEqual(self.take(sheet, client)[0], want)
            self.assertEqual(client.post(f"/elsewhere/{show}/drop")[0], want)
        self.assertEqual(self.plan(self.client("buyer0"))[0], 403)
        self.assertEqual(self.bring(content, client=self.client("buyer0"))[0], 403)
        self.assertEqual(self.other.get(f"/elsewhere/{show}")[0], 404)
        self.assertNotIn(show, [s["id"] for s in self.other.get("/elsewhere")[1]["shows"]])
        # Another host's sheet finds no show of this one.
        self.assertEqual(self.brought(content, client=self.other)["sheet"]["problems"], 1)
        for path in ("/elsewhere/0", "/elsewhere/x", "/elsewhere/999999", "/elsewhere/sheets/0", "/elsewhere/sheets/x"):
            self.assertEqual(self.host.get(path)[0], 404, path)
        self.assertEqual(self.take(sheet)[0], 200)
        self.assertEqual(self.town.check()[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
