#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/idem.h"
#include "town/hall/stock.h"
#include "town/trade/order_state.h"

const struct model_sku model_skus[MODEL_SKUS] = {
    {1, 3, 6900, true}, {2, 3, 12900, true}, {3, 3, 1, true},
    {4, 3, 100, true},  {5, 4, 500, true},   {6, 3, 700, false},
};

const struct sim_account sim_accounts[SIM_ACCOUNTS] = {
    {"one", "low", LEDGER_DEBITS_LE_CREDITS},
    {"one", "free", 0},
    {"one", "high", LEDGER_CREDITS_LE_DEBITS},
    {"one", "shut", 0},
    {"one", "both", LEDGER_DEBITS_LE_CREDITS | LEDGER_CREDITS_LE_DEBITS},
    {"two", "free", 0},
};

struct ledger_id model_id(int64_t number)
{
    struct ledger_id id = {{0}};
    for (int i = 0; number && i < 8; i++)
        id.b[i] = (uint8_t)(number >> (8 * i));
    id.b[15] = number ? 0xA5 : 0;
    return id;
}

const char *model_reason(int n)
{
    static const char text[] = "reasons reasons reasons reasons reasons reasons";
    return text + sizeof(text) - 1 - n;
}

struct str model_ref(int n)
{
    static char text[2 * MODEL_REF];
    memset(text, 'r', sizeof(text));
    return str_n(text, (size_t)n);
}

void model_copy(struct model *to, const struct model *from)
{
    memcpy(to->accounts, from->accounts, (size_t)from->accounts_n * sizeof(from->accounts[0]));
    memcpy(to->transfers, from->transfers, (size_t)from->transfers_n * sizeof(from->transfers[0]));
    memcpy(to->orders, from->orders, (size_t)from->orders_n * sizeof(from->orders[0]));
    memcpy(to->keys, from->keys, (size_t)from->keys_n * sizeof(from->keys[0]));
    to->accounts_n = from->accounts_n;
    to->transfers_n = from->transfers_n;
    to->orders_n = from->orders_n;
    to->keys_n = from->keys_n;
}

bool model_is_nearly_full(const struct model *m)
{
    return m->transfers_n > MODEL_TRANSFERS - 1000 || m->orders_n > MODEL_ORDERS - 200 ||
           m->keys_n > MODEL_KEYS - 200;
}

static enum err refuse(struct answer *a, enum err e, const char *field, const char *message,
                       int64_t amount)
{
    *a = (struct answer){.command = e, .amount = amount, .field = field, .message = message};
    return e;
}

/* --- accounts and transfers --- */

static int account_of(struct model *m, const char *unit, const char *subject, const char *role,
                      int flags)
{
    for (int i = 0; i < m->accounts_n; i++) {
        const struct model_account *a = &m->accounts[i];
        if (!strcmp(a->unit, unit) && !strcmp(a->subject, subject) && !strcmp(a->role, role))
            return i;
    }
    struct model_account *a = &m->accounts[m->accounts_n];
    *a = (struct model_account){.flags = flags};
    snprintf(a->unit, sizeof(a->unit), "%s", unit);
    snprintf(a->subject, sizeof(a->subject), "%s", subject);
    snprintf(a->role, sizeof(a->role), "%s", role);
    return m->accounts_n++;
}

static int stock_account(struct model *m, int64_t sku, const char *role)
{
    char subject[MODEL_TEXT];
    snprintf(subject, sizeof(subject), "sku:%lld", (long long)sku);
    return account_of(m, "piece", subject, role,
                      strcmp(role, "available") ? 0 : LEDGER_DEBITS_LE_CREDITS);
}

void model_init(struct model *m)
{
    m->accounts_n = m->transfers_n = m->orders_n = m->keys_n = 0;
    for (int i = 0; i < SIM_ACCOUNTS; i++)
        account_of(m, "seat", sim_accounts[i].subject, sim_accounts[i].role, sim_accounts[i].flags);
}

static int64_t available(const struct model_account *a)
{
    return a->credits_posted - a->debits_posted - a->debits_pending;
}

void model_stock(const struct model *m, int64_t sku, int64_t *left, int64_t *sold)
{
    char subject[MODEL_TEXT];
    snprintf(subject, sizeof(subject), "sku:%lld", (long long)sku);
    *left = *sold = 0;
    for (int i = 0; i < m->accounts_n; i++) {
        const struct model_account *a = &m->accounts[i];
        if (strcmp(a->unit, "piece") || strcmp(a->subject, subject))
            continue;
        if (!strcmp(a->role, "available"))
            *left = available(a);
        if (!strcmp(a->role, "sold"))
            *sold = a->credits_posted;
    }
}

/* Appends a transfer and moves what it says. */
static int add(struct model *m, struct model_transfer t, struct str ref)
{
    struct model_account *d = &m->accounts[t.debit], *c = &m->accounts[t.credit];
    int64_t held = t.hold >= 0 ? m->transfers[t.hold].amount : 0;
    int64_t pending = t.kind == M_HOLD ? t.amount : -held;
    int64_t posted = t.kind == M_POSTED || t.kind == M_POST ? t.amount : 0;
    d->debits_pending += pending, d->debits_posted += posted;
    c->credits_pending += pending, c->credits_posted += posted;
    t.resolved = -1;
    if (t.hold >= 0)
        m->transfers[t.hold].resolved = m->transfers_n;
    snprintf(t.ref, sizeof(t.ref), "%.*s", STR_ARG(ref));
    m->transfers[m->transfers_n] = t;
    return m->transfers_n++;
}

static enum err may_move(struct model *m, int debit, int credit, int64_t amount, struct answer *a)
{
    const struct model_account *d = &m->accounts[debit], *c = &m->accounts[credit];
    if (strcmp(d->unit, c->unit) || strcmp(d->subject, c->subject))
        return refuse(a, ERR_INVALID, "book", NULL, 0);
    if (d->flags & LEDGER_CLOSED)
        return refuse(a, ERR_CONFLICT, "debit", NULL, 0);
    if (c->flags & LEDGER_CLOSED)
        return refuse(a, ERR_CONFLICT, "credit", NULL, 0);
    if ((d->flags & LEDGER_DEBITS_LE_CREDITS) && amount > available(d))
        return refuse(a, ERR_SOLD_OUT, "amount", NULL, available(d));
    int64_t room = c->debits_posted - c->credits_posted - c->credits_pending;
    if ((c->flags & LEDGER_CREDITS_LE_DEBITS) && amount > room)
        return refuse(a, ERR_SOLD_OUT, "amount", NULL, room);
    return OK;
}

static bool is_due(const struct model_transfer *hold, int64_t now_ms)
{
    return hold->timeout_ms > 0 && now_ms >= hold->at_ms + hold->timeout_ms;
}

static int resolve(struct model *m, int hold, enum model_kind kind, int64_t amount, int64_t number,
                   int64_t now_ms)
{
    const struct model_transfer *h = &m->transfers[hold];
    char ref[MODEL_REF];
    snprintf(ref, sizeof(ref), "%s", h->ref);
    return add(m,
               (struct model_transfer){.number = number,
                                       .kind = kind,
                                       .debit = h->debit,
                                       .credit = h->credit,
                                       .amount = amount ? amount : h->amount,
                                       .at_ms = now_ms,
                                       .hold = hold,
                                       .reason = h->reason},
               str_of(ref));
}

/* --- the ledger's own calls --- */

static int find(const struct model *m, int64_t number)
{
    for (int i = 0; number && i < m->transfers_n; i++)
        if (m->transfers[i].number == number)
            return i;
    return -1;
}

static enum err check_form(const struct request_link *l, struct answer *a)
{
    if (l->number == 0)
        return refuse(a, ERR_INVALID, "id", NULL, 0);
    if (l->amount <= 0 || l->amount > LEDGER_AMOUNT_MAX)
        return refuse(a, ERR_INVALID, "amount", NULL, LEDGER_AMOUNT_MAX);
    if (l->timeout_ms < 0 || (l->does == LEDGER_LINK_POST && l->timeout_ms != 0))
        return refuse(a, ERR_INVALID, "timeout", NULL, 0);
    if (l->reason_n == 0 || l->reason_n > LEDGER_REASON_MAX)
        return refuse(a, ERR_INVALID, "reason", NULL, LEDGER_REASON_MAX);
    if (l->ref_n > LEDGER_REF_MAX)
        return refuse(a, ERR_INVALID, "ref", NULL, LEDGER_REF_MAX);
    if (l->debit == l->credit)
        return refuse(a, ERR_INVALID, "accounts", NULL, 0);
    return OK;
}

static enum err new_transfer(struct model *m, const struct request_link *l, int64_t now_ms,
                             bool *existed, struct answer *a)
{
    enum model_kind kind = l->does == LEDGER_LINK_HOLD ? M_HOLD : M_POSTED;
    enum err e = check_form(l, a);
    if (e)
        return e;
    int past = find(m, l->number);
    *existed = past >= 0;
    if (past >= 0) {
        const struct model_transfer *p = &m->transfers[past];
        bool same = p->kind == kind && p->debit == l->debit && p->credit == l->credit &&
                    p->amount == l->amount && p->timeout_ms == l->timeout_ms &&
                    strlen(p->reason) == (size_t)l->reason_n && strlen(p->ref) == (size_t)l->ref_n;
        return same ? OK : refuse(a, ERR_KEY_REUSED, "id", NULL, 0);
    }
    if (l->debit < 0 || l->credit < 0)
        return refuse(a, ERR_INVALID, l->debit < 0 ? "debit" : "credit", NULL, 0);
    e = may_move(m, l->debit, l->credit, l->amount, a);
    if (e)
        return e;
    add(m,
        (struct model_transfer){.number = l->number,
                                .kind = kind,
                                .debit = l->debit,
                                .credit = l->credit,
                                .amount = l->amount,
                                .timeout_ms = l->timeout_ms,
                                .at_ms = now_ms,
                                .hold = -1,
                                .reason = model_reason(l->reason_n)},
        model_ref(l->ref_n));
    return OK;
}

static enum err resolution(struct model *m, const struct request_link *l, int64_t now_ms,
                           bool *existed, struct answer *a)
{
    enum model_kind kind = l->does == LEDGER_LINK_HOLD_POST ? M_POST : M_VOID;
    int64_t amount = kind == M_POST ? l->amount : 0;
    if (l->number == 0)
        return refuse(a, ERR_INVALID, "id", NULL, 0);
    if (amount < 0)
        return refuse(a, ERR_INVALID, "amount", NULL, 0);
    int past = find(m, l->number), hold = find(m, l->hold);
    const struct model_transfer *h = hold < 0 ? NULL : &m->transfers[hold];
    *existed = past >= 0;
    if (past >= 0) {
        const struct model_transfer *p = &m->transfers[past];
        bool same = p->kind == kind && hold >= 0 && p->hold == hold &&
                    (kind == M_VOID || p->amount == (amount ? amount : h->amount));
        return same ? OK : refuse(a, ERR_KEY_REUSED, "id", NULL, 0);
    }
    if (!h)
        return refuse(a, ERR_NOT_FOUND, "hold", NULL, 0);
    if (h->kind != M_HOLD)
        return refuse(a, ERR_INVALID, "hold", NULL, 0);
    if (h->resolved >= 0)
        return refuse(a, m->transfers[h->resolved].kind == M_EXPIRE ? ERR_EXPIRED : ERR_CONFLICT,
                      "hold", NULL, 0);
    if (kind == M_POST && is_due(h, now_ms))
        return refuse(a, ERR_EXPIRED, "hold", NULL, 0);
    if (amount > h->amount)
        return refuse(a, ERR_INVALID, "amount", NULL, h->amount);
    resolve(m, hold, kind, amount, l->number, now_ms);
    return OK;
}

static enum err one_link(struct model *m, const struct request_link *l, int64_t now_ms,
                         bool *existed, struct answer *a)
{
    return l->does == LEDGER_LINK_POST || l->does == LEDGER_LINK_HOLD
               ? new_transfer(m, l, now_ms, existed, a)
               : resolution(m, l, now_ms, existed, a);
}

static enum err linked(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    bool known = false, existed = false;
    if (q->links_n == 0)
        return refuse(a, ERR_INVALID, "links", NULL, LEDGER_LINKS_MAX);
    for (size_t i = 0; i < q->links_n; i++) {
        enum err e = one_link(m, &q->links[i], now_ms, &existed, a);
        if (!e && i > 0 && existed != known)
            e = refuse(a, ERR_KEY_REUSED, "id", NULL, 0);
        known = existed;
        if (e) {
            a->subject = (int64_t)i;
            return e;
        }
    }
    return OK;
}

static enum err linked_else(struct model *m, const struct request *q, int64_t now_ms,
                            struct answer *a)
{
    static struct model before;
    bool existed;
    model_copy(&before, m);
    if (linked(m, q, now_ms, a) == OK)
        return OK;
    model_copy(m, &before);
    *a = (struct answer){.command = OK};
    return one_link(m, &q->links[MODEL_LINKS - 1], now_ms, &existed, a);
}

/* --- stock and orders --- */

static enum err restock(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    char ref[MODEL_TEXT];
    int64_t amount = q->pieces < 0 ? -q->pieces : q->pieces;
    if (amount == 0 || amount > HALL_STOCK_PIECES_MAX)
        return refuse(a, ERR_INVALID, "stock", NULL, HALL_STOCK_PIECES_MAX);
    int outside = stock_account(m, q->sku, "outside"),
        shelf = stock_account(m, q->sku, "available");
    int debit = q->pieces > 0 ? outside : shelf, credit = q->pieces > 0 ? shelf : outside;
    int past = find(m, q->number);
    if (past >= 0) {
        const struct model_transfer *p = &m->transfers[past];
        bool same =
            p->kind == M_POSTED && p->debit == debit && p->credit == credit && p->amount == amount;
        return same ? OK : refuse(a, ERR_KEY_REUSED, "id", NULL, 0);
    }
    enum err e = may_move(m, debit, credit, amount, a);
    if (e)
        return e;
    snprintf(ref, sizeof(ref), "sku:%lld", (long long)q->sku);
    add(m,
        (struct model_transfer){.number = q->number,
                                .kind = M_POSTED,
                                .debit = debit,
                                .credit = credit,
                                .amount = amount,
                                .at_ms = now_ms,
                                .hold = -1,
                                .reason = q->pieces > 0 ? "restock" : "take_out"},
        str_of(ref));
    return OK;
}

static const struct model_sku *sku_of(int64_t id)
{
    for (int i = 0; i < MODEL_SKUS; i++)
        if (model_skus[i].id == id)
            return &model_skus[i];
    return NULL;
}

static void add_event(struct model_order *o, const char *event, const char *to, int64_t by,
                      const char *as, int64_t now_ms)
{
    o->events[o->events_n++] = (struct model_event){event, o->status, to, as, by, now_ms};
    o->status = to;
}

static enum err hold_pieces(struct model *m, int64_t order, struct model_line *line, int64_t now_ms,
                            struct answer *a)
{
    char ref[MODEL_TEXT];
    int shelf = stock_account(m, line->sku, "available"),
        sold = stock_account(m, line->sku, "sold");
    enum err e = may_move(m, shelf, sold, line->quantity, a);
    if (e == ERR_SOLD_OUT)
        return refuse(a, e, "quantity", a->amount > 0 ? "trade.only_left" : "trade.sold_out",
                      a->amount);
    if (e)
        return e;
    snprintf(ref, sizeof(ref), "order:%lld", (long long)order);
    line->hold = add(m,
                     (struct model_transfer){.kind = M_HOLD,
                                             .debit = shelf,
                                             .credit = sold,
                                             .amount = line->quantity,
                                             .timeout_ms = ORDER_HOLD_MS,
                                             .at_ms = now_ms,
                                             .hold = -1,
                                             .reason = "order"},
                     str_of(ref));
    return OK;
}

/* What is wished for, by rising SKU, the same one once. */
struct wanted {
    struct model_line lines[MODEL_LINES];
    int n;
};

static enum err gather(const struct request *q, struct wanted *o, struct answer *a)
{
    if (q->wishes_n == 0 || q->wishes_n > ORDER_LINES_MAX)
        return refuse(a, ERR_INVALID, "sku", "trade.lines_bad", 0);
    for (size_t i = 0; i < q->wishes_n; i++)
        if (q->wishes[i].quantity < 1 || q->wishes[i].quantity > ORDER_QUANTITY_MAX)
            return refuse(a, ERR_INVALID, "quantity", "trade.quantity_bad", 0);
    for (int64_t sku = 0; sku < 100; sku++) {
        int64_t quantity = 0;
        for (size_t i = 0; i < q->wishes_n; i++)
            quantity += q->wishes[i].sku_id == sku ? q->wishes[i].quantity : 0;
        if (quantity > ORDER_QUANTITY_MAX)
            return refuse(a, ERR_INVALID, "quantity", "trade.quantity_bad", 0);
        if (quantity)
            o->lines[o->n++] = (struct model_line){.sku = sku, .quantity = quantity};
    }
    return OK;
}

static enum err check_unpaid(const struct model *m, int64_t buyer, int orders, int64_t now_ms,
                             struct answer *a)
{
    int unpaid = 0;
    for (int i = 0; i < m->orders_n; i++)
        unpaid += m->orders[i].buyer == buyer && m->orders[i].paid_at < 0 &&
                  m->orders[i].placed_at > now_ms - ORDER_UNPAID_WINDOW_MS;
    return unpaid + orders <= ORDER_UNPAID_MAX
               ? OK
               : refuse(a, ERR_LIMIT, NULL, "trade.too_many_unpaid", ORDER_UNPAID_MAX);
}

static enum err price(struct wanted *w, struct answer *a)
{
    for (int i = 0; i < w->n; i++) {
        const struct model_sku *sku = sku_of(w->lines[i].sku);
        if (!sku)
            return refuse(a, ERR_INVALID, "sku", "trade.sku_unknown", 0);
        if (!sku->for_sale)
            return refuse(a, ERR_CONFLICT, "sku", "trade.not_for_sale", 0);
        w->lines[i].price_fen = sku->price_fen;
    }
    return OK;
}

/* An order a maker, by rising maker; not in the books yet. */
static int split(const struct wanted *w, const struct request *q, int64_t now_ms,
                 struct model_order *orders)
{
    int n = 0;
    for (int64_t maker = 1; maker < 10; maker++) {
        struct model_order o = {.buyer = q->user,
                                .factory = maker,
                                .placed_at = now_ms,
                                .hold_until = now_ms + ORDER_HOLD_MS,
                                .paid_at = -1};
        for (int i = 0; i < w->n; i++) {
            if (sku_of(w->lines[i].sku)->factory != maker)
                continue;
            o.lines[o.lines_n++] = w->lines[i];
            o.total_fen += w->lines[i].price_fen * w->lines[i].quantity;
        }
        if (o.lines_n)
            orders[n++] = o;
    }
    return n;
}

static enum err place(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    struct wanted w = {.n = 0};
    struct model_order orders[MODEL_LINES];
    int n = 0;
    enum err e = gather(q, &w, a);
    if (!e)
        e = price(&w, a);
    if (!e) {
        n = split(&w, q, now_ms, orders);
        e = check_unpaid(m, q->user, n, now_ms, a);
    }
    for (int k = 0; k < n; k++)
        for (int i = 0; !e && i < orders[k].lines_n; i++)
            e = hold_pieces(m, m->orders_n + 1 + k, &orders[k].lines[i], now_ms, a);
    if (e)
        return e;
    a->subject = m->orders_n + 1;
    a->amount = q->kind == ASK_PLACE ? n : 0;
    for (int k = 0; k < n; k++) {
        add_event(&orders[k], "place", "placed", q->user, "buyer", now_ms);
        m->orders[m->orders_n++] = orders[k];
    }
    return OK;
}

static enum err may_change(struct model *m, const struct request *q, struct model_order **o,
                           struct answer *a)
{
    *o = NULL;
    if (q->order < 1 || q->order > m->orders_n)
        return refuse(a, ERR_NOT_FOUND, NULL, NULL, 0);
    *o = &m->orders[q->order - 1];
    return OK;
}

static enum err sell(struct model *m, int64_t order, struct model_line *line, int64_t now_ms,
                     struct answer *a)
{
    const struct model_transfer *h = &m->transfers[line->hold];
    if (h->resolved >= 0 || is_due(h, now_ms)) {
        if (h->resolved < 0)
            resolve(m, line->hold, M_VOID, 0, 0, now_ms);
        enum err e = hold_pieces(m, order, line, now_ms, a);
        if (e)
            return e;
    }
    resolve(m, line->hold, M_POST, 0, 0, now_ms);
    return OK;
}

static enum err pay(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    struct model_order *o;
    char ref[MODEL_TEXT];
    enum err e = may_change(m, q, &o, a);
    if (e)
        return e;
    if (strcmp(o->status, "placed") && strcmp(o->status, "expired"))
        return refuse(a, ERR_CONFLICT, "status", "trade.status_forbids", 0);
    if (!(q->as & (ORDER_AS_BUYER | ORDER_AS_CASHIER)))
        return refuse(a, ERR_FORBIDDEN, NULL, NULL, 0);
    snprintf(ref, sizeof(ref), "order:%lld", (long long)q->order);
    if (o->total_fen) {
        int outside = account_of(m, "CNY", "town", "outside", 0);
        char purse[MODEL_TEXT];
        snprintf(purse, sizeof(purse), "frozen:factory:%lld", (long long)o->factory);
        int paid = account_of(m, "CNY", "town", purse, LEDGER_DEBITS_LE_CREDITS);
        add(m,
            (struct model_transfer){.kind = M_POSTED,
                                    .debit = outside,
                                    .credit = paid,
                                    .amount = o->total_fen,
                                    .at_ms = now_ms,
                                    .hold = -1,
                                    .reason = "payment"},
            str_of(ref));
    }
    for (int i = 0; !e && i < o->lines_n; i++)
        e = sell(m, q->order, &o->lines[i], now_ms, a);
    if (e)
        return e;
    o->paid_at = now_ms;
    add_event(o, "pay", "paid", 0, "cashier", now_ms);
    return OK;
}

static void let_go(struct model *m, struct model_order *o, int64_t now_ms)
{
    for (int i = 0; i < o->lines_n; i++)
        if (m->transfers[o->lines[i].hold].resolved < 0)
            resolve(m, o->lines[i].hold, M_VOID, 0, 0, now_ms);
}

/* The pieces back on the shelf; that the money goes back is instructed, and done by nobody here. */
static void give_back(struct model *m, int64_t order, struct model_order *o, int64_t now_ms)
{
    char ref[MODEL_TEXT];
    snprintf(ref, sizeof(ref), "order:%lld", (long long)order);
    struct model_transfer t = {.kind = M_POSTED, .at_ms = now_ms, .hold = -1, .reason = "return"};
    for (int i = 0; i < o->lines_n; i++) {
        const struct model_transfer *h = &m->transfers[o->lines[i].hold];
        t.debit = h->credit;
        t.credit = h->debit;
        t.amount = o->lines[i].quantity;
        add(m, t, str_of(ref));
    }
}

static enum err cancel(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    struct model_order *o;
    enum err e = may_change(m, q, &o, a);
    if (e)
        return e;
    bool is_paid = !strcmp(o->status, "paid");
    if (strcmp(o->status, "placed") && !is_paid)
        return refuse(a, ERR_CONFLICT, "status", "trade.status_forbids", 0);
    if (!(q->as & (is_paid ? ORDER_AS_BUYER : ORDER_AS_BUYER | ORDER_AS_OPERATOR)))
        return refuse(a, ERR_FORBIDDEN, NULL, NULL, 0);
    if (is_paid) {
        give_back(m, q->order, o, now_ms);
        add_event(o, "cancel", "refunded", q->user, "buyer", now_ms);
        return OK;
    }
    let_go(m, o, now_ms);
    add_event(o, "cancel", "cancelled", q->user, q->as & ORDER_AS_BUYER ? "buyer" : "operator",
              now_ms);
    return OK;
}

/* Orders that are due by time and number, then other holds by time and place. */
void model_expire(struct model *m, int64_t now_ms)
{
    for (;;) {
        struct model_order *next = NULL;
        for (int i = 0; i < m->orders_n; i++) {
            struct model_order *o = &m->orders[i];
            if (!strcmp(o->status, "placed") && o->hold_until <= now_ms &&
                (!next || o->hold_until < next->hold_until))
                next = o;
        }
        if (!next)
            break;
        let_go(m, next, now_ms);
        add_event(next, "expire", "expired", 0, "system", now_ms);
    }
    for (;;) {
        int next = -1;
        for (int i = 0; i < m->transfers_n; i++) {
            const struct model_transfer *t = &m->transfers[i];
            if (t->kind == M_HOLD && t->resolved < 0 && is_due(t, now_ms) &&
                (next < 0 || t->at_ms + t->timeout_ms <
                                 m->transfers[next].at_ms + m->transfers[next].timeout_ms))
                next = i;
        }
        if (next < 0)
            break;
        resolve(m, next, M_EXPIRE, 0, 0, now_ms);
    }
}

void model_prune(struct model *m, int64_t now_ms)
{
    int n = 0;
    for (int i = 0; i < m->keys_n; i++)
        if (m->keys[i].created_at >= now_ms - IDEM_KEEP_MS)
            m->keys[n++] = m->keys[i];
    m->keys_n = n;
}

/* --- requests --- */

static enum err apply(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    bool existed;
    switch (q->kind) {
    case ASK_PLACE:
    case ASK_PLACE_ALONE: return place(m, q, now_ms, a);
    case ASK_PAY: return pay(m, q, now_ms, a);
    case ASK_CANCEL: return cancel(m, q, now_ms, a);
    case ASK_RESTOCK: return restock(m, q, now_ms, a);
    case ASK_LINKED: return linked(m, q, now_ms, a);
    case ASK_LINKED_ELSE: return linked_else(m, q, now_ms, a);
    case ASK_ONE_LINK: return one_link(m, &q->links[0], now_ms, &existed, a);
    case ASK_AND_FAIL: return refuse(a, ERR_UNSUPPORTED, NULL, NULL, 0);
    case ASK_CLOSE: m->accounts[q->account].flags |= LEDGER_CLOSED; return OK;
    case ASK_KINDS: break;
    }
    abort();
}

/* Or nothing of it. */
static enum err apply_whole(struct model *m, const struct request *q, int64_t now_ms,
                            struct answer *a)
{
    static struct model before;
    *a = (struct answer){.command = OK};
    model_copy(&before, m);
    enum err e = apply(m, q, now_ms, a);
    if (e)
        model_copy(m, &before);
    return e;
}

static const char *operation_of(const struct request *q)
{
    return q->kind == ASK_PLACE ? "trade.place_order"
           : q->kind == ASK_PAY ? "sim.pay"
                                : "sim.place";
}

static struct model_key *key_of(struct model *m, const struct request *q)
{
    for (int i = 0; i < m->keys_n; i++) {
        struct model_key *k = &m->keys[i];
        if (k->user == q->user && k->number == q->key && !strcmp(k->operation, operation_of(q)))
            return k;
    }
    return NULL;
}

/* A refusal that a retry cannot cure is kept with the key as an answer is; one that it may is not.
 */
static void apply_once(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    const struct model_key *k = key_of(m, q);
    if (k) {
        *a = k->body == q->body ? k->answer : (struct answer){.command = ERR_KEY_REUSED};
        return;
    }
    enum err e = apply_whole(m, q, now_ms, a);
    if (e && q->kind != ASK_PLACE && (err_retryable(e) || err_http_status(e) >= 500))
        return;
    a->command = OK;
    a->outcome = e;
    if (e && (err_retryable(e) || err_http_status(e) >= 500))
        return;
    m->keys[m->keys_n++] =
        (struct model_key){q->user, q->key, now_ms, operation_of(q), q->body, *a};
}

void model_apply(struct model *m, const struct request *q, int64_t now_ms, struct answer *a)
{
    if (q->kind == ASK_PLACE || q->kind == ASK_PLACE_ALONE || q->kind == ASK_PAY)
        apply_once(m, q, now_ms, a);
    else
        (void)apply_whole(m, q, now_ms, a);
}
