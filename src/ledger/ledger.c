#include "ledger/ledger.h"

#include <sodium.h>

#include "base/log.h"
#include "base/rnd.h"
#include "store/queries.h"

enum kind { KIND_POSTED = 1, KIND_HOLD, KIND_POST, KIND_VOID, KIND_EXPIRE };

enum { EXPIRE_ARENA_MAX = 256 * 1024 }; /* one hold */

enum { FLAGS_ALL = LEDGER_DEBITS_LE_CREDITS | LEDGER_CREDITS_LE_DEBITS | LEDGER_CLOSED };

/* A stored transfer. */
struct stored {
    int64_t seq, debit, credit, amount, timeout_ms, at_ms;
    enum kind kind;
    struct str reason, ref;
    struct str hold_id; /* of the hold it resolves, or empty */
};

struct ledger_id ledger_id_new(void)
{
    struct ledger_id id;
    rnd_fill(id.b, sizeof(id.b));
    return id;
}

struct ledger_id ledger_id_derive(const char *purpose, struct str of)
{
    struct ledger_id id;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)of.p, of.n);
    crypto_hash_sha256_final(&state, digest);
    memcpy(id.b, digest, sizeof(id.b));
    return id;
}

static struct str id_str(const struct ledger_id *id)
{
    return str_n(id->b, sizeof(id->b));
}

static enum err refuse(struct tx *tx, enum err e, const char *field, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .limit = limit};
    return e;
}

/* --- books and accounts --- */

int64_t ledger_available(const struct ledger_account *a)
{
    return a->credits_posted - a->debits_posted - a->debits_pending;
}

static enum err only_id(enum err e, const struct rows *rs, int64_t *id)
{
    if (!e)
        *id = row_int(rs, 0, "id");
    return e;
}

enum err ledger_book(struct tx *tx, const char *unit, struct str subject, int64_t *book)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_ledger_book_find, ARGS(V_Z(unit), V_STR(subject)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        e = db_one(tx->db, &q_ledger_book_add, ARGS(V_Z(unit), V_STR(subject)), tx->arena, &rs);
    return only_id(e, &rs, book);
}

enum err ledger_account_open(struct tx *tx, int64_t book, const char *role, int flags,
                             int64_t *account)
{
    struct rows rs;
    if (flags & ~FLAGS_ALL)
        return refuse(tx, ERR_INVALID, "flags", 0);
    enum err e =
        db_one(tx->db, &q_ledger_account_find, ARGS(V_INT(book), V_Z(role)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        e = db_one(tx->db, &q_ledger_account_add, ARGS(V_INT(book), V_Z(role), V_INT(flags)),
                   tx->arena, &rs);
    else if (!e && (row_int(&rs, 0, "flags") & ~LEDGER_CLOSED) != (flags & ~LEDGER_CLOSED))
        return refuse(tx, ERR_CONFLICT, "flags", row_int(&rs, 0, "flags"));
    return only_id(e, &rs, account);
}

enum err ledger_account_close(struct tx *tx, int64_t account)
{
    int64_t changed = 0;
    enum err e = db_exec(tx->db, &q_ledger_account_close, ARGS(V_INT(account)), &changed);
    return !e && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err ledger_account_find(struct db *db, const char *unit, struct str subject, const char *role,
                             struct arena *arena, int64_t *account)
{
    struct rows rs;
    enum err e = db_one(db, &q_ledger_account_by_names, ARGS(V_Z(unit), V_STR(subject), V_Z(role)),
                        arena, &rs);
    return only_id(e, &rs, account);
}

enum err ledger_account_get(struct db *db, int64_t account, struct arena *arena,
                            struct ledger_account *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_ledger_account_get, ARGS(V_INT(account)), arena, &rs);
    if (e)
        return e;
    *out = (struct ledger_account){
        .id = account,
        .book = row_int(&rs, 0, "book"),
        .flags = (int)row_int(&rs, 0, "flags"),
        .debits_pending = row_int(&rs, 0, "debits_pending"),
        .debits_posted = row_int(&rs, 0, "debits_posted"),
        .credits_pending = row_int(&rs, 0, "credits_pending"),
        .credits_posted = row_int(&rs, 0, "credits_posted"),
    };
    return OK;
}

/* --- transfers --- */

static enum err find_transfer(struct tx *tx, const struct ledger_id *id, struct stored *out)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_ledger_transfer_find, ARGS(V_BLOB(id_str(id))), tx->arena, &rs);
    if (e)
        return e;
    *out = (struct stored){
        .seq = row_int(&rs, 0, "seq"),
        .kind = (enum kind)row_int(&rs, 0, "kind"),
        .debit = row_int(&rs, 0, "debit"),
        .credit = row_int(&rs, 0, "credit"),
        .amount = row_int(&rs, 0, "amount"),
        .timeout_ms = row_int(&rs, 0, "timeout_ms"),
        .at_ms = row_int(&rs, 0, "at_ms"),
        .reason = row_str(&rs, 0, "reason"),
        .ref = row_str(&rs, 0, "ref"),
        .hold_id = row_str(&rs, 0, "hold_id"),
    };
    return OK;
}

static enum err check_id(struct tx *tx, const struct ledger_id *id)
{
    static const struct ledger_id zero;
    return memcmp(id->b, zero.b, sizeof(zero.b)) ? OK : refuse(tx, ERR_INVALID, "id", 0);
}

static enum err check_form(struct tx *tx, const struct ledger_transfer *t, enum kind kind)
{
    enum err e = check_id(tx, &t->id);
    if (e)
        return e;
    if (t->amount <= 0 || t->amount > LEDGER_AMOUNT_MAX)
        return refuse(tx, ERR_INVALID, "amount", LEDGER_AMOUNT_MAX);
    if (t->timeout_ms < 0 || t->timeout_ms > LEDGER_AMOUNT_MAX ||
        (kind == KIND_POSTED && t->timeout_ms != 0))
        return refuse(tx, ERR_INVALID, "timeout", 0);
    if (!t->reason || !t->reason[0] || strlen(t->reason) > LEDGER_REASON_MAX)
        return refuse(tx, ERR_INVALID, "reason", LEDGER_REASON_MAX);
    if (t->ref.n > LEDGER_REF_MAX)
        return refuse(tx, ERR_INVALID, "ref", LEDGER_REF_MAX);
    if (t->debit == t->credit)
        return refuse(tx, ERR_INVALID, "accounts", 0);
    return OK;
}

/* OK when `id` is this very transfer, ERR_NOT_FOUND when it is new. */
static enum err check_existing(struct tx *tx, const struct ledger_transfer *t, enum kind kind)
{
    struct stored s;
    enum err e = find_transfer(tx, &t->id, &s);
    if (e)
        return e;
    bool same = s.kind == kind && s.debit == t->debit && s.credit == t->credit &&
                s.amount == t->amount && s.timeout_ms == t->timeout_ms &&
                str_eq_z(s.reason, t->reason) && str_eq(s.ref, t->ref);
    return same ? OK : refuse(tx, ERR_KEY_REUSED, "id", 0);
}

/* Whether `a` keeps to ledger.h's invariants on one account. */
static bool is_sound(const struct ledger_account *a)
{
    int64_t debits, credits;
    if (a->debits_pending < 0 || a->debits_posted < 0 || a->credits_pending < 0 ||
        a->credits_posted < 0 ||
        __builtin_add_overflow(a->debits_pending, a->debits_posted, &debits) ||
        __builtin_add_overflow(a->credits_pending, a->credits_posted, &credits))
        return false;
    return !((a->flags & LEDGER_DEBITS_LE_CREDITS) && debits > a->credits_posted) &&
           !((a->flags & LEDGER_CREDITS_LE_DEBITS) && credits > a->debits_posted);
}

/* For a movement: nothing is decided on balances that cannot be. */
static enum err load_account(struct tx *tx, int64_t id, const char *field,
                             struct ledger_account *out)
{
    enum err e = ledger_account_get(tx->db, id, tx->arena, out);
    if (e)
        return e == ERR_NOT_FOUND ? refuse(tx, ERR_INVALID, field, 0) : e;
    if (is_sound(out))
        return OK;
    LOG(ERROR, "ledger.account_unsound", L_I("account", id), L_I("book", out->book));
    return refuse(tx, ERR_CORRUPT, field, 0);
}

static bool sum_overflows(int64_t a, int64_t b, int64_t amount)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) || __builtin_add_overflow(sum, amount, &sum);
}

/* May `amount` move from `d` to `c`? */
static enum err check_accounts(struct tx *tx, const struct ledger_account *d,
                               const struct ledger_account *c, int64_t amount)
{
    if (d->book != c->book)
        return refuse(tx, ERR_INVALID, "book", 0);
    if ((d->flags | c->flags) & LEDGER_CLOSED)
        return refuse(tx, ERR_CONFLICT, d->flags & LEDGER_CLOSED ? "debit" : "credit", 0);
    if (sum_overflows(d->debits_pending, d->debits_posted, amount) ||
        sum_overflows(c->credits_pending, c->credits_posted, amount))
        return refuse(tx, ERR_LIMIT, "amount", 0);
    int64_t left = ledger_available(d);
    if ((d->flags & LEDGER_DEBITS_LE_CREDITS) && amount > left)
        return refuse(tx, ERR_SOLD_OUT, "amount", left);
    int64_t room = c->debits_posted - c->credits_posted - c->credits_pending;
    if ((c->flags & LEDGER_CREDITS_LE_DEBITS) && amount > room)
        return refuse(tx, ERR_SOLD_OUT, "amount", room);
    return OK;
}

struct entry {
    struct ledger_id id;
    enum kind kind;
    int64_t debit, credit, amount, timeout_ms;
    int64_t hold; /* seq of the hold it resolves, or 0 */
    const char *reason;
    struct str ref;
};

static enum err append(struct tx *tx, const struct entry *en, int64_t *seq)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_ledger_transfer_add,
               ARGS(V_BLOB(id_str(&en->id)), V_INT(en->kind), V_INT(en->debit), V_INT(en->credit),
                    V_INT(en->amount), V_INT(en->timeout_ms), en->hold ? V_INT(en->hold) : V_NULL,
                    V_Z(en->reason), V_STR(en->ref), V_INT(tx->now_ms)),
               tx->arena, &rs);
    if (!e)
        *seq = row_int(&rs, 0, "seq");
    return e;
}

static enum err move(struct tx *tx, int64_t debit, int64_t credit, int64_t pending, int64_t posted)
{
    enum err e = db_exec(tx->db, &q_ledger_account_add_debits,
                         ARGS(V_INT(pending), V_INT(posted), V_INT(debit)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_ledger_account_add_credits,
                    ARGS(V_INT(pending), V_INT(posted), V_INT(credit)), NULL);
    return e;
}

/* *existed (may be NULL): this very transfer was there already. */
static enum err transfer(struct tx *tx, const struct ledger_transfer *t, enum kind kind,
                         bool *existed)
{
    struct ledger_account d, c;
    int64_t seq;
    enum err e = check_form(tx, t, kind);
    if (!e)
        e = check_existing(tx, t, kind);
    if (existed)
        *existed = !e;
    if (e != ERR_NOT_FOUND)
        return e;
    e = load_account(tx, t->debit, "debit", &d);
    if (!e)
        e = load_account(tx, t->credit, "credit", &c);
    if (!e)
        e = check_accounts(tx, &d, &c, t->amount);
    if (e)
        return e;
    struct entry en = {t->id,         kind, t->debit,  t->credit, t->amount,
                       t->timeout_ms, 0,    t->reason, t->ref};
    e = append(tx, &en, &seq);
    if (e)
        return e;
    if (kind == KIND_POSTED)
        return move(tx, t->debit, t->credit, 0, t->amount);
    struct val due = t->timeout_ms ? V_INT(tx->now_ms + t->timeout_ms) : V_NULL;
    e = db_exec(tx->db, &q_ledger_hold_open, ARGS(V_INT(seq), due), NULL);
    return e ? e : move(tx, t->debit, t->credit, t->amount, 0);
}

enum err ledger_post(struct tx *tx, const struct ledger_transfer *t)
{
    return transfer(tx, t, KIND_POSTED, NULL);
}

enum err ledger_hold(struct tx *tx, const struct ledger_transfer *t)
{
    return transfer(tx, t, KIND_HOLD, NULL);
}

/* --- resolving holds --- */

static enum err check_existing_resolution(struct tx *tx, const struct ledger_id *id, enum kind kind,
                                          const struct ledger_id *hold, int64_t amount)
{
    struct stored s, h;
    enum err e = find_transfer(tx, id, &s);
    if (e)
        return e;
    bool same = s.kind == kind && str_eq(s.hold_id, id_str(hold));
    if (same && kind == KIND_POST) {
        e = find_transfer(tx, hold, &h);
        if (e)
            return e;
        same = s.amount == (amount ? amount : h.amount);
    }
    return same ? OK : refuse(tx, ERR_KEY_REUSED, "id", 0);
}

static bool is_due(const struct stored *hold, int64_t now_ms)
{
    return hold->timeout_ms > 0 && now_ms >= hold->at_ms + hold->timeout_ms;
}

static enum err load_open_hold(struct tx *tx, const struct ledger_id *id, enum kind kind,
                               struct stored *h)
{
    struct rows rs;
    enum err e = find_transfer(tx, id, h);
    if (e)
        return e == ERR_NOT_FOUND ? refuse(tx, e, "hold", 0) : e;
    if (h->kind != KIND_HOLD)
        return refuse(tx, ERR_INVALID, "hold", 0);
    e = db_one(tx->db, &q_ledger_hold_resolution, ARGS(V_INT(h->seq)), tx->arena, &rs);
    if (!e)
        return refuse(tx, row_int(&rs, 0, "kind") == KIND_EXPIRE ? ERR_EXPIRED : ERR_CONFLICT,
                      "hold", 0);
    if (e != ERR_NOT_FOUND)
        return e;
    if (kind == KIND_POST && is_due(h, tx->now_ms))
        return refuse(tx, ERR_EXPIRED, "hold", 0);
    return OK;
}

/* amount 0: the whole. *existed (may be NULL): it was resolved by this very id already. */
static enum err resolve(struct tx *tx, struct ledger_id id, struct ledger_id hold, enum kind kind,
                        int64_t amount, bool *existed)
{
    struct stored h;
    int64_t seq;
    enum err e = check_id(tx, &id);
    if (!e && amount < 0)
        e = refuse(tx, ERR_INVALID, "amount", 0);
    if (!e)
        e = check_existing_resolution(tx, &id, kind, &hold, amount);
    if (existed)
        *existed = !e;
    if (e != ERR_NOT_FOUND)
        return e;
    e = load_open_hold(tx, &hold, kind, &h);
    if (!e && amount > h.amount)
        e = refuse(tx, ERR_INVALID, "amount", h.amount);
    if (e)
        return e;
    if (amount == 0)
        amount = h.amount;
    struct entry en = {id, kind, h.debit, h.credit, amount, 0, h.seq, h.reason.p, h.ref};
    e = append(tx, &en, &seq);
    if (!e)
        e = db_exec(tx->db, &q_ledger_hold_close, ARGS(V_INT(h.seq)), NULL);
    return e ? e : move(tx, h.debit, h.credit, -h.amount, kind == KIND_POST ? amount : 0);
}

enum err ledger_hold_post(struct tx *tx, struct ledger_id id, struct ledger_id hold, int64_t amount)
{
    return resolve(tx, id, hold, KIND_POST, amount, NULL);
}

enum err ledger_hold_void(struct tx *tx, struct ledger_id id, struct ledger_id hold)
{
    return resolve(tx, id, hold, KIND_VOID, 0, NULL);
}

static enum err expire_one(struct tx *tx, struct str hold_id)
{
    struct arena scratch;
    struct ledger_id hold;
    arena_init(&scratch, EXPIRE_ARENA_MAX);
    struct tx own = *tx;
    own.arena = &scratch;
    memcpy(hold.b, hold_id.p, sizeof(hold.b));
    enum err e = resolve(&own, ledger_id_derive("expire", hold_id), hold, KIND_EXPIRE, 0, NULL);
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
    }
    return e;
}

/* --- linked --- */

static enum err run_link(struct tx *tx, const struct ledger_link *l, bool *existed)
{
    switch (l->does) {
    case LEDGER_LINK_POST: return transfer(tx, &l->t, KIND_POSTED, existed);
    case LEDGER_LINK_HOLD: return transfer(tx, &l->t, KIND_HOLD, existed);
    case LEDGER_LINK_HOLD_POST:
        return resolve(tx, l->t.id, l->hold, KIND_POST, l->t.amount, existed);
    case LEDGER_LINK_HOLD_VOID: return resolve(tx, l->t.id, l->hold, KIND_VOID, 0, existed);
    }
    return refuse(tx, ERR_INVALID, "links", 0);
}

/* A chain is new or known as a whole: a mix would be half of somebody else's. */
static enum err run_links(struct tx *tx, const struct ledger_link *links, size_t n, size_t *failed)
{
    bool known = false, existed = false;
    for (size_t i = 0; i < n; i++) {
        enum err e = run_link(tx, &links[i], &existed);
        if (!e && i > 0 && existed != known)
            e = refuse(tx, ERR_KEY_REUSED, "id", 0);
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
        return refuse(tx, ERR_INVALID, "links", LEDGER_LINKS_MAX);
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
