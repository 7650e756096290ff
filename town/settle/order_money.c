/*
 * /orders/{id}/money: any fen of an order, from its lines to where it lies now. The base and the
 * maker see all of it; the buyer what was paid, is under way and has come back; who shares its own
 * share. (town/pay shows the base the same with the provider's numbers: /pay/orders/{id}.)
 */
#include "store/queries.h"
#include "town/hand.h"
#include "town/pay/pay.h"
#include "town/settle/page.h"

enum looks { LOOKS_BUYER = 1, LOOKS_MAKER = 2, LOOKS_BASE = 4, LOOKS_SHARER = 8 };
enum { LOOKS_WHOLE = LOOKS_MAKER | LOOKS_BASE };

struct looking {
    int64_t order;
    unsigned as;
    struct rows row; /* settle.order */
    struct party mine[PARTY_MINE_MAX];
    size_t mine_n;
};

static bool is_mine(const struct looking *l, struct str party)
{
    for (size_t i = 0; i < l->mine_n; i++)
        if (str_eq(l->mine[i].key, party))
            return true;
    return false;
}

/* Somebody's else's order is as one that there is not. */
static enum err look(struct req *r, struct looking *l)
{
    struct rows shares;
    *l = (struct looking){0};
    if (str_to_i64(req_param(r, "id"), &l->order) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_settle_order, ARGS(V_INT(l->order)), r->arena, &l->row);
    if (!e)
        e = party_mine(r, l->mine, &l->mine_n);
    if (!e)
        e = db_select(r->db, &q_settle_shares_of, ARGS(V_INT(l->order)), r->arena, &shares);
    if (e)
        return e;
    if (r->who.user_id == row_int(&l->row, 0, "buyer_id"))
        l->as |= LOOKS_BUYER;
    if (hand_is_maker(r, row_int(&l->row, 0, "factory_id")))
        l->as |= LOOKS_MAKER;
    if (hand_is_base(r))
        l->as |= LOOKS_BASE;
    for (size_t i = 0; i < shares.n; i++)
        if (is_mine(l, row_str(&shares, i, "party")))
            l->as |= LOOKS_SHARER;
    return l->as ? OK : ERR_NOT_FOUND;
}

static void put_head(struct req *r, const struct looking *l)
{
    static const char *const sums[][2] = {{"goods", "goods_fen"},
                                          {"freight", "freight_fen"},
                                          {"discount", "discount_fen"},
                                          {"total", "total_fen"}};
    struct view *v = view_put_object(r->view, "order");
    bool own = l->as & (LOOKS_WHOLE | LOOKS_BUYER);
    view_put_int(v, "id", l->order);
    view_put_str(v, "status", row_str(&l->row, 0, "status"));
    view_put_str(v, "status_name", req_text(r, "trade.status_", row_str(&l->row, 0, "status")));
    view_page_only(v, "status_name");
    view_put_time(v, "placed_at", row_int(&l->row, 0, "placed_at"));
    for (size_t i = 0; own && i < sizeof(sums) / sizeof(sums[0]); i++)
        view_put_money(v, sums[i][0], row_int(&l->row, 0, sums[i][1]), "CNY");
    view_put_bool(v, "may_see", own); /* its own page */
    view_put_bool(r->view, "is_whole", l->as & LOOKS_WHOLE);
    view_put_bool(r->view, "is_base", l->as & LOOKS_BASE);
    view_put_bool(r->view, "is_buyer", !(l->as & LOOKS_WHOLE) && l->as & LOOKS_BUYER);
}

/* --- lines, and the rule of each --- */

static void put_ratios(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    static const struct {
        const char *party, *column;
    } ratios[] = {{"host", "host_bp"}, {"agency", "agency_bp"}, {"base", "base_bp"}};
    struct view *list = view_put_list(v, "ratios");
    for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]); k++) {
        int64_t bp = row_int(rs, i, ratios[k].column);
        if (bp == 0)
            continue;
        struct view *o = view_add_object(list);
        view_put_z(o, "party", ratios[k].party);
        view_put_str(o, "name", req_text(r, "settle.party_", str_of(ratios[k].party)));
        view_put_str(o, "percent", statements_percent(r->arena, bp));
    }
}

static enum err put_lines(struct req *r, const struct looking *l)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "lines");
    enum err e = db_select(r->db, &q_settle_lines_of, ARGS(V_INT(l->order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool zh = r->lang == LANG_ZH;
        view_put_int(v, "line", row_int(&rs, i, "line"));
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_str(v, "name", row_str(&rs, i, zh ? "name_zh" : "name_en"));
        view_put_int(v, "quantity", row_int(&rs, i, "quantity"));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_money(v, "discount", row_int(&rs, i, "discount_fen"), "CNY");
        view_put_money(v, "refunded", row_int(&rs, i, "refunded_fen"), "CNY");
        if (!(l->as & LOOKS_WHOLE) || row_null(&rs, i, "net_fen"))
            continue;
        view_put_money(v, "net", row_int(&rs, i, "net_fen"), "CNY");
        if (row_int(&rs, i, "version")) {
            view_put_str(v, "rule",
                         statements_rule(r, row_str(&rs, i, "scope"), row_int(&rs, i, "version")));
            put_ratios(r, v, &rs, i);
        }
    }
    return e;
}

/* --- shares that were reckoned --- */

static enum err put_shares(struct req *r, const struct looking *l)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "shares");
    bool whole = l->as & LOOKS_WHOLE, open = str_eq_z(row_str(&l->row, 0, "status"), "received");
    enum err e = db_select(r->db, &q_settle_shares_of, ARGS(V_INT(l->order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct str party = row_str(&rs, i, "party");
        if (!whole && !is_mine(l, party))
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_money(v, "reckoned", row_int(&rs, i, "fen"), "CNY");
        view_put_bool(v, "is_shared", row_int(&rs, i, "is_shared"));
        view_put_bool(v, "is_waiting", !row_int(&rs, i, "is_shared") && open);
        view_put_time(v, "at", row_int(&rs, i, "made_at"));
        view_put_money(v, "got", row_int(&rs, i, "shared_fen"), "CNY");
        view_put_money(v, "returned", row_int(&rs, i, "returned_fen"), "CNY");
    }
    return e;
}

/* --- payments, purses, instructions --- */

static enum err put_payments(struct req *r, const struct looking *l)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "payments");
    if (!(l->as & (LOOKS_WHOLE | LOOKS_BUYER)))
        return OK;
    enum err e = db_select(r->db, &q_pay_payments_of, ARGS(V_INT(l->order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (row_null(&rs, i, "paid_at"))
            continue; /* was begun, and never paid */
        struct view *v = view_add_object(list);
        view_put_str(v, "provider_name", req_text(r, "pay.provider_", row_str(&rs, i, "provider")));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "status_name", req_text(r, "pay.part_", row_str(&rs, i, "status")));
        view_page_only(v, "status_name");
        view_put_time(v, "paid_at", row_int(&rs, i, "paid_at"));
    }
    return e;
}

/* The buyers' side is negative by what is with us: what has come back is what was paid less that.
 */
static enum err put_purses(struct req *r, const struct looking *l)
{
    struct pay_purse *purses;
    size_t n;
    int64_t paid = 0, here = 0, going = 0;
    struct view *list = view_put_list(r->view, "purses");
    enum err e = pay_where(r->db, r->arena, l->order, &purses, &n);
    for (size_t i = 0; !e && i < n; i++) {
        struct str party, kind = str_cut(purses[i].account, ':', &party);
        bool outside = str_eq_z(kind, "outside");
        if (outside) {
            here = -purses[i].fen;
            going = purses[i].coming;
        }
        if (outside || (!(l->as & LOOKS_WHOLE) && !is_mine(l, party)))
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "account", purses[i].account);
        view_put_str(v, "kind_name", req_text(r, "settle.lies_", kind));
        view_page_only(v, "kind_name");
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_money(v, "fen", purses[i].fen, "CNY");
        view_put_money(v, "coming", purses[i].coming, "CNY");
    }
    if (e || !(l->as & (LOOKS_WHOLE | LOOKS_BUYER)))
        return e;
    struct rows rs;
    e = db_one(r->db, &q_settle_paid_of, ARGS(V_INT(l->order)), r->arena, &rs);
    paid = e ? 0 : row_int(&rs, 0, "fen");
    view_put_money(r->view, "paid", paid, "CNY");
    view_put_money(r->view, "with_us", here, "CNY");
    view_put_money(r->view, "back", paid - here, "CNY");
    view_put_money(r->view, "going_back", going, "CNY");
    return e;
}

static bool sees(const struct looking *l, const struct rows *rs, size_t i)
{
    struct str kind = row_str(rs, i, "kind");
    return l->as & LOOKS_WHOLE || (l->as & LOOKS_BUYER && str_eq_z(kind, "refund")) ||
           (str_starts(kind, "share") && is_mine(l, row_str(rs, i, "party")));
}

static enum err put_steps(struct req *r, const struct looking *l)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "steps");
    enum err e = db_select(r->db, &q_pay_instructions_of, ARGS(V_INT(l->order)), r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        if (!sees(l, &rs, i))
            continue;
        struct view *v = view_add_object(list);
        struct str status = row_str(&rs, i, "status"), party = row_str(&rs, i, "party");
        bool over = str_eq_z(status, "done") || str_eq_z(status, "settled");
        view_put_str(v, "kind", row_str(&rs, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "pay.kind_", row_str(&rs, i, "kind")));
        view_page_only(v, "kind_name");
        view_put_str(v, "party", party);
        view_put_str(v, "name", party_name_of(r, party));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_str(v, "status", status);
        view_put_str(v, "status_name", req_text(r, "pay.is_", status));
        view_page_only(v, "status_name");
        if (l->as & LOOKS_BASE)
            view_put_str(v, "said", row_str(&rs, i, "said"));
        view_put_bool(v, "is_over", over);
        view_put_time(v, "at", row_int(&rs, i, over ? "done_at" : "made_at"));
    }
    return e;
}

enum err order_money_get(struct req *r)
{
    struct looking *l = ARENA_NEW(r->arena, struct looking);
    enum err e = l ? look(r, l) : ERR_NOMEM;
    if (e)
        return e;
    put_head(r, l);
    if (l->as & (LOOKS_WHOLE | LOOKS_BUYER))
        e = put_lines(r, l);
    if (!e)
        e = put_payments(r, l);
    if (!e)
        e = put_shares(r, l);
    if (!e)
        e = put_purses(r, l);
    return e ? e : put_steps(r, l);
}

/* --- the order's own page --- */

enum err order_money_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    (void)r, (void)as; /* all who see the page may see its money, as far as it is theirs */
    view_put_bool(order, "has_money", !row_null(row, 0, "paid_at"));
    view_page_only(order, "has_money");
    return OK;
}
