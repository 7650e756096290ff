/* Coupons of a show: the host's share of them, planned for it, pushed to everybody, claimed. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/coupons/coupons.h"
#include "town/offers/internal.h"

enum { SHARES_SHOWN = 100, TOLD_MOST = 8 };

/* --- reading --- */

/* What it takes off, and of whose goods. */
static void put_name(struct view *v, struct arena *arena, const struct coupon *c,
                     const struct rows *rs, size_t i)
{
    view_put_str(v, "name_zh", coupon_name_in(LANG_ZH, c, arena));
    view_put_str(v, "name_en", coupon_name_in(LANG_EN, c, arena));
    view_put_str(v, "maker_zh", row_str(rs, i, "factory_zh"));
    view_put_str(v, "maker_en", row_str(rs, i, "factory_en"));
}

/* For a page: names in its language. */
static void put_words(struct req *r, struct view *v, const struct rows *rs, size_t i,
                      const struct coupon *c)
{
    bool zh = r->lang == LANG_ZH;
    view_put_str(v, "name", coupon_name(r, c));
    view_put_str(v, "maker", row_str(rs, i, zh ? "factory_zh" : "factory_en"));
    if (c->product_id)
        view_put_str(v, "product", row_str(rs, i, zh ? "title_zh" : "title_en"));
}

enum err coupon_put(struct db *db, struct arena *arena, struct req *r, bool crew, struct view *v,
                    int64_t show, int64_t now_ms)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_coupons_of_show,
                  ARGS(V_INT(r ? r->who.user_id : 0), V_INT(show), V_INT(now_ms)), arena, &rs);
    if (e != OK)
        return e;
    int told = 0;
    struct view *pushed = view_put_list(v, "pushed");
    struct view *planned = crew ? view_put_list(v, "planned") : NULL;
    for (size_t i = 0; i < rs.n; i++) {
        bool is_pushed = str_eq_z(row_str(&rs, i, "status"), "pushed");
        struct coupon c;
        if (!is_pushed && !planned)
            continue;
        if (!r && ++told > TOLD_MOST)
            break; /* a room's message has its bounds */
        coupon_take(&c, &rs, i);
        struct view *one = view_add_object(is_pushed ? pushed : planned);
        view_put_int(one, "id", row_int(&rs, i, "id"));
        view_put_int(one, "left", row_int(&rs, i, "left"));
        view_put_int(one, "pieces", row_int(&rs, i, "planned"));
        put_name(one, arena, &c, &rs, i);
        if (!r)
            continue;
        put_words(r, one, &rs, i, &c);
        view_put_bool(one, "is_claimed", row_int(&rs, i, "is_claimed") != 0);
    }
    return OK;
}

/* What the show's host has to give. */
enum err coupon_put_shares(struct req *r, struct view *v, int64_t host, int64_t now_ms)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_coupons_shares_of_host,
                           ARGS(V_INT(host), V_INT(now_ms), V_INT(SHARES_SHOWN)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(v, "shares");
    for (size_t i = 0; i < rs.n; i++) {
        struct coupon c;
        coupon_take(&c, &rs, i);
        struct view *one = view_add_object(list);
        view_put_int(one, "id", c.id);
        view_put_int(one, "left", row_int(&rs, i, "left"));
        put_words(r, one, &rs, i, &c);
    }
    return OK;
}

/* --- shows that are over --- */

enum { OVER_MOST = 50 };

static enum err end_plan(struct tx *tx, int64_t plan)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_coupons_show_get, ARGS(V_INT(plan)), tx->arena, &rs);
    return e != OK ? e : coupon_plan_end(tx, plan, row_int(&rs, 0, "show_id"));
}

enum err coupon_tick(struct tx *tx)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_coupons_shows_open, ARGS(V_INT(OVER_MOST)), tx->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = offers_alone(tx, "coupon", row_int(&rs, i, "id"), end_plan);
    return e;
}

/* --- commands --- */

struct coupon_command {
    struct command cmd;
    enum { PLAN, PUSH, END, CLAIM } act;
    int64_t show, host, actor, coupon, plan, pieces, claim;
    bool push; /* with PLAN: at once, too */
    bool is_base;
};

static enum err run_crew(struct coupon_command *c, struct tx *tx)
{
    static const char *const kinds[] = {"coupon_plan", "coupon_push", "coupon_end"};
    enum err e = c->act == PLAN ? coupon_plan(tx, c->coupon, c->host, c->show, c->pieces, &c->plan)
                 : c->act == PUSH ? coupon_push(tx, c->plan, c->show)
                                  : coupon_plan_end(tx, c->plan, c->show);
    if (e == OK)
        e = shows_log(tx, c->show, c->actor, kinds[c->act], 0, c->act == PLAN ? c->pieces : c->plan,
                      STR_NONE);
    if (e == OK && c->act == PLAN && c->push) {
        e = coupon_push(tx, c->plan, c->show);
        if (e == OK)
            e = shows_log(tx, c->show, c->actor, kinds[PUSH], 0, c->plan, STR_NONE);
    }
    return e;
}

static enum err run(struct command *cmd, struct tx *tx)
{
    struct coupon_command *c = (struct coupon_command *)cmd;
    struct rows show;
    enum err e = db_one(tx->db, &q_offers_show, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && str_eq_z(row_str(&show, 0, "status"), "ended"))
        return offers_refuse(tx, ERR_CONFLICT, NULL, "shows.has_ended", 0);
    if (e == OK && c->act != CLAIM)
        e = shows_still_may(tx, c->show, c->actor, SHOW_OFFERS, c->is_base);
    if (e == OK)
        e = c->act == CLAIM ? coupon_claim_in(tx, c->plan, c->show, c->actor, &c->claim)
                            : run_crew(c, tx);
    if (e != OK)
        return e;
    if (c->act == CLAIM)
        offers_move(c->show);
    else
        offers_touch(c->show);
    return OK;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct coupon_command *c = (struct coupon_command *)cmd;
    if (result != OK)
        return result;
    if (c->act == CLAIM) {
        view_put_int(r->view, "claim", c->claim);
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld", (long long)c->show));
        return OK;
    }
    view_put_int(r->view, "plan", c->plan);
    return offers_back_to_desk(r, c->show, result);
}

static struct coupon_command *begin(struct req *r, enum err *e)
{
    struct coupon_command *c = ARENA_NEW(r->arena, struct coupon_command);
    *e = c ? OK : ERR_NOMEM;
    if (c)
        *c = (struct coupon_command){.cmd = {.name = "offers.coupon", .run = run},
                                     .actor = r->who.user_id,
                                     .is_base = offers_by_base(r)};
    return c;
}

/* POST /shows/{id}/coupons: coupon, pieces, push */
enum err coupon_do_plan(struct req *r)
{
    enum err e;
    struct coupon_command *c = begin(r, &e);
    if (e == OK)
        e = shows_desk_of(r, SHOW_OFFERS, &c->show, &c->host);
    if (e == OK)
        e = req_field_int(r, "coupon", 1, INT64_MAX, &c->coupon);
    if (e == OK)
        e = req_field_int(r, "pieces", 1, COUPON_PIECES_MAX, &c->pieces);
    if (e != OK)
        return e;
    c->act = PLAN;
    c->push = req_field(r, "push").n > 0;
    return web_write(r, &c->cmd, done);
}

/* POST /shows/{id}/coupons/{plan}: do=push or end */
enum err coupon_do(struct req *r)
{
    enum err e;
    struct coupon_command *c = begin(r, &e);
    if (e == OK)
        e = shows_desk_of(r, SHOW_OFFERS, &c->show, &c->host);
    if (e == OK && str_to_i64(req_param(r, "plan"), &c->plan) != OK)
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    struct str what = req_field(r, "do");
    if (!str_eq_z(what, "push") && !str_eq_z(what, "end"))
        return req_refuse(r, ERR_INVALID, "do", "shows.deed_unknown");
    c->act = str_eq_z(what, "push") ? PUSH : END;
    return web_write(r, &c->cmd, done);
}

/* POST /shows/{id}/coupons/{plan}/claim */
enum err coupon_do_claim(struct req *r)
{
    enum err e;
    struct coupon_command *c = begin(r, &e);
    if (e == OK && (str_to_i64(req_param(r, "id"), &c->show) != OK ||
                    str_to_i64(req_param(r, "plan"), &c->plan) != OK))
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    c->act = CLAIM;
    return web_write(r, &c->cmd, done);
}
