/*
 * Calls to providers that are due: one at a time is taken, made and recorded.
 *
 *   run_take ──▶ run_call ──▶ run_record
 *   (a command)  (no transaction, may block)  (a command)
 *
 * What is taken is due again after RUN_AGAIN_MS, so that it is taken up when its process dies on
 * the way; the numbers are the same then, and so is the provider's answer. Recording asks in which
 * state the thing is by then, so that two who did the same thing have done it once.
 */
#ifndef TOWN_PAY_RUN_H
#define TOWN_PAY_RUN_H

#include "town/pay/internal.h"

enum {
    RUN_AGAIN_MS = 60 * 1000,      /* more than a call may take */
    RUN_PAUSE_FIRST_MS = 5 * 1000, /* after a failure that may pass: 5 s, 10 s … */
    RUN_PAUSE_MAX_MS = 30 * 60 * 1000,
    RUN_LOOK_FIRST_MS = 20 * 1000, /* a payment of which nothing was heard is asked for */
    RUN_AFTER_MS = 15 * 1000,      /* and once more so long after it has ended */
    RUN_OPEN_TRIES_MAX = 3,
    RUN_STATEMENT_TRIES_MAX = 40, /* over most of a day */
};

struct run_job {
    enum run_what {
        RUN_NOTHING,
        RUN_OPEN,
        RUN_LOOK,
        RUN_CLOSE,
        RUN_CARRY_OUT,
        RUN_STATEMENT,
        RUN_WHATS,
    } what;
    bool took;    /* something was due, even if nobody need be asked */
    int64_t id;   /* of the payment, or the instruction */
    int tries;    /* this one too */
    bool is_last; /* a look after it has ended */
    const struct pay_provider *provider;
    struct pay_ask ask;
    struct pay_do order;
    struct err_info info;
    enum err answer; /* of the call, */
    struct pay_opened opened;
    struct pay_news news[PAY_PARTS_MAX];
    struct str day; /* of a statement; its lines, and the first that is compared next */
    struct pay_line *lines;
    size_t lines_n, from;
};

const char *run_what_name(enum run_what what); /* "open", for logs and metrics */

enum err run_take(struct tx *tx, struct run_job *job) MUST_CHECK;
/* Strings of the answer lie in the arena, which must live until it is recorded. */
void run_call(struct run_job *job, struct arena *arena);
enum err run_record(struct tx *tx, const struct run_job *job) MUST_CHECK;
/* False: that was all. Else there is more of it to record, in a command of its own. */
bool run_more(struct run_job *job);

/* --- threads.c --- */

/* In a command: something is due at once. */
void run_has_news(void);
void run_prepare(struct writer *w);

#endif
