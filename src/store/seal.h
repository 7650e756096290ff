/*
 * Sealed fields: personal data and secrets that the database holds only encrypted, and keyed hashes
 * by which they can be found. The key lies in a file outside the database (DIR/seal.key, mode 0600,
 * made at the first start); a backup of one without the other reveals nothing.
 *
 *   sealed: version 1 │ key id 1 │ nonce 24 │ XChaCha20-Poly1305 of the text, tag 16
 *
 * The purpose ("users.phone") is authenticated with the text, so a sealed value cannot be moved to
 * another column. Keys of each use are derived from the one in the file (BLAKE2b, libsodium's
 * crypto_kdf). Loaded once at start, before threads; read-only after.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/db.h"

enum { SEAL_HASH_BYTES = 32, SEAL_OVERHEAD = 2 + 24 + 16, SEAL_TEXT_MAX = 64 * 1024 };

/* Reads or makes the key file in the folder. ERR_CORRUPT when it is not a key, ERR_FORBIDDEN when
 * others may read it. */
enum err seal_load(const char *dir, struct arena *arena, struct err_info *info) MUST_CHECK;

/* Is it the key by which this database's fields were sealed? The first to ask decides. Else
 * ERR_CONFLICT: a second server on the database needs a copy of the first one's key. On a
 * connection that may write, outside transactions. */
enum err seal_agree(struct db *db, struct arena *arena, struct err_info *info) MUST_CHECK;

enum err seal_text(const char *purpose, struct str plain, struct arena *arena,
                   struct str *sealed) MUST_CHECK;
/* ERR_CORRUPT when it was changed, moved or sealed by another key. */
enum err seal_reveal(const char *purpose, struct str sealed, struct arena *arena,
                     struct str *plain) MUST_CHECK;
/* A keyed hash: equal texts of one purpose have equal hashes, and nobody without the key can try.
 */
void seal_hash(const char *purpose, struct str text, uint8_t out[SEAL_HASH_BYTES]);

#endif
