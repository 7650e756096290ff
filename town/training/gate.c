/*
 * Who may go on air: rules as data. A rule says that from a day on a valid record of an occupation
 * is needed; without one in force everybody may. The show's check and the admission of an encoder
 * ask training_gate().
 */
#include "store/queries.h"
#include "town/day.h"
#include "town/training/catalogue.h"
#include "town/training/internal.h"

enum err training_gate(struct db *db, struct arena *arena, int64_t host, int64_t at_ms, bool *may)
{
    struct rows rs;
    enum err e = db_select(db, &q_training_gate,
                           ARGS(V_INT(day_of(at_ms)), V_INT(host), V_INT(at_ms)), arena, &rs);
    *may = !e && rs.n == 0;
    return e;
}

enum err training_rule_add(struct tx *tx, struct str occupation, int64_t day, struct str note,
                           int64_t actor, int64_t *rule)
{
    struct rows rs;
    if (!training_occupation_of(occupation))
        return training_refuse(tx, ERR_INVALID, "occupation", NULL);
    enum err e = db_one(tx->db, &q_training_rule_add,
                        ARGS(V_STR(occupation), V_INT(day), V_STR(note),
                             actor ? V_INT(actor) : V_NULL, V_INT(tx->now_ms)),
                        tx->arena, &rs);
    if (!e && rule)
        *rule = row_int(&rs, 0, "id");
    return e;
}
