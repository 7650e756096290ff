/*
 * The ledger: double-entry accounts in books. A book has one unit (fen of CNY, pieces of a SKU, m2
 * of a quota, seats of a session). A transfer moves an amount from a debit account to a credit
 * account of the same book; a pending transfer holds it until it is posted (whole or in part),
 * voided or past its timeout. Semantics follow TigerBeetle's public documents.
 *
 *   account: debits_pending, debits_posted, credits_pending, credits_posted   (all ≥ 0)
 *   FLAG_DEBITS_LE_CREDITS: debits_pending + debits_posted ≤ credits_posted
 *   FLAG_CREDITS_LE_DEBITS: credits_pending + credits_posted ≤ debits_posted
 *
 * Stock of a SKU: `available` (FLAG_DEBITS_LE_CREDITS) is credited by a restock from the book's
 * `outside`, debited into `sold`; an order's hold is a pending transfer available → sold.
 *
 * Transfers are immutable and carry a client-chosen 128-bit id: the same id with the same fields is
 * the same transfer (OK, existed), with other fields ERR_KEY_REUSED. Every call runs inside the
 * writer's transaction. Invariant at every commit: per book, total debits = total credits, pending
 * and posted, and flagged accounts are within their limits. ledger_guard.h asserts it before each
 * commit, and an account whose balances cannot be is not moved (ERR_CORRUPT).
 *
 *   ledger_set.h        many transfers decided in memory, written together
 *   ledger_chain.h      a hash over every transfer, in the order of commits
 *   ledger_head.h       the chain's end, signed now and then with a key outside the database
 *   ledger_check.h      everything recomputed from the transfers, beside a running town
 *   ledger_statement.h  an account's lines with what caused each
 *
 * A refusal changes nothing and its kind is decided in this order: malformed (ERR_INVALID with
 * info->field: id, amount, timeout, reason, ref, accounts), id used before (OK or ERR_KEY_REUSED),
 * unknown account (ERR_INVALID, field debit or credit), accounts of two books (ERR_INVALID, field
 * book), closed account (ERR_CONFLICT, field debit or credit), sums beyond 63 bits (ERR_LIMIT),
 * flags (ERR_SOLD_OUT, field amount, info->limit says what is left). Of two faults of one kind the
 * one named first wins, debit before credit.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdint.h>

#include "base/err.h"
#include "store/writer.h"

struct ledger_id { /* 128 bits, stored as a 16-byte blob, big-endian */
    uint8_t b[16];
};
struct ledger_id ledger_id_new(void); /* random */
struct ledger_id ledger_id_derive(const char *purpose,
                                  struct str of); /* SHA-256, cut to 128 bits */

enum ledger_flags {
    LEDGER_DEBITS_LE_CREDITS = 1,
    LEDGER_CREDITS_LE_DEBITS = 2,
    LEDGER_CLOSED = 4,
};

struct ledger_account {
    int64_t id;
    int64_t book;
    int flags;
    int64_t debits_pending, debits_posted, credits_pending, credits_posted;
};

enum {
    LEDGER_REASON_MAX = 32, /* bytes */
    LEDGER_REF_MAX = 128,
};
#define LEDGER_AMOUNT_MAX INT64_C(1000000000000000) /* a transfer; ten trillion yuan in fen */

/* What the account may still be debited (for FLAG_DEBITS_LE_CREDITS) without a refusal. */
int64_t ledger_available(const struct ledger_account *a);

/* A book by its unit and subject: ("piece", "sku:17"), ("CNY", "town"). Idempotent. */
enum err ledger_book(struct tx *tx, const char *unit, struct str subject, int64_t *book) MUST_CHECK;
/* An account by book and role ("available", "sold", "outside"). Idempotent; flags must agree. */
enum err ledger_account_open(struct tx *tx, int64_t book, const char *role, int flags,
                             int64_t *account) MUST_CHECK;
/* No further transfers; holds that are open may still be posted or voided. */
enum err ledger_account_close(struct tx *tx, int64_t account) MUST_CHECK;
/* The account of a book by its names, for readers: ERR_NOT_FOUND when it was never opened. */
enum err ledger_account_find(struct db *db, const char *unit, struct str subject, const char *role,
                             struct arena *arena, int64_t *account) MUST_CHECK;
/* The accounts of many books of one unit: rows with subject, role, account. */
enum err ledger_accounts_of(struct db *db, const char *unit, const struct str *subjects, size_t n,
                            struct arena *arena, struct rows *out) MUST_CHECK;
enum err ledger_account_get(struct db *db, int64_t account, struct arena *arena,
                            struct ledger_account *out) MUST_CHECK;

struct ledger_transfer {
    struct ledger_id id;
    int64_t debit, credit; /* account ids, different, same book */
    int64_t amount;        /* > 0 */
    int64_t timeout_ms;    /* for a hold: > 0, from tx->now_ms; 0: never */
    const char *reason;    /* "order", "restock": what caused it */
    struct str ref;        /* "order:1042"; holds no personal data */
};

/* Posted at once; `timeout_ms` must be 0. */
enum err ledger_post(struct tx *tx, const struct ledger_transfer *t) MUST_CHECK;
enum err ledger_hold(struct tx *tx, const struct ledger_transfer *t) MUST_CHECK;
/* Resolves a hold once. `id` is the resolving transfer's own id. amount 0 posts the whole; less
 * posts that part and returns the rest. Refused in this order: malformed (ERR_INVALID, field id or
 * amount), id used before (OK or ERR_KEY_REUSED), unknown hold (ERR_NOT_FOUND), a transfer that is
 * no hold (ERR_INVALID, field hold), posted or voided before (ERR_CONFLICT), expired before or, for
 * a post, past its time (ERR_EXPIRED), more than was held (ERR_INVALID, field amount, info->limit:
 * the hold's amount). A void of a hold that is due but has not been expired yet is a void. */
enum err ledger_hold_post(struct tx *tx, struct ledger_id id, struct ledger_id hold,
                          int64_t amount) MUST_CHECK;
enum err ledger_hold_void(struct tx *tx, struct ledger_id id, struct ledger_id hold) MUST_CHECK;
/* Linked transfers: all of them or none. What an earlier link moves, a later one sees, so two lines
 * on one SKU count together. On a refusal *failed is the index of the first link that was refused,
 * tx->info says why, nothing of the chain is kept, and the command may go on. A chain whose links
 * were all done before is OK again; one of which only some were is ERR_KEY_REUSED at the first that
 * differs from those before it. ERR_INVALID (field links) for none or more than LEDGER_LINKS_MAX.
 */
struct ledger_link {
    enum ledger_link_does {
        LEDGER_LINK_POST,
        LEDGER_LINK_HOLD,
        LEDGER_LINK_HOLD_POST, /* of t only id and amount count (0: the whole) */
        LEDGER_LINK_HOLD_VOID, /* of t only id counts */
    } does;
    struct ledger_transfer t;
    struct ledger_id hold; /* for the last two: what is resolved; may be an earlier link's */
};
enum { LEDGER_LINKS_MAX = 1000 };
enum err ledger_linked(struct tx *tx, const struct ledger_link *links, size_t n,
                       size_t *failed) MUST_CHECK;

/* Voids at most `max` due holds; *voided gets how many. One on an account that cannot be as it is
 * stays, is logged and does not keep the others. For writer_every(). */
enum err ledger_expire(struct tx *tx, int max, int *voided) MUST_CHECK;

#endif
