/* Quotes as who asks and the factory see them. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/people/people.h"
#include "town/supply/internal.h"
#include "town/supply/quote.h"
#include "town/yuan.h"

static const char CNY[] = "CNY";

static struct str text_of(const struct req *r, const struct rows *rs, size_t i, const char *zh,
                          const char *en)
{
    return row_str(rs, i, r->lang == LANG_EN ? en : zh);
}

static void put_quote(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    char day[DAY_TEXT];
    struct str status = row_str(rs, i, "status");
    view_put_int(v, "id", row_int(rs, i, "id"));
    view_put_int(v, "sku", row_int(rs, i, "sku_id"));
    view_put_str(v, "product", row_str(rs, i, "slug"));
    view_put_str(v, "title", text_of(r, rs, i, "title_zh", "title_en"));
    view_put_str(v, "name", text_of(r, rs, i, "name_zh", "name_en"));
    view_put_str(v, "factory", text_of(r, rs, i, "factory_zh", "factory_en"));
    view_put_str(v, "asker", row_str(rs, i, "asker"));
    view_put_int(v, "quantity", row_int(rs, i, "quantity"));
    view_put_money(v, "hall_price", row_int(rs, i, "hall_fen"), CNY);
    view_put_str(v, "status", status);
    view_put_str(v, "status_name", req_text(r, "supply.quote_status_", status));
    view_put_time(v, "changed_at", row_int(rs, i, "changed_at"));
    if (!row_null(rs, i, "want_fen"))
        view_put_money(v, "want", row_int(rs, i, "want_fen"), CNY);
    if (!row_null(rs, i, "until_at"))
        view_put_time(v, "until", row_int(rs, i, "until_at"));
    if (!row_null(rs, i, "due_day") && day_text(row_int(rs, i, "due_day"), day)) {
        view_put_str(v, "due", str_of(day));
        view_put_bool(v, "is_late", row_int(rs, i, "due_day") < day_of(clock_wall_ms()));
    }
    if (!row_null(rs, i, "lead_days"))
        view_put_int(v, "lead_days", row_int(rs, i, "lead_days"));
    if (!row_null(rs, i, "price_fen")) {
        view_put_money(v, "price", row_int(rs, i, "price_fen"), CNY);
        view_put_money(v, "total", row_int(rs, i, "price_fen") * row_int(rs, i, "quantity"), CNY);
    }
    if (!row_null(rs, i, "order_id"))
        view_put_int(v, "order", row_int(rs, i, "order_id"));
}

static enum err put_list(struct req *r, const struct query *q, int64_t whose)
{
    struct rows rs;
    enum err e = db_select(r->db, q, ARGS(V_INT(whose), V_INT(SUPPLY_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "quotes");
    for (size_t i = 0; !e && i < rs.n; i++)
        put_quote(r, view_add_object(list), &rs, i);
    return e;
}

enum err quotes_mine(struct req *r)
{
    return put_list(r, &q_supply_quotes_of_asker, r->who.user_id);
}

enum err quotes_of_factory(struct req *r)
{
    view_put_bool(r->view, "is_maker", true);
    view_page_only(r->view, "is_maker");
    return r->who.organisation_id ? put_list(r, &q_supply_quotes_of_factory, r->who.organisation_id)
                                  : ERR_FORBIDDEN;
}

/* --- asking --- */

static enum err put_form(struct req *r, struct str sku_text)
{
    struct rows rs;
    int64_t sku;
    if (str_to_i64(sku_text, &sku))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_supply_sku, ARGS(V_INT(sku)), r->arena, &rs);
    if (e)
        return e;
    view_put_int(r->view, "sku", sku);
    view_put_str(r->view, "product", row_str(&rs, 0, "slug"));
    view_put_str(r->view, "title", text_of(r, &rs, 0, "title_zh", "title_en"));
    view_put_str(r->view, "name", text_of(r, &rs, 0, "name_zh", "name_en"));
    view_put_str(r->view, "factory", text_of(r, &rs, 0, "factory_zh", "factory_en"));
    struct str quantity = req_field(r, "quantity");
    view_put_str(r->view, "quantity", quantity.n ? quantity : STR("100"));
    view_put_str(r->view, "want", req_field(r, "want"));
    view_put_str(r->view, "note", req_field(r, "note"));
    return OK;
}

enum err quote_new(struct req *r)
{
    return put_form(r, req_query(r, "sku"));
}

/* A price for a piece; empty: none. */
static enum err read_price(struct req *r, const char *field, int64_t *fen)
{
    struct str typed = str_trim(req_field(r, field));
    *fen = 0;
    if (typed.n == 0)
        return OK;
    return yuan_typed(typed, fen) || *fen < 1
               ? req_refuse(r, ERR_INVALID, field, "supply.price_bad")
               : OK;
}

struct ask {
    struct command cmd;
    struct quote_ask ask;
    int64_t id;
};

static enum err run_ask(struct command *cmd, struct tx *tx)
{
    struct ask *a = (struct ask *)cmd;
    return quote_ask(tx, &a->ask, &a->id);
}

static enum err asked(struct req *r, struct command *cmd, enum err result)
{
    return supply_asked(r, result, ((struct ask *)cmd)->id, "/quotes", put_form,
                        "supply/quote_new.html");
}

enum err quote_ask_post(struct req *r)
{
    struct ask *a = ARENA_NEW(r->arena, struct ask);
    if (!a)
        return ERR_NOMEM;
    *a = (struct ask){.cmd = {.name = "supply.quote_ask", .run = run_ask}};
    a->ask.asker = r->who.user_id;
    if (str_to_i64(req_field(r, "sku"), &a->ask.sku))
        return ERR_NOT_FOUND;
    enum err e =
        req_field_int(r, "quantity", QUOTE_PIECES_MIN, ORDER_QUANTITY_MAX, &a->ask.quantity);
    if (!e)
        e = read_price(r, "want", &a->ask.want_fen);
    if (!e && req_field(r, "note").n)
        e = req_field_text(r, "note", 1, SUPPLY_NOTE_MAX, &a->ask.note);
    return e ? asked(r, &a->cmd, e) : web_write(r, &a->cmd, asked);
}

/* --- one --- */

static enum err load(struct req *r, struct rows *rs, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_supply_quote_get, ARGS(V_INT(id)), r->arena, rs);
    if (e)
        return e;
    *as = 0;
    if (row_int(rs, 0, "asker_id") == r->who.user_id)
        *as |= SUPPLY_AS_ASKER;
    if (r->who.roles & ROLE_FACTORY && r->who.organisation_id == row_int(rs, 0, "factory_id"))
        *as |= SUPPLY_AS_FACTORY;
    if (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN))
        *as |= SUPPLY_AS_BASE; /* looks on */
    return *as ? OK : ERR_NOT_FOUND;
}

static enum err put_story(struct req *r, int64_t id)
{
    struct rows tiers, events;
    enum err e = db_select(r->db, &q_supply_tiers, ARGS(V_INT(id)), r->arena, &tiers);
    if (!e)
        e = db_select(r->db, &q_supply_quote_events, ARGS(V_INT(id)), r->arena, &events);
    if (e)
        return e;
    struct view *list = view_put_list(r->view, "tiers");
    for (size_t i = 0; i < tiers.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "least", row_int(&tiers, i, "least"));
        view_put_money(v, "price", row_int(&tiers, i, "price_fen"), CNY);
    }
    list = view_put_list(r->view, "events");
    for (size_t i = 0; i < events.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "event", row_str(&events, i, "event"));
        view_put_str(v, "name", req_text(r, "supply.quote_did_", row_str(&events, i, "event")));
        view_put_time(v, "at", row_int(&events, i, "at"));
        view_put_int(v, "quantity", row_int(&events, i, "quantity"));
        if (!row_null(&events, i, "price_fen"))
            view_put_money(v, "price", row_int(&events, i, "price_fen"), CNY);
        if (!row_null(&events, i, "actor"))
            view_put_str(v, "by", row_str(&events, i, "actor"));
        if (!row_null(&events, i, "note"))
            view_put_str(v, "note", row_str(&events, i, "note"));
    }
    return OK;
}

static enum err put_one(struct req *r)
{
    struct rows rs;
    unsigned as;
    enum err e = load(r, &rs, &as);
    if (e)
        return e;
    put_quote(r, view_put_object(r->view, "quote"), &rs, 0);
    struct view *may = view_put_list(r->view, "may");
    const struct transition *t = NULL;
    while ((t = transition_button(&quote_transitions, row_str(&rs, 0, "status"), as, t))) {
        if (str_eq_z(str_of(t->event), "make")) /* what an accept becomes */
            continue;
        struct view *v = view_add_object(may);
        view_put_z(v, "event", t->event);
        view_put_str(v, "name", req_text(r, "supply.quote_do_", str_of(t->event)));
        view_put_bool(v, "needs_note", t->needs_note);
    }
    view_put_bool(r->view, "is_maker", as & SUPPLY_AS_FACTORY);
    view_put_bool(r->view, "is_to_make",
                  str_eq_z(row_str(&rs, 0, "status"), "quoted") &&
                      row_int(&rs, 0, "lead_days") > 0 &&
                      row_int(&rs, 0, "stock") < row_int(&rs, 0, "quantity"));
    if (!row_null(&rs, 0, "want_fen"))
        view_put_z(r->view, "want_typed",
                   arena_printf(r->arena, "%lld.%02lld",
                                (long long)row_int(&rs, 0, "want_fen") / 100,
                                (long long)row_int(&rs, 0, "want_fen") % 100));
    view_page_only(r->view, "want_typed");
    if (as & SUPPLY_AS_FACTORY)
        view_put_int(r->view, "stock", row_int(&rs, 0, "stock"));
    return put_story(r, row_int(&rs, 0, "id"));
}

enum err quote_page(struct req *r)
{
    return put_one(r);
}

struct act {
    struct command cmd;
    int64_t id, order;
    const char *event;
    struct supply_actor by;
    struct quote_more more;
    struct order_request rq;
};

static enum err run_act(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    return quote_do(tx, a->id, a->event, a->by, &a->more);
}

static enum err run_order(struct command *cmd, struct tx *tx)
{
    struct act *a = (struct act *)cmd;
    struct order_request rq = a->rq; /* the command may run again */
    return quote_order(tx, a->id, a->by.user_id, &rq, &a->order);
}

static enum err acted(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    const struct act *a = (const struct act *)cmd;
    if (!result && a->order) {
        view_put_int(r->view, "order", a->order);
        reply_redirect(r, arena_printf(r->arena, "/orders/%lld", (long long)a->order));
        return OK;
    }
    if (!result)
        reply_redirect(r, arena_printf(r->arena, "/quotes/%lld", (long long)a->id));
    if (!result)
        return put_one(r);
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = put_one(r);
    reply_page(r, "supply/quote.html");
    r->info = info;
    return e ? e : result;
}

/* least_1, price_1 … least_3, price_3; those without a price are left out. */
static enum err read_tiers(struct req *r, struct quote_more *m)
{
    enum err e = OK;
    static const char *const least[] = {"least_1", "least_2", "least_3"}, *const price[] = {
                                                                              "price_1", "price_2",
                                                                              "price_3"};
    for (int i = 0; !e && i < QUOTE_TIERS_MAX; i++) {
        struct quote_tier *t = &m->tiers[m->tiers_n];
        e = read_price(r, price[i], &t->price_fen);
        if (e || t->price_fen == 0)
            continue;
        e = req_field_int(r, least[i], 1, ORDER_QUANTITY_MAX, &t->least);
        m->tiers_n++;
    }
    if (!e)
        e = req_field_int(r, "lead_days", 0, QUOTE_LEAD_MAX, &m->lead_days);
    return e ? e : req_field_int(r, "valid_days", 1, QUOTE_VALID_MAX, &m->valid_days);
}

/* To the asker's own address, the default one. */
static enum err read_receiver(struct req *r, struct order_request *rq)
{
    struct people_address all[PEOPLE_ADDRESSES_MAX];
    size_t n;
    enum err e = people_addresses(r->db, r->arena, r->who.user_id, all, &n);
    if (!e && n == 0)
        return req_refuse(r, ERR_CONFLICT, "address", "supply.no_address");
    if (!e)
        *rq = (struct order_request){.name = all[0].name,
                                     .phone = all[0].phone,
                                     .province = all[0].province,
                                     .address = people_address_line(&all[0], LANG_ZH, r->arena)};
    return e;
}

static enum err read_more(struct req *r, struct act *a)
{
    struct str event = str_of(a->event);
    enum err e = OK;
    if (req_field(r, "note").n)
        e = req_field_text(r, "note", 1, SUPPLY_NOTE_MAX, &a->more.note);
    if (!e && str_eq_z(event, "quote"))
        e = read_tiers(r, &a->more);
    if (!e && str_eq_z(event, "counter"))
        e = req_field_int(r, "quantity", QUOTE_PIECES_MIN, ORDER_QUANTITY_MAX, &a->more.quantity);
    if (!e && str_eq_z(event, "counter"))
        e = read_price(r, "want", &a->more.want_fen);
    if (!e && str_eq_z(event, "order"))
        e = read_receiver(r, &a->rq);
    return e;
}

enum err quote_post(struct req *r)
{
    struct rows rs;
    struct act *a = ARENA_NEW(r->arena, struct act);
    if (!a)
        return ERR_NOMEM;
    *a = (struct act){.cmd = {.name = "supply.quote_do", .run = run_act}};
    enum err e = load(r, &rs, &a->by.as);
    if (e)
        return e;
    a->id = row_int(&rs, 0, "id");
    a->by.user_id = r->who.user_id;
    a->event = transition_event(&quote_transitions, req_field(r, "do"));
    if (!a->event)
        return req_refuse(r, ERR_INVALID, "do", "supply.quote_not_now");
    bool order = str_eq_z(str_of(a->event), "order");
    if (order && !(a->by.as & SUPPLY_AS_ASKER))
        return ERR_FORBIDDEN;
    if (order)
        a->cmd.run = run_order;
    e = read_more(r, a);
    return e ? acted(r, &a->cmd, e) : web_write(r, &a->cmd, acted);
}
