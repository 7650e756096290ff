/* The hall's routes. */
#include "town/hall/hall.h"

#include "town/hall/import_page.h"
#include "town/hall/page.h"
#include "town/hall/photo.h"

#define MAKERS (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/hall", hall_page_browse, NULL, "hall/hall.html", WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/hall/kinds/{slug}", hall_page_browse, NULL, "hall/hall.html", WHO_ANYONE, CSRF_SAFE,
     0, false},
    {"GET", "/hall/suggest", hall_page_suggest, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/hall/products/{slug}", hall_page_product, NULL, "hall/product.html", WHO_ANYONE,
     CSRF_SAFE, 0, false},
    {"GET", "/hall/factories/{slug}", hall_page_factory, NULL, "hall/factory.html", WHO_ANYONE,
     CSRF_SAFE, 0, false},
    {"GET", "/hall/pictures/{file}", hall_picture, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"GET", "/hall/photos/{file}", hall_photo, NULL, NULL, WHO_ANYONE, CSRF_SAFE, 0, false},
    {"POST", "/hall/desk/products/{id}/photos", hall_photos_post, NULL, NULL, MAKERS, CSRF_TOKEN,
     HALL_PHOTOS_BODY_MAX, true},
    {"POST", "/hall/desk/products/{id}/photos/{photo}/remove", hall_photo_post_remove, NULL, NULL,
     MAKERS, CSRF_TOKEN, 0, false},
    {"POST", "/hall/desk/products/{id}/photos/{photo}/first", hall_photo_post_first, NULL, NULL,
     MAKERS, CSRF_TOKEN, 0, false},
    {"POST", "/hall/skus/{sku}/stock", hall_do_stock, NULL, NULL,
     ROLE_FACTORY | ROLE_HOST | ROLE_OPERATOR, CSRF_TOKEN, 0, false},
    {"GET", "/hall/desk", hall_desk, NULL, "hall/desk.html", MAKERS, CSRF_SAFE, 0, false},
    {"GET", "/hall/desk/new", hall_desk_new, NULL, "hall/desk_new.html", ROLE_FACTORY, CSRF_SAFE, 0,
     false},
    {"POST", "/hall/desk/products", hall_desk_create, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     false},
    {"GET", "/hall/desk/products/{id}", hall_desk_product, NULL, "hall/desk_product.html", MAKERS,
     CSRF_SAFE, 0, false},
    {"POST", "/hall/desk/products/{id}", hall_desk_save, NULL, NULL, MAKERS, CSRF_TOKEN, 0, false},
    {"POST", "/hall/desk/products/{id}/cell", hall_desk_cell, NULL, NULL, MAKERS, CSRF_TOKEN, 0,
     false},
    {"POST", "/hall/desk/products/{id}/move", hall_desk_move, NULL, NULL, MAKERS, CSRF_TOKEN, 0,
     false},
    {"GET", "/hall/flags", hall_flags, NULL, "hall/flags.html", ROLE_OPERATOR, CSRF_SAFE, 0, false},
    {"POST", "/hall/flags/{id}", hall_do_flag, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0, false},
    {"GET", "/hall/desk/products.xlsx", hall_export_goods, NULL, NULL, ROLE_FACTORY, CSRF_SAFE, 0,
     true},
    {"GET", "/hall/import", hall_import_list, NULL, "hall/imports.html", ROLE_FACTORY, CSRF_SAFE, 0,
     false},
    {"POST", "/hall/import", hall_import_add, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     HALL_IMPORT_BODY_MAX, true},
    {"GET", "/hall/import/template.xlsx", hall_export_template, NULL, NULL, ROLE_FACTORY, CSRF_SAFE,
     0, true},
    {"GET", "/hall/import/{id}", hall_import_one, NULL, "hall/import.html", ROLE_FACTORY, CSRF_SAFE,
     0, false},
    {"POST", "/hall/import/{id}/mapping", hall_import_mapping, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0, false},
    {"POST", "/hall/import/{id}/cells", hall_import_cells, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     false},
    {"POST", "/hall/import/{id}/pictures", hall_import_zip, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     HALL_IMPORT_BODY_MAX, true},
    {"POST", "/hall/import/{id}/take", hall_import_take, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     false},
    {"POST", "/hall/import/{id}/submit", hall_import_submit, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0, false},
};

const struct web_module hall_module = {"hall", routes, sizeof(routes) / sizeof(routes[0])};
