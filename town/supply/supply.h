/*
 * supply: samples, from the asking to the coming back; what factories promise; more in mid-show.
 *
 *   asked ──grant──▶ granted ──ship──▶ shipped ──receive──▶ received ──send_back──▶ returning
 *     │ refuse,        │ cancel          │ late               │ late, keep             │ confirm
 *     ▼ cancel         ▼                 ▼                    ▼                        ▼
 *   refused,         cancelled         overdue              overdue, kept            returned
 *   cancelled
 *
 *   overdue ──send_back, confirm, keep, write_off──▶      returning ──missing──▶ overdue
 *   returned, kept ──review──▶ reviewed
 *
 * A host, or a member of an agency, asks; the factory grants, ships and confirms what came back,
 * lets it be kept, or gives it up; the system sees what is late. Each step is an event row.
 *
 * The pieces are in the SKU's book of the ledger (town/hall/stock.h), two accounts more:
 *
 *   available ──grant──▶ sample ──confirm, cancel──▶ available
 *                          └──keep, write_off──▶ given
 *
 * so that what is out on samples cannot be sold, and sample's balance is what is granted and out.
 * Samples are handed over at the base's desk, both ways: nobody's address is needed.
 *
 *   GET  /samples                  GET  /samples/new         sku
 *   GET  /samples/{id}             POST /samples             sku, quantity, days, why
 *   GET  /factory/samples  status  POST /samples/{id}        do, note, carrier, number, stars
 *   GET  /supply  status           (the base)
 *   GET  /factory/capacity         POST /factory/capacity    sku, per_week, day, pieces | do=kept
 *   GET  /shows/{id}/restock       POST /shows/{id}/restock  sku, pieces
 *   GET  /restock/{id}             POST /restock/{id}        pieces
 *   GET  /quotes, /factory/quotes  POST /quotes              sku, quantity, want, note
 *   GET  /quotes/new  sku          POST /quotes/{id}         do, note, quantity, want,
 *   GET  /quotes/{id}                least_N, price_N, lead_days, valid_days   (quote.h)
 */
#ifndef TOWN_SUPPLY_SUPPLY_H
#define TOWN_SUPPLY_SUPPLY_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/messages/messages.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    SUPPLY_PIECES_MAX = 5,
    SUPPLY_DAYS_MAX = 60,
    SUPPLY_WHY_MAX = 200, /* characters */
    SUPPLY_NOTE_MAX = 200,
    SUPPLY_NUMBER_MAX = 40,
    SUPPLY_OPEN_MAX = 20,                  /* samples that one has asked for and not given back */
    SUPPLY_OVERDUE_MAX = 2,                /* with so many overdue one asks for no more */
    SUPPLY_WAY_DAYS = 5,                   /* the way there, until its receiver says that it came */
    SUPPLY_NEAR_MS = 2 * 24 * 3600 * 1000, /* one is reminded so long before it is due */
    SUPPLY_LATE_EVERY_MS = 5 * 1000,
    SUPPLY_LATE_SLICE = 100,
    SUPPLY_SHOWN = 200,
    SUPPLY_WEEK_MAX = 1000000, /* pieces that a factory can make in a week */
    RESTOCK_PIECES_MAX = 10000,
    RESTOCK_LIFE_MS = 2 * 3600 * 1000, /* an asking that nobody answered is over then */
    SUPPLY_CHECK_SAYS = 20,
};

enum supply_as {
    SUPPLY_AS_ASKER = 1,
    SUPPLY_AS_FACTORY = 2,
    SUPPLY_AS_BASE = 4,
    SUPPLY_AS_SYSTEM = 8
};

extern const struct transition_table supply_transitions;
extern const struct web_module supply_module;
extern const struct console_line supply_lines[];
extern const size_t supply_lines_n;
extern const struct messages_kind supply_kinds[];
extern const size_t supply_kinds_n;

void supply_prepare(struct writer *w);

struct supply_ask {
    int64_t asker, sku, quantity, days;
    struct str why;
};
/* ERR_NOT_FOUND: no such SKU on sale. ERR_FORBIDDEN: neither a host nor of an agency, or of that
 * factory. ERR_EXISTS: asked for already. ERR_LIMIT: too many are out (key says which). */
enum err supply_ask(struct tx *tx, const struct supply_ask *a, int64_t *id) MUST_CHECK;

struct supply_actor {
    int64_t user_id; /* 0: the system */
    unsigned as;
};
struct supply_more {
    struct str note;            /* why; of a review, its words */
    struct str carrier, number; /* of ship */
    int64_t stars;              /* of review */
};
/* ERR_CONFLICT (field status; of grant, field stock), ERR_FORBIDDEN, ERR_INVALID with field. */
enum err supply_do(struct tx *tx, int64_t id, const char *event, struct supply_actor by,
                   const struct supply_more *more) MUST_CHECK;

/* For writer_every(): what was to be back is overdue. */
enum err supply_late(struct tx *tx, void *unused) MUST_CHECK;

/* ---- capacity and promises (capacity.c) ----
 *
 * What a factory makes of a SKU in a week, and when it promised how many more. A promise is late
 * once its day is over, until it was kept or there is another one; a show's check says so. What is
 * promised and what quotes are to be made of (quote.h) is reckoned against what a week makes: by
 * each day on which something is due, all that is due until then.
 */
struct supply_promise {
    int64_t sku, per_week;
    int64_t day, pieces; /* 0: nothing is promised */
};
/* ERR_NOT_FOUND: not that factory's. ERR_INVALID with field. */
enum err supply_promise(struct tx *tx, int64_t factory, const struct supply_promise *p,
                        int64_t actor) MUST_CHECK;
/* The promised pieces are there: they go into the stock. ERR_CONFLICT: nothing is promised. */
enum err supply_kept(struct tx *tx, int64_t factory, int64_t sku, int64_t actor) MUST_CHECK;
/* For shows_item_judge(). */
enum err supply_judge(struct req *r, int64_t sku, int64_t starts_at, const char **key,
                      struct str *detail) MUST_CHECK;

/* ---- quotes (quote.h draws their states) ---- */

enum { QUOTE_TIERS_MAX = 3 };
struct order_request;
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
/* ---- restock in mid-show (restock.c) ----
 *
 *   asked ──yes──▶ put (pieces are in stock)      the desk asks, the factory's phones are told,
 *     └──no──▶ declined                           whoever of it is first answers
 */
enum err supply_restock_ask(struct tx *tx, int64_t show, int64_t sku, int64_t pieces, int64_t actor,
                            int64_t *id) MUST_CHECK;
/* pieces 0: no. ERR_CONFLICT: answered already, or too late. */
enum err supply_restock_answer(struct tx *tx, int64_t id, int64_t pieces, int64_t actor) MUST_CHECK;

/* ---- for `guildhall check` ---- */

enum err supply_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
