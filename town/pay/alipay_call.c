/* One signed request and its verified answer. */
#include <stdio.h>
#include <string.h>

#include "town/pay/alipay_inside.h"
#include "town/ask.h"
#include "town/yuan.h"

enum { NODE_MAX = 96, CODE_MAX = 64, WORDS_BYTES_MAX = 512 };

bool alipay_fen(const json_t *j, const char *member, int64_t *out)
{
    const json_t *s = json_object_get(j, member);
    return json_is_string(s) &&
           yuan_read(str_n(json_string_value(s), json_string_length(s)), out) == OK;
}

static bool is_one_of(struct str code, const char *const *of)
{
    for (; *of; of++)
        if (str_eq_z(code, *of))
            return true;
    return false;
}

/* 10000 done; 20000 not now; 40001, 40002, 40006: our settings or rights; 40004 no, with a
 * sub_code. */
static enum err judge(const json_t *j, struct arena *arena, struct err_info *info)
{
    static const char *const later[] = {
        "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "SYSTEM_ERROR",
        "isp.unknow-error", "aop.unknow-error",     "isp.service-not-available",
        "ACQ.TRADE_LOCKED", "isv.app-call-limited", NULL};
    static const char *const unknown[] = {"ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST", NULL};
    static const char *const settings[] = {"isv.invalid-signature", "isv.invalid-app-id",
                                           "isv.invalid-timestamp", NULL};
    struct str code = provider_text(j, "code", CODE_MAX, arena);
    struct str sub = provider_text(j, "sub_code", CODE_MAX, arena);
    struct str words = provider_text(j, "sub_msg", WORDS_BYTES_MAX, arena);
    if (str_eq_z(code, "10000"))
        return OK;
    const char *text =
        arena_printf(arena, "%.*s: %.*s", STR_ARG(sub.n ? sub : code), STR_ARG(words));
    info->text = provider_words(arena, text ? str_of(text) : STR("no words"));
    if (!code.n)
        return ERR_IO;
    if (str_eq_z(code, "20000") || str_eq_z(code, "10003") || is_one_of(sub, later))
        return ERR_BUSY;
    if (is_one_of(sub, settings))
        return ERR_IO;
    return is_one_of(sub, unknown) ? ERR_NOT_FOUND : ERR_CONFLICT;
}

bool alipay_refused_with(enum err e, const struct err_info *info, const char *code)
{
    struct str rest, said = str_of(info->text ? info->text : "");
    return (e == ERR_CONFLICT || e == ERR_NOT_FOUND) && str_eq_z(str_cut(said, ':', &rest), code);
}

static enum err read_answer(const struct alipay *a, const char *node, struct str body,
                            json_t **answer, struct arena *arena, struct err_info *info)
{
    struct str raw, sign;
    enum err e = alipay_find_answer(body, node, &raw, &sign, arena);
    if (!e)
        e = alipay_verify(a, raw, sign, arena);
    if (e) { /* it says nothing of the matter at hand */
        info->text = "an answer that Alipay did not sign";
        return e == ERR_NOMEM ? e : ERR_IO;
    }
    json_t *j = json_loadb(raw.p, raw.n, JSON_REJECT_DUPLICATES, NULL);
    e = judge(j, arena, info);
    if (e)
        json_decref(j);
    else
        *answer = j;
    return e;
}

/* "alipay.trade.query" → "alipay_trade_query_response" */
static void node_of(const char *method, char out[NODE_MAX])
{
    snprintf(out, NODE_MAX, "%s_response", method);
    for (char *p = out; *p; p++)
        if (*p == '.')
            *p = '_';
}

enum err alipay_call(const struct alipay *a, const char *method, const json_t *biz,
                     struct str notice_url, json_t **answer, struct arena *arena,
                     struct err_info *info)
{
    char node[NODE_MAX];
    struct str body;
    struct ask_answer http = {0};
    *answer = NULL;
    enum err e =
        biz ? alipay_request(a, method, biz, notice_url, STR_NONE, arena, &body) : ERR_NOMEM;
    if (e)
        return e;
    struct ask_request r = {
        .method = "POST",
        .url = arena_printf(arena, "%s?charset=utf-8", a->base_url),
        .headers = {"Content-Type: application/x-www-form-urlencoded;charset=utf-8"},
        .body = body,
        .answer_max = PAY_ANSWER_MAX,
    };
    node_of(method, node);
    e = r.url ? ask_http(&r, &http, arena, info) : ERR_NOMEM;
    if (!e && http.status != 200) {
        info->text = "an answer that is none";
        e = ERR_BUSY;
    }
    if (!e)
        e = read_answer(a, node, str_n(http.body.p, http.body.n), answer, arena, info);
    ask_answer_free(&http);
    if (e)
        info->code = e;
    return e;
}
