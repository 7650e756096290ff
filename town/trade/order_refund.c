/* Money that goes back, whole or in part: see order.h. */
#include <string.h>

#include "store/queries.h"
#include "town/trade/order_internal.h"

static enum err too_much(struct tx *tx, const char *field, int64_t left)
{
    *tx->info = (struct err_info){
        .code = ERR_INVALID, .field = field, .key = "trade.refund_too_much", .limit = left};
    return ERR_INVALID;
}

static int64_t paid_for(const struct rows *lines, size_t i)
{
    return row_int(lines, i, "amount_fen") - row_int(lines, i, "discount_fen");
}

int64_t order_back_fen(int64_t paid_fen, int64_t quantity, int64_t returned, int64_t pieces)
{
    __int128 until = (__int128)paid_fen * (returned + pieces) / quantity;
    __int128 before = (__int128)paid_fen * returned / quantity;
    return (int64_t)(until - before);
}

/* --- what it comes to --- */

static enum err find_line(const struct rows *lines, int64_t line, size_t *at)
{
    for (*at = 0; *at < lines->n; ++*at)
        if (row_int(lines, *at, "line") == line)
            return OK;
    return ERR_NOT_FOUND;
}

static enum err check_line(struct tx *tx, const struct order_life *life,
                           const struct order_refund *refund, size_t k)
{
    const struct order_back *back = &refund->lines[k];
    const struct rows *lines = &life->lines;
    size_t i;
    for (size_t earlier = 0; earlier < k; earlier++)
        if (refund->lines[earlier].line == back->line)
            return too_much(tx, "line", 0); /* each would pass by itself */
    if (find_line(lines, back->line, &i) != OK)
        return too_much(tx, "line", 0);
    int64_t left = paid_for(lines, i) - row_int(lines, i, "refunded_fen");
    int64_t pieces = row_int(lines, i, "quantity") - row_int(lines, i, "returned");
    if (back->amount_fen < 0 || back->amount_fen > left)
        return too_much(tx, "amount", left);
    if (back->pieces < 0 || back->pieces > pieces)
        return too_much(tx, "pieces", pieces);
    return OK;
}

static enum err sum_up(struct tx *tx, const struct order_life *life,
                       const struct order_refund *refund, int64_t *amount_fen)
{
    const struct rows *order = &life->order;
    int64_t freight = row_int(order, 0, "freight_fen") - row_int(order, 0, "freight_refunded_fen");
    if (refund->freight_fen < 0 || refund->freight_fen > freight)
        return too_much(tx, "amount", freight);
    int64_t pieces = 0;
    *amount_fen = refund->freight_fen;
    enum err e = OK;
    for (size_t k = 0; !e && k < refund->n; k++) {
        e = check_line(tx, life, refund, k);
        if (!e) {
            *amount_fen += refund->lines[k].amount_fen; /* each within its line, those in a total */
            pieces += refund->lines[k].pieces;
        }
    }
    bool is_nothing = *amount_fen == 0 && pieces == 0 && row_int(order, 0, "total_fen") > 0;
    return !e && is_nothing ? too_much(tx, "amount", freight) : e;
}

/* --- doing it --- */

static enum err line_back(struct tx *tx, const struct order_life *life,
                          const struct order_refund *refund, const struct order_back *back)
{
    size_t i;
    if (back->amount_fen == 0 && back->pieces == 0)
        return OK;
    enum err e = find_line(&life->lines, back->line, &i);
    if (!e && back->pieces)
        e = order_stock_back(tx, refund->order_id, row_int(&life->lines, i, "sku_id"), back->pieces,
                             refund->is_for_sale, refund->key);
    return e ? e
             : db_exec(tx->db, &q_trade_line_refunded,
                       ARGS(V_INT(back->amount_fen), V_INT(back->pieces), V_INT(refund->order_id),
                            V_INT(back->line)),
                       NULL);
}

static enum err apply(struct tx *tx, const struct order_life *life,
                      const struct order_refund *refund, int64_t amount_fen, struct order_actor by,
                      struct str note)
{
    enum err e = OK;
    for (size_t k = 0; !e && k < refund->n; k++)
        e = line_back(tx, life, refund, &refund->lines[k]);
    if (!e)
        e = db_exec(tx->db, &q_trade_order_refunded,
                    ARGS(V_INT(amount_fen), V_INT(refund->freight_fen), V_INT(refund->order_id)),
                    NULL);
    if (!e)
        e = order_money_back(tx, &life->order, amount_fen, refund->key, note);
    return e ? e : order_finish(tx, life, by, amount_fen, note);
}

static bool key_ok(struct str key)
{
    return key.n > 0 && key.n <= ORDER_KEY_MAX;
}

enum err order_refund(struct tx *tx, const struct order_refund *refund, struct order_actor by,
                      struct str note)
{
    struct order_life life;
    int64_t amount_fen;
    if (!key_ok(refund->key))
        return ERR_INVALID;
    enum err e = order_begin(tx, refund->order_id, "refund_part", by, note, &life);
    if (!e)
        e = sum_up(tx, &life, refund, &amount_fen);
    if (e)
        return e;
    int64_t left = row_int(&life.order, 0, "total_fen") - row_int(&life.order, 0, "refunded_fen");
    if (amount_fen == left)
        e = transition_next(&order_transitions, row_str(&life.order, 0, "status"), "refund", by.as,
                            &life.t);
    return e ? e : apply(tx, &life, refund, amount_fen, by, note);
}

/* All that is left of it. */
static enum err the_rest(struct tx *tx, const struct order_life *life, struct order_refund *refund)
{
    const struct rows *lines = &life->lines;
    struct order_back *back = arena_array(tx->arena, lines->n, sizeof(*back));
    if (!back)
        return ERR_NOMEM;
    for (size_t i = 0; i < lines->n; i++)
        back[i] = (struct order_back){row_int(lines, i, "line"),
                                      row_int(lines, i, "quantity") - row_int(lines, i, "returned"),
                                      paid_for(lines, i) - row_int(lines, i, "refunded_fen")};
    refund->order_id = row_int(&life->order, 0, "id");
    refund->lines = back;
    refund->n = lines->n;
    refund->freight_fen =
        row_int(&life->order, 0, "freight_fen") - row_int(&life->order, 0, "freight_refunded_fen");
    return OK;
}

static enum err send_rest(struct tx *tx, const struct order_life *life, struct order_refund *refund,
                          struct order_actor by, struct str note)
{
    int64_t amount_fen;
    enum err e = the_rest(tx, life, refund);
    if (!e)
        e = sum_up(tx, life, refund, &amount_fen);
    return e ? e : apply(tx, life, refund, amount_fen, by, note);
}

enum err order_refund_rest(struct tx *tx, int64_t order_id, struct str key, bool is_for_sale,
                           struct order_actor by, struct str note)
{
    struct order_life life;
    struct order_refund refund = {.key = key, .is_for_sale = is_for_sale};
    if (!key_ok(key))
        return ERR_INVALID;
    enum err e = order_begin(tx, order_id, "refund", by, note, &life);
    return e ? e : send_rest(tx, &life, &refund, by, note);
}

/* Nothing has left the maker's house: it can be sold again. */
enum err order_refund_life(struct tx *tx, const struct order_life *life, struct order_actor by,
                           struct str note)
{
    struct order_refund refund = {.key = STR("all"), .is_for_sale = true};
    return send_rest(tx, life, &refund, by, note);
}
