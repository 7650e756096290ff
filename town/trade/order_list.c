#include "town/trade/order_list.h"

#include "store/queries.h"
#include "town/hand.h"
#include "town/trade/order_state.h"
#include "town/trade/order_view.h"

static const char *const states[] = {"to_pay", "to_ship", "to_receive", "done", "over"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

struct asked {
    int64_t before;
    struct str state; /* or empty */
};

static enum err read_asked(struct req *r, struct asked *a)
{
    struct str before = req_query(r, "before");
    *a = (struct asked){.before = INT64_MAX, .state = req_query(r, "state")};
    if (before.n && str_to_i64(before, &a->before) != OK)
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    bool known = a->state.n == 0;
    for (size_t i = 0; i < STATES; i++)
        known = known || str_eq_z(a->state, states[i]);
    if (!known)
        return req_refuse(r, ERR_INVALID, "state", "trade.no_such_state");
    if (!a->state.p)
        a->state = STR("");
    view_put_str(r->view, "state", a->state);
    return OK;
}

/* How many of each there are; those that are none are not said. */
static enum err put_groups(struct req *r)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_trade_groups_of_buyer, ARGS(V_INT(r->who.user_id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "groups");
    for (size_t k = 0; e == OK && k < STATES; k++)
        for (size_t i = 0; i < rs.n; i++) {
            if (!str_eq_z(row_str(&rs, i, "state"), states[k]))
                continue;
            struct view *v = view_add_object(list);
            view_put_z(v, "state", states[k]);
            view_put_str(v, "name", req_text(r, "trade.state_", str_of(states[k])));
            view_put_int(v, "n", row_int(&rs, i, "n"));
        }
    return e;
}

enum err order_list_of_buyer(struct req *r)
{
    struct rows rs;
    struct asked a;
    enum err e = read_asked(r, &a);
    if (e == OK)
        e = db_select(
            r->db, &q_trade_orders_of_buyer,
            ARGS(V_INT(r->who.user_id), V_INT(a.before), V_STR(a.state), V_INT(ORDER_VIEW_PAGE)),
            r->arena, &rs);
    if (e == OK)
        e = order_view_put_list(r, r->view, &rs, ORDER_AS_BUYER);
    return e == OK ? put_groups(r) : e;
}

enum err order_list_of_factory(struct req *r)
{
    struct rows rs;
    struct asked a;
    int64_t factory = r->who.organisation_id;
    enum err e = read_asked(r, &a);
    if (e == OK && hand_is_base(r)) { /* of one factory when asked so, else of all */
        factory = 0;
        if (req_query(r, "factory").n && str_to_i64(req_query(r, "factory"), &factory) != OK)
            e = req_refuse(r, ERR_INVALID, "factory", "web.number_bad");
    } else if (e == OK && factory == 0) {
        e = ERR_FORBIDDEN; /* a factory's account that belongs to none */
    }
    if (e == OK && factory)
        e = db_select(r->db, &q_trade_orders_of_factory,
                      ARGS(V_INT(factory), V_INT(a.before), V_STR(a.state), V_INT(ORDER_VIEW_PAGE)),
                      r->arena, &rs);
    else if (e == OK)
        e = db_select(r->db, &q_trade_orders_of_all,
                      ARGS(V_INT(a.before), V_STR(a.state), V_INT(ORDER_VIEW_PAGE)), r->arena, &rs);
    unsigned as = hand_is_base(r) ? ORDER_AS_OPERATOR : ORDER_AS_FACTORY;
    return e == OK ? order_view_put_list(r, r->view, &rs, as) : e;
}
