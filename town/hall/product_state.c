#include "town/hall/product_state.h"

#define EITHER (HALL_AS_MAKER | HALL_AS_OPERATOR)

static const struct transition rows[] = {
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
const struct transition_table hall_transitions = TRANSITION_TABLE(rows);
