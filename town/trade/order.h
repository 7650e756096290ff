/*
 * Orders as the writer's commands see them: placing, paying, and what happens to them later. Each
 * function runs inside a transaction and either does all of it (order row, ledger transfers, event
 * row) or returns an error with nothing worth keeping; the caller's savepoint undoes what was
 * begun.
 *
 * Stock: each line holds its pieces in the SKU's book (available → sold, pending) for
 * ORDER_HOLD_MS; paying posts the hold, cancelling and expiring void it; pieces that come back move
 * sold → available, or sold → outside when they cannot be sold again. Money: town/pay.
 */
#ifndef TOWN_TRADE_ORDER_H
#define TOWN_TRADE_ORDER_H

#include "store/writer.h"

enum {
    ORDER_HOLD_MS = 10 * 60 * 1000,
    ORDER_LINES_MAX = 20,
    ORDER_MAKERS_MAX = 10,     /* orders of one checkout: as many as are paid together */
    ORDER_QUANTITY_MAX = 9999, /* pieces of one SKU in one order */
    /* A buyer's orders of the last day that nobody has paid, waiting or lapsed. Each keeps pieces
     * from others for a while; paying any of them makes room for another. */
    ORDER_UNPAID_MAX = 10,
    ORDER_UNPAID_WINDOW_MS = 24 * 3600 * 1000,
    ORDER_RECEIVE_DAYS = 10, /* after shipping; then the clock says that it was received */
    ORDER_RETURN_DAYS = 7,   /* after receipt, to send it back; then it is closed */
    ORDER_KEY_MAX = 64,      /* bytes of a refund's key */
    ORDER_NOTE_MAX = 500,    /* characters of a note */
};

struct order_wish {
    int64_t sku_id, quantity;
    int64_t show_id; /* 0: not in a show */
};

/* What a buyer asks for at once: an order for each maker, placed together or not at all. */
struct order_request {
    int64_t buyer_id;
    size_t n; /* wishes; the same SKU twice is one line of both, in the first show that is named */
    struct order_wish wishes[ORDER_LINES_MAX];
    struct str name, phone, address; /* of the receiver; a form asks for all (order_form.h) */
    int64_t province;                /* town/region.h; 0: not known */
    bool expects;                    /* expect_fen is what the buyer has seen, of all together; */
    int64_t expect_fen;              /* another sum is ERR_CONFLICT (field total, limit: the sum) */
    bool from_cart;                  /* what is ordered leaves the buyer's cart */
    int64_t coupons[ORDER_MAKERS_MAX]; /* claims (town/coupons), one a maker at most */
    size_t coupons_n;
    int64_t gift; /* a prize that the buyer has won: its one wish costs nothing; 0: none */
    int64_t deal; /* an agreed quote: its one wish at that price, delivered; 0: none */
};

/* Whose doing it is. */
struct order_actor {
    int64_t user_id; /* 0: the system */
    unsigned as;     /* enum order_as */
};

/* *order_id: the first of the orders, and the number of their checkout; they are numbered one after
 * the other, by rising maker. Refusals name their field: sku (unknown, not for sale), quantity
 * (bounds, or ERR_SOLD_OUT with info->limit pieces left), total,
 * coupon. ERR_LIMIT without one:
 * ORDER_UNPAID_MAX. */
enum err order_place(struct tx *tx, const struct order_request *rq, int64_t *order_id) MUST_CHECK;
/* Places many, each decided in turn as order_place() would, in a few statements for all. An error
 * is the database's and all of them failed; a refusal is a placing's result. */
struct placing {
    const struct order_request *request;
    enum err result; /* out */
    struct err_info info;
    int64_t order_id, orders; /* the first, and how many */
};
enum err order_place_many(struct tx *tx, struct placing *all, size_t n) MUST_CHECK;
/* --- what happens to an order later --- */

/* Orders are paid by town/pay, which hears from here what there is to pay and says when it is: an
 * order whose hold has run out takes its pieces anew if they are still there, else the money goes
 * back (event pay_back). Before the writer's first command; the same twice is once. */
void order_money_start(void);
/* Pays with the test cashier, in one go: for the demo and for tests. ERR_SOLD_OUT: the pieces are
 * gone, and nothing is paid. */
enum err order_pay(struct tx *tx, int64_t order_id, struct order_actor by) MUST_CHECK;
/* Any other event of the table but place and the refunds, with its stock and money: cancel and
 * call_off of a paid order send all of it back. `note`: why; ERR_INVALID (field note) where the
 * table wants one and there is none. ERR_CONFLICT (field status), ERR_FORBIDDEN, ERR_NOT_FOUND. */
enum err order_do(struct tx *tx, int64_t order_id, const char *event, struct order_actor by,
                  struct str note) MUST_CHECK;
/* Expires at most `most` orders whose time has passed. For the writer's periodic work. */
enum err order_expire(struct tx *tx, int most, int *expired) MUST_CHECK;
/* Takes the next step (receive, close) of at most `most` orders whose clock has run out. */
enum err order_clock(struct tx *tx, int most, int *stepped) MUST_CHECK;
/* When the clock steps: at another time, or with 0 not before it is set again: while a claim is
 * open. Of orders in a state without a clock it does nothing. */
enum err order_clock_set(struct tx *tx, int64_t order_id, int64_t at_ms) MUST_CHECK;

/* Money back, for whole pieces or not. What was paid for a line is quantity * price - discount. */
struct order_back {
    int64_t line;
    int64_t pieces;     /* that come back; 0: only money does */
    int64_t amount_fen; /* at most what of the line has not gone back yet */
};
struct order_refund {
    int64_t order_id;
    const struct order_back *lines;
    size_t n;
    int64_t freight_fen; /* of the freight */
    bool is_for_sale;    /* the pieces can be sold again; else they are written off */
    struct str key;      /* "claim:17": what it is for, once; at most ORDER_KEY_MAX bytes */
};
/* Event refund_part, or refund when nothing is left to go back. ERR_INVALID (field amount or
 * pieces, info->limit what is left) for more than that; ERR_KEY_REUSED. */
enum err order_refund(struct tx *tx, const struct order_refund *refund, struct order_actor by,
                      struct str note) MUST_CHECK;
/* All that has not gone back yet. */
enum err order_refund_rest(struct tx *tx, int64_t order_id, struct str key, bool is_for_sale,
                           struct order_actor by, struct str note) MUST_CHECK;
/* What `pieces` more of a line are worth, so that the sum over all pieces is what was paid. */
int64_t order_back_fen(int64_t paid_fen, int64_t quantity, int64_t returned, int64_t pieces);

/* Who is told of each change of an order but its placing, in the transaction that makes it; an
 * error undoes it. Registered before the writer's first command. */
struct order_changed {
    int64_t order_id, buyer_id, factory_id, amount_fen /* of a refund */;
    const char *event, *from, *to;
    struct order_actor by;
};
typedef enum err order_change_fn(struct tx *tx, const struct order_changed *c);
void order_on_change(order_change_fn *fn); /* the same twice is once */

/* What a SKU is sold for at a moment, and from whose pieces. */
struct order_offer {
    int64_t price_fen;
    int64_t
        account;  /* of the ledger, in the SKU's book: its pieces come from there; 0: its stock */
    int64_t left; /* pieces in that account, for who looks; with account 0 nothing */
    int64_t flash_id, per_buyer; /* of a flash sale: which, and most pieces for one; 0: none */
};
/* A SKU in a show: ERR_NOT_FOUND when it is not in it, ERR_CONFLICT when it cannot be had there
 * now. The town installs one; without it the hall's price counts. */
typedef enum err order_show_price_fn(struct db *db, struct arena *arena, int64_t show_id,
                                     int64_t sku_id, int64_t now_ms, struct order_offer *out);
void order_show_price(order_show_price_fn *fn);
/* A prize and its pieces: ERR_NOT_FOUND when it is not the buyer's, ERR_CONFLICT when it is taken
 * or has lapsed. The town installs one. */
typedef enum err order_gift_fn(struct db *db, struct arena *arena, int64_t gift, int64_t buyer_id,
                               int64_t sku_id, int64_t now_ms, struct order_offer *out);
void order_gifts_are(order_gift_fn *fn);
/* The same of an agreed quote (order_request.deal). One. */
void order_deals_are(order_gift_fn *fn);
/* An order of nothing but a prize has nothing to pay: it is paid. ERR_INVALID when it has. */
enum err order_given(struct tx *tx, int64_t order_id) MUST_CHECK;
struct hall_sku;
/* What an order placed now would freeze. show_id 0: outside a show. ERR_CONFLICT when the show
 * does not sell it: the buyer has seen another price than the hall's. */
enum err order_price(struct db *db, struct arena *arena, int64_t show_id,
                     const struct hall_sku *sku, int64_t now_ms, struct order_offer *out,
                     struct err_info *info) MUST_CHECK;

#endif
