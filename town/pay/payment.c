/* Beginning to pay, and ending it when another way is chosen or the order is no more. */
#include "town/pay/run.h"

#include "store/queries.h"

enum { ACCOUNT_MAX = 300 };

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- what is wished --- */

static enum err check_wish(struct tx *tx, const struct pay_wish *w, const struct pay_provider *p,
                           int64_t *total)
{
    *total = 0;
    if (!p)
        return refuse(tx, ERR_INVALID, "provider", "pay.no_such_provider", 0);
    if (w->n == 0 || w->n > PAY_PARTS_MAX || w->n > p->parts_max)
        return refuse(tx, ERR_INVALID, "orders", "pay.too_many_orders", (int64_t)p->parts_max);
    if (w->expires_at <= tx->now_ms)
        return refuse(tx, ERR_EXPIRED, "order", "pay.too_late", 0);
    for (size_t i = 0; i < w->n; i++) {
        if (w->parts[i].amount_fen < 0 ||
            w->parts[i].amount_fen > LEDGER_AMOUNT_MAX / PAY_PARTS_MAX)
            return refuse(tx, ERR_INVALID, "amount", "pay.amount_bad", 0);
        *total += w->parts[i].amount_fen;
    }
    return OK;
}

static enum err check_unpaid(struct tx *tx, const struct pay_wish *w)
{
    struct rows rs;
    enum err e = OK;
    for (size_t i = 0; !e && i < w->n; i++) {
        e = db_select(tx->db, &q_pay_paid_of, ARGS(V_INT(w->parts[i].order_id)), tx->arena, &rs);
        if (!e && rs.n)
            e = refuse(tx, ERR_CONFLICT, "order", "pay.already_paid", w->parts[i].order_id);
    }
    return e;
}

/* The provider's number of who gets the money. The test cashier knows everybody. */
static enum err merchant_of(struct tx *tx, const char *provider, int64_t factory, struct str *out)
{
    struct rows rs;
    const char *party = arena_printf(tx->arena, "factory:%lld", (long long)factory);
    if (!party)
        return ERR_NOMEM;
    enum err e = db_one(tx->db, &q_pay_account, ARGS(V_Z(party), V_Z(provider)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND && strcmp(provider, "test") == 0) {
        *out = str_of(party);
        return OK;
    }
    if (e == ERR_NOT_FOUND)
        return refuse(tx, ERR_CONFLICT, "provider", "pay.factory_not_there", factory);
    *out = e ? STR_NONE : row_str(&rs, 0, "account");
    return e;
}

/* --- ending --- */

enum err payment_closed(struct tx *tx, int64_t payment, struct str said)
{
    enum err e =
        db_exec(tx->db, &q_pay_payment_closed, ARGS(V_STR(pay_said(said)), V_INT(payment)), NULL);
    return e ? e : db_exec(tx->db, &q_pay_parts_closed, ARGS(V_INT(payment)), NULL);
}

/* Nobody can stop a transfer: while one is waited for, it may stay on the desk (`keep_by_hand`). */
static enum err close_of(struct tx *tx, int64_t order_id, int64_t except, bool keep_by_hand)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_pay_payable_of, ARGS(V_INT(order_id), V_INT(except)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        const struct pay_provider *p = pay_provider_of(row_str(&rs, i, "provider"));
        run_has_news();
        if (p && p->close)
            e = db_exec(tx->db, &q_pay_payment_closing,
                        ARGS(V_INT(tx->now_ms), V_INT(row_int(&rs, i, "id"))), NULL);
        else if (!keep_by_hand)
            e = payment_closed(tx, row_int(&rs, i, "id"), STR(""));
    }
    return e;
}

enum err payment_close_of(struct tx *tx, int64_t order_id, int64_t except)
{
    return close_of(tx, order_id, except, false);
}

enum err pay_cancel(struct tx *tx, int64_t order_id)
{
    return close_of(tx, order_id, 0, true);
}

/* --- beginning --- */

/* The same way as before, which can still be paid: pressing twice is one payment. */
static enum err find_same(struct tx *tx, const struct pay_wish *w, int64_t total, int64_t *payment)
{
    struct rows rs;
    *payment = 0;
    enum err e =
        db_select(tx->db, &q_pay_payment_same,
                  ARGS(V_INT(w->checkout_id), V_Z(w->provider), V_INT(w->channel),
                       V_STR(w->payer.p ? w->payer : STR("")), V_INT(total), V_INT(tx->now_ms)),
                  tx->arena, &rs);
    for (size_t i = 0; !e && !*payment && i < rs.n; i++) {
        struct rows parts;
        size_t alike = 0;
        e = db_select(tx->db, &q_pay_parts_of, ARGS(V_INT(row_int(&rs, i, "id"))), tx->arena,
                      &parts);
        for (size_t k = 0; !e && k < parts.n; k++)
            for (size_t j = 0; j < w->n; j++)
                alike += row_int(&parts, k, "order_id") == w->parts[j].order_id &&
                         row_int(&parts, k, "amount_fen") == w->parts[j].amount_fen;
        if (!e && alike == w->n && parts.n == w->n)
            *payment = row_int(&rs, i, "id");
    }
    return e;
}

static enum err add_part(struct tx *tx, const struct pay_wish *w, int64_t payment, size_t i)
{
    struct rows rs;
    struct str merchant;
    const struct pay_part *part = &w->parts[i];
    enum err e = merchant_of(tx, w->provider, part->factory_id, &merchant);
    if (!e)
        e = db_one(tx->db, &q_pay_attempts, ARGS(V_INT(part->order_id)), tx->arena, &rs);
    if (e)
        return e;
    int64_t attempt = row_int(&rs, 0, "n") + 1;
    const char *number =
        arena_printf(tx->arena, "G%lldT%lld", (long long)part->order_id, (long long)attempt);
    if (!number)
        return ERR_NOMEM;
    return db_exec(tx->db, &q_pay_part_add,
                   ARGS(V_INT(payment), V_INT(part->order_id), V_INT(part->factory_id),
                        V_INT(attempt), V_Z(number), V_STR(str_head(merchant, ACCOUNT_MAX)),
                        V_INT(part->amount_fen)),
                   NULL);
}

static enum err add_payment(struct tx *tx, const struct pay_wish *w, const struct pay_provider *p,
                            int64_t total, int64_t *payment)
{
    struct rows rs;
    bool is_asked = p->open != NULL;
    run_has_news();
    enum err e = db_one(tx->db, &q_pay_payment_add,
                        ARGS(V_INT(w->checkout_id), V_INT(w->buyer_id), V_Z(p->name),
                             V_INT(w->channel), V_Z(is_asked ? "opening" : "open"), V_INT(total),
                             V_STR(w->payer.p ? w->payer : STR("")),
                             V_STR(is_asked && w->client_ip.p ? w->client_ip : STR("")),
                             V_INT(is_asked ? tx->now_ms : w->expires_at), V_INT(tx->now_ms),
                             V_INT(w->expires_at)),
                        tx->arena, &rs);
    *payment = e ? 0 : row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < w->n; i++)
        e = add_part(tx, w, *payment, i);
    return e;
}

static enum err begin(struct tx *tx, const struct pay_wish *w, bool or_refuse, int64_t *payment)
{
    int64_t total;
    const struct pay_provider *p = pay_provider_of(str_of(w->provider));
    enum err e = check_wish(tx, w, p, &total);
    if (!e)
        e = check_unpaid(tx, w);
    if (!e)
        e = find_same(tx, w, total, payment);
    if (e || *payment)
        return e;
    for (size_t i = 0; !e && i < w->n; i++)
        e = payment_close_of(tx, w->parts[i].order_id, 0);
    if (!e)
        e = add_payment(tx, w, p, total, payment);
    /* Nothing to pay: no provider is asked. */
    return e || total ? e : take_gifts(tx, *payment, or_refuse);
}

enum err pay_begin(struct tx *tx, const struct pay_wish *w, int64_t *payment)
{
    return begin(tx, w, false, payment);
}

static enum err take_at_test(struct tx *tx, const struct rows *parts, size_t i)
{
    struct rows part;
    const struct pay_news news = {
        .is = PAY_IS_DONE, .provider_no = row_str(parts, i, "number"), .at_ms = tx->now_ms};
    if (row_int(parts, i, "amount_fen") == 0)
        return OK;
    enum err e = db_one(tx->db, &q_pay_part_by_number, ARGS(V_STR(row_str(parts, i, "number"))),
                        tx->arena, &part);
    return e ? e : take_part(tx, &part, &news, true);
}

enum err pay_test(struct tx *tx, const struct pay_wish *w, int64_t *payment)
{
    struct rows parts;
    struct pay_wish with_test = *w;
    with_test.provider = pay_test_provider.name;
    enum err e = begin(tx, &with_test, true, payment);
    if (!e)
        e = db_select(tx->db, &q_pay_parts_of, ARGS(V_INT(*payment)), tx->arena, &parts);
    for (size_t i = 0; !e && i < parts.n; i++)
        e = take_at_test(tx, &parts, i);
    return e ? e : take_gifts(tx, *payment, true);
}
