/* The money of an order, in the ledger. */
#include <stdio.h>

#include "ledger/ledger.h"
#include "town/trade/order_internal.h"

struct purses {
    int64_t outside, paid;
};

static enum err open_purses(struct tx *tx, struct purses *p)
{
    int64_t book;
    enum err e = ledger_book(tx, "CNY", STR("town"), &book);
    if (!e)
        e = ledger_account_open(tx, book, "outside", 0, &p->outside);
    return e ? e : ledger_account_open(tx, book, "paid", LEDGER_DEBITS_LE_CREDITS, &p->paid);
}

enum err order_money_take(struct tx *tx, const struct rows *order)
{
    char ref[ORDER_NAME_BYTES];
    struct purses p;
    int64_t id = row_int(order, 0, "id"), total_fen = row_int(order, 0, "total_fen");
    if (total_fen == 0)
        return OK; /* a gift: nothing to move */
    enum err e = open_purses(tx, &p);
    if (e)
        return e;
    struct ledger_transfer t = {.id = ledger_id_derive("trade.payment", order_ref(id, ref)),
                                .debit = p.outside,
                                .credit = p.paid,
                                .amount = total_fen,
                                .reason = "payment",
                                .ref = order_ref(id, ref)};
    return ledger_post(tx, &t);
}

enum err order_money_back(struct tx *tx, const struct rows *order, int64_t amount_fen,
                          struct str key)
{
    char ref[ORDER_NAME_BYTES], name[ORDER_NAME_BYTES + ORDER_KEY_MAX];
    struct purses p;
    int64_t id = row_int(order, 0, "id");
    if (amount_fen == 0)
        return OK;
    enum err e = open_purses(tx, &p);
    if (e)
        return e;
    int n = snprintf(name, sizeof(name), "%lld.%.*s", (long long)id, STR_ARG(key));
    struct ledger_transfer t = {.id = ledger_id_derive("trade.refund", str_n(name, (size_t)n)),
                                .debit = p.paid,
                                .credit = p.outside,
                                .amount = amount_fen,
                                .reason = "refund",
                                .ref = order_ref(id, ref)};
    return ledger_post(tx, &t);
}
