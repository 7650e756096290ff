/*
 * What a payment provider is to the rest of pay: a few blocking calls, made on the pay thread or on
 * a slow worker, never inside a transaction. A provider keeps nothing: what is asked for and what
 * was said is in the database, so that a process that dies between a call and its answer asks again
 * under the same number, which providers answer the same way (their "out_trade_no" and kin).
 *
 * Merchants are the provider's numbers of the factories' own accounts there (sub-merchants): the
 * base never holds goods money. Amounts are fen of CNY; times are UTC ms.
 *
 * Errors of the calls that go out: ERR_IO, ERR_TIMEOUT, ERR_BUSY: try again later; any other: the
 * provider refuses, with info->text what it says (English or its own words, one line, no secrets).
 */
#ifndef TOWN_PAY_PROVIDER_H
#define TOWN_PAY_PROVIDER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    PAY_PARTS_MAX = 10,  /* orders of one payment: what combined payments allow */
    PAY_NUMBER_MAX = 32, /* bytes of our numbers: letters and digits */
    PAY_NOTICE_MAX = 64 * 1024,
    PAY_ANSWER_MAX = 1024 * 1024,
    PAY_STATEMENT_MAX = 64 * 1024 * 1024,
};

enum pay_channel {
    PAY_NATIVE, /* a QR code that the buyer's other device scans */
    PAY_H5,     /* a phone's browser, sent to the provider's app */
    PAY_JSAPI,  /* inside the provider's own app; needs the buyer's id there */
};

/* --- opening a payment --- */

struct pay_ask_part {
    struct str number;   /* ours, of this order and attempt */
    struct str merchant; /* whose money it will be */
    int64_t amount_fen;
    struct str what; /* "Order 1042", as the buyer reads it there */
};

struct pay_ask {
    struct str number; /* of the whole; of one part: the part's */
    struct pay_ask_part parts[PAY_PARTS_MAX];
    size_t n;
    enum pay_channel channel;
    struct str payer;     /* the buyer's id at the provider, for PAY_JSAPI */
    struct str client_ip; /* for PAY_H5 */
    struct str return_url, notice_url;
    int64_t expires_ms;
};

struct pay_opened {
    enum pay_go {
        PAY_GO_NOWHERE, /* a person confirms: bank transfer */
        PAY_GO_URL,     /* send the browser there */
        PAY_GO_QR,      /* draw this text as a QR code */
        PAY_GO_SCRIPT,  /* JSON for the app's own browser */
    } go;
    struct str text; /* in the arena */
};

/* --- what a provider says, asked or by itself --- */

struct pay_news {
    enum pay_news_of { PAY_OF_PAYMENT, PAY_OF_REFUND, PAY_OF_SHARE } of;
    enum pay_news_is {
        PAY_IS_OPEN,   /* nothing yet */
        PAY_IS_DONE,   /* paid, refunded, shared */
        PAY_IS_CLOSED, /* never will be */
        PAY_IS_FAILED, /* refused for good */
    } is;
    struct str number;      /* ours, of the part or the instruction */
    struct str merchant;    /* whose */
    struct str provider_no; /* theirs */
    struct str text;        /* why, in words; or empty */
    int64_t amount_fen, at_ms;
};

struct pay_notice { /* as it came in; all hostile */
    struct str body;
    struct str (*header)(void *arg, const char *lower_case_name);
    void *header_arg;
    int64_t now_ms;
};

struct pay_heard {
    struct pay_news *news; /* in the arena, n of them */
    size_t n;
    /* The answer that makes the provider stop repeating, and the one that asks for a repeat. */
    struct str yes_type, yes_body, no_type, no_body;
    int no_status;
};

/* --- instructions --- */

struct pay_do {
    enum pay_do_what {
        PAY_DO_REFUND,       /* amount of the part's payment back to the buyer */
        PAY_DO_SHARE,        /* to a receiver */
        PAY_DO_SHARE_RETURN, /* of a share before */
        PAY_DO_RELEASE,      /* the rest is the merchant's own */
    } what;
    struct str number;         /* ours, of this instruction */
    struct str payment_number; /* of the part */
    struct str provider_no;    /* theirs, of the part */
    struct str merchant;
    struct str receiver;     /* the provider's account of who shares; for the two shares */
    struct str share_number; /* of the share that is returned */
    int64_t amount_fen, paid_fen;
    int64_t refunded_fen; /* of the payment, before this instruction */
    struct str why;
    struct str notice_url;
};

/* --- the nightly statement --- */

struct pay_line {
    enum pay_news_of of;
    struct str number, merchant, provider_no; /* number: the part's, or the refund's */
    int64_t amount_fen, at_ms;
};

/* --- a provider --- */

struct pay_provider {
    const char *name; /* "wechat": in addresses, rows, locales as pay.provider_NAME */
    size_t parts_max;
    void *conf; /* read from pay.json, checked; the first argument of every call */
    bool (*has_channel)(void *conf, enum pay_channel c);
    enum err (*open)(void *conf, const struct pay_ask *ask, struct pay_opened *out,
                     struct arena *arena, struct err_info *info) MUST_CHECK;
    /* What has become of a payment: news of each of its parts. */
    enum err (*look)(void *conf, const struct pay_ask *ask, struct pay_news news[PAY_PARTS_MAX],
                     struct arena *arena, struct err_info *info) MUST_CHECK;
    /* Nobody may pay it any more. */
    enum err (*close)(void *conf, const struct pay_ask *ask, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
    /* Verifies and reads a notice. Nothing of it may be believed when this fails: ERR_FORBIDDEN for
     * a bad signature, ERR_SYNTAX, ERR_EXPIRED for one of long ago. */
    enum err (*notice)(void *conf, const struct pay_notice *in, struct pay_heard *out,
                       struct arena *arena, struct err_info *info) MUST_CHECK;
    /* Begins, or asks how it stands: the same call, as often as it takes. */
    enum err (*carry_out)(void *conf, const struct pay_do *what, struct pay_news *out,
                          struct arena *arena, struct err_info *info) MUST_CHECK;
    /* All lines of a day of the town ("2026-11-25"). ERR_AGAIN: not made yet. */
    enum err (*statement)(void *conf, const char *day, struct pay_line **out, size_t *n,
                          struct arena *arena, struct err_info *info) MUST_CHECK;
    /* Who pays inside the provider's own app (PAY_JSAPI): where its browser is sent to be told by,
     * with `state` handed back, and whom the code that it brings back stands for. Both NULL: that
     * cannot be asked. payer_of: ERR_CONFLICT for a code that is none, or was used. */
    enum err (*payer_url)(void *conf, struct str return_url, struct str state, struct arena *arena,
                          struct str *out) MUST_CHECK;
    enum err (*payer_of)(void *conf, struct str code, struct arena *arena, struct str *out,
                         struct err_info *info) MUST_CHECK;
    void (*free)(void *conf);
};

/* The two that speak to the world, made from their object of pay.json; the names of its members
 * are in wechat.h and alipay.h. A member that names a file is relative to `folder`, the data
 * folder. ERR_INVALID with info->field what is missing or wrong. free() of what is made zeroes its
 * keys. */
struct json_t; /* jansson's */
enum err wechat_provider(const struct json_t *s, const char *folder, struct pay_provider *out,
                         struct arena *arena, struct err_info *info) MUST_CHECK;
enum err alipay_provider(const struct json_t *s, const char *folder, struct pay_provider *out,
                         struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
