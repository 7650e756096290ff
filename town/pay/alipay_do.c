/* Instructions: each is asked after first, and given when it is not done there. */
#include "base/clock.h"
#include "town/pay/alipay_inside.h"
#include "town/ask.h"
#include "town/pay/provider_time.h"
#include "town/yuan.h"

enum { REASON_MAX = 120, STATE_MAX = 32, TIME_MAX = 32, WORDS_BYTES_MAX = 512 };

static json_t *words_of(const struct pay_do *d)
{
    return provider_json(d->why.n ? str_head(d->why, REASON_MAX) : d->number);
}

/* Sixteen digits from 2088 on are an account; anything else is what somebody logs in by. */
static const char *type_of(struct str account)
{
    return account.n == 16 && str_starts(account, "2088") ? "userId" : "loginName";
}

static struct pay_news news_of(const struct pay_do *d, enum pay_news_is is)
{
    return (struct pay_news){
        .of = d->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
        .is = is,
        .number = d->number,
        .merchant = d->merchant,
        .amount_fen = d->amount_fen,
        .at_ms = is == PAY_IS_DONE ? clock_wall_ms() : 0,
    };
}

/* `biz` is released. */
static enum err call(const struct alipay *a, const char *method, json_t *biz, json_t **answer,
                     struct arena *arena, struct err_info *info)
{
    enum err e = alipay_call(a, method, biz, STR_NONE, answer, arena, info);
    json_decref(biz);
    return e;
}

static enum err unreadable(struct err_info *info)
{
    info->text = "an answer not as specified";
    return ERR_IO;
}

/* --- refunds, and shares that go back --- */

/* *answer: NULL when nothing is known of this request. */
static enum err ask_refund(const struct alipay *a, const struct pay_do *d, json_t **answer,
                           struct arena *arena, struct err_info *info)
{
    json_t *biz =
        json_pack("{s:o, s:o, s:[s]}", "out_trade_no", provider_json(d->payment_number),
                  "out_request_no", provider_json(d->number), "query_options", "gmt_refund_pay");
    enum err e = call(a, "alipay.trade.fastpay.refund.query", biz, answer, arena, info);
    if (e)
        return e;
    bool is_known =
        json_object_get(*answer, "refund_status") || json_object_get(*answer, "error_code");
    if (is_known &&
        !str_eq(provider_text(*answer, "out_request_no", ALIPAY_NO_MAX, arena), d->number)) {
        json_decref(*answer);
        *answer = NULL;
        return unreadable(info);
    }
    if (!is_known) {
        json_decref(*answer);
        *answer = NULL;
    }
    return OK;
}

static enum err read_refund(const json_t *j, const struct pay_do *d, struct pay_news *out,
                            struct arena *arena, struct err_info *info)
{
    struct str at = provider_text(j, "gmt_refund_pay", TIME_MAX, arena);
    struct str failed = provider_text(j, "error_code", WORDS_BYTES_MAX, arena);
    if (failed.n) {
        *out = news_of(d, PAY_IS_FAILED);
        out->text = str_of(provider_words(arena, failed));
        return OK;
    }
    bool is_done = str_eq_z(provider_text(j, "refund_status", STATE_MAX, arena), "REFUND_SUCCESS");
    *out = news_of(d, is_done ? PAY_IS_DONE : PAY_IS_OPEN);
    out->provider_no = provider_text(j, "trade_no", ALIPAY_NO_MAX, arena);
    if (!alipay_fen(j, "refund_amount", &out->amount_fen) ||
        (at.n && provider_time_read(at, &out->at_ms)))
        return unreadable(info);
    return OK;
}

static enum err refund(const struct alipay *a, const struct pay_do *d, struct pay_news *out,
                       struct arena *arena, struct err_info *info)
{
    char amount[YUAN_TEXT];
    json_t *answer;
    enum err e = ask_refund(a, d, &answer, arena, info);
    if (e && e != ERR_CONFLICT && e != ERR_NOT_FOUND)
        return e;
    if (!e && answer) {
        e = read_refund(answer, d, out, arena, info);
        json_decref(answer);
        return e;
    }
    yuan_text(d->amount_fen, amount);
    e = call(a, "alipay.trade.refund",
             json_pack("{s:o, s:o, s:s, s:o}", "out_trade_no", provider_json(d->payment_number),
                       "out_request_no", provider_json(d->number), "refund_amount", amount,
                       "refund_reason", words_of(d)),
             &answer, arena, info);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
    /* "N" may be one that was done before, or is under way: the next question tells. */
    bool is_done = str_eq_z(provider_text(answer, "fund_change", STATE_MAX, arena), "Y");
    *out = news_of(d, is_done ? PAY_IS_DONE : PAY_IS_OPEN);
    out->provider_no = provider_text(answer, "trade_no", ALIPAY_NO_MAX, arena);
    json_decref(answer);
    return OK;
}

/* What became of the receiver's part of a refund. */
static enum err read_returned(const json_t *j, const struct pay_do *d, struct pay_news *out,
                              struct arena *arena, struct err_info *info)
{
    const json_t *one = json_array_get(json_object_get(j, "refund_royaltys"), 0);
    struct str result = provider_text(one, "result_code", STATE_MAX, arena);
    *out = news_of(d, PAY_IS_OPEN);
    if (!one || !result.n)
        return OK;
    out->is = str_eq_z(result, "SUCCESS") ? PAY_IS_DONE : PAY_IS_FAILED;
    if (out->is == PAY_IS_FAILED)
        out->text = str_of(provider_words(arena, result));
    else
        out->at_ms = clock_wall_ms();
    return alipay_fen(one, "refund_amount", &out->amount_fen) ? OK : unreadable(info);
}

static enum err share_return(const struct alipay *a, const struct pay_do *d, struct pay_news *out,
                             struct arena *arena, struct err_info *info)
{
    char amount[YUAN_TEXT];
    json_t *answer;
    enum err e = ask_refund(a, d, &answer, arena, info);
    if (e && e != ERR_CONFLICT && e != ERR_NOT_FOUND)
        return e;
    if (!e && answer) {
        e = read_returned(answer, d, out, arena, info);
        json_decref(answer);
        return e;
    }
    yuan_text(d->amount_fen, amount);
    e = call(a, "alipay.trade.refund",
             json_pack("{s:o, s:o, s:s, s:o, s:[{s:s, s:o, s:s, s:s, s:o}]}", "out_trade_no",
                       provider_json(d->payment_number), "out_request_no", provider_json(d->number),
                       "refund_amount", "0.00", "refund_reason", words_of(d),
                       "refund_royalty_parameters", "royalty_type", "transfer", "trans_out",
                       provider_json(d->receiver), "trans_out_type", type_of(d->receiver), "amount",
                       amount, "desc", words_of(d)),
             &answer, arena, info);
    json_decref(answer);
    *out = news_of(d, PAY_IS_OPEN);
    return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

/* --- shares and release --- */

/* Before the first share the trade is confirmed, and its money kept. Under a number of its own, so
 * that it is done once; one that was confirmed before is refused, and what follows tells. */
static enum err confirm(const struct alipay *a, const struct pay_do *d, struct arena *arena,
                        struct err_info *info)
{
    char amount[YUAN_TEXT];
    json_t *answer;
    const char *number = arena_printf(arena, "C%.*s", STR_ARG(d->payment_number));
    if (!number)
        return ERR_NOMEM;
    yuan_text(d->paid_fen > d->refunded_fen ? d->paid_fen - d->refunded_fen : 0, amount);
    enum err e =
        call(a, "alipay.trade.settle.confirm",
             json_pack("{s:o, s:s, s:{s:[{s:s, s:s}]}, s:{s:s}}", "trade_no",
                       provider_json(d->provider_no), "out_request_no", number, "settle_info",
                       "settle_detail_infos", "trans_in_type", "defaultSettle", "amount", amount,
                       "extend_params", "royalty_freeze", "true"),
             &answer, arena, info);
    json_decref(answer);
    return e == ERR_CONFLICT ? OK : e;
}

static enum err read_share(const json_t *j, const struct pay_do *d, struct pay_news *out,
                           struct arena *arena, struct err_info *info)
{
    const json_t *one = json_array_get(json_object_get(j, "royalty_detail_list"), 0);
    struct str state = provider_text(one, "state", STATE_MAX, arena);
    struct str at = provider_text(one, "execute_dt", TIME_MAX, arena);
    *out = news_of(d, PAY_IS_OPEN);
    out->provider_no = provider_text(one, "detail_id", ALIPAY_NO_MAX, arena);
    if (str_eq_z(state, "SUCCESS"))
        *out = news_of(d, PAY_IS_DONE);
    else if (str_eq_z(state, "FAIL")) {
        out->is = PAY_IS_FAILED;
        out->text =
            str_of(provider_words(arena, provider_text(one, "error_desc", WORDS_BYTES_MAX, arena)));
    } else if (!str_eq_z(state, "PROCESSING"))
        return unreadable(info);
    if (!alipay_fen(one, "amount", &out->amount_fen) ||
        (at.n && provider_time_read(at, &out->at_ms)))
        return unreadable(info);
    return OK;
}

static enum err share(const struct alipay *a, const struct pay_do *d, struct pay_news *out,
                      struct arena *arena, struct err_info *info)
{
    char amount[YUAN_TEXT];
    json_t *answer;
    enum err e = call(a, "alipay.trade.order.settle.query",
                      json_pack("{s:o, s:o}", "out_request_no", provider_json(d->number),
                                "trade_no", provider_json(d->provider_no)),
                      &answer, arena, info);
    if (e && e != ERR_CONFLICT && e != ERR_NOT_FOUND)
        return e;
    bool is_known = !e && json_array_size(json_object_get(answer, "royalty_detail_list")) > 0;
    if (is_known)
        e = read_share(answer, d, out, arena, info);
    json_decref(answer);
    if (is_known)
        return e;
    e = confirm(a, d, arena, info);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
    yuan_text(d->amount_fen, amount);
    e = call(a, "alipay.trade.order.settle",
             json_pack("{s:o, s:o, s:s, s:[{s:s, s:s, s:o, s:s, s:o}]}", "out_request_no",
                       provider_json(d->number), "trade_no", provider_json(d->provider_no),
                       "royalty_mode", "async", "royalty_parameters", "royalty_type", "transfer",
                       "trans_in_type", type_of(d->receiver), "trans_in",
                       provider_json(d->receiver), "amount", amount, "desc", words_of(d)),
             &answer, arena, info);
    json_decref(answer);
    *out = news_of(d, PAY_IS_OPEN);
    return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

/* The end of sharing: what is left is the merchant's. Done when it is answered. */
static enum err release(const struct alipay *a, const struct pay_do *d, struct pay_news *out,
                        struct arena *arena, struct err_info *info)
{
    json_t *answer = NULL;
    enum err e = confirm(a, d, arena, info);
    if (!e)
        e = call(a, "alipay.trade.order.settle",
                 json_pack("{s:o, s:o, s:{s:s}}", "out_request_no", provider_json(d->number),
                           "trade_no", provider_json(d->provider_no), "extend_params",
                           "royalty_finish", "true"),
                 &answer, arena, info);
    json_decref(answer);
    *out = news_of(d, PAY_IS_DONE);
    return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

enum err alipay_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                          struct arena *arena, struct err_info *info)
{
    switch (what->what) {
    case PAY_DO_REFUND: return refund(conf, what, out, arena, info);
    case PAY_DO_SHARE: return share(conf, what, out, arena, info);
    case PAY_DO_SHARE_RETURN: return share_return(conf, what, out, arena, info);
    case PAY_DO_RELEASE: break;
    }
    return release(conf, what, out, arena, info);
}
