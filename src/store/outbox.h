/*
 * The outbox: events for whoever must hear of what has happened (webhooks, statistics), written in
 * the transaction of what happened, so that there is one exactly when it did. An event is about a
 * subject ("order:1042"), is of a kind ("order.placed") and has a body, a JSON object without
 * personal data.
 *
 * Each consumer is told every event at least once, and those of one subject in order:
 *
 *   done       up to which event it has been told of all
 *   held back  events that it refused, and later ones of the same subject, to be tried again
 *   lease      which process delivers, and until when; another takes over when it runs out
 *
 * Who delivers takes the lease, reads what is new and what of the held-back is due, delivers, and
 * records the fates: all of it at least once, since a process may die between delivering and
 * recording. Events are kept OUTBOX_KEEP_MS and until every consumer that is alive has had them.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/writer.h"

enum {
    OUTBOX_COLUMNS = 4,
    OUTBOX_OWNER_BYTES = 33, /* hex and a NUL */
    OUTBOX_HELD_MAX = 10000, /* a consumer that refuses more is told nothing new meanwhile */
    OUTBOX_KEEP_MS = 7 * 24 * 3600 * 1000,
};

/* The arguments of q_store_outbox_add, for hot commands; borrows. */
void outbox_row(struct str subject, const char *kind, struct str body, int64_t now_ms,
                struct val out[OUTBOX_COLUMNS]);
enum err outbox_add(struct tx *tx, struct str subject, const char *kind,
                    struct str body) MUST_CHECK;

/* --- for who delivers --- */

struct outbox_event { /* strings: in the arena asked with */
    int64_t id, at_ms;
    struct str subject, kind, body;
    int attempts; /* before */
    bool held;    /* new, and behind one of its subject that is held back */
};

/* Makes the consumer known; a new one is told what happens from now on. */
enum err outbox_join(struct tx *tx, const char *consumer) MUST_CHECK;
/* Takes or prolongs the lease; ERR_CONFLICT while another process has it. */
enum err outbox_lease(struct tx *tx, const char *consumer, const char *owner,
                      int64_t until_ms) MUST_CHECK;
/* At most `most`, by rising id. Nothing when OUTBOX_HELD_MAX are held back. */
enum err outbox_new(struct db *db, const char *consumer, int most, struct arena *arena,
                    struct outbox_event **out, size_t *n) MUST_CHECK;
/* Of each subject the first that is held back, when it is due. */
enum err outbox_due(struct db *db, const char *consumer, int64_t now_ms, int most,
                    struct arena *arena, struct outbox_event **out, size_t *n) MUST_CHECK;

struct outbox_fate {
    const struct outbox_event *event;
    bool held;      /* else it is delivered, or given up */
    int attempts;   /* so far */
    int64_t due_ms; /* when to try again */
};
/* Records what became of events; `done`: of the new ones the last that was dealt with, or 0.
 * ERR_CONFLICT when the lease was lost: nothing is recorded, somebody else goes on. */
enum err outbox_record(struct tx *tx, const char *consumer, const char *owner, int64_t done,
                       const struct outbox_fate *fates, size_t n) MUST_CHECK;

/* Forgets old events, some hundred a call. For writer_every(). */
enum err outbox_prune(struct tx *tx, void *unused) MUST_CHECK;

#endif
