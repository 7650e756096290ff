#include "town/invoice/invoice.h"

#define BUYER ORDER_AS_BUYER
#define FACTORY ORDER_AS_FACTORY
#define SYSTEM ORDER_AS_SYSTEM

/* Whether something is left to be issued, or nothing (void), is invoice_life.c's to see. */
static const struct transition rows[] = {
    {NULL, "ask", "asked", BUYER},
    {"asked", "issue", "issued", FACTORY},
    {"asked", "refuse", "refused", FACTORY, true},
    {"asked", "withdraw", "withdrawn", BUYER},
    {"asked", "lapse", "lapsed", SYSTEM},
    {"refused", "ask", "asked", BUYER},
    {"withdrawn", "ask", "asked", BUYER},
    {"issued", "outdate", "stale", SYSTEM},
    {"stale", "issue", "issued", FACTORY},
    {"stale", "void", "void", FACTORY},
};
const struct transition_table invoice_transitions = TRANSITION_TABLE(rows);
