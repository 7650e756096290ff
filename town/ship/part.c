/* What an order's page shows of its parcels, and their arrival. */
#include "store/queries.h"
#include "town/ship/page.h"

static void put_traces(struct view *v, const struct rows *traces, int64_t parcel)
{
    struct view *list = view_put_list(v, "traces");
    for (size_t i = 0; i < traces->n; i++) {
        if (row_int(traces, i, "parcel_id") != parcel)
            continue;
        struct view *t = view_add_object(list);
        view_put_time(t, "at", row_int(traces, i, "at"));
        view_put_str(t, "what", row_str(traces, i, "what"));
    }
}

/* The number that was asked for last: waits, or why there is none. */
static enum err put_ask(struct req *r, struct view *order, struct val id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_ship_ask_of_order, ARGS(id), r->arena, &rs);
    if (e == OK && rs.n && !str_eq_z(row_str(&rs, 0, "status"), "got"))
        page_put_ask(r, view_put_object(order, "ask"), &rs, 0);
    else
        view_put_null(order, "ask");
    return e;
}

/* Puts parcels [{id, carrier, number, sent_at, delivered_at, traces [{at, what}]}], and for the
 * maker what it may do: may_send, may_send_further, ask {carrier, status, said} or null, carriers,
 * may_ask. */
enum err parcel_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    struct rows rs, traces;
    struct val id = V_INT(row_int(row, 0, "id"));
    struct str status = row_str(row, 0, "status");
    enum err e = db_select(r->db, &q_ship_parcels_of_order, ARGS(id), r->arena, &rs);
    if (e == OK && rs.n)
        e = db_select(r->db, &q_ship_traces_of_order, ARGS(id), r->arena, &traces);
    struct view *list = view_put_list(order, "parcels");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "carrier", row_str(&rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
        view_put_str(v, "number", row_str(&rs, i, "number"));
        view_put_time(v, "sent_at", row_int(&rs, i, "sent_at"));
        if (row_null(&rs, i, "delivered_at"))
            view_put_null(v, "delivered_at");
        else
            view_put_time(v, "delivered_at", row_int(&rs, i, "delivered_at"));
        put_traces(v, &traces, row_int(&rs, i, "id"));
    }
    bool maker = as & ORDER_AS_FACTORY, shipped = str_eq_z(status, "shipped");
    bool waits = str_eq_z(status, "paid") || str_eq_z(status, "packed");
    view_put_bool(order, "may_send", maker && waits);
    view_put_bool(order, "may_send_further", maker && shipped);
    view_put_bool(order, "may_say_arrived", shipped && as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR));
    if (e != OK || !maker || !(waits || shipped))
        return e;
    e = put_ask(r, order, id);
    return e == OK ? page_put_carriers(r, order, STR_NONE) : e;
}

/* --- it arrived --- */

struct arrival {
    struct command cmd;
    int64_t parcel_id, order_id;
};

static enum err run_arrival(struct command *cmd, struct tx *tx)
{
    const struct arrival *a = (struct arrival *)cmd;
    return parcel_arrived(tx, a->parcel_id, tx->now_ms);
}

enum err parcel_post_arrived(struct req *r)
{
    struct rows rs;
    struct arrival *a = ARENA_NEW(r->arena, struct arrival);
    if (!a)
        return ERR_NOMEM;
    a->cmd = (struct command){.name = "ship.arrived", .run = run_arrival};
    if (str_to_i64(req_param(r, "id"), &a->parcel_id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_ship_parcel_get, ARGS(V_INT(a->parcel_id)), r->arena, &rs);
    bool base = r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN);
    if (e == OK && !base && row_int(&rs, 0, "factory_id") != r->who.organisation_id)
        e = ERR_NOT_FOUND;
    if (e == OK && !str_eq_z(row_str(&rs, 0, "status"), "shipped"))
        e = req_refuse(r, ERR_CONFLICT, "status", "trade.status_forbids");
    if (e != OK)
        return e;
    reply_redirect(r,
                   arena_printf(r->arena, "/orders/%lld", (long long)row_int(&rs, 0, "order_id")));
    return web_write(r, &a->cmd, NULL);
}
