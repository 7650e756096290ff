/* Days as somebody typed them into a register: what is one is written the usual way, and read again
 * is itself. */
#include <stdlib.h>

#include "town/day.h"
#include "town/letters/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char text[DAY_TEXT];
    int64_t day, again;
    if (intake_day(str_n(p, n), &day))
        return 0;
    if (!day_text(day, text) || intake_day(str_of(text), &again) || again != day)
        abort();
    return 0;
}
