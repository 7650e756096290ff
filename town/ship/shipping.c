/* The clerk's morning: what is to be shipped, as a list and as a sheet with addresses; packing and
 * sending one by one. */
#include "store/queries.h"
#include "store/seal.h"
#include "town/region.h"
#include "town/sheet/sheet.h"
#include "town/ship/carry.h"
#include "town/ship/page.h"

enum err page_factory(struct req *r, int64_t *factory)
{
    *factory = r->who.organisation_id;
    return *factory ? OK : ERR_FORBIDDEN; /* a factory's account that belongs to none */
}

/* "12–14 digits" */
static void put_rule(struct req *r, struct view *o, const struct rows *rs, size_t i)
{
    const struct i18n_arg args[] = {
        {"min", i18n_number(r->lang, row_int(rs, i, "number_min"), r->arena)},
        {"max", i18n_number(r->lang, row_int(rs, i, "number_max"), r->arena)}};
    const char *key = row_int(rs, i, "is_digits") ? "ship.rule_digits" : "ship.rule_letters";
    view_put_str(o, "rule", i18n_text(r->lang, str_of(key), args, 2, r->arena));
    view_page_only(o, "rule");
}

enum err page_put_carriers(struct req *r, struct view *v, struct str chosen)
{
    struct carriers c;
    enum err e = carriers_load(r->db, r->arena, &c);
    struct view *list = view_put_list(v, "carriers");
    bool asked = false;
    for (size_t i = 0; e == OK && i < c.rs.n; i++) {
        if (!row_int(&c.rs, i, "is_on"))
            continue;
        struct view *o = view_add_object(list);
        view_put_str(o, "code", row_str(&c.rs, i, "code"));
        view_put_str(o, "name", row_str(&c.rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
        view_put_bool(o, "is_chosen", str_eq(chosen, row_str(&c.rs, i, "code")));
        put_rule(r, o, &c.rs, i);
        view_put_bool(o, "gives_numbers", gateway_of(row_str(&c.rs, i, "code")));
        asked = asked || gateway_of(row_str(&c.rs, i, "code"));
    }
    view_put_bool(v, "may_ask", asked);
    return e;
}

/* --- the list --- */

static void put_line(struct req *r, struct view *list, const struct rows *lines, size_t i)
{
    struct view *v = view_add_object(list);
    bool zh = r->lang == LANG_ZH;
    view_put_str(v, "title", row_str(lines, i, zh ? "title_zh" : "title_en"));
    view_put_str(v, "name", row_str(lines, i, zh ? "name_zh" : "name_en"));
    view_put_str(v, "code", row_str(lines, i, "code"));
    view_put_int(v, "quantity", row_int(lines, i, "quantity"));
}

static struct view *put_order(struct req *r, struct view *list, const struct rows *orders, size_t i,
                              const struct rows *lines, size_t *at)
{
    struct view *v = view_add_object(list);
    int64_t id = row_int(orders, i, "id");
    const struct region *region = region_by_code(row_int(orders, i, "province"));
    view_put_int(v, "id", id);
    view_put_str(v, "status", row_str(orders, i, "status"));
    view_put_str(v, "status_name", req_text(r, "trade.status_", row_str(orders, i, "status")));
    view_page_only(v, "status_name");
    view_put_time(v, "paid_at", row_int(orders, i, "paid_at"));
    view_put_money(v, "total", row_int(orders, i, "total_fen"), "CNY");
    view_put_z(v, "province",
               !region              ? ""
               : r->lang == LANG_ZH ? region->short_zh
                                    : region->name_en);
    struct view *goods = view_put_list(v, "lines");
    for (; *at < lines->n && row_int(lines, *at, "order_id") == id; ++*at)
        put_line(r, goods, lines, *at);
    return v;
}

static enum err to_ship(struct db *db, struct arena *arena, int64_t factory, int64_t after,
                        struct rows *orders, struct rows *lines)
{
    enum err e =
        db_select(db, &q_ship_to_ship, ARGS(V_INT(factory), V_INT(after), V_INT(SHIP_TOGETHER_MAX)),
                  arena, orders);
    int64_t until = e == OK && orders->n ? row_int(orders, orders->n - 1, "id") : 0;
    return e ? e
             : db_select(db, &q_ship_to_ship_lines,
                         ARGS(V_INT(factory), V_INT(after), V_INT(until)), arena, lines);
}

/* What was asked for of each, and why there is no number: orders and asks are in the same order. */
static enum err put_asks(struct req *r, struct view *list, int64_t factory)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_ship_asks_of_factory, ARGS(V_INT(factory)), r->arena, &rs);
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        page_put_ask(r, v, &rs, i);
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
    }
    return e;
}

void page_put_ask(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str said = row_str(rs, i, "said");
    bool is_key =
        str_starts(said, "ship.") || str_starts(said, "trade.") || str_starts(said, "claims.");
    view_put_str(v, "carrier", row_str(rs, i, r->lang == LANG_ZH ? "name_zh" : "name_en"));
    view_put_str(v, "status", row_str(rs, i, "status"));
    view_put_str(v, "said", is_key ? req_text(r, "", said) : said);
}

static enum err put_sheets(struct req *r, int64_t factory)
{
    struct rows rs;
    enum { SHEETS_SHOWN = 5 };
    enum err e = db_select(r->db, &q_ship_sheets_of_factory,
                           ARGS(V_INT(factory), V_INT(SHEETS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "sheets");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "filename", row_str(&rs, i, "filename"));
        view_put_int(v, "lines", row_int(&rs, i, "n"));
        view_put_time(v, "made_at", row_int(&rs, i, "made_at"));
        view_put_bool(v, "is_taken", !row_null(&rs, i, "taken_at"));
    }
    return e;
}

static enum err put_shipping(struct req *r)
{
    struct rows orders, lines, n;
    int64_t factory;
    size_t at = 0;
    enum err e = page_factory(r, &factory);
    if (e == OK)
        e = to_ship(r->db, r->arena, factory, 0, &orders, &lines);
    if (e == OK)
        e = db_one(r->db, &q_ship_to_ship_n, ARGS(V_INT(factory)), r->arena, &n);
    if (e != OK)
        return e;
    struct view *list = view_put_list(r->view, "orders"), *views[SHIP_TOGETHER_MAX];
    for (size_t i = 0; i < orders.n; i++)
        views[i] = put_order(r, list, &orders, i, &lines, &at);
    view_put_int(r->view, "count", row_int(&n, 0, "n"));
    e = trade_list_parts(r, &orders, views, ORDER_AS_FACTORY);
    if (e == OK)
        e = page_put_carriers(r, r->view, STR_NONE);
    if (e == OK)
        e = put_asks(r, view_put_list(r->view, "asks"), factory);
    return e == OK ? put_sheets(r, factory) : e;
}

enum err shipping_page(struct req *r)
{
    return put_shipping(r);
}

/* --- packing, sending --- */

struct shipping {
    struct command cmd;
    int64_t orders[SHIP_TOGETHER_MAX];
    size_t n;
    struct waybill waybill;
    bool further;
    struct str purpose; /* what receivers are opened for */
    struct order_actor by;
    const char *then;
};

static enum err run_pack(struct command *cmd, struct tx *tx)
{
    struct shipping *s = (struct shipping *)cmd;
    struct rows rs;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->n; i++) {
        e = db_one(tx->db, &q_ship_order_state, ARGS(V_INT(s->orders[i])), tx->arena, &rs);
        if (e == OK && row_int(&rs, 0, "factory_id") != s->waybill.factory_id)
            e = ERR_NOT_FOUND;
        if (e == OK && str_eq_z(row_str(&rs, 0, "status"), "paid"))
            e = order_do(tx, s->orders[i], "pack", s->by, STR_NONE);
    }
    return e;
}

static enum err run_send(struct command *cmd, struct tx *tx)
{
    struct shipping *s = (struct shipping *)cmd;
    int64_t parcel;
    return parcel_send(tx, &s->waybill, s->by, s->further, &parcel);
}

static enum err run_number(struct command *cmd, struct tx *tx)
{
    struct shipping *s = (struct shipping *)cmd;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->n; i++) {
        s->waybill.order_id = s->orders[i];
        e = carry_ask(tx, &s->waybill, s->by, s->further, s->purpose);
    }
    return e;
}

static enum err changed(struct req *r, struct command *cmd, enum err result)
{
    const struct shipping *s = (struct shipping *)cmd;
    if (result == OK && !r->json) {
        reply_redirect(r, s->then);
        return OK;
    }
    if (result != OK && r->json)
        return result;
    struct err_info info = r->info;
    enum err e = put_shipping(r); /* a refusal: the list again, and what is wrong */
    struct view *typed = view_put_object(r->view, "typed");
    view_page_only(r->view, "typed");
    view_put_int(typed, "order", s->waybill.order_id);
    view_put_str(typed, "carrier", s->waybill.carrier);
    view_put_str(typed, "number", req_field(r, "number"));
    r->info = info;
    return e == OK ? result : e;
}

static struct shipping *shipping_new(struct req *r, const char *name,
                                     enum err (*run)(struct command *, struct tx *), enum err *e)
{
    struct shipping *s = ARENA_NEW(r->arena, struct shipping);
    *e = s ? OK : ERR_NOMEM;
    if (!s)
        return NULL;
    s->cmd = (struct command){.name = name, .run = run};
    s->by = (struct order_actor){r->who.user_id, ORDER_AS_FACTORY};
    s->then = req_next(r, "next", "/factory/shipping");
    *e = page_factory(r, &s->waybill.factory_id);
    return s;
}

static enum err read_orders(struct req *r, struct shipping *s)
{
    struct str texts[SHIP_TOGETHER_MAX + 1];
    size_t n = req_fields(r, "order", texts, SHIP_TOGETHER_MAX + 1);
    if (n == 0 || n > SHIP_TOGETHER_MAX)
        return req_refuse(r, ERR_INVALID, "order", "ship.choose_orders");
    for (size_t i = 0; i < n; i++)
        if (str_to_i64(texts[i], &s->orders[s->n++]) != OK)
            return req_refuse(r, ERR_INVALID, "order", "ship.order_unknown");
    return OK;
}

enum err shipping_pack(struct req *r)
{
    enum err e;
    struct shipping *s = shipping_new(r, "ship.pack", run_pack, &e);
    e = e == OK ? read_orders(r, s) : e;
    return e != OK ? e : web_write(r, &s->cmd, changed);
}

/* Of the chosen orders, from the carrier; the thread has it ask, and then they are shipped. */
enum err shipping_number(struct req *r)
{
    enum err e;
    struct shipping *s = shipping_new(r, "ship.number", run_number, &e);
    e = e == OK ? read_orders(r, s) : e;
    if (e != OK)
        return e;
    s->waybill.carrier = req_field(r, "carrier");
    s->purpose = STR("@ship.purpose_number");
    s->further = str_eq_z(req_field(r, "further"), "1");
    if (!r->json && !s->further)
        reply_page(r, "ship/shipping.html");
    return web_write(r, &s->cmd, changed);
}

enum err shipping_send(struct req *r)
{
    enum err e;
    struct shipping *s = shipping_new(r, "ship.send", run_send, &e);
    if (e == OK)
        e = req_field_int(r, "order", 1, INT64_MAX, &s->waybill.order_id);
    if (e == OK)
        e = req_field_text(r, "number", 1, SHIP_NUMBER_MAX + 10, &s->waybill.number);
    if (e != OK)
        return e;
    s->waybill.carrier = req_field(r, "carrier");
    s->further = str_eq_z(req_field(r, "further"), "1");
    if (!r->json && !s->further)
        reply_page(r, "ship/shipping.html");
    return web_write(r, &s->cmd, changed);
}

/* --- the sheet with addresses: for the carrier's own program, and back with its numbers --- */

enum { COLUMNS = 9 };

static enum err sheet_columns(struct req *r, struct sheet_column out[COLUMNS])
{
    static const struct {
        const char *key;
        enum sheet_kind kind;
        int width;
    } columns[COLUMNS] = {
        {"order", SHEET_TEXT, 10},    {"goods", SHEET_TEXT, 40},   {"pieces", SHEET_NUMBER, 8},
        {"receiver", SHEET_TEXT, 12}, {"phone", SHEET_TEXT, 16},   {"address", SHEET_TEXT, 48},
        {"paid_at", SHEET_TIME, 18},  {"carrier", SHEET_TEXT, 16}, {"number", SHEET_TEXT, 24}};
    for (size_t i = 0; i < COLUMNS; i++)
        out[i] = (struct sheet_column){.title = req_text(r, "ship.column_", str_of(columns[i].key)),
                                       .kind = columns[i].kind,
                                       .width = columns[i].width};
    return arena_failed(r->arena) ? ERR_NOMEM : OK;
}

static struct str goods_of(struct req *r, const struct rows *lines, size_t *at, int64_t order,
                           int64_t *pieces)
{
    const char *text = "";
    bool zh = r->lang == LANG_ZH;
    for (*pieces = 0; *at < lines->n && row_int(lines, *at, "order_id") == order; ++*at) {
        int64_t n = row_int(lines, *at, "quantity");
        text = arena_printf(r->arena, "%s%s%.*s %.*s x%lld", text, text[0] ? "; " : "",
                            STR_ARG(row_str(lines, *at, zh ? "title_zh" : "title_en")),
                            STR_ARG(row_str(lines, *at, "code")), (long long)n);
        *pieces += n;
        if (!text)
            return STR("");
    }
    return str_of(text);
}

static enum err fill_sheet(struct req *r, struct sheet *s, const struct rows *orders,
                           const struct rows *lines)
{
    size_t at = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < orders->n; i++) {
        int64_t pieces, id = row_int(orders, i, "id");
        struct order_receiver to = {STR(""), STR(""), STR("")};
        struct str goods = goods_of(r, lines, &at, id, &pieces);
        e = order_receiver_get(r->db, r->arena, id, &to);
        if (e == ERR_NOT_FOUND)
            e = OK;
        sheet_text(s, str_of(arena_printf(r->arena, "%lld", (long long)id)));
        sheet_text(s, goods);
        sheet_number(s, pieces);
        sheet_text(s, to.name);
        sheet_text(s, to.phone);
        sheet_text(s, to.address);
        sheet_number(s, row_int(orders, i, "paid_at"));
        sheet_empty(s);
        sheet_empty(s);
    }
    return e;
}

static enum err run_open(struct command *cmd, struct tx *tx)
{
    struct shipping *s = (struct shipping *)cmd;
    struct rows orders, lines;
    enum err e = to_ship(tx->db, tx->arena, s->waybill.factory_id, 0, &orders, &lines);
    s->n = e == OK ? orders.n : 0;
    for (size_t i = 0; e == OK && i < s->n; i++) {
        s->orders[i] = row_int(&orders, i, "id");
        e = order_receiver_open(tx, s->orders[i], s->by.user_id, true, s->purpose);
    }
    return e;
}

/* Orders that were opened; one that came meanwhile is not in it. */
static enum err opened(struct req *r, struct command *cmd, enum err result)
{
    const struct shipping *w = (struct shipping *)cmd;
    struct sheet_column *columns = arena_array(r->arena, COLUMNS, sizeof(*columns));
    struct rows orders, lines;
    struct sheet s;
    struct block *body;
    enum err e = result;
    if (e == OK && !columns)
        e = ERR_NOMEM;
    if (e == OK)
        e = to_ship(r->db, r->arena, w->waybill.factory_id, 0, &orders, &lines);
    if (e != OK)
        return e;
    if (orders.n > w->n)
        orders.n = w->n; /* by rising number: the last came later */
    e = sheet_columns(r, columns);
    if (e == OK)
        e = sheet_init(&s, columns, COLUMNS, orders.n, r->arena);
    if (e == OK)
        e = fill_sheet(r, &s, &orders, &lines);
    if (e == OK)
        e = sheet_xlsx(&s, &body);
    if (e != OK)
        return e;
    reply_header(r, "Content-Disposition", STR("attachment; filename=\"to-ship.xlsx\""));
    reply_body(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body, 0);
    return OK;
}

enum err shipping_sheet(struct req *r)
{
    enum err e;
    struct shipping *s = shipping_new(r, "ship.sheet", run_open, &e);
    if (e != OK)
        return e;
    s->purpose = STR("@ship.purpose_sheet");
    return web_write(r, &s->cmd, opened);
}
