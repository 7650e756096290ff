/*
 * Their signatures. An answer is
 *
 *   {"alipay_trade_query_response":{…},"sign":"…"}
 *
 * and what is signed are the bytes of the member's value, so that they must be found before the
 * JSON is read. A notice is a form, signed as a request is, but without its sign_type.
 */
#include <string.h>

#include "base/enc.h"
#include "town/pay/alipay_inside.h"

enum { NAME_MAX = 64, SIGN_MAX = 2048 };

/* --- finding the bytes --- */

struct scan {
    struct str s;
    size_t at;
};

static char peek(const struct scan *c)
{
    return c->at < c->s.n ? c->s.p[c->at] : 0;
}

static void skip_space(struct scan *c)
{
    while (c->at < c->s.n && memchr(" \t\r\n", c->s.p[c->at], 4))
        c->at++;
}

static bool take(struct scan *c, char want)
{
    skip_space(c);
    if (peek(c) != want)
        return false;
    c->at++;
    return true;
}

/* A string with its quotes, escapes as they are. */
static bool take_string(struct scan *c, struct str *out)
{
    size_t begin = c->at;
    if (peek(c) != '"')
        return false;
    for (c->at++; c->at < c->s.n; c->at++) {
        if (c->s.p[c->at] == '\\')
            c->at++;
        else if (c->s.p[c->at] == '"') {
            c->at++;
            *out = str_slice(c->s, begin, c->at);
            return true;
        }
    }
    return false;
}

/* An object or array, by its brackets: whether it is one is for the reader of JSON to say. */
static bool take_nested(struct scan *c)
{
    struct str ignored;
    size_t depth = 0;
    while (c->at < c->s.n) {
        char at = c->s.p[c->at];
        if (at == '"') {
            if (!take_string(c, &ignored))
                return false;
            continue;
        }
        c->at++;
        if (at == '{' || at == '[')
            depth++;
        else if ((at == '}' || at == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool take_value(struct scan *c, struct str *out)
{
    skip_space(c);
    size_t begin = c->at;
    char first = peek(c);
    if (first == '"')
        return take_string(c, out);
    if (first == '{' || first == '[') {
        if (!take_nested(c))
            return false;
    } else {
        while (c->at < c->s.n && !memchr(",}] \t\r\n", c->s.p[c->at], 7))
            c->at++;
    }
    *out = str_slice(c->s, begin, c->at);
    return out->n > 0;
}

/* Is it the string "name"? Names that are written with escapes are not ours. */
static bool is_name(struct str quoted, const char *name)
{
    return str_eq_z(str_slice(quoted, 1, quoted.n - 1), name);
}

/* A quoted string of JSON as text. */
static enum err unquote(struct str quoted, struct str *out, struct arena *arena)
{
    json_t *j = json_loadb(quoted.p, quoted.n, JSON_DECODE_ANY, NULL);
    enum err e = json_is_string(j) && json_string_length(j) <= SIGN_MAX ? OK : ERR_SYNTAX;
    if (!e)
        *out = arena_str(arena, str_n(json_string_value(j), json_string_length(j)));
    json_decref(j);
    return !e && arena_failed(arena) ? ERR_NOMEM : e;
}

enum err alipay_find_answer(struct str body, const char *node, struct str *raw, struct str *sign,
                            struct arena *arena)
{
    struct scan c = {body, 0};
    struct str name, value, quoted = STR_NONE;
    *raw = *sign = STR_NONE;
    if (!take(&c, '{'))
        return ERR_SYNTAX;
    do {
        skip_space(&c);
        if (!take_string(&c, &name) || !take(&c, ':') || !take_value(&c, &value))
            return ERR_SYNTAX;
        struct str *to = is_name(name, node) || is_name(name, "error_response") ? raw
                         : is_name(name, "sign")                                ? &quoted
                                                                                : NULL;
        if (to && to->n) /* twice: which of them would the signature be of? */
            return ERR_SYNTAX;
        if (to)
            *to = value;
    } while (take(&c, ','));
    if (!take(&c, '}') || !raw->n)
        return ERR_SYNTAX;
    skip_space(&c);
    if (c.at != body.n)
        return ERR_SYNTAX;
    return quoted.n ? unquote(quoted, sign, arena) : OK;
}

/* --- the signature --- */

/* "\/" as "/": some of their machines sign before they escape. It is the same JSON. */
static struct str unescaped(struct str raw, struct arena *arena)
{
    char *out = arena_alloc(arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < raw.n; i++)
        if (raw.p[i] != '\\' || i + 1 == raw.n || raw.p[i + 1] != '/')
            out[n++] = raw.p[i];
    return out ? str_n(out, n) : STR_NONE;
}

enum err alipay_verify(const struct alipay *a, struct str raw, struct str sign, struct arena *arena)
{
    if (!sign.n)
        return ERR_FORBIDDEN;
    if (!provider_rsa_verify(a->alipay_key, raw, sign))
        return OK;
    struct str plain = unescaped(raw, arena);
    return plain.n && plain.n != raw.n ? provider_rsa_verify(a->alipay_key, plain, sign)
                                       : ERR_FORBIDDEN;
}

/* --- notices --- */

static enum err wrong(struct err_info *info, enum err e, const char *why)
{
    *info = (struct err_info){.code = e, .text = why};
    return e;
}

static enum err read_pair(struct str pair, struct alipay_params *out, struct arena *arena,
                          struct err_info *info)
{
    struct str value, name = str_cut(pair, '=', &value), text;
    if (!name.n || name.n > NAME_MAX || value.n > 3 * ALIPAY_VALUE_MAX)
        return wrong(info, ERR_SYNTAX, "a form not as specified");
    for (size_t i = 0; i < name.n; i++)
        if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ", name.p[i],
                    63))
            return wrong(info, ERR_SYNTAX, "a form not as specified");
    if (alipay_param_get(out, arena_strndup(arena, name.p, name.n)).n)
        return wrong(info, ERR_SYNTAX, "a parameter twice");
    enum err e = enc_unpercent(arena, value, true, &text);
    if (e)
        return e;
    if (text.n > ALIPAY_VALUE_MAX || !str_is_utf8(text))
        return wrong(info, ERR_SYNTAX, "a value that is no text");
    return alipay_param(out, name, text) ? OK : wrong(info, ERR_LIMIT, "too many parameters");
}

enum err alipay_read_form(const struct alipay *a, struct str body, struct alipay_params *out,
                          struct arena *arena, struct err_info *info)
{
    struct str text;
    *out = (struct alipay_params){0};
    while (body.n > 0) {
        struct str pair = str_cut(body, '&', &body);
        enum err e = pair.n ? read_pair(pair, out, arena, info) : OK;
        if (e)
            return e;
    }
    if (arena_failed(arena))
        return ERR_NOMEM;
    if (!str_eq_z(alipay_param_get(out, "sign_type"), "RSA2"))
        return wrong(info, ERR_FORBIDDEN, "not signed by RSA2");
    enum err e = alipay_to_sign(out, false, arena, &text);
    if (e)
        return e;
    struct str sign = alipay_param_get(out, "sign");
    return sign.n && !provider_rsa_verify(a->alipay_key, text, sign)
               ? OK
               : wrong(info, ERR_FORBIDDEN, "a wrong signature");
}
