/* Issuing, claiming, using: see coupons.h. */
#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"
#include "store/queries.h"
#include "town/coupons/internal.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum err coupon_refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

void coupon_take(struct coupon *c, const struct rows *rs, size_t i)
{
    *c = (struct coupon){.id = row_int(rs, i, "coupon_id"),
                         .factory_id = row_int(rs, i, "factory_id"),
                         .product_id =
                             row_null(rs, i, "product_id") ? 0 : row_int(rs, i, "product_id"),
                         .off_fen = row_int(rs, i, "off_fen"),
                         .percent = row_int(rs, i, "percent"),
                         .most_fen = row_int(rs, i, "most_fen"),
                         .least_fen = row_int(rs, i, "least_fen"),
                         .claim_from = row_int(rs, i, "claim_from"),
                         .claim_until = row_int(rs, i, "claim_until"),
                         .use_days = row_int(rs, i, "use_days"),
                         .pieces = row_int(rs, i, "pieces")};
}

/* --- how many there are --- */

enum err coupon_stock_open(struct tx *tx, int64_t coupon, struct coupon_stock *out)
{
    char subject[32];
    int n = snprintf(subject, sizeof(subject), "coupon:%lld", (long long)coupon);
    enum err e = ledger_book(tx, "coupon", str_n(subject, (size_t)n), &out->book);
    if (!e)
        e = ledger_account_open(tx, out->book, "outside", 0, &out->outside);
    if (!e)
        e = ledger_account_open(tx, out->book, "available", LEDGER_DEBITS_LE_CREDITS,
                                &out->available);
    return e ? e : ledger_account_open(tx, out->book, "claimed", 0, &out->claimed);
}

enum err coupon_move(struct tx *tx, int64_t from, int64_t to, int64_t pieces, const char *reason,
                     int64_t coupon, struct ledger_id id)
{
    char ref[32];
    snprintf(ref, sizeof(ref), "coupon:%lld", (long long)coupon);
    const struct ledger_transfer t = {.id = id,
                                      .debit = from,
                                      .credit = to,
                                      .amount = pieces,
                                      .reason = reason,
                                      .ref = str_of(ref)};
    return ledger_post(tx, &t);
}

/* Of a claim, or with 0 of the issue: a repeat is harmless. */
static struct ledger_id id_of(int64_t coupon, int64_t claim)
{
    char of[64];
    snprintf(of, sizeof(of), "%lld:%lld", (long long)coupon, (long long)claim);
    return ledger_id_derive("coupons.move", str_of(of));
}

/* --- issuing --- */

static enum err check_terms(struct tx *tx, const struct coupon *c)
{
    bool is_off = c->off_fen > 0, is_percent = c->percent > 0;
    const struct {
        const char *field, *key;
        bool ok;
    } rules[] = {
        {"off", "coupons.off_bad",
         is_off != is_percent && c->off_fen >= 0 && c->off_fen <= COUPON_FEN_MAX},
        {"percent", "coupons.percent_bad", c->percent >= 0 && c->percent <= COUPON_PERCENT_MAX},
        {"most", "coupons.fen_bad",
         c->most_fen >= 0 && c->most_fen <= COUPON_FEN_MAX && (is_percent || c->most_fen == 0)},
        {"least", "coupons.least_bad",
         c->least_fen >= c->off_fen && c->least_fen <= COUPON_FEN_MAX},
        {"claim_until", "coupons.until_bad",
         c->claim_until > c->claim_from && c->claim_until > tx->now_ms},
        {"use_days", "coupons.days_bad", c->use_days >= 1 && c->use_days <= COUPON_DAYS_MAX},
        {"pieces", "coupons.pieces_bad", c->pieces >= 1 && c->pieces <= COUPON_PIECES_MAX}};
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!rules[i].ok)
            return coupon_refuse(tx, ERR_INVALID, rules[i].field, rules[i].key, 0);
    return OK;
}

static enum err check_place(struct tx *tx, const struct coupon *c)
{
    struct rows rs;
    enum err e = OK;
    if (c->product_id)
        e = db_one(tx->db, &q_coupons_product_of, ARGS(V_INT(c->product_id), V_INT(c->factory_id)),
                   tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return coupon_refuse(tx, e, "product", "coupons.product_unknown", 0);
    if (!e)
        e = db_one(tx->db, &q_coupons_open_n, ARGS(V_INT(c->factory_id), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= COUPONS_OF_FACTORY_MAX)
        return coupon_refuse(tx, ERR_LIMIT, "coupon", "coupons.too_many", COUPONS_OF_FACTORY_MAX);
    return e;
}

enum err coupon_issue(struct tx *tx, const struct coupon *c, int64_t user_id, int64_t *id)
{
    struct rows rs;
    struct coupon_stock stock;
    enum err e = check_terms(tx, c);
    if (!e)
        e = check_place(tx, c);
    if (!e)
        e = db_one(tx->db, &q_coupons_add,
                   ARGS(V_INT(c->factory_id), V_Z(c->percent ? "percent" : "off"),
                        V_INT(c->off_fen), V_INT(c->percent), V_INT(c->most_fen),
                        V_INT(c->least_fen), c->product_id ? V_INT(c->product_id) : V_NULL,
                        V_INT(c->claim_from), V_INT(c->claim_until), V_INT(c->use_days),
                        V_INT(c->pieces), V_INT(tx->now_ms), V_INT(user_id)),
                   tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    if (!e)
        e = coupon_stock_open(tx, *id, &stock);
    return e ? e
             : coupon_move(tx, stock.outside, stock.available, c->pieces, "issue", *id,
                           id_of(*id, 0));
}

enum err coupon_stop(struct tx *tx, int64_t coupon, int64_t factory_id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_coupons_get, ARGS(V_INT(coupon)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "factory_id") != factory_id)
        e = ERR_NOT_FOUND;
    return e ? e
             : db_exec(tx->db, &q_coupons_stop,
                       ARGS(V_INT(tx->now_ms), V_INT(coupon), V_INT(factory_id)), NULL);
}

/* --- claiming --- */

static enum err check_claim(struct tx *tx, const struct coupon *c, bool stopped, int64_t user_id)
{
    struct rows rs;
    if (tx->now_ms < c->claim_from)
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.not_yet", 0);
    if (stopped || tx->now_ms >= c->claim_until)
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.over", 0);
    enum err e = db_select(tx->db, &q_coupons_works_for, ARGS(V_INT(user_id), V_INT(c->factory_id)),
                           tx->arena, &rs);
    return !e && rs.n ? coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.own", 0) : e;
}

static enum err claim_one(struct tx *tx, const struct coupon *c, int64_t from, int64_t user_id,
                          int64_t *claim)
{
    struct rows rs;
    struct coupon_stock stock;
    enum err e = db_one(tx->db, &q_coupons_claim_add,
                        ARGS(V_INT(c->id), V_INT(user_id), V_INT(tx->now_ms),
                             V_INT(tx->now_ms + c->use_days * DAY_MS)),
                        tx->arena, &rs);
    *claim = e ? 0 : row_int(&rs, 0, "id");
    if (!e)
        e = coupon_stock_open(tx, c->id, &stock);
    if (!e)
        e = coupon_move(tx, from ? from : stock.available, stock.claimed, 1, "claim", c->id,
                        id_of(c->id, *claim));
    return e == ERR_SOLD_OUT ? coupon_refuse(tx, e, "coupon", "coupons.sold_out", 0) : e;
}

enum err coupon_claim_of(struct tx *tx, const struct coupon *c, bool stopped, int64_t from,
                         int64_t user_id, int64_t *claim)
{
    struct rows had;
    enum err e =
        db_select(tx->db, &q_coupons_claim_of, ARGS(V_INT(c->id), V_INT(user_id)), tx->arena, &had);
    if (e)
        return e;
    *claim = had.n ? row_int(&had, 0, "id") : 0;
    if (had.n)
        return OK;
    e = check_claim(tx, c, stopped, user_id);
    return e ? e : claim_one(tx, c, from, user_id, claim);
}

enum err coupon_claim(struct tx *tx, int64_t coupon, int64_t user_id, int64_t *claim)
{
    struct rows rs;
    struct coupon c;
    enum err e = db_one(tx->db, &q_coupons_get, ARGS(V_INT(coupon)), tx->arena, &rs);
    if (e)
        return e;
    coupon_take(&c, &rs, 0);
    return coupon_claim_of(tx, &c, !row_null(&rs, 0, "stopped_at"), 0, user_id, claim);
}

/* --- for trade --- */

static struct str key_of(const int64_t *id)
{
    return str_n(id, sizeof(*id));
}

void coupon_take_held(struct coupon_held *h, const struct rows *rs, size_t i)
{
    h->id = row_int(rs, i, "id");
    h->user_id = row_int(rs, i, "user_id");
    h->use_until = row_int(rs, i, "use_until");
    h->order_id = row_null(rs, i, "order_id") ? 0 : row_int(rs, i, "order_id");
    coupon_take(&h->coupon, rs, i);
}

enum err coupons_load(struct coupons_held *h, struct db *db, const int64_t *claims, size_t n,
                      struct arena *arena)
{
    struct rows rs;
    map_init(&h->by_id);
    if (n == 0)
        return OK;
    struct val *args = arena_array(arena, n, sizeof(*args));
    enum err e = args ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < n; i++)
        args[i] = V_INT(claims[i]);
    if (!e)
        e = db_select_many(db, &q_coupons_held, args, n, arena, &rs);
    struct coupon_held *all = e || !rs.n ? NULL : arena_array(arena, rs.n, sizeof(*all));
    if (!e && rs.n && !all)
        e = ERR_NOMEM;
    for (size_t i = 0; !e && i < rs.n; i++) {
        coupon_take_held(&all[i], &rs, i);
        if (!map_get(&h->by_id, key_of(&all[i].id)))
            e = map_put(&h->by_id, key_of(&all[i].id), &all[i]);
    }
    return e;
}

void coupons_free(struct coupons_held *h)
{
    map_free(&h->by_id);
}

struct coupon_held *coupons_get(const struct coupons_held *h, int64_t claim)
{
    return map_get(&h->by_id, key_of(&claim));
}

enum err coupons_of_buyer(struct db *db, struct arena *arena, int64_t user_id, int64_t now_ms,
                          struct coupon_held **out, size_t *n)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_coupons_usable,
                  ARGS(V_INT(user_id), V_INT(now_ms), V_INT(COUPONS_SHOWN_MAX)), arena, &rs);
    *n = e ? 0 : rs.n;
    *out = *n ? arena_array(arena, *n, sizeof(**out)) : NULL;
    if (*n && !*out)
        return ERR_NOMEM;
    for (size_t i = 0; i < *n; i++)
        coupon_take_held(&(*out)[i], &rs, i);
    return e;
}

void coupon_use_row(int64_t order_id, int64_t claim, int64_t discount_fen, int64_t now_ms,
                    struct val out[COUPON_USE_COLUMNS])
{
    out[0] = V_INT(order_id);
    out[1] = V_INT(claim);
    out[2] = V_INT(discount_fen);
    out[3] = V_INT(now_ms);
}

enum err coupons_used(struct tx *tx, const struct val *rows, size_t n)
{
    enum err e = db_exec_many(tx->db, &q_coupons_use, rows, n, NULL);
    return e ? e : db_exec_many(tx->db, &q_coupons_take, rows, n, NULL);
}

enum err coupons_back(struct tx *tx, int64_t order_id)
{
    enum err e =
        db_exec(tx->db, &q_coupons_given_back, ARGS(V_INT(tx->now_ms), V_INT(order_id)), NULL);
    return e ? e : db_exec(tx->db, &q_coupons_free, ARGS(V_INT(order_id)), NULL);
}

enum err coupons_again(struct tx *tx, int64_t order_id)
{
    struct rows rs;
    struct val order = V_INT(order_id);
    enum err e = db_select(tx->db, &q_coupons_used_by, ARGS(order), tx->arena, &rs);
    if (e || rs.n == 0 || row_null(&rs, 0, "back_at"))
        return e;
    if (!row_null(&rs, 0, "order_id"))
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.used_elsewhere", 0);
    e = db_exec(tx->db, &q_coupons_retake, ARGS(order, V_INT(row_int(&rs, 0, "claim_id"))), NULL);
    return e ? e : db_exec(tx->db, &q_coupons_not_back, ARGS(order), NULL);
}

enum err coupons_offered(struct db *db, struct arena *arena, int64_t factory_id, int64_t product_id,
                         int64_t now_ms, bool *offered)
{
    struct rows rs;
    enum err e = db_select(db, &q_coupons_offered,
                           ARGS(V_INT(factory_id), V_INT(product_id), V_INT(now_ms)), arena, &rs);
    *offered = !e && rs.n;
    return e;
}

/* --- the check --- */

enum err coupons_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    static const struct {
        const struct query *query;
        const char *says;
    } rules[] = {{&q_coupons_wrong_stock, "as many are not claimed as the ledger says"},
                 {&q_coupons_wrong_use, "is held by an order that has not used it"},
                 {&q_coupons_wrong_order, "was used by an order that does not hold it"},
                 {&q_coupons_wrong_discount, "took another sum off than its order says"}};
    struct rows rs;
    enum err e = OK;
    *violations = 0;
    for (size_t i = 0; !e && i < sizeof(rules) / sizeof(rules[0]); i++) {
        e = db_select(db, rules[i].query, ARGS(V_INT(COUPONS_CHECK_SAYS)), arena, &rs);
        for (size_t k = 0; !e && k < rs.n; k++, ++*violations) {
            char line[160];
            snprintf(line, sizeof(line), "coupon %lld: %s", (long long)row_int(&rs, k, "id"),
                     rules[i].says);
            say(arg, line);
        }
    }
    return e;
}
