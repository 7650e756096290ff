#include "store/idem.h"

#include <sodium.h>

#include "store/queries.h"

enum { PRUNE_MOST = 500 };

_Static_assert(IDEM_HASH_BYTES == crypto_hash_sha256_BYTES, "the hash is SHA-256");

void idem_hash(uint8_t hash[IDEM_HASH_BYTES], const struct str *parts, size_t n)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < n; i++) {
        uint64_t size = parts[i].n;
        uint8_t length[8];
        for (int k = 0; k < 8; k++)
            length[k] = (uint8_t)(size >> (56 - 8 * k));
        crypto_hash_sha256_update(&state, length, sizeof(length));
        crypto_hash_sha256_update(&state, (const uint8_t *)parts[i].p, parts[i].n);
    }
    crypto_hash_sha256_final(&state, hash);
}

static const char *text_or_null(const struct rows *rs, size_t row, const char *column)
{
    return row_null(rs, row, column) ? NULL : row_str(rs, row, column).p;
}

static bool is_final(enum err e)
{
    return !err_retryable(e) && err_http_status(e) < 500;
}

/* --- a set of keys --- */

enum { FIND_COLUMNS = 3, RECORD_COLUMNS = 10 };

struct idem_seen {
    struct str hash;
    bool answered;
    struct idem_outcome outcome;
};

void idem_set_init(struct idem_set *s, struct tx *tx)
{
    *s = (struct idem_set){.tx = tx};
    map_init(&s->seen);
}

void idem_set_free(struct idem_set *s)
{
    map_free(&s->seen);
}

/* One string of the three; their sizes part them. */
static struct str name_of(struct arena *arena, struct str actor, struct str operation,
                          struct str key)
{
    const char *text =
        arena_printf(arena, "%zu %zu %.*s%.*s%.*s", actor.n, operation.n, (int)actor.n, actor.p,
                     (int)operation.n, operation.p, (int)key.n, key.p);
    return text ? str_of(text) : STR_NONE;
}

static enum err keep_row(struct idem_set *s, const struct rows *rs, size_t row)
{
    struct arena *arena = s->tx->arena;
    struct idem_seen *seen = ARENA_NEW(arena, struct idem_seen);
    struct str name = name_of(arena, row_str(rs, row, "actor"), row_str(rs, row, "operation"),
                              row_str(rs, row, "key"));
    if (!seen || !name.p)
        return ERR_NOMEM;
    seen->hash = row_str(rs, row, "request_hash");
    seen->answered = true;
    seen->outcome = (struct idem_outcome){
        .result = err_from_name(row_str(rs, row, "result").p),
        .subject = row_int(rs, row, "subject"),
        .amount = row_int(rs, row, "amount"),
        .field = text_or_null(rs, row, "field"),
        .message_key = text_or_null(rs, row, "message_key"),
        .repeated = true,
    };
    return map_put(&s->seen, name, seen);
}

enum err idem_set_load(struct idem_set *s, const struct idem_key *const *keys, size_t n)
{
    struct rows rs;
    struct val *args = arena_array(s->tx->arena, n * FIND_COLUMNS, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        args[FIND_COLUMNS * i] = V_STR(keys[i]->actor);
        args[FIND_COLUMNS * i + 1] = V_Z(keys[i]->operation);
        args[FIND_COLUMNS * i + 2] = V_STR(keys[i]->key);
    }
    enum err e = db_select_many(s->tx->db, &q_store_idem_find, args, n, s->tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = keep_row(s, &rs, i);
    return e;
}

enum err idem_set_take(struct idem_set *s, const struct idem_key *key, struct idem_outcome *out)
{
    struct arena *arena = s->tx->arena;
    struct str name = name_of(arena, key->actor, str_of(key->operation), key->key);
    if (!name.p)
        return ERR_NOMEM;
    struct idem_seen *seen = map_get(&s->seen, name);
    if (seen) {
        if (!str_eq(seen->hash, str_n(key->hash, IDEM_HASH_BYTES)))
            return ERR_KEY_REUSED;
        if (!seen->answered)
            return ERR_AGAIN;
        *out = seen->outcome;
        return OK;
    }
    seen = ARENA_NEW(arena, struct idem_seen);
    if (!seen)
        return ERR_NOMEM;
    seen->hash = str_n(key->hash, IDEM_HASH_BYTES);
    enum err e = map_put(&s->seen, name, seen);
    return e ? e : ERR_NOT_FOUND;
}

static struct val text_val(const char *z)
{
    return z ? V_Z(z) : V_NULL;
}

static enum err add_row(struct idem_set *s, const struct idem_key *key,
                        const struct idem_outcome *o)
{
    const struct val row[RECORD_COLUMNS] = {
        V_STR(key->actor),        V_Z(key->operation),
        V_STR(key->key),          V_BLOB(str_n(key->hash, IDEM_HASH_BYTES)),
        V_Z(err_name(o->result)), V_INT(o->subject),
        V_INT(o->amount),         text_val(o->field),
        text_val(o->message_key), V_INT(s->tx->now_ms)};
    if (s->rows_n == s->room) {
        size_t room = s->room ? s->room * 2 : 16;
        struct val *more = arena_array(s->tx->arena, room * RECORD_COLUMNS, sizeof(*more));
        if (!more)
            return ERR_NOMEM;
        if (s->rows_n)
            memcpy(more, s->rows, s->rows_n * sizeof(row));
        s->rows = more;
        s->room = room;
    }
    memcpy(s->rows + s->rows_n++ * RECORD_COLUMNS, row, sizeof(row));
    return OK;
}

enum err idem_set_answer(struct idem_set *s, const struct idem_key *key,
                         const struct idem_outcome *o)
{
    struct str name = name_of(s->tx->arena, key->actor, str_of(key->operation), key->key);
    struct idem_seen *seen = name.p ? map_get(&s->seen, name) : NULL;
    if (!seen)
        return ERR_NOMEM;
    if (!is_final(o->result)) {
        map_remove(&s->seen, name);
        return OK;
    }
    seen->answered = true;
    seen->outcome = *o;
    seen->outcome.repeated = true;
    return add_row(s, key, o);
}

enum err idem_set_flush(struct idem_set *s)
{
    enum err e = db_exec_many(s->tx->db, &q_store_idem_record, s->rows, s->rows_n, NULL);
    s->rows_n = 0;
    return e;
}

/* --- one request --- */

static enum err run_new(struct idem_set *set, const struct idem_key *key,
                        enum err (*work)(struct tx *tx, void *arg, int64_t *subject), void *arg,
                        struct idem_outcome *out)
{
    struct tx *tx = set->tx;
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    out->result = work(tx, arg, &out->subject);
    if (out->result == OK) {
        e = db_savepoint_release(tx->db);
        if (e)
            db_savepoint_rollback(tx->db);
    } else {
        db_savepoint_rollback(tx->db);
        if (!is_final(out->result))
            return out->result;
        out->subject = 0;
        out->amount = tx->info->limit;
        out->field = tx->info->field;
        out->message_key = tx->info->key;
    }
    if (!e)
        e = idem_set_answer(set, key, out);
    return e ? e : idem_set_flush(set);
}

enum err idem_run(struct tx *tx, const struct idem_key *key,
                  enum err (*work)(struct tx *tx, void *arg, int64_t *subject), void *arg,
                  struct idem_outcome *out)
{
    struct idem_set set;
    *out = (struct idem_outcome){0};
    idem_set_init(&set, tx);
    enum err e = idem_set_load(&set, &key, 1);
    if (!e)
        e = idem_set_take(&set, key, out);
    if (e == ERR_NOT_FOUND)
        e = run_new(&set, key, work, arg, out);
    idem_set_free(&set);
    return e;
}

enum err idem_prune(struct tx *tx, void *unused)
{
    (void)unused;
    return db_exec(tx->db, &q_store_idem_prune,
                   ARGS(V_INT(tx->now_ms - IDEM_KEEP_MS), V_INT(PRUNE_MOST)), NULL);
}
