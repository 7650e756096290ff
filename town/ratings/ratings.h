/*
 * ratings: what buyers think of what they got. After an order was received its buyer rates each
 * line once, with stars and maybe words; the maker answers once; the base may hide one, which is
 * kept, with the reason, for its author and the maker.
 *
 *            rate (buyer)            answer (maker)
 *   (none) ──────────────▶ shown ──────────────────▶ answered
 *                            └──────── hide (base) ─────┴──▶ hidden
 *
 * Texts are public and written by strangers: they are text, never markup, and nothing in them
 * becomes a link. Names are masked. An average is always of the ratings that are shown.
 *
 *   POST /orders/{id}/lines/{line}/rating   stars, text        GET: the form by itself
 *   GET  /hall/products/{slug}/ratings      GET /factory/ratings      GET /ratings/desk
 *   POST /ratings/{id}/answer               text
 *   POST /ratings/{id}/hide                 text
 */
#ifndef TOWN_RATINGS_RATINGS_H
#define TOWN_RATINGS_RATINGS_H

#include "store/writer.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    RATING_STARS_MAX = 5,
    RATING_TEXT_MAX = 500,   /* characters */
    RATING_ANSWER_MAX = 300, /* characters; of a reason too */
    RATING_DAYS = 30,        /* after receipt */
    RATINGS_NEWEST = 5,      /* on a product's page */
    RATINGS_PAGE = 20,
    RATINGS_DESK_PAGE = 50,
    RATINGS_SKIP_MAX = 100000,
    RATINGS_CHECK_SAYS = 20,
};
#define RATING_DAYS_MS (RATING_DAYS * INT64_C(24) * 3600 * 1000)

extern const struct web_module ratings_module;
extern const struct transition_table rating_transitions; /* who: enum order_as */

void ratings_start(void); /* before the first request: what an order's page shows of it */

struct rating_words { /* of a buyer about a line */
    int64_t order_id, line, buyer_id, stars;
    struct str text; /* may be empty */
};
/* The same again is the same rating. ERR_NOT_FOUND: no such line of that buyer's. ERR_INVALID
 * (stars, text); ERR_CONFLICT (field status, with a key): not received, too late, went back, rated
 * already. */
enum err rating_rate(struct tx *tx, const struct rating_words *w, int64_t *rating) MUST_CHECK;
/* Once. The same again is the same. ERR_NOT_FOUND: not that maker's; ERR_CONFLICT (status). */
enum err rating_answer(struct tx *tx, int64_t rating, int64_t factory_id, int64_t user_id,
                       struct str text) MUST_CHECK;
/* With a reason. The same again is the same. ERR_NOT_FOUND, ERR_CONFLICT (status). */
enum err rating_hide(struct tx *tx, int64_t rating, int64_t user_id, struct str why) MUST_CHECK;

/* 47: 4.7 of 5, rounded half up. n > 0. */
int64_t rating_tenths(int64_t stars, int64_t n);

/* For a product's page, puts ratings {n, average ("4.7") or null, href, newest [{id, name, stars,
 * text, at, answer, answered_at}]}. Depends on nothing but the product. */
enum err ratings_put(struct req *r, struct view *v, int64_t product_id, struct str slug) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err ratings_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations) MUST_CHECK;

#endif
