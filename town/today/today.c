#include "town/today/today.h"

#include "base/clock.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/shows/shows.h"
#include "town/venue/venue.h"

enum { LIVE_MAX = 12, COMING_MAX = 4, TREND_DAYS = 56 };

/* In this order; those that nobody counts or has documented yet are left out. */
static const char *const targets[] = {"products", "organisations", "events", "shows",
                                      "approved_factories"};

static enum err put_targets(struct req *r)
{
    struct view *list = view_put_list(r->view, "targets");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(targets) / sizeof(targets[0]); i++)
        e = figures_add_trend(r, list, targets[i], TREND_DAYS);
    return e;
}

/* GET /today, and as a screen on the wall /today?wall=1, which names no person. */
static enum err page_today(struct req *r)
{
    int64_t all = 0;
    bool is_wall = str_eq_z(req_query(r, "wall"), "1");
    view_put_time(r->view, "now", clock_wall_ms());
    view_put_bool(r->view, "is_wall", is_wall);
    if (is_wall && !r->json)
        reply_page(r, "today/wall.html");
    enum err e = is_wall ? OK : console_put_first_steps(r);
    if (e == OK)
        e = shows_list(r, r->view, "live", "live", LIVE_MAX);
    if (e == OK)
        e = shows_list(r, r->view, "coming", "planned", COMING_MAX);
    if (e == OK)
        e = venue_put_now(r, view_put_object(r->view, "rooms"));
    if (e == OK)
        e = put_targets(r);
    if (e == OK)
        e = console_put_waiting(r, r->view, "waiting", &all);
    view_put_int(r->view, "waiting_n", all);
    return e;
}

static const struct route routes[] = {
    {"GET", "/today", page_today, NULL, "today/today.html", ROLE_OPERATOR | ROLE_ADMIN, CSRF_SAFE,
     0, false},
};

const struct web_module today_module = {"today", routes, sizeof(routes) / sizeof(routes[0])};
