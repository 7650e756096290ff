/*
 * /pay/orders/{id}: where an order's money lies now, and how it came there: any fen of it can be
 * followed. For the base, and the factory whose order it is.
 */
#include "store/queries.h"
#include "town/hand.h"
#include "town/pay/internal.h"

static enum err put_purses(struct req *r, int64_t order)
{
    struct pay_purse *purses;
    size_t n;
    struct view *list = view_put_list(r->view, "purses");
    enum err e = pay_where(r->db, r->arena, order, &purses, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct view *v = view_add_object(list);
        struct str of, kind = str_cut(purses[i].account, ':', &of);
        view_put_str(v, "account", purses[i].account);
        view_put_str(v, "name", req_text(r, "pay.purse_", kind));
        view_put_str(v, "of", of);
        view_put_money(v, "fen", purses[i].fen, "CNY");
        /* Of the buyers' side people think as of what came from there. */
        view_put_money(v, "shown",
                       strcmp(purses[i].account.p, "outside") == 0 ? -purses[i].fen : purses[i].fen,
                       "CNY");
        view_page_only(v, "shown");
        view_put_money(v, "coming", purses[i].coming, "CNY");
        view_put_bool(v, "has_coming", purses[i].coming != 0);
    }
    return e;
}

static enum err put_payments(struct req *r, int64_t order, bool *may)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "payments");
    enum err e = db_select(r->db, &q_pay_payments_of, ARGS(V_INT(order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        *may = *may || hand_is_maker(r, row_int(&rs, i, "factory_id"));
        view_put_str(v, "number", row_str(&rs, i, "number"));
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "pay.part_", row_str(&rs, i, "status")));
        view_put_str(v, "provider_no", row_str(&rs, i, "provider_no"));
        view_put_time(v, "made_at", row_int(&rs, i, "made_at"));
        if (!row_null(&rs, i, "paid_at"))
            view_put_time(v, "paid_at", row_int(&rs, i, "paid_at"));
    }
    *may = *may && rs.n;
    return !e && rs.n == 0 ? ERR_NOT_FOUND : e;
}

static enum err put_instructions(struct req *r, int64_t order)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "instructions");
    enum err e = db_select(r->db, &q_pay_instructions_of, ARGS(V_INT(order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "pay.kind_", row_str(&rs, i, "kind")));
        view_put_str(v, "party", row_str(&rs, i, "party"));
        view_put_str(v, "key", row_str(&rs, i, "key"));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "pay.is_", row_str(&rs, i, "status")));
        view_put_str(v, "said", row_str(&rs, i, "said"));
        view_put_str(v, "note", row_str(&rs, i, "note"));
        view_put_time(v, "made_at", row_int(&rs, i, "made_at"));
        if (!row_null(&rs, i, "done_at"))
            view_put_time(v, "done_at", row_int(&rs, i, "done_at"));
    }
    return e;
}

enum err money_get(struct req *r)
{
    int64_t order;
    bool may = hand_is_base(r);
    if (str_to_i64(req_param(r, "id"), &order) != OK)
        return ERR_NOT_FOUND;
    view_put_int(r->view, "order", order);
    enum err e = put_payments(r, order, &may);
    if (!e && !may)
        return ERR_NOT_FOUND; /* as if it were not there */
    if (!e)
        e = put_purses(r, order);
    return e ? e : put_instructions(r, order);
}
