/* town/training: numbers with a check character, papers by a seed, codes that change, questions as
 * a sheet says them. */
#include "../store/fixture.h"

#include "store/seal.h"
#include "town/training/code.h"
#include "town/training/draw.h"
#include "town/training/number.h"
#include "town/training/question.h"
#include "town/training/training.h"

static void a_number_is_read_as_it_is_typed(void **state)
{
    (void)state;
    char text[NUMBER_TEXT], read[NUMBER_TEXT];
    number_text(2026, 123, text);
    assert_memory_equal(text, "CERT-2026-000123-", 17);
    assert_true(number_read(str_of(text), read));
    assert_string_equal(read, text);
    char typed[NUMBER_TEXT];
    for (int i = 0; i <= NUMBER_TEXT - 1; i++)
        typed[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32)
                   : text[i] == '-'                 ? ' '
                                                    : text[i];
    assert_true(number_read(str_of(typed), read));
    assert_string_equal(read, text);
    assert_false(number_read(STR(""), read));
    assert_false(number_read(STR("CERT"), read));
    assert_false(number_read(STR("CERT-2026-000123-00"), read));
    assert_false(number_read(STR("CERT-20A6-000123-0"), read));
}

static void a_number_with_one_wrong_character_is_none(void **state)
{
    (void)state;
    int swapped = 0, missed = 0;
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int serial = 1; serial < 999999; serial += 99991) {
        char text[NUMBER_TEXT], read[NUMBER_TEXT];
        number_text(2026, serial, text);
        for (int i = 0; i < NUMBER_TEXT - 1; i++)
            for (const char *c = letters; text[i] != '-' && *c; c++) {
                char forged[NUMBER_TEXT];
                memcpy(forged, text, sizeof(forged));
                forged[i] = *c;
                assert_int_equal(number_read(str_of(forged), read), *c == text[i]);
            }
        for (int i = 5; i + 1 < 16; i++) { /* two that changed places */
            char forged[NUMBER_TEXT];
            memcpy(forged, text, sizeof(forged));
            forged[i] = text[i + 1], forged[i + 1] = text[i];
            if (text[i] == text[i + 1] || text[i] == '-' || text[i + 1] == '-')
                continue;
            swapped++;
            missed += number_read(str_of(forged), read);
        }
    }
    assert_true(swapped > 30 && missed * 20 < swapped);
}

enum { BANK = 40, TAKE = 10 };

static void fill(struct draw_question all[BANK])
{
    for (int i = 0; i < BANK; i++)
        all[i] = (struct draw_question){.id = 100 + i, .options = i % 5 == 0 ? 0 : 2 + i % 5};
}

static void a_seed_draws_the_same_paper_again(void **state)
{
    (void)state;
    struct draw_question a[BANK], b[BANK];
    int same = 0;
    for (uint64_t seed = 1; seed < 50; seed++) {
        fill(a), fill(b);
        draw_paper(seed, a, BANK, TAKE);
        draw_paper(seed, b, BANK, TAKE);
        assert_memory_equal(a, b, sizeof(a));
        for (int i = 0; i < TAKE; i++) {
            bool seen[DRAW_OPTIONS_MAX] = {false};
            assert_int_equal(strlen(a[i].order), a[i].options);
            for (int k = 0; k < a[i].options; k++) { /* each option once */
                assert_in_range(a[i].order[k], '0', '0' + a[i].options - 1);
                assert_false(seen[a[i].order[k] - '0']);
                seen[a[i].order[k] - '0'] = true;
            }
            for (int k = 0; k < i; k++)
                assert_true(a[k].id != a[i].id);
        }
        fill(b);
        draw_paper(seed + 1, b, BANK, TAKE);
        same += memcmp(a, b, sizeof(a)) == 0;
    }
    assert_int_equal(same, 0);
}

static void a_code_is_good_for_its_session_and_a_minute(void **state)
{
    (void)state;
    char folder[] = "/tmp/guildhall-code-XXXXXX", key[64];
    struct arena arena;
    struct err_info info;
    char code[CODE_TEXT], next[CODE_TEXT];
    int64_t until, now = INT64_C(1795780000000);
    arena_init(&arena, 1 << 20);
    assert_non_null(mkdtemp(folder));
    assert_ok(seal_load(folder, &arena, &info));
    code_now(7, now, code, &until);
    assert_true(until > now && until <= now + TURNING_STEP_MS);
    code_now(7, until, next, &until);
    assert_string_not_equal(code, next);
    assert_true(code_ok(7, now, str_of(code)));
    assert_true(code_ok(7, now + TURNING_STEP_MS, str_of(code)));
    assert_false(code_ok(7, now + TURNING_STEPS * TURNING_STEP_MS, str_of(code)));
    assert_false(code_ok(7, now + INT64_C(24) * 3600 * 1000, str_of(code)));
    assert_false(code_ok(7, now - TURNING_STEP_MS, str_of(code))); /* a clock that went back */
    assert_false(code_ok(8, now, str_of(code)));
    assert_false(code_ok(7, now, STR("")));
    assert_false(code_ok(7, now, str_slice(str_of(code), 0, CODE_TEXT - 2)));
    snprintf(key, sizeof(key), "%s/seal.key", folder);
    unlink(key);
    rmdir(folder);
    arena_free(&arena);
}

static void a_question_is_read_or_said_to_be_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *cells[QUESTION_COLUMNS], *wrong;
        int right;
    } rows[] = {
        {{"single", "q", "q", "B", "x|y", "z"}, NULL, 2},
        {{"MULTIPLE", "q", "q", "ca", "x", "y", "z"}, NULL, 5},
        {{"truth", "q", "q", "f"}, NULL, 2},
        {{"essay", "q", "q", "A", "x", "y"}, "kind", 0},
        {{"single", "", "q", "A", "x", "y"}, "text", 0},
        {{"single", "q", "q", "A", "x", "x"}, "twice", 0},
        {{"single", "q", "q", "A", "x", "", "z"}, "gap", 0},
        {{"single", "q", "q", "A", "|", "y"}, "option", 0},
        {{"single", "q", "q", "AB", "x", "y"}, "right", 0},
        {{"single", "q", "q", "C", "x", "y"}, "right", 0},
        {{"multiple", "q", "q", "", "x", "y"}, "right", 0},
        {{"single", "q", "q", "A", "x"}, "options", 0},
        {{"truth", "q", "q", "T", "x"}, "options", 0},
        {{"truth", "q", "q", "yes"}, "right", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str cells[QUESTION_COLUMNS];
        struct question q;
        for (int k = 0; k < QUESTION_COLUMNS; k++)
            cells[k] = str_of(rows[i].cells[k] ? rows[i].cells[k] : "");
        const char *wrong = question_read(cells, &q);
        if (rows[i].wrong) {
            assert_non_null(wrong);
            assert_string_equal(wrong, rows[i].wrong);
        } else {
            assert_null(wrong);
            assert_int_equal(q.right, rows[i].right);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_as_it_is_typed),
        cmocka_unit_test(a_number_with_one_wrong_character_is_none),
        cmocka_unit_test(a_seed_draws_the_same_paper_again),
        cmocka_unit_test(a_code_is_good_for_its_session_and_a_minute),
        cmocka_unit_test(a_question_is_read_or_said_to_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
