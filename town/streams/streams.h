/* streams: the addresses by which players get live streams over HTTP. See README.md. */
#ifndef TOWN_STREAMS_STREAMS_H
#define TOWN_STREAMS_STREAMS_H

#include "live/live.h"
#include "web/web.h"

extern const struct web_module streams_module;

void streams_set_live(struct live *live); /* once, before requests come */
/* May this stream be watched by who brings this ticket (?ticket=)? Called on loops, must not block.
 * Without one, all may be. Before the first request. */
typedef bool streams_guard_fn(struct str name, struct str ticket);
void streams_set_guard(streams_guard_fn *fn);

#endif
