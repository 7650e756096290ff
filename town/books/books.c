#include "town/books/books.h"

#include "base/clock.h"
#include "base/enc.h"
#include "store/queries.h"
#include "town/books/instant.h"
#include "town/books/statement.h"
#include "town/hall/hall.h"
#include "town/hand.h"

enum { PAGE_LINES = 100, PAGE_ACCOUNTS = 150 /* three a SKU */ };

static enum err after_of(struct req *r, int64_t *after)
{
    *after = 0;
    struct str text = req_query(r, "after");
    if (text.n && (str_to_i64(text, after) != OK || *after < 0))
        return req_refuse(r, ERR_INVALID, "after", "web.number_bad");
    return OK;
}

/* --- one account --- */

/* An operator every account; a factory's clerk the stock of the factory's own SKUs. Others are told
 * that there is none, as of an account that does not exist. */
static enum err check_reader(struct req *r, const struct ledger_statement *st)
{
    struct hall_sku sku;
    int64_t sku_id;
    if (hand_is_base(r))
        return OK;
    if (!statement_sku(st->unit, st->subject, &sku_id))
        return ERR_NOT_FOUND;
    enum err e = hall_sku_get(r->db, sku_id, r->arena, &sku);
    return e == OK && !hand_is_maker(r, sku.factory_id) ? ERR_NOT_FOUND : e;
}

/* "17", "17.csv", "17.xlsx". */
enum form { FORM_PAGE, FORM_CSV, FORM_XLSX };

static enum err account_of_path(struct req *r, int64_t *account, enum form *form)
{
    struct str ending, id = str_cut(req_param(r, "id"), '.', &ending);
    *form = str_eq_z(ending, "csv") ? FORM_CSV : str_eq_z(ending, "xlsx") ? FORM_XLSX : FORM_PAGE;
    if ((ending.n && *form == FORM_PAGE) || str_to_i64(id, account) != OK)
        return ERR_NOT_FOUND;
    return OK;
}

static enum err as_of_of(struct req *r, int64_t *as_of_ms)
{
    struct str text = str_trim(req_query(r, "as_of"));
    *as_of_ms = clock_wall_ms();
    if (text.n && instant_read(text, as_of_ms) != OK)
        return req_refuse(r, ERR_INVALID, "as_of", "books.as_of_bad");
    return OK;
}

/* The same statement elsewhere: another form, or further on. */
static const char *path_of(struct req *r, int64_t account, const char *ending, int64_t after)
{
    struct str as_of = enc_percent(r->arena, str_trim(req_query(r, "as_of")));
    const char *further =
        after ? arena_printf(r->arena, "%safter=%lld", as_of.n ? "&" : "?", (long long)after) : "";
    return arena_printf(r->arena, "/books/accounts/%lld%s%s%.*s%s", (long long)account, ending,
                        as_of.n ? "?as_of=" : "", STR_ARG(as_of), further ? further : "");
}

static void put_paths(struct req *r, const struct ledger_statement *st, int64_t after)
{
    view_put_z(r->view, "csv", path_of(r, st->account, ".csv", after));
    view_put_z(r->view, "xlsx", path_of(r, st->account, ".xlsx", after));
    if (st->next)
        view_put_z(r->view, "next_page", path_of(r, st->account, "", st->next));
    view_put_str(r->view, "asked", str_trim(req_query(r, "as_of")));
    static const char *const page_only[] = {"csv", "xlsx", "next_page", "asked"};
    for (size_t i = 0; i < sizeof(page_only) / sizeof(page_only[0]); i++)
        view_page_only(r->view, page_only[i]);
}

static enum err reply_file(struct req *r, const struct ledger_statement *st, enum form form)
{
    const char *ending = form == FORM_CSV ? ".csv" : ".xlsx";
    if (st->next) {
        const char *link =
            arena_printf(r->arena, "<%s>; rel=\"next\"", path_of(r, st->account, ending, st->next));
        reply_header(r, "Link", str_of(link));
    }
    return statement_reply(r, st, form == FORM_CSV ? STATEMENT_CSV : STATEMENT_XLSX);
}

static enum err get_account(struct req *r)
{
    struct ledger_statement st;
    int64_t account, after, as_of_ms;
    enum form form;
    enum err e = account_of_path(r, &account, &form);
    if (e == OK)
        e = after_of(r, &after);
    if (e == OK)
        e = as_of_of(r, &as_of_ms);
    if (e == OK)
        e = ledger_statement(r->db, account, as_of_ms, after,
                             form == FORM_PAGE ? PAGE_LINES : LEDGER_STATEMENT_LINES_MAX, r->arena,
                             &st);
    if (e == OK)
        e = check_reader(r, &st);
    if (e != OK)
        return e;
    if (form != FORM_PAGE)
        return reply_file(r, &st, form);
    view_put_time(r->view, "as_of", as_of_ms);
    put_paths(r, &st, after);
    return statement_put(r, &st);
}

/* --- the list --- */

static void put_account(struct view *v, const struct rows *rs, size_t row)
{
    struct str unit = row_str(rs, row, "unit");
    view_put_int(v, "id", row_int(rs, row, "account"));
    view_put_str(v, "unit", unit);
    view_put_str(v, "subject", row_str(rs, row, "subject"));
    view_put_str(v, "role", row_str(rs, row, "role"));
    statement_put_amount(v, "balance", unit, row_int(rs, row, "balance"));
    statement_put_amount(v, "held", unit, row_int(rs, row, "held"));
}

/* The SKUs that the accounts are of, by row; id 0 where an account is of none. */
static enum err skus_of(struct req *r, const struct rows *rs, struct hall_sku **out)
{
    int64_t *ids = arena_array(r->arena, rs->n, sizeof(*ids));
    size_t *places = arena_array(r->arena, rs->n, sizeof(*places)), n = 0;
    struct hall_sku *found = arena_array(r->arena, rs->n, sizeof(*found));
    *out = arena_array(r->arena, rs->n, sizeof(**out));
    if (arena_failed(r->arena))
        return ERR_NOMEM;
    for (size_t i = 0; i < rs->n; i++) {
        int64_t id;
        bool is_stock = statement_sku(row_str(rs, i, "unit"), row_str(rs, i, "subject"), &id);
        if (is_stock && (n == 0 || ids[n - 1] != id)) /* a book's accounts stand together */
            ids[n++] = id;
        places[i] = is_stock ? n : 0;
    }
    enum err e = hall_skus_get(r->db, ids, n, r->arena, found);
    for (size_t i = 0; e == OK && i < rs->n; i++)
        if (places[i])
            (*out)[i] = found[places[i] - 1];
    return e;
}

static struct view *begin_book(struct req *r, struct view *list, const struct rows *rs, size_t row,
                               const struct hall_sku *sku)
{
    struct view *v = view_add_object(list);
    bool zh = r->lang == LANG_ZH;
    view_put_str(v, "subject", row_str(rs, row, "subject"));
    view_put_str(v, "unit", statement_name(r, "books.unit_", row_str(rs, row, "unit")));
    if (sku->id) {
        view_put_str(v, "slug", sku->product_slug);
        view_put_str(v, "title", zh ? sku->title_zh : sku->title_en);
        view_put_str(v, "name", zh ? sku->name_zh : sku->name_en);
    }
    return view_put_list(v, "figures");
}

/* For people: a row a book, its accounts as figures that lead to their statements. */
static enum err put_books(struct req *r, const struct rows *rs)
{
    struct hall_sku *skus;
    struct view *books = view_put_list(r->view, "books"), *figures = NULL;
    view_page_only(r->view, "books");
    if (r->json)
        return OK;
    enum err e = skus_of(r, rs, &skus);
    for (size_t i = 0; e == OK && i < rs->n; i++) {
        if (i == 0 || !str_eq(row_str(rs, i, "subject"), row_str(rs, i - 1, "subject")) ||
            !str_eq(row_str(rs, i, "unit"), row_str(rs, i - 1, "unit")))
            figures = begin_book(r, books, rs, i, &skus[i]);
        struct view *v = view_add_object(figures);
        put_account(v, rs, i);
        view_put_str(v, "role_name", statement_name(r, "books.role_", row_str(rs, i, "role")));
        view_put_bool(v, "has_held", row_int(rs, i, "held") != 0);
    }
    return e;
}

static enum err get_books(struct req *r)
{
    struct rows rs;
    int64_t after;
    enum err e = after_of(r, &after);
    if (e == OK && hand_is_base(r))
        e = db_select(r->db, &q_books_accounts, ARGS(V_INT(after), V_INT(PAGE_ACCOUNTS)), r->arena,
                      &rs);
    else if (e == OK && !r->who.organisation_id)
        e = ERR_FORBIDDEN; /* a factory's account that belongs to none */
    else if (e == OK)
        e = db_select(r->db, &q_books_accounts_of_factory,
                      ARGS(V_INT(r->who.organisation_id), V_INT(after), V_INT(PAGE_ACCOUNTS)),
                      r->arena, &rs);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "accounts");
    for (size_t i = 0; i < rs.n; i++)
        put_account(view_add_object(list), &rs, i);
    if (rs.n == PAGE_ACCOUNTS)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "account"));
    else
        view_put_null(r->view, "next");
    return put_books(r, &rs);
}

#define READERS (ROLE_FACTORY | ROLE_OPERATOR)
static const struct route routes[] = {
    {"GET", "/books", get_books, NULL, "books/books.html", READERS, CSRF_SAFE, 0},
    {"GET", "/books/accounts/{id}", get_account, NULL, "books/account.html", READERS, CSRF_SAFE, 0},
};

const struct web_module books_module = {
    .name = "books", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
