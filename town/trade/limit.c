#include "town/trade/limit.h"

#include "store/queries.h"
#include "town/hall/hall.h"
#include "town/hand.h"

/* --- for placing --- */

static struct str key_of(const int64_t *ids, size_t n)
{
    return str_n(ids, n * sizeof(*ids));
}

static enum err read_limits(struct limits *l, struct db *db, const int64_t *skus, size_t n,
                            struct arena *arena)
{
    struct rows rs;
    struct val *args = arena_array(arena, n, sizeof(*args));
    if (!args)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        args[i] = V_INT(skus[i]);
    enum err e = db_select_many(db, &q_trade_limits, args, n, arena, &rs);
    int64_t *most = e ? NULL : arena_array(arena, rs.n, sizeof(*most));
    if (!e && !most)
        e = ERR_NOMEM;
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t sku = row_int(&rs, i, "sku_id");
        most[i] = row_int(&rs, i, "per_buyer");
        e = map_put(&l->per_buyer, key_of(&sku, 1), &most[i]);
    }
    return e;
}

/* Each buyer and SKU with a limit, once, with a count that begins at 0. */
static enum err note_wishes(struct limits *l, const struct order_request *rq, struct arena *arena,
                            struct val *args, size_t *n)
{
    enum err e = OK;
    for (size_t k = 0; !e && k < rq->n && k < ORDER_LINES_MAX; k++) {
        const int64_t ids[] = {rq->buyer_id, rq->wishes[k].sku_id};
        if (!map_get(&l->per_buyer, key_of(&ids[1], 1)) || map_get(&l->bought, key_of(ids, 2)))
            continue;
        int64_t *count = ARENA_NEW(arena, int64_t);
        if (!count)
            return ERR_NOMEM;
        args[2 * *n] = V_INT(ids[0]);
        args[2 * *n + 1] = V_INT(ids[1]);
        ++*n;
        e = map_put(&l->bought, key_of(ids, 2), count);
    }
    return e;
}

static enum err read_bought(struct limits *l, struct db *db,
                            const struct order_request *const *requests, size_t requests_n,
                            struct arena *arena)
{
    struct rows rs;
    size_t n = 0;
    struct val *args = arena_array(arena, requests_n * ORDER_LINES_MAX * 2, sizeof(*args));
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < requests_n; i++)
        e = note_wishes(l, requests[i], arena, args, &n);
    if (!e && n)
        e = db_select_many(db, &q_trade_bought, args, n, arena, &rs);
    for (size_t i = 0; !e && n && i < rs.n; i++) {
        const int64_t ids[] = {row_int(&rs, i, "buyer_id"), row_int(&rs, i, "sku_id")};
        int64_t *count = map_get(&l->bought, key_of(ids, 2));
        if (count)
            *count = row_int(&rs, i, "n");
    }
    return e;
}

enum err limits_load(struct limits *l, struct db *db, const int64_t *skus, size_t n,
                     const struct order_request *const *requests, size_t requests_n,
                     struct arena *arena)
{
    map_init(&l->per_buyer);
    map_init(&l->bought);
    map_init(&l->flash);
    enum err e = n ? read_limits(l, db, skus, n, arena) : OK;
    return e || l->per_buyer.count == 0 ? e : read_bought(l, db, requests, requests_n, arena);
}

void limits_free(struct limits *l)
{
    map_free(&l->flash);
    map_free(&l->bought);
    map_free(&l->per_buyer);
}

enum err limits_check(const struct limits *l, int64_t buyer, int64_t sku, int64_t quantity,
                      struct err_info *info)
{
    const int64_t ids[] = {buyer, sku};
    const int64_t *most = map_get(&l->per_buyer, key_of(&sku, 1));
    const int64_t *bought = most ? map_get(&l->bought, key_of(ids, 2)) : NULL;
    if (!bought || *bought + quantity <= *most)
        return OK;
    *info = (struct err_info){
        .code = ERR_LIMIT, .field = "quantity", .key = "trade.per_buyer", .limit = *most};
    return ERR_LIMIT;
}

void limits_take(struct limits *l, int64_t buyer, int64_t sku, int64_t quantity)
{
    const int64_t ids[] = {buyer, sku};
    int64_t *bought = map_get(&l->bought, key_of(ids, 2));
    if (bought)
        *bought += quantity;
}

/* --- of a flash sale --- */

enum err limits_load_flash(struct limits *l, struct db *db, int64_t flash,
                           const struct order_request *const *requests, size_t requests_n,
                           struct arena *arena)
{
    struct rows rs;
    struct val *args = arena_array(arena, 2 * requests_n, sizeof(*args));
    size_t n = 0;
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < requests_n; i++) {
        const int64_t ids[] = {requests[i]->buyer_id, flash};
        if (map_get(&l->flash, key_of(ids, 2)))
            continue;
        int64_t *count = ARENA_NEW(arena, int64_t);
        if (!count)
            return ERR_NOMEM;
        args[2 * n] = V_INT(ids[0]);
        args[2 * n++ + 1] = V_INT(flash);
        e = map_put(&l->flash, key_of(ids, 2), count);
    }
    if (!e && n)
        e = db_select_many(db, &q_trade_bought_flash, args, n, arena, &rs);
    for (size_t i = 0; !e && n && i < rs.n; i++) {
        const int64_t ids[] = {row_int(&rs, i, "buyer_id"), flash};
        int64_t *count = map_get(&l->flash, key_of(ids, 2));
        if (count)
            *count = row_int(&rs, i, "n");
    }
    return e;
}

enum err limits_check_flash(const struct limits *l, int64_t buyer, const struct order_offer *offer,
                            int64_t quantity, struct err_info *info)
{
    const int64_t ids[] = {buyer, offer->flash_id};
    const int64_t *bought = offer->per_buyer ? map_get(&l->flash, key_of(ids, 2)) : NULL;
    if (!offer->per_buyer || (bought ? *bought : 0) + quantity <= offer->per_buyer)
        return OK;
    *info = (struct err_info){.code = ERR_LIMIT,
                              .field = "quantity",
                              .key = "trade.per_buyer",
                              .limit = offer->per_buyer};
    return ERR_LIMIT;
}

void limits_take_flash(struct limits *l, int64_t buyer, const struct order_offer *offer,
                       int64_t quantity)
{
    const int64_t ids[] = {buyer, offer->flash_id};
    int64_t *bought = offer->per_buyer ? map_get(&l->flash, key_of(ids, 2)) : NULL;
    if (bought)
        *bought += quantity;
}

enum err limit_forbids(struct tx *tx, int64_t order_id, bool *forbids)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_trade_beyond_limit, ARGS(V_INT(order_id)), tx->arena, &rs);
    *forbids = e == OK && row_int(&rs, 0, "n") > 0;
    if (e || *forbids)
        return e;
    e = db_one(tx->db, &q_trade_beyond_flash, ARGS(V_INT(order_id)), tx->arena, &rs);
    *forbids = e == OK && row_int(&rs, 0, "n") > 0;
    return e;
}

/* --- the maker's page --- */

enum { QUERY_MAX = 60, PAGE_MOST = 100 };

enum err limit_page(struct req *r)
{
    struct rows rs;
    struct str q = str_trim(req_query(r, "q"));
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    if (str_characters(q) > QUERY_MAX)
        return req_refuse(r, ERR_INVALID, "q", "web.text_bad");
    enum err e =
        db_select(r->db, &q_trade_limits_of_factory,
                  ARGS(V_INT(r->who.organisation_id), V_STR(q.p ? q : STR("")), V_INT(PAGE_MOST)),
                  r->arena, &rs);
    bool zh = r->lang == LANG_ZH;
    view_put_str(r->view, "q", q);
    struct view *list = view_put_list(r->view, "limits");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_str(v, "name", row_str(&rs, i, zh ? "name_zh" : "name_en"));
        if (row_null(&rs, i, "per_buyer"))
            view_put_null(v, "per_buyer");
        else
            view_put_int(v, "per_buyer", row_int(&rs, i, "per_buyer"));
    }
    return e;
}

struct limit_change {
    struct command cmd;
    int64_t sku_id, per_buyer, user_id; /* per_buyer 0: none any more */
};

static enum err run_change(struct command *cmd, struct tx *tx)
{
    const struct limit_change *c = (struct limit_change *)cmd;
    return c->per_buyer ? db_exec(tx->db, &q_trade_limit_set,
                                  ARGS(V_INT(c->sku_id), V_INT(c->per_buyer), V_INT(tx->now_ms),
                                       V_INT(c->user_id)),
                                  NULL)
                        : db_exec(tx->db, &q_trade_limit_remove, ARGS(V_INT(c->sku_id)), NULL);
}

enum err limit_save(struct req *r)
{
    struct hall_sku sku;
    struct limit_change *c = ARENA_NEW(r->arena, struct limit_change);
    if (!c)
        return ERR_NOMEM;
    *c = (struct limit_change){.cmd = {.name = "trade.limit", .run = run_change},
                               .user_id = r->who.user_id};
    enum err e = req_field_int(r, "sku", 1, INT64_MAX, &c->sku_id);
    if (e == OK && str_trim(req_field(r, "per_buyer")).n)
        e = req_field_int(r, "per_buyer", 0, ORDER_QUANTITY_MAX, &c->per_buyer);
    if (e == OK)
        e = hall_sku_get(r->db, c->sku_id, r->arena, &sku);
    if (e == OK && !hand_is_maker(r, sku.factory_id))
        e = ERR_NOT_FOUND; /* as of one that there is not */
    if (e != OK)
        return e;
    reply_redirect(r, "/factory/limits");
    return web_write(r, &c->cmd, NULL);
}
