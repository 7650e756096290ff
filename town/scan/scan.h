/*
 * Scans: papers that people send as a file (a licence, a certificate, what a figure stands in) and
 * that those who may see again.
 *
 *   a PDF       known by its first bytes, kept as it came, and only ever given back as a download
 *   a picture   decoded by guildhall-job (job/job_picture.h) and kept as the JPEG that it drew:
 *               neither what hid in the file nor its metadata is kept
 *
 * Kept as objects (store/objects.h); departments have a row that names one, and decide who may. One
 * whose row is removed, or names another, is told to gone (town/gone/gone.h).
 */
#ifndef TOWN_SCAN_SCAN_H
#define TOWN_SCAN_SCAN_H

#include "web/web.h"

enum {
    SCAN_BYTES_MAX = 20 * 1024 * 1024,
    SCAN_BODY_MAX = SCAN_BYTES_MAX + 256 * 1024, /* a form with one: for its route */
};
#define SCAN_PDF "application/pdf"
#define SCAN_PICTURE "image/jpeg"

struct scan {
    struct str id;    /* its object's, in the arena */
    const char *type; /* SCAN_PDF or SCAN_PICTURE */
};

/* What it was called, without folders; borrowed from the upload. */
struct str scan_name(const struct upload *u);
/* The same as a list can show it: whole characters, none that moves the text about. STR_NONE: no
 * memory. */
struct str scan_shown_name(const struct upload *u, struct arena *arena);
/* Keeps one. Blocks for as long as a picture takes to decode: for routes that are WEB_SLOW. A file
 * that is none of those, or too large, or broken is ERR_INVALID with info->key; else ERR_IO,
 * ERR_DISK_FULL, ERR_NOMEM. What is kept for a command goes to
 * it by gone_write(), so that a refused one leaves no file. */
enum err scan_keep(const struct upload *u, struct arena *arena, struct scan *out,
                   struct err_info *info) MUST_CHECK;
/* The scan as the reply, under that name with the ending of what it is. Kept by nobody on the way.
 * ERR_NOT_FOUND. */
enum err scan_reply(struct req *r, struct str id, struct str name) MUST_CHECK;

#endif
