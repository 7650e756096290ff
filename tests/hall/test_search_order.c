/* town/hall/search_order: what comes first when thousands of goods have the words. */
#include "../store/fixture.h"

#include <stdlib.h>

#include "town/hall/search_order.h"

enum { GOODS = 4400, FACTORS = 7919, ROUND = 10007, KINDS = 2, FIRST_PAGES = 30, THEN_EVERY = 9 };

/* By place: the title begins with it, has it; the maker's name does, the kind's does. */
static const char *const titles[] = {"电暖器", "静音电扇", "落地扇", "塔扇"};
enum { PLACES = sizeof(titles) / sizeof(titles[0]) };

static int64_t sold_of(int64_t product)
{
    return product * FACTORS % ROUND;
}

static void add(struct fixture *f, int64_t product)
{
    struct arena arena;
    struct tx tx = f->tx;
    char title[64];
    snprintf(title, sizeof(title), "%s%lld", titles[product % PLACES], (long long)product);
    bool by_maker = product % PLACES == 2, by_kind = product % PLACES == 3;
    struct hall_search_doc doc = {.product = product,
                                  .organisation = 1,
                                  .kind = 1 + product % KINDS,
                                  .price_fen = 100,
                                  .sold = sold_of(product),
                                  .facets = {1, 1},
                                  .title_zh = str_of(title),
                                  .title_en = STR("Thing")};
    hall_search_text(&doc, SEARCH_TITLE, doc.title_zh);
    hall_search_text(&doc, SEARCH_MAKER, by_maker ? STR("禾坞电厂") : STR("禾坞厂"));
    hall_search_text(&doc, SEARCH_KIND, by_kind ? STR("电风扇") : STR("风扇"));
    hall_search_text(&doc, SEARCH_SPEC, STR("1500W"));
    arena_init(&arena, 16 << 20);
    tx.arena = &arena;
    assert_ok(hall_search_put(&tx, &doc));
    arena_free(&arena);
}

static void fill(struct fixture *f)
{
    fixture_in_memory(f);
    assert_ok(db_script(f->db,
                        "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at)"
                        " VALUES (1, 'factory', 'hewu', '禾坞厂', 'Hewu', 1);"
                        "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES"
                        " (1, 'fan', '风扇', 'Fans', 1), (2, 'heater', '暖器', 'Heaters', 2);"
                        "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh,"
                        " title_en, model, shape, colour, price_fen, status, created_at)"
                        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < 4400) SELECT i, 'p' || i, 1, 1 + i % 2, CASE i % 4"
                        " WHEN 0 THEN '电暖器' ELSE 'x' END || i, 'x', 'm', 1, 'ink', 100, 'on', 1"
                        " FROM n"));
    for (int64_t i = 1; i <= GOODS; i++)
        add(f, i);
}

/* ---- what should come first ---- */

static bool by_place;

static int by_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    int64_t place = by_place ? x % PLACES - y % PLACES : 0, more = sold_of(y) - sold_of(x);
    return place ? (int)place : more ? (int)more : (x > y) - (x < y);
}

static size_t expected(int64_t kind, int64_t out[GOODS])
{
    size_t n = 0;
    for (int64_t i = 1; i <= GOODS; i++)
        if (kind == 0 || 1 + i % KINDS == kind)
            out[n++] = i;
    qsort(out, n, sizeof(*out), by_order);
    return n;
}

static void read_page(struct fixture *f, const struct hall_ask *ask, const int64_t *order, size_t n)
{
    struct hall_found found;
    struct arena arena;
    size_t at = (size_t)(ask->page - 1) * HALL_PAGE;
    arena_init(&arena, 16 << 20);
    assert_ok(hall_search(f->db, &arena, ask, &found));
    assert_int_equal(found.total, n);
    assert_int_equal(found.page.n, n - at < HALL_PAGE ? n - at : HALL_PAGE);
    for (size_t i = 0; i < found.page.n; i++)
        assert_int_equal(found.page.ids[i], order[at + i]);
    arena_free(&arena);
}

static void read_through(struct fixture *f, struct hall_ask ask)
{
    int64_t order[GOODS];
    size_t n = expected(ask.kind, order);
    int64_t pages = (int64_t)(n + HALL_PAGE - 1) / HALL_PAGE;
    assert_true(n >= SEARCH_COMMON);
    for (ask.page = 1; ask.page <= pages; ask.page += ask.page < FIRST_PAGES ? 1 : THEN_EVERY)
        read_page(f, &ask, order, n);
    ask.page = pages;
    read_page(f, &ask, order, n);
}

static void pages_of_a_common_word_are_in_order(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    by_place = true;
    read_through(&f, (struct hall_ask){.q = STR("电"), .lang = LANG_ZH});
    read_through(&f, (struct hall_ask){.q = STR("电"), .lang = LANG_ZH, .kind = 2});
    by_place = false; /* all by what they are made of */
    read_through(&f, (struct hall_ask){.q = STR("1500w"), .lang = LANG_ZH});
    fixture_free(&f);
}

static void titles_that_sell_most_are_suggested(void **state)
{
    (void)state;
    struct fixture f;
    struct hall_suggestion all[HALL_SUGGESTIONS_MAX];
    int64_t order[GOODS];
    size_t n, titles_n = 0;
    fill(&f);
    by_place = true;
    expected(0, order);
    assert_ok(hall_suggest(f.db, &f.arena, STR("电"), LANG_ZH, all, &n));
    assert_int_equal(n, HALL_SUGGESTIONS_MAX);
    for (size_t i = 0; i < n; i++) {
        char title[64];
        if (all[i].what != HALL_SUGGEST_TITLE)
            continue;
        snprintf(title, sizeof(title), "电暖器%lld", (long long)order[titles_n++]);
        assert_true(str_eq_z(all[i].text, title));
    }
    assert_true(titles_n >= 3);
    fixture_free(&f);
}

static struct hall_ids first(struct fixture *f, const char *q, bool is_common)
{
    const struct hall_ask ask = {.q = str_of(q), .lang = LANG_ZH, .page = 1};
    const struct search_wish wish = {.whole = ask.q, .is_common = is_common, .limit = HALL_PAGE};
    struct search_attempt a = {.db = f->db, .arena = &f->arena, .ask = &ask};
    struct hall_ids found;
    search_question_read(ask.q, &f->arena, &a.question);
    assert_ok(search_question_terms(&a.question, SEARCH_ALSO_SOUND, &f->arena, &a.terms));
    assert_ok(search_best_first(&a, &wish, &found));
    return found;
}

/* An index that has forgotten all: what is found then was not found by it. */
static void what_sells_most_is_read_without_the_index(void **state)
{
    (void)state;
    struct fixture f;
    int64_t order[GOODS];
    ONLY_ON_SQLITE();
    fill(&f);
    by_place = false;
    expected(0, order);
    assert_ok(db_script(f.db, "INSERT INTO hall_index (hall_index) VALUES ('delete-all')"));
    assert_int_equal(first(&f, "1500w", false).n, 0);
    struct hall_ids found = first(&f, "1500w", true);
    assert_int_equal(found.n, HALL_PAGE);
    assert_memory_equal(found.ids, order, sizeof(*order) * HALL_PAGE);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_a_common_word_are_in_order),
        cmocka_unit_test(titles_that_sell_most_are_suggested),
        cmocka_unit_test(what_sells_most_is_read_without_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
