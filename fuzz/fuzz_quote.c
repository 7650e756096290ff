/* Quotations of figures: whatever is typed, a number within its limits or a refusal; and what is
 * held against a value. */
#include <stdlib.h>

#include "town/figures/figures.h"

static const char *const units[] = {"", "fen", "m2", "product", "factory", "other"};

static void check_amount(struct str text, struct str unit)
{
    enum figure_qualifier q;
    int64_t quoted;
    enum err e = figures_quote_amount(text, unit, &q, &quoted);
    if (e != OK && e != ERR_SYNTAX && e != ERR_LIMIT && e != ERR_INVALID)
        abort();
    if (e != OK)
        return;
    if (quoted < 0 || quoted > FIGURE_NUMBER_MAX)
        abort();
    /* The number itself always bears what does not claim to be beyond it. */
    bool holds = figures_quote_holds(q, quoted, quoted),
         beyond = q == QUOTE_OVER || q == QUOTE_NEARLY;
    if (holds != (!beyond && (quoted > 0 || (q != QUOTE_ABOUT && q != QUOTE_AROUND))))
        abort();
    figures_quote_holds(q, quoted, INT64_MAX);
    struct figure_value v = {.kind = FIGURE_NUMBER, .is_known = true, .number = quoted};
    if (quoted && holds != (figures_quote_check(text, FIGURE_NUMBER, unit, &v, 0) == QUOTE_HOLDS))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct figure_quote q;
    struct str text = str_n(p, n);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        check_amount(text, str_of(units[i]));
    struct figure_value date = {.kind = FIGURE_DATE, .is_known = true, .words = STR("2021-02-23")};
    struct figure_value paper = {.kind = FIGURE_REFERENCE, .is_known = true, .words = text};
    figures_quote_check(text, FIGURE_DATE, STR_NONE, &date, 18700);
    if (figures_quote_check(text, FIGURE_REFERENCE, STR_NONE, &paper, 0) == QUOTE_OTHER_UNIT)
        abort();
    if (figures_quote_read(text, &q) == OK && q.kind == FIGURE_DATE &&
        ((!q.year && !q.month) || (q.day && !q.month) || q.month > 12 || q.day > 31))
        abort();
    return 0;
}
