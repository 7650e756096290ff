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
 * (order_request.deal). An order that is never paid gives them back to the quote. What is done with
 * one is in supply.h.
 */
#ifndef TOWN_SUPPLY_QUOTE_H
#define TOWN_SUPPLY_QUOTE_H

#include "town/supply/supply.h"
#include "town/trade/trade.h"

enum {
    QUOTE_PIECES_MIN = 10, /* pieces; for less there is the cart */
    QUOTE_LEAD_MAX = 365,
    QUOTE_VALID_MAX = 90, /* days */
    QUOTE_KEEP_DAYS = 7,
    QUOTE_OPEN_MAX = 20, /* that one has asked for and that are not over */
};

extern const struct transition_table quote_transitions;

/* For order_deals_are(), order_on_change(), writer_every(). */
order_gift_fn quote_offer;
order_change_fn quote_order_changed;
enum err quote_lapse(struct tx *tx, void *unused) MUST_CHECK;

#endif
