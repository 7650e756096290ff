/* The lot: who wins is settled by seed and list alone, as anybody can compute it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "town/offers/lot.h"

static const uint8_t seed[LOT_SEED_BYTES] = "a seed of up to thirty-two bytes";

static void hash_list(const struct str *receipts, size_t n, char hex[LOT_HEX])
{
    struct lot_list list;
    assert_int_equal(lot_list_begin(&list), OK);
    for (size_t i = 0; i < n; i++)
        lot_list_add(&list, receipts[i]);
    lot_list_end(&list, hex);
}

/* As `printf ... | sha256sum` and `openssl dgst -hmac` say. */
static void the_hashes_are_those_that_are_published(void **state)
{
    (void)state;
    char hex[LOT_HEX];
    const struct str receipts[] = {STR("aa"), STR("bb")};
    lot_seed_hash((const uint8_t *)"00000000000000000000000000000000", hex);
    assert_string_equal(hex, "84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a");
    hash_list(receipts, 2, hex);
    assert_string_equal(hex, "4adae732dac0371ba90b36f41b5add825f101cdae210740f51732a0b3ca67aea");
    hash_list(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* As `printf list:N | openssl dgst -sha256 -hmac SEED | sort` says. */
static void the_smallest_ranks_win(void **state)
{
    (void)state;
    static const size_t expected[7] = {2, 5, 6, 1, 3, 7, 4};
    size_t winners[7];
    assert_int_equal(lot_draw(seed, "list", 7, 7, winners), OK);
    assert_memory_equal(winners, expected, sizeof(expected));
}

static void each_wins_at_most_once_and_the_same_again(void **state)
{
    (void)state;
    size_t first[10] = {0}, again[10] = {0}, all[100];
    assert_int_equal(lot_draw(seed, "list", 100, 10, first), OK);
    assert_int_equal(lot_draw(seed, "list", 100, 10, again), OK);
    assert_memory_equal(first, again, sizeof(first));
    for (int i = 0; i < 10; i++) {
        assert_in_range(first[i], 1, 100);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(first[i], first[k]);
    }
    assert_int_equal(lot_draw(seed, "other list", 100, 10, again), OK);
    assert_memory_not_equal(first, again, sizeof(first));
    assert_int_equal(lot_draw(seed, "list", 100, 100, all), OK);
    assert_memory_equal(first, all, sizeof(first)); /* more prizes do not change who is first */
}

static void fewer_than_prizes_all_win(void **state)
{
    (void)state;
    size_t winners[5] = {0, 0, 0, 77, 77};
    assert_int_equal(lot_draw(seed, "list", 3, 5, winners), OK);
    assert_int_equal(winners[0] + winners[1] + winners[2], 6);
    assert_int_equal(winners[3], 77);
    assert_int_equal(lot_draw(seed, "list", 0, 5, winners), OK);
}

/* Over many lists every number wins about as often: chi square of 9 degrees, one in ten thousand.
 */
static void it_favours_nobody(void **state)
{
    (void)state;
    enum { NUMBERS = 10, LISTS = 20000 };
    int wins[NUMBERS] = {0};
    for (int i = 0; i < LISTS; i++) {
        char list[16];
        size_t winner;
        snprintf(list, sizeof(list), "list %d", i);
        assert_int_equal(lot_draw(seed, list, NUMBERS, 1, &winner), OK);
        wins[winner - 1]++;
    }
    double chi = 0, expected = (double)LISTS / NUMBERS;
    for (int i = 0; i < NUMBERS; i++)
        chi += (wins[i] - expected) * (wins[i] - expected) / expected;
    assert_true(chi < 33.7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hashes_are_those_that_are_published),
        cmocka_unit_test(the_smallest_ranks_win),
        cmocka_unit_test(each_wins_at_most_once_and_the_same_again),
        cmocka_unit_test(fewer_than_prizes_all_win),
        cmocka_unit_test(it_favours_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
