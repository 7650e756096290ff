/*
 * Talk beside the picture: said by members, numbered by the writer, read by everybody.
 *
 *   said ──clean──▶ judged ──▶ shown: the room's log
 *                      ├─────▶ held: the crew's log, until somebody looks at it (moderate.c)
 *                      └─────▶ refused, with why
 */
#include "base/log.h"
#include "store/idem.h"
#include "store/queries.h"
#include "town/shows/internal.h"
#include "town/shows/words.h"

static shows_judge_fn *judge_of; /* set before the first request */

void shows_talk_judge(shows_judge_fn *fn)
{
    judge_of = fn;
}

enum shows_verdict shows_judge(struct str text, struct arena *arena, struct str *why)
{
    *why = STR_NONE;
    return judge_of ? judge_of(text, arena, why) : SHOWS_FINE;
}

struct say {
    struct command cmd;
    int64_t show, host, user, reply_to;
    struct str name, body, held_why;
    bool crew, question, is_base, has_key;
    struct idem_key key;
    struct idem_outcome outcome;
    /* out */
    int64_t id, now_ms;
    struct str to_name;
};

static enum err refuse(struct tx *tx, enum err e, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = "text", .key = key, .limit = limit};
    return e;
}

/* What everybody but the crew must keep to. */
static enum err check_rules(struct tx *tx, const struct say *s, const struct rows *show)
{
    struct rows rs;
    if (row_int(show, 0, "is_talk_off"))
        return refuse(tx, ERR_FORBIDDEN, "shows.talk_is_off", 0);
    enum err e = db_select(tx->db, &q_shows_silence_of,
                           ARGS(V_INT(s->user), V_INT(s->host), V_INT(s->show), V_INT(tx->now_ms)),
                           tx->arena, &rs);
    if (e == OK && rs.n)
        return refuse(tx, ERR_FORBIDDEN, "shows.you_are_muted", 0);
    if (e == OK)
        e = db_select(tx->db, &q_shows_message_last_of, ARGS(V_INT(s->user), V_INT(s->show)),
                      tx->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    int64_t since = tx->now_ms - row_int(&rs, 0, "sent_at");
    int64_t slow_ms = row_int(show, 0, "slow_s") * 1000;
    if (since < slow_ms)
        return refuse(tx, ERR_LIMIT, "shows.talk_slow", (slow_ms - since + 999) / 1000);
    if (since < SHOWS_SAME_MS && str_eq(row_str(&rs, 0, "body"), s->body))
        return refuse(tx, ERR_LIMIT, "shows.talk_same", 0);
    return OK;
}

static enum err check_pace(struct tx *tx, const struct say *s)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_shows_messages_by_user_since,
               ARGS(V_INT(s->user), V_INT(tx->now_ms - SHOWS_TALK_WINDOW_MS)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= (s->crew ? SHOWS_TALK_CREW_MAX : SHOWS_TALK_MAX))
        return refuse(tx, ERR_LIMIT, "shows.talk_too_fast", 0);
    return e;
}

/* An answer of the crew ends the question's waiting. */
static enum err answer_to(struct tx *tx, struct say *s)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_shows_message, ARGS(V_INT(s->reply_to), V_INT(s->show)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return refuse(tx, ERR_INVALID, "shows.no_such_message", 0);
    if (e != OK)
        return e;
    s->to_name = row_str(&rs, 0, "name");
    return s->crew ? db_exec(tx->db, &q_shows_message_answered,
                             ARGS(V_INT(tx->now_ms), V_INT(s->reply_to)), NULL)
                   : OK;
}

static enum err work(struct tx *tx, void *arg, int64_t *subject)
{
    struct say *s = arg;
    struct rows show, rs;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(s->show)), tx->arena, &show);
    if (e == OK && str_eq_z(row_str(&show, 0, "status"), "ended"))
        return refuse(tx, ERR_CONFLICT, "shows.has_ended", 0);
    if (e == OK && !s->crew)
        e = check_rules(tx, s, &show);
    if (e == OK)
        e = check_pace(tx, s);
    if (e == OK && s->reply_to)
        e = answer_to(tx, s);
    if (e == OK)
        e = db_one(tx->db, &q_shows_message_add,
                   ARGS(V_INT(s->show), V_INT(s->user), V_STR(s->name), V_INT(s->crew),
                        V_STR(s->body), V_INT(tx->now_ms), V_Z(s->held_why.n ? "held" : "shown"),
                        s->held_why.n ? V_STR(s->held_why) : V_NULL, V_INT(s->question && !s->crew),
                        s->reply_to ? V_INT(s->reply_to) : V_NULL),
                   tx->arena, &rs);
    if (e == OK)
        *subject = row_int(&rs, 0, "id");
    return e;
}

static enum err run_say(struct command *cmd, struct tx *tx)
{
    struct say *s = (struct say *)cmd;
    enum err e = s->has_key ? idem_run(tx, &s->key, work, s, &s->outcome) : work(tx, s, &s->id);
    if (s->has_key)
        s->id = s->outcome.subject;
    s->now_ms = tx->now_ms;
    return e;
}

/* --- as members of views and messages --- */

void shows_put_message(struct view *v, const struct shows_message *m)
{
    view_put_int(v, "id", m->id);
    view_put_str(v, "name", m->name);
    view_put_bool(v, "crew", m->is_crew);
    view_put_str(v, "text", m->body);
    view_put_time(v, "at", m->at_ms);
    if (m->is_question)
        view_put_bool(v, "question", true);
    if (m->to_name.n)
        view_put_str(v, "to", m->to_name);
    if (m->held_why.n)
        view_put_str(v, "held_why", m->held_why);
}

void shows_take_message(struct shows_message *m, const struct rows *rs, size_t i)
{
    *m = (struct shows_message){.id = row_int(rs, i, "id"),
                                .at_ms = row_int(rs, i, "sent_at"),
                                .name = row_str(rs, i, "name"),
                                .body = row_str(rs, i, "body"),
                                .to_name = row_str(rs, i, "to_name"),
                                .is_crew = row_int(rs, i, "is_crew") != 0,
                                .is_question = row_int(rs, i, "is_question") != 0};
    if (str_eq_z(row_str(rs, i, "status"), "held"))
        m->held_why = row_str(rs, i, "held_why");
}

static struct shows_message message_of(const struct say *s)
{
    return (struct shows_message){.id = s->id,
                                  .at_ms = s->now_ms,
                                  .name = s->name,
                                  .body = s->body,
                                  .to_name = s->to_name,
                                  .held_why = s->held_why,
                                  .is_crew = s->crew,
                                  .is_question = s->question && !s->crew};
}

/* On the writer's thread: everybody reads messages in the order in which they were committed. */
static void tell_said(struct command *cmd)
{
    struct say *s = (struct say *)cmd;
    const struct shows_message m = message_of(s);
    if (s->has_key && (s->outcome.repeated || s->outcome.result != OK))
        return;
    struct view *v = view_object(cmd->arena);
    if (s->held_why.n) { /* the text is for who keeps order: see shows_put_queue() */
        view_put_z(v, "type", "held");
        view_put_int(v, "id", s->id);
        shows_tell_crew(s->show, v);
        return;
    }
    view_put_z(v, "type", "chat");
    shows_put_message(v, &m);
    shows_tell(s->show, v, NULL);
    if (s->crew && s->reply_to) {
        v = view_object(cmd->arena);
        view_put_z(v, "type", "answered");
        view_put_int(v, "id", s->reply_to);
        shows_tell(s->show, v, NULL);
    }
}

static enum err said(struct req *r, struct command *cmd, enum err result)
{
    struct say *s = (struct say *)cmd;
    if (result == OK && s->has_key && s->outcome.result != OK) {
        r->info = (struct err_info){.code = s->outcome.result,
                                    .field = s->outcome.field,
                                    .key = s->outcome.message_key,
                                    .limit = s->outcome.amount};
        result = s->outcome.result;
    }
    if (result != OK)
        return result;
    const struct shows_message m = message_of(s);
    struct view *v = view_put_object(r->view, "message");
    shows_put_message(v, &m);
    if (s->held_why.n) {
        view_put_bool(v, "held", true);
        view_put_null(v, "held_why"); /* its author is not taught the list */
    }
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld", (long long)s->show));
    return OK;
}

/* --- the request --- */

static enum err make_key(struct req *r, struct say *s)
{
    const char *actor = arena_printf(r->arena, "user:%lld", (long long)s->user);
    const char *show = arena_printf(r->arena, "%lld", (long long)s->show);
    if (!actor || !show)
        return ERR_NOMEM;
    s->has_key = req_header(r, "idempotency-key").n > 0 || req_field(r, "idempotency_key").n > 0;
    if (!s->has_key)
        return OK;
    const char *to = arena_printf(r->arena, "%lld", (long long)s->reply_to);
    if (!to)
        return ERR_NOMEM;
    const struct str parts[] = {str_of(show), s->body, str_of(to)};
    s->key.actor = str_of(actor);
    s->key.operation = "shows.say";
    idem_hash(s->key.hash, parts, 3);
    return req_idempotency_key(r, &s->key.key);
}

static enum err read_text(struct req *r, struct say *s)
{
    struct str typed;
    enum err e = req_field_text(r, "text", 1, SHOWS_TYPED_MAX, &typed);
    if (e != OK)
        return e;
    s->body = shows_words_clean(typed, r->arena);
    if (!s->body.p)
        return ERR_NOMEM;
    if (s->body.n == 0)
        return req_refuse(r, ERR_INVALID, "text", "web.text_bad");
    if (str_characters(s->body) > SHOWS_MESSAGE_MAX) {
        r->info = (struct err_info){.code = ERR_INVALID,
                                    .field = "text",
                                    .key = "web.text_most",
                                    .limit = SHOWS_MESSAGE_MAX};
        return ERR_INVALID;
    }
    s->question = shows_words_ask(s->body);
    return OK;
}

enum err shows_do_say(struct req *r)
{
    struct rows show;
    unsigned grants = 0;
    struct say *s = ARENA_NEW(r->arena, struct say);
    enum err e = s ? shows_load(r, &show) : ERR_NOMEM;
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e != OK)
        return e;
    *s = (struct say){.cmd = {.name = "shows.say", .run = run_say, .committed = tell_said},
                      .show = row_int(&show, 0, "id"),
                      .host = row_int(&show, 0, "host_id"),
                      .user = r->who.user_id,
                      .name = r->who.name,
                      .crew = grants & SHOW_TALK};
    e = read_text(r, s);
    if (e == OK && req_field(r, "reply_to").n)
        e = req_field_int(r, "reply_to", 1, INT64_MAX, &s->reply_to);
    if (e == OK && !s->crew) {
        struct str why;
        enum shows_verdict verdict = shows_judge(s->body, r->arena, &why);
        if (verdict == SHOWS_REFUSED)
            return req_refuse(r, ERR_INVALID, "text", "shows.talk_refused");
        s->held_why = verdict == SHOWS_HELD ? why : STR_NONE;
    }
    if (e == OK)
        e = make_key(r, s);
    return e != OK ? e : web_write(r, &s->cmd, said);
}

/* --- reading --- */

static enum err put_list(struct req *r, struct view *v, const char *member, const struct query *q,
                         const struct val *args, size_t n)
{
    struct rows rs;
    enum err e = db_select(r->db, q, args, n, r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(v, member);
    for (size_t i = 0; i < rs.n; i++) {
        struct shows_message m;
        shows_take_message(&m, &rs, i);
        shows_put_message(view_add_object(list), &m);
    }
    return OK;
}

enum err shows_put_messages(struct req *r, int64_t show)
{
    return put_list(r, r->view, "messages", &q_shows_messages_recent,
                    ARGS(V_INT(show), V_INT(SHOWS_MESSAGES_SHOWN)));
}

enum err shows_put_queue(struct req *r, int64_t show)
{
    enum err e = put_list(r, r->view, "held", &q_shows_messages_held,
                          ARGS(V_INT(show), V_INT(SHOWS_QUEUE_SHOWN)));
    return e != OK ? e
                   : put_list(r, r->view, "questions", &q_shows_questions_open,
                              ARGS(V_INT(show), V_INT(SHOWS_QUEUE_SHOWN)));
}

/* GET /shows/{id}/chat?after=: what a reader has missed, oldest first. */
enum err shows_page_chat(struct req *r)
{
    struct rows show;
    int64_t after = 0;
    struct str text = req_query(r, "after");
    enum err e = shows_load(r, &show);
    if (e == OK && text.n && (str_to_i64(text, &after) != OK || after < 0))
        e = req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    if (e != OK)
        return e;
    int64_t id = row_int(&show, 0, "id");
    if (after == 0)
        return shows_put_messages(r, id);
    return put_list(r, r->view, "messages", &q_shows_messages_after,
                    ARGS(V_INT(id), V_INT(after), V_INT(SHOWS_MISSED_MAX)));
}
