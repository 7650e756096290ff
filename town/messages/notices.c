/* One's notices: the list, and what one has seen of it. */
#include <stdio.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/messages/internal.h"

/* A place in the list: "DUE-ID". */
struct place {
    int64_t due, id;
};

static bool read_place(struct str text, struct place *out)
{
    struct str id, due = str_cut(text, '-', &id);
    return str_to_i64(due, &out->due) == OK && str_to_i64(id, &out->id) == OK && out->due >= 0 &&
           out->id >= 0;
}

static const char *place_text(struct arena *arena, const struct rows *rs, size_t i)
{
    return arena_printf(arena, "%lld-%lld", (long long)row_int(rs, i, "due_at"),
                        (long long)row_int(rs, i, "id"));
}

static void put_notice(struct req *r, struct view *list, const struct rows *rs, size_t i)
{
    struct view *v = view_add_object(list);
    struct str kind = row_str(rs, i, "kind");
    const struct messages_kind *known = messages_kind_of(kind);
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "kind", kind);
    view_put_str(v, "text", words_line(r->lang, kind, row_str(rs, i, "args"), r->arena));
    if (known)
        view_put_str(v, "group_name", req_text(r, "messages.group_", str_of(known->group)));
    view_put_str(v, "link", row_str(rs, i, "link"));
    view_put_time(v, "at", row_int(rs, i, "due_at"));
    view_put_bool(v, "is_seen", !row_null(rs, i, "seen_at"));
}

enum err notices_page(struct req *r)
{
    struct rows rs, unseen;
    struct place before = {INT64_MAX, INT64_MAX};
    struct str wanted = req_query(r, "before");
    int64_t now = clock_wall_ms();
    if (wanted.n && !read_place(wanted, &before))
        return ERR_NOT_FOUND;
    enum err e = db_select(r->db, &q_messages_mine,
                           ARGS(V_INT(r->who.user_id), V_INT(now), V_INT(before.due),
                                V_INT(before.id), V_INT(NOTICES_PAGE + 1)),
                           r->arena, &rs);
    if (!e)
        e = db_one(r->db, &q_messages_unseen,
                   ARGS(V_INT(r->who.user_id), V_INT(now), V_INT(NOTICES_COUNTED_MAX)), r->arena,
                   &unseen);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "notices");
    for (size_t i = 0; i < rs.n && i < NOTICES_PAGE; i++)
        put_notice(r, list, &rs, i);
    view_put_int(r->view, "unread", row_int(&unseen, 0, "n"));
    if (rs.n)
        view_put_z(r->view, "until", place_text(r->arena, &rs, 0));
    if (rs.n > NOTICES_PAGE)
        view_put_z(r->view, "next", place_text(r->arena, &rs, NOTICES_PAGE - 1));
    return OK;
}

/* --- seen --- */

struct see {
    struct command cmd;
    int64_t user;
    struct place at; /* of one: its id alone */
};

static enum err run_see(struct command *cmd, struct tx *tx)
{
    struct see *s = (struct see *)cmd;
    return db_exec(tx->db, &q_messages_see,
                   ARGS(V_INT(tx->now_ms), V_INT(s->at.id), V_INT(s->user)), NULL);
}

static enum err run_see_all(struct command *cmd, struct tx *tx)
{
    struct see *s = (struct see *)cmd;
    int64_t until = s->at.due < tx->now_ms ? s->at.due : tx->now_ms;
    return db_exec(tx->db, &q_messages_see_all,
                   ARGS(V_INT(tx->now_ms), V_INT(s->user), V_INT(until), V_INT(s->at.id)), NULL);
}

static struct see *new_see(struct req *r, const char *name,
                           enum err (*run)(struct command *cmd, struct tx *tx))
{
    struct see *s = ARENA_NEW(r->arena, struct see);
    if (s)
        *s = (struct see){.cmd = {.name = name, .run = run}, .user = r->who.user_id};
    return s;
}

/* With `open`, one goes on to what it is about. */
enum err notice_seen_post(struct req *r)
{
    struct rows rs;
    struct see *s = new_see(r, "messages.see", run_see);
    if (!s)
        return ERR_NOMEM;
    if (str_to_i64(req_param(r, "id"), &s->at.id))
        return ERR_NOT_FOUND;
    enum err e =
        db_one(r->db, &q_messages_one,
               ARGS(V_INT(s->at.id), V_INT(r->who.user_id), V_INT(clock_wall_ms())), r->arena, &rs);
    if (e)
        return e;
    struct str link = row_str(&rs, 0, "link");
    reply_redirect(r, req_field(r, "open").n ? link.p : req_next(r, "next", "/messages"));
    return web_write(r, &s->cmd, NULL);
}

/* All that the list held when it was drawn: what came since is still new. */
enum err notices_seen_post(struct req *r)
{
    struct see *s = new_see(r, "messages.see_all", run_see_all);
    if (!s)
        return ERR_NOMEM;
    if (!read_place(req_field(r, "until"), &s->at))
        return req_refuse(r, ERR_INVALID, "until", "messages.until_bad");
    reply_redirect(r, "/messages");
    return web_write(r, &s->cmd, NULL);
}
