#include "ledger/ledger_chain.h"

#include <sodium.h>
#include <string.h>

#include "store/queries.h"

enum {
    VERSION = 1,
    SLICE = 1024,                      /* transfers read at a time */
    SLICE_ARENA_MAX = 8 * 1024 * 1024, /* a slice with the longest reasons and refs */
};

enum err ledger_chain_end(struct db *db, struct arena *arena, struct ledger_chain_end *out)
{
    struct rows rs;
    *out = (struct ledger_chain_end){0};
    enum err e = db_select(db, &q_ledger_chain_end, NO_ARGS, arena, &rs);
    if (e || rs.n == 0)
        return e;
    struct str hash = row_str(&rs, 0, "hash");
    if (hash.n != LEDGER_HASH_BYTES)
        return ERR_CORRUPT;
    out->seq = row_int(&rs, 0, "seq");
    memcpy(out->hash, hash.p, LEDGER_HASH_BYTES);
    return OK;
}

static void add_int(crypto_hash_sha256_state *state, int64_t value)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    crypto_hash_sha256_update(state, b, sizeof(b));
}

static void add_bytes(crypto_hash_sha256_state *state, struct str s)
{
    crypto_hash_sha256_update(state, (const unsigned char *)s.p, s.n);
}

static void add_text(crypto_hash_sha256_state *state, struct str s)
{
    add_int(state, (int64_t)s.n);
    add_bytes(state, s);
}

void ledger_chain_step(uint8_t hash[LEDGER_HASH_BYTES], const struct rows *rs, size_t row)
{
    static const char *const numbers[] = {"seq",    "kind",       "debit", "credit",
                                          "amount", "timeout_ms", "hold",  "at_ms"};
    const uint8_t version = VERSION;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, hash, LEDGER_HASH_BYTES);
    crypto_hash_sha256_update(&state, &version, 1);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        add_int(&state, row_int(rs, row, numbers[i]));
    add_bytes(&state, row_str(rs, row, "id"));
    add_text(&state, row_str(rs, row, "reason"));
    add_text(&state, row_str(rs, row, "ref"));
    crypto_hash_sha256_final(&state, hash);
}

static enum err extend_slice(struct tx *tx, struct ledger_chain_end *end, struct arena *arena,
                             bool *more)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_ledger_chain_missing, ARGS(V_INT(end->seq), V_INT(SLICE)), arena, &rs);
    if (e)
        return e;
    struct val *args = arena_array(arena, rs.n * 2, sizeof(*args));
    uint8_t(*hashes)[LEDGER_HASH_BYTES] = arena_array(arena, rs.n, sizeof(*hashes));
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++) {
        ledger_chain_step(end->hash, &rs, i);
        end->seq = row_int(&rs, i, "seq");
        memcpy(hashes[i], end->hash, LEDGER_HASH_BYTES);
        args[2 * i] = V_INT(end->seq);
        args[2 * i + 1] = V_BLOB(str_n(hashes[i], LEDGER_HASH_BYTES));
    }
    *more = rs.n == SLICE;
    return db_exec_many(tx->db, &q_ledger_chain_add, args, rs.n, NULL);
}

enum err ledger_chain_extend(struct tx *tx, struct ledger_chain_end *end)
{
    enum err e = OK;
    for (bool more = true; !e && more;) {
        struct arena scratch;
        arena_init(&scratch, SLICE_ARENA_MAX);
        e = extend_slice(tx, end, &scratch, &more);
        arena_free(&scratch);
    }
    return e;
}
