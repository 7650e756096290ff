#include "town/claims/claims.h"

#define BUYER ORDER_AS_BUYER
#define FACTORY ORDER_AS_FACTORY
#define OPERATOR ORDER_AS_OPERATOR
#define SYSTEM ORDER_AS_SYSTEM

/* That a return's money does not go back by itself before the goods do is claim.c's to see: the
 * table has no kinds. */
static const struct transition rows[] = {
    {NULL, "open", "asked", BUYER},
    {"asked", "refund", "done", FACTORY | OPERATOR | SYSTEM},
    {"asked", "agree", "agreed", FACTORY | OPERATOR | SYSTEM},
    {"asked", "refuse", "refused", FACTORY, true},
    {"asked", "withdraw", "withdrawn", BUYER},
    {"asked", "overtake", "overtaken", SYSTEM},
    {"agreed", "send_back", "sent_back", BUYER},
    {"agreed", "refund", "done", FACTORY | OPERATOR},
    {"agreed", "withdraw", "withdrawn", BUYER},
    {"agreed", "lapse", "lapsed", SYSTEM},
    {"agreed", "overtake", "overtaken", SYSTEM},
    {"sent_back", "refund", "done", FACTORY | OPERATOR | SYSTEM},
    {"sent_back", "resend", "resent", FACTORY},
    {"sent_back", "refuse", "refused", FACTORY, true},
    {"sent_back", "overtake", "overtaken", SYSTEM},
    {"resent", "finish", "done", BUYER | SYSTEM},
    {"resent", "dispute", "disputed", BUYER, true},
    {"resent", "overtake", "overtaken", SYSTEM},
    {"refused", "dispute", "disputed", BUYER, true},
    {"refused", "withdraw", "withdrawn", BUYER},
    {"refused", "lapse", "lapsed", SYSTEM},
    {"refused", "overtake", "overtaken", SYSTEM},
    {"disputed", "agree", "agreed", OPERATOR},
    {"disputed", "decide", "done", OPERATOR, true},
    {"disputed", "reject", "rejected", OPERATOR, true},
    {"disputed", "withdraw", "withdrawn", BUYER},
    {"disputed", "overtake", "overtaken", SYSTEM},
};
const struct transition_table claim_transitions = TRANSITION_TABLE(rows);
