/*
 * Key files: 32 random bytes in a file of the data folder, outside the database, for its owner
 * alone (mode 0600). Made at the first start, whole or not at all.
 */
#ifndef STORE_KEYFILE_H
#define STORE_KEYFILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { KEYFILE_BYTES = 32 };
enum keyfile_absent { KEYFILE_MAKE, KEYFILE_REFUSE /* ERR_NOT_FOUND */ };

/* Reads DIR/NAME. ERR_CORRUPT when it is not a key, ERR_FORBIDDEN when others may read it. The
 * caller wipes `key` once it has derived what it needs. */
enum err keyfile_load(const char *dir, const char *name, enum keyfile_absent absent,
                      uint8_t key[KEYFILE_BYTES], struct arena *arena,
                      struct err_info *info) MUST_CHECK;

#endif
