/*
 * How text files that people send are encoded: UTF-8, UTF-16 of either order, with a byte order
 * mark or without, and GB18030 (what Excel writes in China; GBK and GB 2312 are parts of it).
 */
#ifndef JOB_CHARSET_H
#define JOB_CHARSET_H

#include "base/buf.h"
#include "base/str.h"

enum charset { CHARSET_UTF8, CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_GB18030 };

/* Loads the converters, which are files of their own; false when one is missing. */
bool charset_prepare(void);
/* What the bytes are. *skip: of the byte order mark. A guess for what has none and is not UTF-8. */
enum charset charset_of(struct str bytes, size_t *skip);
const char *charset_name(enum charset c); /* "utf-8", "utf-16le" … */
/* Appends the text as UTF-8, without NUL. False when the bytes are not in that encoding: then *at
 * is where. */
bool charset_decode(enum charset c, struct str bytes, struct buf *out, size_t *at);
/* A short text into at most `max` bytes. */
bool charset_gb18030(struct str bytes, char *out, size_t max, size_t *n);

#endif
