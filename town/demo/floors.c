#include "town/demo/floors.h"

#include <stdio.h>

#include "base/rnd.h"
#include "store/queries.h"
#include "town/demo/kinds.h"
#include "town/floor/floor.h"

enum {
    FREE_EVERY = 7, /* one stand of so many is free */
    NEW_EVERY = 8,  /* one product of so many stands in the second hall too */
    ZONE_STANDS_MAX = 20,
    VISITED_DAYS = 14,
    VISITS_A_DAY = 34,
    SEED = 20260602,
    PLAN_SVG_MAX = 64 * 1024,
};
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define NEW "*" /* a zone for what is new, of any group */

struct zone {
    int hall; /* 1 or 2 */
    const char *code;
    struct demo_words name;
    const char *group; /* slug of demo_groups, or NEW */
};

static const struct zone zones[] = {
    {1, "A", {"厨房烹饪", "Cooking"}, "cooking"},
    {1, "B", {"饮品与料理", "Drinks and preparing"}, "drinks"},
    {1, "C", {"空气与冷暖", "Air and climate"}, "air"},
    {1, "D", {"清洁与护理", "Cleaning and care"}, "care"},
    {2, "L", {"照明与用电", "Light and power"}, "light"},
    {2, "N", {"新品首发", "New this season"}, NEW},
};
enum { ZONES = sizeof(zones) / sizeof(zones[0]) };

/* ---- the plans ---- */

static void box(struct buf *b, const char *class_, int x, int y, int w, int h, int round)
{
    buf_printf(b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>\n",
               class_, x, y, w, h, round);
}

static void words(struct buf *b, const char *class_, int x, int y, struct demo_words w)
{
    static const char *const tags[] = {"zh", "en"};
    for (int i = 0; i < 2; i++)
        buf_printf(b, "<text class=\"%s %s\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                   class_, tags[i], x, y, i ? w.en : w.zh);
}

static void plant(struct buf *b, int x, int y)
{
    buf_printf(b, "<circle class=\"plant\" cx=\"%d\" cy=\"%d\" r=\"13\"/>\n", x, y);
}

/* Two rows of stands, back to back, under the zone's name. */
static void island(struct buf *b, const char *zone, struct demo_words name, int x, int y,
                   int columns)
{
    box(b, "zone", x - 14, y - 50, columns * 78 + 24, 218, 10);
    words(b, "word", x + columns * 39 - 2, y - 18, name);
    for (int i = 0; i < columns * 2; i++)
        buf_printf(b,
                   "<rect id=\"%s-%02d\" x=\"%d\" y=\"%d\" width=\"74\" height=\"70\" rx=\"5\"/>\n",
                   zone, i + 1, x + i % columns * 78, y + i / columns * 74);
}

static void draw_first(struct buf *b)
{
    buf_z(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 780\">\n");
    box(b, "room", 20, 20, 1160, 740, 14);
    for (int i = 0; i < 3; i++) { /* live rooms along the back wall, behind glass */
        static const struct demo_words names[] = {
            {"直播间 1", "Live room 1"}, {"直播间 2", "Live room 2"}, {"直播间 3", "Live room 3"}};
        box(b, "stage", 300 + i * 204, 26, 192, 74, 4);
        words(b, "word", 396 + i * 204, 70, names[i]);
        buf_printf(b, "<path class=\"glass\" d=\"M%d 100h192\"/>\n", 300 + i * 204);
    }
    island(b, "A", (struct demo_words){"A 厨房烹饪", "A Cooking"}, 72, 190, 5);
    island(b, "B", (struct demo_words){"B 饮品与料理", "B Drinks"}, 744, 190, 5);
    island(b, "C", (struct demo_words){"C 空气与冷暖", "C Air and climate"}, 72, 500, 5);
    island(b, "D", (struct demo_words){"D 清洁与护理", "D Cleaning and care"}, 744, 500, 5);
    buf_z(b, "<g><circle class=\"aisle\" cx=\"600\" cy=\"395\" r=\"118\"/>"
             "<circle class=\"stage\" cx=\"600\" cy=\"395\" r=\"84\"/>"
             "<circle class=\"line\" cx=\"600\" cy=\"395\" r=\"101\"/></g>\n");
    words(b, "word", 600, 403, (struct demo_words){"新品发布台", "Launch stage"});
    box(b, "thing", 520, 636, 160, 40, 20);
    words(b, "small", 600, 662, (struct demo_words){"服务台", "Information"});
    box(b, "thing", 150, 396, 90, 34, 8);
    words(b, "small", 195, 419, (struct demo_words){"休息区", "Rest"});
    box(b, "thing", 960, 396, 90, 34, 8);
    words(b, "small", 1005, 419, (struct demo_words){"洽谈", "Meet"});
    for (int i = 0; i < 4; i++) {
        plant(b, i < 2 ? 52 : 1148, i % 2 ? 728 : 52);
        plant(b, i < 2 ? 492 : 708, i % 2 ? 656 : 150);
    }
    buf_z(b, "<path class=\"wall\" d=\"M520 760H34a14 14 0 0 1-14-14V34a14 14 0 0 1 14-14h1132"
             "a14 14 0 0 1 14 14v346M1180 450v296a14 14 0 0 1-14 14H680\"/>\n"
             "<path class=\"door\" d=\"M520 760a80 80 0 0 1 80-80a80 80 0 0 1 80 80"
             "M1180 380a70 70 0 0 0-70 70\"/>\n");
    words(b, "small", 600, 746, (struct demo_words){"入口", "Entrance"});
    buf_z(b, "</svg>\n");
}

/* Stands along the walls, and tables that are six-sided. */
static void wall_stands(struct buf *b)
{
    for (int i = 0; i < 8; i++)
        buf_printf(b,
                   "<rect id=\"L-%02d\" x=\"%d\" y=\"96\" width=\"90\" height=\"84\" rx=\"5\"/>\n",
                   i + 1, 68 + i * 96);
    for (int i = 0; i < 4; i++)
        buf_printf(b,
                   "<rect id=\"L-%02d\" x=\"68\" y=\"%d\" width=\"84\" height=\"88\" rx=\"5\"/>\n",
                   i + 9, 208 + i * 94);
}

static void table(struct buf *b, int number, int x, int y)
{
    buf_printf(b,
               "<g transform=\"translate(%d %d)\" id=\"N-%02d\"><path d=\"M-62 0 -31-54h62"
               "L62 0 31 54h-62z\"/></g>\n",
               x, y, number);
}

static void draw_second(struct buf *b)
{
    buf_z(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1080 700\">\n"
             "<path class=\"room\" d=\"M20 20h860v220h180v440H20z\"/>\n");
    box(b, "zone", 52, 40, 800, 152, 10);
    box(b, "zone", 52, 180, 112, 414, 10);
    words(b, "word", 452, 76, (struct demo_words){"L 照明与用电", "L Light and power"});
    wall_stands(b);
    buf_z(b, "<rect class=\"zone\" x=\"230\" y=\"238\" width=\"620\" height=\"372\" rx=\"16\"/>\n");
    words(b, "word", 540, 276, (struct demo_words){"N 新品首发", "N New this season"});
    for (int i = 0; i < 8; i++)
        table(b, i + 1, 318 + i % 4 * 148, 362 + i / 4 * 152);
    box(b, "water", 906, 270, 130, 120, 12);
    words(b, "word", 971, 338, (struct demo_words){"体验厨房", "Try it"});
    box(b, "thing", 906, 424, 130, 84, 12);
    words(b, "word", 971, 474, (struct demo_words){"对接洽谈", "Meetings"});
    box(b, "thing", 906, 540, 130, 84, 12);
    words(b, "word", 971, 590, (struct demo_words){"样品仓", "Samples"});
    plant(b, 850, 214);
    plant(b, 1036, 654);
    plant(b, 50, 650);
    buf_z(b, "<path class=\"wall\" d=\"M460 680H20V20h860v220h180v440H620\"/>\n"
             "<path class=\"door\" d=\"M460 680a80 80 0 0 1 80-80a80 80 0 0 1 80 80\"/>\n");
    words(b, "small", 540, 666, (struct demo_words){"入口", "Entrance"});
    buf_z(b, "</svg>\n");
}

void demo_plan_svg(int hall, struct buf *out)
{
    hall == 0 ? draw_first(out) : draw_second(out);
}

static enum err add_hall(struct tx *tx, int i)
{
    static const struct demo_words names[] = {{"1 号馆", "Hall 1"}, {"2 号馆", "Hall 2"}};
    struct buf svg;
    struct svg_plan plan;
    int64_t number = i + 1;
    int added;
    buf_init(&svg, PLAN_SVG_MAX);
    demo_plan_svg(i, &svg);
    enum err e = buf_ok(&svg) ? OK : ERR_TOO_LARGE;
    if (!e)
        e = svg_clean(str_n(svg.p, svg.n), tx->arena, &plan, tx->info);
    buf_free(&svg);
    if (!e)
        e = floor_hall_add(tx, &number, str_of(names[i].zh), str_of(names[i].en), 0);
    return e ? e : floor_plan_set(tx, number, &plan, 0, &added);
}

/* ---- what stands where ---- */

/* Of one zone: stands that are not left free, one after the other. */
struct turn {
    const struct zone *zone;
    struct str codes[ZONE_STANDS_MAX];
    int n, next;
};

static enum err read_turns(struct tx *tx, struct turn *turns)
{
    struct rows hall, rs;
    enum err e = OK;
    for (int z = 0; !e && z < ZONES; z++) {
        turns[z].zone = &zones[z];
        e = db_one(tx->db, &q_floor_hall, ARGS(V_INT(zones[z].hall)), tx->arena, &hall);
        if (!e)
            e = db_select(tx->db, &q_floor_stands, ARGS(V_INT(row_int(&hall, 0, "id"))), tx->arena,
                          &rs);
        for (size_t i = 0, seen = 0; !e && i < rs.n; i++)
            if (str_eq_z(row_str(&rs, i, "zone"), zones[z].code) &&
                ++seen % FREE_EVERY != (size_t)z % FREE_EVERY && turns[z].n < ZONE_STANDS_MAX)
                turns[z].codes[turns[z].n++] = row_str(&rs, i, "code");
    }
    return e;
}

static bool is_of(const struct zone *z, struct str kind, size_t i)
{
    if (strcmp(z->group, NEW) == 0)
        return i % NEW_EVERY == 0;
    for (int g = 0; g < demo_groups_n; g++)
        for (int k = 0; strcmp(demo_groups[g].slug, z->group) == 0 && demo_groups[g].kinds[k]; k++)
            if (str_eq_z(kind, demo_groups[g].kinds[k]))
                return true;
    return false;
}

static enum err place_goods(struct tx *tx, int64_t now_ms)
{
    struct turn turns[ZONES] = {0};
    struct rows rs;
    enum err e = read_turns(tx, turns);
    if (!e)
        e = db_select(tx->db, &q_demo_goods, NO_ARGS, tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        tx->now_ms = now_ms - 20 * DAY_MS + (int64_t)i * 12 * DAY_MS / (int64_t)rs.n;
        for (int z = 0; !e && z < ZONES; z++) {
            struct turn *t = &turns[z];
            if (t->n && is_of(t->zone, row_str(&rs, i, "kind"), i))
                e = floor_place(tx, t->zone->hall, t->codes[t->next++ % t->n],
                                row_int(&rs, i, "id"), 0);
        }
    }
    return e;
}

/* ---- who came ---- */

static enum err add_visits(struct tx *tx, int64_t now_ms)
{
    struct rows rs;
    struct rnd_seq seq = {SEED};
    enum err e = db_select(tx->db, &q_demo_placed, NO_ARGS, tx->arena, &rs);
    for (int day = VISITED_DAYS; !e && rs.n && day >= 0; day--) {
        int n = VISITS_A_DAY / 2 + (int)rnd_seq_below(&seq, VISITS_A_DAY);
        tx->now_ms = now_ms - day * DAY_MS;
        for (int i = 0; !e && i < n; i++) { /* some goods are looked at more than others */
            size_t row = rnd_seq_below(&seq, 1 + rnd_seq_below(&seq, rs.n));
            e = floor_visit(tx, row_int(&rs, row, "product_id"), row_int(&rs, row, "stand_id"));
        }
    }
    return e;
}

enum err fill_floors(struct tx *tx, int64_t now_ms)
{
    tx->now_ms = now_ms - 28 * DAY_MS;
    enum err e = OK;
    for (int i = 0; !e && i < 2; i++)
        e = add_hall(tx, i);
    for (int z = 0; !e && z < ZONES; z++)
        e = floor_zone_name(tx, zones[z].hall, str_of(zones[z].code), str_of(zones[z].name.zh),
                            str_of(zones[z].name.en), 0);
    if (!e)
        e = place_goods(tx, now_ms);
    if (!e)
        e = add_visits(tx, now_ms);
    tx->now_ms = now_ms;
    return e;
}
