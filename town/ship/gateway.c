#include "town/ship/gateway.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "town/ask.h"

enum { CONF_MAX = 64 * 1024, PATH_MAX_BYTES = 200 };

struct gateway {
    char code[GATEWAY_CODE_MAX + 1], url[GATEWAY_URL_MAX + 1], key[GATEWAY_KEY_MAX + 1];
};

static struct gateway gateways[GATEWAYS_MAX];
static size_t gateways_n;

const struct gateway *gateway_of(struct str carrier)
{
    for (size_t i = 0; i < gateways_n; i++)
        if (str_eq_z(carrier, gateways[i].code))
            return &gateways[i];
    return NULL;
}

void gateways_free(void)
{
    sodium_memzero(gateways, sizeof(gateways));
    gateways_n = 0;
}

/* --- DATA/carriers.json --- */

static enum err bad(struct err_info *info, enum err e, const char *text)
{
    *info = (struct err_info){.code = e, .field = "carriers.json", .text = text};
    return e;
}

static enum err open_conf(const char *path, FILE **out, struct err_info *info)
{
    struct stat st;
    *out = fopen(path, "re");
    if (!*out && (errno == ENOENT || errno == ENOTDIR)) /* no folder: told of elsewhere */
        return OK;
    if (!*out || fstat(fileno(*out), &st) != 0)
        return bad(info, err_from_errno(errno), "cannot be read");
    if (st.st_mode & 077) /* keys */
        return bad(info, ERR_FORBIDDEN, "others may read it: chmod 600");
    return st.st_size > CONF_MAX ? bad(info, ERR_TOO_LARGE, "is too large") : OK;
}

static bool copy(char *to, const char *text, size_t min, size_t max)
{
    size_t n = text ? strlen(text) : 0;
    if (n < min || n > max)
        return false;
    memcpy(to, text, n + 1);
    return true;
}

static enum err add(const char *code, const json_t *own, struct err_info *info)
{
    if (gateways_n == GATEWAYS_MAX)
        return bad(info, ERR_TOO_LARGE, "has too many carriers");
    struct gateway *g = &gateways[gateways_n];
    const char *url = json_string_value(json_object_get(own, "url"));
    if (!copy(g->code, code, 2, GATEWAY_CODE_MAX) || !copy(g->url, url, 1, GATEWAY_URL_MAX) ||
        !ask_url_ok(url) || strpbrk(url, "?#"))
        return bad(info, ERR_INVALID, "a carrier has no url of https");
    if (!copy(g->key, json_string_value(json_object_get(own, "key")), GATEWAY_KEY_MIN,
              GATEWAY_KEY_MAX))
        return bad(info, ERR_INVALID, "a carrier has no key of 16 to 256 bytes");
    gateways_n++;
    return OK;
}

enum err gateways_load(const char *data_dir, struct arena *arena, struct err_info *info)
{
    FILE *f = NULL;
    const char *code, *path = arena_printf(arena, "%s/carriers.json", data_dir);
    json_t *own, *conf = NULL;
    gateways_free();
    enum err e = path ? open_conf(path, &f, info) : ERR_NOMEM;
    if (!e && f) {
        conf = json_loadf(f, JSON_REJECT_DUPLICATES, NULL);
        e = json_is_object(conf) ? OK : bad(info, ERR_SYNTAX, "is no JSON object");
    }
    if (!e)
        json_object_foreach(conf, code, own)
        {
            e = e ? e : add(code, own, info);
        }
    json_decref(conf);
    if (f)
        fclose(f);
    return e;
}

/* --- asking --- */

/* The path is what follows "https://host". */
static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *slash = host ? strchr(host + 3, '/') : NULL;
    return slash ? slash : "/";
}

static void sign(const struct gateway *g, const char *seconds, const struct ask_request *rq,
                 char out[2 * crypto_auth_hmacsha256_BYTES + 1])
{
    crypto_auth_hmacsha256_state st;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    const struct str parts[] = {
        str_of(seconds), STR("\n"), str_of(rq->method), STR("\n"), str_of(path_of(rq->url)),
        STR("\n"),       rq->body};
    crypto_auth_hmacsha256_init(&st, (const unsigned char *)g->key, strlen(g->key));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        crypto_auth_hmacsha256_update(&st, (const unsigned char *)parts[i].p, parts[i].n);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2hex(out, 2 * sizeof(mac) + 1, mac, sizeof(mac));
}

/* *body: of a 2xx; in the arena. */
static enum err ask(const struct gateway *g, const char *method, const char *path, struct str sent,
                    struct str *body, struct arena *arena, struct err_info *info)
{
    char seconds[24], mac[2 * crypto_auth_hmacsha256_BYTES + 1];
    struct ask_answer answer;
    struct ask_request rq = {.method = method,
                             .url = arena_printf(arena, "%s%s", g->url, path),
                             .body = sent,
                             .answer_max = GATEWAY_ANSWER_MAX,
                             .deadline_ms = GATEWAY_CALL_MS};
    if (!rq.url)
        return ERR_NOMEM;
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(clock_wall_ms() / 1000));
    sign(g, seconds, &rq, mac);
    rq.headers[0] = arena_printf(arena, "guildhall-time: %s", seconds);
    rq.headers[1] = arena_printf(arena, "guildhall-signature: %s", mac);
    rq.headers[2] = sent.n ? "Content-Type: application/json" : NULL;
    if (!rq.headers[0] || !rq.headers[1])
        return ERR_NOMEM;
    enum err e = ask_http(&rq, &answer, arena, info);
    struct str said =
        e ? STR_NONE : arena_str(arena, str_n((const char *)answer.body.p, answer.body.n));
    long status = e ? 0 : answer.status;
    ask_answer_free(&answer);
    *body = said;
    if (e)
        return e;
    if (status >= 200 && status < 300)
        return OK;
    *info = (struct err_info){.text = "no answer as agreed"};
    if (status == 404)
        return ERR_NOT_FOUND;
    if (status < 400 || status >= 500 || status == 408 || status == 429)
        return ERR_BUSY;
    info->text = arena_printf(arena, "%.*s", STR_ARG(gateway_read_error(said, arena)));
    return ERR_CONFLICT;
}

enum err gateway_waybill(const struct gateway *g, const struct gateway_parcel *p,
                         struct str *number, struct arena *arena, struct err_info *info)
{
    struct str body;
    json_t *j = json_pack("{s:s#,s:I,s:s#,s:{s:s#,s:s#,s:s#}}", "reference", p->reference.p,
                          p->reference.n, "pieces", (json_int_t)p->pieces, "sender", p->sender.p,
                          p->sender.n, "receiver", "name", p->name.p, p->name.n, "phone",
                          p->phone.p, p->phone.n, "address", p->address.p, p->address.n);
    char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
    json_decref(j);
    if (!text)
        return ERR_NOMEM;
    enum err e = ask(g, "POST", "/waybills", str_of(text), &body, arena, info);
    sodium_memzero(text, strlen(text));
    free(text);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_BUSY : e;
    e = gateway_read_number(body, number, arena);
    if (e)
        *info = (struct err_info){.text = "no answer as agreed"};
    return e;
}

enum err gateway_traces(const struct gateway *g, struct str number, struct gateway_trace **out,
                        size_t *n, struct arena *arena, struct err_info *info)
{
    struct str body;
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof(path), "/waybills/%.*s", STR_ARG(number)); /* letters, digits, '-' */
    enum err e = ask(g, "GET", path, STR_NONE, &body, arena, info);
    if (e)
        return e;
    e = gateway_read_traces(body, out, n, arena);
    if (e)
        *info = (struct err_info){.text = "no answer as agreed"};
    return e;
}
