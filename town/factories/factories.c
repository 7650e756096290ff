/* The routes of factories. */
#include "town/factories/internal.h"
#include "town/scan/scan.h"

static const struct route routes[] = {
    {"GET", "/factories/register", factories_page_register, NULL, "factories/register.html",
     WHO_MEMBER, CSRF_SAFE, 0, false},
    {"POST", "/factories/register", factories_do_register, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/factories/code", factories_page_code, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0, false},
    {"GET", "/factory", factories_page_own, NULL, "factories/own.html", WHO_MEMBER, CSRF_SAFE, 0,
     false},
    {"GET", "/factory/edit", factories_page_edit, NULL, "factories/edit.html",
     ROLE_FACTORY | ROLE_OPERATOR, CSRF_SAFE, 0, false},
    {"POST", "/factory/edit", factories_do_edit, NULL, NULL, ROLE_FACTORY | ROLE_OPERATOR,
     CSRF_TOKEN, SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/factory/licence", factories_get_own_licence, NULL, NULL, ROLE_FACTORY, CSRF_SAFE, 0,
     false},
    {"POST", "/factory/move", factories_do_own_move, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     false},
    {"POST", "/factory/members", factories_do_invite, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     false},
    {"POST", "/factory/members/{user}", factories_do_member, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0, false},
    {"POST", "/factory/invitations/{id}", factories_do_answer, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     0, false},
    {"GET", "/factories", factories_page_queue, NULL, "factories/queue.html", ROLE_OPERATOR,
     CSRF_SAFE, 0, false},
    {"GET", "/factories/{id}", factories_page_one, NULL, "factories/one.html", ROLE_OPERATOR,
     CSRF_SAFE, 0, false},
    {"GET", "/factories/{id}/licence", factories_get_licence, NULL, NULL, ROLE_OPERATOR, CSRF_SAFE,
     0, false},
    {"POST", "/factories/{id}/move", factories_do_move, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0,
     false},
    {"POST", "/factories/{id}/open", factories_do_open, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0,
     false},
};

const struct web_module factories_module = {"factories", routes,
                                            sizeof(routes) / sizeof(routes[0])};
