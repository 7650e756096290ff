/* Events as commands: making one, moving it, going on. */
#include <string.h>

#include "store/queries.h"
#include "town/events/internal.h"
#include "town/events/event.h"
#include "town/venue/venue.h"

enum { SLOT_MIN = 5, SLOT_MAX = 120, BREAK_MAX = 240 };

static enum err bad(struct tx *tx, const char *field)
{
    return events_refuse(tx, ERR_INVALID, field, "web.number_bad");
}

static int64_t end_of(const struct events_new *n)
{
    int64_t pause = n->break_after > 0 ? n->break_min : 0;
    return n->starts_at + (n->slots * n->slot_min + pause) * MINUTE_MS;
}

static enum err look_at_times(struct tx *tx, const struct events_new *n)
{
    if (n->starts_at <= tx->now_ms)
        return events_refuse(tx, ERR_INVALID, "starts_at", "events.past");
    if (n->starts_at > tx->now_ms + EVENTS_AHEAD_DAYS * DAY_MS)
        return events_refuse(tx, ERR_INVALID, "starts_at", "events.far");
    if (day_of(n->starts_at) != day_of(end_of(n) - 1))
        return events_refuse(tx, ERR_INVALID, "slots", "events.over_midnight");
    return n->deadline_at > n->starts_at
               ? events_refuse(tx, ERR_INVALID, "deadline", "events.deadline_late")
               : OK;
}

static enum err look_at(struct tx *tx, const struct events_new *n)
{
    if (!n->title_zh.n || !n->title_en.n)
        return events_refuse(tx, ERR_INVALID, n->title_zh.n ? "title_en" : "title_zh",
                             "web.text_missing");
    if (n->slot_min < SLOT_MIN || n->slot_min > SLOT_MAX)
        return bad(tx, "slot_min");
    if (n->slots < 1 || n->slots > EVENTS_SLOTS_MAX)
        return bad(tx, "slots");
    if (n->break_after < 0 || n->break_after >= n->slots)
        return bad(tx, "break_after");
    if (n->break_min < 0 || n->break_min > BREAK_MAX)
        return bad(tx, "break_min");
    if (n->tables < 1 || n->tables > EVENTS_TABLES_MAX)
        return bad(tx, "tables");
    if (!n->space == !n->room.n)
        return events_refuse(tx, ERR_INVALID, "room", "events.place_bad");
    bool is_ours = false; /* named freely, it would not be booked */
    enum err e = n->room.n ? venue_is_named(tx->db, n->room, tx->arena, &is_ours) : OK;
    if (e || is_ours)
        return e ? e : events_refuse(tx, ERR_INVALID, "room", "events.room_is_space");
    return look_at_times(tx, n);
}

/* --- its room --- */

static struct str subject_of(struct tx *tx, int64_t event)
{
    return str_of(arena_printf(tx->arena, "event:%lld", (long long)event));
}

/* What a time cannot be as a booking is said of the event's field. */
static enum err book(struct tx *tx, int64_t event, const struct events_new *n, int64_t actor)
{
    struct venue_booking had = {0};
    struct venue_when when;
    int64_t id;
    enum err e = venue_of_subject(tx->db, subject_of(tx, event), tx->arena, &had);
    if (!e && !n->space)
        return had.id ? venue_free(tx, had.id, actor, STR("")) : OK;
    if (!e)
        e = venue_when_of(n->starts_at, end_of(n), &when, tx->info);
    if (e)
        return e;
    if (had.id)
        return venue_move(tx, had.id, n->space, &when, actor, true);
    const struct venue_new b = {.space = n->space,
                                .when = when,
                                .subject = subject_of(tx, event),
                                .title_zh = n->title_zh,
                                .title_en = n->title_en,
                                .user = actor,
                                .is_base = true};
    return venue_book(tx, &b, &id);
}

static enum err free_room(struct tx *tx, int64_t event, int64_t actor, struct str note)
{
    struct venue_booking had;
    enum err e = venue_of_subject(tx->db, subject_of(tx, event), tx->arena, &had);
    return e || !had.id ? e : venue_free(tx, had.id, actor, note.n ? note : STR(""));
}

static enum err need_space(struct tx *tx, int64_t space)
{
    struct rows rs;
    enum err e = space ? db_one(tx->db, &q_events_space, ARGS(V_INT(space)), tx->arena, &rs) : OK;
    return e == ERR_NOT_FOUND ? events_refuse(tx, ERR_INVALID, "space", "venue.no_space") : e;
}

/* --- making, moving --- */

enum err events_create(struct tx *tx, const struct events_new *n, int64_t actor, int64_t *event)
{
    struct rows rs;
    enum err e = look_at(tx, n);
    if (!e)
        e = need_space(tx, n->space);
    if (!e)
        e = db_one(tx->db, &q_events_add,
                   ARGS(V_STR(n->title_zh), V_STR(n->title_en),
                        V_STR(n->about_zh.n ? n->about_zh : STR("")),
                        V_STR(n->about_en.n ? n->about_en : STR("")), V_INT(n->starts_at),
                        V_INT(end_of(n)), V_INT(n->slot_min), V_INT(n->slots),
                        V_INT(n->break_after), V_INT(n->break_min), V_INT(n->tables),
                        n->space ? V_INT(n->space) : V_NULL, V_STR(n->room.n ? n->room : STR("")),
                        V_INT(n->deadline_at), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e)
        return e;
    *event = row_int(&rs, 0, "id");
    e = db_exec(tx->db, &q_events_log_add,
                ARGS(V_INT(*event), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL, V_Z("create"),
                     V_Z("open"), V_Z("")),
                NULL);
    return e || !n->space ? e : book(tx, *event, n, actor);
}

enum err event_move(struct tx *tx, int64_t event, const struct event_moved *m, int64_t actor)
{
    struct rows row;
    enum err e = event_step(tx, event, "move", EVENTS_BASE, actor, STR_NONE, &row);
    if (e)
        return e;
    const struct events_new n = {.title_zh = row_str(&row, 0, "title_zh"),
                                 .title_en = row_str(&row, 0, "title_en"),
                                 .starts_at = m->starts_at,
                                 .deadline_at = m->deadline_at,
                                 .slot_min = row_int(&row, 0, "slot_min"),
                                 .slots = row_int(&row, 0, "slots"),
                                 .break_after = row_int(&row, 0, "break_after"),
                                 .break_min = row_int(&row, 0, "break_min"),
                                 .tables = row_int(&row, 0, "tables_n"),
                                 .space = m->space,
                                 .room = m->room};
    e = look_at(tx, &n);
    if (!e)
        e = need_space(tx, n.space);
    if (!e)
        e = book(tx, event, &n, actor);
    if (!e)
        e = db_exec(tx->db, &q_events_move,
                    ARGS(V_INT(n.starts_at), V_INT(end_of(&n)), V_INT(n.deadline_at),
                         n.space ? V_INT(n.space) : V_NULL, V_STR(n.room.n ? n.room : STR("")),
                         V_INT(tx->now_ms), V_INT(event)),
                    NULL);
    if (!e)
        e = tell_near(tx, event, str_eq_z(row_str(&row, 0, "state"), "published"));
    return e ? e : tell_all(tx, event, "event.moved", true);
}

enum err events_room_moved(struct tx *tx, int64_t event, const struct venue_booking *to,
                           int64_t actor)
{
    struct rows row;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, &row);
    if (!e)
        e = db_exec(tx->db, &q_events_set_space,
                    ARGS(V_INT(to->space), V_INT(tx->now_ms), V_INT(event)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_events_log_add,
                    ARGS(V_INT(event), V_INT(tx->now_ms), V_INT(actor), V_Z("move"),
                         V_STR(row_str(&row, 0, "state")), V_STR(to->space_zh)),
                    NULL);
    return e ? e : tell_all(tx, event, "event.room", true);
}

/* --- going on --- */

static enum err begin(struct tx *tx, int64_t event, unsigned as, int64_t actor)
{
    struct rows row;
    enum err e = event_step(tx, event, "begin", as, actor, STR_NONE, &row);
    if (!e && row_int(&row, 0, "starts_at") - EVENTS_EARLY_MS > tx->now_ms)
        return events_refuse(tx, ERR_CONFLICT, "starts_at", "events.too_early");
    return e;
}

/* Nobody meets any more: what was planned falls. */
static enum err cancel(struct tx *tx, int64_t event, const char *what, unsigned as, int64_t actor,
                       struct str note)
{
    struct rows row, rs;
    enum err e = event_step(tx, event, what, as, actor, note, &row);
    if (!e)
        e = db_select(tx->db, &q_events_meetings, ARGS(V_INT(event), V_INT(EVENTS_MEETINGS_MAX)),
                      tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "state"), "planned"))
            e = meeting_step(tx, row_int(&rs, i, "id"), STR("planned"), "fall", EVENTS_SYSTEM,
                             actor, note);
    if (!e)
        e = free_room(tx, event, actor, note);
    if (!e)
        e = tell_near(tx, event, false);
    return e ? e : tell_all(tx, event, "event.cancelled", true);
}

enum err events_do(struct tx *tx, int64_t event, const char *what, unsigned as, int64_t actor,
                   struct str note)
{
    struct rows row;
    if (strcmp(what, "publish") == 0)
        return event_publish(tx, event, actor);
    if (strcmp(what, "fill") == 0)
        return event_fill(tx, event, actor);
    if (strcmp(what, "begin") == 0)
        return begin(tx, event, as, actor);
    if (strcmp(what, "cancel") == 0 || strcmp(what, "lapse") == 0)
        return cancel(tx, event, what, as, actor, note);
    if (strcmp(what, "finish") != 0)
        return events_refuse(tx, ERR_INVALID, "do", "events.not_now");
    enum err e = event_step(tx, event, what, as, actor, note, &row);
    return e ? e : meetings_close(tx, &row);
}

/* --- by itself --- */

static enum err ask_on(struct tx *tx)
{
    struct rows rs;
    int64_t left = EVENTS_ASK_MAX;
    enum err e = db_select(tx->db, &q_events_unasked, ARGS(V_INT(EVENTS_TURN_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && left && i < rs.n; i++)
        e = meetings_ask(tx, row_int(&rs, i, "id"), row_int(&rs, i, "ends_at"), &left);
    return e;
}

static enum err town_left(struct tx *tx)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_events_gone_parties, ARGS(V_INT(EVENTS_TURN_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = events_party_do(tx, row_int(&rs, i, "id"), "leave", EVENTS_SYSTEM, 0, STR_NONE);
    return e;
}

enum err events_turn(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = ask_on(tx);
    if (!e)
        e = db_select(
            tx->db, &q_events_due,
            ARGS(V_INT(tx->now_ms), V_INT(tx->now_ms - EVENTS_GRACE_MS), V_INT(EVENTS_TURN_MAX)),
            tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str state = row_str(&rs, i, "state");
        const char *what = str_eq_z(state, "published") ? "begin"
                           : str_eq_z(state, "running") ? "finish"
                                                        : "lapse";
        e = events_do(tx, row_int(&rs, i, "id"), what, EVENTS_SYSTEM, 0, STR_NONE);
    }
    return e ? e : town_left(tx);
}

void events_prepare(struct writer *w)
{
    writer_every(w, EVENTS_TURN_MS, "events.turn", events_turn, NULL);
}
