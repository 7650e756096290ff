/*
 * What comes beside selling: coupons of two makers, and claims of buyers that wait for the maker,
 * for the goods, for the base; ratings, some of them answered, one hidden; messages on orders.
 */
#ifndef TOWN_DEMO_AFTER_H
#define TOWN_DEMO_AFTER_H

#include "store/writer.h"

/* Of the maker whose clerk can log in, and of another; the buyer who can log in has one. */
enum err fill_coupons(struct tx *tx, int64_t factory, int64_t other, int64_t buyer) MUST_CHECK;
/* Of orders that have come to their buyers, if there are some, first those of the maker. */
enum err fill_claims(struct tx *tx, int64_t factory) MUST_CHECK;
/* Of orders that came to their buyers, if there are some, first those of the
 * maker; the buyer who can log in has what came last still to rate. Sets the time back while it
 * writes. */
enum err fill_ratings(struct tx *tx, int64_t factory, int64_t buyer) MUST_CHECK;
/* About orders of the maker, some of them of the buyer who can log in: one waits for an answer, one
 * for being read. */
enum err fill_talks(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer) MUST_CHECK;

#endif
