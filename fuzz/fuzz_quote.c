/* Quotations of figures: whatever is typed, a number within its limits or a refusal. */
#include <stdlib.h>

#include "town/figures/figures.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    for (int hundredths = 0; hundredths < 2; hundredths++) {
        enum figure_qualifier q;
        int64_t quoted;
        enum err e = figures_quote_read(str_n(p, n), hundredths != 0, &q, &quoted);
        if (e != OK && e != ERR_SYNTAX && e != ERR_LIMIT)
            abort();
        if (e != OK)
            continue;
        if (quoted < 0 || quoted > FIGURE_NUMBER_MAX)
            abort();
        /* The number itself always bears what does not claim to be beyond it. */
        bool holds = figures_quote_holds(q, quoted, quoted);
        if (holds != (q != QUOTE_OVER && (quoted > 0 || (q != QUOTE_ABOUT && q != QUOTE_AROUND))))
            abort();
        figures_quote_holds(q, quoted, INT64_MAX);
    }
    return 0;
}
