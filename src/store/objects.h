/*
 * Objects: immutable files by the hash of what is in them, under DATA/objects. A row names one by
 * its id, the 64 hex digits of its SHA-256; the same bytes are one file, however often they come.
 *
 *   write, write, write … ─▶ keep ─▶ the command whose rows name them
 *   objects/new-RANDOM        objects/ab/cdef…   (synced before it has its name)
 *
 * What is kept outlives a power cut before its name can be committed; a crash before that leaves a
 * "new-" file, which a later start removes, or an object that no row names, which stays. Those that
 * rows have named are removed by objects_remove() (town/gone), once no row does. Nothing is ever
 * changed: who has an id may serve it for ever. Keeping what is there already makes its file new,
 * so its age says when it was kept last.
 *
 * The folder is a server's own; several servers of one town mount the same one. Thread safe after
 * objects_load().
 */
#ifndef STORE_OBJECTS_H
#define STORE_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/block.h"
#include "base/err.h"
#include "base/str.h"

enum {
    OBJECTS_ID = 64,                       /* characters of an id */
    OBJECTS_MAX = 512 * 1024 * 1024,       /* bytes of one */
    OBJECTS_READ_MAX = 64 * 1024 * 1024,   /* of one that is in memory */
    OBJECTS_LEFT_MS = 24 * 60 * 60 * 1000, /* what is "new-" for that long is nobody's */
};

struct object_id {
    char hex[OBJECTS_ID + 1];
};

/* Makes DATA/objects if it is not there, removes what crashes have left. Once, before the rest. */
enum err objects_load(const char *data_dir, struct arena *arena, struct err_info *info) MUST_CHECK;

/* To read only, beside a running town or without one: remembers the folder if it is there. */
enum err objects_look(const char *data_dir) MUST_CHECK;
/* Is there a folder that was loaded or looked at? A copy of the database alone has none. */
bool objects_are_here(void);

struct object_new { /* written, and not kept yet */
    struct object_id id;
    char name[33]; /* its file's random part */
};

/* From memory, or `length` bytes of a file from `offset` on. ERR_TOO_LARGE beyond
 * OBJECTS_READ_MAX or OBJECTS_MAX, ERR_DISK_FULL, ERR_IO; ERR_EOF when the file is shorter. */
enum err objects_write(struct str bytes, struct object_new *out) MUST_CHECK;
enum err objects_write_file(int fd, int64_t offset, int64_t length,
                            struct object_new *out) MUST_CHECK;
/* All of them or, as far as the caller may know, none. Many together cost little more than one. */
enum err objects_keep(const struct object_new *fresh, size_t n) MUST_CHECK;
void objects_forget(const struct object_new *fresh, size_t n); /* instead of keeping */

/* Write and keep. */
enum err objects_put(struct str bytes, struct object_id *id) MUST_CHECK;

bool objects_id_ok(struct str id); /* 64 of 0-9 a-f: nothing else becomes a path */
/* ERR_NOT_FOUND when there is none of that id, or it is no id; ERR_TOO_LARGE beyond
 * OBJECTS_READ_MAX: open that. */
enum err objects_read(struct str id, struct block **out) MUST_CHECK;
enum err objects_open(struct str id, int *fd) MUST_CHECK;     /* read only; the caller closes it */
const char *objects_path(struct str id, struct arena *arena); /* NULL when it is no id */
/* Gone already is fine. ERR_AGAIN when it was kept since `before_ms`: a row may be on its way. */
enum err objects_remove(struct str id, int64_t before_ms) MUST_CHECK;
/* An empty file without a name beside them, for what is too large for memory; -1 when there is none
 * to be had. */
int objects_temporary(void);

#endif
