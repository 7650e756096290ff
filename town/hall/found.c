/* What a search of the hall found, and the addresses of the searches beside it. */
#include "base/enc.h"
#include "store/queries.h"
#include "town/hall/page.h"

enum { PAGES_AROUND = 2, ADDRESS_MAX = 4096 };

struct str hall_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                     const char *en)
{
    struct str s = row_str(rs, row, r->lang == LANG_EN ? en : zh);
    return s.n ? s : row_str(rs, row, zh);
}

const char *hall_picture_path(struct req *r, struct str slug)
{
    return arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(slug));
}

void hall_put_good(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    view_put_str(v, "slug", row_str(rs, row, "slug"));
    struct str photo = row_str(rs, row, "photo");
    view_put_z(v, "picture",
               photo.n ? arena_printf(r->arena, "/hall/photos/%.*s.webp", STR_ARG(photo))
                       : hall_picture_path(r, row_str(rs, row, "slug")));
    view_put_bool(v, "is_photo", photo.n > 0);
    view_put_str(v, "title", hall_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "factory", hall_text(r, rs, row, "factory_zh", "factory_en"));
    view_put_money(v, "price", row_int(rs, row, "price_fen"), "CNY");
    view_put_int(v, "stock", row_int(rs, row, "stock"));
    view_put_int(v, "sold", row_int(rs, row, "sold"));
    view_put_bool(v, "on_air", row_int(rs, row, "is_on_air") != 0);
}

/* ---- addresses: the search with one thing changed ---- */

static void put_pair(struct buf *b, struct req *r, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    struct str text = enc_percent(r->arena, value);
    buf_printf(b, "%s%s=%.*s", b->n ? "&" : "", name, STR_ARG(text));
}

static void put_number(struct buf *b, struct req *r, const char *name, int64_t n)
{
    if (n > 0)
        put_pair(b, r, name, str_of(arena_printf(r->arena, "%lld", (long long)n)));
}

const char *hall_look_address(struct req *r, const struct hall_look *look)
{
    struct buf b;
    bool of_maker = str_starts(str_of(look->path), "/hall/factories/");
    const char *path = look->path;
    buf_init(&b, ADDRESS_MAX);
    if (of_maker)
        put_pair(&b, r, "kind", look->kind);
    else if (look->kind.n)
        path =
            arena_printf(r->arena, "/hall/kinds/%.*s", STR_ARG(enc_percent(r->arena, look->kind)));
    if (!of_maker)
        put_pair(&b, r, "factory", look->factory);
    put_pair(&b, r, "q", look->ask.q);
    if (look->band >= 0)
        put_number(&b, r, "band", look->band + 1);
    else {
        put_number(&b, r, "min", look->ask.min_fen / 100);
        put_number(&b, r, "max", look->ask.max_fen / 100);
    }
    put_pair(&b, r, "certificate", look->facets[HALL_FACET_CERTIFICATE]);
    put_pair(&b, r, "market", look->facets[HALL_FACET_MARKET]);
    put_pair(&b, r, "sort", look->ask.sort);
    if (look->ask.page > 1)
        put_number(&b, r, "page", look->ask.page);
    if (b.n == 0 && !look->kind.n && !of_maker) /* /hall itself is the front */
        put_number(&b, r, "all", 1);
    const char *text = arena_printf(r->arena, "%s%s%.*s", path, b.n ? "?" : "", (int)b.n,
                                    b.n ? (const char *)b.p : "");
    buf_free(&b);
    return text;
}

static const char *page_address(struct req *r, const struct hall_look *look, int64_t page)
{
    struct hall_look other = *look;
    other.ask.page = page;
    return hall_look_address(r, &other);
}

/* ---- what was found ---- */

/* 1 … 4 5 [6] 7 8 … 26 */
static void put_pages(struct req *r, const struct hall_look *look, int64_t last)
{
    struct view *pages = view_put_list(r->view, "pages");
    int64_t at = look->ask.page;
    for (int64_t n = 1; n <= last; n++) {
        bool near = n >= at - PAGES_AROUND && n <= at + PAGES_AROUND;
        struct view *v = near || n == 1 || n == last ? view_add_object(pages) : NULL;
        if (v) {
            view_put_int(v, "number", n);
            view_put_bool(v, "current", n == at);
            view_put_z(v, "href", page_address(r, look, n));
            continue;
        }
        view_put_bool(view_add_object(pages), "gap", true);
        n = n < at ? at - PAGES_AROUND - 1 : last - 1;
    }
    if (at > 1 && at <= last)
        view_put_z(r->view, "prev", page_address(r, look, at - 1));
    if (at < last)
        view_put_z(r->view, "next", page_address(r, look, at + 1));
}

/* In the order of the ids. */
static enum err put_goods(struct req *r, const struct hall_ids *found)
{
    struct view *list = view_put_list(r->view, "products");
    struct val ids[HALL_PAGE];
    struct rows rs;
    for (size_t i = 0; i < found->n; i++)
        ids[i] = V_INT(found->ids[i]);
    enum err e = db_select_many(r->db, &q_hall_goods, ids, found->n, r->arena, &rs);
    for (size_t i = 0; e == OK && i < found->n; i++)
        for (size_t row = 0; row < rs.n; row++)
            if (row_int(&rs, row, "id") == found->ids[i])
                hall_put_good(r, view_add_object(list), &rs, row);
    return e;
}

/* When nothing is left: the same words without the rest, if that would find something. */
static void put_way_out(struct req *r, const struct hall_look *look, const struct hall_found *found)
{
    struct hall_look bare = {.ask = {.q = look->ask.q, .page = 1}, .band = -1, .path = "/hall"};
    if (found->total || !found->anywhere)
        return;
    struct view *v = view_put_object(r->view, "anywhere");
    view_put_int(v, "products", found->anywhere);
    view_put_z(v, "href", hall_look_address(r, &bare));
}

enum err hall_put_found(struct req *r, const struct hall_look *look, struct hall_found *found)
{
    static const char *const how[] = {
        [HALL_AS_ASKED] = "asked", [HALL_BY_SOUND] = "sound", [HALL_BY_SLIP] = "slip"};
    enum err e = hall_search(r->db, r->arena, &look->ask, found);
    if (e == OK)
        e = put_goods(r, &found->page);
    if (e != OK)
        return e;
    view_put_int(r->view, "total", found->total);
    view_put_z(r->view, "how", how[found->how]);
    view_put_str(r->view, "meant", found->meant);
    put_way_out(r, look, found);
    put_pages(r, look, (found->total + HALL_PAGE - 1) / HALL_PAGE);
    return OK;
}
