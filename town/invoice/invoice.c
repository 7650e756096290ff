#include "town/invoice/invoice.h"

#include "town/invoice/internal.h"

#define FACTORY_SIDE (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/orders/{id}/invoice", invoice_ask_page, NULL, "invoice/ask.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/orders/{id}/invoice", invoice_ask_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/invoices/{id}", invoice_page, NULL, "invoice/invoice.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/invoices/{id}/papers/{paper}", invoice_paper, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/invoices/{id}/open", invoice_open, NULL, NULL, FACTORY_SIDE, CSRF_TOKEN, 0},
    {"POST", "/invoices/{id}/issue", invoice_issue, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     INVOICE_BODY_MAX, WEB_SLOW},
    {"POST", "/invoices/{id}/{event}", invoice_event, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/invoices", invoice_list, NULL, "invoice/list.html", FACTORY_SIDE, CSRF_SAFE,
     0},
};

const struct web_module invoice_module = {.name = "invoice",
                                          .routes = routes,
                                          .routes_n = sizeof(routes) / sizeof(routes[0]),
                                          .nav = "trade"};
