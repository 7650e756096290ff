/* What a provider says: booked once, however often and in whatever order it is said. */
#include "town/pay/internal.h"

#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"
#include "town/day.h"

static const struct pay_orders_hook *orders;

void pay_orders_are(const struct pay_orders_hook *hook)
{
    orders = hook;
}

const struct pay_orders_hook *pay_orders(void)
{
    return orders;
}

/* --- what does not agree --- */

static const char *fen_text(struct tx *tx, int64_t fen)
{
    const char *text = arena_printf(tx->arena, "%lld", (long long)fen);
    return text ? text : "";
}

static enum err differ(struct tx *tx, const char *provider, const struct pay_news *news,
                       const char *kind, int64_t order_id, struct str here)
{
    char day[DAY_TEXT];
    bool of_amount = strcmp(kind, "merchant") != 0;
    day_text(day_of(tx->now_ms), day);
    const struct difference d = {.provider = provider,
                                 .kind = kind,
                                 .day = str_of(day),
                                 .number = news->number,
                                 .here = here,
                                 .there = of_amount ? str_of(fen_text(tx, news->amount_fen))
                                                    : news->merchant,
                                 .order_id = order_id};
    LOG(WARN, "pay.differs", L_Z("provider", provider), L_Z("kind", kind),
        L_S("number", news->number));
    return difference_add(tx, &d);
}

/* True when it is what was asked for; else it is listed, and nothing is booked. */
static enum err agrees(struct tx *tx, const char *provider, const struct pay_news *news,
                       const struct rows *rs, bool *out)
{
    int64_t order_id = row_int(rs, 0, "order_id"), here = row_int(rs, 0, "amount_fen");
    *out = false;
    if (!str_eq(news->merchant, row_str(rs, 0, "merchant")))
        return differ(tx, provider, news, "merchant", order_id, row_str(rs, 0, "merchant"));
    if (news->amount_fen != here)
        return differ(tx, provider, news, "amount", order_id, str_of(fen_text(tx, here)));
    *out = true;
    return OK;
}

/* --- a payment --- */

static bool is_no(enum err e)
{
    return e == ERR_SOLD_OUT || e == ERR_CONFLICT || e == ERR_EXPIRED || e == ERR_NOT_FOUND;
}

/* Gives it to the order, if that takes it; what the order has begun when it does not is undone. */
static enum err give(struct tx *tx, int64_t part_id, int64_t order_id, int64_t paid_at,
                     bool or_refuse, bool *taken)
{
    struct rows rs;
    *taken = false;
    enum err e = db_select(tx->db, &q_pay_paid_of, ARGS(V_INT(order_id)), tx->arena, &rs);
    if (e || rs.n)
        return e; /* paid before: another way, or at another moment */
    e = db_savepoint(tx->db);
    if (e)
        return e;
    e = db_exec(tx->db, &q_pay_part_status, ARGS(V_Z("taken"), V_INT(part_id)), NULL);
    if (!e && orders)
        e = orders->paid(tx, order_id, paid_at);
    if (!e)
        e = db_savepoint_release(tx->db);
    else
        db_savepoint_rollback(tx->db);
    *taken = !e;
    if (or_refuse || !is_no(e) || !db_in_transaction(tx->db))
        return e;
    *tx->info = (struct err_info){0};
    return OK;
}

/* The order cannot take it: back it goes. */
static enum err give_back(struct tx *tx, const struct rows *part)
{
    int64_t id = row_int(part, 0, "id"), order_id = row_int(part, 0, "order_id");
    LOG(INFO, "pay.back", L_I("order", order_id), L_S("number", row_str(part, 0, "number")));
    int64_t fen = row_int(part, 0, "amount_fen");
    enum err e = db_exec(tx->db, &q_pay_part_status, ARGS(V_Z("back"), V_INT(id)), NULL);
    if (!e && orders && orders->back)
        e = orders->back(tx, order_id, fen);
    return e ? e : instruct_back(tx, order_id, id, row_int(part, 0, "factory_id"), fen);
}

enum err take_part(struct tx *tx, const struct rows *part, const struct pay_news *news,
                   bool or_refuse)
{
    bool taken;
    int64_t id = row_int(part, 0, "id"), payment = row_int(part, 0, "payment_id");
    const struct pay_part p = {row_int(part, 0, "order_id"), row_int(part, 0, "factory_id"),
                               row_int(part, 0, "amount_fen")};
    int64_t at = news->at_ms > 0 ? news->at_ms : tx->now_ms;
    enum err e = db_exec(tx->db, &q_pay_part_paid,
                         ARGS(V_STR(str_head(news->provider_no, 64)), V_INT(at), V_INT(id)), NULL);
    if (!e)
        e = purse_paid(tx, id, &p);
    if (!e)
        e = give(tx, id, p.order_id, at, or_refuse, &taken);
    if (!e && !taken)
        e = give_back(tx, part);
    if (!e)
        e = db_exec(tx->db, &q_pay_payment_paid, ARGS(V_INT(payment)), NULL);
    return e ? e : payment_close_of(tx, p.order_id, payment);
}

enum err take_gifts(struct tx *tx, int64_t payment, bool or_refuse)
{
    struct rows rs, part;
    const struct pay_news news = {.is = PAY_IS_DONE, .at_ms = tx->now_ms};
    enum err e = db_select(tx->db, &q_pay_gifts_of, ARGS(V_INT(payment)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        e = db_one(tx->db, &q_pay_part_by_number, ARGS(V_STR(row_str(&rs, i, "number"))), tx->arena,
                   &part);
        if (!e)
            e = take_part(tx, &part, &news, or_refuse);
    }
    return e;
}

static enum err take_payment(struct tx *tx, const char *provider, const struct pay_news *news)
{
    struct rows part;
    bool same;
    enum err e = db_one(tx->db, &q_pay_part_by_number, ARGS(V_STR(news->number)), tx->arena, &part);
    bool ours = !e && str_eq_z(row_str(&part, 0, "provider"), provider);
    if (e && e != ERR_NOT_FOUND)
        return e;
    if (!ours)
        return news->is == PAY_IS_DONE ? differ(tx, provider, news, "missing_here", 0, STR(""))
                                       : OK;
    int64_t payment = row_int(&part, 0, "payment_id");
    bool waits = row_null(&part, 0, "paid_at");
    if (news->is == PAY_IS_CLOSED || news->is == PAY_IS_FAILED)
        return waits ? payment_closed(tx, payment, news->text) : OK;
    if (news->is != PAY_IS_DONE)
        return OK;
    e = agrees(tx, provider, news, &part, &same);
    if (e || !same || !waits)
        return e;
    e = take_part(tx, &part, news, false);
    return e ? e : take_gifts(tx, payment, false);
}

/* --- an instruction --- */

static enum err take_instruction(struct tx *tx, const char *provider, const struct pay_news *news)
{
    struct rows rs;
    int64_t id, turn;
    bool same;
    enum err e = instruct_number_read(news->number, &id, &turn)
                     ? db_one(tx->db, &q_pay_instruction_get, ARGS(V_INT(id)), tx->arena, &rs)
                     : ERR_NOT_FOUND;
    if (e && e != ERR_NOT_FOUND)
        return e;
    if (e || !str_eq_z(row_str(&rs, 0, "provider"), provider))
        return news->is == PAY_IS_DONE ? differ(tx, provider, news, "missing_here", 0, STR(""))
                                       : OK;
    struct str status = row_str(&rs, 0, "status");
    bool over = str_eq_z(status, "done") || str_eq_z(status, "settled");
    bool this_turn = turn == row_int(&rs, 0, "turn");
    if (news->is == PAY_IS_DONE) {
        e = agrees(tx, provider, news, &rs, &same);
        if (e || !same)
            return e;
        if (over && !this_turn) /* done twice: another turn was thought refused */
            return differ(tx, provider, news, "missing_here", row_int(&rs, 0, "order_id"), STR(""));
        return instruct_done(tx, &rs, news->provider_no,
                             news->at_ms > 0 ? news->at_ms : tx->now_ms);
    }
    if (news->is == PAY_IS_OPEN || over || !this_turn || !str_eq_z(status, "sent"))
        return OK;
    return instruct_failed(tx, &rs, news->text);
}

enum err pay_take(struct tx *tx, const char *provider, const struct pay_news *news)
{
    if (news->number.n == 0 || news->number.n > PAY_NUMBER_MAX || !str_is_utf8(news->number))
        return ERR_INVALID;
    return news->of == PAY_OF_PAYMENT ? take_payment(tx, provider, news)
                                      : take_instruction(tx, provider, news);
}
