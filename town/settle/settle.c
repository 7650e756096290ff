#include "town/settle/settle.h"

#include "town/settle/internal.h"

void settle_start(struct writer *w)
{
    (void)w;
    order_on_change(share_on_change);
}
