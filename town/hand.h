/*
 * What a visitor is to a maker's thing (its goods, its papers, its stock): one of the base, one of
 * the maker's own people, both, or nobody. Departments give these their own bits of `who`
 * (town/transition.h).
 */
#ifndef TOWN_HAND_H
#define TOWN_HAND_H

#include "web/web.h"

bool hand_is_base(const struct req *r);
/* As a session goes: it acts for one organisation. */
bool hand_is_maker(const struct req *r, int64_t organisation);

#endif
