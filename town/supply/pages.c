/* Samples as who asks, the factory and the base see them. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/supply/internal.h"

#include <string.h>

enum { DAYS_DEFAULT = 7 };

static struct str text_of(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                          const char *en)
{
    struct str text = row_str(rs, i, r->lang == LANG_EN ? en : zh);
    return text.n ? text : row_str(rs, i, zh);
}

static void put_sample(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str status = row_str(rs, i, "status");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "sku", row_int(rs, i, "sku_id"));
    view_put_str(v, "product", row_str(rs, i, "slug"));
    view_put_str(v, "title", text_of(r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "name", text_of(r, rs, i, "name_zh", "name_en"));
    view_put_str(v, "factory", text_of(r, rs, i, "factory_zh", "factory_en"));
    view_put_str(v, "asker", row_str(rs, i, "asker"));
    view_put_int(v, "quantity", row_int(rs, i, "quantity"));
    view_put_int(v, "days", row_int(rs, i, "days"));
    view_put_str(v, "why", row_str(rs, i, "why"));
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "supply.status_", status));
    view_put_bool(v, "is_over",
                  str_eq_z(status, "refused") || str_eq_z(status, "cancelled") ||
                      str_eq_z(status, "reviewed") || str_eq_z(status, "returned") ||
                      str_eq_z(status, "kept") || str_eq_z(status, "written_off"));
    view_put_time(v, "asked_at", row_int(rs, i, "asked_at"));
    view_put_time(v, "changed_at", row_int(rs, i, "changed_at"));
    if (!row_null(rs, i, "due_at"))
        view_put_time(v, "due_at", row_int(rs, i, "due_at"));
    if (!row_null(rs, i, "number")) {
        view_put_str(v, "carrier", row_str(rs, i, "carrier"));
        view_put_str(v, "number", row_str(rs, i, "number"));
    }
    if (!row_null(rs, i, "stars")) {
        view_put_int(v, "stars", row_int(rs, i, "stars"));
        view_put_str(v, "words", row_str(rs, i, "words"));
    }
}

static void put_all(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "samples");
    for (size_t i = 0; i < rs->n; i++)
        put_sample(r, view_add_object(list), rs, i);
}

/* --- lists --- */

enum err samples_mine(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_supply_of_asker,
                           ARGS(V_INT(r->who.user_id), V_INT(SUPPLY_SHOWN)), r->arena, &rs);
    if (!e)
        put_all(r, &rs);
    return e;
}

static const char *const statuses[] = {"asked",    "granted",   "shipped",   "received",
                                       "overdue",  "returning", "returned",  "kept",
                                       "reviewed", "refused",   "cancelled", "written_off"};
enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

static bool read_status(struct req *r, struct str *out)
{
    *out = req_query(r, "status");
    for (size_t i = 0; i < STATUSES; i++)
        if (str_eq_z(*out, statuses[i]))
            return true;
    if (out->n)
        return false;
    *out = STR("");
    return true;
}

static void put_statuses(struct req *r, struct str chosen)
{
    struct view *list = view_put_list(r->view, "statuses");
    view_page_only(r->view, "statuses");
    for (size_t i = 0; i < STATUSES; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "status", statuses[i]);
        view_put_str(v, "name", req_text(r, "supply.status_", str_of(statuses[i])));
        view_put_bool(v, "is_chosen", str_eq_z(chosen, statuses[i]));
    }
}

enum err samples_of_factory(struct req *r)
{
    struct rows rs;
    struct str status;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    if (!read_status(r, &status))
        return ERR_NOT_FOUND;
    enum err e = db_select(r->db, &q_supply_of_factory,
                           ARGS(V_INT(r->who.organisation_id), V_STR(status), V_INT(SUPPLY_SHOWN)),
                           r->arena, &rs);
    if (e)
        return e;
    put_all(r, &rs);
    put_statuses(r, status);
    view_put_z(r->view, "at", "/factory/samples");
    view_page_only(r->view, "at");
    return OK;
}

enum err samples_of_base(struct req *r)
{
    struct rows rs, n;
    struct str status;
    if (!read_status(r, &status))
        return ERR_NOT_FOUND;
    enum err e =
        db_select(r->db, &q_supply_of_all, ARGS(V_STR(status), V_INT(SUPPLY_SHOWN)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_supply_counts, NO_ARGS, r->arena, &n);
    if (e)
        return e;
    put_all(r, &rs);
    put_statuses(r, status);
    struct view *counts = view_put_list(r->view, "counts");
    for (size_t i = 0; i < n.n; i++) {
        struct view *v = view_add_object(counts);
        view_put_str(v, "status", row_str(&n, i, "status"));
        view_put_str(v, "name", req_text(r, "supply.status_", row_str(&n, i, "status")));
        view_put_int(v, "n", row_int(&n, i, "n"));
    }
    view_put_z(r->view, "at", "/supply");
    view_page_only(r->view, "at");
    return OK;
}

/* --- asking --- */

static enum err put_form(struct req *r, struct str sku_text)
{
    struct rows rs;
    int64_t sku;
    if (str_to_i64(sku_text, &sku))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_supply_sku, ARGS(V_INT(sku)), r->arena, &rs);
    if (e)
        return e;
    view_put_int(r->view, "sku", sku);
    view_put_str(r->view, "product", row_str(&rs, 0, "slug"));
    view_put_str(r->view, "title", text_of(r, &rs, 0, "title_zh", "title_en"));
    view_put_str(r->view, "name", text_of(r, &rs, 0, "name_zh", "name_en"));
    view_put_str(r->view, "factory", text_of(r, &rs, 0, "factory_zh", "factory_en"));
    view_put_int(r->view, "pieces_max", SUPPLY_PIECES_MAX);
    view_put_int(r->view, "days_max", SUPPLY_DAYS_MAX);
    struct str quantity = req_field(r, "quantity"), days = req_field(r, "days");
    view_put_str(r->view, "quantity", quantity.n ? quantity : STR("1"));
    view_put_str(r->view, "days", days.n ? days : STR("7"));
    view_put_str(r->view, "why", req_field(r, "why"));
    return OK;
}

enum err sample_new(struct req *r)
{
    return put_form(r, req_query(r, "sku"));
}

struct ask {
    struct command cmd;
    struct supply_ask ask;
    int64_t id;
};

static enum err run_ask(struct command *cmd, struct tx *tx)
{
    struct ask *a = (struct ask *)cmd;
    return supply_ask(tx, &a->ask, &a->id);
}

enum err supply_asked(struct req *r, enum err result, int64_t id, const char *path,
                      enum err (*form)(struct req *r, struct str sku), const char *page)
{
    struct err_info info = r->info;
    if (!result) {
        view_put_int(r->view, "id", id);
        reply_redirect(r, arena_printf(r->arena, "%s/%lld", path, (long long)id));
        return OK;
    }
    if (r->json || result == ERR_NOT_FOUND)
        return result;
    r->view = view_object(r->arena);
    enum err e = form(r, req_field(r, "sku"));
    reply_page(r, page);
    r->info = info;
    return e ? e : result;
}

static enum err asked(struct req *r, struct command *cmd, enum err result)
{
    return supply_asked(r, result, ((struct ask *)cmd)->id, "/samples", put_form,
                        "supply/new.html");
}

enum err sample_ask_post(struct req *r)
{
    struct ask *a = ARENA_NEW(r->arena, struct ask);
    if (!a)
        return ERR_NOMEM;
    *a = (struct ask){.cmd = {.name = "supply.ask", .run = run_ask}};
    a->ask.asker = r->who.user_id;
    if (str_to_i64(req_field(r, "sku"), &a->ask.sku))
        return ERR_NOT_FOUND;
    enum err e = req_field_int(r, "quantity", 1, SUPPLY_PIECES_MAX, &a->ask.quantity);
    if (!e)
        e = req_field_int(r, "days", 1, SUPPLY_DAYS_MAX, &a->ask.days);
    if (!e)
        e = req_field_text(r, "why", 2, SUPPLY_WHY_MAX, &a->ask.why);
    return e ? asked(r, &a->cmd, e) : web_write(r, &a->cmd, asked);
}

/* --- one --- */

/* What the visitor is to it; somebody else's is none. */
static enum err load(struct req *r, struct rows *rs, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_supply_get, ARGS(V_INT(id)), r->arena, rs);
    if (e)
        return e;
    *as = 0;
    if (row_int(rs, 0, "asker_id") == r->who.user_id)
        *as |= SUPPLY_AS_ASKER;
    if (r->who.roles & ROLE_FACTORY && r->who.organisation_id == row_int(rs, 0, "factory_id"))
        *as |= SUPPLY_AS_FACTORY;
    if (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN))
        *as |= SUPPLY_AS_BASE;
    return *as ? OK : ERR_NOT_FOUND;
}

static enum err put_events(struct req *r, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_supply_events, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "event", row_str(&rs, i, "event"));
        view_put_str(v, "name", req_text(r, "supply.did_", row_str(&rs, i, "event")));
        view_put_time(v, "at", row_int(&rs, i, "at"));
        if (!row_null(&rs, i, "actor"))
            view_put_str(v, "by", row_str(&rs, i, "actor"));
        if (!row_null(&rs, i, "note"))
            view_put_str(v, "note", row_str(&rs, i, "note"));
    }
    return e;
}

static enum err put_one(struct req *r)
{
    struct rows rs;
    unsigned as;
    enum err e = load(r, &rs, &as);
    if (e)
        return e;
    put_sample(r, view_put_object(r->view, "sample"), &rs, 0);
    struct view *may = view_put_list(r->view, "may");
    const struct transition *t = NULL;
    while ((t = transition_button(&supply_transitions, row_str(&rs, 0, "status"), as, t))) {
        struct view *v = view_add_object(may);
        view_put_z(v, "event", t->event);
        view_put_str(v, "name", req_text(r, "supply.do_", str_of(t->event)));
        view_put_bool(v, "needs_note", t->needs_note);
    }
    view_put_bool(r->view, "is_asker", as & SUPPLY_AS_ASKER);
    view_put_bool(r->view, "is_maker", as & SUPPLY_AS_FACTORY);
    return put_events(r, row_int(&rs, 0, "id"));
}

enum err sample_page(struct req *r)
{
    return put_one(r);
}

struct act {
    struct command cmd;
    int64_t id;
    const char *event;
    struct supply_actor by;
    struct supply_more more;
};

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return supply_do(tx, a->id, a->event, a->by, &a->more);
}

static enum err acted(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    if (!result) {
        reply_redirect(r,
                       arena_printf(r->arena, "/samples/%lld", (long long)((struct act *)cmd)->id));
        return put_one(r);
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = put_one(r);
    reply_page(r, "supply/sample.html");
    r->info = info;
    return e ? e : result;
}

static enum err read_more(struct req *r, const char *event, struct supply_more *more)
{
    enum err e = OK;
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, SUPPLY_NOTE_MAX, &more->note);
    if (!e && strcmp(event, "ship") == 0)
        e = req_field_text(r, "carrier", 1, SUPPLY_NUMBER_MAX, &more->carrier);
    if (!e && strcmp(event, "ship") == 0)
        e = req_field_text(r, "number", 2, SUPPLY_NUMBER_MAX, &more->number);
    if (!e && strcmp(event, "review") == 0)
        e = req_field_int(r, "stars", 1, 5, &more->stars);
    return e;
}

enum err sample_post(struct req *r)
{
    struct rows rs;
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "supply.do", .run = run_act}};
    enum err e = load(r, &rs, &a->by.as);
    if (e)
        return e;
    a->id = row_int(&rs, 0, "id");
    a->by.user_id = r->who.user_id;
    a->event = transition_event(&supply_transitions, req_field(r, "do"));
    if (!a->event)
        return req_refuse(r, ERR_INVALID, "do", "supply.not_now");
    e = read_more(r, a->event, &a->more);
    return e ? acted(r, &a->cmd, e) : web_write(r, &a->cmd, acted);
}
