/* What the files of talk have in common. */
#ifndef TOWN_TALK_INTERNAL_H
#define TOWN_TALK_INTERNAL_H

#include "town/talk/talk.h"

/* The two sides, as talk_words and talks name them. Who is both is the buyer. */
enum talk_side { TALK_BUYER, TALK_FACTORY, TALK_SIDES };
extern const char *const talk_sides[TALK_SIDES];
bool talk_side_of(unsigned as, enum talk_side *side); /* false: neither */

/* Why nobody writes (any more), of row 0 of talk.order: "full", "over", or NULL. */
const char *talk_closed(const struct rows *order, int64_t now_ms);

/* What the visitor is to the order in row 0 of talk.order: enum order_as bits. */
unsigned talk_as(const struct req *r, const struct rows *order);
/* May one of the base read? *opened: it has said what for, and not long ago. */
enum err talk_base_may(struct req *r, int64_t order_id, bool *may, bool *opened) MUST_CHECK;
/* Puts list member `messages`, at most `most` of those before one, oldest first, as seen from what
 * the visitor is; *next: the id to ask earlier ones before, or 0. */
enum err talk_put_words(struct req *r, struct view *v, const struct rows *order, unsigned as,
                        int64_t before, int64_t most, int64_t *next) MUST_CHECK;
/* Puts {side, side_name, at, text} of row i of a query of talk_words. */
enum err talk_put_word(struct req *r, struct view *v, const struct rows *rs, size_t i) MUST_CHECK;

enum err talk_page(struct req *r) MUST_CHECK;
enum err talk_post(struct req *r) MUST_CHECK;
enum err talk_seen_post(struct req *r) MUST_CHECK;
enum err talk_open_post(struct req *r) MUST_CHECK;
enum err talk_of_factory(struct req *r) MUST_CHECK;
enum err talk_part(struct req *r, struct view *order, const struct rows *row,
                   unsigned as) MUST_CHECK;
enum err talk_rows(struct req *r, const struct rows *orders, struct view *const *views,
                   unsigned as) MUST_CHECK;

#endif
