#include "town/ratings/ratings.h"

#include "town/ratings/internal.h"

void ratings_start(void)
{
    trade_order_part(rating_part);
}

static const struct route routes[] = {
    {"GET", "/orders/{id}/lines/{line}/rating", rating_form, NULL, "ratings/rate.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/orders/{id}/lines/{line}/rating", rating_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN,
     0},
    {"GET", "/hall/products/{slug}/ratings", ratings_of_product, NULL, "ratings/product.html",
     WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/factory/ratings", ratings_of_factory, NULL, "ratings/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"GET", "/ratings/desk", ratings_desk, NULL, "ratings/desk.html", ROLE_OPERATOR, CSRF_SAFE, 0},
    {"POST", "/ratings/{id}/answer", rating_answer_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/ratings/{id}/hide", rating_hide_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
};

const struct web_module ratings_module = {.name = "ratings",
                                          .routes = routes,
                                          .routes_n = sizeof(routes) / sizeof(routes[0]),
                                          .nav = "trade"};
