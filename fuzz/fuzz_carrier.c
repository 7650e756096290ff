/* What carriers answer. The first byte says which of it; nothing that is taken may break the limits
 * of what it becomes, or the line that it is shown on. */
#include <stdlib.h>
#include <string.h>

#include "town/ship/gateway.h"
#include "town/ship/ship.h"

static void look_at_line(struct str s, size_t most)
{
    if (s.n > most * 4 || (s.n && memchr(s.p, '\n', s.n)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena;
    struct str number;
    struct gateway_trace *traces;
    size_t many;
    if (n == 0)
        return 0;
    struct str body = str_n((const char *)data + 1, n - 1);
    arena_init(&arena, 4 << 20);
    switch (data[0] % 3) {
    case 0:
        if (gateway_read_number(body, &number, &arena) == OK &&
            (number.n == 0 || number.n > SHIP_NUMBER_MAX || memchr(number.p, '/', number.n)))
            abort();
        break;
    case 1:
        if (gateway_read_traces(body, &traces, &many, &arena) == OK)
            for (size_t i = 0; i < many; i++) {
                look_at_line(traces[i].what, GATEWAY_TEXT_MAX);
                if (traces[i].at_ms < 0 || i >= GATEWAY_TRACES_MAX)
                    abort();
            }
        break;
    default: look_at_line(gateway_read_error(body, &arena), GATEWAY_TEXT_MAX);
    }
    arena_free(&arena);
    return 0;
}
