#include "town/gone/gone.h"

#include "base/log.h"
#include "store/objects.h"
#include "store/queries.h"

enum { SWEEP_MOST = 50 };

enum err gone_add(struct tx *tx, struct str object)
{
    return db_exec(tx->db, &q_gone_add, ARGS(V_STR(object), V_INT(tx->now_ms)), NULL);
}

/* One that is younger than its row says, or that the disk does not let go, is tried a day later:
 * so none keeps others waiting. */
static enum err sweep_one(struct tx *tx, struct str object, bool is_named)
{
    enum err e = is_named ? OK : objects_remove(object, tx->now_ms - GONE_AFTER_MS);
    if (e == OK || e == ERR_NOT_FOUND)
        return db_exec(tx->db, &q_gone_forget, ARGS(V_STR(object)), NULL);
    if (e != ERR_AGAIN)
        LOG(WARN, "gone.not_removed", L_S("object", object), L_ERR(e));
    return gone_add(tx, object);
}

enum err gone_sweep(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e =
        db_select(tx->db, &q_gone_due, ARGS(V_INT(tx->now_ms - GONE_AFTER_MS), V_INT(SWEEP_MOST)),
                  tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = sweep_one(tx, row_str(&rs, i, "object"), row_int(&rs, i, "is_named") != 0);
    return e;
}
