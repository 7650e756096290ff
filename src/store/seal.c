#include "store/seal.h"

#include <assert.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/rnd.h"
#include "store/keyfile.h"
#include "store/queries.h"

enum { VERSION = 1, KEY_ID = 1, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

static struct {
    bool loaded;
    uint8_t sealing[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    uint8_t hashing[crypto_generichash_KEYBYTES];
} keys;

enum err seal_load(const char *dir, struct arena *arena, struct err_info *info)
{
    uint8_t key[KEYFILE_BYTES];
    _Static_assert(sizeof(key) == crypto_kdf_KEYBYTES, "the file holds a key to derive from");
    enum err e = keyfile_load(dir, "seal.key", KEYFILE_MAKE, key, arena, info);
    if (e == OK) {
        crypto_kdf_derive_from_key(keys.sealing, sizeof(keys.sealing), 1, "sealing_", key);
        crypto_kdf_derive_from_key(keys.hashing, sizeof(keys.hashing), 2, "hashing_", key);
        keys.loaded = true;
    }
    sodium_memzero(key, sizeof(key));
    return e;
}

static enum err agree(struct db *db, struct arena *arena, struct err_info *info)
{
    uint8_t own[SEAL_HASH_BYTES];
    struct rows rs;
    seal_hash("seal.key", STR("fingerprint"), own);
    struct str fingerprint = str_n(own, sizeof(own));
    enum err e = db_select(db, &q_store_seal_key, ARGS(V_INT(KEY_ID)), arena, &rs);
    if (!e && rs.n == 0)
        return db_exec(db, &q_store_seal_key_add,
                       ARGS(V_INT(KEY_ID), V_BLOB(fingerprint), V_INT(clock_wall_ms())), NULL);
    if (!e && !str_eq(row_str(&rs, 0, "fingerprint"), fingerprint)) {
        *info = (struct err_info){
            .code = ERR_CONFLICT,
            .field = "seal.key",
            .text = "not the key that sealed this database's fields; copy it from the data "
                    "folder of the server that has them"};
        return ERR_CONFLICT;
    }
    return e;
}

enum err seal_agree(struct db *db, struct arena *arena, struct err_info *info)
{
    assert(keys.loaded);
    enum err e = db_begin(db);
    if (!e)
        e = agree(db, arena, info);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e;
}

enum err seal_text(const char *purpose, struct str plain, struct arena *arena, struct str *sealed)
{
    assert(keys.loaded);
    if (plain.n > SEAL_TEXT_MAX)
        return ERR_TOO_LARGE;
    uint8_t *out = arena_alloc(arena, plain.n + SEAL_OVERHEAD);
    unsigned long long n;
    if (!out)
        return ERR_NOMEM;
    out[0] = VERSION;
    out[1] = KEY_ID;
    rnd_fill(out + 2, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 2 + NONCE, &n, (const uint8_t *)plain.p,
                                               plain.n, (const uint8_t *)purpose, strlen(purpose),
                                               NULL, out + 2, keys.sealing);
    *sealed = str_n(out, 2 + NONCE + n);
    return OK;
}

enum err seal_reveal(const char *purpose, struct str sealed, struct arena *arena, struct str *plain)
{
    assert(keys.loaded);
    const uint8_t *in = (const uint8_t *)sealed.p;
    if (sealed.n < SEAL_OVERHEAD || in[0] != VERSION || in[1] != KEY_ID)
        return ERR_CORRUPT;
    uint8_t *out = arena_alloc(arena, sealed.n - SEAL_OVERHEAD + 1);
    unsigned long long n;
    if (!out)
        return ERR_NOMEM;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, in + 2 + NONCE,
                                                   sealed.n - 2 - NONCE, (const uint8_t *)purpose,
                                                   strlen(purpose), in + 2, keys.sealing) != 0)
        return ERR_CORRUPT;
    *plain = str_n(out, n);
    return OK;
}

void seal_hash(const char *purpose, struct str text, uint8_t out[SEAL_HASH_BYTES])
{
    assert(keys.loaded);
    crypto_generichash_state state;
    crypto_generichash_init(&state, keys.hashing, sizeof(keys.hashing), SEAL_HASH_BYTES);
    /* With its NUL the purpose cannot run into the text. */
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, (const uint8_t *)text.p, text.n);
    crypto_generichash_final(&state, out, SEAL_HASH_BYTES);
}
