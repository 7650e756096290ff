/*
 * A table of states in words, a row a line: where it begins ("-": nowhere), the event, where it
 * ends, who may (buyer, factory, operator, cashier, system), "!" when it wants a reason. Asked of
 * transition_next(), which also has to refuse everybody else.
 */
#ifndef TESTS_TRADE_STATES_H
#define TESTS_TRADE_STATES_H

#include "../store/fixture.h"

#include "town/trade/order_state.h"

enum { STATES_TEXT_MAX = 4000 };

static inline void states_say(const struct transition_table *table, char out[STATES_TEXT_MAX])
{
    static const char letters[] = "BFOCS";
    out[0] = 0;
    for (size_t i = 0; i < table->n; i++) {
        const struct transition *row = &table->rows[i], *t = NULL;
        char who[sizeof(letters)] = "", line[120];
        for (unsigned bit = 0; bit < sizeof(letters) - 1; bit++) {
            enum err e = transition_next(table, str_of(row->from ? row->from : ""), row->event,
                                         1u << bit, &t);
            assert_true(e == OK || e == ERR_FORBIDDEN);
            if (e == OK)
                strncat(who, &letters[bit], 1);
        }
        snprintf(line, sizeof(line), "%s %s %s %s%s\n", row->from ? row->from : "-", row->event,
                 row->to, who, row->needs_note ? "!" : "");
        strncat(out, line, STATES_TEXT_MAX - strlen(out) - 1);
    }
}

#endif
