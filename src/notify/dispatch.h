/*
 * Delivers the outbox's events (store/outbox.h) to one consumer: a thread that holds the consumer's
 * lease, reads what is new and what is due again, calls `deliver` for one event after another, and
 * has the writer record what became of them.
 *
 *   OK                    delivered
 *   ERR_IO                nobody is there: everything waits, longer each time, up to
 *                         DISPATCH_PAUSE_MAX_MS; no event is skipped
 *   ERR_BUSY, ERR_TIMEOUT somebody is there and cannot take it now: this event and later ones of
 *                         its subject are held back and tried again until they are older than
 *                         OUTBOX_KEEP_MS, and all else waits as above before it goes on
 *   any other             this event is refused: it and later ones of its subject are held back and
 *                         tried again, DISPATCH_ATTEMPTS_MAX times in all, over some hours
 *
 * An event that is given up says so as an error in the log, and its subject goes on.
 *
 * At least once and in order per subject, over restarts and over several processes of one town:
 * `deliver` must give up within DISPATCH_DELIVER_MS, which is well within the lease.
 */
#ifndef NOTIFY_DISPATCH_H
#define NOTIFY_DISPATCH_H

#include "store/outbox.h"

enum {
    DISPATCH_LEASE_MS = 20 * 1000,
    DISPATCH_DELIVER_MS = 8 * 1000,
    DISPATCH_TOGETHER = 64,  /* events read and recorded at a time */
    DISPATCH_IDLE_MS = 1000, /* how often is looked for what other processes have written */
    DISPATCH_PAUSE_MAX_MS = 60 * 1000,
    DISPATCH_ATTEMPTS_MAX = 12,
};

struct dispatch;

struct dispatch_spec {
    const char *consumer; /* static: "webhook" */
    const char *store_url;
    struct writer *writer;
    enum err (*deliver)(void *arg, const struct outbox_event *e); /* on the thread; may block */
    void (*cut)(void *arg); /* from another thread, at the end: no delivery goes on; may be NULL */
    void *arg;
};

struct dispatch_stats { /* since start */
    uint64_t delivered, refused, given_up, unreachable;
};

/* Between writer_open() and writer_start(), for it listens to commits. */
enum err dispatch_start(const struct dispatch_spec *spec, struct dispatch **out,
                        struct arena *arena, struct err_info *info) MUST_CHECK;
void dispatch_stats(struct dispatch *d, struct dispatch_stats *out);
/* Ends the thread and gives the lease back. Before the writer stops; NULL is fine. */
void dispatch_stop(struct dispatch *d);
/* After the writer has stopped. */
void dispatch_free(struct dispatch *d);

#endif
