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
    put_breadcrumb(r, list,
                   arena_printf(r->arena, "/hall/kinds/%.*s", STR_ARG(row_str(p, 0, "kind_slug"))),
                   hall_text(r, p, 0, "kind_zh", "kind_en"));
    put_breadcrumb(r, list,
                   arena_printf(r->arena, "/hall/products/%.*s", STR_ARG(row_str(p, 0, "slug"))),
                   hall_text(r, p, 0, "title_zh", "title_en"));
}

static void put_offer(struct req *r, struct view *list, const struct rows *p,
                      const struct rows *skus, size_t row)
{
    struct view *v = view_add_object(list);
    int64_t fen = row_int(skus, row, "price_fen");
    bool sold = row_int(skus, row, "stock") > 0 && row_str(p, 0, "lacks").n == 0;
    view_put_z(v, "@type", "Offer");
    view_put_str(v, "sku", row_str(skus, row, "code"));
    if (row_str(skus, row, "gtin").n)
        view_put_str(v, "gtin", row_str(skus, row, "gtin"));
    view_put_z(v, "price",
               arena_printf(r->arena, "%lld.%02lld", (long long)fen / 100, (long long)fen % 100));
    view_put_z(v, "priceCurrency", "CNY");
    view_put_z(v, "availability",
               sold ? "https://schema.org/InStock" : "https://schema.org/OutOfStock");
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

void hall_link_product(struct req *r, const struct rows *p, const struct rows *skus)
{
    struct view *linked = reply_linked_data(r);
    view_put_z(linked, "@context", "https://schema.org");
    struct view *graph = view_put_list(linked, "@graph");
    struct view *v = view_add_object(graph);
    view_put_z(v, "@type", "Product");
    view_put_str(v, "name", hall_text(r, p, 0, "title_zh", "title_en"));
    view_put_str(v, "description", hall_text(r, p, 0, "about_zh", "about_en"));
    view_put_str(v, "model", row_str(p, 0, "model"));
    view_put_str(v, "category", hall_text(r, p, 0, "kind_zh", "kind_en"));
    view_put_z(
        v, "url",
        whole(r, arena_printf(r->arena, "/hall/products/%.*s", STR_ARG(row_str(p, 0, "slug")))));
    put_maker(r, view_put_object(v, "manufacturer"), p, "factory_slug", "factory_zh", "factory_en");
    struct view *offers = view_put_list(v, "offers");
    for (size_t i = 0; i < skus->n; i++)
        put_offer(r, offers, p, skus, i);
    put_breadcrumbs(r, graph, p);
}

void hall_link_maker(struct req *r, const struct rows *f)
{
    struct view *v = reply_linked_data(r);
    view_put_z(v, "@context", "https://schema.org");
    put_maker(r, v, f, "slug", "name_zh", "name_en");
    view_put_str(v, "description", hall_text(r, f, 0, "about_zh", "about_en"));
}
