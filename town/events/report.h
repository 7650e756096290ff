/* An event's report, as its page and its sheets tell it. All in the request's arena. */
#ifndef TOWN_EVENTS_REPORT_H
#define TOWN_EVENTS_REPORT_H

#include "town/events/events.h"

enum { EVENT_NUMBERS = 11 };

struct event_number {
    const char *name; /* its text events.number_NAME */
    int64_t n;
};
struct event_report {
    struct rows event, meetings, follows, parties, sold;
    struct event_number numbers[EVENT_NUMBERS];
};
/* The event of the path. ERR_NOT_FOUND. */
enum err event_report_load(struct req *r, struct event_report *out) MUST_CHECK;
/* orders, pieces, sum_fen: what was sold of the pair's afterwards. */
int64_t event_report_sold(const struct event_report *rp, int64_t meeting, const char *column);

#endif
