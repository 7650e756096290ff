/* What a show's crew changes: a target is added, switched on or off, tried again, removed. */
#include "proto/rtmp_target.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/relay/internal.h"

struct change {
    struct command cmd;
    int64_t show, target, actor;
    bool is_base;
    const char *event;
    struct str name, url, key; /* of "add" */
};

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       long long limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static enum err note(struct tx *tx, const struct change *c, int64_t target, const char *state)
{
    return db_exec(
        tx->db, &q_relay_event_add,
        ARGS(V_INT(target), V_INT(tx->now_ms), V_INT(c->actor), V_Z(c->event), V_Z(state)), NULL);
}

/* Pressed twice, or twice the same place: the second would be refused there for ever. */
static enum err look_for_twin(struct tx *tx, const struct change *c, const struct rows *there)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < there->n; i++) {
        struct str key;
        if (!str_eq(row_str(there, i, "url"), c->url))
            continue;
        e = seal_reveal("relay.key", row_val(there, i, "key_sealed").s, tx->arena, &key);
        if (e == OK && str_eq(key, c->key))
            return refuse(tx, ERR_EXISTS, "key", "relay.is_there", 0);
    }
    return e;
}

static enum err run_add(struct tx *tx, const struct change *c)
{
    struct rows show, there, added;
    struct str sealed;
    enum err e = db_one(tx->db, &q_relay_show, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && str_eq_z(row_str(&show, 0, "status"), "ended"))
        return refuse(tx, ERR_CONFLICT, NULL, "relay.show_over", 0);
    if (e == OK)
        e = db_select(tx->db, &q_relay_of_show, ARGS(V_INT(c->show)), tx->arena, &there);
    if (e == OK && there.n >= RELAY_TARGETS_MAX)
        return refuse(tx, ERR_LIMIT, NULL, "relay.too_many", RELAY_TARGETS_MAX);
    if (e == OK)
        e = look_for_twin(tx, c, &there);
    if (e == OK)
        e = seal_text("relay.key", c->key, tx->arena, &sealed);
    if (e == OK)
        e = db_one(
            tx->db, &q_relay_add,
            ARGS(V_INT(c->show), V_STR(c->name), V_STR(c->url), V_BLOB(sealed), V_INT(tx->now_ms)),
            tx->arena, &added);
    return e != OK ? e : note(tx, c, row_int(&added, 0, "id"), "off");
}

/* What is removed keeps its row, for its events, and loses its key. */
static enum err wipe(struct tx *tx, int64_t target)
{
    struct str sealed;
    enum err e = seal_text("relay.key", STR("-"), tx->arena, &sealed);
    return e != OK ? e : db_exec(tx->db, &q_relay_wipe, ARGS(V_BLOB(sealed), V_INT(target)), NULL);
}

static enum err run_move(struct tx *tx, const struct change *c)
{
    struct rows t;
    const struct transition *step;
    enum err e = db_one(tx->db, &q_relay_get, ARGS(V_INT(c->target)), tx->arena, &t);
    if (e == OK &&
        (row_int(&t, 0, "show_id") != c->show || str_eq_z(row_str(&t, 0, "state"), "gone")))
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    if (str_eq_z(row_str(&t, 0, "status"), "ended"))
        return refuse(tx, ERR_CONFLICT, NULL, "relay.show_over", 0);
    if (str_eq_z(row_str(&t, 0, "state"), c->event)) /* pressed twice */
        return OK;
    e = transition_next(&relay_table, row_str(&t, 0, "state"), c->event, RELAY_CREW, &step);
    if (e == OK)
        e = db_exec(tx->db, &q_relay_set_state,
                    ARGS(V_Z(step->to), V_INT(tx->now_ms), V_INT(c->target)), NULL);
    if (e == OK && str_eq_z(str_of(step->to), "gone"))
        e = wipe(tx, c->target);
    return e != OK ? e : note(tx, c, c->target, step->to);
}

static enum err run(struct command *cmd, struct tx *tx)
{
    const struct change *c = (const struct change *)cmd;
    enum err e = shows_still_may(tx, c->show, c->actor, SHOW_PICTURE, c->is_base);
    return e != OK ? e : c->target ? run_move(tx, c) : run_add(tx, c);
}

static void committed(struct command *cmd)
{
    const struct change *c = (const struct change *)cmd;
    relay_look();
    struct pushes *pushes = relay_pushes();
    if (pushes && str_eq_z(str_of(c->event), "again"))
        push_again(pushes, c->target);
}

static enum err begin(struct req *r, const char *name, struct change **out)
{
    int64_t show, host;
    enum err e = shows_desk_of(r, SHOW_PICTURE, &show, &host);
    struct change *c = e == OK ? ARENA_NEW(r->arena, struct change) : NULL;
    if (!c)
        return e == OK ? ERR_NOMEM : e;
    *c = (struct change){.cmd = {.name = name, .run = run, .committed = committed},
                         .show = show,
                         .actor = r->who.user_id,
                         .is_base = (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0};
    *out = c;
    const char *page = arena_printf(r->arena, "/shows/%lld/relay", (long long)show);
    reply_redirect(r, req_next(r, "next", page));
    return OK;
}

/* The address and the key are kept apart, however they came: a key in an address is no secret. */
static enum err read_place(struct req *r, struct change *c)
{
    struct rtmp_target t;
    struct str url = str_trim(req_field(r, "url")), key = str_trim(req_field(r, "key"));
    enum err e = rtmp_target_parse(r->arena, url, key, &t);
    if (e == ERR_NOMEM)
        return e;
    if (e == ERR_TOO_LARGE)
        return req_refuse(r, ERR_INVALID, url.n > RTMP_TARGET_URL_MAX ? "url" : "key",
                          "relay.too_long");
    if (e == ERR_INVALID)
        return req_refuse(r, ERR_INVALID, "key", "relay.key_needed");
    if (e != OK)
        return req_refuse(r, ERR_INVALID, "url", "relay.url_bad");
    c->url = t.tc_url;
    c->key = t.stream;
    return OK;
}

enum err relay_add(struct req *r)
{
    struct change *c;
    enum err e = begin(r, "relay.add", &c);
    if (e != OK)
        return e;
    c->event = "add";
    if (!r->json && (e = relay_page(r)) != OK) /* the form again when it is refused */
        return e;
    reply_page(r, "relay/targets.html");
    struct view *typed = view_put_object(r->view, "typed");
    view_put_str(typed, "name", req_field(r, "name"));
    view_put_str(typed, "url", req_field(r, "url"));
    view_page_only(r->view, "typed");
    e = req_field_text(r, "name", 1, RELAY_NAME_MAX, &c->name);
    if (e == OK)
        e = read_place(r, c);
    return e != OK ? e : web_write(r, &c->cmd, NULL);
}

enum err relay_change(struct req *r)
{
    struct change *c;
    enum err e = begin(r, "relay.change", &c);
    if (e == OK && (str_to_i64(req_param(r, "target"), &c->target) != OK || c->target < 1))
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    c->event = transition_event(&relay_table, req_field(r, "event"));
    if (!c->event || str_eq_z(str_of(c->event), "add"))
        return req_refuse(r, ERR_INVALID, "event", "relay.event_bad");
    return web_write(r, &c->cmd, NULL);
}
