/*
 *   GET /elsewhere        shows [{id, platform, platform_name, title, room, link, host, starts_at,
 * state, result {amount, pieces, viewers} or null}], sheets [{id, filename, made_at, is_taken,
 * lines}], turnover, pieces: figures
 *   GET /elsewhere/{id}   show, items [{code, slug, title, price}], results [{sheet, filename,
 * started_at, amount, pieces, orders, viewers, peak, counted_at, replaced_at}], newest first
 *   on /shows             elsewhere [{platform_name, title, room, link, host, starts_at}]
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/elsewhere/internal.h"

/* What may be on now, or comes within a week. */
#define ON_MS (INT64_C(12) * 3600 * 1000)
#define AHEAD_MS (INT64_C(7) * 24 * 3600 * 1000)

static void put_show(struct req *r, struct view *v, const struct rows *rs, size_t row)
{
    struct str platform = row_str(rs, row, "platform");
    view_put_int(v, "id", row_int(rs, row, "id"));
    view_put_str(v, "platform", platform);
    view_put_str(v, "platform_name", req_text(r, "elsewhere.platform_", platform));
    view_put_str(v, "title", elsewhere_title(r, rs, row));
    view_put_str(v, "room", row_str(rs, row, "room"));
    view_put_str(v, "link", row_str(rs, row, "link"));
    view_put_str(view_put_object(v, "host"), "name", row_str(rs, row, "host_name"));
    view_put_time(v, "starts_at", row_int(rs, row, "starts_at"));
}

static void put_count(struct view *v, const char *name, const struct rows *rs, size_t row)
{
    if (row_null(rs, row, name))
        view_put_null(v, name);
    else
        view_put_int(v, name, row_int(rs, row, name));
}

enum err elsewhere_coming(struct req *r, struct view *v)
{
    struct rows rs;
    int64_t now = clock_wall_ms();
    enum err e = db_select(r->db, &q_elsewhere_coming,
                           ARGS(V_INT(now - ON_MS), V_INT(now + AHEAD_MS), V_INT(ELSEWHERE_SHOWN)),
                           r->arena, &rs);
    struct view *list = view_put_list(v, "elsewhere");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *show = view_add_object(list);
        put_show(r, show, &rs, i);
        view_put_bool(show, "has_begun", row_int(&rs, i, "starts_at") <= now);
    }
    return e;
}

static void put_sheets(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "sheets");
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(rs, i, "id"));
        view_put_str(v, "platform_name",
                     req_text(r, "elsewhere.platform_", row_str(rs, i, "platform")));
        view_put_str(v, "filename", row_str(rs, i, "filename"));
        view_put_time(v, "made_at", row_int(rs, i, "made_at"));
        view_put_bool(v, "is_taken", !row_null(rs, i, "taken_at"));
        view_put_int(v, "lines", row_int(rs, i, "lines"));
    }
}

static void put_shows(struct req *r, const struct rows *rs)
{
    struct view *list = view_put_list(r->view, "shows");
    for (size_t i = 0; i < rs->n; i++) {
        struct view *v = view_add_object(list);
        put_show(r, v, rs, i);
        view_put_str(v, "state", row_str(rs, i, "state"));
        if (row_null(rs, i, "amount_fen")) {
            view_put_null(v, "result");
            continue;
        }
        struct view *result = view_put_object(v, "result");
        view_put_money(result, "amount", row_int(rs, i, "amount_fen"), "CNY");
        view_put_int(result, "pieces", row_int(rs, i, "pieces"));
        put_count(result, "viewers", rs, i);
    }
}

enum err elsewhere_page_list(struct req *r)
{
    struct rows shows, sheets;
    int64_t host = elsewhere_host_of(r);
    enum err e = db_select(r->db, &q_elsewhere_list, ARGS(V_INT(host), V_INT(ELSEWHERE_SHOWN)),
                           r->arena, &shows);
    if (e == OK)
        e = db_select(r->db, &q_elsewhere_sheets, ARGS(V_INT(host), V_INT(ELSEWHERE_SHOWN)),
                      r->arena, &sheets);
    if (e != OK)
        return e;
    put_shows(r, &shows);
    put_sheets(r, &sheets);
    struct view *figures = view_put_list(r->view, "figures");
    e = figures_add(r, figures, "elsewhere_turnover");
    return e != OK ? e : figures_add(r, figures, "elsewhere_pieces");
}

/* --- one --- */

static enum err put_items(struct req *r, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_elsewhere_items, ARGS(V_INT(show)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "items");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_str(v, "code", row_str(&rs, i, "code"));
        view_put_str(v, "slug", row_str(&rs, i, "slug"));
        view_put_str(v, "title", elsewhere_title(r, &rs, i));
        view_put_money(v, "price", row_int(&rs, i, "price_fen"), "CNY");
    }
    return e;
}

static enum err put_results(struct req *r, int64_t show)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_elsewhere_results, ARGS(V_INT(show)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "results");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "sheet", row_int(&rs, i, "sheet_id"));
        view_put_str(v, "filename", row_str(&rs, i, "filename"));
        view_put_time(v, "started_at", row_int(&rs, i, "started_at"));
        view_put_money(v, "amount", row_int(&rs, i, "amount_fen"), "CNY");
        view_put_int(v, "pieces", row_int(&rs, i, "pieces"));
        put_count(v, "orders", &rs, i);
        put_count(v, "viewers", &rs, i);
        put_count(v, "peak", &rs, i);
        view_put_time(v, "counted_at", row_int(&rs, i, "counted_at"));
        if (row_null(&rs, i, "replaced_at"))
            view_put_null(v, "replaced_at");
        else
            view_put_time(v, "replaced_at", row_int(&rs, i, "replaced_at"));
    }
    return e;
}

enum err elsewhere_page_show(struct req *r)
{
    struct rows show;
    enum err e = elsewhere_show_of(r, &show);
    if (e != OK)
        return e;
    struct view *v = view_put_object(r->view, "show");
    put_show(r, v, &show, 0);
    view_put_str(v, "state", row_str(&show, 0, "state"));
    e = put_items(r, row_int(&show, 0, "id"));
    return e != OK ? e : put_results(r, row_int(&show, 0, "id"));
}
