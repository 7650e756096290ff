#include "town/trade/order_command.h"

/* --- a run of them --- */

/* Those of a run whose keys are new. */
struct new_orders {
    struct placing *all;
    struct order_command **of; /* whose each is */
    size_t n;
};

static void outcome_of(struct idem_outcome *out, const struct placing *p)
{
    *out = (struct idem_outcome){.result = p->result};
    if (p->result == OK) {
        out->subject = p->order_id;
        out->amount = p->orders;
        return;
    }
    out->amount = p->info.limit;
    out->field = p->info.field;
    out->message_key = p->info.key;
}

/* Earlier answers lie in the run's arena, which goes before the reply is made. */
static enum err keep_outcome(struct order_command *p, const struct idem_outcome *out)
{
    p->outcome = *out;
    if (out->field)
        p->outcome.field = arena_strdup(p->cmd.arena, out->field);
    if (out->message_key)
        p->outcome.message_key = arena_strdup(p->cmd.arena, out->message_key);
    return arena_failed(p->cmd.arena) ? ERR_NOMEM : OK;
}

static enum err take_keys(struct idem_set *keys, struct command **cmds, size_t n, enum err *results,
                          struct new_orders *fresh)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        struct order_command *p = (struct order_command *)cmds[i];
        struct idem_outcome out;
        results[i] = idem_set_take(keys, &p->key, &out);
        if (results[i] == OK) {
            e = keep_outcome(p, &out);
        } else if (results[i] == ERR_NOT_FOUND) {
            fresh->all[fresh->n] = (struct placing){.request = &p->request};
            fresh->of[fresh->n++] = p;
        } else if (results[i] != ERR_AGAIN && results[i] != ERR_KEY_REUSED) {
            e = results[i];
        }
    }
    return e;
}

static enum err answer_keys(struct idem_set *keys, const struct new_orders *fresh)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < fresh->n; i++) {
        struct idem_outcome out;
        outcome_of(&out, &fresh->all[i]);
        e = idem_set_answer(keys, &fresh->of[i]->key, &out);
        if (!e)
            e = keep_outcome(fresh->of[i], &out);
    }
    return e ? e : idem_set_flush(keys);
}

/* The same key twice in one run: the second gets the first one's answer. */
static enum err answer_twins(struct idem_set *keys, struct command **cmds, size_t n,
                             enum err *results)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i++) {
        struct order_command *p = (struct order_command *)cmds[i];
        struct idem_outcome out;
        if (results[i] == ERR_NOT_FOUND)
            results[i] = OK;
        if (results[i] != ERR_AGAIN)
            continue;
        results[i] = idem_set_take(keys, &p->key, &out);
        if (results[i] == OK)
            e = keep_outcome(p, &out);
        else if (results[i] == ERR_NOT_FOUND)
            results[i] = ERR_BUSY; /* the first was told to try again, and so is this */
    }
    return e;
}

static enum err place_with(struct idem_set *keys, struct tx *tx, struct command **cmds, size_t n,
                           enum err *results)
{
    const struct idem_key **wanted = arena_array(tx->arena, n, sizeof(*wanted));
    struct new_orders fresh = {.all = arena_array(tx->arena, n, sizeof(*fresh.all)),
                               .of = arena_array(tx->arena, n, sizeof(*fresh.of))};
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        wanted[i] = &((struct order_command *)cmds[i])->key;
    enum err e = idem_set_load(keys, wanted, n);
    if (!e)
        e = take_keys(keys, cmds, n, results, &fresh);
    if (!e)
        e = order_place_many(tx, fresh.all, fresh.n);
    if (!e)
        e = answer_keys(keys, &fresh);
    return e ? e : answer_twins(keys, cmds, n, results);
}

static enum err run_together(struct tx *tx, struct command **cmds, size_t n, enum err *results)
{
    struct idem_set keys;
    idem_set_init(&keys, tx);
    enum err e = place_with(&keys, tx, cmds, n, results);
    idem_set_free(&keys);
    return e;
}

/* --- one of them --- */

/* The request's meaning, so that the same key with another wish is noticed. */
static enum err hash_request(const struct order_request *rq, struct arena *arena,
                             uint8_t hash[IDEM_HASH_BYTES])
{
    struct str parts[4 + ORDER_LINES_MAX + ORDER_MAKERS_MAX] = {rq->name, rq->phone, rq->address};
    if (rq->n > ORDER_LINES_MAX || rq->coupons_n > ORDER_MAKERS_MAX)
        return ERR_INVALID;
    parts[3] = str_of(arena_printf(arena, "%lld %lld", (long long)rq->province,
                                   rq->expects ? (long long)rq->expect_fen : -1LL));
    for (size_t i = 0; i < rq->n; i++)
        parts[4 + i] = str_of(
            arena_printf(arena, "%lld x %lld in %lld", (long long)rq->wishes[i].sku_id,
                         (long long)rq->wishes[i].quantity, (long long)rq->wishes[i].show_id));
    for (size_t i = 0; i < rq->coupons_n; i++)
        parts[4 + rq->n + i] =
            str_of(arena_printf(arena, "coupon %lld", (long long)rq->coupons[i]));
    if (arena_failed(arena))
        return ERR_NOMEM;
    idem_hash(hash, parts, 4 + rq->n + rq->coupons_n);
    return OK;
}

enum err order_command_make(struct order_command *c, struct arena *arena)
{
    c->cmd = (struct command){.name = "trade.place_order", .run_many = run_together};
    c->key.operation = "trade.place_order";
    c->key.actor = str_of(arena_printf(arena, "user:%lld", (long long)c->request.buyer_id));
    return c->key.actor.p ? hash_request(&c->request, arena, c->key.hash) : ERR_NOMEM;
}
