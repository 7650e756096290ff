/* GET /hall: browsing by kind, maker, price and words. */
#include "base/enc.h"
#include "store/queries.h"
#include "town/hall/page.h"

enum { PRICE_YUAN_MAX = 999999, WORD_MAX = 40, PAGES_AROUND = 2 };

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
    view_put_z(v, "picture", hall_picture_path(r, row_str(rs, row, "slug")));
    view_put_str(v, "title", hall_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "factory", hall_text(r, rs, row, "factory_zh", "factory_en"));
    view_put_money(v, "price", row_int(rs, row, "price_fen"), "CNY");
    view_put_int(v, "stock", row_int(rs, row, "stock"));
    view_put_int(v, "sold", row_int(rs, row, "sold"));
    view_put_bool(v, "on_air", row_int(rs, row, "is_on_air") != 0);
}

/* ---- words ---- */

/* "%word%" with what LIKE takes specially escaped; ASCII in lower case, as search_text is. */
static struct str like_of(struct req *r, struct str word)
{
    char *out = arena_alloc(r->arena, word.n * 2 + 3);
    size_t n = 0;
    if (!out)
        return STR_NONE;
    out[n++] = '%';
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (c == '%' || c == '_' || c == '\\')
            out[n++] = '\\';
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    out[n++] = '%';
    return str_n(out, n);
}

static void words_of(struct req *r, struct str q, struct str like[HALL_WORDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < HALL_WORDS_MAX; i++)
        like[i] = STR("");
    while (q.n > 0 && n < HALL_WORDS_MAX) {
        struct str word = str_cut(q, ' ', &q);
        if (word.n > 0)
            like[n++] = like_of(r, word);
    }
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

static const char *address(struct req *r, const struct hall_search *s, const char *path)
{
    struct buf b;
    bool own = str_starts(str_of(path), "/hall/factories/"); /* the maker is in the path then */
    buf_init(&b, 4096);
    put_pair(&b, r, "kind", s->kind);
    if (!own)
        put_pair(&b, r, "factory", s->factory);
    put_pair(&b, r, "q", s->q);
    put_number(&b, r, "min", s->min_fen / 100);
    put_number(&b, r, "max", s->max_fen / 100);
    put_pair(&b, r, "sort", s->sort);
    if (s->page > 1)
        put_number(&b, r, "page", s->page);
    const char *text = arena_printf(r->arena, "%s%s%.*s", path, b.n ? "?" : "", (int)b.n,
                                    b.n ? (const char *)b.p : "");
    buf_free(&b);
    return text;
}

static const char *page_address(struct req *r, const struct hall_search *s, const char *path,
                                int64_t page)
{
    struct hall_search other = *s;
    other.page = page;
    return address(r, &other, path);
}

/* ---- what was found ---- */

/* 1 … 4 5 [6] 7 8 … 26 */
static void put_pages(struct req *r, const struct hall_search *s, const char *path, int64_t last)
{
    struct view *pages = view_put_list(r->view, "pages");
    for (int64_t n = 1; n <= last; n++) {
        bool near = n >= s->page - PAGES_AROUND && n <= s->page + PAGES_AROUND;
        struct view *v = near || n == 1 || n == last ? view_add_object(pages) : NULL;
        if (v) {
            view_put_int(v, "number", n);
            view_put_bool(v, "current", n == s->page);
            view_put_z(v, "href", page_address(r, s, path, n));
            continue;
        }
        view_put_bool(view_add_object(pages), "gap", true);
        n = n < s->page ? s->page - PAGES_AROUND - 1 : last - 1;
    }
    if (s->page > 1 && s->page <= last)
        view_put_z(r->view, "prev", page_address(r, s, path, s->page - 1));
    if (s->page < last)
        view_put_z(r->view, "next", page_address(r, s, path, s->page + 1));
}

enum err hall_put_found(struct req *r, const struct hall_search *s, const char *path)
{
    struct str like[HALL_WORDS_MAX];
    struct rows rs;
    words_of(r, s->q, like);
    enum err e = db_one(r->db, &q_hall_browse_count,
                        ARGS(V_INT(s->kind_id), V_INT(s->factory_id), V_INT(s->min_fen),
                             V_INT(s->max_fen), V_STR(like[0]), V_STR(like[1]), V_STR(like[2])),
                        r->arena, &rs);
    if (e != OK)
        return e;
    int64_t total = row_int(&rs, 0, "n");
    e = db_select(r->db, &q_hall_browse,
                  ARGS(V_INT(s->kind_id), V_INT(s->factory_id), V_INT(s->min_fen),
                       V_INT(s->max_fen), V_STR(like[0]), V_STR(like[1]), V_STR(like[2]),
                       V_STR(s->sort), V_INT(HALL_PAGE), V_INT((s->page - 1) * HALL_PAGE)),
                  r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "products");
    for (size_t i = 0; i < rs.n; i++)
        hall_put_good(r, view_add_object(list), &rs, i);
    view_put_int(r->view, "total", total);
    put_pages(r, s, path, (total + HALL_PAGE - 1) / HALL_PAGE);
    return OK;
}

/* ---- reading the address ---- */

/* Whole yuan within bounds, else 0: a search is not refused for a price nobody can mean. */
static int64_t yuan(struct req *r, const char *name)
{
    int64_t n;
    return str_to_i64(req_query(r, name), &n) == OK && n > 0 && n <= PRICE_YUAN_MAX ? n * 100 : 0;
}

static struct str known_sort(struct str s)
{
    bool known = str_eq_z(s, "new") || str_eq_z(s, "price") || str_eq_z(s, "price_down");
    return known ? s : STR_NONE;
}

/* An unknown kind or maker finds nothing, and the page says so: id -1 matches no row. */
static enum err read_search(struct req *r, struct hall_search *s, struct rows *kind,
                            struct rows *factory)
{
    *s = (struct hall_search){.kind = req_query(r, "kind"),
                              .factory = req_query(r, "factory"),
                              .q = str_trim(req_query(r, "q")),
                              .sort = known_sort(req_query(r, "sort")),
                              .min_fen = yuan(r, "min"),
                              .max_fen = yuan(r, "max"),
                              .page = 1};
    int64_t page;
    if (str_to_i64(req_query(r, "page"), &page) == OK && page >= 1 && page <= HALL_PAGES_MAX)
        s->page = page;
    if (s->max_fen && s->min_fen > s->max_fen) { /* what is meant is plain */
        int64_t low = s->max_fen;
        s->max_fen = s->min_fen;
        s->min_fen = low;
        s->swapped = true;
    }
    if (s->q.n > 4 * WORD_MAX * HALL_WORDS_MAX || !str_is_utf8(s->q))
        s->q = STR_NONE;
    enum err e = db_select(r->db, &q_hall_kind_by_slug, ARGS(V_STR(s->kind)), r->arena, kind);
    if (e == OK)
        e = db_select(r->db, &q_hall_factory_by_slug, ARGS(V_STR(s->factory)), r->arena, factory);
    if (e != OK)
        return e;
    s->kind_id = s->kind.n == 0 ? 0 : kind->n ? row_int(kind, 0, "id") : -1;
    s->factory_id = s->factory.n == 0 ? 0 : factory->n ? row_int(factory, 0, "id") : -1;
    return OK;
}

/* ---- the page ---- */

static enum err put_kinds(struct req *r, const struct hall_search *s)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_kinds, NO_ARGS, r->arena, &rs);
    if (e != OK)
        return e;
    struct hall_search other = *s;
    other.page = 1;
    struct view *list = view_put_list(r->view, "kinds");
    for (size_t i = 0; i < rs.n; i++) {
        struct view *v = view_add_object(list);
        other.kind = row_str(&rs, i, "slug");
        view_put_str(v, "slug", other.kind);
        view_put_str(v, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
        view_put_z(v, "picture", hall_picture_path(r, row_str(&rs, i, "picture")));
        view_put_int(v, "products", row_int(&rs, i, "products"));
        view_put_bool(v, "current", str_eq(s->kind, other.kind));
        view_put_z(v, "href", address(r, &other, "/hall"));
    }
    other.kind = STR_NONE;
    view_put_z(r->view, "all_href", address(r, &other, "/hall"));
    return OK;
}

static void put_sorts(struct req *r, const struct hall_search *s)
{
    static const char *const names[] = {"default", "new", "price", "price_down"};
    struct view *list = view_put_list(r->view, "sorts");
    struct hall_search other = *s;
    other.page = 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct view *v = view_add_object(list);
        other.sort = i == 0 ? STR_NONE : str_of(names[i]);
        view_put_z(v, "name", names[i]);
        view_put_bool(v, "current", str_eq(s->sort, other.sort));
        view_put_z(v, "href", address(r, &other, "/hall"));
    }
}

static void put_filter(struct req *r, const struct hall_search *s, const struct rows *kind,
                       const struct rows *factory)
{
    struct view *v = view_put_object(r->view, "filter");
    view_put_str(v, "q", s->q);
    view_put_str(v, "kind", s->kind);
    if (kind->n)
        view_put_str(v, "kind_name", hall_text(r, kind, 0, "name_zh", "name_en"));
    view_put_str(v, "factory", s->factory);
    if (factory->n)
        view_put_str(v, "factory_name", hall_text(r, factory, 0, "name_zh", "name_en"));
    if (s->min_fen)
        view_put_int(v, "min", s->min_fen / 100);
    if (s->max_fen)
        view_put_int(v, "max", s->max_fen / 100);
    view_put_str(v, "sort", s->sort);
    view_put_bool(v, "swapped", s->swapped);
}

static enum err put_counts(struct req *r)
{
    struct view *counts = view_put_object(r->view, "counts");
    enum err e = figures_put(r, view_put_object(counts, "products"), "products", 0);
    return e != OK ? e : figures_put(r, view_put_object(counts, "factories"), "factories", 0);
}

enum err hall_page_browse(struct req *r)
{
    struct hall_search s;
    struct rows kind, factory;
    enum err e = read_search(r, &s, &kind, &factory);
    if (e == OK)
        e = hall_put_found(r, &s, "/hall");
    if (e == OK)
        e = put_kinds(r, &s);
    if (e == OK)
        e = put_counts(r);
    if (e != OK)
        return e;
    put_sorts(r, &s);
    put_filter(r, &s, &kind, &factory);
    return OK;
}
