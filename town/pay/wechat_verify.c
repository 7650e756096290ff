/* Their signatures: over "timestamp\nnonce\nbody\n", by the key that the serial names. */
#include "town/pay/wechat_inside.h"

static const struct wechat_platform_key *key_of(const struct wechat *w, struct str serial)
{
    for (size_t i = 0; i < w->platform_n; i++)
        if (str_eq_z(serial, w->platform[i].id))
            return &w->platform[i];
    return NULL;
}

static enum err forbid(struct err_info *info, const char *why)
{
    *info = (struct err_info){.code = ERR_FORBIDDEN, .text = why};
    return ERR_FORBIDDEN;
}

/* The signature comes first: a time that nobody vouches for says nothing. */
enum err wechat_verify(const struct wechat *w, const struct wechat_signed *s, int64_t now_ms,
                       struct err_info *info)
{
    int64_t at_s;
    struct buf message;
    if (!s->signature.n || !s->timestamp.n || !s->nonce.n || !s->serial.n)
        return forbid(info, "not signed");
    if (str_starts(s->signature, "WECHATPAY/SIGNTEST/"))
        return forbid(info, "a probe with a wrong signature");
    const struct wechat_platform_key *k = key_of(w, s->serial);
    if (!k)
        return forbid(info, "signed with a key that is not known");
    if (str_to_i64(s->timestamp, &at_s) || at_s < 0 || at_s > INT32_MAX * INT64_C(8))
        return forbid(info, "signed at no time");
    buf_init(&message, s->timestamp.n + s->nonce.n + s->body.n + 3);
    buf_str(&message, s->timestamp);
    buf_u8(&message, '\n');
    buf_str(&message, s->nonce);
    buf_u8(&message, '\n');
    buf_str(&message, s->body);
    buf_u8(&message, '\n');
    enum err e = buf_ok(&message)
                     ? provider_rsa_verify(k->key, str_n(message.p, message.n), s->signature)
                     : ERR_NOMEM;
    buf_free(&message);
    if (e)
        return e == ERR_NOMEM ? e : forbid(info, "a wrong signature");
    if (at_s * 1000 < now_ms - WECHAT_WINDOW_MS || at_s * 1000 > now_ms + WECHAT_WINDOW_MS) {
        *info = (struct err_info){.code = ERR_EXPIRED, .text = "signed too long ago, or ahead"};
        return ERR_EXPIRED;
    }
    return OK;
}
