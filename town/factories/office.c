/* The base's side: the queue of entries, one entry, its review, and opening its contact. */
#include "store/queries.h"
#include "town/factories/internal.h"
#include "town/scan/scan.h"

/* ---- the queue ---- */

static const char *const states[] = {"review", "draft", "returned", "approved", "suspended"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static bool is_state(struct str s)
{
    for (size_t i = 0; i < STATES; i++)
        if (str_eq_z(s, states[i]))
            return true;
    return false;
}

static enum err put_tabs(struct req *r, struct str asked)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_states, NO_ARGS, r->arena, &rs);
    struct view *tabs = view_put_list(r->view, "tabs");
    for (size_t k = 0; e == OK && k < STATES; k++) {
        int64_t n = 0;
        for (size_t i = 0; i < rs.n; i++)
            n += str_eq_z(row_str(&rs, i, "state"), states[k]) ? row_int(&rs, i, "n") : 0;
        struct view *v = view_add_object(tabs);
        view_put_z(v, "state", states[k]);
        view_put_str(v, "label", factory_text(r, "state_", str_of(states[k])));
        view_page_only(v, "label");
        view_put_int(v, "count", n);
        view_put_bool(v, "current", str_eq_z(asked, states[k]));
    }
    return e;
}

enum err factories_page_queue(struct req *r)
{
    struct rows rs;
    int64_t after = 0;
    struct str state = req_query(r, "state").n ? req_query(r, "state") : STR("review");
    if (!is_state(state))
        return req_refuse(r, ERR_INVALID, "state", NULL);
    if (req_query(r, "after").n && str_to_i64(req_query(r, "after"), &after) != OK)
        return req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    enum err e = put_tabs(r, state);
    if (e == OK)
        e = db_select(r->db, &q_factories_queue,
                      ARGS(V_STR(state), V_INT(after), V_INT(FACTORY_QUEUE_PAGE)), r->arena, &rs);
    view_put_str(r->view, "state", state);
    struct view *list = view_put_list(r->view, "factories");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, r->lang == LANG_EN ? "name_en" : "name_zh"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_int(v, "products", row_int(&rs, i, "products"));
        view_put_time(v, "at", row_int(&rs, i, "at"));
    }
    if (e == OK && rs.n == FACTORY_QUEUE_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    else
        view_put_null(r->view, "next");
    return e;
}

/* ---- one ---- */

static enum err load(struct req *r, struct factory_loaded *f)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return factory_load(r->db, r->arena, id, f);
}

static enum err put_page(struct req *r, const struct factory_loaded *f)
{
    enum err e = factory_put_entry(r, r->view, f);
    if (e == OK)
        e = factory_put_members(r, r->view, f->id);
    if (e == OK)
        e = factory_put_openings(r, r->view, f->id);
    view_put_z(r->view, "licence_at",
               arena_printf(r->arena, "/factories/%lld/licence", (long long)f->id));
    view_page_only(r->view, "licence_at");
    if (e == OK)
        factory_put_moves(r, r->view, f->state, FACTORY_AS_OPERATOR,
                          arena_printf(r->arena, "/factories/%lld/move", (long long)f->id));
    return e != OK ? e : factory_put_events(r, r->view, "events", f->id, -1);
}

enum err factories_page_one(struct req *r)
{
    struct factory_loaded f;
    enum err e = load(r, &f);
    return e != OK ? e : put_page(r, &f);
}

struct act {
    struct command cmd;
    int64_t id, version; /* version: that was looked at; 0: not said */
    struct str event, note, purpose;
    struct factory_actor actor;
};

static enum err act_new(struct req *r, const char *name,
                        enum err (*run)(struct command *cmd, struct tx *tx), struct act **out)
{
    struct factory_loaded f;
    enum err e = load(r, &f);
    *out = ARENA_NEW(r->arena, struct act);
    if (e != OK || !*out)
        return e != OK ? e : ERR_NOMEM;
    **out = (struct act){.cmd = {.name = name, .run = run},
                         .id = f.id,
                         .actor = {r->who.user_id, FACTORY_AS_OPERATOR}};
    return OK;
}

/* The page again, with the refusal on it. */
static enum err again(struct req *r, enum err why)
{
    struct factory_loaded f;
    struct err_info info = r->info;
    if (r->json || load(r, &f) != OK || put_page(r, &f) != OK)
        return why;
    r->info = info;
    reply_page(r, "factories/one.html");
    return why;
}

/* The scan of the licence: for the base, and for the factory's own people. */
static enum err reply_licence(struct req *r, const struct factory_loaded *f)
{
    if (f->entry.at[FACTORY_SCAN].n == 0)
        return ERR_NOT_FOUND;
    return scan_reply(r, f->entry.scan_sha256, f->entry.at[FACTORY_SCAN]);
}

enum err factories_get_licence(struct req *r)
{
    struct factory_loaded f;
    enum err e = load(r, &f);
    return e != OK ? e : reply_licence(r, &f);
}

enum err factories_get_own_licence(struct req *r)
{
    struct factory_loaded f;
    if (!r->who.organisation_id)
        return ERR_NOT_FOUND;
    enum err e = factory_load(r->db, r->arena, r->who.organisation_id, &f);
    return e != OK ? e : reply_licence(r, &f);
}

/* ---- reviewing ---- */

static enum err run_move(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return factories_move(tx, a->id, a->version, arena_strndup(tx->arena, a->event.p, a->event.n),
                          a->note, a->actor);
}

static enum err moved(struct req *r, struct command *cmd, enum err result)
{
    struct act *a = (struct act *)cmd;
    if (result != OK)
        return again(r, result);
    reply_flash(r, "factories.moved");
    reply_redirect(r, arena_printf(r->arena, "/factories/%lld", (long long)a->id));
    return OK;
}

enum err factories_do_move(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, "factories.move", run_move, &a);
    if (e == OK)
        e = req_field_text(r, "event", 1, 20, &a->event);
    if (e == OK && str_trim(req_field(r, "note")).n)
        e = req_field_text(r, "note", 0, FACTORY_NOTE_MAX, &a->note);
    if (e == OK && req_field(r, "version").n)
        e = req_field_int(r, "version", 1, INT64_MAX, &a->version);
    return e != OK ? e : web_write(r, &a->cmd, moved);
}

/* ---- opening the contact ---- */

static enum err run_open(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return db_exec(
        tx->db, &q_factories_opening_add,
        ARGS(V_INT(a->id), V_INT(a->actor.user_id), V_STR(a->purpose), V_INT(tx->now_ms)), NULL);
}

/* Only after the opening is written down; the answer is kept by nobody (no-store). */
static enum err opened(struct req *r, struct command *cmd, enum err result)
{
    struct factory_loaded f;
    (void)cmd;
    if (result != OK)
        return result;
    enum err e = load(r, &f);
    if (e == OK)
        e = put_page(r, &f);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "opened");
    view_put_str(v, "contact", f.entry.at[FACTORY_CONTACT]);
    view_put_str(v, "phone", f.entry.at[FACTORY_PHONE]);
    reply_header(r, "Cache-Control", STR("no-store"));
    reply_page(r, "factories/one.html");
    return OK;
}

enum err factories_do_open(struct req *r)
{
    struct act *a;
    enum err e = act_new(r, "factories.open", run_open, &a);
    if (e != OK)
        return e;
    if (req_field_text(r, "purpose", FACTORY_PURPOSE_MIN, FACTORY_PURPOSE_MAX, &a->purpose) != OK)
        return again(r, req_refuse(r, ERR_INVALID, "purpose", "factories.purpose_bad"));
    return web_write(r, &a->cmd, opened);
}
