/* What is printed in the morning: the list of what to take from the shelves, and a slip for each
 * parcel, as PDF. A slip says whole where it goes, so making it opens the order's receiver. */
#include "store/queries.h"
#include "town/paper.h"
#include "town/ship/page.h"

static struct str word(struct req *r, const char *key)
{
    return req_text(r, "ship.", str_of(key));
}

static struct str number(struct req *r, int64_t n)
{
    return i18n_number(r->lang, n, r->arena);
}

static enum err put_factory(struct req *r, int64_t factory, struct str *name)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_ship_factory_name, ARGS(V_INT(factory)), r->arena, &rs);
    *name = e ? STR_NONE : row_str(&rs, 0, r->lang == LANG_ZH ? "name_zh" : "name_en");
    return e;
}

static struct str goods_name(struct req *r, const struct rows *lines, size_t i)
{
    bool zh = r->lang == LANG_ZH;
    struct str title = row_str(lines, i, zh ? "title_zh" : "title_en");
    struct str name = row_str(lines, i, zh ? "name_zh" : "name_en");
    return name.n ? str_of(arena_printf(r->arena, "%.*s · %.*s", STR_ARG(title), STR_ARG(name)))
                  : title;
}

/* --- the pick list: each SKU once, with all pieces that the open orders want --- */

static void put_picks(struct req *r, struct paper *p, const struct rows *picks)
{
    const struct paper_column columns[] = {{word(r, "column_code"), 18, false, false},
                                           {word(r, "column_goods"), 52, false, false},
                                           {word(r, "column_orders"), 10, true, false},
                                           {word(r, "column_pieces"), 10, true, false},
                                           {word(r, "column_taken"), 10, true, false}};
    const struct paper_table table = {.columns = columns,
                                      .n = sizeof(columns) / sizeof(columns[0])};
    paper_table(p, &table);
    for (size_t i = 0; i < picks->n; i++) {
        paper_text(p, row_str(picks, i, "code"));
        paper_text(p, goods_name(r, picks, i));
        paper_text(p, number(r, row_int(picks, i, "orders")));
        paper_text(p, number(r, row_int(picks, i, "pieces")));
        paper_text(p, STR("\u25a1"));
    }
}

enum err papers_pick_list(struct req *r)
{
    struct rows picks;
    struct paper p;
    struct str factory;
    int64_t factory_id, pieces = 0;
    enum err e = page_factory(r, &factory_id);
    if (!e)
        e = put_factory(r, factory_id, &factory);
    if (!e)
        e = db_select(r->db, &q_ship_picks, ARGS(V_INT(factory_id), V_INT(SHIP_PICKS_MAX)),
                      r->arena, &picks);
    if (!e && picks.n == 0)
        return req_refuse(r, ERR_CONFLICT, "order", "ship.none");
    if (e)
        return e;
    for (size_t i = 0; i < picks.n; i++)
        pieces += row_int(&picks, i, "pieces");
    paper_init(&p);
    paper_sheet(&p, &(struct paper_head){
                        .title = word(r, "pick_list"), .below = factory, .foot = paper_foot(r)});
    paper_facts(&p,
                (struct paper_fact[]){{word(r, "column_goods"), number(r, (int64_t)picks.n)},
                                      {word(r, "column_pieces"), number(r, pieces)}},
                2);
    put_picks(r, &p, &picks);
    return paper_reply(r, &p, "pick-list.pdf");
}

/* --- slips --- */

struct slips {
    struct command cmd;
    int64_t factory_id, orders[SHIP_TOGETHER_MAX];
    size_t n;
    bool is_chosen; /* orders holds what was asked for; else all that is to be shipped */
    int64_t user_id;
    struct str purpose;
};

static enum err choose_all(struct slips *s, struct tx *tx)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_ship_to_ship,
                  ARGS(V_INT(s->factory_id), V_INT(0), V_INT(SHIP_TOGETHER_MAX)), tx->arena, &rs);
    s->n = e ? 0 : rs.n;
    for (size_t i = 0; i < s->n; i++)
        s->orders[i] = row_int(&rs, i, "id");
    return e;
}

static enum err run_slips(struct command *cmd, struct tx *tx)
{
    struct slips *s = (struct slips *)cmd;
    struct rows rs;
    enum err e = s->is_chosen ? OK : choose_all(s, tx);
    for (size_t i = 0; !e && i < s->n; i++) {
        e = db_one(tx->db, &q_ship_order_state, ARGS(V_INT(s->orders[i])), tx->arena, &rs);
        if (!e && row_int(&rs, 0, "factory_id") != s->factory_id)
            e = ERR_NOT_FOUND;
        if (!e && !str_eq_z(row_str(&rs, 0, "status"), "paid") &&
            !str_eq_z(row_str(&rs, 0, "status"), "packed")) {
            *tx->info = (struct err_info){
                .code = ERR_CONFLICT, .field = "order", .key = "ship.order_not_to_ship"};
            return ERR_CONFLICT;
        }
        if (!e)
            e = order_receiver_open(tx, s->orders[i], s->user_id, true, s->purpose);
    }
    return e;
}

static void put_contents(struct req *r, struct paper *p, const struct rows *lines)
{
    const struct paper_column columns[] = {{word(r, "column_code"), 20, false, false},
                                           {word(r, "column_goods"), 60, false, false},
                                           {word(r, "column_pieces"), 10, true, false},
                                           {word(r, "column_packed"), 10, true, false}};
    const struct paper_table table = {.columns = columns,
                                      .n = sizeof(columns) / sizeof(columns[0])};
    paper_table(p, &table);
    for (size_t i = 0; i < lines->n; i++) {
        paper_text(p, row_str(lines, i, "code"));
        paper_text(p, goods_name(r, lines, i));
        paper_text(p, number(r, row_int(lines, i, "quantity")));
        paper_text(p, STR("\u25a1"));
    }
}

static enum err put_slip(struct req *r, struct paper *p, int64_t order, struct str factory)
{
    struct rows rs, lines;
    struct order_receiver to = {STR(""), STR(""), STR("")};
    enum err e = order_receiver_get(r->db, r->arena, order, &to);
    if (!e || e == ERR_NOT_FOUND)
        e = db_one(r->db, &q_ship_order_paid, ARGS(V_INT(order)), r->arena, &rs);
    if (!e)
        e = db_select(r->db, &q_ship_order_lines, ARGS(V_INT(order)), r->arena, &lines);
    if (e)
        return e;
    struct str url = req_public_url(r);
    const char *code = arena_printf(r->arena, "%.*s/orders/%lld", STR_ARG(url), (long long)order);
    const char *title =
        arena_printf(r->arena, "%.*s %lld", STR_ARG(word(r, "slip")), (long long)order);
    if (!code || !title)
        return ERR_NOMEM;
    paper_sheet(p, &(struct paper_head){.title = str_of(title),
                                        .below = factory,
                                        .code = str_of(code),
                                        .foot = paper_foot(r)});
    paper_facts(p,
                (struct paper_fact[]){
                    {word(r, "column_receiver"), to.name},
                    {word(r, "column_phone"), to.phone},
                    {word(r, "column_paid_at"),
                     i18n_time(r->lang, row_int(&rs, 0, "paid_at"), "datetime", r->arena)}},
                3);
    paper_facts(p, &(struct paper_fact){word(r, "column_address"), to.address}, 1);
    put_contents(r, p, &lines);
    return OK;
}

static enum err slips_opened(struct req *r, struct command *cmd, enum err result)
{
    const struct slips *s = (struct slips *)cmd;
    struct paper p;
    struct str factory = STR_NONE;
    enum err e = result;
    if (!e && s->n == 0)
        e = req_refuse(r, ERR_CONFLICT, "order", "ship.none");
    if (!e)
        e = put_factory(r, s->factory_id, &factory);
    if (e)
        return e;
    paper_init(&p);
    for (size_t i = 0; !e && i < s->n; i++)
        e = put_slip(r, &p, s->orders[i], factory);
    if (!e)
        return paper_reply(r, &p, "packing-slips.pdf");
    paper_free(&p);
    return e;
}

enum err papers_slips(struct req *r)
{
    struct str texts[SHIP_TOGETHER_MAX + 1];
    struct slips *s = ARENA_NEW(r->arena, struct slips);
    if (!s)
        return ERR_NOMEM;
    s->cmd = (struct command){.name = "ship.slips", .run = run_slips};
    s->user_id = r->who.user_id;
    s->purpose = STR("@ship.purpose_slips");
    enum err e = page_factory(r, &s->factory_id);
    size_t n = e ? 0 : req_fields(r, "order", texts, SHIP_TOGETHER_MAX + 1);
    if (n > SHIP_TOGETHER_MAX)
        return req_refuse(r, ERR_INVALID, "order", "ship.choose_orders");
    s->is_chosen = n > 0;
    for (size_t i = 0; !e && i < n; i++)
        if (str_to_i64(texts[i], &s->orders[s->n++]) != OK)
            return req_refuse(r, ERR_INVALID, "order", "ship.order_unknown");
    return e ? e : web_write(r, &s->cmd, slips_opened);
}
