/*
 * Agencies of the demo: partnered and introduced ones, contracts around today, whom they speak for,
 * a campaign under way. The host's is the one that fill_agency() makes first.
 */
#ifndef TOWN_DEMO_AGENCIES_H
#define TOWN_DEMO_AGENCIES_H

#include "store/writer.h"

/* Before the first show, when the town's rules are published: the host's agency, with its contract
 * and the host's consent. tx->now_ms is when that was. */
enum err fill_agency(struct tx *tx, int64_t host, int64_t operator_id) MUST_CHECK;
/* All others, each in its time; tx->now_ms is set as it goes on and is now_ms again at the end. */
enum err fill_agencies(struct tx *tx, int64_t operator_id) MUST_CHECK;
/* A campaign of the host's agency, with the goods of its show. */
enum err fill_campaign(struct tx *tx, int64_t host, int64_t show, int64_t operator_id) MUST_CHECK;

#endif
