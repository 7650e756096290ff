/* What the pages of factories have in common. */
#include "store/queries.h"
#include "town/factories/internal.h"

struct str factory_text(struct req *r, const char *prefix, struct str name)
{
    const char *key = arena_printf(r->arena, "factories.%s%.*s", prefix, STR_ARG(name));
    return key ? i18n_text(r->lang, str_of(key), NULL, 0, r->arena) : STR_NONE;
}

static void put_state(struct req *r, struct view *v, struct str state)
{
    view_put_str(v, "state", state);
    view_put_str(v, "state_name", factory_text(r, "state_", state));
    view_page_only(v, "state_name");
}

static void put_field(struct req *r, struct view *list, const struct factory_entry *f, int i)
{
    enum factory_field field = (enum factory_field)i;
    struct view *v = view_add_object(list);
    view_put_z(v, "name", factory_fields[i].name);
    view_put_str(v, "label", factory_text(r, "field_", str_of(factory_fields[i].name)));
    view_page_only(v, "label");
    view_put_str(v, "value", factory_masked(field, f->at[i], r->arena));
}

/* factory {id, version, slug, name, state, since, created_at, is_whole}, and its fields, personal
 * ones masked; missing: what a review needs and is not there. */
enum err factory_put_entry(struct req *r, struct view *v, const struct factory_loaded *f)
{
    struct rows rs;
    struct view *o = view_put_object(v, "factory");
    view_put_int(o, "id", f->id);
    view_put_int(o, "version", f->version);
    view_put_str(o, "slug", f->slug);
    view_put_str(o, "name", f->entry.at[r->lang == LANG_EN ? FACTORY_NAME_EN : FACTORY_NAME_ZH]);
    put_state(r, o, f->state);
    view_put_time(o, "created_at", f->created_at);
    if (f->approved_at)
        view_put_time(o, "approved_at", f->approved_at);
    view_put_str(o, "scan_sha256", f->entry.scan_sha256);
    struct view *fields = view_put_list(o, "fields");
    for (int i = 0; i < FACTORY_FIELDS; i++)
        put_field(r, fields, &f->entry, factory_fields_order[i]);
    struct view *missing = view_put_list(o, "missing");
    for (enum factory_field i = factory_missing(&f->entry, FACTORY_NAME_ZH); i < FACTORY_FIELDS;
         i = factory_missing(&f->entry, i + 1))
        view_add_str(missing, factory_text(r, "field_", str_of(factory_fields[i].name)));
    bool told = str_eq_z(f->state, "returned") || str_eq_z(f->state, "suspended");
    if (!told)
        return OK;
    const char *event = str_eq_z(f->state, "returned") ? "return" : "suspend";
    enum err e =
        db_select(r->db, &q_factories_last_note, ARGS(V_INT(f->id), V_Z(event)), r->arena, &rs);
    if (e == OK && rs.n)
        view_put_str(o, "why", row_str(&rs, 0, "note"));
    return e;
}

static enum err put_changes(struct req *r, struct view *v, int64_t event)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_changes, ARGS(V_INT(event)), r->arena, &rs);
    struct view *list = view_put_list(v, "changes");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *c = view_add_object(list);
        view_put_str(c, "field", row_str(&rs, i, "field"));
        view_put_str(c, "label", factory_text(r, "field_", row_str(&rs, i, "field")));
        view_page_only(c, "label");
        view_put_str(c, "from", row_str(&rs, i, "before"));
        view_put_str(c, "to", row_str(&rs, i, "after"));
        if (str_eq_z(row_str(&rs, i, "field"), factory_fields[FACTORY_SCAN].name))
            view_put_bool(c, "is_replaced", row_str(&rs, i, "before").n > 0);
    }
    return e;
}

enum err factory_put_events(struct req *r, struct view *v, const char *member, int64_t id,
                            int64_t after_version)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_events,
                           ARGS(V_INT(id), V_INT(after_version), V_INT(FACTORY_EVENTS_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, member);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_str(o, "event", row_str(&rs, i, "event"));
        view_put_str(o, "event_name", factory_text(r, "event_", row_str(&rs, i, "event")));
        view_page_only(o, "event_name");
        view_put_str(o, "state", row_str(&rs, i, "to_state"));
        view_put_str(o, "note", row_str(&rs, i, "note"));
        view_put_str(o, "actor", row_str(&rs, i, "actor"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
        if (str_eq_z(row_str(&rs, i, "event"), "edit"))
            e = put_changes(r, o, row_int(&rs, i, "id"));
    }
    return e;
}

static void put_member(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "login", row_str(rs, i, "login"));
    view_put_str(v, "role", row_str(rs, i, "role"));
    view_put_str(v, "role_name", factory_text(r, "role_", row_str(rs, i, "role")));
    view_page_only(v, "role_name");
}

/* members [{id, login, name, role, since, is_me}], invited [{id, login, role, at}]: who has not
 * agreed yet is known to the maker by the login that it typed, and by nothing else. */
enum err factory_put_members(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_members, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(v, "members");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *m = view_add_object(list);
        put_member(r, m, &rs, i);
        view_put_str(m, "name", row_str(&rs, i, "name"));
        view_put_time(m, "since", row_int(&rs, i, "created_at"));
        view_put_bool(m, "is_me", row_int(&rs, i, "id") == r->who.user_id);
    }
    if (e == OK)
        e = db_select(r->db, &q_factories_invitations_of, ARGS(V_INT(id)), r->arena, &rs);
    list = view_put_list(v, "invited");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *m = view_add_object(list);
        put_member(r, m, &rs, i);
        view_put_time(m, "at", row_int(&rs, i, "at"));
    }
    return e;
}

enum err factory_put_openings(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_factories_openings,
                           ARGS(V_INT(id), V_INT(FACTORY_EVENTS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(v, "openings");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_str(o, "actor", row_str(&rs, i, "actor"));
        view_put_str(o, "purpose", row_str(&rs, i, "purpose"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
    }
    return e;
}

void factory_put_moves(struct req *r, struct view *v, struct str state, unsigned as, const char *to)
{
    view_put_z(v, "move_to", to);
    view_page_only(v, "move_to");
    struct view *list = view_put_list(v, "moves");
    const struct transition *t = NULL;
    while ((t = transition_button(&factory_transitions, state, as, t))) {
        struct view *m = view_add_object(list);
        view_put_z(m, "event", t->event);
        view_put_str(m, "label", factory_text(r, "do_", str_of(t->event)));
        view_page_only(m, "label");
        view_put_bool(m, "needs_note", t->needs_note);
    }
    view_put_bool(v, "may_edit", transition_may(&factory_transitions, state, "edit", as));
}
