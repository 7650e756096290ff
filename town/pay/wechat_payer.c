/*
 * Who pays inside WeChat: its browser is sent there, comes back with a code, and the code stands
 * for the buyer's number with our app (网页授权, snsapi_base: the buyer is asked nothing).
 */
#include <sodium.h>

#include "base/enc.h"
#include "town/ask.h"
#include "town/pay/wechat_inside.h"

enum { CODE_MAX = 200, OPENID_MAX = 128, ANSWER_MAX = 16 * 1024 };

enum err wechat_payer_url(void *conf, struct str return_url, struct str state, struct arena *arena,
                          struct str *out)
{
    const struct wechat *w = conf;
    struct str back = enc_percent(arena, return_url), given = enc_percent(arena, state);
    const char *url = arena_printf(arena,
                                   "%s/connect/oauth2/authorize?appid=%s&redirect_uri=%.*s"
                                   "&response_type=code&scope=snsapi_base&state=%.*s"
                                   "#wechat_redirect",
                                   w->consent_url, w->appid, STR_ARG(back), STR_ARG(given));
    *out = str_of(url);
    return url ? OK : ERR_NOMEM;
}

static bool is_openid(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!plain && c != '_' && c != '-')
            return false;
    }
    return s.n > 0;
}

static enum err read_answer(const struct ask_answer *a, struct arena *arena, struct str *out,
                            struct err_info *info)
{
    json_error_t fault;
    json_t *j = json_loadb((const char *)a->body.p, a->body.n, JSON_REJECT_DUPLICATES, &fault);
    *out = provider_text(j, "openid", OPENID_MAX, arena);
    struct str why = provider_text(j, "errmsg", OPENID_MAX, arena);
    json_decref(j);
    if (is_openid(*out))
        return OK;
    info->text = why.n ? provider_words(arena, why) : "no number of a payer";
    return why.n ? ERR_CONFLICT : ERR_IO;
}

enum err wechat_payer_of(void *conf, struct str code, struct arena *arena, struct str *out,
                         struct err_info *info)
{
    const struct wechat *w = conf;
    struct ask_answer answer;
    if (code.n == 0 || code.n > CODE_MAX)
        return ERR_INVALID;
    struct str given = enc_percent(arena, code);
    char *url = arena_printf(arena,
                             "%s/sns/oauth2/access_token?appid=%s&secret=%s&code=%.*s"
                             "&grant_type=authorization_code",
                             w->app_url, w->appid, w->app_secret, STR_ARG(given));
    if (!url)
        return ERR_NOMEM;
    const struct ask_request ask = {.method = "GET", .url = url, .answer_max = ANSWER_MAX};
    enum err e = ask_http(&ask, &answer, arena, info);
    if (!e)
        e = read_answer(&answer, arena, out, info);
    ask_answer_free(&answer);
    sodium_memzero(url, strlen(url));
    return e;
}
