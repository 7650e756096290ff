/* Talk beside the picture: said by members, numbered by the writer, read by everybody. */
#include "town/shows/internal.h"
#include "store/queries.h"

struct say {
    struct command cmd;
    int64_t show, user;
    struct str name, body;
    bool crew;
    int64_t id, now_ms; /* out */
};

static enum err run_say(struct command *cmd, struct tx *tx)
{
    struct say *s = (struct say *)cmd;
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_shows_messages_by_user_since,
               ARGS(V_INT(s->user), V_INT(tx->now_ms - SHOWS_TALK_WINDOW_MS)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= SHOWS_TALK_MAX) {
        tx->info->key = "shows.talk_too_fast";
        return ERR_LIMIT;
    }
    if (e == OK)
        e = db_one(tx->db, &q_shows_message_add,
                   ARGS(V_INT(s->show), V_INT(s->user), V_STR(s->name), V_INT(s->crew),
                        V_STR(s->body), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (e == OK)
        s->id = row_int(&rs, 0, "id");
    s->now_ms = tx->now_ms;
    return e;
}

static void put_message(struct view *v, int64_t id, struct str name, bool crew, struct str body,
                        int64_t at_ms)
{
    view_put_int(v, "id", id);
    view_put_str(v, "name", name);
    view_put_bool(v, "crew", crew);
    view_put_str(v, "text", body);
    view_put_time(v, "at", at_ms);
}

/* On the writer's thread: everybody reads messages in the order in which they were committed. */
static void tell_said(struct command *cmd)
{
    struct say *s = (struct say *)cmd;
    struct view *v = view_object(cmd->arena);
    view_put_z(v, "type", "chat");
    put_message(v, s->id, s->name, s->crew, s->body, s->now_ms);
    shows_tell(s->show, v, NULL);
}

static enum err said(struct req *r, struct command *cmd, enum err result)
{
    struct say *s = (struct say *)cmd;
    if (result != OK)
        return result;
    put_message(view_put_object(r->view, "message"), s->id, s->name, s->crew, s->body, s->now_ms);
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld", (long long)s->show));
    return OK;
}

enum err shows_do_say(struct req *r)
{
    struct rows show;
    struct str body;
    enum err e = shows_load(r, &show);
    if (e == OK)
        e = req_field_text(r, "text", 1, SHOWS_MESSAGE_MAX, &body);
    if (e != OK)
        return e;
    if (str_eq_z(row_str(&show, 0, "status"), "ended"))
        return req_refuse(r, ERR_CONFLICT, NULL, "shows.has_ended");
    struct say *s = ARENA_NEW(r->arena, struct say);
    if (!s)
        return ERR_NOMEM;
    *s = (struct say){.cmd = {.name = "shows.say", .run = run_say, .committed = tell_said},
                      .show = row_int(&show, 0, "id"),
                      .user = r->who.user_id,
                      .name = r->who.name,
                      .body = body,
                      .crew = shows_is_crew(r, &show)};
    return web_write(r, &s->cmd, said);
}

enum err shows_put_messages(struct req *r, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_shows_messages_recent,
                           ARGS(V_INT(show), V_INT(SHOWS_MESSAGES_SHOWN)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "messages");
    for (size_t i = 0; i < rs.n; i++)
        put_message(view_add_object(list), row_int(&rs, i, "id"), row_str(&rs, i, "name"),
                    row_int(&rs, i, "is_crew") != 0, row_str(&rs, i, "body"),
                    row_int(&rs, i, "sent_at"));
    return OK;
}
