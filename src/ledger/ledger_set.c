#include "ledger/ledger_internal.h"

#include "base/log.h"
#include "store/queries.h"

enum { TOGETHER = 4096 }; /* rows a statement; well below DB_ROWS_MAX */

struct moved_account {
    struct ledger_account now; /* with what the set has moved */
    int64_t debits_pending, debits_posted, credits_pending, credits_posted; /* what it has moved */
};

void ledger_set_init(struct ledger_set *s, struct tx *tx)
{
    *s = (struct ledger_set){.tx = tx};
    map_init(&s->accounts);
    map_init(&s->past);
}

void ledger_set_free(struct ledger_set *s)
{
    map_free(&s->accounts);
    map_free(&s->past);
}

/* --- what it is told of --- */

static struct str account_key(const int64_t *id)
{
    return str_n(id, sizeof(*id));
}

static struct moved_account *account_of(const struct ledger_set *s, int64_t id)
{
    return map_get(&s->accounts, account_key(&id));
}

static enum err keep_account(struct ledger_set *s, const struct rows *rs, size_t row)
{
    struct moved_account *m = ARENA_NEW(s->tx->arena, struct moved_account);
    if (!m)
        return ERR_NOMEM;
    m->now = ledger_account_of_row(rs, row);
    return map_put(&s->accounts, account_key(&m->now.id), m);
}

enum err ledger_set_accounts(struct ledger_set *s, const int64_t *accounts, size_t n)
{
    struct rows rs;
    struct val *args = arena_array(s->tx->arena, n, sizeof(*args));
    size_t wanted = 0;
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (!account_of(s, accounts[i]))
            args[wanted++] = V_INT(accounts[i]);
    enum err e = db_select_many(s->tx->db, &q_ledger_accounts_get, args, wanted, s->tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = keep_account(s, &rs, i);
    return e;
}

static enum err keep_past(struct ledger_set *s, const struct rows *rs, size_t row)
{
    struct ledger_past *p = ARENA_NEW(s->tx->arena, struct ledger_past);
    if (!p)
        return ERR_NOMEM;
    *p = (struct ledger_past){
        .seq = row_int(rs, row, "seq"),
        .kind = (enum ledger_kind)row_int(rs, row, "kind"),
        .debit = row_int(rs, row, "debit"),
        .credit = row_int(rs, row, "credit"),
        .amount = row_int(rs, row, "amount"),
        .timeout_ms = row_int(rs, row, "timeout_ms"),
        .at_ms = row_int(rs, row, "at_ms"),
        .reason = row_str(rs, row, "reason"),
        .ref = row_str(rs, row, "ref"),
        .hold_id = row_str(rs, row, "hold_id"),
    };
    return map_put(&s->past, row_str(rs, row, "id"), p);
}

enum err ledger_set_ids(struct ledger_set *s, const struct ledger_id *ids, size_t n)
{
    struct rows rs;
    struct val *args = arena_array(s->tx->arena, n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        args[i] = V_BLOB(ledger_id_str(&ids[i]));
    enum err e = db_select_many(s->tx->db, &q_ledger_transfers_find, args, n, s->tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = keep_past(s, &rs, i);
    return e;
}

const struct ledger_past *ledger_set_past(const struct ledger_set *s, const struct ledger_id *id)
{
    return map_get(&s->past, ledger_id_str(id));
}

/* --- deciding --- */

enum err ledger_check_id(const struct ledger_id *id, struct err_info *info)
{
    static const struct ledger_id zero;
    return memcmp(id->b, zero.b, sizeof(zero.b)) ? OK : ledger_refuse(info, ERR_INVALID, "id", 0);
}

static enum err check_form(const struct ledger_transfer *t, enum ledger_kind kind,
                           struct err_info *info)
{
    enum err e = ledger_check_id(&t->id, info);
    if (e)
        return e;
    if (t->amount <= 0 || t->amount > LEDGER_AMOUNT_MAX)
        return ledger_refuse(info, ERR_INVALID, "amount", LEDGER_AMOUNT_MAX);
    if (t->timeout_ms < 0 || t->timeout_ms > LEDGER_AMOUNT_MAX ||
        (kind == LEDGER_POSTED && t->timeout_ms != 0))
        return ledger_refuse(info, ERR_INVALID, "timeout", 0);
    if (!t->reason || !t->reason[0] || strlen(t->reason) > LEDGER_REASON_MAX)
        return ledger_refuse(info, ERR_INVALID, "reason", LEDGER_REASON_MAX);
    if (t->ref.n > LEDGER_REF_MAX)
        return ledger_refuse(info, ERR_INVALID, "ref", LEDGER_REF_MAX);
    if (t->debit == t->credit)
        return ledger_refuse(info, ERR_INVALID, "accounts", 0);
    return OK;
}

static bool is_same(const struct ledger_past *p, const struct ledger_transfer *t,
                    enum ledger_kind kind)
{
    return p->kind == kind && p->debit == t->debit && p->credit == t->credit &&
           p->amount == t->amount && p->timeout_ms == t->timeout_ms &&
           str_eq_z(p->reason, t->reason) && str_eq(p->ref, t->ref);
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
static enum err take_account(const struct ledger_set *s, int64_t id, const char *field,
                             struct moved_account **out, struct err_info *info)
{
    *out = account_of(s, id);
    if (!*out)
        return ledger_refuse(info, ERR_INVALID, field, 0);
    if (is_sound(&(*out)->now))
        return OK;
    LOG(ERROR, "ledger.account_unsound", L_I("account", id), L_I("book", (*out)->now.book));
    return ledger_refuse(info, ERR_CORRUPT, field, 0);
}

static bool sum_overflows(int64_t a, int64_t b, int64_t amount)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) || __builtin_add_overflow(sum, amount, &sum);
}

/* May `amount` move from `d` to `c`? */
static enum err check_accounts(const struct ledger_account *d, const struct ledger_account *c,
                               int64_t amount, struct err_info *info)
{
    if (d->book != c->book)
        return ledger_refuse(info, ERR_INVALID, "book", 0);
    if ((d->flags | c->flags) & LEDGER_CLOSED)
        return ledger_refuse(info, ERR_CONFLICT, d->flags & LEDGER_CLOSED ? "debit" : "credit", 0);
    if (sum_overflows(d->debits_pending, d->debits_posted, amount) ||
        sum_overflows(c->credits_pending, c->credits_posted, amount))
        return ledger_refuse(info, ERR_LIMIT, "amount", 0);
    int64_t left = ledger_available(d);
    if ((d->flags & LEDGER_DEBITS_LE_CREDITS) && amount > left)
        return ledger_refuse(info, ERR_SOLD_OUT, "amount", left);
    int64_t room = c->debits_posted - c->credits_posted - c->credits_pending;
    if ((c->flags & LEDGER_CREDITS_LE_DEBITS) && amount > room)
        return ledger_refuse(info, ERR_SOLD_OUT, "amount", room);
    return OK;
}

/* `times` 1: moves what the entry says; -1: takes it back. */
static void move(const struct ledger_set *s, const struct ledger_entry *en, int times)
{
    int64_t pending = en->kind == LEDGER_HOLD ? en->amount : -en->held;
    int64_t posted = en->kind == LEDGER_POSTED || en->kind == LEDGER_POST ? en->amount : 0;
    struct moved_account *d = account_of(s, en->debit), *c = account_of(s, en->credit);
    pending *= times;
    posted *= times;
    d->now.debits_pending += pending;
    d->now.debits_posted += posted;
    d->debits_pending += pending;
    d->debits_posted += posted;
    c->now.credits_pending += pending;
    c->now.credits_posted += posted;
    c->credits_pending += pending;
    c->credits_posted += posted;
}

static enum err add_entry(struct ledger_set *s, const struct ledger_entry *en)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 4;
        struct ledger_entry *more = arena_array(s->tx->arena, room, sizeof(*more));
        if (!more)
            return ERR_NOMEM;
        if (s->n)
            memcpy(more, s->entries, s->n * sizeof(*more));
        s->entries = more;
        s->room = room;
    }
    s->entries[s->n++] = *en;
    move(s, en, 1);
    return OK;
}

/* So that the same id again in this set meets it. */
static enum err remember(struct ledger_set *s, const struct ledger_transfer *t,
                         enum ledger_kind kind)
{
    struct ledger_past *p = ARENA_NEW(s->tx->arena, struct ledger_past);
    if (!p)
        return ERR_NOMEM;
    *p = (struct ledger_past){.kind = kind,
                              .debit = t->debit,
                              .credit = t->credit,
                              .amount = t->amount,
                              .timeout_ms = t->timeout_ms,
                              .at_ms = s->tx->now_ms,
                              .reason = str_of(t->reason),
                              .ref = t->ref};
    return map_put(&s->past, ledger_id_str(&t->id), p);
}

static enum err transfer(struct ledger_set *s, const struct ledger_transfer *t,
                         enum ledger_kind kind, bool *existed, struct err_info *info)
{
    struct moved_account *d, *c;
    enum err e = check_form(t, kind, info);
    if (e)
        return e;
    const struct ledger_past *p = ledger_set_past(s, &t->id);
    if (existed)
        *existed = p != NULL;
    if (p)
        return is_same(p, t, kind) ? OK : ledger_refuse(info, ERR_KEY_REUSED, "id", 0);
    e = take_account(s, t->debit, "debit", &d, info);
    if (!e)
        e = take_account(s, t->credit, "credit", &c, info);
    if (!e)
        e = check_accounts(&d->now, &c->now, t->amount, info);
    if (!e)
        e = remember(s, t, kind);
    if (e)
        return e;
    struct ledger_entry en = {t->id,         kind, t->debit, t->credit, t->amount,
                              t->timeout_ms, 0,    0,        t->reason, t->ref};
    return add_entry(s, &en);
}

enum err ledger_set_post(struct ledger_set *s, const struct ledger_transfer *t, bool *existed,
                         struct err_info *info)
{
    return transfer(s, t, LEDGER_POSTED, existed, info);
}

enum err ledger_set_hold(struct ledger_set *s, const struct ledger_transfer *t, bool *existed,
                         struct err_info *info)
{
    return transfer(s, t, LEDGER_HOLD, existed, info);
}

enum err ledger_set_resolve(struct ledger_set *s, const struct ledger_entry *en,
                            struct err_info *info)
{
    struct moved_account *d, *c;
    enum err e = take_account(s, en->debit, "debit", &d, info);
    if (!e)
        e = take_account(s, en->credit, "credit", &c, info);
    return e ? e : add_entry(s, en);
}

size_t ledger_set_mark(const struct ledger_set *s)
{
    return s->n;
}

void ledger_set_undo(struct ledger_set *s, size_t mark)
{
    while (s->n > mark) {
        const struct ledger_entry *en = &s->entries[--s->n];
        move(s, en, -1);
        map_remove(&s->past, ledger_id_str(&en->id));
    }
}

/* --- writing --- */

/* Adds the transfers from `from` on, at most TOGETHER, and what follows for the list of holds. */
static enum err write_entries(struct ledger_set *s, size_t from, size_t n)
{
    enum { COLUMNS = 10 };
    struct arena *arena = s->tx->arena;
    struct rows made;
    struct val *args = arena_array(arena, n * COLUMNS, sizeof(*args));
    struct val *opened = arena_array(arena, n * 2, sizeof(*opened));
    struct val *closed = arena_array(arena, n, sizeof(*closed));
    size_t opened_n = 0, closed_n = 0;
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct ledger_entry *en = &s->entries[from + i];
        const struct val row[COLUMNS] = {V_BLOB(ledger_id_str(&en->id)),
                                         V_INT(en->kind),
                                         V_INT(en->debit),
                                         V_INT(en->credit),
                                         V_INT(en->amount),
                                         V_INT(en->timeout_ms),
                                         en->hold ? V_INT(en->hold) : V_NULL,
                                         V_Z(en->reason),
                                         V_STR(en->ref),
                                         V_INT(s->tx->now_ms)};
        memcpy(&args[i * COLUMNS], row, sizeof(row));
    }
    enum err e = db_select_many(s->tx->db, &q_ledger_transfers_add, args, n, arena, &made);
    if (!e && made.n != n)
        e = ERR_INTERNAL;
    for (size_t i = 0; !e && i < n; i++) {
        const struct ledger_entry *en = &s->entries[from + i];
        if (!str_eq(row_str(&made, i, "id"), ledger_id_str(&en->id)))
            return ERR_INTERNAL; /* db.h: of an INSERT one row each, in order */
        if (en->kind == LEDGER_HOLD) {
            opened[opened_n++] = V_INT(row_int(&made, i, "seq"));
            opened[opened_n++] = en->timeout_ms ? V_INT(s->tx->now_ms + en->timeout_ms) : V_NULL;
        } else if (en->hold) {
            closed[closed_n++] = V_INT(en->hold);
        }
    }
    if (!e)
        e = db_exec_many(s->tx->db, &q_ledger_holds_open, opened, opened_n / 2, NULL);
    return e ? e : db_exec_many(s->tx->db, &q_ledger_holds_close, closed, closed_n, NULL);
}

static bool has_moved(const struct moved_account *m)
{
    return m->debits_pending || m->debits_posted || m->credits_pending || m->credits_posted;
}

static enum err write_accounts(struct ledger_set *s)
{
    enum { COLUMNS = 5 };
    struct val *args = arena_array(s->tx->arena, s->accounts.count * COLUMNS, sizeof(*args));
    size_t at = 0, n = 0;
    struct str key;
    void *value;
    if (!args)
        return ERR_NOMEM;
    while (map_next(&s->accounts, &at, &key, &value)) {
        struct moved_account *m = value;
        if (!has_moved(m))
            continue;
        const struct val row[COLUMNS] = {V_INT(m->debits_pending), V_INT(m->debits_posted),
                                         V_INT(m->credits_pending), V_INT(m->credits_posted),
                                         V_INT(m->now.id)};
        memcpy(&args[n++ * COLUMNS], row, sizeof(row));
        m->debits_pending = m->debits_posted = m->credits_pending = m->credits_posted = 0;
    }
    return db_exec_many(s->tx->db, &q_ledger_accounts_move, args, n, NULL);
}

enum err ledger_set_flush(struct ledger_set *s)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < s->n; i += TOGETHER)
        e = write_entries(s, i, s->n - i < TOGETHER ? s->n - i : TOGETHER);
    s->n = 0;
    return e ? e : write_accounts(s);
}
