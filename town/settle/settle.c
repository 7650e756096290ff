#include "town/settle/settle.h"

#include "town/settle/page.h"

enum { ISSUE_EVERY_MS = 10 * 1000 };

void settle_start(struct writer *w)
{
    order_on_change(share_on_change);
    trade_order_part(order_money_part);
    if (w)
        writer_every(w, ISSUE_EVERY_MS, "settle.issue", issue_due, NULL);
}

static const struct route routes[] = {
    {"GET", "/orders/{id}/money", order_money_get, NULL, "settle/order_money.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"GET", "/settle/statements", statements_get, NULL, "settle/statements.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"GET", "/settle/statements/{party}", statements_of_party, NULL, "settle/statements.html",
     WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/settle/statements/{party}/{month}", statements_of_month, NULL,
     "settle/statement.html", WHO_MEMBER, CSRF_SAFE, 0, WEB_SLOW},
    {"GET", "/settle/payouts", payouts_get, NULL, "settle/payouts.html", ROLE_OPERATOR, CSRF_SAFE,
     0},
    {"POST", "/settle/payouts/share", payouts_share, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"GET", "/settle/rules", rules_get, NULL, "settle/rules.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/settle/rules", rules_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"POST", "/settle/caps", caps_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
};

const struct web_module settle_module = {
    .name = "settle", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
