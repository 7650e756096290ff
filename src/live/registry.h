/* The table of streams and the counters behind live.h. Inside live/ only. */
#ifndef LIVE_REGISTRY_H
#define LIVE_REGISTRY_H

#include "base/map.h"
#include "live/stream.h"

struct live_counters {
    _Atomic uint64_t rtmp_connections, published, played, takeovers;
    _Atomic uint64_t denied, unsupported, protocol_errors, timeouts;
    _Atomic uint64_t bytes_in;
};

struct live {
    struct live_spec spec;
    pthread_mutex_t lock; /* guards streams */
    struct map streams;   /* name -> struct stream, one reference each */
    struct live_counters counters;
};

/* A reference, or NULL. */
struct stream *registry_find(struct live *live, struct str name);
/* Finds or makes; *made tells. ERR_LIMIT past LIVE_STREAMS_MAX. A reference. */
enum err registry_get(struct live *live, struct str name, struct loop *owner, struct stream **out,
                      bool *made) MUST_CHECK;
/* The stream's owner thread: out of the table, followers finish. */
void registry_end(struct stream *s);
void registry_changed(struct stream *s, enum live_state state);

#endif
