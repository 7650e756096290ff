/* Rules and caps: entering them. They are read in share.c. */
#include <string.h>

#include "store/queries.h"
#include "town/day.h"
#include "town/settle/internal.h"

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static enum err need(struct tx *tx, const struct query *q, const struct val *args, size_t n,
                     const char *field)
{
    struct rows rs;
    enum err e = db_select(tx->db, q, args, n, tx->arena, &rs);
    return !e && rs.n == 0 ? refuse(tx, ERR_INVALID, field, "settle.no_such", 0) : e;
}

static enum err need_organisation(struct tx *tx, int64_t id, const char *kind, const char *field)
{
    return need(tx, &q_settle_organisation, ARGS(V_INT(id), V_Z(kind)), field);
}

static enum err check_scope(struct tx *tx, const struct settle_rule *r)
{
    bool kind = strcmp(r->scope, "kind") == 0;
    if (strcmp(r->scope, "town") == 0)
        return OK;
    if (strcmp(r->scope, "host") == 0)
        return need(tx, &q_settle_host, ARGS(V_INT(r->who_id), V_INT(ROLE_HOST)), "who");
    if (strcmp(r->scope, "agency") == 0)
        return need_organisation(tx, r->who_id, "agency", "who");
    if (!kind && strcmp(r->scope, "factory") != 0)
        return refuse(tx, ERR_INVALID, "scope", "settle.no_such", 0);
    enum err e = need_organisation(tx, r->factory_id, "factory", "factory");
    return e || !kind ? e : need(tx, &q_settle_kind, ARGS(V_INT(r->kind_id)), "kind");
}

static enum err check_ratios(struct tx *tx, const struct settle_rule *r)
{
    struct rows rs;
    int64_t parts[] = {r->host_bp, r->agency_bp, r->base_bp}, sum = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i] < 0 || parts[i] > CUT_WHOLE_BP)
            return refuse(tx, ERR_INVALID, "ratio", "settle.ratio_bad", 0);
        sum += parts[i];
    }
    if (r->is_ended && sum)
        return refuse(tx, ERR_INVALID, "ratio", "settle.ratio_bad", 0);
    enum err e = db_one(tx->db, &q_settle_cap_lowest, NO_ARGS, tx->arena, &rs);
    if (!e && sum > row_int(&rs, 0, "most"))
        e = refuse(tx, ERR_INVALID, "ratio", "settle.over_cap", row_int(&rs, 0, "most") / 100);
    return e;
}

/* A correction is of the scope of what it corrects, and both are yet to begin. */
static enum err take_scope(struct tx *tx, struct settle_rule *r)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_settle_rule_get, ARGS(V_INT(r->corrects_id)), tx->arena, &rs);
    if (e)
        return e;
    if (row_int(&rs, 0, "is_corrected") || row_int(&rs, 0, "valid_from") <= tx->now_ms)
        return refuse(tx, ERR_CONFLICT, "corrects", "settle.has_begun", 0);
    if (r->note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "settle.note_missing", 0);
    r->scope = row_str(&rs, 0, "scope").p;
    r->factory_id = row_int(&rs, 0, "factory_id");
    r->kind_id = row_int(&rs, 0, "kind_id");
    r->who_id = row_int(&rs, 0, "who_id");
    return OK;
}

static enum err check(struct tx *tx, struct settle_rule *r)
{
    int64_t notice = r->corrects_id ? 1 : SETTLE_NOTICE_DAYS;
    enum err e = r->corrects_id ? take_scope(tx, r) : check_scope(tx, r);
    if (!e && r->day < day_of(tx->now_ms) + notice)
        e = refuse(tx, ERR_INVALID, "day", "settle.too_soon", notice);
    return e ? e : check_ratios(tx, r);
}

enum err settle_rule_add(struct tx *tx, const struct settle_rule *rule, int64_t user_id,
                         int64_t *id)
{
    struct rows rs;
    struct settle_rule r = *rule;
    bool kind, factory;
    enum err e = check(tx, &r);
    if (e)
        return e;
    kind = strcmp(r.scope, "kind") == 0;
    factory = kind || strcmp(r.scope, "factory") == 0;
    bool who = !factory && strcmp(r.scope, "town") != 0;
    e = db_one(tx->db, &q_settle_rule_add,
               ARGS(V_Z(r.scope), V_INT(factory ? r.factory_id : 0), V_INT(kind ? r.kind_id : 0),
                    V_INT(who ? r.who_id : 0), V_INT(day_begin_ms(r.day)), V_INT(r.is_ended),
                    V_INT(r.host_bp), V_INT(r.agency_bp), V_INT(r.base_bp),
                    r.corrects_id ? V_INT(r.corrects_id) : V_NULL,
                    V_STR(r.note.p ? r.note : STR("")), V_INT(tx->now_ms),
                    user_id ? V_INT(user_id) : V_NULL),
               tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

enum err settle_cap_set(struct tx *tx, struct str provider, int64_t most_bp, int64_t user_id)
{
    enum err e = need(tx, &q_settle_cap_of, ARGS(V_STR(provider)), "provider");
    if (!e && (most_bp < 0 || most_bp > CUT_WHOLE_BP))
        e = refuse(tx, ERR_INVALID, "most", "settle.ratio_bad", 0);
    return e ? e
             : db_exec(tx->db, &q_settle_cap_add,
                       ARGS(V_STR(provider), V_INT(most_bp), V_INT(tx->now_ms), V_INT(user_id)),
                       NULL);
}
