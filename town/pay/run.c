#include "town/pay/run.h"

#include <stdio.h>

#include "base/log.h"
#include "store/queries.h"

const char *run_what_name(enum run_what what)
{
    static const char *const names[RUN_WHATS] = {"nothing", "open",      "look",
                                                 "close",   "carry_out", "statement"};
    return names[what];
}

/* --- taking --- */

static struct str address(struct tx *tx, const char *format, struct str what)
{
    struct str base = pay_public_url();
    const char *text = arena_printf(tx->arena, format, STR_ARG(base), STR_ARG(what));
    return text ? str_of(text) : STR_NONE;
}

static struct str notice_url(struct tx *tx, const struct pay_provider *p)
{
    return address(tx, "%.*s/pay/notices/%.*s", str_of(p->name));
}

static struct str id_text(struct tx *tx, const char *format, int64_t id)
{
    const char *text = arena_printf(tx->arena, format, (long long)id);
    return text ? str_of(text) : STR_NONE;
}

static enum err fill_parts(struct tx *tx, struct pay_ask *ask, int64_t payment)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_pay_parts_of, ARGS(V_INT(payment)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (row_int(&rs, i, "amount_fen") == 0)
            continue;
        if (ask->n == PAY_PARTS_MAX)
            return ERR_CORRUPT;
        ask->parts[ask->n++] =
            (struct pay_ask_part){.number = row_str(&rs, i, "number"),
                                  .merchant = row_str(&rs, i, "merchant"),
                                  .amount_fen = row_int(&rs, i, "amount_fen"),
                                  .what = id_text(tx, "Order %lld", row_int(&rs, i, "order_id"))};
    }
    ask->number = ask->n == 1 ? ask->parts[0].number : id_text(tx, "P%lld", payment);
    return e;
}

static enum err take_payment(struct tx *tx, struct run_job *job, int64_t payment)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_pay_payment_get, ARGS(V_INT(payment)), tx->arena, &rs);
    if (e)
        return e;
    struct str status = row_str(&rs, 0, "status");
    job->id = payment;
    job->tries = (int)row_int(&rs, 0, "tries");
    job->provider = pay_provider_of(row_str(&rs, 0, "provider"));
    job->is_last = row_int(&rs, 0, "expires_at") <= tx->now_ms;
    if (!job->provider) /* of another process's settings: it is due again, for that one */
        return OK;
    if (!job->provider->look) /* by hand: nobody has paid it in time */
        return str_eq_z(status, "open") && job->is_last ? payment_closed(tx, payment, STR("")) : OK;
    job->ask =
        (struct pay_ask){.channel = (enum pay_channel)row_int(&rs, 0, "channel"),
                         .payer = row_str(&rs, 0, "payer"),
                         .client_ip = row_str(&rs, 0, "client_ip"),
                         .return_url = address(tx, "%.*s/cashier/%.*s",
                                               id_text(tx, "%lld", row_int(&rs, 0, "checkout_id"))),
                         .notice_url = notice_url(tx, job->provider),
                         .expires_ms = row_int(&rs, 0, "expires_at")};
    job->what = str_eq_z(status, "opening") ? RUN_OPEN
                : str_eq_z(status, "open")  ? RUN_LOOK
                                            : RUN_CLOSE;
    e = fill_parts(tx, &job->ask, payment);
    return e ? e : arena_failed(tx->arena) ? ERR_NOMEM : OK;
}

static enum pay_do_what what_of(struct str kind)
{
    return str_eq_z(kind, "refund")         ? PAY_DO_REFUND
           : str_eq_z(kind, "share")        ? PAY_DO_SHARE
           : str_eq_z(kind, "share_return") ? PAY_DO_SHARE_RETURN
                                            : PAY_DO_RELEASE;
}

static void fill_order(struct tx *tx, struct run_job *job, const struct rows *rs)
{
    char number[PAY_NUMBER_MAX + 1];
    int64_t id = row_int(rs, 0, "id"), share = row_int(rs, 0, "share_id");
    job->order = (struct pay_do){
        .what = what_of(row_str(rs, 0, "kind")),
        .number = arena_str(tx->arena, instruct_number(id, row_int(rs, 0, "turn"), number)),
        .payment_number = row_str(rs, 0, "payment_number"),
        .provider_no = row_str(rs, 0, "payment_no"),
        .merchant = row_str(rs, 0, "merchant"),
        .receiver = row_str(rs, 0, "receiver"),
        .amount_fen = row_int(rs, 0, "amount_fen"),
        .paid_fen = row_int(rs, 0, "paid_fen"),
        .refunded_fen = row_int(rs, 0, "refunded_fen"),
        .why = row_str(rs, 0, "reason"),
        .notice_url = notice_url(tx, job->provider)};
    if (share)
        job->order.share_number =
            arena_str(tx->arena, instruct_number(share, row_int(rs, 0, "share_turn"), number));
}

static bool is_share(enum pay_do_what what)
{
    return what == PAY_DO_SHARE || what == PAY_DO_SHARE_RETURN;
}

/* Sends it in the ledger, and says what the provider is to be told; nothing when none need be. */
static enum err take_instruction(struct tx *tx, struct run_job *job, int64_t id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_pay_instruction_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e && str_eq_z(row_str(&rs, 0, "status"), "waiting"))
        e = instruct_send(tx, &rs);
    if (!e)
        e = db_one(tx->db, &q_pay_instruction_get, ARGS(V_INT(id)), tx->arena, &rs);
    if (e || !str_eq_z(row_str(&rs, 0, "status"), "sent"))
        return e;
    job->provider = pay_provider_of(row_str(&rs, 0, "provider"));
    if (!job->provider)
        return OK;
    if (pay_is_by_hand(job->provider)) /* it waits on the desk */
        return db_exec(tx->db, &q_pay_instruction_due, ARGS(V_NULL, V_INT(id)), NULL);
    fill_order(tx, job, &rs);
    if (arena_failed(tx->arena))
        return ERR_NOMEM;
    if (is_share(job->order.what) && job->order.receiver.n == 0) {
        if (strcmp(job->provider->name, pay_test_provider.name) != 0)
            return instruct_failed(tx, &rs, STR("the provider has no account of who shares"));
        job->order.receiver = row_str(&rs, 0, "party");
    }
    job->what = RUN_CARRY_OUT;
    job->id = id;
    job->tries = (int)row_int(&rs, 0, "tries");
    return OK;
}

static void take_statement(struct run_job *job, const struct rows *rs)
{
    job->provider = pay_provider_of(row_str(rs, 0, "provider"));
    job->day = row_str(rs, 0, "day");
    job->tries = (int)row_int(rs, 0, "tries");
    if (job->provider && job->provider->statement)
        job->what = RUN_STATEMENT;
}

enum err run_take(struct tx *tx, struct run_job *job)
{
    struct rows rs;
    *job = (struct run_job){.what = RUN_NOTHING};
    const struct val args[] = {V_INT(tx->now_ms + RUN_AGAIN_MS), V_INT(tx->now_ms)};
    enum err e = db_select(tx->db, &q_pay_payment_claim, args, 2, tx->arena, &rs);
    job->took = !e && rs.n;
    if (e || rs.n)
        return e ? e : take_payment(tx, job, row_int(&rs, 0, "id"));
    e = db_select(tx->db, &q_pay_instruction_claim, args, 2, tx->arena, &rs);
    job->took = !e && rs.n;
    if (e || rs.n)
        return e ? e : take_instruction(tx, job, row_int(&rs, 0, "id"));
    e = db_select(tx->db, &q_pay_statement_claim, args, 2, tx->arena, &rs);
    job->took = !e && rs.n;
    if (!e && rs.n)
        take_statement(job, &rs);
    return e;
}

/* --- calling --- */

/* Who was refused a close is told why by looking: it may have been paid meanwhile. */
static enum err close_or_look(struct run_job *job, struct arena *arena)
{
    const struct pay_provider *p = job->provider;
    enum err e = p->look(p->conf, &job->ask, job->news, arena, &job->info);
    bool is_open = false;
    for (size_t i = 0; !e && i < job->ask.n; i++)
        is_open = is_open || job->news[i].is == PAY_IS_OPEN;
    return e || !is_open ? e : p->close(p->conf, &job->ask, arena, &job->info);
}

void run_call(struct run_job *job, struct arena *arena)
{
    const struct pay_provider *p = job->provider;
    switch (job->what) {
    case RUN_NOTHING:
    case RUN_WHATS: break;
    case RUN_STATEMENT:
        job->answer =
            p->statement(p->conf, job->day.p, &job->lines, &job->lines_n, arena, &job->info);
        break;
    case RUN_OPEN:
        job->answer = p->open(p->conf, &job->ask, &job->opened, arena, &job->info);
        break;
    case RUN_LOOK:
        job->answer = job->is_last ? close_or_look(job, arena)
                                   : p->look(p->conf, &job->ask, job->news, arena, &job->info);
        break;
    case RUN_CLOSE: job->answer = close_or_look(job, arena); break;
    case RUN_CARRY_OUT:
        job->answer = p->carry_out(p->conf, &job->order, &job->news[0], arena, &job->info);
        break;
    }
}

/* --- recording --- */

static bool may_pass(enum err e)
{
    return e == ERR_IO || e == ERR_TIMEOUT || e == ERR_BUSY || e == ERR_AGAIN || e == ERR_NOMEM;
}

static int64_t pause_of(int tries)
{
    int64_t pause = RUN_PAUSE_FIRST_MS;
    for (int i = 1; i < tries && pause < RUN_PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < RUN_PAUSE_MAX_MS ? pause : RUN_PAUSE_MAX_MS;
}

static enum err payment_due(struct tx *tx, const struct run_job *job, const char *status,
                            int64_t due)
{
    return db_exec(tx->db, &q_pay_payment_due, ARGS(V_INT(due), V_INT(job->id), V_Z(status)), NULL);
}

static enum err record_open(struct tx *tx, const struct run_job *job)
{
    if (may_pass(job->answer) && job->tries < RUN_OPEN_TRIES_MAX)
        return payment_due(tx, job, "opening", tx->now_ms + pause_of(job->tries) / 5);
    if (job->answer)
        return payment_closed(tx, job->id,
                              str_of(job->info.text ? job->info.text : err_name(job->answer)));
    return db_exec(tx->db, &q_pay_payment_opened,
                   ARGS(V_INT(job->opened.go),
                        V_STR(job->opened.text.p ? job->opened.text : STR("")),
                        V_INT(tx->now_ms + RUN_LOOK_FIRST_MS), V_INT(job->id)),
                   NULL);
}

static enum err record_news(struct tx *tx, const struct run_job *job)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < job->ask.n; i++)
        if (job->news[i].is != PAY_IS_OPEN)
            e = pay_take(tx, job->provider->name, &job->news[i]);
    return e;
}

/* Next: twice as long as before, but in time for the one after its end. */
static enum err record_look(struct tx *tx, const struct run_job *job)
{
    int64_t next = tx->now_ms + pause_of(job->tries + 1), end = job->ask.expires_ms + RUN_AFTER_MS;
    if (job->answer)
        return payment_due(tx, job, "open", tx->now_ms + pause_of(job->tries));
    enum err e = record_news(tx, job);
    if (e || job->is_last)
        return e ? e : payment_closed(tx, job->id, STR(""));
    return payment_due(tx, job, "open", next < end ? next : end);
}

/* A close that the provider refuses for good is over all the same: what was looked at before said
 * that nothing was paid, and what is paid later is taken or goes back. */
static enum err record_close(struct tx *tx, const struct run_job *job)
{
    if (may_pass(job->answer))
        return payment_due(tx, job, "closing", tx->now_ms + pause_of(job->tries));
    enum err e = record_news(tx, job);
    return e ? e : payment_closed(tx, job->id, STR(""));
}

static enum err record_instruction(struct tx *tx, const struct run_job *job)
{
    struct rows rs;
    int64_t due = tx->now_ms + pause_of(job->tries);
    bool is_open = !job->answer && job->news[0].is == PAY_IS_OPEN;
    if (is_open || may_pass(job->answer))
        return db_exec(tx->db, &q_pay_instruction_due, ARGS(V_INT(due), V_INT(job->id)), NULL);
    if (!job->answer)
        return pay_take(tx, job->provider->name, &job->news[0]);
    enum err e = db_one(tx->db, &q_pay_instruction_get, ARGS(V_INT(job->id)), tx->arena, &rs);
    if (e || !str_eq_z(row_str(&rs, 0, "status"), "sent"))
        return e;
    return instruct_failed(tx, &rs,
                           str_of(job->info.text ? job->info.text : err_name(job->answer)));
}

static enum err record_statement(struct tx *tx, const struct run_job *job)
{
    const char *name = job->provider->name;
    bool again = may_pass(job->answer) && job->tries < RUN_STATEMENT_TRIES_MAX;
    if (!job->answer)
        return reconcile_slice(tx, name, job->day, job->lines, job->lines_n, job->from);
    struct str said = str_of(job->info.text ? job->info.text : err_name(job->answer));
    return db_exec(tx->db, &q_pay_statement_due,
                   ARGS(again ? V_INT(tx->now_ms + pause_of(job->tries)) : V_NULL,
                        V_STR(pay_said(said)), V_Z(name), V_STR(job->day)),
                   NULL);
}

bool run_more(struct run_job *job)
{
    if (job->what != RUN_STATEMENT || job->answer || job->from + RECONCILE_SLICE >= job->lines_n)
        return false;
    job->from += RECONCILE_SLICE;
    return true;
}

enum err run_record(struct tx *tx, const struct run_job *job)
{
    switch (job->what) {
    case RUN_NOTHING:
    case RUN_WHATS: break;
    case RUN_STATEMENT: return record_statement(tx, job);
    case RUN_OPEN: return record_open(tx, job);
    case RUN_LOOK: return record_look(tx, job);
    case RUN_CLOSE: return record_close(tx, job);
    case RUN_CARRY_OUT: return record_instruction(tx, job);
    }
    return OK;
}

enum err pay_turn(struct tx *tx, int most, int *done)
{
    struct run_job job;
    enum err e = OK;
    for (*done = 0; !e && *done < most; ++*done) {
        e = run_take(tx, &job);
        if (e || !job.took)
            break;
        run_call(&job, tx->arena);
        if (job.what == RUN_CARRY_OUT)
            job.news[0].at_ms = tx->now_ms; /* the filler's clock is set back */
        do
            e = run_record(tx, &job);
        while (!e && run_more(&job));
    }
    return e;
}
