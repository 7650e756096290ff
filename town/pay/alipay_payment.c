/* Opening a payment, asking after it and closing it. */
#include "town/pay/alipay_inside.h"
#include "town/pay/provider_time.h"
#include "town/yuan.h"

enum { SUBJECT_MAX = 128, QR_MAX = 1024, STATE_MAX = 32, TIME_MAX = 32 };

/* --- opening --- */

struct product {
    const char *method, *code;
    bool is_page; /* the browser takes the request there */
};

static struct product product_of(const struct alipay *a, enum pay_channel c)
{
    if (c == PAY_H5)
        return (struct product){"alipay.trade.wap.pay", "QUICK_WAP_WAY", true};
    if (a->native_is_page)
        return (struct product){"alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY", true};
    return (struct product){"alipay.trade.precreate", "FACE_TO_FACE_PAYMENT", false};
}

/* They refuse '/', '=' and '&' in it. */
static json_t *subject_of(struct str what, struct arena *arena)
{
    struct str head = str_head(what, SUBJECT_MAX);
    char *text = arena_strndup(arena, head.p, head.n);
    for (char *p = text; p && *p; p++)
        if (*p == '/' || *p == '=' || *p == '&')
            *p = ' ';
    return text ? json_string(text) : NULL;
}

/* The money stays where it is until it is released, or so many days have passed. The merchant comes
 * back with the notice, which else would not say whose the order is. */
static json_t *biz_of(const struct alipay *a, const struct pay_ask *ask, const char *product,
                      struct arena *arena)
{
    const struct pay_ask_part *p = &ask->parts[0];
    char amount[YUAN_TEXT], expires[PROVIDER_TIME_TEXT], period[16];
    yuan_text(p->amount_fen, amount);
    provider_time_plain(ask->expires_ms, expires);
    snprintf(period, sizeof(period), "%dd", a->settle_days);
    return json_pack("{s:o, s:s, s:o, s:s, s:s, s:o, s:{s:o}, s:{s:[{s:s, s:s}], s:s}}",
                     "out_trade_no", provider_json(p->number), "total_amount", amount, "subject",
                     subject_of(p->what, arena), "product_code", product, "time_expire", expires,
                     "passback_params", provider_json(p->merchant), "sub_merchant", "merchant_id",
                     provider_json(p->merchant), "settle_info", "settle_detail_infos",
                     "trans_in_type", "defaultSettle", "amount", amount, "settle_period_time",
                     period);
}

static enum err go_page(const struct alipay *a, const struct pay_ask *ask, const char *method,
                        const json_t *biz, struct pay_opened *out, struct arena *arena)
{
    struct str query;
    enum err e = alipay_request(a, method, biz, ask->notice_url, ask->return_url, arena, &query);
    if (e)
        return e;
    const char *url = arena_printf(arena, "%s?%.*s", a->base_url, STR_ARG(query));
    *out = (struct pay_opened){PAY_GO_URL, str_of(url)};
    return url ? OK : ERR_NOMEM;
}

static enum err go_qr(const struct alipay *a, const struct pay_ask *ask, const char *method,
                      const json_t *biz, struct pay_opened *out, struct arena *arena,
                      struct err_info *info)
{
    json_t *answer;
    enum err e = alipay_call(a, method, biz, ask->notice_url, &answer, arena, info);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
    *out = (struct pay_opened){PAY_GO_QR, provider_text(answer, "qr_code", QR_MAX, arena)};
    json_decref(answer);
    if (!out->text.n)
        info->text = "an answer without a code";
    return out->text.n ? OK : ERR_IO;
}

enum err alipay_open(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                     struct arena *arena, struct err_info *info)
{
    const struct alipay *a = conf;
    struct product p = product_of(a, ask->channel);
    if (ask->n != 1 || !(a->channels >> ask->channel & 1)) {
        info->text = "a channel that is not set, or several orders at once";
        return ERR_UNSUPPORTED;
    }
    json_t *biz = biz_of(a, ask, p.code, arena);
    if (!biz)
        return ERR_NOMEM;
    enum err e = p.is_page ? go_page(a, ask, p.method, biz, out, arena)
                           : go_qr(a, ask, p.method, biz, out, arena, info);
    json_decref(biz);
    return e;
}

/* --- asking --- */

/* A trade is closed when nobody paid it in time, and also when all of it went back. */
static bool read_state(struct str state, bool was_paid, enum pay_news_is *out)
{
    if (str_eq_z(state, "WAIT_BUYER_PAY"))
        *out = PAY_IS_OPEN;
    else if (str_eq_z(state, "TRADE_SUCCESS") || str_eq_z(state, "TRADE_FINISHED"))
        *out = PAY_IS_DONE;
    else if (str_eq_z(state, "TRADE_CLOSED"))
        *out = was_paid ? PAY_IS_DONE : PAY_IS_CLOSED;
    else
        return false;
    return true;
}

static enum err read_trade(const json_t *j, const struct pay_ask_part *p, struct pay_news *out,
                           struct arena *arena, struct err_info *info)
{
    struct str paid_at = provider_text(j, "send_pay_date", TIME_MAX, arena);
    out->provider_no = provider_text(j, "trade_no", ALIPAY_NO_MAX, arena);
    bool has_amount = alipay_fen(j, "total_amount", &out->amount_fen);
    if (str_eq(provider_text(j, "out_trade_no", ALIPAY_NO_MAX, arena), p->number) &&
        read_state(provider_text(j, "trade_status", STATE_MAX, arena), paid_at.n > 0, &out->is) &&
        (out->is != PAY_IS_DONE || (has_amount && out->provider_no.n)) &&
        (!paid_at.n || !provider_time_read(paid_at, &out->at_ms)))
        return OK;
    info->text = "an answer not as specified";
    return ERR_IO;
}

/* A trade is there only once the buyer has come to it: none is not a closed one. */
enum err alipay_look(void *conf, const struct pay_ask *ask, struct pay_news news[PAY_PARTS_MAX],
                     struct arena *arena, struct err_info *info)
{
    const struct alipay *a = conf;
    const struct pay_ask_part *p = &ask->parts[0];
    json_t *answer, *biz = json_pack("{s:o}", "out_trade_no", provider_json(p->number));
    if (ask->n != 1) {
        json_decref(biz);
        return ERR_UNSUPPORTED;
    }
    news[0] = (struct pay_news){.of = PAY_OF_PAYMENT, .number = p->number, .merchant = p->merchant};
    enum err e = alipay_call(a, "alipay.trade.query", biz, STR_NONE, &answer, arena, info);
    json_decref(biz);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (!e)
        e = read_trade(answer, p, &news[0], arena, info);
    json_decref(answer);
    return e;
}

/* --- closing --- */

/* One that does not exist cannot be closed; its time_expire ends what could still open it. */
enum err alipay_close(void *conf, const struct pay_ask *ask, struct arena *arena,
                      struct err_info *info)
{
    const struct alipay *a = conf;
    struct pay_news news[PAY_PARTS_MAX];
    json_t *answer, *biz = json_pack("{s:o}", "out_trade_no", provider_json(ask->parts[0].number));
    enum err e = alipay_call(a, "alipay.trade.close", biz, STR_NONE, &answer, arena, info);
    json_decref(biz);
    json_decref(answer);
    if (e == ERR_NOT_FOUND)
        return OK;
    /* Refused: it is paid, or it is closed. */
    if (e == ERR_CONFLICT && !alipay_look(conf, ask, news, arena, info) &&
        news[0].is == PAY_IS_CLOSED)
        return OK;
    return e;
}
