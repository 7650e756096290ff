#include "town/settle/settle.h"

#include "town/settle/page.h"

enum { ISSUE_EVERY_MS = 60 * 1000 };

void settle_start(struct writer *w)
{
    order_on_change(share_on_change);
    if (w)
        writer_every(w, ISSUE_EVERY_MS, "settle.issue", issue_due, NULL);
}

static const struct route routes[] = {
    {"GET", "/settle/statements", statements_get, NULL, "settle/statements.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"GET", "/settle/statements/{party}", statements_of_party, NULL, "settle/statements.html",
     WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/settle/statements/{party}/{month}", statements_of_month, NULL,
     "settle/statement.html", WHO_MEMBER, CSRF_SAFE, 0, WEB_SLOW},
};

const struct web_module settle_module = {
    .name = "settle", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
