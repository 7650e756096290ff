/* The makers' side of the hall: the table of one's products, a product's form, its history, and its
 * way from draft to the hall. Operators see all makers'. */
#include <jansson.h>
#include <string.h>

#include "store/queries.h"
#include "town/hall/page.h"
#include "town/hall/photo.h"
#include "town/hall/product_form.h"
#include "town/hand.h"

enum { DESK_PAGE = 50, HISTORY_MOST = 30 };

/* Those who may not see a product are told that there is none. */
static enum err load_own(struct req *r, struct hall_product_loaded *out, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = hall_product_load(r->db, id, r->arena, out);
    *as = e ? 0 : hall_hand(r, out->edit.factory);
    return !e && !*as ? ERR_NOT_FOUND : e;
}

/* --- the table --- */

/* Those in the table that have no place of their own in its page. */
static bool is_further(int field)
{
    return hall_fields[field].flags & HALL_IN_TABLE && field != HALL_TITLE_ZH &&
           field != HALL_TITLE_EN && field != HALL_MODEL;
}

static void put_columns(struct req *r)
{
    struct view *columns = view_put_list(r->view, "columns");
    for (int i = 0; i < HALL_FIELDS; i++) {
        if (!is_further(i))
            continue;
        struct view *v = view_add_object(columns);
        view_put_z(v, "name", hall_fields[i].name);
        view_put_str(v, "label", req_text(r, "hall.field_", str_of(hall_fields[i].name)));
        view_put_bool(v, "is_number", hall_fields[i].type == HALL_COUNT);
        struct view *choices = view_put_list(v, "choices");
        for (const char *const *c = hall_fields[i].choices; c && *c; c++)
            view_put_str(view_add_object(choices), "label",
                         req_text(r, "hall.choice_", str_of(*c)));
    }
    view_page_only(r->view, "columns");
}

static void put_cells(struct req *r, struct view *product, const struct rows *rs, size_t row)
{
    struct view *cells = view_put_list(product, "cells");
    for (int i = 0; i < HALL_FIELDS; i++) {
        const struct hall_field *f = &hall_fields[i];
        if (!is_further(i))
            continue;
        struct val value = row_val(rs, row, f->name);
        struct view *v = view_add_object(cells);
        view_put_z(v, "name", f->name);
        view_put_str(v, "label", req_text(r, "hall.field_", str_of(f->name)));
        view_put_str(v, "text",
                     f->type == HALL_CHOICE ? hall_field_text(f, &value, r->lang, r->arena)
                                            : hall_field_raw(&value, r->arena));
        view_put_bool(v, "is_number", f->type == HALL_COUNT);
        if (value.kind == VAL_INT)
            view_put_int(product, f->name, value.i);
        else if (value.kind == VAL_STR)
            view_put_str(product, f->name, value.s);
    }
    view_page_only(product, "cells");
}

static void put_row(struct req *r, struct view *list, const struct rows *rs, size_t i)
{
    struct view *v = view_add_object(list);
    struct str status = row_str(rs, i, "status");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    view_put_z(v, "picture", hall_picture_path(r, row_str(rs, i, "slug")));
    view_put_str(v, "title_zh", row_str(rs, i, "title_zh"));
    view_put_str(v, "title_en", row_str(rs, i, "title_en"));
    view_put_str(v, "model", row_str(rs, i, "model"));
    view_put_str(v, "kind", hall_text(r, rs, i, "kind_zh", "kind_en"));
    view_put_str(v, "factory", hall_text(r, rs, i, "factory_zh", "factory_en"));
    put_cells(r, v, rs, i);
    view_put_money(v, "price", row_int(rs, i, "price_fen"), "CNY");
    view_put_int(v, "skus", row_int(rs, i, "skus"));
    view_put_int(v, "stock", row_int(rs, i, "stock"));
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "hall.status_", status));
    view_page_only(v, "status_name");
    view_put_int(v, "version", row_int(rs, i, "version"));
    view_put_time(v, "updated_at", row_int(rs, i, "updated_at"));
}

static enum err put_tabs(struct req *r, int64_t factory, struct str asked)
{
    static const char *const order[] = {"draft", "review", "on", "off"};
    struct rows rs;
    int64_t all = 0;
    enum err e = db_select(r->db, &q_hall_desk_counts, ARGS(V_INT(factory)), r->arena, &rs);
    struct view *tabs = view_put_list(r->view, "tabs");
    for (size_t k = 0; !e && k < sizeof(order) / sizeof(order[0]); k++) {
        int64_t n = 0;
        for (size_t i = 0; i < rs.n; i++)
            n += str_eq_z(row_str(&rs, i, "status"), order[k]) ? row_int(&rs, i, "n") : 0;
        struct view *v = view_add_object(tabs);
        view_put_z(v, "status", order[k]);
        view_put_str(v, "label", req_text(r, "hall.status_", str_of(order[k])));
        view_put_int(v, "count", n);
        view_put_bool(v, "current", str_eq_z(asked, order[k]));
        all += n;
    }
    view_put_int(r->view, "all", all);
    return e;
}

static bool is_status(struct str s)
{
    return s.n == 0 || str_eq_z(s, "draft") || str_eq_z(s, "review") || str_eq_z(s, "on") ||
           str_eq_z(s, "off");
}

enum err hall_desk(struct req *r)
{
    struct rows rs;
    int64_t before = INT64_MAX, factory = hand_is_base(r) ? 0 : r->who.organisation_id;
    struct str status = req_query(r, "status"), last = req_query(r, "before");
    if (!hand_is_base(r) && !factory)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    if (!is_status(status) || (last.n && str_to_i64(last, &before) != OK))
        return ERR_NOT_FOUND;
    enum err e = put_tabs(r, factory, status);
    if (!e)
        e = db_select(r->db, &q_hall_desk,
                      ARGS(V_INT(factory), V_STR(status.n ? status : STR("")), V_INT(before),
                           V_INT(DESK_PAGE)),
                      r->arena, &rs);
    if (e)
        return e;
    put_columns(r);
    struct view *list = view_put_list(r->view, "products");
    for (size_t i = 0; i < rs.n; i++)
        put_row(r, list, &rs, i);
    if (rs.n == DESK_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    view_put_str(r->view, "status", status);
    view_put_bool(r->view, "sees_all", factory == 0);
    return OK;
}

/* --- history --- */

/* "spec:power", "sku:K-1:price_fen", "title_zh". */
static struct str field_label(struct req *r, struct str field)
{
    struct str rest, head = str_cut(field, ':', &rest), what;
    if (str_eq_z(head, "spec"))
        return req_text(r, "hall.spec_", rest);
    if (!str_eq_z(head, "sku"))
        return req_text(r, "hall.field_", field);
    struct str code = str_cut(rest, ':', &what);
    struct str name = req_text(r, "hall.sku_", what);
    return str_of(arena_printf(r->arena, "%.*s %.*s", STR_ARG(code), STR_ARG(name)));
}

/* A kind by the name it has now; one that is gone keeps its number. */
static struct str kind_name(struct req *r, struct str raw)
{
    struct rows rs;
    int64_t id;
    bool known = str_to_i64(raw, &id) == OK &&
                 db_select(r->db, &q_hall_kind_of_id, ARGS(V_INT(id)), r->arena, &rs) == OK &&
                 rs.n == 1;
    return known ? hall_text(r, &rs, 0, "name_zh", "name_en") : arena_str(r->arena, raw);
}

/* A choice in words; else as it is. */
static struct str field_value(struct req *r, struct str field, struct str raw)
{
    const struct val v = V_STR(raw);
    for (int i = 0; i < HALL_FIELDS; i++)
        if (hall_fields[i].type == HALL_CHOICE && str_eq_z(field, hall_fields[i].name))
            return hall_field_text(&hall_fields[i], &v, r->lang, r->arena);
    return arena_str(r->arena, raw);
}

static struct str change_value(struct req *r, struct str field, const json_t *value)
{
    int64_t fen;
    struct str s = str_of(json_string_value(value));
    if (str_ends(field, ":status"))
        return req_text(r, "hall.sku_", s);
    if (str_ends(field, "_fen") && str_to_i64(s, &fen) == OK)
        return hall_price_text(fen, r->arena);
    if (str_eq_z(field, "kind"))
        return kind_name(r, s);
    if (str_starts(field, "spec:") && s.n && (s.p[0] < '0' || s.p[0] > '9'))
        return req_text(r, "hall.word_", s);
    return field_value(r, field, s);
}

static void put_changes(struct req *r, struct view *v, struct str json)
{
    struct view *list = view_put_list(v, "changes");
    json_t *all = json_loadb(json.p, json.n, 0, NULL), *one;
    size_t i;
    json_array_foreach(all, i, one)
    {
        struct str field = str_of(json_string_value(json_object_get(one, "field")));
        struct view *c = view_add_object(list);
        view_put_str(c, "field", field);
        view_put_str(c, "label", field_label(r, field));
        view_put_str(c, "from", change_value(r, field, json_object_get(one, "from")));
        view_put_str(c, "to", change_value(r, field, json_object_get(one, "to")));
    }
    json_decref(all);
}

static enum err put_events(struct req *r, struct view *parent, const char *member, int64_t product,
                           int64_t after)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_product_events,
                           ARGS(V_INT(product), V_INT(after), V_INT(HISTORY_MOST)), r->arena, &rs);
    struct view *list = view_put_list(parent, member);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "event", row_str(&rs, i, "event"));
        view_put_str(v, "event_name", req_text(r, "hall.event_", row_str(&rs, i, "event")));
        view_put_str(v, "actor",
                     row_null(&rs, i, "actor") ? req_text(r, "hall.the_system", STR(""))
                                               : row_str(&rs, i, "actor"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        put_changes(r, v, row_str(&rs, i, "changes"));
    }
    return e;
}

/* --- one product --- */

static enum err put_kinds(struct req *r, int64_t chosen)
{
    struct rows rs;
    struct view *groups = view_put_list(r->view, "groups"), *kinds = NULL;
    enum err e = db_select(r->db, &q_hall_kinds_all, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        bool is_group = i + 1 < rs.n && row_null(&rs, i, "parent_id") &&
                        row_int(&rs, i + 1, "parent_id") == row_int(&rs, i, "id");
        if (is_group || !kinds) {
            struct view *g = view_add_object(groups);
            view_put_str(g, "name",
                         is_group ? hall_text(r, &rs, i, "name_zh", "name_en") : STR(""));
            kinds = view_put_list(g, "kinds");
        }
        if (is_group)
            continue;
        struct view *v = view_add_object(kinds);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "is_chosen", row_int(&rs, i, "id") == chosen);
    }
    return e;
}

static void put_moves(struct req *r, struct str status, unsigned as)
{
    struct view *list = view_put_list(r->view, "moves");
    const struct transition *t = NULL;
    while ((t = transition_button(&hall_transitions, status, as, t))) {
        struct view *v = view_add_object(list);
        view_put_z(v, "event", t->event);
        view_put_str(v, "label", req_text(r, "hall.do_", str_of(t->event)));
        view_put_bool(v, "needs_note", t->needs_note);
    }
}

static enum err put_page(struct hall_form *f, const struct hall_product_loaded *there, unsigned as)
{
    struct req *r = f->r;
    struct view *v = view_put_object(r->view, "product");
    view_put_int(v, "id", f->p->id);
    view_put_int(v, "version", f->p->version);
    view_put_int(v, "kind", f->p->kind);
    hall_form_put(f, r->view);
    enum err e = put_kinds(r, f->p->kind);
    if (e || !there)
        return e;
    view_put_str(v, "slug", there->slug);
    view_put_z(v, "picture", hall_picture_path(r, there->slug));
    view_put_str(v, "title", hall_text(r, &there->row, 0, "title_zh", "title_en"));
    view_put_str(v, "factory", r->lang == LANG_EN ? there->factory_en : there->factory_zh);
    view_put_str(v, "status", there->status);
    view_put_str(v, "status_name", req_text(r, "hall.status_", there->status));
    view_put_bool(r->view, "may_edit",
                  transition_may(&hall_transitions, there->status, "edit", as));
    put_moves(r, there->status, as);
    e = hall_put_flags(r, r->view, f->p->id);
    if (!e)
        e = hall_photos_put(r->db, f->p->id, r->arena, view_put_list(r->view, "photos"));
    if (!e)
        e = hall_documents_put(r, f->p->id, there->slug);
    if (e)
        return e;
    return put_events(r, r->view, "events", f->p->id, 0);
}

enum err hall_desk_product(struct req *r)
{
    struct hall_product_loaded p;
    struct hall_form f;
    unsigned as;
    enum err e = load_own(r, &p, &as);
    if (!e)
        e = hall_form_begin(r, &p.edit, &f);
    return e ? e : put_page(&f, &p, as);
}

enum err hall_desk_new(struct req *r)
{
    struct hall_product_edit p = {0};
    struct hall_form f;
    struct rows rs;
    struct str slug = req_query(r, "kind");
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    if (slug.n == 0)
        return put_kinds(r, 0);
    enum err e = db_one(r->db, &q_hall_kind_by_slug, ARGS(V_STR(slug)), r->arena, &rs);
    if (e)
        return e;
    p.kind = row_int(&rs, 0, "id");
    e = hall_form_begin(r, &p, &f);
    view_put_str(r->view, "kind_name", hall_text(r, &rs, 0, "name_zh", "name_en"));
    return e ? e : put_page(&f, NULL, HALL_AS_MAKER);
}

/* --- saving --- */

struct saving {
    struct command cmd;
    struct hall_product_edit p;
    struct hall_actor actor;
    struct hall_form form; /* to draw it again when it is refused */
};

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct saving *s = (struct saving *)cmd;
    struct hall_product_edit p = s->p; /* a batch may run again */
    enum err e = hall_product_save(tx, &p, s->actor);
    if (!e)
        s->p.id = p.id;
    return e;
}

/* The form again, as it was filled in; what somebody else saved meanwhile stands above it, and in
 * those fields that were not touched (product_merge.h). */
static enum err draw_again(struct saving *s, enum err why)
{
    struct req *r = s->form.r;
    struct hall_product_loaded now;
    struct hall_meanwhile meanwhile;
    unsigned as = 0;
    bool is_new = s->p.id == 0;
    enum err e = is_new ? OK : load_own(r, &now, &as);
    if (!e && !is_new && why == ERR_CONFLICT) {
        e = put_events(r, r->view, "meanwhile", s->p.id, s->p.version);
        if (!e)
            e = hall_meanwhile_load(r->db, &now.edit, s->p.version, r->arena, &meanwhile);
        s->form.meanwhile = e ? NULL : &meanwhile;
        if (!e && hall_untouched_number(&meanwhile, "kind", s->p.kind)) {
            s->p.kind = now.edit.kind;
            e = hall_attributes_of(r->db, s->p.kind, r->arena, &s->form.asked);
        }
        s->p.version = now.edit.version;
    }
    if (!e)
        e = put_page(&s->form, is_new ? NULL : &now, is_new ? HALL_AS_MAKER : as);
    return e ? e : why;
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    struct saving *s = (struct saving *)cmd;
    s->form.r = r;
    if (result == OK) {
        view_put_int(r->view, "id", s->p.id);
        reply_flash(r, "hall.saved");
        reply_redirect(r, arena_printf(r->arena, "/hall/desk/products/%lld", (long long)s->p.id));
        return OK;
    }
    if (result != ERR_CONFLICT && r->info.field && r->info.key)
        hall_form_fault(&s->form, r->info.field, r->info.key, 0, 0);
    return r->json ? result : draw_again(s, result);
}

static enum err read_kind(struct req *r, int64_t *kind)
{
    struct rows rs;
    enum err e = req_field_int(r, "kind", 1, INT64_MAX, kind);
    if (!e)
        e = db_one(r->db, &q_hall_kind_of_id, ARGS(V_INT(*kind)), r->arena, &rs);
    if (!e && row_int(&rs, 0, "below") > 0)
        e = ERR_NOT_FOUND; /* a group of kinds */
    return e == ERR_NOT_FOUND ? req_refuse(r, ERR_INVALID, "kind", "hall.no_such_kind") : e;
}

static enum err save_form(struct req *r, struct saving *s)
{
    enum err e = read_kind(r, &s->p.kind);
    if (!e)
        e = hall_form_begin(r, &s->p, &s->form);
    if (!e)
        e = hall_form_read(&s->form);
    if (e)
        return e;
    reply_page(r, s->p.id ? "hall/desk_product.html" : "hall/desk_new.html");
    if (s->form.errors->count > 0) {
        const struct view *field = view_get(s->form.errors->first, STR("field"));
        e = req_refuse(r, ERR_INVALID, arena_strndup(r->arena, field->s.p, field->s.n),
                       "hall.faults");
        return r->json ? e : draw_again(s, e);
    }
    s->cmd = (struct command){.name = "hall.save", .run = run_save};
    return web_write(r, &s->cmd, saved);
}

enum err hall_desk_create(struct req *r)
{
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    s->p.factory = r->who.organisation_id;
    s->actor = (struct hall_actor){r->who.user_id, HALL_AS_MAKER};
    return save_form(r, s);
}

enum err hall_desk_save(struct req *r)
{
    struct hall_product_loaded p;
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    enum err e = load_own(r, &p, &s->actor.as);
    if (!e)
        e = req_field_int(r, "version", 1, INT64_MAX, &p.edit.version);
    if (e)
        return e;
    s->p = p.edit;
    s->actor.user = r->who.user_id;
    return save_form(r, s);
}

/* --- one cell of the table --- */

static enum err read_cell(struct req *r, struct hall_product_edit *p)
{
    struct str field = req_field(r, "field"), value = req_field(r, "value");
    for (int i = 0; i < HALL_FIELDS; i++) {
        const struct hall_field *d = &hall_fields[i];
        if (!(d->flags & HALL_IN_TABLE) || !str_eq_z(field, d->name))
            continue;
        struct hall_fault fault = hall_field_read(d, value, r->arena, &p->fields[i]);
        r->info.limit = fault.max;
        return fault.key ? req_refuse(r, ERR_INVALID, "value", fault.key) : OK;
    }
    if (!str_eq_z(field, "price"))
        return req_refuse(r, ERR_INVALID, "field", "hall.no_such_field");
    int64_t fen;
    if (hall_price_read(value, &fen) != OK || fen <= 0 || fen > HALL_PRICE_FEN_MAX)
        return req_refuse(r, ERR_INVALID, "value", "hall.bad_price");
    struct hall_sku_edit *only = NULL;
    size_t on = 0;
    for (size_t i = 0; i < p->skus_n; i++)
        if (p->skus[i].is_on) {
            only = &p->skus[i];
            on++;
        }
    if (on != 1)
        return req_refuse(r, ERR_CONFLICT, "value", "hall.several_prices");
    if (only->list_price_fen == only->price_fen)
        only->list_price_fen = fen;
    only->price_fen = fen;
    return OK;
}

static enum err cell_saved(struct req *r, struct command *cmd, enum err result)
{
    struct saving *s = (struct saving *)cmd;
    struct hall_product_loaded p;
    enum err e = result ? result : hall_product_load(r->db, s->p.id, r->arena, &p);
    if (e)
        return e;
    view_put_int(r->view, "id", s->p.id);
    view_put_int(r->view, "version", p.edit.version);
    view_put_money(r->view, "price", row_int(&p.row, 0, "price_fen"), "CNY");
    reply_redirect(r, "/hall/desk");
    return OK;
}

enum err hall_desk_cell(struct req *r)
{
    struct hall_product_loaded p;
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    enum err e = load_own(r, &p, &s->actor.as);
    if (!e)
        e = req_field_int(r, "version", 1, INT64_MAX, &p.edit.version);
    if (!e)
        e = read_cell(r, &p.edit);
    if (e)
        return e;
    s->p = p.edit;
    s->actor.user = r->who.user_id;
    s->cmd = (struct command){.name = "hall.cell", .run = run_save};
    return web_write(r, &s->cmd, cell_saved);
}

/* --- from state to state --- */

struct moving {
    struct command cmd;
    int64_t product, version; /* version: that was looked at; 0: not said */
    const char *event;
    struct str note;
    struct hall_actor actor;
};

static enum err run_move(struct command *cmd, struct tx *tx)
{
    struct moving *m = (struct moving *)cmd;
    return hall_product_move(tx, m->product, m->version, m->event, m->note, m->actor);
}

/* The product's page again, with what it lacks. */
static enum err draw_unmoved(struct req *r, const struct moving *m, enum err why)
{
    struct hall_product_loaded p;
    struct hall_form f;
    unsigned as;
    enum err e = load_own(r, &p, &as);
    if (!e && m->version && m->version != p.edit.version)
        e = put_events(r, r->view, "meanwhile", m->product, m->version);
    if (!e)
        e = hall_form_begin(r, &p.edit, &f);
    if (!e && r->info.field && r->info.key)
        hall_form_fault(&f, r->info.field, r->info.key, 0, 0);
    if (!e)
        e = put_page(&f, &p, as);
    return e ? e : why;
}

static enum err moved(struct req *r, struct command *cmd, enum err result)
{
    struct moving *m = (struct moving *)cmd;
    if (result)
        return r->json ? result : draw_unmoved(r, m, result);
    view_put_int(r->view, "id", m->product);
    reply_flash(r, arena_printf(r->arena, "hall.done_%s", m->event));
    reply_redirect(r, arena_printf(r->arena, "/hall/desk/products/%lld", (long long)m->product));
    return OK;
}

enum err hall_desk_move(struct req *r)
{
    struct hall_product_loaded p;
    struct moving *m = ARENA_NEW(r->arena, struct moving);
    if (!m)
        return ERR_NOMEM;
    enum err e = load_own(r, &p, &m->actor.as);
    if (!e && req_field(r, "note").n)
        e = req_field_text(r, "note", 1, HALL_NOTE_MAX, &m->note);
    if (!e && req_field(r, "version").n)
        e = req_field_int(r, "version", 1, INT64_MAX, &m->version);
    if (e)
        return e;
    m->event = transition_event(&hall_transitions, req_field(r, "event"));
    if (!m->event || strcmp(m->event, "edit") == 0)
        return req_refuse(r, ERR_INVALID, "event", NULL);
    m->product = p.edit.id;
    m->actor.user = r->who.user_id;
    reply_page(r, "hall/desk_product.html");
    m->cmd = (struct command){.name = "hall.move", .run = run_move};
    return web_write(r, &m->cmd, moved);
}
