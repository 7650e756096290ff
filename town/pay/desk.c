/*
 * The base's desk of payments, /pay/desk: transfers that wait to be confirmed, what persons do at
 * the bank, instructions that a provider refused, and differences between statements and the books.
 */
#include "store/queries.h"
#include "town/pay/internal.h"
#include "town/pay/run.h"
#include "town/yuan.h"

enum { SHOWN_MAX = 50, STATEMENTS_SHOWN = 14, NOTE_MAX = 200 };

/* --- looking --- */

static struct str factory_of(const struct req *r, const struct rows *rs, size_t i)
{
    return row_str(rs, i, r->lang == LANG_ZH ? "factory_zh" : "factory_en");
}

/* A transfer takes longer than pieces are held: is_lapsed says that they are for sale again. */
static enum err put_hold(struct req *r, struct view *v, int64_t order_id)
{
    struct pay_checkout c;
    enum err e = pay_orders()->load(r->db, r->arena, order_id, true, &c);
    bool held = false;
    for (size_t i = 0; !e && i < c.n; i++)
        held = held || (c.orders[i].order_id == order_id && c.orders[i].is_held);
    view_put_bool(v, "is_lapsed", !held);
    return e;
}

static enum err put_transfers(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "transfers");
    enum err e = db_select(r->db, &q_pay_desk_transfers, ARGS(V_INT(SHOWN_MAX)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "number", row_str(&rs, i, "number"));
        view_put_str(v, "factory", factory_of(r, &rs, i));
        view_put_str(v, "account", row_str(&rs, i, "merchant"));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_time(v, "since", row_int(&rs, i, "made_at"));
        e = put_hold(r, v, row_int(&rs, i, "order_id"));
    }
    return e;
}

/* Of which state, by hand or not. */
static enum err put_instructions(struct req *r, const char *member, const char *status)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, member);
    enum err e = db_select(r->db, &q_pay_desk_instructions, ARGS(V_Z(status), V_INT(SHOWN_MAX)),
                           r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str provider = row_str(&rs, i, "provider");
        const struct pay_provider *p = pay_provider_of(provider);
        if (str_eq_z(str_of(status), "sent") && p && !pay_is_by_hand(p))
            continue;
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "pay.kind_", row_str(&rs, i, "kind")));
        view_put_str(v, "party", row_str(&rs, i, "party"));
        view_put_str(v, "factory", factory_of(r, &rs, i));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", provider));
        view_put_str(v, "reason", row_str(&rs, i, "reason"));
        view_put_str(v, "said", row_str(&rs, i, "said"));
        view_put_int(v, "behind", row_int(&rs, i, "behind"));
        view_put_time(v, "since", row_int(&rs, i, "made_at"));
    }
    return e;
}

/* An amount, or a merchant's number. */
static void put_side(struct view *v, const char *name, struct str side, bool is_money)
{
    int64_t fen;
    if (is_money && str_to_i64(side, &fen) == OK)
        view_put_money(v, name, fen, "CNY");
    else
        view_put_str(v, name, side);
}

static enum err put_differences(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "differences");
    enum err e = db_select(r->db, &q_pay_differences_open, ARGS(V_INT(SHOWN_MAX)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct str kind = row_str(&rs, i, "kind");
        bool is_money = !str_eq_z(kind, "merchant");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "kind", kind);
        view_put_str(v, "kind_name", req_text(r, "pay.differs_", kind));
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_str(v, "day", row_str(&rs, i, "day"));
        view_put_str(v, "number", row_str(&rs, i, "number"));
        if (!row_null(&rs, i, "order_id"))
            view_put_int(v, "order", row_int(&rs, i, "order_id"));
        put_side(v, "here", row_str(&rs, i, "here"), is_money);
        put_side(v, "there", row_str(&rs, i, "there"), is_money);
    }
    return e;
}

static enum err put_statements(struct req *r)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "statements");
    enum err e =
        db_select(r->db, &q_pay_desk_statements, ARGS(V_INT(STATEMENTS_SHOWN)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "provider", row_str(&rs, i, "provider"));
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_str(v, "day", row_str(&rs, i, "day"));
        view_put_int(v, "lines", row_int(&rs, i, "lines"));
        view_put_bool(v, "is_read", !row_null(&rs, i, "read_at"));
        view_put_bool(v, "is_due", !row_null(&rs, i, "due_at"));
        view_put_int(v, "differences", row_int(&rs, i, "differences"));
        view_put_str(v, "said", row_str(&rs, i, "said"));
    }
    return e;
}

static enum err put_desk(struct req *r)
{
    enum err e = put_transfers(r);
    if (!e)
        e = put_instructions(r, "by_hand", "sent");
    if (!e)
        e = put_instructions(r, "failed", "failed");
    if (!e)
        e = put_differences(r);
    return e ? e : put_statements(r);
}

enum err desk_get(struct req *r)
{
    return put_desk(r);
}

/* --- doing --- */

struct doing {
    struct command cmd;
    int64_t id, user, fen;
    struct str note, provider, day;
};

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    (void)cmd;
    if (!result) {
        reply_redirect(r, "/pay/desk");
        return OK;
    }
    if (!r->json) { /* the desk again, with why */
        struct err_info info = r->info;
        reply_page(r, "pay/desk.html");
        enum err e = put_desk(r);
        if (e)
            return e;
        r->info = info;
    }
    return result;
}

static enum err begin(struct req *r, struct doing **out)
{
    struct doing *d = *out = ARENA_NEW(r->arena, struct doing);
    if (!d)
        return ERR_NOMEM;
    d->user = r->who.user_id;
    return str_to_i64(req_param(r, "id"), &d->id) == OK ? OK : ERR_NOT_FOUND;
}

static enum err run(struct req *r, struct doing *d, const char *name,
                    enum err (*fn)(struct command *cmd, struct tx *tx), enum err e)
{
    d->cmd = (struct command){.name = name, .run = fn};
    return e ? done(r, &d->cmd, e) : web_write(r, &d->cmd, done);
}

/* What was read from the bank's statement must be what the buyer was asked for. */
static enum err confirm_run(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    struct rows rs;
    enum err e = db_one(tx->db, &q_pay_desk_transfer, ARGS(V_INT(d->id)), tx->arena, &rs);
    if (e)
        return e;
    if (row_int(&rs, 0, "amount_fen") != d->fen) {
        *tx->info = (struct err_info){.code = ERR_INVALID,
                                      .field = "amount",
                                      .key = "pay.amount_differs",
                                      .limit = row_int(&rs, 0, "order_id")};
        return ERR_INVALID;
    }
    const struct pay_news news = {.of = PAY_OF_PAYMENT,
                                  .is = PAY_IS_DONE,
                                  .number = row_str(&rs, 0, "number"),
                                  .merchant = row_str(&rs, 0, "merchant"),
                                  .provider_no = d->note,
                                  .amount_fen = d->fen,
                                  .at_ms = tx->now_ms};
    e = pay_take(tx, pay_bank_provider.name, &news);
    return e ? e : db_exec(tx->db, &q_pay_part_confirmed, ARGS(V_INT(d->user), V_INT(d->id)), NULL);
}

static enum err read_yuan(struct req *r, int64_t *fen)
{
    *fen = 0;
    return yuan_typed(str_trim(req_field(r, "amount")), fen) == OK
               ? OK
               : req_refuse(r, ERR_INVALID, "amount", "pay.amount_bad");
}

enum err desk_confirm(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, &d);
    if (e)
        return e;
    e = read_yuan(r, &d->fen);
    if (!e)
        e = req_field_text(r, "note", 1, 60, &d->note);
    return run(r, d, "pay.confirm", confirm_run, e);
}

static enum err retry_run(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    return instruct_retry(tx, d->id, d->user);
}

enum err desk_retry(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, &d);
    return e ? e : run(r, d, "pay.retry", retry_run, OK);
}

static enum err settle_run(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    return instruct_settle(tx, d->id, d->user, d->note);
}

enum err desk_settle(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, &d);
    return e ? e
             : run(r, d, "pay.settle", settle_run,
                   req_field_text(r, "note", 1, NOTE_MAX, &d->note));
}

static enum err close_run(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_pay_difference_close,
                ARGS(V_STR(d->note), V_INT(tx->now_ms), V_INT(d->user), V_INT(d->id)), &changed);
    return e ? e : changed ? OK : ERR_NOT_FOUND;
}

enum err desk_close(struct req *r)
{
    struct doing *d;
    enum err e = begin(r, &d);
    return e ? e
             : run(r, d, "pay.close_difference", close_run,
                   req_field_text(r, "note", 1, NOTE_MAX, &d->note));
}

static enum err again_run(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    int64_t changed;
    enum err e = db_exec(tx->db, &q_pay_statement_again,
                         ARGS(V_INT(tx->now_ms), V_STR(d->provider), V_STR(d->day)), &changed);
    run_has_news();
    return e ? e : changed ? OK : ERR_NOT_FOUND;
}

enum err desk_again(struct req *r)
{
    struct doing *d = ARENA_NEW(r->arena, struct doing);
    if (!d)
        return ERR_NOMEM;
    enum err e = req_field_text(r, "provider", 1, 20, &d->provider);
    if (!e)
        e = req_field_text(r, "day", 10, 10, &d->day);
    return run(r, d, "pay.statement_again", again_run, e);
}
