/* Prizes that were won: whose they are, where they go, and what becomes of those nobody takes. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/offers/internal.h"
#include "town/people/people.h"

enum { PRIZES_SHOWN = 100, LAPSED_MOST = 50 };

static enum err lapse(struct tx *tx, int64_t win)
{
    struct rows w;
    enum err e = db_one(tx->db, &q_offers_win, ARGS(V_INT(win)), tx->arena, &w);
    if (e == OK)
        e = share_give_back(tx, "draw", row_int(&w, 0, "draw_id"), row_int(&w, 0, "sku_id"), 1,
                            "draw_back");
    return e != OK ? e : db_exec(tx->db, &q_offers_win_lapse, ARGS(V_INT(win)), NULL);
}

enum err prizes_tick(struct tx *tx)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_offers_wins_lapsed,
                           ARGS(V_INT(tx->now_ms), V_INT(LAPSED_MOST)), tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = offers_alone(tx, "prize", row_int(&rs, i, "id"), lapse);
    return e;
}

enum err offers_gift(struct db *db, struct arena *arena, int64_t gift, int64_t buyer_id,
                     int64_t sku_id, int64_t now_ms, struct order_offer *out)
{
    struct rows w;
    enum err e = db_one(db, &q_offers_win, ARGS(V_INT(gift)), arena, &w);
    if (e == OK && (row_int(&w, 0, "user_id") != buyer_id || row_int(&w, 0, "sku_id") != sku_id))
        e = ERR_NOT_FOUND;
    if (e == OK &&
        (!str_eq_z(row_str(&w, 0, "status"), "won") || row_int(&w, 0, "until_at") <= now_ms))
        e = ERR_CONFLICT;
    if (e == OK)
        *out = (struct order_offer){.account = row_int(&w, 0, "account"), .left = 1};
    return e;
}

/* --- GET /prizes: what the visitor has won --- */

static enum err put_addresses(struct req *r)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    size_t n;
    enum err e = people_addresses(r->db, r->arena, r->who.user_id, all, &n);
    struct view *list = view_put_list(r->view, "addresses");
    for (size_t i = 0; e == OK && i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", all[i].id);
        view_put_str(v, "name", all[i].name);
        view_put_str(v, "line", people_address_line(&all[i], r->lang, r->arena));
    }
    return e;
}

enum err prizes_page(struct req *r)
{
    struct rows rs;
    bool zh = r->lang == LANG_ZH;
    enum err e = db_select(r->db, &q_offers_wins_of,
                           ARGS(V_INT(r->who.user_id), V_INT(PRIZES_SHOWN)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "prizes");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_z(
            v, "picture",
            arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(row_str(&rs, i, "slug"))));
        view_put_int(v, "draw", row_int(&rs, i, "draw_id"));
        view_put_str(v, "show_title", row_str(&rs, i, zh ? "show_zh" : "show_en"));
        view_put_money(v, "value", row_int(&rs, i, "value_fen"), "CNY");
        view_put_time(v, "until", row_int(&rs, i, "until_at"));
        if (!row_null(&rs, i, "order_id"))
            view_put_int(v, "order", row_int(&rs, i, "order_id"));
    }
    return put_addresses(r);
}

/* --- POST /prizes/{win}: address_id --- */

struct take {
    struct command cmd;
    int64_t win, user;
    struct order_request rq;
    int64_t order_id;
};

static enum err run_take(struct command *cmd, struct tx *tx)
{
    struct take *t = (struct take *)cmd;
    struct rows w;
    int64_t changed;
    enum err e = db_one(tx->db, &q_offers_win, ARGS(V_INT(t->win)), tx->arena, &w);
    if (e == OK && row_int(&w, 0, "user_id") != t->user)
        e = ERR_NOT_FOUND;
    if (e == OK && str_eq_z(row_str(&w, 0, "status"), "taken")) {
        t->order_id = row_int(&w, 0, "order_id"); /* pressed twice */
        return OK;
    }
    if (e == OK &&
        (str_eq_z(row_str(&w, 0, "status"), "lapsed") || row_int(&w, 0, "until_at") <= tx->now_ms))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "offers.has_lapsed", 0);
    if (e != OK)
        return e;
    t->rq.n = 1;
    t->rq.wishes[0] = (struct order_wish){
        .sku_id = row_int(&w, 0, "sku_id"), .quantity = 1, .show_id = row_int(&w, 0, "show_id")};
    e = order_place(tx, &t->rq, &t->order_id);
    if (e == OK)
        e = order_given(tx, t->order_id);
    if (e == OK)
        e = db_exec(tx->db, &q_offers_win_taken, ARGS(V_INT(t->order_id), V_INT(t->win)), &changed);
    return e == OK && changed == 0 ? ERR_CONFLICT : e;
}

static enum err taken(struct req *r, struct command *cmd, enum err result)
{
    const struct take *t = (struct take *)cmd;
    if (result != OK)
        return result;
    view_put_int(r->view, "order", t->order_id);
    reply_redirect(r, arena_printf(r->arena, "/orders/%lld", (long long)t->order_id));
    return OK;
}

enum err prize_do_take(struct req *r)
{
    struct people_address a;
    int64_t address;
    struct take *t = ARENA_NEW(r->arena, struct take);
    if (!t)
        return ERR_NOMEM;
    *t = (struct take){.cmd = {.name = "offers.take", .run = run_take}, .user = r->who.user_id};
    if (str_to_i64(req_param(r, "win"), &t->win) != OK)
        return ERR_NOT_FOUND;
    enum err e = req_field_int(r, "address_id", 1, INT64_MAX, &address);
    if (e == OK)
        e = people_address_get(r->db, r->arena, t->user, address, &a);
    if (e == ERR_NOT_FOUND)
        return req_refuse(r, ERR_INVALID, "address_id", "offers.address_missing");
    if (e != OK)
        return e;
    t->rq = (struct order_request){.buyer_id = t->user,
                                   .name = a.name,
                                   .phone = a.phone,
                                   .province = a.province,
                                   .address = people_address_line(&a, LANG_ZH, r->arena),
                                   .gift = t->win};
    return web_write(r, &t->cmd, taken);
}
