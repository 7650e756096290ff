#include "notify/webhook.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"

enum {
    CONNECT_MS = 3000,
    ANSWER_MAX = 64 * 1024, /* of the answer's body; all of it is thrown away */
    DELIVERY_ARENA_MAX = 1024 * 1024,
    ID_MAX = 32,
};

struct webhook {
    CURL *curl;
    char url[WEBHOOK_URL_MAX + 1];
    uint8_t key[WEBHOOK_KEY_BYTES];
    size_t answered; /* bytes of the answer at hand */
    atomic_bool is_cut;
};

enum err webhook_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? OK : ERR_NOMEM;
}

/* --- the address --- */

static enum err refuse(struct err_info *info, const char *why)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = "webhook-url", .text = why};
    return ERR_INVALID;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static enum err check_url(const char *text, struct err_info *info)
{
    char *scheme = NULL;
    CURLU *url = curl_url();
    enum err e = OK;
    if (!url)
        return ERR_NOMEM;
    if (strlen(text) > WEBHOOK_URL_MAX || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        e = refuse(info, "not an http:// or https:// address");
    else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        e = refuse(info, "no user or password belongs in it: the signature tells who sends");
    curl_free(scheme);
    curl_url_cleanup(url);
    return e;
}

static size_t throw_away(char *p, size_t size, size_t n, void *arg)
{
    struct webhook *h = arg;
    (void)p;
    h->answered += size * n;
    return h->answered > ANSWER_MAX ? 0 : size * n; /* 0 ends the transfer */
}

/* libcurl asks about once a second while it waits. */
static int is_to_end(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct webhook *h = arg;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&h->is_cut);
}

static bool set_options(struct webhook *h)
{
    CURL *c = h->curl;
    return curl_easy_setopt(c, CURLOPT_URL, h->url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)DISPATCH_DELIVER_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERAGENT, "guildhall-webhook/1") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_to_end) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_XFERINFODATA, h) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, throw_away) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, h) == CURLE_OK;
}

enum err webhook_new(const char *url, const uint8_t key[WEBHOOK_KEY_BYTES], struct webhook **out,
                     struct err_info *info)
{
    enum err e = check_url(url, info);
    if (e)
        return e;
    struct webhook *h = calloc(1, sizeof(*h));
    if (!h)
        return ERR_NOMEM;
    snprintf(h->url, sizeof(h->url), "%s", url);
    memcpy(h->key, key, WEBHOOK_KEY_BYTES);
    h->curl = curl_easy_init();
    if (!h->curl || !set_options(h)) {
        webhook_free(h);
        return ERR_NOMEM;
    }
    *out = h;
    return OK;
}

void webhook_free(struct webhook *h)
{
    if (!h)
        return;
    curl_easy_cleanup(h->curl);
    sodium_memzero(h->key, sizeof(h->key));
    free(h);
}

void webhook_cut(void *webhook)
{
    struct webhook *h = webhook;
    atomic_store(&h->is_cut, true);
}

/* --- one event --- */

void webhook_sign(const uint8_t key[WEBHOOK_KEY_BYTES], const char *id, int64_t seconds,
                  struct str body, char out[WEBHOOK_SIGNATURE_MAX])
{
    crypto_auth_hmacsha256_state state;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char head[ID_MAX + 24];
    int n = snprintf(head, sizeof(head), "%s.%lld.", id, (long long)seconds);
    crypto_auth_hmacsha256_init(&state, key, WEBHOOK_KEY_BYTES);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)head, (size_t)n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)body.p, body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    memcpy(out, "v1,", 3);
    sodium_bin2base64(out + 3, WEBHOOK_SIGNATURE_MAX - 3, mac, sizeof(mac),
                      sodium_base64_VARIANT_ORIGINAL);
}

/* Kinds and subjects are the program's own, of letters, digits, '.', ':' and '_'. */
static struct str body_of(struct arena *arena, const struct outbox_event *e)
{
    char when[32];
    time_t seconds = (time_t)(e->at_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
    const char *text = arena_printf(arena,
                                    "{\"type\":\"%.*s\",\"timestamp\":\"%s.%03dZ\","
                                    "\"subject\":\"%.*s\",\"data\":%.*s}",
                                    STR_ARG(e->kind), when, (int)(e->at_ms % 1000),
                                    STR_ARG(e->subject), STR_ARG(e->body));
    return text ? str_of(text) : STR_NONE;
}

static struct curl_slist *headers_of(struct arena *arena, const struct webhook *h, const char *id,
                                     struct str body)
{
    char signature[WEBHOOK_SIGNATURE_MAX];
    int64_t seconds = clock_wall_ms() / 1000;
    webhook_sign(h->key, id, seconds, body, signature);
    const char *lines[] = {"Content-Type: application/json",
                           "Expect:", arena_printf(arena, "webhook-id: %s", id),
                           arena_printf(arena, "webhook-timestamp: %lld", (long long)seconds),
                           arena_printf(arena, "webhook-signature: %s", signature)};
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct curl_slist *longer = lines[i] ? curl_slist_append(list, lines[i]) : NULL;
        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

/* What an answer says. */
static enum err judge(long status)
{
    if (status >= 200 && status < 300)
        return OK;
    return status == 408 || status == 429 || status >= 500 ? ERR_BUSY : ERR_PROTOCOL;
}

/* Before the request was sent nobody is there; after it, somebody who may stumble at this event. */
static enum err failed(struct webhook *h, const char *id, CURLcode code)
{
    curl_off_t sent_us = 0;
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return ERR_IO;
    LOG(WARN, "notify.webhook_failed", L_Z("id", id), L_Z("why", curl_easy_strerror(code)));
    curl_easy_getinfo(h->curl, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    return sent_us > 0 ? ERR_TIMEOUT : ERR_IO;
}

static enum err post(struct webhook *h, struct str body, struct curl_slist *headers, const char *id)
{
    long status = 0;
    h->answered = 0;
    curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.p);
    CURLcode code = curl_easy_perform(h->curl);
    curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status))
        return failed(h, id, code);
    if (status < 200 || status >= 300)
        LOG(WARN, "notify.webhook_refused", L_Z("id", id), L_I("status", status));
    return judge(status);
}

static enum err sign_and_post(struct webhook *h, const char *id, struct str body,
                              struct arena *arena)
{
    struct curl_slist *headers = body.p ? headers_of(arena, h, id, body) : NULL;
    enum err result = headers ? post(h, body, headers, id) : ERR_BUSY;
    curl_slist_free_all(headers);
    return result;
}

enum err webhook_post(struct webhook *h, const char *id, struct str body)
{
    struct arena arena;
    if (strlen(id) >= ID_MAX)
        return ERR_INVALID;
    arena_init(&arena, DELIVERY_ARENA_MAX);
    enum err result = sign_and_post(h, id, body, &arena);
    arena_free(&arena);
    return result;
}

enum err webhook_deliver(void *webhook, const struct outbox_event *e)
{
    struct arena arena;
    char id[ID_MAX];
    snprintf(id, sizeof(id), "evt_%lld", (long long)e->id);
    arena_init(&arena, DELIVERY_ARENA_MAX);
    enum err result = sign_and_post(webhook, id, body_of(&arena, e), &arena);
    arena_free(&arena);
    return result;
}
