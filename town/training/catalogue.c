#include "town/training/catalogue.h"

static const char *const marketing_trades[] = {"selector", "seller", "creator", "manager", NULL};

const struct training_occupation training_occupations[] = {
    {"4-01-02-07", "marketing", marketing_trades, {72, 72, 88, 104, 120}},
};
const size_t training_occupations_n =
    sizeof(training_occupations) / sizeof(training_occupations[0]);

const struct training_occupation *training_occupation_of(struct str code)
{
    for (size_t i = 0; i < training_occupations_n; i++)
        if (str_eq_z(code, training_occupations[i].code))
            return &training_occupations[i];
    return NULL;
}

bool training_has_trade(const struct training_occupation *o, struct str trade)
{
    for (size_t i = 0; o->trades[i]; i++)
        if (str_eq_z(trade, o->trades[i]))
            return true;
    return false;
}
