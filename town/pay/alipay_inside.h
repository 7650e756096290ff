/*
 * What the files of the Alipay adapter share: alipay.c (settings), alipay_params.c (signing
 * requests), alipay_verify.c (signatures of answers and notices; no I/O), alipay_call.c (a request
 * and its answer), alipay_payment.c, alipay_do.c (instructions), alipay_notice.c (no I/O),
 * alipay_bill.c (lines of a statement; no I/O), alipay_statement.c (fetching it, and having it
 * decoded).
 */
#ifndef TOWN_PAY_ALIPAY_INSIDE_H
#define TOWN_PAY_ALIPAY_INSIDE_H

#include <jansson.h>

#include "job/job_sheet.h"
#include "town/pay/provider.h"
#include "town/pay/provider_json.h"
#include "town/pay/provider_rsa.h"

enum {
    ALIPAY_ID_MAX = 32,
    ALIPAY_NO_MAX = 64, /* their numbers */
    ALIPAY_URL_MAX = 256,
    ALIPAY_PARAMS_MAX = 64,
    ALIPAY_VALUE_MAX = 16 * 1024,
};

struct alipay {
    char app_id[ALIPAY_ID_MAX + 1], seller_id[ALIPAY_ID_MAX + 1], bill_type[ALIPAY_ID_MAX + 1];
    char base_url[ALIPAY_URL_MAX + 1];
    struct evp_pkey_st *key, *alipay_key; /* owned */
    unsigned channels;
    int settle_days;
    bool native_is_page;
};

/* --- alipay_params.c --- */

struct alipay_params {
    size_t n;
    struct alipay_param {
        struct str name, value;
    } all[ALIPAY_PARAMS_MAX];
};

/* False: there are too many. An empty value is no parameter. */
bool alipay_param(struct alipay_params *p, struct str name, struct str value);
struct str alipay_param_get(const struct alipay_params *p, const char *name); /* or STR_NONE */
/* "a=1&b=2" by rising names, as it is signed; without `sign`, and without `sign_type` for notices.
 */
enum err alipay_to_sign(const struct alipay_params *p, bool with_type, struct arena *arena,
                        struct str *out) MUST_CHECK;
/* All parameters of a request, signed, as a query. biz: borrowed. */
enum err alipay_request(const struct alipay *a, const char *method, const json_t *biz,
                        struct str notice_url, struct str return_url, struct arena *arena,
                        struct str *out) MUST_CHECK;

/* --- alipay_verify.c --- */

/* Finds in an answer the bytes of the member `node` (or "error_response") as they came, and its
 * signature (empty: unsigned). ERR_SYNTAX: no such answer. */
enum err alipay_find_answer(struct str body, const char *node, struct str *raw, struct str *sign,
                            struct arena *arena) MUST_CHECK;
/* ERR_FORBIDDEN. */
enum err alipay_verify(const struct alipay *a, struct str raw, struct str sign,
                       struct arena *arena) MUST_CHECK;
/* A notice's form, verified. ERR_FORBIDDEN, ERR_SYNTAX, ERR_LIMIT. */
enum err alipay_read_form(const struct alipay *a, struct str body, struct alipay_params *out,
                          struct arena *arena, struct err_info *info) MUST_CHECK;

/* --- alipay_notice.c --- */

/* What a verified notice of a trade says. ERR_FORBIDDEN: of another app or seller; ERR_SYNTAX. */
enum err alipay_read_notice(const struct alipay *a, const struct alipay_params *p,
                            struct pay_news *out, struct err_info *info) MUST_CHECK;

/* --- alipay_call.c --- */

/* *answer: the node, verified; release with json_decref(). Errors:
 *
 *   ERR_IO, ERR_TIMEOUT, ERR_BUSY   again later
 *   ERR_NOT_FOUND                   there is no such trade
 *   ERR_CONFLICT                    refused; info->text is "sub_code: words" */
enum err alipay_call(const struct alipay *a, const char *method, const json_t *biz,
                     struct str notice_url, json_t **answer, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
bool alipay_refused_with(enum err e, const struct err_info *info, const char *code);
/* A member that is an amount in yuan, as a text. */
bool alipay_fen(const json_t *j, const char *member, int64_t *out);

/* --- the calls of struct pay_provider --- */

enum err alipay_open(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                     struct arena *arena, struct err_info *info) MUST_CHECK;
enum err alipay_look(void *conf, const struct pay_ask *ask, struct pay_news news[PAY_PARTS_MAX],
                     struct arena *arena, struct err_info *info) MUST_CHECK;
enum err alipay_close(void *conf, const struct pay_ask *ask, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
enum err alipay_notice(void *conf, const struct pay_notice *in, struct pay_heard *out,
                       struct arena *arena, struct err_info *info) MUST_CHECK;
enum err alipay_carry_out(void *conf, const struct pay_do *what, struct pay_news *out,
                          struct arena *arena, struct err_info *info) MUST_CHECK;
enum err alipay_statement(void *conf, const char *day, struct pay_line **out, size_t *n,
                          struct arena *arena, struct err_info *info) MUST_CHECK;

/* --- alipay_bill.c --- */

enum alipay_column {
    ALIPAY_TRADE_NO,
    ALIPAY_OUR_NO,
    ALIPAY_KIND,
    ALIPAY_DONE_AT,
    ALIPAY_AMOUNT,
    ALIPAY_REQUEST_NO,
    ALIPAY_COLUMNS,
};

struct alipay_bill {
    int at[ALIPAY_COLUMNS]; /* the column of each, from 1; 0: the names have not been seen */
    struct pay_line *lines; /* in the arena; grows */
    size_t n, cap;
    struct arena *arena;
};

/* Does the archive's file of this name list trades, not their sums? */
bool alipay_bill_is_list(struct str name);
/* The next row of a bill's table. ERR_SYNTAX: not as specified; info->field says what. */
enum err alipay_bill_row(struct alipay_bill *b, const struct job_row *row,
                         struct err_info *info) MUST_CHECK;

#endif
