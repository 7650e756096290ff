#include "town/home/home.h"

#include "store/queries.h"
#include "town/figures/figures.h"
#include "town/hall/hall.h"
#include "town/home/page.h"
#include "town/shows/shows.h"

enum { SHOWS_MAX = 6, BEST_MAX = 12, KEEP_MS = 1000 /* it says how many watch */ };

/* In this order; those that nobody has documented yet are left out. */
static const char *const targets[] = {"products", "organisations", "events", "factories", "shows"};

static enum err put_targets(struct req *r)
{
    struct view *list = view_put_list(r->view, "targets");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(targets) / sizeof(targets[0]); i++)
        e = figures_add(r, list, targets[i]);
    return e;
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
    reply_keep(r, KEEP_MS);
    return e != OK ? e : put_best(r);
}

static const struct route routes[] = {
    {"GET", "/", page_home, NULL, "home/home.html", WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/robots.txt", home_robots, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/sitemap.xml", home_sitemap, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/sitemap/{file}", home_sitemap_file, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
};

const struct web_module home_module = {"home", routes, sizeof(routes) / sizeof(routes[0])};
