/*
 * supply: samples, from the asking to the coming back.
 *
 *   asked ──grant──▶ granted ──ship──▶ shipped ──receive──▶ received ──send_back──▶ returning
 *     │ refuse          │ cancel          │ late  ┌──late──────┘ │keep       missing │ │ confirm
 *     ▼ cancel          ▼                 ▼       ▼              ▼        ┌──────────┘ ▼
 *   refused, cancelled  cancelled        overdue ──send_back, keep──▶   overdue     returned
 *                                           └──write_off──▶ written_off     returned, kept
 * ──review──▶ reviewed
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
 *   GET  /samples                        GET  /samples/new?sku=     POST /samples   sku, quantity,
 * days, why GET  /samples/{id}                   POST /samples/{id}   do, note, carrier, number,
 * stars GET  /factory/samples  status        GET  /supply  status       (the base)
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

/* ---- for `guildhall check` ---- */

enum err supply_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                      void *arg, int *violations) MUST_CHECK;

#endif
