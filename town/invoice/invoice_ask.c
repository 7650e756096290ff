/* The buyer's form, and what is sent by it. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/invoice/internal.h"

static enum err own_order(struct req *r, struct rows *order)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_invoice_order, ARGS(V_INT(id)), r->arena, order);
    return e == OK && row_int(order, 0, "buyer_id") != r->who.user_id ? ERR_NOT_FOUND : e;
}

/* What was typed, or what was asked for the last time. */
static enum err put_fields(struct req *r, const struct rows *order)
{
    struct str texts[INVOICE_TEXTS] = {0}, kind = STR("person");
    enum err e = OK;
    if (str_eq_z(r->method, "POST")) {
        kind = req_field(r, "kind");
        texts[INVOICE_TITLE] = req_field(r, "title");
        texts[INVOICE_TAX] = req_field(r, "tax");
        texts[INVOICE_EMAIL] = req_field(r, "email");
    } else if (!row_null(order, 0, "title")) {
        kind = row_str(order, 0, "kind");
        e = invoice_reveal(order, 0, r->arena, texts);
    }
    view_put_bool(r->view, "is_company", str_eq_z(kind, "company"));
    view_put_str(r->view, "title", texts[INVOICE_TITLE]);
    view_put_str(r->view, "tax", texts[INVOICE_TAX]);
    view_put_str(r->view, "email", texts[INVOICE_EMAIL]);
    return e;
}

static struct str why_text(const struct req *r, const char *key, int64_t limit)
{
    const char *n = arena_printf(r->arena, "%lld", (long long)limit);
    const struct i18n_arg arg = {"limit", str_of(n)};
    return i18n_text(r->lang, str_of(key), &arg, 1, r->arena);
}

static enum err put_form(struct req *r, const struct rows *order)
{
    int64_t limit;
    bool asked = !row_null(order, 0, "invoice_id");
    struct str status = asked ? row_str(order, 0, "status") : STR("");
    const char *why = invoice_why_not(order, clock_wall_ms(), &limit);
    bool may = transition_may(&invoice_transitions, status, "ask", ORDER_AS_BUYER);
    view_put_int(r->view, "order", row_int(order, 0, "id"));
    view_put_str(r->view, "factory",
                 row_str(order, 0, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
    view_put_money(r->view, "amount", row_int(order, 0, "left_fen"), "CNY");
    view_put_bool(r->view, "may_ask", may && !why);
    if (asked)
        view_put_int(r->view, "invoice", row_int(order, 0, "invoice_id"));
    else
        view_put_null(r->view, "invoice");
    view_put_str(r->view, "why_not", may && why ? why_text(r, why, limit) : STR(""));
    view_page_only(r->view, "why_not");
    return put_fields(r, order);
}

enum err invoice_ask_page(struct req *r)
{
    struct rows order;
    enum err e = own_order(r, &order);
    return e != OK ? e : put_form(r, &order);
}

struct asking {
    struct command cmd;
    struct invoice_ask ask;
    int64_t invoice;
};

static enum err run_asking(struct command *cmd, struct tx *tx)
{
    struct asking *a = (struct asking *)cmd;
    return invoice_ask(tx, &a->ask, &a->invoice);
}

static enum err asked(struct req *r, struct command *cmd, enum err result)
{
    const struct asking *a = (struct asking *)cmd;
    struct err_info info = r->info;
    struct rows rs;
    unsigned as;
    enum err e;
    if (result != OK && r->json)
        return result;
    if (result != OK) {
        e = invoice_ask_page(r);
        r->info = info;
        return e == OK ? result : e;
    }
    if (!r->json) {
        reply_redirect(r, arena_printf(r->arena, "/invoices/%lld", (long long)a->invoice));
        return OK;
    }
    reply_status(r, 201);
    e = invoice_load(r, a->invoice, &rs, &as);
    return e == OK ? invoice_put(r, &rs, as) : e;
}

enum err invoice_ask_post(struct req *r)
{
    struct rows order;
    struct asking *a = ARENA_NEW(r->arena, struct asking);
    enum err e = a ? own_order(r, &order) : ERR_NOMEM;
    if (e != OK)
        return e;
    a->cmd = (struct command){.name = "invoice.ask", .run = run_asking};
    a->ask = (struct invoice_ask){.order_id = row_int(&order, 0, "id"),
                                  .buyer_id = r->who.user_id,
                                  .kind = arena_str(r->arena, req_field(r, "kind")).p,
                                  .tax = req_field(r, "tax"),
                                  .email = req_field(r, "email")};
    reply_page(r, "invoice/ask.html");
    e = req_field_text(r, "title", 1, INVOICE_TITLE_MAX, &a->ask.title);
    if (e == OK)
        e = invoice_read(&a->ask, r->arena, &r->info);
    return e == OK ? web_write(r, &a->cmd, asked) : asked(r, &a->cmd, e);
}
