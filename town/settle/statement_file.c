/* A statement as XLSX: a row a movement, the order's own figures in its first row. */
#include <stdio.h>
#include <string.h>

#include "town/settle/page.h"
#include "town/sheet/sheet.h"

enum {
    COLUMNS_MAX = 12,
    EDGES = 3, /* opening, sum, closing */
    ROWS_MAX = SHEET_ROWS_MAX - EDGES,
    NAME_MAX_BYTES = 80,
};

/* What a party's sheet shows: those of factories, of the others, or of both. */
static const struct column {
    const char *key;
    enum sheet_kind kind;
    int digits, width;
    bool makers, others;
} columns[] = {
    {"order", SHEET_NUMBER, 0, 10, true, true},     {"placed_at", SHEET_TIME, 0, 18, true, true},
    {"goods", SHEET_NUMBER, 2, 12, true, false},    {"freight", SHEET_NUMBER, 2, 10, true, false},
    {"discount", SHEET_NUMBER, 2, 10, true, false}, {"refunded", SHEET_NUMBER, 2, 10, true, false},
    {"basis", SHEET_NUMBER, 2, 12, false, true},    {"at", SHEET_TIME, 0, 18, true, true},
    {"what", SHEET_TEXT, 0, 18, true, true},        {"with", SHEET_TEXT, 0, 24, true, true},
    {"ratio", SHEET_TEXT, 0, 20, true, true},       {"frozen", SHEET_NUMBER, 2, 14, true, false},
    {"own", SHEET_NUMBER, 2, 14, true, true},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static bool is_shown(const struct column *c, const struct settlement *s)
{
    return s->party.kind == PARTY_FACTORY ? c->makers : c->others;
}

static size_t put_columns(struct req *r, const struct settlement *s,
                          struct sheet_column out[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        if (is_shown(&columns[i], s))
            out[n++] = (struct sheet_column){
                .title = req_text(r, "settle.column_", str_of(columns[i].key)),
                .kind = columns[i].kind,
                .digits = columns[i].digits,
                .width = columns[i].width};
    return n;
}

/* --- rows --- */

static void put_purse(struct sheet *sheet, const struct settlement *s, const struct purse *purse)
{
    if (s->party.kind == PARTY_FACTORY)
        sheet_number(sheet, purse->frozen);
    sheet_number(sheet, purse->own);
}

/* Opening, closing: a text under "what", and the purses. */
static void put_balance(struct req *r, struct sheet *sheet, const struct settlement *s,
                        const char *key, int64_t at_ms, const struct purse *purse)
{
    size_t empty = s->party.kind == PARTY_FACTORY ? 6 : 3;
    for (size_t i = 0; i < empty; i++)
        sheet_empty(sheet);
    sheet_number(sheet, at_ms);
    sheet_text(sheet, req_text(r, "settle.", str_of(key)));
    sheet_empty(sheet);
    sheet_empty(sheet);
    put_purse(sheet, s, purse);
}

enum { MAKERS_FIGURES = 4 };

/* What an order's columns say, as many as are given. */
static size_t figures_of(const struct settlement *s, const struct settlement_order *o,
                         int64_t out[MAKERS_FIGURES])
{
    const int64_t makers[MAKERS_FIGURES] = {o->goods, o->freight, o->discount, o->refunded};
    if (s->party.kind != PARTY_FACTORY) {
        out[0] = o->basis;
        return 1;
    }
    memcpy(out, makers, sizeof(makers));
    return MAKERS_FIGURES;
}

static void put_order_cells(struct sheet *sheet, const struct settlement *s,
                            const struct settlement_order *o, bool first)
{
    int64_t figures[MAKERS_FIGURES];
    size_t n = figures_of(s, o, figures);
    sheet_number(sheet, o->id);
    sheet_number(sheet, o->placed_at);
    for (size_t i = 0; i < n; i++)
        if (first)
            sheet_number(sheet, figures[i]);
        else
            sheet_empty(sheet);
}

/* What the month's movements come to; what orders came to when they were placed is no month's. */
static void put_sums(struct req *r, struct sheet *sheet, const struct settlement *s,
                     const struct statement_part *part)
{
    bool maker = s->party.kind == PARTY_FACTORY;
    int64_t refunded = 0;
    struct purse change = {0};
    for (size_t c = 0; c < part->chunks; c++)
        for (size_t i = 0; i < part->n[c]; i++)
            refunded += part->orders[c][i].refunded;
    for (size_t k = 0; k < SETTLEMENT_KINDS; k++) {
        change.frozen += s->sums[k].change.frozen;
        change.own += s->sums[k].change.own;
    }
    for (size_t i = 0; i < (maker ? 5 : 3); i++)
        sheet_empty(sheet);
    if (maker)
        sheet_number(sheet, refunded);
    sheet_empty(sheet);
    sheet_text(sheet, req_text(r, "settle.", STR("sum")));
    sheet_empty(sheet);
    sheet_empty(sheet);
    put_purse(sheet, s, &change);
}

static void put_move(struct req *r, struct sheet *sheet, const struct settlement *s,
                     const struct settlement_order *o, size_t i)
{
    const struct settlement_move *m = &o->moves[i];
    bool maker = s->party.kind == PARTY_FACTORY;
    put_order_cells(sheet, s, o, i == 0);
    sheet_number(sheet, m->at_ms);
    sheet_text(sheet, req_text(r, maker ? "settle.made_" : "settle.got_",
                               str_of(settlement_kinds[m->kind])));
    sheet_text(sheet, m->with.n ? party_name_of(r, m->with) : STR(""));
    sheet_text(sheet, statements_ratio(r, s, o, m));
    put_purse(sheet, s, &m->change);
}

/* --- the file --- */

enum err statement_part_load(struct req *r, const struct settlement *s, int64_t after,
                             struct statement_part *part)
{
    *part = (struct statement_part){.next = after};
    while (part->chunks < FILE_CHUNKS) {
        size_t *n = &part->n[part->chunks], rows = 0;
        struct settlement_order **orders = &part->orders[part->chunks];
        enum err e = settlement_orders(r->db, r->arena, s, part->next, FILE_CHUNK, orders, n);
        if (e)
            return e;
        for (size_t i = 0; i < *n; i++)
            rows += (*orders)[i].moves_n;
        if (part->rows + rows > ROWS_MAX)
            return part->rows ? OK : ERR_TOO_LARGE;
        part->rows += rows;
        part->chunks++;
        if (*n < FILE_CHUNK) {
            part->next = 0;
            return OK;
        }
        part->next = (*orders)[*n - 1].id;
    }
    return OK;
}

static void fill(struct req *r, struct sheet *sheet, const struct settlement *s,
                 const struct statement_part *part, bool first)
{
    if (first)
        put_balance(r, sheet, s, "opening", s->from_ms, &s->opening);
    for (size_t c = 0; c < part->chunks; c++)
        for (size_t i = 0; i < part->n[c]; i++)
            for (size_t m = 0; m < part->orders[c][i].moves_n; m++)
                put_move(r, sheet, s, &part->orders[c][i], m);
    if (first && part->next == 0)
        put_sums(r, sheet, s, part);
    if (part->next == 0)
        put_balance(r, sheet, s, "closing", s->until_ms, &s->closing);
}

const char *statement_filename(struct req *r, const struct settlement *s, const char *ending)
{
    char name[NAME_MAX_BYTES], *colon;
    snprintf(name, sizeof(name), "statement-%.*s-%s%s", STR_ARG(s->party.key), s->month_text,
             ending);
    while ((colon = strchr(name, ':')))
        *colon = '-';
    return arena_strdup(r->arena, name);
}

void statement_part_next(struct req *r, const struct statement_part *part)
{
    const char *link = arena_printf(r->arena, "<?after=%lld>; rel=\"next\"", (long long)part->next);
    if (part->next && link)
        reply_header(r, "Link", str_of(link));
}

enum err statement_xlsx(struct req *r, const struct settlement *s)
{
    struct sheet_column *shown = arena_array(r->arena, COLUMNS_MAX, sizeof(*shown));
    struct statement_part *part = ARENA_NEW(r->arena, struct statement_part);
    struct sheet sheet;
    struct block *body;
    int64_t after;
    if (!shown || !part)
        return ERR_NOMEM;
    enum err e = statements_after(r, &after);
    if (!e)
        e = statement_part_load(r, s, after, part);
    if (!e)
        e = sheet_init(&sheet, shown, put_columns(r, s, shown), part->rows + EDGES, r->arena);
    if (e)
        return e;
    fill(r, &sheet, s, part, after == 0);
    const char *header =
        arena_printf(r->arena, "attachment; filename=\"%s\"", statement_filename(r, s, ".xlsx"));
    statement_part_next(r, part);
    e = arena_failed(r->arena) ? ERR_NOMEM : sheet_xlsx(&sheet, &body);
    if (e)
        return e;
    reply_header(r, "Content-Disposition", str_of(header));
    reply_body(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body, 0);
    return OK;
}
