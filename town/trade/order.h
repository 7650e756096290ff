/*
 * Orders as the writer's commands see them: placing, paying, cancelling, expiring. Each function
 * runs inside a transaction and either does all of it (order row, ledger transfers, event row) or
 * returns an error with nothing worth keeping; the caller's savepoint undoes what was begun.
 *
 * Stock: each line holds its pieces in the SKU's book (available → sold, pending) for
 * ORDER_HOLD_MS; paying posts the hold, cancelling and expiring void it. Money: a payment is a
 * transfer of the order's total in the book ("CNY", "town"), outside → paid.
 */
#ifndef TOWN_TRADE_ORDER_H
#define TOWN_TRADE_ORDER_H

#include "store/writer.h"

enum {
    ORDER_HOLD_MS = 10 * 60 * 1000,
    ORDER_LINES_MAX = 20,
    ORDER_QUANTITY_MAX = 9999, /* pieces of one SKU in one order */
    /* A buyer's orders of the last day that nobody has paid, waiting or lapsed. Each keeps pieces
     * from others for a while; paying any of them makes room for another. */
    ORDER_UNPAID_MAX = 10,
    ORDER_UNPAID_WINDOW_MS = 24 * 3600 * 1000,
};

struct order_wish {
    int64_t sku_id, quantity;
};

struct order_request {
    int64_t buyer_id;
    int64_t show_id; /* 0: not in a show */
    size_t n;        /* wishes; the same SKU twice is one line of both */
    struct order_wish wishes[ORDER_LINES_MAX];
    struct str name, phone, address; /* of the receiver; a form asks for all (order_form.h) */
};

/* Whose doing it is. */
struct order_actor {
    int64_t user_id; /* 0: the system */
    unsigned as;     /* enum order_as */
};

/* Refusals name their field: sku (unknown, not for sale, of another factory), quantity (bounds, or
 * ERR_SOLD_OUT with info->limit pieces left). ERR_LIMIT without one: ORDER_UNPAID_MAX. */
enum err order_place(struct tx *tx, const struct order_request *rq, int64_t *order_id) MUST_CHECK;
/* Places many, each decided in turn as order_place() would, in a few statements for all. An error
 * is the database's and all of them failed; a refusal is a placing's result. */
struct placing {
    const struct order_request *request;
    enum err result; /* out */
    struct err_info info;
    int64_t order_id;
};
enum err order_place_many(struct tx *tx, struct placing *all, size_t n) MUST_CHECK;
/* A hold whose time has passed is taken anew if the pieces are still there, else ERR_SOLD_OUT. An
 * order that is paid already is ERR_CONFLICT; the caller's idempotency answers repeats. */
enum err order_pay(struct tx *tx, int64_t order_id, struct order_actor by) MUST_CHECK;
enum err order_cancel(struct tx *tx, int64_t order_id, struct order_actor by) MUST_CHECK;
/* Expires at most `most` orders whose time has passed. For the writer's periodic work. */
enum err order_expire(struct tx *tx, int most, int *expired) MUST_CHECK;

/* The price of a SKU in a show: ERR_NOT_FOUND when it is not in it, ERR_CONFLICT when it cannot be
 * had there now. main installs shows_price(); without one the hall's price counts. */
typedef enum err order_show_price_fn(struct db *db, struct arena *arena, int64_t show_id,
                                     int64_t sku_id, int64_t *price_fen);
void order_show_price(order_show_price_fn *fn);
struct hall_sku;
/* The price an order placed now would freeze. show_id 0: outside a show. ERR_CONFLICT when the show
 * does not sell it: the buyer has seen another price than the hall's. */
enum err order_price(struct db *db, struct arena *arena, int64_t show_id,
                     const struct hall_sku *sku, int64_t *price_fen,
                     struct err_info *info) MUST_CHECK;

#endif
