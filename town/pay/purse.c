/* The ledger's money accounts, and what lies in them for an order. */
#include "town/pay/internal.h"

#include <stdio.h>

#include "store/queries.h"

/* An account that money can be short of, or the buyers' side. */
static enum err open_account(struct tx *tx, const char *kind, struct str of, int64_t *account)
{
    int64_t book;
    char role[PAY_NAME_BYTES];
    enum err e = ledger_book(tx, "CNY", STR("town"), &book);
    if (e)
        return e;
    if (!of.n)
        return ledger_account_open(tx, book, kind, 0, account);
    snprintf(role, sizeof(role), "%s:%.*s", kind, STR_ARG(of));
    return ledger_account_open(tx, book, role, LEDGER_DEBITS_LE_CREDITS, account);
}

static const struct way {
    const char *kind, *from, *to;
} ways[] = {
    {"payment", "outside", "frozen"},  {"share", "frozen", "got"},
    {"share_return", "got", "frozen"}, {"refund", "frozen", "outside"},
    {"release", "frozen", "free"},     {"unrelease", "free", "frozen"},
};

/* got: is the party's; frozen: and free: the factory's; outside: nobody's. */
static enum err open_side(struct tx *tx, const char *kind, const struct purse_move *m, int64_t *out)
{
    char factory[PAY_NAME_BYTES];
    int n = snprintf(factory, sizeof(factory), "factory:%lld", (long long)m->factory_id);
    if (strcmp(kind, "outside") == 0)
        return open_account(tx, kind, STR_NONE, out);
    return open_account(tx, kind, strcmp(kind, "got") == 0 ? m->party : str_n(factory, (size_t)n),
                        out);
}

static enum err make(struct tx *tx, const struct purse_move *m, struct ledger_transfer *t)
{
    const struct way *way = ways;
    while (strcmp(way->kind, m->kind) != 0)
        if (++way == ways + sizeof(ways) / sizeof(ways[0]))
            return ERR_INTERNAL;
    enum err e = open_side(tx, way->from, m, &t->debit);
    if (!e)
        e = open_side(tx, way->to, m, &t->credit);
    t->amount = m->amount_fen;
    t->reason = way->kind;
    t->ref = str_of(arena_printf(tx->arena, "order:%lld", (long long)m->order_id));
    return e ? e : arena_failed(tx->arena) ? ERR_NOMEM : OK;
}

/* What an instruction does in the ledger has a name each turn, so that it is done once. */
static struct ledger_id name_of(const char *purpose, const struct purse_move *m)
{
    char text[PAY_NAME_BYTES];
    int n = snprintf(text, sizeof(text), "%lld.%lld", (long long)m->id, (long long)m->turn);
    return ledger_id_derive(purpose, str_n(text, (size_t)n));
}

enum err purse_paid(struct tx *tx, int64_t part_id, const struct pay_part *part)
{
    struct purse_move m = {.id = part_id,
                           .kind = "payment",
                           .order_id = part->order_id,
                           .factory_id = part->factory_id,
                           .amount_fen = part->amount_fen};
    struct ledger_transfer t = {.id = name_of("pay.payment", &m)};
    if (part->amount_fen == 0)
        return OK;
    enum err e = make(tx, &m, &t);
    return e ? e : ledger_post(tx, &t);
}

enum err purse_hold(struct tx *tx, const struct purse_move *m)
{
    struct ledger_transfer t = {.id = name_of("pay.hold", m)};
    enum err e = make(tx, m, &t);
    return e ? e : ledger_hold(tx, &t);
}

enum err purse_post(struct tx *tx, const struct purse_move *m)
{
    return ledger_hold_post(tx, name_of("pay.post", m), name_of("pay.hold", m), 0);
}

enum err purse_void(struct tx *tx, const struct purse_move *m)
{
    return ledger_hold_void(tx, name_of("pay.void", m), name_of("pay.hold", m));
}

enum err purse_move(struct tx *tx, const struct purse_move *m)
{
    struct ledger_transfer t = {.id = name_of("pay.move", m)};
    enum err e = make(tx, m, &t);
    return e ? e : ledger_post(tx, &t);
}

enum err purse_adopt(struct tx *tx, int64_t order_id, int64_t factory_id, int64_t fen)
{
    const struct purse_move m = {.id = order_id,
                                 .kind = "payment",
                                 .order_id = order_id,
                                 .factory_id = factory_id,
                                 .amount_fen = fen};
    struct ledger_transfer t = {.id = name_of("pay.adopt", &m)};
    int64_t book;
    enum err e = make(tx, &m, &t);
    if (!e)
        e = ledger_book(tx, "CNY", STR("town"), &book);
    if (!e)
        e = ledger_account_open(tx, book, "paid", LEDGER_DEBITS_LE_CREDITS, &t.debit);
    t.reason = "moved";
    return e ? e : ledger_post(tx, &t);
}

static enum err posted(struct tx *tx, const char *purpose, const struct purse_move *m, int64_t *fen)
{
    struct rows rs;
    struct ledger_id id = name_of(purpose, m);
    enum err e =
        db_select(tx->db, &q_pay_posted, ARGS(V_BLOB(str_n(id.b, sizeof(id.b)))), tx->arena, &rs);
    *fen = !e && rs.n ? row_int(&rs, 0, "amount") : 0;
    return e;
}

enum err purse_booked(struct tx *tx, int64_t id, int64_t turn, bool is_payment, int64_t *fen)
{
    const struct purse_move m = {.id = id, .turn = turn};
    enum err e = posted(tx, is_payment ? "pay.payment" : "pay.post", &m, fen);
    return e || *fen || is_payment ? e : posted(tx, "pay.move", &m, fen);
}

/* --- looking --- */

enum err pay_where(struct db *db, struct arena *arena, int64_t order_id, struct pay_purse **out,
                   size_t *n)
{
    struct rows rs;
    const char *ref = arena_printf(arena, "order:%lld", (long long)order_id);
    if (!ref)
        return ERR_NOMEM;
    enum err e = db_select(db, &q_pay_where, ARGS(V_Z(ref)), arena, &rs);
    struct pay_purse *purses = e ? NULL : arena_array(arena, rs.n + 1, sizeof(*purses));
    if (!purses)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        purses[i] = (struct pay_purse){row_str(&rs, i, "role"), row_int(&rs, i, "fen"),
                                       row_int(&rs, i, "coming")};
    *out = purses;
    *n = rs.n;
    return OK;
}
