/* The form of a factory's entry: registering one, and editing it beside others. */
#include <stdio.h>

#include "town/factories/internal.h"
#include "town/gone/gone.h"
#include "town/hand.h"
#include "town/scan/scan.h"

struct form {
    struct command cmd;
    struct req *r;
    int64_t id, version; /* 0: a new one */
    struct factory_entry entry;
    struct factory_actor actor;
    const struct upload *scan; /* or NULL */
    struct view *errors;       /* {field, message} */
};

/* ---- reading ---- */

static void fault(struct form *f, const char *field, const char *key, int64_t limit)
{
    struct req *r = f->r;
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)limit);
    const struct i18n_arg arg = {"limit", str_of(text)};
    struct view *v = view_add_object(f->errors);
    view_put_z(v, "field", field);
    view_put_str(v, "message", i18n_text(r->lang, str_of(key), &arg, 1, r->arena));
    if (f->errors->count == 1) /* what the refusal itself names */
        r->info =
            (struct err_info){.code = ERR_INVALID, .field = field, .key = key, .limit = limit};
}

static void read_typed(struct form *f)
{
    const struct upload *u = req_upload(f->r, "scan");
    for (int i = 0; i < FACTORY_SCAN; i++)
        f->entry.at[i] = str_trim(req_field(f->r, factory_fields[i].name));
    f->entry.at[FACTORY_CODE] = factories_code_tidy(f->entry.at[FACTORY_CODE], f->r->arena);
    f->scan = u && u->size ? u : NULL;
    if (f->scan)
        f->entry.at[FACTORY_SCAN] = scan_name(f->scan);
}

/* All of them at once; each stands beside its own input. */
static enum err find_faults(struct form *f)
{
    for (int i = 0; i < FACTORY_FIELDS; i++) {
        int64_t limit;
        const struct factory_field_kind *k = &factory_fields[i];
        const char *key = factory_fault((enum factory_field)i, f->entry.at[i], &limit);
        if (!key && k->is_first && f->entry.at[i].n == 0)
            key = "factories.needed";
        if (key)
            fault(f, k->name, key, limit);
    }
    return f->errors->count ? ERR_INVALID : OK;
}

/* Once nothing else is wrong, so that a form that comes again and again leaves one file. */
static enum err keep_scan(struct form *f)
{
    if (!f->scan)
        return OK;
    struct scan kept;
    struct err_info *info = &f->r->info;
    enum err e = scan_keep(f->scan, f->r->arena, &kept, info);
    if (e == ERR_INVALID)
        fault(f, "scan", info->key, info->limit);
    if (e == OK)
        f->entry.scan_sha256 = kept.id;
    return e;
}

/* ---- drawing ---- */

static struct str error_of(const struct form *f, const char *name)
{
    for (const struct view *v = f->errors ? f->errors->first : NULL; v; v = v->next)
        if (str_eq_z(view_get(v, STR("field"))->s, name))
            return view_get(v, STR("message"))->s;
    return STR_NONE;
}

/* input [{name, label, hint, value, most, is_lines, is_wide, is_file, is_needed, is_locked, kept,
 * error}]: kept is what stays when the input is left empty. */
static void put_inputs(struct form *f, const struct factory_loaded *there, bool as_typed)
{
    struct req *r = f->r;
    bool fixed =
        there && str_eq_z(there->state, "approved") && !(f->actor.as & FACTORY_AS_OPERATOR);
    struct view *list = view_put_list(r->view, "inputs");
    for (int n = 0; n < FACTORY_FIELDS; n++) {
        int i = factory_fields_order[n];
        const struct factory_field_kind *k = &factory_fields[i];
        struct view *v = view_add_object(list);
        struct str value = as_typed                 ? f->entry.at[i]
                           : there && !k->is_sealed ? there->entry.at[i]
                                                    : STR_NONE;
        bool locked = fixed && k->is_reviewed && there->entry.at[i].n;
        view_put_z(v, "name", k->name);
        view_put_str(v, "label", factory_text(r, "field_", str_of(k->name)));
        view_put_str(v, "hint", factory_text(r, "hint_", str_of(k->name)));
        view_put_str(v, "value",
                     locked              ? there->entry.at[i]
                     : i == FACTORY_SCAN ? STR_NONE
                                         : value);
        view_put_int(v, "most", (int64_t)k->max);
        view_put_bool(v, "is_lines", k->is_lines);
        view_put_bool(v, "is_wide", k->is_lines || i == FACTORY_ADDRESS);
        view_put_bool(v, "is_file", i == FACTORY_SCAN);
        view_put_bool(v, "is_needed", k->is_first);
        view_put_bool(v, "is_locked", locked);
        if (there && (k->is_sealed || i == FACTORY_SCAN) && there->entry.at[i].n)
            view_put_str(v, "kept",
                         factory_masked((enum factory_field)i, there->entry.at[i], r->arena));
        view_put_str(v, "error", error_of(f, k->name));
    }
    view_page_only(r->view, "inputs");
}

static enum err form_new(struct req *r, const char *name,
                         enum err (*run)(struct command *cmd, struct tx *tx), struct form **out)
{
    struct form *f = *out = ARENA_NEW(r->arena, struct form);
    if (!f)
        return ERR_NOMEM;
    f->cmd = (struct command){.name = name, .run = run};
    f->r = r;
    f->actor = (struct factory_actor){r->who.user_id, 0};
    f->errors = view_list(r->arena);
    return f->errors ? OK : ERR_NOMEM;
}

/* Of a refused form its scan is nobody's. */
static enum err write_form(struct form *f, continue_fn *then)
{
    return gone_write(f->r, &f->cmd, then, &f->entry.scan_sha256, f->scan != NULL);
}

/* ---- registering ---- */

enum err factories_page_register(struct req *r)
{
    struct form *f;
    enum err e = form_new(r, "factories.register", NULL, &f);
    if (e != OK)
        return e;
    view_put_bool(r->view, "is_member", r->who.organisation_id != 0);
    put_inputs(f, NULL, false);
    return OK;
}

static enum err run_register(struct command *cmd, struct tx *tx)
{
    struct form *f = (struct form *)cmd;
    return factories_register(tx, &f->entry, f->actor.user_id, &f->id);
}

static enum err register_again(struct form *f, enum err why)
{
    if (f->r->json)
        return why;
    put_inputs(f, NULL, true);
    reply_page(f->r, "factories/register.html");
    return why;
}

static enum err registered(struct req *r, struct command *cmd, enum err result)
{
    struct form *f = (struct form *)cmd;
    if (result != OK) {
        if (cmd->info.field && cmd->info.key)
            fault(f, cmd->info.field, cmd->info.key, cmd->info.limit);
        return register_again(f, result);
    }
    view_put_int(r->view, "id", f->id);
    reply_flash(r, "factories.registered");
    reply_redirect(r, "/factory");
    return OK;
}

enum err factories_do_register(struct req *r)
{
    struct form *f;
    enum err e = form_new(r, "factories.register", run_register, &f);
    if (e != OK)
        return e;
    read_typed(f);
    e = find_faults(f);
    if (e == OK)
        e = keep_scan(f);
    return e == OK ? write_form(f, registered) : e == ERR_INVALID ? register_again(f, e) : e;
}

/* Says of a code what the form would, while it is typed. */
enum err factories_page_code(struct req *r)
{
    int64_t limit;
    char text[24];
    struct str code = factories_code_tidy(req_query(r, "code"), r->arena);
    const char *key = factory_fault(FACTORY_CODE, code, &limit);
    snprintf(text, sizeof(text), "%lld", (long long)limit);
    const struct i18n_arg arg = {"limit", str_of(text)};
    view_put_str(r->view, "code", str_is_utf8(code) ? code : STR_NONE);
    view_put_bool(r->view, "ok", code.n > 0 && !key);
    view_put_str(r->view, "message",
                 key ? i18n_text(r->lang, str_of(key), &arg, 1, r->arena) : STR_NONE);
    return OK;
}

/* ---- editing ---- */

/* One's own factory, or, for the base, the one of ?factory=. */
static enum err load(struct form *f, struct factory_loaded *there)
{
    struct req *r = f->r;
    struct str asked =
        req_field(r, "factory").n ? req_field(r, "factory") : req_query(r, "factory");
    f->id = r->who.organisation_id;
    if (asked.n && str_to_i64(asked, &f->id) != OK)
        return ERR_NOT_FOUND;
    enum err e = f->id ? factory_load(r->db, r->arena, f->id, there) : ERR_NOT_FOUND;
    if (e == OK)
        e = factory_as_of(r->db, r->arena, f->id, r->who.user_id, &f->actor.as);
    if (e == OK && hand_is_base(r))
        f->actor.as |= FACTORY_AS_OPERATOR;
    return e == OK && !f->actor.as ? ERR_NOT_FOUND : e;
}

static enum err put_edit(struct form *f, const struct factory_loaded *there, bool as_typed)
{
    put_inputs(f, there, as_typed);
    view_put_bool(f->r->view, "is_own", f->id == f->r->who.organisation_id);
    view_put_bool(f->r->view, "may_edit",
                  transition_may(&factory_transitions, there->state, "edit", f->actor.as));
    return factory_put_entry(f->r, f->r->view, there);
}

enum err factories_page_edit(struct req *r)
{
    struct form *f;
    struct factory_loaded there;
    enum err e = form_new(r, "factories.save", NULL, &f);
    if (e == OK)
        e = load(f, &there);
    return e != OK ? e : put_edit(f, &there, false);
}

static enum err run_edit(struct command *cmd, struct tx *tx)
{
    struct form *f = (struct form *)cmd;
    return factories_save(tx, f->id, f->version, &f->entry, f->actor);
}

/* The form as it was filled in. What somebody else saved meanwhile stands above it, and the version
 * is theirs: saving once more is then a decision. */
static enum err edit_again(struct form *f, enum err why)
{
    struct factory_loaded there;
    if (f->r->json)
        return why;
    enum err e = factory_load(f->r->db, f->r->arena, f->id, &there);
    if (e == OK && why == ERR_CONFLICT)
        e = factory_put_events(f->r, f->r->view, "meanwhile", f->id, f->version);
    if (e == OK)
        e = put_edit(f, &there, true);
    if (e != OK)
        return e;
    reply_page(f->r, "factories/edit.html");
    return why;
}

static enum err edited(struct req *r, struct command *cmd, enum err result)
{
    struct form *f = (struct form *)cmd;
    if (result != OK) {
        if (cmd->info.field && cmd->info.key)
            fault(f, cmd->info.field, cmd->info.key, cmd->info.limit);
        return edit_again(f, result);
    }
    reply_flash(r, "factories.saved");
    reply_redirect(r, f->id == r->who.organisation_id
                          ? "/factory"
                          : arena_printf(r->arena, "/factories/%lld", (long long)f->id));
    return OK;
}

/* What the state does not let somebody change is not in their form, and stays. */
static void keep_locked(struct form *f, const struct factory_loaded *there)
{
    bool fixed = str_eq_z(there->state, "approved") && !(f->actor.as & FACTORY_AS_OPERATOR);
    for (int i = 0; fixed && i < FACTORY_FIELDS; i++)
        if (factory_fields[i].is_reviewed && f->entry.at[i].n == 0)
            f->entry.at[i] = there->entry.at[i];
    if (!f->scan && f->entry.at[FACTORY_SCAN].n)
        f->entry.scan_sha256 = there->entry.scan_sha256;
}

enum err factories_do_edit(struct req *r)
{
    struct form *f;
    struct factory_loaded there;
    enum err e = form_new(r, "factories.save", run_edit, &f);
    if (e == OK)
        e = load(f, &there);
    if (e == OK)
        e = req_field_int(r, "version", 1, INT64_MAX, &f->version);
    if (e != OK)
        return e;
    read_typed(f);
    keep_locked(f, &there);
    e = find_faults(f);
    if (e == OK)
        e = keep_scan(f);
    return e == OK ? write_form(f, edited) : e == ERR_INVALID ? edit_again(f, e) : e;
}
