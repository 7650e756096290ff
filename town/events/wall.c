/*
 *   GET /events/{id}/wall   the base's screen: event, now, slot_at, next_at, tables [{table, now
 *                           {factory, agency, is_there}, next}]; renews itself
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

static void put(struct req *r, struct view *v, const char *name, const struct rows *rs, size_t i)
{
    struct view *m = view_put_object(v, name);
    view_put_str(m, "factory", events_text(r, rs, i, "factory_zh", "factory_en"));
    view_put_str(m, "agency", events_text(r, rs, i, "agency_zh", "agency_en"));
    view_put_time(m, "at", row_int(rs, i, "starts_at"));
    view_put_time(m, "until", row_int(rs, i, "ends_at"));
    view_put_bool(m, "is_there",
                  !row_null(rs, i, "factory_arrived") && !row_null(rs, i, "agency_arrived"));
}

/* A table's meeting now, and the first one to come. */
static void put_table(struct req *r, struct view *list, const struct rows *rs, int64_t table,
                      int64_t now)
{
    struct view *v = NULL;
    bool has_next = false;
    for (size_t i = 0; i < rs->n; i++) {
        if (row_int(rs, i, "table_n") != table)
            continue;
        if (!v) {
            v = view_add_object(list);
            view_put_int(v, "table", table);
        }
        bool is_now = row_int(rs, i, "starts_at") <= now && row_int(rs, i, "ends_at") > now;
        bool is_next = !has_next && row_int(rs, i, "starts_at") > now;
        has_next |= is_next;
        if (is_now || is_next)
            put(r, v, is_now ? "now" : "next", rs, i);
    }
}

enum err events_page_wall(struct req *r)
{
    struct rows event, rs;
    int64_t now = clock_wall_ms();
    enum err e = events_load(r, &event);
    if (!e)
        e = db_select(r->db, &q_events_meetings,
                      ARGS(V_INT(row_int(&event, 0, "id")), V_INT(EVENTS_MEETINGS_MAX)), r->arena,
                      &rs);
    if (e)
        return e;
    events_put(r, view_put_object(r->view, "event"), &event, 0);
    view_put_time(r->view, "now", now);
    int slot = events_slot_now(&event, now);
    if (slot >= 0)
        view_put_time(r->view, "until",
                      events_slot_ms(&event, slot) + row_int(&event, 0, "slot_min") * MINUTE_MS);
    struct view *list = view_put_list(r->view, "tables");
    for (int64_t t = 1; t <= row_int(&event, 0, "tables_n"); t++)
        put_table(r, list, &rs, t, now);
    return OK;
}
