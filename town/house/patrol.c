/*
 * The patrol wall: what is on air now, and what the base does about it. A warning goes to the desk
 * and stays there until somebody of its crew has seen it; cutting off is the show's own command
 * (town/shows/crew.c). Each is an event of the show's log.
 *
 *   GET  /house/patrol       wall
 *   POST /house/patrol/{id}/warn                 words
 *   POST /shows/{id}/warnings/{warning}/seen     by the crew
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/house/internal.h"
#include "town/replay/replay.h"

enum {
    WALL_MAX = 60,
    FLAGGED_SHOWN = 3,
    DONE_SHOWN = 30,
    DESK_WARNINGS = 5,
    WARNING_MAX = 200, /* characters */
    HOUR_MS = 3600 * 1000,
    DAY_HOURS = 24,
};

/* --- the wall --- */

/* `thumb`: where the newest picture is; its time is in the address, so that a new one is loaded. */
static void put_thumb(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct block *jpeg;
    int64_t at;
    long long id = row_int(rs, i, "id");
    if (replay_thumb(id, &jpeg, &at) == OK) {
        block_unref(jpeg);
        view_put_z(v, "thumb",
                   arena_printf(r->arena, "/shows/%lld/thumb?at=%lld", id, (long long)at));
        view_put_int(v, "thumb_s", (clock_wall_ms() - at) / 1000);
    }
    if (!row_null(rs, i, "slug"))
        view_put_z(
            v, "face",
            arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(row_str(rs, i, "slug"))));
}

static enum err put_flagged(struct req *r, struct view *v, int64_t show, int64_t since)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_house_flagged,
                           ARGS(V_INT(show), V_INT(since), V_INT(FLAGGED_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(v, "flagged");
    for (size_t i = 0; !e && i < rs.n; i++)
        view_add_str(list, row_str(&rs, i, "held_why"));
    return e;
}

static enum err put_warning(struct req *r, struct view *v, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_house_warning_last, ARGS(V_INT(show)), r->arena, &rs);
    if (e || !rs.n)
        return e;
    struct view *w = view_put_object(v, "warning");
    view_put_str(w, "words", row_str(&rs, 0, "words"));
    view_put_time(w, "at", row_int(&rs, 0, "at"));
    view_put_bool(w, "is_seen", !row_null(&rs, 0, "seen_at"));
    if (!row_null(&rs, 0, "seen_at"))
        view_put_time(w, "seen_at", row_int(&rs, 0, "seen_at"));
    view_put_str(w, "seen_by", row_str(&rs, 0, "seen_name"));
    return OK;
}

static enum err put_tile(struct req *r, struct view *v, const struct rows *rs, size_t i,
                         int64_t since)
{
    bool zh = r->lang == LANG_ZH;
    int64_t id = row_int(rs, i, "id");
    view_put_int(v, "id", id);
    view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "room", row_str(rs, i, zh ? "room_zh" : "room_en"));
    view_put_str(v, "host", row_str(rs, i, "host_name"));
    view_put_str(v, "status", row_str(rs, i, "status"));
    if (!row_null(rs, i, "started_at"))
        view_put_time(v, "started_at", row_int(rs, i, "started_at"));
    view_put_bool(v, "is_cut", !row_null(rs, i, "cut_at"));
    view_put_str(v, "cut_why", row_str(rs, i, "cut_why"));
    view_put_int(v, "complaints", row_int(rs, i, "complaints"));
    view_put_int(v, "held", row_int(rs, i, "held"));
    shows_put_pulse(r, v, id);
    put_thumb(r, v, rs, i);
    enum err e = put_flagged(r, v, id, since);
    return e ? e : put_warning(r, v, id);
}

static enum err put_done(struct req *r)
{
    struct rows rs;
    int64_t since = clock_wall_ms() - DAY_HOURS * (int64_t)HOUR_MS;
    enum err e = db_select(r->db, &q_house_interventions, ARGS(V_INT(since), V_INT(DONE_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "done");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list), *show;
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "what", req_text(r, "shows.log_", row_str(&rs, i, "kind")));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        show = view_put_object(v, "show");
        view_put_int(show, "id", row_int(&rs, i, "show_id"));
        view_put_str(show, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    }
    return e;
}

enum err house_patrol_page(struct req *r)
{
    struct rows rs;
    int64_t now = clock_wall_ms(), since = now - HOUR_MS;
    enum err e =
        db_select(r->db, &q_house_wall, ARGS(V_INT(since), V_INT(WALL_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "shows");
    for (size_t i = 0; !e && i < rs.n; i++)
        e = put_tile(r, view_add_object(list), &rs, i, since);
    view_put_bool(r->view, "is_wall", req_query(r, "wall").n > 0);
    view_put_time(r->view, "now", now);
    return e ? e : put_done(r);
}

/* --- warning a desk --- */

struct warning {
    struct command cmd;
    int64_t show, id, actor;
    struct str words;
    bool was_seen; /* pressed twice */
};

static enum err run_warn(struct command *cmd, struct tx *tx)
{
    struct warning *w = (struct warning *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_house_show_of, ARGS(V_INT(w->show)), tx->arena, &rs);
    if (!e && str_eq_z(row_str(&rs, 0, "status"), "ended")) {
        tx->info->key = "shows.has_ended";
        return ERR_CONFLICT;
    }
    if (!e)
        e = db_one(tx->db, &q_house_warning_add,
                   ARGS(V_INT(w->show), V_INT(w->actor), V_INT(tx->now_ms), V_STR(w->words)),
                   tx->arena, &rs);
    if (e)
        return e;
    w->id = row_int(&rs, 0, "id");
    return shows_log(tx, w->show, w->actor, "warned", 0, w->id, w->words);
}

static void tell(struct warning *w, const char *type)
{
    struct view *v = view_object(w->cmd.arena);
    view_put_z(v, "type", type);
    view_put_int(v, "id", w->id);
    if (w->words.n)
        view_put_str(v, "text", w->words);
    shows_crew_tell(w->show, v);
}

static void told_warning(struct command *cmd)
{
    tell((struct warning *)cmd, "warning");
}

static enum err warned(struct req *r, struct command *cmd, enum err result)
{
    if (result)
        return result;
    view_put_int(r->view, "warning", ((struct warning *)cmd)->id);
    reply_redirect(r, "/house/patrol");
    return OK;
}

enum err house_warn_post(struct req *r)
{
    struct warning *w = ARENA_NEW(r->arena, struct warning);
    if (!w)
        return ERR_NOMEM;
    *w = (struct warning){.cmd = {.name = "house.warn", .run = run_warn, .committed = told_warning},
                          .actor = r->who.user_id};
    if (str_to_i64(req_param(r, "id"), &w->show))
        return ERR_NOT_FOUND;
    enum err e = req_field_text(r, "words", 2, WARNING_MAX, &w->words);
    return e ? e : web_write(r, &w->cmd, warned);
}

/* --- seen at the desk --- */

static enum err run_seen(struct command *cmd, struct tx *tx)
{
    struct warning *w = (struct warning *)cmd;
    struct rows rs;
    int64_t changed = 0;
    enum err e = db_one(tx->db, &q_house_warning, ARGS(V_INT(w->id)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "show_id") != w->show)
        return ERR_NOT_FOUND;
    if (!e)
        e = db_exec(tx->db, &q_house_warning_see,
                    ARGS(V_INT(tx->now_ms), V_INT(w->actor), V_INT(w->id)), &changed);
    w->was_seen = !changed;
    return e || w->was_seen ? e
                            : shows_log(tx, w->show, w->actor, "warning_seen", 0, w->id, STR_NONE);
}

static void told_seen(struct command *cmd)
{
    if (!((struct warning *)cmd)->was_seen)
        tell((struct warning *)cmd, "warning_seen");
}

static enum err seen(struct req *r, struct command *cmd, enum err result)
{
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk",
                                       (long long)((struct warning *)cmd)->show));
    return result;
}

/* The base looks at desks, too: that it has seen its own warning says nothing. */
static bool is_of_crew(const struct req *r, int64_t host)
{
    return r->who.user_id == host || !(r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN));
}

enum err house_warning_seen_post(struct req *r)
{
    struct warning *w = ARENA_NEW(r->arena, struct warning);
    int64_t show, host;
    enum err e = w ? shows_desk_of(r, SHOW_ALL, &show, &host) : ERR_NOMEM;
    if (!e && !is_of_crew(r, host))
        e = ERR_FORBIDDEN;
    if (e)
        return e;
    *w = (struct warning){.cmd = {.name = "house.seen", .run = run_seen, .committed = told_seen},
                          .show = show,
                          .actor = r->who.user_id};
    if (str_to_i64(req_param(r, "warning"), &w->id))
        return ERR_NOT_FOUND;
    return web_write(r, &w->cmd, seen);
}

/* A shows_part_fn: `warnings` and may_see of a desk. */
enum err house_desk_part(struct req *r, struct view *v, int64_t show, unsigned grants)
{
    struct rows rs;
    int64_t of, host;
    if (!grants)
        return OK;
    enum err e = shows_desk_of(r, SHOW_ALL, &of, &host);
    if (!e)
        e = db_select(r->db, &q_house_warnings_unseen, ARGS(V_INT(show), V_INT(DESK_WARNINGS)),
                      r->arena, &rs);
    if (e)
        return e;
    view_put_bool(v, "may_see", is_of_crew(r, host));
    struct view *list = view_put_list(v, "warnings");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *w = view_add_object(list);
        view_put_int(w, "id", row_int(&rs, i, "id"));
        view_put_str(w, "text", row_str(&rs, i, "words"));
        view_put_time(w, "at", row_int(&rs, i, "at"));
    }
    return OK;
}
