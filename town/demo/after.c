#include "town/demo/after.h"

#include "store/queries.h"
#include "town/claims/claims.h"
#include "town/coupons/coupons.h"
#include "town/ratings/ratings.h"
#include "town/talk/talk.h"

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

/* --- ratings --- */

static const struct said {
    int64_t stars;
    const char *text, *answer, *why; /* answer, why it is hidden: or nothing */
} said[] = {
    {5, "做工扎实，边角打磨得很干净，比直播间里看着还好。", "谢谢您的喜欢，用得顺手就好。", NULL},
    {4, "东西不错，就是外箱有点压痕，里面完好。", NULL, NULL},
    {5, "", NULL, NULL},
    {3, "能用，说明书的字太小了，看着费劲。", "新一批说明书已经换成大字版，感谢提醒。", NULL},
    {5, "给父母买的，他们说操作简单，第二天就会用了。", NULL, NULL},
    {2, "噪音比想象的大，晚上用会吵到人。", NULL, NULL},
    {5, "第二次买了，质量稳定，发货也快。", "感谢再次光临。", NULL},
    {4, "颜色和图片基本一致，灯光下稍微偏浅。", NULL, NULL},
    {1, "别在这里买，来我店里，便宜一半。", NULL, "为其他店铺打广告，与商品无关。"},
    {5, "主播讲得很清楚，收到和介绍的一样。", NULL, NULL},
    {4, "", NULL, NULL},
    {5, "包装严实，一点没磕碰。", NULL, NULL},
    {3, "中规中矩，对得起价格。", NULL, NULL},
    {5, "用了一周才来评价，没有异味，好清洗。", NULL, NULL},
    {4, "如果线再长一点就完美了。", "长线版本下个月上架，欢迎关注。", NULL},
    {5, "", NULL, NULL},
    {5, "送人的，对方很满意。", NULL, NULL},
    {2, "盖子有点松，客服说可以换，先给两星。", "抱歉给您添麻烦，已为您登记换盖子。", NULL},
    {4, "性价比高，细节还可以再打磨。", NULL, NULL},
    {5, "老厂的东西就是放心。", NULL, NULL},
};
enum { SAID = sizeof(said) / sizeof(said[0]), RATED_AFTER_MS = 5 * 3600 * 1000 };

/* Nothing is said in the future. */
static int64_t later(int64_t at_ms, int64_t now_ms)
{
    return at_ms < now_ms ? at_ms : now_ms;
}

static enum err say(struct tx *tx, const struct rows *rs, size_t i, int64_t now_ms)
{
    const struct said *s = &said[i];
    int64_t rating, at_ms = row_int(rs, i, "received_at") + RATED_AFTER_MS;
    const struct rating_words w = {row_int(rs, i, "id"), row_int(rs, i, "line"),
                                   row_int(rs, i, "buyer_id"), s->stars, str_of(s->text)};
    tx->now_ms = later(at_ms, now_ms);
    enum err e = rating_rate(tx, &w, &rating);
    tx->now_ms = later(at_ms + RATED_AFTER_MS, now_ms);
    if (!e && s->answer)
        e = rating_answer(tx, rating, row_int(rs, i, "factory_id"), 0, str_of(s->answer));
    return e || !s->why ? e : rating_hide(tx, rating, 0, str_of(s->why));
}

enum err fill_ratings(struct tx *tx, int64_t factory, int64_t buyer)
{
    struct rows rs;
    int64_t now_ms = tx->now_ms;
    enum err e = db_select(tx->db, &q_demo_to_rate, ARGS(V_INT(buyer), V_INT(factory), V_INT(SAID)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = say(tx, &rs, i, now_ms);
    tx->now_ms = now_ms;
    return e;
}

/* --- messages --- */

enum { LINES_MAX = 4, MINUTE_MS = 60 * 1000, DAY_MINUTES = 24 * 60 };
static const struct told { /* an order, and what is written about it */
    bool is_buyers;        /* of the buyer who can log in */
    const char *status;
    size_t which; /* of those, newest first */
    bool is_read; /* by the buyer, to the end */
    struct {
        unsigned as;
        int minutes_ago;
        const char *text;
    } lines[LINES_MAX];
} told[] = {
    {true,
     "closed",
     0,
     true,
     {{ORDER_AS_BUYER, 20 * DAY_MINUTES + 70, "用了两周，挺顺手的。配件以后能单独买吗？"},
      {ORDER_AS_FACTORY, 20 * DAY_MINUTES + 15, "谢谢支持！配件下个月上架，店里能看到。"}}},
    {false,
     "paid",
     2,
     true,
     {{ORDER_AS_BUYER, DAY_MINUTES + 300, "还没发货的话，能改成白色吗？"},
      {ORDER_AS_FACTORY, DAY_MINUTES + 290, "可以，白色有现货，已经给仓库备注了。"}}},
    {false,
     "paid",
     0,
     false,
     {{ORDER_AS_BUYER, 52, "请问线有多长？厨房的插座离台面有点远。"},
      {ORDER_AS_BUYER, 50, "不够长的话，能不能换成长线的？"}}},
    {true,
     "paid",
     0,
     false,
     {{ORDER_AS_BUYER, DAY_MINUTES + 95, "您好，这单什么时候能发？周末家里来客人，想早点用上。"},
      {ORDER_AS_FACTORY, DAY_MINUTES + 82, "您好，这批明天从仓库出，发出后订单里能看到运单号。"},
      {ORDER_AS_BUYER, DAY_MINUTES + 80, "好的，麻烦包严实一点，上次的箱子压扁了。"},
      {ORDER_AS_FACTORY, 38, "已经备注多加一层气泡膜，今天就发出。"}}},
};

static enum err tell(struct tx *tx, const struct told *t, int64_t order, int64_t buyer,
                     int64_t clerk)
{
    int64_t now_ms = tx->now_ms, id = 0;
    enum err e = OK;
    for (size_t i = 0; !e && i < LINES_MAX && t->lines[i].text; i++) {
        unsigned as = t->lines[i].as;
        const struct talk_word w = {.order_id = order,
                                    .by = {as == ORDER_AS_BUYER ? buyer : clerk, as},
                                    .text = str_of(t->lines[i].text)};
        tx->now_ms = now_ms - t->lines[i].minutes_ago * (int64_t)MINUTE_MS;
        e = talk_say(tx, &w, &id);
    }
    tx->now_ms = now_ms;
    return e || !t->is_read ? e : talk_seen(tx, order, ORDER_AS_BUYER, id);
}

/* What the base may read, once it says what for. */
static enum err tell_dispute(struct tx *tx)
{
    static const struct told t = {
        .lines = {{ORDER_AS_BUYER, 180, "收到时底座就有一道划痕，照片已经传到售后里了。"},
                  {ORDER_AS_BUYER, 175, "还能用，就想补一点，您看行吗？"}}};
    struct rows rs;
    enum err e = db_select(tx->db, &q_demo_order_disputed, NO_ARGS, tx->arena, &rs);
    return e || rs.n == 0 ? e : tell(tx, &t, row_int(&rs, 0, "id"), row_int(&rs, 0, "buyer_id"), 0);
}

enum err fill_talks(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(told) / sizeof(told[0]); i++) {
        struct rows rs;
        size_t n = told[i].which;
        e = db_select(
            tx->db, told[i].is_buyers ? &q_demo_orders_with : &q_demo_orders_without,
            ARGS(V_INT(factory), V_INT(buyer), V_Z(told[i].status), V_INT((int64_t)n + 1)),
            tx->arena, &rs);
        if (!e && rs.n > n)
            e = tell(tx, &told[i], row_int(&rs, n, "id"), row_int(&rs, n, "buyer_id"), clerk);
    }
    return e ? e : tell_dispute(tx);
}
