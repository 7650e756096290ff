#include "store/migrate.h"

#include <sodium.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "store/queries.h"

struct checksum {
    char hex[2 * crypto_hash_sha256_BYTES + 1];
};

static const char *sql_for(const struct db *db, const struct migration *m)
{
    return db_dialect(db) == DB_POSTGRES && m->sql_pg ? m->sql_pg : m->sql;
}

static struct checksum checksum_of(const struct db *db, const struct migration *m)
{
    struct checksum sum;
    unsigned char digest[crypto_hash_sha256_BYTES];
    const char *sql = m->pg_is_own ? sql_for(db, m) : m->sql;
    crypto_hash_sha256(digest, (const unsigned char *)sql, strlen(sql));
    enc_hex(sum.hex, digest, sizeof(digest));
    return sum;
}

static enum err refuse(struct err_info *info, enum err e, const char *text)
{
    *info = (struct err_info){.code = e, .field = "store", .text = text};
    return e;
}

static const struct migration *find(const struct migration *list, int n, int64_t number)
{
    for (int i = 0; i < n; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

/* What is recorded must be known here and unchanged since. */
static enum err check_recorded(struct db *db, const struct migration *list, int n,
                               struct arena *arena, struct err_info *info, size_t *recorded)
{
    struct rows rs;
    enum err e = db_select(db, &q_store_migrations_applied, NO_ARGS, arena, &rs);
    if (e)
        return e;
    for (size_t i = 0; i < rs.n; i++) {
        const struct migration *m = find(list, n, row_int(&rs, i, "number"));
        struct str name = row_str(&rs, i, "name");
        if (!m)
            return refuse(info, ERR_UNSUPPORTED,
                          arena_printf(arena,
                                       "the database holds migration %.*s, which this version "
                                       "does not know: it was written by a newer one",
                                       STR_ARG(name)));
        if (!str_eq_z(row_str(&rs, i, "checksum"), checksum_of(db, m).hex))
            return refuse(
                info, ERR_CORRUPT,
                arena_printf(arena, "migration %s has changed since it was applied", m->name));
    }
    *recorded = rs.n;
    return OK;
}

/* Inside its transaction: another process may have applied it meanwhile. */
static enum err apply_locked(struct db *db, const struct migration *m, struct arena *arena,
                             bool *done)
{
    struct rows rs;
    enum err e = db_select(db, &q_store_migration_applied, ARGS(V_INT(m->number)), arena, &rs);
    if (e || rs.n > 0)
        return e;
    e = db_script(db, sql_for(db, m));
    if (!e)
        e = db_exec(db, &q_store_migration_record,
                    ARGS(V_INT(m->number), V_Z(m->name), V_Z(checksum_of(db, m).hex),
                         V_INT(clock_wall_ms())),
                    NULL);
    if (!e)
        *done = true;
    return e;
}

static enum err apply(struct db *db, const struct migration *m, struct arena *arena,
                      struct err_info *info, int *applied)
{
    bool done = false;
    enum err e = db_begin(db);
    if (!e)
        e = apply_locked(db, m, arena, &done);
    const char *why = e ? arena_strdup(arena, db_last_error(db)) : NULL;
    if (!e && (e = db_commit(db)))
        why = arena_strdup(arena, db_last_error(db));
    if (e) {
        db_rollback(db);
        return refuse(
            info, e,
            arena_printf(arena, "migration %s failed: %s", m->name, why ? why : "cannot commit"));
    }
    if (done) {
        (*applied)++;
        LOG(INFO, "store.migrated", L_Z("migration", m->name));
    }
    return OK;
}

/* Ours, or an empty one: tables of another program are not built upon. */
static enum err check_owner(struct db *db, struct arena *arena, struct err_info *info)
{
    struct rows ours, tables;
    enum err e = db_one(db, &q_store_has_migrations, NO_ARGS, arena, &ours);
    if (!e)
        e = db_one(db, &q_store_tables, NO_ARGS, arena, &tables);
    if (!e && row_int(&ours, 0, "n") == 0 && row_int(&tables, 0, "n") > 0)
        return refuse(info, ERR_UNSUPPORTED, "the database holds tables of another program");
    return e;
}

/* In a transaction: several processes may start on a new database at once. */
static enum err make_own_tables(struct db *db, struct arena *arena, struct err_info *info)
{
    enum err e = db_begin(db);
    if (!e)
        e = check_owner(db, arena, info);
    if (!e)
        e = db_make_own_tables(db);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e;
}

enum err migrate_up_list(struct db *db, const struct migration *list, int n, struct arena *arena,
                         struct err_info *info, int *applied)
{
    size_t recorded;
    *applied = 0;
    *info = (struct err_info){0};
    enum err e = make_own_tables(db, arena, info);
    if (e)
        return info->text ? e : refuse(info, e, arena_strdup(arena, db_last_error(db)));
    e = check_recorded(db, list, n, arena, info, &recorded);
    for (int i = 0; !e && i < n; i++)
        e = apply(db, &list[i], arena, info, applied);
    return e;
}

enum err migrate_up(struct db *db, struct arena *arena, struct err_info *info, int *applied)
{
    return migrate_up_list(db, migration_list(), migration_count(), arena, info, applied);
}

enum err migrate_recorded(struct db *db, struct arena *arena, struct err_info *info, int *recorded)
{
    size_t n = 0;
    struct rows rs;
    enum err e = db_one(db, &q_store_has_migrations, NO_ARGS, arena, &rs);
    if (!e && row_int(&rs, 0, "n") > 0)
        e = check_recorded(db, migration_list(), migration_count(), arena, info, &n);
    else if (!e)
        e = check_owner(db, arena, info);
    *recorded = e ? 0 : (int)n;
    return e;
}

enum err migrate_verify(struct db *db, struct arena *arena, struct err_info *info)
{
    size_t recorded;
    struct rows rs;
    enum err e = db_one(db, &q_store_has_migrations, NO_ARGS, arena, &rs);
    if (!e && row_int(&rs, 0, "n") == 0 && (e = check_owner(db, arena, info)))
        return e;
    if (!e && row_int(&rs, 0, "n") == 0)
        return refuse(info, ERR_CONFLICT,
                      "the database is empty: `guildhall serve` makes its tables");
    if (!e)
        e = check_recorded(db, migration_list(), migration_count(), arena, info, &recorded);
    if (!e && recorded < (size_t)migration_count())
        return refuse(info, ERR_CONFLICT, "the database lacks migrations of this version");
    return e;
}
