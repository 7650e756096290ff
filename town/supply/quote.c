#include "town/supply/quote.h"

#include <string.h>

#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/supply/internal.h"

#define ASKER SUPPLY_AS_ASKER
#define FACTORY SUPPLY_AS_FACTORY
#define SYSTEM SUPPLY_AS_SYSTEM

static const struct transition rows[] = {
    {NULL, "ask", "asked", ASKER},
    {"asked", "quote", "quoted", FACTORY},
    {"asked", "decline", "declined", FACTORY, true},
    {"asked", "withdraw", "withdrawn", ASKER},
    {"quoted", "accept", "accepted", ASKER},
    {"quoted", "make", "making", ASKER},
    {"quoted", "counter", "countered", ASKER},
    {"quoted", "decline", "declined", ASKER},
    {"quoted", "lapse", "expired", SYSTEM},
    {"countered", "quote", "quoted", FACTORY},
    {"countered", "decline", "declined", FACTORY, true},
    {"countered", "withdraw", "withdrawn", ASKER},
    {"making", "made", "accepted", FACTORY},
    {"making", "decline", "declined", FACTORY, true},
    {"making", "withdraw", "withdrawn", ASKER},
    {"accepted", "order", "ordered", ASKER},
    {"accepted", "lapse", "expired", SYSTEM},
    {"ordered", "reopen", "accepted", SYSTEM},
};
const struct transition_table quote_transitions = TRANSITION_TABLE(rows);

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static bool is(const char *event, const char *name)
{
    return strcmp(event, name) == 0;
}

static enum err log_event(struct tx *tx, int64_t id, int64_t actor, const char *event,
                          const char *to, int64_t quantity, int64_t price, struct str note)
{
    return db_exec(tx->db, &q_supply_quote_event,
                   ARGS(V_INT(id), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL, V_Z(event),
                        V_Z(to), V_INT(quantity), price ? V_INT(price) : V_NULL,
                        note.n ? V_STR(note) : V_NULL),
                   NULL);
}

/* --- who hears of it --- */

static struct messages_new about(struct tx *tx, const struct rows *row, const char *kind)
{
    long long id = row_int(row, 0, "id");
    return (struct messages_new){.user = row_int(row, 0, "asker_id"),
                                 .kind = kind,
                                 .about = str_of(arena_printf(tx->arena, "quote:%lld", id)),
                                 .link = str_of(arena_printf(tx->arena, "/quotes/%lld", id)),
                                 .args = {{.name = "title",
                                           .zh = row_str(row, 0, "title_zh"),
                                           .en = row_str(row, 0, "title_en")}}};
}

static struct str late_about(struct tx *tx, const struct rows *row)
{
    return str_of(arena_printf(tx->arena, "quote_late:%lld", (long long)row_int(row, 0, "id")));
}

/* Both hear of it when what is to be made is not there when its day is over. */
static enum err tell_when_late(struct tx *tx, const struct rows *row, int64_t due_day)
{
    struct messages_new m = about(tx, row, "quote.late");
    m.about = late_about(tx, row);
    m.due_ms = day_end_ms(due_day);
    m.args[1] = (struct messages_arg){.name = "at", .time_ms = day_begin_ms(due_day)};
    enum err e = messages_tell(tx, &m);
    return e ? e : tell_factory(tx, row_int(row, 0, "factory_id"), m);
}

/* due_day 0: nothing of it is to be made. */
static enum err tell(struct tx *tx, const struct rows *row, const char *event, int64_t due_day)
{
    static const struct {
        const char *event, *kind;
        bool asker;
    } told[] = {{"ask", "quote.asked", false},         {"counter", "quote.countered", false},
                {"quote", "quote.quoted", true},       {"accept", "quote.accepted", false},
                {"make", "quote.to_make", false},      {"made", "quote.made", true},
                {"decline", "quote.declined", true},   {"lapse", "quote.expired", true},
                {"withdraw", "quote.withdrawn", false}};
    bool was_made = str_eq_z(row_str(row, 0, "status"), "making");
    enum err e = was_made ? messages_drop(tx, late_about(tx, row)) : OK;
    for (size_t i = 0; !e && i < sizeof(told) / sizeof(told[0]); i++) {
        if (!is(told[i].event, event) || (is(event, "withdraw") && !was_made))
            continue;
        struct messages_new m = about(tx, row, told[i].kind);
        e = told[i].asker ? messages_tell(tx, &m)
                          : tell_factory(tx, row_int(row, 0, "factory_id"), m);
    }
    return e || !due_day ? e : tell_when_late(tx, row, due_day);
}

/* --- asking --- */

enum err quote_ask(struct tx *tx, const struct quote_ask *a, int64_t *id)
{
    struct rows sku, who, added, row;
    if (a->quantity < QUOTE_PIECES_MIN || a->quantity > ORDER_QUANTITY_MAX)
        return refuse(tx, ERR_INVALID, "quantity", "supply.quote_quantity_bad");
    enum err e = db_one(tx->db, &q_supply_sku, ARGS(V_INT(a->sku)), tx->arena, &sku);
    if (!e)
        e = db_one(tx->db, &q_supply_quote_who,
                   ARGS(V_INT(a->asker), V_INT(row_int(&sku, 0, "factory_id"))), tx->arena, &who);
    if (e)
        return e;
    if (row_int(&who, 0, "own"))
        return refuse(tx, ERR_FORBIDDEN, "sku", "supply.own");
    if (row_int(&who, 0, "n_open") >= QUOTE_OPEN_MAX)
        return refuse(tx, ERR_LIMIT, "sku", "supply.too_many_quotes");
    e = db_one(tx->db, &q_supply_quote_ask,
               ARGS(V_INT(row_int(&sku, 0, "factory_id")), V_INT(a->sku), V_INT(a->asker),
                    V_INT(a->quantity), a->want_fen ? V_INT(a->want_fen) : V_NULL,
                    V_INT(tx->now_ms)),
               tx->arena, &added);
    if (e)
        return e;
    *id = row_int(&added, 0, "id");
    e = log_event(tx, *id, a->asker, "ask", "asked", a->quantity, a->want_fen, a->note);
    if (!e)
        e = db_one(tx->db, &q_supply_quote_get, ARGS(V_INT(*id)), tx->arena, &row);
    return e ? e : tell(tx, &row, "ask", 0);
}

/* --- going on --- */

static enum err look_at_tiers(struct tx *tx, const struct quote_more *m)
{
    if (m->tiers_n == 0 || m->tiers_n > QUOTE_TIERS_MAX)
        return refuse(tx, ERR_INVALID, "price_1", "supply.tiers_bad");
    for (size_t i = 0; i < m->tiers_n; i++) {
        const struct quote_tier *t = &m->tiers[i];
        bool follows = i == 0 || (t->least > t[-1].least && t->price_fen < t[-1].price_fen);
        if (t->least < 1 || t->least > ORDER_QUANTITY_MAX || t->price_fen < 1 || !follows)
            return refuse(tx, ERR_INVALID, "price_1", "supply.tiers_bad");
    }
    if (m->lead_days < 0 || m->lead_days > QUOTE_LEAD_MAX)
        return refuse(tx, ERR_INVALID, "lead_days", "supply.lead_bad");
    return m->valid_days < 1 || m->valid_days > QUOTE_VALID_MAX
               ? refuse(tx, ERR_INVALID, "valid_days", "supply.valid_bad")
               : OK;
}

static enum err put_tiers(struct tx *tx, int64_t id, const struct quote_more *m)
{
    enum err e = db_exec(tx->db, &q_supply_tiers_clear, ARGS(V_INT(id)), NULL);
    for (size_t i = 0; !e && i < m->tiers_n; i++)
        e = db_exec(tx->db, &q_supply_tier_add,
                    ARGS(V_INT(id), V_INT(m->tiers[i].least), V_INT(m->tiers[i].price_fen)), NULL);
    return e;
}

/* The price of so many pieces; ERR_CONFLICT when no tier begins that low. */
static enum err price_for(struct tx *tx, int64_t id, int64_t quantity, int64_t *price)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_supply_tier_for, ARGS(V_INT(id), V_INT(quantity)), tx->arena, &rs);
    if (!e && rs.n == 0)
        return refuse(tx, ERR_CONFLICT, "quantity", "supply.no_tier");
    *price = e ? 0 : row_int(&rs, 0, "price_fen");
    return e;
}

static enum err move_pieces(struct tx *tx, const struct rows *row, bool keep)
{
    const char *ref = arena_printf(tx->arena, "quote:%lld", (long long)row_int(row, 0, "id"));
    int64_t sku = row_int(row, 0, "sku_id"), available, kept;
    enum err e = ref ? supply_account(tx, sku, "available", &available) : ERR_NOMEM;
    if (!e)
        e = supply_account(tx, sku, "quote", &kept);
    if (e)
        return e;
    const struct ledger_transfer t = {
        .id = ledger_id_derive(keep ? "quote" : "quote_back", str_of(ref)),
        .debit = keep ? available : kept,
        .credit = keep ? kept : available,
        .amount = row_int(row, 0, "quantity"),
        .reason = keep ? "quote" : "quote_back",
        .ref = str_of(ref)};
    e = ledger_post(tx, &t);
    if (e == ERR_SOLD_OUT)
        return refuse(tx, ERR_CONFLICT, "stock", "supply.no_stock");
    if (!e)
        hall_stock_touch(tx, sku);
    return e;
}

struct after { /* what a quote is after an event */
    int64_t quantity, want_fen, until_at, price_fen, lead_days, order_id, due_day;
};

/* Its price holds; what is agreed now is kept, or is to be made. */
static enum err agree(struct tx *tx, const struct rows *row, bool make, struct after *a)
{
    int64_t today = day_of(tx->now_ms);
    if (tx->now_ms > row_int(row, 0, "until_at"))
        return refuse(tx, ERR_CONFLICT, "status", "supply.quote_over");
    enum err e = price_for(tx, row_int(row, 0, "id"), a->quantity, &a->price_fen);
    a->due_day = make ? today + a->lead_days : 0;
    a->until_at = make ? 0 : day_end_ms(today + QUOTE_KEEP_DAYS);
    return e || make ? e : move_pieces(tx, row, true);
}

static enum err effect(struct tx *tx, const struct rows *row, const char *event,
                       const struct quote_more *m, struct after *a)
{
    int64_t id = row_int(row, 0, "id");
    enum err e = OK;
    if (is(event, "quote")) {
        e = look_at_tiers(tx, m);
        a->until_at = day_end_ms(day_of(tx->now_ms) + m->valid_days);
        a->lead_days = m->lead_days;
        return e ? e : put_tiers(tx, id, m);
    }
    if (is(event, "counter")) {
        if (m->quantity < QUOTE_PIECES_MIN || m->quantity > ORDER_QUANTITY_MAX)
            return refuse(tx, ERR_INVALID, "quantity", "supply.quote_quantity_bad");
        a->quantity = m->quantity;
        a->want_fen = m->want_fen;
        a->until_at = 0;
    } else if (is(event, "accept") || is(event, "make")) {
        return agree(tx, row, is(event, "make"), a);
    } else if (is(event, "made")) {
        a->until_at = day_end_ms(day_of(tx->now_ms) + QUOTE_KEEP_DAYS);
        return move_pieces(tx, row, true);
    } else if (is(event, "lapse") || is(event, "decline") || is(event, "withdraw")) {
        bool kept = str_eq_z(row_str(row, 0, "status"), "accepted");
        a->price_fen = 0;
        return kept ? move_pieces(tx, row, false) : OK;
    } else if (is(event, "reopen")) {
        a->until_at = day_end_ms(day_of(tx->now_ms) + QUOTE_KEEP_DAYS);
    }
    return e;
}

static enum err go_on(struct tx *tx, const struct rows *row, const char *event,
                      struct supply_actor by, const struct quote_more *m, int64_t order)
{
    const struct transition *t;
    enum err e = transition_next(&quote_transitions, row_str(row, 0, "status"), event, by.as, &t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "supply.quote_not_now");
    if (!e && t->needs_note && m->note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "supply.note_needed");
    struct after a = {row_int(row, 0, "quantity"),
                      row_int(row, 0, "want_fen"),
                      row_int(row, 0, "until_at"),
                      row_int(row, 0, "price_fen"),
                      row_int(row, 0, "lead_days"),
                      order,
                      0};
    if (!e)
        e = effect(tx, row, event, m, &a);
    if (!e)
        e = db_exec(tx->db, &q_supply_quote_to,
                    ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(a.quantity),
                         a.want_fen ? V_INT(a.want_fen) : V_NULL,
                         a.until_at ? V_INT(a.until_at) : V_NULL,
                         a.price_fen ? V_INT(a.price_fen) : V_NULL, V_INT(a.lead_days),
                         a.order_id ? V_INT(a.order_id) : V_NULL,
                         a.due_day ? V_INT(a.due_day) : V_NULL, V_INT(row_int(row, 0, "id"))),
                    NULL);
    if (!e)
        e = log_event(tx, row_int(row, 0, "id"), by.user_id, event, t->to, a.quantity,
                      a.price_fen ? a.price_fen : a.want_fen, m->note);
    return e ? e : tell(tx, row, event, a.due_day);
}

/* Whether a yes is to what is there, or to what is to be made. */
static enum err as_there_is(struct tx *tx, const struct rows *row, const char **event)
{
    int64_t left;
    if (!is(*event, "accept") && !is(*event, "make"))
        return OK;
    enum err e = hall_stock_left(tx->db, row_int(row, 0, "sku_id"), tx->arena, &left);
    bool make = left < row_int(row, 0, "quantity") && row_int(row, 0, "lead_days") > 0;
    *event = make ? "make" : "accept";
    return e;
}

enum err quote_do(struct tx *tx, int64_t id, const char *event, struct supply_actor by,
                  const struct quote_more *more)
{
    struct rows row;
    if (is(event, "order")) /* with a receiver only: quote_order() */
        return refuse(tx, ERR_CONFLICT, "status", "supply.quote_not_now");
    enum err e = db_one(tx->db, &q_supply_quote_get, ARGS(V_INT(id)), tx->arena, &row);
    if (!e)
        e = as_there_is(tx, &row, &event);
    return e ? e : go_on(tx, &row, event, by, more, row_int(&row, 0, "order_id"));
}

enum err quote_lapse(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = db_select(tx->db, &q_supply_quotes_over,
                           ARGS(V_INT(tx->now_ms), V_INT(SUPPLY_LATE_SLICE)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = quote_do(tx, row_int(&rs, i, "id"), "lapse", (struct supply_actor){0, SUPPLY_AS_SYSTEM},
                     &(struct quote_more){0});
    return e;
}

/* --- its order --- */

enum err quote_offer(struct db *db, struct arena *arena, int64_t deal, int64_t buyer_id,
                     int64_t sku_id, int64_t now_ms, struct order_offer *out)
{
    struct rows q;
    const char *subject = arena_printf(arena, "sku:%lld", (long long)sku_id);
    enum err e =
        subject ? db_one(db, &q_supply_quote_get, ARGS(V_INT(deal)), arena, &q) : ERR_NOMEM;
    if (e)
        return e;
    if (row_int(&q, 0, "asker_id") != buyer_id || row_int(&q, 0, "sku_id") != sku_id)
        return ERR_NOT_FOUND;
    if (!str_eq_z(row_str(&q, 0, "status"), "accepted") || now_ms > row_int(&q, 0, "until_at"))
        return ERR_CONFLICT;
    out->price_fen = row_int(&q, 0, "price_fen");
    out->left = row_int(&q, 0, "quantity");
    return ledger_account_find(db, "piece", str_of(subject), "quote", arena, &out->account);
}

enum err quote_order(struct tx *tx, int64_t id, int64_t asker, struct order_request *rq,
                     int64_t *order)
{
    struct rows row;
    const struct supply_actor by = {asker, SUPPLY_AS_ASKER};
    enum err e = db_one(tx->db, &q_supply_quote_get, ARGS(V_INT(id)), tx->arena, &row);
    if (e || row_int(&row, 0, "asker_id") != asker)
        return e ? e : ERR_NOT_FOUND;
    if (!str_eq_z(row_str(&row, 0, "status"), "accepted"))
        return refuse(tx, ERR_CONFLICT, "status", "supply.quote_not_now");
    rq->buyer_id = asker;
    rq->deal = id;
    rq->n = 1;
    rq->wishes[0] = (struct order_wish){.sku_id = row_int(&row, 0, "sku_id"),
                                        .quantity = row_int(&row, 0, "quantity")};
    e = order_place(tx, rq, order);
    return e ? e : go_on(tx, &row, "order", by, &(struct quote_more){0}, *order);
}

/* An order that ends unpaid gives its pieces back to the account that they came from: the quote
 * may be ordered again. One that is paid late is ordered all the same. */
enum err quote_order_changed(struct tx *tx, const struct order_changed *c)
{
    struct rows rs;
    const struct supply_actor by = {0, SUPPLY_AS_SYSTEM};
    if (!c->from || strcmp(c->from, "placed") != 0 || strcmp(c->to, "paid") == 0)
        return OK;
    enum err e =
        db_select(tx->db, &q_supply_quote_of_order, ARGS(V_INT(c->order_id)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = quote_do(tx, row_int(&rs, i, "id"), "reopen", by, &(struct quote_more){0});
    return e;
}
