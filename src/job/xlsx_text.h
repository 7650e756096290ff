/*
 * The text of a cell or of a shared text: what stands in its <t> elements, without the reading aids
 * of East Asian texts (<rPh>), "_x000D_" decoded (18.4.12 of ECMA-376: characters XML cannot hold).
 */
#ifndef JOB_XLSX_TEXT_H
#define JOB_XLSX_TEXT_H

#include "base/buf.h"

struct xlsx_text {
    struct buf text; /* owned; at most JOB_SHEET_CELL_MAX */
    int phonetic;    /* how deep in rPh */
    bool in_t;
};

void xlsx_text_init(struct xlsx_text *t);
void xlsx_text_free(struct xlsx_text *t);
void xlsx_text_begin(struct xlsx_text *t);
void xlsx_text_start(struct xlsx_text *t, const char *name); /* an element's beginning */
void xlsx_text_put(struct xlsx_text *t, const char *p, size_t n);
void xlsx_text_stop(struct xlsx_text *t, const char *name); /* and end */
/* Borrowed until the next begin; false when it was too long. */
bool xlsx_text_end(struct xlsx_text *t, struct str *out);
/* Decodes _xHHHH_ in place. */
void xlsx_unescape(struct buf *text);

#endif
