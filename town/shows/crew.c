/* What the crew of a show does: plan it, move the card, change prices, end it. */
#include <stdio.h>
#include <time.h>

#include "town/shows/internal.h"
#include "store/queries.h"

enum { PRICE_FEN_MAX = 100000000 }; /* a million yuan */

/* One command for all that the crew does to one item or to the show. */
enum act { ACT_CARD, ACT_NEXT, ACT_PRICE, ACT_SHELF, ACT_ADD, ACT_END, ACT_KEY };

struct crew {
    struct command cmd;
    enum act act;
    int64_t show, item, value, actor; /* value: a price, or on (1) and off (0) */
    struct str sku_code, note;
    int64_t now_ms; /* out */
};

static const char *const act_names[] = {"shows.card", "shows.next", "shows.price", "shows.shelf",
                                        "shows.add",  "shows.end",  "shows.key"};

static enum err run_next(struct crew *c, struct tx *tx)
{
    struct rows show, rs;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && row_null(&show, 0, "card_item_id"))
        e = db_one(tx->db, &q_shows_item_first, ARGS(V_INT(c->show)), tx->arena, &rs);
    else if (e == OK)
        e = db_one(tx->db, &q_shows_item_after,
                   ARGS(V_INT(c->show), V_INT(row_int(&show, 0, "card_item_id"))), tx->arena, &rs);
    if (e == ERR_NOT_FOUND) {
        tx->info->key = "shows.no_next";
        return ERR_CONFLICT;
    }
    if (e != OK)
        return e;
    c->item = row_int(&rs, 0, "id");
    return shows_card(tx, c->show, c->item, c->actor);
}

static enum err has_ended(struct tx *tx)
{
    tx->info->key = "shows.has_ended";
    return ERR_CONFLICT;
}

/* The item of the path must be the show's, and the show must not be over. */
static enum err check_item(struct crew *c, struct tx *tx, struct rows *item)
{
    enum err e = db_one(tx->db, &q_shows_item, ARGS(V_INT(c->item)), tx->arena, item);
    if (e == OK && row_int(item, 0, "show_id") != c->show)
        return ERR_NOT_FOUND;
    if (e == OK && str_eq_z(row_str(item, 0, "status"), "ended"))
        return has_ended(tx);
    return e;
}

static enum err run_price(struct crew *c, struct tx *tx)
{
    struct rows item;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_item_price, ARGS(V_INT(c->value), V_INT(c->item)), NULL);
    return e != OK ? e : shows_event(tx, c->show, c->actor, "price", c->item, c->value);
}

static enum err run_shelf(struct crew *c, struct tx *tx)
{
    struct rows item;
    enum err e = check_item(c, tx, &item);
    if (e == OK)
        e = db_exec(tx->db, &q_shows_item_shelf, ARGS(V_INT(c->value), V_INT(c->item)), NULL);
    /* What is taken off the shelf is no longer shown either. */
    if (e == OK && !c->value && row_int(&item, 0, "card_item_id") == c->item)
        e = shows_card(tx, c->show, 0, c->actor);
    return e != OK ? e : shows_event(tx, c->show, c->actor, "shelf", c->item, c->value);
}

static enum err run_add(struct crew *c, struct tx *tx)
{
    struct rows show, sku;
    enum err e = db_one(tx->db, &q_shows_get, ARGS(V_INT(c->show)), tx->arena, &show);
    if (e == OK && str_eq_z(row_str(&show, 0, "status"), "ended"))
        return has_ended(tx);
    if (e == OK)
        e = db_one(tx->db, &q_shows_sku_by_code, ARGS(V_STR(c->sku_code)), tx->arena, &sku);
    if (e == ERR_NOT_FOUND) {
        tx->info->field = "sku";
        tx->info->key = "shows.no_such_sku";
        return ERR_INVALID;
    }
    if (e != OK)
        return e;
    int64_t price = c->value ? c->value : row_int(&sku, 0, "price_fen");
    e = shows_item_add(tx, c->show, row_int(&sku, 0, "id"), price, c->note, c->note, &c->item);
    return e != OK ? e : shows_event(tx, c->show, c->actor, "added", c->item, price);
}

static enum err run_end(struct crew *c, struct tx *tx)
{
    int64_t changed;
    enum err e =
        db_exec(tx->db, &q_shows_set_ended, ARGS(V_INT(tx->now_ms), V_INT(c->show)), &changed);
    if (e == OK && changed == 0)
        return has_ended(tx);
    return e != OK ? e : shows_event(tx, c->show, c->actor, "ended", 0, 0);
}

static enum err run_crew(struct command *cmd, struct tx *tx)
{
    struct crew *c = (struct crew *)cmd;
    c->now_ms = tx->now_ms;
    switch (c->act) {
    case ACT_CARD: return shows_card(tx, c->show, c->item, c->actor);
    case ACT_NEXT: return run_next(c, tx);
    case ACT_PRICE: return run_price(c, tx);
    case ACT_SHELF: return run_shelf(c, tx);
    case ACT_ADD: return run_add(c, tx);
    case ACT_END: return run_end(c, tx);
    case ACT_KEY: return shows_key_renew(tx, c->show, c->actor);
    }
    return ERR_INTERNAL;
}

/* ---- told to the room, in the order of the commits ---- */

static void tell_item(struct crew *c, const char *what)
{
    struct view *v = view_object(c->cmd.arena);
    view_put_z(v, "type", what);
    view_put_int(v, "item", c->item);
    if (c->act == ACT_PRICE)
        view_put_money(v, "price", c->value, "CNY");
    if (c->act == ACT_SHELF)
        view_put_bool(v, "on_shelf", c->value != 0);
    shows_tell(c->show, v, NULL);
}

static void tell_crew(struct command *cmd)
{
    struct crew *c = (struct crew *)cmd;
    char name[SHOWS_ROOM_NAME];
    struct str stream = shows_stream_name(c->show, name);
    switch (c->act) {
    case ACT_CARD:
    case ACT_NEXT: shows_tell_card(c->show, c->item, c->now_ms); break;
    case ACT_PRICE: tell_item(c, "price"); break;
    case ACT_SHELF: tell_item(c, "shelf"); break;
    case ACT_ADD: tell_item(c, "items"); break;
    case ACT_END:
        tell_item(c, "ended");
        if (shows_live() && live_cut(shows_live(), stream) == ERR_NOMEM)
            break; /* it stays until its encoder leaves: a new key is refused by then */
        room_close(shows_env.rooms, stream);
        break;
    case ACT_KEY: break;
    }
}

/* ---- requests ---- */

static enum err crew_done(struct req *r, struct command *cmd, enum err result)
{
    struct crew *c = (struct crew *)cmd;
    if (result == ERR_EXISTS)
        return req_refuse(r, ERR_EXISTS, "sku", "shows.sku_in_show");
    if (result != OK)
        return result;
    if (c->item)
        view_put_int(r->view, "item", c->item);
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk", (long long)c->show));
    return OK;
}

static enum err crew_begin(struct req *r, enum act act, struct crew **out)
{
    struct rows show;
    enum err e = shows_load(r, &show);
    if (e == OK && !shows_is_crew(r, &show))
        e = ERR_FORBIDDEN;
    if (e != OK)
        return e;
    struct crew *c = ARENA_NEW(r->arena, struct crew);
    if (!c)
        return ERR_NOMEM;
    *c = (struct crew){.cmd = {.name = act_names[act], .run = run_crew, .committed = tell_crew},
                       .act = act,
                       .show = row_int(&show, 0, "id"),
                       .actor = r->who.user_id};
    *out = c;
    return OK;
}

enum err shows_do_card(struct req *r)
{
    struct crew *c;
    bool next = str_eq_z(req_field(r, "item"), "next");
    enum err e = crew_begin(r, next ? ACT_NEXT : ACT_CARD, &c);
    if (e == OK && !next)
        e = req_field_int(r, "item", 0, INT64_MAX, &c->item);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

enum err shows_do_item(struct req *r)
{
    struct crew *c;
    int64_t item;
    bool price = req_field(r, "price_fen").n > 0;
    enum err e = crew_begin(r, price ? ACT_PRICE : ACT_SHELF, &c);
    if (e == OK && str_to_i64(req_param(r, "item"), &item) != OK)
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = price ? req_field_int(r, "price_fen", 1, PRICE_FEN_MAX, &c->value)
                  : req_field_int(r, "on_shelf", 0, 1, &c->value);
    if (e != OK)
        return e;
    c->item = item;
    return web_write(r, &c->cmd, crew_done);
}

enum err shows_do_item_add(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_ADD, &c);
    if (e == OK)
        e = req_field_text(r, "sku", 1, 64, &c->sku_code);
    if (e == OK && req_field(r, "price_fen").n > 0)
        e = req_field_int(r, "price_fen", 1, PRICE_FEN_MAX, &c->value);
    if (e == OK && req_field(r, "note").n > 0)
        e = req_field_text(r, "note", 0, 200, &c->note);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

enum err shows_do_end(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_END, &c);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

enum err shows_do_key(struct req *r)
{
    struct crew *c;
    enum err e = crew_begin(r, ACT_KEY, &c);
    return e != OK ? e : web_write(r, &c->cmd, crew_done);
}

/* ---- planning ---- */

struct plan {
    struct command cmd;
    struct shows_new show;
    int64_t id; /* out */
};

static enum err run_plan(struct command *cmd, struct tx *tx)
{
    struct plan *p = (struct plan *)cmd;
    return shows_create(tx, &p->show, &p->id);
}

static enum err planned(struct req *r, struct command *cmd, enum err result)
{
    struct plan *p = (struct plan *)cmd;
    char name[SHOWS_ROOM_NAME];
    if (result != OK)
        return result;
    enum err e = room_open(shows_env.rooms, shows_stream_name(p->id, name));
    if (e != OK)
        return e;
    view_put_int(r->view, "id", p->id);
    reply_redirect(r, arena_printf(r->arena, "/shows/%lld/desk", (long long)p->id));
    return OK;
}

/* "2026-05-01T19:30", the town's time, as <input type=datetime-local> sends it. */
static enum err local_time(struct req *r, const char *field, int64_t *utc_ms)
{
    struct tm tm = {0};
    char text[20], extra;
    struct str given = req_field(r, field);
    snprintf(text, sizeof(text), "%.*s", (int)(given.n < 19 ? given.n : 19),
             given.p ? given.p : "");
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &extra) != 5 ||
        tm.tm_year < 2020 || tm.tm_year > 2200 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
        tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59)
        return req_refuse(r, ERR_INVALID, field, "shows.time_bad");
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *utc_ms = (int64_t)timegm(&tm) * 1000 - I18N_ZONE_MS;
    return OK;
}

/* The form again when it is refused, as it was filled in. */
static void keep_plan(struct req *r)
{
    static const char *const kept[] = {"title_zh", "title_en", "room", "starts_at"};
    if (r->json)
        return; /* a program knows what it sent */
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(r->view, kept[i], req_field(r, kept[i]));
    reply_page(r, "shows/new.html");
}

enum err shows_do_create(struct req *r)
{
    struct plan *p = ARENA_NEW(r->arena, struct plan);
    if (!p)
        return ERR_NOMEM;
    keep_plan(r);
    struct shows_new *n = &p->show;
    p->cmd = (struct command){.name = "shows.plan", .run = run_plan};
    n->host_id = r->who.user_id;
    enum err e = req_field_text(r, "title_zh", 1, 60, &n->title_zh);
    if (e == OK)
        e = req_field_text(r, "title_en", 1, 120, &n->title_en);
    if (e == OK)
        e = req_field_text(r, "room", 1, 40, &n->room_zh);
    if (e == OK)
        e = local_time(r, "starts_at", &n->starts_at);
    n->room_en = n->room_zh;
    return e != OK ? e : web_write(r, &p->cmd, planned);
}

enum err shows_page_new(struct req *r)
{
    (void)r;
    return OK;
}
