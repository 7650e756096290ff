#include "town/home/home.h"

#include <time.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/shows/shows.h"

enum { SHOWS_MAX = 6, BEST_MAX = 12, PRODUCTS_GOAL = 1500, TOWN_UTC_OFFSET_S = 8 * 3600 };

static int64_t year_began_ms(void)
{
    time_t local = (time_t)(clock_wall_ms() / 1000 + TOWN_UTC_OFFSET_S);
    struct tm tm;
    gmtime_r(&local, &tm);
    tm = (struct tm){.tm_year = tm.tm_year, .tm_mday = 1};
    return (timegm(&tm) - TOWN_UTC_OFFSET_S) * 1000;
}

static void put_target(struct view *list, const char *name, int64_t value, int64_t goal,
                       const char *href)
{
    struct view *v = view_add_object(list);
    view_put_z(v, "name", name);
    view_put_int(v, "value", value);
    view_put_int(v, "goal", goal);
    view_put_z(v, "href", href);
}

/* Counted from the record; each leads to where it is counted. */
static enum err put_targets(struct req *r)
{
    struct rows counts, shows;
    enum err e = db_one(r->db, &q_hall_counts, NO_ARGS, r->arena, &counts);
    if (e == OK)
        e = db_one(r->db, &q_hall_shows_held, ARGS(V_INT(year_began_ms())), r->arena, &shows);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "targets");
    put_target(list, "products", row_int(&counts, 0, "products"), PRODUCTS_GOAL, "/hall");
    put_target(list, "factories", row_int(&counts, 0, "factories"), 0, "/hall");
    put_target(list, "shows", row_int(&shows, 0, "n"), 0, "/shows");
    return OK;
}

static enum err put_kinds(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_kinds, NO_ARGS, r->arena, &rs);
    struct view *list = view_put_list(r->view, "kinds");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct str picture = row_str(&rs, i, "picture");
        if (picture.n == 0)
            continue; /* nothing of that kind stands in the hall yet */
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "name", row_str(&rs, i, r->lang == LANG_EN ? "name_en" : "name_zh"));
        view_put_z(v, "picture",
                   arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(picture)));
        view_put_int(v, "products", row_int(&rs, i, "products"));
    }
    return e;
}

/* What sold most; while little was sold, one of each kind. */
static enum err put_best(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_best, ARGS(V_INT(BEST_MAX)), r->arena, &rs);
    bool sold = e == OK && rs.n >= BEST_MAX / 2;
    if (e == OK && !sold)
        e = db_select(r->db, &q_hall_picks, ARGS(V_INT(BEST_MAX)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "best");
    for (size_t i = 0; i < rs.n; i++)
        hall_put_good(r, view_add_object(list), &rs, i);
    view_put_bool(r->view, "best_is_sold", sold);
    return OK;
}

static enum err page_home(struct req *r)
{
    enum err e = shows_list(r, r->view, "live", "live", SHOWS_MAX);
    if (e == OK)
        e = shows_list(r, r->view, "planned", "planned", SHOWS_MAX);
    if (e == OK)
        e = put_targets(r);
    if (e == OK)
        e = put_kinds(r);
    return e != OK ? e : put_best(r);
}

static const struct route routes[] = {
    {"GET", "/", page_home, NULL, "home/home.html", WHO_ANYONE, CSRF_SAFE, 0, false},
};

const struct web_module home_module = {"home", routes, sizeof(routes) / sizeof(routes[0])};
