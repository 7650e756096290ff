/*
 *   GET  /venue/bookings             mine: coming, past [booking]
 *   GET  /venue/bookings/{id}        booking, events, spaces to move to; also its booker's alone
 *   POST /venue/bookings/{id}/move   space, day, from, until
 *   POST /venue/bookings/{id}/do     event, note
 *
 *   booking {id, space {id, code, name}, day, from, until, starts_at, ends_at, state, state_name,
 *   title, subject, price, early_until, may {cancel, confirm, check_in, finish, move, grant,
 * refuse}, is_mine}
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

enum { MINE_SHOWN = 100, NOTE_MAX = 100 };
static const char *const buttons[] = {"confirm", "check_in", "finish", "cancel",
                                      "grant",   "refuse",   "move"};

static unsigned as_of(const struct req *r, const struct rows *b, size_t i)
{
    return (row_int(b, i, "user_id") == r->who.user_id ? VENUE_BOOKER : 0) |
           (venue_is_base(r) ? VENUE_BASE : 0);
}

/* By its code (door.c): a page that is open anywhere proves nothing. The base may. */
static bool is_at_door(const char *event)
{
    return strcmp(event, "check_in") == 0;
}

void booking_put(struct req *r, struct view *v, const struct rows *b, size_t i)
{
    bool en = r->lang == LANG_EN;
    unsigned as = as_of(r, b, i);
    const struct venue_when w = {row_int(b, i, "day"), (int)row_int(b, i, "from_step"),
                                 (int)row_int(b, i, "until_step")};
    view_put_int(v, "id", row_int(b, i, "id"));
    struct view *space = view_put_object(v, "space");
    view_put_int(space, "id", row_int(b, i, "space_id"));
    view_put_str(space, "code", row_str(b, i, "code"));
    view_put_str(space, "name", row_str(b, i, en ? "name_en" : "name_zh"));
    when_put(r, v, &w);
    view_put_str(v, "state", row_str(b, i, "state"));
    view_put_str(v, "state_name", req_text(r, "venue.state_", row_str(b, i, "state")));
    bool may_see = as || row_str(b, i, "subject").n;
    view_put_str(v, "title", may_see ? row_str(b, i, en ? "title_en" : "title_zh") : STR(""));
    view_put_str(v, "subject", row_str(b, i, "subject"));
    view_put_bool(v, "is_mine", as & VENUE_BOOKER);
    if (as & VENUE_BASE)
        view_put_str(v, "who", row_str(b, i, "user_name"));
    struct view *may = view_put_object(v, "may");
    for (size_t k = 0; k < sizeof(buttons) / sizeof(buttons[0]); k++)
        view_put_bool(may, buttons[k],
                      transition_may(&venue_table, row_str(b, i, "state"), buttons[k],
                                     is_at_door(buttons[k]) ? as & VENUE_BASE : as));
}

static bool is_coming(const struct rows *rs, size_t i, int64_t now_ms)
{
    static const char *const over[] = {"cancelled", "released", "no_show", "done"};
    bool is_over = row_int(rs, i, "ends_at") <= now_ms;
    for (size_t k = 0; k < sizeof(over) / sizeof(over[0]); k++)
        is_over = is_over || str_eq_z(row_str(rs, i, "state"), over[k]);
    return !is_over;
}

enum err venue_page_mine(struct req *r)
{
    struct rows rs;
    int64_t now = clock_wall_ms();
    enum err e = db_select(r->db, &q_venue_mine, ARGS(V_INT(r->who.user_id), V_INT(MINE_SHOWN)),
                           r->arena, &rs);
    struct view *coming = view_put_list(r->view, "coming"), *past = view_put_list(r->view, "past");
    for (size_t i = rs.n; e == OK && i-- > 0;)
        if (is_coming(&rs, i, now))
            booking_put(r, view_add_object(coming), &rs, i);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        if (!is_coming(&rs, i, now))
            booking_put(r, view_add_object(past), &rs, i);
    return e != OK ? e : feed_put_mine(r);
}

/* Somebody else's is not there, but for the base. */
static enum err load(struct req *r, struct rows *b)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = booking_get(r->db, id, r->arena, b);
    return e == OK && !as_of(r, b, 0) ? ERR_NOT_FOUND : e;
}

static enum err put_events(struct req *r, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_venue_events, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        const struct venue_when w = {row_int(&rs, i, "day"), (int)row_int(&rs, i, "from_step"),
                                     (int)row_int(&rs, i, "until_step")};
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "event", row_str(&rs, i, "event"));
        view_put_str(v, "event_name", req_text(r, "venue.event_", row_str(&rs, i, "event")));
        view_put_str(v, "state", row_str(&rs, i, "state"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        if (!row_null(&rs, i, "actor_name"))
            view_put_str(v, "actor", row_str(&rs, i, "actor_name"));
        when_put(r, v, &w);
    }
    return e;
}

/* From when the booker checks in; the page has no button before. */
static enum err put_early(struct req *r, struct view *v, const struct rows *b)
{
    int64_t now = clock_wall_ms(), from;
    enum err e = check_in_from(r->db, b, now, r->arena, &from);
    if (e == OK && now < from && as_of(r, b, 0) == VENUE_BOOKER &&
        str_eq_z(row_str(b, 0, "state"), "confirmed"))
        view_put_time(v, "early_until", from);
    return e;
}

static enum err show(struct req *r)
{
    struct rows b;
    struct grid g;
    enum err e = load(r, &b);
    if (e != OK)
        return e;
    int64_t id = row_int(&b, 0, "id");
    struct view *v = view_put_object(r->view, "booking");
    booking_put(r, v, &b, 0);
    view_put_money(v, "price", row_int(&b, 0, "price_fen"), "CNY");
    if ((e = put_early(r, v, &b)) != OK)
        return e;
    if (!row_null(&b, 0, "due_at") && str_eq_z(row_str(&b, 0, "state"), "pending"))
        view_put_time(v, "answer_by", row_int(&b, 0, "due_at"));
    e = grid_load(r->db, row_int(&b, 0, "day"), 0, id, r->arena, &g);
    struct view *list = view_put_list(r->view, "spaces");
    const struct venue_wish wish = {.user = venue_is_base(r) ? 0 : r->who.user_id,
                                    .organisation = r->who.organisation_id};
    uint64_t mask = grid_mask((int)row_int(&b, 0, "from_step"), (int)row_int(&b, 0, "until_step"));
    for (size_t i = 0; e == OK && i < g.n; i++) {
        if (!space_is_for(&g.spaces, i, &wish))
            continue;
        struct view *s = view_add_object(list);
        view_put_int(s, "id", row_int(&g.spaces, i, "id"));
        view_put_str(s, "code", row_str(&g.spaces, i, "code"));
        view_put_str(s, "name", row_str(&g.spaces, i, r->lang == LANG_EN ? "name_en" : "name_zh"));
        view_put_bool(s, "is_free", !(grid_busy(&g.days[i]) & mask));
    }
    return e != OK ? e : put_events(r, id);
}

enum err venue_page_booking(struct req *r)
{
    return show(r);
}

/* --- changes --- */

struct change {
    struct command cmd;
    int64_t id, space, actor;
    struct venue_when when;
    const char *event;
    unsigned as;
    struct str note;
};

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    const struct change *c = (const struct change *)cmd;
    struct err_info info = r->info;
    if (result == OK) {
        view_put_int(r->view, "id", c->id);
        reply_redirect(
            r,
            req_next(r, "next", arena_printf(r->arena, "/venue/bookings/%lld", (long long)c->id)));
        return OK;
    }
    if (r->json)
        return result;
    enum err e = show(r);
    reply_page(r, "venue/booking.html");
    r->info = info;
    return e != OK ? e : result;
}

static enum err run_move(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    return subject_move(tx, c->id, c->space, &c->when, c->actor, (c->as & VENUE_BASE) != 0);
}

/* A show's room moves with its show. */
static enum err refuse_subject(struct req *r, const struct rows *b)
{
    return row_str(b, 0, "subject").n && !venue_is_base(r)
               ? req_refuse(r, ERR_CONFLICT, NULL, "venue.is_subjects")
               : OK;
}

enum err venue_do_move(struct req *r)
{
    struct rows b;
    struct change *c = ARENA_NEW(r->arena, struct change);
    enum err e = c ? load(r, &b) : ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct change){.cmd = {.name = "venue.move", .run = run_move},
                         .id = row_int(&b, 0, "id"),
                         .space = row_int(&b, 0, "space_id"),
                         .actor = r->who.user_id,
                         .as = as_of(r, &b, 0)};
    e = refuse_subject(r, &b);
    if (e == OK && req_field(r, "space").n)
        e = req_field_int(r, "space", 1, INT64_MAX, &c->space);
    if (e == OK)
        e = when_field(r, &c->when);
    return e != OK ? changed(r, &c->cmd, e) : web_write(r, &c->cmd, changed);
}

static enum err run_do(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    return venue_do(tx, c->id, c->event, c->as, c->actor, c->note);
}

enum err venue_do_event(struct req *r)
{
    struct rows b;
    struct change *c = ARENA_NEW(r->arena, struct change);
    enum err e = c ? load(r, &b) : ERR_NOMEM;
    if (e != OK)
        return e;
    unsigned as = as_of(r, &b, 0);
    if (!(as & VENUE_BASE) && str_eq_z(req_field(r, "event"), "check_in"))
        return req_refuse(r, ERR_FORBIDDEN, "event", "venue.at_the_door"); /* door.c */
    *c = (struct change){.cmd = {.name = "venue.do", .run = run_do},
                         .id = row_int(&b, 0, "id"),
                         .actor = r->who.user_id,
                         .event = transition_event(&venue_table, req_field(r, "event")),
                         .as = as};
    if (!c->event || strcmp(c->event, "move") == 0)
        return req_refuse(r, ERR_INVALID, "event", NULL);
    e = refuse_subject(r, &b);
    if (e == OK)
        e = req_field_text(r, "note", 0, NOTE_MAX, &c->note);
    return e != OK ? changed(r, &c->cmd, e) : web_write(r, &c->cmd, changed);
}
