/* town/settle/cut: shares to the fen, by a table and beside a plain reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/rnd.h"
#include "town/settle/cut.h"

#define NONE                                                                                       \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

static const struct row {
    const char *what;
    int64_t nets[3], most_bp;
    struct cut_claim claims[6];
    int64_t fen[3];
} rows[] = {
    {"a plain order", {10000}, 3000, {{0, 0, 300}, {0, 1, 1500}, {0, 2, 500}}, {300, 1500, 500}},
    {"nothing left", {0}, 3000, {{0, 0, 300}, {0, 1, 1500}}, {0, 0, 0}},
    {"no rule", {10000}, 3000, {NONE}, {0, 0, 0}},
    {"one fen", {1}, 3000, {{0, 0, 300}, {0, 1, 1500}}, {0, 0, 0}},
    {"the example of cut.h",
     {10000, 3333},
     3000,
     {{0, 0, 1500}, {0, 1, 300}, {1, 2, 1000}, {1, 1, 300}},
     {1500, 400, 333}},
    {"a lost fen goes to who lost most", {999}, 3000, {{0, 0, 333}, {0, 1, 666}}, {33, 66, 0}},
    {"a tie goes to the first", {50}, 3000, {{0, 0, 500}, {0, 1, 500}}, {3, 2, 0}},
    {"the cap cuts all alike", {10000}, 1000, {{0, 0, 1000}, {0, 1, 2000}}, {333, 667, 0}},
    {"no more than is let go", {10000}, 0, {{0, 0, 1000}}, {0, 0, 0}},
    {"the most there is",
     {CUT_FEN_MAX},
     10000,
     {{0, 0, 9999}, {0, 1, 1}},
     {CUT_FEN_MAX / 10000 * 9999, CUT_FEN_MAX / 10000, 0}},
};

static void a_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        int64_t fen[3] = {-1, -1, -1};
        assert_int_equal(cut(r->nets, 3, r->claims, 6, r->most_bp, fen, 3), OK);
        for (int p = 0; p < 3; p++)
            if (fen[p] != r->fen[p])
                fail_msg("%s: party %d gets %lld, not %lld", r->what, p, (long long)fen[p],
                         (long long)r->fen[p]);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    int64_t fen[2], nets[CUT_LINES_MAX + 1] = {100};
    const struct cut_claim one = {0, 0, 100}, over[] = {{0, 0, 9000}, {0, 1, 1001}};
    const struct cut_claim bad[] = {{1, 0, 1}, {0, 2, 1}, {0, 0, -1}, {0, 0, 10001}};
    assert_int_equal(cut(nets, 1, &one, 1, 3000, fen, 2), OK);
    assert_int_equal(cut(nets, 1, over, 2, 3000, fen, 2), ERR_INVALID);
    for (int i = 0; i < 4; i++)
        assert_int_equal(cut(nets, 1, &bad[i], 1, 3000, fen, 2), ERR_INVALID);
    assert_int_equal(cut(nets, 1, &one, 1, -1, fen, 2), ERR_INVALID);
    assert_int_equal(cut(nets, 1, &one, 1, 10001, fen, 2), ERR_INVALID);
    assert_int_equal(cut(nets, CUT_LINES_MAX + 1, &one, 1, 3000, fen, 2), ERR_INVALID);
    assert_int_equal(cut(nets, 1, &one, 1, 3000, fen, CUT_PARTIES_MAX + 1), ERR_INVALID);
    nets[0] = -1;
    assert_int_equal(cut(nets, 1, &one, 1, 3000, fen, 2), ERR_INVALID);
    nets[0] = CUT_FEN_MAX, nets[1] = 1;
    assert_int_equal(cut(nets, 2, &one, 1, 3000, fen, 2), ERR_INVALID);
}

/* --- random orders: fen after fen to who has the least of what is due --- */

enum { LINES = 5, PARTIES = 6, ROUNDS = 20000 };

struct order {
    int64_t nets[LINES], most_bp;
    struct cut_claim claims[LINES * 3];
    size_t claims_n;
};

static void random_order(struct rnd_seq *seq, struct order *o)
{
    memset(o, 0, sizeof(*o));
    o->most_bp = (int64_t)rnd_seq_below(seq, 5) * 1000;
    for (size_t i = 0; i < LINES; i++) {
        int64_t left = CUT_WHOLE_BP;
        o->nets[i] = rnd_seq_below(seq, 4) ? (int64_t)rnd_seq_below(seq, 300) : 0;
        for (uint64_t n = rnd_seq_below(seq, 4); n > 0; n--) {
            int64_t bp = (int64_t)rnd_seq_below(seq, 2500);
            bp = bp < left ? bp : left;
            left -= bp;
            o->claims[o->claims_n++] =
                (struct cut_claim){i, (size_t)rnd_seq_below(seq, PARTIES), bp};
        }
    }
}

static void plainly(const struct order *o, int64_t fen[PARTIES])
{
    int64_t due[PARTIES] = {0}, all = 0, net = 0;
    memset(fen, 0, PARTIES * sizeof(*fen));
    for (size_t i = 0; i < o->claims_n; i++)
        due[o->claims[i].party] += o->nets[o->claims[i].line] * o->claims[i].bp;
    for (size_t i = 0; i < PARTIES; i++)
        all += due[i];
    for (size_t i = 0; i < LINES; i++)
        net += o->nets[i];
    int64_t total = all / 10000;
    if (total > net * o->most_bp / 10000)
        total = net * o->most_bp / 10000;
    for (int64_t given = 0; given < total; given++) {
        size_t poorest = 0;
        for (size_t i = 1; i < PARTIES; i++)
            if (due[i] * total - fen[i] * all > due[poorest] * total - fen[poorest] * all)
                poorest = i;
        fen[poorest]++;
    }
}

static void random_orders_are_cut_as_the_reference_cuts_them(void **state)
{
    (void)state;
    struct rnd_seq seq = {20261126};
    int64_t shared = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct order o;
        int64_t fen[PARTIES], plain[PARTIES];
        random_order(&seq, &o);
        plainly(&o, plain);
        assert_int_equal(cut(o.nets, LINES, o.claims, o.claims_n, o.most_bp, fen, PARTIES), OK);
        for (int p = 0; p < PARTIES; p++) {
            if (fen[p] != plain[p])
                fail_msg("round %d, party %d: %lld, not %lld", round, p, (long long)fen[p],
                         (long long)plain[p]);
            shared += fen[p];
        }
    }
    assert_true(shared > ROUNDS * 10); /* or there was little to see */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(random_orders_are_cut_as_the_reference_cuts_them),
    };
    return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
