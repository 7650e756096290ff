#include "town/trade/receiver.h"

#include "store/queries.h"
#include "store/seal.h"
#include "town/hand.h"
#include "town/trade/order_state.h"
#include "town/trade/order_view.h"
#include "web/i18n.h"

enum { OPENINGS_PAGE = 100 };

static const struct part { /* of a receiver */
    const char *member, *purpose;
    size_t keep_first, keep_last; /* characters that the mask leaves */
} parts[] = {{"name", "order_receivers.name", 1, 0},
             {"phone", "order_receivers.phone", 3, 4},
             {"address", "order_receivers.address", 6, 0}};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static enum err reveal(struct db *db, struct arena *arena, int64_t order_id, struct str out[PARTS])
{
    struct rows rs;
    enum err e = db_one(db, &q_trade_receiver, ARGS(V_INT(order_id)), arena, &rs);
    for (size_t i = 0; e == OK && i < PARTS; i++)
        e = seal_reveal(parts[i].purpose, row_str(&rs, 0, parts[i].member), arena, &out[i]);
    return e;
}

enum err order_receiver_get(struct db *db, struct arena *arena, int64_t order_id,
                            struct order_receiver *out)
{
    struct str texts[PARTS];
    enum err e = reveal(db, arena, order_id, texts);
    if (e == OK)
        *out = (struct order_receiver){texts[0], texts[1], texts[2]};
    return e;
}

enum err order_receiver_open(struct tx *tx, int64_t order_id, int64_t user_id, bool is_maker,
                             struct str purpose)
{
    return db_exec(
        tx->db, &q_trade_opening_add,
        ARGS(V_INT(user_id), V_INT(is_maker), V_STR(purpose), V_INT(tx->now_ms), V_INT(order_id)),
        NULL);
}

/* --- on the order's page --- */

static bool was_paid(const struct rows *order)
{
    return !row_null(order, 0, "paid_at");
}

static bool is_over(const struct rows *order)
{
    struct str status = row_str(order, 0, "status");
    return str_eq_z(status, "closed") || str_eq_z(status, "refunded");
}

static enum err sees_whole(struct req *r, const struct rows *order, unsigned as, bool *whole)
{
    struct rows rs;
    struct val id = V_INT(row_int(order, 0, "id"));
    enum err e = OK;
    *whole = as & ORDER_AS_BUYER;
    if (*whole || !was_paid(order) || is_over(order))
        return OK;
    if (as & ORDER_AS_FACTORY)
        e = db_one(r->db, &q_trade_opened_by_maker, ARGS(id), r->arena, &rs);
    else
        e = db_one(r->db, &q_trade_opened_by, ARGS(id, V_INT(r->who.user_id)), r->arena, &rs);
    *whole = e == OK && row_int(&rs, 0, "n") > 0;
    return e;
}

/* Once there is something to ship, and until it is over. */
static bool may_open(const struct rows *order, unsigned as)
{
    return as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR) && was_paid(order) && !is_over(order);
}

enum err receiver_put(struct req *r, struct view *v, const struct rows *order, unsigned as)
{
    struct str texts[PARTS];
    bool whole;
    enum err e = reveal(r->db, r->arena, row_int(order, 0, "id"), texts);
    if (e == ERR_NOT_FOUND) {
        view_put_null(v, "receiver");
        return OK;
    }
    if (e == OK)
        e = sees_whole(r, order, as, &whole);
    if (e != OK)
        return e;
    struct view *to = view_put_object(v, "receiver");
    for (size_t i = 0; i < PARTS; i++)
        view_put_str(
            to, parts[i].member,
            whole ? texts[i]
                  : order_view_mask(texts[i], parts[i].keep_first, parts[i].keep_last, r->arena));
    view_put_bool(to, "is_whole", whole);
    view_put_bool(to, "may_open", !whole && may_open(order, as));
    return OK;
}

/* --- opening --- */

struct opening {
    struct command cmd;
    int64_t order_id, user_id;
    bool is_maker;
    struct str purpose;
};

static enum err run_opening(struct command *cmd, struct tx *tx)
{
    const struct opening *o = (struct opening *)cmd;
    return order_receiver_open(tx, o->order_id, o->user_id, o->is_maker, o->purpose);
}

static enum err opened(struct req *r, struct command *cmd, enum err result)
{
    struct rows order;
    unsigned as;
    const struct opening *o = (struct opening *)cmd;
    if (result != OK)
        return result;
    if (!r->json) {
        reply_redirect(r, arena_printf(r->arena, "/orders/%lld", (long long)o->order_id));
        return OK;
    }
    enum err e = order_view_load(r, o->order_id, &order, &as);
    return e == OK ? order_view_put(r, r->view, &order, as) : e;
}

enum err receiver_post(struct req *r)
{
    struct rows order;
    unsigned as;
    struct opening *o = ARENA_NEW(r->arena, struct opening);
    if (!o)
        return ERR_NOMEM;
    *o = (struct opening){.cmd = {.name = "trade.open_receiver", .run = run_opening},
                          .user_id = r->who.user_id};
    if (str_to_i64(req_param(r, "id"), &o->order_id) != OK)
        return ERR_NOT_FOUND;
    enum err e = order_view_load(r, o->order_id, &order, &as);
    if (e == OK && !(as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR)))
        e = ERR_FORBIDDEN;
    if (e == OK && !may_open(&order, as))
        e = req_refuse(r, ERR_CONFLICT, "status", "trade.status_forbids");
    if (e == OK)
        e = req_field_text(r, "purpose", 2, RECEIVER_PURPOSE_MAX, &o->purpose);
    o->is_maker = as & ORDER_AS_FACTORY;
    return e == OK ? web_write(r, &o->cmd, opened) : e;
}

static struct str purpose_text(struct req *r, struct str kept)
{
    struct str key = str_slice(kept, 1, kept.n);
    return kept.n && kept.p[0] == '@' && i18n_has(r->lang, key) ? req_text(r, "", key) : kept;
}

enum err receiver_openings(struct req *r)
{
    struct rows rs;
    int64_t before = INT64_MAX, factory = hand_is_base(r) ? 0 : r->who.organisation_id;
    struct str text = req_query(r, "before");
    if (text.n && str_to_i64(text, &before) != OK)
        return req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    if (!hand_is_base(r) && !factory)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    enum err e =
        db_select(r->db, &q_trade_openings,
                  ARGS(V_INT(before), V_INT(factory), V_INT(OPENINGS_PAGE)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "openings");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "order_id", row_int(&rs, i, "order_id"));
        view_put_str(v, "who", row_str(&rs, i, "name"));
        view_put_bool(v, "is_maker", row_int(&rs, i, "is_maker"));
        view_put_str(v, "factory", row_str(&rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
        view_put_str(v, "purpose", purpose_text(r, row_str(&rs, i, "purpose")));
        view_put_time(v, "at", row_int(&rs, i, "at"));
    }
    if (e == OK && rs.n == OPENINGS_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    return e;
}
