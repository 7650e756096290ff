/* What the files of claims have in common. */
#ifndef TOWN_CLAIMS_INTERNAL_H
#define TOWN_CLAIMS_INTERNAL_H

#include "town/claims/claims.h"

/* A claim, its lines and its order's, read for changing it. */
struct claim_life {
    struct rows claim, lines; /* claims.get; claims.lines, with what of each is left */
    const struct transition *t;
};

/* One event: state, clock, event row. */
enum err claim_step(struct tx *tx, const struct claim_life *life, struct order_actor by,
                    int64_t amount_fen) MUST_CHECK;
/* Does the status end a claim? */
bool claim_is_over(const char *status);

/* --- money.c --- */

/* What was asked for, or `most` of it, as far as it is left, back to the buyer. ERR_CONFLICT when
 * nothing is left. */
enum err claim_refund(struct tx *tx, const struct claim_life *life, struct order_actor by,
                      bool comes_back, bool is_for_sale, int64_t most, int64_t *fen) MUST_CHECK;
/* The pieces that go out anew, and those that came back. */
enum err claim_exchange(struct tx *tx, const struct claim_life *life, bool is_for_sale) MUST_CHECK;

/* --- pages --- */

enum err claim_new_page(struct req *r) MUST_CHECK;    /* GET /orders/{id}/claims/new */
enum err claim_new_post(struct req *r) MUST_CHECK;    /* POST /orders/{id}/claims */
enum err claim_page(struct req *r) MUST_CHECK;        /* GET /claims/{id} */
enum err claim_say_post(struct req *r) MUST_CHECK;    /* POST /claims/{id}/say */
enum err claim_event_post(struct req *r) MUST_CHECK;  /* POST /claims/{id}/{event} */
enum err claims_of_factory(struct req *r) MUST_CHECK; /* GET /factory/claims */
enum err claims_of_buyer(struct req *r) MUST_CHECK;   /* GET /claims */
enum err claim_marks(struct req *r, const struct rows *rows, struct view *const *orders,
                     unsigned as) MUST_CHECK;   /* order_list_part_fn */
enum err claims_desk(struct req *r) MUST_CHECK; /* GET /claims/desk */
enum err claim_part(struct req *r, struct view *order, const struct rows *row,
                    unsigned as) MUST_CHECK;

#endif
