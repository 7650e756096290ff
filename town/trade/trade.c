#include "town/trade/trade.h"

#include <stdio.h>

#include "ledger/ledger.h"
#include "store/idem.h"
#include "store/queries.h"
#include "town/trade/order.h"
#include "town/trade/order_form.h"
#include "town/trade/order_state.h"
#include "town/trade/order_view.h"

enum {
    EXPIRE_EVERY_MS = 1000,
    EXPIRE_MOST = 200, /* orders, and other holds, in one batch */
};

/* --- placing: POST /orders --- */

struct place {
    struct command cmd;
    struct order_request request;
    struct idem_key key;
    struct idem_outcome outcome;
};

/* Those of a run whose keys are new. */
struct new_orders {
    struct placing *all;
    struct place **of; /* whose each is */
    size_t n;
};

static void outcome_of(struct idem_outcome *out, const struct placing *p)
{
    *out = (struct idem_outcome){.result = p->result};
    if (p->result == OK) {
        out->subject = p->order_id;
        return;
    }
    out->amount = p->info.limit;
    out->field = p->info.field;
    out->message_key = p->info.key;
}

/* Earlier answers lie in the run's arena, which goes before the reply is made. */
static enum err keep_outcome(struct place *p, const struct idem_outcome *out)
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
        struct place *p = (struct place *)cmds[i];
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
        struct place *p = (struct place *)cmds[i];
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
        wanted[i] = &((struct place *)cmds[i])->key;
    enum err e = idem_set_load(keys, wanted, n);
    if (!e)
        e = take_keys(keys, cmds, n, results, &fresh);
    if (!e)
        e = order_place_many(tx, fresh.all, fresh.n);
    if (!e)
        e = answer_keys(keys, &fresh);
    return e ? e : answer_twins(keys, cmds, n, results);
}

static enum err place_run(struct tx *tx, struct command **cmds, size_t n, enum err *results)
{
    struct idem_set keys;
    idem_set_init(&keys, tx);
    enum err e = place_with(&keys, tx, cmds, n, results);
    idem_set_free(&keys);
    return e;
}

/* The request's meaning, so that the same key with another wish is noticed. */
static enum err hash_request(struct req *r, struct place *p)
{
    const struct order_request *rq = &p->request;
    struct str parts[4 + ORDER_LINES_MAX] = {rq->name, rq->phone, rq->address};
    const char *show = arena_printf(r->arena, "%lld", (long long)rq->show_id);
    parts[3] = str_of(show);
    for (size_t i = 0; i < rq->n; i++)
        parts[4 + i] = str_of(arena_printf(r->arena, "%lld x %lld", (long long)rq->wishes[i].sku_id,
                                           (long long)rq->wishes[i].quantity));
    if (arena_failed(r->arena))
        return ERR_NOMEM;
    idem_hash(p->key.hash, parts, 4 + rq->n);
    return OK;
}

static enum err put_order(struct req *r, int64_t order_id)
{
    struct rows order;
    unsigned as;
    enum err e = order_view_load(r, order_id, &order, &as);
    return e != OK ? e : order_view_put(r, r->view, &order, as);
}

static enum err placed(struct req *r, struct command *cmd, enum err result)
{
    struct place *p = (struct place *)cmd;
    const struct idem_outcome *o = &p->outcome;
    if (result != OK)
        return result;
    if (o->result != OK) {
        order_form_keep(r); /* with what is left now */
        r->info = (struct err_info){
            .code = o->result, .field = o->field, .key = o->message_key, .limit = o->amount};
        return o->result;
    }
    const char *place = arena_printf(r->arena, "/orders/%lld", (long long)o->subject);
    if (!place)
        return ERR_NOMEM;
    if (!r->json) {
        reply_redirect(r, place);
        return OK;
    }
    reply_status(r, 201);
    reply_header(r, "Location", str_of(place));
    if (!req_prefers_minimal(r))
        return put_order(r, o->subject);
    view_put_int(view_put_object(r->view, "order"), "id", o->subject);
    return OK;
}

static enum err post_orders(struct req *r)
{
    struct place *p = ARENA_NEW(r->arena, struct place);
    if (!p)
        return ERR_NOMEM;
    p->cmd = (struct command){.name = "trade.place_order", .run_many = place_run};
    p->request.buyer_id = r->who.user_id;
    order_form_keep(r);
    enum err e = order_form_read(r, &p->request);
    if (e == OK)
        e = req_idempotency_key(r, &p->key.key);
    if (e == OK)
        e = hash_request(r, p);
    if (e != OK)
        return e;
    p->key.operation = "trade.place_order";
    p->key.actor = str_of(arena_printf(r->arena, "user:%lld", (long long)r->who.user_id));
    return arena_failed(r->arena) ? ERR_NOMEM : web_write(r, &p->cmd, placed);
}

/* --- one order --- */

static enum err order_of_path(struct req *r, int64_t *id)
{
    return str_to_i64(req_param(r, "id"), id) == OK ? OK : ERR_NOT_FOUND;
}

static enum err get_order(struct req *r)
{
    int64_t id;
    enum err e = order_of_path(r, &id);
    return e != OK ? e : put_order(r, id);
}

/* Cancelling and paying: one command, one order. */
struct change {
    struct command cmd;
    int64_t order_id;
    struct order_actor by;
    enum err (*apply)(struct tx *tx, int64_t order_id, struct order_actor by);
};

static enum err change_run(struct command *cmd, struct tx *tx)
{
    struct change *c = (struct change *)cmd;
    return c->apply(tx, c->order_id, c->by);
}

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    struct change *c = (struct change *)cmd;
    if (result != OK)
        return result;
    if (r->json)
        return put_order(r, c->order_id);
    reply_redirect(r, arena_printf(r->arena, "/orders/%lld", (long long)c->order_id));
    return OK;
}

static enum err change(struct req *r, const char *name, unsigned also_as,
                       enum err (*apply)(struct tx *, int64_t, struct order_actor))
{
    struct rows order;
    unsigned as;
    int64_t id;
    enum err e = order_of_path(r, &id);
    if (e == OK)
        e = order_view_load(r, id, &order, &as);
    struct change *c = e == OK ? ARENA_NEW(r->arena, struct change) : NULL;
    if (e == OK && !c)
        e = ERR_NOMEM;
    if (e != OK)
        return e;
    *c = (struct change){.cmd = {.name = name, .run = change_run},
                         .order_id = id,
                         .by = {r->who.user_id, as | also_as},
                         .apply = apply};
    return web_write(r, &c->cmd, changed);
}

static enum err post_cancel(struct req *r)
{
    return change(r, "trade.cancel_order", 0, order_cancel);
}

/* --- the test cashier: stands where a payment provider will --- */

/* The order of the path, which must be the visitor's own. */
static enum err own_order(struct req *r, struct rows *order, unsigned *as)
{
    int64_t id;
    enum err e = order_of_path(r, &id);
    if (e == OK)
        e = order_view_load(r, id, order, as);
    return e == OK && !(*as & ORDER_AS_BUYER) ? ERR_NOT_FOUND : e;
}

static enum err get_cashier(struct req *r)
{
    struct rows order;
    unsigned as;
    enum err e = own_order(r, &order, &as);
    return e != OK ? e : order_view_put(r, r->view, &order, as);
}

static enum err post_pay(struct req *r)
{
    struct rows order;
    unsigned as;
    enum err e = own_order(r, &order, &as);
    if (e == OK)
        reply_redirect(
            r, arena_printf(r->arena, "/cashier/%lld", (long long)row_int(&order, 0, "id")));
    return e;
}

/* A payment that is told twice is one payment. */
static enum err pay_once(struct tx *tx, int64_t order_id, struct order_actor by)
{
    struct rows order;
    enum err e = db_one(tx->db, &q_trade_order_get, ARGS(V_INT(order_id)), tx->arena, &order);
    if (e == OK && str_eq_z(row_str(&order, 0, "status"), "paid"))
        return OK;
    return e != OK ? e : order_pay(tx, order_id, by);
}

static enum err post_cashier(struct req *r)
{
    struct rows order;
    unsigned as;
    enum err e = own_order(r, &order, &as);
    return e != OK ? e : change(r, "trade.pay_order", ORDER_AS_CASHIER, pay_once);
}

/* --- lists --- */

static enum err before_of(struct req *r, int64_t *before)
{
    *before = INT64_MAX;
    struct str text = req_query(r, "before");
    if (text.n && str_to_i64(text, before) != OK)
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    return OK;
}

static enum err get_orders(struct req *r)
{
    struct rows rs;
    int64_t before;
    enum err e = before_of(r, &before);
    if (e == OK)
        e = db_select(r->db, &q_trade_orders_of_buyer,
                      ARGS(V_INT(r->who.user_id), V_INT(before), V_INT(ORDER_VIEW_PAGE)), r->arena,
                      &rs);
    if (e == OK)
        order_view_put_list(r, r->view, &rs);
    return e;
}

static enum err get_factory_orders(struct req *r)
{
    struct rows rs;
    int64_t before, factory = r->who.organisation_id;
    bool sees_all = r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN);
    enum err e = before_of(r, &before);
    if (e == OK && sees_all) { /* of one factory when asked so, else of all */
        factory = 0;
        if (req_query(r, "factory").n && str_to_i64(req_query(r, "factory"), &factory) != OK)
            e = req_refuse(r, ERR_INVALID, "factory", "web.number_bad");
    } else if (e == OK && factory == 0) {
        e = ERR_FORBIDDEN; /* a factory's account that belongs to none */
    }
    if (e == OK && factory)
        e = db_select(r->db, &q_trade_orders_of_factory,
                      ARGS(V_INT(factory), V_INT(before), V_INT(ORDER_VIEW_PAGE)), r->arena, &rs);
    else if (e == OK)
        e = db_select(r->db, &q_trade_orders_of_all, ARGS(V_INT(before), V_INT(ORDER_VIEW_PAGE)),
                      r->arena, &rs);
    if (e == OK)
        order_view_put_list(r, r->view, &rs);
    return e;
}

enum err trade_orders_of_show(struct req *r, struct view *v, const char *member, int64_t show,
                              int64_t limit)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_trade_orders_of_show, ARGS(V_INT(show), V_INT(limit)), r->arena, &rs);
    struct view *list = view_put_list(v, member);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_int(o, "id", row_int(&rs, i, "id"));
        view_put_str(o, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_int(o, "quantity", row_int(&rs, i, "pieces"));
        view_put_money(o, "total", row_int(&rs, i, "total_fen"), "CNY");
        view_put_str(o, "status", row_str(&rs, i, "status"));
        view_put_time(o, "at", row_int(&rs, i, "placed_at"));
    }
    return e;
}

/* --- the department --- */

/* Orders first: what is due then is no order's, or its order waits for the next slice. */
static enum err expire(struct tx *tx, void *unused)
{
    int orders, holds;
    (void)unused;
    enum err e = order_expire(tx, EXPIRE_MOST, &orders);
    return e || orders == EXPIRE_MOST ? e : ledger_expire(tx, EXPIRE_MOST, &holds);
}

void trade_start(struct writer *w)
{
    writer_every(w, EXPIRE_EVERY_MS, "trade.expire", expire, NULL);
}

#define FACTORY_SIDE (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/orders", get_orders, NULL, "trade/orders.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders", post_orders, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/orders/new", order_form_page, NULL, "trade/new.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"GET", "/orders/{id}", get_order, NULL, "trade/order.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders/{id}/cancel", post_cancel, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/orders/{id}/pay", post_pay, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/cashier/{id}", get_cashier, NULL, "trade/cashier.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/cashier/{id}", post_cashier, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/orders", get_factory_orders, NULL, "trade/factory_orders.html", FACTORY_SIDE,
     CSRF_SAFE, 0},
};

const struct web_module trade_module = {
    .name = "trade", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
