/*
 * What goes out of the town: letters and SMS are taken under a lease, sent, and recorded, by one
 * thread of each process:
 *
 *   send_take ──▶ send_call ──▶ send_record
 *   (a command)   (no transaction, may block)   (a command)
 *
 * What was taken is due again after SEND_LEASE_MS, so that it is taken up when its process dies on
 * the way. If it died between the call and the record, it goes out a second time, under the same
 * number (Message-ID, webhook-id): a server that remembers numbers drops it.
 *
 * A channel of which nobody is there, or nobody answers, is asked once a batch: what else was taken
 * for it goes back as it was. Inside messages.
 */
#ifndef TOWN_MESSAGES_SEND_H
#define TOWN_MESSAGES_SEND_H

#include "town/messages/messages.h"

enum {
    SEND_BATCH = 8,
    SEND_LEASE_MS = 180 * 1000, /* more than the calls of a batch may take */
    SEND_PAUSE_MS = 30 * 1000,  /* after no answer: 30 s, 1, 2, 4 … minutes */
    SEND_PAUSE_MAX_MS = 3600 * 1000,
    SEND_TRIES_MAX = 8,
    SEND_CODES_MAX = 64, /* codes that wait in memory */
    SEND_CODE_TRIES = 2,
};

struct send_job {
    int64_t id; /* of the send */
    enum messages_channel channel;
    int tries; /* this one too */
    struct messages_letter letter;
    bool is_asked; /* else it goes back */
    enum err answer;
    char why[MESSAGES_WHY_MAX];
};

struct send_batch {
    struct send_job jobs[SEND_BATCH];
    size_t n;     /* to be sent */
    size_t taken; /* looked at: 0 when nothing was due */
};

/* Has this process a sender for it? */
bool send_can(enum messages_channel channel);

enum err send_take(struct tx *tx, struct send_batch *batch) MUST_CHECK;
void send_call(struct send_batch *batch);
enum err send_record(struct tx *tx, const struct send_batch *batch) MUST_CHECK;

/* One letter now, without a row: a code. On the thread. */
enum err send_code_now(const char *to, const char *code, enum lang lang,
                       struct arena *arena) MUST_CHECK;

/* --- send_thread.c --- */

void send_has_news(void); /* in a command: something may be due at once */
void send_prepare(struct writer *w);
/* Takes a copy and returns at once; any thread. Codes lie nowhere in clear: what is not sent when
 * the process ends is dropped, and who waits asks again. ERR_BUSY when too many wait. */
enum err send_code(struct str to, struct str code, enum lang lang) MUST_CHECK;

#endif
