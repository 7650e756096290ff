/* One signed request and its verified answer. */
#include "base/clock.h"
#include "town/ask.h"
#include "town/pay/wechat_inside.h"

/* They sign what they answer. Refusals of their outer gates come without a signature: over verified
 * TLS those are believed, as their own libraries do; what says that something was done never is. */
static enum err verify(const struct wechat *w, const struct ask_answer *a, struct err_info *info)
{
    struct wechat_signed s = {
        .timestamp = ask_header(a, "Wechatpay-Timestamp"),
        .nonce = ask_header(a, "Wechatpay-Nonce"),
        .signature = ask_header(a, "Wechatpay-Signature"),
        .serial = ask_header(a, "Wechatpay-Serial"),
        .body = str_n(a->body.p, a->body.n),
    };
    bool is_done = a->status >= 200 && a->status < 300;
    if (!is_done && !s.signature.n)
        return OK;
    struct err_info why = {0};
    if (!wechat_verify(w, &s, clock_wall_ms(), &why))
        return OK;
    info->text = "an answer that WeChat Pay did not sign";
    return ERR_IO;
}

static bool is_code(const char *code, const char *const *of)
{
    for (; *of; of++)
        if (strcmp(code, *of) == 0)
            return true;
    return false;
}

/* What a status that is no success means; {"code": …, "message": …} says more. */
static enum err refused(long status, const json_t *j, struct arena *arena, struct err_info *info)
{
    static const char *const later[] = {
        "SYSTEM_ERROR",       "SYSTEMERROR",       "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED",
        "RATELIMIT_EXCEEDED", "BIZERR_NEED_RETRY", "FREQUENCY_LIMIT",   NULL};
    const char *code = json_string_value(json_object_get(j, "code"));
    const char *message = json_string_value(json_object_get(j, "message"));
    const char *text =
        arena_printf(arena, "%s: %s", code ? code : "no code", message ? message : "");
    info->text = provider_words(arena, text ? str_of(text) : STR("no words"));
    if (status == 401) /* our signature or serial: a setting, and no word on the matter at hand */
        return ERR_IO;
    if (status == 429 || status >= 500 || status < 400 || (code && is_code(code, later)))
        return ERR_BUSY;
    return status == 404 ? ERR_NOT_FOUND : ERR_CONFLICT;
}

bool wechat_refused_with(enum err e, const struct err_info *info, const char *code)
{
    struct str rest, said = str_of(info->text ? info->text : "");
    return (e == ERR_CONFLICT || e == ERR_NOT_FOUND) && str_eq_z(str_cut(said, ':', &rest), code);
}

static enum err judge(const struct wechat *w, const struct ask_answer *a, json_t **answer,
                      struct arena *arena, struct err_info *info)
{
    enum err e = verify(w, a, info);
    if (e)
        return e;
    json_t *j = json_loadb((const char *)a->body.p, a->body.n, JSON_REJECT_DUPLICATES, NULL);
    if (a->status >= 200 && a->status < 300) {
        if (!json_is_object(j) && a->body.n > 0) {
            json_decref(j);
            info->text = "an answer that is no JSON object";
            return ERR_IO;
        }
        *answer = j;
        return OK;
    }
    e = refused(a->status, j, arena, info);
    json_decref(j);
    return e;
}

/* Asks, signed; what is answered is not verified here. */
static enum err send(const struct wechat *w, const char *method, const char *path, struct str body,
                     size_t answer_max, long deadline_ms, struct ask_answer *a, struct arena *arena,
                     struct err_info *info)
{
    char nonce[WECHAT_NONCE + 1];
    struct str authorization;
    wechat_nonce(nonce);
    enum err e = wechat_authorization(w, method, path, clock_wall_ms() / 1000, nonce, body, arena,
                                      &authorization);
    if (e)
        return e;
    struct ask_request r = {
        .method = method,
        .url = arena_printf(arena, "%s%s", w->base_url, path),
        .headers = {arena_printf(arena, "Authorization: %.*s", STR_ARG(authorization)),
                    "Accept: application/json", "Content-Type: application/json"},
        .body = body,
        .answer_max = answer_max,
        .deadline_ms = deadline_ms,
    };
    if (w->wanted_id[0])
        r.headers[3] = arena_printf(arena, "Wechatpay-Serial: %s", w->wanted_id);
    return arena_failed(arena) ? ERR_NOMEM : ask_http(&r, a, arena, info);
}

enum err wechat_download(const struct wechat *w, const char *path, struct ask_answer *out,
                         struct arena *arena, struct err_info *info)
{
    enum err e =
        send(w, "GET", path, STR_NONE, PAY_STATEMENT_MAX, ASK_DOWNLOAD_MS, out, arena, info);
    return e ? e : out->status == 200 ? OK : refused(out->status, NULL, arena, info);
}

enum err wechat_call(const struct wechat *w, const char *method, const char *path, json_t *body,
                     json_t **answer, struct arena *arena, struct err_info *info)
{
    struct ask_answer a = {0};
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    *answer = NULL;
    if (body && !text)
        return ERR_NOMEM;
    enum err e =
        send(w, method, path, text ? str_of(text) : STR_NONE, PAY_ANSWER_MAX, 0, &a, arena, info);
    if (!e)
        e = judge(w, &a, answer, arena, info);
    ask_answer_free(&a);
    free(text);
    if (e)
        info->code = e;
    return e;
}
