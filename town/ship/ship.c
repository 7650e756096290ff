#include "town/ship/ship.h"

#include "town/ship/carry.h"
#include "town/ship/page.h"

enum { PRUNE_EVERY_MS = 3600 * 1000 };

enum err ship_load(const char *data_dir, struct arena *arena, struct err_info *info)
{
    return gateways_load(data_dir, arena, info);
}

void ship_prepare(struct writer *w)
{
    trade_order_part(parcel_part);
    carry_prepare(w);
    writer_every(w, PRUNE_EVERY_MS, "ship.prune", waybills_prune, NULL);
}

#define FACTORY_SIDE (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/factory/shipping", shipping_page, NULL, "ship/shipping.html", ROLE_FACTORY, CSRF_SAFE,
     0},
    {"POST", "/factory/shipping/pack", shipping_pack, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/shipping/send", shipping_send, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/shipping/number", shipping_number, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"GET", "/factory/shipping/scan", scan_page, NULL, "ship/scan.html", ROLE_FACTORY, CSRF_SAFE,
     0},
    {"POST", "/factory/shipping/scan", scan_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/shipping/sheet", shipping_sheet, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     WEB_SLOW},
    {"POST", "/factory/shipping/slips", papers_slips, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0,
     WEB_SLOW},
    {"GET", "/factory/shipping/pick-list", papers_pick_list, NULL, NULL, ROLE_FACTORY, CSRF_SAFE, 0,
     WEB_SLOW},
    {"POST", "/factory/shipping/import", waybills_read, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     SHIP_SHEET_BODY_MAX, WEB_SLOW},
    {"GET", "/factory/shipping/imports/{id}", waybills_page, NULL, "ship/waybills.html",
     ROLE_FACTORY, CSRF_SAFE, 0},
    {"POST", "/factory/shipping/imports/{id}/take", waybills_take, NULL, NULL, ROLE_FACTORY,
     CSRF_TOKEN, 0},
    {"POST", "/parcels/{id}/arrived", parcel_post_arrived, NULL, NULL, FACTORY_SIDE, CSRF_TOKEN, 0},
    {"GET", "/ship/carriers", carriers_page, NULL, "ship/carriers.html", ROLE_OPERATOR, CSRF_SAFE,
     0},
    {"POST", "/ship/carriers", carriers_post, NULL, NULL, ROLE_OPERATOR, CSRF_TOKEN, 0},
};

const struct web_module ship_module = {
    .name = "ship", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
