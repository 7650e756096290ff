/* Where a visit came from, by what browsers and links say. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "town/audience/source.h"

#define HOST "town.example:8080"

static void is(const char *from, const char *ref, const char *source, const char *via)
{
    struct audience_from f = audience_from(str_of(from), str_of(ref), STR(HOST));
    assert_string_equal(audience_source_names[f.source], source);
    assert_string_equal(f.via, via);
}

static void pages_of_the_town_are_told_apart(void **state)
{
    (void)state;
    is("", "http://" HOST "/", "home", "");
    is("", "https://" HOST, "home", "");
    is("", "http://" HOST "/en/", "home", "");
    is("", "http://" HOST "/hall/products/kettle", "hall", "");
    is("", "http://" HOST "/zh/hall?q=x", "hall", "");
    is("", "http://" HOST "/hall/products/kettle?label=3", "label", "");
    is("", "http://" HOST "/hall/products/kettle?colour=red&label=3", "label", "");
    is("", "http://" HOST "/hallway", "town", "");
    is("", "http://" HOST "/shows", "shows", "");
    is("", "http://" HOST "/shows/7?from=share", "shows", "");
    is("", "http://" HOST "/orders", "town", "");
}

static void a_marked_link_says_more_than_the_page_before(void **state)
{
    (void)state;
    is("share", "http://" HOST "/hall", "share", "");
    is("reservation", "", "reservation", "");
    is(" WeiXin ", "https://mp.example/", "link", "weixin");
    is("spring_mail-1.a", "", "link", "spring_mail-1.a");
}

/* What a link carries must not become a place to keep people's data in. */
static void only_a_short_plain_word_is_kept(void **state)
{
    (void)state;
    is("li.ming@mail.example", "", "link", "li.ming");
    is("<script>", "", "direct", "");
    is("张三", "", "direct", "");
    is("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", "link",
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void other_sites_are_kept_by_their_host_alone(void **state)
{
    (void)state;
    is("", "https://www.search.example/find?q=secret", "site", "search.example");
    is("", "https://Search.Example:444/#x", "site", "search.example");
    is("", "https://town.example/", "site", "town.example"); /* another port is another site */
    is("", "", "direct", "");
    is("", "android-app://some.program/", "direct", "");
    is("", "javascript:alert(1)", "direct", "");
    is("", "https://", "direct", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_the_town_are_told_apart),
        cmocka_unit_test(a_marked_link_says_more_than_the_page_before),
        cmocka_unit_test(only_a_short_plain_word_is_kept),
        cmocka_unit_test(other_sites_are_kept_by_their_host_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
