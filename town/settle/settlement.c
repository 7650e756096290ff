#include "town/settle/settlement.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/day.h"

/* --- months --- */

enum err settlement_month_read(struct str text, int *month)
{
    char whole[DAY_TEXT];
    int64_t day;
    struct tm tm;
    if (text.n != SETTLEMENT_MONTH_TEXT - 1)
        return ERR_SYNTAX;
    snprintf(whole, sizeof(whole), "%.*s-01", STR_ARG(text));
    enum err e = day_read(str_of(whole), &day);
    if (e)
        return e;
    day_clock(day_begin_ms(day), &tm);
    *month = (tm.tm_year + 1900) * 12 + tm.tm_mon;
    return OK;
}

void settlement_month_text(int month, char out[SETTLEMENT_MONTH_TEXT])
{
    snprintf(out, SETTLEMENT_MONTH_TEXT, "%04u-%02u", (unsigned)month / 12 % 10000,
             (unsigned)month % 12 + 1);
}

int settlement_month_of(int64_t utc_ms)
{
    struct tm tm;
    day_clock(utc_ms, &tm);
    return (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

int64_t settlement_month_begin(int month)
{
    char text[DAY_TEXT];
    int64_t day;
    snprintf(text, sizeof(text), "%04u-%02u-01", (unsigned)month / 12 % 10000,
             (unsigned)month % 12 + 1);
    return day_read(str_of(text), &day) == OK ? day_begin_ms(day) : INT64_MAX;
}

/* --- sums --- */

const char *const settlement_kinds[SETTLEMENT_KINDS] = {"payment", "share",   "share_return",
                                                        "refund",  "release", "unrelease"};

int settlement_kind_of(struct str kind)
{
    for (int i = 0; i < SETTLEMENT_KINDS; i++)
        if (str_eq_z(kind, settlement_kinds[i]))
            return i;
    return -1;
}

enum err settlement_seq_at(struct db *db, struct arena *arena, int64_t ms, int64_t *seq)
{
    struct rows rs;
    int64_t low = 0, high; /* the answer is in [low, high]: moments rise with the numbers */
    enum err e = db_one(db, &q_ledger_last, NO_ARGS, arena, &rs);
    high = e ? 0 : row_int(&rs, 0, "seq");
    while (!e && low < high) {
        int64_t middle = low + (high - low) / 2 + 1;
        e = db_one(db, &q_settle_seq_from, ARGS(V_INT(middle)), arena, &rs);
        if (!e && row_int(&rs, 0, "at_ms") <= ms)
            low = row_int(&rs, 0, "seq");
        else
            high = middle - 1;
    }
    *seq = low;
    return e;
}

static enum err account_of(struct db *db, struct arena *arena, const char *role, int64_t *out)
{
    struct rows rs;
    *out = 0;
    if (!role)
        return OK;
    enum err e = db_select(db, &q_settle_purse_account, ARGS(V_Z(role)), arena, &rs);
    if (!e && rs.n)
        *out = row_int(&rs, 0, "id");
    return e;
}

#define MOVES_OF(s, after, until)                                                                  \
    V_INT((s)->frozen_account), V_INT((s)->own_account), V_INT(after), V_INT(until)

static enum err sum(struct db *db, struct arena *arena, const struct settlement *s, int64_t after,
                    int64_t until, struct purse *purse, struct settlement_sum *sums, int64_t *n)
{
    struct rows rs;
    enum err e = db_select(db, &q_settle_purse_sums, ARGS(MOVES_OF(s, after, until)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int kind = settlement_kind_of(row_str(&rs, i, "kind"));
        struct purse change = {row_int(&rs, i, "frozen"), row_int(&rs, i, "own")};
        purse->frozen += change.frozen;
        purse->own += change.own;
        if (kind < 0)
            return ERR_CORRUPT;
        if (sums)
            sums[kind] = (struct settlement_sum){change, row_int(&rs, i, "n")};
        if (n)
            *n += row_int(&rs, i, "n");
    }
    return e;
}

/* What an earlier statement ended with, and after which transfer. */
static enum err issued_before(struct db *db, struct arena *arena, struct settlement *s,
                              int64_t *after)
{
    struct rows rs;
    enum err e = db_select(db, &q_settle_statement_before,
                           ARGS(V_STR(s->party.key), V_Z(s->month_text)), arena, &rs);
    if (!e && rs.n) {
        s->opening = (struct purse){row_int(&rs, 0, "closing_frozen_fen"),
                                    row_int(&rs, 0, "closing_own_fen")};
        *after = row_int(&rs, 0, "until_seq");
    }
    return e;
}

static enum err begin(struct db *db, struct arena *arena, const struct party *p, int month,
                      int64_t now_ms, struct settlement *s)
{
    *s = (struct settlement){.party = *p, .month = month};
    settlement_month_text(month, s->month_text);
    s->from_ms = settlement_month_begin(month);
    s->until_ms = settlement_month_begin(month + 1) - 1;
    if (s->from_ms > now_ms)
        return ERR_NOT_FOUND;
    s->is_running = s->until_ms >= now_ms;
    if (s->is_running)
        s->until_ms = now_ms;
    enum err e = account_of(db, arena, p->frozen_role, &s->frozen_account);
    if (!e)
        e = account_of(db, arena, p->own_role, &s->own_account);
    if (!e)
        e = settlement_seq_at(db, arena, s->from_ms - 1, &s->after_seq);
    return e ? e : settlement_seq_at(db, arena, s->until_ms, &s->until_seq);
}

static enum err count(struct db *db, struct arena *arena, struct settlement *s, int64_t after)
{
    enum err e = sum(db, arena, s, after, s->after_seq, &s->opening, NULL, NULL);
    s->closing = s->opening;
    return e ? e : sum(db, arena, s, s->after_seq, s->until_seq, &s->closing, s->sums, &s->moves);
}

enum err settlement_recount(struct db *db, struct arena *arena, const struct party *p, int month,
                            int64_t now_ms, struct settlement *out)
{
    enum err e = begin(db, arena, p, month, now_ms, out);
    return e ? e : count(db, arena, out, 0);
}

static bool is_as_issued(const struct settlement *s, const struct rows *rs)
{
    return s->opening.frozen == row_int(rs, 0, "opening_frozen_fen") &&
           s->opening.own == row_int(rs, 0, "opening_own_fen") &&
           s->closing.frozen == row_int(rs, 0, "closing_frozen_fen") &&
           s->closing.own == row_int(rs, 0, "closing_own_fen") &&
           s->moves == row_int(rs, 0, "moves");
}

static enum err compare(struct db *db, struct arena *arena, struct settlement *s)
{
    struct rows rs;
    enum err e = db_select(db, &q_settle_statement, ARGS(V_STR(s->party.key), V_Z(s->month_text)),
                           arena, &rs);
    if (e || rs.n == 0)
        return e;
    struct str hash = row_str(&rs, 0, "hash");
    s->is_issued = true;
    s->issued_at = row_int(&rs, 0, "made_at");
    if (hash.n != SETTLEMENT_HASH_BYTES || !is_as_issued(s, &rs))
        return ERR_CORRUPT;
    sodium_bin2hex(s->hash, sizeof(s->hash), (const uint8_t *)hash.p, hash.n);
    return OK;
}

enum err settlement_load(struct db *db, struct arena *arena, const struct party *p, int month,
                         int64_t now_ms, struct settlement *out)
{
    int64_t after = 0;
    enum err e = begin(db, arena, p, month, now_ms, out);
    if (!e)
        e = issued_before(db, arena, out, &after);
    if (!e)
        e = count(db, arena, out, after);
    return e ? e : compare(db, arena, out);
}

/* --- the hash --- */

enum { HASH_SLICE = 2000, HASH_LINE = 200, HASH_ARENA_MAX = 8 << 20 };

static void add_line(crypto_hash_sha256_state *state, const char *line)
{
    crypto_hash_sha256_update(state, (const uint8_t *)line, strlen(line));
}

static enum err add_moves(struct db *db, const struct settlement *s,
                          crypto_hash_sha256_state *state, int64_t *after, bool *more)
{
    struct rows rs;
    struct arena arena;
    char line[HASH_LINE];
    arena_init(&arena, HASH_ARENA_MAX);
    enum err e = db_select(db, &q_settle_purse_lines,
                           ARGS(MOVES_OF(s, *after, s->until_seq), V_INT(HASH_SLICE)), &arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str kind = row_str(&rs, i, "kind");
        snprintf(line, sizeof(line), "%lld %lld %.*s %lld %lld %lld\n",
                 (long long)row_int(&rs, i, "seq"), (long long)row_int(&rs, i, "at_ms"),
                 STR_ARG(kind), (long long)row_int(&rs, i, "order_id"),
                 (long long)row_int(&rs, i, "frozen"), (long long)row_int(&rs, i, "own"));
        add_line(state, line);
        *after = row_int(&rs, i, "seq");
    }
    *more = !e && rs.n == HASH_SLICE;
    arena_free(&arena);
    return e;
}

enum err settlement_hash(struct db *db, const struct settlement *s,
                         uint8_t hash[SETTLEMENT_HASH_BYTES])
{
    crypto_hash_sha256_state state;
    char line[HASH_LINE];
    int64_t after = s->after_seq;
    bool more = true;
    enum err e = OK;
    crypto_hash_sha256_init(&state);
    snprintf(line, sizeof(line), "settlement %.*s %s\nopening %lld %lld\n", STR_ARG(s->party.key),
             s->month_text, (long long)s->opening.frozen, (long long)s->opening.own);
    add_line(&state, line);
    while (!e && more)
        e = add_moves(db, s, &state, &after, &more);
    snprintf(line, sizeof(line), "closing %lld %lld\n", (long long)s->closing.frozen,
             (long long)s->closing.own);
    add_line(&state, line);
    crypto_hash_sha256_final(&state, hash);
    return e;
}

/* --- orders --- */

static void read_order(const struct rows *rs, size_t i, struct settlement_order *o)
{
    *o = (struct settlement_order){
        .id = row_int(rs, i, "order_id"),
        .placed_at = row_int(rs, i, "placed_at"),
        .goods = row_int(rs, i, "goods_fen"),
        .freight = row_int(rs, i, "freight_fen"),
        .discount = row_int(rs, i, "discount_fen"),
        .refunded = row_int(rs, i, "refunded"),
        .change = {row_int(rs, i, "frozen"), row_int(rs, i, "own")},
        .moves_n = (size_t)row_int(rs, i, "n"),
    };
}

static struct str other_side(const struct settlement *s, const struct rows *rs, size_t i)
{
    bool maker = s->party.kind == PARTY_FACTORY;
    struct str other, role = row_str(rs, i, maker ? "got" : "gave");
    str_cut(role, ':', &other); /* got:host:7, frozen:factory:3 */
    return other;
}

static enum err read_moves(struct db *db, struct arena *arena, const struct settlement *s,
                           int64_t after, struct settlement_order *orders, size_t n)
{
    struct rows rs;
    size_t at = 0;
    enum err e = db_select(
        db, &q_settle_purse_moves,
        ARGS(MOVES_OF(s, s->after_seq, s->until_seq), V_INT(after), V_INT(orders[n - 1].id)), arena,
        &rs);
    struct settlement_move *moves = e ? NULL : arena_array(arena, rs.n + 1, sizeof(*moves));
    if (!moves)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        moves[i] =
            (struct settlement_move){.seq = row_int(&rs, i, "seq"),
                                     .at_ms = row_int(&rs, i, "at_ms"),
                                     .amount = row_int(&rs, i, "amount"),
                                     .kind = settlement_kind_of(row_str(&rs, i, "kind")),
                                     .change = {row_int(&rs, i, "frozen"), row_int(&rs, i, "own")},
                                     .with = other_side(s, &rs, i)};
    for (size_t i = 0; i < n; i++) {
        orders[i].moves = moves + at;
        at += orders[i].moves_n;
    }
    return at == rs.n ? OK : ERR_CORRUPT;
}

/* Does the party share in the line? */
static bool is_shared_in(const struct party *p, const struct rows *rs, size_t i)
{
    int64_t host = row_int(rs, i, "host_id");
    switch (p->kind) {
    case PARTY_HOST: return host == p->id && row_int(rs, i, "host_bp") > 0;
    case PARTY_AGENCY: return host && row_int(rs, i, "agency_bp") > 0;
    case PARTY_BASE: return row_int(rs, i, "base_bp") > 0;
    case PARTY_FACTORY: break;
    }
    return true;
}

static enum err add_rule(struct arena *arena, const struct rows *rs, size_t i,
                         struct settlement_order *o)
{
    int64_t id = row_int(rs, i, "rule_id");
    for (size_t k = 0; k < o->rules_n; k++)
        if (o->rules[k].id == id)
            return OK;
    if (!o->rules)
        o->rules = arena_array(arena, SETTLEMENT_RULES_MAX, sizeof(*o->rules));
    if (!o->rules)
        return ERR_NOMEM;
    if (o->rules_n == SETTLEMENT_RULES_MAX)
        return ERR_LIMIT;
    o->rules[o->rules_n++] =
        (struct settlement_rule){.id = id,
                                 .version = row_int(rs, i, "version"),
                                 .scope = row_str(rs, i, "scope"),
                                 .bp = {[PARTY_HOST] = row_int(rs, i, "host_bp"),
                                        [PARTY_AGENCY] = row_int(rs, i, "agency_bp"),
                                        [PARTY_BASE] = row_int(rs, i, "base_bp")}};
    return OK;
}

static enum err read_rules(struct db *db, struct arena *arena, const struct settlement *s,
                           int64_t after, struct settlement_order *orders, size_t n)
{
    struct rows rs;
    size_t at = 0;
    const struct party *p = &s->party;
    enum err e = db_select(db, &q_settle_shared_lines,
                           ARGS(V_INT(after), V_INT(orders[n - 1].id),
                                V_INT(p->kind == PARTY_FACTORY ? p->id : 0), V_STR(p->key)),
                           arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t order = row_int(&rs, i, "order_id");
        while (at < n && orders[at].id < order)
            at++;
        if (at == n || orders[at].id != order || !is_shared_in(p, &rs, i))
            continue; /* it did not move in this month, or the line is another's */
        orders[at].basis += row_int(&rs, i, "net_fen");
        if (row_int(&rs, i, "rule_id"))
            e = add_rule(arena, &rs, i, &orders[at]);
    }
    return e;
}

enum err settlement_orders(struct db *db, struct arena *arena, const struct settlement *s,
                           int64_t after, size_t most, struct settlement_order **out, size_t *n)
{
    struct rows rs;
    *n = 0;
    enum err e =
        db_select(db, &q_settle_purse_orders,
                  ARGS(MOVES_OF(s, s->after_seq, s->until_seq), V_INT(after), V_INT((int64_t)most)),
                  arena, &rs);
    struct settlement_order *orders = e ? NULL : arena_array(arena, rs.n + 1, sizeof(*orders));
    *out = orders;
    if (!orders)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        read_order(&rs, i, &orders[i]);
    *n = rs.n;
    if (rs.n == 0)
        return OK;
    e = read_moves(db, arena, s, after, orders, *n);
    return e ? e : read_rules(db, arena, s, after, orders, *n);
}
