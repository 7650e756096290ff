/* Users and organisations: see people.h. */
#include "town/people/people.h"

#include <sodium.h>

#include "store/queries.h"
#include "store/seal.h"
#include "town/people/tries.h"

/* OWASP's first choice for argon2id: 19 MiB, two passes. */
enum { HASH_PASSES = 2, HASH_BYTES = 19 * 1024 * 1024 };

enum err people_hash_password(struct str password, struct arena *arena, struct str *hash)
{
    char out[crypto_pwhash_STRBYTES];
    if (password.n < PEOPLE_PASSWORD_MIN || password.n > PEOPLE_PASSWORD_MAX)
        return ERR_INVALID;
    if (crypto_pwhash_str_alg(out, password.p, password.n, HASH_PASSES, HASH_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ERR_NOMEM;
    *hash = arena_str(arena, str_of(out));
    return hash->n ? OK : ERR_NOMEM;
}

bool people_login_ok(struct str login)
{
    if (login.n < PEOPLE_LOGIN_MIN || login.n > PEOPLE_LOGIN_MAX)
        return false;
    for (size_t i = 0; i < login.n; i++) {
        char c = login.p[i];
        bool letter = c >= 'a' && c <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!letter && (i == 0 || !other))
            return false;
    }
    return true;
}

bool people_phone_ok(struct str phone)
{
    if (phone.n != 11 || phone.p[0] != '1')
        return false;
    for (size_t i = 0; i < phone.n; i++)
        if (phone.p[i] < '0' || phone.p[i] > '9')
            return false;
    return true;
}

unsigned people_role(struct str name)
{
    static const struct {
        const char *name;
        unsigned role;
    } roles[] = {{"buyer", ROLE_BUYER},       {"host", ROLE_HOST},   {"factory", ROLE_FACTORY},
                 {"operator", ROLE_OPERATOR}, {"admin", ROLE_ADMIN}, {"officer", ROLE_OFFICER}};
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (str_eq_z(name, roles[i].name))
            return roles[i].role;
    return 0;
}

/* Both columns are unique and the store only says that one was: look which. */
static const char *taken_field(struct tx *tx, struct str login)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_people_user_by_login, ARGS(V_STR(login)), tx->arena, &rs);
    return e == OK ? "login" : "phone";
}

enum err people_user_add(struct tx *tx, const struct people_user *u, int64_t *id)
{
    struct rows rs;
    struct str sealed = STR_NONE;
    uint8_t hash[SEAL_HASH_BYTES];
    enum err e = OK;
    if (u->phone.n) {
        e = seal_text("users.phone", u->phone, tx->arena, &sealed);
        seal_hash("users.phone", u->phone, hash);
    }
    if (e == OK)
        e = db_savepoint(tx->db);
    if (e != OK)
        return e;
    e = db_one(tx->db, &q_people_user_add,
               ARGS(V_STR(u->login), V_STR(u->name), V_STR(u->password_hash),
                    u->phone.n ? V_BLOB(sealed) : V_NULL,
                    u->phone.n ? V_BLOB(str_n(hash, sizeof(hash))) : V_NULL,
                    u->phone.n && u->is_phone_proven ? V_INT(tx->now_ms) : V_NULL, V_INT(u->roles),
                    V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (e == OK)
        e = db_savepoint_release(tx->db);
    if (e != OK)
        db_savepoint_rollback(tx->db);
    if (e == ERR_EXISTS)
        tx->info->field = taken_field(tx, u->login);
    if (e == OK)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err people_user_find(struct db *db, struct arena *arena, struct str login, int64_t *id,
                          bool *is_disabled)
{
    struct rows rs;
    enum err e = db_one(db, &q_people_user_by_login, ARGS(V_STR(login)), arena, &rs);
    if (e != OK)
        return e;
    *id = row_int(&rs, 0, "id");
    *is_disabled = !row_null(&rs, 0, "disabled_at");
    return OK;
}

enum err people_password_set(struct tx *tx, int64_t user, struct str hash, int64_t keep)
{
    enum err e = db_exec(tx->db, &q_people_user_set_password, ARGS(V_STR(hash), V_INT(user)), NULL);
    return e != OK ? e
                   : db_exec(tx->db, &q_people_sessions_revoke_others,
                             ARGS(V_INT(tx->now_ms), V_INT(user), V_INT(keep)), NULL);
}

enum err people_organisation_add(struct tx *tx, const struct people_organisation *o, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_people_organisation_add,
                        ARGS(V_Z(o->kind), V_STR(o->slug), V_STR(o->name_zh), V_STR(o->name_en),
                             V_STR(o->about_zh), V_STR(o->about_en), V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (e == OK)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err people_organisation_find(struct db *db, struct arena *arena, struct str slug, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(db, &q_people_organisation_by_slug, ARGS(V_STR(slug)), arena, &rs);
    if (e == OK)
        *id = row_int(&rs, 0, "id");
    return e;
}

enum err people_membership_add(struct tx *tx, int64_t user, int64_t organisation)
{
    return db_exec(tx->db, &q_people_membership_add,
                   ARGS(V_INT(user), V_INT(organisation), V_INT(tx->now_ms)), NULL);
}

static people_saved_fn *told_of_saved;

void people_on_organisation_saved(people_saved_fn *fn)
{
    told_of_saved = fn;
}

enum err people_organisation_save(struct tx *tx, int64_t id, const struct people_organisation *o)
{
    enum err e = db_exec(tx->db, &q_people_organisation_save,
                         ARGS(V_STR(o->name_zh), V_STR(o->name_en), V_STR(o->about_zh),
                              V_STR(o->about_en), V_INT(id)),
                         NULL);
    return e || !told_of_saved ? e : told_of_saved(tx, id);
}

enum err people_membership_remove(struct tx *tx, int64_t user, int64_t organisation)
{
    return db_exec(tx->db, &q_people_membership_remove, ARGS(V_INT(user), V_INT(organisation)),
                   NULL);
}

enum err people_membership_role(struct tx *tx, int64_t user, int64_t organisation, struct str role)
{
    int64_t changed;
    enum err e = db_exec(tx->db, &q_people_membership_role,
                         ARGS(V_STR(role), V_INT(user), V_INT(organisation)), &changed);
    return e == OK && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err people_role_set(struct tx *tx, int64_t user, unsigned role, bool on)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_people_user_page, ARGS(V_INT(user)), tx->arena, &rs);
    if (e != OK)
        return e;
    int64_t roles = row_int(&rs, 0, "roles");
    roles = on ? roles | role : roles & ~(int64_t)role;
    return db_exec(tx->db, &q_people_user_roles, ARGS(V_INT(roles), V_INT(user)), NULL);
}

enum err people_disable(struct tx *tx, int64_t user, bool on)
{
    enum err e = db_exec(tx->db, &q_people_user_disable,
                         ARGS(on ? V_INT(tx->now_ms) : V_NULL, V_INT(user)), NULL);
    return e != OK || !on ? e
                          : db_exec(tx->db, &q_people_sessions_revoke_others,
                                    ARGS(V_INT(tx->now_ms), V_INT(user), V_INT(0)), NULL);
}

void people_stop(void)
{
    tries_forget();
}
