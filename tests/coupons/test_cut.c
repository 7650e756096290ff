/* town/coupons: the arithmetic, beside one that is plainer and slower. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/coupons/coupons.h"

static uint64_t seed = 88172645463325252u;

static int64_t below(int64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)n);
}

static void what_it_takes_off(void **state)
{
    (void)state;
    const struct coupon off = {.off_fen = 1000, .least_fen = 10000};
    const struct coupon tenth = {.percent = 10, .most_fen = 500, .least_fen = 100, .product_id = 7};
    const struct {
        const struct coupon *c;
        struct coupon_line lines[3];
        enum err e;
        int64_t discounts[3], sum, missing;
    } cases[] = {
        {&off, {{1, 9999}}, ERR_CONFLICT, {0}, 0, 1},
        {&off, {{1, 10000}}, OK, {1000}, 1000, 0},
        {&off, {{1, 3333}, {2, 3333}, {3, 3334}}, OK, {333, 333, 334}, 1000, 0},
        {&off, {{1, 5000}, {2, 5000}, {3, 5000}}, OK, {334, 333, 333}, 1000, 0},
        {&tenth, {{1, 9999}}, ERR_CONFLICT, {0}, 0, 0}, /* for none of them */
        {&tenth, {{1, 9999}, {7, 1234}}, OK, {0, 123}, 123, 0},
        {&tenth, {{7, 99999}}, OK, {500}, 500, 0},
        {&tenth, {{7, 99}}, ERR_CONFLICT, {0}, 0, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t discounts[3], sum, missing;
        assert_int_equal(coupon_cut(cases[i].c, cases[i].lines, 3, discounts, &sum, &missing),
                         cases[i].e);
        assert_int_equal(sum, cases[i].sum);
        assert_int_equal(missing, cases[i].missing);
        for (size_t k = 0; !cases[i].e && k < 3; k++)
            assert_int_equal(discounts[k], cases[i].discounts[k]);
    }
}

static void what_cannot_be_reckoned(void **state)
{
    (void)state;
    const struct coupon off = {.off_fen = 1000, .least_fen = 1000};
    struct coupon_line lines[COUPON_LINES_MAX + 1];
    int64_t discounts[COUPON_LINES_MAX + 1], sum, missing;
    for (size_t i = 0; i <= COUPON_LINES_MAX; i++)
        lines[i] = (struct coupon_line){1, 100};
    assert_int_equal(coupon_cut(&off, lines, COUPON_LINES_MAX, discounts, &sum, &missing), OK);
    assert_int_equal(coupon_cut(&off, lines, COUPON_LINES_MAX + 1, discounts, &sum, &missing),
                     ERR_INVALID);
    lines[0].amount_fen = lines[1].amount_fen = INT64_MAX;
    assert_int_equal(coupon_cut(&off, lines, 2, discounts, &sum, &missing), ERR_INVALID);
}

/* Fen by fen, each to the line that is furthest from its exact share. */
static void plainly(const struct coupon_line *lines, size_t n, int64_t goods, int64_t fen,
                    int64_t *discounts)
{
    for (size_t i = 0; i < n; i++)
        discounts[i] = 0;
    for (int64_t f = 0; f < fen; f++) {
        size_t at = 0;
        int64_t most = INT64_MIN;
        for (size_t i = 0; i < n; i++) {
            int64_t lacks = fen * lines[i].amount_fen - discounts[i] * goods;
            if (lacks > most) {
                most = lacks;
                at = i;
            }
        }
        discounts[at]++;
    }
}

static void lines_sum_to_what_is_taken_off(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct coupon_line lines[6];
        size_t n = 1 + (size_t)below(6);
        int64_t goods = 0, discounts[6], wanted[6], sum, missing, all = 0;
        for (size_t k = 0; k < n; k++) {
            lines[k] = (struct coupon_line){1, below(400)};
            goods += lines[k].amount_fen;
        }
        struct coupon c = {.least_fen = below(300)};
        if (below(2))
            c.off_fen = 1 + below(600);
        else {
            c.percent = 1 + below(COUPON_PERCENT_MAX);
            c.most_fen = below(2) * below(200);
        }
        int64_t fen = c.percent ? goods * c.percent / 100 : c.off_fen;
        fen = c.percent && c.most_fen && fen > c.most_fen ? c.most_fen : fen;
        fen = fen < goods ? fen : goods;
        enum err e = coupon_cut(&c, lines, n, discounts, &sum, &missing);
        assert_int_equal(e, goods > 0 && goods >= c.least_fen && fen > 0 ? OK : ERR_CONFLICT);
        if (e)
            continue;
        plainly(lines, n, goods, fen, wanted);
        for (size_t k = 0; k < n; k++) {
            assert_in_range(discounts[k], 0, lines[k].amount_fen);
            /* No more than a fen from the exact share, and on it when the plain way is. */
            assert_true((discounts[k] - wanted[k]) * (discounts[k] - wanted[k]) <= 1);
            all += discounts[k];
        }
        assert_int_equal(all, fen);
        assert_int_equal(sum, fen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_takes_off),
                                       cmocka_unit_test(what_cannot_be_reckoned),
                                       cmocka_unit_test(lines_sum_to_what_is_taken_off)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
