/* The nightly statement: where the bill is and what its hash is come signed; the bill itself does
 * not, and is believed because of the hash. */
#include <openssl/evp.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "town/day.h"
#include "town/ask.h"
#include "town/pay/wechat_inside.h"

enum { SHA1_BYTES = 20, URL_TEXT_MAX = 2048, HASH_TEXT_MAX = 64, READY_MS = 10 * 60 * 60 * 1000 };

/* Path and query of the bill's address: it is asked for at the host that is set, whatever the
 * address says. NULL when it is none. */
static const char *path_of(struct str url)
{
    ptrdiff_t at = -1;
    for (size_t i = 0; i + 3 <= url.n && at < 0; i++)
        if (memcmp(url.p + i, "://", 3) == 0)
            at = (ptrdiff_t)i + 3;
    const char *path = at > 0 ? strchr(url.p + at, '/') : NULL; /* texts of an arena end in NUL */
    for (const char *p = path; p && *p; p++)
        if (*p <= ' ' || *p >= 0x7f || *p == '"')
            return NULL;
    return path;
}

static enum err check_hash(struct str bytes, struct str type, struct str hash,
                           struct err_info *info)
{
    uint8_t wanted[SHA1_BYTES], is[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (str_ieq_z(type, "SHA1") && !enc_unhex(wanted, SHA1_BYTES, hash) &&
        EVP_Digest(bytes.p, bytes.n, is, &n, EVP_sha1(), NULL) == 1 && n == SHA1_BYTES &&
        enc_equal(wanted, is, SHA1_BYTES))
        return OK;
    info->text = "a bill that is not the one that was announced";
    return ERR_IO;
}

static enum err fetch(const struct wechat *w, const json_t *where, struct pay_line **out, size_t *n,
                      struct arena *arena, struct err_info *info)
{
    struct ask_answer a = {0};
    const char *path = path_of(provider_text(where, "download_url", URL_TEXT_MAX, arena));
    if (!path) {
        info->text = "no address of the bill";
        return ERR_IO;
    }
    enum err e = wechat_download(w, path, &a, arena, info);
    struct str bytes = str_n(a.body.p, a.body.n);
    if (!e)
        e = check_hash(bytes, provider_text(where, "hash_type", HASH_TEXT_MAX, arena),
                       provider_text(where, "hash_value", HASH_TEXT_MAX, arena), info);
    if (!e)
        e = wechat_read_bill(bytes, out, n, arena, info);
    ask_answer_free(&a);
    return e;
}

/* Of a day without trade there is no bill: but before ten in the morning it may be to come. */
static enum err without(const char *day, struct pay_line **out, size_t *n)
{
    int64_t number;
    *out = NULL;
    *n = 0;
    if (day_read(str_of(day), &number))
        return ERR_INVALID;
    return clock_wall_ms() < day_end_ms(number) + READY_MS ? ERR_AGAIN : OK;
}

enum err wechat_statement(void *conf, const char *day, struct pay_line **out, size_t *n,
                          struct arena *arena, struct err_info *info)
{
    const struct wechat *w = conf;
    char path[WECHAT_PATH_MAX];
    json_t *where = NULL;
    *out = NULL;
    *n = 0;
    snprintf(path, sizeof(path), "/v3/bill/tradebill?bill_date=%s&bill_type=ALL", day);
    enum err e = wechat_call(w, "GET", path, NULL, &where, arena, info);
    if (wechat_refused_with(e, info, "NO_STATEMENT_EXIST"))
        e = without(day, out, n);
    else if (wechat_refused_with(e, info, "STATEMENT_CREATING"))
        e = ERR_AGAIN;
    else if (!e)
        e = fetch(w, where, out, n, arena, info);
    json_decref(where);
    return e;
}
