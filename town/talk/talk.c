#include "town/talk/talk.h"

#include "store/queries.h"
#include "store/seal.h"
#include "town/hand.h"
#include "town/trade/trade.h"

/* --- who --- */

static unsigned as_of(const struct req *r, const struct rows *order)
{
    unsigned as = 0;
    if (r->who.user_id && r->who.user_id == row_int(order, 0, "buyer_id"))
        as |= ORDER_AS_BUYER;
    if (hand_is_maker(r, row_int(order, 0, "factory_id")))
        as |= ORDER_AS_FACTORY;
    return hand_is_base(r) ? as | ORDER_AS_OPERATOR : as;
}

/* ERR_NOT_FOUND for strangers too. */
static enum err order_of_path(struct req *r, struct rows *order, unsigned *as)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_talk_order, ARGS(V_INT(id)), r->arena, order);
    if (e != OK)
        return e;
    *as = as_of(r, order);
    return *as ? OK : ERR_NOT_FOUND;
}

/* --- looking --- */

/* {side, side_name, at, text} */
static enum err put_word(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    struct str text, side = row_str(rs, i, "side");
    enum err e = seal_reveal("talk_words.words", row_str(rs, i, "words"), r->arena, &text);
    view_put_str(v, "side", side);
    view_put_str(v, "side_name", req_text(r, "talk.side_", side));
    view_page_only(v, "side_name");
    view_put_time(v, "at", row_int(rs, i, "at"));
    view_put_str(v, "text", e == OK ? text : STR(""));
    return e;
}

static enum err put_talk(struct req *r, const struct rows *order, unsigned as)
{
    struct rows rs;
    int64_t id = row_int(order, 0, "id");
    enum err e = db_select(r->db, &q_talk_of_order, ARGS(V_INT(id)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "messages");
    for (size_t i = 0; e == OK && i < rs.n; i++)
        e = put_word(r, view_add_object(list), &rs, i);
    view_put_int(r->view, "order", id);
    view_put_str(r->view, "factory",
                 row_str(order, 0, r->lang == LANG_ZH ? "factory_zh" : "factory_en"));
    view_put_bool(r->view, "may_write", as & (ORDER_AS_BUYER | ORDER_AS_FACTORY));
    view_put_z(r->view, "own", as & ORDER_AS_BUYER ? "buyer" : "factory");
    view_put_str(r->view, "text", req_field(r, "text"));
    return e;
}

static enum err talk_page(struct req *r)
{
    struct rows order;
    unsigned as;
    enum err e = order_of_path(r, &order, &as);
    return e != OK ? e : put_talk(r, &order, as);
}

static enum err talk_of_factory(struct req *r)
{
    struct rows rs;
    if (!r->who.organisation_id)
        return ERR_FORBIDDEN; /* a factory's account that belongs to none */
    enum err e =
        db_select(r->db, &q_talk_of_factory,
                  ARGS(V_INT(r->who.organisation_id), V_INT(TALK_LISTED_MAX)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "talks");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "order", row_int(&rs, i, "order_id"));
        view_put_str(v, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_bool(v, "waits", str_eq_z(row_str(&rs, i, "side"), "buyer"));
        e = put_word(r, v, &rs, i);
    }
    return e;
}

/* Puts talk {n, last {…} or null, may_write} of an order. */
static enum err talk_part(struct req *r, struct view *order, const struct rows *row, unsigned as)
{
    struct rows rs;
    struct view *v = view_put_object(order, "talk");
    enum err e = db_select(r->db, &q_talk_last, ARGS(V_INT(row_int(row, 0, "id"))), r->arena, &rs);
    view_put_int(v, "n", e == OK && rs.n ? row_int(&rs, 0, "n") : 0);
    view_put_bool(v, "may_write", as & (ORDER_AS_BUYER | ORDER_AS_FACTORY));
    if (e == OK && rs.n)
        return put_word(r, view_put_object(v, "last"), &rs, 0);
    view_put_null(v, "last");
    return e;
}

/* --- writing --- */

struct saying {
    struct command cmd;
    int64_t order_id, user_id;
    const char *side;
    struct str text;
};

static enum err run_say(struct command *cmd, struct tx *tx)
{
    const struct saying *s = (struct saying *)cmd;
    struct rows rs;
    struct str sealed;
    enum err e = db_one(tx->db, &q_talk_counts,
                        ARGS(V_Z(s->side), V_INT(tx->now_ms - TALK_FAST_MS), V_INT(s->order_id)),
                        tx->arena, &rs);
    if (e == OK && row_int(&rs, 0, "n") >= TALK_MAX) {
        *tx->info = (struct err_info){
            .code = ERR_LIMIT, .field = "text", .key = "talk.too_many", .limit = TALK_MAX};
        return ERR_LIMIT;
    }
    if (e == OK && row_int(&rs, 0, "lately") >= TALK_FAST_MAX) {
        *tx->info = (struct err_info){
            .code = ERR_LIMIT, .field = "text", .key = "talk.too_fast", .limit = TALK_FAST_MAX};
        return ERR_LIMIT;
    }
    if (e == OK)
        e = seal_text("talk_words.words", s->text, tx->arena, &sealed);
    return e ? e
             : db_exec(tx->db, &q_talk_add,
                       ARGS(V_INT(s->order_id), V_INT(s->user_id), V_Z(s->side), V_INT(tx->now_ms),
                            V_BLOB(sealed)),
                       NULL);
}

static enum err said(struct req *r, struct command *cmd, enum err result)
{
    const struct saying *s = (struct saying *)cmd;
    struct err_info info = r->info;
    if (result == OK && !r->json) {
        reply_redirect(r, arena_printf(r->arena, "/orders/%lld/talk", (long long)s->order_id));
        return OK;
    }
    if (result != OK && r->json)
        return result;
    enum err e = talk_page(r);
    r->info = info;
    return e == OK ? result : e;
}

static enum err talk_post(struct req *r)
{
    struct rows order;
    unsigned as;
    struct saying *s = ARENA_NEW(r->arena, struct saying);
    enum err e = s ? order_of_path(r, &order, &as) : ERR_NOMEM;
    if (e == OK && !(as & (ORDER_AS_BUYER | ORDER_AS_FACTORY)))
        e = ERR_FORBIDDEN; /* the base reads */
    if (e != OK)
        return e;
    s->cmd = (struct command){.name = "talk.say", .run = run_say};
    s->order_id = row_int(&order, 0, "id");
    s->user_id = r->who.user_id;
    s->side = as & ORDER_AS_BUYER ? "buyer" : "factory";
    reply_page(r, "talk/talk.html");
    e = req_field_text(r, "text", 1, TALK_TEXT_MAX, &s->text);
    if (e == OK)
        return web_write(r, &s->cmd, said);
    return r->json ? e : said(r, &s->cmd, e);
}

/* --- the department --- */

void talk_start(void)
{
    trade_order_part(talk_part);
}

const struct console_line talk_lines[] = {
    {.name = "talk_waiting",
     .who = CONSOLE_FACTORY,
     .rank = CONSOLE_FIRST,
     .icon = "chat",
     .rows = &q_talk_todo_waiting,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 1,
     .page = "/factory/messages",
     .shown = 5},
};
const size_t talk_lines_n = sizeof(talk_lines) / sizeof(talk_lines[0]);

static const struct route routes[] = {
    {"GET", "/orders/{id}/talk", talk_page, NULL, "talk/talk.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/orders/{id}/talk", talk_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/factory/messages", talk_of_factory, NULL, "talk/factory.html", ROLE_FACTORY,
     CSRF_SAFE, 0},
};

const struct web_module talk_module = {
    .name = "talk", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
