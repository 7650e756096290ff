/* What the files of coupons have in common. */
#ifndef TOWN_COUPONS_INTERNAL_H
#define TOWN_COUPONS_INTERNAL_H

#include "ledger/ledger.h"
#include "town/coupons/coupons.h"

enum err coupon_refuse(struct tx *tx, enum err e, const char *field, const char *key,
                       int64_t limit);
/* The three accounts of a coupon; moving pieces between any of its book. */
struct coupon_stock {
    int64_t book, outside, available, claimed;
};
enum err coupon_stock_open(struct tx *tx, int64_t coupon, struct coupon_stock *out) MUST_CHECK;
enum err coupon_move(struct tx *tx, int64_t from, int64_t to, int64_t pieces, const char *reason,
                     int64_t coupon, struct ledger_id id) MUST_CHECK;
/* Who may not, and the one there is; `from`: the account that gives. */
enum err coupon_claim_of(struct tx *tx, const struct coupon *c, bool stopped, int64_t from,
                         int64_t user_id, int64_t *claim) MUST_CHECK;
enum err coupon_give_post(struct req *r) MUST_CHECK; /* POST /factory/coupons/{id}/hosts */
void coupon_take_held(struct coupon_held *h, const struct rows *rs, size_t i);

enum err coupons_page(struct req *r) MUST_CHECK;       /* GET /coupons */
enum err coupon_claim_post(struct req *r) MUST_CHECK;  /* POST /coupons/{id}/claim */
enum err coupons_of_factory(struct req *r) MUST_CHECK; /* GET /factory/coupons */
enum err coupon_issue_post(struct req *r) MUST_CHECK;  /* POST /factory/coupons */
enum err coupon_stop_post(struct req *r) MUST_CHECK;   /* POST /factory/coupons/{id}/stop */

#endif
