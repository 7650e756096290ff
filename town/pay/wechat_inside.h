/*
 * What the files of the WeChat Pay adapter share: wechat.c (settings), wechat_sign.c,
 * wechat_verify.c, wechat_resource.c (decrypting), wechat_call.c (a request and its answer),
 * wechat_read.c (what answers and notices say; no I/O), wechat_payment.c, wechat_do.c
 * (instructions), wechat_notice.c, wechat_payer.c (who pays inside WeChat), wechat_bill.c (reading
 * a statement; no I/O), wechat_statement.c (fetching it).
 */
#ifndef TOWN_PAY_WECHAT_INSIDE_H
#define TOWN_PAY_WECHAT_INSIDE_H

#include <jansson.h>

#include "base/buf.h"
#include "town/pay/provider.h"
#include "town/pay/provider_json.h"
#include "town/pay/provider_rsa.h"

enum {
    WECHAT_ID_MAX = 32, /* mchid, appid, numbers of merchants and payments */
    WECHAT_PLATFORM_KEYS_MAX = 8,
    WECHAT_API_KEY_BYTES = 32,
    WECHAT_URL_MAX = 256,
    WECHAT_SECRET_MAX = 64,
    WECHAT_WINDOW_MS = 5 * 60 * 1000, /* how far from now what they sign may be */
    WECHAT_PATH_MAX = 1024,
};

struct wechat {
    char mchid[WECHAT_ID_MAX + 1], appid[WECHAT_ID_MAX + 1], serial[PROVIDER_SERIAL_MAX + 1];
    char base_url[WECHAT_URL_MAX + 1]; /* without '/' at its end */
    struct evp_pkey_st *key;           /* owned */
    uint8_t api_key[WECHAT_API_KEY_BYTES];
    unsigned channels;
    char app_secret[WECHAT_SECRET_MAX + 1]; /* or empty */
    char app_url[WECHAT_URL_MAX + 1], consent_url[WECHAT_URL_MAX + 1];
    struct wechat_platform_key {
        char id[PROVIDER_SERIAL_MAX + 1];
        struct evp_pkey_st *key; /* owned */
    } platform[WECHAT_PLATFORM_KEYS_MAX];
    size_t platform_n;
    char wanted_id[PROVIDER_SERIAL_MAX + 1]; /* the public key that answers are to be signed with */
};

/* --- wechat_payer.c --- */

enum err wechat_payer_url(void *conf, struct str return_url, struct str state, struct arena *arena,
                          struct str *out) MUST_CHECK;
enum err wechat_payer_of(void *conf, struct str code, struct arena *arena, struct str *out,
                         struct err_info *info) MUST_CHECK;

/* --- wechat_sign.c --- */

/* The value of Authorization. path: with its query; nonce: letters and digits. */
enum err wechat_authorization(const struct wechat *w, const char *method, const char *path,
                              int64_t at_s, const char *nonce, struct str body, struct arena *arena,
                              struct str *out) MUST_CHECK;
/* What the app's browser needs to open the cashier of a prepay_id: a JSON object. */
enum err wechat_invoke(const struct wechat *w, struct str prepay_id, int64_t at_s,
                       const char *nonce, struct arena *arena, struct str *out) MUST_CHECK;
enum { WECHAT_NONCE = 32 };
void wechat_nonce(char out[WECHAT_NONCE + 1]);

/* --- wechat_verify.c --- */

struct wechat_signed { /* four headers, and the body as it came */
    struct str timestamp, nonce, signature, serial, body;
};

/* ERR_FORBIDDEN: unsigned, a probe (WECHATPAY/SIGNTEST/…), an unknown key or a wrong signature;
 * ERR_EXPIRED: signed too long ago, or ahead. */
enum err wechat_verify(const struct wechat *w, const struct wechat_signed *s, int64_t now_ms,
                       struct err_info *info) MUST_CHECK;

/* --- wechat_resource.c --- */

/* Opens AES-256-GCM: ciphertext is base64 with the 16 bytes of the tag at its end. ERR_FORBIDDEN:
 * not sealed with this key. */
enum err wechat_open_resource(const uint8_t key[WECHAT_API_KEY_BYTES], struct str nonce,
                              struct str associated, struct str ciphertext, struct arena *arena,
                              struct str *out) MUST_CHECK;

/* --- wechat_call.c --- */

/* *answer: an object, or NULL where they send none; release with json_decref(). Errors:
 *
 *   ERR_IO, ERR_TIMEOUT, ERR_BUSY   again later: no answer, one that is not theirs, or a bad moment
 *   ERR_NOT_FOUND                   404
 *   ERR_CONFLICT                    refused; info->text is "CODE: message" */
enum err wechat_call(const struct wechat *w, const char *method, const char *path, json_t *body,
                     json_t **answer, struct arena *arena, struct err_info *info) MUST_CHECK;
/* A file of theirs: not signed, so that it must be compared with a hash that was. Errors as above;
 * the answer is to be freed in any case. */
struct ask_answer;
enum err wechat_download(const struct wechat *w, const char *path, struct ask_answer *out,
                         struct arena *arena, struct err_info *info) MUST_CHECK;
/* A refusal with this code? */
bool wechat_refused_with(enum err e, const struct err_info *info, const char *code);

/* --- wechat_read.c: ERR_SYNTAX on what is not as specified, ERR_FORBIDDEN on another's --- */

/* The combined payment: news of its parts, at most `max`. */
enum err wechat_read_payment(const struct wechat *w, const json_t *j, struct pay_news *out,
                             size_t max, size_t *n, struct arena *arena,
                             struct err_info *info) MUST_CHECK;
/* A refund, as a query answers ("status") or a notice says ("refund_status"). */
enum err wechat_read_refund(const json_t *j, struct pay_news *out, struct arena *arena,
                            struct err_info *info) MUST_CHECK;
/* A share with one receiver; the end of sharing has none. */
enum err wechat_read_share(const json_t *j, struct pay_news *out, struct arena *arena,
                           struct err_info *info) MUST_CHECK;
enum err wechat_read_share_return(const json_t *j, struct pay_news *out, struct arena *arena,
                                  struct err_info *info) MUST_CHECK;
/* What a notice of a share that was carried out says. */
enum err wechat_read_shared(const struct wechat *w, const json_t *j, struct pay_news *out,
                            struct arena *arena, struct err_info *info) MUST_CHECK;

/* --- the calls of struct pay_provider --- */

enum err wechat_open(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                     struct arena *arena, struct err_info *info) MUST_CHECK;
enum err wechat_look(void *conf, const struct pay_ask *ask, struct pay_news news[PAY_PARTS_MAX],
                     struct arena *arena, struct err_info *info) MUST_CHECK;
enum err wechat_close(void *conf, const struct pay_ask *ask, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
enum err wechat_notice(void *conf, const struct pay_notice *in, struct pay_heard *out,
                       struct arena *arena, struct err_info *info) MUST_CHECK;
enum err wechat_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                          struct arena *arena, struct err_info *info) MUST_CHECK;
enum err wechat_statement(void *conf, const char *day, struct pay_line **out, size_t *n,
                          struct arena *arena, struct err_info *info) MUST_CHECK;

/* --- wechat_bill.c --- */

/* The lines of a trade bill (CSV, each value after a backtick) that are payments and refunds. */
enum err wechat_read_bill(struct str bytes, struct pay_line **out, size_t *n, struct arena *arena,
                          struct err_info *info) MUST_CHECK;

#endif
