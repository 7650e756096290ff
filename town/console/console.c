/* A factory's page of the day, and the base's board. */
#include "town/console/console.h"

#include "base/clock.h"
#include "store/queries.h"
#include "town/console/internal.h"
#include "town/figures/figures.h"
#include "town/hand.h"

/* ---- a factory's day ---- */

static const char *const ranks[] = {"first", "next", "later"};
static const char *const factory_figures[] = {"factory_products", "factory_orders",
                                              "factory_turnover"};

static enum err begin_factory(struct req *r, struct console_asker *a)
{
    *a = (struct console_asker){r, CONSOLE_FACTORY, r->who.organisation_id, clock_wall_ms()};
    return a->organisation ? OK : ERR_FORBIDDEN;
}

static enum err put_rank(const struct console_asker *a, enum console_rank rank, struct view *list,
                         int64_t *all)
{
    struct view *group = view_add_object(list);
    view_put_z(group, "rank", ranks[rank]);
    view_put_str(group, "title", console_text(a->r, "rank_", ranks[rank]));
    struct view *lines = view_put_list(group, "lines");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < console_lines(); i++) {
        int64_t n;
        const struct console_line *l = console_line_at(i);
        if (l->who != CONSOLE_FACTORY || l->rank != rank)
            continue;
        e = console_add_line(a, l, lines, &n);
        *all += e == OK ? n : 0;
    }
    return e;
}

static enum err put_factory(const struct console_asker *a)
{
    struct rows rs;
    struct req *r = a->r;
    enum err e = db_one(r->db, &q_console_factory, ARGS(V_INT(a->organisation)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "factory");
    view_put_str(v, "name", row_str(&rs, 0, r->lang == LANG_EN ? "name_en" : "name_zh"));
    view_put_str(v, "slug", row_str(&rs, 0, "slug"));
    struct view *list = view_put_list(r->view, "figures");
    for (size_t i = 0; e == OK && i < sizeof(factory_figures) / sizeof(factory_figures[0]); i++)
        e = figures_put(r, view_add_object(list), factory_figures[i], a->organisation);
    return e;
}

static enum err get_console(struct req *r)
{
    struct console_asker a;
    int64_t waiting = 0;
    if (!r->who.organisation_id && hand_is_base(r)) {
        reply_redirect(r, "/board");
        return OK;
    }
    enum err e = begin_factory(r, &a);
    if (e == OK)
        e = put_factory(&a);
    struct view *list = view_put_list(r->view, "ranks");
    for (enum console_rank k = CONSOLE_FIRST; e == OK && k <= CONSOLE_LATER; k++)
        e = put_rank(&a, k, list, &waiting);
    view_put_bool(r->view, "is_clear", waiting == 0);
    view_put_time(r->view, "now", a.now_ms);
    return e;
}

static enum err get_console_list(struct req *r)
{
    struct console_asker a;
    enum err e = begin_factory(r, &a);
    return e != OK ? e : console_put_list(&a);
}

/* ---- the base's board ---- */

static const char *const targets[] = {"products", "organisations", "events"};
static const char *const trends[] = {"approved_factories", "shows", "orders", "turnover"};
enum { TREND_DAYS = 56, GROUPS_MAX = 12 };

static struct console_asker base_asker(struct req *r)
{
    return (struct console_asker){r, CONSOLE_BASE, 0, clock_wall_ms()};
}

/* Columns in the order in which departments were registered; each has its lines, also those that
 * nothing waits in: an empty queue is what the base wants to see. */
static enum err put_groups(const struct console_asker *a)
{
    const char *names[GROUPS_MAX];
    struct view *lists[GROUPS_MAX], *groups = view_put_list(a->r->view, "groups");
    size_t n = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < console_lines(); i++) {
        size_t g = 0;
        const struct console_line *l = console_line_at(i);
        if (l->who != CONSOLE_BASE)
            continue;
        while (g < n && strcmp(names[g], l->group) != 0)
            g++;
        if (g == GROUPS_MAX)
            return ERR_INTERNAL;
        if (g == n) {
            struct view *v = view_add_object(groups);
            names[n] = l->group;
            view_put_z(v, "name", l->group);
            view_put_str(v, "title", console_text(a->r, "group_", l->group));
            lists[n++] = view_put_list(v, "lines");
        }
        e = console_put_line(a, l, view_add_object(lists[g]));
    }
    return e;
}

enum err console_put_waiting(struct req *r, struct view *v, const char *member, int64_t *all)
{
    const struct console_asker a = base_asker(r);
    struct view *list = view_put_list(v, member);
    enum err e = OK;
    *all = 0;
    for (size_t i = 0; e == OK && i < console_lines(); i++) {
        int64_t n = 0;
        if (console_line_at(i)->who == CONSOLE_BASE)
            e = console_add_line(&a, console_line_at(i), list, &n);
        *all += n;
    }
    return e;
}

/* What a new base has to set up, in the order in which it can be. */
static const struct first_step {
    const char *name, *href;
} first_steps[] = {{"kinds", "/hall/desk/kinds"},
                   {"floor", "/floor/desk"},
                   {"makers", "/factories"},
                   {"products", "/hall/desk"}};
enum { FIRST_STEPS = sizeof(first_steps) / sizeof(first_steps[0]) };

enum err console_put_first_steps(struct req *r)
{
    struct rows rs;
    int done = 0;
    enum err e = db_one(r->db, &q_console_begun, NO_ARGS, r->arena, &rs);
    for (int i = 0; e == OK && i < FIRST_STEPS; i++)
        done += row_int(&rs, 0, first_steps[i].name) != 0;
    if (e != OK || done == FIRST_STEPS)
        return e;
    struct view *list = view_put_list(r->view, "first_steps");
    for (int i = 0; i < FIRST_STEPS; i++) {
        struct str name = str_of(first_steps[i].name);
        struct view *v = view_add_object(list);
        view_put_str(v, "name", name);
        view_put_str(v, "title", console_text(r, "first_", name.p));
        view_put_str(v, "text", console_text(r, "first_text_", name.p));
        view_put_z(v, "href", first_steps[i].href);
        view_put_bool(v, "is_done", row_int(&rs, 0, name.p) != 0);
    }
    return OK;
}

static enum err get_board(struct req *r)
{
    struct console_asker a = base_asker(r);
    enum err e = console_put_first_steps(r);
    struct view *list = view_put_list(r->view, "targets");
    for (size_t i = 0; e == OK && i < sizeof(targets) / sizeof(targets[0]); i++)
        e = figures_add_trend(r, list, targets[i], TREND_DAYS);
    list = view_put_list(r->view, "trends");
    for (size_t i = 0; e == OK && i < sizeof(trends) / sizeof(trends[0]); i++)
        e = figures_add_trend(r, list, trends[i], TREND_DAYS);
    if (e == OK)
        e = put_groups(&a);
    view_put_time(r->view, "now", a.now_ms);
    return e;
}

static enum err get_board_list(struct req *r)
{
    struct console_asker a = base_asker(r);
    return console_put_list(&a);
}

/* ---- the departments ---- */

static const struct route console_routes[] = {
    {"GET", "/console", get_console, NULL, "console/today.html", ROLE_FACTORY | ROLE_OPERATOR,
     CSRF_SAFE, 0, false},
    {"GET", "/console/{line}", get_console_list, NULL, "console/list.html", ROLE_FACTORY, CSRF_SAFE,
     0, false},
};
const struct web_module console_module = {"console", console_routes,
                                          sizeof(console_routes) / sizeof(console_routes[0])};

static const struct route board_routes[] = {
    {"GET", "/board", get_board, NULL, "console/board.html", ROLE_OPERATOR, CSRF_SAFE, 0, false},
    {"GET", "/board/{line}", get_board_list, NULL, "console/list.html", ROLE_OPERATOR, CSRF_SAFE, 0,
     false},
};
const struct web_module board_module = {"board", board_routes,
                                        sizeof(board_routes) / sizeof(board_routes[0])};
