/* Planning a show. */
#include <stdio.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/shows/internal.h"

enum { BEGUN_MS = 12 * 3600 * 1000 }; /* one that has begun elsewhere may still be entered */

static const struct shows_rooms *rooms;

void shows_set_rooms(const struct shows_rooms *r)
{
    rooms = r;
}

/* The show bears the name of the room that it has. *has may be NULL. */
static enum err bear_name(struct tx *tx, int64_t show, bool *has)
{
    struct str zh = STR_NONE, en = STR_NONE;
    enum err e = rooms ? rooms->name(tx, show, &zh, &en) : OK;
    if (has)
        *has = e == OK && zh.n > 0;
    if (e != OK || zh.n == 0)
        return e;
    return db_exec(tx->db, &q_shows_set_room, ARGS(V_STR(zh), V_STR(en), V_INT(show)), NULL);
}

enum err shows_room_keep(struct tx *tx, int64_t show, const struct shows_new *n, int64_t space)
{
    bool has = false, is_ours = false;
    enum err e = rooms ? rooms->keep(tx, show, n, space) : OK;
    if (e == OK)
        e = bear_name(tx, show, &has);
    if (e == OK && rooms && !has) /* named freely, a room of the base would not be booked */
        e = rooms->is_named(tx->db, n->room_zh, tx->arena, &is_ours);
    if (e != OK || !is_ours)
        return e;
    tx->info->field = "room";
    tx->info->key = "shows.room_is_space";
    return ERR_INVALID;
}

enum err shows_room_moved(struct tx *tx, int64_t show, int64_t by_ms, int64_t actor)
{
    int64_t shifted = 0;
    enum err e = bear_name(tx, show, NULL);
    if (e == OK && by_ms)
        e = db_exec(tx->db, &q_shows_shift, ARGS(V_INT(by_ms), V_INT(tx->now_ms), V_INT(show)),
                    &shifted);
    if (e == OK && shifted)
        e = shows_remind_again(tx, show);
    return e != OK ? e : shows_log(tx, show, actor, "plan", 0, 0, STR_NONE);
}

enum err shows_room_free(struct tx *tx, int64_t show)
{
    return rooms ? rooms->free(tx, show) : OK;
}

static enum err put_rooms(struct req *r, int64_t show, int64_t starts_at)
{
    return rooms ? rooms->put(r, r->view, show, starts_at) : OK;
}

static enum err read_space(struct req *r, int64_t *space)
{
    *space = -1;
    return req_field(r, "space").n ? req_field_int(r, "space", 0, INT64_MAX, space) : OK;
}

struct plan {
    struct command cmd;
    struct shows_new show;
    int64_t space;
    int64_t id; /* out */
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct plan *p = (struct plan *)cmd;
    enum err e = shows_create(tx, &p->show, &p->id);
    return e != OK ? e : shows_room_keep(tx, p->id, &p->show, p->space);
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    struct plan *p = (struct plan *)cmd;
    struct err_info info = r->info;
    if (result != OK) {
        enum err e = r->json ? OK : put_rooms(r, 0, 0); /* the form again */
        r->info = info;
        return e != OK ? e : result;
    }
    shows_open_rooms(p->id);
    view_put_int(r->view, "id", p->id);
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk", (long long)p->id));
    return OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2026-05-01T19:30", the town's time, as <input type=datetime-local> sends it. */
static enum err local_time(struct req *r, const char *field, int64_t *utc_ms)
{
    struct str given = req_field(r, field), day = str_slice(given, 0, DAY_TEXT - 1);
    int64_t number;
    const char *p = given.p + DAY_TEXT - 1;
    bool ok = given.n == DAY_TEXT - 1 + 6 && day_read(day, &number) == OK && p[0] == 'T' &&
              p[3] == ':' && is_digit(p[1]) && is_digit(p[2]) && is_digit(p[4]) && is_digit(p[5]);
    int hour = ok ? (p[1] - '0') * 10 + p[2] - '0' : 0,
        minute = ok ? (p[4] - '0') * 10 + p[5] - '0' : 0;
    if (!ok || hour > 23 || minute > 59)
        return req_refuse(r, ERR_INVALID, field, "shows.time_bad");
    *utc_ms = day_begin_ms(number) + (hour * 60 + minute) * INT64_C(60000);
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

/* One of the base's was chosen, whose name it will bear. */
static bool has_room(const struct req *r)
{
    int64_t space;
    return str_to_i64(req_field(r, "space"), &space) == OK && space > 0;
}

/* The fields of the form, new or changed. */
static enum err read_plan(struct req *r, struct shows_new *n)
{
    enum err e = req_field_text(r, "title_zh", 1, 60, &n->title_zh);
    if (e == OK)
        e = req_field_text(r, "title_en", 1, 120, &n->title_en);
    if (e == OK)
        e = req_field_text(r, "room", has_room(r) ? 0 : 1, 40, &n->room_zh);
    if (e == OK)
        e = local_time(r, "starts_at", &n->starts_at);
    n->room_en = n->room_zh;
    return e;
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
    enum err e = read_plan(r, n);
    if (e == OK && n->starts_at < clock_wall_ms() - BEGUN_MS)
        e = req_refuse(r, ERR_INVALID, "starts_at", "shows.starts_past");
    if (e == OK)
        e = read_space(r, &p->space);
    return e != OK ? planned(r, &p->cmd, e) : web_write(r, &p->cmd, planned);
}

enum err shows_page_new(struct req *r)
{
    return put_rooms(r, 0, 0);
}

/* --- GET and POST /shows/{id}/plan --- */

static void put_typed(struct req *r, const struct rows *show)
{
    struct view *v = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    view_put_str(v, "title_zh", row_str(show, 0, "title_zh"));
    view_put_str(v, "title_en", row_str(show, 0, "title_en"));
    view_put_str(v, "room", row_str(show, 0, "room_zh"));
    view_put_str(v, "starts_at", day_moment_text(r->arena, row_int(show, 0, "starts_at")));
    view_put_int(v, "face", row_int(show, 0, "face_item_id"));
}

enum err shows_page_plan(struct req *r)
{
    struct rows show;
    unsigned grants = 0;
    enum err e = shows_need(r, &show, SHOW_ALL);
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e != OK)
        return e;
    int64_t id = row_int(&show, 0, "id");
    shows_put_head(r, &show);
    put_typed(r, &show);
    shows_put_grants(view_put_object(r->view, "may"), grants);
    e = shows_put_items(r, r->view, &show, true);
    if (e == OK)
        e = put_rooms(r, id, row_int(&show, 0, "starts_at"));
    if (e == OK)
        e = shows_put_check(r, &show);
    if (e == OK)
        e = shows_put_reservation(r, id);
    return e != OK ? e : shows_put_parts(r, id, grants);
}

struct save {
    struct command cmd;
    struct shows_new show;
    int64_t id, actor, face, space;
    bool is_base;
};

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct save *s = (struct save *)cmd;
    int64_t changed;
    enum err e = shows_still_may(tx, s->id, s->actor, SHOW_OWNER, s->is_base);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_save,
                    ARGS(V_STR(s->show.title_zh), V_STR(s->show.title_en), V_STR(s->show.room_zh),
                         V_INT(s->show.starts_at), s->face ? V_INT(s->face) : V_NULL,
                         V_INT(tx->now_ms), V_INT(s->id)),
                    &changed);
    if (e == OK && changed == 0) {
        tx->info->key = "shows.not_planned_any_more";
        return ERR_CONFLICT;
    }
    if (e == OK)
        e = shows_remind_again(tx, s->id);
    if (e == OK)
        e = shows_room_keep(tx, s->id, &s->show, s->space);
    return e != OK ? e : shows_log(tx, s->id, s->actor, "plan", 0, 0, STR_NONE);
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    int64_t id = ((struct save *)cmd)->id;
    if (result == OK) {
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/plan", (long long)id));
        return OK;
    }
    if (r->json)
        return result;
    enum err e = shows_page_plan(r);
    reply_page(r, "shows/plan.html");
    r->info = info;
    return e != OK ? e : result;
}

enum err shows_do_plan(struct req *r)
{
    struct rows show;
    struct save *s = ARENA_NEW(r->arena, struct save);
    enum err e = s ? shows_need(r, &show, SHOW_OWNER) : ERR_NOMEM;
    if (e != OK)
        return e;
    *s = (struct save){.cmd = {.name = "shows.save", .run = run_save},
                       .id = row_int(&show, 0, "id"),
                       .actor = r->who.user_id,
                       .is_base = shows_is_base(r)};
    e = read_plan(r, &s->show);
    s->show.host_id = row_int(&show, 0, "host_id");
    if (e == OK)
        e = read_space(r, &s->space);
    if (e == OK && req_field(r, "face").n)
        e = req_field_int(r, "face", 0, INT64_MAX, &s->face);
    return e != OK ? saved(r, &s->cmd, e) : web_write(r, &s->cmd, saved);
}
