#include "town/trade/order_form.h"

#include <string.h>

#include "base/enc.h"
#include "base/rnd.h"
#include "base/clock.h"
#include "store/queries.h"
#include "town/people/people.h"
#include "town/region.h"
#include "town/trade/cart.h"
#include "town/trade/order_basket.h"
#include "town/trade/order_view.h"

enum {
    NAME_MAX_CHARS = 40,
    PHONE_MAX_CHARS = 24,
    ADDRESS_MAX_CHARS = 200,
    KEY_BYTES = 18,
};

/* --- reading --- */

/* sku and quantity, each as often as there are lines. */
static enum err read_wishes(struct req *r, struct order_request *rq)
{
    struct str skus[ORDER_LINES_MAX + 1], quantities[ORDER_LINES_MAX + 1];
    size_t n = req_fields(r, "sku", skus, ORDER_LINES_MAX + 1);
    if (n == 0 || n > ORDER_LINES_MAX)
        return req_refuse(r, ERR_INVALID, "sku", "trade.lines_bad");
    if (req_fields(r, "quantity", quantities, ORDER_LINES_MAX + 1) != n)
        return req_refuse(r, ERR_INVALID, "quantity", "trade.quantity_bad");
    rq->n = n;
    for (size_t i = 0; i < n; i++) {
        struct order_wish *wish = &rq->wishes[i];
        if (str_to_i64(skus[i], &wish->sku_id) != OK)
            return req_refuse(r, ERR_INVALID, "sku", "trade.sku_unknown");
        if (str_to_i64(quantities[i], &wish->quantity) != OK || wish->quantity < 1 ||
            wish->quantity > ORDER_QUANTITY_MAX)
            return req_refuse(r, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
    return OK;
}

/* Without it nothing can be delivered. */
static enum err read_required(struct req *r, const char *field, size_t max, const char *missing,
                              struct str *out)
{
    return str_trim(req_field(r, field)).n ? req_field_text(r, field, 1, max, out)
                                           : req_refuse(r, ERR_INVALID, field, missing);
}

static enum err read_typed(struct req *r, struct order_request *rq)
{
    enum err e = read_required(r, "name", NAME_MAX_CHARS, "trade.name_missing", &rq->name);
    if (e == OK)
        e = read_required(r, "phone", PHONE_MAX_CHARS, "trade.phone_bad", &rq->phone);
    if (e == OK && !people_contact_ok(rq->phone))
        e = req_refuse(r, ERR_INVALID, "phone", "trade.phone_bad");
    if (e == OK)
        e = read_required(r, "address", ADDRESS_MAX_CHARS, "trade.address_missing", &rq->address);
    return e;
}

/* One of those that the buyer has kept: *is_kept. */
static enum err read_kept(struct req *r, struct order_request *rq, bool *is_kept)
{
    struct people_address a;
    int64_t id = 0;
    struct str text = req_field(r, "address_id");
    *is_kept = text.n && !str_eq_z(text, "new");
    if (!*is_kept)
        return OK;
    if (str_to_i64(text, &id) != OK ||
        people_address_get(r->db, r->arena, r->who.user_id, id, &a) != OK)
        return req_refuse(r, ERR_INVALID, "address_id", "trade.address_missing");
    rq->name = a.name;
    rq->phone = a.phone;
    rq->province = a.province;
    rq->address = people_address_line(&a, LANG_ZH, r->arena); /* as carriers read it */
    return OK;
}

/* Of a typed address: as it is chosen, or as the address begins. */
static int64_t province_of(const struct req *r)
{
    int64_t code = 0;
    if (str_to_i64(req_field(r, "province"), &code) == OK && region_by_code(code))
        return code;
    return region_find(req_field(r, "address"));
}

static enum err read_receiver(struct req *r, struct order_request *rq)
{
    bool is_kept;
    enum err e = read_kept(r, rq, &is_kept);
    if (e != OK || is_kept)
        return e;
    rq->province = province_of(r);
    return read_typed(r, rq);
}

/* The show of each line (0: none), or one for all. */
static enum err read_shows(struct req *r, struct order_request *rq)
{
    struct str shows[ORDER_LINES_MAX + 1];
    size_t n = req_fields(r, "show", shows, ORDER_LINES_MAX + 1);
    if (n > 1 && n != rq->n)
        return req_refuse(r, ERR_INVALID, "show", "web.number_bad");
    for (size_t i = 0; n && i < rq->n; i++) {
        struct str text = shows[n == 1 ? 0 : i];
        int64_t *id = &rq->wishes[i].show_id;
        if (text.n && (str_to_i64(text, id) != OK || *id < 0))
            return req_refuse(r, ERR_INVALID, "show", "web.number_bad");
    }
    return OK;
}

static enum err read_expected(struct req *r, struct order_request *rq)
{
    rq->from_cart = str_eq_z(req_field(r, "from"), "cart");
    rq->expects = req_field(r, "expect").n > 0;
    return rq->expects ? req_field_int(r, "expect", 0, INT64_MAX, &rq->expect_fen) : OK;
}

/* coupon: claims, one a maker; an empty one is none. */
static enum err read_coupons(struct req *r, struct order_request *rq)
{
    struct str texts[ORDER_MAKERS_MAX + 1];
    size_t n = req_fields(r, "coupon", texts, ORDER_MAKERS_MAX + 1);
    if (n > ORDER_MAKERS_MAX)
        return req_refuse(r, ERR_INVALID, "coupon", "coupons.one_a_maker");
    for (size_t i = 0; i < n; i++)
        if (texts[i].n && str_to_i64(texts[i], &rq->coupons[rq->coupons_n++]) != OK)
            return req_refuse(r, ERR_INVALID, "coupon", "coupons.unknown");
    return OK;
}

enum err order_form_read(struct req *r, struct order_request *rq)
{
    enum err e = read_wishes(r, rq);
    if (e == OK)
        e = read_coupons(r, rq);
    if (e == OK)
        e = read_shows(r, rq);
    if (e == OK)
        e = read_expected(r, rq);
    return e != OK ? e : read_receiver(r, rq);
}

/* --- drawing --- */

/* A key made for this very form: sending the form twice is one order. */
static void put_order_key(struct req *r)
{
    uint8_t bytes[KEY_BYTES];
    rnd_fill(bytes, sizeof(bytes));
    view_put_str(r->view, "order_key", enc_base64url(r->arena, bytes, sizeof(bytes)));
    view_page_only(r->view, "order_key");
}

/* A show that does not sell the SKU any more: the form then says the hall's price. */
static enum err drop_shows(struct req *r, struct order_request *rq)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < rq->n; i++) {
        struct order_wish *w = &rq->wishes[i];
        struct hall_sku sku;
        struct err_info ignored;
        struct order_offer offer;
        if (!w->show_id)
            continue;
        e = hall_sku_get(r->db, w->sku_id, r->arena, &sku);
        if (e == OK &&
            order_price(r->db, r->arena, w->show_id, &sku, clock_wall_ms(), &offer, &ignored))
            w->show_id = 0;
    }
    return e;
}

/* What coupons the buyer has, that could be used now. */
struct purse {
    struct coupon_held *held;
    size_t n;
};

static enum err put_line(struct req *r, struct view *lines, const struct basket_line *line,
                         bool *is_there)
{
    const struct hall_sku *sku = line->sku;
    int64_t left = line->offer.left;
    enum err e = line->offer.account ? OK : hall_stock_left(r->db, sku->id, r->arena, &left);
    if (e != OK)
        return e;
    *is_there = *is_there && left > 0;
    struct view *v = view_add_object(lines);
    bool zh = r->lang == LANG_ZH;
    view_put_int(v, "id", sku->id);
    view_put_str(v, "title", zh ? sku->title_zh : sku->title_en);
    view_put_str(v, "name", zh ? sku->name_zh : sku->name_en);
    view_put_str(v, "slug", sku->product_slug);
    view_put_z(v, "picture", sku->picture);
    view_put_money(v, "price", line->price_fen, "CNY");
    view_put_money(v, "amount", line->price_fen * line->quantity, "CNY");
    view_put_int(v, "quantity", line->quantity);
    view_put_int(v, "show", line->show_id);
    view_put_int(v, "left", left);
    view_put_bool(v, "for_sale", sku->for_sale);
    return OK;
}

/* The buyer's coupons that would take something off this part: coupons [{id, name, off,
 * is_chosen}]. */
static void put_coupons(struct req *r, struct view *v, const struct basket_part *p,
                        const struct purse *purse)
{
    struct view *list = view_put_list(v, "coupons");
    for (size_t i = 0; i < purse->n; i++) {
        int64_t discounts[ORDER_LINES_MAX], sum, missing;
        const struct coupon_held *h = &purse->held[i];
        if (h->coupon.factory_id != p->factory_id ||
            basket_coupon(p, &h->coupon, discounts, &sum, &missing) != OK)
            continue;
        struct view *o = view_add_object(list);
        view_put_int(o, "id", h->id);
        view_put_str(o, "name", coupon_name(r, &h->coupon));
        view_put_money(o, "off", sum, "CNY");
        view_put_bool(o, "is_chosen", p->coupon == h->id);
    }
}

static enum err put_part(struct req *r, struct view *parts, const struct basket_part *p,
                         const struct purse *purse, bool *is_there)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_trade_factory, ARGS(V_INT(p->factory_id)), r->arena, &rs);
    if (e != OK)
        return e;
    struct view *v = view_add_object(parts), *maker = view_put_object(v, "maker");
    view_put_str(maker, "slug", row_str(&rs, 0, "slug"));
    view_put_str(maker, "name", row_str(&rs, 0, r->lang == LANG_ZH ? "name_zh" : "name_en"));
    view_put_money(v, "goods", p->goods_fen, "CNY");
    view_put_money(v, "freight", p->freight_fen, "CNY");
    view_put_money(v, "discount", p->discount_fen, "CNY");
    view_put_money(v, "total", p->total_fen, "CNY");
    view_put_bool(v, "is_discounted", p->discount_fen > 0);
    view_put_bool(v, "is_free", p->freight_fen == 0);
    put_coupons(r, v, p, purse);
    struct view *lines = view_put_list(v, "lines");
    for (size_t i = 0; e == OK && i < p->n; i++)
        e = put_line(r, lines, &p->lines[i], is_there);
    return e;
}

/* What it comes to. A refusal of the whole (a kind that is not for sale, no such quantity) is
 * said in `problem`, above lines that could be priced. */
static enum err put_basket(struct req *r, const struct order_request *rq, struct market *m,
                           const struct purse *purse)
{
    struct err_info info = {0};
    struct basket b;
    struct view *parts = view_put_list(r->view, "parts");
    enum err e = basket_fill(&b, m, rq, &info), refused = e;
    bool needs_province = e == ERR_INVALID && info.field && strcmp(info.field, "province") == 0;
    bool can_order = e == OK || needs_province;
    if (e != OK && info.key)
        e = OK;
    for (size_t i = 0; e == OK && i < b.parts_n; i++)
        e = put_part(r, parts, &b.parts[i], purse, &can_order);
    view_put_money(r->view, "total", b.total_fen, "CNY");
    view_put_bool(r->view, "can_order", can_order);
    if (refused != OK && info.key)
        view_put_str(r->view, "problem", req_text(r, info.key, STR("")));
    view_put_bool(r->view, "needs_province", needs_province);
    return e;
}

/* The addresses that the buyer has kept, and which of them it is: the one that was chosen, else the
 * default; none when one is being typed. Sets where it goes. */
static enum err put_addresses(struct req *r, struct order_request *rq)
{
    struct people_address *all = arena_array(r->arena, PEOPLE_ADDRESSES_MAX, sizeof(*all));
    struct str chosen = req_field(r, "address_id");
    size_t n = 0, at = 0;
    enum err e = all ? people_addresses(r->db, r->arena, r->who.user_id, all, &n) : ERR_NOMEM;
    bool is_typed = n == 0 || str_eq_z(chosen, "new") || (!chosen.n && req_field(r, "address").n);
    struct view *list = view_put_list(r->view, "addresses");
    for (size_t i = 0; e == OK && i < n; i++) {
        int64_t id;
        if (str_to_i64(chosen, &id) == OK && id == all[i].id)
            at = i;
    }
    for (size_t i = 0; e == OK && i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", all[i].id);
        view_put_str(v, "name", all[i].name);
        view_put_str(v, "phone", people_phone_masked(all[i].phone, r->arena));
        view_put_str(v, "line", people_address_line(&all[i], r->lang, r->arena));
        view_put_bool(v, "is_chosen", !is_typed && i == at);
    }
    rq->province = is_typed || e != OK ? province_of(r) : all[at].province;
    view_put_bool(r->view, "is_typed", is_typed);
    view_put_int(r->view, "province", rq->province);
    return e;
}

static void put_provinces(struct req *r)
{
    struct view *list = view_put_list(r->view, "provinces");
    view_page_only(r->view, "provinces");
    for (size_t i = 0; i < regions_n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "code", regions[i].code);
        view_put_z(v, "name", r->lang == LANG_ZH ? regions[i].name_zh : regions[i].name_en);
    }
}

/* The one that takes most off a part, the first of equal ones. */
static int64_t best_of(const struct basket_part *p, const struct purse *purse)
{
    int64_t best = 0, most = 0;
    for (size_t i = 0; i < purse->n; i++) {
        int64_t discounts[ORDER_LINES_MAX], sum, missing;
        const struct coupon_held *h = &purse->held[i];
        if (h->coupon.factory_id == p->factory_id &&
            basket_coupon(p, &h->coupon, discounts, &sum, &missing) == OK && sum > most) {
            most = sum;
            best = h->id;
        }
    }
    return best;
}

/* Those that were chosen, as far as they can still be used; when nothing was, the best ones. */
static enum err choose_coupons(struct req *r, struct order_request *rq, const struct purse *purse)
{
    struct str chosen[ORDER_MAKERS_MAX];
    struct market m;
    struct basket b;
    struct err_info ignored = {0};
    size_t asked = req_fields(r, "coupon", chosen, ORDER_MAKERS_MAX);
    rq->coupons_n = 0;
    if (purse->n == 0)
        return OK;
    enum err e = market_load(&m, r->db, clock_wall_ms(), (const struct order_request *const[]){rq},
                             1, r->arena);
    if (e == OK && basket_fill(&b, &m, rq, &ignored) != OK)
        b.parts_n = ignored.field && strcmp(ignored.field, "province") == 0 ? b.parts_n : 0;
    for (size_t i = 0; e == OK && i < b.parts_n; i++) {
        int64_t id = asked ? 0 : best_of(&b.parts[i], purse);
        for (size_t k = 0; k < asked; k++)
            for (size_t j = 0; j < purse->n; j++) {
                int64_t typed, discounts[ORDER_LINES_MAX], sum, missing;
                const struct coupon_held *h = &purse->held[j];
                if (str_to_i64(chosen[k], &typed) == OK && typed == h->id &&
                    h->coupon.factory_id == b.parts[i].factory_id &&
                    basket_coupon(&b.parts[i], &h->coupon, discounts, &sum, &missing) == OK)
                    id = h->id;
            }
        if (id)
            rq->coupons[rq->coupons_n++] = id;
    }
    market_free(&m);
    return e;
}

static enum err put_form(struct req *r, struct order_request *rq)
{
    struct market m;
    enum err e = drop_shows(r, rq);
    if (e == OK)
        e = put_addresses(r, rq);
    if (e != OK)
        return e;
    put_provinces(r);
    struct purse purse;
    e = coupons_of_buyer(r->db, r->arena, rq->buyer_id, clock_wall_ms(), &purse.held, &purse.n);
    if (e == OK)
        e = choose_coupons(r, rq, &purse);
    if (e != OK)
        return e;
    e = market_load(&m, r->db, clock_wall_ms(), (const struct order_request *const[]){rq}, 1,
                    r->arena);
    if (e == OK)
        e = put_basket(r, rq, &m, &purse);
    market_free(&m);
    if (e != OK)
        return e;
    view_put_bool(r->view, "is_single", rq->n == 1);
    view_put_bool(r->view, "from_cart", rq->from_cart);
    view_put_int(r->view, "quantity_max", ORDER_QUANTITY_MAX);
    static const char *const typed[] = {"name", "phone", "address"};
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
        view_put_str(r->view, typed[i], req_field(r, typed[i]));
    put_order_key(r);
    return OK;
}

static enum err query_int(struct req *r, const char *name, int64_t otherwise, int64_t *out)
{
    struct str text = req_query(r, name);
    *out = otherwise;
    if (text.n == 0 || str_to_i64(text, out) == OK)
        return OK;
    return req_refuse(r, ERR_INVALID, name, "web.number_bad");
}

static enum err wish_of_query(struct req *r, struct order_request *rq)
{
    struct order_wish *w = &rq->wishes[0];
    struct hall_sku sku;
    enum err e = query_int(r, "sku", 0, &w->sku_id);
    if (e == OK)
        e = query_int(r, "quantity", 1, &w->quantity);
    if (e == OK)
        e = query_int(r, "show", 0, &w->show_id);
    if (w->quantity < 1 || w->quantity > ORDER_QUANTITY_MAX)
        w->quantity = 1;
    rq->n = 1;
    return e == OK ? hall_sku_get(r->db, w->sku_id, r->arena, &sku) : e;
}

enum err order_form_page(struct req *r)
{
    struct order_request rq = {.buyer_id = r->who.user_id};
    rq.from_cart = str_eq_z(req_query(r, "from"), "cart");
    enum err e = rq.from_cart ? cart_wishes(r, &rq) : wish_of_query(r, &rq);
    return e != OK ? e : put_form(r, &rq);
}

/* The wishes of a form that may be wrong in its other fields. */
static enum err wishes_of_form(struct req *r, struct order_request *rq)
{
    *rq = (struct order_request){.buyer_id = r->who.user_id};
    rq->from_cart = str_eq_z(req_field(r, "from"), "cart");
    enum err e = read_wishes(r, rq);
    return e != OK ? e : read_shows(r, rq);
}

enum err order_form_quote(struct req *r)
{
    struct order_request rq;
    enum err e = wishes_of_form(r, &rq);
    return e != OK ? e : put_form(r, &rq);
}

void order_form_keep(struct req *r)
{
    struct order_request rq;
    struct err_info info = r->info;
    if (r->json)
        return;
    enum err e = wishes_of_form(r, &rq);
    if (e != OK && rq.n == 1) { /* the quantity is what is wrong: the sheet still says of what */
        rq.wishes[0].quantity = 1;
        e = OK;
    }
    r->view = view_object(r->arena); /* of an earlier snapshot, when called again */
    if (e == OK && put_form(r, &rq) == OK) {
        view_put_str(r->view, "quantity_typed", req_field(r, "quantity"));
        reply_page(r, "trade/new.html");
    }
    r->info = info;
}
