#include "base/log.h"
#include "ledger/ledger_internal.h"
#include "store/queries.h"

enum { EXPIRE_ARENA_MAX = 256 * 1024 }; /* one hold */

/* *existed (may be NULL): this very transfer was there already. */
static enum err transfer(struct tx *tx, const struct ledger_transfer *t, enum ledger_kind kind,
                         bool *existed)
{
    const int64_t accounts[] = {t->debit, t->credit};
    bool there;
    struct ledger_set set;
    ledger_set_init(&set, tx);
    enum err e = ledger_set_ids(&set, &t->id, 1);
    if (!e)
        e = ledger_set_accounts(&set, accounts, 2);
    if (!e && kind == LEDGER_HOLD)
        e = ledger_set_hold(&set, t, &there, tx->info);
    else if (!e)
        e = ledger_set_post(&set, t, &there, tx->info);
    if (!e && existed)
        *existed = there;
    if (!e && !there)
        e = ledger_set_flush(&set);
    ledger_set_free(&set);
    return e;
}

enum err ledger_post(struct tx *tx, const struct ledger_transfer *t)
{
    return transfer(tx, t, LEDGER_POSTED, NULL);
}

enum err ledger_hold(struct tx *tx, const struct ledger_transfer *t)
{
    return transfer(tx, t, LEDGER_HOLD, NULL);
}

/* --- resolving holds --- */

/* A resolution asked for: `hold` is what is under that id, or NULL. */
struct resolution {
    struct ledger_id id, hold_id;
    enum ledger_kind kind;
    int64_t amount; /* 0: the whole */
    const struct ledger_past *hold;
};

static enum err check_past_resolution(const struct ledger_past *past, const struct resolution *r,
                                      struct err_info *info)
{
    bool same = past->kind == r->kind && str_eq(past->hold_id, ledger_id_str(&r->hold_id));
    if (same && r->kind == LEDGER_POST)
        same = past->amount == (r->amount ? r->amount : r->hold->amount);
    return same ? OK : ledger_refuse(info, ERR_KEY_REUSED, "id", 0);
}

static bool is_due(const struct ledger_past *hold, int64_t now_ms)
{
    return hold->timeout_ms > 0 && now_ms >= hold->at_ms + hold->timeout_ms;
}

static enum err check_open(struct tx *tx, const struct resolution *r)
{
    struct rows rs;
    if (!r->hold)
        return ledger_refuse(tx->info, ERR_NOT_FOUND, "hold", 0);
    if (r->hold->kind != LEDGER_HOLD)
        return ledger_refuse(tx->info, ERR_INVALID, "hold", 0);
    enum err e =
        db_one(tx->db, &q_ledger_hold_resolution, ARGS(V_INT(r->hold->seq)), tx->arena, &rs);
    if (!e)
        return ledger_refuse(tx->info,
                             row_int(&rs, 0, "kind") == LEDGER_EXPIRE ? ERR_EXPIRED : ERR_CONFLICT,
                             "hold", 0);
    if (e != ERR_NOT_FOUND)
        return e;
    if (r->kind == LEDGER_POST && is_due(r->hold, tx->now_ms))
        return ledger_refuse(tx->info, ERR_EXPIRED, "hold", 0);
    if (r->amount > r->hold->amount)
        return ledger_refuse(tx->info, ERR_INVALID, "amount", r->hold->amount);
    return OK;
}

static enum err resolve_in(struct ledger_set *set, struct resolution *r, bool *existed)
{
    struct tx *tx = set->tx;
    const struct ledger_id ids[] = {r->id, r->hold_id};
    enum err e = ledger_set_ids(set, ids, 2);
    if (e)
        return e;
    const struct ledger_past *past = ledger_set_past(set, &r->id);
    r->hold = ledger_set_past(set, &r->hold_id);
    if (existed)
        *existed = past != NULL;
    if (past)
        return check_past_resolution(past, r, tx->info);
    e = check_open(tx, r);
    if (e)
        return e;
    const struct ledger_past *h = r->hold;
    const int64_t accounts[] = {h->debit, h->credit};
    struct ledger_entry en = {.id = r->id,
                              .kind = r->kind,
                              .debit = h->debit,
                              .credit = h->credit,
                              .amount = r->amount ? r->amount : h->amount,
                              .hold = h->seq,
                              .held = h->amount,
                              .reason = h->reason.p,
                              .ref = h->ref};
    e = ledger_set_accounts(set, accounts, 2);
    if (!e)
        e = ledger_set_resolve(set, &en, tx->info);
    return e ? e : ledger_set_flush(set);
}

/* amount 0: the whole. *existed (may be NULL): it was resolved by this very id already. */
static enum err resolve(struct tx *tx, struct ledger_id id, struct ledger_id hold,
                        enum ledger_kind kind, int64_t amount, bool *existed)
{
    struct resolution r = {id, hold, kind, amount, NULL};
    struct ledger_set set;
    enum err e = ledger_check_id(&id, tx->info);
    if (!e && amount < 0)
        e = ledger_refuse(tx->info, ERR_INVALID, "amount", 0);
    if (e)
        return e;
    ledger_set_init(&set, tx);
    e = resolve_in(&set, &r, existed);
    ledger_set_free(&set);
    return e;
}

enum err ledger_hold_post(struct tx *tx, struct ledger_id id, struct ledger_id hold, int64_t amount)
{
    return resolve(tx, id, hold, LEDGER_POST, amount, NULL);
}

enum err ledger_hold_void(struct tx *tx, struct ledger_id id, struct ledger_id hold)
{
    return resolve(tx, id, hold, LEDGER_VOID, 0, NULL);
}

static enum err expire_one(struct tx *tx, struct str hold_id)
{
    struct arena scratch;
    struct err_info info = {0};
    struct ledger_id hold;
    arena_init(&scratch, EXPIRE_ARENA_MAX);
    struct tx own = *tx;
    own.arena = &scratch;
    own.info = &info;
    memcpy(hold.b, hold_id.p, sizeof(hold.b));
    enum err e = resolve(&own, ledger_id_derive("expire", hold_id), hold, LEDGER_EXPIRE, 0, NULL);
    arena_free(&scratch);
    return e;
}

enum err ledger_expire(struct tx *tx, int max, int *voided)
{
    struct rows rs;
    *voided = 0;
    enum err e =
        db_select(tx->db, &q_ledger_holds_due, ARGS(V_INT(tx->now_ms), V_INT(max)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        e = expire_one(tx, row_str(&rs, i, "id"));
        *voided += !e;
        if (e == ERR_CORRUPT) { /* refused, and so nothing is changed: the others go on */
            LOG(ERROR, "ledger.cannot_expire", L_I("hold", row_int(&rs, i, "seq")), L_ERR(e));
            e = OK;
        }
    }
    return e;
}

/* --- linked --- */

static enum err run_link(struct tx *tx, const struct ledger_link *l, bool *existed)
{
    switch (l->does) {
    case LEDGER_LINK_POST: return transfer(tx, &l->t, LEDGER_POSTED, existed);
    case LEDGER_LINK_HOLD: return transfer(tx, &l->t, LEDGER_HOLD, existed);
    case LEDGER_LINK_HOLD_POST:
        return resolve(tx, l->t.id, l->hold, LEDGER_POST, l->t.amount, existed);
    case LEDGER_LINK_HOLD_VOID: return resolve(tx, l->t.id, l->hold, LEDGER_VOID, 0, existed);
    }
    return ledger_refuse(tx->info, ERR_INVALID, "links", 0);
}

/* A chain is new or known as a whole: a mix would be half of somebody else's. */
static enum err run_links(struct tx *tx, const struct ledger_link *links, size_t n, size_t *failed)
{
    bool known = false, existed = false;
    for (size_t i = 0; i < n; i++) {
        enum err e = run_link(tx, &links[i], &existed);
        if (!e && i > 0 && existed != known)
            e = ledger_refuse(tx->info, ERR_KEY_REUSED, "id", 0);
        known = existed;
        *failed = i;
        if (e)
            return e;
    }
    return OK;
}

enum err ledger_linked(struct tx *tx, const struct ledger_link *links, size_t n, size_t *failed)
{
    *failed = 0;
    if (n == 0 || n > LEDGER_LINKS_MAX)
        return ledger_refuse(tx->info, ERR_INVALID, "links", LEDGER_LINKS_MAX);
    enum err e = db_savepoint(tx->db);
    if (e)
        return e;
    e = run_links(tx, links, n, failed);
    if (!e)
        e = db_savepoint_release(tx->db);
    if (e)
        db_savepoint_rollback(tx->db);
    /* Without a transaction nothing of the command is left either: it must not go on. */
    return e && !db_in_transaction(tx->db) && !err_retryable(e) ? ERR_STORE : e;
}
