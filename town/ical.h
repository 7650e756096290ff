/*
 * Calendars as text (RFC 5545): lines folded at 75 octets between characters, texts escaped, times
 * in UTC so that no zone's table is needed.
 */
#ifndef TOWN_ICAL_H
#define TOWN_ICAL_H

#include "base/buf.h"
#include "base/str.h"
#include "web/web.h"

enum { ICAL_MAX = 1 << 20 }; /* bytes of a calendar */

void ical_begin(struct buf *b, const char *product, struct str name); /* product: "Venue" */
void ical_end(struct buf *b);

struct ical_event {
    struct str uid;                         /* "booking-4" */
    int64_t changed_ms, starts_ms, ends_ms; /* UTC */
    struct str summary, place, about, url;  /* the last two: may be empty */
    bool is_tentative;
};
void ical_event(struct buf *b, const struct ical_event *e);

/* The calendar as the answer; frees the buffer in any case. ERR_NOMEM. */
enum err ical_reply(struct req *r, struct buf *b) MUST_CHECK;

#endif
