/*
 * Parcels as the writer's commands see them: sending one, and hearing where it is. Inside ship.
 */
#ifndef TOWN_SHIP_PARCEL_H
#define TOWN_SHIP_PARCEL_H

#include "town/ship/ship.h"
#include "town/trade/trade.h"

/* What is wrong with a waybill, as a key of locales/; NULL: nothing. In the order in which a clerk
 * would ask. */
struct waybill {
    int64_t order_id, factory_id;
    struct str carrier; /* a code */
    struct str number;  /* blanks and case as it was typed: read by waybill_number() */
};

struct carriers {
    struct rows rs; /* ship.carriers */
};
enum err carriers_load(struct db *db, struct arena *arena, struct carriers *out) MUST_CHECK;
/* By code, or by a name in either language; -1 when there is none that is on. */
int carriers_find(const struct carriers *c, struct str text);
struct str carriers_code(const struct carriers *c, int row);
/* Without blanks, letters large. */
struct str waybill_number(struct str typed, struct arena *arena);
bool waybill_number_ok(const struct carriers *c, int row, struct str number);

/* May a parcel of the order be sent? As parcel_send() refuses. */
enum err parcel_may_send(struct tx *tx, const struct waybill *w, bool further) MUST_CHECK;
/* `further`: one more parcel of an order that has been shipped. ERR_CONFLICT with info->field
 * (order, carrier, number) and key. */
enum err parcel_send(struct tx *tx, const struct waybill *w, struct order_actor by, bool further,
                     int64_t *parcel) MUST_CHECK;
/* It arrived at that time; again is the same. */
enum err parcel_arrived(struct tx *tx, int64_t parcel, int64_t at_ms) MUST_CHECK;

#endif
