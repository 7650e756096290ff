#include "town/transition.h"

#include <string.h>

static bool is_in(const struct transition *t, struct str state)
{
    return t->from ? str_eq_z(state, t->from) : state.n == 0;
}

enum err transition_next(const struct transition_table *table, struct str from, const char *event,
                         unsigned as, const struct transition **out)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct transition *t = &table->rows[i];
        if (!is_in(t, from) || strcmp(t->event, event) != 0)
            continue;
        if (!(t->who & as))
            return ERR_FORBIDDEN;
        *out = t;
        return OK;
    }
    return ERR_CONFLICT;
}

bool transition_may(const struct transition_table *table, struct str from, const char *event,
                    unsigned as)
{
    const struct transition *t;
    return transition_next(table, from, event, as, &t) == OK;
}

const struct transition *transition_button(const struct transition_table *table, struct str from,
                                           unsigned as, const struct transition *last)
{
    const struct transition *end = table->rows + table->n;
    for (const struct transition *t = last ? last + 1 : table->rows; t < end; t++)
        if (t->from && is_in(t, from) && t->who & as && strcmp(t->event, "edit") != 0)
            return t;
    return NULL;
}

const char *transition_event(const struct transition_table *table, struct str event)
{
    for (size_t i = 0; i < table->n; i++)
        if (str_eq_z(event, table->rows[i].event))
            return table->rows[i].event;
    return NULL;
}
