/* While a show is on its desk asks a factory for more; whoever of its people is first says how
 * many. */
#include "store/queries.h"
#include "town/day.h"
#include "town/hall/hall.h"
#include "town/shows/shows.h"
#include "town/supply/internal.h"

static enum err refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

static struct messages_new told(struct tx *tx, const char *kind, long long id, const char *link,
                                const struct rows *row, int64_t pieces)
{
    const char *n = arena_printf(tx->arena, "%lld", (long long)pieces);
    return (struct messages_new){
        .kind = kind,
        .about = str_of(arena_printf(tx->arena, "restock:%lld", id)),
        .link = str_of(link),
        .args = {
            {.name = "title", .zh = row_str(row, 0, "title_zh"), .en = row_str(row, 0, "title_en")},
            {.name = "pieces", .zh = str_of(n)}}};
}

enum err supply_restock_ask(struct tx *tx, int64_t show, int64_t sku, int64_t pieces, int64_t actor,
                            int64_t *id)
{
    struct rows row, open, added;
    if (pieces < 1 || pieces > RESTOCK_PIECES_MAX)
        return refuse(tx, ERR_INVALID, "pieces", "supply.pieces_bad");
    enum err e = db_one(tx->db, &q_supply_show_sku, ARGS(V_INT(show), V_INT(sku)), tx->arena, &row);
    if (!e && str_eq_z(row_str(&row, 0, "status"), "ended"))
        return refuse(tx, ERR_CONFLICT, "sku", "supply.show_over");
    if (!e)
        e = db_exec(
            tx->db, &q_supply_restock_old,
            ARGS(V_INT(tx->now_ms), V_INT(show), V_INT(sku), V_INT(tx->now_ms - RESTOCK_LIFE_MS)),
            NULL);
    if (!e)
        e = db_select(tx->db, &q_supply_restock_open, ARGS(V_INT(show), V_INT(sku)), tx->arena,
                      &open);
    if (!e && open.n)
        return refuse(tx, ERR_EXISTS, "sku", "supply.restock_waits");
    int64_t factory = e ? 0 : row_int(&row, 0, "factory_id");
    if (!e)
        e = db_one(tx->db, &q_supply_restock_ask,
                   ARGS(V_INT(show), V_INT(sku), V_INT(factory), V_INT(pieces), V_INT(tx->now_ms),
                        V_INT(actor)),
                   tx->arena, &added);
    if (e)
        return e;
    *id = row_int(&added, 0, "id");
    const char *link = arena_printf(tx->arena, "/restock/%lld", (long long)*id);
    return link ? tell_factory(tx, factory, told(tx, "restock.asked", *id, link, &row, pieces))
                : ERR_NOMEM;
}

enum err supply_restock_answer(struct tx *tx, int64_t id, int64_t pieces, int64_t actor)
{
    struct rows row;
    if (pieces < 0 || pieces > RESTOCK_PIECES_MAX)
        return refuse(tx, ERR_INVALID, "pieces", "supply.pieces_bad");
    enum err e = db_one(tx->db, &q_supply_restock_get, ARGS(V_INT(id)), tx->arena, &row);
    if (!e && (!str_eq_z(row_str(&row, 0, "status"), "asked") ||
               tx->now_ms - row_int(&row, 0, "asked_at") > RESTOCK_LIFE_MS))
        return refuse(tx, ERR_CONFLICT, "pieces", "supply.restock_over");
    const char *once = arena_printf(tx->arena, "%lld", (long long)id),
               *link = e ? NULL
                         : arena_printf(tx->arena, "/shows/%lld/restock",
                                        (long long)row_int(&row, 0, "show_id"));
    if (!e && (!once || !link))
        e = ERR_NOMEM;
    if (!e && pieces)
        e = hall_stock_add(tx, row_int(&row, 0, "sku_id"), pieces,
                           ledger_id_derive("supply.restock", str_of(once)));
    if (!e)
        e = db_exec(tx->db, &q_supply_restock_answered,
                    ARGS(V_Z(pieces ? "put" : "declined"), pieces ? V_INT(pieces) : V_NULL,
                         V_INT(tx->now_ms), V_INT(actor), V_INT(id)),
                    NULL);
    if (!e)
        e = shows_log(tx, row_int(&row, 0, "show_id"), actor, "restock", 0, pieces,
                      row_str(&row, 0, "title_zh"));
    if (e)
        return e;
    struct messages_new m =
        told(tx, pieces ? "restock.put" : "restock.declined", id, link, &row, pieces);
    m.user = row_int(&row, 0, "asked_by");
    return messages_tell(tx, &m);
}

/* --- the desk's side --- */

static enum err put_items(struct req *r, int64_t show)
{
    struct rows rs;
    bool zh = r->lang == LANG_ZH;
    char text[DAY_TEXT];
    enum err e = db_select(r->db, &q_supply_show_items, ARGS(V_INT(show), V_INT(SUPPLY_SHOWN)),
                           r->arena, &rs);
    view_put_int(r->view, "show", show);
    struct view *list = view_put_list(r->view, "items");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        struct rows ask;
        view_put_int(v, "sku", row_int(&rs, i, "sku"));
        view_put_str(v, "title", row_str(&rs, i, zh ? "title_zh" : "title_en"));
        view_put_str(v, "name", row_str(&rs, i, zh ? "name_zh" : "name_en"));
        view_put_str(v, "factory", row_str(&rs, i, zh ? "factory_zh" : "factory_en"));
        view_put_int(v, "stock", row_int(&rs, i, "stock"));
        if (!row_null(&rs, i, "day") && day_text(row_int(&rs, i, "day"), text)) {
            view_put_str(v, "day", str_of(text));
            view_put_int(v, "promised", row_int(&rs, i, "promised"));
        }
        if (row_null(&rs, i, "ask_id"))
            continue;
        e = db_one(r->db, &q_supply_restock_get, ARGS(V_INT(row_int(&rs, i, "ask_id"))), r->arena,
                   &ask);
        if (e)
            break;
        view_put_str(v, "asked", row_str(&ask, 0, "status"));
        view_put_int(v, "got", row_int(&ask, 0, "got"));
    }
    return e;
}

enum err restock_desk(struct req *r)
{
    int64_t show, host;
    enum err e = shows_desk_of(r, SHOW_PRICES, &show, &host);
    return e ? e : put_items(r, show);
}

struct ask {
    struct command cmd;
    int64_t show, sku, pieces, actor, id;
    bool is_base;
};

static enum err run_ask(struct command *cmd, struct tx *tx)
{
    struct ask *a = (struct ask *)cmd;
    enum err e = shows_still_may(tx, a->show, a->actor, SHOW_PRICES, a->is_base);
    return e ? e : supply_restock_ask(tx, a->show, a->sku, a->pieces, a->actor, &a->id);
}

static enum err asked(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    struct ask *a = (struct ask *)cmd;
    if (!result) {
        view_put_int(r->view, "id", a->id);
        reply_redirect(r, arena_printf(r->arena, "/shows/%lld/restock", (long long)a->show));
        return OK;
    }
    if (r->json || result == ERR_NOT_FOUND || result == ERR_FORBIDDEN)
        return result;
    r->view = view_object(r->arena);
    enum err e = put_items(r, a->show);
    reply_page(r, "supply/restock_desk.html");
    r->info = info;
    return e ? e : result;
}

enum err restock_ask_post(struct req *r)
{
    int64_t host;
    struct ask *a = ARENA_NEW(r->arena, struct ask);
    if (!a)
        return ERR_NOMEM;
    *a = (struct ask){.cmd = {.name = "supply.restock_ask", .run = run_ask},
                      .actor = r->who.user_id,
                      .is_base = r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)};
    enum err e = shows_desk_of(r, SHOW_PRICES, &a->show, &host);
    if (!e && str_to_i64(req_field(r, "sku"), &a->sku))
        e = ERR_NOT_FOUND;
    if (e)
        return e;
    e = req_field_int(r, "pieces", 1, RESTOCK_PIECES_MAX, &a->pieces);
    return e ? asked(r, &a->cmd, e) : web_write(r, &a->cmd, asked);
}

/* --- the factory's side --- */

static enum err load(struct req *r, struct rows *rs)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id))
        return ERR_NOT_FOUND;
    enum err e = db_one(r->db, &q_supply_restock_get, ARGS(V_INT(id)), r->arena, rs);
    bool own = !e && r->who.organisation_id == row_int(rs, 0, "factory_id");
    return e ? e : own ? OK : ERR_NOT_FOUND;
}

enum err restock_page(struct req *r)
{
    struct rows rs;
    bool zh = r->lang == LANG_ZH;
    enum err e = load(r, &rs);
    if (e)
        return e;
    view_put_int(r->view, "id", row_int(&rs, 0, "id"));
    view_put_str(r->view, "title", row_str(&rs, 0, zh ? "title_zh" : "title_en"));
    view_put_str(r->view, "name", row_str(&rs, 0, zh ? "name_zh" : "name_en"));
    view_put_str(r->view, "show", row_str(&rs, 0, zh ? "show_zh" : "show_en"));
    view_put_str(r->view, "asker", row_str(&rs, 0, "asker"));
    view_put_int(r->view, "pieces", row_int(&rs, 0, "pieces"));
    view_put_int(r->view, "stock", row_int(&rs, 0, "stock"));
    view_put_str(r->view, "state", row_str(&rs, 0, "status"));
    view_put_int(r->view, "got", row_int(&rs, 0, "got"));
    view_put_time(r->view, "asked_at", row_int(&rs, 0, "asked_at"));
    return OK;
}

struct answer {
    struct command cmd;
    int64_t id, pieces, actor;
};

static enum err run_answer(struct command *cmd, struct tx *tx)
{
    struct answer *a = (struct answer *)cmd;
    return supply_restock_answer(tx, a->id, a->pieces, a->actor);
}

static enum err answered(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    if (!result)
        reply_redirect(
            r, arena_printf(r->arena, "/restock/%lld", (long long)((struct answer *)cmd)->id));
    if (!result || r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = restock_page(r);
    reply_page(r, "supply/restock.html");
    r->info = info;
    return e ? e : result;
}

enum err restock_post(struct req *r)
{
    struct rows rs;
    struct answer *a = ARENA_NEW(r->arena, struct answer);
    enum err e = a ? load(r, &rs) : ERR_NOMEM;
    if (e)
        return e;
    *a = (struct answer){.cmd = {.name = "supply.restock_answer", .run = run_answer},
                         .id = row_int(&rs, 0, "id"),
                         .actor = r->who.user_id};
    e = req_field_int(r, "pieces", 0, RESTOCK_PIECES_MAX, &a->pieces);
    return e ? answered(r, &a->cmd, e) : web_write(r, &a->cmd, answered);
}
