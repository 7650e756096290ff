/* What the files of pay have in common. */
#ifndef TOWN_PAY_INTERNAL_H
#define TOWN_PAY_INTERNAL_H

#include "ledger/ledger.h"
#include "town/pay/pay.h"

/* --- providers.c --- */

enum { PAY_PROVIDERS_MAX = 8 };
const struct pay_provider *pay_provider_of(struct str name); /* NULL: there is none */
size_t pay_providers_n(void);
const struct pay_provider *pay_provider_at(size_t i);
/* Copies it; a name twice replaces the first. */
void pay_provider_add(const struct pay_provider *p);
struct str pay_public_url(void);
/* Does a person do what others are asked by a call: bank transfers. */
bool pay_is_by_hand(const struct pay_provider *p);
extern const struct pay_provider pay_test_provider, pay_bank_provider; /* hand.c */

/* --- purse.c: the ledger --- */

enum { PAY_NAME_BYTES = 80 };

/* What an instruction moves, and between which accounts. */
struct purse_move {
    int64_t id, turn; /* of the instruction: the hold's name */
    const char *kind; /* 'refund' … */
    int64_t order_id, factory_id, amount_fen;
    struct str party;
};
enum err purse_paid(struct tx *tx, int64_t part_id, const struct pay_part *part) MUST_CHECK;
enum err purse_hold(struct tx *tx, const struct purse_move *m) MUST_CHECK;
enum err purse_post(struct tx *tx, const struct purse_move *m) MUST_CHECK;
enum err purse_void(struct tx *tx, const struct purse_move *m) MUST_CHECK;
/* What of a part's payment, or of an instruction, is posted in the ledger; 0: nothing. */
enum err purse_booked(struct tx *tx, int64_t id, int64_t turn, bool is_payment,
                      int64_t *fen) MUST_CHECK;
/* From the account `paid` to the factory's. */
enum err purse_adopt(struct tx *tx, int64_t order_id, int64_t factory_id, int64_t fen) MUST_CHECK;
/* Without a hold: what was refused, and was done all the same. */
enum err purse_move(struct tx *tx, const struct purse_move *m) MUST_CHECK;

/* --- instruct.c --- */

/* Rows are those of pay.instruction_get. */
struct purse_move instruct_move(const struct rows *rs, size_t row);
/* Its turn has come: holds the amount; sent, or done when no provider is needed, or failed. */
enum err instruct_send(struct tx *tx, const struct rows *rs) MUST_CHECK;
enum err instruct_done(struct tx *tx, const struct rows *rs, struct str provider_no,
                       int64_t at_ms) MUST_CHECK;
enum err instruct_failed(struct tx *tx, const struct rows *rs, struct str said) MUST_CHECK;
/* An operator's: again; or it was done by hand, as the note says. ERR_CONFLICT in another state. */
enum err instruct_retry(struct tx *tx, int64_t id, int64_t user) MUST_CHECK;
enum err instruct_settle(struct tx *tx, int64_t id, int64_t user, struct str note) MUST_CHECK;
/* A refund of a payment that the order could not take. */
enum err instruct_back(struct tx *tx, int64_t order_id, int64_t part_id, int64_t factory_id,
                       int64_t amount_fen) MUST_CHECK;
/* "I17", "I17R2". */
struct str instruct_number(int64_t id, int64_t turn, char out[PAY_NUMBER_MAX + 1]);
/* False: it is no instruction's. */
bool instruct_number_read(struct str number, int64_t *id, int64_t *turn);
/* Without a provider's number that is sealed or secret: one line, cut. */
struct str pay_said(struct str text);

/* --- payment.c, take.c --- */

/* Waiting payments of the order are to be closed, but for `except`. */
enum err payment_close_of(struct tx *tx, int64_t order_id, int64_t except) MUST_CHECK;
/* Nobody may pay it any more: it and what waits of it. */
enum err payment_closed(struct tx *tx, int64_t payment, struct str said) MUST_CHECK;
/* Has come: books it, and gives it to the order or, unless `or_refuse`, back. */
enum err take_part(struct tx *tx, const struct rows *part, const struct pay_news *news,
                   bool or_refuse) MUST_CHECK;
/* What of the payment costs nothing comes with the last part that does. */
enum err take_gifts(struct tx *tx, int64_t payment, bool or_refuse) MUST_CHECK;
const struct pay_orders_hook *pay_orders(void);

/* --- cashier.c, notices.c, desk.c, merchants.c: pages --- */

handler_fn cashier_get, cashier_post, cashier_payer, notices_post, desk_get, desk_confirm,
    desk_retry, desk_settle, desk_close, desk_again, merchants_get, merchants_post, money_get;

/* --- adopt.c --- */

enum err pay_adopt(struct tx *tx, void *unused) MUST_CHECK; /* for writer_every() */

/* --- reconcile.c --- */

struct difference {
    const char *provider, *kind;
    struct str day, number, here, there;
    int64_t order_id; /* 0: unknown */
};
/* Lists it, once. */
enum err difference_add(struct tx *tx, const struct difference *d) MUST_CHECK;
enum { RECONCILE_SLICE = 200 }; /* lines of one command */
/* Compares the lines from `from` on with what is here; after the last ones, what is here with all.
 */
enum err reconcile_slice(struct tx *tx, const char *provider, struct str day,
                         const struct pay_line *lines, size_t n, size_t from) MUST_CHECK;
/* Orders the statements of the last day, once they are made. For writer_every(). */
enum err reconcile_order(struct tx *tx, void *unused) MUST_CHECK;

#endif
