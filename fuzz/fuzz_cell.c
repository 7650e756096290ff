/* What platforms write into cells: numbers, amounts, times. */
#include <stdlib.h>

#include "town/elsewhere/value.h"

static void need(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str text = str_n(p, n);
    int64_t count, fen, ms;
    bool is_count = value_count(text, &count) == OK;
    if (is_count)
        need(count >= 0 && count <= VALUE_COUNT_MAX);
    if (value_fen(text, &fen) == OK) {
        need(fen >= 0 && fen <= VALUE_COUNT_MAX);
        need(!is_count || fen == count * 100);
    }
    if (value_time(text, &ms) == OK)
        need(ms > 0 && !is_count);
    if (value_is_none(text))
        need(!is_count);
    return 0;
}
