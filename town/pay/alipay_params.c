/* Parameters of a request, and our signature over them: RSA2, over "name=value&…" by rising names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "town/pay/alipay_inside.h"
#include "town/pay/provider_time.h"

enum { TO_SIGN_MAX = 256 * 1024 };

bool alipay_param(struct alipay_params *p, struct str name, struct str value)
{
    if (value.n == 0)
        return true;
    if (p->n == ALIPAY_PARAMS_MAX)
        return false;
    p->all[p->n++] = (struct alipay_param){name, value};
    return true;
}

struct str alipay_param_get(const struct alipay_params *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq_z(p->all[i].name, name))
            return p->all[i].value;
    return STR_NONE;
}

static int by_name(const void *a, const void *b)
{
    const struct alipay_param *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int order = memcmp(x->name.p, y->name.p, n);
    return order ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

enum err alipay_to_sign(const struct alipay_params *p, bool with_type, struct arena *arena,
                        struct str *out)
{
    struct alipay_params sorted = *p;
    struct buf b;
    qsort(sorted.all, sorted.n, sizeof(sorted.all[0]), by_name);
    buf_init(&b, TO_SIGN_MAX);
    for (size_t i = 0; i < sorted.n; i++) {
        struct str name = sorted.all[i].name;
        if (str_eq_z(name, "sign") || (!with_type && str_eq_z(name, "sign_type")))
            continue;
        buf_z(&b, b.n ? "&" : "");
        buf_str(&b, name);
        buf_u8(&b, '=');
        buf_str(&b, sorted.all[i].value);
    }
    enum err e = buf_ok(&b) ? OK : ERR_LIMIT;
    if (!e)
        *out = arena_str(arena, str_n(b.p, b.n));
    buf_free(&b);
    return !e && arena_failed(arena) ? ERR_NOMEM : e;
}

static enum err query_of(const struct alipay_params *p, struct arena *arena, struct str *out)
{
    struct buf b;
    buf_init(&b, 3 * TO_SIGN_MAX);
    for (size_t i = 0; i < p->n; i++) {
        buf_z(&b, i ? "&" : "");
        buf_str(&b, p->all[i].name);
        buf_u8(&b, '=');
        buf_str(&b, enc_percent(arena, p->all[i].value));
    }
    bool ok = buf_ok(&b);
    *out = arena_str(arena, str_n(b.p, b.n));
    buf_free(&b);
    return ok && !arena_failed(arena) ? OK : ERR_NOMEM;
}

static enum err sign(const struct alipay *a, struct alipay_params *p, struct arena *arena)
{
    struct str text, signature;
    enum err e = alipay_to_sign(p, true, arena, &text);
    if (!e)
        e = provider_rsa_sign(a->key, text, arena, &signature);
    if (!e && !alipay_param(p, STR("sign"), signature))
        e = ERR_LIMIT;
    return e;
}

enum err alipay_request(const struct alipay *a, const char *method, const json_t *biz,
                        struct str notice_url, struct str return_url, struct arena *arena,
                        struct str *out)
{
    struct alipay_params p = {0};
    char now[PROVIDER_TIME_TEXT];
    char *text = json_dumps(biz, JSON_COMPACT);
    struct str content = text ? arena_str(arena, str_of(text)) : STR_NONE;
    free(text);
    provider_time_plain(clock_wall_ms(), now);
    if (!content.p || !alipay_param(&p, STR("app_id"), str_of(a->app_id)) ||
        !alipay_param(&p, STR("method"), str_of(method)) ||
        !alipay_param(&p, STR("format"), STR("JSON")) ||
        !alipay_param(&p, STR("charset"), STR("utf-8")) ||
        !alipay_param(&p, STR("sign_type"), STR("RSA2")) ||
        !alipay_param(&p, STR("timestamp"), str_of(now)) ||
        !alipay_param(&p, STR("version"), STR("1.0")) ||
        !alipay_param(&p, STR("notify_url"), notice_url) ||
        !alipay_param(&p, STR("return_url"), return_url) ||
        !alipay_param(&p, STR("biz_content"), content))
        return ERR_NOMEM;
    enum err e = sign(a, &p, arena);
    return e ? e : query_of(&p, arena, out);
}
