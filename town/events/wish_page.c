// clang-format off
/*
 *   GET  /events/{id}/wishes   event, party; others [{id, name, about, hearts, is_met, choices [{hearts, name, is_chosen}],
 *                              products [{id, title, slug, is_wished}]}]; products [{id, title, is_shown}]: a maker's own;
 *                              is_open
 *   POST /events/{id}/wishes   hearts_ID for each of the others, product[]
 */
// clang-format on
#include "base/clock.h"
#include "store/queries.h"
#include "town/events/internal.h"

static enum err load(struct req *r, struct rows *event, struct rows *party)
{
    enum err e = events_load(r, event);
    if (!e)
        e = events_own_party(r, row_int(event, 0, "id"), party);
    if (e)
        return e;
    if (!party->n)
        return ERR_NOT_FOUND;
    struct str state = row_str(party, 0, "state");
    return str_eq_z(state, "in") || str_eq_z(state, "here") ? OK : ERR_NOT_FOUND;
}

static void put_choices(struct req *r, struct view *v, int64_t hearts)
{
    static const struct {
        int64_t hearts;
        const char *name;
    } choices[] = {{0, "none"}, {1, "one"}, {2, "two"}, {3, "three"}, {-1, "never"}};
    struct view *list = view_put_list(v, "choices");
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct view *c = view_add_object(list);
        view_put_int(c, "hearts", choices[i].hearts);
        view_put_str(c, "name", req_text(r, "events.hearts_", str_of(choices[i].name)));
        view_put_bool(c, "is_chosen", choices[i].hearts == hearts);
    }
}

static void put_products(struct req *r, struct view *v, const struct rows *rs, int64_t party)
{
    struct view *list = view_put_list(v, "products");
    for (size_t i = 0; i < rs->n; i++) {
        if (row_int(rs, i, "party_id") != party)
            continue;
        struct view *p = view_add_object(list);
        view_put_int(p, "id", row_int(rs, i, "id"));
        view_put_str(p, "slug", row_str(rs, i, "slug"));
        view_put_str(p, "title", events_text(r, rs, i, "title_zh", "title_en"));
        view_put_bool(p, "is_wished", row_int(rs, i, "is_wished") != 0);
    }
}

static enum err put_others(struct req *r, const struct rows *event, const struct rows *party)
{
    struct rows others, shown;
    int64_t id = row_int(party, 0, "id"), of = row_int(event, 0, "id");
    enum err e = db_select(
        r->db, &q_events_others,
        ARGS(V_INT(id), V_INT(of), V_STR(row_str(party, 0, "side")), V_INT(EVENTS_SIDE_MAX)),
        r->arena, &others);
    if (!e)
        e = db_select(r->db, &q_events_shown,
                      ARGS(V_INT(id), V_INT(of), V_INT(EVENTS_SIDE_MAX * EVENTS_PRODUCTS_MAX)),
                      r->arena, &shown);
    struct view *list = view_put_list(r->view, "others");
    for (size_t i = 0; !e && i < others.n; i++) {
        struct view *v = view_add_object(list);
        int64_t hearts = row_int(&others, i, "hearts");
        view_put_int(v, "id", row_int(&others, i, "id"));
        view_put_str(v, "slug", row_str(&others, i, "slug"));
        view_put_str(v, "name", events_text(r, &others, i, "name_zh", "name_en"));
        view_put_str(v, "about", events_text(r, &others, i, "about_zh", "about_en"));
        view_put_int(v, "hearts", hearts);
        view_put_bool(v, "is_met", row_int(&others, i, "is_met") != 0);
        put_choices(r, v, hearts);
        put_products(r, v, &shown, row_int(&others, i, "id"));
    }
    return e;
}

static enum err put_own_products(struct req *r, const struct rows *party)
{
    struct rows rs;
    struct view *list = view_put_list(r->view, "products");
    if (!str_eq_z(row_str(party, 0, "side"), "factory"))
        return OK;
    enum err e = db_select(r->db, &q_events_own_products,
                           ARGS(V_INT(row_int(party, 0, "id")),
                                V_INT(row_int(party, 0, "organisation_id")), V_INT(EVENTS_SHOWN)),
                           r->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", events_text(r, &rs, i, "title_zh", "title_en"));
        view_put_bool(v, "is_shown", row_int(&rs, i, "is_shown") != 0);
    }
    return e;
}

static enum err put_all(struct req *r, const struct rows *event, const struct rows *party)
{
    events_put(r, view_put_object(r->view, "event"), event, 0);
    events_put_party(r, view_put_object(r->view, "party"), party, 0);
    view_put_bool(r->view, "is_factory", str_eq_z(row_str(party, 0, "side"), "factory"));
    view_put_bool(r->view, "is_open", events_is_open(event, 0, clock_wall_ms()));
    enum err e = put_others(r, event, party);
    return e ? e : put_own_products(r, party);
}

enum err events_page_wishes(struct req *r)
{
    struct rows event, party;
    enum err e = load(r, &event, &party);
    return e ? e : put_all(r, &event, &party);
}

/* --- saying them --- */

struct wishing {
    struct command cmd;
    int64_t event, party;
    int64_t *others, *hearts;
    size_t n;
    int64_t products[EVENTS_PRODUCTS_MAX];
    size_t products_n;
};

static enum err run_wishing(struct command *cmd, struct tx *tx)
{
    const struct wishing *w = (const struct wishing *)cmd;
    enum err e = events_name_products(tx, w->party, w->products, w->products_n);
    for (size_t i = 0; !e && i < w->n; i++)
        e = events_wish(tx, w->party, w->others[i], w->hearts[i]);
    return e;
}

static enum err wished(struct req *r, struct command *cmd, enum err result)
{
    const struct wishing *w = (const struct wishing *)cmd;
    struct err_info info = r->info;
    struct rows event, party;
    if (!result) {
        reply_flash(r, "events.wishes_kept");
        reply_redirect(r, arena_printf(r->arena, "/events/%lld/wishes", (long long)w->event));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    reply_page(r, "events/wishes.html");
    enum err e = load(r, &event, &party);
    if (!e)
        e = put_all(r, &event, &party);
    r->info = info;
    return e ? e : result;
}

static enum err read_products(struct req *r, struct wishing *w)
{
    struct str texts[EVENTS_PRODUCTS_MAX + 1];
    size_t n = req_fields(r, "product", texts, EVENTS_PRODUCTS_MAX + 1);
    if (n > EVENTS_PRODUCTS_MAX)
        return req_refuse(r, ERR_LIMIT, "product", "events.products_many");
    for (size_t i = 0; i < n; i++)
        if (str_to_i64(texts[i], &w->products[w->products_n++]))
            return req_refuse(r, ERR_INVALID, "product", "web.number_bad");
    return OK;
}

/* Of each of the other side, when the form has it. */
static enum err read_hearts(struct req *r, const struct rows *event, const struct rows *party,
                            struct wishing *w)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_events_others,
                           ARGS(V_INT(w->party), V_INT(row_int(event, 0, "id")),
                                V_STR(row_str(party, 0, "side")), V_INT(EVENTS_SIDE_MAX)),
                           r->arena, &rs);
    if (e)
        return e;
    w->others = arena_array(r->arena, rs.n + 1, sizeof(*w->others));
    w->hearts = arena_array(r->arena, rs.n + 1, sizeof(*w->hearts));
    if (!w->others || !w->hearts)
        return ERR_NOMEM;
    for (size_t i = 0; !e && i < rs.n; i++) {
        int64_t other = row_int(&rs, i, "id"), hearts;
        const char *name = arena_printf(r->arena, "hearts_%lld", (long long)other);
        if (!name || !req_field(r, name).n)
            continue;
        if (req_field_int(r, name, -1, SCHEDULE_HEARTS_MAX, &hearts))
            return req_refuse(r, ERR_INVALID, "hearts", "events.hearts_bad");
        w->others[w->n] = other;
        w->hearts[w->n++] = hearts;
    }
    return e;
}

enum err events_do_wishes(struct req *r)
{
    struct rows event, party;
    struct wishing *w = ARENA_NEW(r->arena, struct wishing);
    enum err e = w ? load(r, &event, &party) : ERR_NOMEM;
    if (e)
        return e;
    w->cmd = (struct command){.name = "events.wish", .run = run_wishing};
    w->event = row_int(&event, 0, "id");
    w->party = row_int(&party, 0, "id");
    e = read_products(r, w);
    if (!e)
        e = read_hearts(r, &event, &party, w);
    return e ? wished(r, &w->cmd, e) : web_write(r, &w->cmd, wished);
}
