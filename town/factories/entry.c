/* A factory's entry: its fields as one table, loading it, registering, saving what differs. */
#include <stdio.h>

#include "base/enc.h"
#include "base/rnd.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/factories/internal.h"
#include "town/gone/gone.h"
#include "town/people/people.h"

enum { SLUG_MAX = 32, SHA256_HEX = 64 };

const struct factory_field_kind factory_fields[FACTORY_FIELDS] = {
    [FACTORY_NAME_ZH] = {"name_zh", 40, .is_reviewed = true, .is_first = true},
    [FACTORY_NAME_EN] = {"name_en", 80, .is_reviewed = true, .is_first = true},
    [FACTORY_CODE] = {"code", 18, .is_reviewed = true, .is_first = true},
    [FACTORY_ABOUT_ZH] = {"about_zh", 300, .is_lines = true},
    [FACTORY_ABOUT_EN] = {"about_en", 600, .is_lines = true},
    [FACTORY_ADDRESS] = {"address", 100},
    [FACTORY_CONTACT] = {"contact", 20, .is_sealed = true},
    [FACTORY_PHONE] = {"phone", 11, .is_sealed = true},
    [FACTORY_SCAN] = {"scan", 120, .is_reviewed = true},
};

const enum factory_field factory_fields_order[FACTORY_FIELDS] = {
    FACTORY_NAME_ZH,  FACTORY_NAME_EN, FACTORY_CODE,    FACTORY_SCAN,  FACTORY_ABOUT_ZH,
    FACTORY_ABOUT_EN, FACTORY_ADDRESS, FACTORY_CONTACT, FACTORY_PHONE,
};

/* ---- one value ---- */

static bool is_plain(struct str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == 0x7F || (c < 0x20 && !(lines && (c == '\n' || c == '\r'))))
            return false;
    }
    return str_is_utf8(s);
}

static const char *code_fault(struct str code, int64_t *limit)
{
    switch (factories_code_check(code, limit)) {
    case CODE_LENGTH: return "factories.code_length";
    case CODE_CHARACTER: return "factories.code_character";
    case CODE_CHECK: *limit = 0; return "factories.code_check";
    case CODE_RIGHT: break;
    }
    return NULL;
}

const char *factory_fault(enum factory_field f, struct str value, int64_t *limit)
{
    const struct factory_field_kind *k = &factory_fields[f];
    *limit = 0;
    if (value.n == 0)
        return NULL;
    if (f == FACTORY_CODE)
        return code_fault(value, limit);
    if (f == FACTORY_PHONE)
        return people_phone_ok(value) ? NULL : "factories.phone_bad";
    if (!is_plain(value, k->is_lines))
        return "web.text_bad";
    if (str_characters(value) > k->max) {
        *limit = (int64_t)k->max;
        return "factories.too_long";
    }
    return NULL;
}

struct str factory_masked(enum factory_field f, struct str plain, struct arena *arena)
{
    if (!factory_fields[f].is_sealed || plain.n == 0)
        return plain;
    if (f == FACTORY_PHONE && plain.n == 11)
        return str_of(arena_printf(arena, "%.3s****%.4s", plain.p, plain.p + 7));
    return str_of(arena_printf(arena, "%.*s*", (int)str_characters_bytes(plain, 1), plain.p));
}

enum factory_field factory_missing(const struct factory_entry *f, enum factory_field from)
{
    while (from < FACTORY_FIELDS && f->at[from].n > 0)
        from++;
    return from;
}

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static enum err check_values(struct tx *tx, const struct factory_entry *f)
{
    for (int i = 0; i < FACTORY_FIELDS; i++) {
        int64_t limit;
        const struct factory_field_kind *k = &factory_fields[i];
        const char *key = factory_fault((enum factory_field)i, f->at[i], &limit);
        if (!key && k->is_first && f->at[i].n == 0)
            key = "factories.needed";
        if (key)
            return refuse(tx, ERR_INVALID, k->name, key, limit);
    }
    if ((f->at[FACTORY_SCAN].n > 0) != (f->scan_sha256.n == SHA256_HEX))
        return refuse(tx, ERR_INVALID, "scan", "scan.kind", 0);
    return OK;
}

/* ---- loading ---- */

static enum err reveal(const char *purpose, const struct rows *rs, const char *column,
                       struct arena *arena, struct str *out)
{
    *out = STR_NONE;
    return row_null(rs, 0, column) ? OK
                                   : seal_reveal(purpose, row_val(rs, 0, column).s, arena, out);
}

enum err factory_load(struct db *db, struct arena *arena, int64_t id, struct factory_loaded *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_factories_get, ARGS(V_INT(id)), arena, &rs);
    if (e != OK)
        return e;
    *out = (struct factory_loaded){.id = id,
                                   .version = row_int(&rs, 0, "version"),
                                   .created_at = row_int(&rs, 0, "created_at"),
                                   .approved_at = row_int(&rs, 0, "approved_at"),
                                   .state = row_str(&rs, 0, "state"),
                                   .slug = row_str(&rs, 0, "slug")};
    struct factory_entry *f = &out->entry;
    f->at[FACTORY_NAME_ZH] = row_str(&rs, 0, "name_zh");
    f->at[FACTORY_NAME_EN] = row_str(&rs, 0, "name_en");
    f->at[FACTORY_CODE] = row_str(&rs, 0, "code");
    f->at[FACTORY_ABOUT_ZH] = row_str(&rs, 0, "about_zh");
    f->at[FACTORY_ABOUT_EN] = row_str(&rs, 0, "about_en");
    f->at[FACTORY_ADDRESS] = row_str(&rs, 0, "address");
    f->at[FACTORY_SCAN] = row_str(&rs, 0, "scan_name");
    f->scan_sha256 = row_str(&rs, 0, "scan_sha256");
    e = reveal("factories.contact", &rs, "contact", arena, &f->at[FACTORY_CONTACT]);
    return e != OK ? e : reveal("factories.phone", &rs, "phone", arena, &f->at[FACTORY_PHONE]);
}

/* ---- events ---- */

enum err factory_event(struct tx *tx, int64_t id, const char *event, struct str from,
                       const char *to, int64_t actor, int64_t version, struct str note,
                       int64_t *event_id)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_factories_event_add,
               ARGS(V_INT(id), V_Z(event), from.n ? V_STR(from) : V_NULL, V_Z(to),
                    actor ? V_INT(actor) : V_NULL, V_INT(version), V_STR(note), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e == OK && event_id)
        *event_id = row_int(&rs, 0, "id");
    return e;
}

/* ---- registering ---- */

static enum err seal_contacts(const struct factory_entry *f, struct arena *arena,
                              struct val *contact, struct val *phone)
{
    struct str sealed;
    enum err e = OK;
    *contact = *phone = V_NULL;
    if (f->at[FACTORY_CONTACT].n) {
        e = seal_text("factories.contact", f->at[FACTORY_CONTACT], arena, &sealed);
        *contact = V_BLOB(sealed);
    }
    if (e == OK && f->at[FACTORY_PHONE].n) {
        e = seal_text("factories.phone", f->at[FACTORY_PHONE], arena, &sealed);
        *phone = V_BLOB(sealed);
    }
    return e;
}

/* "hewu-kitchenware", made different from others by an ending. */
static enum err make_slug(struct tx *tx, const struct factory_entry *f, struct str *out)
{
    char slug[SLUG_MAX + 8] = "";
    size_t n = 0;
    int64_t other;
    struct str name = f->at[FACTORY_NAME_EN];
    for (size_t i = 0; i < name.n && n < SLUG_MAX; i++) {
        char c = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a') : name.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain)
            slug[n++] = c;
        else if (n && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    while (n && slug[n - 1] == '-')
        n--;
    slug[n] = 0;
    enum err e = n ? people_organisation_find(tx->db, tx->arena, str_of(slug), &other) : OK;
    if (e == OK) /* taken, or no letter in it */
        snprintf(slug + n, sizeof(slug) - n, "%s%06llx", n ? "-" : "f",
                 (unsigned long long)rnd_below(1 << 24));
    *out = str_of(arena_strdup(tx->arena, slug));
    return e == ERR_NOT_FOUND || e == OK ? OK : e;
}

static enum err check_code_free(struct tx *tx, struct str code, int64_t own)
{
    struct rows rs;
    enum err e =
        code.n ? db_select(tx->db, &q_factories_by_code, ARGS(V_STR(code)), tx->arena, &rs) : OK;
    if (e == OK && code.n && rs.n && row_int(&rs, 0, "id") != own)
        return refuse(tx, ERR_EXISTS, "code", "factories.code_taken", 0);
    return e;
}

/* Who registers a factory acts for it, and for no other: a session acts for one organisation. */
static enum err check_free(struct tx *tx, int64_t owner)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_factories_memberships_of, ARGS(V_INT(owner)), tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") > 0)
        return refuse(tx, ERR_CONFLICT, NULL, "factories.already_member", 0);
    return e;
}

static enum err add_entry(struct tx *tx, const struct factory_entry *f, int64_t id)
{
    struct val contact, phone;
    struct str code = f->at[FACTORY_CODE];
    enum err e = seal_contacts(f, tx->arena, &contact, &phone);
    if (e != OK)
        return e;
    return db_exec(tx->db, &q_factories_add,
                   ARGS(V_INT(id), V_Z("draft"), code.n ? V_STR(code) : V_NULL,
                        V_STR(f->at[FACTORY_ADDRESS]), contact, phone, V_STR(f->at[FACTORY_SCAN]),
                        V_STR(f->scan_sha256), V_INT(tx->now_ms)),
                   NULL);
}

enum err factories_register(struct tx *tx, const struct factory_entry *f, int64_t owner,
                            int64_t *id)
{
    struct people_organisation o = {.kind = "factory",
                                    .slug = f->slug,
                                    .name_zh = f->at[FACTORY_NAME_ZH],
                                    .name_en = f->at[FACTORY_NAME_EN],
                                    .about_zh = f->at[FACTORY_ABOUT_ZH],
                                    .about_en = f->at[FACTORY_ABOUT_EN]};
    enum err e = check_values(tx, f);
    if (e == OK && owner)
        e = check_free(tx, owner);
    if (e == OK)
        e = check_code_free(tx, f->at[FACTORY_CODE], 0);
    if (e == OK && o.slug.n == 0)
        e = make_slug(tx, f, &o.slug);
    if (e == OK)
        e = people_organisation_add(tx, &o, id);
    if (e == OK)
        e = add_entry(tx, f, *id);
    if (e == OK && owner)
        e = people_membership_add(tx, owner, *id);
    if (e == OK && owner)
        e = people_role_set(tx, owner, ROLE_FACTORY, true);
    return e != OK
               ? e
               : factory_event(tx, *id, "register", STR_NONE, "draft", owner, 1, STR_NONE, NULL);
}

/* ---- saving ---- */

/* What is empty and may stay as it is, stays. */
static struct factory_entry merged(const struct factory_entry *typed,
                                   const struct factory_entry *there)
{
    struct factory_entry f = *typed;
    static const enum factory_field kept[] = {FACTORY_CONTACT, FACTORY_PHONE, FACTORY_SCAN};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (f.at[kept[i]].n == 0)
            f.at[kept[i]] = there->at[kept[i]];
    if (typed->at[FACTORY_SCAN].n == 0)
        f.scan_sha256 = there->scan_sha256;
    return f;
}

static bool differs(const struct factory_entry *a, const struct factory_entry *b, int i)
{
    return !str_eq(a->at[i], b->at[i]) ||
           (i == FACTORY_SCAN && !str_eq(a->scan_sha256, b->scan_sha256));
}

static enum err check_reviewed(struct tx *tx, const struct factory_loaded *old,
                               const struct factory_entry *f, struct factory_actor actor)
{
    bool fixed =
        str_eq_z(old->state, "approved") && !(actor.as & (FACTORY_AS_OPERATOR | FACTORY_AS_SYSTEM));
    for (int i = 0; fixed && i < FACTORY_FIELDS; i++)
        if (factory_fields[i].is_reviewed && old->entry.at[i].n && differs(f, &old->entry, i))
            return refuse(tx, ERR_FORBIDDEN, factory_fields[i].name, "factories.reviewed_field", 0);
    return OK;
}

static enum err write_changes(struct tx *tx, int64_t event, const struct factory_entry *old,
                              const struct factory_entry *f)
{
    enum err e = OK;
    for (int i = 0; e == OK && i < FACTORY_FIELDS; i++) {
        enum factory_field field = (enum factory_field)i;
        if (differs(f, old, i))
            e = db_exec(tx->db, &q_factories_change_add,
                        ARGS(V_INT(event), V_Z(factory_fields[i].name),
                             V_STR(factory_masked(field, old->at[i], tx->arena)),
                             V_STR(factory_masked(field, f->at[i], tx->arena))),
                        NULL);
    }
    return e;
}

/* The history keeps its name. */
static enum err replaced(struct tx *tx, struct str scan)
{
    return scan.n ? gone_add(tx, scan) : OK;
}

static enum err write_entry(struct tx *tx, const struct factory_loaded *old,
                            const struct factory_entry *f)
{
    struct val contact, phone;
    int64_t changed;
    struct str code = f->at[FACTORY_CODE];
    enum err e = seal_contacts(f, tx->arena, &contact, &phone);
    if (e == OK)
        e = db_exec(tx->db, &q_factories_save,
                    ARGS(code.n ? V_STR(code) : V_NULL, V_STR(f->at[FACTORY_ADDRESS]), contact,
                         phone, V_STR(f->at[FACTORY_SCAN]), V_STR(f->scan_sha256),
                         V_INT(tx->now_ms), V_INT(old->id), V_INT(old->version)),
                    &changed);
    if (e == OK && changed == 0)
        return ERR_CONFLICT;
    struct people_organisation o = {.name_zh = f->at[FACTORY_NAME_ZH],
                                    .name_en = f->at[FACTORY_NAME_EN],
                                    .about_zh = f->at[FACTORY_ABOUT_ZH],
                                    .about_en = f->at[FACTORY_ABOUT_EN]};
    if (e == OK)
        e = people_organisation_save(tx, old->id, &o);
    return e != OK || str_eq(old->entry.scan_sha256, f->scan_sha256)
               ? e
               : replaced(tx, old->entry.scan_sha256);
}

enum err factories_save(struct tx *tx, int64_t id, int64_t version, const struct factory_entry *f,
                        struct factory_actor actor)
{
    struct factory_loaded old;
    const struct transition *t = NULL;
    int64_t event;
    bool same = true;
    enum err e = factory_load(tx->db, tx->arena, id, &old);
    if (e == OK && old.version != version)
        return refuse(tx, ERR_CONFLICT, NULL, "factories.edited_meanwhile", 0);
    if (e == OK)
        e = transition_next(&factory_transitions, old.state, "edit", actor.as, &t);
    if (e != OK)
        return e;
    struct factory_entry now = merged(f, &old.entry);
    for (int i = 0; i < FACTORY_FIELDS; i++)
        same &= !differs(&now, &old.entry, i);
    if (same)
        return OK;
    e = check_values(tx, &now);
    if (e == OK)
        e = check_reviewed(tx, &old, &now, actor);
    if (e == OK)
        e = check_code_free(tx, now.at[FACTORY_CODE], id);
    if (e == OK)
        e = write_entry(tx, &old, &now);
    if (e == OK)
        e = factory_event(tx, id, "edit", old.state, t->to, actor.user_id, version + 1, STR_NONE,
                          &event);
    return e != OK ? e : write_changes(tx, event, &old.entry, &now);
}

/* ---- moving ---- */

static factories_moved_fn *told_of_moved;

void factories_on_moved(factories_moved_fn *fn)
{
    told_of_moved = fn;
}

enum err factories_move(struct tx *tx, int64_t id, int64_t version, const char *event,
                        struct str note, struct factory_actor actor)
{
    struct factory_loaded old;
    const struct transition *t = NULL;
    int64_t changed;
    enum err e = factory_load(tx->db, tx->arena, id, &old);
    if (e == OK)
        e = transition_next(&factory_transitions, old.state, event, actor.as, &t);
    if (e != OK)
        return e;
    if (strcmp(event, "edit") == 0)
        return ERR_CONFLICT; /* is factories_save()'s */
    if (version && version != old.version)
        return refuse(tx, ERR_CONFLICT, NULL, "factories.edited_meanwhile", 0);
    if (t->needs_note && note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "factories.say_why", 0);
    enum factory_field missing = factory_missing(&old.entry, FACTORY_NAME_ZH);
    if (strcmp(t->to, "review") == 0 && missing < FACTORY_FIELDS)
        return refuse(tx, ERR_INVALID, factory_fields[missing].name, "factories.not_whole", 0);
    e = db_exec(tx->db, &q_factories_move,
                ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(id), V_STR(old.state)), &changed);
    if (e == OK && changed == 0)
        return ERR_CONFLICT;
    if (e == OK)
        e = factory_event(tx, id, event, old.state, t->to, actor.user_id, old.version, note, NULL);
    return e != OK || !told_of_moved ? e : told_of_moved(tx, id);
}

/* ---- what others ask ---- */

enum err factories_may_publish(struct db *db, struct arena *arena, int64_t organisation, bool *may)
{
    struct rows rs;
    enum err e = db_select(db, &q_factories_state_of, ARGS(V_INT(organisation)), arena, &rs);
    *may = e == OK && rs.n > 0 && str_eq_z(row_str(&rs, 0, "state"), "approved");
    return e;
}

enum err factories_is_suspended(struct db *db, struct arena *arena, int64_t organisation, bool *is)
{
    struct rows rs;
    enum err e = db_select(db, &q_factories_state_of, ARGS(V_INT(organisation)), arena, &rs);
    *is = e == OK && rs.n > 0 && str_eq_z(row_str(&rs, 0, "state"), "suspended");
    return e;
}

static enum err say_each(struct db *db, struct arena *arena, const struct query *q,
                         const char *what, void (*say)(void *arg, const char *line), void *arg,
                         int *violations)
{
    struct rows rs;
    enum err e = db_select(db, q, ARGS(V_INT(FACTORIES_CHECK_SAYS)), arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        char line[100];
        snprintf(line, sizeof(line), "factory %lld: %s", (long long)row_int(&rs, i, "id"), what);
        say(arg, line);
        ++*violations;
    }
    return e;
}

enum err factories_check(struct db *db, struct arena *arena,
                         void (*say)(void *arg, const char *line), void *arg, int *violations)
{
    *violations = 0;
    enum err e = say_each(db, arena, &q_factories_check_states,
                          "its state is not where its events led", say, arg, violations);
    return e != OK ? e
                   : say_each(db, arena, &q_factories_check_owners, "has members and no owner", say,
                              arg, violations);
}
