/* Notices: signed as answers are, their matter sealed once more. */
#include "town/pay/wechat_inside.h"

enum { EVENT_MAX = 64, NONCE_TEXT_MAX = 16, ASSOCIATED_TEXT_MAX = 256, TYPE_MAX = 32 };

static struct str header(const struct pay_notice *in, const char *name)
{
    return in->header(in->header_arg, name);
}

static enum err wrong(struct err_info *info, const char *what)
{
    *info = (struct err_info){.code = ERR_SYNTAX, .field = what, .text = "not as specified"};
    return ERR_SYNTAX;
}

/* The opened matter of a notice, and of what kind it is. */
static enum err open_matter(const struct wechat *w, const json_t *notice, struct str *type,
                            json_t **out, struct arena *arena, struct err_info *info)
{
    const json_t *r = json_object_get(notice, "resource");
    struct str text, sealed = str_n(json_string_value(json_object_get(r, "ciphertext")),
                                    json_string_length(json_object_get(r, "ciphertext")));
    *type = provider_text(r, "original_type", TYPE_MAX, arena);
    if (!str_eq(provider_text(r, "algorithm", TYPE_MAX, arena), STR("AEAD_AES_256_GCM")) ||
        !sealed.n)
        return wrong(info, "resource");
    enum err e = wechat_open_resource(
        w->api_key, provider_text(r, "nonce", NONCE_TEXT_MAX, arena),
        provider_text(r, "associated_data", ASSOCIATED_TEXT_MAX, arena), sealed, arena, &text);
    if (e) {
        *info = (struct err_info){.code = e, .text = "not sealed with our key"};
        return e;
    }
    *out = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(*out) ? OK : wrong(info, "resource");
}

static enum err read_refund(const struct wechat *w, const json_t *j, struct pay_heard *out,
                            struct arena *arena, struct err_info *info)
{
    if (!str_eq_z(provider_text(j, "sp_mchid", WECHAT_ID_MAX, arena), w->mchid)) {
        *info = (struct err_info){.code = ERR_FORBIDDEN, .field = "sp_mchid", .text = "another's"};
        return ERR_FORBIDDEN;
    }
    out->n = 1;
    return wechat_read_refund(j, out->news, arena, info);
}

/* What is told of something else than what we asked for is heard, and is no news. */
static enum err read_matter(const struct wechat *w, struct str event, struct str type,
                            const json_t *j, struct pay_heard *out, struct arena *arena,
                            struct err_info *info)
{
    if (str_starts(event, "REFUND."))
        return read_refund(w, j, out, arena, info);
    if (!str_eq_z(event, "TRANSACTION.SUCCESS"))
        return OK;
    if (str_eq_z(type, "profitsharing")) {
        out->n = 1;
        return wechat_read_shared(w, j, out->news, arena, info);
    }
    return wechat_read_payment(w, j, out->news, PAY_PARTS_MAX, &out->n, arena, info);
}

static void set_answers(struct pay_heard *out)
{
    *out = (struct pay_heard){
        .yes_type = STR("application/json"),
        .yes_body = STR("{\"code\":\"SUCCESS\",\"message\":\"\"}"),
        .no_type = STR("application/json"),
        .no_body = STR("{\"code\":\"FAIL\",\"message\":\"not accepted\"}"),
        .no_status = 500,
    };
}

enum err wechat_notice(void *conf, const struct pay_notice *in, struct pay_heard *out,
                       struct arena *arena, struct err_info *info)
{
    const struct wechat *w = conf;
    struct wechat_signed s = {header(in, "wechatpay-timestamp"), header(in, "wechatpay-nonce"),
                              header(in, "wechatpay-signature"), header(in, "wechatpay-serial"),
                              in->body};
    json_t *notice = NULL, *matter = NULL;
    struct str type = STR_NONE;
    set_answers(out);
    if (in->body.n > PAY_NOTICE_MAX)
        return ERR_TOO_LARGE;
    enum err e = wechat_verify(w, &s, in->now_ms, info);
    if (e)
        return e;
    out->news = arena_array(arena, PAY_PARTS_MAX, sizeof(*out->news));
    if (!out->news)
        return ERR_NOMEM;
    notice = json_loadb(in->body.p, in->body.n, JSON_REJECT_DUPLICATES, NULL);
    struct str event = provider_text(notice, "event_type", EVENT_MAX, arena);
    e = event.n ? open_matter(w, notice, &type, &matter, arena, info) : wrong(info, "event_type");
    if (!e)
        e = read_matter(w, event, type, matter, out, arena, info);
    json_decref(matter);
    json_decref(notice);
    if (e)
        out->n = 0;
    return e;
}
