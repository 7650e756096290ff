#include "town/trade/order_state.h"

#define BUYER ORDER_AS_BUYER
#define FACTORY ORDER_AS_FACTORY
#define OPERATOR ORDER_AS_OPERATOR
#define CASHIER ORDER_AS_CASHIER
#define SYSTEM ORDER_AS_SYSTEM

/* Who sends money back: the maker that agrees, an operator that decides, the clock that ran out. */
#define REFUNDERS (FACTORY | OPERATOR | SYSTEM)

static const struct transition rows[] = {
    {NULL, "place", "placed", BUYER},
    {"placed", "pay", "paid", CASHIER},
    {"placed", "cancel", "cancelled", BUYER | OPERATOR},
    {"placed", "expire", "expired", SYSTEM},
    {"expired", "pay", "paid", CASHIER},
    {"placed", "pay_back", "placed", CASHIER},
    {"expired", "pay_back", "expired", CASHIER},
    {"cancelled", "pay_back", "cancelled", CASHIER},
    {"paid", "pay_back", "paid", CASHIER},
    {"packed", "pay_back", "packed", CASHIER},
    {"shipped", "pay_back", "shipped", CASHIER},
    {"received", "pay_back", "received", CASHIER},
    {"closed", "pay_back", "closed", CASHIER},
    {"refunded", "pay_back", "refunded", CASHIER},
    {"paid", "cancel", "refunded", BUYER},
    {"paid", "call_off", "refunded", FACTORY | OPERATOR, true},
    {"packed", "call_off", "refunded", FACTORY | OPERATOR, true},
    {"paid", "pack", "packed", FACTORY},
    {"packed", "unpack", "paid", FACTORY},
    {"paid", "ship", "shipped", FACTORY},
    {"packed", "ship", "shipped", FACTORY},
    {"shipped", "receive", "received", BUYER | SYSTEM},
    {"received", "close", "closed", SYSTEM},
    {"paid", "refund_part", "paid", REFUNDERS},
    {"packed", "refund_part", "packed", REFUNDERS},
    {"shipped", "refund_part", "shipped", REFUNDERS},
    {"received", "refund_part", "received", REFUNDERS},
    {"closed", "refund_part", "closed", REFUNDERS},
    {"paid", "refund", "refunded", REFUNDERS},
    {"packed", "refund", "refunded", REFUNDERS},
    {"shipped", "refund", "refunded", REFUNDERS},
    {"received", "refund", "refunded", REFUNDERS},
    {"closed", "refund", "refunded", REFUNDERS},
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
