/*
 * invoice: electronic invoices (电子发票). A buyer asks the maker for one of a paid order; the
 * maker issues it outside of the town, and brings its number and its PDF.
 *
 *           ask          issue            outdate (money went back)
 *   (none) ─────▶ asked ───────▶ issued ───────────▶ stale ── void ──▶ void
 *                 │ ▲ │            ▲     issue (anew)  │
 *          refuse │ │ │ withdraw   └───────────────────┘
 *                 ▼ │ ▼
 *    refused ─ask─▶ │ ◀─ask─ withdrawn;   asked ── lapse (all money went back) ──▶ lapsed
 *
 * One request an order. The amount is what was paid less what went back, frozen when it is issued;
 * a refund afterwards makes it stale in the refund's own transaction: the maker reverses it
 * outside, and issues another of what is left, or says that nothing is left (void). Every paper
 * that was issued stays, with its number, which its maker never uses again.
 *
 * Title, tax number, e-mail and the reason of a refusal are sealed. The maker and the base see them
 * masked until they open them for a purpose, which is written down; lists are always masked. What
 * is withdrawn or lapsed is forgotten.
 *
 *   GET  /orders/{id}/invoice      POST   kind person|company, title, tax, email
 *   GET  /invoices/{id}            GET /invoices/{id}/papers/{paper}
 *   POST /invoices/{id}/open       purpose
 *   POST /invoices/{id}/issue      number, amount_fen (as it was shown), pdf
 *   POST /invoices/{id}/refuse     reason;   …/withdraw, …/void
 *   GET  /factory/invoices         state, page
 */
#ifndef TOWN_INVOICE_INVOICE_H
#define TOWN_INVOICE_INVOICE_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/trade/trade.h"
#include "town/transition.h"
#include "web/web.h"

#define INVOICE_DAY_MS (INT64_C(24) * 3600 * 1000)

enum {
    INVOICE_ASK_DAYS = 180,  /* after payment */
    INVOICE_AGAIN_DAYS = 30, /* after a refusal, if that is later */
    INVOICE_TITLE_MAX = 60,  /* characters */
    INVOICE_TAX_MAX = 20,
    INVOICE_EMAIL_MAX = 100,
    INVOICE_REASON_MAX = 200,
    INVOICE_PDF_MAX = 2 << 20,  /* bytes */
    INVOICE_BODY_MAX = 8 << 20, /* of the form with it: what is a little too large is told so */
    INVOICE_EVENTS_MAX = 50,    /* of one request: asking and withdrawing ends somewhere */
    INVOICE_LATE_DAYS = 7,      /* one that waits longer stands out */
    INVOICE_CHECK_SAYS = 20,
};

extern const struct web_module invoice_module;
extern const struct console_line invoice_lines[];
extern const size_t invoice_lines_n;
extern const struct transition_table invoice_transitions; /* who: enum order_as */

/* Before the writer's first command: hears from orders that money goes back. */
void invoice_start(void);

struct invoice_ask {
    int64_t order_id, buyer_id;
    const char *kind;             /* "person", "company" */
    struct str title, tax, email; /* plain; tax: a company's; email: or empty */
};
/* Brings the fields into their form (the tax number without blanks, in capitals; a person has none)
 * or says what is wrong: ERR_INVALID with field and key. New texts are in the arena. */
enum err invoice_read(struct invoice_ask *ask, struct arena *arena,
                      struct err_info *info) MUST_CHECK;
/* Asks, also anew after a refusal or a withdrawal. The same again while it waits is the same
 * request. ERR_NOT_FOUND: no order of that buyer's; ERR_CONFLICT (field status) with a key: not
 * paid, nothing left of the money, too late, asked already; ERR_LIMIT; as invoice_read(). */
enum err invoice_ask(struct tx *tx, const struct invoice_ask *ask, int64_t *invoice) MUST_CHECK;

struct invoice_more {   /* what an event brings along; as far as it needs it */
    struct str reason;  /* refuse */
    struct str number;  /* issue: 8 or 20 digits */
    struct str pdf;     /* issue: an object (town/scan) */
    int64_t amount_fen; /* issue: what the maker was shown; another amount by now is refused */
};
/* ERR_CONFLICT (field status; number or pdf: used before; amount_fen: limit says what it is now),
 * ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_INVALID with a field. */
enum err invoice_do(struct tx *tx, int64_t invoice, const char *event, struct order_actor by,
                    const struct invoice_more *more) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err invoice_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations) MUST_CHECK;

#endif
