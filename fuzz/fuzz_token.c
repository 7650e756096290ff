/* Tokens in a text: each lies in it, in order; what is one says a name, and written again is
 * itself. */
#include <stdlib.h>

#include "town/letters/draft.h"

static void check(struct str text, const struct letter_token *t)
{
    struct str all = str_slice(text, t->from, t->to);
    if (t->is_bad)
        return;
    if (t->name.n == 0 || t->name.n > FIGURE_NAME_MAX || t->words.n > FIGURE_QUOTE_MAX || t->of < 0)
        abort();
    if (!str_starts(all, "[[") || !str_ends(all, "]]") || memchr(all.p, '\n', all.n))
        abort();
    if (t->words.n && str_find(t->words, '|') >= 0)
        abort();
    if (t->name.p != all.p + 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str text = str_n(p, n);
    struct letter_token t;
    size_t at = 0, last = 0;
    while (token_next(text, &at, &t)) {
        if (t.from < last || t.to < t.from + 2 || t.to > n || at != t.to)
            abort();
        check(text, &t);
        last = t.to;
    }
    return at == n ? 0 : (abort(), 0);
}
