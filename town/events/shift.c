/*
 * One meeting of a timetable that is out, put elsewhere by hand.
 *
 *   GET  /events/meetings/{id}/move   the base: event, meeting, slots [{at, places [{place, table,
 *                                     is_chosen, factory, agency}]}] where it can be, places_n;
 *                                     factory, agency: of whom it changes places with
 *   POST /events/meetings/{id}/move   place: "SLOT.TABLE.MEETING", the slot from 0, the table from
 *                                     1; MEETING 0: it is free, else whom it changes places with
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

enum { NOBODY = -1, PLACE_PARTS = 3 };

/* What a meeting's place is judged by: the same for the page and the command. */
struct board {
    struct rows event, meetings, parties;
    int64_t now_ms;
};

static enum err load(struct db *db, int64_t event, int64_t now_ms, struct arena *arena,
                     struct board *b)
{
    b->now_ms = now_ms;
    enum err e = db_one(db, &q_events_get, ARGS(V_INT(event)), arena, &b->event);
    if (!e)
        e = db_select(db, &q_events_meetings, ARGS(V_INT(event), V_INT(EVENTS_MEETINGS_MAX)), arena,
                      &b->meetings);
    return e ? e
             : db_select(db, &q_events_plan_parties, ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)),
                         arena, &b->parties);
}

static int find(const struct board *b, int64_t meeting)
{
    for (size_t i = 0; i < b->meetings.n; i++)
        if (row_int(&b->meetings, i, "id") == meeting)
            return (int)i;
    return NOBODY;
}

static int at_place(const struct board *b, int64_t slot, int64_t table)
{
    for (size_t i = 0; i < b->meetings.n; i++)
        if (row_int(&b->meetings, i, "slot") == slot &&
            row_int(&b->meetings, i, "table_n") == table)
            return (int)i;
    return NOBODY;
}

static bool is_to_come(const struct board *b, int i)
{
    return str_eq_z(row_str(&b->meetings, (size_t)i, "state"), "planned") &&
           row_int(&b->meetings, (size_t)i, "starts_at") > b->now_ms;
}

static bool is_there(const struct board *b, int64_t party, int64_t slot)
{
    for (size_t i = 0; i < b->parties.n; i++)
        if (row_int(&b->parties, i, "id") == party)
            return row_int(&b->parties, i, "free_slots") >> slot & 1;
    return false;
}

/* Whether both of meeting i can be in a slot, where `gone` (or NOBODY) is not any more. */
static const char *cannot_meet(const struct board *b, int i, int64_t slot, int gone)
{
    int64_t factory = row_int(&b->meetings, (size_t)i, "factory_id"),
            agency = row_int(&b->meetings, (size_t)i, "agency_id");
    if (!is_there(b, factory, slot) || !is_there(b, agency, slot))
        return "events.shift_away";
    for (int k = 0; k < (int)b->meetings.n; k++)
        if (k != i && k != gone && row_int(&b->meetings, (size_t)k, "slot") == slot &&
            (row_int(&b->meetings, (size_t)k, "factory_id") == factory ||
             row_int(&b->meetings, (size_t)k, "agency_id") == agency))
            return "events.shift_busy";
    return NULL;
}

/* NULL, or why meeting i cannot be put there. *other: with whom it changes places. */
static const char *cannot_go(const struct board *b, int i, int64_t slot, int64_t table, int *other)
{
    *other = NOBODY;
    if (slot < 0 || slot >= row_int(&b->event, 0, "slots") || table < 1 ||
        table > row_int(&b->event, 0, "tables_n"))
        return "events.shift_none";
    if (!is_to_come(b, i) || events_slot_ms(&b->event, slot) <= b->now_ms)
        return "events.shift_begun";
    int there = at_place(b, slot, table);
    if (there == i)
        return "events.shift_same";
    if (there != NOBODY && !is_to_come(b, there))
        return "events.shift_begun";
    *other = there;
    const char *why = cannot_meet(b, i, slot, there);
    return why || there == NOBODY
               ? why
               : cannot_meet(b, there, row_int(&b->meetings, (size_t)i, "slot"), i);
}

/* --- the command --- */

static enum err put_at(struct tx *tx, int64_t meeting, int64_t slot, int64_t table)
{
    return db_exec(tx->db, &q_events_meeting_place,
                   ARGS(V_INT(slot), V_INT(table), V_INT(tx->now_ms), V_INT(meeting)), NULL);
}

static struct str place_text(struct tx *tx, int64_t slot, int64_t table)
{
    return str_of(arena_printf(tx->arena, "%lld.%lld", (long long)slot + 1, (long long)table));
}

static enum err log_one(struct tx *tx, const struct board *b, int i, int64_t slot, int64_t table,
                        int64_t actor)
{
    return meeting_step(tx, row_int(&b->meetings, (size_t)i, "id"),
                        row_str(&b->meetings, (size_t)i, "state"), "shift", EVENTS_BASE, actor,
                        place_text(tx, slot, table));
}

static enum err tell_both(struct tx *tx, const struct board *b, int i)
{
    static const char *const of[][2] = {{"factory_id", "factory_org"}, {"agency_id", "agency_org"}};
    enum err e = OK;
    for (int k = 0; !e && k < 2; k++)
        e = tell_party(tx, &b->event, row_int(&b->meetings, (size_t)i, of[k][0]),
                       row_int(&b->meetings, (size_t)i, of[k][1]), "event.changed");
    return e;
}

/* Two that change places are never at one: the first is nowhere meanwhile. */
static enum err put_both(struct tx *tx, const struct board *b, int i, int other, int64_t slot,
                         int64_t table)
{
    int64_t id = row_int(&b->meetings, (size_t)i, "id");
    enum err e = OK;
    if (other != NOBODY) {
        e = put_at(tx, id, EVENTS_SLOTS_MAX, EVENTS_TABLES_MAX + 1);
        if (!e)
            e = put_at(tx, row_int(&b->meetings, (size_t)other, "id"),
                       row_int(&b->meetings, (size_t)i, "slot"),
                       row_int(&b->meetings, (size_t)i, "table_n"));
    }
    return e ? e : put_at(tx, id, slot, table);
}

static struct str log_note(struct tx *tx, const struct board *b, int i, int64_t slot, int64_t table)
{
    return str_of(arena_printf(tx->arena, "%.*s × %.*s: %.*s → %.*s",
                               STR_ARG(row_str(&b->meetings, (size_t)i, "factory_zh")),
                               STR_ARG(row_str(&b->meetings, (size_t)i, "agency_zh")),
                               STR_ARG(place_text(tx, row_int(&b->meetings, (size_t)i, "slot"),
                                                  row_int(&b->meetings, (size_t)i, "table_n"))),
                               STR_ARG(place_text(tx, slot, table))));
}

static enum err look(struct tx *tx, const struct event_place *p, struct board *b, int *i,
                     int *other)
{
    struct rows m;
    enum err e = db_one(tx->db, &q_events_meeting, ARGS(V_INT(p->meeting)), tx->arena, &m);
    if (!e)
        e = load(tx->db, row_int(&m, 0, "event_id"), tx->now_ms, tx->arena, b);
    if (e)
        return e;
    *i = find(b, p->meeting);
    if (*i == NOBODY) /* fallen */
        return events_refuse(tx, ERR_CONFLICT, "state", "events.meeting_not_now");
    const char *why = cannot_go(b, *i, p->slot, p->table, other);
    if (why)
        return events_refuse(tx, ERR_CONFLICT, "place", why);
    int64_t is = *other == NOBODY ? 0 : row_int(&b->meetings, (size_t)*other, "id");
    return is == p->with ? OK : events_refuse(tx, ERR_CONFLICT, "place", "events.shift_old");
}

enum err event_shift(struct tx *tx, const struct event_place *p, int64_t actor)
{
    struct board b;
    struct rows row;
    int i, other;
    enum err e = look(tx, p, &b, &i, &other);
    if (!e)
        e = event_step(tx, row_int(&b.event, 0, "id"), "shift", EVENTS_BASE, actor,
                       log_note(tx, &b, i, p->slot, p->table), &row);
    if (!e)
        e = put_both(tx, &b, i, other, p->slot, p->table);
    if (!e)
        e = log_one(tx, &b, i, p->slot, p->table, actor);
    if (!e && other != NOBODY)
        e = log_one(tx, &b, other, row_int(&b.meetings, (size_t)i, "slot"),
                    row_int(&b.meetings, (size_t)i, "table_n"), actor);
    if (!e && other != NOBODY)
        e = tell_both(tx, &b, other);
    return e ? e : tell_both(tx, &b, i);
}

/* --- the page --- */

static void put_place(struct req *r, struct view *list, const struct board *b, int64_t slot,
                      int64_t table, int other)
{
    struct view *v = view_add_object(list);
    long long with = other == NOBODY ? 0 : row_int(&b->meetings, (size_t)other, "id");
    struct str place =
        str_of(arena_printf(r->arena, "%lld.%lld.%lld", (long long)slot, (long long)table, with));
    view_put_str(v, "place", place);
    view_put_int(v, "table", table);
    view_put_bool(v, "is_chosen", str_eq(req_field(r, "place"), place));
    if (other == NOBODY)
        return;
    view_put_str(v, "factory",
                 events_text(r, &b->meetings, (size_t)other, "factory_zh", "factory_en"));
    view_put_str(v, "agency",
                 events_text(r, &b->meetings, (size_t)other, "agency_zh", "agency_en"));
}

static int64_t put_slot(struct req *r, struct view *slots, const struct board *b, int i,
                        int64_t slot)
{
    struct view *places = NULL;
    int64_t n = 0;
    for (int64_t table = 1; table <= row_int(&b->event, 0, "tables_n"); table++) {
        int other;
        if (cannot_go(b, i, slot, table, &other))
            continue;
        if (!n++) {
            struct view *v = view_add_object(slots);
            view_put_time(v, "at", events_slot_ms(&b->event, slot));
            places = view_put_list(v, "places");
        }
        put_place(r, places, b, slot, table, other);
    }
    return n;
}

static enum err show(struct req *r, int64_t meeting)
{
    struct rows m;
    struct board b;
    int64_t n = 0;
    enum err e = db_one(r->db, &q_events_meeting, ARGS(V_INT(meeting)), r->arena, &m);
    if (!e)
        e = load(r->db, row_int(&m, 0, "event_id"), clock_wall_ms(), r->arena, &b);
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), &b.event, 0);
    events_put_meeting(r, view_put_object(r->view, "meeting"), &m, 0, NULL);
    struct view *slots = view_put_list(r->view, "slots");
    int i = find(&b, meeting);
    bool may = i != NOBODY &&
               transition_may(&events_table, row_str(&b.event, 0, "state"), "shift", EVENTS_BASE);
    for (int64_t s = 0; may && s < row_int(&b.event, 0, "slots"); s++)
        n += put_slot(r, slots, &b, i, s);
    view_put_int(r->view, "places_n", n);
    return OK;
}

enum err events_page_shift(struct req *r)
{
    int64_t id;
    enum err e = events_id(r, "id", &id);
    return e ? e : show(r, id);
}

struct shifting {
    struct command cmd;
    struct event_place to;
    int64_t event, actor;
};

static enum err run_shift(struct command *cmd, struct tx *tx)
{
    const struct shifting *s = (const struct shifting *)cmd;
    return event_shift(tx, &s->to, s->actor);
}

static enum err shifted(struct req *r, struct command *cmd, enum err result)
{
    const struct shifting *s = (const struct shifting *)cmd;
    struct err_info info = r->info;
    if (!result) {
        view_put_int(r->view, "id", s->to.meeting);
        reply_redirect(r, arena_printf(r->arena, "/events/%lld/plan#m%lld", (long long)s->event,
                                       (long long)s->to.meeting));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/shift.html");
    enum err e = show(r, s->to.meeting);
    r->info = info;
    return e ? e : result;
}

static bool read_place(struct str text, struct event_place *out)
{
    int64_t *const parts[PLACE_PARTS] = {&out->slot, &out->table, &out->with};
    for (int i = 0; i < PLACE_PARTS; i++) {
        struct str rest = STR_NONE, part = str_cut(text, '.', &rest);
        if (str_to_i64(part, parts[i]) || *parts[i] < 0 || (i == PLACE_PARTS - 1 && rest.n))
            return false;
        text = rest;
    }
    return true;
}

enum err events_do_shift(struct req *r)
{
    struct rows m;
    struct shifting *s = ARENA_NEW(r->arena, struct shifting);
    enum err e = s ? events_load_meeting(r, &m) : ERR_NOMEM;
    if (e)
        return e;
    *s = (struct shifting){.cmd = {.name = "events.shift", .run = run_shift},
                           .to = {.meeting = row_int(&m, 0, "id")},
                           .event = row_int(&m, 0, "event_id"),
                           .actor = r->who.user_id};
    if (!read_place(req_field(r, "place"), &s->to))
        e = req_refuse(r, ERR_INVALID, "place", "events.shift_none");
    return e ? shifted(r, &s->cmd, e) : web_write(r, &s->cmd, shifted);
}
