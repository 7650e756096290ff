/* Pages of shows: the list, the viewer's page and the crew's desk. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "town/shows/internal.h"
#include "town/yuan.h"
#include "store/queries.h"
#include "town/trade/trade.h"

enum { LIST_MAX = 60, ORDERS_SHOWN = 30, SHOWS_PARTS_MAX = 8, PACE_MS = 10 * 60 * 1000 };

struct str shows_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                      const char *en)
{
    struct str s = row_str(rs, row, r->lang == LANG_EN ? en : zh);
    return s.n ? s : row_str(rs, row, zh);
}

enum err shows_load(struct req *r, struct rows *show)
{
    int64_t id;
    if (str_to_i64(req_param(r, "id"), &id) != OK)
        return ERR_NOT_FOUND;
    return db_one(r->db, &q_shows_get, ARGS(V_INT(id)), r->arena, show);
}

bool shows_is_base(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0;
}

/* ---- parts of other departments ---- */

static shows_part_fn *parts[SHOWS_PARTS_MAX];
static size_t parts_n;

void shows_part(shows_part_fn *fn)
{
    for (size_t i = 0; i < parts_n; i++)
        if (parts[i] == fn)
            return;
    if (parts_n == SHOWS_PARTS_MAX) {
        LOG(ERROR, "shows.too_many_parts", L_I("most", SHOWS_PARTS_MAX));
        abort();
    }
    parts[parts_n++] = fn;
}

enum err shows_put_parts(struct req *r, int64_t show, unsigned grants)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < parts_n; i++)
        e = parts[i](r, r->view, show, grants);
    return e;
}

/* ---- parts of views ---- */

static void put_picture(struct view *v, struct req *r, struct str slug)
{
    view_put_z(v, "picture", arena_printf(r->arena, "/hall/pictures/%.*s.svg", STR_ARG(slug)));
}

/* Members every list and page of shows has. */
static void put_show(struct view *v, struct req *r, const struct rows *rs, size_t row)
{
    char name[SHOWS_ROOM_NAME];
    int64_t id = row_int(rs, row, "id");
    view_put_int(v, "id", id);
    view_put_str(v, "title", shows_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "room", shows_text(r, rs, row, "room_zh", "room_en"));
    view_put_str(v, "status", row_str(rs, row, "status"));
    view_put_str(view_put_object(v, "host"), "name", row_str(rs, row, "host_name"));
    view_put_time(v, "starts_at", row_int(rs, row, "starts_at"));
    if (!row_null(rs, row, "started_at"))
        view_put_time(v, "started_at", row_int(rs, row, "started_at"));
    if (!row_null(rs, row, "ended_at"))
        view_put_time(v, "ended_at", row_int(rs, row, "ended_at"));
    view_put_bool(v, "on_air", shows_on_air(id));
    view_put_int(v, "viewers", room_followers(shows_env.rooms, shows_stream_name(id, name)));
}

static void put_item(struct view *v, struct req *r, const struct rows *rs, size_t row, bool crew)
{
    struct str slug = row_str(rs, row, "slug");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_int(v, "position", row_int(rs, row, "position"));
    view_put_int(v, "sku_id", row_int(rs, row, "sku_id"));
    view_put_str(v, "code", row_str(rs, row, "code"));
    view_put_str(v, "title", shows_text(r, rs, row, "title_zh", "title_en"));
    view_put_str(v, "sku", shows_text(r, rs, row, "sku_zh", "sku_en"));
    view_put_str(v, "slug", slug);
    put_picture(v, r, slug);
    view_put_money(v, "price", row_int(rs, row, "price_fen"), "CNY");
    view_put_money(v, "hall_price", row_int(rs, row, "hall_price_fen"), "CNY");
    view_put_bool(v, "is_cheaper",
                  row_int(rs, row, "price_fen") < row_int(rs, row, "hall_price_fen"));
    view_put_int(v, "left", row_int(rs, row, "stock_left"));
    view_put_int(v, "held", row_int(rs, row, "held"));
    view_put_int(v, "sold", row_int(rs, row, "sold"));
    view_put_bool(v, "on_shelf", row_int(rs, row, "is_on_shelf") != 0);
    if (crew) { /* what the host means to say is no viewer's business */
        char yuan[YUAN_TEXT];
        yuan_text(row_int(rs, row, "price_fen"), yuan);
        view_put_z(v, "price_yuan", yuan);
        view_put_str(v, "note", shows_text(r, rs, row, "note_zh", "note_en"));
        view_put_str(v, "points", row_str(rs, row, "note_zh")); /* as they are written */
    }
    struct view *factory = view_put_object(v, "factory");
    view_put_str(factory, "name", shows_text(r, rs, row, "factory_zh", "factory_en"));
    view_put_str(factory, "slug", row_str(rs, row, "factory_slug"));
}

/* `items`, and `card`: the one that is being shown. Viewers do not see what is off the shelf. */
enum err shows_put_items(struct req *r, struct view *v, const struct rows *show, bool crew)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_shows_items, ARGS(V_INT(row_int(show, 0, "id"))), r->arena, &rs);
    if (e != OK)
        return e;
    int64_t shown = row_int(show, 0, "card_item_id");
    struct view *items = view_put_list(v, "items");
    for (size_t i = 0; i < rs.n; i++) {
        bool is_card = row_int(&rs, i, "id") == shown;
        if (!crew && !row_int(&rs, i, "is_on_shelf"))
            continue;
        struct view *item = view_add_object(items);
        if (crew && i > 0)
            view_put_int(item, "above", row_int(&rs, i - 1, "id"));
        put_item(item, r, &rs, i, crew);
        view_put_bool(item, "is_card", is_card);
        if (is_card) {
            struct view *card = view_put_object(v, "card");
            put_item(card, r, &rs, i, crew);
            view_put_time(card, "since", row_int(show, 0, "card_at"));
        }
    }
    if (!view_get(v, STR("card")))
        view_put_null(v, "card");
    return OK;
}

/* What is being shown, or the first product: a show without a face is not looked at. */
static enum err put_face(struct req *r, struct view *show, int64_t id)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_shows_face, ARGS(V_INT(id)), r->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    struct view *face = view_put_object(show, "face");
    view_put_str(face, "title", shows_text(r, &rs, 0, "title_zh", "title_en"));
    view_put_str(face, "slug", row_str(&rs, 0, "slug"));
    put_picture(face, r, row_str(&rs, 0, "slug"));
    view_put_money(face, "price", row_int(&rs, 0, "price_fen"), "CNY");
    view_put_bool(face, "is_card", row_int(&rs, 0, "is_card") != 0);
    return OK;
}

static enum err put_list(struct req *r, struct view *v, const char *member, const struct rows *rs)
{
    enum err e = OK;
    struct view *list = view_put_list(v, member);
    for (size_t i = 0; e == OK && i < rs->n; i++) {
        struct view *show = view_add_object(list);
        put_show(show, r, rs, i);
        view_put_int(show, "items", row_int(rs, i, "items"));
        e = put_face(r, show, row_int(rs, i, "id"));
        if (e == OK)
            e = shows_cover_part(r, show, row_int(rs, i, "id"));
    }
    return e;
}

enum err shows_list(struct req *r, struct view *v, const char *member, const char *status,
                    int64_t limit)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_shows_list, ARGS(V_Z(status), V_INT(limit)), r->arena, &rs);
    return e != OK ? e : put_list(r, v, member, &rs);
}

/* Shows whose desk this person may open: one's own, or all. */
enum err shows_page_desks(struct req *r)
{
    struct rows rs;
    enum err e = shows_is_base(r)
                     ? db_select(r->db, &q_shows_list_of_all, ARGS(V_INT(LIST_MAX)), r->arena, &rs)
                     : db_select(r->db, &q_shows_list_of_crew,
                                 ARGS(V_INT(r->who.user_id), V_INT(LIST_MAX)), r->arena, &rs);
    view_put_bool(r->view, "can_plan",
                  (r->who.roles & (ROLE_HOST | ROLE_OPERATOR | ROLE_ADMIN)) != 0);
    return e != OK ? e : put_list(r, r->view, "shows", &rs);
}

enum err shows_of_product(struct req *r, struct view *v, int64_t product)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_shows_of_product, ARGS(V_INT(product)), r->arena, &rs);
    if (e != OK || rs.n == 0)
        return e;
    struct view *show = view_put_object(v, "show");
    view_put_int(show, "id", row_int(&rs, 0, "id"));
    view_put_str(show, "title", shows_text(r, &rs, 0, "title_zh", "title_en"));
    view_put_str(show, "status", row_str(&rs, 0, "status"));
    view_put_time(show, "starts_at", row_int(&rs, 0, "starts_at"));
    view_put_money(show, "price", row_int(&rs, 0, "price_fen"), "CNY");
    return OK;
}

/* ---- pages ---- */

static enum err (*list_part)(struct req *r, struct view *v);

void shows_list_part(enum err (*fn)(struct req *r, struct view *v))
{
    list_part = fn;
}

enum err shows_page_list(struct req *r)
{
    enum err e = shows_list(r, r->view, "live", "live", LIST_MAX);
    if (e == OK)
        e = shows_list(r, r->view, "planned", "planned", LIST_MAX);
    if (e == OK)
        e = shows_list(r, r->view, "ended", "ended", LIST_MAX);
    view_put_bool(r->view, "can_plan",
                  (r->who.roles & (ROLE_HOST | ROLE_OPERATOR | ROLE_ADMIN)) != 0);
    return e != OK || !list_part ? e : list_part(r, r->view);
}

/* Whom the talk is open to, and what is pinned on top of it. */
static enum err put_talk(struct req *r, const struct rows *show)
{
    struct view *talk = view_put_object(r->view, "talk");
    view_put_int(talk, "slow", row_int(show, 0, "slow_s"));
    view_put_bool(talk, "off", row_int(show, 0, "is_talk_off") != 0);
    static const int64_t seconds[] = {0, 5, 10, 30, 60, 300};
    struct view *choices = view_put_list(talk, "choices");
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        struct view *c = view_add_object(choices);
        view_put_int(c, "seconds", seconds[i]);
        view_put_bool(c, "is_set", seconds[i] == row_int(show, 0, "slow_s"));
    }
    if (row_null(show, 0, "pinned_id")) {
        view_put_null(r->view, "pinned");
        return OK;
    }
    struct rows rs;
    struct shows_message m;
    enum err e = db_one(r->db, &q_shows_message,
                        ARGS(V_INT(row_int(show, 0, "pinned_id")), V_INT(row_int(show, 0, "id"))),
                        r->arena, &rs);
    if (e != OK)
        return e;
    shows_take_message(&m, &rs, 0);
    shows_put_message(view_put_object(r->view, "pinned"), &m);
    return OK;
}

/* Where the picture and the rooms' logs are. A rehearsal's picture is had by a ticket. */
static void put_stream(struct req *r, struct view *v, int64_t id, bool crew)
{
    char name[SHOWS_ROOM_NAME];
    struct str stream = shows_stream_name(id, name), ticket = STR_NONE;
    if (crew && shows_is_rehearsing(id))
        ticket = shows_ticket(r->arena, "picture", id, r->who.user_id);
    const char *tail = ticket.n ? arena_printf(r->arena, "?ticket=%.*s", STR_ARG(ticket)) : "";
    struct view *play = view_put_object(v, "stream");
    view_put_z(play, "flv", arena_printf(r->arena, "/live/%.*s.flv%s", STR_ARG(stream), tail));
    view_put_z(play, "hls",
               arena_printf(r->arena, "/live/%.*s/index.m3u8%s", STR_ARG(stream), tail));
    view_put_z(play, "events", arena_printf(r->arena, "/shows/%lld/events", (long long)id));
    if (!crew)
        return;
    ticket = shows_ticket(r->arena, "crew", id, r->who.user_id);
    view_put_z(play, "desk_events",
               arena_printf(r->arena, "/shows/%lld/desk/events?ticket=%.*s", (long long)id,
                            STR_ARG(ticket)));
}

void shows_put_head(struct req *r, const struct rows *show)
{
    put_show(view_put_object(r->view, "show"), r, show, 0);
}

static enum err put_page(struct req *r, const struct rows *show, unsigned grants, bool crew)
{
    char name[SHOWS_ROOM_NAME];
    int64_t id = row_int(show, 0, "id");
    if (!str_eq_z(row_str(show, 0, "status"), "ended"))
        shows_open_rooms(id); /* another process may have made the show */
    /* Read before the items: what happens meanwhile has a higher number and is fetched again. */
    view_put_int(r->view, "seq", (int64_t)room_seq(shows_env.rooms, shows_stream_name(id, name)));
    struct view *v = view_put_object(r->view, "show");
    put_show(v, r, show, 0);
    if (crew)
        view_put_bool(v, "on_air", shows_has_picture(id));
    view_put_bool(v, "is_stopped", row_int(show, 0, "is_cut_by_base") != 0);
    put_stream(r, v, id, crew);
    view_put_bool(r->view, "is_crew", grants != 0);
    enum err e = shows_put_items(r, r->view, show, crew);
    if (e == OK)
        e = put_talk(r, show);
    if (e == OK)
        e = shows_put_messages(r, id);
    if (e == OK && str_eq_z(row_str(show, 0, "status"), "planned"))
        e = shows_put_reservation(r, id);
    if (e == OK && crew)
        e = shows_put_check(r, show);
    return e != OK ? e : shows_put_parts(r, id, crew ? grants : 0);
}

enum err shows_page_show(struct req *r)
{
    struct rows show;
    unsigned grants;
    enum err e = shows_load(r, &show);
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e == OK)
        e = put_page(r, &show, grants, false);
    return e != OK ? e : shows_ended_part(r, &show);
}

/* What the last ten minutes brought, beside the ten before. */
static enum err put_pace(struct req *r, int64_t show)
{
    struct rows rs;
    int64_t now = clock_wall_ms();
    enum err e =
        db_one(r->db, &q_shows_pace,
               ARGS(V_INT(now - PACE_MS), V_INT(show), V_INT(now - 2 * PACE_MS)), r->arena, &rs);
    if (e != OK)
        return e;
    static const char *const names[][2] = {
        {"orders", "orders_before"}, {"pieces", "pieces_before"}, {"paid_fen", "paid_fen_before"}};
    struct view *pace = view_put_object(r->view, "pace");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int64_t value = row_int(&rs, 0, names[i][0]), before = row_int(&rs, 0, names[i][1]);
        view_put_int(pace, names[i][0], value);
        view_put_int(pace, names[i][1], before);
    }
    view_put_money(pace, "paid", row_int(&rs, 0, "paid_fen"), "CNY");
    view_put_money(pace, "paid_before", row_int(&rs, 0, "paid_fen_before"), "CNY");
    return OK;
}

static enum err put_publish(struct req *r, int64_t show)
{
    struct str key;
    char name[SHOWS_ROOM_NAME];
    enum err e = shows_key(r->db, r->arena, show, &key);
    if (e != OK)
        return e;
    struct view *publish = view_put_object(r->view, "publish");
    view_put_str(publish, "server", shows_env.rtmp_url);
    view_put_z(publish, "key",
               arena_printf(r->arena, "%.*s?key=%.*s", STR_ARG(shows_stream_name(show, name)),
                            STR_ARG(key)));
    return OK;
}

static void put_desk_state(struct req *r, const struct rows *show, unsigned grants)
{
    char name[SHOWS_ROOM_NAME];
    struct view *v = view_put_object(r->view, "desk");
    shows_put_grants(view_put_object(r->view, "may"), grants);
    view_put_bool(v, "rehearsal", row_int(show, 0, "is_rehearsal") != 0);
    view_put_bool(v, "is_cut", !row_null(show, 0, "cut_at"));
    view_put_bool(v, "is_cut_by_base", row_int(show, 0, "is_cut_by_base") != 0);
    view_put_bool(v, "is_base", shows_is_base(r));
    view_put_str(v, "cut_why", row_str(show, 0, "cut_why"));
    view_put_int(v, "seq",
                 (int64_t)room_seq(shows_env.rooms, shows_crew_room(row_int(show, 0, "id"), name)));
}

enum err shows_page_desk(struct req *r)
{
    struct rows show;
    unsigned grants = 0;
    enum err e = shows_need(r, &show, SHOW_ALL);
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e == OK)
        e = put_page(r, &show, grants, true);
    if (e != OK)
        return e;
    int64_t id = row_int(&show, 0, "id");
    put_desk_state(r, &show, grants);
    shows_put_health(r, r->view, id);
    e = grants & SHOW_TALK ? shows_put_queue(r, id) : OK;
    if (e == OK)
        e = put_pace(r, id);
    if (e == OK)
        e = trade_orders_of_show(r, r->view, "orders", id, ORDERS_SHOWN);
    if (e == OK && grants & SHOW_PICTURE)
        e = put_publish(r, id);
    if (e == OK)
        e = figures_put(r, view_put_object(r->view, "sold"), "show_sold", id);
    return e != OK ? e : figures_put(r, view_put_object(r->view, "turnover"), "show_turnover", id);
}

enum err shows_desk_of(struct req *r, unsigned grant, int64_t *show, int64_t *host)
{
    struct rows rs;
    enum err e = shows_need(r, &rs, grant);
    if (e == OK) {
        *show = row_int(&rs, 0, "id");
        *host = row_int(&rs, 0, "host_id");
    }
    return e;
}
