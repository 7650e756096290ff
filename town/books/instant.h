/*
 * An instant as people and programs write it (ISO 8601): "2026-05-01" is the end of that day,
 * "2026-05-01T19:30", "2026-05-01T19:30:15" that minute's or second's end; with "Z" or "+08:00" it
 * is in that zone, else in the town's. A statement as of it takes in what happened until then.
 */
#ifndef TOWN_BOOKS_INSTANT_H
#define TOWN_BOOKS_INSTANT_H

#include <stdint.h>

#include "base/str.h"

/* ERR_SYNTAX on anything else. *utc_ms is the last millisecond that counts. */
enum err instant_read(struct str text, int64_t *utc_ms) MUST_CHECK;

#endif
