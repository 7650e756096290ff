/* Routes, lines of what waits, the job: see supply.h. */
#include "store/queries.h"
#include "town/supply/internal.h"
#include "town/supply/quote.h"

const struct console_line supply_lines[] = {
    {.name = "samples_asked",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "box",
     .rows = &q_supply_todo_asked,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .amount_text = "supply.pieces",
     .page = "/factory/samples",
     .shown = 3},
    {.name = "quotes_asked",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "orders",
     .rows = &q_supply_todo_quotes,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 2,
     .amount_text = "supply.pieces",
     .page = "/factory/quotes",
     .shown = 3},
    {.name = "quotes_making",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "orders",
     .rows = &q_supply_todo_making,
     .from_days = CONSOLE_EVER,
     .until_days = QUOTE_LEAD_MAX + 1,
     .time = CONSOLE_UNTIL,
     .amount_text = "supply.pieces",
     .page = "/factory/quotes",
     .shown = 3},
    {.name = "samples_back",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "truck",
     .rows = &q_supply_todo_back,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 7,
     .amount_text = "supply.pieces",
     .page = "/factory/samples",
     .shown = 3},
    {.name = "samples_overdue",
     .who = CONSOLE_BASE,
     .group = "trade",
     .icon = "box",
     .rows = &q_supply_todo_overdue,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 7,
     .amount_text = "supply.pieces",
     .page = "/supply",
     .shown = 3},
};
const size_t supply_lines_n = sizeof(supply_lines) / sizeof(supply_lines[0]);

void supply_prepare(struct writer *w)
{
    order_deals_are(quote_offer);
    order_on_change(quote_order_changed);
    writer_every(w, SUPPLY_LATE_EVERY_MS, "supply.late", supply_late, NULL);
    writer_every(w, SUPPLY_LATE_EVERY_MS, "supply.quote_lapse", quote_lapse, NULL);
}

static const struct route routes[] = {
    {"GET", "/samples", samples_mine, NULL, "supply/mine.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/samples/new", sample_new, NULL, "supply/new.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/samples", sample_ask_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/samples/{id}", sample_page, NULL, "supply/sample.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/samples/{id}", sample_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/samples", samples_of_factory, NULL, "supply/list.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"GET", "/quotes", quotes_mine, NULL, "supply/quotes.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/quotes/new", quote_new, NULL, "supply/quote_new.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/quotes", quote_ask_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/quotes/{id}", quote_page, NULL, "supply/quote.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/quotes/{id}", quote_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/quotes", quotes_of_factory, NULL, "supply/quotes.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"GET", "/factory/capacity", capacity_page, NULL, "supply/capacity.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"POST", "/factory/capacity", capacity_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"GET", "/shows/{id}/restock", restock_desk, NULL, "supply/restock_desk.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/shows/{id}/restock", restock_ask_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/restock/{id}", restock_page, NULL, "supply/restock.html", ROLE_FACTORY, CSRF_SAFE, 0},
    {"POST", "/restock/{id}", restock_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"GET", "/supply", samples_of_base, NULL, "supply/list.html", ROLE_OPERATOR, CSRF_SAFE, 0},
};

const struct web_module supply_module = {
    .name = "supply", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
