/* Instructions: each is asked after first, and given when it is not known there. */
#include "base/enc.h"
#include "town/pay/wechat_inside.h"

enum { REASON_MAX = 80 };

typedef enum err read_fn(const json_t *j, struct pay_news *out, struct arena *arena,
                         struct err_info *info);

struct instruction {
    const char *ask;  /* the path of the question */
    const char *give; /* and of the instruction */
    json_t *body;     /* owned */
    read_fn *read;
    const char *provider_no; /* the member of its answer that is their number */
};

static json_t *words_of(const struct pay_do *d)
{
    return provider_json(d->why.n ? str_head(d->why, REASON_MAX) : d->number);
}

static struct instruction refund_of(const struct wechat *w, const struct pay_do *d, struct str sub,
                                    struct arena *arena)
{
    return (struct instruction){
        arena_printf(arena, "/v3/ecommerce/refunds/out-refund-no/%.*s?sub_mchid=%.*s",
                     STR_ARG(d->number), STR_ARG(sub)),
        "/v3/ecommerce/refunds/apply",
        json_pack("{s:o, s:s, s:o, s:o, s:o, s:{s:I, s:I, s:s}, s:o}", "sub_mchid",
                  provider_json(d->merchant), "sp_appid", w->appid, "out_trade_no",
                  provider_json(d->payment_number), "out_refund_no", provider_json(d->number),
                  "reason", words_of(d), "amount", "refund", (json_int_t)d->amount_fen, "total",
                  (json_int_t)d->paid_fen, "currency", "CNY", "notify_url",
                  provider_json(d->notice_url)),
        wechat_read_refund, "refund_id"};
}

/* Merchants have numbers; who has none is a person, known by an openid of our app. */
static const char *type_of(struct str receiver)
{
    for (size_t i = 0; i < receiver.n; i++)
        if (receiver.p[i] < '0' || receiver.p[i] > '9')
            return "PERSONAL_OPENID";
    return "MERCHANT_ID";
}

static const char *share_path(const struct pay_do *d, struct str sub, struct arena *arena)
{
    struct str no = enc_percent(arena, d->provider_no);
    return arena_printf(
        arena,
        "/v3/ecommerce/profitsharing/orders?sub_mchid=%.*s&transaction_id=%.*s&out_order_no=%.*s",
        STR_ARG(sub), STR_ARG(no), STR_ARG(d->number));
}

static struct instruction share_of(const struct wechat *w, const struct pay_do *d, struct str sub,
                                   struct arena *arena)
{
    return (struct instruction){
        share_path(d, sub, arena), "/v3/ecommerce/profitsharing/orders",
        json_pack("{s:s, s:o, s:o, s:o, s:[{s:s, s:o, s:I, s:o}], s:b}", "appid", w->appid,
                  "sub_mchid", provider_json(d->merchant), "transaction_id",
                  provider_json(d->provider_no), "out_order_no", provider_json(d->number),
                  "receivers", "type", type_of(d->receiver), "receiver_account",
                  provider_json(d->receiver), "amount", (json_int_t)d->amount_fen, "description",
                  words_of(d), "finish", 0),
        wechat_read_share, "order_id"};
}

static struct instruction return_of(const struct pay_do *d, struct str sub, struct arena *arena)
{
    return (struct instruction){
        arena_printf(arena,
                     "/v3/ecommerce/profitsharing/"
                     "returnorders?sub_mchid=%.*s&out_order_no=%.*s&out_return_no=%.*s",
                     STR_ARG(sub), STR_ARG(d->share_number), STR_ARG(d->number)),
        "/v3/ecommerce/profitsharing/returnorders",
        json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "sub_mchid", provider_json(d->merchant),
                  "out_order_no", provider_json(d->share_number), "out_return_no",
                  provider_json(d->number), "return_mchid", provider_json(d->receiver), "amount",
                  (json_int_t)d->amount_fen, "description", words_of(d)),
        wechat_read_share_return, "return_no"};
}

static struct instruction release_of(const struct pay_do *d, struct str sub, struct arena *arena)
{
    return (struct instruction){
        share_path(d, sub, arena), "/v3/ecommerce/profitsharing/finish-order",
        json_pack("{s:o, s:o, s:o, s:o}", "sub_mchid", provider_json(d->merchant), "transaction_id",
                  provider_json(d->provider_no), "out_order_no", provider_json(d->number),
                  "description", words_of(d)),
        wechat_read_share, "order_id"};
}

static struct instruction instruction_of(const struct wechat *w, const struct pay_do *d,
                                         struct arena *arena)
{
    struct str sub = enc_percent(arena, d->merchant);
    switch (d->what) {
    case PAY_DO_REFUND: return refund_of(w, d, sub, arena);
    case PAY_DO_SHARE: return share_of(w, d, sub, arena);
    case PAY_DO_SHARE_RETURN: return return_of(d, sub, arena);
    case PAY_DO_RELEASE: break;
    }
    return release_of(d, sub, arena);
}

/* How it stands. ERR_NOT_FOUND: nobody has asked for it. */
static enum err ask(const struct wechat *w, const struct instruction *i, const struct pay_do *d,
                    struct pay_news *out, struct arena *arena, struct err_info *info)
{
    json_t *answer;
    enum err e = wechat_call(w, "GET", i->ask, NULL, &answer, arena, info);
    if (e)
        return e;
    e = i->read(answer, out, arena, info);
    json_decref(answer);
    if (!e && !str_eq(out->number, d->number)) {
        info->text = "an answer about something else";
        return ERR_IO;
    }
    return e && e != ERR_NOMEM ? ERR_IO : e; /* what cannot be read is no refusal */
}

static enum err give(const struct wechat *w, const struct instruction *i, const struct pay_do *d,
                     struct pay_news *out, struct arena *arena, struct err_info *info)
{
    json_t *answer;
    enum err e = wechat_call(w, "POST", i->give, i->body, &answer, arena, info);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
    *out = (struct pay_news){
        .of = d->what == PAY_DO_REFUND ? PAY_OF_REFUND : PAY_OF_SHARE,
        .is = PAY_IS_OPEN,
        .number = d->number,
        .provider_no = provider_text(answer, i->provider_no, 2 * WECHAT_ID_MAX, arena),
        .amount_fen = d->amount_fen,
    };
    json_decref(answer);
    return OK;
}

enum err wechat_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                          struct arena *arena, struct err_info *info)
{
    const struct wechat *w = conf;
    struct instruction i = instruction_of(w, what, arena);
    enum err e = i.body && !arena_failed(arena) ? OK : ERR_NOMEM;
    if (!e)
        e = ask(w, &i, what, out, arena, info);
    if (e == ERR_NOT_FOUND)
        e = give(w, &i, what, out, arena, info);
    json_decref(i.body);
    if (!e && !out->merchant.n)
        out->merchant = what->merchant;
    if (!e && what->what == PAY_DO_RELEASE && out->amount_fen == 0) /* they need not say */
        out->amount_fen = what->amount_fen;
    return e;
}
