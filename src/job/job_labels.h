/*
 * Sheets of shelf labels: A4 pages as PDF, each label with the QR code of its address, the bars of
 * its number (ean.h), its names, maker, stand and price. A name always fits: it is set smaller in
 * steps, then in two lines, and only then cut, with an ellipsis (label_text.h).
 */
#ifndef JOB_JOB_LABELS_H
#define JOB_JOB_LABELS_H

#include "job/job.h"

enum {
    JOB_LABELS_MAX = 3000,    /* a call */
    JOB_LABEL_TEXT_MAX = 400, /* bytes of any of its texts; what is longer is cut before */
    JOB_LABEL_ADDRESS_MAX = 200,
};

enum job_label_layout {
    JOB_LABELS_24,
    JOB_LABELS_10,
    JOB_LABEL_LAYOUTS
}; /* 3 x 8 and 2 x 5 a page */

/* All may be empty but the address. */
struct job_label {
    struct str address, name_zh, name_en, maker, stand, price, gtin;
};

struct job_labels_made {
    int64_t pages, two_lines, cut; /* names set in two lines; names that were cut */
    int64_t barred;                /* labels with bars: the number of the others has none */
};

struct job_labels_ask {
    const struct job_label *labels;
    size_t n;
    enum job_label_layout layout;
    int out_fd; /* the PDF goes there; empty (job_temporary()) */
    bool (*stop)(void *arg);
    void (*pages)(void *arg, int64_t done); /* how many are drawn; may be NULL */
    void *arg;
};

/* Errors: as job_run(). */
enum err job_labels(const struct job_labels_ask *ask, struct job_labels_made *out,
                    struct err_info *info) MUST_CHECK;

#endif
