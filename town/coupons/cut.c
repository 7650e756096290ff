/* What a coupon takes off: see coupons.h. No database, no clock. */
#include "town/coupons/coupons.h"

static bool is_for(const struct coupon *c, const struct coupon_line *l)
{
    return l->amount_fen > 0 && (c->product_id == 0 || c->product_id == l->product_id);
}

static int64_t off(const struct coupon *c, int64_t goods)
{
    int64_t fen = c->percent ? (int64_t)((__int128)goods * c->percent / 100) : c->off_fen;
    if (c->percent && c->most_fen && fen > c->most_fen)
        fen = c->most_fen;
    return fen < goods ? fen : goods;
}

/* The line whose share was cut down by most, and has got nothing for that yet. */
static size_t most_cut(const __int128 *rests, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++)
        if (rests[i] > rests[at])
            at = i;
    return at;
}

enum err coupon_cut(const struct coupon *c, const struct coupon_line *lines, size_t n,
                    int64_t *discounts, int64_t *sum, int64_t *missing)
{
    __int128 rests[COUPON_LINES_MAX];
    int64_t goods = 0;
    *sum = *missing = 0;
    if (n > COUPON_LINES_MAX)
        return ERR_INVALID;
    for (size_t i = 0; i < n; i++) {
        discounts[i] = 0;
        if (is_for(c, &lines[i]) && __builtin_add_overflow(goods, lines[i].amount_fen, &goods))
            return ERR_INVALID;
    }
    if (goods > 0 && goods < c->least_fen)
        *missing = c->least_fen - goods;
    int64_t fen = off(c, goods), left = fen;
    if (goods == 0 || *missing || fen == 0)
        return ERR_CONFLICT;
    for (size_t i = 0; i < n; i++) {
        __int128 share = is_for(c, &lines[i]) ? (__int128)fen * lines[i].amount_fen : 0;
        discounts[i] = (int64_t)(share / goods);
        rests[i] = share % goods;
        left -= discounts[i];
    }
    for (; left > 0; left--) {
        size_t at = most_cut(rests, n);
        discounts[at]++;
        rests[at] = -1;
    }
    *sum = fen;
    return OK;
}
