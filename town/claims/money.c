/* What a claim moves: money by order_refund(), pieces of an exchange by the hall's stock. */
#include <stdio.h>

#include "store/queries.h"
#include "town/claims/internal.h"
#include "town/hall/hall.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct claim_left claim_left_of(const struct rows *lines, size_t i, int64_t pieces)
{
    int64_t taken = row_int(lines, i, "returned") + row_int(lines, i, "claimed");
    int64_t paid = row_int(lines, i, "paid_fen"), quantity = row_int(lines, i, "quantity");
    struct claim_left left = {quantity - taken, 0};
    if (pieces < 1 || pieces > left.pieces)
        return left;
    int64_t money = paid - row_int(lines, i, "refunded_fen") - row_int(lines, i, "claimed_fen");
    left.fen = least(order_back_fen(paid, quantity, taken, pieces), money > 0 ? money : 0);
    return left;
}

/* What of a line is still to be had: less may be left than was asked for, since others have sent
 * something back meanwhile. */
static struct order_back back_of(const struct rows *lines, size_t i, bool comes_back, int64_t *most)
{
    int64_t fen = least(row_int(lines, i, "amount_fen"), row_int(lines, i, "fen_left"));
    int64_t pieces = least(row_int(lines, i, "pieces"), row_int(lines, i, "pieces_left"));
    fen = least(fen, *most);
    *most -= fen;
    return (struct order_back){row_int(lines, i, "line"), comes_back ? pieces : 0, fen};
}

enum err claim_refund(struct tx *tx, const struct claim_life *life, struct order_actor by,
                      bool comes_back, bool is_for_sale, int64_t most, int64_t *fen)
{
    struct order_back lines[ORDER_LINES_MAX];
    char key[ORDER_KEY_MAX + 1];
    const struct rows *claim = &life->claim;
    int64_t pieces = 0, before = most;
    size_t n = life->lines.n;
    if (n > ORDER_LINES_MAX)
        return ERR_CORRUPT;
    for (size_t i = 0; i < n; i++) {
        lines[i] = back_of(&life->lines, i, comes_back, &most);
        pieces += lines[i].pieces;
    }
    int64_t freight = least(row_int(claim, 0, "freight_fen"), row_int(claim, 0, "freight_left"));
    freight = least(freight, most);
    *fen = before - most + freight;
    if (*fen == 0 && pieces == 0) {
        *tx->info = (struct err_info){
            .code = ERR_CONFLICT, .field = "amount", .key = "claims.nothing_left"};
        return ERR_CONFLICT;
    }
    snprintf(key, sizeof(key), "claim:%lld", (long long)row_int(claim, 0, "id"));
    const struct order_refund refund = {.order_id = row_int(claim, 0, "order_id"),
                                        .lines = lines,
                                        .n = n,
                                        .freight_fen = freight,
                                        .is_for_sale = is_for_sale,
                                        .key = str_of(key)};
    enum err e = order_refund(tx, &refund, by, STR_NONE);
    return e ? e
             : db_exec(tx->db, &q_claims_refunded,
                       ARGS(V_INT(*fen), V_INT(row_int(claim, 0, "id"))), NULL);
}

/* What came back goes on the shelf and what is sent is taken from it: together, nothing. What came
 * back broken stays away, so only the new piece is taken. */
enum err claim_exchange(struct tx *tx, const struct claim_life *life, bool is_for_sale)
{
    enum err e = OK;
    for (size_t i = 0; !e && !is_for_sale && i < life->lines.n; i++) {
        char of[64];
        snprintf(of, sizeof(of), "%lld:%lld", (long long)row_int(&life->claim, 0, "id"),
                 (long long)row_int(&life->lines, i, "line"));
        e = hall_stock_add(tx, row_int(&life->lines, i, "sku_id"),
                           -row_int(&life->lines, i, "pieces"),
                           ledger_id_derive("claims.exchange", str_of(of)));
    }
    if (e == ERR_SOLD_OUT) {
        *tx->info = (struct err_info){.code = ERR_CONFLICT,
                                      .field = "pieces",
                                      .key = "claims.exchange_sold_out",
                                      .limit = tx->info->limit};
        e = ERR_CONFLICT;
    }
    return e;
}
