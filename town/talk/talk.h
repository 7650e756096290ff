/*
 * talk: what the buyer and the maker of an order write to each other about it. Sealed, since it may
 * name people; nothing is ever deleted. Each side has a mark at the last message that it has seen;
 * what the other wrote after it is new. A buyer who waits for an answer is on the maker's day until
 * there is one. A talk ends by being full, or TALK_OVER_DAYS after its order: then nobody waits.
 *
 *        buyer ──▶ 1   2   5            ┌ factory_seen: 6 is new to the maker,
 *        maker ──▶       3   4   …  5 ──┘  and waits_since is the time of 5
 *
 * The base reads where the sides have asked it to settle a dispute (claims), and each time that it
 * sits down to read is kept: who, when, what for.
 *
 *   GET  /orders/{id}/talk        before      POST /orders/{id}/talk        text, seen
 *   POST /orders/{id}/talk/seen   seen        POST /orders/{id}/talk/open   purpose
 *   GET  /factory/messages
 */
#ifndef TOWN_TALK_TALK_H
#define TOWN_TALK_TALK_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/trade/trade.h"
#include "web/web.h"

enum {
    TALK_TEXT_MAX = 500, /* characters */
    TALK_MAX = 200,      /* messages of one order; talk.sql and its migration know it */
    TALK_FAST_MAX = 20,  /* of one author about one order within TALK_FAST_MS */
    TALK_FAST_ALL = 120, /* and about all orders */
    TALK_FAST_MS = 10 * 60 * 1000,
    TALK_OVER_DAYS = 30,       /* so long one may write after the order is over */
    TALK_PURPOSE_MAX = 100,    /* characters */
    TALK_OPENING_MS = 1800000, /* so long one of the base reads after saying what for */
    TALK_PAGE = 50,            /* messages of a page */
    TALK_LISTED_MAX = 100,     /* talks on a maker's page */
    TALK_CHECK_SAYS = 20,
};
#define TALK_OVER_MS (TALK_OVER_DAYS * INT64_C(24) * 3600 * 1000)

extern const struct web_module talk_module;
extern const struct console_line talk_lines[];
extern const size_t talk_lines_n;

void talk_start(void); /* before the first request: what pages of orders show of it */
/* For web_spec.frame: how much is new to the visitor, as page members `new_to_buyer` and
 * `new_to_factory`. */
enum err talk_frame(struct req *r) MUST_CHECK;

struct talk_word {
    int64_t order_id;
    struct order_actor by; /* the buyer, or one of the maker's */
    struct str text;
    int64_t seen; /* the last message that the author had before its eyes; 0: all there are */
};
/* ERR_NOT_FOUND: no order of that buyer's. ERR_FORBIDDEN: neither side. ERR_INVALID: no text, or
 * more than TALK_TEXT_MAX. ERR_CONFLICT: the order is over for too long. ERR_LIMIT: it is full, or
 * the author too fast. With field text. */
enum err talk_say(struct tx *tx, const struct talk_word *w, int64_t *id) MUST_CHECK;
/* A side has seen all up to a message; marks never go back. */
enum err talk_seen(struct tx *tx, int64_t order_id, unsigned as, int64_t seen) MUST_CHECK;
/* One of the base is about to read. ERR_CONFLICT (field status) where there is no dispute. */
enum err talk_open(struct tx *tx, int64_t order_id, int64_t user_id, struct str purpose) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err talk_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                    void *arg, int *violations) MUST_CHECK;

#endif
