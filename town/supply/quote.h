/*
 * Prices for many pieces.
 *
 *                             ┌─make──▶ making ──made──┐
 *   asked ──quote──▶ quoted ──┴─accept──────────────▶ accepted ──order──▶ ordered
 *                    │ ▲  │ lapse                       │ lapse  ▲          │ never paid
 *            counter ▼ │  ▼                             ▼        └──reopen──┘
 *            countered   expired                      expired     decline, withdraw: declined, …
 *
 * A factory quotes up to QUOTE_TIERS_MAX tiers (from so many pieces on, a price), how many days it
 * takes and until when that is good. Accepted, when there are not so many in stock and the quote
 * says days, they are to be made first, within those days of the yes; nothing is paid before they
 * are there, either side may leave it, and what is late is told both. The pieces then move from the
 * SKU's stock into its account `quote` and are kept for QUOTE_KEEP_DAYS; the order that is placed
 * then is one of town/trade, at the agreed price, delivered, whose pieces come from that account
 * (order_request.deal). An order that is never paid gives them back to the quote. Inside supply.
 */
#ifndef TOWN_SUPPLY_QUOTE_H
#define TOWN_SUPPLY_QUOTE_H

#include "town/supply/supply.h"
#include "town/trade/trade.h"

enum {
    QUOTE_PIECES_MIN = 10, /* pieces; for less there is the cart */
    QUOTE_TIERS_MAX = 3,
    QUOTE_LEAD_MAX = 365,
    QUOTE_VALID_MAX = 90, /* days */
    QUOTE_KEEP_DAYS = 7,
    QUOTE_OPEN_MAX = 20, /* that one has asked for and that are not over */
};

extern const struct transition_table quote_transitions;

struct quote_ask {
    int64_t asker, sku, quantity, want_fen; /* 0: no wish */
    struct str note;
};
enum err quote_ask(struct tx *tx, const struct quote_ask *a, int64_t *id) MUST_CHECK;

struct quote_more {
    struct str note;
    int64_t quantity, want_fen; /* of counter */
    struct quote_tier {
        int64_t least, price_fen;
    } tiers[QUOTE_TIERS_MAX]; /* of quote; rising, the price falling */
    size_t tiers_n;
    int64_t lead_days, valid_days;
};
/* `accept` becomes `make` when there are not so many in stock and the quote says days.
 * ERR_CONFLICT (field status; of accept and made, field stock, and of accept quantity when no tier
 * is for so few), ERR_FORBIDDEN, ERR_INVALID with field. */
enum err quote_do(struct tx *tx, int64_t id, const char *event, struct supply_actor by,
                  const struct quote_more *more) MUST_CHECK;
/* Places the order of an accepted one. The receiver's fields of `rq` are filled. */
enum err quote_order(struct tx *tx, int64_t id, int64_t asker, struct order_request *rq,
                     int64_t *order) MUST_CHECK;
/* For order_deals_are(), order_on_change(), writer_every(). */
order_gift_fn quote_offer;
order_change_fn quote_order_changed;
enum err quote_lapse(struct tx *tx, void *unused) MUST_CHECK;

#endif
