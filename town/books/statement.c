#include "town/books/statement.h"

#include "town/hall/hall.h"
#include "town/sheet/sheet.h"

bool statement_is_money(struct str unit)
{
    if (unit.n != 3) /* ISO 4217 */
        return false;
    for (size_t i = 0; i < 3; i++)
        if (unit.p[i] < 'A' || unit.p[i] > 'Z')
            return false;
    return true;
}

void statement_put_amount(struct view *v, const char *member, struct str unit, int64_t amount)
{
    char currency[4] = "";
    if (!statement_is_money(unit)) {
        view_put_int(v, member, amount);
        return;
    }
    memcpy(currency, unit.p, 3);
    view_put_money(v, member, amount, currency);
}

/* The number after a prefix: "order:1042". */
static bool number_after(struct str text, const char *prefix, int64_t *out)
{
    return str_starts(text, prefix) &&
           str_to_i64(str_slice(text, strlen(prefix), text.n), out) == OK;
}

bool statement_sku(struct str unit, struct str subject, int64_t *sku_id)
{
    return str_eq_z(unit, "piece") && number_after(subject, "sku:", sku_id);
}

/* --- names for people --- */

struct str statement_name(struct req *r, const char *prefix, struct str name)
{
    struct str of, kind = str_cut(name, ':', &of); /* "frozen:factory:3": "Frozen, factory:3" */
    const char *key = arena_printf(r->arena, "%s%.*s", prefix, STR_ARG(kind));
    if (!key || !i18n_has(r->lang, str_of(key)))
        return name;
    struct str text = req_text(r, key, STR(""));
    const char *both = arena_printf(r->arena, "%.*s · %.*s", STR_ARG(text), STR_ARG(of));
    return of.n && both ? str_of(both) : text;
}

/* --- as a view --- */

static void put_balance(struct view *v, const char *member, struct str unit,
                        struct ledger_balance b)
{
    struct view *o = view_put_object(v, member);
    statement_put_amount(o, "balance", unit, b.balance);
    statement_put_amount(o, "held", unit, b.held);
}

static void put_line(struct req *r, struct view *list, struct str unit, const struct ledger_line *l)
{
    int64_t order;
    struct view *v = view_add_object(list);
    view_put_int(v, "seq", l->seq);
    view_put_time(v, "at", l->at_ms);
    view_put_z(v, "kind", l->kind);
    view_put_str(v, "reason", l->reason);
    view_put_str(v, "ref", l->ref);
    view_put_str(v, "kind_name", statement_name(r, "books.kind_", str_of(l->kind)));
    view_page_only(v, "kind_name");
    view_put_str(v, "reason_name", statement_name(r, "books.reason_", l->reason));
    view_page_only(v, "reason_name");
    if (number_after(l->ref, "order:", &order))
        view_put_int(v, "order_id", order);
    view_put_int(v, "other", l->other);
    put_balance(v, "change", unit, l->change);
    statement_put_amount(v, "balance", unit, l->after.balance);
    statement_put_amount(v, "held", unit, l->after.held);
}

static enum err put_sku(struct req *r, int64_t sku_id)
{
    struct hall_sku sku;
    bool zh = r->lang == LANG_ZH;
    enum err e = hall_sku_get(r->db, sku_id, r->arena, &sku);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    struct view *v = view_put_object(r->view, "sku");
    view_put_int(v, "id", sku_id);
    view_put_str(v, "slug", sku.product_slug);
    view_put_str(v, "title", zh ? sku.title_zh : sku.title_en);
    view_put_str(v, "name", zh ? sku.name_zh : sku.name_en);
    return OK;
}

enum err statement_put(struct req *r, const struct ledger_statement *st)
{
    int64_t sku_id;
    struct view *a = view_put_object(r->view, "account");
    view_put_int(a, "id", st->account);
    view_put_str(a, "unit", st->unit);
    view_put_str(a, "subject", st->subject);
    view_put_str(a, "role", st->role);
    view_put_str(a, "role_name", statement_name(r, "books.role_", st->role));
    view_page_only(a, "role_name");
    view_put_str(a, "unit_name", statement_name(r, "books.unit_", st->unit));
    view_page_only(a, "unit_name");
    put_balance(r->view, "opening", st->unit, st->opening);
    put_balance(r->view, "closing", st->unit, st->closing);
    struct view *lines = view_put_list(r->view, "lines");
    for (size_t i = 0; i < st->n; i++)
        put_line(r, lines, st->unit, &st->lines[i]);
    if (st->next)
        view_put_int(r->view, "next", st->next);
    else
        view_put_null(r->view, "next");
    return statement_sku(st->unit, st->subject, &sku_id) ? put_sku(r, sku_id) : OK;
}

/* --- as a file --- */

enum { COLUMNS = 11 };

static void fill(struct req *r, struct sheet *s, const struct ledger_statement *st)
{
    for (size_t i = 0; i < st->n; i++) {
        const struct ledger_line *l = &st->lines[i];
        sheet_number(s, l->seq);
        sheet_number(s, l->at_ms);
        sheet_text(s, statement_name(r, "books.kind_", str_of(l->kind)));
        sheet_text(s, statement_name(r, "books.reason_", l->reason));
        sheet_text(s, l->ref);
        sheet_number(s, l->other);
        sheet_number(s, l->change.balance);
        sheet_number(s, l->change.held);
        sheet_number(s, l->after.balance);
        sheet_number(s, l->after.held);
        sheet_text(s, statement_name(r, "books.unit_", st->unit));
    }
}

static enum err make_sheet(struct req *r, const struct ledger_statement *st, struct sheet *s)
{
    int digits = statement_is_money(st->unit) ? i18n_currency_digits(st->unit) : 0;
    struct sheet_column *c = arena_array(r->arena, COLUMNS, sizeof(*c));
    if (!c)
        return ERR_NOMEM;
    const struct sheet_column columns[COLUMNS] = {
        {req_text(r, "books.seq", STR("")), SHEET_NUMBER, 0, 10},
        {req_text(r, "books.at", STR("")), SHEET_TIME, 0, 20},
        {req_text(r, "books.kind", STR("")), SHEET_TEXT, 0, 14},
        {req_text(r, "books.reason", STR("")), SHEET_TEXT, 0, 14},
        {req_text(r, "books.ref", STR("")), SHEET_TEXT, 0, 18},
        {req_text(r, "books.other", STR("")), SHEET_NUMBER, 0, 12},
        {req_text(r, "books.change", STR("")), SHEET_NUMBER, digits, 14},
        {req_text(r, "books.change_held", STR("")), SHEET_NUMBER, digits, 14},
        {req_text(r, "books.balance", STR("")), SHEET_NUMBER, digits, 14},
        {req_text(r, "books.held", STR("")), SHEET_NUMBER, digits, 14},
        {req_text(r, "books.unit", STR("")), SHEET_TEXT, 0, 8},
    };
    memcpy(c, columns, sizeof(columns));
    enum err e = sheet_init(s, c, COLUMNS, st->n, r->arena);
    if (e == OK)
        fill(r, s, st);
    return e == OK && arena_failed(r->arena) ? ERR_NOMEM : e;
}

enum err statement_reply(struct req *r, const struct ledger_statement *st, enum statement_file form)
{
    static const struct {
        const char *ending, *type;
        enum err (*make)(const struct sheet *s, struct block **out);
    } forms[] = {
        [STATEMENT_CSV] = {"csv", "text/csv; charset=utf-8", sheet_csv},
        [STATEMENT_XLSX] = {"xlsx",
                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                            sheet_xlsx},
    };
    struct sheet s;
    struct block *body;
    enum err e = make_sheet(r, st, &s);
    const char *file = arena_printf(r->arena, "attachment; filename=\"account-%lld.%s\"",
                                    (long long)st->account, forms[form].ending);
    if (e == OK && !file)
        e = ERR_NOMEM;
    if (e == OK)
        e = forms[form].make(&s, &body);
    if (e != OK)
        return e;
    reply_header(r, "Content-Disposition", str_of(file));
    reply_body(r, forms[form].type, body, 0);
    return OK;
}
