/* job/ean: bars as the standard has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "job/ean.h"

static void assert_bars(const char *gtin, const char *modules)
{
    struct ean e;
    char text[EAN_MODULES_MAX + 1] = "";
    assert_true(ean_encode(str_of(gtin), &e));
    for (int i = 0; i < e.modules; i++)
        text[i] = e.is_dark[i] ? '1' : '0';
    assert_string_equal(text, modules);
}

/* Worked out by hand from the tables of ISO/IEC 15420 (5.1, table 1 and 2). */
static void examples_of_the_standard(void **state)
{
    (void)state;
    assert_bars("5901234123457", "101"
                                 "0001011"
                                 "0100111"
                                 "0110011"
                                 "0010011"
                                 "0111101"
                                 "0011101"
                                 "01010"
                                 "1100110"
                                 "1101100"
                                 "1000010"
                                 "1011100"
                                 "1001110"
                                 "1000100"
                                 "101");
    assert_bars("4006381333931", "101"
                                 "0001101"
                                 "0100111"
                                 "0101111"
                                 "0111101"
                                 "0001001"
                                 "0110011"
                                 "01010"
                                 "1000010"
                                 "1000010"
                                 "1000010"
                                 "1110100"
                                 "1000010"
                                 "1100110"
                                 "101");
    assert_bars("96385074", "101"
                            "0001011"
                            "0101111"
                            "0111101"
                            "0110111"
                            "01010"
                            "1001110"
                            "1110010"
                            "1000100"
                            "1011100"
                            "101");
}

/* The first digit is in no bars of its own: it is in which sets the left half uses. */
static void the_first_digit_says_the_sets(void **state)
{
    (void)state;
    static const char *const sets[10] = {"AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB",
                                         "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA"};
    for (int first = 0; first < 10; first++) {
        char gtin[14];
        struct ean e;
        int sum = first + 3 * (1 + 3 + 5 + 7 + 9 + 1) + (2 + 4 + 6 + 8 + 0);
        snprintf(gtin, sizeof(gtin), "%d12345678901%d", first, (10 - sum % 10) % 10);
        assert_true(ean_encode(str_of(gtin), &e));
        for (int i = 0; i < 6; i++) {
            int dark = 0; /* a digit of set A has an odd number of dark modules, of B an even one */
            for (int m = 0; m < 7; m++)
                dark += e.is_dark[3 + i * 7 + m];
            assert_int_equal(sets[first][i], dark % 2 ? 'A' : 'B');
        }
    }
}

static void shorter_and_longer_numbers(void **state)
{
    (void)state;
    struct ean twelve, thirteen, fourteen;
    assert_true(ean_encode(STR("036000291452"), &twelve));
    assert_true(ean_encode(STR("0036000291452"), &thirteen));
    assert_true(ean_encode(STR("00036000291452"), &fourteen));
    assert_memory_equal(&twelve, &thirteen, sizeof(twelve));
    assert_memory_equal(&fourteen, &thirteen, sizeof(twelve));
    static const char *const none[] = {"",
                                       "590123412345",
                                       "5901234123458",
                                       "59012341234571",
                                       "15901234123457",
                                       "590123412345x",
                                       "-901234123457",
                                       "96385075",
                                       "9638507"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(ean_encode(str_of(none[i]), &twelve));
}

static void guards_are_the_long_bars(void **state)
{
    (void)state;
    struct ean e;
    char long_ones[EAN_MODULES_MAX + 1] = "";
    assert_true(ean_encode(STR("5901234123457"), &e));
    assert_int_equal(e.modules, 95);
    for (int i = 0; i < e.modules; i++)
        long_ones[i] = ean_is_guard(&e, i) && e.is_dark[i] ? '|' : ' ';
    assert_int_equal(strspn(long_ones, "| "), 95);
    assert_memory_equal(long_ones, "| |", 3);
    assert_memory_equal(long_ones + 45, " | | ", 5);
    assert_memory_equal(long_ones + 92, "| |", 3);
    int n = 0;
    for (int i = 0; i < 95; i++)
        n += long_ones[i] == '|';
    assert_int_equal(n, 6);
    assert_int_equal(ean_quiet_left(&e), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_standard),
        cmocka_unit_test(the_first_digit_says_the_sets),
        cmocka_unit_test(shorter_and_longer_numbers),
        cmocka_unit_test(guards_are_the_long_bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
