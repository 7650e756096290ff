/*
 * A request's body as fields and files, whatever its form: urlencoded, multipart/form-data, or a
 * flat JSON object. Fed in pieces; used by one thread at a time.
 *
 * Files are written to the spool folder as they come and removed by form_free(). A body of another
 * kind is one file named "body"; of a raw one (form_raw) the bytes stay in `text`. Plain fields and
 * JSON together are at most WEB_BODY_DEFAULT bytes.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "proto/multipart.h"
#include "web/web.h"

struct form_field {
    struct str name, value;
};

struct form {
    struct arena *arena; /* borrowed: the request's */
    const char *spool_dir;
    enum { FORM_NONE, FORM_URLENCODED, FORM_JSON, FORM_MULTIPART, FORM_OTHER, FORM_RAW } kind;
    struct form_field *fields; /* arena */
    size_t fields_n, fields_cap;
    struct upload uploads[WEB_UPLOADS_MAX];
    size_t uploads_n;
    struct buf text; /* of a plain field, or of a whole urlencoded or JSON body */
    size_t text_total, text_max;
    struct multipart multipart;
    struct str part_name;
    int fd; /* of the file being written, or -1 */
};

void form_init(struct form *f, struct arena *arena, const char *spool_dir, struct str content_type);
/* Before the first byte: so much text, of all plain fields together; else WEB_BODY_DEFAULT. */
void form_text_max(struct form *f, size_t max);
/* The body is no form, whatever its type says. */
void form_raw(struct form *f);
/* Errors: ERR_SYNTAX, ERR_TOO_LARGE, ERR_LIMIT (fields, files), ERR_DISK_FULL, ERR_IO. */
enum err form_feed(struct form *f, const uint8_t *p, size_t n) MUST_CHECK;
enum err form_end(struct form *f) MUST_CHECK;
void form_free(struct form *f); /* removes the files */
/* Removes those that a process has left that was killed, after WEB_SPOOL_LEFT_MS. */
void form_sweep(const char *spool_dir);

/* Adds the pairs of "a=b&c=d"; also used for queries. */
enum err form_pairs(struct arena *arena, struct str text, struct form_field **fields, size_t *n,
                    size_t *cap) MUST_CHECK;

#endif
