/* One claim: its page, and what is done to it. */
#include "store/queries.h"
#include "town/gone/gone.h"
#include "town/claims/page.h"
#include "town/yuan.h"

static enum err claim_of_path(struct req *r, struct rows *claim, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return claim_load(r, id, claim, as);
}

enum err claim_page(struct req *r)
{
    struct rows claim;
    unsigned as;
    enum err e = claim_of_path(r, &claim, &as);
    return e != OK ? e : claim_put(r, &claim, as);
}

struct doing {
    struct command cmd;
    int64_t claim_id;
    const char *event; /* NULL: only a word, or pictures */
    struct order_actor by;
    struct claim_more more;
    struct claim_pictures pictures;
    enum err refused; /* a picture, with this detail: those before it were kept */
    struct err_info why;
};

static enum err run_doing(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    if (d->refused) {
        *tx->info = d->why;
        return d->refused;
    }
    return d->event ? claim_do(tx, d->claim_id, d->event, d->by, &d->more)
                    : claim_say(tx, d->claim_id, d->by, d->more.text, &d->pictures);
}

/* After a refusal: what was typed into that form. */
static void put_typed(struct req *r, const struct doing *d)
{
    static const char *const fields[] = {"text", "amount", "carrier", "number"};
    struct view *v = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    view_put_z(v, "event", d->event ? d->event : "say");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        view_put_str(v, fields[i], req_field(r, fields[i]));
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct doing *d = (struct doing *)cmd;
    struct err_info info = r->info;
    if (result == OK && !r->json) {
        reply_redirect(r, arena_printf(r->arena, "/claims/%lld", (long long)d->claim_id));
        return OK;
    }
    if (result != OK && r->json)
        return result;
    enum err e = claim_page(r);
    put_typed(r, d);
    r->info = info;
    return e == OK ? result : e;
}

static enum err read_parcel(struct req *r, struct claim_more *m)
{
    enum { CARRIER_MAX = 30, NUMBER_MAX = 40 };
    enum err e = req_field_text(r, "carrier", 1, CARRIER_MAX, &m->carrier);
    return e == OK ? req_field_text(r, "number", 4, NUMBER_MAX, &m->number) : e;
}

static enum err read_more(struct req *r, struct doing *d)
{
    struct claim_more *m = &d->more;
    enum err e = OK;
    if (str_trim(req_field(r, "text")).n)
        e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &m->text);
    if (e != OK)
        return e;
    m->is_for_sale = str_eq_z(req_field(r, "is_for_sale"), "1");
    if (strcmp(d->event, "send_back") == 0 || strcmp(d->event, "resend") == 0)
        return read_parcel(r, m);
    if (strcmp(d->event, "agree") == 0 && d->by.as & ORDER_AS_FACTORY && m->text.n == 0)
        return req_refuse(r, ERR_INVALID, "text", "claims.place_missing");
    if (strcmp(d->event, "decide") != 0)
        return OK;
    if (yuan_typed(str_trim(req_field(r, "amount")), &m->amount_fen) != OK)
        return req_refuse(r, ERR_INVALID, "amount", "claims.amount_bad");
    return OK;
}

static enum err doing_new(struct req *r, struct doing **out)
{
    struct rows claim;
    unsigned as;
    struct doing *d = *out = ARENA_NEW(r->arena, struct doing);
    enum err e = d ? claim_of_path(r, &claim, &as) : ERR_NOMEM;
    if (e != OK)
        return e;
    d->cmd = (struct command){.name = "claims.do", .run = run_doing};
    d->claim_id = row_int(&claim, 0, "id");
    d->by = (struct order_actor){r->who.user_id, as};
    reply_page(r, "claims/claim.html");
    return OK;
}

enum err claim_event_post(struct req *r)
{
    struct doing *d;
    enum err e = doing_new(r, &d);
    if (e != OK)
        return e;
    d->event = transition_event(&claim_transitions, req_param(r, "event"));
    if (!d->event)
        return ERR_NOT_FOUND;
    e = read_more(r, d);
    if (e == OK)
        return web_write(r, &d->cmd, done);
    return r->json ? e : done(r, &d->cmd, e);
}

/* A word, pictures, or both. */
enum err claim_say_post(struct req *r)
{
    struct doing *d;
    const struct upload *any;
    enum err e = doing_new(r, &d);
    if (e != OK)
        return e;
    if (req_uploads(r, "picture", &any, 1) == 0 || str_trim(req_field(r, "text")).n)
        e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &d->more.text);
    if (e == OK)
        e = claim_keep_pictures(r, &d->pictures);
    d->refused = e;
    if (e != OK && d->pictures.n == 0)
        return r->json ? e : done(r, &d->cmd, e);
    d->why = r->info;
    return gone_write(r, &d->cmd, done, d->pictures.objects, d->pictures.n);
}
