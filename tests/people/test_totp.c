/* One-time passwords against the vectors of RFC 6238 appendix B and RFC 4226 appendix D. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "town/people/totp.h"

static const struct str secret = {"12345678901234567890", 20};
static struct arena arena;

static void codes_are_those_of_rfc_6238(void **state)
{
    static const struct {
        int64_t at_s;
        uint32_t code;
    } vectors[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                   {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        uint32_t code;
        assert_int_equal(totp_code(secret, totp_step(vectors[i].at_s * 1000), 8, &code), OK);
        assert_int_equal(code, vectors[i].code);
        assert_int_equal(totp_code(secret, totp_step(vectors[i].at_s * 1000), 6, &code), OK);
        assert_int_equal(code, vectors[i].code % 1000000);
    }
    uint32_t none;
    assert_int_equal(totp_code(secret, 1, 0, &none), ERR_INVALID);
    assert_int_equal(totp_code(secret, 1, 10, &none), ERR_INVALID);
}

static void codes_of_counters_are_those_of_rfc_4226(void **state)
{
    static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314,
                                     254676, 287922, 162583, 399871, 520489};
    (void)state;
    for (int64_t i = 0; i < 10; i++) {
        uint32_t code;
        assert_int_equal(totp_code(secret, i, 6, &code), OK);
        assert_int_equal(code, codes[i]);
    }
}

static int64_t found(const char *typed, int64_t now)
{
    int64_t step;
    assert_int_equal(totp_find(secret, str_of(typed), now, &step), OK);
    return step;
}

static void a_code_is_found_one_step_around(void **state)
{
    (void)state;
    assert_int_equal(found("338314", 4), 4);
    assert_int_equal(found("338314", 3), 4);
    assert_int_equal(found("338314", 5), 4);
    assert_int_equal(found("338314", 2), -1);
    assert_int_equal(found("338314", 6), -1);
    assert_int_equal(found("338 314", 4), 4);
    assert_int_equal(found(" 338314 ", 4), 4);
}

static void what_is_no_code_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {"",       "33831",    "3383140",     "33831a",
                                       "-38314", "338314\n", "３３８３１４"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(found(none[i], 4), -1);
}

/* RFC 4648 section 10, without padding. */
static void keys_are_base32(void **state)
{
    static const char *const pairs[][2] = {{"f", "MY"},           {"fo", "MZXQ"},
                                           {"foo", "MZXW6"},      {"foob", "MZXW6YQ"},
                                           {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_true(str_eq_z(totp_base32(&arena, str_of(pairs[i][0])), pairs[i][1]));
    assert_true(str_eq_z(totp_base32(&arena, secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
}

static void an_app_reads_the_address(void **state)
{
    (void)state;
    struct str uri = totp_uri(&arena, STR("慈 市"), STR("chief.li"), secret);
    assert_true(str_eq_z(uri, "otpauth://totp/%E6%85%88%20%E5%B8%82:chief.li?secret="
                              "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%85%88%20%E5%B8%82"
                              "&algorithm=SHA1&digits=6&period=30"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_rfc_6238),
        cmocka_unit_test(codes_of_counters_are_those_of_rfc_4226),
        cmocka_unit_test(a_code_is_found_one_step_around),
        cmocka_unit_test(what_is_no_code_is_none),
        cmocka_unit_test(keys_are_base32),
        cmocka_unit_test(an_app_reads_the_address),
    };
    arena_init(&arena, 1 << 20);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
