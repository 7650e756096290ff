/*
 * What the base does:
 *
 *   GET  /events/desk        events; spaces, typed: for the form of a new one
 *   POST /events             title_zh, title_en, about_zh, about_en, starts_at, deadline, slot_min,
 *                            slots, break_after, break_min, tables, space or room → id
 *   GET  /events/{id}/desk   event, parties, invitable [{id, name, kind_name}], may [{event, name,
 *                            needs_note}], log [{at, name, actor, note}], spaces, typed
 *   POST /events/{id}/move   starts_at, deadline, space or room
 *   POST /events/{id}/do     do (publish, begin, finish, cancel), note
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/events/event.h"
#include "town/events/internal.h"

enum { LOG_SHOWN = 50, DEFAULT_DAYS = 14, DEFAULT_HOUR = 9 };

static enum err put_spaces(struct req *r, int64_t chosen)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_events_spaces, ARGS(V_INT(EVENTS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "spaces");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "name", events_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == chosen);
    }
    return e;
}

/* What was typed, or what one mostly wants. */
enum err events_form_put(struct req *r)
{
    static const struct {
        const char *name, *fresh;
    } fields[] = {{"title_zh", ""},   {"title_en", ""}, {"about_zh", ""},     {"about_en", ""},
                  {"slot_min", "20"}, {"slots", "16"},  {"break_after", "8"}, {"break_min", "90"},
                  {"tables", "12"},   {"room", ""}};
    int64_t day = day_of(clock_wall_ms()) + DEFAULT_DAYS, space = 0;
    int64_t starts = day_begin_ms(day) + DEFAULT_HOUR * 60 * MINUTE_MS;
    struct view *v = view_put_object(r->view, "typed");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct str text = req_field(r, fields[i].name);
        view_put_str(v, fields[i].name, text.p ? text : str_of(fields[i].fresh));
    }
    struct str at = req_field(r, "starts_at"), deadline = req_field(r, "deadline");
    view_put_str(v, "starts_at", at.n ? at : day_moment_text(r->arena, starts));
    view_put_str(v, "deadline",
                 deadline.n ? deadline : day_moment_text(r->arena, starts - 5 * DAY_MS));
    if (str_to_i64(req_field(r, "space"), &space))
        space = 0;
    return put_spaces(r, space);
}

enum err events_page_desk(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_events_all, ARGS(V_INT(EVENTS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < rs.n; i++)
        events_put(r, view_add_object(list), &rs, i);
    if (!e)
        e = events_form_put(r);
    view_page_only(r->view, "typed");
    return e;
}

/* --- one --- */

static enum err put_parties(struct req *r, int64_t event)
{
    struct rows rs, free;
    enum err e = db_select(r->db, &q_events_parties, ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)),
                           r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_events_invitable, ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)),
                      r->arena, &free);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "parties");
    for (size_t i = 0; i < rs.n; i++)
        events_put_party(r, view_add_object(list), &rs, i);
    list = view_put_list(r->view, "invitable");
    for (size_t i = 0; i < free.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&free, i, "id"));
        view_put_str(v, "name", events_text(r, &free, i, "name_zh", "name_en"));
        view_put_str(v, "kind_name", req_text(r, "events.side_", row_str(&free, i, "kind")));
    }
    return OK;
}

static enum err put_log(struct req *r, int64_t event)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_events_log, ARGS(V_INT(event), V_INT(LOG_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "log");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "name", req_text(r, "events.did_", row_str(&rs, i, "event")));
        if (!row_null(&rs, i, "actor"))
            view_put_str(v, "actor", row_str(&rs, i, "actor"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
    }
    return e;
}

/* What has a button: plan and move have forms of their own. */
static void put_may(struct req *r, const struct rows *event)
{
    const struct transition *t = NULL;
    struct str state = row_str(event, 0, "state");
    bool is_early = row_int(event, 0, "starts_at") - EVENTS_EARLY_MS > clock_wall_ms();
    struct view *list = view_put_list(r->view, "may");
    while ((t = transition_button(&events_table, state, EVENTS_BASE, t))) {
        /* what is looked at before is on the page of the schedule */
        if (strcmp(t->event, "plan") == 0 || strcmp(t->event, "move") == 0 ||
            strcmp(t->event, "publish") == 0 || strcmp(t->event, "fill") == 0 ||
            strcmp(t->event, "shift") == 0 || (is_early && strcmp(t->event, "begin") == 0))
            continue;
        struct view *v = view_add_object(list);
        view_put_z(v, "event", t->event);
        view_put_str(v, "name", req_text(r, "events.do_", str_of(t->event)));
        view_put_bool(v, "needs_note", t->needs_note);
    }
    view_put_bool(r->view, "may_arrive",
                  str_eq_z(state, "running") || (str_eq_z(state, "published") && !is_early));
    view_put_bool(r->view, "may_move", transition_may(&events_table, state, "move", EVENTS_BASE));
}

static void put_typed_move(struct req *r, const struct rows *event)
{
    struct view *v = view_put_object(r->view, "typed");
    view_put_str(v, "starts_at", day_moment_text(r->arena, row_int(event, 0, "starts_at")));
    view_put_str(v, "deadline", day_moment_text(r->arena, row_int(event, 0, "deadline_at")));
    view_put_str(v, "room", row_str(event, 0, "room"));
    view_page_only(r->view, "typed");
}

enum err events_desk_put(struct req *r, int64_t id)
{
    struct rows event;
    enum err e = db_one(r->db, &q_events_get, ARGS(V_INT(id)), r->arena, &event);
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), &event, 0);
    put_may(r, &event);
    put_typed_move(r, &event);
    e = put_parties(r, id);
    if (!e)
        e = put_log(r, id);
    return e ? e : put_spaces(r, row_int(&event, 0, "space_id"));
}

enum err events_page_desk_event(struct req *r)
{
    int64_t id;
    enum err e = events_id(r, "id", &id);
    return e ? e : events_desk_put(r, id);
}

/* --- commands --- */

enum act { ACT_CREATE, ACT_MOVE, ACT_STEP };

struct doing {
    struct command cmd;
    enum act act;
    int64_t event, actor;
    const char *what;
    struct str note;
    struct events_new fresh;
    struct event_moved moved;
};

static enum err run_doing(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    switch (d->act) {
    case ACT_CREATE: return events_create(tx, &d->fresh, d->actor, &d->event);
    case ACT_MOVE: return event_move(tx, d->event, &d->moved, d->actor);
    case ACT_STEP: return events_do(tx, d->event, d->what, EVENTS_BASE, d->actor, d->note);
    }
    return ERR_INTERNAL;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct doing *d = (const struct doing *)cmd;
    struct err_info info = r->info;
    if (!result) {
        view_put_int(r->view, "id", d->event);
        bool fills = d->what && strcmp(d->what, "fill") == 0;
        reply_redirect(r, arena_printf(r->arena, fills ? "/events/%lld/plan" : "/events/%lld/desk",
                                       (long long)d->event));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, d->act == ACT_CREATE ? "events/desk.html" : "events/desk_event.html");
    enum err e = d->act == ACT_CREATE ? events_page_desk(r) : events_desk_put(r, d->event);
    r->info = info;
    return e ? e : result;
}

static enum err begin(struct req *r, enum act act, struct doing **out)
{
    struct rows event;
    struct doing *d = *out = ARENA_NEW(r->arena, struct doing);
    enum err e = !d ? ERR_NOMEM : act == ACT_CREATE ? OK : events_load(r, &event);
    if (!e)
        *d = (struct doing){.cmd = {.name = "events.desk", .run = run_doing},
                            .act = act,
                            .event = act == ACT_CREATE ? 0 : row_int(&event, 0, "id"),
                            .actor = r->who.user_id};
    return e;
}

static enum err read_place(struct req *r, int64_t *starts, int64_t *deadline, int64_t *space,
                           struct str *room)
{
    if (day_read_moment(req_field(r, "starts_at"), starts))
        return req_refuse(r, ERR_INVALID, "starts_at", "events.time_bad");
    if (day_read_moment(req_field(r, "deadline"), deadline))
        return req_refuse(r, ERR_INVALID, "deadline", "events.time_bad");
    enum err e = OK;
    if (req_field(r, "space").n)
        e = req_field_int(r, "space", 1, INT64_MAX, space);
    if (!e && req_field(r, "room").n)
        e = req_field_text(r, "room", 1, EVENTS_ROOM_MAX, room);
    return e;
}

enum err events_do_create(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, ACT_CREATE, &d);
    if (e)
        return e;
    struct events_new *n = &d->fresh;
    const struct {
        const char *name;
        size_t min, max;
        struct str *out;
    } texts[] = {{"title_zh", 1, 40, &n->title_zh},
                 {"title_en", 1, 80, &n->title_en},
                 {"about_zh", 0, 1000, &n->about_zh},
                 {"about_en", 0, 2000, &n->about_en}};
    const struct {
        const char *name;
        int64_t min, max, *out;
    } numbers[] = {{"slot_min", 5, 120, &n->slot_min},
                   {"slots", 1, EVENTS_SLOTS_MAX, &n->slots},
                   {"break_after", 0, EVENTS_SLOTS_MAX, &n->break_after},
                   {"break_min", 0, 240, &n->break_min},
                   {"tables", 1, EVENTS_TABLES_MAX, &n->tables}};
    for (size_t i = 0; !e && i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].min || req_field(r, texts[i].name).n)
            e = req_field_text(r, texts[i].name, texts[i].min, texts[i].max, texts[i].out);
    for (size_t i = 0; !e && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        e = req_field_int(r, numbers[i].name, numbers[i].min, numbers[i].max, numbers[i].out);
    if (!e)
        e = read_place(r, &n->starts_at, &n->deadline_at, &n->space, &n->room);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}

enum err events_do_move(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, ACT_MOVE, &d);
    if (e)
        return e;
    struct event_moved *m = &d->moved;
    e = read_place(r, &m->starts_at, &m->deadline_at, &m->space, &m->room);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}

enum err events_do_step(struct req *r)
{
    static const char *const steps[] = {"publish", "fill", "begin", "finish", "cancel"};
    struct doing *d;
    enum err e = begin(r, ACT_STEP, &d);
    for (size_t i = 0; !e && i < sizeof(steps) / sizeof(steps[0]); i++)
        if (str_eq_z(req_field(r, "do"), steps[i]))
            d->what = steps[i];
    if (e)
        return e;
    if (!d->what)
        return req_refuse(r, ERR_INVALID, "do", "events.not_now");
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, EVENTS_NOTE_MAX, &d->note);
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}
