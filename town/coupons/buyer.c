/* What a buyer can claim, and has claimed. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/coupons/internal.h"

static void put_coupon(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct coupon c;
    bool zh = r->lang == LANG_ZH;
    coupon_take(&c, rs, i);
    view_put_str(v, "name", coupon_name(r, &c));
    struct view *maker = view_put_object(v, "maker");
    view_put_str(maker, "slug", row_str(rs, i, "slug"));
    view_put_str(maker, "name", row_str(rs, i, zh ? "factory_zh" : "factory_en"));
    if (c.product_id) {
        struct view *p = view_put_object(v, "product");
        view_put_str(p, "slug", row_str(rs, i, "product_slug"));
        view_put_str(p, "title", row_str(rs, i, zh ? "title_zh" : "title_en"));
    } else
        view_put_null(v, "product");
}

/* Of one maker, by its number, as a product's page links here; else of all. */
static enum err put_to_claim(struct req *r, int64_t now_ms)
{
    struct rows rs;
    int64_t factory = 0;
    if (str_to_i64(req_query(r, "factory"), &factory) != OK)
        factory = 0;
    enum err e = db_select(
        r->db, &q_coupons_to_claim,
        ARGS(V_INT(factory), V_INT(now_ms), V_INT(r->who.user_id), V_INT(COUPONS_SHOWN_MAX)),
        r->arena, &rs);
    struct view *list = view_put_list(r->view, "to_claim");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "coupon_id"));
        put_coupon(r, v, &rs, i);
        view_put_time(v, "claim_until", row_int(&rs, i, "claim_until"));
        view_put_int(v, "use_days", row_int(&rs, i, "use_days"));
        view_put_int(v, "left", row_int(&rs, i, "left"));
    }
    return e;
}

static enum err put_claimed(struct req *r, int64_t now_ms)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_coupons_claimed,
                           ARGS(V_INT(r->who.user_id), V_INT(now_ms), V_INT(COUPONS_SHOWN_MAX)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "claimed");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        bool used = !row_null(&rs, i, "order_id");
        view_put_int(v, "id", row_int(&rs, i, "id"));
        put_coupon(r, v, &rs, i);
        view_put_time(v, "use_until", row_int(&rs, i, "use_until"));
        view_put_z(v, "state",
                   used                                    ? "used"
                   : row_int(&rs, i, "use_until") > now_ms ? "free"
                                                           : "lapsed");
        if (used)
            view_put_int(v, "order", row_int(&rs, i, "order_id"));
        else
            view_put_null(v, "order");
    }
    return e;
}

enum err coupons_page(struct req *r)
{
    int64_t now_ms = clock_wall_ms();
    enum err e = put_to_claim(r, now_ms);
    return e == OK ? put_claimed(r, now_ms) : e;
}

struct claiming {
    struct command cmd;
    int64_t coupon, user_id, claim;
};

static enum err run_claim(struct command *cmd, struct tx *tx)
{
    struct claiming *c = (struct claiming *)cmd;
    return coupon_claim(tx, c->coupon, c->user_id, &c->claim);
}

static enum err claimed(struct req *r, struct command *cmd, enum err result)
{
    const struct claiming *c = (struct claiming *)cmd;
    struct err_info info = r->info;
    if (result == OK && r->json)
        view_put_int(r->view, "claim", c->claim);
    if (result == OK)
        reply_redirect(r, req_next(r, "next", "/coupons"));
    if (result == OK || r->json)
        return result;
    enum err e = coupons_page(r);
    r->info = info;
    return e == OK ? result : e;
}

enum err coupon_claim_post(struct req *r)
{
    struct claiming *c = ARENA_NEW(r->arena, struct claiming);
    if (!c)
        return ERR_NOMEM;
    c->cmd = (struct command){.name = "coupons.claim", .run = run_claim};
    c->user_id = r->who.user_id;
    if (str_to_i64(req_param(r, "id"), &c->coupon) != OK)
        return ERR_NOT_FOUND;
    reply_page(r, "coupons/coupons.html");
    return web_write(r, &c->cmd, claimed);
}
