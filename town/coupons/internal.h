/* What the files of coupons have in common. */
#ifndef TOWN_COUPONS_INTERNAL_H
#define TOWN_COUPONS_INTERNAL_H

#include "town/coupons/coupons.h"

/* From row `i` of a query with its terms. */
void coupon_take(struct coupon *c, const struct rows *rs, size_t i);
void coupon_take_held(struct coupon_held *h, const struct rows *rs, size_t i);

enum err coupons_page(struct req *r) MUST_CHECK;       /* GET /coupons */
enum err coupon_claim_post(struct req *r) MUST_CHECK;  /* POST /coupons/{id}/claim */
enum err coupons_of_factory(struct req *r) MUST_CHECK; /* GET /factory/coupons */
enum err coupon_issue_post(struct req *r) MUST_CHECK;  /* POST /factory/coupons */
enum err coupon_stop_post(struct req *r) MUST_CHECK;   /* POST /factory/coupons/{id}/stop */

#endif
