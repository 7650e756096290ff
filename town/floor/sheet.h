/* Inside floor/: sheets of labels, from what is asked for to the PDF. */
#ifndef TOWN_FLOOR_SHEET_H
#define TOWN_FLOOR_SHEET_H

#include "job/job_labels.h"
#include "store/db.h"
#include "web/i18n.h"

enum {
    SHEET_DIRECT_MAX = 60, /* labels that are made while the visitor waits */
    SHEET_KEEP_DAYS = 30,  /* as their tasks */
};

/* Which labels. Numbers 0 and empty texts: any. */
struct sheet_ask {
    int64_t hall, maker, product;
    struct str zone, stand;
    bool everywhere; /* goods that stand nowhere too */
    enum job_label_layout layout;
    struct str public_url; /* that the QR codes begin with */
};

/* One line of JSON in the arena, and back. False when it is none of ours. */
struct str sheet_ask_text(const struct sheet_ask *ask, struct arena *arena);
bool sheet_ask_read(struct str text, struct arena *arena, struct sheet_ask *out);

/* Rows of q_floor_labels, at most JOB_LABELS_MAX + 1. */
enum err sheet_rows(struct db *db, const struct sheet_ask *ask, struct arena *arena,
                    struct rows *out) MUST_CHECK;
int64_t sheet_pages(const struct sheet_ask *ask, size_t labels);

/* Draws them into out_fd (job_temporary()). `pages`: told how many are done; may be NULL. */
enum err sheet_draw(const struct sheet_ask *ask, const struct rows *rs, int out_fd,
                    bool (*stop)(void *arg), void (*pages)(void *arg, int64_t done), void *arg,
                    struct arena *arena, struct err_info *info) MUST_CHECK;

#endif
