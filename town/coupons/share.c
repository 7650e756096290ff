/* What hosts were given of a coupon, and what their shows have of that: see coupons.h. */
#include <stdio.h>

#include "store/queries.h"
#include "town/coupons/internal.h"

enum { ROLE_BYTES = 32 };

static enum err open_share(struct tx *tx, const struct coupon_stock *stock, const char *kind,
                           int64_t of, int64_t *account)
{
    char role[ROLE_BYTES];
    snprintf(role, sizeof(role), "%s:%lld", kind, (long long)of);
    return ledger_account_open(tx, stock->book, role, LEDGER_DEBITS_LE_CREDITS, account);
}

static enum err too_few(struct tx *tx, enum err e)
{
    return e == ERR_SOLD_OUT
               ? coupon_refuse(tx, e, "pieces", "coupons.only_so_many", tx->info->limit)
               : e;
}

static enum err check_open(struct tx *tx, const struct rows *coupon)
{
    if (!row_null(coupon, 0, "stopped_at") || row_int(coupon, 0, "claim_until") <= tx->now_ms)
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.over", 0);
    return OK;
}

/* --- the maker's to a host --- */

static enum err note_host(struct tx *tx, int64_t coupon, int64_t host)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_coupons_host_is, ARGS(V_INT(coupon), V_INT(host)), tx->arena, &rs);
    if (e || rs.n)
        return e;
    e = db_one(tx->db, &q_coupons_hosts_n, ARGS(V_INT(coupon)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= COUPON_HOSTS_MAX)
        return coupon_refuse(tx, ERR_LIMIT, "host", "coupons.too_many_hosts", COUPON_HOSTS_MAX);
    return e ? e
             : db_exec(tx->db, &q_coupons_host_add,
                       ARGS(V_INT(coupon), V_INT(host), V_INT(tx->now_ms)), NULL);
}

enum err coupon_give(struct tx *tx, int64_t coupon, int64_t factory_id, int64_t host,
                     int64_t pieces)
{
    struct rows rs;
    struct coupon_stock stock;
    int64_t share;
    enum err e = db_one(tx->db, &q_coupons_get, ARGS(V_INT(coupon)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "factory_id") != factory_id)
        e = ERR_NOT_FOUND;
    if (!e && (pieces == 0 || pieces > COUPON_PIECES_MAX || pieces < -COUPON_PIECES_MAX))
        return coupon_refuse(tx, ERR_INVALID, "pieces", "coupons.pieces_bad", 0);
    if (!e && pieces > 0)
        e = check_open(tx, &rs);
    if (!e && pieces > 0)
        e = note_host(tx, coupon, host);
    if (!e)
        e = coupon_stock_open(tx, coupon, &stock);
    if (!e)
        e = open_share(tx, &stock, "host", host, &share);
    if (e)
        return e;
    e = pieces > 0
            ? coupon_move(tx, stock.available, share, pieces, "give", coupon, ledger_id_new())
            : coupon_move(tx, share, stock.available, -pieces, "take_back", coupon,
                          ledger_id_new());
    return too_few(tx, e);
}

/* --- the host's to a show --- */

static enum err note_plan(struct tx *tx, int64_t coupon, int64_t host, int64_t show, int64_t pieces,
                          int64_t *plan)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_coupons_show_of, ARGS(V_INT(coupon), V_INT(show)), tx->arena, &rs);
    if (!e && rs.n && str_eq_z(row_str(&rs, 0, "status"), "ended"))
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.over", 0);
    if (!e && rs.n) {
        *plan = row_int(&rs, 0, "id");
        return db_exec(tx->db, &q_coupons_show_more, ARGS(V_INT(pieces), V_INT(*plan)), NULL);
    }
    if (!e)
        e = db_one(tx->db, &q_coupons_show_add,
                   ARGS(V_INT(coupon), V_INT(show), V_INT(host), V_INT(pieces)), tx->arena, &rs);
    if (!e)
        *plan = row_int(&rs, 0, "id");
    return e;
}

enum err coupon_plan(struct tx *tx, int64_t coupon, int64_t host, int64_t show, int64_t pieces,
                     int64_t *plan)
{
    struct rows rs;
    struct coupon_stock stock;
    int64_t from, to;
    if (pieces < 1 || pieces > COUPON_PIECES_MAX)
        return coupon_refuse(tx, ERR_INVALID, "pieces", "coupons.pieces_bad", 0);
    enum err e = db_one(tx->db, &q_coupons_get, ARGS(V_INT(coupon)), tx->arena, &rs);
    if (!e)
        e = check_open(tx, &rs);
    if (!e)
        e = coupon_stock_open(tx, coupon, &stock);
    if (!e)
        e = open_share(tx, &stock, "host", host, &from);
    if (!e)
        e = open_share(tx, &stock, "show", show, &to);
    if (!e)
        e = too_few(tx, coupon_move(tx, from, to, pieces, "plan", coupon, ledger_id_new()));
    return e ? e : note_plan(tx, coupon, host, show, pieces, plan);
}

static enum err plan_of(struct tx *tx, int64_t plan, int64_t show, struct rows *rs)
{
    enum err e = db_one(tx->db, &q_coupons_show_get, ARGS(V_INT(plan)), tx->arena, rs);
    return !e && row_int(rs, 0, "show_id") != show ? ERR_NOT_FOUND : e;
}

static enum err set_status(struct tx *tx, int64_t plan, const char *status)
{
    return db_exec(tx->db, &q_coupons_show_status,
                   ARGS(V_Z(status), V_INT(tx->now_ms), V_INT(plan)), NULL);
}

/* Pushed again it is shown again, to who has passed it over. */
enum err coupon_push(struct tx *tx, int64_t plan, int64_t show)
{
    struct rows rs;
    enum err e = plan_of(tx, plan, show, &rs);
    if (!e && str_eq_z(row_str(&rs, 0, "status"), "ended"))
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.over", 0);
    if (!e)
        e = check_open(tx, &rs);
    return e ? e : set_status(tx, plan, "pushed");
}

enum err coupon_plan_end(struct tx *tx, int64_t plan, int64_t show)
{
    struct rows rs;
    struct coupon_stock stock;
    struct ledger_account left;
    int64_t from, to;
    enum err e = plan_of(tx, plan, show, &rs);
    if (!e && str_eq_z(row_str(&rs, 0, "status"), "ended"))
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.over", 0);
    if (e)
        return e;
    int64_t coupon = row_int(&rs, 0, "coupon_id");
    e = coupon_stock_open(tx, coupon, &stock);
    if (!e)
        e = open_share(tx, &stock, "show", show, &from);
    if (!e)
        e = open_share(tx, &stock, "host", row_int(&rs, 0, "host_id"), &to);
    if (!e)
        e = ledger_account_get(tx->db, from, tx->arena, &left);
    if (!e && ledger_available(&left) > 0)
        e = coupon_move(tx, from, to, ledger_available(&left), "plan_back", coupon,
                        ledger_id_new());
    return e ? e : set_status(tx, plan, "ended");
}

enum err coupon_claim_in(struct tx *tx, int64_t plan, int64_t show, int64_t user_id, int64_t *claim)
{
    struct rows rs;
    struct coupon c;
    struct coupon_stock stock;
    int64_t from;
    enum err e = plan_of(tx, plan, show, &rs);
    if (!e && !str_eq_z(row_str(&rs, 0, "status"), "pushed"))
        return coupon_refuse(tx, ERR_CONFLICT, "coupon", "coupons.not_pushed", 0);
    if (e)
        return e;
    coupon_take(&c, &rs, 0);
    e = coupon_stock_open(tx, c.id, &stock);
    if (!e)
        e = open_share(tx, &stock, "show", show, &from);
    if (!e)
        e = coupon_claim_of(tx, &c, !row_null(&rs, 0, "stopped_at"), from, user_id, claim);
    return e ? e : db_exec(tx->db, &q_coupons_claimed_in, ARGS(V_INT(show), V_INT(*claim)), NULL);
}
