/*
 * search_load: fills an empty store with N products of the demo's making, then asks it what
 * visitors ask, one thread, each question in a snapshot of its own:
 *
 *   search_load --store URL [--products N] [--rounds R]
 *
 * Prints one JSON object: seconds that the filling took (and how much of it was the index), and of
 * hall_search (a page, its counts and facets), hall_suggest and a scan with LIKE (a page and its
 * count) the median, the 99th percentile and the slowest question, in milliseconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/migrate.h"
#include "store/queries.h"
#include "town/demo/goods.h"
#include "town/people/people.h"
#include "web/i18n.h"

enum { ARENA_MAX = 256 << 20, TOGETHER = 500, TIMES_MAX = 100000, LIKE_MOST = 24 };

struct bench {
    struct db *db;
    struct arena arena;
    struct err_info info;
    int64_t factories[DEMO_FACTORIES], kinds[64];
    int64_t index_us;
};

static const struct ask {
    enum lang lang;
    const char *q;
} asks[] = {
    {LANG_ZH, "电水壶"},
    {LANG_ZH, "电"},
    {LANG_ZH, "煲"},
    {LANG_ZH, "电饭煲"},
    {LANG_ZH, "保温"},
    {LANG_ZH, "静音 风扇"},
    {LANG_ZH, "双层防烫电热水壶"},
    {LANG_ZH, "不锈钢"},
    {LANG_ZH, "禾坞厨电厂"},
    {LANG_ZH, "厨电厂 煎烤"},
    {LANG_ZH, "额定功率"},
    {LANG_ZH, "d"},
    {LANG_ZH, "dian"},
    {LANG_ZH, "dianshuihu"},
    {LANG_ZH, "dfb"},
    {LANG_ZH, "dianshh"},
    {LANG_ZH, "kongqizhaguo"},
    {LANG_ZH, "chuifengji"},
    {LANG_ZH, "hewu"},
    {LANG_ZH, "HWK-10"},
    {LANG_ZH, "1500w"},
    {LANG_ZH, "1.7"},
    {LANG_ZH, "电水呼"},
    {LANG_ZH, "自行车"},
    {LANG_EN, "kettle"},
    {LANG_EN, "kett"},
    {LANG_EN, "electric"},
    {LANG_EN, "quiet fan"},
    {LANG_EN, "stainless"},
    {LANG_EN, "rice cooker"},
    {LANG_EN, "kettel"},
    {LANG_EN, "ketle"},
    {LANG_EN, "hairdryer"},
    {LANG_EN, "hewu"},
    {LANG_EN, "power"},
    {LANG_EN, "bicycle"},
    {LANG_EN, "k"},
    {LANG_EN, "compact oven"},
    {LANG_ZH, ""},
};
enum { ASKS = sizeof(asks) / sizeof(asks[0]) };

static _Noreturn void die(const char *what, enum err e, const struct err_info *info)
{
    fprintf(stderr, "search_load: %s: %s %s\n", what, err_name(e), info->text ? info->text : "");
    exit(1);
}

static void must(struct bench *b, const char *what, enum err e)
{
    if (e != OK)
        die(what, e, &b->info);
}

/* ---- filling ---- */

static void add_makers(struct bench *b, struct tx *tx)
{
    for (int i = 0; i < DEMO_FACTORIES; i++) {
        struct demo_name name;
        demo_name(i, tx->arena, &name);
        struct people_organisation o = {
            .kind = "factory", .slug = name.slug, .name_zh = name.zh, .name_en = name.en};
        must(b, "makers", people_organisation_add(tx, &o, &b->factories[i]));
    }
    for (int i = 0; i < demo_kinds_n; i++) {
        const struct demo_kind *k = &demo_kinds[i];
        struct hall_kind_new fresh = {.slug = str_of(k->slug),
                                      .name_zh = str_of(k->name.zh),
                                      .name_en = str_of(k->name.en),
                                      .position = i + 1};
        must(b, "kinds", hall_kind_add(tx, &fresh, &b->kinds[i]));
    }
}

static void add_goods(struct bench *b, struct tx *tx, int from, int until)
{
    for (int i = from; i < until; i++) {
        struct demo_good g;
        demo_good(i, tx->arena, &g);
        g.product.factory = b->factories[g.factory];
        g.product.kind = b->kinds[g.kind - demo_kinds];
        must(b, "goods", hall_product_add(tx, &g.product));
        int64_t began = clock_mono_us();
        must(b, "index", hall_search_index(tx, g.product.id));
        b->index_us += clock_mono_us() - began;
    }
}

static double fill(struct bench *b, const char *url, int products)
{
    int applied;
    int64_t began = clock_mono_us();
    must(b, "open", db_open(url, DB_WRITE, &b->db, &b->arena, &b->info));
    must(b, "migrate", migrate_up(b->db, &b->arena, &b->info, &applied));
    for (int i = 0; i < products; i += TOGETHER) {
        struct arena arena;
        arena_init(&arena, ARENA_MAX);
        struct tx tx = {b->db, NULL, &arena, clock_wall_ms(), &b->info};
        must(b, "begin", db_begin(b->db));
        if (i == 0)
            add_makers(b, &tx);
        add_goods(b, &tx, i, i + TOGETHER < products ? i + TOGETHER : products);
        must(b, "commit", db_commit(b->db));
        must(b, "checkpoint", db_checkpoint(b->db));
        arena_free(&arena);
    }
    must(b, "like",
         db_script(b->db, "CREATE TABLE like_texts AS SELECT p.id, p.price_fen, "
                          "lower(p.title_zh || ' ' || p.title_en || ' ' || p.model || "
                          "' ' || k.name_zh || ' ' || k.name_en || ' ' || o.name_zh || "
                          "' ' || o.name_en) AS text FROM products p JOIN kinds k ON "
                          "k.id = p.kind_id JOIN organisations o ON o.id = "
                          "p.organisation_id"));
    if (db_dialect(b->db) == DB_POSTGRES)
        must(b, "vacuum", db_script(b->db, "VACUUM ANALYZE"));
    else
        must(b, "analyze", db_script(b->db, "ANALYZE"));
    db_close(b->db);
    return (double)(clock_mono_us() - began) / 1e6;
}

/* ---- asking ---- */

/* In the places of queries that are not asked here: statements are kept by number. */
static struct query like_count, like_page;

static void make_queries(struct bench *b)
{
    bool pg = db_dialect(b->db) == DB_POSTGRES;
    const char *where = "FROM like_texts WHERE ($1 = '' OR text LIKE $1) AND ($2 = '' OR text LIKE "
                        "$2) AND ($3 = '' OR text LIKE $3)";
    like_count = (struct query){.name = "bench.like_count", .params = 3, .id = q_hall_best.id};
    like_page = (struct query){.name = "bench.like_page", .params = 3, .id = q_hall_picks.id};
    char *count = arena_printf(&b->arena, "SELECT count(*) AS n %s", where);
    char *page = arena_printf(&b->arena, "SELECT id %s ORDER BY id LIMIT %d", where, LIKE_MOST);
    for (char *p = count; !pg && *p; p++)
        *p = *p == '$' ? '?' : *p;
    for (char *p = page; !pg && *p; p++)
        *p = *p == '$' ? '?' : *p;
    like_count.sql = like_count.sql_pg = count;
    like_page.sql = like_page.sql_pg = page;
}

static void ask_like(struct bench *b, struct arena *arena, const struct ask *ask)
{
    struct str words[3] = {STR(""), STR(""), STR("")}, rest = str_of(ask->q);
    struct rows rs;
    for (int i = 0; i < 3 && rest.n; i++) {
        struct str word = str_cut(rest, ' ', &rest);
        words[i] = str_of(arena_printf(arena, "%%%.*s%%", STR_ARG(word)));
    }
    must(b, "like",
         db_select(b->db, &like_count, ARGS(V_STR(words[0]), V_STR(words[1]), V_STR(words[2])),
                   arena, &rs));
    must(b, "like",
         db_select(b->db, &like_page, ARGS(V_STR(words[0]), V_STR(words[1]), V_STR(words[2])),
                   arena, &rs));
}

static void ask_search(struct bench *b, struct arena *arena, const struct ask *ask)
{
    struct hall_found found;
    const struct hall_ask a = {.q = str_of(ask->q), .lang = ask->lang, .page = 1};
    must(b, "search", hall_search(b->db, arena, &a, &found));
}

static void ask_suggest(struct bench *b, struct arena *arena, const struct ask *ask)
{
    struct hall_suggestion all[HALL_SUGGESTIONS_MAX];
    size_t n;
    must(b, "suggest", hall_suggest(b->db, arena, str_of(ask->q), ask->lang, all, &n));
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(struct bench *b, const char *name, int rounds,
                    void (*one)(struct bench *, struct arena *, const struct ask *))
{
    static int64_t times[TIMES_MAX];
    int64_t total[ASKS] = {0};
    int n = 0, slowest = 0;
    for (int round = -1; round < rounds; round++) /* the first is to warm */
        for (int i = 0; i < ASKS && n < TIMES_MAX; i++) {
            struct arena arena;
            arena_init(&arena, ARENA_MAX);
            must(b, "snapshot", db_snapshot_begin(b->db));
            int64_t began = clock_mono_us();
            one(b, &arena, &asks[i]);
            int64_t us = clock_mono_us() - began;
            db_snapshot_end(b->db);
            arena_free(&arena);
            if (round >= 0) {
                times[n++] = us;
                total[i] += us;
            }
        }
    for (int i = 0; i < ASKS; i++)
        if (total[i] > total[slowest])
            slowest = i;
    qsort(times, (size_t)n, sizeof(*times), by_size);
    printf(", \"%s\": {\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"slowest\": \"%s\", \"slowest_ms\": "
           "%.3f}",
           name, (double)times[n / 2] / 1000, (double)times[n * 99 / 100] / 1000, asks[slowest].q,
           (double)total[slowest] / rounds / 1000);
    if (getenv("SEARCH_LOAD_EACH"))
        for (int i = 0; i < ASKS; i++)
            fprintf(stderr, "%-8s %8.3f ms  %s\n", name, (double)total[i] / rounds / 1000,
                    asks[i].q);
}

/* ---- */

int main(int argc, char **argv)
{
    struct bench *b = calloc(1, sizeof(*b));
    const char *store = NULL;
    int products = 20000, rounds = 20;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--store") == 0)
            store = argv[i + 1];
        else if (strcmp(argv[i], "--products") == 0)
            products = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--rounds") == 0)
            rounds = atoi(argv[i + 1]);
    }
    if (!b || !store || products < 1 || rounds < 1) {
        fprintf(stderr, "search_load --store URL [--products N] [--rounds R]\n");
        return 2;
    }
    log_set_level(LOG_WARN);
    arena_init(&b->arena, ARENA_MAX);
    must(b, "texts", i18n_load(&b->arena, &b->info));
    double seconds = fill(b, store, products);
    must(b, "open", db_open(store, DB_READ, &b->db, &b->arena, &b->info));
    make_queries(b);
    printf("{\"products\": %d, \"fill_s\": %.2f, \"index_us\": %.0f", products, seconds,
           (double)b->index_us / products);
    measure(b, "like", rounds, ask_like);
    measure(b, "search", rounds, ask_search);
    measure(b, "suggest", rounds, ask_suggest);
    printf("}\n");
    db_close(b->db);
    arena_free(&b->arena);
    free(b);
    return 0;
}
