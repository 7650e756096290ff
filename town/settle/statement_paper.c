/* A statement as a PDF: what it comes to, and its movements with sums carried from page to page.
 * The opening balance is each table's first row, so that the sums end with the closing one. */
#include "town/paper.h"
#include "town/settle/page.h"
#include "town/yuan.h"

enum { FACTS_MAX = 8 };

static struct str word(struct req *r, const char *key)
{
    return req_text(r, "settle.", str_of(key));
}

static bool is_maker(const struct settlement *s)
{
    return s->party.kind == PARTY_FACTORY;
}

static struct str kind_name(struct req *r, const struct settlement *s, int kind)
{
    return req_text(r, is_maker(s) ? "settle.made_" : "settle.got_",
                    str_of(settlement_kinds[kind]));
}

static struct str number(struct req *r, int64_t n)
{
    const char *text = arena_printf(r->arena, "%lld", (long long)n);
    return text ? str_of(text) : STR("");
}

static void put_purse(struct paper *p, const struct settlement *s, const struct purse *purse)
{
    if (is_maker(s))
        paper_fen(p, purse->frozen);
    paper_fen(p, purse->own);
}

/* The columns of money come last: one of who shares, two of a maker. */
static void begin_table(struct req *r, struct paper *p, const struct settlement *s,
                        struct paper_column *columns, size_t texts, struct str sum)
{
    size_t n = texts;
    if (is_maker(s))
        columns[n++] = (struct paper_column){word(r, "frozen"), 16, true, true};
    columns[n++] = (struct paper_column){word(r, is_maker(s) ? "free" : "got"), 16, true, true};
    paper_table(p, &(struct paper_table){.columns = columns,
                                         .n = n,
                                         .sum = sum,
                                         .carried = word(r, "carried"),
                                         .brought = word(r, "brought")});
}

static struct str closing_word(struct req *r, const struct settlement *s)
{
    return word(r, s->is_running ? "until_now" : "closing");
}

/* --- head --- */

static void put_head(struct req *r, struct paper *p, const struct settlement *s)
{
    static const char *const kinds[] = {"factory", "host", "agency", "base"};
    struct str name = party_name(r, &s->party);
    const char *title =
        arena_printf(r->arena, "%.*s %s", STR_ARG(word(r, "statement")), s->month_text);
    const char *period = arena_printf(
        r->arena, "%.*s – %.*s", STR_ARG(i18n_time(r->lang, s->from_ms, "date", r->arena)),
        STR_ARG(i18n_time(r->lang, s->until_ms, s->is_running ? "datetime" : "date", r->arena)));
    paper_sheet(p, &(struct paper_head){
                       .title = str_of(title ? title : ""), .below = name, .foot = paper_foot(r)});
    struct paper_fact facts[FACTS_MAX] = {
        {word(r, "party"), name},
        {word(r, "kind"), req_text(r, "settle.party_", str_of(kinds[s->party.kind]))},
        {word(r, "period"), str_of(period ? period : "")},
        {word(r, "state"), word(r, s->is_issued    ? "is_issued"
                                   : s->is_running ? "is_running"
                                                   : "is_due")},
        {word(r, "moves"), number(r, s->moves)}};
    paper_facts(p, facts, 5);
}

static void put_sums(struct req *r, struct paper *p, const struct settlement *s)
{
    struct paper_column columns[4] = {{word(r, "column_what"), 30, false, false},
                                      {word(r, "moves"), 10, true, false}};
    paper_heading(p, word(r, "balance"));
    begin_table(r, p, s, columns, 2, closing_word(r, s));
    paper_text(p, word(r, "opening"));
    paper_text(p, STR(""));
    put_purse(p, s, &s->opening);
    for (int i = 0; i < SETTLEMENT_KINDS; i++) {
        if (s->sums[i].n == 0)
            continue;
        paper_text(p, kind_name(r, s, i));
        paper_text(p, number(r, s->sums[i].n));
        put_purse(p, s, &s->sums[i].change);
    }
}

/* --- movements --- */

/* What was paid for: "Goods 169.00, Freight 0.00, Discount 5.00". */
static struct str paid_for(struct req *r, const struct settlement_order *o)
{
    char goods[YUAN_TEXT], freight[YUAN_TEXT], discount[YUAN_TEXT];
    yuan_text(o->goods, goods);
    yuan_text(o->freight, freight);
    yuan_text(o->discount, discount);
    const char *text = arena_printf(r->arena, "%.*s %s, %.*s %s", STR_ARG(word(r, "column_goods")),
                                    goods, STR_ARG(word(r, "column_freight")), freight);
    if (text && o->discount)
        text = arena_printf(r->arena, "%s, %.*s %s", text, STR_ARG(word(r, "column_discount")),
                            discount);
    return text ? str_of(text) : STR("");
}

static struct str with_of(struct req *r, const struct settlement *s,
                          const struct settlement_order *o, const struct settlement_move *m)
{
    if (!m->with.n)
        return m->kind == SETTLEMENT_PAYMENT ? paid_for(r, o) : STR("");
    const char *text = arena_printf(r->arena, "%.*s %.*s", STR_ARG(party_name_of(r, m->with)),
                                    STR_ARG(statements_ratio(r, s, o, m)));
    return text ? str_of(text) : STR("");
}

static void put_order(struct req *r, struct paper *p, const struct settlement *s,
                      const struct settlement_order *o)
{
    for (size_t i = 0; i < o->moves_n; i++) {
        const struct settlement_move *m = &o->moves[i];
        paper_text(p, number(r, o->id));
        paper_text(p, i18n_time(r->lang, m->at_ms, "datetime", r->arena));
        paper_text(p, kind_name(r, s, m->kind));
        paper_text(p, with_of(r, s, o, m));
        put_purse(p, s, &m->change);
    }
}

static void put_moves(struct req *r, struct paper *p, const struct settlement *s,
                      const struct statement_part *part, bool first)
{
    struct paper_column columns[6] = {{word(r, "column_order"), 14, false, false},
                                      {word(r, "column_at"), 21, false, false},
                                      {word(r, "column_what"), 18, false, false},
                                      {word(r, "column_with"), 27, false, false}};
    bool whole = first && part->next == 0;
    paper_heading(p, word(r, "by_order"));
    begin_table(r, p, s, columns, 4, whole ? closing_word(r, s) : word(r, "sum"));
    if (first) {
        paper_text(p, STR(""));
        paper_text(p, STR(""));
        paper_text(p, word(r, "opening"));
        paper_text(p, STR(""));
        put_purse(p, s, &s->opening);
    }
    for (size_t c = 0; c < part->chunks; c++)
        for (size_t i = 0; i < part->n[c]; i++)
            put_order(r, p, s, &part->orders[c][i]);
}

enum err statement_pdf(struct req *r, const struct settlement *s)
{
    struct statement_part *part = ARENA_NEW(r->arena, struct statement_part);
    struct paper p;
    int64_t after;
    enum err e = part ? statements_after(r, &after) : ERR_NOMEM;
    if (!e)
        e = statement_part_load(r, s, after, part);
    if (e)
        return e;
    paper_init(&p);
    put_head(r, &p, s);
    if (after == 0)
        put_sums(r, &p, s);
    put_moves(r, &p, s, part, after == 0);
    paper_note(&p, word(r, is_maker(s) ? "explain_maker" : "explain_other"));
    if (s->is_issued) {
        const char *hash = arena_printf(r->arena, "%.*s %s", STR_ARG(word(r, "hash")), s->hash);
        paper_note(&p, str_of(hash ? hash : ""));
    }
    statement_part_next(r, part);
    if (arena_failed(r->arena)) {
        paper_free(&p);
        return ERR_NOMEM;
    }
    return paper_reply(r, &p, statement_filename(r, s, ".pdf"));
}
