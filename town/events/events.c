/* Routes, lines of what waits, figures: see events.h. */
#include "store/queries.h"
#include "town/events/internal.h"

#define BASE ROLE_OPERATOR

const struct console_line events_lines[] = {
    {.name = "events_unpublished",
     .who = CONSOLE_BASE,
     .group = "trade",
     .icon = "calendar",
     .rows = &q_events_todo_plan,
     .until_days = 21,
     .time = CONSOLE_ON,
     .page = "/events/desk",
     .shown = 3},
    {.name = "events_invited",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "calendar",
     .rows = &q_events_todo_invited,
     .until_days = 90,
     .time = CONSOLE_UNTIL,
     .page = "/events",
     .shown = 3},
    {.name = "events_follow",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "chat",
     .rows = &q_events_todo_follow,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 7,
     .page = "/events",
     .shown = 3},
};
const size_t events_lines_n = sizeof(events_lines) / sizeof(events_lines[0]);

/* What an event sold is for the base to see. */
static enum err figure_subject(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct rows rs;
    if (!events_is_base(r))
        return r->who.user_id ? ERR_FORBIDDEN : ERR_UNAUTHORIZED;
    enum err e = db_one(r->db, &q_events_get, ARGS(V_INT(of)), r->arena, &rs);
    if (e)
        return e;
    *label = events_text(r, &rs, 0, "title_zh", "title_en");
    *link = str_of(arena_printf(r->arena, "/events/%lld/report", (long long)of));
    return OK;
}

const struct figure events_figures[] = {
    {.name = "events",
     .unit = "event",
     .is_public = true,
     .is_yearly = true,
     .value = &q_events_figure_held,
     .evidence = &q_events_figure_held_rows,
     .reach = &q_events_figure_reach},
    {.name = "event_sold",
     .unit = "fen",
     .value = &q_events_figure_sold,
     .evidence = &q_events_figure_sold_rows,
     .reach = &q_events_figure_sold_reach,
     .subject = figure_subject},
};
const size_t events_figures_n = sizeof(events_figures) / sizeof(events_figures[0]);

static const struct route routes[] = {
    {"GET", "/events", events_page_list, NULL, "events/list.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/events", events_do_create, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/events/desk", events_page_desk, NULL, "events/desk.html", BASE, CSRF_SAFE, 0},
    {"GET", "/events/feeds/{token}/calendar.ics", events_feed, NULL, NULL, WHO_ANYONE, CSRF_SAFE,
     0},
    {"POST", "/events/meetings/{id}", events_do_outcome, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/meetings/{id}/move", events_page_shift, NULL, "events/shift.html", BASE,
     CSRF_SAFE, 0},
    {"POST", "/events/meetings/{id}/move", events_do_shift, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/events/follow-ups/{id}", events_page_follow, NULL, "events/follow_up.html",
     WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/events/follow-ups/{id}", events_do_follow, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/{id}", events_page_event, NULL, "events/event.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/events/{id}/join", events_do_join, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/events/{id}/invite", events_do_invite, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/events/{id}/parties", events_do_party, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/{id}/wishes", events_page_wishes, NULL, "events/wishes.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/events/{id}/wishes", events_do_wishes, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/{id}/timetable", events_page_timetable, NULL, "events/timetable.html",
     WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/events/{id}/feed", events_do_feed, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/{id}/door", events_page_door, NULL, "events/door.html", WHO_MEMBER, CSRF_SAFE,
     0},
    {"POST", "/events/{id}/door", events_do_door, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/events/{id}/desk", events_page_desk_event, NULL, "events/desk_event.html", BASE,
     CSRF_SAFE, 0},
    {"GET", "/events/{id}/plan", events_page_plan, NULL, "events/plan.html", BASE, CSRF_SAFE, 0},
    {"POST", "/events/{id}/plan", events_do_plan, NULL, NULL, BASE, CSRF_TOKEN, 0, WEB_SLOW},
    {"POST", "/events/{id}/move", events_do_move, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/events/{id}/do", events_do_step, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/events/{id}/screen", events_page_screen, NULL, "events/screen.html", BASE, CSRF_SAFE,
     0},
    {"GET", "/events/{id}/wall", events_page_wall, NULL, "events/wall.html", BASE, CSRF_SAFE, 0},
    {"GET", "/events/{id}/report", events_page_report, NULL, "events/report.html", BASE, CSRF_SAFE,
     0},
    {"GET", "/events/{id}/report.xlsx", events_do_xlsx, NULL, NULL, BASE, CSRF_SAFE, 0, WEB_SLOW},
};
const struct web_module events_module = {
    .name = "events", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
