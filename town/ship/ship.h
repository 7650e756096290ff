/*
 * ship: from a paid order to a parcel that arrived. What main and other departments may call.
 *
 * Words: carrier 承运方 · waybill 运单 · parcel 包裹 · trace 物流轨迹. An order goes in one or
 * several parcels; the first ships it (trade's states), the last that arrives sets its clock of
 * receipt anew: SHIP_RECEIVE_DAYS from then, if that is before trade's own.
 */
#ifndef TOWN_SHIP_SHIP_H
#define TOWN_SHIP_SHIP_H

#include "store/writer.h"
#include "town/trade/trade.h"
#include "web/web.h"

enum {
    SHIP_NUMBER_MAX = 40,       /* characters of a waybill's number */
    SHIP_SHEET_ROWS_MAX = 2000, /* of a sheet of waybills */
    SHIP_SHEET_BODY_MAX = 4 << 20,
    SHIP_PICKS_MAX = 2000,   /* SKUs on a pick list */
    SHIP_TOGETHER_MAX = 500, /* orders on one page, in one sheet */
    SHIP_RECEIVE_DAYS = 7,
    SHIP_SHEET_DAYS = 90, /* so long the rows of a sheet are kept */
};

extern const struct web_module ship_module;

/* Reads DATA/carriers.json (gateway.h). */
enum err ship_load(const char *data_dir, struct arena *arena, struct err_info *info) MUST_CHECK;
void ship_prepare(struct writer *w); /* before the writer's first command */
/* Starts the thread that speaks with carriers; ship_rest() ends it, before the writer stops. */
enum err ship_run(struct writer *w, const char *store_url, struct arena *arena,
                  struct err_info *info) MUST_CHECK;
void ship_rest(void);

/* A carrier; again: as it is from now on. `code`: a-z 0-9. For the demo and the base's page. */
struct ship_carrier {
    struct str code, name_zh, name_en;
    int64_t number_min, number_max, position;
    bool is_digits, is_on;
};
enum err ship_carrier_set(struct tx *tx, const struct ship_carrier *c) MUST_CHECK;

/* Sends an order as one parcel; refuses as the clerk's page does. */
enum err ship_send(struct tx *tx, int64_t order, struct str carrier, struct str number,
                   struct order_actor by) MUST_CHECK;
/* All parcels of an order are there. */
enum err ship_arrived(struct tx *tx, int64_t order, int64_t at_ms) MUST_CHECK;

#endif
