/*
 * A provider's statement of a day against what is here: every line must be a payment or a refund of
 * ours, booked with its amount and its merchant, and each of ours of that day must be in it. What
 * differs is listed until an operator closes it with a note; what was only told late closes by
 * itself when a later statement has it.
 */
#include "base/log.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/pay/run.h"

enum {
    SIDE_MAX = 100,
    READY_MS = 10 * 3600 * 1000 /* of a day: when those of the last one are made */
};

enum err difference_add(struct tx *tx, const struct difference *d)
{
    return db_exec(tx->db, &q_pay_difference_add,
                   ARGS(V_Z(d->provider), V_STR(d->day), V_Z(d->kind), V_STR(d->number),
                        d->order_id ? V_INT(d->order_id) : V_NULL,
                        V_STR(str_head(d->here, SIDE_MAX)), V_STR(str_head(d->there, SIDE_MAX)),
                        V_INT(tx->now_ms)),
                   NULL);
}

/* --- one line --- */

struct comparing {
    const char *provider;
    struct str day;
    const struct pay_line *line;
    struct rows ours; /* a part's, or an instruction's */
    bool is_payment;
};

static enum err differ(struct tx *tx, const struct comparing *c, const char *kind, struct str here)
{
    bool of_merchant = strcmp(kind, "merchant") == 0;
    const char *fen = arena_printf(tx->arena, "%lld", (long long)c->line->amount_fen);
    if (!fen || c->line->number.n > PAY_NUMBER_MAX || !str_is_utf8(c->line->number))
        return fen ? OK : ERR_NOMEM;
    const struct difference d = {.provider = c->provider,
                                 .kind = kind,
                                 .day = c->day,
                                 .number = c->line->number,
                                 .here = here,
                                 .there = of_merchant ? c->line->merchant : str_of(fen),
                                 .order_id = c->ours.n ? row_int(&c->ours, 0, "order_id") : 0};
    return difference_add(tx, &d);
}

static enum err find_ours(struct tx *tx, struct comparing *c)
{
    int64_t id, turn;
    c->is_payment = c->line->of == PAY_OF_PAYMENT;
    if (c->is_payment)
        return db_select(tx->db, &q_pay_stated_part, ARGS(V_STR(c->line->number), V_Z(c->provider)),
                         tx->arena, &c->ours);
    if (!instruct_number_read(c->line->number, &id, &turn))
        return OK;
    return db_select(tx->db, &q_pay_stated_instruction,
                     ARGS(V_INT(id), V_INT(turn), V_Z(c->provider)), tx->arena, &c->ours);
}

/* We were not told: it is listed, and taken all the same. */
static enum err take_now(struct tx *tx, const struct comparing *c)
{
    struct str merchant = row_str(&c->ours, 0, "merchant");
    const struct pay_news news = {.of = c->line->of,
                                  .is = PAY_IS_DONE,
                                  .number = c->line->number,
                                  .merchant = c->line->merchant.n ? c->line->merchant : merchant,
                                  .provider_no = c->line->provider_no,
                                  .amount_fen = c->line->amount_fen,
                                  .at_ms = c->line->at_ms};
    enum err e = differ(tx, c, "missing_here", STR(""));
    return e ? e : pay_take(tx, c->provider, &news);
}

/* The statement has it: whatever differs is said below, and it is not missing there. */
static enum err mark_stated(struct tx *tx, const struct comparing *c)
{
    int64_t id = row_int(&c->ours, 0, "id");
    enum err e = db_exec(tx->db, c->is_payment ? &q_pay_part_stated : &q_pay_instruction_stated,
                         ARGS(V_STR(c->day), V_INT(id)), NULL);
    return e ? e
             : db_exec(
                   tx->db, &q_pay_difference_found,
                   ARGS(V_INT(tx->now_ms), V_STR(c->day), V_Z(c->provider), V_STR(c->line->number)),
                   NULL);
}

static enum err agree_on(struct tx *tx, const struct comparing *c)
{
    int64_t here = row_int(&c->ours, 0, "amount_fen"), booked;
    struct str merchant = row_str(&c->ours, 0, "merchant");
    enum err e = mark_stated(tx, c);
    if (!e)
        e = purse_booked(tx, row_int(&c->ours, 0, "id"),
                         c->is_payment ? 0 : row_int(&c->ours, 0, "turn"), c->is_payment, &booked);
    const char *here_text = arena_printf(tx->arena, "%lld", (long long)here);
    const char *booked_text = e ? "" : arena_printf(tx->arena, "%lld", (long long)booked);
    if (e || arena_failed(tx->arena))
        return e ? e : ERR_NOMEM;
    if (c->line->amount_fen != here)
        return differ(tx, c, "amount", str_of(here_text));
    if (c->line->merchant.n && !str_eq(c->line->merchant, merchant))
        return differ(tx, c, "merchant", merchant);
    return booked == here ? OK : differ(tx, c, "ledger", str_of(booked_text));
}

static enum err compare(struct tx *tx, const char *provider, struct str day,
                        const struct pay_line *line)
{
    struct comparing c = {.provider = provider, .day = day, .line = line};
    if (line->of == PAY_OF_SHARE) /* statements of shares are none of these */
        return OK;
    enum err e = find_ours(tx, &c);
    if (e)
        return e;
    if (c.ours.n == 0)
        return differ(tx, &c, "missing_here", STR(""));
    if (row_null(&c.ours, 0, "at"))
        e = take_now(tx, &c);
    if (!e)
        e = find_ours(tx, &c);
    return e || row_null(&c.ours, 0, "at") ? e : agree_on(tx, &c);
}

/* --- a statement --- */

static enum err missing_there(struct tx *tx, const char *provider, struct str day)
{
    int64_t at;
    enum err e = day_read(day, &at);
    const struct val args[] = {V_Z(provider), V_STR(day), V_INT(tx->now_ms),
                               V_INT(day_begin_ms(at)), V_INT(day_end_ms(at))};
    if (!e)
        e = db_exec(tx->db, &q_pay_parts_not_stated, args, 5, NULL);
    return e ? e : db_exec(tx->db, &q_pay_refunds_not_stated, args, 5, NULL);
}

enum err reconcile_slice(struct tx *tx, const char *provider, struct str day,
                         const struct pay_line *lines, size_t n, size_t from)
{
    enum err e = OK;
    for (size_t i = from; !e && i < n && i < from + RECONCILE_SLICE; i++)
        e = compare(tx, provider, day, &lines[i]);
    if (e || from + RECONCILE_SLICE < n)
        return e;
    e = missing_there(tx, provider, day);
    LOG(INFO, "pay.reconciled", L_Z("provider", provider), L_S("day", day), L_I("lines", n));
    return e ? e
             : db_exec(tx->db, &q_pay_statement_read,
                       ARGS(V_INT((int64_t)n), V_INT(tx->now_ms), V_Z(provider), V_STR(day)), NULL);
}

enum err reconcile_order(struct tx *tx, void *unused)
{
    char day[DAY_TEXT];
    int64_t today = day_of(tx->now_ms);
    enum err e = OK;
    (void)unused;
    if (tx->now_ms < day_begin_ms(today) + READY_MS || !day_text(today - 1, day))
        return OK;
    for (size_t i = 0; !e && i < pay_providers_n(); i++)
        if (pay_provider_at(i)->statement)
            e = db_exec(tx->db, &q_pay_statement_add,
                        ARGS(V_Z(pay_provider_at(i)->name), V_Z(day), V_INT(tx->now_ms)), NULL);
    if (!e)
        run_has_news();
    return e;
}
