/* One certificate: its form, its products, its history, and its way through the base's review. */
#include <string.h>

#include "store/queries.h"
#include "town/certificates/page.h"
#include "town/gone/gone.h"
#include "town/hand.h"
#include "town/scan/scan.h"

static const char *const typed[] = {"type",      "number",      "class",   "scope",
                                    "issued_on", "valid_until", "replaces"};
enum { TYPED = sizeof(typed) / sizeof(typed[0]) };

/* --- what a form offers --- */

static enum err put_types(struct req *r, bool by_base, struct str chosen)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "types");
    enum err e = db_select(r->db, &q_certificates_types, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str slug = row_str(&rs, i, "slug");
        if ((row_str(&rs, i, "is_town").n > 0) != by_base)
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", slug);
        view_put_str(v, "name", req_text(r, "certificates.type_", slug));
        view_put_bool(v, "is_chosen", str_eq(slug, chosen));
    }
    return e;
}

static enum err put_products(struct req *r, int64_t organisation, int64_t certificate)
{
    struct rows rs;
    struct str ticked[CERTIFICATE_PRODUCTS_MAX];
    size_t n = req_fields(r, "product", ticked, CERTIFICATE_PRODUCTS_MAX);
    struct view *list = view_put_list(r->view, "products");
    bool zh = r->lang == LANG_ZH;
    enum err e = db_select(r->db, &q_certificates_products_of,
                           ARGS(V_INT(certificate), V_INT(organisation)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        int64_t id, here = row_int(&rs, i, "id");
        bool covered = row_int(&rs, i, "is_covered") != 0 && !req_field(r, "number").p;
        for (size_t k = 0; k < n; k++)
            covered = covered || (str_to_i64(ticked[k], &id) == OK && id == here);
        view_put_int(v, "id", here);
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_str(v, "kind", row_str(&rs, i, zh ? "kind_zh" : "kind_en"));
        view_put_str(v, "model", row_str(&rs, i, "model"));
        view_put_bool(v, "is_covered", covered);
    }
    return e;
}

/* Whose: a maker's own, or for the base the factory that ?factory= or the form names. */
static enum err organisation_of(struct req *r, struct str factory, int64_t *out)
{
    *out = r->who.organisation_id;
    if (hand_is_base(r))
        return str_to_i64(factory, out) == OK ? OK : ERR_NOT_FOUND;
    return *out ? OK : ERR_FORBIDDEN;
}

enum err certificates_put_rules(struct req *r, struct view *v, int64_t kind)
{
    struct rows rs;
    struct view *rules = view_put_list(v, "rules"), *types = view_put_list(v, "types");
    enum err e = db_select(r->db, &q_certificates_rules_of, ARGS(V_INT(kind)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *one = view_add_object(row_int(&rs, i, "is_there") ? rules : types);
        view_put_str(one, "type", row_str(&rs, i, "type"));
        view_put_str(one, "name", req_text(r, "certificates.type_", row_str(&rs, i, "type")));
    }
    return e;
}

static enum err put_form(struct req *r, int64_t organisation, int64_t certificate, struct str type)
{
    bool by_base = hand_is_base(r) && !certificate;
    view_put_bool(r->view, "by_base", by_base);
    view_put_int(r->view, "factory", organisation);
    enum err e = put_types(r, by_base, type);
    return e ? e : put_products(r, organisation, certificate);
}

enum err certificate_page_new(struct req *r)
{
    struct rows old;
    int64_t organisation, replaces;
    struct view *c = view_put_object(r->view, "certificate");
    enum err e = organisation_of(r, req_query(r, "factory"), &organisation);
    if (e)
        return e;
    if (str_to_i64(req_query(r, "replaces"), &replaces) != OK || replaces < 1)
        return put_form(r, organisation, 0, STR_NONE);
    e = db_one(r->db, &q_certificates_get, ARGS(V_INT(replaces)), r->arena, &old);
    if (!e && !certificate_as_of(r, row_int(&old, 0, "organisation_id")))
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    view_put_int(c, "replaces", replaces);
    view_put_str(c, "class", row_str(&old, 0, "class"));
    view_put_str(c, "scope", row_str(&old, 0, "scope"));
    view_put_bool(r->view, "by_base", false);
    view_put_int(r->view, "factory", organisation);
    e = put_types(r, false, row_str(&old, 0, "type"));
    return e ? e : put_products(r, organisation, replaces);
}

/* --- one --- */

static enum err load(struct req *r, struct rows *c, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_certificates_get, ARGS(V_INT(id)), r->arena, c);
    *as = e ? 0 : certificate_as_of(r, row_int(c, 0, "organisation_id"));
    return !e && !*as ? ERR_NOT_FOUND : e;
}

/* As it is, or as it was sent in a form that is drawn again. */
static void put_typed(struct req *r, struct view *v, const char *name, struct str there)
{
    struct str sent = req_field(r, name);
    view_put_str(v, name, sent.p && req_field(r, "number").p ? sent : there);
}

static void put_certificate(struct req *r, const struct rows *c)
{
    struct view *v = view_put_object(r->view, "certificate");
    struct str until = row_str(c, 0, "valid_until");
    view_put_int(v, "id", row_int(c, 0, "id"));
    view_put_int(v, "version", row_int(c, 0, "version"));
    view_put_str(v, "type", row_str(c, 0, "type"));
    view_put_str(v, "type_name", req_text(r, "certificates.type_", row_str(c, 0, "type")));
    put_typed(r, v, "number", row_str(c, 0, "number"));
    put_typed(r, v, "class", row_str(c, 0, "class"));
    put_typed(r, v, "scope", row_str(c, 0, "scope"));
    put_typed(r, v, "issued_on", row_str(c, 0, "issued_on"));
    put_typed(r, v, "valid_until", str_eq_z(until, CERTIFICATE_NO_END) ? STR("") : until);
    view_put_str(v, "status", row_str(c, 0, "status"));
    view_put_str(v, "status_name", req_text(r, "certificates.status_", row_str(c, 0, "status")));
    view_put_str(v, "factory", row_str(c, 0, r->lang == LANG_EN ? "factory_en" : "factory_zh"));
    view_put_str(v, "factory_slug", row_str(c, 0, "factory_slug"));
    if (!row_null(c, 0, "replaces"))
        view_put_int(v, "replaces", row_int(c, 0, "replaces"));
    if (row_null(c, 0, "scan"))
        return;
    view_put_z(v, "scan",
               arena_printf(r->arena, "/certificates/%lld/scan", (long long)row_int(c, 0, "id")));
    view_put_bool(v, "is_picture", str_eq_z(row_str(c, 0, "scan_type"), SCAN_PICTURE));
}

/* What took its place, or will when the base says so. */
static enum err put_successor(struct req *r, int64_t id, bool *is_there)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_certificates_successor, ARGS(V_INT(id)), r->arena, &rs);
    *is_there = !e && rs.n > 0;
    if (!*is_there)
        return e;
    struct view *v = view_put_object(r->view, "successor");
    view_put_int(v, "id", row_int(&rs, 0, "id"));
    view_put_str(v, "number", row_str(&rs, 0, "number"));
    view_put_bool(v, "is_valid", str_eq_z(row_str(&rs, 0, "status"), "valid"));
    return OK;
}

static enum err put_events(struct req *r, int64_t id)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "events");
    enum err e = db_select(r->db, &q_certificates_events, ARGS(V_INT(id)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "event_name", req_text(r, "certificates.event_", row_str(&rs, i, "event")));
        view_put_str(v, "actor",
                     row_null(&rs, i, "actor") ? req_text(r, "certificates.the_", STR("system"))
                                               : row_str(&rs, i, "actor"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
    }
    return e;
}

static void put_moves(struct req *r, struct str status, unsigned as)
{
    struct view *list = view_put_list(r->view, "moves");
    const struct transition *t = NULL;
    while ((t = transition_button(&certificate_transitions, status, as, t))) {
        struct view *v = view_add_object(list);
        view_put_z(v, "event", t->event);
        view_put_str(v, "label", req_text(r, "certificates.do_", str_of(t->event)));
        view_put_bool(v, "needs_note", t->needs_note);
    }
}

static enum err put_page(struct req *r, const struct rows *c, unsigned as)
{
    struct str status = row_str(c, 0, "status");
    bool may_edit = transition_may(&certificate_transitions, status, "edit", as);
    bool is_over = str_eq_z(status, "expired") || str_eq_z(status, "revoked"), succeeded;
    int64_t id = row_int(c, 0, "id");
    put_certificate(r, c);
    put_moves(r, status, as);
    view_put_bool(r->view, "may_edit", may_edit);
    enum err e = put_successor(r, id, &succeeded);
    if (e)
        return e;
    view_put_bool(r->view, "may_replace",
                  (as & CERTIFICATE_AS_MAKER) && !succeeded &&
                      (is_over || str_eq_z(status, "valid")));
    e = put_events(r, id);
    if (!e)
        e = put_form(r, row_int(c, 0, "organisation_id"), id, row_str(c, 0, "type"));
    return e;
}

enum err certificate_page(struct req *r)
{
    struct rows c;
    unsigned as;
    enum err e = load(r, &c, &as);
    return e ? e : put_page(r, &c, as);
}

/* For its maker and the base. */
enum err certificate_get_scan(struct req *r)
{
    struct rows c;
    unsigned as;
    enum err e = load(r, &c, &as);
    if (!e && row_null(&c, 0, "scan"))
        e = ERR_NOT_FOUND;
    return e ? e : scan_reply(r, row_str(&c, 0, "scan"), row_str(&c, 0, "number"));
}

/* --- writing --- */

struct saving {
    struct command cmd;
    struct certificate_edit edit;
    struct certificate_actor actor;
    int64_t id; /* out */
};

static enum err run_save(struct command *cmd, struct tx *tx)
{
    struct saving *s = (struct saving *)cmd;
    struct certificate_edit edit = s->edit; /* a batch may run again */
    enum err e = certificate_save(tx, &edit, s->actor);
    s->id = edit.id;
    return e;
}

/* As it was filled in. */
static void keep_typed(struct req *r)
{
    struct view *c = view_put_object(r->view, "certificate");
    for (int i = 0; i < TYPED; i++)
        if (req_field(r, typed[i]).n)
            view_put_str(c, typed[i], req_field(r, typed[i]));
}

static enum err draw_again(struct req *r, struct saving *s, enum err why)
{
    struct rows c;
    unsigned as;
    enum err e = OK;
    if (r->json)
        return why;
    if (s->edit.id) {
        e = load(r, &c, &as);
        return e ? e : (e = put_page(r, &c, as)) ? e : why;
    }
    keep_typed(r);
    e = put_form(r, s->edit.organisation, 0, req_field(r, "type"));
    return e ? e : why;
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    struct saving *s = (struct saving *)cmd;
    if (result)
        return draw_again(r, s, result);
    view_put_int(r->view, "id", s->id);
    reply_flash(r, "certificates.saved");
    reply_redirect(r, arena_printf(r->arena, "/certificates/%lld", (long long)s->id));
    return OK;
}

static enum err read_products(struct req *r, struct certificate_edit *c)
{
    struct str texts[CERTIFICATE_PRODUCTS_MAX];
    size_t n = req_fields(r, "product", texts, CERTIFICATE_PRODUCTS_MAX);
    int64_t *ids = arena_array(r->arena, n, sizeof(*ids));
    if (!ids)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (str_to_i64(texts[i], &ids[i]) != OK)
            return req_refuse(r, ERR_INVALID, "products", "certificates.needs_products");
    c->products = ids;
    c->products_n = n;
    return n ? OK : req_refuse(r, ERR_INVALID, "products", "certificates.needs_products");
}

static enum err read_text(struct req *r, const char *field, struct str *out)
{
    *out = STR("");
    return req_field(r, field).n ? req_field_text(r, field, 0, CERTIFICATE_TEXT_MAX, out) : OK;
}

/* Only one's own of the same type can be replaced. */
static enum err check_replaced(struct req *r, const struct certificate_edit *c)
{
    struct rows old;
    if (!c->replaces)
        return OK;
    enum err e = db_one(r->db, &q_certificates_get, ARGS(V_INT(c->replaces)), r->arena, &old);
    if (e == ERR_NOT_FOUND || (!e && (row_int(&old, 0, "organisation_id") != c->organisation ||
                                      !str_eq(row_str(&old, 0, "type"), c->type))))
        return req_refuse(r, ERR_INVALID, "replaces", NULL);
    return e;
}

/* Once nothing else is wrong, so that a form that comes again and again leaves one file. */
static enum err read_scan(struct req *r, struct certificate_edit *c)
{
    struct scan kept;
    const struct upload *u = req_upload(r, "scan");
    enum err e = u && u->size ? scan_keep(u, r->arena, &kept, &r->info) : OK;
    if (!e && u && u->size) {
        c->scan = kept.id;
        c->scan_type = str_of(kept.type);
    }
    return e;
}

/* Of a refused form its scan is nobody's. */
static enum err write_form(struct req *r, struct saving *s)
{
    return gone_write(r, &s->cmd, saved, &s->edit.scan, s->edit.scan.n > 0);
}

static enum err read_form(struct req *r, struct certificate_edit *c)
{
    enum err e = req_field_text(r, "number", 1, CERTIFICATE_NUMBER_MAX, &c->number);
    if (!e)
        e = read_text(r, "class", &c->class_);
    if (!e)
        e = read_text(r, "scope", &c->scope);
    c->issued_on = str_trim(req_field(r, "issued_on"));
    c->valid_until = str_trim(req_field(r, "valid_until"));
    if (str_to_i64(req_field(r, "replaces"), &c->replaces) != OK || c->replaces < 1)
        c->replaces = 0;
    if (!e)
        e = read_products(r, c);
    if (!e)
        e = check_replaced(r, c);
    return e ? e : read_scan(r, c);
}

enum err certificate_do_add(struct req *r)
{
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    enum err e = organisation_of(r, req_field(r, "factory"), &s->edit.organisation);
    if (e)
        return e;
    reply_page(r, "certificates/new.html");
    s->actor = (struct certificate_actor){r->who.user_id, hand_is_base(r) ? CERTIFICATE_AS_OPERATOR
                                                                          : CERTIFICATE_AS_MAKER};
    s->edit.type = req_field(r, "type");
    e = read_form(r, &s->edit);
    s->cmd = (struct command){.name = "certificates.add", .run = run_save};
    return e ? draw_again(r, s, e) : write_form(r, s);
}

enum err certificate_do_save(struct req *r)
{
    struct rows c;
    struct saving *s = ARENA_NEW(r->arena, struct saving);
    if (!s)
        return ERR_NOMEM;
    enum err e = load(r, &c, &s->actor.as);
    if (!e)
        e = req_field_int(r, "version", 1, INT64_MAX, &s->edit.version);
    if (e)
        return e;
    reply_page(r, "certificates/certificate.html");
    s->actor.user = r->who.user_id;
    s->edit.id = row_int(&c, 0, "id");
    s->edit.organisation = row_int(&c, 0, "organisation_id");
    s->edit.type = row_str(&c, 0, "type");
    e = read_form(r, &s->edit);
    s->cmd = (struct command){.name = "certificates.save", .run = run_save};
    return e ? draw_again(r, s, e) : write_form(r, s);
}

struct moving {
    struct command cmd;
    int64_t id, version; /* version: that was looked at; 0: not said */
    const char *event;
    struct str note;
    struct certificate_actor actor;
};

static enum err run_move(struct command *cmd, struct tx *tx)
{
    struct moving *m = (struct moving *)cmd;
    return certificate_move(tx, m->id, m->version, m->event, m->note, m->actor);
}

static enum err moved(struct req *r, struct command *cmd, enum err result)
{
    struct moving *m = (struct moving *)cmd;
    struct rows c;
    unsigned as;
    if (result) {
        enum err e = r->json ? result : load(r, &c, &as);
        return r->json || e ? e : (e = put_page(r, &c, as)) ? e : result;
    }
    view_put_int(r->view, "id", m->id);
    reply_flash(r, arena_printf(r->arena, "certificates.done_%s", m->event));
    reply_redirect(r, arena_printf(r->arena, "/certificates/%lld", (long long)m->id));
    return OK;
}

enum err certificate_do_move(struct req *r)
{
    static const char *const events[] = {"approve", "return", "revoke"};
    struct rows c;
    struct moving *m = ARENA_NEW(r->arena, struct moving);
    if (!m)
        return ERR_NOMEM;
    enum err e = load(r, &c, &m->actor.as);
    if (!e && req_field(r, "note").n)
        e = req_field_text(r, "note", 1, CERTIFICATE_TEXT_MAX, &m->note);
    if (!e && req_field(r, "version").n)
        e = req_field_int(r, "version", 1, INT64_MAX, &m->version);
    for (size_t i = 0; !e && i < sizeof(events) / sizeof(events[0]); i++)
        if (str_eq_z(req_field(r, "event"), events[i]))
            m->event = events[i];
    if (e)
        return e;
    if (!m->event)
        return req_refuse(r, ERR_INVALID, "event", NULL);
    m->id = row_int(&c, 0, "id");
    m->actor.user = r->who.user_id;
    reply_page(r, "certificates/certificate.html");
    m->cmd = (struct command){.name = "certificates.move", .run = run_move};
    return web_write(r, &m->cmd, moved);
}
