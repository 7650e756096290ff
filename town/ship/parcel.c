#include "town/ship/parcel.h"

#include <string.h>
#include <strings.h>

#include "store/queries.h"
#include "town/ship/carry.h"

static enum err refuse(struct tx *tx, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = ERR_CONFLICT, .field = field, .key = key};
    return ERR_CONFLICT;
}

/* --- carriers and numbers --- */

static bool same_letters(struct str a, struct str b)
{
    return a.n == b.n && a.n && strncasecmp(a.p, b.p, a.n) == 0;
}

enum err carriers_load(struct db *db, struct arena *arena, struct carriers *out)
{
    return db_select(db, &q_ship_carriers, NO_ARGS, arena, &out->rs);
}

int carriers_find(const struct carriers *c, struct str text)
{
    struct str wanted = str_trim(text);
    for (size_t i = 0; i < c->rs.n; i++)
        if (row_int(&c->rs, i, "is_on") && (same_letters(wanted, row_str(&c->rs, i, "code")) ||
                                            str_eq(wanted, row_str(&c->rs, i, "name_zh")) ||
                                            same_letters(wanted, row_str(&c->rs, i, "name_en"))))
            return (int)i;
    return -1;
}

struct str carriers_code(const struct carriers *c, int row)
{
    return row_str(&c->rs, (size_t)row, "code");
}

struct str waybill_number(struct str typed, struct arena *arena)
{
    char *out = arena_alloc(arena, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < typed.n; i++) {
        char c = typed.p[i];
        if (c != ' ' && c != '\t')
            out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return out ? str_n(out, n) : STR("");
}

bool waybill_number_ok(const struct carriers *c, int row, struct str number)
{
    bool digits = row_int(&c->rs, (size_t)row, "is_digits");
    if ((int64_t)number.n < row_int(&c->rs, (size_t)row, "number_min") ||
        (int64_t)number.n > row_int(&c->rs, (size_t)row, "number_max"))
        return false;
    for (size_t i = 0; i < number.n; i++) {
        char ch = number.p[i];
        bool is_digit = ch >= '0' && ch <= '9';
        if (!is_digit && (digits || !((ch >= 'A' && ch <= 'Z') || ch == '-')))
            return false;
    }
    return true;
}

enum err ship_carrier_set(struct tx *tx, const struct ship_carrier *c)
{
    return db_exec(tx->db, &q_ship_carrier_set,
                   ARGS(V_STR(c->code), V_STR(c->name_zh), V_STR(c->name_en), V_INT(c->number_min),
                        V_INT(c->number_max), V_INT(c->is_digits), V_INT(c->position),
                        V_INT(c->is_on)),
                   NULL);
}

/* --- sending --- */

enum err parcel_may_send(struct tx *tx, const struct waybill *w, bool further)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ship_order_state, ARGS(V_INT(w->order_id)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND || (e == OK && row_int(&rs, 0, "factory_id") != w->factory_id))
        return refuse(tx, "order", "ship.order_unknown");
    if (e)
        return e;
    struct str status = row_str(&rs, 0, "status");
    if (further)
        return str_eq_z(status, "shipped") ? OK : refuse(tx, "order", "ship.order_not_shipped");
    if (str_eq_z(status, "paid") || str_eq_z(status, "packed"))
        return OK;
    return refuse(tx, "order",
                  str_eq_z(status, "shipped") ? "ship.order_shipped" : "ship.order_not_to_ship");
}

enum err parcel_send(struct tx *tx, const struct waybill *w, struct order_actor by, bool further,
                     int64_t *parcel)
{
    struct carriers carriers;
    struct rows rs;
    struct str number = waybill_number(w->number, tx->arena);
    enum err e = parcel_may_send(tx, w, further);
    if (!e)
        e = carriers_load(tx->db, tx->arena, &carriers);
    int row = e ? -1 : carriers_find(&carriers, w->carrier);
    if (!e && row < 0)
        return refuse(tx, "carrier", "ship.carrier_unknown");
    if (!e && !waybill_number_ok(&carriers, row, number))
        return refuse(tx, "number", "ship.number_bad");
    if (!e)
        e = db_select(tx->db, &q_ship_parcel_of_number,
                      ARGS(V_STR(carriers_code(&carriers, row)), V_STR(number)), tx->arena, &rs);
    if (!e && rs.n)
        return refuse(tx, "number", "ship.number_used");
    bool traced = !e && gateway_of(carriers_code(&carriers, row));
    if (!e)
        e = db_one(tx->db, &q_ship_parcel_add,
                   ARGS(V_INT(w->order_id), V_STR(carriers_code(&carriers, row)), V_STR(number),
                        V_INT(tx->now_ms), V_INT(by.user_id), traced ? V_INT(tx->now_ms) : V_NULL),
                   tx->arena, &rs);
    if (e)
        return e;
    if (traced)
        carry_has_news();
    *parcel = row_int(&rs, 0, "id");
    return further ? OK : order_do(tx, w->order_id, "ship", by, STR_NONE);
}

enum err ship_send(struct tx *tx, int64_t order, struct str carrier, struct str number,
                   struct order_actor by)
{
    struct rows rs;
    int64_t parcel;
    struct waybill w = {.order_id = order, .carrier = carrier, .number = number};
    enum err e = db_one(tx->db, &q_ship_order_state, ARGS(V_INT(order)), tx->arena, &rs);
    if (e)
        return e;
    w.factory_id = row_int(&rs, 0, "factory_id");
    return parcel_send(tx, &w, by, false, &parcel);
}

/* --- arriving --- */

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Once all parcels are there the clock of receipt runs from then, never later than it would. */
static enum err set_clock(struct tx *tx, int64_t order_id, int64_t auto_at)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ship_all_delivered, ARGS(V_INT(order_id)), tx->arena, &rs);
    if (e || row_int(&rs, 0, "missing") > 0)
        return e;
    int64_t at = row_int(&rs, 0, "last_at") + SHIP_RECEIVE_DAYS * DAY_MS;
    return at < auto_at ? order_clock_set(tx, order_id, at) : OK;
}

enum err parcel_arrived(struct tx *tx, int64_t parcel, int64_t at_ms)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ship_parcel_get, ARGS(V_INT(parcel)), tx->arena, &rs);
    if (e || !row_null(&rs, 0, "delivered_at"))
        return e;
    if (at_ms < row_int(&rs, 0, "shipped_at") || at_ms > tx->now_ms)
        return refuse(tx, "at", "ship.time_bad");
    e = db_exec(tx->db, &q_ship_parcel_delivered, ARGS(V_INT(at_ms), V_INT(parcel)), NULL);
    if (e || row_null(&rs, 0, "auto_at") || !str_eq_z(row_str(&rs, 0, "status"), "shipped"))
        return e;
    return set_clock(tx, row_int(&rs, 0, "order_id"), row_int(&rs, 0, "auto_at"));
}

enum err ship_arrived(struct tx *tx, int64_t order, int64_t at_ms)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_ship_parcels_of_order, ARGS(V_INT(order)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = parcel_arrived(tx, row_int(&rs, i, "id"), at_ms);
    return e;
}
