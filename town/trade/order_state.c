#include "town/trade/order_state.h"

const struct order_transition order_transitions[] = {
    {NULL, "place", "placed", ORDER_AS_BUYER},
    {"placed", "pay", "paid", ORDER_AS_BUYER | ORDER_AS_CASHIER},
    {"placed", "cancel", "cancelled", ORDER_AS_BUYER | ORDER_AS_OPERATOR},
    {"placed", "expire", "expired", ORDER_AS_SYSTEM},
    {"expired", "pay", "paid", ORDER_AS_BUYER | ORDER_AS_CASHIER},
};
const size_t order_transitions_n = sizeof(order_transitions) / sizeof(order_transitions[0]);

enum err order_state_next(struct str from, const char *event, unsigned as,
                          const struct order_transition **out)
{
    for (size_t i = 0; i < order_transitions_n; i++) {
        const struct order_transition *t = &order_transitions[i];
        bool here = t->from ? str_eq_z(from, t->from) : from.n == 0;
        if (!here || strcmp(t->event, event) != 0)
            continue;
        if (!(t->who & as))
            return ERR_FORBIDDEN;
        *out = t;
        return OK;
    }
    return ERR_CONFLICT;
}

bool order_state_may(struct str from, const char *event, unsigned as)
{
    const struct order_transition *t;
    return order_state_next(from, event, as, &t) == OK;
}

const char *order_as_name(unsigned as)
{
    if (as & ORDER_AS_SYSTEM)
        return "system";
    if (as & ORDER_AS_CASHIER)
        return "cashier";
    if (as & ORDER_AS_BUYER)
        return "buyer";
    return as & ORDER_AS_FACTORY ? "factory" : "operator";
}
