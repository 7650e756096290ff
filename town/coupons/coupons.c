#include "town/coupons/coupons.h"

#include "town/coupons/internal.h"

static struct str yuan(const struct req *r, int64_t fen)
{
    return i18n_money(r->lang, fen, STR("CNY"), r->arena);
}

struct str coupon_name(const struct req *r, const struct coupon *c)
{
    const char *key = c->percent == 0
                          ? c->least_fen > c->off_fen ? "coupons.name_off" : "coupons.name_flat"
                      : c->most_fen ? "coupons.name_percent_most"
                                    : "coupons.name_percent";
    const struct i18n_arg args[] = {{"off", yuan(r, c->off_fen)},
                                    {"least", yuan(r, c->least_fen)},
                                    {"most", yuan(r, c->most_fen)},
                                    {"percent", i18n_number(r->lang, c->percent, r->arena)}};
    return i18n_text(r->lang, str_of(key), args, sizeof(args) / sizeof(args[0]), r->arena);
}

static const struct route routes[] = {
    {"GET", "/coupons", coupons_page, NULL, "coupons/coupons.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/coupons/{id}/claim", coupon_claim_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/coupons", coupons_of_factory, NULL, "coupons/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
    {"POST", "/factory/coupons", coupon_issue_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN, 0},
    {"POST", "/factory/coupons/{id}/stop", coupon_stop_post, NULL, NULL, ROLE_FACTORY, CSRF_TOKEN,
     0},
};

const struct web_module coupons_module = {.name = "coupons",
                                          .routes = routes,
                                          .routes_n = sizeof(routes) / sizeof(routes[0]),
                                          .nav = "trade"};
