/*
 * Writing JSON: strings, quoted and escaped. What is not UTF-8 becomes U+FFFD, so that a hostile
 * name cannot break the line it stands in.
 */
#ifndef JOB_JSON_H
#define JOB_JSON_H

#include "base/buf.h"
#include "base/str.h"

void json_put(struct buf *out, struct str s);

#endif
