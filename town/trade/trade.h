/*
 * trade: orders and paying for them. What other departments and main may call.
 */
#ifndef TOWN_TRADE_TRADE_H
#define TOWN_TRADE_TRADE_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/figures/figures.h"
#include "town/trade/order.h"
#include "town/trade/order_state.h"
#include "town/trade/receiver.h"
#include "web/web.h"

extern const struct web_module trade_module;
extern const struct figure trade_figures[];
extern const size_t trade_figures_n;
extern const struct console_line trade_lines[];
extern const size_t trade_lines_n;

/* Before the writer's first command: registers the expiry of orders. */
void trade_start(struct writer *w);

/* ---- for pages of other departments ---- */

/* What a department adds to an order's page and JSON: members of `order`, put for who the visitor
 * is to it (enum order_as); `row` is trade.order_get. Its words stand in a template of its own
 * that trade/order.html includes. Before the first request; the same twice is once. */
typedef enum err order_part_fn(struct req *r, struct view *order, const struct rows *row,
                               unsigned as);
void trade_order_part(order_part_fn *fn);
/* The same for a list: members of each of `views`, which are the orders of `orders` (column id,
 * falling or rising), for what the visitor is to all of them. */
typedef enum err order_list_part_fn(struct req *r, const struct rows *orders,
                                    struct view *const *views, unsigned as);
void trade_list_part(order_list_part_fn *fn);
/* Has them say what they say, for a list of orders that another department shows. */
enum err trade_list_parts(struct req *r, const struct rows *orders, struct view *const *views,
                          unsigned as) MUST_CHECK;

/* Puts cart_n, for every page of a buyer: how many lines are in the cart. */
enum err trade_frame(struct req *r) MUST_CHECK;

/* Lists the newest orders placed in a show into a list member: {id, title, quantity, total, status,
 * at}. For its crew. */
enum err trade_orders_of_show(struct req *r, struct view *v, const char *member, int64_t show,
                              int64_t limit) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum { TRADE_CHECK_SAYS = 20 }; /* of each kind */
/* What must always hold between orders, their events and the ledger. Calls `say` for each violation
 * found. */
enum err trade_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
