/*
 * Notices: a signed form. They are repeated for a day until "success" is answered, so that no
 * window of time is kept: what has been heard before is harmless.
 */
#include "town/pay/alipay_inside.h"
#include "town/ask.h"
#include "town/pay/provider_time.h"
#include "town/yuan.h"

static enum err wrong(struct err_info *info, enum err e, const char *what)
{
    *info = (struct err_info){.code = e, .field = what, .text = "not as specified"};
    return e;
}

static struct str limited(struct str s, size_t max)
{
    return s.n <= max ? s : STR_NONE;
}

/* The sum that has gone back is told, and not which request it was of: one to ask after. */
static enum err read_refund(const struct alipay_params *p, struct pay_news *out,
                            struct err_info *info)
{
    out->of = PAY_OF_REFUND;
    out->is = PAY_IS_OPEN;
    out->amount_fen = 0;
    out->number = limited(alipay_param_get(p, "out_biz_no"), PAY_NUMBER_MAX);
    return out->number.n ? OK : wrong(info, ERR_SYNTAX, "out_biz_no");
}

static enum err read_payment(const struct alipay_params *p, struct pay_news *out,
                             struct err_info *info)
{
    struct str state = alipay_param_get(p, "trade_status");
    struct str paid_at = alipay_param_get(p, "gmt_payment");
    if (str_eq_z(state, "TRADE_SUCCESS") || str_eq_z(state, "TRADE_FINISHED"))
        out->is = PAY_IS_DONE;
    else if (str_eq_z(state, "TRADE_CLOSED"))
        out->is = paid_at.n ? PAY_IS_DONE : PAY_IS_CLOSED;
    else if (str_eq_z(state, "WAIT_BUYER_PAY"))
        out->is = PAY_IS_OPEN;
    else
        return wrong(info, ERR_SYNTAX, "trade_status");
    if (yuan_read(alipay_param_get(p, "total_amount"), &out->amount_fen))
        return wrong(info, ERR_SYNTAX, "total_amount");
    if (paid_at.n && provider_time_read(paid_at, &out->at_ms))
        return wrong(info, ERR_SYNTAX, "gmt_payment");
    return OK;
}

enum err alipay_read_notice(const struct alipay *a, const struct alipay_params *p,
                            struct pay_news *out, struct err_info *info)
{
    if (!str_eq_z(alipay_param_get(p, "app_id"), a->app_id))
        return wrong(info, ERR_FORBIDDEN, "app_id");
    if (a->seller_id[0] && !str_eq_z(alipay_param_get(p, "seller_id"), a->seller_id))
        return wrong(info, ERR_FORBIDDEN, "seller_id");
    *out = (struct pay_news){
        .of = PAY_OF_PAYMENT,
        .number = limited(alipay_param_get(p, "out_trade_no"), PAY_NUMBER_MAX),
        .merchant = limited(alipay_param_get(p, "passback_params"), ALIPAY_ID_MAX),
        .provider_no = limited(alipay_param_get(p, "trade_no"), ALIPAY_NO_MAX),
    };
    if (!out->number.n || !out->provider_no.n)
        return wrong(info, ERR_SYNTAX, "out_trade_no");
    if (alipay_param_get(p, "gmt_refund").n || alipay_param_get(p, "refund_fee").n)
        return read_refund(p, out, info);
    return read_payment(p, out, info);
}

enum err alipay_notice(void *conf, const struct pay_notice *in, struct pay_heard *out,
                       struct arena *arena, struct err_info *info)
{
    const struct alipay *a = conf;
    struct alipay_params p;
    *out = (struct pay_heard){
        .yes_type = STR("text/plain"),
        .yes_body = STR("success"),
        .no_type = STR("text/plain"),
        .no_body = STR("failure"),
        .no_status = 500,
    };
    if (in->body.n > PAY_NOTICE_MAX)
        return ERR_TOO_LARGE;
    out->news = ARENA_NEW(arena, struct pay_news);
    if (!out->news)
        return ERR_NOMEM;
    enum err e = alipay_read_form(a, in->body, &p, arena, info);
    /* Of other kinds than trades (shares that were carried out): heard, and asked after anyway. */
    if (!e && !str_eq_z(alipay_param_get(&p, "notify_type"), "trade_status_sync"))
        return str_eq_z(alipay_param_get(&p, "app_id"), a->app_id)
                   ? OK
                   : wrong(info, ERR_FORBIDDEN, "app_id");
    if (!e)
        e = alipay_read_notice(a, &p, out->news, info);
    out->n = e ? 0 : 1;
    return e;
}
