/*
 * Scans: papers that people send as a file and that are shown again as they came. Kept as objects
 * (store/objects.h), known by what is in them and not by what they are called.
 */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include "web/web.h"

enum { UPLOAD_SCAN_MAX = 20 * 1024 * 1024, UPLOAD_SCAN_BODY = UPLOAD_SCAN_MAX + 64 * 1024 };

/* Its name without folders; borrowed from the upload. */
struct str upload_name(const struct upload *u);
/* What its first bytes say it is, "application/pdf", "image/jpeg", "image/png" or "image/webp";
 * NULL for anything else, pictures that may hold scripts included. */
const char *upload_scan_type(struct str head);
/* Keeps a scan; *id: its object's, in the arena. ERR_UNSUPPORTED when it is none of those,
 * ERR_TOO_LARGE beyond UPLOAD_SCAN_MAX, ERR_IO, ERR_DISK_FULL. */
enum err upload_keep_scan(const struct upload *u, struct arena *arena, struct str *id) MUST_CHECK;
/* The scan as the reply; name: what it was called. ERR_NOT_FOUND. */
enum err upload_reply_scan(struct req *r, struct str id, struct str name) MUST_CHECK;

#endif
