#include "town/demo/invoices.h"

#include "store/queries.h"
#include "town/demo/scan.h"
#include "town/invoice/invoice.h"
#include "town/pay/pay.h"

#define HOUR_MS (INT64_C(3600) * 1000)

enum becomes { WAITS, IS_ISSUED, IS_REFUSED, IS_STALE };

static const struct wish {
    const char *kind, *title, *tax, *email;
    enum becomes becomes;
    int hours; /* since it was asked for */
} wishes[] = {
    {"company", "苇陌商贸（宁波）有限公司", "91330282MA2XY7K41F", "caiwu@weimo.example", WAITS, 3},
    {"person", "林阿棉", "", "", WAITS, 27},
    {"company", "青石弄小学", "12330282419876543K", "", IS_ISSUED, 50},
    {"company", "北埠物业服务有限公司", "91330201MA29KT5C84", "", IS_REFUSED, 74},
    {"company", "砚山酒店管理有限公司", "91330212MA28PQ3D6F", "zhang@yanshan.example", IS_STALE,
     98},
    {"person", "个人", "", "", IS_ISSUED, 170},
};
enum { WISHES = sizeof(wishes) / sizeof(wishes[0]) };

static enum err does(struct tx *tx, int64_t invoice, const char *event, int64_t user,
                     const struct invoice_more *more)
{
    return invoice_do(tx, invoice, event, (struct order_actor){user, ORDER_AS_FACTORY}, more);
}

static enum err issue(struct tx *tx, int64_t invoice, int64_t order, int64_t left, int64_t clerk)
{
    struct object_new pdf;
    const char *number = arena_printf(tx->arena, "26332000000%09lld", (long long)(4410 + order));
    const char *const lines[DEMO_SCAN_LINES] = {
        "Electronic invoice (demonstration)", arena_printf(tx->arena, "Number: %s", number),
        arena_printf(tx->arena, "Order: %lld", (long long)order),
        arena_printf(tx->arena, "Amount: CNY %lld.%02lld", (long long)left / 100,
                     (long long)left % 100),
        "Everything in it is invented."};
    enum err e = arena_failed(tx->arena) ? ERR_NOMEM : demo_scan_write(lines, &pdf);
    if (!e)
        e = objects_keep(&pdf, 1);
    if (e)
        return e;
    const struct invoice_more more = {.number = str_of(number),
                                      .pdf = arena_str(tx->arena, str_of(pdf.id.hex)),
                                      .amount_fen = left};
    return does(tx, invoice, "issue", clerk, &more);
}

/* A little of the money goes back: for a scratch, say. */
static enum err pay_some_back(struct tx *tx, int64_t order, int64_t now_ms)
{
    const struct order_back back = {1, 0, 500};
    const struct order_refund r = {
        .order_id = order, .lines = &back, .n = 1, .key = STR("demo:scratch")};
    int done;
    tx->now_ms = now_ms; /* the ledger's times never fall */
    enum err e =
        order_refund(tx, &r, (struct order_actor){0, ORDER_AS_FACTORY}, STR("一道划痕，补偿买家"));
    return e ? e : pay_turn(tx, 1000, &done);
}

static enum err go_on(struct tx *tx, int64_t invoice, const struct rows *rs, size_t i,
                      enum becomes becomes, int64_t clerk, int64_t now_ms)
{
    static const struct invoice_more why = {
        .reason = STR("抬头和税号对不上：税号是物业公司分公司的，请核对后再申请。")};
    int64_t order = row_int(rs, i, "id");
    if (becomes == WAITS)
        return OK;
    if (becomes == IS_REFUSED)
        return does(tx, invoice, "refuse", clerk, &why);
    enum err e = issue(tx, invoice, order, row_int(rs, i, "left_fen"), clerk);
    return e || becomes != IS_STALE ? e : pay_some_back(tx, order, now_ms);
}

static enum err fill_one(struct tx *tx, const struct rows *rs, size_t i, const struct wish *w,
                         int64_t clerk, int64_t now_ms)
{
    int64_t invoice, asked = now_ms - w->hours * HOUR_MS, paid = row_int(rs, i, "paid_at");
    const struct invoice_ask ask = {.order_id = row_int(rs, i, "id"),
                                    .buyer_id = row_int(rs, i, "buyer_id"),
                                    .kind = w->kind,
                                    .title = str_of(w->title),
                                    .tax = str_of(w->tax),
                                    .email = str_of(w->email)};
    tx->now_ms = asked > paid ? asked : paid;
    enum err e = invoice_ask(tx, &ask, &invoice);
    if (tx->now_ms + HOUR_MS < now_ms)
        tx->now_ms += HOUR_MS;
    return e ? e : go_on(tx, invoice, rs, i, w->becomes, clerk, now_ms);
}

enum err fill_invoices(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer)
{
    enum { OWN = 2 };
    struct rows rs, own;
    int64_t now_ms = tx->now_ms;
    enum err e =
        db_select(tx->db, &q_demo_to_invoice, ARGS(V_INT(factory), V_INT(WISHES)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = fill_one(tx, &rs, i, &wishes[i], clerk, now_ms);
    if (!e)
        e = db_select(tx->db, &q_demo_own_to_invoice, ARGS(V_INT(buyer), V_INT(OWN)), tx->arena,
                      &own);
    for (size_t i = 0; !e && i < own.n; i++)
        e = fill_one(tx, &own, i, &wishes[i + 1], clerk, now_ms); /* one waits, one is issued */
    tx->now_ms = now_ms;
    return e;
}
