/*
 * The files of one recording, on the recording thread; and reading them. Inside live/ only, but for
 * what record.h names.
 */
#ifndef LIVE_RECORD_DISK_H
#define LIVE_RECORD_DISK_H

#include "live/record.h"

enum { RECORD_PATH_MAX = 1024 };

struct record_piece {
    struct block *init, *block;
    struct record_entry entry; /* number and init are given out here */
};

struct record_disk {
    char path[RECORD_PATH_MAX]; /* of its folder */
    int64_t room_bytes, show_bytes;
    ssize_t (*write)(int fd, const void *p, size_t n);
    bool open;
    int index_fd;
    off_t index_n;           /* where its next line begins */
    int64_t bytes, entries;  /* of all of it */
    uint32_t number, init;   /* of the last */
    struct block *init_kept; /* what init-N.mp4 holds; owned, NULL: none yet */
    int64_t last_wall_ms;    /* the end of the last, by the clock on the wall */
    int64_t next_start_ms;   /* where one that follows without a gap begins */
    bool goes_on;            /* next_start_ms holds */
};

enum err record_disk_folder(const char *path) MUST_CHECK;
void record_disk_init(struct record_disk *d, const char *folder, const char *name,
                      const struct record_spec *spec);
/* All of it or nothing: after an error the index is as it was. */
enum err record_disk_put(struct record_disk *d, struct record_piece *p) MUST_CHECK;
void record_disk_close(struct record_disk *d);

#endif
