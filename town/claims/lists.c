/* Claims in lists: a maker's, the base's, an order's; and what of them waits for somebody. */
#include "store/queries.h"
#include "town/claims/page.h"

enum { LISTED_MAX = 100, OVER_SHOWN = 30 };

static void put_listed(struct req *r, const char *member, const struct rows *rs, unsigned as)
{
    struct view *list = view_put_list(r->view, member);
    bool zh = r->lang == LANG_ZH;
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_int(v, "order", row_int(rs, i, "order_id"));
        claim_put_name(r, v, "kind", "claims.kind_", row_str(rs, i, "kind"));
        claim_put_name(r, v, "reason", "claims.reason_", row_str(rs, i, "reason"));
        claim_put_status(r, v, row_str(rs, i, "status"), as);
        view_put_z(v, "picture",
                   arena_printf(r->arena, "/hall/pictures/%.*s.svg",
                                STR_ARG(row_str(rs, i, "product_slug"))));
        view_put_str(v, "factory", row_str(rs, i, zh ? "factory_zh" : "factory_en"));
        view_put_str(v, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
        view_put_int(v, "pieces", row_int(rs, i, "pieces"));
        view_put_money(v, "asked", row_int(rs, i, "asked_fen"), "CNY");
        if (row_null(rs, i, "refund_fen"))
            view_put_null(v, "refunded");
        else
            view_put_money(v, "refunded", row_int(rs, i, "refund_fen"), "CNY");
        view_put_time(v, "opened_at", row_int(rs, i, "opened_at"));
        claim_put_time(v, "due_at", rs, i);
        claim_put_time(v, "ended_at", rs, i);
    }
}

enum err claims_of_factory(struct req *r)
{
    struct rows rs;
    struct val factory = V_INT(r->who.organisation_id);
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN;
    enum err e = db_select(r->db, &q_claims_of_factory_open, ARGS(factory, V_INT(LISTED_MAX)),
                           r->arena, &rs);
    if (e == OK)
        put_listed(r, "open", &rs, ORDER_AS_FACTORY);
    if (e == OK)
        e = db_select(r->db, &q_claims_of_factory_over, ARGS(factory, V_INT(OVER_SHOWN)), r->arena,
                      &rs);
    if (e == OK)
        put_listed(r, "over", &rs, ORDER_AS_FACTORY);
    return e;
}

enum err claims_desk(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_claims_disputed, ARGS(V_INT(LISTED_MAX)), r->arena, &rs);
    if (e == OK)
        put_listed(r, "disputed", &rs, ORDER_AS_OPERATOR);
    if (e == OK)
        e = db_select(r->db, &q_claims_open_of_all, ARGS(V_INT(LISTED_MAX)), r->arena, &rs);
    if (e == OK)
        put_listed(r, "open", &rs, ORDER_AS_OPERATOR);
    return e;
}

enum err claims_of_buyer(struct req *r)
{
    struct rows rs;
    struct val buyer = V_INT(r->who.user_id);
    enum err e =
        db_select(r->db, &q_claims_of_buyer_open, ARGS(buyer, V_INT(LISTED_MAX)), r->arena, &rs);
    if (e == OK)
        put_listed(r, "open", &rs, ORDER_AS_BUYER);
    if (e == OK)
        e = db_select(r->db, &q_claims_of_buyer_over, ARGS(buyer, V_INT(OVER_SHOWN)), r->arena,
                      &rs);
    if (e == OK)
        put_listed(r, "over", &rs, ORDER_AS_BUYER);
    return e;
}

static enum err select_marks(struct req *r, const struct rows *rows, unsigned as, struct rows *out)
{
    int64_t first = row_int(rows, 0, "id"), last = row_int(rows, rows->n - 1, "id");
    struct val from = V_INT(first < last ? first : last), to = V_INT(first < last ? last : first);
    if (as & ORDER_AS_BUYER)
        return db_select(r->db, &q_claims_marks_of_buyer, ARGS(V_INT(r->who.user_id), from, to),
                         r->arena, out);
    if (as & ORDER_AS_FACTORY)
        return db_select(r->db, &q_claims_marks_of_factory,
                         ARGS(V_INT(r->who.organisation_id), from, to), r->arena, out);
    return db_select(r->db, &q_claims_marks_of_all, ARGS(from, to), r->arena, out);
}

/* Puts claim {id, kind, status} beside orders that have an open one; of several the newest. */
enum err claim_marks(struct req *r, const struct rows *rows, struct view *const *orders,
                     unsigned as)
{
    struct rows rs = {0};
    enum err e = rows->n ? select_marks(r, rows, as, &rs) : OK;
    for (size_t i = 0; e == OK && i < rows->n; i++) {
        size_t at = 0;
        while (at < rs.n && row_int(&rs, at, "order_id") != row_int(rows, i, "id"))
            at++;
        if (at == rs.n)
            continue;
        struct view *v = view_put_object(orders[i], "claim");
        view_put_int(v, "id", row_int(&rs, at, "id"));
        claim_put_name(r, v, "kind", "claims.kind_", row_str(&rs, at, "kind"));
        claim_put_status(r, v, row_str(&rs, at, "status"), as);
    }
    return e;
}

/* Puts claims [{id, kind, status, opened_at, is_over}], may_claim. */
enum err claim_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    static const char *const states[] = {"paid", "packed", "shipped", "received"};
    struct rows rs;
    bool open = false;
    enum err e =
        db_select(r->db, &q_claims_of_order, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    struct view *list = view_put_list(order, "claims");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        claim_put_name(r, v, "kind", "claims.kind_", row_str(&rs, i, "kind"));
        claim_put_status(r, v, row_str(&rs, i, "status"), as);
        view_put_time(v, "opened_at", row_int(&rs, i, "opened_at"));
        view_put_bool(v, "is_over", !row_null(&rs, i, "ended_at"));
    }
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        open = open || str_eq_z(row_str(row, 0, "status"), states[i]);
    view_put_bool(order, "may_claim", open && as & ORDER_AS_BUYER);
    return e;
}

enum err claims_disputed(struct db *db, struct arena *arena, int64_t order_id, bool *yes)
{
    struct rows rs;
    enum err e = db_one(db, &q_claims_disputed_of_order, ARGS(V_INT(order_id)), arena, &rs);
    *yes = !e && row_int(&rs, 0, "n") > 0;
    return e;
}

const struct console_line claims_lines[] = {
    {.name = "claims_maker",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "orders",
     .rows = &q_claims_todo_maker,
     .from_days = CONSOLE_EVER,
     .until_days = 40,
     .time = CONSOLE_UNTIL,
     .tag_texts = "claims.kind_",
     .page = "/factory/claims",
     .shown = 5},
    {.name = "claims_disputed",
     .who = CONSOLE_BASE,
     .group = "trade",
     .icon = "warn",
     .rows = &q_claims_todo_disputed,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 3,
     .tag_texts = "claims.kind_",
     .page = "/claims/desk",
     .shown = 3},
};
const size_t claims_lines_n = sizeof(claims_lines) / sizeof(claims_lines[0]);
