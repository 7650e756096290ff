/* Asking for an invoice and what becomes of it: see invoice.h. */
#include <stdio.h>

#include "store/queries.h"
#include "store/seal.h"
#include "town/factories/factories.h"
#include "town/invoice/internal.h"

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key, .limit = limit};
    return e;
}

/* --- fields --- */

static enum err bad(struct err_info *info, const char *field, const char *key, int64_t limit)
{
    *info = (struct err_info){.code = ERR_INVALID, .field = field, .key = key, .limit = limit};
    return ERR_INVALID;
}

/* A sole trader's number may be their own: GB 11643-1999, whose last is by 2^(17-i) mod 11. */
static bool is_persons(const char *s)
{
    static const char last[] = "10X98765432";
    int sum = 0;
    for (int i = 0; i < 17; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        sum += (s[i] - '0') * ((1 << (17 - i)) % 11);
    }
    return s[17] == last[sum % 11];
}

/* Capitals and digits, without the blanks that people group them by. False: it is none. */
static bool read_tax(struct str typed, char out[INVOICE_TAX_MAX], size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == ' ' || c == '\t')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) || *n == INVOICE_TAX_MAX)
            return false;
        out[(*n)++] = c;
    }
    int64_t where;
    if (*n == FACTORY_CODE_CHARS)
        return factories_code_check(str_n(out, *n), &where) == CODE_RIGHT || is_persons(out);
    return *n == 15 || *n == 17 || *n == 20;
}

static bool is_email(struct str s)
{
    size_t at = 0, ats = 0, dot = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("<>()[],;:\\\"", s.p[i]))
            return false;
        if (s.p[i] == '@') {
            at = i;
            ats++;
        }
        if (s.p[i] == '.')
            dot = i;
    }
    return ats == 1 && at > 0 && dot > at + 1 && dot + 1 < s.n;
}

enum err invoice_read(struct invoice_ask *ask, struct arena *arena, struct err_info *info)
{
    char tax[INVOICE_TAX_MAX];
    size_t n;
    bool company = ask->kind && strcmp(ask->kind, "company") == 0;
    if (!company && (!ask->kind || strcmp(ask->kind, "person") != 0))
        return bad(info, "kind", "invoice.kind_bad", 0);
    ask->title = str_trim(ask->title);
    if (ask->title.n == 0 || str_characters(ask->title) > INVOICE_TITLE_MAX)
        return bad(info, "title", "invoice.title_bad", INVOICE_TITLE_MAX);
    if (!company)
        ask->tax = STR_NONE;
    else if (!read_tax(ask->tax, tax, &n))
        return bad(info, "tax", "invoice.tax_bad", 0);
    else
        ask->tax = arena_str(arena, str_n(tax, n));
    ask->email = str_trim(ask->email);
    if (ask->email.n && (ask->email.n > INVOICE_EMAIL_MAX || !is_email(ask->email)))
        return bad(info, "email", "invoice.email_bad", 0);
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

enum err invoice_reveal(const struct rows *rs, size_t row, struct arena *arena,
                        struct str out[INVOICE_TEXTS])
{
    static const struct {
        const char *member, *purpose;
    } texts[INVOICE_TEXTS] = {[INVOICE_TITLE] = {"title", "invoices.title"},
                              [INVOICE_TAX] = {"tax", "invoices.tax"},
                              [INVOICE_EMAIL] = {"email", "invoices.email"},
                              [INVOICE_REASON] = {"reason", "invoices.reason"}};
    enum err e = OK;
    for (size_t i = 0; !e && i < INVOICE_TEXTS; i++) {
        out[i] = STR("");
        if (!row_null(rs, row, texts[i].member))
            e = seal_reveal(texts[i].purpose, row_str(rs, row, texts[i].member), arena, &out[i]);
    }
    return e;
}

enum err invoice_reveal_title(const struct rows *rs, size_t row, struct arena *arena,
                              struct str *title)
{
    *title = STR("");
    return row_null(rs, row, "title")
               ? OK
               : seal_reveal("invoices.title", row_str(rs, row, "title"), arena, title);
}

/* --- steps --- */

static bool is_event(const struct transition *t, const char *event)
{
    return strcmp(t->event, event) == 0;
}

/* State and event row. What the table says of `by` is its caller's. */
static enum err step(struct tx *tx, int64_t id, const struct transition *t, struct order_actor by)
{
    enum err e =
        db_exec(tx->db, &q_invoice_moved, ARGS(V_Z(t->to), V_INT(tx->now_ms), V_INT(id)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_invoice_event_add,
                    ARGS(V_INT(id), V_Z(t->event), t->from ? V_Z(t->from) : V_NULL, V_Z(t->to),
                         by.user_id ? V_INT(by.user_id) : V_NULL,
                         V_Z(order_as_name(by.as & t->who)), V_INT(tx->now_ms)),
                    NULL);
    if (!e && (is_event(t, "withdraw") || is_event(t, "lapse")))
        e = db_exec(tx->db, &q_invoice_forget, ARGS(V_INT(id)), NULL);
    return e;
}

/* --- asking --- */

const char *invoice_why_not(const struct rows *order, int64_t now_ms, int64_t *limit)
{
    *limit = 0;
    if (row_null(order, 0, "paid_at"))
        return "invoice.not_paid";
    if (row_int(order, 0, "left_fen") < 1)
        return "invoice.nothing_left";
    int64_t until = row_int(order, 0, "paid_at") + INVOICE_ASK_DAYS * INVOICE_DAY_MS;
    if (!row_null(order, 0, "status") && str_eq_z(row_str(order, 0, "status"), "refused")) {
        int64_t again = row_int(order, 0, "changed_at") + INVOICE_AGAIN_DAYS * INVOICE_DAY_MS;
        until = again > until ? again : until;
    }
    *limit = INVOICE_ASK_DAYS;
    return now_ms > until ? "invoice.too_late" : NULL;
}

static enum err is_same(struct tx *tx, const struct invoice_ask *ask, const struct rows *order,
                        bool *same)
{
    struct str texts[INVOICE_TEXTS];
    *same = false;
    if (!str_eq_z(row_str(order, 0, "status"), "asked"))
        return OK;
    enum err e = invoice_reveal(order, 0, tx->arena, texts);
    *same = !e && str_eq_z(row_str(order, 0, "kind"), ask->kind) &&
            str_eq(texts[INVOICE_TITLE], ask->title) && str_eq(texts[INVOICE_TAX], ask->tax) &&
            str_eq(texts[INVOICE_EMAIL], ask->email);
    return e;
}

static enum err put(struct tx *tx, const struct invoice_ask *ask, const struct rows *order,
                    int64_t *id)
{
    struct rows rs;
    struct str title, tax = STR_NONE, email = STR_NONE;
    enum err e = seal_text("invoices.title", ask->title, tx->arena, &title);
    if (!e && ask->tax.n)
        e = seal_text("invoices.tax", ask->tax, tx->arena, &tax);
    if (!e && ask->email.n)
        e = seal_text("invoices.email", ask->email, tx->arena, &email);
    if (e)
        return e;
    struct val t = V_BLOB(title), x = tax.n ? V_BLOB(tax) : V_NULL,
               m = email.n ? V_BLOB(email) : V_NULL;
    if (*id)
        return db_exec(tx->db, &q_invoice_ask_again,
                       ARGS(V_Z(ask->kind), t, x, m, V_INT(tx->now_ms), V_INT(*id)), NULL);
    e = db_one(tx->db, &q_invoice_add,
               ARGS(V_INT(ask->order_id), V_INT(ask->buyer_id),
                    V_INT(row_int(order, 0, "factory_id")), V_Z(ask->kind), t, x, m,
                    V_INT(tx->now_ms)),
               tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}

/* Nobody asks and withdraws for ever. */
static enum err check_events(struct tx *tx, int64_t id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_invoice_events_n, ARGS(V_INT(id)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "n") >= INVOICE_EVENTS_MAX)
        return refuse(tx, ERR_LIMIT, "status", "invoice.too_often", INVOICE_EVENTS_MAX);
    return e;
}

static enum err ask_for(struct tx *tx, const struct invoice_ask *ask, const struct rows *order,
                        int64_t *id)
{
    const struct transition *t;
    const struct order_actor by = {ask->buyer_id, ORDER_AS_BUYER};
    int64_t limit;
    struct str from = *id ? row_str(order, 0, "status") : STR("");
    if (transition_next(&invoice_transitions, from, "ask", by.as, &t) != OK)
        return refuse(tx, ERR_CONFLICT, "status", "invoice.asked_already", 0);
    const char *why = invoice_why_not(order, tx->now_ms, &limit);
    if (why)
        return refuse(tx, ERR_CONFLICT, "status", why, limit);
    enum err e = *id ? check_events(tx, *id) : OK;
    if (!e)
        e = put(tx, ask, order, id);
    return e ? e : step(tx, *id, t, by);
}

enum err invoice_ask(struct tx *tx, const struct invoice_ask *typed, int64_t *invoice)
{
    struct rows order;
    struct invoice_ask ask = *typed;
    bool same = false;
    *invoice = 0;
    enum err e = db_one(tx->db, &q_invoice_order, ARGS(V_INT(ask.order_id)), tx->arena, &order);
    if (!e && row_int(&order, 0, "buyer_id") != ask.buyer_id)
        e = ERR_NOT_FOUND;
    if (!e)
        e = invoice_read(&ask, tx->arena, tx->info);
    if (!e && !row_null(&order, 0, "invoice_id")) {
        *invoice = row_int(&order, 0, "invoice_id");
        e = is_same(tx, &ask, &order, &same); /* pressed twice */
    }
    return e || same ? e : ask_for(tx, &ask, &order, invoice);
}

/* --- events --- */

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n == 8 || s.n == 20;
}

/* A number or a file that was another invoice's: the wrong one was taken, and one buyer would read
 * what is another's. */
static enum err check_unused(struct tx *tx, int64_t factory, const struct invoice_more *more)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_invoice_used,
                  ARGS(V_INT(factory), V_STR(more->number), V_STR(more->pdf)), tx->arena, &rs);
    if (e || rs.n == 0)
        return e;
    bool number = str_eq(row_str(&rs, 0, "number"), more->number);
    return refuse(tx, ERR_CONFLICT, number ? "number" : "pdf",
                  number ? "invoice.number_used" : "invoice.pdf_used", row_int(&rs, 0, "order_id"));
}

static enum err issue(struct tx *tx, const struct rows *invoice, int64_t user_id,
                      const struct invoice_more *more)
{
    struct rows rs;
    int64_t left = row_int(invoice, 0, "left_fen"), factory = row_int(invoice, 0, "factory_id");
    struct val id = V_INT(row_int(invoice, 0, "id"));
    if (left < 1)
        return refuse(tx, ERR_CONFLICT, "status", "invoice.nothing_left", 0);
    if (!is_number(more->number))
        return refuse(tx, ERR_INVALID, "number", "invoice.number_bad", 0);
    if (more->pdf.n == 0)
        return refuse(tx, ERR_INVALID, "pdf", "invoice.pdf_missing", 0);
    if (more->amount_fen != left)
        return refuse(tx, ERR_CONFLICT, "amount_fen", "invoice.amount_changed", left);
    enum err e = check_unused(tx, factory, more);
    if (!e)
        e = db_one(tx->db, &q_invoice_paper_add,
                   ARGS(id, V_INT(factory), V_STR(more->number), V_INT(left), V_STR(more->pdf),
                        V_INT(user_id), V_INT(tx->now_ms)),
                   tx->arena, &rs);
    return e ? e : db_exec(tx->db, &q_invoice_issued, ARGS(V_INT(row_int(&rs, 0, "id")), id), NULL);
}

static enum err act(struct tx *tx, const struct rows *invoice, const struct transition *t,
                    struct order_actor by, const struct invoice_more *more)
{
    struct str reason;
    if (is_event(t, "issue"))
        return issue(tx, invoice, by.user_id, more);
    if (is_event(t, "void") && row_int(invoice, 0, "left_fen") > 0)
        return refuse(tx, ERR_CONFLICT, "status", "invoice.something_left", 0);
    if (!is_event(t, "refuse"))
        return OK;
    if (more->reason.n == 0 || str_characters(more->reason) > INVOICE_REASON_MAX)
        return refuse(tx, ERR_INVALID, "reason", "invoice.reason_bad", INVOICE_REASON_MAX);
    enum err e = seal_text("invoices.reason", more->reason, tx->arena, &reason);
    return e ? e
             : db_exec(tx->db, &q_invoice_refused,
                       ARGS(V_BLOB(reason), V_INT(row_int(invoice, 0, "id"))), NULL);
}

enum err invoice_do(struct tx *tx, int64_t id, const char *event, struct order_actor by,
                    const struct invoice_more *more)
{
    struct rows invoice;
    const struct transition *t;
    enum err e = db_one(tx->db, &q_invoice_get, ARGS(V_INT(id)), tx->arena, &invoice);
    if (e)
        return e;
    if (strcmp(event, "ask") == 0) /* with its fields: invoice_ask() */
        return ERR_FORBIDDEN;
    e = transition_next(&invoice_transitions, row_str(&invoice, 0, "status"), event, by.as, &t);
    if (e == ERR_CONFLICT)
        return refuse(tx, e, "status", "trade.status_forbids", 0);
    if (!e)
        e = act(tx, &invoice, t, by, more);
    return e ? e : step(tx, id, t, by);
}

/* --- what orders tell --- */

static enum err order_changed(struct tx *tx, const struct order_changed *c)
{
    static const struct invoice_more nothing = {0};
    const struct order_actor by = {0, ORDER_AS_SYSTEM};
    struct rows order;
    if (c->amount_fen == 0 && strcmp(c->to, "refunded") != 0)
        return OK;
    enum err e = db_one(tx->db, &q_invoice_order, ARGS(V_INT(c->order_id)), tx->arena, &order);
    if (e || row_null(&order, 0, "invoice_id"))
        return e;
    int64_t left = row_int(&order, 0, "left_fen"), id = row_int(&order, 0, "invoice_id");
    struct str status = row_str(&order, 0, "status");
    if (str_eq_z(status, "asked") && left == 0)
        return invoice_do(tx, id, "lapse", by, &nothing);
    if (str_eq_z(status, "issued") && left != row_int(&order, 0, "amount_fen"))
        return invoice_do(tx, id, "outdate", by, &nothing);
    return OK;
}

void invoice_start(void)
{
    order_on_change(order_changed);
    trade_order_part(invoice_part);
}
