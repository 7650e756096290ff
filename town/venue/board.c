/*
 *   GET /venue/board?day=&wall=1   the base: day, before, after, spaces [space with bookings
 *                                  [booking], off [{from, until, is_closed}]], now_step and
 * now_part (so many five minutes into it), hours GET /venue/spaces/{id}?day=    space, and its
 * week: days [{day, at, bookings, off}]
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

enum { WEEK = 7, FIRST_STEP = 14 /* 07:00 */, AHEAD_DAYS_MAX = 400, NOW_MS = 5 * 60 * 1000 };

static int64_t asked_day(struct req *r, int64_t today)
{
    int64_t day;
    if (day_read(req_query(r, "day"), &day) != OK || day < today - AHEAD_DAYS_MAX ||
        day > today + AHEAD_DAYS_MAX)
        return today;
    return day;
}

static void put_day(struct view *v, const char *name, int64_t day)
{
    char text[DAY_TEXT];
    view_put_z(v, name, day_text(day, text) ? text : "");
}

/* Stretches of the day that nobody can have. */
static void put_off(struct view *v, const struct grid_day *d)
{
    struct view *list = view_put_list(v, "off");
    uint64_t busy = (d->off | d->closed) & GRID_ALL;
    for (int from = 0; from < VENUE_STEPS;) {
        int until = from;
        bool closed = d->closed >> from & 1;
        while (until < VENUE_STEPS && (busy >> until & 1) && (d->closed >> until & 1) == closed)
            until++;
        if (until > from) {
            struct view *o = view_add_object(list);
            int shown = from < FIRST_STEP ? FIRST_STEP : from;
            view_put_int(o, "from_step", shown);
            view_put_int(o, "span", until - shown > 0 ? until - shown : 0);
            view_put_bool(o, "is_closed", closed);
        }
        from = until > from ? until : from + 1;
    }
}

static void put_booking(struct req *r, struct view *list, const struct rows *b, size_t i)
{
    struct view *v = view_add_object(list);
    int64_t held = row_int(b, i, "held_until"), from = row_int(b, i, "from_step");
    booking_put(r, v, b, i);
    view_put_int(v, "span", held - from);
    view_put_int(v, "seen_from", from < FIRST_STEP ? FIRST_STEP : from);
}

static void put_hours(struct req *r)
{
    struct view *list = view_put_list(r->view, "hours");
    view_page_only(r->view, "hours");
    for (int step = FIRST_STEP; step < VENUE_STEPS; step += 2) {
        char text[GRID_TEXT];
        struct view *v = view_add_object(list);
        grid_step_text(step, text);
        view_put_int(v, "step", step);
        view_put_z(v, "text", text);
    }
}

static void put_around(struct req *r, int64_t day, int64_t by)
{
    int64_t now = clock_wall_ms();
    put_day(r->view, "day", day);
    put_day(r->view, "before", day - by);
    put_day(r->view, "after", day + by);
    put_day(r->view, "today", day_of(now));
    view_put_time(r->view, "at", day_begin_ms(day) + DAY_MS / 2);
    view_put_int(r->view, "now_step",
                 day == day_of(now) ? (now - day_begin_ms(day)) / STEP_MS : -1);
    view_put_int(r->view, "now_part", (now - day_begin_ms(day_of(now))) % STEP_MS / NOW_MS);
    view_put_time(r->view, "now", now);
    put_hours(r);
}

enum err venue_page_board(struct req *r)
{
    struct grid g;
    struct rows b;
    int64_t day = asked_day(r, day_of(clock_wall_ms()));
    enum err e = grid_load(r->db, day, 0, 0, r->arena, &g);
    if (e == OK)
        e = db_select(r->db, &q_venue_board, ARGS(V_INT(day)), r->arena, &b);
    if (e != OK)
        return e;
    put_around(r, day, 1);
    bool is_wall = str_eq_z(req_query(r, "wall"), "1");
    view_put_bool(r->view, "is_wall", is_wall);
    if (is_wall && !r->json)
        reply_page(r, "venue/wall.html");
    struct view *list = view_put_list(r->view, "spaces");
    for (size_t i = 0; i < g.n; i++) {
        struct view *v = view_add_object(list);
        int64_t id = row_int(&g.spaces, i, "id");
        space_put(r, v, &g.spaces, i);
        put_off(v, &g.days[i]);
        struct view *of = view_put_list(v, "bookings");
        for (size_t k = 0; k < b.n; k++)
            if (row_int(&b, k, "space_id") == id)
                put_booking(r, of, &b, k);
    }
    return OK;
}

enum err venue_page_space(struct req *r)
{
    struct rows space, b;
    int64_t id, day = asked_day(r, day_of(clock_wall_ms()));
    int64_t monday = day - ((day + 3) % WEEK + WEEK) % WEEK;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_venue_space_get, ARGS(V_INT(id)), r->arena, &space);
    if (e == OK)
        e = db_select(r->db, &q_venue_week,
                      ARGS(V_INT(id), V_INT(monday), V_INT(monday + WEEK - 1)), r->arena, &b);
    if (e != OK)
        return e;
    space_put(r, view_put_object(r->view, "space"), &space, 0);
    put_around(r, day, WEEK);
    view_put_bool(r->view, "is_base", venue_is_base(r));
    struct view *days = view_put_list(r->view, "days");
    for (int64_t d = monday; e == OK && d < monday + WEEK; d++) {
        struct grid g;
        struct view *v = view_add_object(days);
        put_day(v, "day", d);
        view_put_time(v, "at", day_begin_ms(d) + DAY_MS / 2);
        view_put_bool(v, "is_today", d == day_of(clock_wall_ms()));
        e = grid_load(r->db, d, id, 0, r->arena, &g);
        if (e == OK && g.n)
            put_off(v, &g.days[0]);
        struct view *of = view_put_list(v, "bookings");
        for (size_t k = 0; k < b.n; k++)
            if (row_int(&b, k, "day") == d)
                put_booking(r, of, &b, k);
    }
    return e;
}
