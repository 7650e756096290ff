/* What the files of ratings have in common. */
#ifndef TOWN_RATINGS_INTERNAL_H
#define TOWN_RATINGS_INTERNAL_H

#include "town/ratings/ratings.h"
#include "town/trade/trade.h"

/* Rows of queries with the part "shown". Public: as everybody sees it. */
void rating_put_public(struct req *r, struct view *v, const struct rows *rs, size_t i);
/* For its author, the maker and the base: also order, line, status, why (it is hidden), hidden_at.
 */
void rating_put_inside(struct req *r, struct view *v, const struct rows *rs, size_t i);

order_part_fn rating_part;
enum err rating_form(struct req *r) MUST_CHECK;        /* GET /orders/{id}/lines/{line}/rating */
enum err rating_post(struct req *r) MUST_CHECK;        /* POST the same */
enum err ratings_of_product(struct req *r) MUST_CHECK; /* GET /hall/products/{slug}/ratings */
enum err ratings_of_factory(struct req *r) MUST_CHECK; /* GET /factory/ratings */
enum err ratings_desk(struct req *r) MUST_CHECK;       /* GET /ratings/desk */
enum err rating_answer_post(struct req *r) MUST_CHECK; /* POST /ratings/{id}/answer */
enum err rating_hide_post(struct req *r) MUST_CHECK;   /* POST /ratings/{id}/hide */

#endif
