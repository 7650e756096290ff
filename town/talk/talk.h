/*
 * talk: what the buyer and the maker of an order write to each other about it. Sealed, since it may
 * name people; nothing is ever deleted. Whoever wrote last waits for the other: an order whose last
 * word is the buyer's is on its maker's day until somebody answers. The base reads.
 *
 *   GET  /orders/{id}/talk      POST /orders/{id}/talk   text
 *   GET  /factory/messages
 */
#ifndef TOWN_TALK_TALK_H
#define TOWN_TALK_TALK_H

#include "store/writer.h"
#include "town/console/console.h"
#include "web/web.h"

enum {
    TALK_TEXT_MAX = 500, /* characters */
    TALK_MAX = 200,      /* messages of one order */
    TALK_FAST_MAX = 20,  /* of one side within TALK_FAST_MS */
    TALK_FAST_MS = 10 * 60 * 1000,
    TALK_LISTED_MAX = 100,
};

extern const struct web_module talk_module;
extern const struct console_line talk_lines[];
extern const size_t talk_lines_n;

void talk_start(void); /* before the first request: what an order's page shows of it */

#endif
