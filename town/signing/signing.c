#include "town/signing/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "store/keyfile.h"
#include "store/queries.h"

enum {
    FOLDER_MAX = 4096,
    LINE_BYTES = 8 + 2 * SIGNING_KEY_BYTES,
    PUB_MAX = SIGNING_KEYS_MAX * (LINE_BYTES + 1),
    NAME_TEXT = 32,
};

/* What is known of key n, at n. */
struct known {
    bool is_trusted; /* of signing.pub */
    bool can_sign;
    uint8_t public[SIGNING_KEY_BYTES];
    uint8_t own[SIGNING_KEY_BYTES]; /* of the file */
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char folder[FOLDER_MAX];
    bool has_list; /* signing.pub is there: it alone is believed */
    struct known at[SIGNING_KEYS_MAX + 1];
} keys;

void signing_forget(void)
{
    pthread_mutex_lock(&lock);
    sodium_memzero(&keys, sizeof(keys));
    pthread_mutex_unlock(&lock);
}

static enum err refuse(struct err_info *info, enum err e, const char *field, const char *text)
{
    *info = (struct err_info){.code = e, .field = field, .text = text};
    return e;
}

/* --- signing.pub --- */

static enum err read_line(struct str line, struct err_info *info)
{
    struct str hex, number = str_cut(line, ' ', &hex);
    uint8_t key[SIGNING_KEY_BYTES];
    int64_t n;
    if (str_to_i64(number, &n) || n < 1 || n > SIGNING_KEYS_MAX ||
        enc_unhex(key, sizeof(key), str_trim(hex)))
        return refuse(info, ERR_CORRUPT, "signing.pub", "a line is not a number and a key");
    if (keys.at[n].is_trusted && memcmp(keys.at[n].public, key, sizeof(key)) != 0)
        return refuse(info, ERR_CORRUPT, "signing.pub", "two keys have one number");
    memcpy(keys.at[n].public, key, sizeof(key));
    keys.at[n].is_trusted = true;
    return OK;
}

/* Under the lock. */
static enum err read_list(struct arena *arena, struct err_info *info)
{
    char text[PUB_MAX + 1];
    const char *path = arena_printf(arena, "%s/signing.pub", keys.folder);
    if (!path)
        return ERR_NOMEM;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT
                   ? OK
                   : refuse(info, err_from_errno(errno), "signing.pub", "cannot be read");
    ssize_t n = read(fd, text, sizeof(text));
    close(fd);
    if (n < 0 || n > PUB_MAX)
        return refuse(info, n < 0 ? ERR_IO : ERR_TOO_LARGE, "signing.pub", "cannot be read");
    struct str rest = str_n(text, (size_t)n);
    keys.has_list = true;
    while (rest.n) {
        struct str line = str_trim(str_cut(rest, '\n', &rest));
        enum err e = line.n ? read_line(line, info) : OK;
        if (e)
            return e;
    }
    return OK;
}

/* Written whole beside it and moved over, so that a crash loses no former key. */
static enum err write_list(struct arena *arena, struct err_info *info)
{
    char hex[2 * SIGNING_KEY_BYTES + 1];
    const char *path = arena_printf(arena, "%s/signing.pub", keys.folder);
    const char *fresh = arena_printf(arena, "%s/signing.pub.new", keys.folder);
    if (!path || !fresh)
        return ERR_NOMEM;
    FILE *f = fopen(fresh, "we");
    if (!f)
        return refuse(info, err_from_errno(errno), "signing.pub", "cannot be written");
    for (int i = 1; i <= SIGNING_KEYS_MAX; i++) {
        if (!keys.at[i].is_trusted)
            continue;
        enc_hex(hex, keys.at[i].public, SIGNING_KEY_BYTES);
        fprintf(f, "%d %s\n", i, hex);
    }
    bool ok = fflush(f) == 0 && fsync(fileno(f)) == 0;
    ok = fclose(f) == 0 && ok && rename(fresh, path) == 0;
    return ok ? OK : refuse(info, err_from_errno(errno), "signing.pub", "cannot be written");
}

static enum err set_folder(const char *dir)
{
    if (strlen(dir) >= sizeof(keys.folder))
        return ERR_TOO_LARGE;
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    sodium_memzero(&keys, sizeof(keys));
    strcpy(keys.folder, dir);
    return OK;
}

enum err signing_trust(const char *dir, struct arena *arena, struct err_info *info)
{
    pthread_mutex_lock(&lock);
    enum err e = set_folder(dir);
    if (!e)
        e = read_list(arena, info);
    pthread_mutex_unlock(&lock);
    return e;
}

/* --- the secret ones --- */

/* The key file of a number, under the lock. */
static enum err load(int64_t id, enum keyfile_absent absent, struct arena *arena,
                     struct err_info *info)
{
    uint8_t seed[KEYFILE_BYTES];
    char name[NAME_TEXT];
    struct known *k = &keys.at[id];
    _Static_assert(sizeof(seed) == crypto_sign_SEEDBYTES, "the file holds a seed");
    if (k->can_sign)
        return OK;
    if (id == 1)
        snprintf(name, sizeof(name), "signing.key");
    else
        snprintf(name, sizeof(name), "signing-%lld.key", (long long)id);
    enum err e = keyfile_load(keys.folder, name, absent, seed, arena, info);
    if (e) {
        info->field = arena_strdup(arena, name);
        return e;
    }
    crypto_sign_seed_keypair(k->own, k->secret, seed);
    sodium_memzero(seed, sizeof(seed));
    k->can_sign = true;
    return OK;
}

/* A key that was made here is believed here. */
static enum err trust_own(int64_t id, struct arena *arena, struct err_info *info)
{
    struct known *k = &keys.at[id];
    if (k->is_trusted)
        return memcmp(k->public, k->own, SIGNING_KEY_BYTES) == 0
                   ? OK
                   : refuse(info, ERR_CONFLICT, "signing.pub", "has another key of this number");
    memcpy(k->public, k->own, SIGNING_KEY_BYTES);
    k->is_trusted = keys.has_list = true;
    return write_list(arena, info);
}

static enum err list(struct db *db, int64_t id)
{
    return db_exec(
        db, &q_signing_key_add,
        ARGS(V_INT(id), V_BLOB(str_n(keys.at[id].own, SIGNING_KEY_BYTES)), V_INT(clock_wall_ms())),
        NULL);
}

/* The newest one's file, if it is here, and ours if the town has none. */
static enum err agree(struct db *db, struct arena *arena, struct err_info *info)
{
    struct rows rs;
    enum err e = db_select(db, &q_signing_newest, NO_ARGS, arena, &rs);
    int64_t id = !e && rs.n ? row_int(&rs, 0, "id") : 1;
    if (e || id < 1 || id > SIGNING_KEYS_MAX)
        return e ? e : ERR_CORRUPT;
    e = load(id, rs.n ? KEYFILE_REFUSE : KEYFILE_MAKE, arena, info);
    if (e == ERR_NOT_FOUND) {
        LOG(WARN, "signing.key_missing", L_I("key", id));
        return OK;
    }
    if (e)
        return e;
    if (rs.n && !str_eq(row_str(&rs, 0, "public"), str_n(keys.at[id].own, SIGNING_KEY_BYTES))) {
        LOG(WARN, "signing.key_is_another", L_I("key", id));
        sodium_memzero(&keys.at[id].secret, sizeof(keys.at[id].secret));
        keys.at[id].can_sign = false;
        return OK;
    }
    e = trust_own(id, arena, info);
    return e || rs.n ? e : list(db, id);
}

static enum err in_transaction(struct db *db, enum err e)
{
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e;
}

enum err signing_load(struct db *db, const char *dir, struct arena *arena, struct err_info *info)
{
    enum err e = signing_trust(dir, arena, info);
    if (!e)
        e = db_begin(db);
    if (e)
        return e;
    pthread_mutex_lock(&lock);
    *info = (struct err_info){0};
    e = agree(db, arena, info);
    pthread_mutex_unlock(&lock);
    e = in_transaction(db, e);
    if (!e)
        *info = (struct err_info){0};
    return e;
}

static enum err next_key(struct db *db, struct arena *arena, int64_t *id, struct err_info *info)
{
    struct rows rs;
    enum err e = db_select(db, &q_signing_newest, NO_ARGS, arena, &rs);
    if (e)
        return e;
    *id = rs.n ? row_int(&rs, 0, "id") + 1 : 1;
    if (*id > SIGNING_KEYS_MAX)
        return ERR_LIMIT;
    e = load(*id, KEYFILE_MAKE, arena, info);
    if (!e)
        e = trust_own(*id, arena, info);
    return e ? e : list(db, *id);
}

enum err signing_rotate(struct db *db, struct arena *arena, int64_t *id, struct err_info *info)
{
    enum err e = db_begin(db);
    if (e)
        return e;
    pthread_mutex_lock(&lock);
    e = next_key(db, arena, id, info);
    pthread_mutex_unlock(&lock);
    return in_transaction(db, e);
}

/* --- signing and verifying --- */

/* In the arena; empty: no memory. */
static struct str statement(struct arena *arena, const char *purpose, struct str bytes)
{
    size_t n = strlen(purpose) + 1;
    char *out = arena_alloc(arena, n + bytes.n);
    if (!out)
        return STR_NONE;
    memcpy(out, purpose, n);
    if (bytes.n)
        memcpy(out + n, bytes.p, bytes.n);
    return str_n(out, n + bytes.n);
}

static enum err sign(int64_t id, struct str public, struct str text, struct arena *arena,
                     uint8_t out[SIGNING_BYTES])
{
    struct err_info info = {0};
    enum err e = load(id, KEYFILE_REFUSE, arena, &info);
    if (!e && !str_eq(public, str_n(keys.at[id].own, SIGNING_KEY_BYTES)))
        e = ERR_NOT_FOUND; /* a file of another town's */
    if (e) {
        LOG(ERROR, "signing.key_missing", L_I("key", id), L_ERR(e));
        return ERR_NOT_FOUND;
    }
    crypto_sign_detached(out, NULL, (const uint8_t *)text.p, text.n, keys.at[id].secret);
    return OK;
}

enum err signing_sign(struct db *db, struct arena *arena, const char *purpose, struct str bytes,
                      struct signature *out)
{
    struct rows rs;
    if (bytes.n > SIGNING_STATEMENT_MAX)
        return ERR_TOO_LARGE;
    struct str text = statement(arena, purpose, bytes);
    enum err e = text.n ? db_one(db, &q_signing_newest, NO_ARGS, arena, &rs) : ERR_NOMEM;
    if (e)
        return e;
    out->key = row_int(&rs, 0, "id");
    if (out->key < 1 || out->key > SIGNING_KEYS_MAX)
        return ERR_CORRUPT;
    pthread_mutex_lock(&lock);
    e = sign(out->key, row_str(&rs, 0, "public"), text, arena, out->bytes);
    pthread_mutex_unlock(&lock);
    return e;
}

/* A line that was added since we read them is looked for once more. */
static bool is_believed(int64_t id, const uint8_t *public, struct arena *arena)
{
    struct err_info info = {0};
    pthread_mutex_lock(&lock);
    if (keys.has_list && !keys.at[id].is_trusted && read_list(arena, &info))
        LOG(ERROR, "signing.list_not_read", L_Z("why", info.text ? info.text : ""));
    bool ok = !keys.has_list || (keys.at[id].is_trusted &&
                                 memcmp(keys.at[id].public, public, SIGNING_KEY_BYTES) == 0);
    pthread_mutex_unlock(&lock);
    return ok;
}

enum err signing_verify(struct db *db, struct arena *arena, const char *purpose, struct str bytes,
                        int64_t key, struct str signature, const char **fault)
{
    struct rows rs;
    *fault = NULL;
    if (bytes.n > SIGNING_STATEMENT_MAX)
        return ERR_TOO_LARGE;
    struct str text = statement(arena, purpose, bytes);
    enum err e = text.n ? db_select(db, &q_signing_key, ARGS(V_INT(key)), arena, &rs) : ERR_NOMEM;
    if (e)
        return e;
    struct str public = rs.n ? row_str(&rs, 0, "public") : STR_NONE;
    if (public.n != SIGNING_KEY_BYTES || key < 1 || key > SIGNING_KEYS_MAX)
        *fault = "names a key that the town has not";
    else if (!is_believed(key, (const uint8_t *)public.p, arena))
        *fault = "names a key that is not in signing.pub";
    else if (signature.n != SIGNING_BYTES ||
             crypto_sign_verify_detached((const uint8_t *)signature.p, (const uint8_t *)text.p,
                                         text.n, (const uint8_t *)public.p) != 0)
        *fault = "does not fit its signature";
    return OK;
}

enum err signing_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    char line[100];
    struct rows rs;
    enum err e = db_select(db, &q_signing_keys, NO_ARGS, arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t id = row_int(&rs, i, "id");
        struct str public = row_str(&rs, i, "public");
        if (id >= 1 && id <= SIGNING_KEYS_MAX && public.n == SIGNING_KEY_BYTES &&
            is_believed(id, (const uint8_t *)public.p, arena))
            continue;
        snprintf(line, sizeof(line), "key %lld is not in signing.pub", (long long)id);
        say(arg, line);
        *violations += 1;
    }
    return e;
}
