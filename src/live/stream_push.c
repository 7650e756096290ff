/* Following a stream's RTMP form as a server that is published to: see stream.h. */
#include <stdlib.h>

#include "live/stream.h"

struct push_follow {
    struct stream *stream; /* owned reference */
    struct stream_push push;
};

static struct block *prelude(void *arg, const struct ring_mark *mark, bool joined)
{
    struct push_follow *f = arg;
    if (joined)
        f->push.skipped(f->push.arg);
    return stream_push_prelude(f->stream, mark);
}

static void ended(void *arg)
{
    struct push_follow *f = arg;
    f->push.ended(f->push.arg);
}

static void gone(void *arg)
{
    struct push_follow *f = arg;
    stream_unref(f->stream);
    free(f);
}

enum err stream_follow_push(struct stream *s, struct conn *c, const struct stream_push *push)
{
    struct ring *ring = wire_ring(&s->rtmp);
    struct push_follow *f = ring ? malloc(sizeof(*f)) : NULL;
    if (!f) {
        ring_unref(ring);
        return ring ? ERR_NOMEM : ERR_NOT_FOUND;
    }
    *f = (struct push_follow){.stream = stream_ref(s), .push = *push};
    struct follow_spec spec = {
        .ring = ring, .prelude = prelude, .ended = ended, .gone = gone, .arg = f};
    enum err e = follow_attach(c, &spec);
    ring_unref(ring);
    if (e != OK)
        gone(f);
    return e;
}
