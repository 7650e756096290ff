/*
 * pay: whose money it is. What trade, claims and settle may call.
 *
 * The base never holds goods money. Factories are merchants of the payment provider, and the ledger
 * mirrors what lies where, in the book ("CNY", "town"); every transfer has the ref "order:ID", so
 * that the sums over an order's transfers say where its money lies now (pay_where):
 *
 *   outside            the buyers' side
 *   frozen:factory:3   paid: at the provider, in the factory's account, not yet its own
 *   free:factory:3     released to it
 *   got:host:7, got:agency:5, got:base     shares received
 *
 *   payment  outside → frozen   share  frozen → got   share_return  got → frozen
 *   refund   frozen → outside   release  frozen → free   unrelease  free → frozen
 *
 * What is to be done with an order's money is an instruction: a row at once, and done by the
 * provider later, strictly in the order given for one order. While the provider is asked the amount
 * is held in the ledger; its answer posts or voids the hold. A refusal stops the order's
 * instructions until an operator has it done again, or has done it by hand.
 *
 * What may be instructed is measured by what the order's purses will be once all before it is done,
 * so that nothing can be given twice. All calls with a tx run in the caller's command.
 */
#ifndef TOWN_PAY_PAY_H
#define TOWN_PAY_PAY_H

#include "base/buf.h"
#include "store/writer.h"
#include "town/console/console.h"
#include "town/pay/provider.h"
#include "web/web.h"

extern const struct web_module pay_module;
extern const struct console_line pay_lines[];
extern const size_t pay_lines_n;

enum {
    PAY_EXPIRES_BEFORE_MS = 60 * 1000,  /* the provider's order ends so long before the hold */
    PAY_OPEN_MIN_MS = 60 * 1000,        /* less time than this is not worth opening one for */
    PAY_BANK_MS = 7 * 24 * 3600 * 1000, /* so long is a bank transfer waited for */
    PAY_KEY_MAX = 64,                   /* bytes of a refund's key */
    PAY_REASON_MAX = 120,
    PAY_PARTY_MAX = 40, /* "agency:5" */
};

/* --- paying --- */

struct pay_part {
    int64_t order_id, factory_id, amount_fen; /* 0: a gift, paid with the others */
};

struct pay_wish {
    int64_t checkout_id, buyer_id; /* the cashier's page, and who pays */
    const char *provider;          /* "test", "bank", "wechat", "alipay" */
    enum pay_channel channel;
    struct str payer, client_ip; /* as provider.h asks for them, or empty */
    struct pay_part parts[PAY_PARTS_MAX];
    size_t n;
    int64_t expires_at;
};

/* Begins to pay. The same wish again, while that payment can still be paid, is the same payment;
 * another way closes the one before. ERR_CONFLICT with a key: paid already, or a factory is no
 * merchant of the provider (field provider); ERR_INVALID: no such provider, too many parts, bad
 * amounts; ERR_EXPIRED: expires_at has passed. */
enum err pay_begin(struct tx *tx, const struct pay_wish *w, int64_t *payment) MUST_CHECK;
/* Begins with the test cashier, and is paid, in one go. An order that cannot take it refuses all of
 * it, with the order's own error. */
enum err pay_test(struct tx *tx, const struct pay_wish *w, int64_t *payment) MUST_CHECK;
/* The order is cancelled, or has run out: nobody is to pay it any more. Bank transfers are waited
 * for all the same, as nobody can stop them. */
enum err pay_cancel(struct tx *tx, int64_t order_id) MUST_CHECK;
/* What a provider says, as often and in whatever order: booked once; for a number that there is
 * not, another amount or another merchant nothing is booked, and the difference is listed. */
enum err pay_take(struct tx *tx, const char *provider, const struct pay_news *news) MUST_CHECK;

/* --- instructions --- */

/* Back to the buyer. Shares are returned first, in proportion to where the order's money is by then
 * (largest remainder), and what was released is taken back. The same key with the same amount is
 * the same refund, with another ERR_KEY_REUSED; ERR_SOLD_OUT with info->limit: more than is left;
 * ERR_CONFLICT: the order was never paid. */
enum err pay_refund(struct tx *tx, int64_t order_id, const char *key, int64_t amount_fen,
                    struct str reason) MUST_CHECK;
/* To a party ("host:7", "agency:5", "base"), once an order: again with the same amount is OK, with
 * another ERR_KEY_REUSED. ERR_SOLD_OUT: more than is frozen. */
enum err pay_share(struct tx *tx, int64_t order_id, const char *party,
                   int64_t amount_fen) MUST_CHECK;
/* All that is frozen becomes the factory's own; OK when nothing is. */
enum err pay_release(struct tx *tx, int64_t order_id) MUST_CHECK;

/* Carries out at most `most` of what is due now, in this transaction: for tests and the demo's
 * filler, whose orders are the test cashier's; a town has threads for it (pay_start). */
enum err pay_turn(struct tx *tx, int most, int *done) MUST_CHECK;

/* --- looking --- */

struct pay_purse {
    struct str account;  /* "frozen:factory:3"; "outside" is negative: what came from there */
    int64_t fen, coming; /* there now; and what open holds will bring or take */
};
/* Where the order's money lies now, by account; in the arena. */
enum err pay_where(struct db *db, struct arena *arena, int64_t order_id, struct pay_purse **out,
                   size_t *n) MUST_CHECK;
/* Have all instructions of the order been carried out? */
enum err pay_settled(struct db *db, struct arena *arena, int64_t order_id,
                     bool *settled) MUST_CHECK;
/* Has the order taken a payment? */
enum err pay_is_paid(struct db *db, struct arena *arena, int64_t order_id, bool *paid) MUST_CHECK;
/* What of the order's payment may still be refunded: 0 when it was never paid. */
enum err pay_left(struct db *db, struct arena *arena, int64_t order_id, int64_t *fen) MUST_CHECK;

/* --- what trade and others give: before the writer starts, once a process --- */

struct pay_due_order { /* one order of a checkout, for the cashier's page */
    int64_t order_id, factory_id, amount_fen, hold_until;
    struct str title_zh, title_en, factory_zh, factory_en;
    bool may_pay, is_held; /* is_held: the pieces are kept until hold_until */
    bool is_paid;          /* or was, before what it is now */
};
struct pay_checkout {
    int64_t buyer_id;
    struct pay_due_order orders[PAY_PARTS_MAX];
    size_t n;
};

struct pay_orders_hook {
    /* The orders placed together whose first has this id; or one order alone: any order's id with
     * `alone`, or one that is not the first. ERR_NOT_FOUND. */
    enum err (*load)(struct db *db, struct arena *arena, int64_t checkout, bool alone,
                     struct pay_checkout *out);
    /* The order's money has come. OK: the order takes it; ERR_SOLD_OUT, ERR_CONFLICT, ERR_EXPIRED,
     * ERR_NOT_FOUND: it cannot, what was begun is undone, and the money goes back; any other error
     * fails the command. */
    enum err (*paid)(struct tx *tx, int64_t order_id, int64_t paid_at);
    /* It could not, or has been paid before: the money goes back. May be NULL. */
    enum err (*back)(struct tx *tx, int64_t order_id, int64_t amount_fen);
    /* Puts the order into a view as its own page does: what a paid one is answered with. */
    enum err (*put)(struct req *r, int64_t order_id);
};
void pay_orders_are(const struct pay_orders_hook *hook); /* borrowed for ever */

/* An instruction of the order was carried out: kind "refund", "share", "share_return", "release",
 * "unrelease"; key: a refund's key, a share's party. An error fails the command, which comes again.
 */
typedef enum err pay_done_fn(struct tx *tx, int64_t order_id, const char *kind, struct str key);
enum { PAY_DONE_MAX = 8 };
void pay_on_done(pay_done_fn *fn);

/* --- for the town --- */

struct pay_settings {
    bool test;            /* the test cashier is offered */
    const char *data_dir; /* of pay.json; NULL: none is read */
    struct str public_url;
};
/* Reads DATA/pay.json and says which providers there are. Before pay_prepare(). */
enum err pay_load(const struct pay_settings *s, struct arena *arena,
                  struct err_info *info) MUST_CHECK;
void pay_prepare(struct writer *w); /* between writer_open() and writer_start() */
/* Starts the threads that speak with providers. */
enum err pay_start(struct writer *w, const char *store_url, struct arena *arena,
                   struct err_info *info) MUST_CHECK;
void pay_rest(void); /* ends them: before the writer stops */
void pay_stop(void); /* frees the providers */
void pay_metrics(struct buf *out);

/* --- for `guildhall check` --- */

enum err pay_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                   void *arg, int *violations) MUST_CHECK;

#endif
