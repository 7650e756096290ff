/* What answers and notices say. All of it was verified, none of it is believed to be well formed.
 */
#include "town/ask.h"
#include "town/pay/provider_time.h"
#include "town/pay/wechat_inside.h"

enum { STATE_MAX = 32, TIME_MAX = 40, WORDS_BYTES_MAX = 1024 };

static enum err wrong(struct err_info *info, enum err e, const char *what)
{
    *info = (struct err_info){.code = e, .field = what, .text = "not as specified"};
    return e;
}

/* A member of whole fen, not negative. */
static bool read_fen(const json_t *j, const char *member, int64_t *out)
{
    const json_t *v = json_object_get(j, member);
    *out = json_integer_value(v);
    return json_is_integer(v) && *out >= 0;
}

static bool is_cny(const json_t *j, const char *member)
{
    const json_t *currency = json_object_get(j, member);
    return !currency || str_eq_z(str_of(json_string_value(currency)), "CNY");
}

/* When it happened; 0 where they do not say. */
static enum err read_time(const json_t *j, const char *member, int64_t *at_ms, struct arena *arena)
{
    struct str text = provider_text(j, member, TIME_MAX, arena);
    *at_ms = 0;
    return text.n ? provider_time_read(text, at_ms) : OK;
}

struct state {
    const char *name;
    enum pay_news_is is;
};

static bool read_state(const json_t *j, const char *member, const struct state *states,
                       enum pay_news_is *out)
{
    const char *name = json_string_value(json_object_get(j, member));
    for (; name && states->name; states++)
        if (strcmp(name, states->name) == 0) {
            *out = states->is;
            return true;
        }
    return false;
}

/* --- payments --- */

static enum err read_part(const struct wechat *w, const json_t *j, struct pay_news *out,
                          struct arena *arena, struct err_info *info)
{
    /* A payment of which something went back is one that was paid. */
    static const struct state states[] = {
        {"SUCCESS", PAY_IS_DONE},    {"REFUND", PAY_IS_DONE},    {"NOTPAY", PAY_IS_OPEN},
        {"USERPAYING", PAY_IS_OPEN}, {"PAYERROR", PAY_IS_OPEN},  {"ACCEPT", PAY_IS_OPEN},
        {"CLOSED", PAY_IS_CLOSED},   {"REVOKED", PAY_IS_CLOSED}, {NULL, 0}};
    const json_t *amount = json_object_get(j, "amount");
    *out = (struct pay_news){.of = PAY_OF_PAYMENT};
    if (!str_eq_z(provider_text(j, "mchid", WECHAT_ID_MAX, arena), w->mchid))
        return wrong(info, ERR_FORBIDDEN, "mchid");
    out->number = provider_text(j, "out_trade_no", PAY_NUMBER_MAX, arena);
    out->merchant = provider_text(j, "sub_mchid", WECHAT_ID_MAX, arena);
    out->provider_no = provider_text(j, "transaction_id", WECHAT_ID_MAX, arena);
    if (!out->number.n || !out->merchant.n)
        return wrong(info, ERR_SYNTAX, "out_trade_no");
    if (!read_state(j, "trade_state", states, &out->is))
        return wrong(info, ERR_SYNTAX, "trade_state");
    if (!is_cny(amount, "currency"))
        return wrong(info, ERR_SYNTAX, "currency");
    bool has_amount = read_fen(amount, "total_amount", &out->amount_fen);
    if (out->is == PAY_IS_DONE && (!has_amount || !out->provider_no.n))
        return wrong(info, ERR_SYNTAX, "amount");
    return read_time(j, "success_time", &out->at_ms, arena)
               ? wrong(info, ERR_SYNTAX, "success_time")
               : OK;
}

enum err wechat_read_payment(const struct wechat *w, const json_t *j, struct pay_news *out,
                             size_t max, size_t *n, struct arena *arena, struct err_info *info)
{
    const json_t *parts = json_object_get(j, "sub_orders"), *part;
    size_t i;
    *n = 0;
    if (!str_eq_z(provider_text(j, "combine_mchid", WECHAT_ID_MAX, arena), w->mchid))
        return wrong(info, ERR_FORBIDDEN, "combine_mchid");
    if (!str_eq_z(provider_text(j, "combine_appid", WECHAT_ID_MAX, arena), w->appid))
        return wrong(info, ERR_FORBIDDEN, "combine_appid");
    if (json_array_size(parts) == 0 || json_array_size(parts) > max)
        return wrong(info, ERR_SYNTAX, "sub_orders");
    json_array_foreach(parts, i, part)
    {
        enum err e = read_part(w, part, &out[i], arena, info);
        if (e)
            return e;
    }
    *n = json_array_size(parts);
    return OK;
}

/* --- instructions --- */

static enum err read_numbers(const json_t *j, const char *number, const char *provider_no,
                             struct pay_news *out, struct arena *arena, struct err_info *info)
{
    out->number = provider_text(j, number, PAY_NUMBER_MAX, arena);
    out->merchant = provider_text(j, "sub_mchid", WECHAT_ID_MAX, arena);
    out->provider_no = provider_text(j, provider_no, 2 * WECHAT_ID_MAX, arena);
    return out->number.n ? OK : wrong(info, ERR_SYNTAX, number);
}

static struct str words_of(const json_t *j, const char *member, struct arena *arena)
{
    return str_of(provider_words(arena, provider_text(j, member, WORDS_BYTES_MAX, arena)));
}

enum err wechat_read_refund(const json_t *j, struct pay_news *out, struct arena *arena,
                            struct err_info *info)
{
    /* Abnormal: the buyer's account is gone. Somebody has to choose another, at the provider. */
    static const struct state states[] = {{"SUCCESS", PAY_IS_DONE},
                                          {"PROCESSING", PAY_IS_OPEN},
                                          {"CLOSED", PAY_IS_FAILED},
                                          {"ABNORMAL", PAY_IS_FAILED},
                                          {NULL, 0}};
    const char *state = json_object_get(j, "refund_status") ? "refund_status" : "status";
    const json_t *amount = json_object_get(j, "amount");
    *out = (struct pay_news){.of = PAY_OF_REFUND};
    enum err e = read_numbers(j, "out_refund_no", "refund_id", out, arena, info);
    if (e)
        return e;
    if (!read_state(j, state, states, &out->is))
        return wrong(info, ERR_SYNTAX, "status");
    if (!read_fen(amount, "refund", &out->amount_fen) || !is_cny(amount, "currency"))
        return wrong(info, ERR_SYNTAX, "amount");
    if (out->is == PAY_IS_FAILED)
        out->text = provider_text(j, state, STATE_MAX, arena);
    return read_time(j, "success_time", &out->at_ms, arena)
               ? wrong(info, ERR_SYNTAX, "success_time")
               : OK;
}

static enum err read_receiver(const json_t *r, struct pay_news *out, struct arena *arena,
                              struct err_info *info)
{
    static const struct state states[] = {
        {"SUCCESS", PAY_IS_DONE}, {"PENDING", PAY_IS_OPEN}, {"CLOSED", PAY_IS_FAILED}, {NULL, 0}};
    if (!read_state(r, "result", states, &out->is))
        return wrong(info, ERR_SYNTAX, "result");
    if (!read_fen(r, "amount", &out->amount_fen))
        return wrong(info, ERR_SYNTAX, "amount");
    if (out->is == PAY_IS_FAILED)
        out->text = words_of(r, "fail_reason", arena);
    return read_time(r, "finish_time", &out->at_ms, arena) ? wrong(info, ERR_SYNTAX, "finish_time")
                                                           : OK;
}

enum err wechat_read_share(const json_t *j, struct pay_news *out, struct arena *arena,
                           struct err_info *info)
{
    static const struct state states[] = {
        {"FINISHED", PAY_IS_DONE}, {"PROCESSING", PAY_IS_OPEN}, {NULL, 0}};
    const json_t *receivers = json_object_get(j, "receivers");
    *out = (struct pay_news){.of = PAY_OF_SHARE};
    enum err e = read_numbers(j, "out_order_no", "order_id", out, arena, info);
    if (e)
        return e;
    if (json_array_size(receivers) > 1)
        return wrong(info, ERR_SYNTAX, "receivers");
    if (json_array_size(receivers) == 1)
        return read_receiver(json_array_get(receivers, 0), out, arena, info);
    if (!read_state(j, "status", states, &out->is))
        return wrong(info, ERR_SYNTAX, "status");
    if (!read_fen(j, "finish_amount", &out->amount_fen))
        out->amount_fen = 0; /* of an end that is still under way */
    return OK;
}

enum err wechat_read_share_return(const json_t *j, struct pay_news *out, struct arena *arena,
                                  struct err_info *info)
{
    static const struct state states[] = {{"SUCCESS", PAY_IS_DONE},
                                          {"PROCESSING", PAY_IS_OPEN},
                                          {"FAILED", PAY_IS_FAILED},
                                          {NULL, 0}};
    *out = (struct pay_news){.of = PAY_OF_SHARE};
    enum err e = read_numbers(j, "out_return_no", "return_no", out, arena, info);
    if (e)
        return e;
    if (!read_state(j, "result", states, &out->is))
        return wrong(info, ERR_SYNTAX, "result");
    if (!read_fen(j, "amount", &out->amount_fen))
        return wrong(info, ERR_SYNTAX, "amount");
    if (out->is == PAY_IS_FAILED)
        out->text = words_of(j, "fail_reason", arena);
    return read_time(j, "finish_time", &out->at_ms, arena) ? wrong(info, ERR_SYNTAX, "finish_time")
                                                           : OK;
}

enum err wechat_read_shared(const struct wechat *w, const json_t *j, struct pay_news *out,
                            struct arena *arena, struct err_info *info)
{
    *out = (struct pay_news){.of = PAY_OF_SHARE, .is = PAY_IS_DONE};
    if (!str_eq_z(provider_text(j, "sp_mchid", WECHAT_ID_MAX, arena), w->mchid))
        return wrong(info, ERR_FORBIDDEN, "sp_mchid");
    enum err e = read_numbers(j, "out_order_no", "order_id", out, arena, info);
    if (e)
        return e;
    if (!read_fen(json_object_get(j, "receiver"), "amount", &out->amount_fen))
        return wrong(info, ERR_SYNTAX, "amount");
    return read_time(j, "success_time", &out->at_ms, arena)
               ? wrong(info, ERR_SYNTAX, "success_time")
               : OK;
}
