/* The demo's base: floors and spaces of about 6,000 m2, a week of bookings around now. */
#ifndef TOWN_DEMO_ROOMS_H
#define TOWN_DEMO_ROOMS_H

#include "store/writer.h"

/* people: who books, the first two those that one logs in as; more than two. factory: whose live
 * room one of them is. */
enum err fill_rooms(struct tx *tx, int64_t office, const int64_t *people, size_t people_n,
                    int64_t factory) MUST_CHECK;

#endif
