#include "ledger/ledger.h"

#include <sodium.h>

#include "base/rnd.h"
#include "ledger/ledger_internal.h"
#include "store/queries.h"

enum { FLAGS_ALL = LEDGER_DEBITS_LE_CREDITS | LEDGER_CREDITS_LE_DEBITS | LEDGER_CLOSED };

struct ledger_id ledger_id_new(void)
{
    struct ledger_id id;
    rnd_fill(id.b, sizeof(id.b));
    return id;
}

struct ledger_id ledger_id_derive(const char *purpose, struct str of)
{
    struct ledger_id id;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)of.p, of.n);
    crypto_hash_sha256_final(&state, digest);
    memcpy(id.b, digest, sizeof(id.b));
    return id;
}

/* --- books and accounts --- */

int64_t ledger_available(const struct ledger_account *a)
{
    return a->credits_posted - a->debits_posted - a->debits_pending;
}

static enum err only_id(enum err e, const struct rows *rs, int64_t *id)
{
    if (!e)
        *id = row_int(rs, 0, "id");
    return e;
}

enum err ledger_book(struct tx *tx, const char *unit, struct str subject, int64_t *book)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_ledger_book_find, ARGS(V_Z(unit), V_STR(subject)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        e = db_one(tx->db, &q_ledger_book_add, ARGS(V_Z(unit), V_STR(subject)), tx->arena, &rs);
    return only_id(e, &rs, book);
}

enum err ledger_account_open(struct tx *tx, int64_t book, const char *role, int flags,
                             int64_t *account)
{
    struct rows rs;
    if (flags & ~FLAGS_ALL)
        return ledger_refuse(tx->info, ERR_INVALID, "flags", 0);
    enum err e =
        db_one(tx->db, &q_ledger_account_find, ARGS(V_INT(book), V_Z(role)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        e = db_one(tx->db, &q_ledger_account_add, ARGS(V_INT(book), V_Z(role), V_INT(flags)),
                   tx->arena, &rs);
    else if (!e && (row_int(&rs, 0, "flags") & ~LEDGER_CLOSED) != (flags & ~LEDGER_CLOSED))
        return ledger_refuse(tx->info, ERR_CONFLICT, "flags", row_int(&rs, 0, "flags"));
    return only_id(e, &rs, account);
}

enum err ledger_account_close(struct tx *tx, int64_t account)
{
    int64_t changed = 0;
    enum err e = db_exec(tx->db, &q_ledger_account_close, ARGS(V_INT(account)), &changed);
    return !e && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err ledger_account_find(struct db *db, const char *unit, struct str subject, const char *role,
                             struct arena *arena, int64_t *account)
{
    struct rows rs;
    enum err e = db_one(db, &q_ledger_account_by_names, ARGS(V_Z(unit), V_STR(subject), V_Z(role)),
                        arena, &rs);
    return only_id(e, &rs, account);
}

enum err ledger_accounts_of(struct db *db, const char *unit, const struct str *subjects, size_t n,
                            struct arena *arena, struct rows *out)
{
    struct val *args = arena_array(arena, n * 2, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        args[2 * i] = V_Z(unit);
        args[2 * i + 1] = V_STR(subjects[i]);
    }
    return db_select_many(db, &q_ledger_accounts_of, args, n, arena, out);
}

enum err ledger_account_get(struct db *db, int64_t account, struct arena *arena,
                            struct ledger_account *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_ledger_account_get, ARGS(V_INT(account)), arena, &rs);
    if (e)
        return e;
    *out = ledger_account_of_row(&rs, 0);
    return OK;
}
