#include "town/factories/state.h"

#define MEMBER (FACTORY_AS_OWNER | FACTORY_AS_CLERK)

static const struct transition rows[] = {
    {NULL, "register", "draft", FACTORY_AS_OWNER | FACTORY_AS_SYSTEM, false},
    {"draft", "edit", "draft", MEMBER, false},
    {"returned", "edit", "returned", MEMBER, false},
    {"approved", "edit", "approved", MEMBER | FACTORY_AS_OPERATOR, false},
    {"draft", "submit", "review", FACTORY_AS_OWNER, false},
    {"returned", "submit", "review", FACTORY_AS_OWNER, false},
    {"review", "recall", "draft", FACTORY_AS_OWNER, false},
    {"review", "approve", "approved", FACTORY_AS_OPERATOR, false},
    {"review", "return", "returned", FACTORY_AS_OPERATOR, true},
    {"approved", "suspend", "suspended", FACTORY_AS_OPERATOR, true},
    {"suspended", "resume", "approved", FACTORY_AS_OPERATOR, false},
    {"draft", "admit", "approved", FACTORY_AS_SYSTEM, false},
};
const struct transition_table factory_transitions = TRANSITION_TABLE(rows);
