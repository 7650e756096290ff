#include "town/town.h"

#include "ledger/ledger_guard.h"
#include "ledger/ledger_peers.h"
#include "store/idem.h"
#include "store/seal.h"
#include "town/agencies/agencies.h"
#include "town/audience/audience.h"
#include "town/books/books.h"
#include "town/certificates/certificates.h"
#include "town/check_task.h"
#include "town/claims/claims.h"
#include "town/console/console.h"
#include "town/elsewhere/elsewhere.h"
#include "town/events/events.h"
#include "town/factories/factories.h"
#include "town/coupons/coupons.h"
#include "town/figures/figures.h"
#include "town/floor/floor.h"
#include "town/freight/freight.h"
#include "town/gone/gone.h"
#include "town/hall/hall.h"
#include "town/home/home.h"
#include "town/house/house.h"
#include "town/invoice/invoice.h"
#include "town/letters/letters.h"
#include "town/messages/messages.h"
#include "town/offers/offers.h"
#include "town/pay/pay.h"
#include "town/people/people.h"
#include "town/ratings/ratings.h"
#include "town/relay/relay.h"
#include "town/replay/replay.h"
#include "town/settle/settle.h"
#include "town/ship/ship.h"
#include "town/shows/shows.h"
#include "town/signing/signing.h"
#include "town/streams/streams.h"
#include "town/supply/supply.h"
#include "town/talk/talk.h"
#include "town/tasks/tasks.h"
#include "town/trade/trade.h"
#include "town/today/today.h"
#include "town/training/training.h"
#include "town/venue/venue.h"
#include "town/workdays/workdays.h"

/* One a line, so that each department adds its own. */
/* clang-format off */
const struct web_module *const town_modules[] = {
    &home_module,
    &people_module,
    &people_address_module,
    &people_code_module,
    &people_second_module,
    &messages_module,
    &hall_module,
    &shows_module,
    &offers_module,
    &replay_module,
    &audience_module,
    &streams_module,
    &supply_module,
    &agencies_module,
    &relay_module,
    &elsewhere_module,
    &house_module,
    &trade_module,
    &ship_module,
    &settle_module,
    &claims_module,
    &invoice_module,
    &coupons_module,
    &talk_module,
    &ratings_module,
    &books_module,
    &figures_module,
    &certificates_module,
    &tasks_module,
    &factories_module,
    &console_module,
    &board_module,
    &floor_module,
    &pay_module,
    &freight_module,
    &today_module,
    &training_module,
    &venue_module,
    &events_module,
    &letters_module,
    &letters_draft_module,
    &letters_issue_module,
    &letters_replies_module,
    &signing_module,
    &workdays_module,
};
/* clang-format on */
const char *const town_public_parts[] = {"hall", "shows", "figures", "floor", "replies", NULL};
const size_t town_modules_n = sizeof(town_modules) / sizeof(town_modules[0]);

enum { PRUNE_KEYS_EVERY_MS = 5 * 1000, PRUNE_EVERY_MS = 60 * 1000, FOLLOW_EVERY_MS = 10 * 1000 };

/* Every number that the town shows of itself. */
static void register_figures(void)
{
    figures_stop(); /* a process may prepare a town more than once: tests do */
    figures_register(hall_figures, hall_figures_n);
    figures_register(factories_figures, factories_figures_n);
    figures_register(shows_figures, shows_figures_n);
    figures_register(audience_figures, audience_figures_n);
    figures_register(trade_figures, trade_figures_n);
    figures_register(elsewhere_figures, elsewhere_figures_n);
    figures_register(floor_figures, floor_figures_n);
    figures_register(training_figures, training_figures_n);
    figures_register(events_figures, events_figures_n);
    figures_register(agencies_figures, agencies_figures_n);
}

/* All that waits for somebody, in the order of the board's columns. */
static void register_lines(void)
{
    console_stop();
    console_register(factories_lines, factories_lines_n);
    console_register(hall_lines, hall_lines_n);
    console_register(floor_lines, floor_lines_n);
    console_register(certificates_lines, certificates_lines_n);
    console_register(trade_lines, trade_lines_n);
    console_register(pay_lines, pay_lines_n);
    console_register(settle_lines, settle_lines_n);
    console_register(claims_lines, claims_lines_n);
    console_register(invoice_lines, invoice_lines_n);
    console_register(talk_lines, talk_lines_n);
    console_register(shows_lines, shows_lines_n);
    console_register(house_lines, house_lines_n);
    console_register(venue_lines, venue_lines_n);
    console_register(supply_lines, supply_lines_n);
    console_register(events_lines, events_lines_n);
    console_register(agencies_lines, agencies_lines_n);
}

/* Who says where its subjects are, when the base moves them. */
static const struct venue_subject subjects[] = {
    {"session", training_room_moved},
    {"event", events_room_moved},
};

/* What people may be told of. */
static void register_kinds(void)
{
    messages_stop();
    messages_register(shows_kinds, shows_kinds_n);
    messages_register(supply_kinds, supply_kinds_n);
    messages_register(venue_kinds, venue_kinds_n);
    messages_register(training_kinds, training_kinds_n);
    messages_register(events_kinds, events_kinds_n);
    messages_register(agencies_kinds, agencies_kinds_n);
    messages_register(letters_kinds, letters_kinds_n);
}

enum err town_load(const struct town_settings *s, struct arena *arena, struct err_info *info)
{
    const struct pay_settings pay = {
        .test = s->test_cashier, .data_dir = s->data_dir, .public_url = s->public_url};
    enum err e = hall_words_load(info);
    if (e == OK)
        e = elsewhere_load(info);
    if (e == OK)
        e = pay_load(&pay, arena, info);
    if (e == OK && s->data_dir)
        e = replay_load(s->data_dir);
    return e == OK && s->data_dir ? ship_load(s->data_dir, arena, info) : e;
}

void town_facets(void)
{
    hall_search_facet(HALL_FACET_CERTIFICATE, &certificates_facet);
}

void town_prepare(struct writer *w)
{
    town_facets();
    ledger_guard_start(w);
    hall_stock_start(w);
    hall_search_start(w);
    offers_start(w);
    order_show_price(offers_price);
    order_gifts_are(offers_gift);
    trade_start(w);
    ship_prepare(w);
    pay_prepare(w);
    settle_start(w);
    claims_start(w);
    invoice_start();
    talk_start();
    ratings_start();
    relay_prepare();
    replay_prepare(w);
    elsewhere_prepare(w);
    audience_prepare(w);
    training_prepare(w);
    certificates_start(w);
    hall_import_start();
    floor_labels_start();
    register_figures();
    register_lines();
    register_kinds();
    messages_prepare(w);
    house_prepare(w);
    venue_prepare(w);
    supply_prepare(w);
    events_prepare(w);
    agencies_prepare(w);
    letters_prepare(w);
    shows_set_rooms(&venue_show_rooms);
    venue_set_subjects(subjects, sizeof(subjects) / sizeof(subjects[0]));
    shows_item_judge(supply_judge);
    figures_start(w);
    tasks_register(&town_check_task);
    tasks_prepare(w);
    writer_every(w, PRUNE_KEYS_EVERY_MS, "store.prune_keys", idem_prune, NULL);
    writer_every(w, FOLLOW_EVERY_MS, "store.follow_keys", seal_follow, NULL);
    writer_every(w, GONE_SWEEP_MS, "gone.sweep", gone_sweep, NULL);
    writer_every(w, HALL_IMPORTS_PRUNE_MS, "hall.imports_prune", hall_imports_prune, NULL);
    writer_every(w, FLOOR_SHEETS_SWEEP_MS, "floor.sheets_sweep", floor_sheets_sweep, NULL);
    writer_every(w, PRUNE_EVERY_MS, "people.prune", people_prune, NULL);
}

enum err town_start(const struct town_env *env, struct arena *arena, struct err_info *info)
{
    struct shows_env shows = {env->writer, env->rooms, env->store_url, env->rtmp_url};
    enum err e = floor_scans_start();
    if (e == OK)
        e = ledger_peers_look(env->writer, arena, info);
    if (e == OK)
        e = hall_search_rebuild(env->writer, true, arena, info);
    if (e == OK)
        e = shows_start(&shows, arena, info);
    if (e == OK)
        e = audience_start(env->rooms);
    if (e == OK)
        e = training_start();
    if (e == OK)
        e = letters_start();
    if (e == OK)
        e = house_start(env->writer, arena, info);
    if (e == OK)
        e = pay_start(env->writer, env->store_url, arena, info);
    if (e == OK)
        e = ship_run(env->writer, env->store_url, arena, info);
    if (e == OK)
        e = messages_run(env->writer, env->store_url, arena, info);
    if (e == OK)
        e = relay_start(env->store_url, env->pushes, arena, info);
    if (e == OK)
        e = replay_start(env->writer, env->store_url, arena, info);
    town_check_task_on(env->store_url);
    return e ? e : tasks_start(env->writer, env->store_url, arena, info);
}

enum err town_frame(struct req *r)
{
    enum err e = trade_frame(r);
    if (e == OK)
        e = talk_frame(r);
    if (e == OK)
        e = messages_frame(r);
    if (e == OK)
        e = letters_frame(r);
    return e ? e : shows_frame(r);
}

void town_rest(void)
{
    pay_rest();
    ship_rest();
    messages_rest();
    relay_stop();
    replay_rest();
    tasks_stop();
}

void town_set_live(struct live *live)
{
    shows_set_live(live);
    streams_set_live(live);
    streams_set_guard(shows_may_watch);
    replay_set_live(live);
}

const struct live_hooks *town_live_hooks(void)
{
    return &shows_live_hooks;
}

bool town_may_play(struct str stream)
{
    return shows_may_watch(stream, STR_NONE);
}

bool town_records(struct str stream)
{
    return shows_of_stream(stream) != 0 && shows_may_watch(stream, STR_NONE); /* no rehearsal */
}

void town_stop(void)
{
    training_stop();
    letters_stop();
    house_stop();
    audience_stop();
    replay_set_live(NULL);
    shows_stop();
    floor_scans_stop();
    people_stop();
    pay_stop();
}
