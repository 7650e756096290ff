#include "town/trade/order_state.h"

static const struct transition rows[] = {
    {NULL, "place", "placed", ORDER_AS_BUYER},
    {"placed", "pay", "paid", ORDER_AS_BUYER | ORDER_AS_CASHIER},
    {"placed", "cancel", "cancelled", ORDER_AS_BUYER | ORDER_AS_OPERATOR},
    {"placed", "expire", "expired", ORDER_AS_SYSTEM},
    {"expired", "pay", "paid", ORDER_AS_BUYER | ORDER_AS_CASHIER},
};
const struct transition_table order_transitions = TRANSITION_TABLE(rows);

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
