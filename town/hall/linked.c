/* What a page says of itself to programs: schema.org as JSON-LD (https://schema.org/Product). */
#include <stdio.h>

#include "store/queries.h"
#include "town/hall/page.h"

static const char *whole(struct req *r, const char *path)
{
    return arena_printf(r->arena, "%.*s/%s%s", STR_ARG(req_public_url(r)),
                        r->lang == LANG_EN ? "en" : "zh", path);
}

static void put_breadcrumb(struct req *r, struct view *list, const char *path, struct str name)
{
    struct view *v = view_add_object(list);
    view_put_z(v, "@type", "ListItem");
    view_put_int(v, "position", (int64_t)list->count);
    view_put_str(v, "name", name);
    view_put_z(v, "item", whole(r, path));
}

static void put_breadcrumbs(struct req *r, struct view *graph, const struct rows *p)
{
    struct view *v = view_add_object(graph);
    view_put_z(v, "@type", "BreadcrumbList");
    struct view *list = view_put_list(v, "itemListElement");
    put_breadcrumb(r, list, "/hall", i18n_text(r->lang, STR("hall.title"), NULL, 0, r->arena));
    if (row_str(p, 0, "above_slug").n)
        put_breadcrumb(
            r, list,
            arena_printf(r->arena, "/hall/kinds/%.*s", STR_ARG(row_str(p, 0, "above_slug"))),
            hall_text(r, p, 0, "above_zh", "above_en"));
    put_breadcrumb(r, list,
                   arena_printf(r->arena, "/hall/kinds/%.*s", STR_ARG(row_str(p, 0, "kind_slug"))),
                   hall_text(r, p, 0, "kind_zh", "kind_en"));
    put_breadcrumb(r, list,
                   arena_printf(r->arena, "/hall/products/%.*s", STR_ARG(row_str(p, 0, "slug"))),
                   hall_text(r, p, 0, "title_zh", "title_en"));
}

/* "69.00" */
static const char *amount(struct req *r, int64_t fen)
{
    return arena_printf(r->arena, "%lld.%02lld", (long long)fen / 100, (long long)fen % 100);
}

static bool is_sold(const struct rows *p, const struct rows *skus, size_t row)
{
    return row_int(skus, row, "stock") > 0 && row_str(p, 0, "lacks").n == 0;
}

static void put_offer(struct req *r, struct view *v, const struct rows *p, const struct rows *skus,
                      size_t row)
{
    view_put_z(v, "@type", "Offer");
    view_put_str(v, "sku", row_str(skus, row, "code"));
    if (row_str(skus, row, "gtin").n)
        view_put_str(v, "gtin", row_str(skus, row, "gtin"));
    view_put_z(v, "price", amount(r, row_int(skus, row, "price_fen")));
    view_put_z(v, "priceCurrency", "CNY");
    view_put_z(v, "itemCondition", "https://schema.org/NewCondition");
    view_put_z(v, "availability",
               is_sold(p, skus, row) ? "https://schema.org/InStock"
                                     : "https://schema.org/OutOfStock");
    view_put_z(v, "url",
               whole(r, arena_printf(r->arena, "/hall/products/%.*s?sku=%lld",
                                     STR_ARG(row_str(p, 0, "slug")),
                                     (long long)row_int(skus, row, "id"))));
}

static void put_maker(struct req *r, struct view *v, const struct rows *rs, const char *slug,
                      const char *zh, const char *en)
{
    view_put_z(v, "@type", "Organization");
    view_put_str(v, "name", hall_text(r, rs, 0, zh, en));
    view_put_z(
        v, "url",
        whole(r, arena_printf(r->arena, "/hall/factories/%.*s", STR_ARG(row_str(rs, 0, slug)))));
}

/* One SKU is an offer; several are an aggregate of theirs. */
static void put_offers(struct req *r, struct view *v, const struct rows *p, const struct rows *skus)
{
    int64_t low = INT64_MAX, high = 0;
    if (skus->n == 1) {
        put_offer(r, view_put_object(v, "offers"), p, skus, 0);
        return;
    }
    if (skus->n == 0)
        return;
    struct view *all = view_put_object(v, "offers");
    view_put_z(all, "@type", "AggregateOffer");
    view_put_int(all, "offerCount", (int64_t)skus->n);
    view_put_z(all, "priceCurrency", "CNY");
    struct view *list = view_put_list(all, "offers");
    for (size_t i = 0; i < skus->n; i++) {
        int64_t fen = row_int(skus, i, "price_fen");
        low = fen < low ? fen : low;
        high = fen > high ? fen : high;
        put_offer(r, view_add_object(list), p, skus, i);
    }
    view_put_z(all, "lowPrice", amount(r, low));
    view_put_z(all, "highPrice", amount(r, high));
}

/* Of one SKU, the product's own number, too. */
static void put_numbers(struct view *v, const struct rows *p, const struct rows *skus)
{
    if (skus->n == 1 && row_str(skus, 0, "gtin").n)
        view_put_str(v, "gtin", row_str(skus, 0, "gtin"));
    view_put_str(v, "model", row_str(p, 0, "model"));
}

static enum err put_images(struct req *r, struct view *v, const struct rows *p)
{
    struct rows rs;
    struct str site = req_public_url(r);
    struct view *list = view_put_list(v, "image");
    enum err e = db_select(r->db, &q_hall_photos, ARGS(V_INT(row_int(p, 0, "id"))), r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++)
        if (row_int(&rs, i, "size") == HALL_PHOTO_LARGE)
            view_add_str(list,
                         str_of(arena_printf(r->arena, "%.*s/hall/photos/%.*s.jpg", STR_ARG(site),
                                             STR_ARG(row_str(&rs, i, "jpeg")))));
    if (e == OK && list->count == 0)
        view_add_str(list, str_of(arena_printf(r->arena, "%.*s%s", STR_ARG(site),
                                               hall_picture_path(r, row_str(p, 0, "slug")))));
    return e;
}

enum err hall_link_product(struct req *r, const struct rows *p, const struct rows *skus)
{
    struct view *linked = reply_linked_data(r);
    view_put_z(linked, "@context", "https://schema.org");
    struct view *graph = view_put_list(linked, "@graph");
    struct view *v = view_add_object(graph);
    view_put_z(v, "@type", "Product");
    view_put_str(v, "name", hall_text(r, p, 0, "title_zh", "title_en"));
    view_put_str(v, "description", hall_text(r, p, 0, "about_zh", "about_en"));
    view_put_str(v, "category", hall_text(r, p, 0, "kind_zh", "kind_en"));
    put_numbers(v, p, skus);
    view_put_z(
        v, "url",
        whole(r, arena_printf(r->arena, "/hall/products/%.*s", STR_ARG(row_str(p, 0, "slug")))));
    struct view *brand = view_put_object(v, "brand");
    view_put_z(brand, "@type", "Brand");
    view_put_str(brand, "name", hall_text(r, p, 0, "factory_zh", "factory_en"));
    put_maker(r, view_put_object(v, "manufacturer"), p, "factory_slug", "factory_zh", "factory_en");
    put_offers(r, v, p, skus);
    put_breadcrumbs(r, graph, p);
    return put_images(r, v, p);
}

void hall_link_maker(struct req *r, const struct rows *f)
{
    struct view *v = reply_linked_data(r);
    view_put_z(v, "@context", "https://schema.org");
    put_maker(r, v, f, "slug", "name_zh", "name_en");
    view_put_str(v, "description", hall_text(r, f, 0, "about_zh", "about_en"));
}
