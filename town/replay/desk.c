/* The base's list of recordings: how large, until when they are kept, and what holds them back. */
#include "store/queries.h"
#include "town/replay/internal.h"

static int64_t read_skip(struct req *r)
{
    int64_t skip;
    return str_to_i64(req_query(r, "skip"), &skip) == OK && skip > 0 && skip <= REPLAY_SKIP_MAX
               ? skip
               : 0;
}

/* "1.5 GB", "320 MB". */
static const char *size_text(struct arena *a, int64_t bytes)
{
    int64_t tenths = bytes / 100000000;
    return tenths >= 10
               ? arena_printf(a, "%lld.%lld GB", (long long)tenths / 10, (long long)tenths % 10)
               : arena_printf(a, "%lld MB", (long long)(bytes + 999999) / 1000000);
}

static void put_time(struct view *v, const char *name, const struct rows *rs, size_t i,
                     const char *column)
{
    if (row_null(rs, i, column))
        view_put_null(v, name);
    else
        view_put_time(v, name, row_int(rs, i, column));
}

static enum err put_history(struct req *r, struct view *v, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_replay_events_of, ARGS(V_INT(show)), r->arena, &rs);
    struct view *list = view_put_list(v, "events");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *event = view_add_object(list);
        view_put_str(event, "event", row_str(&rs, i, "event"));
        view_put_str(event, "name", req_text(r, "replay.event_", row_str(&rs, i, "event")));
        view_put_str(event, "why", row_str(&rs, i, "why"));
        view_put_str(event, "by", row_str(&rs, i, "name"));
        view_put_time(event, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static enum err put_one(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    bool zh = r->lang == LANG_ZH;
    int64_t show = row_int(rs, i, "show_id");
    view_put_int(v, "show", show);
    view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "host", row_str(rs, i, "host_name"));
    view_put_str(v, "state", row_str(rs, i, "state"));
    view_put_str(v, "state_name", req_text(r, "replay.state_", row_str(rs, i, "state")));
    view_put_z(v, "writing", replay_state(show));
    view_put_str(v, "writing_name", req_text(r, "replay.writing_", str_of(replay_state(show))));
    view_put_int(v, "segments", row_int(rs, i, "segments"));
    view_put_int(v, "gaps", row_int(rs, i, "gaps"));
    view_put_int(v, "bytes", row_int(rs, i, "bytes"));
    view_put_z(v, "size", size_text(r->arena, row_int(rs, i, "bytes")));
    view_put_int(v, "duration_ms", row_int(rs, i, "duration_ms"));
    view_put_z(v, "length", replay_length(r->arena, row_int(rs, i, "duration_ms")));
    put_time(v, "started_at", rs, i, "started_at");
    put_time(v, "ended_at", rs, i, "ended_at");
    put_time(v, "due_at", rs, i, "due_at");
    put_time(v, "removed_at", rs, i, "removed_at");
    put_time(v, "held_at", rs, i, "held_at");
    view_put_str(v, "held_why", row_str(rs, i, "held_why"));
    view_put_str(v, "held_by", row_str(rs, i, "held_name"));
    return put_history(r, v, show);
}

enum err replay_page_desk(struct req *r)
{
    struct rows rs;
    int64_t skip = read_skip(r);
    bool held = str_eq_z(req_query(r, "held"), "1");
    enum err e = db_select(r->db, &q_replay_list,
                           ARGS(V_INT(held), V_INT(REPLAY_PAGE + 1), V_INT(skip)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "recordings");
    for (size_t i = 0; e == OK && i < rs.n && i < REPLAY_PAGE; i++)
        e = put_one(r, view_add_object(list), &rs, i);
    if (e != OK)
        return e;
    if (rs.n > REPLAY_PAGE)
        view_put_int(r->view, "next", skip + REPLAY_PAGE);
    else
        view_put_null(r->view, "next");
    view_put_bool(r->view, "held_only", held);
    e = db_one(r->db, &q_replay_sums, NO_ARGS, r->arena, &rs);
    if (e != OK)
        return e;
    struct view *sums = view_put_object(r->view, "sums");
    view_put_int(sums, "n", row_int(&rs, 0, "n"));
    view_put_int(sums, "held", row_int(&rs, 0, "held"));
    view_put_z(sums, "size", size_text(r->arena, row_int(&rs, 0, "bytes")));
    view_put_z(sums, "length", replay_length(r->arena, row_int(&rs, 0, "duration_ms")));
    return OK;
}

/* ---- holds ---- */

struct holding {
    struct command cmd;
    int64_t show, actor;
    struct str why;
    bool lifts;
};

static enum err run_holding(struct command *cmd, struct tx *tx)
{
    const struct holding *h = (struct holding *)cmd;
    return h->lifts ? replay_lift(tx, h->show, h->actor, h->why)
                    : replay_hold(tx, h->show, h->actor, h->why);
}

static enum err held(struct req *r, struct command *cmd, enum err result)
{
    const struct holding *h = (struct holding *)cmd;
    struct err_info info = r->info;
    if (result == OK) {
        reply_flash(r, h->lifts ? "replay.lifted" : "replay.held");
        reply_redirect(r, "/recordings");
    }
    if (result == OK || r->json)
        return result;
    view_put_int(r->view, "typed_for", h->show);
    view_put_str(r->view, "typed", req_field(r, "why"));
    enum err e = replay_page_desk(r);
    r->info = info;
    return e == OK ? result : e;
}

static enum err hold(struct req *r, bool lifts)
{
    struct holding *h = ARENA_NEW(r->arena, struct holding);
    if (!h)
        return ERR_NOMEM;
    h->cmd = (struct command){.name = lifts ? "replay.lift" : "replay.hold", .run = run_holding};
    h->actor = r->who.user_id;
    h->lifts = lifts;
    enum err e = replay_id(r, &h->show);
    if (e != OK)
        return e;
    reply_page(r, "replay/desk.html");
    e = req_field_text(r, "why", 2, REPLAY_WHY_MAX, &h->why);
    if (e == OK)
        return web_write(r, &h->cmd, held);
    return r->json ? e : held(r, &h->cmd, e);
}

enum err replay_do_hold(struct req *r)
{
    return hold(r, false);
}

enum err replay_do_lift(struct req *r)
{
    return hold(r, true);
}
