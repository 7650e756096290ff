/* What letters find in Chinese, as they are typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "town/pinyin.h"

static void has(const char *text, const char *letters, bool want)
{
    if (pinyin_has(str_of(text), str_of(letters)) != want)
        fail_msg("%s in %s: not %d", letters, text, want);
}

static void syllables_and_their_beginnings_are_found(void **state)
{
    static const char *const right[] = {"zhandi", "zd",     "zhdi", "zhd",     "zhandimianji",
                                        "dmj",    "mianji", "m",    "zongzhan"};
    static const char *const wrong[] = {"zandi",         "zhandj",  "zj", "zdd",
                                        "zhandimianjix", "ongzhan", "Zd", "占"};
    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        has("总占地面积", right[i], true);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        has("总占地面积", wrong[i], false);
}

static void what_is_not_chinese_stands_between(void **state)
{
    (void)state;
    has("西区 4.81 平方公里", "xiqu", true);
    has("西区 4.81 平方公里", "xqpf", false);
    has("west", "w", false);
    has("", "a", false);
    has("西区", "", false);
}

static void texts_of_any_length(void **state)
{
    char text[3 * 2000 + 1], letters[PINYIN_LETTERS_MAX + 1];
    (void)state;
    for (int i = 0; i < 2000; i++)
        memcpy(text + 3 * i, i % 2 ? "和" : "是", 3);
    text[sizeof(text) - 1] = 0;
    for (int i = 0; i < PINYIN_LETTERS_MAX; i++) /* of one syllable, or of two, each time */
        letters[i] = i % 2 ? 'h' : 's';
    letters[PINYIN_LETTERS_MAX] = 0;
    has(text, letters, true);
    letters[PINYIN_LETTERS_MAX - 1] = 'x';
    has(text, letters, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syllables_and_their_beginnings_are_found),
        cmocka_unit_test(what_is_not_chinese_stands_between),
        cmocka_unit_test(texts_of_any_length),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
