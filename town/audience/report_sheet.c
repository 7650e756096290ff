/* GET /shows/{id}/report.xlsx: the report's tables, a sheet each. For a maker, of its own goods. */
#include <string.h>

#include "town/audience/report.h"
#include "town/coupons/coupons.h"
#include "town/sheet/sheet.h"

enum { TITLE = 28, NARROW = 12, AT = 18, PAGES = 6, OF_MAKER = 2, OVERVIEW_ROWS = 12 };

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

/* The headline and the funnel: a name, and a number or a sum. */
static void fill_overview(struct req *r, const struct report *rp, struct sheet *s)
{
    int64_t pieces = 0, goods_fen = 0, peak = 0;
    for (size_t i = 0; i < rp->points_n; i++) {
        pieces += rp->points[i].pieces;
        goods_fen += rp->points[i].goods_fen;
        peak = rp->points[i].viewers > peak ? rp->points[i].viewers : peak;
    }
    const struct {
        const char *name;
        int64_t n;
        bool is_sum;
    } lines[OVERVIEW_ROWS] = {
        {"goods", goods_fen, true},
        {"pieces", pieces, false},
        {"peak", peak, false},
        {"visits", rp->visits, false},
        {"members", rp->members, false},
        {"stay_seconds", rp->stayed_s, false},
        {"stay_each", rp->visits ? rp->stayed_s / rp->visits : 0, false},
        {"with_card", rp->with_card, false},
        {"openers", rp->opened, false},
        {"ordered", rp->ordered, false},
        {"payers", rp->paid, false},
        {"seconds", (rp->until_ms - rp->from_ms) / 1000, false},
    };
    for (size_t i = 0; i < OVERVIEW_ROWS; i++) {
        sheet_text(s, req_text(r, "audience.column_", str_of(lines[i].name)));
        if (lines[i].is_sum)
            sheet_empty(s);
        else
            sheet_number(s, lines[i].n);
        if (lines[i].is_sum)
            sheet_number(s, lines[i].n);
        else
            sheet_empty(s);
    }
}

/* Flash sales (sold, none), coupons (claimed, used), draws (entries, prizes taken). */
static void put_offers(struct req *r, struct sheet *s, const struct rows *rs, const char *kind,
                       const char *const names[4])
{
    for (size_t i = 0; i < rs->n; i++) {
        struct coupon c;
        bool is_coupon = strcmp(kind, "coupon") == 0;
        if (is_coupon)
            coupon_take(&c, rs, i);
        sheet_text(s, req_text(r, "audience.", str_of(kind)));
        sheet_text(s,
                   is_coupon ? coupon_name(r, &c) : report_text(r, rs, i, "title_zh", "title_en"));
        sheet_number(s, row_int(rs, i, names[0]));
        for (int k = 1; k < 4; k++)
            if (names[k])
                sheet_number(s, row_int(rs, i, names[k]));
            else
                sheet_empty(s);
    }
}

static void fill_offers(struct req *r, const struct report *rp, struct sheet *s)
{
    put_offers(r, s, &rp->flashes, "flash",
               (const char *const[]){"started_at", "pieces", "sold", NULL});
    put_offers(r, s, &rp->coupons, "coupon",
               (const char *const[]){"pushed_at", "given", "claimed", "used"});
    put_offers(r, s, &rp->draws, "draw",
               (const char *const[]){"opened_at", "prizes", "entries", "taken"});
}

static const char *const overview_titles[] = {"what", "number", "sum"};
static const struct sheet_column overview_columns[] = {
    {.kind = SHEET_TEXT, .width = TITLE},
    {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .digits = 2, .width = NARROW}};

static const char *const offer_titles[] = {"kind", "offer", "at", "given", "taken", "used"};
static const struct sheet_column offer_columns[] = {
    {.kind = SHEET_TEXT, .width = NARROW},   {.kind = SHEET_TEXT, .width = TITLE},
    {.kind = SHEET_TIME, .width = AT},       {.kind = SHEET_NUMBER, .width = NARROW},
    {.kind = SHEET_NUMBER, .width = NARROW}, {.kind = SHEET_NUMBER, .width = NARROW}};

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
        {"overview", overview_titles, COLUMNS(overview_columns), OVERVIEW_ROWS, fill_overview},
        {"offers", offer_titles, COLUMNS(offer_columns), rp.flashes.n + rp.coupons.n + rp.draws.n,
         fill_offers},
        {"earlier", earlier_titles, COLUMNS(earlier_columns), rp.earlier.n, fill_earlier}};
    size_t n = rp.factory ? OF_MAKER : PAGES;
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
