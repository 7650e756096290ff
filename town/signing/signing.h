/*
 * signing: the town's own key (Ed25519, RFC 8032), by which it vouches for what leaves the house.
 *
 * The secret part is a seed of 32 bytes in the data folder, outside the database: DIR/signing.key,
 * mode 0600, made at the first start, and after a rotation DIR/signing-2.key …: key n is the town's
 * nth. Servers of one town need copies; one without the newest serves and verifies, but does not
 * sign. The public parts are rows of signing_keys, so that every process and every copy of the
 * database can verify. DIR/signing.pub has them too, a line "n HEX" each, and where it lies beside
 * the database it alone is believed: whoever may write the database could add a key of their own.
 *
 *   signed: purpose and a NUL │ the bytes
 *
 * A purpose ("guildhall letter") keeps a signature of one kind from being shown as another's. Safe
 * for threads.
 */
#ifndef TOWN_SIGNING_SIGNING_H
#define TOWN_SIGNING_SIGNING_H

#include "store/db.h"
#include "store/writer.h"
#include "web/web.h"

enum {
    SIGNING_KEY_BYTES = 32,
    SIGNING_BYTES = 64,
    SIGNING_KEYS_MAX = 100,
    SIGNING_STATEMENT_MAX = 256 * 1024, /* bytes that are signed at once */
};

extern const struct web_module signing_module;

/* To verify only: remembers the folder and reads signing.pub, if it is there. ERR_CORRUPT. */
enum err signing_trust(const char *dir, struct arena *arena, struct err_info *info) MUST_CHECK;
/* To sign too: makes the first key if the town has none yet, and its line. On a connection that may
 * write, outside transactions. A key that this folder lacks is only logged. */
enum err signing_load(struct db *db, const char *dir, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
/* Makes and lists the next key, which signs from now on, in running processes that have its file
 * too. On a connection that may write; ERR_LIMIT. */
enum err signing_rotate(struct db *db, struct arena *arena, int64_t *id,
                        struct err_info *info) MUST_CHECK;

struct signature {
    int64_t key;
    uint8_t bytes[SIGNING_BYTES];
};
/* By the newest key. ERR_NOT_FOUND when its file is not here, ERR_TOO_LARGE. Ed25519 has no chance
 * in it: the same bytes have the same signature. */
enum err signing_sign(struct db *db, struct arena *arena, const char *purpose, struct str bytes,
                      struct signature *out) MUST_CHECK;
/* NULL: `signature` is that key's of these bytes. Else what is wrong, for people who check. */
enum err signing_verify(struct db *db, struct arena *arena, const char *purpose, struct str bytes,
                        int64_t key, struct str signature, const char **fault) MUST_CHECK;
/* For `guildhall check`: every key listed is in signing.pub, where there is one. */
enum err signing_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations) MUST_CHECK;
void signing_forget(void); /* for tests: as if nothing had been loaded */

#endif
