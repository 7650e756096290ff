/*
 * Sealed fields: personal data and secrets that the database holds only encrypted, and keyed hashes
 * by which they can be found. The keys lie in files outside the database (DIR/seal.key, mode 0600,
 * made at the first start, and after a rotation DIR/seal-2.key …); a backup of one without the
 * other reveals nothing.
 *
 *   sealed: version 1 │ key id 1 │ nonce 24 │ XChaCha20-Poly1305 of the text, tag 16
 *
 * The purpose ("users.phone") is authenticated with the text, so a sealed value cannot be moved to
 * another column. Keys of each use are derived from the one in the file (BLAKE2b, libsodium's
 * crypto_kdf).
 *
 * Rotation. The table seal_keys lists the keys that fields may be sealed by; the newest of them
 * seals, all of them open. `guildhall seal rotate` makes the next file, lists it, and seals every
 * field anew in slices beside the running town. A process that meets a field of a key that it does
 * not know reads its file then, and asks the table now and then which key is the newest. When no
 * field is of a former key any more, `guildhall seal retire` takes it off the list. Hashes are made
 * with seal.key for good: who looks something up must not have to try several.
 *
 * Safe for threads after seal_load().
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/writer.h"

enum {
    SEAL_KEYS_MAX = 100, /* ids 1 to this */
    SEAL_HASH_BYTES = 32,
    SEAL_OVERHEAD = 2 + 24 + 16,
    SEAL_TEXT_MAX = 64 * 1024
};

/* Reads or makes the first key's file in the folder, which is remembered for the others'.
 * ERR_CORRUPT when it is not a key, ERR_FORBIDDEN when others may read it. */
enum err seal_load(const char *dir, struct arena *arena, struct err_info *info) MUST_CHECK;

/* Are ours the keys by which this database's fields were sealed? The first to ask decides on the
 * first. Else ERR_CONFLICT: a second server on the database needs copies of the first one's files.
 * The newest one listed seals from now on. On a connection that may write, outside transactions. */
enum err seal_agree(struct db *db, struct arena *arena, struct err_info *info) MUST_CHECK;

enum err seal_text(const char *purpose, struct str plain, struct arena *arena,
                   struct str *sealed) MUST_CHECK;
/* ERR_CORRUPT when it was changed, moved or sealed by another key. */
enum err seal_reveal(const char *purpose, struct str sealed, struct arena *arena,
                     struct str *plain) MUST_CHECK;
/* The id of the key that it was sealed by; 0 when it is no sealed text. */
int seal_key_of(struct str sealed);
/* The same text, sealed by the newest key. */
enum err seal_again(const char *purpose, struct str sealed, struct arena *arena,
                    struct str *out) MUST_CHECK;
int seal_newest(void); /* the id of the key that seals */

/* Reads or makes the file of a further key, which seals nothing yet. */
enum err seal_make(int id, struct arena *arena, struct err_info *info) MUST_CHECK;
/* Lists a key that seal_make() has made, which seals from now on. In a write transaction. */
enum err seal_use(struct db *db, int id) MUST_CHECK;
/* Takes over the newest key listed, if our file of it is the right one. For writer_every(). */
enum err seal_follow(struct tx *tx, void *unused) MUST_CHECK;

/* A column of sealed texts, so that all of them can be sealed anew. */
struct seal_column {
    const char *purpose;
    const struct query *next;  /* :after, :key, :most → id, sealed: not of that key (a byte) */
    const struct query *put;   /* :sealed in the place of :before, of row :id */
    const struct query *count; /* → key (a byte), n */
};
enum { SEAL_SLICE = 200 };
/* Seals at most SEAL_SLICE rows after *after anew, in a write transaction; *after moves on, *n says
 * how many. A row that somebody changed meanwhile is left to them. *broken counts those that cannot
 * be opened, which stay as they are. */
enum err seal_slice(struct db *db, const struct seal_column *c, struct arena *arena, int64_t *after,
                    size_t *n, size_t *broken) MUST_CHECK;

/* A keyed hash: equal texts of one purpose have equal hashes, and nobody without the key can try.
 */
void seal_hash(const char *purpose, struct str text, uint8_t out[SEAL_HASH_BYTES]);

#endif
