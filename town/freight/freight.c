#include "town/freight/freight.h"

#include "town/freight/internal.h"

static const struct route routes[] = {
    {"GET", "/factory/freight", freight_list, NULL, "freight/list.html", ROLE_FACTORY, CSRF_SAFE,
     0},
    {"GET", "/factory/freight/new", freight_new, NULL, "freight/template.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"GET", "/factory/freight/{id}", freight_one, NULL, "freight/template.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"POST", "/factory/freight", freight_save, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/freight/products", freight_name, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/freight/{id}", freight_save, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/freight/{id}/remove", freight_remove, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0},
};

const struct web_module freight_module = {
    .name = "freight", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
