#include "town/check.h"

#include <stdio.h>

#include "ledger/ledger_check.h"
#include "store/migrate.h"
#include "town/agencies/agencies.h"
#include "town/audience/audience.h"
#include "town/factories/factories.h"
#include "town/hall/hall.h"
#include "town/pay/pay.h"
#include "town/claims/claims.h"
#include "town/coupons/coupons.h"
#include "town/events/events.h"
#include "town/house/house.h"
#include "town/elsewhere/elsewhere.h"
#include "town/invoice/invoice.h"
#include "town/letters/letters.h"
#include "town/messages/messages.h"
#include "town/offers/offers.h"
#include "town/ratings/ratings.h"
#include "town/relay/relay.h"
#include "town/replay/replay.h"
#include "town/settle/settle.h"
#include "town/shows/shows.h"
#include "town/signing/signing.h"
#include "town/supply/supply.h"
#include "town/talk/talk.h"
#include "town/trade/trade.h"
#include "town/training/training.h"
#include "town/venue/venue.h"

/* A department adds its rules here. */
static const struct part {
    const char *name;
    enum err (*check)(struct db *db, struct arena *arena, town_say_fn *say, void *arg,
                      int *violations);
} parts[] = {
    {"ledger", ledger_check},     {"factories", factories_check}, {"hall", hall_search_check},
    {"shows", shows_check},       {"trade", trade_check},         {"pay", pay_check},
    {"settle", settle_check},     {"claims", claims_check},       {"coupons", coupons_check},
    {"ratings", ratings_check},   {"talk", talk_check},           {"invoice", invoice_check},
    {"offers", offers_check},     {"relay", relay_check},         {"house", house_check},
    {"replay", replay_check},     {"elsewhere", elsewhere_check}, {"audience", audience_check},
    {"messages", messages_check}, {"training", training_check},   {"venue", venue_check},
    {"supply", supply_check},     {"events", events_check},       {"agencies", agencies_check},
    {"signing", signing_check},   {"letters", letters_check},
};

/* Puts the part's name before each of its lines. */
struct voice {
    const char *part;
    town_say_fn *say;
    void *arg;
};

static void say_named(void *arg, const char *line)
{
    const struct voice *v = arg;
    char text[400];
    snprintf(text, sizeof(text), "%s: %s", v->part, line);
    v->say(v->arg, text);
}

static enum err check_schema(struct db *db, struct voice *v, int *violations, struct arena *arena)
{
    struct err_info found = {0};
    enum err e = migrate_verify(db, arena, &found);
    if (!e || !found.text)
        return e;
    say_named(v, found.text);
    *violations += 1;
    return OK;
}

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static enum err check_all(struct db *db, town_say_fn *say, town_progress_fn *progress, void *arg,
                          int *violations, struct arena *arena)
{
    struct voice v = {"file", say, arg};
    if (progress && !progress(arg, 0, PARTS + 1))
        return ERR_CLOSED;
    enum err e = db_verify(db, say_named, &v, violations);
    if (e)
        return e;
    int before = *violations;
    v.part = "schema";
    e = check_schema(db, &v, violations, arena);
    if (e || *violations > before)
        return e; /* the rules below are written for this version's tables */
    for (int i = 0; !e && i < PARTS; i++) {
        int n = 0;
        if (progress && !progress(arg, i + 1, PARTS + 1))
            return ERR_CLOSED;
        v.part = parts[i].name;
        e = parts[i].check(db, arena, say_named, &v, &n);
        *violations += n;
    }
    return e;
}

enum err town_check(const char *store_url, town_say_fn *say, town_progress_fn *progress, void *arg,
                    int *violations, struct arena *arena, struct err_info *info)
{
    struct db *db;
    *violations = 0;
    enum err e = db_open(store_url, DB_INSPECT, &db, arena, info);
    if (e)
        return e;
    e = check_all(db, say, progress, arg, violations, arena);
    if (e)
        *info = (struct err_info){.code = e, .text = arena_strdup(arena, db_last_error(db))};
    db_close(db);
    return e;
}
