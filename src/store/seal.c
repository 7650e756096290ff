#include "store/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rnd.h"

enum { VERSION = 1, KEY_ID = 1, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

static struct {
    bool loaded;
    uint8_t sealing[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    uint8_t hashing[crypto_generichash_KEYBYTES];
} keys;

static enum err refuse(struct err_info *info, enum err e, const char *text)
{
    info->field = "seal.key";
    info->text = text;
    return e;
}

/* The folder's entry must be on the disk before anything is sealed with the key. */
static bool sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Written whole to a temporary name and linked, so that a crash leaves no half key. */
static enum err make_key(const char *dir, const char *path, struct arena *arena)
{
    uint8_t key[crypto_kdf_KEYBYTES];
    const char *fresh = arena_printf(arena, "%s.new", path);
    if (!fresh)
        return ERR_NOMEM;
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_from_errno(errno);
    rnd_fill(key, sizeof(key));
    bool ok = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0;
    int saved = errno;
    sodium_memzero(key, sizeof(key));
    close(fd);
    if (ok && link(fresh, path) != 0)
        ok = errno == EEXIST, saved = errno;
    unlink(fresh);
    if (ok && !sync_folder(dir))
        ok = false, saved = errno;
    return ok ? OK : err_from_errno(saved);
}

static enum err read_key(const char *path, uint8_t key[crypto_kdf_KEYBYTES], struct err_info *info)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    uint8_t extra;
    bool whole = fstat(fd, &st) == 0 &&
                 read(fd, key, crypto_kdf_KEYBYTES) == (ssize_t)crypto_kdf_KEYBYTES &&
                 read(fd, &extra, 1) == 0;
    close(fd);
    if (!whole)
        return refuse(info, ERR_CORRUPT, "the key file is not a key");
    if (st.st_mode & 077)
        return refuse(info, ERR_FORBIDDEN, "the key file may be read by others: chmod 600");
    return OK;
}

enum err seal_load(const char *dir, struct arena *arena, struct err_info *info)
{
    uint8_t key[crypto_kdf_KEYBYTES];
    const char *path = arena_printf(arena, "%s/seal.key", dir);
    if (!path || sodium_init() < 0)
        return ERR_NOMEM;
    enum err e = read_key(path, key, info);
    if (e == ERR_NOT_FOUND) {
        e = make_key(dir, path, arena);
        if (e == OK)
            e = read_key(path, key, info);
    }
    if (e == OK) {
        crypto_kdf_derive_from_key(keys.sealing, sizeof(keys.sealing), 1, "sealing_", key);
        crypto_kdf_derive_from_key(keys.hashing, sizeof(keys.hashing), 2, "hashing_", key);
        keys.loaded = true;
    }
    sodium_memzero(key, sizeof(key));
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
