/* GET /hall and /hall/kinds/SLUG: browsing by kind, maker, price, words and the rest; and
 * /hall/suggest, what the words may mean while they are typed. */
#include <stdio.h>

#include "base/enc.h"
#include "store/queries.h"
#include "town/hall/page.h"

enum {
    PRICE_YUAN_MAX = 999999,
    KINDS_SHOWN = 8, /* when only so many have something, those below the others are shown too */
    FRONT_KEEP_MS = 1000, /* it says how many watch */
};

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

static struct str words(struct req *r)
{
    struct str q = str_trim(req_query(r, "q"));
    return q.n <= SEARCH_QUERY_MAX && str_is_utf8(q) ? q : STR_NONE;
}

static void read_prices(struct req *r, struct hall_look *look)
{
    struct hall_ask *ask = &look->ask;
    int64_t band;
    look->band = -1;
    ask->min_fen = yuan(r, "min");
    ask->max_fen = yuan(r, "max");
    if (ask->max_fen && ask->min_fen > ask->max_fen) { /* what is meant is plain */
        int64_t low = ask->max_fen;
        ask->max_fen = ask->min_fen;
        ask->min_fen = low;
        look->swapped = true;
    }
    if (str_to_i64(req_query(r, "band"), &band) != OK || band < 1 || band > HALL_BANDS)
        return;
    look->band = (int)band - 1;
    ask->min_fen = hall_bands[band - 1];
    ask->max_fen = band < HALL_BANDS ? hall_bands[band] - 1 : 0;
}

/* A value that is unknown is none. */
static void read_facet(struct req *r, struct hall_look *look, enum hall_facet_slot slot,
                       const char *name)
{
    const struct hall_facet *facet = hall_search_facet_at(slot);
    struct str asked = req_query(r, name);
    for (size_t i = 0; facet && i < facet->n; i++)
        if (str_eq_z(asked, facet->values[i].slug)) {
            look->facets[slot] = asked;
            look->ask.facets[slot] = INT64_C(1) << i;
        }
}

/* An unknown kind or maker finds nothing, and the page says so: id -1 matches no row. A kind in the
 * path has to be there. */
static enum err read_look(struct req *r, struct hall_look *look, struct rows *kind,
                          struct rows *factory)
{
    struct str in_path = req_param(r, "slug");
    int64_t page;
    *look = (struct hall_look){.ask = {.q = words(r),
                                       .lang = r->lang,
                                       .sort = known_sort(req_query(r, "sort")),
                                       .page = 1},
                               .kind = in_path.n ? in_path : req_query(r, "kind"),
                               .factory = req_query(r, "factory"),
                               .path = "/hall"};
    if (str_to_i64(req_query(r, "page"), &page) == OK && page >= 1 && page <= HALL_PAGES_MAX)
        look->ask.page = page;
    read_prices(r, look);
    read_facet(r, look, HALL_FACET_CERTIFICATE, "certificate");
    read_facet(r, look, HALL_FACET_MARKET, "market");
    enum err e = db_select(r->db, &q_hall_kind_by_slug, ARGS(V_STR(look->kind)), r->arena, kind);
    if (e == OK)
        e = db_select(r->db, &q_hall_factory_by_slug, ARGS(V_STR(look->factory)), r->arena,
                      factory);
    if (e != OK)
        return e;
    if (in_path.n && kind->n == 0)
        return ERR_NOT_FOUND;
    look->ask.kind = look->kind.n == 0 ? 0 : kind->n ? row_int(kind, 0, "id") : -1;
    look->ask.factory = look->factory.n == 0 ? 0 : factory->n ? row_int(factory, 0, "id") : -1;
    return OK;
}

/* ---- what was asked, in words, and how to take it back ---- */

static struct str text_of_band(struct req *r, int64_t from, int64_t below)
{
    char text[2][24];
    snprintf(text[0], sizeof(text[0]), "%lld", (long long)from);
    snprintf(text[1], sizeof(text[1]), "%lld", (long long)below);
    const struct i18n_arg args[] = {{"from", str_of(text[0])},
                                    {"below", str_of(text[1])},
                                    {"yuan", str_of(text[below ? 1 : 0])}};
    const char *key = !below ? "hall.above" : from ? "hall.between" : "hall.below";
    return i18n_text(r->lang, str_of(key), args, 3, r->arena);
}

static void add_chosen(struct req *r, const char *what, struct str text,
                       const struct hall_look *without, struct view *list)
{
    if (text.n == 0)
        return;
    struct view *v = view_add_object(list);
    view_put_z(v, "what", what);
    view_put_str(v, "text", text);
    view_put_z(v, "href", hall_look_address(r, without));
}

static struct str text_of_facet(struct req *r, const struct hall_look *look,
                                enum hall_facet_slot slot)
{
    const struct hall_facet *facet = hall_search_facet_at(slot);
    for (size_t i = 0; facet && i < facet->n; i++)
        if (str_eq_z(look->facets[slot], facet->values[i].slug))
            return i18n_text(r->lang, str_of(facet->values[i].key), NULL, 0, r->arena);
    return STR_NONE;
}

/* All but the kind, which the page is called by. */
static void put_chosen(struct req *r, const struct hall_look *look, const struct rows *factory)
{
    static const char *const names[] = {
        [HALL_FACET_CERTIFICATE] = "certificate", [HALL_FACET_MARKET] = "market"};
    struct view *list = view_put_list(r->view, "chosen");
    struct hall_look bare = *look;
    bare.ask.page = 1;
    struct hall_look other = bare;
    other.ask.q = STR_NONE;
    add_chosen(r, "q", look->ask.q, &other, list);
    other = bare;
    other.factory = STR_NONE;
    if (look->factory.n)
        add_chosen(r, "factory",
                   factory->n ? hall_text(r, factory, 0, "name_zh", "name_en") : look->factory,
                   &other, list);
    other = bare;
    other.band = -1;
    other.ask.min_fen = other.ask.max_fen = 0;
    if (look->ask.min_fen || look->ask.max_fen)
        add_chosen(r, "price",
                   text_of_band(r, look->ask.min_fen / 100, (look->ask.max_fen + 99) / 100), &other,
                   list);
    for (int slot = 0; slot < HALL_FACETS; slot++) {
        other = bare;
        other.facets[slot] = STR_NONE;
        add_chosen(r, names[slot], text_of_facet(r, look, slot), &other, list);
    }
}

/* ---- facets: this look with one value changed, and how many that would be ---- */

/* With the kinds below it. */
static int64_t in_kind(const struct hall_found *found, const struct rows *rs, int64_t kind)
{
    int64_t n = 0;
    for (size_t i = 0; i < found->kinds_n; i++)
        if (found->kinds[i].value == kind)
            n += found->kinds[i].n;
    for (size_t i = 0; i < rs->n; i++)
        if (row_int(rs, i, "parent_id") == kind)
            n += in_kind(found, &(struct rows){0}, row_int(rs, i, "id"));
    return n;
}

static bool has_below(const struct rows *rs, int64_t kind)
{
    for (size_t i = 0; i < rs->n; i++)
        if (row_int(rs, i, "parent_id") == kind)
            return true;
    return false;
}

/* The words mean nothing here: what there is instead. */
static void put_all_kinds(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "all_kinds");
    for (size_t i = 0; i < rs->n; i++) {
        if (has_below(rs, row_int(rs, i, "id")))
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", row_str(rs, i, "slug"));
        view_put_str(v, "name", hall_text(r, rs, i, "name_zh", "name_en"));
    }
}

/* The kind at the top of the branch that a kind is in; 0: none. */
static int64_t branch_of(const struct rows *rs, struct str slug)
{
    for (size_t i = 0; slug.n && i < rs->n; i++)
        if (str_eq(row_str(rs, i, "slug"), slug))
            return row_int(rs, i, "parent_id") ? row_int(rs, i, "parent_id") : row_int(rs, i, "id");
    return 0;
}

/* The kind above, with what else was asked. */
static void put_crumbs(struct req *r, const struct hall_look *look, const struct rows *rs,
                       int64_t branch)
{
    struct view *list = view_put_list(r->view, "above");
    struct hall_look other = *look;
    other.ask.page = 1;
    for (size_t i = 0; i < rs->n; i++) {
        other.kind = row_str(rs, i, "slug");
        if (row_int(rs, i, "id") != branch || str_eq(other.kind, look->kind))
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "name", hall_text(r, rs, i, "name_zh", "name_en"));
        view_put_z(v, "href", hall_look_address(r, &other));
    }
}

static enum err put_kinds(struct req *r, const struct hall_look *look,
                          const struct hall_found *found)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_hall_kinds_all, NO_ARGS, r->arena, &rs);
    if (e != OK)
        return e;
    struct hall_look other = *look;
    other.ask.page = 1;
    struct view *list = view_put_list(r->view, "kinds");
    int64_t open = branch_of(&rs, look->kind);
    for (size_t i = 0; i < rs.n; i++) {
        int64_t n = in_kind(found, &rs, row_int(&rs, i, "id"));
        int64_t above = row_int(&rs, i, "parent_id");
        other.kind = row_str(&rs, i, "slug");
        bool current = str_eq(look->kind, other.kind);
        if (n == 0 && !current)
            continue;
        struct view *v = view_add_object(list);
        view_put_str(v, "slug", other.kind);
        view_put_str(v, "name", hall_text(r, &rs, i, "name_zh", "name_en"));
        view_put_bool(v, "below", above != 0);
        view_put_bool(v, "shown", above == 0 || above == open || found->kinds_n <= KINDS_SHOWN);
        view_put_int(v, "products", n);
        view_put_bool(v, "current", current);
        view_put_z(v, "href", hall_look_address(r, &other));
    }
    put_crumbs(r, look, &rs, open);
    other.kind = STR_NONE;
    view_put_z(r->view, "all_href", hall_look_address(r, &other));
    view_put_int(r->view, "all_products", found->kinds_total);
    if (!found->anywhere)
        put_all_kinds(r, &rs);
    return OK;
}

static void put_bands(struct req *r, const struct hall_look *look, const struct hall_found *found)
{
    struct view *list = view_put_list(r->view, "bands");
    struct hall_look other = *look;
    other.ask.page = 1;
    for (int i = 0; i < HALL_BANDS; i++) {
        bool current = look->band == i;
        if (found->bands[i] == 0 && !current)
            continue;
        struct view *v = view_add_object(list);
        other.band = current ? -1 : i;
        other.ask.min_fen = other.ask.max_fen = 0;
        view_put_int(v, "from", hall_bands[i] / 100);
        if (i + 1 < HALL_BANDS)
            view_put_int(v, "below", hall_bands[i + 1] / 100);
        view_put_int(v, "products", found->bands[i]);
        view_put_bool(v, "current", current);
        view_put_z(v, "href", hall_look_address(r, &other));
    }
}

static void put_facet(struct req *r, const struct hall_look *look, const struct hall_found *found,
                      enum hall_facet_slot slot, const char *name)
{
    const struct hall_facet *facet = hall_search_facet_at(slot);
    struct view *list = view_put_list(r->view, name);
    struct hall_look other = *look;
    other.ask.page = 1;
    for (size_t i = 0; facet && i < facet->n; i++) {
        bool current = str_eq_z(look->facets[slot], facet->values[i].slug);
        if (found->facets[slot][i] == 0 && !current)
            continue;
        struct view *v = view_add_object(list);
        other.facets[slot] = current ? STR_NONE : str_of(facet->values[i].slug);
        view_put_z(v, "slug", facet->values[i].slug);
        view_put_str(v, "name",
                     i18n_text(r->lang, str_of(facet->values[i].key), NULL, 0, r->arena));
        view_put_int(v, "products", found->facets[slot][i]);
        view_put_bool(v, "current", current);
        view_put_z(v, "href", hall_look_address(r, &other));
    }
}

static void put_sorts(struct req *r, const struct hall_look *look)
{
    static const char *const names[] = {"default", "new", "price", "price_down"};
    struct view *list = view_put_list(r->view, "sorts");
    struct hall_look other = *look;
    other.ask.page = 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct view *v = view_add_object(list);
        other.ask.sort = i == 0 ? STR_NONE : str_of(names[i]);
        view_put_z(v, "name", names[i]);
        view_put_bool(v, "current", str_eq(look->ask.sort, other.ask.sort));
        view_put_z(v, "href", hall_look_address(r, &other));
    }
}

/* ---- the page ---- */

/* Nothing was asked: the hall's front. */
static bool is_front(struct req *r, const struct hall_look *look)
{
    const struct hall_ask *ask = &look->ask;
    return ask->q.n == 0 && !look->kind.n && !look->factory.n && look->band < 0 && !ask->min_fen &&
           !ask->max_fen && !look->facets[0].n && !look->facets[1].n && !ask->sort.n &&
           ask->page == 1 && !req_query(r, "all").n;
}

static void put_filter(struct req *r, const struct hall_look *look, const struct rows *kind,
                       const struct rows *factory)
{
    struct view *v = view_put_object(r->view, "filter");
    view_put_str(v, "q", look->ask.q);
    view_put_str(v, "kind", look->kind);
    if (kind->n)
        view_put_str(v, "kind_name", hall_text(r, kind, 0, "name_zh", "name_en"));
    view_put_str(v, "factory", look->factory);
    if (factory->n)
        view_put_str(v, "factory_name", hall_text(r, factory, 0, "name_zh", "name_en"));
    if (look->band < 0 && look->ask.min_fen)
        view_put_int(v, "min", look->ask.min_fen / 100);
    if (look->band < 0 && look->ask.max_fen)
        view_put_int(v, "max", look->ask.max_fen / 100);
    view_put_str(v, "certificate", look->facets[HALL_FACET_CERTIFICATE]);
    view_put_str(v, "market", look->facets[HALL_FACET_MARKET]);
    view_put_str(v, "sort", look->ask.sort);
    view_put_bool(v, "swapped", look->swapped);
}

static enum err put_counts(struct req *r)
{
    struct view *counts = view_put_object(r->view, "counts");
    enum err e = figures_put(r, view_put_object(counts, "products"), "products", 0);
    return e != OK ? e : figures_put(r, view_put_object(counts, "factories"), "factories", 0);
}

enum err hall_page_browse(struct req *r)
{
    struct hall_look look;
    struct hall_found found;
    struct rows kind, factory;
    reply_keep(r, HALL_KEEP_MS);
    enum err e = read_look(r, &look, &kind, &factory);
    if (e == OK)
        e = hall_put_found(r, &look, &found);
    if (e == OK)
        e = put_kinds(r, &look, &found);
    if (e == OK)
        e = put_counts(r);
    if (e != OK)
        return e;
    put_bands(r, &look, &found);
    put_facet(r, &look, &found, HALL_FACET_CERTIFICATE, "certificates");
    put_facet(r, &look, &found, HALL_FACET_MARKET, "markets");
    if (kind.n)
        reply_canonical(
            r, arena_printf(r->arena, "/hall/kinds/%.*s", STR_ARG(row_str(&kind, 0, "slug"))));
    put_sorts(r, &look);
    put_filter(r, &look, &kind, &factory);
    put_chosen(r, &look, &factory);
    if (!is_front(r, &look))
        return OK;
    reply_keep(r, FRONT_KEEP_MS);
    return hall_put_front(r);
}

/* ---- while words are typed ---- */

static const char *leads_to(struct req *r, const struct hall_suggestion *s)
{
    struct str text = enc_percent(r->arena, s->what == HALL_SUGGEST_TITLE ? s->text : s->slug);
    static const char *const forms[] = {
        [HALL_SUGGEST_KIND] = "/hall/kinds/%.*s",
        [HALL_SUGGEST_MAKER] = "/hall/factories/%.*s",
        [HALL_SUGGEST_TITLE] = "/hall?q=%.*s",
    };
    return arena_printf(r->arena, forms[s->what], STR_ARG(text));
}

/* ?lang=: of the page, whose address may say another one than the cookie.
 * {suggestions [{what ("kind", "maker", "title"), text, href}]}, at most 8. */
enum err hall_page_suggest(struct req *r)
{
    static const char *const names[] = {[HALL_SUGGEST_KIND] = "kind",
                                        [HALL_SUGGEST_MAKER] = "maker",
                                        [HALL_SUGGEST_TITLE] = "title"};
    struct hall_suggestion all[HALL_SUGGESTIONS_MAX];
    size_t n;
    (void)lang_parse(req_query(r, "lang"), &r->lang); /* else as it is */
    enum err e = hall_suggest(r->db, r->arena, words(r), r->lang, all, &n);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "suggestions");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add_object(list);
        view_put_z(v, "what", names[all[i].what]);
        view_put_str(v, "text", all[i].text);
        view_put_z(v, "href", leads_to(r, &all[i]));
    }
    return OK;
}
