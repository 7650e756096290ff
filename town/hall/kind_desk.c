/* The base's kinds of goods: groups and the kinds in them, what is asked of goods of a kind, and
 * which certificates they need. A tree of two levels: goods are of the lower one. */
#include <stdlib.h>
#include <string.h>

#include "store/queries.h"
#include "town/certificates/certificates.h"
#include "town/hall/catalogue.h"
#include "town/hall/page.h"
#include "town/hall/product_load.h"

enum {
    SLUG_MAX = 40,
    NAME_MAX_CHARS = 40,
    UNIT_MAX = 8,
    AMOUNT_MAX = 1000000,
    VOCABULARY_MAX = 200
};

/* --- all of them --- */

static void put_kind(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_str(v, "slug", row_str(rs, i, "slug"));
    view_put_str(v, "name", hall_text(r, rs, i, "name_zh", "name_en"));
    view_put_str(v, "name_zh", row_str(rs, i, "name_zh"));
    view_put_str(v, "name_en", row_str(rs, i, "name_en"));
    view_put_bool(v, "is_group", row_null(rs, i, "parent_id"));
    view_put_int(v, "products", row_int(rs, i, "products"));
    view_put_int(v, "attributes", row_int(rs, i, "attributes"));
    view_put_int(v, "rules", row_int(rs, i, "rules"));
}

static enum err put_all(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "kinds");
    enum err e = db_select(r->db, &q_hall_kinds_desk, NO_ARGS, r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        put_kind(r, view_add_object(list), &rs, i);
    return e;
}

enum err hall_kinds_desk(struct req *r)
{
    return put_all(r);
}

/* --- one of them --- */

static enum err load(struct req *r, struct rows *rs)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_hall_kind_desk, ARGS(V_INT(id)), r->arena, rs);
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Whatever has a text under the prefix may be chosen: a list of {key, label}. */
static void put_vocabulary(struct req *r, const char *member, const char *prefix)
{
    struct str keys[VOCABULARY_MAX], key;
    size_t n = 0, skip = strlen(prefix);
    for (size_t at = 0; i18n_next(r->lang, &at, &key) && n < VOCABULARY_MAX;)
        if (str_starts(key, prefix))
            keys[n++] = str_slice(key, skip, key.n);
    qsort(keys, n, sizeof(*keys), by_bytes);
    struct view *list = view_put_list(r->view, member);
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "key", keys[i]);
        view_put_str(v, "label", req_text(r, prefix, keys[i]));
    }
    view_page_only(r->view, member);
}

static enum err put_attributes(struct req *r, int64_t kind)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "attributes");
    enum err e = db_select(r->db, &q_hall_kind_attributes, ARGS(V_INT(kind)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool milli = str_eq_z(row_str(&rs, i, "kind"), "milli");
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_str(v, "label", req_text(r, "hall.spec_", row_str(&rs, i, "name")));
        view_put_str(v, "type", row_str(&rs, i, "kind"));
        view_put_str(v, "type_name", req_text(r, "hall.attribute_", row_str(&rs, i, "kind")));
        view_put_str(v, "unit", row_str(&rs, i, "unit"));
        view_put_str(v, "least", hall_amount_text(row_int(&rs, i, "least"), milli, r->arena));
        view_put_str(v, "most", hall_amount_text(row_int(&rs, i, "most"), milli, r->arena));
        view_put_bool(v, "is_required", row_int(&rs, i, "is_required") != 0);
        view_put_bool(v, "is_own", row_int(&rs, i, "kind_id") == kind);
        struct view *words = view_put_list(v, "words");
        for (struct str rest = row_str(&rs, i, "words"); rest.n;)
            view_put_str(view_add_object(words), "label",
                         req_text(r, "hall.word_", str_cut(rest, ' ', &rest)));
    }
    return e;
}

static enum err put_page(struct req *r, const struct rows *rs)
{
    int64_t id = row_int(rs, 0, "id");
    put_kind(r, view_put_object(r->view, "kind"), rs, 0);
    put_vocabulary(r, "names", "hall.spec_");
    put_vocabulary(r, "all_words", "hall.word_");
    enum err e = put_attributes(r, id);
    return e ? e : certificates_put_rules(r, r->view, id);
}

enum err hall_kind_page(struct req *r)
{
    struct rows rs;
    enum err e = load(r, &rs);
    return e ? e : put_page(r, &rs);
}

/* --- writing --- */

struct deed {
    struct command cmd;
    int64_t kind; /* 0: a new one, and then its id */
    struct hall_kind_new fresh;
    struct hall_attribute attribute;
    struct str name, type; /* of an attribute that goes; of a certificate */
    bool remove;
};

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static enum err run_add(struct command *cmd, struct tx *tx)
{
    struct deed *d = (struct deed *)cmd;
    struct hall_kind_new k = d->fresh;
    struct rows rs;
    enum err e = OK;
    if (k.parent)
        e = db_one(tx->db, &q_hall_kind_desk, ARGS(V_INT(k.parent)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND ||
        (!e && k.parent && (!row_null(&rs, 0, "parent_id") || row_int(&rs, 0, "products") > 0)))
        return refuse(tx, ERR_INVALID, "parent", "hall.kind_no_group");
    if (!e)
        e = db_select(tx->db, &q_hall_kind_by_slug, ARGS(V_STR(k.slug)), tx->arena, &rs);
    if (!e && rs.n)
        return refuse(tx, ERR_EXISTS, "slug", "hall.kind_slug_taken");
    if (!e)
        e = db_one(tx->db, &q_hall_kind_last, NO_ARGS, tx->arena, &rs);
    if (e)
        return e;
    k.position = row_int(&rs, 0, "last") + 1;
    return hall_kind_add(tx, &k, &d->kind);
}

static enum err run_rename(struct command *cmd, struct tx *tx)
{
    const struct deed *d = (struct deed *)cmd;
    return hall_kind_rename(tx, d->kind, d->fresh.name_zh, d->fresh.name_en);
}

static enum err run_attribute(struct command *cmd, struct tx *tx)
{
    const struct deed *d = (struct deed *)cmd;
    return d->remove ? hall_attribute_remove(tx, d->kind, d->name)
                     : hall_attribute_add(tx, d->kind, &d->attribute);
}

static enum err run_rule(struct command *cmd, struct tx *tx)
{
    const struct deed *d = (struct deed *)cmd;
    return d->remove ? certificate_rule_remove(tx, d->kind, d->type)
                     : certificate_rule_put(tx, d->kind, d->type);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct deed *d = (struct deed *)cmd;
    struct rows rs;
    if (!result) {
        view_put_int(r->view, "id", d->kind);
        reply_flash(r, "hall.saved");
        reply_redirect(r, arena_printf(r->arena, "/hall/desk/kinds/%lld", (long long)d->kind));
        return OK;
    }
    if (r->json)
        return result;
    struct err_info info = r->info;
    enum err e = d->kind ? load(r, &rs) : put_all(r);
    if (!e && d->kind)
        e = put_page(r, &rs);
    r->info = info;
    return e ? e : result;
}

static enum err begin(struct req *r, const char *name,
                      enum err (*run)(struct command *cmd, struct tx *tx), struct deed **out)
{
    struct rows rs;
    struct deed *d = *out = ARENA_NEW(r->arena, struct deed);
    if (!d)
        return ERR_NOMEM;
    *d = (struct deed){.cmd = {.name = name, .run = run}};
    if (!req_param(r, "id").n) {
        reply_page(r, "hall/desk_kinds.html");
        return OK;
    }
    enum err e = load(r, &rs);
    d->kind = e ? 0 : row_int(&rs, 0, "id");
    d->remove = str_eq_z(req_field(r, "remove"), "1");
    reply_page(r, "hall/desk_kind.html");
    return e;
}

static enum err read_names(struct req *r, struct deed *d)
{
    enum err e = req_field_text(r, "name_zh", 1, NAME_MAX_CHARS, &d->fresh.name_zh);
    return e ? e : req_field_text(r, "name_en", 1, NAME_MAX_CHARS, &d->fresh.name_en);
}

static bool is_slug(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool inner = c == '-' && i > 0 && i + 1 < s.n;
        if (!inner && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return s.n > 0 && s.n <= SLUG_MAX;
}

enum err hall_kind_do_add(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, "hall.kind_add", run_add, &d);
    if (!e)
        e = read_names(r, d);
    if (e)
        return e;
    d->fresh.slug = str_trim(req_field(r, "slug"));
    if (!is_slug(d->fresh.slug))
        return req_refuse(r, ERR_INVALID, "slug", "hall.kind_bad_slug");
    if (req_field(r, "parent").n && str_to_i64(req_field(r, "parent"), &d->fresh.parent) != OK)
        return req_refuse(r, ERR_INVALID, "parent", "hall.kind_no_group");
    return web_write(r, &d->cmd, done);
}

enum err hall_kind_do_save(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, "hall.kind_rename", run_rename, &d);
    if (!e)
        e = read_names(r, d);
    return e ? e : web_write(r, &d->cmd, done);
}

static bool has_text(const char *prefix, struct str key, struct arena *arena)
{
    const char *whole = arena_printf(arena, "%s%.*s", prefix, STR_ARG(key));
    return key.n && whole && i18n_has(LANG_EN, str_of(whole));
}

static enum err read_words(struct req *r, struct hall_attribute *a)
{
    struct str words[VOCABULARY_MAX];
    size_t n = req_fields(r, "word", words, VOCABULARY_MAX);
    const char *all = "";
    for (size_t i = 0; i < n && all; i++) {
        if (!has_text("hall.word_", words[i], r->arena))
            return req_refuse(r, ERR_INVALID, "word", "hall.bad_choice");
        all = arena_printf(r->arena, "%s%s%.*s", all, i ? " " : "", STR_ARG(words[i]));
    }
    a->words = str_of(all);
    return n ? OK : req_refuse(r, ERR_INVALID, "word", "hall.attribute_words_needed");
}

static enum err read_bounds(struct req *r, struct hall_attribute *a)
{
    bool milli = strcmp(a->kind, "milli") == 0;
    struct str least = str_trim(req_field(r, "least")), most = str_trim(req_field(r, "most"));
    int64_t top = AMOUNT_MAX * INT64_C(1000);
    if ((least.n && hall_amount_read(least, milli, &a->least) != OK) || a->least < 0)
        return req_refuse(r, ERR_INVALID, "least", "hall.bad_amount");
    if ((most.n && hall_amount_read(most, milli, &a->most) != OK) || a->most < 0 || a->most > top ||
        (a->most && a->most < a->least))
        return req_refuse(r, ERR_INVALID, "most", "hall.bad_amount");
    struct str unit = str_trim(req_field(r, "unit"));
    if (unit.n > UNIT_MAX || !str_is_utf8(unit))
        return req_refuse(r, ERR_INVALID, "unit", "hall.bad_length");
    a->unit = arena_strndup(r->arena, unit.p, unit.n);
    return OK;
}

static enum err read_attribute(struct req *r, struct hall_attribute *a)
{
    static const char *const types[] = {"count", "milli", "word"};
    struct str name = req_field(r, "name"), type = req_field(r, "type");
    if (!has_text("hall.spec_", name, r->arena))
        return req_refuse(r, ERR_INVALID, "name", "hall.bad_choice");
    a->name = arena_strndup(r->arena, name.p, name.n);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_eq_z(type, types[i]))
            a->kind = types[i];
    if (!a->kind)
        return req_refuse(r, ERR_INVALID, "type", "hall.bad_choice");
    a->is_required = str_eq_z(req_field(r, "required"), "1");
    a->unit = "";
    a->words = STR("");
    return strcmp(a->kind, "word") == 0 ? read_words(r, a) : read_bounds(r, a);
}

enum err hall_kind_do_attribute(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, "hall.kind_attribute", run_attribute, &d);
    if (e)
        return e;
    d->name = req_field(r, "name");
    e = d->remove ? OK : read_attribute(r, &d->attribute);
    return e ? e : web_write(r, &d->cmd, done);
}

enum err hall_kind_do_rule(struct req *r)
{
    struct deed *d;
    enum err e = begin(r, "hall.kind_rule", run_rule, &d);
    if (e)
        return e;
    d->type = req_field(r, "type");
    return web_write(r, &d->cmd, done);
}
