"""WeChat Pay API v3 of a platform with sub-merchants, as the test suite plays it."""
import base64
import hashlib
import json
import re
import secrets
import time
import urllib.parse

import provider_crypto as crypto
from provider_common import PLAIN, Fault, Refusal, compact, day_of, now_text, post, yuan

APP_SECRET = "0123456789abcdef0123456789abcdef"
MCHID, APPID, SERIAL = "1900000109", "wxd678efh567hg6787", "5157F09EFDC096DE15EBE81A47057A72"
CERTIFICATE_ID, PUBLIC_ID = "1F2E3D4C5B6A", "PUB_KEY_ID_0119000001092026112500"
API_KEY = "0123456789abcdef0123456789ABCDEF"
BILL_NAMES = ("交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
              "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
              "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注")
SUM_NAMES = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
AUTHORIZATION = re.compile(r'(\w+)="([^"]*)"')


class Part:
    def __init__(self, given):
        self.number, self.merchant = given["out_trade_no"], given["sub_mchid"]
        self.fen, self.what = given["amount"]["total_amount"], given["description"]
        self.no, self.state, self.at = None, "NOTPAY", None
        self.refunds, self.shares, self.returns, self.is_released = {}, {}, {}, False

    def left(self):
        """What is still frozen with the sub-merchant."""
        out = sum(r["fen"] for r in self.refunds.values() if r["state"] != "CLOSED")
        out += sum(s["fen"] for s in self.shares.values() if s["state"] != "CLOSED")
        return self.fen - out + sum(r["fen"] for r in self.returns.values())


class Wechat:
    def __init__(self, provider):
        self.provider = provider
        self.ours, self.theirs = crypto.key("wechat"), crypto.key("town")
        self.nobodys = crypto.key("nobody")
        self.payments, self.nonces = {}, set()  # theirs: the program's
        self.codes = {}          # of payers: what each stands for, once
        self.steps = 1           # questions after which an instruction is done
        self.refuse_shares = None  # the code that they are refused with
        self.bill = lambda lines: lines  # plants differences
        self.uses_public_key = True

    def settings(self):
        return {"mchid": MCHID, "appid": APPID, "serial": SERIAL, "apiv3_key": API_KEY,
                "private_key": self.theirs.pem.decode(),
                "platform_keys": [self.ours.certificate(CERTIFICATE_ID).decode(),
                                  {"id": PUBLIC_ID, "key": self.ours.public.decode()}],
                "channels": ["native", "h5", "jsapi"], "base_url": self.provider.url,
                "app_secret": APP_SECRET, "app_url": self.provider.url,
                "consent_url": self.provider.url}

    # --- signatures ---

    def signed(self, body, key=None, at=None, serial=None):
        at, nonce = str(int(at or time.time())), secrets.token_hex(8)
        message = f"{at}\n{nonce}\n".encode() + body + b"\n"
        serial = serial or (PUBLIC_ID if self.uses_public_key else CERTIFICATE_ID)
        return {"Wechatpay-Timestamp": at, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": serial,
                "Wechatpay-Signature": (key or self.ours).sign(message)}

    def check(self, request, body):
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        given = dict(AUTHORIZATION.findall(rest))
        message = (f"{request.command}\n{request.path}\n{given.get('timestamp')}\n"
                   f"{given.get('nonce_str')}\n").encode() + body + b"\n"
        if (scheme != "WECHATPAY2-SHA256-RSA2048" or given.get("mchid") != MCHID
                or given.get("serial_no") != SERIAL or given.get("nonce_str") in self.nonces
                or abs(time.time() - int(given.get("timestamp", 0))) > 300
                or not self.theirs.verifies(message, given.get("signature", ""))):
            self.provider.complain(f"signature of {request.path}")
            raise Refusal("SIGN_ERROR", 401)
        self.nonces.add(given["nonce_str"])

    def answer(self, request, body, fault):
        if request.path.startswith("/sns/"):
            return 200, {}, compact(self.payer(request.path))
        try:
            self.check(request, body)
            if request.path.startswith("/v3/billdownload/"):
                return 200, {}, self.bill_bytes
            said = self.route(request.command, request.path, json.loads(body) if body else None)
            status, answer = (204, b"") if said is None else (200, compact(said))
        except Refusal as e:
            status, answer = e.status, compact({"code": e.code, "message": "不行"})
        headers = {"Content-Type": "application/json"}
        if fault == Fault.UNSIGNED:
            return status, headers, answer
        how = {Fault.BADLY_SIGNED: {"key": self.nobodys}, Fault.OLD: {"at": time.time() - 301},
               Fault.OTHER_SERIAL: {"serial": "AAAA"}}.get(fault, {})
        return status, {**headers, **self.signed(answer, **how)}, answer

    # --- who pays inside WeChat ---

    def payer(self, path):
        at = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(at.query))
        assert at.path == "/sns/oauth2/access_token" and query["grant_type"] == "authorization_code"
        assert query["appid"] == APPID and query["secret"] == APP_SECRET, "whose"
        openid = self.codes.pop(query["code"], None)
        return {"openid": openid, "scope": "snsapi_base"} if openid else {"errcode": 40029, "errmsg": "invalid code"}

    # --- payments ---

    def route(self, method, path, body):
        at = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(at.query))
        parts = at.path.split("/")[2:]
        match method, *parts:
            case "POST", "combine-transactions", ("native" | "h5" | "jsapi") as channel:
                return self.open(channel, body)
            case "GET", "combine-transactions", "out-trade-no", number:
                return self.tell(number)
            case "POST", "combine-transactions", "out-trade-no", number, "close":
                return self.shut(number, body)
            case "POST", "ecommerce", "refunds", "apply":
                return self.refund(body)
            case "GET", "ecommerce", "refunds", "out-refund-no", number:
                return self.refund_state(number, query)
            case "POST", "ecommerce", "profitsharing", "orders":
                return self.share(body)
            case "GET", "ecommerce", "profitsharing", "orders":
                return self.share_state(query)
            case "POST", "ecommerce", "profitsharing", "returnorders":
                return self.share_return(body)
            case "GET", "ecommerce", "profitsharing", "returnorders":
                return self.return_state(query)
            case "POST", "ecommerce", "profitsharing", "finish-order":
                return self.finish(body)
            case "GET", "bill", "tradebill":
                return self.tell_bill(query)
        raise Refusal("RESOURCE_NOT_EXISTS", 404)

    def open(self, channel, body):
        number = body["combine_out_trade_no"]
        assert body["combine_mchid"] == MCHID and body["combine_appid"] == APPID, "whose"
        assert body["notify_url"].startswith("http") and body["time_expire"].endswith("+08:00")
        assert 1 <= len(body["sub_orders"]) <= 50
        if channel == "jsapi":
            assert body["combine_payer_info"]["openid"], "payer"
        if channel == "h5":
            assert body["scene_info"]["payer_client_ip"] and body["scene_info"]["h5_info"]["type"]
        for given in body["sub_orders"]:
            assert given["mchid"] == MCHID and given["amount"]["currency"] == "CNY"
            assert given["settle_info"]["profit_sharing"] is True, "money that is not frozen"
            assert given["attach"] and given["amount"]["total_amount"] > 0
        if number in self.payments:
            if self.payments[number]["body"] != body:
                raise Refusal("INVALID_REQUEST")
        else:
            self.payments[number] = {"body": body, "parts": [Part(p) for p in body["sub_orders"]],
                                     "notify_url": body["notify_url"]}
        return {"native": {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"},
                "h5": {"h5_url": f"https://wx.tenpay.com/cashier?prepay_id=wx{number}&package=1"},
                "jsapi": {"prepay_id": f"wx2611{number}"}}[channel]

    def payment(self, number):
        if number not in self.payments:
            raise Refusal("ORDER_NOT_EXIST", 404)
        return self.payments[number]

    def told(self, number, less_fen=0, merchant=None, part_number=None, mchid=MCHID, appid=APPID):
        """The combined payment as it is told of; with what is to be wrong of it."""
        said = []
        for p in self.payment(number)["parts"]:
            one = {"mchid": MCHID, "sub_mchid": merchant or p.merchant, "trade_type": "NATIVE",
                   "trade_state": p.state, "out_trade_no": part_number or p.number, "attach": "x",
                   "amount": {"total_amount": p.fen - less_fen, "currency": "CNY",
                              "payer_amount": p.fen, "payer_currency": "CNY"}}
            if p.no:
                one.update(transaction_id=p.no, success_time=now_text(at=p.at), bank_type="CMC")
            said.append(one)
        return {"combine_appid": appid, "combine_mchid": mchid, "combine_out_trade_no": number,
                "sub_orders": said, "combine_payer_info": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}

    def tell(self, number):
        return self.told(number)

    def shut(self, number, body):
        parts = self.payment(number)["parts"]
        assert [p["out_trade_no"] for p in body["sub_orders"]] == [p.number for p in parts]
        if any(p.state == "SUCCESS" for p in parts):
            raise Refusal("ORDERPAID")
        for p in parts:
            p.state = "CLOSED"

    # --- refunds and shares ---

    def part(self, merchant, no=None, number=None):
        for payment in self.payments.values():
            for p in payment["parts"]:
                if p.merchant == merchant and (p.no == no if no else p.number == number):
                    if p.state == "SUCCESS":
                        return p
        raise Refusal("RESOURCE_NOT_EXISTS", 404)

    def find(self, kind, number):
        for payment in self.payments.values():
            for p in payment["parts"]:
                if number in getattr(p, kind):
                    return getattr(p, kind)[number]
        raise Refusal("RESOURCE_NOT_EXISTS", 404)

    def begin(self, of, number, fen, **more):
        """The same number again is the same thing."""
        if number in of:
            assert of[number]["fen"] == fen, "another amount under a number"
            return of[number]
        of[number] = {"fen": fen, "state": "PROCESSING", "no": f"50{len(self.nonces):08d}",
                      "asked": 0, "at": None, **more}
        return of[number]

    def step(self, thing):
        thing["asked"] += 1
        if thing["state"] == "PROCESSING" and thing["asked"] > self.steps:
            thing["state"], thing["at"] = "SUCCESS", time.time()
        return thing

    def refund(self, body):
        assert body["sp_appid"] == APPID and body["amount"]["currency"] == "CNY"
        p = self.part(body["sub_mchid"], body.get("transaction_id"), body.get("out_trade_no"))
        number, fen = body["out_refund_no"], body["amount"]["refund"]
        assert body["amount"]["total"] == p.fen, "the whole amount"
        if number not in p.refunds and fen > p.left():
            raise Refusal("NOT_ENOUGH", 403)
        thing = self.begin(p.refunds, number, fen, part=p)
        return {"refund_id": thing["no"], "out_refund_no": number, "create_time": now_text(),
                "amount": {"refund": fen, "payer_refund": fen, "currency": "CNY"}}

    def refund_state(self, number, query):
        thing = self.step(self.find("refunds", number))
        assert query["sub_mchid"] == thing["part"].merchant
        said = {"refund_id": thing["no"], "out_refund_no": number, "status": thing["state"],
                "transaction_id": thing["part"].no, "out_trade_no": thing["part"].number,
                "amount": {"refund": thing["fen"], "payer_refund": thing["fen"],
                           "currency": "CNY"}}
        return {**said, "success_time": now_text(at=thing["at"])} if thing["at"] else said

    def share_told(self, number, thing):
        said = {"sub_mchid": thing["part"].merchant, "transaction_id": thing["part"].no,
                "out_order_no": number, "order_id": thing["no"],
                "status": "PROCESSING" if thing["state"] == "PROCESSING" else "FINISHED"}
        if thing["receiver"]:
            result = {"PROCESSING": "PENDING"}.get(thing["state"], thing["state"])
            said["receivers"] = [{"receiver_account": thing["receiver"], "amount": thing["fen"],
                                  "type": "MERCHANT_ID", "result": result,
                                  "fail_reason": thing.get("why", "")}]
            if thing["at"]:
                said["receivers"][0]["finish_time"] = now_text(at=thing["at"])
        elif thing["at"]:
            said["finish_amount"] = thing["fen"]
        return said

    def share(self, body):
        p = self.part(body["sub_mchid"], body["transaction_id"])
        (to,) = body["receivers"]
        assert body["finish"] is False and to["type"] == "MERCHANT_ID", "a share"
        if self.refuse_shares:
            raise Refusal(self.refuse_shares, 403)
        if body["out_order_no"] not in p.shares and (p.is_released or to["amount"] > p.left()):
            raise Refusal("NOT_ENOUGH", 403)
        thing = self.begin(p.shares, body["out_order_no"], to["amount"], part=p,
                           receiver=to["receiver_account"])
        return self.share_told(body["out_order_no"], thing)

    def share_state(self, query):
        thing = self.step(self.find("shares", query["out_order_no"]))
        assert query["transaction_id"] == thing["part"].no, "of another payment"
        return self.share_told(query["out_order_no"], thing)

    def return_told(self, number, thing):
        said = {"sub_mchid": thing["part"].merchant, "out_order_no": thing["share"],
                "order_id": "30", "out_return_no": number, "return_no": thing["no"],
                "return_mchid": thing["receiver"], "amount": thing["fen"],
                "result": thing["state"]}
        return {**said, "finish_time": now_text(at=thing["at"])} if thing["at"] else said

    def share_return(self, body):
        share = self.find("shares", body["out_order_no"])
        returns = share["part"].returns
        back = sum(r["fen"] for r in returns.values() if r["share"] == body["out_order_no"])
        assert share["state"] == "SUCCESS" and body["return_mchid"] == share["receiver"]
        if body["out_return_no"] not in returns and back + body["amount"] > share["fen"]:
            raise Refusal("NOT_ENOUGH", 403)
        thing = self.begin(returns, body["out_return_no"], body["amount"], part=share["part"],
                           share=body["out_order_no"], receiver=share["receiver"])
        return self.return_told(body["out_return_no"], thing)

    def return_state(self, query):
        return self.return_told(query["out_return_no"],
                                self.step(self.find("returns", query["out_return_no"])))

    def finish(self, body):
        p = self.part(body["sub_mchid"], body["transaction_id"])
        number = body["out_order_no"]
        if number not in p.shares:
            self.begin(p.shares, number, p.left(), part=p, receiver=None)
            p.is_released = True
        return {"sub_mchid": p.merchant, "transaction_id": p.no, "out_order_no": number,
                "order_id": p.shares[number]["no"]}

    # --- the statement ---

    def lines_of(self, day):
        def line(p, at, refund_number="0", refund=None):
            given = refund or {"no": "0", "fen": 0}
            state = "REFUND" if refund else "SUCCESS"
            return [now_text(PLAIN, at), APPID, MCHID, p.merchant, "", p.no, p.number, "oUpF8u",
                    "NATIVE", state, "CMC", "CNY", yuan(0 if refund else p.fen), "0.00",
                    given["no"], refund_number, yuan(given["fen"]), "0.00",
                    "ORIGINAL" if refund else "", refund["state"] if refund else "", p.what, "x",
                    "0.00", "0.60%", yuan(0 if refund else p.fen), yuan(given["fen"]), ""]

        lines = []
        for payment in self.payments.values():
            for p in payment["parts"]:
                if p.at and day_of(p.at) == day:
                    lines.append(line(p, p.at))
                for number, refund in p.refunds.items():
                    if refund["at"] and day_of(refund["at"]) == day:
                        lines.append(line(p, refund["at"], number, refund))
        return lines

    def tell_bill(self, query):
        assert query["bill_type"] == "ALL"
        lines = self.bill(self.lines_of(query["bill_date"]))
        if not lines:
            raise Refusal("NO_STATEMENT_EXIST")
        rows = ["".join(f",`{value}" for value in line)[1:] for line in lines]
        sums = ",".join(f"`{value}" for value in [len(rows)] + ["0.00"] * 6)
        self.bill_bytes = "\r\n".join([BILL_NAMES, *rows, SUM_NAMES, sums, ""]).encode()
        return {"hash_type": "SHA1", "hash_value": hashlib.sha1(self.bill_bytes).hexdigest(),
                "download_url": f"https://api.mch.weixin.qq.com/v3/billdownload/file?token=a%2Bb"}

    # --- what a buyer does, and notices ---

    def pay(self, number):
        for p in self.payments[number]["parts"]:
            assert p.state == "NOTPAY", p.state
            p.state, p.at = "SUCCESS", time.time()
            p.no = f"4200{int(p.at * 1000)}{secrets.randbelow(10 ** 6):06d}"

    def number_of(self, part_number):
        """Of the whole, whose part this is."""
        return next(n for n, payment in self.payments.items()
                    if any(p.number == part_number for p in payment["parts"]))

    def notice(self, matter, event="TRANSACTION.SUCCESS", kind="transaction", key=None, at=None,
               serial=None, api_key=API_KEY, probe=False):
        """(headers, body) of a notice."""
        nonce = secrets.token_hex(6)
        sealed = crypto.seal(api_key.encode(), nonce.encode(), kind.encode(), compact(matter))
        body = compact({"id": secrets.token_hex(16), "create_time": now_text(),
                        "resource_type": "encrypt-resource", "event_type": event, "summary": "x",
                        "resource": {"original_type": kind, "algorithm": "AEAD_AES_256_GCM",
                                     "ciphertext": base64.b64encode(sealed).decode(),
                                     "associated_data": kind, "nonce": nonce}})
        headers = {"Content-Type": "application/json", **self.signed(body, key, at, serial)}
        if probe:
            headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
        return headers, body

    def paid_notice(self, number, **wrong):
        how = {k: wrong.pop(k) for k in ("key", "at", "serial", "api_key", "probe") if k in wrong}
        return self.notice(self.told(number, **wrong), **how)

    def refund_notice(self, refund_number, status="SUCCESS"):
        thing = self.find("refunds", refund_number)
        thing["state"], thing["at"] = status, time.time()
        p = thing["part"]
        return self.notice(
            {"sp_mchid": MCHID, "sub_mchid": p.merchant, "out_trade_no": p.number,
             "transaction_id": p.no, "out_refund_no": refund_number, "refund_id": thing["no"],
             "refund_status": status, "success_time": now_text(),
             "amount": {"total": p.fen, "refund": thing["fen"], "payer_total": p.fen,
                        "payer_refund": thing["fen"]}},
            event=f"REFUND.{status}", kind="refund")

    def tell_paid(self, number, url, **wrong):
        headers, body = self.paid_notice(number, **wrong)
        return post(url, body, headers)
