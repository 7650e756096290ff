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

static const char *text_or_null(const struct rows *rs, const char *column)
{
    return row_null(rs, 0, column) ? NULL : row_str(rs, 0, column).p;
}

/* ERR_NOT_FOUND when the key is new. */
static enum err recall(struct tx *tx, const struct idem_key *key, struct idem_outcome *out)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_store_idem_find,
               ARGS(V_STR(key->actor), V_Z(key->operation), V_STR(key->key)), tx->arena, &rs);
    if (e)
        return e;
    if (!str_eq(row_str(&rs, 0, "request_hash"), str_n(key->hash, IDEM_HASH_BYTES)))
        return ERR_KEY_REUSED;
    *out = (struct idem_outcome){
        .result = err_from_name(row_str(&rs, 0, "result").p),
        .subject = row_int(&rs, 0, "subject"),
        .amount = row_int(&rs, 0, "amount"),
        .field = text_or_null(&rs, "field"),
        .message_key = text_or_null(&rs, "message_key"),
        .repeated = true,
    };
    return OK;
}

static struct val text_val(const char *z)
{
    return z ? V_Z(z) : V_NULL;
}

static enum err record(struct tx *tx, const struct idem_key *key, const struct idem_outcome *o)
{
    return db_exec(tx->db, &q_store_idem_record,
                   ARGS(V_STR(key->actor), V_Z(key->operation), V_STR(key->key),
                        V_BLOB(str_n(key->hash, IDEM_HASH_BYTES)), V_Z(err_name(o->result)),
                        V_INT(o->subject), V_INT(o->amount), text_val(o->field),
                        text_val(o->message_key), V_INT(tx->now_ms)),
                   NULL);
}

static bool is_final(enum err e)
{
    return !err_retryable(e) && err_http_status(e) < 500;
}

enum err idem_run(struct tx *tx, const struct idem_key *key,
                  enum err (*work)(struct tx *tx, void *arg, int64_t *subject), void *arg,
                  struct idem_outcome *out)
{
    *out = (struct idem_outcome){0};
    enum err e = recall(tx, key, out);
    if (e != ERR_NOT_FOUND)
        return e;
    e = db_savepoint(tx->db);
    if (e)
        return e;
    out->result = work(tx, arg, &out->subject);
    if (out->result == OK) {
        e = db_savepoint_release(tx->db);
        if (e)
            db_savepoint_rollback(tx->db);
        return e ? e : record(tx, key, out);
    }
    db_savepoint_rollback(tx->db);
    if (!is_final(out->result))
        return out->result;
    out->subject = 0;
    out->amount = tx->info->limit;
    out->field = tx->info->field;
    out->message_key = tx->info->key;
    return record(tx, key, out);
}

enum err idem_prune(struct tx *tx, void *unused)
{
    (void)unused;
    return db_exec(tx->db, &q_store_idem_prune,
                   ARGS(V_INT(tx->now_ms - IDEM_KEEP_MS), V_INT(PRUNE_MOST)), NULL);
}
