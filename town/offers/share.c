/* The pieces of a flash sale or a draw: an account of their own in the SKU's book, filled from what
 * can be sold and given back to it. */
#include <stdio.h>

#include "town/offers/internal.h"

enum err share_open(struct tx *tx, const char *kind, int64_t id, int64_t sku, struct share *out)
{
    char subject[SHARE_NAME_BYTES];
    int64_t book;
    int n = snprintf(subject, sizeof(subject), "sku:%lld", (long long)sku);
    *out = (struct share){.sku = sku};
    snprintf(out->name, sizeof(out->name), "%s:%lld", kind, (long long)id);
    enum err e = hall_stock_open(tx, sku, &out->stock);
    if (e == OK)
        e = ledger_book(tx, "piece", str_n(subject, (size_t)n), &book);
    return e != OK
               ? e
               : ledger_account_open(tx, book, out->name, LEDGER_DEBITS_LE_CREDITS, &out->account);
}

enum err share_move(struct tx *tx, const struct share *s, int64_t pieces, const char *reason,
                    struct ledger_id id)
{
    bool back = pieces < 0;
    if (pieces == 0)
        return OK;
    const struct ledger_transfer t = {.id = id,
                                      .debit = back ? s->account : s->stock.available,
                                      .credit = back ? s->stock.available : s->account,
                                      .amount = back ? -pieces : pieces,
                                      .reason = reason,
                                      .ref = str_of(s->name)};
    enum err e = ledger_post(tx, &t);
    if (e == OK)
        hall_stock_touch(tx, s->sku);
    return e;
}

enum err share_give_back(struct tx *tx, const char *kind, int64_t id, int64_t sku, int64_t pieces,
                         const char *reason)
{
    struct share s;
    if (pieces == 0)
        return OK;
    enum err e = share_open(tx, kind, id, sku, &s);
    return e != OK ? e : share_move(tx, &s, -pieces, reason, ledger_id_new());
}
