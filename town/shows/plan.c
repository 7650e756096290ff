/* Planning a show. */
#include <stdio.h>
#include <time.h>

#include "store/queries.h"
#include "town/shows/internal.h"

struct plan {
    struct command cmd;
    struct shows_new show;
    int64_t id; /* out */
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct plan *p = (struct plan *)cmd;
    return shows_create(tx, &p->show, &p->id);
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    struct plan *p = (struct plan *)cmd;
    if (result != OK)
        return result;
    shows_open_rooms(p->id);
    view_put_int(r->view, "id", p->id);
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk", (long long)p->id));
    return OK;
}

/* "2026-05-01T19:30", the town's time, as <input type=datetime-local> sends it. */
static enum err local_time(struct req *r, const char *field, int64_t *utc_ms)
{
    struct tm tm = {0};
    char text[20], extra;
    struct str given = req_field(r, field);
    snprintf(text, sizeof(text), "%.*s", (int)(given.n < 19 ? given.n : 19),
             given.p ? given.p : "");
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &extra) != 5 ||
        tm.tm_year < 2020 || tm.tm_year > 2200 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
        tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59)
        return req_refuse(r, ERR_INVALID, field, "shows.time_bad");
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *utc_ms = (int64_t)timegm(&tm) * 1000 - I18N_ZONE_MS;
    return OK;
}

/* The form again when it is refused, as it was filled in. */
static void keep_plan(struct req *r)
{
    static const char *const kept[] = {"title_zh", "title_en", "room", "starts_at"};
    if (r->json)
        return; /* a program knows what it sent */
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(r->view, kept[i], req_field(r, kept[i]));
    reply_page(r, "shows/new.html");
}

enum err shows_do_create(struct req *r)
{
    struct plan *p = ARENA_NEW(r->arena, struct plan);
    if (!p)
        return ERR_NOMEM;
    keep_plan(r);
    struct shows_new *n = &p->show;
    p->cmd = (struct command){.name = "shows.plan", .run = run_plan};
    n->host_id = r->who.user_id;
    enum err e = req_field_text(r, "title_zh", 1, 60, &n->title_zh);
    if (e == OK)
        e = req_field_text(r, "title_en", 1, 120, &n->title_en);
    if (e == OK)
        e = req_field_text(r, "room", 1, 40, &n->room_zh);
    if (e == OK)
        e = local_time(r, "starts_at", &n->starts_at);
    n->room_en = n->room_zh;
    return e != OK ? e : web_write(r, &p->cmd, planned);
}

enum err shows_page_new(struct req *r)
{
    (void)r;
    return OK;
}
