/* What who takes part is told. */
#include "store/queries.h"
#include "town/events/internal.h"

enum { CLERKS_MAX = 50 };
#define APP MESSAGES_APP
#define MAIL (MESSAGES_APP | MESSAGES_MAIL)

const struct messages_kind events_kinds[] = {
    {"event.invited", "events", MAIL, false},
    {"event.published", "events", MAIL, false},
    {"event.changed", "events", MAIL | MESSAGES_SMS, false},
    {"event.moved", "events", MAIL | MESSAGES_SMS, false},
    {"event.room", "events", MAIL | MESSAGES_SMS, false},
    {"event.cancelled", "events", MAIL | MESSAGES_SMS, false},
    {"event.near", "events", MAIL, false},
    {"event.follow", "events", MAIL, false},
};
const size_t events_kinds_n = sizeof(events_kinds) / sizeof(events_kinds[0]);

static enum err tell_clerks(struct tx *tx, int64_t organisation, struct messages_new *m)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_events_clerks, ARGS(V_INT(organisation), V_INT(CLERKS_MAX)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        m->user = row_int(&rs, i, "user_id");
        e = messages_tell(tx, m);
    }
    return e;
}

/* An invitation and an event that is off lead to the event, the rest to one's own timetable. */
static struct str link_of(struct tx *tx, const char *kind, int64_t event)
{
    bool is_event =
        str_eq_z(str_of(kind), "event.invited") || str_eq_z(str_of(kind), "event.cancelled");
    return str_of(arena_printf(tx->arena, is_event ? "/events/%lld" : "/events/%lld/timetable",
                               (long long)event));
}

static struct str near_key(struct tx *tx, int64_t party)
{
    return str_of(arena_printf(tx->arena, "event-near:%lld", (long long)party));
}

enum err tell_party(struct tx *tx, const struct rows *event, int64_t party, int64_t organisation,
                    const char *kind)
{
    int64_t id = row_int(event, 0, "id"), starts = row_int(event, 0, "starts_at");
    struct str room = row_str(event, 0, "space_zh");
    bool is_near = str_eq_z(str_of(kind), "event.near");
    bool is_news = is_near || str_eq_z(str_of(kind), "event.invited"); /* of use only before it */
    struct messages_new m = {
        .kind = kind,
        .about = is_near ? near_key(tx, party)
                         : str_of(arena_printf(tx->arena, "event-party:%lld", (long long)party)),
        .link = link_of(tx, kind, id),
        .until_ms = is_news ? starts : row_int(event, 0, "ends_at"),
        .args = {{.name = "event",
                  .zh = row_str(event, 0, "title_zh"),
                  .en = row_str(event, 0, "title_en")},
                 {.name = "at", .time_ms = starts},
                 {.name = "room",
                  .zh = room.n ? room : row_str(event, 0, "room"),
                  .en = row_str(event, 0, "space_en")}}};
    if (is_near)
        m.due_ms = starts - EVENTS_NEAR_MS;
    return tell_clerks(tx, organisation, &m);
}

enum err tell_all(struct tx *tx, int64_t event, const char *kind, bool invited)
{
    struct rows row, rs;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, &row);
    if (!e)
        e = db_select(tx->db, invited ? &q_events_addressees : &q_events_takers,
                      ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = tell_party(tx, &row, row_int(&rs, i, "id"), row_int(&rs, i, "organisation_id"), kind);
    return e;
}

enum err tell_near_not(struct tx *tx, int64_t party)
{
    return messages_drop(tx, near_key(tx, party));
}

enum err tell_near_one(struct tx *tx, const struct rows *event, int64_t party, int64_t organisation)
{
    enum err e = tell_near_not(tx, party);
    bool is_far = row_int(event, 0, "starts_at") - EVENTS_NEAR_MS > tx->now_ms;
    return e || !is_far ? e : tell_party(tx, event, party, organisation, "event.near");
}

enum err tell_near(struct tx *tx, int64_t event, bool on)
{
    struct rows row, rs;
    enum err e = db_one(tx->db, &q_events_get, ARGS(V_INT(event)), tx->arena, &row);
    if (!e)
        e = db_select(tx->db, &q_events_takers, ARGS(V_INT(event), V_INT(EVENTS_PARTIES_MAX)),
                      tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t party = row_int(&rs, i, "id");
        e = on ? tell_near_one(tx, &row, party, row_int(&rs, i, "organisation_id"))
               : tell_near_not(tx, party);
    }
    return e;
}

enum err tell_follow(struct tx *tx, int64_t follow, int64_t organisation, int64_t due_ms)
{
    struct rows row;
    enum err e = db_one(tx->db, &q_events_follow, ARGS(V_INT(follow)), tx->arena, &row);
    if (e)
        return e;
    bool is_factory = str_eq_z(row_str(&row, 0, "side"), "factory");
    struct messages_new m = {
        .kind = "event.follow",
        .about = str_of(arena_printf(tx->arena, "event-follow:%lld", (long long)follow)),
        .link = str_of(arena_printf(tx->arena, "/events/follow-ups/%lld", (long long)follow)),
        .due_ms = due_ms,
        .args = {{.name = "with",
                  .zh = row_str(&row, 0, is_factory ? "agency_zh" : "factory_zh"),
                  .en = row_str(&row, 0, is_factory ? "agency_en" : "factory_en")},
                 {.name = "event",
                  .zh = row_str(&row, 0, "title_zh"),
                  .en = row_str(&row, 0, "title_en")}}};
    return tell_clerks(tx, organisation, &m);
}
