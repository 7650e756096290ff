/* What imports keep on the disk and in the store: how much a maker may have there, and its end. */
#include "store/queries.h"
#include "town/factories/factories.h"
#include "town/gone/gone.h"
#include "town/hall/hall.h"
#include "town/hall/import_store.h"
#include "town/tasks/tasks.h"

enum {
    PRUNE_MOST = 2, /* of thousands of rows each */
    DAY_MS = 24 * 3600 * 1000,
};

static enum err refuse(struct err_info *info, enum err e, const char *key)
{
    *info = (struct err_info){.code = e, .key = key};
    return e;
}

enum err import_may(struct db *db, const struct import_ask *ask, struct arena *arena,
                    struct err_info *info)
{
    struct rows rs;
    bool suspended;
    enum err e = factories_is_suspended(db, arena, ask->organisation, &suspended);
    if (!e && suspended)
        return refuse(info, ERR_FORBIDDEN, "hall.import_suspended");
    if (!e)
        e = tasks_may_add(db, arena, ask->actor, info);
    if (!e)
        e = db_one(db, &q_hall_imports_kept, ARGS(V_INT(ask->organisation)), arena, &rs);
    if (e)
        return e;
    bool too_many = ask->is_new && row_int(&rs, 0, "n") >= IMPORT_KEPT_MAX;
    if (too_many || row_int(&rs, 0, "bytes") > IMPORT_KEPT_BYTES - ask->bytes)
        return refuse(info, ERR_LIMIT, "hall.import_kept_many");
    return OK;
}

enum err import_drop(struct tx *tx, int64_t id, const char *why)
{
    static const struct query *const clear[] = {
        &q_hall_import_rows_clear, &q_hall_import_faults_clear, &q_hall_import_pictures_clear,
        &q_hall_import_objects_clear};
    int64_t changed = 0;
    enum err e = db_exec(tx->db, &q_hall_import_gone, ARGS(V_INT(tx->now_ms), V_INT(id)), NULL);
    for (size_t i = 0; !e && i < sizeof(clear) / sizeof(clear[0]); i++)
        e = db_exec(tx->db, clear[i], ARGS(V_INT(id)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_hall_import_emptied, ARGS(V_Z(why), V_INT(id)), &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

enum err hall_imports_prune(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e =
        db_select(tx->db, &q_hall_imports_due,
                  ARGS(V_INT(tx->now_ms - IMPORT_ENDED_DAYS * (int64_t)DAY_MS),
                       V_INT(tx->now_ms - IMPORT_OPEN_DAYS * (int64_t)DAY_MS), V_INT(PRUNE_MOST)),
                  tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = import_drop(tx, row_int(&rs, i, "id"), "hall.import_expired");
    return e;
}
