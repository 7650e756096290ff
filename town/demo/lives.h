/*
 * What became of what shows sold: shipped, received, shared by the town's rules, sent back, closed.
 */
#ifndef TOWN_DEMO_LIVES_H
#define TOWN_DEMO_LIVES_H

#include "store/writer.h"

/* The town's rule of sharing, published now. */
enum err fill_rules(struct tx *tx) MUST_CHECK;
/* One of the host's own, which is to begin soon. */
enum err fill_next_rule(struct tx *tx, int64_t host) MUST_CHECK;
/* A company's order by bank transfer, which has yet to come, of another maker than the clerk's. */
enum err fill_transfer(struct tx *tx, int64_t clerks, int64_t buyer) MUST_CHECK;
/* Of a show held on a day, so many days ago; tx->now_ms goes on as its orders do, and stays before
 * the next show. */
enum err fill_lives(struct tx *tx, int64_t show, int64_t day, int days_ago) MUST_CHECK;

#endif
