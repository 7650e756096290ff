/*
 * What is to be done with an order's money: adding instructions, and what becomes of them.
 *
 *   waiting ──send──▶ sent ──done──▶ done          due_at is set for the first of its order that is
 *      ▲               └──failed──▶ failed         open, and for no other; one that failed has
 * none, └─────────retry──────────────┘ └▶ settled   and so keeps those behind it from going ahead
 */
#include "town/pay/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/queries.h"

enum { SAID_MAX = 300, HOLDERS_MAX = 64, KEY_BYTES = PAY_KEY_MAX + 24 };

static pay_done_fn *on_done[PAY_DONE_MAX];
static size_t on_done_n;

void pay_on_done(pay_done_fn *fn)
{
    for (size_t i = 0; i < on_done_n; i++)
        if (on_done[i] == fn)
            return;
    if (on_done_n == PAY_DONE_MAX)
        abort();
    on_done[on_done_n++] = fn;
}

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

struct str pay_said(struct str text)
{
    return str_is_utf8(text) ? str_head(text, SAID_MAX) : STR("?");
}

/* --- numbers --- */

struct str instruct_number(int64_t id, int64_t turn, char out[PAY_NUMBER_MAX + 1])
{
    int n = turn ? snprintf(out, PAY_NUMBER_MAX + 1, "I%lldR%lld", (long long)id, (long long)turn)
                 : snprintf(out, PAY_NUMBER_MAX + 1, "I%lld", (long long)id);
    return str_n(out, (size_t)n);
}

bool instruct_number_read(struct str number, int64_t *id, int64_t *turn)
{
    struct str second, first;
    *turn = 0;
    if (number.n < 2 || number.n > PAY_NUMBER_MAX || number.p[0] != 'I')
        return false;
    first = str_cut(str_slice(number, 1, number.n), 'R', &second);
    return str_to_i64(first, id) == OK && *id > 0 &&
           (second.n == 0 || (str_to_i64(second, turn) == OK && *turn > 0));
}

/* --- what an order's purses will be once all is done --- */

struct holder { /* a share that was given, and what is left of it */
    int64_t id, fen;
    struct str party;
};

struct plan {
    int64_t part_id, factory_id; /* of the payment that the order took */
    int64_t frozen, free;
    struct holder shares[HOLDERS_MAX];
    size_t n;
};

static struct holder *share_of(struct plan *p, int64_t id)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->shares[i].id == id)
            return &p->shares[i];
    return NULL;
}

static enum err add_to_plan(struct plan *p, const struct rows *rs, size_t i)
{
    struct str kind = row_str(rs, i, "kind");
    int64_t fen = row_int(rs, i, "amount_fen");
    struct holder *share = share_of(p, row_int(rs, i, "share_id"));
    if (str_eq_z(kind, "share")) {
        if (p->n == HOLDERS_MAX)
            return ERR_LIMIT;
        p->shares[p->n++] = (struct holder){row_int(rs, i, "id"), fen, row_str(rs, i, "party")};
        p->frozen -= fen;
    } else if (str_eq_z(kind, "share_return")) {
        if (!share)
            return ERR_CORRUPT;
        share->fen -= fen;
        p->frozen += fen;
    } else if (str_eq_z(kind, "refund")) {
        p->frozen -= fen;
    } else { /* release, unrelease */
        int64_t sign = str_eq_z(kind, "release") ? 1 : -1;
        p->frozen -= sign * fen;
        p->free += sign * fen;
    }
    return OK;
}

/* ERR_NOT_FOUND: the order has no payment of its own. */
static enum err make_plan(struct db *db, struct arena *arena, int64_t order_id, struct plan *p)
{
    struct rows rs;
    *p = (struct plan){0};
    enum err e = db_one(db, &q_pay_paid_of, ARGS(V_INT(order_id)), arena, &rs);
    if (e)
        return e;
    p->part_id = row_int(&rs, 0, "part_id");
    p->factory_id = row_int(&rs, 0, "factory_id");
    p->frozen = row_int(&rs, 0, "paid_fen");
    e = db_select(db, &q_pay_instructions_of, ARGS(V_INT(order_id)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = add_to_plan(p, &rs, i);
    if (!e && (p->frozen < 0 || p->free < 0))
        e = ERR_CORRUPT;
    return e;
}

static int64_t left_of(const struct plan *p)
{
    int64_t left = p->frozen + p->free;
    for (size_t i = 0; i < p->n; i++)
        left += p->shares[i].fen;
    return left;
}

enum err pay_left(struct db *db, struct arena *arena, int64_t order_id, int64_t *fen)
{
    struct plan p;
    enum err e = make_plan(db, arena, order_id, &p);
    *fen = e ? 0 : left_of(&p);
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err pay_is_paid(struct db *db, struct arena *arena, int64_t order_id, bool *paid)
{
    struct rows rs;
    enum err e = db_select(db, &q_pay_paid_of, ARGS(V_INT(order_id)), arena, &rs);
    *paid = !e && rs.n > 0;
    return e;
}

enum err pay_settled(struct db *db, struct arena *arena, int64_t order_id, bool *settled)
{
    struct rows rs;
    enum err e = db_select(db, &q_pay_open_of, ARGS(V_INT(order_id)), arena, &rs);
    *settled = !e && rs.n == 0;
    return e;
}

/* --- adding --- */

struct wanted {
    const char *kind, *key, *reason;
    int64_t order_id, part_id, amount_fen, share_id;
    struct str party;
};

static enum err add(struct tx *tx, const struct wanted *w)
{
    struct rows rs;
    if (w->amount_fen == 0)
        return OK;
    run_has_news();
    return db_one(tx->db, &q_pay_instruction_add,
                  ARGS(V_INT(w->order_id), V_INT(w->part_id), V_Z(w->kind), V_Z(w->key),
                       V_STR(w->party), w->share_id ? V_INT(w->share_id) : V_NULL,
                       V_INT(w->amount_fen), V_Z(w->reason), V_INT(tx->now_ms)),
                  tx->arena, &rs);
}

static const char *factory_party(struct tx *tx, int64_t factory)
{
    return arena_printf(tx->arena, "factory:%lld", (long long)factory);
}

/* OK: it is there, with this amount; ERR_NOT_FOUND: it is new. */
static enum err find(struct tx *tx, int64_t order_id, const char *kind, const char *key,
                     int64_t amount)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_pay_instruction_find, ARGS(V_INT(order_id), V_Z(kind), V_Z(key)),
                        tx->arena, &rs);
    if (!e && row_int(&rs, 0, "amount_fen") != amount)
        return refuse(tx, ERR_KEY_REUSED, "amount", "pay.key_reused", 0);
    return e;
}

static enum err plan_of_paid(struct tx *tx, int64_t order_id, struct plan *p)
{
    enum err e = make_plan(tx->db, tx->arena, order_id, p);
    return e == ERR_NOT_FOUND ? refuse(tx, ERR_CONFLICT, "order", "pay.never_paid", 0) : e;
}

/* Cuts `amount` over the holders in proportion to what each has: every one's part rounded down, and
 * the fen that are then missing to those who lost most by it. The last holder is the factory. Each
 * gives at most what it has, as amount is at most the sum. */
static void cut(int64_t amount, const int64_t *has, size_t n, int64_t *gives)
{
    __int128 sum = 0;
    int64_t given = 0;
    bool one_more[HOLDERS_MAX + 1] = {false};
    for (size_t i = 0; i < n; i++)
        sum += has[i];
    for (size_t i = 0; i < n; i++)
        given += gives[i] = (int64_t)((__int128)amount * has[i] / sum);
    for (; given < amount; given++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++)
            if (!one_more[i] &&
                (best == n || (__int128)amount * has[i] % sum > (__int128)amount * has[best] % sum))
                best = i;
        one_more[best] = true;
        gives[best]++;
    }
}

/* Returns of shares, taking back what was released, the refund: in this order. */
static enum err add_refund(struct tx *tx, int64_t order_id, const struct plan *p, const char *key,
                           int64_t amount, const char *reason)
{
    int64_t has[HOLDERS_MAX + 1], gives[HOLDERS_MAX + 1], returned = 0;
    struct wanted w = {.reason = reason, .order_id = order_id, .part_id = p->part_id};
    enum err e = OK;
    for (size_t i = 0; i < p->n; i++)
        has[i] = p->shares[i].fen;
    has[p->n] = p->frozen + p->free;
    cut(amount, has, p->n + 1, gives);
    for (size_t i = 0; !e && i < p->n; i++) {
        w.kind = "share_return";
        w.key = arena_printf(tx->arena, "%s:%lld", key, (long long)p->shares[i].id);
        w.party = p->shares[i].party;
        w.share_id = p->shares[i].id;
        w.amount_fen = gives[i];
        returned += gives[i];
        e = w.key ? add(tx, &w) : ERR_NOMEM;
    }
    w.share_id = 0;
    w.key = key;
    w.party = str_of(factory_party(tx, p->factory_id));
    w.kind = "unrelease";
    w.amount_fen = amount - returned > p->frozen ? amount - returned - p->frozen : 0;
    if (!e)
        e = add(tx, &w);
    w.kind = "refund";
    w.amount_fen = amount;
    return e ? e : add(tx, &w);
}

enum err pay_refund(struct tx *tx, int64_t order_id, const char *key, int64_t amount_fen,
                    struct str reason)
{
    struct plan p;
    size_t key_n = strlen(key);
    if (amount_fen <= 0)
        return refuse(tx, ERR_INVALID, "amount", "pay.amount_bad", 0);
    if (key_n == 0 || key_n > PAY_KEY_MAX)
        return refuse(tx, ERR_INVALID, "key", NULL, PAY_KEY_MAX);
    enum err e = find(tx, order_id, "refund", key, amount_fen);
    if (e != ERR_NOT_FOUND)
        return e;
    e = plan_of_paid(tx, order_id, &p);
    if (e)
        return e;
    if (amount_fen > left_of(&p))
        return refuse(tx, ERR_SOLD_OUT, "amount", "pay.more_than_left", left_of(&p));
    struct str text = arena_str(tx->arena, str_head(reason, PAY_REASON_MAX));
    return arena_failed(tx->arena)
               ? ERR_NOMEM
               : add_refund(tx, order_id, &p, key, amount_fen, text.n ? text.p : "");
}

enum err pay_share(struct tx *tx, int64_t order_id, const char *party, int64_t amount_fen)
{
    struct plan p;
    if (amount_fen <= 0)
        return refuse(tx, ERR_INVALID, "amount", "pay.amount_bad", 0);
    if (strlen(party) > PAY_PARTY_MAX)
        return refuse(tx, ERR_INVALID, "party", NULL, PAY_PARTY_MAX);
    enum err e = find(tx, order_id, "share", party, amount_fen);
    if (e != ERR_NOT_FOUND)
        return e;
    e = plan_of_paid(tx, order_id, &p);
    if (!e && amount_fen > p.frozen)
        e = refuse(tx, ERR_SOLD_OUT, "amount", "pay.more_than_left", p.frozen);
    if (!e && p.n == HOLDERS_MAX)
        e = refuse(tx, ERR_LIMIT, "party", NULL, HOLDERS_MAX);
    const struct wanted w = {.kind = "share",
                             .key = party,
                             .reason = "",
                             .order_id = order_id,
                             .part_id = p.part_id,
                             .amount_fen = amount_fen,
                             .party = str_of(party)};
    return e ? e : add(tx, &w);
}

enum err pay_release(struct tx *tx, int64_t order_id)
{
    struct plan p;
    struct rows rs;
    enum err e = plan_of_paid(tx, order_id, &p);
    if (!e)
        e = db_one(tx->db, &q_pay_releases_of, ARGS(V_INT(order_id)), tx->arena, &rs);
    if (e)
        return e;
    const struct wanted w = {
        .kind = "release",
        .key = arena_printf(tx->arena, "%lld", (long long)row_int(&rs, 0, "n") + 1),
        .reason = "",
        .order_id = order_id,
        .part_id = p.part_id,
        .amount_fen = p.frozen,
        .party = str_of(factory_party(tx, p.factory_id))};
    return arena_failed(tx->arena) ? ERR_NOMEM : add(tx, &w);
}

enum err instruct_back(struct tx *tx, int64_t order_id, int64_t part_id, int64_t factory_id,
                       int64_t amount_fen)
{
    const struct wanted w = {.kind = "refund",
                             .key = arena_printf(tx->arena, "back:%lld", (long long)part_id),
                             .reason = "",
                             .order_id = order_id,
                             .part_id = part_id,
                             .amount_fen = amount_fen,
                             .party = str_of(factory_party(tx, factory_id))};
    return arena_failed(tx->arena) ? ERR_NOMEM : add(tx, &w);
}

/* --- what becomes of one --- */

struct purse_move instruct_move(const struct rows *rs, size_t row)
{
    return (struct purse_move){.id = row_int(rs, row, "id"),
                               .turn = row_int(rs, row, "turn"),
                               .kind = row_str(rs, row, "kind").p,
                               .order_id = row_int(rs, row, "order_id"),
                               .factory_id = row_int(rs, row, "factory_id"),
                               .amount_fen = row_int(rs, row, "amount_fen"),
                               .party = row_str(rs, row, "party")};
}

static bool is_in(const struct rows *rs, const char *status)
{
    return str_eq_z(row_str(rs, 0, "status"), status);
}

/* The next of the order has its turn, unless one before it stands in its way. */
static enum err turn_to_next(struct tx *tx, int64_t order_id)
{
    run_has_news();
    return db_exec(tx->db, &q_pay_instruction_next, ARGS(V_INT(tx->now_ms), V_INT(order_id)), NULL);
}

static enum err finish(struct tx *tx, const struct rows *rs, const char *status,
                       struct str provider_no, int64_t at_ms)
{
    int64_t order_id = row_int(rs, 0, "order_id");
    enum err e = db_exec(tx->db, &q_pay_instruction_end,
                         ARGS(V_Z(status), V_STR(str_head(provider_no, 64)), V_INT(at_ms),
                              V_INT(row_int(rs, 0, "id"))),
                         NULL);
    if (!e)
        e = turn_to_next(tx, order_id);
    for (size_t i = 0; !e && i < on_done_n; i++)
        e = on_done[i](tx, order_id, row_str(rs, 0, "kind").p, row_str(rs, 0, "key"));
    return e;
}

enum err instruct_failed(struct tx *tx, const struct rows *rs, struct str said)
{
    const struct purse_move m = instruct_move(rs, 0);
    enum err e = is_in(rs, "sent") ? purse_void(tx, &m) : OK;
    if (!e)
        e = db_exec(tx->db, &q_pay_instruction_failed,
                    ARGS(V_STR(pay_said(said)), V_INT(row_int(rs, 0, "id"))), NULL);
    LOG(WARN, "pay.instruction_failed", L_I("instruction", m.id), L_I("order", m.order_id),
        L_Z("kind", m.kind));
    return e;
}

enum err instruct_send(struct tx *tx, const struct rows *rs)
{
    const struct purse_move m = instruct_move(rs, 0);
    enum err e = purse_hold(tx, &m);
    if (e == ERR_SOLD_OUT) /* what was before it was settled otherwise than planned */
        return instruct_failed(tx, rs, STR("the ledger has not so much"));
    if (!e &&
        strcmp(m.kind, "unrelease") == 0) { /* an agreement of ours: no provider knows of it */
        e = purse_post(tx, &m);
        return e ? e : finish(tx, rs, "done", STR(""), tx->now_ms);
    }
    return e ? e : db_exec(tx->db, &q_pay_instruction_sent, ARGS(V_INT(m.id)), NULL);
}

enum err instruct_done(struct tx *tx, const struct rows *rs, struct str provider_no, int64_t at_ms)
{
    const struct purse_move m = instruct_move(rs, 0);
    if (is_in(rs, "done") || is_in(rs, "settled"))
        return OK;
    /* One that was refused, or not known to be sent, has no hold. */
    enum err e = is_in(rs, "sent") ? purse_post(tx, &m) : purse_move(tx, &m);
    return e ? e : finish(tx, rs, "done", provider_no, at_ms);
}

enum err instruct_retry(struct tx *tx, int64_t id, int64_t user)
{
    int64_t changed;
    run_has_news();
    enum err e = db_exec(tx->db, &q_pay_instruction_retry,
                         ARGS(V_INT(tx->now_ms), V_INT(user), V_INT(id)), &changed);
    return !e && changed == 0 ? refuse(tx, ERR_CONFLICT, "status", "pay.not_failed", 0) : e;
}

enum err instruct_settle(struct tx *tx, int64_t id, int64_t user, struct str note)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_pay_instruction_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (e)
        return e;
    const struct purse_move m = instruct_move(&rs, 0);
    const struct pay_provider *p = pay_provider_of(row_str(&rs, 0, "provider"));
    bool by_hand = is_in(&rs, "sent") && (!p || pay_is_by_hand(p));
    if (!is_in(&rs, "failed") && !by_hand)
        return refuse(tx, ERR_CONFLICT, "status", "pay.not_failed", 0);
    e = by_hand ? purse_post(tx, &m) : purse_move(tx, &m);
    if (e == ERR_SOLD_OUT)
        return refuse(tx, ERR_CONFLICT, "status", "pay.not_so_much", 0);
    if (!e)
        e = db_exec(tx->db, &q_pay_instruction_note, ARGS(V_STR(note), V_INT(user), V_INT(id)),
                    NULL);
    return e ? e
             : finish(tx, &rs, by_hand ? "done" : "settled", by_hand ? note : STR(""), tx->now_ms);
}
