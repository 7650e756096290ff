/* Our signatures: of requests (WECHATPAY2-SHA256-RSA2048) and for the app's browser. */
#include "base/rnd.h"
#include "town/pay/wechat_inside.h"

void wechat_nonce(char out[WECHAT_NONCE + 1])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv"; /* 32: a byte has no bias */
    uint8_t bytes[WECHAT_NONCE];
    rnd_fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < WECHAT_NONCE; i++)
        out[i] = digits[bytes[i] & 31];
    out[WECHAT_NONCE] = 0;
}

enum err wechat_authorization(const struct wechat *w, const char *method, const char *path,
                              int64_t at_s, const char *nonce, struct str body, struct arena *arena,
                              struct str *out)
{
    struct str signature;
    const char *message = arena_printf(arena, "%s\n%s\n%lld\n%s\n%.*s\n", method, path,
                                       (long long)at_s, nonce, STR_ARG(body));
    if (!message)
        return ERR_NOMEM;
    enum err e = provider_rsa_sign(w->key, str_of(message), arena, &signature);
    if (e)
        return e;
    const char *text =
        arena_printf(arena,
                     "WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"%s\","
                     "timestamp=\"%lld\",serial_no=\"%s\",signature=\"%.*s\"",
                     w->mchid, nonce, (long long)at_s, w->serial, STR_ARG(signature));
    *out = str_of(text);
    return text ? OK : ERR_NOMEM;
}

enum err wechat_invoke(const struct wechat *w, struct str prepay_id, int64_t at_s,
                       const char *nonce, struct arena *arena, struct str *out)
{
    struct str signature;
    const char *package = arena_printf(arena, "prepay_id=%.*s", STR_ARG(prepay_id));
    const char *message = package ? arena_printf(arena, "%s\n%lld\n%s\n%s\n", w->appid,
                                                 (long long)at_s, nonce, package)
                                  : NULL;
    if (!message)
        return ERR_NOMEM;
    enum err e = provider_rsa_sign(w->key, str_of(message), arena, &signature);
    if (e)
        return e;
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)at_s);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s%}", "appId", w->appid, "timeStamp",
                          seconds, "nonceStr", nonce, "package", package, "signType", "RSA",
                          "paySign", signature.p, signature.n);
    char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
    out->p = text ? arena_strdup(arena, text) : NULL;
    out->n = out->p ? strlen(out->p) : 0;
    free(text);
    json_decref(j);
    return out->p ? OK : ERR_NOMEM;
}
