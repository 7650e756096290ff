/*
 * A party's settlement of a month: what its purses did in the ledger, from the first transfer of
 * the month to its last, or until now.
 *
 *   opening ─┬─ payment       frozen +            a factory's: money that came for its orders
 *            ├─ share         frozen −  · own +    given to others · of others: received
 *            ├─ share_return  frozen +  · own −
 *            ├─ refund        frozen −
 *            ├─ release       frozen −, own +
 *            ├─ unrelease     frozen +, own −
 *   closing ─┘
 *
 * All of it is summed from the ledger's transfers, so that opening, movements and closing agree by
 * construction. A month that is over is issued: its figures and the hash of its movements are kept,
 * and what comes later is of a later month (issue.c).
 *
 * The hash is SHA-256 over lines of text, each ended by \n, numbers in decimal:
 *
 *   settlement factory:3 2026-05
 *   opening FROZEN OWN
 *   SEQ AT_MS KIND ORDER FROZEN OWN      each movement, in the order of the ledger
 *   closing FROZEN OWN
 */
#ifndef TOWN_SETTLE_SETTLEMENT_H
#define TOWN_SETTLE_SETTLEMENT_H

#include "town/settle/party.h"

enum {
    SETTLEMENT_MONTH_TEXT = 8, /* "2026-05" and a NUL */
    SETTLEMENT_PAYMENT = 0,    /* of settlement_kinds, */
    SETTLEMENT_KINDS = 6,      /* which are so many */
    SETTLEMENT_HASH_BYTES = 32,
};

struct purse {
    int64_t frozen, own; /* fen */
};

/* A month is a number: its year times twelve plus its place in it, from 0. */
enum err settlement_month_read(struct str text, int *month) MUST_CHECK; /* ERR_SYNTAX */
void settlement_month_text(int month, char out[SETTLEMENT_MONTH_TEXT]);
int settlement_month_of(int64_t utc_ms);
int64_t settlement_month_begin(int month); /* UTC ms */

extern const char *const settlement_kinds[SETTLEMENT_KINDS];
/* -1 for another word. */
int settlement_kind_of(struct str kind);

struct settlement {
    struct party party;
    int month;
    char month_text[SETTLEMENT_MONTH_TEXT];
    int64_t from_ms, until_ms;           /* until_ms: the month's last, or the moment asked for */
    int64_t after_seq, until_seq;        /* its transfers: after one and up to another */
    int64_t frozen_account, own_account; /* 0: never opened */
    struct purse opening, closing;
    struct settlement_sum {
        struct purse change;
        int64_t n;
    } sums[SETTLEMENT_KINDS]; /* as settlement_kinds */
    int64_t moves;
    bool is_running, is_issued;
    int64_t issued_at;
    char hash[SETTLEMENT_HASH_BYTES * 2 + 1]; /* of one that is issued: in hexadecimal */
};

/* As of now_ms. ERR_NOT_FOUND for a month that has not begun. ERR_CORRUPT: the ledger says
 * something else than what was issued. */
enum err settlement_load(struct db *db, struct arena *arena, const struct party *p, int month,
                         int64_t now_ms, struct settlement *out) MUST_CHECK;
/* From the ledger alone: neither begins with what was issued, nor looks at it. For the check. */
enum err settlement_recount(struct db *db, struct arena *arena, const struct party *p, int month,
                            int64_t now_ms, struct settlement *out) MUST_CHECK;
enum err settlement_hash(struct db *db, const struct settlement *s,
                         uint8_t hash[SETTLEMENT_HASH_BYTES]) MUST_CHECK;
/* The last transfer up to a moment; 0: none. */
enum err settlement_seq_at(struct db *db, struct arena *arena, int64_t ms, int64_t *seq) MUST_CHECK;

/* --- its orders --- */

struct settlement_move {
    int64_t seq, at_ms, amount;
    int kind;
    struct purse change;
    struct str with; /* the party on the other side of a share; else empty */
};
struct settlement_rule {        /* that counted for lines of the order */
    int64_t id, version, bp[4]; /* bp: by enum party_kind, of a factory 0 */
    struct str scope;
};
enum { SETTLEMENT_RULES_MAX = 64 }; /* of an order: as many as it may have lines */
struct settlement_order {
    int64_t id, placed_at, goods, freight, discount; /* as it was placed */
    int64_t refunded;                                /* in the month */
    int64_t basis;       /* of others than factories: what it shares in */
    struct purse change; /* in the month */
    const struct settlement_move *moves;
    size_t moves_n;
    struct settlement_rule *rules;
    size_t rules_n;
};
/* The orders after one, at most `most`, by number, with their movements; in the arena. */
enum err settlement_orders(struct db *db, struct arena *arena, const struct settlement *s,
                           int64_t after, size_t most, struct settlement_order **out,
                           size_t *n) MUST_CHECK;

#endif
