#include "town/trade/order_form.h"

#include "base/enc.h"
#include "base/rnd.h"
#include "town/hall/hall.h"
#include "town/trade/order_view.h"

enum {
    NAME_MAX_CHARS = 40,
    PHONE_MAX_CHARS = 24,
    PHONE_DIGITS_MIN = 5,
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
    for (size_t i = 0; i < n; i++) {
        struct order_wish *wish = &rq->wishes[i];
        if (str_to_i64(skus[i], &wish->sku_id) != OK)
            return req_refuse(r, ERR_INVALID, "sku", "trade.sku_unknown");
        if (str_to_i64(quantities[i], &wish->quantity) != OK || wish->quantity < 1 ||
            wish->quantity > ORDER_QUANTITY_MAX)
            return req_refuse(r, ERR_INVALID, "quantity", "trade.quantity_bad");
    }
    rq->n = n;
    return OK;
}

/* Without it nothing can be delivered. */
static enum err read_required(struct req *r, const char *field, size_t max, const char *missing,
                              struct str *out)
{
    return str_trim(req_field(r, field)).n ? req_field_text(r, field, 1, max, out)
                                           : req_refuse(r, ERR_INVALID, field, missing);
}

static bool is_phone(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!strchr("+- ", s.p[i]))
            return false;
    }
    return digits >= PHONE_DIGITS_MIN;
}

static enum err read_receiver(struct req *r, struct order_request *rq)
{
    enum err e = read_required(r, "name", NAME_MAX_CHARS, "trade.name_missing", &rq->name);
    if (e == OK)
        e = read_required(r, "phone", PHONE_MAX_CHARS, "trade.phone_bad", &rq->phone);
    if (e == OK && !is_phone(rq->phone))
        e = req_refuse(r, ERR_INVALID, "phone", "trade.phone_bad");
    return e != OK ? e
                   : read_required(r, "address", ADDRESS_MAX_CHARS, "trade.address_missing",
                                   &rq->address);
}

/* One show for all lines. */
static enum err read_show(struct req *r, struct order_request *rq)
{
    int64_t show_id = 0;
    enum err e = req_field(r, "show").n ? req_field_int(r, "show", 1, INT64_MAX, &show_id) : OK;
    for (size_t i = 0; i < rq->n; i++)
        rq->wishes[i].show_id = show_id;
    return e;
}

enum err order_form_read(struct req *r, struct order_request *rq)
{
    enum err e = read_wishes(r, rq);
    if (e == OK)
        e = read_show(r, rq);
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

/* *show_id becomes 0 when that show does not sell the SKU: the form then says the hall's price. */
static enum err put_sku(struct req *r, int64_t sku_id, int64_t *show_id)
{
    struct hall_sku sku;
    struct err_info ignored;
    int64_t price_fen, left;
    enum err e = hall_sku_get(r->db, sku_id, r->arena, &sku);
    if (e == OK)
        e = order_price(r->db, r->arena, *show_id, &sku, &price_fen, &ignored);
    if (e == ERR_CONFLICT) {
        *show_id = 0;
        e = order_price(r->db, r->arena, 0, &sku, &price_fen, &ignored);
    }
    if (e == OK)
        e = hall_stock_left(r->db, sku_id, r->arena, &left);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "sku");
    bool zh = r->lang == LANG_ZH;
    view_put_int(v, "id", sku.id);
    view_put_str(v, "title", zh ? sku.title_zh : sku.title_en);
    view_put_str(v, "name", zh ? sku.name_zh : sku.name_en);
    view_put_str(v, "slug", sku.product_slug);
    view_put_z(v, "picture", sku.picture);
    view_put_money(v, "price", price_fen, "CNY");
    view_put_int(v, "left", left);
    view_put_bool(v, "for_sale", sku.for_sale);
    return OK;
}

static enum err put_form(struct req *r, int64_t sku_id, struct str quantity, int64_t show_id)
{
    enum err e = put_sku(r, sku_id, &show_id);
    if (e != OK)
        return e;
    view_put_str(r->view, "quantity", quantity);
    view_put_int(r->view, "quantity_max", ORDER_QUANTITY_MAX);
    view_put_int(r->view, "show", show_id);
    view_put_str(r->view, "name", req_field(r, "name"));
    view_put_str(r->view, "phone", req_field(r, "phone"));
    view_put_str(r->view, "address", req_field(r, "address"));
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

enum err order_form_page(struct req *r)
{
    int64_t sku_id = 0, quantity = 1, show_id = 0;
    enum err e = query_int(r, "sku", 0, &sku_id);
    if (e == OK)
        e = query_int(r, "quantity", 1, &quantity);
    if (e == OK)
        e = query_int(r, "show", 0, &show_id);
    if (quantity < 1 || quantity > ORDER_QUANTITY_MAX)
        quantity = 1;
    const char *text = arena_printf(r->arena, "%lld", (long long)quantity);
    return e != OK ? e : put_form(r, sku_id, str_of(text), show_id);
}

void order_form_keep(struct req *r)
{
    int64_t sku_id, show_id = 0;
    struct str skus[2], show = req_field(r, "show");
    struct err_info info = r->info;
    if (r->json || req_fields(r, "sku", skus, 2) != 1 || str_to_i64(skus[0], &sku_id) != OK ||
        (show.n && str_to_i64(show, &show_id) != OK))
        return;
    r->view = view_object(r->arena); /* of an earlier snapshot, when called again */
    if (put_form(r, sku_id, req_field(r, "quantity"), show_id) == OK)
        reply_page(r, "trade/new.html");
    r->info = info;
}
