#include "town/factories/state.h"

#define MEMBER (FACTORY_AS_OWNER | FACTORY_AS_CLERK)

const struct factory_transition factory_transitions[] = {
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
const size_t factory_transitions_n = sizeof(factory_transitions) / sizeof(factory_transitions[0]);

enum err factory_state_next(struct str from, const char *event, unsigned as,
                            const struct factory_transition **out)
{
    for (size_t i = 0; i < factory_transitions_n; i++) {
        const struct factory_transition *t = &factory_transitions[i];
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

bool factory_state_may(struct str from, const char *event, unsigned as)
{
    const struct factory_transition *t;
    return factory_state_next(from, event, as, &t) == OK;
}
