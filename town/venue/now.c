/* What happens in every space, and what comes next: for the base's page of the day and its wall. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

static void put_booking(struct req *r, struct view *v, const struct rows *b, size_t i,
                        int64_t today)
{
    booking_put(r, v, b, i);
    view_put_bool(v, "is_tomorrow", row_int(b, i, "day") != today);
}

static int passed_percent(const struct rows *b, size_t i, int64_t now_ms)
{
    struct venue_when w = {row_int(b, i, "day"), (int)row_int(b, i, "from_step"),
                           (int)row_int(b, i, "held_until")};
    int64_t begins = venue_begins_ms(&w), ends = venue_ends_ms(&w);
    return (int)((now_ms - begins) * 100 / (ends - begins));
}

/* When a free space is free no more: its next booking, its closing; 0: it is not free. */
static int free_until(const struct grid_day *d, int step)
{
    uint64_t busy = grid_busy(d);
    int until = step;
    while (until < VENUE_STEPS && !(busy >> until & 1))
        until++;
    return until > step ? until : 0;
}

struct day_now {
    int64_t now_ms, day;
    int step;
    struct grid g;
    struct rows today, tomorrow;
};

static enum err load_now(struct req *r, struct day_now *d)
{
    d->now_ms = clock_wall_ms();
    d->day = day_of(d->now_ms);
    d->step = (int)((d->now_ms - day_begin_ms(d->day)) / STEP_MS);
    enum err e = grid_load(r->db, d->day, 0, 0, r->arena, &d->g);
    if (e == OK)
        e = db_select(r->db, &q_venue_board, ARGS(V_INT(d->day)), r->arena, &d->today);
    return e != OK
               ? e
               : db_select(r->db, &q_venue_board, ARGS(V_INT(d->day + 1)), r->arena, &d->tomorrow);
}

static bool put_next(struct req *r, struct view *v, const struct rows *b, int64_t space, int after,
                     int64_t today)
{
    for (size_t i = 0; i < b->n; i++)
        if (row_int(b, i, "space_id") == space && row_int(b, i, "from_step") > after) {
            put_booking(r, view_put_object(v, "next"), b, i, today);
            return true;
        }
    return false;
}

/* *is_due: somebody has it who has not checked in. */
static bool put_running(struct req *r, struct view *v, const struct day_now *d, int64_t space,
                        bool *is_due)
{
    const struct rows *b = &d->today;
    for (size_t i = 0; i < b->n; i++)
        if (row_int(b, i, "space_id") == space && row_int(b, i, "from_step") <= d->step &&
            row_int(b, i, "held_until") > d->step) {
            struct view *now = view_put_object(v, "now");
            put_booking(r, now, b, i, d->day);
            view_put_int(now, "passed", passed_percent(b, i, d->now_ms));
            *is_due = !row_str(b, i, "subject").n && str_eq_z(row_str(b, i, "state"), "confirmed");
            view_put_bool(now, "is_due", *is_due);
            return true;
        }
    view_put_null(v, "now");
    return false;
}

/* Whether somebody is in it. */
static bool put_space(struct req *r, struct view *v, const struct day_now *d, size_t i)
{
    const struct grid_day *g = &d->g.days[i];
    int64_t space = row_int(&d->g.spaces, i, "id");
    char text[GRID_TEXT] = "";
    space_put(r, v, &d->g.spaces, i);
    int until = free_until(g, d->step);
    bool is_due = false, busy = put_running(r, v, d, space, &is_due);
    if (!busy && until)
        grid_step_text(until, text);
    view_put_z(v, "state",
               busy                       ? "busy"
               : until                    ? "free"
               : g->closed >> d->step & 1 ? "closed"
                                          : "off");
    view_put_z(v, "free_until", text);
    if (!put_next(r, v, &d->today, space, d->step, d->day) &&
        !put_next(r, v, &d->tomorrow, space, -1, d->day))
        view_put_null(v, "next");
    return busy && !is_due;
}

enum err venue_put_now(struct req *r, struct view *v)
{
    struct day_now d;
    enum err e = load_now(r, &d);
    struct view *floors = view_put_list(v, "floors"), *spaces = NULL;
    int64_t busy = 0, last = 0;
    for (size_t i = 0; e == OK && i < d.g.n; i++) {
        if (!spaces || row_int(&d.g.spaces, i, "floor_id") != last) {
            struct view *floor = view_add_object(floors);
            last = row_int(&d.g.spaces, i, "floor_id");
            view_put_str(floor, "name",
                         row_str(&d.g.spaces, i, r->lang == LANG_EN ? "floor_en" : "floor_zh"));
            spaces = view_put_list(floor, "spaces");
        }
        busy += put_space(r, view_add_object(spaces), &d, i);
    }
    view_put_int(v, "busy", busy);
    view_put_int(v, "spaces_n", (int64_t)d.g.n);
    return e;
}
