/*
 * ZIP archives (PKWARE's APPNOTE 6.3.10), read from memory: bytes in, bytes out. What an entry is
 * comes from the central directory alone; methods are stored and deflate; ZIP64 is read; encrypted
 * and split archives are refused.
 *
 *   … local head, bytes │ … │ central directory: an entry each ‖ end record
 *                                                                └▶ where the directory is
 *
 * A reader bounds what it unpacks: an entry that unpacks to more than it says, more than
 * ZIP_RATIO_MAX times what it is, or an archive that gives more than `bytes_max` in all (however
 * often its entries point at the same bytes), is refused. Refusals are words (job_words.h).
 */
#ifndef JOB_ZIP_H
#define JOB_ZIP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
    ZIP_FILES_MAX = 20000,
    ZIP_RATIO_MAX = 250,          /* of what unpacks to more than … */
    ZIP_RATIO_FREE = 1024 * 1024, /* … this */
};

struct zip {
    struct str bytes; /* borrowed: the whole archive */
    size_t directory, directory_end;
    uint64_t files;     /* as the end record says */
    uint64_t bytes_max; /* of all that is unpacked */
    uint64_t unpacked;
};

struct zip_entry {
    struct str name;    /* as it is written; borrowed from the archive */
    struct str unicode; /* its UTF-8 form where a field of its own has one, else empty */
    bool is_utf8;       /* says so of `name` */
    bool is_folder, is_link, is_locked;
    int method;
    uint32_t crc;
    uint64_t packed, size, head; /* head: where its local head is */
};

/* NULL, or a word that refuses it. */
const char *zip_open(struct zip *z, struct str bytes, uint64_t bytes_max);
/* Start with *at = 0. False at the end; then *why is NULL, or the word that refuses the archive. */
bool zip_next(const struct zip *z, size_t *at, struct zip_entry *out, const char **why);
/* The entry of that name, in any case (of ASCII). NULL, or a word: "zip_no_file". */
const char *zip_find(const struct zip *z, struct str name, struct zip_entry *out);
/* Gives the entry's bytes piece by piece; a sink that returns a word ends it with that. */
typedef const char *zip_sink_fn(void *user, const uint8_t *p, size_t n);
const char *zip_read(struct zip *z, const struct zip_entry *entry, zip_sink_fn *sink, void *user);

/* A name as a person would read it: UTF-8, GB18030 (Windows in China writes that), '\' as '/'.
 * False when it is neither, or leads out of its folder: "/x", "C:x", "a/../b", a control character,
 * longer than ZIP_NAME_MAX. `out` holds ZIP_NAME_MAX + 1 bytes, NUL at the end. */
enum { ZIP_NAME_MAX = 512 };
bool zip_name(const struct zip_entry *entry, char *out);

#endif
