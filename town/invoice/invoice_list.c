/* Requests in lists: a maker's, the base's; an order's; and what of them waits for somebody. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/hand.h"
#include "town/invoice/internal.h"

enum { LISTED = 50, PAGES_MAX = 1000 };

static const char *const groups[] = {"to_issue", "issued", "refused", "over"};
enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static enum err put_groups(struct req *r, int64_t factory)
{
    struct rows rs;
    enum err e = factory ? db_select(r->db, &q_invoice_groups, ARGS(V_INT(factory)), r->arena, &rs)
                         : db_select(r->db, &q_invoice_groups_of_all, NO_ARGS, r->arena, &rs);
    struct view *list = view_put_list(r->view, "groups");
    for (size_t k = 0; e == OK && k < GROUPS; k++) {
        struct view *v = view_add_object(list);
        int64_t n = 0;
        for (size_t i = 0; i < rs.n; i++)
            if (str_eq_z(row_str(&rs, i, "state"), groups[k]))
                n = row_int(&rs, i, "n");
        view_put_z(v, "state", groups[k]);
        view_put_str(v, "name", req_text(r, "invoice.group_", str_of(groups[k])));
        view_page_only(v, "name");
        view_put_int(v, "n", n);
    }
    return e;
}

static enum err put_listed(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "invoices");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < rs->n && i < LISTED; i++) {
        struct view *v = view_add_object(list);
        struct str title;
        e = invoice_reveal_title(rs, i, r->arena, &title);
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_int(v, "order", row_int(rs, i, "order_id"));
        view_put_str(v, "factory",
                     row_str(rs, i, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
        invoice_put_name(r, v, "kind", "invoice.kind_", row_str(rs, i, "kind"));
        invoice_put_name(r, v, "status", "invoice.status_", row_str(rs, i, "status"));
        view_put_str(v, "title", invoice_mask(title, 1, 0, r->arena));
        view_put_money(v, "amount", row_int(rs, i, "amount_fen"), "CNY");
        view_put_str(v, "number", row_null(rs, i, "number") ? STR("") : row_str(rs, i, "number"));
        view_put_time(v, "asked_at", row_int(rs, i, "asked_at"));
        view_put_time(v, "changed_at", row_int(rs, i, "changed_at"));
    }
    return e;
}

static enum err read_asked(struct req *r, struct str *state, int64_t *page)
{
    struct str typed = req_query(r, "page");
    bool known = false;
    *state = req_query(r, "state");
    *page = 1;
    if (state->n == 0)
        *state = str_of(groups[0]);
    for (size_t i = 0; i < GROUPS; i++)
        known = known || str_eq_z(*state, groups[i]);
    if (!known)
        return req_refuse(r, ERR_INVALID, "state", "trade.no_such_state");
    if (typed.n && (str_to_i64(typed, page) != OK || *page < 1 || *page > PAGES_MAX))
        return req_refuse(r, ERR_INVALID, "page", "web.number_bad");
    return OK;
}

/* Of one maker, or with 0 of all. */
static enum err load_listed(struct req *r, int64_t factory, struct str state, int64_t page,
                            struct rows *rs)
{
    const struct val all[] = {V_INT(factory), V_STR(state), V_INT(LISTED + 1),
                              V_INT((page - 1) * LISTED)};
    struct val args[sizeof(all) / sizeof(all[0])];
    bool waiting = str_eq_z(state, groups[0]);
    const struct query *q = waiting ? &q_invoice_to_issue : &q_invoice_of_state;
    size_t n = 0;
    if (!factory)
        q = waiting ? &q_invoice_to_issue_of_all : &q_invoice_of_state_of_all;
    if (factory)
        args[n++] = all[0];
    if (!waiting)
        args[n++] = all[1];
    args[n++] = all[2];
    args[n++] = all[3];
    return db_select(r->db, q, args, n, r->arena, rs);
}

enum err invoice_list(struct req *r)
{
    struct rows rs;
    struct str state;
    int64_t page, factory = hand_is_base(r) ? 0 : r->who.organisation_id;
    if (!hand_is_base(r) && !factory)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    enum err e = read_asked(r, &state, &page);
    if (e != OK)
        return e;
    e = load_listed(r, factory, state, page, &rs);
    if (e == OK)
        e = put_listed(r, &rs);
    if (e != OK)
        return e;
    view_put_str(r->view, "state", state);
    view_put_bool(r->view, "of_all", factory == 0);
    if (page > 1)
        view_put_int(r->view, "before", page - 1);
    if (rs.n > LISTED && page < PAGES_MAX)
        view_put_int(r->view, "next", page + 1);
    return put_groups(r, factory);
}

/* Puts invoice {id, status, number, paper, amount} or null, and may_ask_invoice. */
enum err invoice_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    struct rows rs;
    int64_t limit;
    enum err e = db_one(r->db, &q_invoice_order, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    bool asked = !row_null(&rs, 0, "invoice_id");
    struct str status = asked ? row_str(&rs, 0, "status") : STR("");
    view_put_bool(order, "may_ask_invoice",
                  transition_may(&invoice_transitions, status, "ask", as) &&
                      !invoice_why_not(&rs, clock_wall_ms(), &limit));
    if (!asked) {
        view_put_null(order, "invoice");
        return OK;
    }
    struct view *v = view_put_object(order, "invoice");
    view_put_int(v, "id", row_int(&rs, 0, "invoice_id"));
    invoice_put_name(r, v, "status", "invoice.status_", status);
    if (row_null(&rs, 0, "paper_id"))
        return OK;
    view_put_int(v, "paper", row_int(&rs, 0, "paper_id"));
    view_put_str(v, "number", row_str(&rs, 0, "number"));
    view_put_money(v, "amount", row_int(&rs, 0, "amount_fen"), "CNY");
    return OK;
}

const struct console_line invoice_lines[] = {
    {.name = "invoices_maker",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_NEXT,
     .icon = "orders",
     .rows = &q_invoice_todo_maker,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = INVOICE_LATE_DAYS,
     .tag_texts = "invoice.status_",
     .page = "/factory/invoices",
     .shown = 5},
};
const size_t invoice_lines_n = sizeof(invoice_lines) / sizeof(invoice_lines[0]);
