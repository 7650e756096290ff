/* The packing table, with a scanner that types what it reads and presses Enter: the code of a
 * packing slip, then the waybill that was stuck on. Each page has one field that waits for it. */
#include "base/enc.h"
#include "store/queries.h"
#include "town/ship/page.h"

/* "68", or the address that a slip's code says: ".../orders/68". */
static bool read_slip(struct str text, int64_t *order)
{
    struct str rest = str_trim(text), last = STR("");
    while (rest.n)
        last = str_cut(rest, '/', &rest);
    return str_to_i64(last, order) == OK && *order > 0;
}

static const char *why_not(struct str status)
{
    if (str_eq_z(status, "paid") || str_eq_z(status, "packed"))
        return NULL;
    return str_eq_z(status, "shipped") ? "ship.order_shipped" : "ship.order_not_to_ship";
}

static void put_goods(struct req *r, struct view *v, const struct rows *lines)
{
    struct view *list = view_put_list(v, "lines");
    bool zh = r->lang == LANG_ZH;
    for (size_t i = 0; i < lines->n; i++) {
        struct view *o = view_add_object(list);
        view_put_str(o, "title", row_str(lines, i, zh ? "title_zh" : "title_en"));
        view_put_str(o, "name", row_str(lines, i, zh ? "name_zh" : "name_en"));
        view_put_str(o, "code", row_str(lines, i, "code"));
        view_put_int(o, "quantity", row_int(lines, i, "quantity"));
    }
}

/* Puts order {id, lines}, or problem. Another maker's order is one that there is not. */
static enum err put_order(struct req *r, struct str typed, int64_t factory)
{
    struct rows state, lines;
    int64_t id = 0;
    const char *problem = NULL;
    enum err e = read_slip(typed, &id)
                     ? db_one(r->db, &q_ship_order_state, ARGS(V_INT(id)), r->arena, &state)
                     : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND || (!e && row_int(&state, 0, "factory_id") != factory)) {
        problem = "ship.order_unknown";
        e = OK;
    } else if (!e) {
        problem = why_not(row_str(&state, 0, "status"));
    }
    if (!e && problem)
        view_put_str(r->view, "problem", req_text(r, problem, STR("")));
    if (e || problem)
        return e;
    e = db_select(r->db, &q_ship_order_lines, ARGS(V_INT(id)), r->arena, &lines);
    struct view *v = view_put_object(r->view, "order");
    view_put_int(v, "id", id);
    put_goods(r, v, &lines);
    return e ? e : trade_list_parts(r, &state, (struct view *const[]){v}, ORDER_AS_FACTORY);
}

static enum err put_page(struct req *r, struct str order, struct str carrier)
{
    struct rows n;
    int64_t factory;
    enum err e = page_factory(r, &factory);
    if (!e)
        e = db_one(r->db, &q_ship_to_ship_n, ARGS(V_INT(factory)), r->arena, &n);
    if (!e)
        e = page_put_carriers(r, r->view, carrier);
    if (e)
        return e;
    view_put_int(r->view, "count", row_int(&n, 0, "n"));
    return order.n ? put_order(r, order, factory) : OK;
}

enum err scan_page(struct req *r)
{
    int64_t sent;
    if (str_to_i64(req_query(r, "sent"), &sent) == OK && sent > 0)
        view_put_int(r->view, "sent", sent);
    return put_page(r, req_query(r, "order"), req_query(r, "carrier"));
}

/* --- sending --- */

struct scanning {
    struct command cmd;
    struct waybill waybill;
    struct order_actor by;
};

static enum err run_send(struct command *cmd, struct tx *tx)
{
    struct scanning *s = (struct scanning *)cmd;
    int64_t parcel;
    return parcel_send(tx, &s->waybill, s->by, false, &parcel);
}

static enum err sent(struct req *r, struct command *cmd, enum err result)
{
    const struct scanning *s = (struct scanning *)cmd;
    if (result == OK && !r->json) { /* the carrier as it was typed: also a name, with blanks */
        reply_redirect(r, arena_printf(r->arena, "/factory/shipping/scan?carrier=%.*s&sent=%lld",
                                       STR_ARG(enc_percent(r->arena, s->waybill.carrier)),
                                       (long long)s->waybill.order_id));
        return OK;
    }
    if (r->json)
        return result;
    struct err_info info = r->info;
    enum err e = put_page(r, req_field(r, "order"), s->waybill.carrier);
    view_put_str(r->view, "number", req_field(r, "number"));
    view_page_only(r->view, "number");
    r->info = info;
    return e == OK ? result : e;
}

enum err scan_post(struct req *r)
{
    struct scanning *s = ARENA_NEW(r->arena, struct scanning);
    if (!s)
        return ERR_NOMEM;
    s->cmd = (struct command){.name = "ship.scan", .run = run_send};
    s->by = (struct order_actor){r->who.user_id, ORDER_AS_FACTORY};
    s->waybill.carrier = req_field(r, "carrier");
    reply_page(r, "ship/scan.html");
    enum err e = page_factory(r, &s->waybill.factory_id);
    if (!e && !read_slip(req_field(r, "order"), &s->waybill.order_id))
        e = req_refuse(r, ERR_INVALID, "order", "ship.order_unknown");
    if (!e)
        e = req_field_text(r, "number", 1, SHIP_NUMBER_MAX + 10, &s->waybill.number);
    if (e == ERR_FORBIDDEN)
        return e;
    return e == OK ? web_write(r, &s->cmd, sent) : sent(r, &s->cmd, e);
}
