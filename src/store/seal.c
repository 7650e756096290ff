#include "store/seal.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rnd.h"
#include "store/keyfile.h"
#include "store/queries.h"

enum {
    VERSION = 1,
    FIRST_KEY = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SCRATCH_MAX = 64 * 1024,
};

struct seal_key {
    _Atomic bool loaded; /* the rest is written before and read after */
    uint8_t sealing[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    uint8_t hashing[crypto_generichash_KEYBYTES];
};

static struct seal_key keys[SEAL_KEYS_MAX + 1]; /* by id */
static _Atomic int newest;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];

/* --- key files --- */

static bool is_loaded(int id)
{
    return atomic_load_explicit(&keys[id].loaded, memory_order_acquire);
}

static enum err load_key(int id, enum keyfile_absent absent, struct arena *arena,
                         struct err_info *info)
{
    uint8_t key[KEYFILE_BYTES];
    struct seal_key *k = &keys[id];
    _Static_assert(sizeof(key) == crypto_kdf_KEYBYTES, "the file holds a key to derive from");
    const char *name = id == FIRST_KEY ? "seal.key" : arena_printf(arena, "seal-%d.key", id);
    if (!name)
        return ERR_NOMEM;
    pthread_mutex_lock(&loading);
    if (is_loaded(id)) { /* by another thread; it may be in use */
        pthread_mutex_unlock(&loading);
        return OK;
    }
    enum err e = keyfile_load(folder, name, absent, key, arena, info);
    if (e == OK) {
        crypto_kdf_derive_from_key(k->sealing, sizeof(k->sealing), 1, "sealing_", key);
        crypto_kdf_derive_from_key(k->hashing, sizeof(k->hashing), 2, "hashing_", key);
        atomic_store_explicit(&k->loaded, true, memory_order_release);
    }
    pthread_mutex_unlock(&loading);
    sodium_memzero(key, sizeof(key));
    return e;
}

enum err seal_load(const char *dir, struct arena *arena, struct err_info *info)
{
    if (strlen(dir) >= sizeof(folder))
        return ERR_TOO_LARGE;
    strcpy(folder, dir);
    for (int id = FIRST_KEY; id <= SEAL_KEYS_MAX; id++)
        atomic_store(&keys[id].loaded, false);
    enum err e = load_key(FIRST_KEY, KEYFILE_MAKE, arena, info);
    if (e == OK)
        atomic_store(&newest, FIRST_KEY);
    return e;
}

/* One that was listed since we started: its file is read when it is first needed. */
static bool find_key(int id)
{
    struct err_info info = {0};
    struct arena arena;
    if (id < FIRST_KEY || id > SEAL_KEYS_MAX)
        return false;
    if (is_loaded(id))
        return true;
    arena_init(&arena, SCRATCH_MAX);
    enum err e = load_key(id, KEYFILE_REFUSE, &arena, &info);
    arena_free(&arena);
    if (e)
        LOG(ERROR, "store.seal_key_missing", L_I("key", id), L_ERR(e));
    return e == OK;
}

enum err seal_make(int id, struct arena *arena, struct err_info *info)
{
    if (id <= FIRST_KEY || id > SEAL_KEYS_MAX)
        return ERR_LIMIT;
    return load_key(id, KEYFILE_MAKE, arena, info);
}

int seal_newest(void)
{
    return atomic_load(&newest);
}

/* --- the list --- */

static void hash_by(const struct seal_key *k, const char *purpose, struct str text,
                    uint8_t out[SEAL_HASH_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, k->hashing, sizeof(k->hashing), SEAL_HASH_BYTES);
    /* With its NUL the purpose cannot run into the text. */
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, (const uint8_t *)text.p, text.n);
    crypto_generichash_final(&state, out, SEAL_HASH_BYTES);
}

static enum err list_key(struct db *db, int id)
{
    uint8_t fingerprint[SEAL_HASH_BYTES];
    hash_by(&keys[id], "seal.key", STR("fingerprint"), fingerprint);
    return db_exec(
        db, &q_store_seal_key_add,
        ARGS(V_INT(id), V_BLOB(str_n(fingerprint, sizeof(fingerprint))), V_INT(clock_wall_ms())),
        NULL);
}

enum err seal_use(struct db *db, int id)
{
    assert(is_loaded(id));
    enum err e = list_key(db, id);
    if (!e)
        atomic_store(&newest, id);
    return e;
}

static enum err check_listed(const struct rows *rs, size_t row, struct arena *arena,
                             struct err_info *info)
{
    uint8_t own[SEAL_HASH_BYTES];
    int64_t id = row_int(rs, row, "id");
    const char *name =
        id == FIRST_KEY ? "seal.key" : arena_printf(arena, "seal-%lld.key", (long long)id);
    *info = (struct err_info){.code = ERR_CONFLICT, .field = name};
    if (id < FIRST_KEY || id > SEAL_KEYS_MAX || !find_key((int)id)) {
        info->text = "missing, and fields of this database are sealed by it; copy it from the data "
                     "folder of the server that has it";
        return ERR_CONFLICT;
    }
    hash_by(&keys[id], "seal.key", STR("fingerprint"), own);
    if (!str_eq(row_str(rs, row, "fingerprint"), str_n(own, sizeof(own)))) {
        info->text = "not the key that sealed this database's fields; copy it from the data "
                     "folder of the server that has them";
        return ERR_CONFLICT;
    }
    *info = (struct err_info){0};
    return OK;
}

static enum err agree(struct db *db, struct arena *arena, struct err_info *info)
{
    struct rows rs;
    enum err e = db_select(db, &q_store_seal_keys, NO_ARGS, arena, &rs);
    if (!e && rs.n == 0)
        return list_key(db, FIRST_KEY);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = check_listed(&rs, i, arena, info);
    if (!e) /* by rising id */
        atomic_store(&newest, (int)row_int(&rs, rs.n - 1, "id"));
    return e;
}

enum err seal_agree(struct db *db, struct arena *arena, struct err_info *info)
{
    assert(is_loaded(FIRST_KEY));
    enum err e = db_begin(db);
    if (!e)
        e = agree(db, arena, info);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e;
}

enum err seal_follow(struct tx *tx, void *unused)
{
    struct rows rs;
    struct err_info info;
    (void)unused;
    enum err e = db_select(tx->db, &q_store_seal_keys, NO_ARGS, tx->arena, &rs);
    int64_t last = !e && rs.n > 0 ? row_int(&rs, rs.n - 1, "id") : 0;
    if (last <= seal_newest())
        return e;
    if (check_listed(&rs, rs.n - 1, tx->arena, &info) != OK) {
        LOG(ERROR, "store.seal_key_not_taken", L_Z("file", info.field), L_Z("why", info.text));
        return OK;
    }
    atomic_store(&newest, (int)last);
    LOG(INFO, "store.seal_key_taken", L_I("key", last));
    return OK;
}

/* --- texts --- */

enum err seal_text(const char *purpose, struct str plain, struct arena *arena, struct str *sealed)
{
    int id = seal_newest();
    assert(is_loaded(id));
    if (plain.n > SEAL_TEXT_MAX)
        return ERR_TOO_LARGE;
    uint8_t *out = arena_alloc(arena, plain.n + SEAL_OVERHEAD);
    unsigned long long n;
    if (!out)
        return ERR_NOMEM;
    out[0] = VERSION;
    out[1] = (uint8_t)id;
    rnd_fill(out + 2, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 2 + NONCE, &n, (const uint8_t *)plain.p,
                                               plain.n, (const uint8_t *)purpose, strlen(purpose),
                                               NULL, out + 2, keys[id].sealing);
    *sealed = str_n(out, 2 + NONCE + n);
    return OK;
}

enum err seal_reveal(const char *purpose, struct str sealed, struct arena *arena, struct str *plain)
{
    const uint8_t *in = (const uint8_t *)sealed.p;
    int id = seal_key_of(sealed);
    if (id == 0 || !find_key(id))
        return ERR_CORRUPT;
    uint8_t *out = arena_alloc(arena, sealed.n - SEAL_OVERHEAD + 1);
    unsigned long long n;
    if (!out)
        return ERR_NOMEM;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, in + 2 + NONCE,
                                                   sealed.n - 2 - NONCE, (const uint8_t *)purpose,
                                                   strlen(purpose), in + 2, keys[id].sealing) != 0)
        return ERR_CORRUPT;
    *plain = str_n(out, n);
    return OK;
}

int seal_key_of(struct str sealed)
{
    const uint8_t *in = (const uint8_t *)sealed.p;
    if (sealed.n < SEAL_OVERHEAD || in[0] != VERSION || in[1] > SEAL_KEYS_MAX)
        return 0;
    return in[1];
}

enum err seal_again(const char *purpose, struct str sealed, struct arena *arena, struct str *out)
{
    struct str plain = STR_NONE;
    enum err e = seal_reveal(purpose, sealed, arena, &plain);
    if (!e)
        e = seal_text(purpose, plain, arena, out);
    if (plain.n)
        sodium_memzero((void *)(uintptr_t)plain.p, plain.n);
    return e;
}

enum err seal_slice(struct db *db, const struct seal_column *c, struct arena *arena, int64_t *after,
                    size_t *n, size_t *broken)
{
    struct rows rs;
    const uint8_t key = (uint8_t)seal_newest();
    enum err e = db_select(
        db, c->next, ARGS(V_INT(*after), V_BLOB(str_n(&key, 1)), V_INT(SEAL_SLICE)), arena, &rs);
    *n = rs.n;
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str before = row_str(&rs, i, "sealed"), again;
        *after = row_int(&rs, i, "id");
        e = seal_again(c->purpose, before, arena, &again);
        if (e == ERR_CORRUPT) {
            LOG(ERROR, "store.seal_broken", L_Z("purpose", c->purpose), L_I("row", *after));
            ++*broken;
            e = OK;
        } else if (!e) {
            e = db_exec(db, c->put, ARGS(V_BLOB(again), V_INT(*after), V_BLOB(before)), NULL);
        }
    }
    return e;
}

void seal_hash(const char *purpose, struct str text, uint8_t out[SEAL_HASH_BYTES])
{
    assert(is_loaded(FIRST_KEY));
    hash_by(&keys[FIRST_KEY], purpose, text, out);
}
