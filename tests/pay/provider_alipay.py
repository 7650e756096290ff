"""Alipay's open platform with sub-merchants, as the test suite plays it."""
import calendar
import io
import json
import secrets
import threading
import time
import urllib.parse
import zipfile

import provider_crypto as crypto
from provider_common import PLAIN, Fault, Refusal, compact, day_of, fen, now_text, post, yuan

APP_ID, SELLER_ID = "2021000118600001", "2088101122136241"
ZONE_S = 8 * 3600
BILL_NAMES = ("支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
              "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
              "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注")


def bare(pem):
    return "".join(line for line in pem.decode().splitlines() if "-" not in line)


class GbName(zipfile.ZipInfo):
    """A name as Windows in China writes it: GB18030, which says nothing of itself."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gb18030"), self.flag_bits


class Trade:
    def __init__(self, biz):
        self.number, self.fen = biz["out_trade_no"], fen(biz["total_amount"])
        self.merchant, self.what = biz["sub_merchant"]["merchant_id"], biz["subject"]
        self.no = f"2026112622001{secrets.randbelow(10 ** 15):015d}"
        self.state, self.at, self.back = "WAIT_BUYER_PAY", None, biz.get("passback_params")
        self.refunds, self.shares, self.is_confirmed, self.is_released = {}, {}, False, False

    def left(self):
        back = sum(r["fen"] - r["royalty"] for r in self.refunds.values())
        return self.fen - back - sum(s["fen"] for s in self.shares.values())


class Alipay:
    def __init__(self, provider):
        self.provider = provider
        self.ours, self.theirs = crypto.key("alipay"), crypto.key("town")
        self.nobodys = crypto.key("nobody")
        self.ways = {}
        self.offered, self.trades = {}, {}  # a trade is there once the buyer has come
        self.steps = 1
        self.bill = lambda lines: lines
        self.methods = []
        self.escapes = False

    def settings(self):
        return {"app_id": APP_ID, "private_key": self.theirs.pem.decode(),
                "alipay_key": bare(self.ours.public), "seller_id": SELLER_ID,
                "channels": ["native", "h5"], "base_url": self.provider.url + "/gateway.do"}

    # --- signatures ---

    @staticmethod
    def to_sign(params, without):
        return "&".join(f"{k}={v}" for k, v in sorted(params.items())
                        if v != "" and k not in without).encode()

    def check(self, params):
        if (params.get("app_id") != APP_ID or params.get("sign_type") != "RSA2"
                or params.get("version") != "1.0" or params.get("charset") != "utf-8"
                or abs(time.time() + ZONE_S - calendar.timegm(
                    time.strptime(params["timestamp"], PLAIN))) > 300
                or not self.theirs.verifies(self.to_sign(params, ("sign",)), params.get("sign", ""))):
            self.provider.complain(f"signature of {params.get('method')}")
            raise Refusal("isv.invalid-signature")

    def answer(self, request, body, fault):
        at = urllib.parse.urlsplit(request.path)
        if at.path == "/bill.zip":
            return 200, {}, self.bill_bytes
        if at.path == "/cashier":
            return self.at_the_cashier(urllib.parse.parse_qs(at.query)["number"][0])
        pairs = urllib.parse.parse_qsl(at.query, strict_parsing=True)
        pairs += urllib.parse.parse_qsl(body.decode(), strict_parsing=True) if body else []
        params = dict(pairs)
        node = params["method"].replace(".", "_") + "_response"
        self.methods.append(params["method"])
        if request.command == "GET":
            return self.come(params)
        try:
            self.check(params)
            said = self.route(params, json.loads(params["biz_content"]))
            said = {"code": "10000", "msg": "Success", **said}
        except Refusal as e:
            said = {"code": "40004", "msg": "Business Failed", "sub_code": e.code, "sub_msg": "不行"}
        raw = compact(said)
        sign = (self.nobodys if fault == Fault.BADLY_SIGNED else self.ours).sign(raw)
        if self.escapes:
            raw = raw.replace(b"/", b"\\/")
        answer = b'{"' + node.encode() + b'":' + raw
        if fault != Fault.UNSIGNED:
            answer += b',"sign":' + compact(sign)
        return 200, {"Content-Type": "text/html;charset=utf-8"}, answer + b"}"

    # --- calls ---

    def route(self, params, biz):
        calls = {"trade.precreate": self.precreate, "trade.query": self.query,
                 "trade.close": self.shut, "trade.refund": self.refund,
                 "trade.fastpay.refund.query": self.refund_state,
                 "trade.settle.confirm": self.confirm, "trade.order.settle": self.settle,
                 "trade.order.settle.query": self.settle_state,
                 "data.dataservice.bill.downloadurl.query": self.tell_bill}
        name = params["method"].removeprefix("alipay.")
        if name == "trade.precreate":
            return self.precreate(params, biz)
        if name not in calls:
            raise Refusal("isv.method-not-exist")
        return calls[name](biz)

    def take(self, params, biz):
        fen(biz["total_amount"])
        assert params["notify_url"].startswith("http"), "where to tell"
        assert not set(biz["subject"]) & set("/=&"), "a subject they refuse"
        (how,) = biz["settle_info"]["settle_detail_infos"]
        assert how == {"trans_in_type": "defaultSettle", "amount": biz["total_amount"]}
        assert biz["settle_info"]["settle_period_time"].endswith("d") and biz["time_expire"]
        self.offered[biz["out_trade_no"]] = biz

    def precreate(self, params, biz):
        assert biz["product_code"] == "FACE_TO_FACE_PAYMENT"
        self.take(params, biz)
        return {"out_trade_no": biz["out_trade_no"],
                "qr_code": f"https://qr.alipay.com/bax{biz['out_trade_no']}"}

    def come(self, params):
        """The buyer's browser brings the request, and sees a page with a button."""
        self.check(params)
        assert params["method"] in ("alipay.trade.wap.pay", "alipay.trade.page.pay")
        biz = json.loads(params["biz_content"])
        self.take(params, biz)
        self.scan(biz["out_trade_no"])
        self.ways[biz["out_trade_no"]] = params["notify_url"], params["return_url"]
        page = ("<!doctype html><title>Alipay</title><link rel=icon href=data:,>"
                f"<h1>{biz['total_amount']}</h1>"
                f"<a id=pay href='/cashier?number={biz['out_trade_no']}'>Pay</a>")
        return 200, {"Content-Type": "text/html;charset=utf-8"}, page.encode()

    def at_the_cashier(self, number):
        """The button was pressed: the town is told, and the browser goes back there."""
        tell, back = self.ways[number]
        self.pay(number)
        threading.Thread(target=self.tell_paid, args=(number, tell)).start()
        return 302, {"Location": back}, b""

    def trade(self, biz):
        for t in self.trades.values():
            if biz.get("out_trade_no") == t.number or biz.get("trade_no") == t.no:
                return t
        raise Refusal("ACQ.TRADE_NOT_EXIST")

    def query(self, biz):
        t = self.trade(biz)
        said = {"trade_no": t.no, "out_trade_no": t.number, "trade_status": t.state,
                "total_amount": yuan(t.fen), "buyer_logon_id": "159****5620"}
        return {**said, "send_pay_date": now_text(PLAIN, t.at)} if t.at else said

    def shut(self, biz):
        t = self.trade(biz)
        if t.state != "WAIT_BUYER_PAY":
            raise Refusal("ACQ.TRADE_STATUS_ERROR")
        t.state = "TRADE_CLOSED"
        return {"trade_no": t.no, "out_trade_no": t.number}

    def refund(self, biz):
        t, number = self.trade(biz), biz["out_request_no"]
        amount, royalties = fen(biz["refund_amount"]), biz.get("refund_royalty_parameters", [])
        if not t.at:
            raise Refusal("ACQ.TRADE_STATUS_ERROR")
        back = sum(fen(r["amount"]) for r in royalties)
        if number in t.refunds:
            assert (t.refunds[number]["fen"], t.refunds[number]["royalty"]) == (amount, back)
            return {"trade_no": t.no, "out_trade_no": t.number, "fund_change": "N",
                    "refund_fee": yuan(sum(r["fen"] for r in t.refunds.values()))}
        shared = sum(s["fen"] for s in t.shares.values())
        if amount > t.left() or back > shared - sum(r["royalty"] for r in t.refunds.values()):
            raise Refusal("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        t.refunds[number] = {"fen": amount, "royalty": back, "to": royalties, "at": time.time(),
                             "asked": 0}
        if sum(r["fen"] for r in t.refunds.values()) == t.fen:
            t.state = "TRADE_CLOSED"
        return {"trade_no": t.no, "out_trade_no": t.number,
                "fund_change": "Y" if self.steps == 0 else "N",
                "refund_fee": yuan(sum(r["fen"] for r in t.refunds.values()))}

    def refund_state(self, biz):
        t, number = self.trade(biz), biz["out_request_no"]
        if number not in t.refunds:
            return {}
        r = t.refunds[number]
        r["asked"] += 1
        if r["asked"] < self.steps:
            return {}
        said = {"trade_no": t.no, "out_trade_no": t.number, "out_request_no": number,
                "refund_amount": yuan(r["fen"]), "refund_status": "REFUND_SUCCESS",
                "total_amount": yuan(t.fen), "gmt_refund_pay": now_text(PLAIN, r["at"])}
        if r["to"]:
            said["refund_royaltys"] = [
                {"refund_amount": one["amount"], "royalty_type": "transfer",
                 "result_code": "SUCCESS", "trans_out": one["trans_out"]} for one in r["to"]]
        return said

    def confirm(self, biz):
        t = self.trade(biz)
        (how,) = biz["settle_info"]["settle_detail_infos"]
        if t.is_confirmed and t.is_confirmed != biz["out_request_no"]:
            raise Refusal("ACQ.ALREADY_SETTLED")
        if not t.is_confirmed:
            out = sum(r["fen"] for r in t.refunds.values())
            assert fen(how["amount"]) == t.fen - out, "what is confirmed"
            assert biz["extend_params"] == {"royalty_freeze": "true"}
            t.is_confirmed = biz["out_request_no"]
        return {"trade_no": t.no, "out_request_no": biz["out_request_no"]}

    def settle(self, biz):
        t, number = self.trade(biz), biz["out_request_no"]
        assert t.is_confirmed, "shared before it is confirmed"
        if biz.get("extend_params", {}).get("royalty_finish") == "true":
            t.is_released = True
            return {"trade_no": t.no, "settle_no": number}
        (to,) = biz["royalty_parameters"]
        assert biz["royalty_mode"] == "async" and to["trans_in_type"] == "userId"
        if number not in t.shares:
            if t.is_released or fen(to["amount"]) > t.left():
                raise Refusal("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR")
            t.shares[number] = {"fen": fen(to["amount"]), "to": to["trans_in"], "asked": 0}
        return {"trade_no": t.no, "settle_no": number}

    def settle_state(self, biz):
        t, number = self.trade(biz), biz["out_request_no"]
        if number not in t.shares:
            raise Refusal("ACQ.SETTLE_NOT_EXIST")
        s = t.shares[number]
        s["asked"] += 1
        state = "SUCCESS" if s["asked"] > self.steps else "PROCESSING"
        return {"out_request_no": number, "operation_dt": now_text(PLAIN), "royalty_detail_list": [
            {"operation_type": "transfer", "execute_dt": now_text(PLAIN), "trans_in": s["to"],
             "amount": yuan(s["fen"]), "state": state, "detail_id": "D" + number}]}

    # --- the statement ---

    def tell_bill(self, biz):
        assert biz["bill_type"] == "trade"
        lines = []
        for t in self.trades.values():
            common = [now_text(PLAIN, t.at), None, "", "", "", "", "*明(159****5620)"]
            if t.at and day_of(t.at) == biz["bill_date"]:
                lines.append([t.no, t.number, "交易", t.what, *common, yuan(t.fen), ""])
                lines[-1][5] = now_text(PLAIN, t.at)
            for number, r in t.refunds.items():
                if day_of(r["at"]) == biz["bill_date"] and r["fen"]:
                    lines.append([t.no, t.number, "退款", t.what, *common, yuan(-r["fen"]), number])
                    lines[-1][5] = now_text(PLAIN, r["at"])
        lines = self.bill(lines)
        if not lines:
            raise Refusal("isp.bill_not_exist")
        self.bill_bytes = self.pack(lines, biz["bill_date"])
        return {"bill_download_url": self.provider.url + "/bill.zip?token=1"}

    @staticmethod
    def pack(lines, day):
        rows = [f"{no}\t,{number}\t,{kind},{what},{','.join(rest)},{amount},{amount}"
                f"{',0.00' * 5},,0.00,0.00,{request}\t,0.00,0.00,"
                for no, number, kind, what, *rest, amount, request in lines]
        text = "\r\n".join(["#支付宝业务明细查询", f"#账号：[{SELLER_ID}0156]",
                            "#-----------------------业务明细列表----------------------", BILL_NAMES,
                            *rows, "#-----------------------业务明细列表结束------------------",
                            f"#导出时间：[{now_text(PLAIN)}]", ""])
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            name = f"{SELLER_ID}0156_{day.replace('-', '')}_业务明细"
            z.writestr(GbName(name + ".csv"), text.encode("gb18030"))
            z.writestr(GbName(name + "(汇总).csv"), "#支付宝业务汇总查询\r\n".encode("gb18030"))
        return out.getvalue()

    # --- what a buyer does, and notices ---

    def scan(self, number):
        if number not in self.trades:
            self.trades[number] = Trade(self.offered[number])
        return self.trades[number]

    def pay(self, number):
        t = self.scan(number)
        assert t.state == "WAIT_BUYER_PAY", t.state
        t.state, t.at = "TRADE_SUCCESS", time.time()

    def paid_notice(self, number, key=None, change=None, after=None, drop=()):
        """The form of a notice. change: before it is signed; after: when it is."""
        t = self.trades[number]
        form = {"notify_time": now_text(PLAIN), "notify_type": "trade_status_sync",
                "notify_id": secrets.token_hex(17), "app_id": APP_ID, "charset": "utf-8",
                "version": "1.0", "auth_app_id": APP_ID, "trade_no": t.no,
                "out_trade_no": t.number, "seller_id": SELLER_ID, "trade_status": t.state,
                "total_amount": yuan(t.fen), "receipt_amount": yuan(t.fen), "subject": t.what,
                "passback_params": t.back, "gmt_create": now_text(PLAIN, t.at),
                "gmt_payment": now_text(PLAIN, t.at), "buyer_id": "2088102116773037",
                "fund_bill_list": '[{"amount":"1.00","fundChannel":"ALIPAYACCOUNT"}]'}
        form.update(change or {})
        form = {k: v for k, v in form.items() if k not in drop}
        form["sign"] = (key or self.ours).sign(self.to_sign(form, ()))
        form["sign_type"] = "RSA2"
        form.update(after or {})
        return urllib.parse.urlencode(form).encode()

    def tell_paid(self, number, url, **wrong):
        headers = {"Content-Type": "application/x-www-form-urlencoded; text/html; charset=utf-8"}
        return post(url, self.paid_notice(number, **wrong), headers)

