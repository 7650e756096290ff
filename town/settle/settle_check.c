/* What must always hold between what was reckoned, what was instructed, and the ledger. */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/settle/internal.h"
#include "town/settle/settlement.h"

enum { SLICE = 2000, STATEMENTS_SLICE = 50, SLICE_ARENA_MAX = 4 * 1024 * 1024 };

static const struct rule {
    const struct query *query;
    const char *violation;
} rules[] = {
    {&q_settle_wrong_unreckoned, "was received, and nothing was reckoned of it"},
    {&q_settle_wrong_sums, "its shares are more than its provider lets go"},
    {&q_settle_wrong_shares, "somebody got a share that was not reckoned"},
};

struct finder {
    void (*say)(void *arg, const char *line);
    void *arg;
    int said;
};

static enum err look(struct finder *f, const struct rule *rule, struct db *db, int64_t after,
                     int64_t until)
{
    struct rows rs;
    struct arena arena;
    arena_init(&arena, SLICE_ARENA_MAX);
    enum err e = db_select(db, rule->query,
                           ARGS(V_INT(after), V_INT(until), V_INT(SETTLE_CHECK_SAYS - f->said)),
                           &arena, &rs);
    for (size_t row = 0; !e && row < rs.n; row++) {
        char line[160];
        snprintf(line, sizeof(line), "order %lld: %s", (long long)row_int(&rs, row, "id"),
                 rule->violation);
        f->say(f->arg, line);
        f->said++;
    }
    arena_free(&arena);
    return e;
}

/* --- statements --- */

static void say(struct finder *f, struct str party, struct str month, const char *violation)
{
    char line[200];
    snprintf(line, sizeof(line), "statement of %.*s, %.*s: %s", STR_ARG(party), STR_ARG(month),
             violation);
    f->say(f->arg, line);
    f->said++;
}

/* Counted anew from the ledger alone. */
static enum err check_statement(struct finder *f, struct db *db, struct arena *arena,
                                const struct rows *rs, size_t i)
{
    struct party p;
    struct settlement s;
    int month;
    uint8_t hash[SETTLEMENT_HASH_BYTES];
    struct str party = row_str(rs, i, "party"), text = row_str(rs, i, "month"),
               kept = row_str(rs, i, "hash");
    enum err e = settlement_month_read(text, &month);
    if (!e)
        e = party_read(db, arena, party, &p);
    if (!e)
        e = settlement_recount(db, arena, &p, month, INT64_MAX, &s);
    if (!e)
        e = settlement_hash(db, &s, hash);
    if (e)
        return e;
    if (s.opening.frozen != row_int(rs, i, "opening_frozen_fen") ||
        s.opening.own != row_int(rs, i, "opening_own_fen") ||
        s.closing.frozen != row_int(rs, i, "closing_frozen_fen") ||
        s.closing.own != row_int(rs, i, "closing_own_fen") || s.moves != row_int(rs, i, "moves"))
        say(f, party, text, "its figures are not the ledger's");
    else if (kept.n != sizeof(hash) || memcmp(kept.p, hash, sizeof(hash)) != 0)
        say(f, party, text, "its movements are not the ledger's");
    return OK;
}

static enum err check_statements(struct finder *f, struct db *db)
{
    char month[SETTLEMENT_MONTH_TEXT] = "", party[SETTLE_PARTY_BYTES] = "";
    enum err e = OK;
    for (bool more = true; !e && more && f->said < SETTLE_CHECK_SAYS;) {
        struct rows rs;
        struct arena arena;
        arena_init(&arena, SLICE_ARENA_MAX);
        e = db_select(db, &q_settle_statements_after,
                      ARGS(V_Z(month), V_Z(party), V_INT(STATEMENTS_SLICE)), &arena, &rs);
        for (size_t i = 0; !e && i < rs.n; i++) {
            e = check_statement(f, db, &arena, &rs, i);
            snprintf(month, sizeof(month), "%.*s", STR_ARG(row_str(&rs, i, "month")));
            snprintf(party, sizeof(party), "%.*s", STR_ARG(row_str(&rs, i, "party")));
        }
        more = !e && rs.n == STATEMENTS_SLICE;
        arena_free(&arena);
    }
    return e;
}

/* Of a month that is issued, who has no statement though it moved. */
static enum err check_months(struct finder *f, struct db *db, struct arena *arena)
{
    struct rows months, rs;
    int64_t after = 0;
    enum err e = db_select(db, &q_settle_months, NO_ARGS, arena, &months);
    for (size_t i = 0; !e && i < months.n && f->said < SETTLE_CHECK_SAYS; i++) {
        struct str month = row_str(&months, i, "month");
        int64_t until = row_int(&months, i, "until_seq");
        e = db_select(db, &q_settle_to_issue,
                      ARGS(V_STR(month), V_INT(after), V_INT(until), V_INT(1)), arena, &rs);
        if (!e && rs.n)
            say(f, row_str(&rs, 0, "party"), month, "there is none, though money moved");
        after = until;
    }
    return e;
}

/* What all parties have is what came from the buyers and has not gone back. */
static enum err check_purses(struct finder *f, struct db *db, struct arena *arena)
{
    struct rows rs, outside;
    int64_t all = 0;
    enum err e = db_select(db, &q_settle_purses_now, NO_ARGS, arena, &rs);
    if (!e)
        e = db_one(db, &q_settle_outside, NO_ARGS, arena, &outside);
    for (size_t i = 0; !e && i < rs.n; i++)
        all += row_int(&rs, i, "frozen") + row_int(&rs, i, "own");
    if (!e && all != row_int(&outside, 0, "fen")) {
        f->say(f->arg, "all statements together are not what the buyers paid");
        f->said++;
    }
    return e;
}

static enum err check_all_statements(struct finder *f, struct db *db, struct arena *arena)
{
    enum err e = check_statements(f, db);
    if (!e)
        e = check_months(f, db, arena);
    return e ? e : check_purses(f, db, arena);
}

enum err settle_check(struct db *db, struct arena *arena,
                      void (*say_to)(void *arg, const char *line), void *arg, int *violations)
{
    struct rows rs;
    *violations = 0;
    enum err e = db_one(db, &q_settle_last_order, NO_ARGS, arena, &rs);
    int64_t last = e ? 0 : row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct finder f = {say_to, arg, 0};
        for (int64_t after = 0; !e && after < last && f.said < SETTLE_CHECK_SAYS; after += SLICE)
            e = look(&f, &rules[i], db, after, last - after < SLICE ? last : after + SLICE);
        *violations += f.said;
    }
    struct finder f = {say_to, arg, 0};
    if (!e)
        e = check_all_statements(&f, db, arena);
    *violations += f.said;
    return e;
}
