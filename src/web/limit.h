/*
 * Rates by key: token buckets in a fixed table, for requests of an address, tries of a password.
 * When the table is full the longest idle bucket of a small set is forgotten, which can only be
 * kinder than asked for. Thread safe.
 */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct limit;

/* `burst` at once, then one every interval_ms. slots: power of two. NULL without memory. */
struct limit *limit_new(int slots, int burst, int64_t interval_ms);
void limit_free(struct limit *l);
/* Takes one; false when there is none, and *wait_ms says when there will be (may be NULL). */
bool limit_take(struct limit *l, struct str key, int64_t *wait_ms);
void limit_forget(struct limit *l, struct str key); /* a full bucket again */

#endif
