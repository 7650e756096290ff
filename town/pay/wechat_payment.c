/* Opening a combined payment, asking after it and closing it. */
#include "base/clock.h"
#include "base/enc.h"
#include "town/pay/provider_time.h"
#include "town/pay/wechat_inside.h"

enum { WHAT_MAX = 127, URL_TEXT_MAX = 1024 };

static const char *const endings[] = {
    [PAY_NATIVE] = "native", [PAY_H5] = "h5", [PAY_JSAPI] = "jsapi"};

/* --- opening --- */

static json_t *part_of(const struct wechat *w, const struct pay_ask_part *p)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:{s:I, s:s}, s:{s:b}}", "mchid", w->mchid,
                     "sub_mchid", provider_json(p->merchant), "out_trade_no",
                     provider_json(p->number), "attach", provider_json(p->number), "description",
                     provider_json(str_head(p->what, WHAT_MAX)), "amount", "total_amount",
                     (json_int_t)p->amount_fen, "currency", "CNY", "settle_info", "profit_sharing",
                     1);
}

static json_t *parts_of(const struct wechat *w, const struct pay_ask *ask)
{
    json_t *parts = json_array();
    for (size_t i = 0; parts && i < ask->n; i++)
        if (json_array_append_new(parts, part_of(w, &ask->parts[i])) != 0) {
            json_decref(parts);
            return NULL;
        }
    return parts;
}

/* Who pays, and from where: what the channel asks for. False: no memory, or it is not known. */
static bool add_payer(json_t *body, const struct pay_ask *ask)
{
    if (ask->channel == PAY_JSAPI)
        return ask->payer.n &&
               json_object_set_new(body, "combine_payer_info",
                                   json_pack("{s:o}", "openid", provider_json(ask->payer))) == 0;
    if (ask->channel == PAY_H5)
        return ask->client_ip.n &&
               json_object_set_new(body, "scene_info",
                                   json_pack("{s:o, s:{s:s}}", "payer_client_ip",
                                             provider_json(ask->client_ip), "h5_info", "type",
                                             "Wap")) == 0;
    return true;
}

static json_t *body_of(const struct wechat *w, const struct pay_ask *ask)
{
    char expires[PROVIDER_TIME_TEXT];
    provider_time_rfc3339(ask->expires_ms, expires);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "combine_appid", w->appid, "combine_mchid",
                     w->mchid, "combine_out_trade_no", provider_json(ask->number), "sub_orders",
                     parts_of(w, ask), "notify_url", provider_json(ask->notice_url), "time_expire",
                     expires);
}

static enum err unlike(struct err_info *info)
{
    info->text = "an answer without what the channel needs";
    return ERR_IO;
}

/* The cashier's address, told where the buyer comes back to. */
static enum err go_h5(const struct pay_ask *ask, const json_t *j, struct pay_opened *out,
                      struct arena *arena, struct err_info *info)
{
    struct str url = provider_text(j, "h5_url", URL_TEXT_MAX, arena);
    if (!str_starts(url, "https://"))
        return unlike(info);
    struct str back = enc_percent(arena, ask->return_url);
    const char *text = ask->return_url.n ? arena_printf(arena, "%.*s&redirect_url=%.*s",
                                                        STR_ARG(url), STR_ARG(back))
                                         : url.p;
    *out = (struct pay_opened){PAY_GO_URL, str_of(text)};
    return text ? OK : ERR_NOMEM;
}

static enum err go_jsapi(const struct wechat *w, const json_t *j, struct pay_opened *out,
                         struct arena *arena, struct err_info *info)
{
    char nonce[WECHAT_NONCE + 1];
    struct str prepay = provider_text(j, "prepay_id", URL_TEXT_MAX, arena);
    if (!prepay.n)
        return unlike(info);
    wechat_nonce(nonce);
    out->go = PAY_GO_SCRIPT;
    return wechat_invoke(w, prepay, clock_wall_ms() / 1000, nonce, arena, &out->text);
}

static enum err go(const struct wechat *w, const struct pay_ask *ask, const json_t *j,
                   struct pay_opened *out, struct arena *arena, struct err_info *info)
{
    if (ask->channel == PAY_H5)
        return go_h5(ask, j, out, arena, info);
    if (ask->channel == PAY_JSAPI)
        return go_jsapi(w, j, out, arena, info);
    *out = (struct pay_opened){PAY_GO_QR, provider_text(j, "code_url", URL_TEXT_MAX, arena)};
    return out->text.n ? OK : unlike(info);
}

enum err wechat_open(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                     struct arena *arena, struct err_info *info)
{
    const struct wechat *w = conf;
    char path[WECHAT_PATH_MAX];
    json_t *answer = NULL, *body = body_of(w, ask);
    enum err e = OK;
    if (!body)
        return ERR_NOMEM;
    if (!(w->channels >> ask->channel & 1) || !add_payer(body, ask)) {
        info->text = "a channel that is not set, or without the payer";
        e = ERR_UNSUPPORTED;
    }
    snprintf(path, sizeof(path), "/v3/combine-transactions/%s", endings[ask->channel]);
    if (!e)
        e = wechat_call(w, "POST", path, body, &answer, arena, info);
    if (e == ERR_NOT_FOUND)
        e = ERR_CONFLICT;
    if (!e)
        e = go(w, ask, answer, out, arena, info);
    json_decref(answer);
    json_decref(body);
    return e;
}

/* --- asking --- */

/* What they say of the part with this number; NULL: nothing. */
static const struct pay_news *news_of(const struct pay_news *said, size_t n, struct str number)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(said[i].number, number))
            return &said[i];
    return NULL;
}

enum err wechat_look(void *conf, const struct pay_ask *ask, struct pay_news news[PAY_PARTS_MAX],
                     struct arena *arena, struct err_info *info)
{
    const struct wechat *w = conf;
    char path[WECHAT_PATH_MAX];
    struct pay_news said[PAY_PARTS_MAX];
    json_t *answer;
    size_t n = 0;
    snprintf(path, sizeof(path), "/v3/combine-transactions/out-trade-no/%.*s",
             STR_ARG(str_slice(ask->number, 0, PAY_NUMBER_MAX)));
    enum err e = wechat_call(w, "GET", path, NULL, &answer, arena, info);
    bool is_unknown = e == ERR_NOT_FOUND; /* the call that opened it may be under way still */
    if (is_unknown)
        e = OK;
    else if (!e)
        e = wechat_read_payment(w, answer, said, PAY_PARTS_MAX, &n, arena, info);
    json_decref(answer);
    for (size_t i = 0; !e && i < ask->n; i++) {
        const struct pay_news *one = news_of(said, n, ask->parts[i].number);
        news[i] = (struct pay_news){.of = PAY_OF_PAYMENT, .number = ask->parts[i].number};
        if (one)
            news[i] = *one;
        else if (!is_unknown)
            e = ERR_SYNTAX;
    }
    if (e == ERR_SYNTAX || e == ERR_FORBIDDEN) /* no word on the payment */
        return ERR_IO;
    return e;
}

/* --- closing --- */

static json_t *close_parts(const struct wechat *w, const struct pay_ask *ask)
{
    json_t *parts = json_array();
    for (size_t i = 0; parts && i < ask->n; i++)
        if (json_array_append_new(parts,
                                  json_pack("{s:s, s:o, s:o}", "mchid", w->mchid, "sub_mchid",
                                            provider_json(ask->parts[i].merchant), "out_trade_no",
                                            provider_json(ask->parts[i].number))) != 0) {
            json_decref(parts);
            return NULL;
        }
    return parts;
}

enum err wechat_close(void *conf, const struct pay_ask *ask, struct arena *arena,
                      struct err_info *info)
{
    const struct wechat *w = conf;
    char path[WECHAT_PATH_MAX];
    json_t *answer = NULL, *body = json_pack("{s:s, s:o}", "combine_appid", w->appid, "sub_orders",
                                             close_parts(w, ask));
    if (!body)
        return ERR_NOMEM;
    snprintf(path, sizeof(path), "/v3/combine-transactions/out-trade-no/%.*s/close",
             STR_ARG(str_slice(ask->number, 0, PAY_NUMBER_MAX)));
    enum err e = wechat_call(w, "POST", path, body, &answer, arena, info);
    json_decref(answer);
    json_decref(body);
    /* What never was, or is closed, is closed; what is paid is not, and is told by a look. */
    return e == ERR_NOT_FOUND || wechat_refused_with(e, info, "ORDER_CLOSED") ||
                   wechat_refused_with(e, info, "ORDERCLOSED")
               ? OK
               : e;
}
