/*
 * GET /venue: which space is free then? Without a time: today's next whole hour, for two hours.
 *
 *   asked {day, from, until, kind, seats, equipment}; free [space]; near [space with near {day,
 *   from, until}]: they fit, and are free at another hour of that day; other [space]: of another
 *   kind or with fewer seats, free at that hour, when nothing else is; more: how many were left
 * out; why, why_name: why nobody, or not this person, can have any then ("past", "long", "far");
 * full [space]: they fit, and have no such stretch left that day: one may wait
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

enum { SHOWN = 60, NEAR_SHOWN = 12, USUAL_STEPS = 4, USUAL_FIRST = 18, SEATS_MAX = 10000 };

static const char *const kinds[] = {"live_room", "hall", "classroom", "provider_desk",
                                    "factory_live_room"};

/* The coming whole hour. */
static void usual(struct venue_when *w, int64_t now_ms)
{
    int64_t at = now_ms + HOUR_MS;
    w->day = day_of(at);
    w->from = (int)((at - day_begin_ms(w->day)) / HOUR_MS) * 2;
    if (w->from < USUAL_FIRST) /* by night nobody asks for the night */
        w->from = USUAL_FIRST;
    w->until = w->from + USUAL_STEPS > VENUE_STEPS ? VENUE_STEPS : w->from + USUAL_STEPS;
}

/* What is asked for that cannot be is refused: left out, it would be answered as if it fitted. */
static enum err read_filter(struct req *r, struct venue_wish *wish)
{
    struct str kind = str_trim(req_query(r, "kind")), seats = str_trim(req_query(r, "seats"));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_eq_z(kind, kinds[i]))
            wish->kind = str_of(kinds[i]);
    if (kind.n && !wish->kind.n)
        return req_refuse(r, ERR_INVALID, "kind", "venue.kind_bad");
    if (seats.n &&
        (str_to_i64(seats, &wish->seats) != OK || wish->seats < 0 || wish->seats > SEATS_MAX)) {
        wish->seats = 0;
        return req_refuse(r, ERR_INVALID, "seats", "venue.seats_bad");
    }
    return OK;
}

static enum err read_wish(struct req *r, struct venue_wish *wish)
{
    int64_t now = clock_wall_ms();
    usual(&wish->when, now);
    wish->user = r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN) ? 0 : r->who.user_id;
    wish->organisation = r->who.organisation_id;
    wish->equipment = str_head(str_trim(req_query(r, "equipment")), 80);
    enum err e = read_filter(r, wish);
    if (e != OK || !req_query(r, "from").n)
        return e;
    return when_read(r, req_query(r, "day"), req_query(r, "from"), req_query(r, "until"),
                     &wish->when);
}

static void put_asked(struct req *r, const struct venue_wish *w)
{
    struct view *v = view_put_object(r->view, "asked");
    when_put(r, v, &w->when);
    view_put_str(v, "kind", w->kind);
    view_put_int(v, "seats", w->seats);
    view_put_str(v, "equipment", w->equipment);
    struct view *list = view_put_list(r->view, "kinds");
    view_page_only(r->view, "kinds");
    space_put_tags(r, w->equipment, false);
    view_page_only(r->view, "tags");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct view *k = view_add_object(list);
        view_put_z(k, "kind", kinds[i]);
        view_put_str(k, "name", req_text(r, "venue.kind_", str_of(kinds[i])));
        view_put_bool(k, "is_chosen", str_eq_z(w->kind, kinds[i]));
    }
}

/* The first step of the day that is not over. */
static int first_step(int64_t day, int64_t now_ms)
{
    int64_t gone = now_ms - day_begin_ms(day);
    return gone <= 0 ? 0 : gone >= DAY_MS ? VENUE_STEPS : (int)(gone / STEP_MS);
}

struct found {
    const struct venue_wish *wish;
    uint64_t mask;
    int first;
    struct view *free, *near, *other, *full;
    int64_t left_out;
};

static void sort_one(struct req *r, const struct grid *g, size_t i, struct found *f)
{
    uint64_t busy = grid_busy(&g->days[i]);
    const struct venue_when *w = &f->wish->when;
    bool fits = space_fits(&g->spaces, i, f->wish), is_free = !(busy & f->mask);
    if (!space_is_for(&g->spaces, i, f->wish))
        return;
    if (fits && is_free && w->from >= f->first) {
        if (f->free->count < SHOWN)
            space_put(r, view_add_object(f->free), &g->spaces, i);
        else
            f->left_out++;
        return;
    }
    int at = fits ? grid_near(busy, w->from, w->until - w->from, f->first) : -1;
    if (at >= 0 && f->near->count < NEAR_SHOWN) {
        struct view *v = view_add_object(f->near);
        const struct venue_when near = {w->day, at, at + w->until - w->from};
        space_put(r, v, &g->spaces, i);
        when_put(r, view_put_object(v, "near"), &near);
    } else if (fits && at < 0 && w->from >= f->first && !(g->days[i].off & f->mask) &&
               !(g->days[i].closed & f->mask) && f->full->count < NEAR_SHOWN) {
        space_put(r, view_add_object(f->full), &g->spaces, i);
    } else if (!fits && is_free && w->from >= f->first && f->other->count < NEAR_SHOWN) {
        space_put(r, view_add_object(f->other), &g->spaces, i);
    }
}

/* Why no space can be had then, by the time alone. */
static enum err judge_time(struct req *r, const struct venue_wish *w, enum venue_no *why)
{
    struct venue_rules rules;
    int64_t now = clock_wall_ms();
    enum err e = rules_at(r->db, now, r->arena, &rules);
    *why = VENUE_YES;
    if (e != OK)
        return e;
    if (venue_begins_ms(&w->when) + STEP_MS <= now)
        *why = VENUE_NO_PAST;
    else if (w->user && (w->when.until - w->when.from) * VENUE_STEP_MIN > rules.longest_min)
        *why = VENUE_NO_LONG;
    else if (w->user && w->when.day > day_of(now) + rules.ahead_days)
        *why = VENUE_NO_FAR;
    view_put_z(r->view, "why", *why ? venue_no_names[*why] : "");
    if (*why)
        view_put_str(r->view, "why_name", req_text(r, "venue.no_", str_of(venue_no_names[*why])));
    view_put_int(r->view, "ahead_days", rules.ahead_days);
    view_put_int(r->view, "longest_h", rules.longest_min / 60);
    return OK;
}

enum err venue_page_search(struct req *r)
{
    enum venue_no why;
    struct venue_wish wish = {0};
    struct grid g;
    if (!r->json)
        reply_page(r, "venue/search.html");
    enum err bad = read_wish(r, &wish);
    put_asked(r, &wish);
    if (bad != OK)
        return bad;
    enum err e = judge_time(r, &wish, &why);
    if (e == OK)
        e = grid_load(r->db, wish.when.day, 0, 0, r->arena, &g);
    if (e != OK)
        return e;
    struct found f = {.wish = &wish,
                      .mask = grid_mask(wish.when.from, wish.when.until),
                      .first = first_step(wish.when.day, clock_wall_ms()),
                      .free = view_put_list(r->view, "free"),
                      .near = view_put_list(r->view, "near"),
                      .other = view_put_list(r->view, "other"),
                      .full = view_put_list(r->view, "full")};
    for (size_t i = 0; i < g.n && (why == VENUE_YES || why == VENUE_NO_PAST); i++)
        sort_one(r, &g, i, &f);
    view_put_int(r->view, "more", f.left_out);
    view_put_bool(r->view, "has_spaces", g.n > 0);
    return OK;
}
