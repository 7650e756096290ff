/*
 * An import as it is stored, step by step. Those with a `struct import_work` block and are for a
 * task's thread (town/tasks); the others run inside the writer's transaction.
 */
#ifndef TOWN_HALL_IMPORT_STORE_H
#define TOWN_HALL_IMPORT_STORE_H

#include "town/hall/import.h"

struct import_new {
    int64_t organisation, actor;
    struct str file_name, file; /* file: an object's id */
    struct str zip_name, zip;   /* or empty */
    int64_t file_bytes, zip_bytes;
};
enum err import_add(struct tx *tx, const struct import_new *n, int64_t *id) MUST_CHECK;
/* What each column is, by key or empty. ERR_CONFLICT while something is being done with it. */
enum err import_map(struct tx *tx, int64_t id, const struct str *keys, size_t n) MUST_CHECK;
/* One cell anew, as text; the sheet has to be checked again. */
enum err import_mend(struct tx *tx, int64_t id, int64_t row, int column,
                     struct str text) MUST_CHECK;

/* Another archive of pictures: what it has counts before what came earlier. */
enum err import_zip(struct tx *tx, int64_t id, struct str zip, struct str name,
                    int64_t bytes) MUST_CHECK;

/* ---- what they keep: import_keep.c ---- */

struct import_ask {
    int64_t organisation, actor, bytes;
    bool is_new;
};
/* Before a file is kept: ERR_FORBIDDEN of a maker that is suspended, ERR_LIMIT with a key when it
 * has too much there, or the actor too many tasks. */
enum err import_may(struct db *db, const struct import_ask *ask, struct arena *arena,
                    struct err_info *info) MUST_CHECK;
/* Ends it: files, rows, faults, pictures that were not taken. One that was not taken has failed,
 * with that key as why. ERR_CONFLICT while something is being done with it. */
enum err import_drop(struct tx *tx, int64_t id, const char *why) MUST_CHECK;

struct import_work {
    struct db *db; /* the thread's, outside any transaction */
    int64_t id;
    enum err (*write)(void *arg, struct command *cmd); /* runs it and waits */
    enum err (*mine)(struct tx *tx, void *arg);        /* may it still change anything? or NULL */
    bool (*stop)(void *arg);                           /* or NULL */
    /* How far it is; `step` a key of locales/. Or NULL. */
    void (*progress)(void *arg, const char *step, int64_t done, int64_t total);
    void *arg;
};

/* For commands of a task: first of all in each. */
enum err import_mine(const struct import_work *w, struct tx *tx) MUST_CHECK;

/* Decodes the file into import_rows and guesses the mapping. What is wrong with the file as a whole
 * is why it failed; OK then, too. OK at once when it was read before. */
enum err import_read(const struct import_work *w, struct arena *arena,
                     struct err_info *info) MUST_CHECK;
/* Builds, and keeps what is wrong. */
enum err import_check(const struct import_work *w, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
/* Saves all products in one command, for this actor. Refusals of rows become faults, OK then, too;
 * what is the store's trouble is an error. OK at once when it was taken before. */
enum err import_take(const struct import_work *w, struct hall_actor actor, struct arena *arena,
                     struct err_info *info) MUST_CHECK;

#endif
