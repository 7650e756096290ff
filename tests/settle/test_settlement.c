/* town/settle: statements. Random lives of orders over months, beside a plain reference that writes
 * down what each party's purses do; each statement has to say the same, to the fen. */
#include "sharing.h"

#include "store/queries.h"
#include "town/settle/internal.h"
#include "town/settle/settlement.h"

enum { HOST_RULE_AFTER = 40, DAYS = 170, ORDERS_MAX = 400, PARTIES = 6, MONTHS = 8, PIECES = 4000 };
#define HOUR_MS (INT64_C(3600) * 1000)

/* --- the reference --- */

static const char *const keys[PARTIES] = {"factory:3", "factory:4", "host:7",
                                          "host:8",    "agency:5",  "base"};
enum { HOST_7 = 2, HOST_8, AGENCY_5, BASE };

struct tally { /* of a party in a month */
    struct settlement_sum sums[SETTLEMENT_KINDS];
};
struct life {
    int64_t id, placed_at;
    int maker; /* of keys */
    int64_t line_left[2];
    int host[2]; /* of keys, or 0 */
    int64_t frozen, free, got[PARTIES];
    int holders[PARTIES], holders_n; /* in the order they got their shares */
    const char *state;
    int refunds;
};
struct world {
    struct shop s;
    uint64_t seq;
    int month_first;
    struct tally tally[PARTIES][MONTHS];
    struct life lives[ORDERS_MAX];
    int lives_n;
    int64_t most_bp;
};

static int below(struct world *w, int n)
{
    w->seq = w->seq * 6364136223846793005u + 1442695040888963407u;
    return (int)((w->seq >> 33) % (uint64_t)n);
}

static void note(struct world *w, int party, const char *kind, int64_t frozen, int64_t own)
{
    int month = settlement_month_of(w->s.f.tx.now_ms) - w->month_first;
    assert_in_range(month, 0, MONTHS - 1);
    struct settlement_sum *sum = &w->tally[party][month].sums[settlement_kind_of(str_of(kind))];
    sum->change.frozen += frozen;
    sum->change.own += own;
    sum->n++;
}

/* Largest remainder, ties to the first: in thousandths so small that a plain loop shows them. */
static void part(int64_t total, const int64_t *weights, int n, int64_t *out)
{
    int64_t all = 0, given = 0, rest[PARTIES + 1];
    for (int i = 0; i < n; i++)
        all += weights[i];
    for (int i = 0; i < n; i++) {
        out[i] = all ? total * weights[i] / all : 0;
        rest[i] = all ? total * weights[i] % all : 0;
        given += out[i];
    }
    while (given < total) {
        int best = 0;
        for (int i = 1; i < n; i++)
            if (rest[i] > rest[best])
                best = i;
        rest[best] = -1;
        out[best]++;
        given++;
    }
}

static void model_share(struct world *w, struct life *l)
{
    /* base, host, agency, as the lines name them */
    int party[PARTIES] = {BASE}, n = 1;
    int64_t want[PARTIES] = {0}, fen[PARTIES], wanted = 0, net = 0;
    bool late = day_of(l->placed_at) >= TODAY + HOST_RULE_AFTER;
    for (int line = 0; line < 2; line++) {
        int host = l->host[line];
        bool own = late && host == HOST_7;
        net += l->line_left[line];
        if (l->line_left[line] == 0 && !host)
            continue;
        want[0] += l->line_left[line] * (own ? 200 : 300);
        for (int k = 0; host && k < 2; k++) {
            int who = k == 0 ? host : AGENCY_5, at = 0;
            if (k == 1 && host != HOST_7)
                continue; /* the other host is in no agency */
            while (at < n && party[at] != who)
                at++;
            if (at == n)
                party[n++] = who;
            want[at] += l->line_left[line] * (k == 0 ? (own ? 1000 : 1500) : own ? 800 : 500);
        }
    }
    for (int i = 0; i < n; i++)
        wanted += want[i];
    int64_t total = wanted / 10000, cap = net * w->most_bp / 10000;
    part(total < cap ? total : cap, want, n, fen);
    for (int i = 0; i < n; i++) {
        if (fen[i] == 0)
            continue;
        l->holders[l->holders_n++] = party[i];
        l->got[party[i]] = fen[i];
        l->frozen -= fen[i];
        note(w, l->maker, "share", -fen[i], 0);
        note(w, party[i], "share", 0, fen[i]);
    }
}

static void model_refund(struct world *w, struct life *l, int64_t fen)
{
    int64_t has[PARTIES + 1], gives[PARTIES + 1];
    for (int i = 0; i < l->holders_n; i++)
        has[i] = l->got[l->holders[i]];
    has[l->holders_n] = l->frozen + l->free;
    int64_t frozen = l->frozen;
    part(fen, has, l->holders_n + 1, gives);
    for (int i = 0; i < l->holders_n; i++) {
        if (gives[i] == 0)
            continue;
        l->got[l->holders[i]] -= gives[i];
        l->frozen += gives[i];
        note(w, l->maker, "share_return", gives[i], 0);
        note(w, l->holders[i], "share_return", 0, -gives[i]);
    }
    int64_t back = gives[l->holders_n] - frozen; /* what its frozen part does not give */
    if (back > 0) {
        l->free -= back;
        l->frozen += back;
        note(w, l->maker, "unrelease", back, -back);
    }
    l->frozen -= fen;
    note(w, l->maker, "refund", -fen, 0);
}

/* --- the lives --- */

static void place_and_pay(struct world *w)
{
    struct life *l = &w->lives[w->lives_n];
    static const int hosts[] = {0, HOST_7, HOST_8};
    int kind = below(w, 3);
    bool other = below(w, 4) == 0, two = !other && below(w, 2);
    struct order_request rq = want(other ? 20 : 1, 1 + below(w, 3));
    if (kind)
        rq.wishes[0].show_id = kind == 1 ? SHOW : 80;
    if (two)
        rq.wishes[rq.n++] = (struct order_wish){2, 1 + below(w, 3), 0};
    *l = (struct life){.placed_at = w->s.f.tx.now_ms, .maker = other, .host = {hosts[kind]}};
    l->id = placed(&w->s, rq);
    assert_ok(order_pay(&w->s.f.tx, l->id, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    for (size_t i = 0; i < rq.n; i++)
        l->frozen += l->line_left[i] = rq.wishes[i].quantity * 6900;
    note(w, l->maker, "payment", l->frozen, 0);
    l->state = "paid";
    w->lives_n++;
}

static void refund_some(struct world *w, struct life *l)
{
    char key[32];
    int line = l->line_left[0] ? 0 : 1;
    if (l->line_left[line] == 0)
        return;
    int64_t fen = below(w, 3) ? 1 + below(w, (int)l->line_left[line]) : l->line_left[line];
    snprintf(key, sizeof(key), "claim:%lld:%d", (long long)l->id, ++l->refunds);
    refund(&w->s, l->id, line + 1, 0, fen, key);
    model_refund(w, l, fen);
    l->line_left[line] -= fen;
    if (l->line_left[0] + l->line_left[1] == 0)
        l->state = "refunded";
}

static void live_on(struct world *w, struct life *l)
{
    bool again = below(w, 4) == 0;
    if (strcmp(l->state, "refunded") == 0)
        return;
    if (again) {
        refund_some(w, l);
    } else if (strcmp(l->state, "paid") == 0) {
        event(&w->s, l->id, "ship", ORDER_AS_FACTORY);
        l->state = "shipped";
    } else if (strcmp(l->state, "shipped") == 0) {
        event(&w->s, l->id, "receive", ORDER_AS_BUYER);
        model_share(w, l);
        l->state = "received";
    } else if (strcmp(l->state, "received") == 0) {
        event(&w->s, l->id, "close", ORDER_AS_SYSTEM);
        if (l->frozen) {
            note(w, l->maker, "release", -l->frozen, l->frozen);
            l->free += l->frozen;
            l->frozen = 0;
        }
        l->state = "closed";
    }
}

static void begin(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof(*w));
    share_open(&w->s);
    w->seq = seed;
    w->most_bp = 3000;
    w->month_first = settlement_month_of(w->s.f.tx.now_ms);
    assert_ok(hall_stock_add(&w->s.f.tx, 1, PIECES, ledger_id_new()));
    assert_ok(hall_stock_add(&w->s.f.tx, 2, PIECES, ledger_id_new()));
    assert_ok(hall_stock_add(&w->s.f.tx, 20, PIECES, ledger_id_new()));
    const struct settle_rule rule = {.scope = "host",
                                     .who_id = HOST,
                                     .day = TODAY + HOST_RULE_AFTER,
                                     .host_bp = 1000,
                                     .agency_bp = 800,
                                     .base_bp = 200};
    assert_ok(add(&w->s, rule, NULL));
}

static void live(struct world *w)
{
    int64_t end = day_begin_ms(TODAY + DAYS);
    while (w->s.f.tx.now_ms < end) {
        w->s.f.tx.now_ms += (1 + below(w, 14)) * HOUR_MS;
        if (below(w, 60) == 0) {
            w->most_bp = 500 + 100 * below(w, 26);
            assert_ok(settle_cap_set(&w->s.f.tx, STR("test"), w->most_bp, ADMIN));
        }
        if (w->lives_n < ORDERS_MAX && below(w, 3) == 0)
            place_and_pay(w);
        else if (w->lives_n)
            live_on(w, &w->lives[below(w, w->lives_n)]);
        assert_ok(issue_due(&w->s.f.tx, NULL));
    }
}

/* --- what statements say --- */

static struct settlement settlement(struct world *w, const char *key, int month)
{
    struct party p;
    struct settlement s;
    assert_ok(party_read(w->s.f.db, &w->s.f.arena, str_of(key), &p));
    assert_ok(settlement_load(w->s.f.db, &w->s.f.arena, &p, month, w->s.f.tx.now_ms, &s));
    return s;
}

static void assert_orders_agree(struct world *w, const struct settlement *s)
{
    struct settlement_order *orders;
    size_t n;
    struct purse sum = s->opening;
    int64_t after = 0, moves = 0;
    do {
        assert_ok(settlement_orders(w->s.f.db, &w->s.f.arena, s, after, 7, &orders, &n));
        for (size_t i = 0; i < n; i++) {
            struct purse order = {0};
            for (size_t m = 0; m < orders[i].moves_n; m++) {
                order.frozen += orders[i].moves[m].change.frozen;
                order.own += orders[i].moves[m].change.own;
            }
            assert_memory_equal(&order, &orders[i].change, sizeof(order));
            sum.frozen += order.frozen;
            sum.own += order.own;
            moves += (int64_t)orders[i].moves_n;
            assert_true(orders[i].id > after);
            after = orders[i].id;
        }
    } while (n);
    assert_memory_equal(&sum, &s->closing, sizeof(sum));
    assert_int_equal(moves, s->moves);
}

static void assert_party_agrees(struct world *w, int party)
{
    struct purse running = {0};
    int last = settlement_month_of(w->s.f.tx.now_ms) - w->month_first;
    for (int month = 0; month <= last; month++) {
        const struct settlement_sum *expected = w->tally[party][month].sums;
        struct settlement s = settlement(w, keys[party], w->month_first + month);
        int64_t moves = 0;
        assert_memory_equal(&s.opening, &running, sizeof(running));
        for (int k = 0; k < SETTLEMENT_KINDS; k++) {
            assert_int_equal(s.sums[k].n, expected[k].n);
            assert_int_equal(s.sums[k].change.frozen, expected[k].change.frozen);
            assert_int_equal(s.sums[k].change.own, expected[k].change.own);
            running.frozen += expected[k].change.frozen;
            running.own += expected[k].change.own;
            moves += expected[k].n;
        }
        assert_memory_equal(&s.closing, &running, sizeof(running));
        assert_int_equal(s.moves, moves);
        assert_int_equal(s.is_issued, month < last && moves > 0);
        assert_orders_agree(w, &s);
    }
}

static void statements_are_what_a_plain_count_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world *w = malloc(sizeof(*w));
        assert_non_null(w);
        begin(w, seed);
        live(w);
        assert_true(w->lives_n > 50);
        for (int party = 0; party < PARTIES; party++)
            assert_party_agrees(w, party);
        share_close(&w->s); /* the checks: all together are the ledger */
        free(w);
    }
}

/* --- months --- */

static void months_are_read_and_written(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "2026-5",     "2026-13",  "2026-00", "2026/05",
                                      "x026-05", "2026-05-01", " 2026-05", "1969-12", "9999-01"};
    char text[SETTLEMENT_MONTH_TEXT];
    int month;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(settlement_month_read(str_of(bad[i]), &month), ERR_SYNTAX);
    assert_ok(settlement_month_read(STR("2026-12"), &month));
    settlement_month_text(month + 1, text);
    assert_string_equal(text, "2027-01");
    int64_t begins = settlement_month_begin(month + 1);
    assert_int_equal(settlement_month_of(begins), month + 1);
    assert_int_equal(settlement_month_of(begins - 1), month);
}

static void what_comes_later_is_of_a_later_month(void **state)
{
    (void)state;
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    begin(w, 1);
    int64_t order = received(&w->s, want_in(SHOW, 1, 1));
    int month = w->month_first;
    int64_t next = settlement_month_begin(month + 1);
    w->s.f.tx.now_ms = next + SETTLE_ISSUE_AFTER_MS - 1;
    assert_ok(issue_due(&w->s.f.tx, NULL));
    assert_false(settlement(w, "host:7", month).is_issued); /* clocks may differ */
    w->s.f.tx.now_ms = next + SETTLE_ISSUE_AFTER_MS;
    assert_ok(issue_due(&w->s.f.tx, NULL));
    struct settlement before = settlement(w, "host:7", month);
    assert_true(before.is_issued);
    refund(&w->s, order, 1, 1, 6900, "claim:1");
    struct settlement after = settlement(w, "host:7", month);
    assert_string_equal(after.hash, before.hash);
    assert_int_equal(after.closing.own, 1035);
    struct settlement later = settlement(w, "host:7", month + 1);
    assert_int_equal(later.opening.own, 1035);
    assert_int_equal(later.closing.own, 0);
    share_close(&w->s);
    free(w);
}

/* The right figures of the second month, with another's hash. */
static int found_of_a_wrong_hash(struct world *w)
{
    int n;
    static const uint8_t hash[SETTLEMENT_HASH_BYTES];
    struct settlement s = settlement(w, "factory:3", w->month_first + 1);
    assert_ok(db_savepoint(w->s.f.db));
    assert_ok(db_exec(w->s.f.db, &q_settle_statement_add,
                      ARGS(V_STR(s.party.key), V_Z(s.month_text), V_INT(s.opening.frozen),
                           V_INT(s.opening.own), V_INT(s.closing.frozen), V_INT(s.closing.own),
                           V_INT(s.moves), V_INT(s.until_seq), V_BLOB(str_n(hash, sizeof(hash))),
                           V_INT(1)),
                      NULL));
    assert_ok(settle_check(w->s.f.db, &w->s.f.arena, shop_say, NULL, &n));
    db_savepoint_rollback(w->s.f.db);
    return n;
}

static void what_was_issued_stays_and_is_checked(void **state)
{
    (void)state;
    static const char *const tries[] = {"UPDATE settle_statements SET closing_own_fen = 1",
                                        "DELETE FROM settle_statements"};
    static const struct {
        const char *sql;
        int found;
    } breaks[] = {
        {"SELECT 1", 0},
        {"INSERT INTO settle_statements SELECT party, '2031-01', 0, 0, 0, 0, 1, until_seq, hash, 1"
         " FROM settle_statements WHERE party = 'base'",
         1},
        {"INSERT INTO settle_statements SELECT party, '2031-01', closing_frozen_fen,"
         " closing_own_fen, closing_frozen_fen, closing_own_fen, 1, until_seq, hash, 1"
         " FROM settle_statements WHERE party = 'base'",
         1},
        {"INSERT INTO settle_months SELECT '2031-01', (SELECT MAX(seq) FROM ledger_transfers), 1",
         1},
    };
    struct world *w = malloc(sizeof(*w));
    assert_non_null(w);
    begin(w, 1);
    received(&w->s, want_in(SHOW, 1, 1));
    w->s.f.tx.now_ms = settlement_month_begin(w->month_first + 1) + SETTLE_ISSUE_AFTER_MS;
    assert_ok(issue_due(&w->s.f.tx, NULL));
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        assert_ok(db_savepoint(w->s.f.db));
        assert_int_not_equal(db_script(w->s.f.db, tries[i]), OK);
        db_savepoint_rollback(w->s.f.db);
    }
    w->s.f.tx.now_ms += HOUR_MS;
    int64_t order = placed(&w->s, want(1, 1)); /* a movement that has no statement */
    assert_ok(order_pay(&w->s.f.tx, order, (struct order_actor){BUYER, ORDER_AS_BUYER}));
    for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
        int n;
        assert_ok(db_savepoint(w->s.f.db));
        assert_ok(db_script(w->s.f.db, breaks[i].sql));
        assert_ok(settle_check(w->s.f.db, &w->s.f.arena, shop_say, NULL, &n));
        db_savepoint_rollback(w->s.f.db);
        assert_int_equal(n, breaks[i].found);
    }
    assert_int_equal(found_of_a_wrong_hash(w), 1);
    share_close(&w->s);
    free(w);
}

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_are_read_and_written),
        cmocka_unit_test(what_comes_later_is_of_a_later_month),
        cmocka_unit_test(what_was_issued_stays_and_is_checked),
        cmocka_unit_test(statements_are_what_a_plain_count_says),
    };
    return cmocka_run_group_tests_name("settlement", tests, NULL, NULL);
}
