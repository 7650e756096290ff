/* Asking: the form, and what is sent from it. */
#include <stdio.h>

#include "store/idem.h"
#include "store/queries.h"
#include "town/claims/page.h"
#include "town/gone/gone.h"
#include "town/yuan.h"

static enum err own_order(struct req *r, struct rows *order)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_claims_order, ARGS(V_INT(id)), r->arena, order);
    return e == OK && row_int(order, 0, "buyer_id") != r->who.user_id ? ERR_NOT_FOUND : e;
}

/* --- the form --- */

static void put_names(struct req *r, const char *member, const char *prefix,
                      const char *const *names, struct str chosen)
{
    struct view *list = view_put_list(r->view, member);
    for (; *names; names++) {
        struct view *o = view_add_object(list);
        view_put_z(o, "value", *names);
        view_put_str(o, "name", req_text(r, prefix, str_of(*names)));
        view_put_bool(o, "is_chosen", str_eq_z(chosen, *names));
    }
}

static struct str typed_pieces(struct req *r, int64_t line)
{
    char name[40];
    snprintf(name, sizeof(name), "pieces-%lld", (long long)line);
    return req_field(r, name);
}

enum { WORTHS_MAX = 200 }; /* of more pieces than that the sum is only said when it was asked for */

/* What 1, 2, … pieces are worth, in fen, for the sum that follows the choice. */
static void put_worths(struct req *r, struct view *o, const struct rows *lines, size_t i,
                       int64_t most)
{
    struct buf out;
    buf_init(&out, (size_t)WORTHS_MAX * 24);
    for (int64_t n = 1; most <= WORTHS_MAX && n <= most; n++)
        buf_printf(&out, n > 1 ? " %lld" : "%lld", (long long)claim_left_of(lines, i, n).fen);
    view_put_str(o, "worths", arena_str(r->arena, str_n((char *)out.p, out.n)));
    view_page_only(o, "worths");
    buf_free(&out);
}

static int64_t put_lines(struct req *r, const struct rows *lines)
{
    struct view *list = view_put_list(r->view, "lines");
    bool zh = r->lang == LANG_ZH;
    int64_t all = 0;
    for (size_t i = 0; i < lines->n; i++) {
        struct claim_left left = claim_left_of(lines, i, 0);
        int64_t typed = 0;
        struct view *o = view_add_object(list);
        if (str_to_i64(typed_pieces(r, row_int(lines, i, "line")), &typed) != OK)
            typed = lines->n == 1 && left.pieces > 0 ? 1 : 0;
        view_put_int(o, "line", row_int(lines, i, "line"));
        view_put_str(o, "title", row_str(lines, i, zh ? "title_zh" : "title_en"));
        view_put_str(o, "name", row_str(lines, i, zh ? "name_zh" : "name_en"));
        view_put_int(o, "quantity", row_int(lines, i, "quantity"));
        view_put_int(o, "left", left.pieces > 0 ? left.pieces : 0);
        view_put_int(o, "typed", typed);
        view_put_money(o, "worth", claim_left_of(lines, i, left.pieces).fen, "CNY");
        put_worths(r, o, lines, i, left.pieces);
        all += left.pieces;
    }
    return all;
}

static enum err put_form(struct req *r, const struct rows *order)
{
    static const char *const early[] = {"refund", NULL};
    static const char *const late[] = {"return", "refund", "exchange", NULL};
    static const char *const unsent[] = {"no_reason", "late", NULL};
    static const char *const reasons[] = {"no_reason", "quality", "damaged", "wrong",
                                          "missing",   "late",    NULL};
    struct rows lines;
    struct str status = row_str(order, 0, "status"), kind = req_field(r, "kind");
    bool at_home = str_eq_z(status, "paid") || str_eq_z(status, "packed");
    bool sent = str_eq_z(status, "shipped") || str_eq_z(status, "received");
    int64_t id = row_int(order, 0, "id");
    enum err e = db_select(r->db, &q_claims_lines_of_order, ARGS(V_INT(id)), r->arena, &lines);
    if (e != OK)
        return e;
    view_put_int(r->view, "order", id);
    view_put_bool(r->view, "is_sent", sent);
    view_put_bool(r->view, "can_ask", put_lines(r, &lines) > 0 && (at_home || sent));
    put_names(r, "kinds", "claims.kind_", at_home ? early : late,
              kind.n ? kind : str_of(at_home ? "refund" : "return"));
    put_names(r, "reasons", "claims.reason_", at_home ? unsent : reasons, req_field(r, "reason"));
    view_put_str(r->view, "amount", req_field(r, "amount"));
    view_put_str(r->view, "text", req_field(r, "text"));
    view_put_z(r->view, "key", r->id); /* one a page: pressing twice is one claim */
    return OK;
}

enum err claim_new_page(struct req *r)
{
    struct rows order;
    enum err e = own_order(r, &order);
    return e != OK ? e : put_form(r, &order);
}

/* --- what is sent --- */

struct opening {
    struct command cmd;
    struct claim_ask ask;
    struct idem_key key;
    struct idem_outcome outcome;
    enum err refused; /* a picture, with this detail: those before it were kept */
    struct err_info why;
};

static enum err work(struct tx *tx, void *arg, int64_t *subject)
{
    return claim_open(tx, &((struct opening *)arg)->ask, subject);
}

static enum err run_open(struct command *cmd, struct tx *tx)
{
    struct opening *o = (struct opening *)cmd;
    if (o->refused) {
        *tx->info = o->why;
        return o->refused;
    }
    return idem_run(tx, &o->key, work, o, &o->outcome);
}

static enum err form_again(struct req *r, enum err result)
{
    struct rows order;
    struct err_info info = r->info;
    enum err e = own_order(r, &order);
    if (e == OK)
        e = put_form(r, &order);
    r->info = info;
    return e == OK ? result : e;
}

static enum err opened(struct req *r, struct command *cmd, enum err result)
{
    const struct opening *o = (struct opening *)cmd;
    struct rows claim;
    unsigned as;
    if (result == OK && o->outcome.result != OK) {
        r->info = (struct err_info){.code = o->outcome.result,
                                    .field = o->outcome.field,
                                    .key = o->outcome.message_key,
                                    .limit = o->outcome.amount};
        result = o->outcome.result;
    }
    if (result != OK)
        return r->json ? result : form_again(r, result);
    if (!r->json) {
        reply_redirect(r, arena_printf(r->arena, "/claims/%lld", (long long)o->outcome.subject));
        return OK;
    }
    reply_status(r, 201);
    enum err e = claim_load(r, o->outcome.subject, &claim, &as);
    return e == OK ? claim_put(r, &claim, as) : e;
}

static enum err read_amount(struct req *r, int64_t *fen)
{
    struct str text = str_trim(req_field(r, "amount"));
    *fen = 0;
    if (text.n == 0)
        return OK;
    if (yuan_typed(text, fen) != OK || *fen < 1)
        return req_refuse(r, ERR_INVALID, "amount", "claims.amount_bad");
    return OK;
}

static enum err read_lines(struct req *r, int64_t order, struct claim_ask *ask)
{
    struct rows lines;
    enum err e = db_select(r->db, &q_claims_lines_of_order, ARGS(V_INT(order)), r->arena, &lines);
    for (size_t i = 0; e == OK && i < lines.n && ask->n < ORDER_LINES_MAX; i++) {
        struct claim_line l = {row_int(&lines, i, "line"), 0};
        struct str typed = str_trim(typed_pieces(r, l.line));
        if (typed.n && (str_to_i64(typed, &l.pieces) != OK || l.pieces < 0))
            return req_refuse(r, ERR_INVALID, "pieces", "claims.pieces_bad");
        if (l.pieces)
            ask->lines[ask->n++] = l;
    }
    return e == OK && ask->n == 0 ? req_refuse(r, ERR_INVALID, "line", "claims.choose_lines") : e;
}

/* All of what is asked, so that another request under the same key is told from a repeated one. */
static enum err make_key(struct req *r, struct opening *o)
{
    char numbers[64 * (ORDER_LINES_MAX + 1)];
    int n = snprintf(numbers, sizeof(numbers), "%lld %lld", (long long)o->ask.order_id,
                     (long long)o->ask.amount_fen);
    for (size_t i = 0; i < o->ask.n; i++)
        n += snprintf(numbers + n, sizeof(numbers) - (size_t)n, " %lld:%lld",
                      (long long)o->ask.lines[i].line, (long long)o->ask.lines[i].pieces);
    struct str parts[4 + CLAIM_PICTURES_MAX] = {str_n(numbers, (size_t)n), str_of(o->ask.kind),
                                                str_of(o->ask.reason), o->ask.text};
    for (size_t i = 0; i < o->ask.pictures.n; i++)
        parts[4 + i] = o->ask.pictures.objects[i];
    const char *actor = arena_printf(r->arena, "user:%lld", (long long)r->who.user_id);
    if (!actor)
        return ERR_NOMEM;
    o->key.actor = str_of(actor);
    o->key.operation = "claims.open";
    idem_hash(o->key.hash, parts, 4 + o->ask.pictures.n);
    return req_idempotency_key(r, &o->key.key);
}

enum err claim_new_post(struct req *r)
{
    struct rows order;
    struct opening *o = ARENA_NEW(r->arena, struct opening);
    enum err e = o ? own_order(r, &order) : ERR_NOMEM;
    if (e != OK)
        return e;
    o->cmd = (struct command){.name = "claims.open", .run = run_open};
    o->ask.order_id = row_int(&order, 0, "id");
    o->ask.buyer_id = r->who.user_id;
    o->ask.kind = arena_str(r->arena, req_field(r, "kind")).p;
    o->ask.reason = arena_str(r->arena, req_field(r, "reason")).p;
    reply_page(r, "claims/new.html");
    if (!o->ask.kind || !o->ask.reason)
        return ERR_NOMEM;
    e = read_lines(r, o->ask.order_id, &o->ask);
    if (e == OK)
        e = read_amount(r, &o->ask.amount_fen);
    if (e == OK && str_trim(req_field(r, "text")).n)
        e = req_field_text(r, "text", 1, CLAIM_TEXT_MAX, &o->ask.text);
    if (e == OK)
        e = claim_keep_pictures(r, &o->ask.pictures);
    if (e == OK)
        e = make_key(r, o);
    if (e != OK && o->ask.pictures.n == 0)
        return r->json ? e : form_again(r, e);
    o->refused = e;
    o->why = r->info;
    return gone_write(r, &o->cmd, opened, o->ask.pictures.objects, o->ask.pictures.n);
}
