/* Numbers in a text: each lies in it, behind the one before, whole characters, and never in a
 * token. */
#include <stdlib.h>

#include "town/figures/figures.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str text = str_n(p, n);
    struct figure_typed t;
    size_t at = 0, last = 0;
    if (!str_is_utf8(text))
        return 0;
    while (figures_typed_next(text, &at, &t)) {
        if (t.from < last || t.to <= t.from || t.to > n || at != t.to)
            abort();
        struct str span = str_slice(text, t.from, t.to);
        if (!str_is_utf8(span) || memchr(span.p, '\n', span.n))
            abort();
        if (span.n >= 2 && memcmp(span.p, "[[", 2) == 0)
            abort();
        last = t.to;
    }
    if (at != n)
        abort();
    return 0;
}
