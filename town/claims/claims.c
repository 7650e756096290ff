#include "town/claims/claims.h"

#include "town/claims/page.h"

static const struct route routes[] = {
    {"GET", "/orders/{id}/claims/new", claim_new_page, NULL, "claims/new.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/orders/{id}/claims", claim_new_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     CLAIM_BODY_MAX, WEB_SLOW},
    {"GET", "/claims/{id}/pictures/{picture}", claim_picture, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/claims", claims_of_buyer, NULL, "claims/mine.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/claims/desk", claims_desk, NULL, "claims/desk.html", ROLE_OPERATOR, CSRF_SAFE, 0},
    {"GET", "/claims/{id}", claim_page, NULL, "claims/claim.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/claims/{id}/say", claim_say_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, CLAIM_BODY_MAX,
     WEB_SLOW},
    {"POST", "/claims/{id}/{event}", claim_event_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/claims", claims_of_factory, NULL, "claims/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
};

const struct web_module claims_module = {.name = "claims",
                                         .routes = routes,
                                         .routes_n = sizeof(routes) / sizeof(routes[0]),
                                         .nav = "trade"};
