/* One request: its page, what was issued, and what its maker and its buyer do to it. */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/invoice/internal.h"
#include "town/scan/scan.h"

static enum err of_path(struct req *r, struct rows *invoice, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return invoice_load(r, id, invoice, as);
}

enum err invoice_page(struct req *r)
{
    struct rows invoice;
    unsigned as;
    enum err e = of_path(r, &invoice, &as);
    return e != OK ? e : invoice_put(r, &invoice, as);
}

/* Its buyer's and its maker's; one of the base opens the request first, as the title is on it. */
enum err invoice_paper(struct req *r)
{
    struct rows invoice, rs;
    unsigned as;
    int64_t paper;
    bool whole = true;
    if (str_to_i64(req_param(r, "paper"), &paper) != OK)
        return ERR_NOT_FOUND;
    enum err e = of_path(r, &invoice, &as);
    if (e == OK && !(as & ORDER_AS_FACTORY))
        e = invoice_is_whole(r, &invoice, as, &whole);
    if (e == OK && !whole)
        e = ERR_FORBIDDEN;
    if (e == OK)
        e = db_one(r->db, &q_invoice_paper, ARGS(V_INT(paper), V_INT(row_int(&invoice, 0, "id"))),
                   r->arena, &rs);
    if (e != OK)
        return e;
    const char *name = arena_printf(r->arena, "invoice-%.*s", STR_ARG(row_str(&rs, 0, "number")));
    return name ? scan_reply(r, row_str(&rs, 0, "pdf"), str_of(name)) : ERR_NOMEM;
}

struct doing {
    struct command cmd;
    int64_t invoice_id;
    const char *event; /* NULL: it is opened, for this purpose */
    struct str purpose;
    struct order_actor by;
    struct invoice_more more;
    enum err refused; /* the file, with this detail, after it was kept */
    struct err_info why;
};

static enum err run_doing(struct command *cmd, struct tx *tx)
{
    const struct doing *d = (struct doing *)cmd;
    if (d->refused) {
        *tx->info = d->why;
        return d->refused;
    }
    if (d->event)
        return invoice_do(tx, d->invoice_id, d->event, d->by, &d->more);
    return db_exec(tx->db, &q_invoice_opening_add,
                   ARGS(V_INT(d->invoice_id), V_INT(d->by.user_id),
                        V_INT(d->by.as & ORDER_AS_FACTORY ? 1 : 0), V_STR(d->purpose),
                        V_INT(tx->now_ms)),
                   NULL);
}

/* After a refusal: what was typed. */
static void put_typed(struct req *r)
{
    static const char *const fields[] = {"number", "reason", "purpose"};
    struct view *v = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(v, fields[i], req_field(r, fields[i]));
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct doing *d = (struct doing *)cmd;
    struct err_info info = r->info;
    if (result == OK && !r->json) {
        reply_redirect(r, arena_printf(r->arena, "/invoices/%lld", (long long)d->invoice_id));
        return OK;
    }
    if (result != OK && r->json)
        return result;
    enum err e = invoice_page(r);
    if (result != OK)
        put_typed(r);
    r->info = info;
    return e == OK ? result : e;
}

static enum err doing_new(struct req *r, const char *event, struct doing **out)
{
    struct rows invoice;
    unsigned as;
    struct doing *d = *out = ARENA_NEW(r->arena, struct doing);
    enum err e = d ? of_path(r, &invoice, &as) : ERR_NOMEM;
    if (e != OK)
        return e;
    d->cmd = (struct command){.name = "invoice.do", .run = run_doing};
    d->invoice_id = row_int(&invoice, 0, "id");
    d->event = event;
    d->by = (struct order_actor){r->who.user_id, as};
    reply_page(r, "invoice/invoice.html");
    return OK;
}

enum err invoice_open(struct req *r)
{
    enum { PURPOSE_MAX = 100 };
    struct doing *d;
    enum err e = doing_new(r, NULL, &d);
    if (e == OK && !(d->by.as & (ORDER_AS_FACTORY | ORDER_AS_OPERATOR)))
        e = ERR_FORBIDDEN; /* it is the buyer's own */
    if (e != OK)
        return e;
    e = req_field_text(r, "purpose", 2, PURPOSE_MAX, &d->purpose);
    return e == OK ? web_write(r, &d->cmd, done) : done(r, &d->cmd, e);
}

enum err invoice_event(struct req *r)
{
    struct doing *d;
    const char *event = transition_event(&invoice_transitions, req_param(r, "event"));
    enum err e = event ? doing_new(r, event, &d) : ERR_NOT_FOUND;
    if (e != OK)
        return e;
    if (strcmp(event, "refuse") == 0)
        e = req_field_text(r, "reason", 1, INVOICE_REASON_MAX, &d->more.reason);
    return e == OK ? web_write(r, &d->cmd, done) : done(r, &d->cmd, e);
}

/* What was kept is in d->more.pdf also after an error. */
static enum err keep_pdf(struct req *r, struct doing *d)
{
    struct scan scan;
    const struct upload *u = req_upload(r, "pdf");
    if (!u || u->size == 0)
        return req_refuse(r, ERR_INVALID, "pdf", "invoice.pdf_missing");
    if (u->size > INVOICE_PDF_MAX)
        return req_refuse(r, ERR_INVALID, "pdf", "invoice.pdf_large");
    enum err e = scan_keep(u, r->arena, &scan, &r->info);
    if (e == OK)
        d->more.pdf = scan.id;
    if (e == ERR_INVALID || (e == OK && strcmp(scan.type, SCAN_PDF) != 0))
        return req_refuse(r, ERR_INVALID, "pdf", "invoice.pdf_kind");
    return e;
}

/* The number as it is printed, perhaps in groups. */
static struct str read_number(struct req *r)
{
    struct str typed = req_field(r, "number");
    char *out = arena_alloc(r->arena, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < typed.n; i++)
        if (typed.p[i] != ' ')
            out[n++] = typed.p[i];
    return str_n(out, n);
}

enum err invoice_issue(struct req *r)
{
    struct doing *d;
    enum err e = doing_new(r, "issue", &d);
    if (e == OK && !(d->by.as & ORDER_AS_FACTORY))
        e = ERR_FORBIDDEN; /* before its file is kept */
    if (e != OK)
        return e;
    d->more.number = read_number(r);
    e = req_field_int(r, "amount_fen", 1, INT64_MAX, &d->more.amount_fen);
    if (e == OK)
        e = keep_pdf(r, d);
    if (e != OK && d->more.pdf.n == 0)
        return done(r, &d->cmd, e);
    d->refused = e;
    d->why = r->info;
    return gone_write(r, &d->cmd, done, &d->more.pdf, 1);
}
