#include "town/demo/after.h"

#include "store/queries.h"
#include "town/claims/claims.h"
#include "town/coupons/coupons.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
enum { CLAIMS = 3 };

static enum err issue(struct tx *tx, struct coupon c, int64_t *id)
{
    c.claim_from = tx->now_ms;
    c.claim_until = tx->now_ms + 30 * DAY_MS;
    c.use_days = 14;
    return coupon_issue(tx, &c, 0, id);
}

enum err fill_coupons(struct tx *tx, int64_t factory, int64_t other, int64_t buyer)
{
    int64_t id, first, claim;
    enum err e = issue(
        tx,
        (struct coupon){.factory_id = factory, .off_fen = 2000, .least_fen = 19900, .pieces = 500},
        &first);
    if (!e)
        e = issue(tx,
                  (struct coupon){.factory_id = factory,
                                  .percent = 10,
                                  .most_fen = 5000,
                                  .least_fen = 9900,
                                  .pieces = 200},
                  &id);
    if (!e)
        e = issue(
            tx,
            (struct coupon){.factory_id = other, .off_fen = 1000, .least_fen = 9900, .pieces = 300},
            &id);
    return e ? e : coupon_claim(tx, first, buyer, &claim);
}

struct wish {
    const char *kind, *reason, *text;
};
static const struct wish wishes[CLAIMS] = {
    {"return", "quality", "用了两次，开关按下去弹不起来了，想退掉。"},
    {"exchange", "wrong", "下单的是青瓷色，收到的是白色，请换一个。"},
    {"refund", "damaged", "外箱压坏了，底座有一道划痕，还能用，希望补偿一部分。"}};

static enum err does(struct tx *tx, int64_t claim, const char *event, unsigned as, const char *text)
{
    const struct claim_more more = {.text = text ? str_of(text) : STR_NONE};
    return claim_do(tx, claim, event, (struct order_actor){0, as}, &more);
}

/* The first waits for its maker's answer, the second for the goods, the third for the base. */
static enum err go_on(struct tx *tx, int64_t claim, int which)
{
    if (which == 1)
        return does(tx, claim, "agree", ORDER_AS_FACTORY, NULL);
    if (which != 2)
        return OK;
    enum err e = does(tx, claim, "refuse", ORDER_AS_FACTORY, "出厂前检查过，划痕不影响使用。");
    return e ? e : does(tx, claim, "dispute", ORDER_AS_BUYER, "收到时就有，照片可以看。");
}

enum err fill_claims(struct tx *tx, int64_t factory)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_demo_arrived, ARGS(V_INT(factory), V_INT(CLAIMS)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t claim;
        struct claim_ask ask = {.order_id = row_int(&rs, i, "id"),
                                .buyer_id = row_int(&rs, i, "buyer_id"),
                                .kind = wishes[i].kind,
                                .reason = wishes[i].reason,
                                .lines = {{1, 1}},
                                .n = 1,
                                .text = str_of(wishes[i].text)};
        e = claim_open(tx, &ask, &claim);
        if (!e)
            e = go_on(tx, claim, (int)i);
    }
    return e;
}
