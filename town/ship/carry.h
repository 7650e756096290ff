/*
 * What carriers are to be asked: a number for an order, and where parcels are. One at a time is
 * taken, asked and recorded, by one thread of each process:
 *
 *   carry_take ──▶ carry_call ──▶ carry_record
 *   (a command)    (no transaction, may block)    (a command)
 *
 * What is taken is due again after CARRY_AGAIN_MS, so that it is taken up when its process dies on
 * the way; a reference is the same then, and so is the carrier's number. Inside ship.
 */
#ifndef TOWN_SHIP_CARRY_H
#define TOWN_SHIP_CARRY_H

#include "town/ship/gateway.h"
#include "town/ship/parcel.h"

enum {
    CARRY_AGAIN_MS = 60 * 1000, /* more than a call may take */
    CARRY_PAUSE_MS = 5 * 1000,  /* after no answer: 5 s, 10 s, 20 s … */
    CARRY_TRIES_MAX = 8,        /* for a number; then the clerk is told that nobody answers */
    CARRY_TRACE_FIRST_MS = 10 * 60 * 1000,
    CARRY_TRACE_MAX_MS = 6 * 3600 * 1000,
    CARRY_TRACE_DAYS = 60, /* a parcel that was not heard of for so long is not asked for */
};

struct carry_job {
    enum carry_what { CARRY_NOTHING, CARRY_NUMBER, CARRY_TRACES } what;
    int64_t id; /* of the ask, or of the parcel */
    int tries;  /* this one too */
    const struct gateway *gateway;
    struct gateway_parcel parcel; /* of a number */
    struct str number;            /* out of a number, in of traces */
    struct gateway_trace *traces;
    size_t traces_n;
    enum err answer;
    struct err_info info;
};

/* In a command: asks for the order's number. ERR_CONFLICT with field and key, as parcel_send(); the
 * order's receiver is opened for it. */
enum err carry_ask(struct tx *tx, const struct waybill *w, struct order_actor by, bool further,
                   struct str purpose) MUST_CHECK;

enum err carry_take(struct tx *tx, struct carry_job *job) MUST_CHECK;
/* Strings of the answer lie in the arena, which must live until it is recorded. */
void carry_call(struct carry_job *job, struct arena *arena);
enum err carry_record(struct tx *tx, const struct carry_job *job) MUST_CHECK;

/* --- carry_thread.c --- */

void carry_has_news(void); /* in a command: something is due at once */
void carry_prepare(struct writer *w);

#endif
