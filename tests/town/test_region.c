/* town/region: codes and names of provinces, and finding one in an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "town/region.h"

static void codes_rise_and_are_found(void **state)
{
    (void)state;
    assert_int_equal(regions_n, 34);
    for (size_t i = 0; i < regions_n; i++) {
        assert_ptr_equal(region_by_code(regions[i].code), &regions[i]);
        assert_true(i == 0 || regions[i].code > regions[i - 1].code);
        assert_int_equal(region_find(str_of(regions[i].name_zh)), regions[i].code);
        assert_int_equal(region_find(str_of(regions[i].name_en)), regions[i].code);
    }
    static const int64_t none[] = {0, -1, 10, 99, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_null(region_by_code(none[i]));
}

static void an_address_begins_with_its_province(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        int code;
    } cases[] = {
        {"浙江省宁波市慈溪市某路 1 号", 33},
        {"  浙江宁波慈溪", 33},
        {"上海市浦东新区", 31},
        {"内蒙古呼和浩特市", 15},
        {"黑龙江省哈尔滨市", 23},
        {"Zhejiang, Ningbo, Cixi", 33},
        {"hong kong", 81},
        {"Shaanxi, Xi'an", 61},
        {"Shanxi Taiyuan", 14},
        {"Shanxiao Road 5", 0},
        {"宁波市浙江路 3 号", 0},
        {"", 0},
        {"浙", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(region_find(str_of(cases[i].address)), cases[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_rise_and_are_found),
        cmocka_unit_test(an_address_begins_with_its_province),
    };
    return cmocka_run_group_tests_name("region", tests, NULL, NULL);
}
