/* A request for an invoice as its pages and its JSON show it. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/hand.h"
#include "town/invoice/internal.h"

enum { OPENINGS_SHOWN = 50 };

unsigned invoice_as(const struct req *r, const struct rows *invoice)
{
    unsigned as = 0;
    if (r->who.user_id && r->who.user_id == row_int(invoice, 0, "buyer_id"))
        as |= ORDER_AS_BUYER;
    if (hand_is_maker(r, row_int(invoice, 0, "factory_id")))
        as |= ORDER_AS_FACTORY;
    return hand_is_base(r) ? as | ORDER_AS_OPERATOR : as;
}

enum err invoice_load(struct req *r, int64_t id, struct rows *invoice, unsigned *as)
{
    enum err e = db_one(r->db, &q_invoice_get, ARGS(V_INT(id)), r->arena, invoice);
    if (e != OK)
        return e;
    *as = invoice_as(r, invoice);
    return *as ? OK : ERR_NOT_FOUND;
}

void invoice_put_name(struct req *r, struct view *v, const char *member, const char *prefix,
                      struct str value)
{
    const char *name = arena_printf(r->arena, "%s_name", member);
    view_put_str(v, member, value);
    if (!name)
        return;
    view_put_str(v, name, req_text(r, prefix, value));
    view_page_only(v, name);
}

struct str invoice_mask(struct str text, size_t first, size_t last, struct arena *arena)
{
    size_t n = str_characters(text);
    if (n == 0)
        return STR("");
    if (first + last >= n) {
        first = n > 1 ? 1 : 0;
        last = 0;
    }
    struct str head = str_slice(text, 0, str_characters_bytes(text, first));
    struct str tail = str_slice(text, str_characters_bytes(text, n - last), text.n);
    return str_of(arena_printf(arena, "%.*s***%.*s", STR_ARG(head), STR_ARG(tail)));
}

static bool is_in(const struct rows *invoice, const char *status)
{
    return str_eq_z(row_str(invoice, 0, "status"), status);
}

static bool is_waiting(const struct rows *invoice)
{
    return is_in(invoice, "asked") || is_in(invoice, "stale");
}

/* The maker's people as long as there is something to issue, one of the base for himself. */
enum err invoice_is_whole(struct req *r, const struct rows *invoice, unsigned as, bool *whole)
{
    struct rows rs;
    *whole = as & ORDER_AS_BUYER;
    if (*whole)
        return OK;
    enum err e =
        db_one(r->db, &q_invoice_opened,
               ARGS(V_INT(r->who.user_id), V_INT(row_int(invoice, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    *whole = (as & ORDER_AS_FACTORY && is_waiting(invoice) && row_int(&rs, 0, "by_maker")) ||
             (as & ORDER_AS_OPERATOR && row_int(&rs, 0, "by_self"));
    return OK;
}

static enum err put_texts(struct req *r, struct view *v, const struct rows *invoice, unsigned as)
{
    struct str texts[INVOICE_TEXTS];
    bool whole;
    enum err e = invoice_reveal(invoice, 0, r->arena, texts);
    if (e == OK)
        e = invoice_is_whole(r, invoice, as, &whole);
    if (e != OK)
        return e;
    struct str title = texts[INVOICE_TITLE], tax = texts[INVOICE_TAX], email = texts[INVOICE_EMAIL];
    view_put_str(v, "title", whole ? title : invoice_mask(title, 1, 0, r->arena));
    view_put_str(v, "tax", whole ? tax : invoice_mask(tax, 2, 2, r->arena));
    view_put_str(v, "email", whole ? email : invoice_mask(email, 1, 0, r->arena));
    /* Its maker's own words, to this buyer; the base opens them as it does what they are about. */
    view_put_str(v, "reason", whole || as & ORDER_AS_FACTORY ? texts[INVOICE_REASON] : STR(""));
    view_put_bool(v, "is_whole", whole);
    view_put_bool(v, "may_open",
                  !whole && !row_null(invoice, 0, "title") &&
                      (as & ORDER_AS_OPERATOR || (as & ORDER_AS_FACTORY && is_waiting(invoice))));
    view_put_bool(v, "may_read_papers", whole || as & ORDER_AS_FACTORY);
    return OK;
}

static enum err put_papers(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_invoice_papers, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(v, "papers");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_int(o, "id", row_int(&rs, i, "id"));
        view_put_str(o, "number", row_str(&rs, i, "number"));
        view_put_money(o, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_time(o, "at", row_int(&rs, i, "at"));
        view_put_bool(o, "is_last", i == 0);
    }
    return e;
}

static enum err put_events(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_invoice_events, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(v, "events");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        invoice_put_name(r, o, "event", "invoice.event_", row_str(&rs, i, "event"));
        invoice_put_name(r, o, "by", "invoice.by_", row_str(&rs, i, "actor_as"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static enum err put_openings(struct req *r, struct view *v, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_invoice_openings, ARGS(V_INT(id), V_INT(OPENINGS_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, "openings");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *o = view_add_object(list);
        view_put_str(o, "who", row_str(&rs, i, "name"));
        view_put_bool(o, "is_maker", row_int(&rs, i, "is_maker"));
        view_put_str(o, "purpose", row_str(&rs, i, "purpose"));
        view_put_time(o, "at", row_int(&rs, i, "at"));
    }
    return e;
}

static void put_may(struct view *v, const struct rows *invoice, unsigned as)
{
    static const char *const events[] = {"ask", "issue", "refuse", "withdraw", "void"};
    struct view *may = view_put_object(v, "may");
    bool left = row_int(invoice, 0, "left_fen") > 0;
    int64_t limit;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        bool is =
            transition_may(&invoice_transitions, row_str(invoice, 0, "status"), events[i], as);
        if (strcmp(events[i], "void") == 0)
            is = is && !left;
        if (strcmp(events[i], "issue") == 0)
            is = is && left;
        if (strcmp(events[i], "ask") == 0)
            is = is && !invoice_why_not(invoice, clock_wall_ms(), &limit);
        view_put_bool(may, events[i], is);
    }
}

enum err invoice_put(struct req *r, const struct rows *invoice, unsigned as)
{
    struct view *v = view_put_object(r->view, "invoice");
    int64_t id = row_int(invoice, 0, "id"), back = row_int(invoice, 0, "refunded_fen");
    view_put_int(v, "id", id);
    view_put_int(v, "order", row_int(invoice, 0, "order_id"));
    view_put_str(v, "factory",
                 row_str(invoice, 0, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
    invoice_put_name(r, v, "kind", "invoice.kind_", row_str(invoice, 0, "kind"));
    invoice_put_name(r, v, "status", "invoice.status_", row_str(invoice, 0, "status"));
    view_put_str(v, "hint",
                 req_text(r, as & ORDER_AS_BUYER ? "invoice.tells_" : "invoice.wants_",
                          row_str(invoice, 0, "status")));
    view_page_only(v, "hint");
    view_put_money(v, "paid", row_int(invoice, 0, "total_fen"), "CNY");
    view_put_money(v, "back", back, "CNY");
    view_put_bool(v, "has_back", back > 0);
    view_put_money(v, "amount", row_int(invoice, 0, "left_fen"), "CNY");
    view_put_int(v, "amount_fen", row_int(invoice, 0, "left_fen"));
    view_page_only(v, "amount_fen");
    view_put_time(v, "asked_at", row_int(invoice, 0, "asked_at"));
    view_put_time(v, "changed_at", row_int(invoice, 0, "changed_at"));
    view_put_bool(v, "is_own", as & ORDER_AS_BUYER);
    view_put_bool(v, "is_maker", as & ORDER_AS_FACTORY);
    view_put_bool(v, "is_company", str_eq_z(row_str(invoice, 0, "kind"), "company"));
    put_may(v, invoice, as);
    enum err e = put_texts(r, v, invoice, as);
    if (e == OK)
        e = put_papers(r, v, id);
    if (e == OK && as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR))
        e = put_openings(r, v, id);
    return e == OK ? put_events(r, v, id) : e;
}
