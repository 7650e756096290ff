/* GET /shows/{id}/report.xlsx: the report's tables, a sheet each. For a maker, of its own goods. */
#include "town/audience/report.h"
#include "town/sheet/sheet.h"

enum { TITLE = 28, NARROW = 12, AT = 18, PAGES = 4 };

struct page {
    const char *name; /* its text audience.NAME */
    const char *const *titles;
    const struct sheet_column *columns;
    size_t columns_n, rows;
    void (*fill)(struct req *r, const struct report *rp, struct sheet *s);
};

static void fill_products(struct req *r, const struct report *rp, struct sheet *s)
{
    const struct rows *rs = &rp->products;
    for (size_t i = 0; i < rs->n; i++) {
        struct report_shown shown = report_shown(rp, row_int(rs, i, "id"));
        static const char *const counts[] = {"opened", "orders",   "paid",
                                             "pieces", "returned", "goods_fen"};
        sheet_number(s, row_int(rs, i, "position"));
        sheet_text(s, row_str(rs, i, "code"));
        sheet_text(s, report_text(r, rs, i, "title_zh", "title_en"));
        sheet_text(s, report_text(r, rs, i, "sku_zh", "sku_en"));
        sheet_text(s, report_text(r, rs, i, "factory_zh", "factory_en"));
        sheet_number(s, row_int(rs, i, "price_fen"));
        sheet_number(s, shown.n);
        sheet_number(s, shown.ms / 1000);
        if (rp->factory)
            sheet_empty(s);
        else
            sheet_number(s, shown.seen);
        for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
            sheet_number(s, row_int(rs, i, counts[k]));
    }
}

static void fill_minutes(struct req *r, const struct report *rp, struct sheet *s)
{
    (void)r;
    for (size_t i = 0; i < rp->points_n; i++) {
        const struct report_point *p = &rp->points[i];
        sheet_number(s, p->at_ms);
        if (rp->factory)
            sheet_empty(s);
        else
            sheet_number(s, p->viewers);
        sheet_number(s, p->orders);
        sheet_number(s, p->pieces);
        sheet_number(s, p->goods_fen);
    }
}

static void fill_sources(struct req *r, const struct report *rp, struct sheet *s)
{
    for (size_t i = 0; i < rp->sources.n; i++) {
        sheet_text(s, req_text(r, "audience.source_", row_str(&rp->sources, i, "source")));
        sheet_number(s, row_int(&rp->sources, i, "visits"));
        sheet_number(s, row_int(&rp->sources, i, "stayed_s"));
        sheet_number(s, row_int(&rp->sources, i, "opened"));
    }
}

static void fill_earlier(struct req *r, const struct report *rp, struct sheet *s)
{
    static const char *const counts[] = {"peak", "visits", "stayed_s", "paid", "total_fen"};
    for (size_t i = 0; i < rp->earlier.n; i++) {
        sheet_number(s, row_int(&rp->earlier, i, "started_at"));
        sheet_text(s, report_text(r, &rp->earlier, i, "title_zh", "title_en"));
        for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
            sheet_number(s, row_int(&rp->earlier, i, counts[k]));
    }
}

static const char *const product_titles[] = {
    "position", "code",   "product", "sku",    "factory", "price",    "shown_n", "shown_seconds",
    "seen",     "opened", "orders",  "paid_n", "pieces",  "returned", "goods"};
static const struct sheet_column product_columns[] = {
    {.kind = SHEET_NUMBER, .width = 8},
    {.kind = SHEET_TEXT, .width = NARROW},
    {.kind = SHEET_TEXT, .width = TITLE},
    {.kind = SHEET_TEXT, .width = NARROW},
    {.kind = SHEET_TEXT, .width = TITLE},
    {.kind = SHEET_NUMBER, .digits = 2, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .digits = 2, .width = NARROW}};

static const char *const minute_titles[] = {"at", "viewers", "orders_paid", "pieces", "goods"};
static const struct sheet_column minute_columns[] = {
    {.kind = SHEET_TIME, .width = AT},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .digits = 2, .width = NARROW}};

static const char *const source_titles[] = {"source", "visits", "stay_seconds", "opened"};
static const struct sheet_column source_columns[] = {{.kind = SHEET_TEXT, .width = TITLE},
                                                     {.kind = SHEET_NUMBER, .width = NARROW},
                                                     {.kind = SHEET_NUMBER, .width = NARROW},
                                                     {.kind = SHEET_NUMBER, .width = NARROW}};

static const char *const earlier_titles[] = {"at",           "show",   "peak",    "visits",
                                             "stay_seconds", "paid_n", "turnover"};
static const struct sheet_column earlier_columns[] = {
    {.kind = SHEET_TIME, .width = AT},
    {.kind = SHEET_TEXT, .width = TITLE},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .digits = 2, .width = NARROW}};

#define COLUMNS(c) c, sizeof(c) / sizeof((c)[0])

static enum err make(struct req *r, const struct report *rp, const struct page *p,
                     struct sheet_page *out)
{
    struct sheet_column *columns = arena_array(r->arena, p->columns_n, sizeof(*columns));
    struct sheet *s = ARENA_NEW(r->arena, struct sheet);
    if (!columns || !s)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->columns_n; i++) {
        columns[i] = p->columns[i];
        columns[i].title = req_text(r, "audience.column_", str_of(p->titles[i]));
    }
    *out = (struct sheet_page){req_text(r, "audience.page_", str_of(p->name)), s};
    enum err e = sheet_init(s, columns, p->columns_n, p->rows, r->arena);
    if (e == OK)
        p->fill(r, rp, s);
    return e;
}

enum err audience_report_xlsx(struct req *r)
{
    struct report rp;
    struct sheet_page made[PAGES];
    struct block *body;
    enum err e = report_load(r, &rp);
    if (e != OK)
        return e;
    const struct page pages[PAGES] = {
        {"products", product_titles, COLUMNS(product_columns), rp.products.n, fill_products},
        {"minutes", minute_titles, COLUMNS(minute_columns), rp.points_n, fill_minutes},
        {"sources", source_titles, COLUMNS(source_columns), rp.sources.n, fill_sources},
        {"earlier", earlier_titles, COLUMNS(earlier_columns), rp.earlier.n, fill_earlier}};
    size_t n = rp.factory ? 2 : PAGES;
    for (size_t i = 0; e == OK && i < n; i++)
        e = make(r, &rp, &pages[i], &made[i]);
    if (e == OK)
        e = arena_failed(r->arena) ? ERR_NOMEM : sheet_book(made, n, &body);
    if (e != OK)
        return e;
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "attachment; filename=\"show-%lld.xlsx\"",
                                     (long long)rp.id)));
    reply_body(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body, 0);
    return OK;
}
