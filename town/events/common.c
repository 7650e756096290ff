/* What the pages of this department share: see internal.h. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

enum err events_refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

bool events_is_base(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0;
}

enum err events_id(const struct req *r, const char *name, int64_t *id)
{
    return str_to_i64(req_param(r, name), id) || *id < 1 ? ERR_NOT_FOUND : OK;
}

struct str events_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                       const char *en)
{
    struct str text = row_str(rs, row, r->lang == LANG_EN ? en : zh);
    return text.n ? text : row_str(rs, row, zh);
}

int64_t events_slot_ms(const struct rows *event, int64_t slot)
{
    int64_t after = row_int(event, 0, "break_after");
    int64_t minutes = slot * row_int(event, 0, "slot_min");
    if (after > 0 && slot >= after)
        minutes += row_int(event, 0, "break_min");
    return row_int(event, 0, "starts_at") + minutes * MINUTE_MS;
}

int events_slot_now(const struct rows *event, int64_t now_ms)
{
    int64_t length = row_int(event, 0, "slot_min") * MINUTE_MS;
    for (int slot = 0; slot < row_int(event, 0, "slots"); slot++) {
        int64_t begins = events_slot_ms(event, slot);
        if (now_ms >= begins && now_ms < begins + length)
            return slot;
    }
    return -1;
}

bool events_is_open(const struct rows *event, size_t row, int64_t now_ms)
{
    struct str state = row_str(event, row, "state");
    return (str_eq_z(state, "open") || str_eq_z(state, "planned") ||
            str_eq_z(state, "published")) &&
           row_int(event, row, "deadline_at") > now_ms;
}

void events_put(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    static const char *const numbers[] = {"id",        "slot_min",  "slots",    "break_after",
                                          "break_min", "factories", "agencies", "arrived",
                                          "meetings",  "met"};
    struct str state = row_str(rs, row, "state");
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        view_put_int(v, numbers[i], row_int(rs, row, numbers[i]));
    view_put_int(v, "tables", row_int(rs, row, "tables_n"));
    view_put_str(v, "title", events_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "about", events_text(r, rs, row, "about_zh", "about_en"));
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "events.state_", state));
    view_put_time(v, "starts_at", row_int(rs, row, "starts_at"));
    view_put_time(v, "ends_at", row_int(rs, row, "ends_at"));
    view_put_time(v, "deadline_at", row_int(rs, row, "deadline_at"));
    view_put_bool(v, "is_open", events_is_open(rs, row, clock_wall_ms()));
    view_put_bool(v, "is_out", str_eq_z(state, "published") || str_eq_z(state, "running"));
    view_put_bool(v, "is_over", str_eq_z(state, "done") || str_eq_z(state, "cancelled"));
    view_put_bool(v, "was_held", !row_null(rs, row, "held_at"));
    if (row_null(rs, row, "space_id"))
        view_put_str(v, "place", row_str(rs, row, "room"));
    else
        view_put_str(v, "place",
                     str_of(arena_printf(r->arena, "%.*s %.*s",
                                         STR_ARG(events_text(r, rs, row, "space_zh", "space_en")),
                                         STR_ARG(row_str(rs, row, "space_code")))));
}

void events_put_party(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    struct str state = row_str(rs, row, "state"), side = row_str(rs, row, "side");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_int(v, "organisation", row_int(rs, row, "organisation_id"));
    view_put_str(v, "slug", row_str(rs, row, "slug"));
    view_put_str(v, "name", events_text(r, rs, row, "name_zh", "name_en"));
    view_put_str(v, "side", side);
    view_put_str(v, "side_name", req_text(r, "events.side_", side));
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "events.party_", state));
    view_put_bool(v, "is_in", str_eq_z(state, "in") || str_eq_z(state, "here"));
    view_put_int(v, "most", row_int(rs, row, "most"));
    if (!row_null(rs, row, "arrived_at"))
        view_put_time(v, "arrived_at", row_int(rs, row, "arrived_at"));
}

static void put_side(struct req *r, struct view *v, const struct rows *rs, size_t row, bool factory)
{
    const char *hearts = factory ? "factory_hearts" : "agency_hearts";
    const char *outcome = factory ? "factory_outcome" : "agency_outcome";
    const char *note = factory ? "factory_note" : "agency_note";
    view_put_int(v, hearts, row_int(rs, row, hearts));
    if (row_null(rs, row, outcome))
        return;
    struct str text = row_str(rs, row, outcome);
    view_put_str(v, outcome, text);
    view_put_str(v, factory ? "factory_outcome_name" : "agency_outcome_name",
                 req_text(r, "events.outcome_", text));
    view_put_str(v, note, row_str(rs, row, note));
}

void events_put_meeting(struct req *r, struct view *v, const struct rows *rs, size_t row,
                        const char *side)
{
    struct str state = row_str(rs, row, "state");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_int(v, "slot", row_int(rs, row, "slot"));
    view_put_int(v, "table", row_int(rs, row, "table_n"));
    view_put_str(v, "factory", events_text(r, rs, row, "factory_zh", "factory_en"));
    view_put_str(v, "agency", events_text(r, rs, row, "agency_zh", "agency_en"));
    view_put_int(v, "factory_party", row_int(rs, row, "factory_id"));
    view_put_int(v, "agency_party", row_int(rs, row, "agency_id"));
    view_put_time(v, "starts_at", row_int(rs, row, "starts_at"));
    view_put_time(v, "ends_at", row_int(rs, row, "ends_at"));
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", req_text(r, "events.meeting_", state));
    view_put_bool(v, "is_mutual",
                  row_int(rs, row, "factory_hearts") > 0 && row_int(rs, row, "agency_hearts") > 0);
    if (!side || strcmp(side, "factory") == 0)
        put_side(r, v, rs, row, true);
    if (!side || strcmp(side, "agency") == 0)
        put_side(r, v, rs, row, false);
}

enum err events_own_party(struct req *r, int64_t event, struct rows *out)
{
    out->n = 0;
    if (!r->who.organisation_id)
        return OK;
    return db_select(r->db, &q_events_party_of, ARGS(V_INT(event), V_INT(r->who.organisation_id)),
                     r->arena, out);
}

enum err events_load(struct req *r, struct rows *event)
{
    int64_t id;
    enum err e = events_id(r, "id", &id);
    return e ? e : db_one(r->db, &q_events_get, ARGS(V_INT(id)), r->arena, event);
}

enum err events_load_meeting(struct req *r, struct rows *meeting)
{
    int64_t id;
    enum err e = events_id(r, "id", &id);
    return e ? e : db_one(r->db, &q_events_meeting, ARGS(V_INT(id)), r->arena, meeting);
}
