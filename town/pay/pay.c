/* pay as the town has it: its routes and its start. */
#include "town/pay/run.h"

enum { ADOPT_EVERY_MS = 1000, STATEMENTS_EVERY_MS = 10 * 60 * 1000 };

static const struct route routes[] = {
    {"GET", "/cashier/{id}", cashier_get, NULL, "pay/cashier.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/cashier/{id}", cashier_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {.method = "GET",
     .pattern = "/cashier/{id}/payer/{provider}",
     .handler = cashier_payer,
     .who = WHO_MEMBER,
     .csrf = CSRF_SAFE, /* what it begins is guarded by its own state */
     .weight = WEB_SLOW},
    {"GET", "/pay/desk", desk_get, NULL, "pay/desk.html", ROLE_OPERATOR, CSRF_SAFE, 0},
    {"POST", "/pay/desk/transfers/{id}", desk_confirm, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"POST", "/pay/desk/instructions/{id}/retry", desk_retry, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN,
     0},
    {"POST", "/pay/desk/instructions/{id}/settle", desk_settle, NULL, NULL, ROLE_OPERATOR,
     CSRF_TOKEN, 0},
    {"POST", "/pay/desk/differences/{id}", desk_close, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"POST", "/pay/desk/statements", desk_again, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"GET", "/pay/merchants", merchants_get, NULL, "pay/merchants.html", ROLE_OPERATOR, CSRF_SAFE,
     0},
    {"POST", "/pay/merchants", merchants_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
    {"GET", "/pay/orders/{id}", money_get, NULL, "pay/money.html", ROLE_FACTORY | ROLE_OPERATOR,
     CSRF_SAFE, 0},
    {.method = "POST",
     .pattern = "/pay/notices/{provider}",
     .handler = notices_post,
     .who = WHO_ANYONE,
     .csrf = CSRF_SAFE, /* what counts is the provider's signature */
     .body_max = PAY_NOTICE_MAX,
     .raw = true},
};

const struct web_module pay_module = {
    .name = "pay", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};

void pay_prepare(struct writer *w)
{
    run_prepare(w);
    writer_every(w, ADOPT_EVERY_MS, "pay.adopt", pay_adopt, NULL);
    writer_every(w, STATEMENTS_EVERY_MS, "pay.statements", reconcile_order, NULL);
}
