/* What may happen to a sample, and what it does to the stock. */
#include "ledger/ledger.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/supply/internal.h"

#include <string.h>

#define ASKER SUPPLY_AS_ASKER
#define FACTORY SUPPLY_AS_FACTORY
#define SYSTEM SUPPLY_AS_SYSTEM

static const struct transition rows[] = {
    {NULL, "ask", "asked", ASKER},
    {"asked", "grant", "granted", FACTORY},
    {"asked", "refuse", "refused", FACTORY, true},
    {"asked", "cancel", "cancelled", ASKER},
    {"granted", "ship", "shipped", FACTORY},
    {"granted", "cancel", "cancelled", ASKER | FACTORY},
    {"shipped", "receive", "received", ASKER},
    {"shipped", "late", "overdue", SYSTEM},
    {"received", "send_back", "returning", ASKER},
    {"received", "keep", "kept", FACTORY},
    {"received", "late", "overdue", SYSTEM},
    {"overdue", "send_back", "returning", ASKER},
    {"overdue", "confirm", "returned", FACTORY},
    {"overdue", "keep", "kept", FACTORY},
    {"overdue", "write_off", "written_off", FACTORY | SUPPLY_AS_BASE, true},
    {"returning", "confirm", "returned", FACTORY},
    {"returning", "missing", "overdue", FACTORY, true},
    {"returned", "review", "reviewed", ASKER},
    {"kept", "review", "reviewed", ASKER},
};
const struct transition_table supply_transitions = TRANSITION_TABLE(rows);

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static enum err log_event(struct tx *tx, int64_t id, int64_t actor, const char *event,
                          const char *to, struct str note)
{
    return db_exec(tx->db, &q_supply_event_add,
                   ARGS(V_INT(id), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL, V_Z(event),
                        V_Z(to), note.n ? V_STR(note) : V_NULL),
                   NULL);
}

/* --- the pieces --- */

/* What an event moves, between which accounts of the SKU's book. */
static const struct move {
    const char *event, *from, *to, *reason;
} moves[] = {
    {"grant", "available", "sample", "sample"},
    {"cancel", "sample", "available", "sample_back"},
    {"confirm", "sample", "available", "sample_back"},
    {"keep", "sample", "given", "sample_kept"},
    {"write_off", "sample", "given", "sample_lost"},
};

enum err supply_account(struct tx *tx, int64_t sku, const char *role, int64_t *account)
{
    struct hall_stock stock;
    int64_t book;
    const char *subject = arena_printf(tx->arena, "sku:%lld", (long long)sku);
    enum err e = subject ? hall_stock_open(tx, sku, &stock) : ERR_NOMEM;
    if (!e && strcmp(role, "available") == 0) {
        *account = stock.available;
        return OK;
    }
    if (!e)
        e = ledger_book(tx, "piece", str_of(subject), &book);
    return e ? e
             : ledger_account_open(tx, book, role,
                                   strcmp(role, "given") == 0 ? 0 : LEDGER_DEBITS_LE_CREDITS,
                                   account);
}

/* An event of a sample moves its pieces at most once: the transfer's number is made of both. */
static enum err move_pieces(struct tx *tx, const struct rows *row, const char *event)
{
    const struct move *m = NULL;
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        if (strcmp(moves[i].event, event) == 0)
            m = &moves[i];
    if (!m || str_eq_z(row_str(row, 0, "status"), "asked") != (strcmp(event, "grant") == 0))
        return OK; /* of one that was never granted nothing moves */
    int64_t sku = row_int(row, 0, "sku_id");
    const char *ref = arena_printf(tx->arena, "sample:%lld", (long long)row_int(row, 0, "id"));
    struct ledger_transfer t = {
        .amount = row_int(row, 0, "quantity"), .reason = m->reason, .ref = str_of(ref)};
    enum err e = ref ? supply_account(tx, sku, m->from, &t.debit) : ERR_NOMEM;
    if (!e)
        e = supply_account(tx, sku, m->to, &t.credit);
    if (e)
        return e;
    t.id = ledger_id_derive(m->reason, t.ref);
    e = ledger_post(tx, &t);
    if (e == ERR_SOLD_OUT)
        return refuse(tx, ERR_CONFLICT, "stock", "supply.no_stock");
    if (!e)
        hall_stock_touch(tx, sku);
    return e;
}

/* --- asking --- */

static enum err may_ask(struct tx *tx, const struct supply_ask *a, const struct rows *sku)
{
    struct rows who;
    enum err e = db_one(tx->db, &q_supply_who_asks,
                        ARGS(V_INT(a->asker), V_INT(row_int(sku, 0, "factory_id")),
                             V_INT(ROLE_HOST), V_INT(a->sku)),
                        tx->arena, &who);
    if (e)
        return e;
    if (!row_int(&who, 0, "is_host") && !row_int(&who, 0, "agencies"))
        return refuse(tx, ERR_FORBIDDEN, "sku", "supply.not_yours_to_ask");
    if (row_int(&who, 0, "own"))
        return refuse(tx, ERR_FORBIDDEN, "sku", "supply.own");
    if (row_int(&who, 0, "same"))
        return refuse(tx, ERR_EXISTS, "sku", "supply.asked_already");
    if (row_int(&who, 0, "overdue") >= SUPPLY_OVERDUE_MAX)
        return refuse(tx, ERR_LIMIT, "sku", "supply.too_many_overdue");
    return row_int(&who, 0, "n_out") >= SUPPLY_OPEN_MAX
               ? refuse(tx, ERR_LIMIT, "sku", "supply.too_many_out")
               : OK;
}

enum err supply_ask(struct tx *tx, const struct supply_ask *a, int64_t *id)
{
    struct rows sku, added, row;
    if (a->quantity < 1 || a->quantity > SUPPLY_PIECES_MAX)
        return refuse(tx, ERR_INVALID, "quantity", "supply.quantity_bad");
    if (a->days < 1 || a->days > SUPPLY_DAYS_MAX)
        return refuse(tx, ERR_INVALID, "days", "supply.days_bad");
    enum err e = db_one(tx->db, &q_supply_sku, ARGS(V_INT(a->sku)), tx->arena, &sku);
    if (!e)
        e = may_ask(tx, a, &sku);
    if (!e)
        e = db_one(tx->db, &q_supply_ask,
                   ARGS(V_INT(row_int(&sku, 0, "factory_id")), V_INT(a->sku), V_INT(a->asker),
                        V_INT(a->quantity), V_INT(a->days), V_STR(a->why), V_INT(tx->now_ms)),
                   tx->arena, &added);
    if (e)
        return e;
    *id = row_int(&added, 0, "id");
    e = log_event(tx, *id, a->asker, "ask", "asked", STR_NONE);
    if (!e)
        e = db_one(tx->db, &q_supply_get, ARGS(V_INT(*id)), tx->arena, &row);
    return e ? e : tell_of_sample(tx, &row, "ask", 0);
}

/* --- going on --- */

static enum err look_at(struct tx *tx, const char *event, const struct transition *t,
                        const struct supply_more *more)
{
    if (t->needs_note && more->note.n == 0)
        return refuse(tx, ERR_INVALID, "note", "supply.note_needed");
    if (strcmp(event, "ship") == 0 && (more->carrier.n == 0 || more->number.n == 0))
        return refuse(tx, ERR_INVALID, more->carrier.n ? "number" : "carrier", "supply.way_needed");
    if (strcmp(event, "review") == 0 && (more->stars < 1 || more->stars > 5))
        return refuse(tx, ERR_INVALID, "stars", "supply.stars_bad");
    return OK;
}

/* When it is to be back, in the state that it comes to; 0: it is not out. */
static int64_t due_after(const struct tx *tx, const struct rows *row, const char *to)
{
    int64_t days = row_int(row, 0, "days"), today = day_of(tx->now_ms);
    if (strcmp(to, "shipped") == 0)
        return day_end_ms(today + SUPPLY_WAY_DAYS + days);
    if (strcmp(to, "received") == 0)
        return day_end_ms(today + days);
    bool is_out = strcmp(to, "overdue") == 0 || strcmp(to, "returning") == 0;
    return is_out ? row_int(row, 0, "due_at") : 0;
}

enum err supply_do(struct tx *tx, int64_t id, const char *event, struct supply_actor by,
                   const struct supply_more *more)
{
    struct rows row;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_supply_get, ARGS(V_INT(id)), tx->arena, &row);
    if (!e)
        e = transition_next(&supply_transitions, row_str(&row, 0, "status"), event, by.as, &t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "supply.not_now");
    if (!e)
        e = look_at(tx, event, t, more);
    if (!e)
        e = move_pieces(tx, &row, event);
    if (e)
        return e;
    int64_t due = due_after(tx, &row, t->to);
    bool ship = strcmp(event, "ship") == 0, review = strcmp(event, "review") == 0;
    e = db_exec(tx->db, &q_supply_to,
                ARGS(V_Z(t->to), V_INT(tx->now_ms), due ? V_INT(due) : V_NULL,
                     ship ? V_STR(more->carrier) : V_NULL, ship ? V_STR(more->number) : V_NULL,
                     review ? V_INT(more->stars) : V_NULL, review ? V_STR(more->note) : V_NULL,
                     V_INT(id)),
                NULL);
    if (!e)
        e = log_event(tx, id, by.user_id, event, t->to, review ? STR_NONE : more->note);
    return e ? e : tell_of_sample(tx, &row, event, due);
}

enum err supply_late(struct tx *tx, void *unused)
{
    struct rows rs;
    (void)unused;
    enum err e = db_select(tx->db, &q_supply_due, ARGS(V_INT(tx->now_ms), V_INT(SUPPLY_LATE_SLICE)),
                           tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        e = supply_do(tx, row_int(&rs, i, "id"), "late", (struct supply_actor){0, SUPPLY_AS_SYSTEM},
                      &(struct supply_more){0});
    return e;
}
