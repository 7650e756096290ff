/* What who has a booking is told. */
#include "town/venue/internal.h"

enum err tell_step(struct tx *tx, int64_t booking, const char *event, int64_t actor)
{
    (void)tx;
    (void)booking;
    (void)event;
    (void)actor;
    return OK;
}
