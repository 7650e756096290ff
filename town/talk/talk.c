#include "town/talk/talk.h"

#include "store/queries.h"
#include "town/talk/internal.h"

void talk_start(void)
{
    trade_order_part(talk_part);
    trade_list_part(talk_rows);
}

const struct console_line talk_lines[] = {
    {.name = "talk_waiting",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "chat",
     .rows = &q_talk_todo_waiting,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 1,
     .amount_text = "talk.new",
     .page = "/factory/messages",
     .shown = 5},
};
const size_t talk_lines_n = sizeof(talk_lines) / sizeof(talk_lines[0]);

#define BASE (ROLE_OPERATOR | ROLE_ADMIN)
static const struct route routes[] = {
    {"GET", "/orders/{id}/talk", talk_page, NULL, "talk/talk.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders/{id}/talk", talk_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/talk/seen", talk_seen_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/talk/open", talk_open_post, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/factory/messages", talk_of_factory, NULL, "talk/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
};

const struct web_module talk_module = {.name = "talk",
                                       .routes = routes,
                                       .routes_n = sizeof(routes) / sizeof(routes[0]),
                                       .nav = "trade"};
