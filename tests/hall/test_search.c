/* town/hall/search: what people type, and what they find, the same on both stores. */
#include "../store/fixture.h"

#include "store/queries.h"
#include "town/hall/search.h"

/* ---- a small hall ---- */

static const struct good {
    const char *slug;
    int64_t maker, kind;
    const char *zh, *en, *model, *code, *gtin, *spec_zh, *spec_en;
    int64_t price_fen, sold, certificates, markets;
} goods[] = {
    {"pot-red", 1, 1, "1.7L 双层防烫电热水壶", "1.7 L double-wall electric kettle", "HWK-1007",
     "HWK-1007-CE", "6901234567892", "304 不锈钢", "304 stainless steel", 8900, 5, 1, 1},
    {"pot-tall", 1, 1, "电水壶", "Kettle", "HWK-1014", "HWK-1014-IV", "6901234567908", "",
     "1500 W 1500W", 5900, 1, 1, 3},
    {"pot-best", 2, 1, "保温电水壶", "Insulated kettle", "LZK-2000", "LZK-2000", "", "", "", 12900,
     90, 0, 1},
    {"rice", 2, 2, "球釜智能电饭煲", "Thick-pot rice cooker", "LZR-3000", "LZR-3000", "",
     "不粘涂层", "non-stick coating", 25900, 2, 1, 1},
    {"fan", 1, 3, "静音落地扇", "Quiet pedestal fan", "HWF-4000", "HWF-4000", "", "", "", 19900, 3,
     1, 1},
    {"air", 2, 3, "移动空调扇", "Portable air cooler", "LZF-5000", "LZF-5000", "", "", "", 59900, 4,
     3, 2},
};
enum { GOODS = sizeof(goods) / sizeof(goods[0]) };

static void hall(struct fixture *f)
{
    assert_ok(db_script(
        f->db, "INSERT INTO organisations (id, kind, slug, name_zh, name_en, created_at) VALUES"
               " (1, 'factory', 'hewu', '禾坞厨电厂', 'Hewu Kitchenware', 1),"
               " (2, 'factory', 'lanzhu', '岚渚生活电器厂', 'Lanzhu Home Appliances', 1);"
               "INSERT INTO kinds (id, slug, name_zh, name_en, position) VALUES"
               " (1, 'kettle', '电热水壶', 'Kettles', 1), (2, 'rice-cooker', '电饭煲', 'Rice "
               "cookers', 2), (3, 'fan', '电风扇', 'Fans', 3)"));
}

static struct hall_search_doc doc_of(int i)
{
    static const char *const makers[][2] = {{"禾坞厨电厂", "Hewu Kitchenware"},
                                            {"岚渚生活电器厂", "Lanzhu Home Appliances"}};
    static const char *const kinds[][2] = {
        {"电热水壶", "Kettles"}, {"电饭煲", "Rice cookers"}, {"电风扇", "Fans"}};
    const struct good *g = &goods[i];
    struct hall_search_doc doc = {.product = i + 1,
                                  .organisation = g->maker,
                                  .kind = g->kind,
                                  .price_fen = g->price_fen,
                                  .sold = g->sold,
                                  .facets = {g->certificates, g->markets},
                                  .title_zh = str_of(g->zh),
                                  .title_en = str_of(g->en)};
    const char *const titles[] = {g->zh, g->en}, *const codes[] = {g->model, g->code, g->gtin};
    for (int k = 0; k < 2; k++) {
        hall_search_text(&doc, SEARCH_TITLE, str_of(titles[k]));
        hall_search_text(&doc, SEARCH_MAKER, str_of(makers[g->maker - 1][k]));
        hall_search_text(&doc, SEARCH_KIND, str_of(kinds[g->kind - 1][k]));
    }
    for (int k = 0; k < 3; k++)
        hall_search_text(&doc, SEARCH_CODE, str_of(codes[k]));
    hall_search_text(&doc, SEARCH_SPEC, str_of(g->spec_zh));
    hall_search_text(&doc, SEARCH_SPEC, str_of(g->spec_en));
    return doc;
}

static void fill(struct fixture *f)
{
    fixture_in_memory(f);
    hall(f);
    for (int i = 0; i < GOODS; i++) {
        char sql[512];
        snprintf(sql, sizeof(sql),
                 "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh, title_en, "
                 "model, shape, colour, price_fen, status, created_at) VALUES (%d, "
                 "'%s', %d, %d, '%s', '%s', '%s', 1, 'ink', %d, 'on', 1)",
                 i + 1, goods[i].slug, (int)goods[i].maker, (int)goods[i].kind, goods[i].zh,
                 goods[i].en, goods[i].model, (int)goods[i].price_fen);
        assert_ok(db_script(f->db, sql));
        struct hall_search_doc doc = doc_of(i);
        assert_ok(hall_search_put(&f->tx, &doc));
    }
}

static const char *slugs(struct fixture *f, const struct hall_found *found)
{
    const char *all = "";
    for (size_t i = 0; i < found->page.n; i++)
        all = arena_printf(&f->arena, "%s%s%s", all, i ? " " : "",
                           goods[found->page.ids[i] - 1].slug);
    return all;
}

static struct hall_found look(struct fixture *f, const char *q, enum lang lang)
{
    struct hall_found found;
    const struct hall_ask ask = {.q = str_of(q), .lang = lang, .page = 1};
    assert_ok(hall_search(f->db, &f->arena, &ask, &found));
    return found;
}

/* ---- words ---- */

static const struct line {
    enum lang lang;
    const char *q, *found; /* slugs in order */
    enum hall_found_how how;
} lines[] = {
    /* Chinese: one character and more; the whole title before its beginning before what sells. */
    {LANG_ZH, "电水壶", "pot-tall pot-best", HALL_AS_ASKED},
    {LANG_ZH, "壶", "pot-best pot-red pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "水壶", "pot-best pot-red pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "防烫电热", "pot-red", HALL_AS_ASKED},
    {LANG_ZH, "保温 水壶", "pot-best", HALL_AS_ASKED},
    {LANG_ZH, "不锈钢", "pot-red", HALL_AS_ASKED},
    {LANG_ZH, "禾坞", "pot-red fan pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "禾坞水壶", "", HALL_AS_ASKED},
    {LANG_ZH, "禾坞 水壶", "pot-red pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "电风扇", "air fan", HALL_AS_ASKED}, /* by their kind */
    /* Pinyin: syllables, begun ones, initials, both mixed. */
    {LANG_ZH, "dianshuihu", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dianreshuihu", "pot-red pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dianshu", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dsh", "pot-best fan pot-tall", HALL_AS_ASKED}, /* d-s-h, and d-sh of a fan */
    {LANG_ZH, "dshh", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dianshh", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dshuihu", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "dianfanbao", "rice", HALL_AS_ASKED},
    {LANG_ZH, "dfb", "rice", HALL_AS_ASKED},
    {LANG_ZH, "dianfbao", "rice", HALL_AS_ASKED},
    {LANG_ZH, "kongtiao", "air", HALL_AS_ASKED}, /* and not kong diao */
    {LANG_ZH, "luodi shan", "fan", HALL_AS_ASKED},
    {LANG_ZH, "hewu", "pot-red fan pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "fan", "pot-red fan rice air", HALL_AS_ASKED}, /* fang; fan; fan of rice; a kind */
    /* English: beginnings of words; letters are pinyin only when they are no words. */
    {LANG_EN, "kett", "pot-tall pot-best pot-red", HALL_AS_ASKED},
    {LANG_EN, "KETTLE", "pot-tall pot-best pot-red", HALL_AS_ASKED},
    {LANG_EN, "fan", "fan air", HALL_AS_ASKED},
    {LANG_EN, "dianshuihu", "pot-best pot-tall", HALL_AS_ASKED},
    {LANG_EN, "double wall", "pot-red", HALL_AS_ASKED},
    {LANG_EN, "doublewall", "pot-red", HALL_AS_ASKED},
    {LANG_EN, "stainless kettle", "pot-red", HALL_AS_ASKED},
    {LANG_EN, "lanzhu cook", "rice", HALL_AS_ASKED},
    {LANG_EN, "electric kettle hewu", "pot-red", HALL_AS_ASKED},
    /* Models, codes and numbers on goods, by how they begin. */
    {LANG_ZH, "HWK", "pot-red pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "hwk-10", "pot-red pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "HWK1014", "pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "1014", "pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "1014-iv", "pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "69012345679", "pot-tall", HALL_AS_ASKED},
    {LANG_ZH, "6901234567892", "pot-red", HALL_AS_ASKED},
    {LANG_ZH, "1.7l", "pot-red", HALL_AS_ASKED},
    {LANG_ZH, "１．７Ｌ", "pot-red", HALL_AS_ASKED},
    {LANG_EN, "1500w", "pot-tall", HALL_AS_ASKED},
    /* When nothing is found: the same sound, then one letter. */
    {LANG_ZH, "电水呼", "pot-best pot-tall", HALL_BY_SOUND},
    {LANG_EN, "ketle", "pot-tall pot-best pot-red", HALL_BY_SLIP},
    {LANG_EN, "kettel", "pot-tall pot-best pot-red", HALL_BY_SLIP},
    {LANG_EN, "electrik kettle", "pot-red", HALL_BY_SLIP},
    {LANG_EN, "insulatet", "pot-best", HALL_BY_SLIP},
    {LANG_EN, "wal", "pot-red", HALL_AS_ASKED},
    {LANG_EN, "wol", "", HALL_AS_ASKED}, /* too short to be a slip */
    {LANG_EN, "bicycle", "", HALL_AS_ASKED},
    {LANG_ZH, "自行车", "", HALL_AS_ASKED},
    /* What is no question, and what could be one to the store. */
    {LANG_ZH, "\" OR \"", "", HALL_AS_ASKED},
    {LANG_ZH, "kettle*) OR (", "", HALL_AS_ASKED},
    {LANG_ZH, "' | 'zz' & !'", "", HALL_AS_ASKED},
    {LANG_ZH, "\xF0\x9F\x98\x80 电水壶", "pot-best pot-tall", HALL_AS_ASKED},
};

static void words_find_what_people_mean(void **state)
{
    (void)state;
    struct fixture f;
    int wrong = 0;
    fill(&f);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct hall_found found = look(&f, lines[i].q, lines[i].lang);
        const char *got = slugs(&f, &found);
        if (strcmp(got, lines[i].found) == 0 && found.how == lines[i].how)
            continue;
        print_error("%s: found \"%s\" (%d), not \"%s\" (%d)\n", lines[i].q, got, found.how,
                    lines[i].found, lines[i].how);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    fixture_free(&f);
}

/* The store's answer to a question, and what its terms say of each product's tokens. */
static void agree(struct fixture *f, const struct search_question *q, enum search_how how,
                  const char *parts, const char *without)
{
    struct search_terms terms;
    struct rows found, there;
    bool is_found[GOODS] = {false};
    assert_ok(search_question_terms(q, how, &f->arena, &terms));
    const char *text = search_terms_text(&terms, parts, without, db_dialect(f->db), &f->arena);
    assert_ok(db_select(f->db, &q_hall_search_place,
                        ARGS(V_Z(text), V_INT(0), V_INT(0), V_INT(0), V_INT(0), V_INT(0), V_INT(0),
                             V_Z("~"), V_Z("~"), V_INT(GOODS), V_INT(0)),
                        &f->arena, &found));
    for (size_t i = 0; i < found.n; i++)
        is_found[row_int(&found, i, "id") - 1] = true;
    for (int64_t i = 0; i < GOODS; i++) {
        struct str tokens[SEARCH_TOKENS_MAX];
        size_t n = 0;
        assert_ok(db_one(f->db, &q_hall_search_there, ARGS(V_INT(i + 1)), &f->arena, &there));
        for (struct str rest = row_str(&there, 0, "words"); rest.n; n++)
            tokens[n] = str_cut(rest, ' ', &rest);
        if (search_terms_have(&terms, parts, without, tokens, n) != is_found[i])
            fail_msg("%s: of %s the store says %d", text, goods[i].slug, is_found[i]);
    }
}

static void terms_say_of_a_product_what_the_store_says(void **state)
{
    (void)state;
    static const char *const parts[][2] = {{"t", ""}, {"tm", "t"}, {"tmf", "tm"}, {"tmfks", "tmf"}};
    struct fixture f;
    struct search_question q;
    int asked = 0;
    fill(&f);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        search_question_read(str_of(lines[i].q), &f.arena, &q);
        for (int how = SEARCH_WORDS; q.n && how <= SEARCH_SAME_SOUND; how++)
            for (int k = 0; k < 4; k++, asked++)
                agree(&f, &q, (enum search_how)how, parts[k][0], parts[k][1]);
    }
    assert_true(asked > 500);
    fixture_free(&f);
}

static void what_was_meant_is_said(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    struct hall_found found = look(&f, "Electrik  Kettle", LANG_EN);
    assert_true(str_eq_z(found.meant, "electric kettle"));
    fixture_free(&f);
}

/* ---- facets ---- */

static int64_t of_kind(const struct hall_found *found, int64_t kind)
{
    for (size_t i = 0; i < found->kinds_n; i++)
        if (found->kinds[i].value == kind)
            return found->kinds[i].n;
    return 0;
}

static void each_facet_counts_what_the_others_leave(void **state)
{
    (void)state;
    struct fixture f;
    struct hall_found found;
    fill(&f);
    struct hall_ask ask = {.lang = LANG_ZH, .page = 1};
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_int_equal(found.total, 6);
    assert_string_equal(slugs(&f, &found), "pot-red pot-tall pot-best rice fan air");
    ask.kind = 1;
    ask.max_fen = 9900;
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_string_equal(slugs(&f, &found), "pot-red pot-tall");
    assert_int_equal(found.anywhere, 6);
    assert_int_equal(of_kind(&found, 1), 2);
    assert_int_equal(found.kinds_total, 2);
    assert_int_equal(found.bands[1], 2); /* of the kind, whatever the price: 50 to 100 yuan */
    assert_int_equal(found.bands[2], 1);
    assert_int_equal(found.bands[4], 0);
    assert_int_equal(found.facets[HALL_FACET_CERTIFICATE][0], 2);
    assert_int_equal(found.facets[HALL_FACET_MARKET][1], 1);
    ask = (struct hall_ask){.lang = LANG_ZH, .page = 1, .q = STR("电"), .facets = {0, 2}};
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_string_equal(slugs(&f, &found), "pot-tall air");
    assert_int_equal(found.facets[HALL_FACET_CERTIFICATE][1], 1);
    assert_int_equal(found.facets[HALL_FACET_MARKET][0], 5); /* without its own filter */
    ask.sort = STR("price_down");
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_string_equal(slugs(&f, &found), "air pot-tall");
    ask.factory = 1;
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_string_equal(slugs(&f, &found), "pot-tall");
    ask = (struct hall_ask){.lang = LANG_ZH, .page = 1, .kind = -1};
    assert_ok(hall_search(f.db, &f.arena, &ask, &found));
    assert_int_equal(found.total, 0);
    fixture_free(&f);
}

/* ---- suggestions ---- */

static void words_are_suggested_while_they_are_typed(void **state)
{
    (void)state;
    struct fixture f;
    struct hall_suggestion all[HALL_SUGGESTIONS_MAX];
    size_t n;
    fill(&f);
    assert_ok(hall_suggest(f.db, &f.arena, STR("dian"), LANG_ZH, all, &n));
    assert_int_equal(n, 8);
    assert_int_equal(all[0].what, HALL_SUGGEST_KIND);
    assert_true(str_eq_z(all[0].text, "电热水壶"));
    assert_true(str_eq_z(all[0].slug, "kettle"));
    assert_true(str_eq_z(all[3].text, "禾坞厨电厂"));
    assert_ok(hall_suggest(f.db, &f.arena, STR("ric"), LANG_EN, all, &n));
    assert_int_equal(n, 2);
    assert_true(str_eq_z(all[0].text, "Rice cookers"));
    assert_true(str_eq_z(all[1].text, "Thick-pot rice cooker"));
    assert_int_equal(all[1].what, HALL_SUGGEST_TITLE);
    assert_ok(hall_suggest(f.db, &f.arena, STR(" - "), LANG_EN, all, &n));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

/* ---- keeping it ---- */

static struct line_said {
    int n;
    char last[200];
} said;

static void hear(void *arg, const char *line)
{
    (void)arg;
    said.n++;
    snprintf(said.last, sizeof(said.last), "%s", line);
}

static int check(struct fixture *f)
{
    int violations = 0;
    said = (struct line_said){0};
    assert_ok(hall_search_check(f->db, &f->arena, hear, NULL, &violations));
    assert_int_equal(violations, said.n);
    return violations;
}

static void what_changes_is_found_as_it_is_now(void **state)
{
    (void)state;
    struct fixture f;
    fill(&f);
    for (int64_t i = 1; i <= GOODS; i++)
        assert_ok(hall_search_index(&f.tx, i)); /* from the tables, where codes are none */
    assert_int_equal(check(&f), 0);
    assert_int_equal(look(&f, "6901234567892", LANG_ZH).total, 0);
    assert_ok(db_script(f.db, "UPDATE products SET title_zh = '搪瓷壶' WHERE id = 2"));
    assert_int_equal(check(&f), 1);
    assert_non_null(strstr(said.last, "product 2 is searched by what it was"));
    assert_ok(hall_search_index(&f.tx, 2));
    assert_int_equal(check(&f), 0);
    assert_int_equal(look(&f, "搪瓷", LANG_ZH).total, 1);
    assert_int_equal(look(&f, "电水壶", LANG_ZH).total, 1);
    assert_ok(db_script(f.db, "UPDATE products SET status = 'off' WHERE id = 2"));
    assert_int_equal(check(&f), 1);
    assert_non_null(strstr(said.last, "product 2 is not on show"));
    assert_ok(hall_search_index(&f.tx, 2));
    assert_int_equal(look(&f, "搪瓷", LANG_ZH).total, 0);
    assert_ok(hall_search_drop(&f.tx, 3));
    assert_int_equal(check(&f), 1);
    assert_non_null(strstr(said.last, "product 3 is on show and cannot be searched"));
    assert_ok(db_script(f.db, "UPDATE organisations SET name_zh = '澄汐厂' WHERE id = 1"));
    assert_ok(hall_search_index_maker(&f.tx, 1));
    assert_int_equal(look(&f, "澄汐", LANG_ZH).total, 2);
    fixture_free(&f);
}

/* SQLite keeps its index beside the texts: one that misses a word is found out. */
static void an_index_that_lost_words_is_found_out(void **state)
{
    (void)state;
    struct fixture f;
    ONLY_ON_SQLITE();
    fill(&f);
    for (int64_t i = 1; i <= GOODS; i++)
        assert_ok(hall_search_index(&f.tx, i));
    assert_ok(db_script(f.db, "INSERT INTO hall_index (hall_index, rowid, words)"
                              " VALUES ('delete', 1, 't壶')"));
    assert_int_equal(check(&f), 1);
    assert_non_null(strstr(said.last, "the index of words"));
    fixture_free(&f);
}

static void all_is_made_anew_when_the_rules_change(void **state)
{
    (void)state;
    struct fixture f;
    struct writer *w;
    fixture_on_disk(&f);
    struct db *db;
    assert_ok(db_open(f.url, DB_WRITE, &db, &f.arena, &f.info));
    f.db = db;
    hall(&f);
    assert_ok(db_script(db, "INSERT INTO products (id, slug, organisation_id, kind_id, title_zh,"
                            " title_en, model, shape, colour, price_fen, status,"
                            " created_at) VALUES (1, 'x', 1, 1, '电水壶', 'Kettle', 'M', 1, 'ink',"
                            " 100, 'on', 1)"));
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    assert_ok(writer_start(w));
    assert_ok(hall_search_rebuild(w, true, &f.arena, &f.info));
    assert_int_equal(look(&f, "dsh", LANG_ZH).total, 1);
    assert_ok(db_script(db, "UPDATE products SET title_zh = '搪瓷壶'"));
    assert_ok(hall_search_rebuild(w, true, &f.arena, &f.info));
    assert_int_equal(look(&f, "搪瓷", LANG_ZH).total, 0);
    assert_ok(db_script(db, "UPDATE hall_search_state SET version = 0"));
    assert_ok(hall_search_rebuild(w, true, &f.arena, &f.info));
    assert_int_equal(look(&f, "搪瓷", LANG_ZH).total, 1);
    writer_stop(w);
    fixture_free(&f);
}

/* ---- slips ---- */

static void a_slip_is_one_letter(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool is;
    } pairs[] = {
        {"kettle", "ketle", true},  {"kettle", "kettlee", true}, {"kettle", "kettel", true},
        {"kettle", "cettle", true}, {"kettle", "kettle", true},  {"kettle", "kelttes", false},
        {"kettle", "kett", false},  {"kettle", "ekttel", false}, {"abcde", "abdce", true},
        {"abcde", "bacde", true},   {"abcde", "bcade", false},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_int_equal(search_is_slip(str_of(pairs[i].a), str_of(pairs[i].b)), pairs[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_find_what_people_mean),
        cmocka_unit_test(terms_say_of_a_product_what_the_store_says),
        cmocka_unit_test(what_was_meant_is_said),
        cmocka_unit_test(each_facet_counts_what_the_others_leave),
        cmocka_unit_test(words_are_suggested_while_they_are_typed),
        cmocka_unit_test(what_changes_is_found_as_it_is_now),
        cmocka_unit_test(an_index_that_lost_words_is_found_out),
        cmocka_unit_test(all_is_made_anew_when_the_rules_change),
        cmocka_unit_test(a_slip_is_one_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
