/* Differences between what providers say and what is here. */
#include "store/queries.h"
#include "town/pay/internal.h"

enum { SIDE_MAX = 100 };

enum err difference_add(struct tx *tx, const struct difference *d)
{
    return db_exec(tx->db, &q_pay_difference_add,
                   ARGS(V_Z(d->provider), V_STR(d->day), V_Z(d->kind), V_STR(d->number),
                        d->order_id ? V_INT(d->order_id) : V_NULL,
                        V_STR(str_head(d->here, SIDE_MAX)), V_STR(str_head(d->there, SIDE_MAX)),
                        V_INT(tx->now_ms)),
                   NULL);
}
