/*
 * Waiting for a show: who wants to be reminded of it. A member is told on every page once it is on
 * air; anybody may put it into a calendar of their own, which reminds ten minutes before.
 */
#include <time.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/shows/internal.h"

enum { CALENDAR_MAX = 4096, LASTS_MS = 2 * 3600 * 1000 };

enum err shows_put_reservation(struct req *r, int64_t show)
{
    struct rows rs;
    enum err e =
        db_one(r->db, &q_shows_reserved, ARGS(V_INT(r->who.user_id), V_INT(show)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "reservation");
    view_put_int(v, "count", row_int(&rs, 0, "n"));
    view_put_bool(v, "is_mine", row_int(&rs, 0, "mine") != 0);
    return OK;
}

/* For every page of a member: a show that was waited for and is on. */
enum err shows_frame(struct req *r)
{
    struct rows rs;
    if (!r->who.user_id)
        return OK;
    enum err e =
        db_select(r->db, &q_shows_waited_for,
                  ARGS(V_INT(r->who.user_id), V_INT(clock_wall_ms() - LASTS_MS)), r->arena, &rs);
    if (e != OK || rs.n == 0 || !shows_on_air(row_int(&rs, 0, "id")))
        return e;
    struct view *v = view_put_object(r->view, "waited_for");
    view_put_int(v, "id", row_int(&rs, 0, "id"));
    view_put_str(v, "title", shows_text(r, &rs, 0, "title_zh", "title_en"));
    return OK;
}

/* --- POST /shows/{id}/reserve: on --- */

struct reserve {
    struct command cmd;
    int64_t show, user, on;
};

static enum err run_reserve(struct command *cmd, struct tx *tx)
{
    struct reserve *c = (struct reserve *)cmd;
    struct rows show;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && c->on && !str_eq_z(row_str(&show, 0, "status"), "planned")) {
        tx->info->key = "shows.not_planned_any_more";
        return ERR_CONFLICT;
    }
    if (e != OK)
        return e;
    e = c->on ? db_exec(tx->db, &q_shows_reserve,
                        ARGS(V_INT(c->show), V_INT(c->user), V_INT(tx->now_ms)), NULL)
              : db_exec(tx->db, &q_shows_unreserve, ARGS(V_INT(c->show), V_INT(c->user)), NULL);
    return e ? e : shows_remind(tx, &show, c->user, c->on);
}

static enum err reserved(struct req *r, struct command *cmd, enum err result)
{
    int64_t show = ((struct reserve *)cmd)->show;
    if (result != OK)
        return result;
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld", (long long)show));
    return shows_put_reservation(r, show);
}

enum err shows_do_reserve(struct req *r)
{
    struct rows show;
    struct reserve *c = ARENA_NEW(r->arena, struct reserve);
    enum err e = c ? shows_load(r, &show) : ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct reserve){.cmd = {.name = "shows.reserve", .run = run_reserve},
                          .show = row_int(&show, 0, "id"),
                          .user = r->who.user_id};
    e = req_field_int(r, "on", 0, 1, &c->on);
    return e != OK ? e : web_write(r, &c->cmd, reserved);
}

/* --- GET /shows/{id}/calendar.ics (RFC 5545) --- */

static void put_stamp(struct buf *b, const char *name, int64_t utc_ms)
{
    time_t s = (time_t)(utc_ms / 1000);
    struct tm tm;
    char text[24];
    gmtime_r(&s, &tm);
    strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
    buf_printf(b, "%s:%s\r\n", name, text);
}

/* Section 3.3.11: backslash, comma, semicolon and line ends are escaped. */
static void put_text(struct buf *b, const char *name, struct str text)
{
    buf_printf(b, "%s:", name);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\' || text.p[i] == ',' || text.p[i] == ';')
            buf_z(b, "\\");
        if ((unsigned char)text.p[i] >= ' ')
            buf_put(b, text.p + i, 1);
    }
    buf_z(b, "\r\n");
}

enum err shows_calendar(struct req *r)
{
    struct rows show;
    struct buf b;
    enum err e = shows_load(r, &show);
    if (e == OK && !str_eq_z(row_str(&show, 0, "status"), "planned"))
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    int64_t id = row_int(&show, 0, "id"), starts = row_int(&show, 0, "starts_at");
    struct str url = req_public_url(r), title = shows_text(r, &show, 0, "title_zh", "title_en");
    buf_init(&b, CALENDAR_MAX);
    buf_printf(&b,
               "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Guildhall//Shows//EN\r\n"
               "BEGIN:VEVENT\r\nUID:show-%lld@guildhall\r\n",
               (long long)id);
    put_stamp(&b, "DTSTAMP", clock_wall_ms());
    put_stamp(&b, "DTSTART", starts);
    put_stamp(&b, "DTEND", starts + LASTS_MS);
    put_text(&b, "SUMMARY", title);
    buf_printf(&b, "URL:%.*s/shows/%lld?from=reservation\r\n", STR_ARG(url), (long long)id);
    buf_z(&b, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\n");
    put_text(&b, "DESCRIPTION", title);
    buf_z(&b, "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    struct block *body = buf_ok(&b) ? block_copy(b.p, b.n) : NULL;
    buf_free(&b);
    if (!body)
        return ERR_NOMEM;
    reply_body(r, "text/calendar; charset=utf-8", body, 0);
    return OK;
}
