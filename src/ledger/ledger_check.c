#include "ledger/ledger_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_head.h"
#include "store/queries.h"

enum {
    SLICE = 2000, /* rows read in one snapshot */
    SLICE_ARENA_MAX =
        64 * 1024 * 1024, /* with the longest reasons and refs, and every rule's rows */
};

enum violation {
    WRONG_BALANCES,
    BEYOND_LIMIT,
    UNBALANCED_BOOK,
    CROSSING,
    WRONG_RESOLUTION,
    DOUBLY_RESOLVED,
    WRONG_OPEN_HOLD,
    NOT_CHAINED,
    WRONG_HASH,
    CHAINED_BUT_GONE,
    HEAD_MISSING,
    WRONG_HEAD,
    VIOLATIONS,
};

static const char *const texts[VIOLATIONS] = {
    [WRONG_BALANCES] = "account %lld: balances differ from its transfers",
    [BEYOND_LIMIT] = "account %lld: beyond its limit",
    [UNBALANCED_BOOK] = "book %lld: debits and credits differ",
    [CROSSING] = "transfer %lld: not within one book",
    [WRONG_RESOLUTION] = "transfer %lld: does not fit the hold it resolves",
    [DOUBLY_RESOLVED] = "hold %lld: resolved more than once",
    [WRONG_OPEN_HOLD] = "transfer %lld: not rightly in the list of open holds",
    [NOT_CHAINED] = "transfer %lld: not in the chain",
    [WRONG_HASH] = "transfer %lld: changed since it was chained, or not in its place",
    [CHAINED_BUT_GONE] = "transfer %lld: in the chain, but gone",
    [HEAD_MISSING] = "head %lld: gone",
    [WRONG_HEAD] = "head %lld: %s",
};

/* Rules that one statement decides, on the transfers of a slice. */
static const struct rule {
    const struct query *query;
    enum violation violation;
} rules[] = {
    {&q_ledger_crossing_transfers, CROSSING},     {&q_ledger_wrong_resolutions, WRONG_RESOLUTION},
    {&q_ledger_doubly_resolved, DOUBLY_RESOLVED}, {&q_ledger_wrong_open_holds, WRONG_OPEN_HOLD},
    {&q_ledger_open_but_gone, WRONG_OPEN_HOLD},   {&q_ledger_chained_but_gone, CHAINED_BUT_GONE},
};

/* What an account's transfers come to. Sums wrap: with tampered amounts they are wrong anyway. */
struct sum {
    int64_t account; /* 0: free */
    uint64_t debits_pending, debits_posted, credits_pending, credits_posted;
};

struct check {
    struct db *db;
    void (*say)(void *arg, const char *line);
    void *arg;
    int *violations;
    int said[VIOLATIONS];
    bool snapshots;                  /* take them; else the caller is in a transaction */
    struct arena *slice;             /* what the running slice has read; freed with it */
    int64_t until;                   /* the fixed transfer, or what names one that is gone */
    int64_t summed;                  /* the sums hold transfers up to this one */
    uint8_t hash[LEDGER_HASH_BYTES]; /* in the chain at the end of the last slice */
    struct sum *sums;                /* owned; open addressing, a power of two */
    size_t room, used;
};

static void found(struct check *c, enum violation v, int64_t key, const char *detail)
{
    char line[200];
    if (c->said[v]++ >= LEDGER_CHECK_SAYS)
        return;
    snprintf(line, sizeof(line), texts[v], (long long)key, detail ? detail : "");
    c->say(c->arg, line);
    (*c->violations)++;
}

/* --- sums --- */

static struct sum *slot_of(struct sum *sums, size_t room, int64_t account)
{
    size_t at = (size_t)((uint64_t)account * UINT64_C(0x9E3779B97F4A7C15)) & (room - 1);
    while (sums[at].account && sums[at].account != account)
        at = (at + 1) & (room - 1);
    return &sums[at];
}

static enum err make_room(struct check *c)
{
    size_t room = c->room ? c->room * 2 : 1024;
    struct sum *sums = calloc(room, sizeof(*sums));
    if (!sums)
        return ERR_NOMEM;
    for (size_t i = 0; i < c->room; i++)
        if (c->sums[i].account)
            *slot_of(sums, room, c->sums[i].account) = c->sums[i];
    free(c->sums);
    c->sums = sums;
    c->room = room;
    return OK;
}

static enum err sum_of(struct check *c, int64_t account, struct sum **out)
{
    if (2 * (c->used + 1) > c->room) {
        enum err e = make_room(c);
        if (e)
            return e;
    }
    *out = slot_of(c->sums, c->room, account);
    if (!(*out)->account) {
        (*out)->account = account;
        c->used++;
    }
    return OK;
}

/* Adds a transfer to both its accounts. Kinds: ledger's migration. */
static enum err add_transfer(struct check *c, const struct rows *rs, size_t row)
{
    struct sum *d, *k;
    int64_t kind = row_int(rs, row, "kind");
    uint64_t amount = (uint64_t)row_int(rs, row, "amount"),
             held = (uint64_t)row_int(rs, row, "held");
    uint64_t pending = kind == 2 ? amount : kind == 1 ? 0 : -held;
    uint64_t posted = kind == 1 || kind == 3 ? amount : 0;
    enum err e = sum_of(c, row_int(rs, row, "debit"), &d);
    if (e)
        return e;
    d->debits_pending += pending;
    d->debits_posted += posted;
    e = sum_of(c, row_int(rs, row, "credit"), &k); /* may move the others */
    if (e)
        return e;
    k->credits_pending += pending;
    k->credits_posted += posted;
    c->summed = row_int(rs, row, "seq");
    return OK;
}

/* --- slices: each one in a snapshot and an arena of its own --- */

/* `read` sets *more while there is something after what it has read. */
static enum err in_slices(struct check *c,
                          enum err (*read)(struct check *c, int64_t *after, bool *more))
{
    int64_t after = 0;
    enum err e = OK;
    for (bool more = true; !e && more;) {
        struct arena slice;
        arena_init(&slice, SLICE_ARENA_MAX);
        c->slice = &slice;
        more = false;
        if (c->snapshots)
            e = db_snapshot_begin(c->db);
        if (!e)
            e = read(c, &after, &more);
        if (c->snapshots)
            db_snapshot_end(c->db);
        arena_free(&slice);
    }
    return e;
}

static enum err read_end(struct check *c, int64_t *after, bool *more)
{
    struct rows rs;
    (void)after, (void)more;
    enum err e = db_one(c->db, &q_ledger_check_end, NO_ARGS, c->slice, &rs);
    if (!e)
        c->until = row_int(&rs, 0, "seq");
    return e;
}

/* A wrong row does not make all later ones wrong: each is computed from the stored hash before it.
 */
static void check_hash(struct check *c, const struct rows *rs, size_t row)
{
    int64_t seq = row_int(rs, row, "seq");
    struct str stored = row_str(rs, row, "hash");
    ledger_chain_step(c->hash, rs, row);
    if (stored.n != LEDGER_HASH_BYTES) {
        found(c, NOT_CHAINED, seq, NULL);
        return;
    }
    if (memcmp(stored.p, c->hash, LEDGER_HASH_BYTES) != 0)
        found(c, WRONG_HASH, seq, NULL);
    memcpy(c->hash, stored.p, LEDGER_HASH_BYTES);
}

static enum err check_rules(struct check *c, int64_t after, int64_t until)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct rows rs;
        enum err e =
            db_select(c->db, rules[i].query,
                      ARGS(V_INT(after), V_INT(until), V_INT(LEDGER_CHECK_SAYS)), c->slice, &rs);
        if (e)
            return e;
        for (size_t row = 0; row < rs.n; row++)
            found(c, rules[i].violation, row_int(&rs, row, "seq"), NULL);
    }
    return OK;
}

static enum err read_transfers(struct check *c, int64_t *after, bool *more)
{
    struct rows rs;
    enum err e = db_select(c->db, &q_ledger_check_slice,
                           ARGS(V_INT(*after), V_INT(c->until), V_INT(SLICE)), c->slice, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        check_hash(c, &rs, i);
        e = add_transfer(c, &rs, i);
    }
    if (e)
        return e;
    *more = rs.n == SLICE;
    int64_t last = *more ? row_int(&rs, rs.n - 1, "seq") : c->until;
    e = check_rules(c, *after, last);
    *after = last;
    return e;
}

/* Carries the sums on to the running snapshot's last transfer. */
static enum err catch_up(struct check *c)
{
    struct rows rs = {.n = SLICE};
    enum err e = OK;
    while (!e && rs.n == SLICE) {
        e = db_select(c->db, &q_ledger_check_slice,
                      ARGS(V_INT(c->summed), V_INT(INT64_MAX), V_INT(SLICE)), c->slice, &rs);
        for (size_t i = 0; !e && i < rs.n; i++)
            e = add_transfer(c, &rs, i);
    }
    return e;
}

static bool is_beyond_limit(const struct rows *rs, size_t row)
{
    int64_t flags = row_int(rs, row, "flags"), dp = row_int(rs, row, "debits_pending"),
            d = row_int(rs, row, "debits_posted"), cp = row_int(rs, row, "credits_pending"),
            k = row_int(rs, row, "credits_posted");
    if (dp < 0 || d < 0 || cp < 0 || k < 0)
        return true;
    return ((flags & 1) && (uint64_t)dp + (uint64_t)d > (uint64_t)k) ||
           ((flags & 2) && (uint64_t)cp + (uint64_t)k > (uint64_t)d);
}

static enum err check_account(struct check *c, const struct rows *rs, size_t row)
{
    struct sum *s;
    int64_t id = row_int(rs, row, "id");
    enum err e = sum_of(c, id, &s);
    if (e)
        return e;
    if (s->debits_pending != (uint64_t)row_int(rs, row, "debits_pending") ||
        s->debits_posted != (uint64_t)row_int(rs, row, "debits_posted") ||
        s->credits_pending != (uint64_t)row_int(rs, row, "credits_pending") ||
        s->credits_posted != (uint64_t)row_int(rs, row, "credits_posted"))
        found(c, WRONG_BALANCES, id, NULL);
    if (is_beyond_limit(rs, row))
        found(c, BEYOND_LIMIT, id, NULL);
    return OK;
}

static enum err read_accounts(struct check *c, int64_t *after, bool *more)
{
    struct rows rs;
    enum err e = catch_up(c);
    if (!e)
        e = db_select(c->db, &q_ledger_check_accounts, ARGS(V_INT(*after), V_INT(SLICE)), c->slice,
                      &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = check_account(c, &rs, i);
    if (!e && rs.n == SLICE) {
        *more = true;
        *after = row_int(&rs, rs.n - 1, "id");
    }
    return e;
}

static enum err read_books(struct check *c, int64_t *after, bool *more)
{
    struct rows rs;
    enum err e =
        db_select(c->db, &q_ledger_check_books, ARGS(V_INT(*after), V_INT(SLICE)), c->slice, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (!row_int(&rs, i, "balances"))
            found(c, UNBALANCED_BOOK, row_int(&rs, i, "book"), NULL);
    if (!e && rs.n == SLICE) {
        *more = true;
        *after = row_int(&rs, rs.n - 1, "book");
    }
    return e;
}

static enum err read_heads(struct check *c, int64_t *after, bool *more)
{
    struct rows rs;
    enum err e =
        db_select(c->db, &q_ledger_check_heads, ARGS(V_INT(*after), V_INT(SLICE)), c->slice, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t number = row_int(&rs, i, "number");
        const char *fault = ledger_head_fault(&rs, i);
        if (number != *after + 1)
            found(c, HEAD_MISSING, *after + 1, NULL);
        if (fault)
            found(c, WRONG_HEAD, number, fault);
        *after = number;
    }
    *more = !e && rs.n == SLICE;
    return e;
}

enum err ledger_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations)
{
    static enum err (*const parts[])(struct check * c, int64_t * after, bool *more) = {
        read_end, read_transfers, read_accounts, read_books, read_heads};
    struct check c = {.db = db,
                      .say = say,
                      .arg = arg,
                      .violations = violations,
                      .snapshots = !db_in_transaction(db)};
    enum err e = OK;
    (void)arena;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(parts) / sizeof(parts[0]); i++)
        e = in_slices(&c, parts[i]);
    free(c.sums);
    return e;
}
