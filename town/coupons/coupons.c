#include "town/coupons/coupons.h"

#include "town/coupons/internal.h"

static struct str yuan(enum lang lang, int64_t fen, struct arena *arena)
{
    return i18n_money(lang, fen, STR("CNY"), arena);
}

struct str coupon_name_in(enum lang lang, const struct coupon *c, struct arena *arena)
{
    const char *key = c->percent == 0
                          ? c->least_fen > c->off_fen ? "coupons.name_off" : "coupons.name_flat"
                      : c->most_fen ? "coupons.name_percent_most"
                                    : "coupons.name_percent";
    const struct i18n_arg args[] = {{"off", yuan(lang, c->off_fen, arena)},
                                    {"least", yuan(lang, c->least_fen, arena)},
                                    {"most", yuan(lang, c->most_fen, arena)},
                                    {"percent", i18n_number(lang, c->percent, arena)}};
    return i18n_text(lang, str_of(key), args, sizeof(args) / sizeof(args[0]), arena);
}

struct str coupon_name(const struct req *r, const struct coupon *c)
{
    return coupon_name_in(r->lang, c, r->arena);
}

static const struct route routes[] = {
    {"GET", "/coupons", coupons_page, NULL, "coupons/coupons.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/coupons/{id}/claim", coupon_claim_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/coupons", coupons_of_factory, NULL, "coupons/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"POST", "/factory/coupons", coupon_issue_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/coupons/{id}/hosts", coupon_give_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0},
    {"POST", "/factory/coupons/{id}/stop", coupon_stop_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0},
};

const struct web_module coupons_module = {.name = "coupons",
                                          .routes = routes,
                                          .routes_n = sizeof(routes) / sizeof(routes[0]),
                                          .nav = "trade"};
