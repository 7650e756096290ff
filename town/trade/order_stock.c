/* The pieces of an order: see town/hall/stock.h and order_internal.h. */
#include <stdio.h>
#include <string.h>

#include "store/queries.h"
#include "town/trade/order_internal.h"

static struct ledger_id hold_of(const struct rows *lines, size_t i)
{
    struct ledger_id id;
    memcpy(id.b, row_str(lines, i, "hold").p, sizeof(id.b));
    return id;
}

static struct ledger_id resolver_of(const char *purpose, const struct ledger_id *hold)
{
    return ledger_id_derive(purpose, str_n(hold->b, sizeof(hold->b)));
}

/* ERR_EXPIRED from the ledger means that the hold was voided by its time: that is what is wanted.
 */
static enum err let_go(struct tx *tx, const struct ledger_id *hold)
{
    enum err e = ledger_hold_void(tx, resolver_of("trade.void", hold), *hold);
    return e == ERR_EXPIRED ? OK : e;
}

enum err order_stock_let_go(struct tx *tx, const struct rows *lines)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < lines->n; i++) {
        struct ledger_id hold = hold_of(lines, i);
        e = let_go(tx, &hold);
        if (!e)
            hall_stock_touch(tx, row_int(lines, i, "sku_id"));
    }
    return e;
}

/* The pieces of a flash sale are the sale's while it runs; after it nothing is sold at its price.
 */
static enum err flash_account(struct tx *tx, int64_t flash_id, int64_t *account)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_trade_flash_account, ARGS(V_INT(flash_id), V_INT(tx->now_ms)),
                           tx->arena, &rs);
    if (e || rs.n) {
        *account = e ? 0 : row_int(&rs, 0, "account");
        return e;
    }
    *tx->info = (struct err_info){.code = ERR_SOLD_OUT};
    order_hold_refused(ERR_SOLD_OUT, tx->info);
    return ERR_SOLD_OUT;
}

/* Holds a line's pieces again, at a later time. */
static enum err hold_pieces(struct tx *tx, const struct order_hold *pieces, int64_t flash_id,
                            struct ledger_id *hold)
{
    struct hall_stock stock;
    char ref[ORDER_NAME_BYTES];
    enum err e = hall_stock_open(tx, pieces->sku_id, &stock);
    if (!e && flash_id)
        e = flash_account(tx, flash_id, &stock.available);
    if (e)
        return e;
    struct ledger_transfer t =
        order_hold_transfer(pieces, &stock, order_ref(pieces->order_id, ref));
    *hold = t.id;
    e = ledger_hold(tx, &t);
    if (e)
        order_hold_refused(e, tx->info);
    else
        hall_stock_touch(tx, pieces->sku_id);
    return e;
}

/* The hold's time has passed: take the pieces anew, if they are there. */
static enum err hold_anew(struct tx *tx, int64_t order_id, const struct rows *lines, size_t i,
                          struct ledger_id *hold)
{
    const struct order_hold pieces = {order_id, row_int(lines, i, "sku_id"),
                                      row_int(lines, i, "quantity"), tx->now_ms};
    enum err e = let_go(tx, hold);
    if (!e)
        e = hold_pieces(tx, &pieces,
                        row_null(lines, i, "flash_id") ? 0 : row_int(lines, i, "flash_id"), hold);
    if (!e)
        e = db_exec(tx->db, &q_trade_line_hold,
                    ARGS(V_BLOB(str_n(hold->b, sizeof(hold->b))), V_INT(order_id),
                         V_INT(row_int(lines, i, "line"))),
                    NULL);
    return e;
}

static enum err sell_line(struct tx *tx, int64_t order_id, const struct rows *lines, size_t i)
{
    struct ledger_id hold = hold_of(lines, i);
    enum err e = ledger_hold_post(tx, resolver_of("trade.post", &hold), hold, 0);
    /* ERR_CONFLICT: voided when the order expired. Whether it may still be paid, the state table
     * has said already. */
    if (e == ERR_EXPIRED || e == ERR_CONFLICT) {
        e = hold_anew(tx, order_id, lines, i, &hold);
        if (!e)
            e = ledger_hold_post(tx, resolver_of("trade.post", &hold), hold, 0);
    }
    if (!e)
        hall_stock_touch(tx, row_int(lines, i, "sku_id"));
    return e;
}

enum err order_stock_sell(struct tx *tx, int64_t order_id, const struct rows *lines)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < lines->n; i++)
        e = sell_line(tx, order_id, lines, i);
    return e;
}

enum err order_stock_back(struct tx *tx, int64_t order_id, int64_t sku_id, int64_t pieces,
                          bool is_for_sale, struct str key)
{
    struct hall_stock stock;
    char ref[ORDER_NAME_BYTES], name[ORDER_NAME_BYTES + ORDER_KEY_MAX];
    enum err e = hall_stock_open(tx, sku_id, &stock);
    if (e)
        return e;
    int n = snprintf(name, sizeof(name), "%lld.%lld.%.*s", (long long)order_id, (long long)sku_id,
                     STR_ARG(key));
    const struct ledger_transfer t = {.id =
                                          ledger_id_derive("trade.return", str_n(name, (size_t)n)),
                                      .debit = stock.sold,
                                      .credit = is_for_sale ? stock.available : stock.outside,
                                      .amount = pieces,
                                      .reason = "return",
                                      .ref = order_ref(order_id, ref)};
    e = ledger_post(tx, &t);
    if (!e)
        hall_stock_touch(tx, sku_id);
    return e;
}
