#include "ledger/ledger_head.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "store/keyfile.h"
#include "store/queries.h"

enum {
    KEY = crypto_sign_PUBLICKEYBYTES,
    KEYS_MAX = 64,
    PUB_MAX = KEYS_MAX * (2 * KEY + 2), /* bytes of ledger.pub */
};

static struct {
    bool can_sign;
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t own[KEY];
    uint8_t trusted[KEYS_MAX][KEY];
    size_t trusted_n;
} keys;

void ledger_head_forget(void)
{
    sodium_memzero(&keys, sizeof(keys));
}

/* --- ledger.pub --- */

static enum err refuse(struct err_info *info, enum err e, const char *text)
{
    *info = (struct err_info){.code = e, .field = "ledger.pub", .text = text};
    return e;
}

static bool is_trusted(const uint8_t key[KEY])
{
    for (size_t i = 0; i < keys.trusted_n; i++)
        if (memcmp(keys.trusted[i], key, KEY) == 0)
            return true;
    return false;
}

static enum err trust_lines(struct str text, struct err_info *info)
{
    while (text.n) {
        struct str line = str_trim(str_cut(text, '\n', &text));
        if (line.n == 0)
            continue;
        if (keys.trusted_n == KEYS_MAX)
            return refuse(info, ERR_LIMIT, "too many keys");
        if (enc_unhex(keys.trusted[keys.trusted_n], KEY, line) != OK)
            return refuse(info, ERR_CORRUPT, "a line is not a key of 64 hex digits");
        keys.trusted_n++;
    }
    return OK;
}

enum err ledger_head_trust(const char *dir, struct arena *arena, struct err_info *info)
{
    char text[PUB_MAX + 1];
    const char *path = arena_printf(arena, "%s/ledger.pub", dir);
    if (!path || sodium_init() < 0)
        return ERR_NOMEM;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? OK : refuse(info, err_from_errno(errno), "cannot be read");
    ssize_t n = read(fd, text, sizeof(text));
    close(fd);
    if (n < 0 || n > PUB_MAX)
        return refuse(info, n < 0 ? ERR_IO : ERR_TOO_LARGE, "cannot be read");
    return trust_lines(str_n(text, (size_t)n), info);
}

/* Written whole beside it and moved over, so that a crash loses no former key. */
static enum err write_trusted(const char *dir, struct arena *arena, struct err_info *info)
{
    char line[2 * KEY + 1];
    const char *path = arena_printf(arena, "%s/ledger.pub", dir);
    const char *fresh = arena_printf(arena, "%s/ledger.pub.new", dir);
    if (!path || !fresh)
        return ERR_NOMEM;
    FILE *f = fopen(fresh, "we");
    if (!f)
        return refuse(info, err_from_errno(errno), "cannot be written");
    for (size_t i = 0; i < keys.trusted_n; i++) {
        enc_hex(line, keys.trusted[i], KEY);
        fprintf(f, "%s\n", line);
    }
    bool ok = fflush(f) == 0 && fsync(fileno(f)) == 0;
    ok = fclose(f) == 0 && ok && rename(fresh, path) == 0;
    return ok ? OK : refuse(info, err_from_errno(errno), "cannot be written");
}

enum err ledger_head_load(const char *dir, struct arena *arena, struct err_info *info)
{
    uint8_t seed[KEYFILE_BYTES];
    _Static_assert(sizeof(seed) == crypto_sign_SEEDBYTES, "the file holds a seed");
    ledger_head_forget();
    enum err e = keyfile_load(dir, "ledger.key", KEYFILE_MAKE, seed, arena, info);
    if (e)
        return e;
    crypto_sign_seed_keypair(keys.own, keys.secret, seed);
    sodium_memzero(seed, sizeof(seed));
    e = ledger_head_trust(dir, arena, info);
    if (!e && !is_trusted(keys.own)) {
        if (keys.trusted_n == KEYS_MAX)
            return refuse(info, ERR_LIMIT, "too many keys");
        memcpy(keys.trusted[keys.trusted_n++], keys.own, KEY);
        e = write_trusted(dir, arena, info);
    }
    keys.can_sign = !e;
    return e;
}

/* --- signing and verifying --- */

enum { DOMAIN_BYTES = sizeof("guildhall ledger head"), MESSAGE_BYTES = DOMAIN_BYTES + 24 + 32 };

static void make_message(uint8_t out[MESSAGE_BYTES], const int64_t numbers[3],
                         const uint8_t hash[LEDGER_HASH_BYTES])
{
    memcpy(out, "guildhall ledger head", DOMAIN_BYTES);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 8; i++)
            out[DOMAIN_BYTES + 8 * k + i] = (uint8_t)((uint64_t)numbers[k] >> (56 - 8 * i));
    memcpy(out + DOMAIN_BYTES + 24, hash, LEDGER_HASH_BYTES);
}

static enum err add(struct tx *tx, int64_t number, const struct ledger_chain_end *end)
{
    uint8_t message[MESSAGE_BYTES], signature[crypto_sign_BYTES];
    char hex[2 * LEDGER_HASH_BYTES + 1];
    make_message(message, (const int64_t[]){number, end->seq, tx->now_ms}, end->hash);
    crypto_sign_detached(signature, NULL, message, sizeof(message), keys.secret);
    enc_hex(hex, end->hash, LEDGER_HASH_BYTES);
    LOG(INFO, "ledger.head", L_I("number", number), L_I("seq", end->seq), L_Z("hash", hex));
    return db_exec(tx->db, &q_ledger_head_add,
                   ARGS(V_INT(number), V_INT(end->seq), V_BLOB(str_n(end->hash, LEDGER_HASH_BYTES)),
                        V_INT(tx->now_ms), V_BLOB(str_n(keys.own, KEY)),
                        V_BLOB(str_n(signature, sizeof(signature)))),
                   NULL);
}

static enum err sign_after(struct tx *tx, const struct ledger_chain_end *end, int64_t transfers)
{
    struct rows rs;
    if (!keys.can_sign || end->seq == 0)
        return OK;
    enum err e = db_select(tx->db, &q_ledger_head_last, NO_ARGS, tx->arena, &rs);
    if (e)
        return e;
    int64_t number = rs.n ? row_int(&rs, 0, "number") : 0, seq = rs.n ? row_int(&rs, 0, "seq") : 0;
    return end->seq - seq < transfers ? OK : add(tx, number + 1, end);
}

enum err ledger_head_sign(struct tx *tx, const struct ledger_chain_end *end)
{
    return sign_after(tx, end, 1);
}

enum err ledger_head_sign_when_far(struct tx *tx, const struct ledger_chain_end *end)
{
    return sign_after(tx, end, LEDGER_HEAD_TRANSFERS);
}

const char *ledger_head_fault(const struct rows *rs, size_t row)
{
    uint8_t message[MESSAGE_BYTES];
    struct str hash = row_str(rs, row, "hash"), key = row_str(rs, row, "key"),
               signature = row_str(rs, row, "signature"), chained = row_str(rs, row, "chained");
    if (hash.n != LEDGER_HASH_BYTES || key.n != KEY || signature.n != crypto_sign_BYTES)
        return "is malformed";
    if (keys.trusted_n > 0 && !is_trusted((const uint8_t *)key.p))
        return "is signed by a key that is not in ledger.pub";
    make_message(message,
                 (const int64_t[]){row_int(rs, row, "number"), row_int(rs, row, "seq"),
                                   row_int(rs, row, "at_ms")},
                 (const uint8_t *)hash.p);
    if (crypto_sign_verify_detached((const uint8_t *)signature.p, message, sizeof(message),
                                    (const uint8_t *)key.p) != 0)
        return "does not fit its signature";
    if (row_null(rs, row, "chained"))
        return "vouches for transfers that are gone";
    return str_eq(chained, hash) ? NULL : "vouches for another chain than this one";
}
