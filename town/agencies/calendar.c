/* A week of an agency's hosts: shows, rooms, courses; what is public of them. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/agencies/internal.h"
#include "town/day.h"

enum { WEEK = 7, MONDAY = 3 /* day 0 was a Thursday */, WEEKS_AWAY_MAX = 60 };

enum err calendar_rows(struct req *r, int64_t agency, int64_t from_ms, int64_t until_ms,
                       struct rows *out)
{
    return db_select(r->db, &q_agencies_calendar,
                     ARGS(V_INT(agency), V_INT(from_ms), V_INT(until_ms), V_INT(CALENDAR_MAX)),
                     r->arena, out);
}

static enum err read_week(struct req *r, int64_t today, int64_t *monday)
{
    int64_t day = today;
    if (req_query(r, "week").n && day_read(req_query(r, "week"), &day))
        return ERR_NOT_FOUND;
    int64_t away = day > today ? day - today : today - day;
    *monday = day - (day + MONDAY) % WEEK;
    return away > WEEK * WEEKS_AWAY_MAX ? ERR_NOT_FOUND : OK;
}

static void put_item(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str kind = row_str(rs, i, "kind"), title = agency_text(r, rs, i, "title_zh", "title_en"),
               place = agency_text(r, rs, i, "place_zh", "place_en");
    view_put_str(v, "kind", kind);
    view_put_str(v, "kind_name", req_text(r, "agencies.item_", kind));
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "host", row_str(rs, i, "host"));
    view_put_time(v, "starts_at", row_int(rs, i, "starts_at"));
    view_put_time(v, "ends_at", row_int(rs, i, "ends_at"));
    view_put_str(v, "title", title.n ? title : place);
    view_put_str(v, "place", place);
    if (str_eq_z(kind, "show"))
        view_put_z(v, "href",
                   arena_printf(r->arena, "/shows/%lld", (long long)row_int(rs, i, "id")));
}

static void put_days(struct req *r, int64_t monday, int64_t today, const struct rows *rs)
{
    struct view *days = view_put_list(r->view, "days");
    size_t i = 0;
    for (int64_t day = monday; day < monday + WEEK; day++) {
        struct view *v = view_add_object(days);
        agency_put_day(v, "day", day);
        view_put_time(v, "at", day_begin_ms(day) + DAY_MS / 2);
        view_put_bool(v, "is_today", day == today);
        struct view *items = view_put_list(v, "items");
        for (; i < rs->n && row_int(rs, i, "starts_at") < day_begin_ms(day + 1); i++)
            put_item(r, view_add_object(items), rs, i);
    }
}

static enum err put_feeds(struct req *r, int64_t agency)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_agencies_feeds, ARGS(V_INT(agency), V_INT(r->who.user_id)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "feeds");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_time(v, "made_at", row_int(&rs, i, "made_at"));
    }
    return e;
}

enum err calendar_get(struct req *r)
{
    struct agency a;
    struct rows rs;
    int64_t monday, today = day_of(clock_wall_ms());
    enum err e = agency_load_inside(r, &a);
    if (!e)
        e = read_week(r, today, &monday);
    if (!e)
        e = calendar_rows(r, a.id, day_begin_ms(monday), day_begin_ms(monday + WEEK), &rs);
    if (e)
        return e;
    view_put_int(r->view, "id", a.id);
    view_put_str(r->view, "name", agency_text(r, &a.row, 0, "name_zh", "name_en"));
    view_put_bool(r->view, "is_member", a.as & AGENCIES_AS_AGENCY);
    view_put_int(r->view, "hosts", row_int(&a.row, 0, "hosts"));
    view_put_int(r->view, "items", (int64_t)rs.n);
    agency_put_day(r->view, "week", monday);
    agency_put_day(r->view, "before", monday - WEEK);
    agency_put_day(r->view, "after", monday + WEEK);
    view_put_time(r->view, "first", day_begin_ms(monday));
    view_put_time(r->view, "last", day_begin_ms(monday + WEEK - 1));
    put_days(r, monday, today, &rs);
    return a.as & AGENCIES_AS_AGENCY ? put_feeds(r, a.id) : OK;
}
