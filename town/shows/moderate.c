/*
 * Order in the talk: what the crew does to messages and to those who write them. Messages are never
 * deleted: what is taken back can be put back, and each deed is an event that is kept.
 *
 *   held ──release──▶ shown ──retract──▶ retracted ──restore──▶ shown
 *     └───refuse────▶ refused
 *
 * Readers hear of each as an entry of the room's log, in the order of the commits.
 */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/shows/internal.h"
#include "town/transition.h"

static const struct transition rows_of_message[] = {
    {"held", "release", "shown", SHOW_TALK, false},
    {"held", "refuse", "refused", SHOW_TALK, false},
    {"refused", "release", "shown", SHOW_TALK, false},
    {"shown", "retract", "retracted", SHOW_TALK, false},
    {"retracted", "restore", "shown", SHOW_TALK, false},
};
static const struct transition_table message_transitions = TRANSITION_TABLE(rows_of_message);

enum deed { DEED_STATE, DEED_PIN, DEED_UNPIN, DEED_ANSWERED, DEED_MUTE, DEED_BLOCK };

static const struct {
    const char *name;
    enum deed deed;
} deeds[] = {{"release", DEED_STATE}, {"refuse", DEED_STATE},      {"retract", DEED_STATE},
             {"restore", DEED_STATE}, {"pin", DEED_PIN},           {"unpin", DEED_UNPIN},
             {"mute", DEED_MUTE},     {"answered", DEED_ANSWERED}, {"block", DEED_BLOCK}};

struct moderate {
    struct command cmd;
    const char *name;
    enum deed deed;
    int64_t show, host, actor, message, minutes; /* 0: of a mute, until the show ends */
    bool is_base;
    int64_t silence;           /* out */
    struct shows_message said; /* out */
};

static enum err set_state(struct moderate *m, struct tx *tx, const struct rows *message)
{
    const struct transition *t;
    enum err e = transition_next(&message_transitions, row_str(message, 0, "status"), m->name,
                                 SHOW_TALK, &t);
    if (e == ERR_CONFLICT)
        tx->info->key = "shows.message_is_so";
    if (e == OK)
        e = db_exec(tx->db, &q_shows_message_status, ARGS(V_Z(t->to), V_INT(m->message)), NULL);
    return e;
}

/* What is pinned must be what everybody may read. */
static enum err pin(struct moderate *m, struct tx *tx, const struct rows *message)
{
    if (m->deed == DEED_PIN && !str_eq_z(row_str(message, 0, "status"), "shown")) {
        tx->info->key = "shows.message_is_so";
        return ERR_CONFLICT;
    }
    return db_exec(tx->db, &q_shows_pin,
                   ARGS(m->deed == DEED_PIN ? V_INT(m->message) : V_NULL, V_INT(m->show)), NULL);
}

/* Not the crew: who may take the talk away from whom is settled by grants, not by who is faster. */
static enum err silence(struct moderate *m, struct tx *tx, const struct rows *message)
{
    struct rows rs;
    int64_t user = row_int(message, 0, "user_id");
    bool block = m->deed == DEED_BLOCK;
    if (row_int(message, 0, "is_crew")) {
        tx->info->key = "shows.crew_is_not_muted";
        return ERR_CONFLICT;
    }
    struct val until =
        block || m->minutes == 0 ? V_NULL : V_INT(tx->now_ms + m->minutes * INT64_C(60000));
    enum err e = db_select(tx->db, &q_shows_silence_in_force,
                           ARGS(V_INT(user), V_INT(m->host), V_Z(block ? "block" : "mute"),
                                V_INT(m->show), V_INT(tx->now_ms)),
                           tx->arena, &rs);
    if (e == OK && rs.n) { /* pressed again: it lasts from now on, and one press lifts it */
        m->silence = row_int(&rs, 0, "id");
        return db_exec(tx->db, &q_shows_silence_until, ARGS(until, V_INT(m->silence)), NULL);
    }
    if (e != OK)
        return e;
    e = db_one(tx->db, &q_shows_silence_add,
               ARGS(V_INT(m->show), V_INT(m->host), V_INT(user), V_Z(block ? "block" : "mute"),
                    until, V_INT(m->actor), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e == OK)
        m->silence = row_int(&rs, 0, "id");
    return e;
}

static enum err do_deed(struct moderate *m, struct tx *tx, const struct rows *message)
{
    switch (m->deed) {
    case DEED_STATE: return set_state(m, tx, message);
    case DEED_PIN:
    case DEED_UNPIN: return pin(m, tx, message);
    case DEED_ANSWERED:
        return db_exec(tx->db, &q_shows_message_answered,
                       ARGS(V_INT(tx->now_ms), V_INT(m->message)), NULL);
    case DEED_MUTE:
    case DEED_BLOCK: return silence(m, tx, message);
    }
    return ERR_INTERNAL;
}

static enum err run_moderate(struct command *cmd, struct tx *tx)
{
    struct moderate *m = (struct moderate *)cmd;
    struct rows message, show;
    enum err e = shows_still_may(tx, m->show, m->actor, SHOW_TALK, m->is_base);
    if (e == OK)
        e = db_one(tx->db, &q_shows_message, ARGS(V_INT(m->message), V_INT(m->show)), tx->arena,
                   &message);
    if (e == OK)
        e = db_one(tx->db, &q_shows_get, ARGS(V_INT(m->show)), tx->arena, &show);
    if (e == OK)
        e = do_deed(m, tx, &message);
    /* What is taken back does not stay on top. */
    if (e == OK && strcmp(m->name, "retract") == 0 && !row_null(&show, 0, "pinned_id") &&
        row_int(&show, 0, "pinned_id") == m->message)
        e = db_exec(tx->db, &q_shows_pin, ARGS(V_NULL, V_INT(m->show)), NULL);
    if (e != OK)
        return e;
    shows_take_message(&m->said, &message, 0);
    const struct show_event ev = {.show = m->show,
                                  .actor = m->actor,
                                  .kind = m->name,
                                  .value = m->minutes,
                                  .message = m->message,
                                  .user = row_int(&message, 0, "user_id")};
    return shows_event_add(tx, &ev);
}

/* --- told, in the order of the commits --- */

static void tell_id(struct moderate *m, const char *type, bool crew_only)
{
    struct view *v = view_object(m->cmd.arena);
    view_put_z(v, "type", type);
    view_put_int(v, "id", m->message);
    if (crew_only)
        shows_tell_crew(m->show, v);
    else
        shows_tell(m->show, v, NULL);
}

static void tell_message(struct moderate *m, const char *type)
{
    struct view *v = view_object(m->cmd.arena);
    struct shows_message said = m->said;
    said.held_why = STR_NONE;
    view_put_z(v, "type", type);
    shows_put_message(v, &said);
    shows_tell(m->show, v, NULL);
}

static void tell_moderate(struct command *cmd)
{
    struct moderate *m = (struct moderate *)cmd;
    switch (m->deed) {
    case DEED_PIN: tell_message(m, "pin"); break;
    case DEED_UNPIN: tell_id(m, "unpin", false); break;
    case DEED_ANSWERED: tell_id(m, "answered", false); break;
    case DEED_MUTE:
    case DEED_BLOCK: tell_id(m, "silenced", true); break;
    case DEED_STATE:
        if (strcmp(m->name, "retract") == 0)
            tell_id(m, "retract", false);
        else if (strcmp(m->name, "refuse") != 0)
            tell_message(m, strcmp(m->name, "restore") == 0 ? "restore" : "chat");
        if (strcmp(m->name, "retract") != 0)
            tell_id(m, "judged", true);
        break;
    }
}

/* --- POST /shows/{id}/messages/{message}: do, minutes --- */

static enum err moderated(struct req *r, struct command *cmd, enum err result)
{
    const struct moderate *m = (struct moderate *)cmd;
    if (result != OK)
        return result;
    if (m->silence)
        view_put_int(r->view, "silence", m->silence);
    const char *desk = arena_printf(r->arena, "/shows/%lld/desk", (long long)m->show);
    reply_redirect(r, req_next(r, "next", desk));
    return OK;
}

enum err shows_do_moderate(struct req *r)
{
    struct rows show;
    struct moderate *m = ARENA_NEW(r->arena, struct moderate);
    enum err e = m ? shows_need(r, &show, SHOW_TALK) : ERR_NOMEM;
    if (e != OK)
        return e;
    *m = (struct moderate){
        .cmd = {.name = "shows.moderate", .run = run_moderate, .committed = tell_moderate},
        .show = row_int(&show, 0, "id"),
        .host = row_int(&show, 0, "host_id"),
        .actor = r->who.user_id,
        .is_base = shows_is_base(r)};
    if (str_to_i64(req_param(r, "message"), &m->message) != OK)
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        if (str_eq_z(req_field(r, "do"), deeds[i].name)) {
            m->name = deeds[i].name;
            m->deed = deeds[i].deed;
        }
    if (!m->name)
        return req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    if (req_field(r, "minutes").n)
        e = req_field_int(r, "minutes", 0, SHOWS_MUTE_MINUTES_MAX, &m->minutes);
    return e != OK ? e : web_write(r, &m->cmd, moderated);
}

/* --- who was silenced, and letting them talk again --- */

enum err shows_put_silences(struct req *r, const struct rows *show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_shows_silences,
                           ARGS(V_INT(clock_wall_ms()), V_INT(row_int(show, 0, "host_id")),
                                V_INT(row_int(show, 0, "id")), V_INT(SHOWS_SILENCES_SHOWN)),
                           r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "silences");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_str(v, "by", row_str(&rs, i, "by_name"));
        view_put_bool(v, "block", str_eq_z(row_str(&rs, i, "kind"), "block"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        if (!row_null(&rs, i, "until_at"))
            view_put_time(v, "until", row_int(&rs, i, "until_at"));
    }
    return OK;
}

struct lift {
    struct command cmd;
    int64_t show, host, actor, silence;
    bool is_base;
};

static enum err run_lift(struct command *cmd, struct tx *tx)
{
    struct lift *l = (struct lift *)cmd;
    struct rows rs;
    enum err e = shows_still_may(tx, l->show, l->actor, SHOW_TALK, l->is_base);
    if (e == OK)
        e = db_one(tx->db, &q_shows_silence, ARGS(V_INT(l->silence)), tx->arena, &rs);
    if (e != OK)
        return e;
    if (row_int(&rs, 0, "host_id") != l->host ||
        (str_eq_z(row_str(&rs, 0, "kind"), "mute") && row_int(&rs, 0, "show_id") != l->show))
        return ERR_NOT_FOUND;
    if (!row_null(&rs, 0, "lifted_at"))
        return OK; /* pressed twice */
    e = db_exec(tx->db, &q_shows_silence_lift,
                ARGS(V_INT(tx->now_ms), V_INT(l->actor), V_INT(l->silence)), NULL);
    const struct show_event ev = {
        .show = l->show, .actor = l->actor, .kind = "lift", .user = row_int(&rs, 0, "user_id")};
    return e != OK ? e : shows_event_add(tx, &ev);
}

static enum err lifted(struct req *r, struct command *cmd, enum err result)
{
    if (result == OK)
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/crew#silences",
                                       (long long)((struct lift *)cmd)->show));
    return result;
}

enum err shows_do_lift(struct req *r)
{
    struct rows show;
    struct lift *l = ARENA_NEW(r->arena, struct lift);
    enum err e = l ? shows_need(r, &show, SHOW_TALK) : ERR_NOMEM;
    if (e != OK)
        return e;
    *l = (struct lift){.cmd = {.name = "shows.lift", .run = run_lift},
                       .show = row_int(&show, 0, "id"),
                       .host = row_int(&show, 0, "host_id"),
                       .actor = r->who.user_id,
                       .is_base = shows_is_base(r)};
    if (str_to_i64(req_param(r, "silence"), &l->silence) != OK)
        return ERR_NOT_FOUND;
    return web_write(r, &l->cmd, lifted);
}

/* --- POST /shows/{id}/talk: slow (seconds between two messages of one person), off --- */

struct rules {
    struct command cmd;
    int64_t show, actor, slow, off;
    bool is_base;
};

static enum err run_rules(struct command *cmd, struct tx *tx)
{
    struct rules *c = (struct rules *)cmd;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_TALK, c->is_base);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_talk_rules,
                    ARGS(V_INT(c->slow), V_INT(c->off), V_INT(c->show)), NULL);
    const struct show_event ev = {
        .show = c->show, .actor = c->actor, .kind = c->off ? "talk_off" : "slow", .value = c->slow};
    return e != OK ? e : shows_event_add(tx, &ev);
}

static void tell_rules(struct command *cmd)
{
    const struct rules *c = (struct rules *)cmd;
    struct view *v = view_object(cmd->arena);
    view_put_z(v, "type", "talk");
    view_put_int(v, "slow", c->slow);
    view_put_bool(v, "off", c->off != 0);
    shows_tell(c->show, v, NULL);
}

static enum err ruled(struct req *r, struct command *cmd, enum err result)
{
    if (result == OK)
        reply_redirect(
            r, arena_printf(r->arena, "/shows/%lld/desk", (long long)((struct rules *)cmd)->show));
    return result;
}

enum err shows_do_talk_rules(struct req *r)
{
    struct rows show;
    struct rules *c = ARENA_NEW(r->arena, struct rules);
    enum err e = c ? shows_need(r, &show, SHOW_TALK) : ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct rules){.cmd = {.name = "shows.talk", .run = run_rules, .committed = tell_rules},
                        .show = row_int(&show, 0, "id"),
                        .actor = r->who.user_id,
                        .is_base = shows_is_base(r)};
    e = req_field_int(r, "slow", 0, SHOWS_SLOW_MAX_S, &c->slow);
    if (e == OK && req_field(r, "off").n)
        e = req_field_int(r, "off", 0, 1, &c->off);
    return e != OK ? e : web_write(r, &c->cmd, ruled);
}
