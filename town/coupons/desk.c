/* A maker issues coupons, sees what became of them, and stops them. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/coupons/internal.h"
#include "town/day.h"
#include "town/people/people.h"
#include "town/yuan.h"

enum { PRODUCTS_SHOWN = 200, CLAIM_DAYS = 14, USE_DAYS = 7 };
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static enum err own_factory(const struct req *r, int64_t *factory)
{
    *factory = r->who.organisation_id;
    return *factory ? OK : ERR_FORBIDDEN; /* a factory's account that belongs to none */
}

static void put_coupon(struct req *r, struct view *v, const struct rows *rs, size_t i, int64_t now)
{
    struct coupon c;
    coupon_take(&c, rs, i);
    view_put_int(v, "id", c.id);
    view_put_str(v, "name", coupon_name(r, &c));
    view_put_str(v, "product",
                 c.product_id ? row_str(rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en")
                              : STR(""));
    view_put_time(v, "claim_from", c.claim_from);
    view_put_time(v, "claim_until", c.claim_until);
    view_put_int(v, "use_days", c.use_days);
    view_put_int(v, "pieces", c.pieces);
    view_put_int(v, "claimed", row_int(rs, i, "claimed"));
    view_put_int(v, "used", row_int(rs, i, "used"));
    view_put_money(v, "given", row_int(rs, i, "given_fen"), "CNY");
    view_put_z(v, "state",
               !row_null(rs, i, "stopped_at") ? "stopped"
               : now < c.claim_from           ? "coming"
               : now >= c.claim_until         ? "over"
                                              : "open");
}

/* Hosts that have a share, under each coupon. */
static enum err put_hosts(struct req *r, int64_t factory, const struct rows *coupons,
                          struct view **views, int64_t now)
{
    struct rows rs;
    enum err e = db_select(
        r->db, &q_coupons_hosts_of_factory,
        ARGS(V_INT(factory), V_INT(now), V_INT(COUPONS_OF_FACTORY_MAX * COUPON_HOSTS_MAX)),
        r->arena, &rs);
    for (size_t i = 0; e == OK && i < coupons->n; i++) {
        struct view *list = view_put_list(views[i], "hosts");
        for (size_t k = 0; k < rs.n; k++) {
            if (row_int(&rs, k, "coupon_id") != row_int(coupons, i, "coupon_id"))
                continue;
            struct view *v = view_add_object(list);
            view_put_str(v, "name", row_str(&rs, k, "name"));
            view_put_str(v, "login", row_str(&rs, k, "login"));
            view_put_int(v, "left", row_int(&rs, k, "left"));
        }
    }
    return e;
}

static enum err put_products(struct req *r, int64_t factory)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_coupons_products, ARGS(V_INT(factory), V_INT(PRODUCTS_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(r->view, "products");
    view_page_only(r->view, "products");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
    }
    return e;
}

static void put_typed(struct req *r, int64_t now)
{
    static const char *const fields[] = {"off", "percent", "most", "least", "pieces", "product"};
    struct view *typed = view_put_object(r->view, "typed");
    char day[DAY_TEXT];
    view_page_only(r->view, "typed");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(typed, fields[i], req_field(r, fields[i]));
    struct str until = req_field(r, "until"), days = req_field(r, "use_days");
    if (!day_text(day_of(now) + CLAIM_DAYS, day))
        day[0] = 0;
    view_put_str(typed, "until", until.n ? until : arena_str(r->arena, str_of(day)));
    view_put_str(typed, "use_days", days.n ? days : i18n_number(LANG_EN, USE_DAYS, r->arena));
}

enum err coupons_of_factory(struct req *r)
{
    struct rows rs;
    int64_t factory, now = clock_wall_ms();
    enum err e = own_factory(r, &factory);
    if (e == OK)
        e = db_select(r->db, &q_coupons_of_factory,
                      ARGS(V_INT(factory), V_INT(COUPONS_OF_FACTORY_MAX)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "coupons");
    struct view **views = arena_array(r->arena, rs.n, sizeof(*views));
    if (!views)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        put_coupon(r, views[i] = view_add_object(list), &rs, i, now);
    put_typed(r, now);
    e = put_hosts(r, factory, &rs, views, now);
    return e != OK ? e : put_products(r, factory);
}

/* --- issuing --- */

struct issuing {
    struct command cmd;
    struct coupon coupon;
    int64_t user_id, id;
    bool stops;
};

static enum err run_issuing(struct command *cmd, struct tx *tx)
{
    struct issuing *i = (struct issuing *)cmd;
    return i->stops ? coupon_stop(tx, i->id, i->coupon.factory_id)
                    : coupon_issue(tx, &i->coupon, i->user_id, &i->id);
}

static enum err issued(struct req *r, struct command *cmd, enum err result)
{
    const struct issuing *i = (struct issuing *)cmd;
    struct err_info info = r->info;
    if (result == OK && r->json)
        view_put_int(r->view, "id", i->id);
    if (result == OK)
        reply_redirect(r, "/factory/coupons");
    if (result == OK || r->json)
        return result;
    enum err e = coupons_of_factory(r);
    r->info = info;
    return e == OK ? result : e;
}

/* Empty: 0. */
static enum err read_yuan(struct req *r, const char *field, int64_t *fen)
{
    struct str text = str_trim(req_field(r, field));
    *fen = 0;
    return text.n == 0 || yuan_typed(text, fen) == OK
               ? OK
               : req_refuse(r, ERR_INVALID, field, "coupons.fen_bad");
}

static enum err read_terms(struct req *r, struct coupon *c)
{
    int64_t day;
    c->claim_from = clock_wall_ms();
    enum err e = read_yuan(r, "off", &c->off_fen);
    if (e == OK)
        e = read_yuan(r, "most", &c->most_fen);
    if (e == OK)
        e = read_yuan(r, "least", &c->least_fen);
    if (e == OK && str_trim(req_field(r, "percent")).n)
        e = req_field_int(r, "percent", 0, COUPON_PERCENT_MAX, &c->percent);
    if (e == OK)
        e = req_field_int(r, "use_days", 1, COUPON_DAYS_MAX, &c->use_days);
    if (e == OK)
        e = req_field_int(r, "pieces", 1, COUPON_PIECES_MAX, &c->pieces);
    if (e == OK && str_trim(req_field(r, "product")).n)
        e = req_field_int(r, "product", 1, INT64_MAX, &c->product_id);
    if (e == OK && day_read(str_trim(req_field(r, "until")), &day) != OK)
        return req_refuse(r, ERR_INVALID, "until", "coupons.until_bad");
    if (e == OK)
        c->claim_until = day_begin_ms(day) + DAY_MS;
    return e;
}

static struct issuing *issuing_new(struct req *r, const char *name, enum err *e)
{
    struct issuing *i = ARENA_NEW(r->arena, struct issuing);
    *e = i ? own_factory(r, &i->coupon.factory_id) : ERR_NOMEM;
    if (i) {
        i->cmd = (struct command){.name = name, .run = run_issuing};
        i->user_id = r->who.user_id;
    }
    reply_page(r, "coupons/factory.html");
    return i;
}

enum err coupon_issue_post(struct req *r)
{
    enum err e;
    struct issuing *i = issuing_new(r, "coupons.issue", &e);
    if (e != OK)
        return e;
    e = read_terms(r, &i->coupon);
    if (e == OK)
        return web_write(r, &i->cmd, issued);
    return r->json ? e : issued(r, &i->cmd, e);
}

enum err coupon_stop_post(struct req *r)
{
    enum err e;
    struct issuing *i = issuing_new(r, "coupons.stop", &e);
    if (e == OK && str_to_i64(req_param(r, "id"), &i->id) != OK)
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    i->stops = true;
    return web_write(r, &i->cmd, issued);
}

/* --- giving hosts a share: POST /factory/coupons/{id}/hosts: host (a login), pieces (negative:
 * back) --- */

struct giving {
    struct issuing issuing; /* first: the same continuation */
    struct str login;
    int64_t pieces;
};

static enum err run_giving(struct command *cmd, struct tx *tx)
{
    struct giving *g = (struct giving *)cmd;
    int64_t host;
    bool is_disabled;
    enum err e = people_user_find(tx->db, tx->arena, g->login, &host, &is_disabled);
    if (e == ERR_NOT_FOUND)
        return coupon_refuse(tx, ERR_INVALID, "host", "coupons.no_such_host", 0);
    return e ? e : coupon_give(tx, g->issuing.id, g->issuing.coupon.factory_id, host, g->pieces);
}

enum err coupon_give_post(struct req *r)
{
    struct giving *g = ARENA_NEW(r->arena, struct giving);
    enum err e = g ? own_factory(r, &g->issuing.coupon.factory_id) : ERR_NOMEM;
    if (e == OK && str_to_i64(req_param(r, "id"), &g->issuing.id) != OK)
        e = ERR_NOT_FOUND;
    if (e != OK)
        return e;
    reply_page(r, "coupons/factory.html");
    g->issuing.cmd = (struct command){.name = "coupons.give", .run = run_giving};
    e = req_field_text(r, "host", 1, PEOPLE_LOGIN_MAX, &g->login);
    if (e == OK)
        e = req_field_int(r, "pieces", -COUPON_PIECES_MAX, COUPON_PIECES_MAX, &g->pieces);
    if (e == OK)
        return web_write(r, &g->issuing.cmd, issued);
    return r->json ? e : issued(r, &g->issuing.cmd, e);
}
