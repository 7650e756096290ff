/* Requests: drawn, handed to the writer as the program does, and what they are told. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "town/hall/stock.h"
#include "town/trade/order_state.h"

enum { BUYERS = 6, ARENA = 8 << 20 };

int64_t sim_account_ids[SIM_ACCOUNTS];

/* --- drawing --- */

static int64_t old_number(struct sim *s)
{
    int64_t last = s->next_number - 1, back = one_in(s, 4) ? last : 30;
    int64_t number = last - below(s, back < 1 ? 1 : back);
    return number < 1 ? 1 : number;
}

static int64_t number_for(struct sim *s)
{
    return one_in(s, 12) ? old_number(s) : one_in(s, 40) ? 0 : s->next_number++;
}

/* One that is there, if the first few looked at are such. */
static int64_t hold_number(struct sim *s)
{
    for (int i = 0; i < 12 && s->model->transfers_n; i++) {
        const struct model_transfer *t = &s->model->transfers[below(s, s->model->transfers_n)];
        if (t->number && t->kind == M_HOLD && (t->resolved < 0 || one_in(s, 6)))
            return t->number;
    }
    return old_number(s);
}

static int64_t draw_amount(struct sim *s)
{
    switch (below(s, 60)) {
    case 0: return 0;
    case 1: return -below(s, 5);
    case 2: return LEDGER_AMOUNT_MAX + below(s, 2);
    case 3: return INT64_MAX - below(s, 3);
    default: return 1 + below(s, 30);
    }
}

static int draw_account(struct sim *s)
{
    return one_in(s, 30) ? -1 : one_in(s, 30) ? SIM_ACCOUNTS - 1 : (int)below(s, SIM_ACCOUNTS - 1);
}

static struct request_link draw_link(struct sim *s)
{
    struct request_link l = {.does = (enum ledger_link_does)below(s, 4), .reason_n = 5, .ref_n = 3};
    l.number = number_for(s);
    l.hold = one_in(s, 20) ? number_for(s) : hold_number(s);
    l.debit = draw_account(s);
    l.credit = one_in(s, 30) ? l.debit : draw_account(s);
    if (!one_in(s, 3)) { /* the ways on which there is something to take */
        l.debit = l.does == LEDGER_LINK_POST ? 1 : 0;
        l.credit = l.does == LEDGER_LINK_POST ? 0 : 1;
    }
    l.amount = l.does == LEDGER_LINK_HOLD_POST && one_in(s, 2) ? 0 : draw_amount(s);
    if (l.does == LEDGER_LINK_HOLD && !one_in(s, 3))
        l.timeout_ms = 1 + below(s, 20000);
    if (one_in(s, 40))
        l.timeout_ms = one_in(s, 2) ? -1 : 5;
    if (one_in(s, 40))
        l.reason_n = one_in(s, 2) ? 0 : LEDGER_REASON_MAX + (int)below(s, 2);
    if (one_in(s, 40))
        l.ref_n = LEDGER_REF_MAX + (int)below(s, 2);
    return l;
}

static void draw_wishes(struct sim *s, struct request *q)
{
    q->wishes_n = 1 + (size_t)below(s, one_in(s, 3) ? 4 : 1);
    for (size_t i = 0; i < q->wishes_n; i++)
        q->wishes[i] = (struct order_wish){.sku_id = 1 + below(s, one_in(s, 8) ? 8 : 4),
                                           .quantity = 1 + below(s, one_in(s, 5) ? 40 : 5)};
    if (one_in(s, 40))
        q->wishes[0].quantity = one_in(s, 2) ? 0 : ORDER_QUANTITY_MAX + below(s, 2);
    if (one_in(s, 80)) {
        q->wishes_n = one_in(s, 2) || q->kind != ASK_PLACE_ALONE ? 0 : ORDER_LINES_MAX + 1;
        for (size_t i = 0; i < q->wishes_n; i++)
            q->wishes[i] = (struct order_wish){.sku_id = 1, .quantity = 1};
    }
}

static void draw_request(struct sim *s, struct request *q)
{
    static const enum request_kind kinds[] = {
        ASK_PLACE,   ASK_PLACE,       ASK_PLACE,       ASK_PLACE,    ASK_PLACE,    ASK_PLACE,
        ASK_PLACE,   ASK_PAY,         ASK_PAY,         ASK_PAY,      ASK_CANCEL,   ASK_RESTOCK,
        ASK_LINKED,  ASK_LINKED,      ASK_ONE_LINK,    ASK_ONE_LINK, ASK_ONE_LINK, ASK_AND_FAIL,
        ASK_RESTOCK, ASK_PLACE_ALONE, ASK_LINKED_ELSE,
    };
    int orders = s->model->orders_n;
    *q = (struct request){.kind = kinds[below(s, sizeof(kinds) / sizeof(kinds[0]))]};
    if (s->step < 4 && one_in(s, 2))
        q->kind = ASK_RESTOCK;
    if (one_in(s, 150))
        q->kind = ASK_CLOSE;
    q->user = 11 + below(s, BUYERS);
    q->key = s->next_number++;
    q->body = rnd_seq_next(&s->seq);
    draw_wishes(s, q);
    q->order = one_in(s, 25) ? orders + 1 : orders - below(s, orders < 12 ? orders + 1 : 12);
    q->as = one_in(s, 12)        ? ORDER_AS_FACTORY
            : one_in(s, 3)       ? ORDER_AS_BUYER
            : q->kind == ASK_PAY ? ORDER_AS_BUYER | ORDER_AS_CASHIER
                                 : ORDER_AS_OPERATOR;
    q->sku = 1 + below(s, 6);
    q->pieces = one_in(s, 4) ? -below(s, 30) : 5 + below(s, 60);
    if (one_in(s, 30))
        q->pieces = one_in(s, 2) ? 0 : HALL_STOCK_PIECES_MAX + 1;
    q->number = s->next_number++;
    if (one_in(s, 15))
        q->number = old_number(s);
    q->links_n = one_in(s, 30) ? 0 : 1 + (size_t)below(s, MODEL_LINKS);
    for (size_t i = 0; i < MODEL_LINKS; i++)
        q->links[i] = draw_link(s);
    if (q->links_n > 1 && one_in(s, 3)) /* resolves what the chain itself holds */
        q->links[1].hold = q->links[0].number;
    q->account = 3;
    if (s->rushing) {
        q->kind = ASK_PLACE;
        q->user = s->rushing;
        if (q->wishes_n > ORDER_LINES_MAX) /* which is for ASK_PLACE_ALONE */
            q->wishes_n = ORDER_LINES_MAX;
    }
}

void ask_draw_rush(struct sim *s)
{
    s->rushing = one_in(s, 8) ? 11 + below(s, BUYERS) : 0;
}

/* A new wish, one that still waits for its answer, or one that has it and asks once more. */
void ask_draw(struct sim *s, struct asked *a)
{
    struct wish *w = NULL;
    for (int i = 0; !w && i < 6 && s->wishes_n && one_in(s, 3); i++) {
        struct wish *old =
            &s->wishes[s->wishes_n - 1 - below(s, s->wishes_n < 60 ? s->wishes_n : 60)];
        if (!old->is_answered || one_in(s, 3))
            w = old;
    }
    s->counts->repeats += w != NULL;
    if (!w) {
        w = &s->wishes[s->wishes_n++];
        *w = (struct wish){0};
        draw_request(s, &w->q);
    }
    *a = (struct asked){.wish = w, .q = w->q};
    if (one_in(s, 40) && w->is_answered && w->q.wishes_n) { /* the key with another wish */
        a->q.body = rnd_seq_next(&s->seq);
        a->q.wishes[0].quantity++;
        a->wish = NULL;
    }
}

/* --- running --- */

static struct ledger_transfer transfer_of(const struct request_link *l)
{
    return (struct ledger_transfer){.id = model_id(l->number),
                                    .debit = l->debit < 0 ? 999999 : sim_account_ids[l->debit],
                                    .credit = l->credit < 0 ? 999999 : sim_account_ids[l->credit],
                                    .amount = l->amount,
                                    .timeout_ms = l->timeout_ms,
                                    .reason = model_reason(l->reason_n),
                                    .ref = model_ref(l->ref_n)};
}

static enum err run_link(struct tx *tx, const struct request_link *l)
{
    struct ledger_transfer t = transfer_of(l);
    switch (l->does) {
    case LEDGER_LINK_POST: return ledger_post(tx, &t);
    case LEDGER_LINK_HOLD: return ledger_hold(tx, &t);
    case LEDGER_LINK_HOLD_POST: return ledger_hold_post(tx, t.id, model_id(l->hold), l->amount);
    case LEDGER_LINK_HOLD_VOID: return ledger_hold_void(tx, t.id, model_id(l->hold));
    }
    return ERR_INTERNAL;
}

static enum err run_links(struct tx *tx, struct asked *a)
{
    struct ledger_link links[MODEL_LINKS];
    for (size_t i = 0; i < a->q.links_n; i++)
        links[i] = (struct ledger_link){.does = a->q.links[i].does,
                                        .t = transfer_of(&a->q.links[i]),
                                        .hold = model_id(a->q.links[i].hold)};
    return ledger_linked(tx, links, a->q.links_n, &a->failed_link);
}

/* A command may go on after a chain was refused. */
static enum err run_links_else(struct tx *tx, struct asked *a)
{
    enum err e = run_links(tx, a);
    if (!e || (err_retryable(e) && e != ERR_LIMIT))
        return e;
    *tx->info = (struct err_info){0};
    return run_link(tx, &a->q.links[MODEL_LINKS - 1]);
}

/* Writes whatever it can, and then is refused: by a department that has second thoughts. */
static enum err run_and_fail(struct tx *tx, struct asked *a)
{
    for (size_t i = 0; i < MODEL_LINKS; i++) {
        enum err e = run_link(tx, &a->q.links[i]);
        if (e && !db_in_transaction(tx->db))
            return e;
        if (e && err_retryable(e) && e != ERR_LIMIT)
            return e;
    }
    *tx->info = (struct err_info){0};
    return ERR_UNSUPPORTED;
}

static void request_of(const struct asked *a, struct order_request *rq)
{
    *rq = (struct order_request){.buyer_id = a->q.user,
                                 .n = a->q.wishes_n,
                                 .name = STR("name"),
                                 .phone = STR("phone"),
                                 .address = STR("address")};
    for (size_t i = 0; i < a->q.wishes_n && i < ORDER_LINES_MAX; i++)
        rq->wishes[i] = a->q.wishes[i];
}

static enum err work_place(struct tx *tx, void *arg, int64_t *subject)
{
    struct order_request rq;
    request_of(arg, &rq);
    return order_place(tx, &rq, subject);
}

static enum err work_pay(struct tx *tx, void *arg, int64_t *subject)
{
    struct asked *a = arg;
    *subject = 0;
    return order_pay(tx, a->q.order, (struct order_actor){a->q.user, a->q.as});
}

static struct asked *asked_of(struct command *cmd)
{
    return (struct asked *)((char *)cmd - offsetof(struct asked, cold));
}

static enum err run_cold(struct command *cmd, struct tx *tx)
{
    struct asked *a = asked_of(cmd);
    switch (a->q.kind) {
    case ASK_PLACE_ALONE: return idem_run(tx, &a->key, work_place, a, &a->outcome);
    case ASK_PAY: return idem_run(tx, &a->key, work_pay, a, &a->outcome);
    case ASK_CANCEL:
        return order_do(tx, a->q.order, "cancel", (struct order_actor){a->q.user, a->q.as},
                        STR_NONE);
    case ASK_RESTOCK: return hall_stock_add(tx, a->q.sku, a->q.pieces, model_id(a->q.number));
    case ASK_LINKED: return run_links(tx, a);
    case ASK_LINKED_ELSE: return run_links_else(tx, a);
    case ASK_ONE_LINK: return run_link(tx, &a->q.links[0]);
    case ASK_AND_FAIL: return run_and_fail(tx, a);
    case ASK_CLOSE: return ledger_account_close(tx, sim_account_ids[a->q.account]);
    case ASK_PLACE:
    case ASK_KINDS: break;
    }
    return ERR_INTERNAL;
}

/* --- answers --- */

static struct sim *running; /* answers come to the one there is */

static void take_outcome(struct answer *told, const struct idem_outcome *o)
{
    told->outcome = o->result;
    told->subject = o->subject;
    told->amount = o->amount;
    told->field = o->field;
    told->message = o->message_key;
}

/* A process that is dead has told nobody. */
static void note_answer(struct asked *a, const struct command *cmd, enum err result)
{
    if (world_is_dead(running))
        return;
    if (a->is_told)
        fail(running, "answered twice");
    a->is_told = true;
    a->place = running->answers++;
    a->told = (struct answer){.command = result};
    if (result) {
        a->told.amount = cmd->info.limit;
        a->told.field = cmd->info.field;
        a->told.message = cmd->info.key;
        a->told.subject = a->q.kind == ASK_LINKED ? (int64_t)a->failed_link : 0;
    } else if (a->q.kind == ASK_PLACE) {
        take_outcome(&a->told, &a->hot.outcome);
    } else if (a->q.kind == ASK_PAY || a->q.kind == ASK_PLACE_ALONE) {
        take_outcome(&a->told, &a->outcome);
    }
}

static void cold_done(struct command *cmd, enum err result)
{
    note_answer(asked_of(cmd), cmd, result);
}

static void hot_done(struct command *cmd, enum err result)
{
    note_answer((struct asked *)cmd, cmd, result); /* `hot` is its first member */
}

void ask_submit(struct sim *s, struct asked *a)
{
    running = s;
    arena_init(&a->arena, ARENA);
    snprintf(a->key_text, sizeof(a->key_text), "k%lld", (long long)a->q.key);
    snprintf(a->actor, sizeof(a->actor), "user:%lld", (long long)a->q.user);
    if (a->q.kind == ASK_PLACE) {
        request_of(a, &a->hot.request);
        MUST(s, order_command_make(&a->hot, &a->arena));
        a->hot.key.key = str_of(a->key_text);
        a->hot.cmd.done = hot_done;
        a->hot.cmd.arena = &a->arena;
        MUST(s, writer_submit(s->writer, &a->hot.cmd));
        return;
    }
    a->key = (struct idem_key){.actor = str_of(a->actor),
                               .operation = a->q.kind == ASK_PAY ? "sim.pay" : "sim.place",
                               .key = str_of(a->key_text)};
    memcpy(a->key.hash, &a->q.body, sizeof(a->q.body));
    a->cold = (struct command){
        .name = "sim.cold", .run = run_cold, .done = cold_done, .arena = &a->arena};
    MUST(s, writer_submit(s->writer, &a->cold));
}

void ask_free(struct asked *a)
{
    arena_free(&a->arena);
}

/* --- words --- */

static bool same_text(const char *a, const char *b)
{
    return (!a || !b) ? a == b : strcmp(a, b) == 0;
}

bool answer_is_same(const struct answer *a, const struct answer *b)
{
    return a->command == b->command && a->outcome == b->outcome && a->subject == b->subject &&
           a->amount == b->amount && same_text(a->field, b->field) &&
           same_text(a->message, b->message);
}

void answer_describe(const struct answer *a, char *out, size_t size)
{
    snprintf(out, size, "%s/%s subject %lld amount %lld field %s %s", err_name(a->command),
             err_name(a->outcome), (long long)a->subject, (long long)a->amount,
             a->field ? a->field : "-", a->message ? a->message : "-");
}

void ask_describe(const struct asked *a, char *out, size_t size)
{
    static const char *const names[ASK_KINDS] = {
        "place",  "place alone",  "pay",  "cancel",   "restock",
        "linked", "linked, else", "link", "and fail", "close"};
    const struct request *q = &a->q;
    size_t n = (size_t)snprintf(out, size, "%s user %lld key %lld", names[q->kind],
                                (long long)q->user, (long long)q->key);
    if (q->kind == ASK_PLACE || q->kind == ASK_PLACE_ALONE)
        for (size_t i = 0; i < q->wishes_n && n < size; i++)
            n += (size_t)snprintf(out + n, size - n, " %lldx%lld", (long long)q->wishes[i].quantity,
                                  (long long)q->wishes[i].sku_id);
    else if (q->kind == ASK_PAY || q->kind == ASK_CANCEL)
        snprintf(out + n, size - n, " order %lld as %u", (long long)q->order, q->as);
    else if (q->kind == ASK_RESTOCK)
        snprintf(out + n, size - n, " sku %lld %+lld id %lld", (long long)q->sku,
                 (long long)q->pieces, (long long)q->number);
    else
        for (size_t i = 0; i < (q->kind == ASK_ONE_LINK ? 1 : q->links_n) && n < size; i++)
            n += (size_t)snprintf(out + n, size - n, " [%d id %lld hold %lld %d>%d %lld]",
                                  q->links[i].does, (long long)q->links[i].number,
                                  (long long)q->links[i].hold, q->links[i].debit,
                                  q->links[i].credit, (long long)q->links[i].amount);
}
