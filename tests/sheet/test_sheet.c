/* town/sheet: what spreadsheets must be given, byte by byte for CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "town/sheet/sheet.h"

#define assert_ok(call) assert_int_equal((call), OK)

static const struct sheet_column columns[] = {{STR("when"), SHEET_TIME, 0, 20},
                                              {STR("what, why"), SHEET_TEXT, 0, 0},
                                              {STR("pieces"), SHEET_NUMBER, 0, 0},
                                              {STR("money"), SHEET_NUMBER, 2, 0}};

static void put_row(struct sheet *s, struct str text, int64_t pieces, int64_t fen)
{
    sheet_number(s, 1777593600000); /* 2026-05-01T00:00:00Z */
    sheet_text(s, text);
    sheet_number(s, pieces);
    sheet_number(s, fen);
}

static void csv_is_rfc_4180_for_excel(void **state)
{
    (void)state;
    struct arena arena;
    struct sheet s;
    struct block *b;
    arena_init(&arena, 1 << 20);
    assert_ok(sheet_init(&s, columns, 4, 6, &arena));
    put_row(&s, STR("plain"), 7, 6900);
    put_row(&s, STR("a \"b\", c\r\nd"), -3, -5);
    put_row(&s, STR("=1+1"), INT64_MIN, 100);
    put_row(&s, STR("@x"), 0, INT64_MAX);
    put_row(&s, STR_NONE, 0, 0);
    for (int i = 0; i < 4; i++)
        sheet_empty(&s);
    assert_ok(sheet_csv(&s, &b));
    const char *expected = "\xEF\xBB\xBFwhen,\"what, why\",pieces,money\r\n"
                           "2026-05-01 08:00:00,plain,7,69.00\r\n"
                           "2026-05-01 08:00:00,\"a \"\"b\"\", c\r\nd\",-3,-0.05\r\n"
                           "2026-05-01 08:00:00,\"'=1+1\",-9223372036854775808,1.00\r\n"
                           "2026-05-01 08:00:00,\"'@x\",0,92233720368547758.07\r\n"
                           "2026-05-01 08:00:00,,0,0.00\r\n"
                           ",,,\r\n";
    assert_int_equal(b->n, strlen(expected));
    assert_memory_equal(b->p, expected, b->n);
    block_unref(b);
    arena_free(&arena);
}

static void xlsx_is_a_zip_that_holds_the_table(void **state)
{
    (void)state;
    struct arena arena;
    struct sheet s;
    struct block *b;
    static char text[10000];
    arena_init(&arena, 1 << 20);
    memset(text, 'x', sizeof(text));
    assert_ok(sheet_init(&s, columns, 4, 4, &arena));
    put_row(&s, STR("=1+1"), 7, 6900);
    put_row(&s, STR("电水壶"), INT64_MAX, 0);
    put_row(&s, str_n(text, sizeof(text)), 1, 1);
    for (int i = 0; i < 4; i++)
        sheet_empty(&s);
    assert_ok(sheet_xlsx(&s, &b));
    assert_true(b->n > 1000);
    assert_memory_equal(b->p, "PK\3\4", 4);
    block_unref(b);
    arena_free(&arena);
}

static void a_table_has_limits(void **state)
{
    (void)state;
    struct arena arena;
    struct sheet s;
    arena_init(&arena, 1 << 20);
    assert_int_equal(sheet_init(&s, columns, 0, 1, &arena), ERR_LIMIT);
    assert_int_equal(sheet_init(&s, columns, SHEET_COLUMNS_MAX + 1, 1, &arena), ERR_LIMIT);
    assert_int_equal(sheet_init(&s, columns, 4, SHEET_ROWS_MAX + 1, &arena), ERR_LIMIT);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_rfc_4180_for_excel),
        cmocka_unit_test(xlsx_is_a_zip_that_holds_the_table),
        cmocka_unit_test(a_table_has_limits),
    };
    return cmocka_run_group_tests_name("sheet", tests, NULL, NULL);
}
