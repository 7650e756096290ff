/* GET /events/{id}/report.xlsx: the report's tables, a sheet each. */
#include "store/queries.h"
#include "town/events/internal.h"
#include "town/events/report.h"
#include "town/sheet/sheet.h"

enum { PAGES = 4, NAME = 26, WORD = 14, AT = 18, NOTE = 40 };

struct page {
    const char *name; /* its text events.page_NAME */
    const char *const *titles;
    const struct sheet_column *columns;
    size_t columns_n, rows;
    void (*fill)(struct req *r, const struct event_report *rp, struct sheet *s);
};

static void put_named(struct req *r, struct sheet *s, const struct rows *rs, size_t i,
                      const char *column, const char *prefix)
{
    if (row_null(rs, i, column))
        sheet_empty(s);
    else
        sheet_text(s, req_text(r, prefix, row_str(rs, i, column)));
}

static void fill_numbers(struct req *r, const struct event_report *rp, struct sheet *s)
{
    for (size_t i = 0; i < EVENT_NUMBERS; i++) {
        sheet_text(s, req_text(r, "events.number_", str_of(rp->numbers[i].name)));
        sheet_number(s, rp->numbers[i].n);
    }
}

static void fill_meetings(struct req *r, const struct event_report *rp, struct sheet *s)
{
    const struct rows *rs = &rp->meetings;
    for (size_t i = 0; i < rs->n; i++) {
        int64_t id = row_int(rs, i, "id");
        sheet_number(s, row_int(rs, i, "starts_at"));
        sheet_number(s, row_int(rs, i, "table_n"));
        sheet_text(s, events_text(r, rs, i, "factory_zh", "factory_en"));
        sheet_text(s, events_text(r, rs, i, "agency_zh", "agency_en"));
        put_named(r, s, rs, i, "state", "events.meeting_");
        put_named(r, s, rs, i, "factory_outcome", "events.outcome_");
        put_named(r, s, rs, i, "agency_outcome", "events.outcome_");
        sheet_text(s, row_str(rs, i, "factory_note"));
        sheet_text(s, row_str(rs, i, "agency_note"));
        sheet_number(s, event_report_sold(rp, id, "orders"));
        sheet_number(s, event_report_sold(rp, id, "pieces"));
        sheet_number(s, event_report_sold(rp, id, "sum_fen"));
    }
}

static void fill_follows(struct req *r, const struct event_report *rp, struct sheet *s)
{
    const struct rows *rs = &rp->follows;
    for (size_t i = 0; i < rs->n; i++) {
        sheet_text(s, events_text(r, rs, i, "factory_zh", "factory_en"));
        sheet_text(s, events_text(r, rs, i, "agency_zh", "agency_en"));
        sheet_number(s, row_int(rs, i, "days"));
        put_named(r, s, rs, i, "side", "events.side_");
        put_named(r, s, rs, i, "answer", "events.answer_");
        sheet_text(s, row_str(rs, i, "note"));
    }
}

static void fill_parties(struct req *r, const struct event_report *rp, struct sheet *s)
{
    const struct rows *rs = &rp->parties;
    for (size_t i = 0; i < rs->n; i++) {
        sheet_text(s, events_text(r, rs, i, "name_zh", "name_en"));
        put_named(r, s, rs, i, "side", "events.side_");
        put_named(r, s, rs, i, "state", "events.party_");
        if (row_null(rs, i, "arrived_at"))
            sheet_empty(s);
        else
            sheet_number(s, row_int(rs, i, "arrived_at"));
    }
}

static const char *const number_titles[] = {"what", "number"};
static const struct sheet_column number_columns[] = {{.kind = SHEET_TEXT, .width = NAME},
                                                     {.kind = SHEET_NUMBER, .width = WORD}};

static const char *const meeting_titles[] = {
    "at",          "table",        "factory",     "agency", "state",  "factory_says",
    "agency_says", "factory_note", "agency_note", "orders", "pieces", "sum"};
static const struct sheet_column meeting_columns[] = {
    {.kind = SHEET_TIME, .width = AT},     {.kind = SHEET_NUMBER, .width = 8},
    {.kind = SHEET_TEXT, .width = NAME},   {.kind = SHEET_TEXT, .width = NAME},
    {.kind = SHEET_TEXT, .width = WORD},   {.kind = SHEET_TEXT, .width = WORD},
    {.kind = SHEET_TEXT, .width = WORD},   {.kind = SHEET_TEXT, .width = NOTE},
    {.kind = SHEET_TEXT, .width = NOTE},   {.kind = SHEET_NUMBER, .width = WORD},
    {.kind = SHEET_NUMBER, .width = WORD}, {.kind = SHEET_NUMBER, .digits = 2, .width = WORD}};

static const char *const follow_titles[] = {"factory", "agency", "days", "side", "answer", "note"};
static const struct sheet_column follow_columns[] = {
    {.kind = SHEET_TEXT, .width = NAME}, {.kind = SHEET_TEXT, .width = NAME},
    {.kind = SHEET_NUMBER, .width = 8},  {.kind = SHEET_TEXT, .width = WORD},
    {.kind = SHEET_TEXT, .width = WORD}, {.kind = SHEET_TEXT, .width = NOTE}};

static const char *const party_titles[] = {"party", "side", "state", "arrived"};
static const struct sheet_column party_columns[] = {{.kind = SHEET_TEXT, .width = NAME},
                                                    {.kind = SHEET_TEXT, .width = WORD},
                                                    {.kind = SHEET_TEXT, .width = WORD},
                                                    {.kind = SHEET_TIME, .width = AT}};

#define COLUMNS(c) c, sizeof(c) / sizeof((c)[0])

static enum err make(struct req *r, const struct event_report *rp, const struct page *p,
                     struct sheet_page *out)
{
    struct sheet_column *columns = arena_array(r->arena, p->columns_n, sizeof(*columns));
    struct sheet *s = ARENA_NEW(r->arena, struct sheet);
    if (!columns || !s)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->columns_n; i++) {
        columns[i] = p->columns[i];
        columns[i].title = req_text(r, "events.column_", str_of(p->titles[i]));
    }
    *out = (struct sheet_page){req_text(r, "events.page_", str_of(p->name)), s};
    enum err e = sheet_init(s, columns, p->columns_n, p->rows, r->arena);
    if (!e)
        p->fill(r, rp, s);
    return e;
}

enum err events_do_xlsx(struct req *r)
{
    struct event_report rp = {0};
    struct sheet_page made[PAGES];
    struct block *body;
    enum err e = event_report_load(r, &rp);
    if (e)
        return e;
    const struct page pages[PAGES] = {
        {"meetings", meeting_titles, COLUMNS(meeting_columns), rp.meetings.n, fill_meetings},
        {"follow_ups", follow_titles, COLUMNS(follow_columns), rp.follows.n, fill_follows},
        {"parties", party_titles, COLUMNS(party_columns), rp.parties.n, fill_parties},
        {"numbers", number_titles, COLUMNS(number_columns), EVENT_NUMBERS, fill_numbers}};
    for (size_t i = 0; !e && i < PAGES; i++)
        e = make(r, &rp, &pages[i], &made[i]);
    if (!e)
        e = arena_failed(r->arena) ? ERR_NOMEM : sheet_book(made, PAGES, &body);
    if (e)
        return e;
    reply_header(r, "Content-Disposition",
                 str_of(arena_printf(r->arena, "attachment; filename=\"event-%lld.xlsx\"",
                                     (long long)row_int(&rp.event, 0, "id"))));
    reply_body(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body, 0);
    return OK;
}
