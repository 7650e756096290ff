/* What the files of invoice have in common. */
#ifndef TOWN_INVOICE_INTERNAL_H
#define TOWN_INVOICE_INTERNAL_H

#include <string.h>

#include "town/invoice/invoice.h"

/* --- invoice_life.c --- */

enum invoice_text { INVOICE_TITLE, INVOICE_TAX, INVOICE_EMAIL, INVOICE_REASON, INVOICE_TEXTS };
/* What is sealed in columns title, tax, email, reason of a row; empty where there is none. */
enum err invoice_reveal(const struct rows *rs, size_t row, struct arena *arena,
                        struct str out[INVOICE_TEXTS]) MUST_CHECK;
enum err invoice_reveal_title(const struct rows *rs, size_t row, struct arena *arena,
                              struct str *title) MUST_CHECK;
/* The key that says why nothing can be asked for of an order, and its limit; NULL: it can, as far
 * as its request's state lets it. Row 0 of invoice.order or invoice.get. */
const char *invoice_why_not(const struct rows *order, int64_t now_ms, int64_t *limit);

/* --- invoice_view.c --- */

/* What the visitor is to the request in row 0 of invoice.get: enum order_as bits, 0 for a stranger.
 */
unsigned invoice_as(const struct req *r, const struct rows *invoice);
/* ERR_NOT_FOUND for strangers too. */
enum err invoice_load(struct req *r, int64_t id, struct rows *invoice, unsigned *as) MUST_CHECK;
/* Puts member `invoice`, whole; its template says what it has. */
enum err invoice_put(struct req *r, const struct rows *invoice, unsigned as) MUST_CHECK;
/* Puts a value, and for pages its name: {kind, kind_name}. */
void invoice_put_name(struct req *r, struct view *v, const char *member, const char *prefix,
                      struct str value);
/* The first and last characters, and stars between: "宁**". In the arena. */
struct str invoice_mask(struct str text, size_t first, size_t last, struct arena *arena);
/* Has the visitor opened it, or is it theirs? */
enum err invoice_is_whole(struct req *r, const struct rows *invoice, unsigned as,
                          bool *whole) MUST_CHECK;

/* --- pages --- */

enum err invoice_ask_page(struct req *r) MUST_CHECK; /* GET /orders/{id}/invoice */
enum err invoice_ask_post(struct req *r) MUST_CHECK; /* POST /orders/{id}/invoice */
enum err invoice_page(struct req *r) MUST_CHECK;     /* GET /invoices/{id} */
enum err invoice_paper(struct req *r) MUST_CHECK;    /* GET /invoices/{id}/papers/{paper} */
enum err invoice_open(struct req *r) MUST_CHECK;     /* POST /invoices/{id}/open */
enum err invoice_issue(struct req *r) MUST_CHECK;    /* POST /invoices/{id}/issue */
enum err invoice_event(struct req *r) MUST_CHECK;    /* POST /invoices/{id}/{event} */
enum err invoice_list(struct req *r) MUST_CHECK;     /* GET /factory/invoices */
enum err invoice_part(struct req *r, struct view *order, const struct rows *row,
                      unsigned as) MUST_CHECK;

#endif
