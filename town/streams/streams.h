/* streams: the addresses by which players get live streams over HTTP. See README.md. */
#ifndef TOWN_STREAMS_STREAMS_H
#define TOWN_STREAMS_STREAMS_H

#include "live/live.h"
#include "web/web.h"

extern const struct web_module streams_module;

void streams_set_live(struct live *live); /* once, before requests come */

#endif
