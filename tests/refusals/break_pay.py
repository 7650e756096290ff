"""Each refusal of what payment providers send, broken once (breaking.py): break_pay.py SOURCE [WORD...]"""
from breaking import main

WECHAT, ALIPAY, BOTH = "pay_test_wechat", "pay_test_alipay", "pay_test_providers"


def over_http(cls, case):
    return [f"pay/test_providers_http.py {cls}.test_{case}"]


NOT_THEIRS = "an_answer_that_is_not_theirs_is_no_answer"
VERIFY, RESOURCE, READ, HEARD, BILL = (f"town/pay/wechat_{name}.c" for name in ("verify", "resource", "read", "notice", "bill"))
FORM, NOTICE, ROWS, TRADE = (f"town/pay/alipay_{name}.c" for name in ("verify", "notice", "bill", "payment"))
RSA, CONF, TIME = (f"town/pay/{name}.c" for name in ("provider_rsa", "provider_conf", "provider_time"))
HTTP, YUAN = "town/ask.c", "town/yuan.c"


def amounts_and_times():
    yield from [
        (YUAN, "if (decimals.n < 1 || decimals.n > 2)", "if (decimals.n < 1)", [BOTH]),
        (YUAN, "(whole.n > 1 && whole.p[0] == '0')", "false", [BOTH]),
        (YUAN, "if (!is_digit(whole.p[i]))", "if (whole.p[i] == '.')", [BOTH]),
        (YUAN, "if (value > YUAN_FEN_MAX)", "if (false)", [BOTH]),
        (TIME, "read_zone(rest, &zone)", "read_zone(rest, &(int){0})", [BOTH]),
        (TIME, "text.p[DATE] != ' ' || rest.n > 0", "text.p[DATE] != ' '", [BOTH]),
    ]


def keys():
    yield from [
        (RSA, "bits < BITS_MIN", "bits < 512", [BOTH]),
        (RSA, "EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||", "", [BOTH]),
        (RSA, "return ok ? OK : ERR_FORBIDDEN;", "return OK;", [BOTH]),
        (CONF, "|| !ask_url_ok(value)", "", [BOTH]),
        (CONF, "bit = 1u << k & allowed;", "bit = 1u << k;", [BOTH]),
        ("town/pay/wechat.c", 'return k->id[0] ? OK', "return true ? OK", [BOTH]),
    ]


def the_wire():
    yield from [
        (HTTP, "CURLOPT_SSL_VERIFYPEER, 1L", "CURLOPT_SSL_VERIFYPEER, 0L",
         over_http("Wire", "a_certificate_that_nobody_vouches_for_is_refused")),
        (HTTP, "part_is(url, CURLUPART_HOST, here)", "true", [BOTH]),
        (HTTP, "!has_part(url, CURLUPART_USER)", "true", [BOTH]),
        (HTTP, "CURLOPT_FOLLOWLOCATION, 0L", "CURLOPT_FOLLOWLOCATION, 1L", over_http("WechatPays", NOT_THEIRS)),
        ("town/pay/wechat_call.c", "if (!is_done && !s.signature.n)", "if (!s.signature.n)", over_http("WechatPays", NOT_THEIRS)),
        ("town/pay/wechat_call.c", "if (!wechat_verify(w, &s, clock_wall_ms(), &why))", "(void)why; if (true)",
         over_http("WechatPays", NOT_THEIRS)),
        ("town/pay/alipay_call.c", "e = alipay_verify(a, raw, sign, arena);", "(void)a;", over_http("AlipayPays", NOT_THEIRS)),
        ("town/pay/wechat_call.c", "if (status == 401)", "if (false)",
         over_http("WechatPays", "a_wrong_key_of_ours_is_no_word_on_the_payment")),
        ("town/pay/wechat_statement.c", "enc_equal(wanted, is, SHA1_BYTES)", "true", over_http("WechatPays", "the_statement")),
        ("town/pay/wechat_do.c", "    if (e == ERR_NOT_FOUND)\n        e = give", "    if (!e || e == ERR_NOT_FOUND)\n        e = give",
         over_http("WechatPays", "a_refund_after_sharing_takes_the_share_back_first")),
        (TRADE, "*out = was_paid ? PAY_IS_DONE : PAY_IS_CLOSED;", "*out = was_paid ? PAY_IS_CLOSED : PAY_IS_CLOSED;",
         over_http("AlipayPays", "a_refund_after_sharing_takes_the_share_back_first")),
        ("town/pay/alipay_do.c", "d->paid_fen - d->refunded_fen : 0", "d->paid_fen : 0",
         over_http("AlipayPays", "a_part_that_went_back_is_not_confirmed")),
    ]


def wechat():
    yield from [
        (VERIFY, "at_s * 1000 < now_ms - WECHAT_WINDOW_MS ||", "", [WECHAT]),
        (VERIFY, "|| at_s * 1000 > now_ms + WECHAT_WINDOW_MS)", ")", [WECHAT]),
        (VERIFY, 'return forbid(info, "a probe with a wrong signature");', "(void)0;", [WECHAT]),
        (VERIFY, "if (str_eq_z(serial, w->platform[i].id))", "if (serial.n)", [WECHAT]),
        (VERIFY, "buf_str(&message, s->nonce);", "", [WECHAT]),
        (VERIFY, 'return e == ERR_NOMEM ? e : forbid(info, "a wrong signature");', "(void)e;", [WECHAT]),
        (RESOURCE, "EVP_DecryptFinal_ex(c, out + n, &last) == 1;", "true;", [WECHAT]),
        (RESOURCE, "if (nonce.n != NONCE ||", "if (", [WECHAT]),
        (READ, 'return wrong(info, ERR_FORBIDDEN, "combine_mchid");', "(void)w;", [WECHAT]),
        (READ, 'return wrong(info, ERR_FORBIDDEN, "combine_appid");', "(void)w;", [WECHAT]),
        (READ, "json_array_size(parts) > max", "false", [WECHAT]),
        (READ, 'if (!is_cny(amount, "currency"))', "if (false)", [WECHAT]),
        (READ, "json_is_integer(v) && *out >= 0", "json_is_integer(v)", [WECHAT]),
        (READ, "if (out->is == PAY_IS_DONE && (!has_amount ||", "(void)has_amount; if (out->is == PAY_IS_DONE && (", [WECHAT]),
        (READ, "if (json_array_size(receivers) > 1)", "if (false)", [WECHAT]),
        (HEARD, "if (in->body.n > PAY_NOTICE_MAX)", "if (false)", [WECHAT]),
        (HEARD, 'if (!str_eq_z(provider_text(j, "sp_mchid", WECHAT_ID_MAX, arena), w->mchid)) {', "if (!w) {", [WECHAT]),
        (BILL, "return n == columns;", "return n > 0;", [WECHAT]),
        (BILL, "count != (int64_t)b->rows", "count < 0", [WECHAT]),
        (BILL, "if (!str_is_utf8(bytes))", "if (false)", [WECHAT]),
        (BILL, "return OK; /* nothing went back */", "(void)refund;", [WECHAT]),
    ]


def alipay():
    yield from [
        (FORM, "if (to && to->n)", "if (false)", [ALIPAY]),
        (FORM, "if (c.at != body.n)", "if (false)", [ALIPAY]),
        (FORM, 'return wrong(info, ERR_FORBIDDEN, "not signed by RSA2");', "(void)0;", [ALIPAY]),
        (FORM, 'return wrong(info, ERR_SYNTAX, "a parameter twice");', "(void)0;", [ALIPAY]),
        (FORM, "return sign.n && !provider_rsa_verify(a->alipay_key, text, sign)", "return sign.n", [ALIPAY]),
        (FORM, "|| !str_is_utf8(text)", "", [ALIPAY]),
        (NOTICE, 'return wrong(info, ERR_FORBIDDEN, "seller_id");', "(void)a;", [ALIPAY]),
        (NOTICE, 'if (alipay_param_get(p, "gmt_refund").n ||', "if (", [ALIPAY]),
        (NOTICE, "if (in->body.n > PAY_NOTICE_MAX)", "if (false)", [ALIPAY]),
        (NOTICE, "out->is = paid_at.n ? PAY_IS_DONE : PAY_IS_CLOSED;", "out->is = PAY_IS_DONE;", [ALIPAY]),
        (ROWS, 'if (is_refund && str_starts(text, "-"))', 'if (str_starts(text, "-"))', [ALIPAY]),
        (ROWS, 'return wrong(b, info, names[ALIPAY_KIND]);', "(void)0;", [ALIPAY]),
        (ROWS, "if (!number.n || number.n > ALIPAY_NO_MAX", "if (number.n > ALIPAY_NO_MAX", [ALIPAY]),
    ]


def table():
    for part in (amounts_and_times, keys, the_wire, wechat, alipay):
        yield from part()


if __name__ == "__main__":
    main(table)
