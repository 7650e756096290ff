/*
 * slot_match: of a slot's possible meetings, those that together are worth most: a matching of
 * greatest weight with no more pairs than there are tables.
 */
#ifndef TOWN_EVENTS_SLOT_MATCH_H
#define TOWN_EVENTS_SLOT_MATCH_H

#include <stdint.h>

#include "base/arena.h"

enum { SLOT_MATCH_NONE = -1 };

struct slot_match;
struct slot_match *slot_match_new(int lefts, int rights, struct arena *arena); /* NULL: no memory */
void slot_match_clear(struct slot_match *m);
/* Each pair at most once; worth > 0. */
void slot_match_edge(struct slot_match *m, int left, int right, int64_t worth);
void slot_match_run(struct slot_match *m, int most);
int slot_match_of(const struct slot_match *m, int left); /* or SLOT_MATCH_NONE */
/* What all runs took so far, in steps that depend on nothing but what was asked: a budget of them
 * gives the same result on a slow machine as on a fast one. */
int64_t slot_match_work(const struct slot_match *m);

#endif
