#include "town/hall/product_state.h"

#include <string.h>

#define EITHER (HALL_AS_MAKER | HALL_AS_OPERATOR)

const struct hall_transition hall_transitions[] = {
    {NULL, "create", "draft", EITHER | HALL_AS_SYSTEM, false},
    {"draft", "edit", "draft", EITHER, false},
    {"review", "edit", "review", HALL_AS_OPERATOR, false},
    {"on", "edit", "on", EITHER, false},
    {"off", "edit", "off", EITHER, false},
    {"draft", "submit", "review", HALL_AS_MAKER, false},
    {"off", "submit", "review", HALL_AS_MAKER, false},
    {"review", "recall", "draft", HALL_AS_MAKER, false},
    {"review", "approve", "on", HALL_AS_OPERATOR, false},
    {"review", "return", "draft", HALL_AS_OPERATOR, true},
    {"draft", "approve", "on", HALL_AS_SYSTEM, false},
    {"on", "withdraw", "off", EITHER, false},
    {"off", "show", "on", HALL_AS_OPERATOR, false},
};
const size_t hall_transitions_n = sizeof(hall_transitions) / sizeof(hall_transitions[0]);

enum err hall_state_next(struct str from, const char *event, unsigned as,
                         const struct hall_transition **out)
{
    for (size_t i = 0; i < hall_transitions_n; i++) {
        const struct hall_transition *t = &hall_transitions[i];
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

bool hall_state_may(struct str from, const char *event, unsigned as)
{
    const struct hall_transition *t;
    return hall_state_next(from, event, as, &t) == OK;
}
