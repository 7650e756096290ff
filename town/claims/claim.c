/* Opening claims and what happens to them: see claims.h. */
#include <string.h>

#include "base/log.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/claims/internal.h"

enum { CLOCK_EVERY_MS = 1000, CLOCK_MOST = 100 };

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

static bool is_one_of(struct str s, const char *const *names)
{
    for (; *names; names++)
        if (str_eq_z(s, *names))
            return true;
    return false;
}

bool claim_is_over(const char *status)
{
    static const char *const over[] = {"done",     "withdrawn", "lapsed",
                                       "rejected", "overtaken", NULL};
    return is_one_of(str_of(status), over);
}

/* --- the order's clock, which stands still meanwhile --- */

/* What it has left now: of those that are open already, as they have stopped it. */
static int64_t rest_of(const struct rows *order, const struct rows *open, int64_t now_ms)
{
    int64_t rest = row_null(order, 0, "auto_at") ? 0 : row_int(order, 0, "auto_at") - now_ms;
    for (size_t i = 0; i < open->n; i++)
        if (row_int(open, i, "rest_ms") > rest)
            rest = row_int(open, i, "rest_ms");
    return rest > 0 ? rest : 0;
}

static enum err go_on(struct tx *tx, const struct rows *claim)
{
    struct rows open;
    int64_t order_id = row_int(claim, 0, "order_id"), rest = row_int(claim, 0, "rest_ms");
    enum err e =
        db_select(tx->db, &q_claims_open_of_order, ARGS(V_INT(order_id)), tx->arena, &open);
    if (e || open.n)
        return e;
    return order_clock_set(tx, order_id,
                           tx->now_ms + (rest > CLAIM_REST_MS ? rest : CLAIM_REST_MS));
}

/* --- steps --- */

static struct val due_of(const char *status, int64_t now_ms)
{
    static const struct {
        const char *status;
        int64_t ms;
    } waits[] = {{"asked", CLAIM_ANSWER_MS},
                 {"agreed", CLAIM_SEND_MS},
                 {"sent_back", CLAIM_ARRIVE_MS},
                 {"resent", CLAIM_FINISH_MS},
                 {"refused", CLAIM_DISPUTE_MS}};
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
        if (strcmp(waits[i].status, status) == 0)
            return V_INT(now_ms + waits[i].ms);
    return V_NULL;
}

static enum err add_event(struct tx *tx, int64_t claim, const struct transition *t,
                          struct order_actor by, int64_t amount_fen)
{
    return db_exec(tx->db, &q_claims_event_add,
                   ARGS(V_INT(claim), V_Z(t->event), t->from ? V_Z(t->from) : V_NULL, V_Z(t->to),
                        by.user_id ? V_INT(by.user_id) : V_NULL, V_Z(order_as_name(by.as & t->who)),
                        V_INT(tx->now_ms), V_INT(amount_fen)),
                   NULL);
}

enum err claim_step(struct tx *tx, const struct claim_life *life, struct order_actor by,
                    int64_t amount_fen)
{
    int64_t id = row_int(&life->claim, 0, "id");
    const char *to = life->t->to;
    bool over = claim_is_over(to);
    enum err e = db_exec(
        tx->db, &q_claims_stepped,
        ARGS(V_Z(to), due_of(to, tx->now_ms), over ? V_INT(tx->now_ms) : V_NULL, V_INT(id)), NULL);
    if (!e)
        e = add_event(tx, id, life->t, by, amount_fen);
    return e || !over ? e : go_on(tx, &life->claim);
}

/* --- notes --- */

enum err claim_say(struct tx *tx, int64_t claim, struct order_actor by, struct str text,
                   const struct claim_pictures *pictures)
{
    struct rows rs;
    struct str sealed;
    enum err e = db_one(tx->db, &q_claims_notes_n, ARGS(V_INT(claim)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= CLAIM_NOTES_MAX)
        return refuse(tx, ERR_LIMIT, "text", "claims.too_many_notes", CLAIM_NOTES_MAX);
    if (!e)
        e = seal_text("claim_notes.words", text, tx->arena, &sealed);
    if (!e)
        e = db_one(tx->db, &q_claims_note_add,
                   ARGS(V_INT(claim), V_INT(by.user_id), V_Z(order_as_name(by.as)),
                        V_INT(tx->now_ms), V_BLOB(sealed)),
                   tx->arena, &rs);
    for (size_t i = 0; !e && pictures && i < pictures->n; i++)
        e = db_exec(tx->db, &q_claims_picture_add,
                    ARGS(V_INT(row_int(&rs, 0, "id")), V_STR(pictures->objects[i])), NULL);
    return e;
}

/* --- opening --- */

/* Which kinds and reasons the order's state lets one ask for. */
static enum err check_kind(struct tx *tx, const struct claim_ask *ask, const struct rows *order)
{
    static const char *const before[] = {"paid", "packed", NULL};
    static const char *const after[] = {"shipped", "received", NULL};
    static const char *const reasons[] = {"no_reason", "quality", "damaged", "wrong",
                                          "missing",   "late",    NULL};
    struct str status = row_str(order, 0, "status"), kind = str_of(ask->kind);
    bool is_refund = str_eq_z(kind, "refund"), no_reason = strcmp(ask->reason, "no_reason") == 0;
    bool early = is_one_of(status, before);
    if (!early && !is_one_of(status, after))
        return refuse(tx, ERR_CONFLICT, "status", "claims.too_late", 0);
    if (!is_refund && !str_eq_z(kind, "return") && !str_eq_z(kind, "exchange"))
        return refuse(tx, ERR_INVALID, "kind", "claims.kind_bad", 0);
    if (early && !is_refund)
        return refuse(tx, ERR_CONFLICT, "kind", "claims.not_sent_yet", 0);
    if (!is_one_of(str_of(ask->reason), reasons))
        return refuse(tx, ERR_INVALID, "reason", "claims.reason_bad", 0);
    if (!early && no_reason && is_refund)
        return refuse(tx, ERR_INVALID, "reason", "claims.no_reason_returns", 0);
    if (no_reason && !row_null(order, 0, "received_at") &&
        tx->now_ms > row_int(order, 0, "received_at") + ORDER_RETURN_DAYS * CLAIM_DAY_MS)
        return refuse(tx, ERR_CONFLICT, "reason", "claims.no_reason_over", ORDER_RETURN_DAYS);
    return OK;
}

struct asked { /* line by line */
    int64_t line, pieces, fen;
};

static enum err find_line(struct tx *tx, const struct rows *lines, const struct claim_line *want,
                          struct asked *out)
{
    for (size_t i = 0; i < lines->n; i++) {
        if (row_int(lines, i, "line") != want->line)
            continue;
        struct claim_left left = claim_left_of(lines, i, want->pieces);
        if (want->pieces < 1 || want->pieces > left.pieces)
            return refuse(tx, ERR_CONFLICT, "pieces", "claims.pieces_left", left.pieces);
        *out = (struct asked){want->line, want->pieces, left.fen};
        return OK;
    }
    return refuse(tx, ERR_INVALID, "line", "claims.line_unknown", 0);
}

/* Less than the pieces are worth, where nothing comes back: taken from the first on. */
static enum err lower(struct tx *tx, const struct claim_ask *ask, struct asked *all, int64_t sum)
{
    int64_t left = ask->amount_fen;
    if (left < 0 || left > sum)
        return refuse(tx, ERR_INVALID, "amount", "claims.amount_left", sum);
    for (size_t i = 0; left && i < ask->n; i++) {
        all[i].fen = all[i].fen < left ? all[i].fen : left;
        left -= all[i].fen;
        if (left == 0)
            for (size_t k = i + 1; k < ask->n; k++)
                all[k].fen = 0;
    }
    return OK;
}

/* The freight goes back too when the maker is to blame, or has not sent anything, and nothing of
 * the order stays with the buyer. */
static int64_t freight_of(const struct claim_ask *ask, const struct rows *order,
                          const struct rows *lines, const struct asked *all)
{
    bool is_sent = !str_eq_z(row_str(order, 0, "status"), "paid") &&
                   !str_eq_z(row_str(order, 0, "status"), "packed");
    if (strcmp(ask->kind, "exchange") == 0 || ask->amount_fen ||
        (is_sent && strcmp(ask->reason, "no_reason") == 0))
        return 0;
    for (size_t i = 0; i < lines->n; i++) {
        int64_t stays = row_int(lines, i, "quantity") - row_int(lines, i, "returned");
        for (size_t k = 0; k < ask->n; k++)
            stays -= all[k].line == row_int(lines, i, "line") ? all[k].pieces : 0;
        if (stays > 0)
            return 0;
    }
    return row_int(order, 0, "freight_fen") - row_int(order, 0, "freight_refunded_fen");
}

static enum err check_lines(struct tx *tx, const struct claim_ask *ask, const struct rows *lines,
                            struct asked *all)
{
    int64_t sum = 0;
    bool whole = strcmp(ask->kind, "refund") != 0;
    enum err e = ask->n && ask->n <= ORDER_LINES_MAX
                     ? OK
                     : refuse(tx, ERR_INVALID, "line", "claims.choose_lines", 0);
    for (size_t i = 0; !e && i < ask->n; i++) {
        for (size_t k = 0; k < i; k++)
            if (ask->lines[k].line == ask->lines[i].line) /* each would pass by itself */
                return refuse(tx, ERR_INVALID, "line", "claims.line_twice", 0);
        e = find_line(tx, lines, &ask->lines[i], &all[i]);
        if (!e)
            sum += all[i].fen;
    }
    if (e || !ask->amount_fen)
        return e;
    if (whole)
        return refuse(tx, ERR_INVALID, "amount", "claims.amount_whole", 0);
    return lower(tx, ask, all, sum);
}

static enum err add(struct tx *tx, const struct claim_ask *ask, const struct rows *order,
                    const struct rows *lines, const struct asked *all, int64_t rest_ms,
                    int64_t *claim)
{
    struct claim_life life = {0};
    struct rows rs;
    int64_t freight = freight_of(ask, order, lines, all), worth = freight, paid = 0;
    const struct order_actor by = {ask->buyer_id, ORDER_AS_BUYER};
    for (size_t i = 0; i < ask->n; i++)
        worth += all[i].fen;
    for (size_t i = 0; i < lines->n; i++)
        paid += row_int(lines, i, "paid_fen");
    if (worth == 0 && (paid || strcmp(ask->kind, "refund") == 0)) /* gifts can be exchanged */
        return refuse(tx, ERR_CONFLICT, "amount", "claims.nothing_left", 0);
    enum err e = transition_next(&claim_transitions, STR(""), "open", by.as, &life.t);
    if (!e)
        e = db_one(tx->db, &q_claims_add,
                   ARGS(V_INT(ask->order_id), V_INT(ask->buyer_id),
                        V_INT(row_int(order, 0, "factory_id")), V_Z(ask->kind), V_Z(ask->reason),
                        V_INT(freight), V_INT(rest_ms), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    *claim = e ? 0 : row_int(&rs, 0, "id");
    for (size_t i = 0; !e && i < ask->n; i++)
        e = db_exec(
            tx->db, &q_claims_line_add,
            ARGS(V_INT(*claim), V_INT(all[i].line), V_INT(all[i].pieces), V_INT(all[i].fen)), NULL);
    if (!e)
        e = db_one(tx->db, &q_claims_get, ARGS(V_INT(*claim)), tx->arena, &life.claim);
    if (!e)
        e = claim_step(tx, &life, by, 0);
    if (!e && (ask->text.n || ask->pictures.n))
        e = claim_say(tx, *claim, by, ask->text, &ask->pictures);
    return e ? e : order_clock_set(tx, ask->order_id, 0);
}

enum err claim_open(struct tx *tx, const struct claim_ask *ask, int64_t *claim)
{
    struct rows order, lines, open;
    struct asked all[ORDER_LINES_MAX];
    struct val id = V_INT(ask->order_id);
    enum err e = db_one(tx->db, &q_claims_order, ARGS(id), tx->arena, &order);
    if (!e && row_int(&order, 0, "buyer_id") != ask->buyer_id)
        e = ERR_NOT_FOUND;
    if (!e)
        e = check_kind(tx, ask, &order);
    if (!e)
        e = db_select(tx->db, &q_claims_open_of_order, ARGS(id), tx->arena, &open);
    if (!e && open.n >= CLAIM_OPEN_MAX)
        e = refuse(tx, ERR_CONFLICT, "status", "claims.too_many", CLAIM_OPEN_MAX);
    if (!e)
        e = db_select(tx->db, &q_claims_lines_of_order, ARGS(id), tx->arena, &lines);
    if (!e)
        e = check_lines(tx, ask, &lines, all);
    return e ? e : add(tx, ask, &order, &lines, all, rest_of(&order, &open, tx->now_ms), claim);
}

/* --- events --- */

static enum err load(struct tx *tx, int64_t claim, struct claim_life *out)
{
    enum err e = db_one(tx->db, &q_claims_get, ARGS(V_INT(claim)), tx->arena, &out->claim);
    return e ? e : db_select(tx->db, &q_claims_lines, ARGS(V_INT(claim)), tx->arena, &out->lines);
}

static enum err want_parcel(struct tx *tx, const struct claim_more *more)
{
    if (more->number.n == 0 || more->carrier.n == 0)
        return refuse(tx, ERR_INVALID, more->carrier.n ? "number" : "carrier",
                      "claims.parcel_missing", 0);
    return OK;
}

static bool is_kind(const struct claim_life *life, const char *kind)
{
    return str_eq_z(row_str(&life->claim, 0, "kind"), kind);
}

static bool has_come(const struct claim_life *life)
{
    return row_str(&life->claim, 0, "back_number").n > 0;
}

/* What the table does not know: kinds, and where the goods are. */
static enum err check_event(struct tx *tx, const struct claim_life *life, const char *event,
                            struct order_actor by, const struct claim_more *more)
{
    struct str from = row_str(&life->claim, 0, "status");
    bool refund = strcmp(event, "refund") == 0, agree = strcmp(event, "agree") == 0;
    bool alone = by.as == ORDER_AS_SYSTEM;
    if (agree && is_kind(life, "refund")) /* there is nothing to wait for */
        return refuse(tx, ERR_CONFLICT, "status", "claims.nothing_comes_back", 0);
    if (agree && has_come(life)) /* they are there: it is decided, or rejected */
        return refuse(tx, ERR_CONFLICT, "status", "claims.has_come", 0);
    if (refund && alone && !is_kind(life, "refund") && !str_eq_z(from, "sent_back"))
        return refuse(tx, ERR_CONFLICT, "status", "trade.status_forbids", 0);
    if (strcmp(event, "resend") == 0 && !is_kind(life, "exchange"))
        return refuse(tx, ERR_CONFLICT, "kind", "claims.no_exchange", 0);
    if (life->t->needs_note && more->text.n == 0)
        return refuse(tx, ERR_INVALID, "text", "claims.text_missing", 0);
    if (strcmp(event, "send_back") == 0 || strcmp(event, "resend") == 0)
        return want_parcel(tx, more);
    return OK;
}

static int64_t asked_fen(const struct claim_life *life)
{
    int64_t sum = row_int(&life->claim, 0, "freight_fen");
    for (size_t i = 0; i < life->lines.n; i++)
        sum += row_int(&life->lines, i, "amount_fen");
    return sum;
}

/* Money, and pieces when they have come back, or have never left; those that were sent anew are the
 * buyer's. */
static enum err pay_back(struct tx *tx, const struct claim_life *life, struct order_actor by,
                         bool is_for_sale, int64_t most, int64_t *fen)
{
    struct str order = row_str(&life->claim, 0, "order_status");
    bool at_home = str_eq_z(order, "paid") || str_eq_z(order, "packed");
    bool came = has_come(life) && row_str(&life->claim, 0, "anew_number").n == 0;
    return claim_refund(tx, life, by, at_home || came, at_home || is_for_sale, most, fen);
}

/* What a maker says when it agrees is where to send the goods; next time, too. */
static enum err keep_place(struct tx *tx, int64_t factory_id, struct str words)
{
    struct str sealed;
    enum err e = seal_text("return_places.words", words, tx->arena, &sealed);
    return e ? e
             : db_exec(tx->db, &q_claims_place_set,
                       ARGS(V_INT(factory_id), V_BLOB(sealed), V_INT(tx->now_ms)), NULL);
}

static enum err act(struct tx *tx, const struct claim_life *life, const char *event,
                    struct order_actor by, const struct claim_more *more, int64_t *fen)
{
    struct val id = V_INT(row_int(&life->claim, 0, "id"));
    if (strcmp(event, "refund") == 0)
        return pay_back(tx, life, by, more->is_for_sale, asked_fen(life), fen);
    if (strcmp(event, "decide") == 0)
        return pay_back(tx, life, by, more->is_for_sale, more->amount_fen, fen);
    if (strcmp(event, "send_back") == 0)
        return db_exec(tx->db, &q_claims_sent_back,
                       ARGS(V_STR(more->carrier), V_STR(more->number), id), NULL);
    if (strcmp(event, "agree") == 0 && by.as & ORDER_AS_FACTORY && more->text.n)
        return keep_place(tx, row_int(&life->claim, 0, "factory_id"), more->text);
    if (strcmp(event, "resend") != 0)
        return OK;
    enum err e = claim_exchange(tx, life, more->is_for_sale);
    return e ? e
             : db_exec(tx->db, &q_claims_sent_anew,
                       ARGS(V_STR(more->carrier), V_STR(more->number), id), NULL);
}

static enum err check_amount(struct tx *tx, const struct claim_life *life, const char *event,
                             const struct claim_more *more)
{
    int64_t most = asked_fen(life);
    if (strcmp(event, "decide") != 0 || (more->amount_fen > 0 && more->amount_fen <= most))
        return OK;
    return refuse(tx, ERR_INVALID, "amount", "claims.amount_left", most);
}

/* The step comes first: a refund of all there is ends the order, whose end ends its open claims. */
static enum err do_it(struct tx *tx, struct claim_life *life, const char *event,
                      struct order_actor by, const struct claim_more *more)
{
    int64_t claim = row_int(&life->claim, 0, "id"), fen = 0;
    struct order_actor doer = {by.user_id, by.as & life->t->who};
    enum err e = check_event(tx, life, event, doer, more);
    if (!e)
        e = check_amount(tx, life, event, more);
    if (!e)
        e = claim_step(tx, life, doer, strcmp(event, "decide") == 0 ? more->amount_fen : 0);
    if (!e)
        e = act(tx, life, event, doer, more, &fen);
    return !e && more->text.n ? claim_say(tx, claim, doer, more->text, NULL) : e;
}

enum err claim_do(struct tx *tx, int64_t claim, const char *event, struct order_actor by,
                  const struct claim_more *more)
{
    struct claim_life life;
    enum err e = load(tx, claim, &life);
    if (e)
        return e;
    e = transition_next(&claim_transitions, row_str(&life.claim, 0, "status"), event, by.as,
                        &life.t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "trade.status_forbids", 0);
    return e ? e : do_it(tx, &life, event, by, more);
}

/* --- by itself --- */

static const char *due_event(struct str kind, struct str status)
{
    if (str_eq_z(status, "asked"))
        return str_eq_z(kind, "refund") ? "refund" : "agree";
    if (str_eq_z(status, "sent_back"))
        return "refund";
    return str_eq_z(status, "resent") ? "finish" : "lapse";
}

/* One that cannot be done, as nothing is left to go back, ends. */
static enum err step_due(struct tx *tx, int64_t claim, const char *event)
{
    static const struct claim_more nothing = {0};
    const struct order_actor by = {0, ORDER_AS_SYSTEM};
    struct rows rs;
    enum err e = db_one(tx->db, &q_claims_get, ARGS(V_INT(claim)), tx->arena, &rs);
    if (e || !row_null(&rs, 0, "ended_at")) /* by a step before this one */
        return e;
    e = db_savepoint(tx->db);
    if (e)
        return e;
    e = claim_do(tx, claim, event, by, &nothing);
    if (!e)
        return db_savepoint_release(tx->db);
    db_savepoint_rollback(tx->db);
    if (!db_in_transaction(tx->db) || e == ERR_STORE)
        return e;
    LOG(WARN, "claims.not_stepped", L_I("claim", claim), L_Z("event", event), L_ERR(e));
    *tx->info = (struct err_info){0};
    if (e == ERR_CONFLICT)
        return claim_do(tx, claim, "overtake", by, &nothing);
    return db_exec(tx->db, &q_claims_later, ARGS(V_INT(tx->now_ms + CLAIM_HOUR_MS), V_INT(claim)),
                   NULL);
}

enum err claim_clock(struct tx *tx, int most, int *stepped)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_claims_due, ARGS(V_INT(tx->now_ms), V_INT(most)), tx->arena, &rs);
    for (*stepped = 0; !e && (size_t)*stepped < rs.n; ++*stepped) {
        size_t i = (size_t)*stepped;
        e = step_due(tx, row_int(&rs, i, "id"),
                     due_event(row_str(&rs, i, "kind"), row_str(&rs, i, "status")));
    }
    return e;
}

static enum err clock_turn(struct tx *tx, void *unused)
{
    int stepped;
    (void)unused;
    return claim_clock(tx, CLOCK_MOST, &stepped);
}

/* --- what happens to the order meanwhile --- */

/* It was received: its clock began anew, and stops. */
static enum err stop_clock(struct tx *tx, int64_t order_id)
{
    struct rows order;
    enum err e = db_one(tx->db, &q_claims_order, ARGS(V_INT(order_id)), tx->arena, &order);
    if (e || row_null(&order, 0, "auto_at"))
        return e;
    e = db_exec(tx->db, &q_claims_rest,
                ARGS(V_INT(row_int(&order, 0, "auto_at") - tx->now_ms), V_INT(order_id)), NULL);
    return e ? e : order_clock_set(tx, order_id, 0);
}

static enum err overtake_all(struct tx *tx, const struct rows *open)
{
    static const struct claim_more nothing = {0};
    enum err e = OK;
    for (size_t i = 0; !e && i < open->n; i++)
        e = claim_do(tx, row_int(open, i, "id"), "overtake",
                     (struct order_actor){0, ORDER_AS_SYSTEM}, &nothing);
    return e;
}

static enum err order_changed(struct tx *tx, const struct order_changed *c)
{
    struct rows open;
    bool ships = strcmp(c->event, "ship") == 0, over = strcmp(c->to, "refunded") == 0;
    if (!ships && !over && strcmp(c->event, "receive") != 0)
        return OK;
    enum err e =
        db_select(tx->db, &q_claims_open_of_order, ARGS(V_INT(c->order_id)), tx->arena, &open);
    if (e || open.n == 0)
        return e;
    if (over)
        return overtake_all(tx, &open);
    for (size_t i = 0; ships && i < open.n; i++)
        if (str_eq_z(row_str(&open, i, "status"), "asked"))
            return refuse(tx, ERR_CONFLICT, "order", "claims.answer_first", 0);
    return stop_clock(tx, c->order_id);
}

void claims_start(struct writer *w)
{
    order_on_change(order_changed);
    if (!w)
        return;
    trade_order_part(claim_part);
    trade_list_part(claim_marks);
    writer_every(w, CLOCK_EVERY_MS, "claims.clock", clock_turn, NULL);
}
