/*
 * What was paid before there was this department lies in one account, `paid`. At the first start it
 * moves to its factories, once, some orders a batch; each gets the payment that it would have.
 */
#include <stdatomic.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/pay/internal.h"

enum { ADOPT_MOST = 100 };

static _Atomic bool all_are_here;

static enum err adopt_one(struct tx *tx, const struct rows *rs, size_t i)
{
    struct rows added;
    int64_t order = row_int(rs, i, "id"), fen = row_int(rs, i, "amount");
    const char *number = arena_printf(tx->arena, "G%lldT1", (long long)order);
    if (!number)
        return ERR_NOMEM;
    enum err e = db_one(tx->db, &q_pay_adopt_payment,
                        ARGS(V_INT(order), V_INT(row_int(rs, i, "buyer_id")), V_INT(fen),
                             V_INT(row_int(rs, i, "paid_at"))),
                        tx->arena, &added);
    if (!e)
        e = db_exec(tx->db, &q_pay_adopt_part,
                    ARGS(V_INT(row_int(&added, 0, "id")), V_INT(order),
                         V_INT(row_int(rs, i, "factory_id")), V_Z(number), V_INT(fen),
                         V_INT(row_int(rs, i, "paid_at"))),
                    NULL);
    return e ? e : purse_adopt(tx, order, row_int(rs, i, "factory_id"), fen);
}

enum err pay_adopt(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    if (atomic_load(&all_are_here))
        return OK;
    enum err e = db_select(tx->db, &q_pay_to_adopt, ARGS(V_INT(ADOPT_MOST)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = adopt_one(tx, &rs, i);
    if (!e && rs.n)
        LOG(INFO, "pay.adopted", L_I("orders", rs.n));
    if (!e && rs.n == 0)
        atomic_store(&all_are_here, true);
    return e;
}
