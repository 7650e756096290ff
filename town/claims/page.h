/* Pages of claims; see each one's template for its view. */
#ifndef TOWN_CLAIMS_PAGE_H
#define TOWN_CLAIMS_PAGE_H

#include <string.h>

#include "town/claims/internal.h"

/* What the visitor is to the claim in row 0 of claims.get: enum order_as bits, 0 for a stranger. */
unsigned claim_as(const struct req *r, const struct rows *claim);
/* ERR_NOT_FOUND for strangers too. */
enum err claim_load(struct req *r, int64_t id, struct rows *claim, unsigned *as) MUST_CHECK;
/* Puts member `claim`, whole. */
enum err claim_put(struct req *r, const struct rows *claim, unsigned as) MUST_CHECK;
/* Puts a value, and for pages its name: {kind, kind_name}. */
void claim_put_name(struct req *r, struct view *v, const char *member, const char *prefix,
                    struct str value);
/* {status, status_name} of a claim; the name is said to the buyer in the second person. */
void claim_put_status(struct req *r, struct view *v, struct str status, unsigned as);
/* Puts a time, or null. */
void claim_put_time(struct view *v, const char *member, const struct rows *rs, size_t i);

/* Keeps the pictures of the field "picture"; what was kept is in *out also after an error. */
enum err claim_keep_pictures(struct req *r, struct claim_pictures *out) MUST_CHECK;
enum err claim_picture(struct req *r) MUST_CHECK; /* GET /claims/{id}/pictures/{picture} */

#endif
