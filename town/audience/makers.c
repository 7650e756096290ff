/* GET /factory/shows: the shows that had goods of the maker in them, and what those came to. */
#include "store/queries.h"
#include "town/audience/report.h"

enum { SHOWS_SHOWN = 100 };

enum err audience_page_makers(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_audience_shows_of_maker,
                           ARGS(V_INT(r->who.organisation_id), V_INT(SHOWS_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "shows");
    for (size_t i = 0; e == OK && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "title", report_text(r, &rs, i, "title_zh", "title_en"));
        view_put_str(v, "status", row_str(&rs, i, "status"));
        view_put_time(v, "at", row_int(&rs, i, "started_at"));
        view_put_str(view_put_object(v, "host"), "name", row_str(&rs, i, "host_name"));
        view_put_int(v, "items", row_int(&rs, i, "items"));
        view_put_int(v, "opened", row_int(&rs, i, "opened"));
        view_put_int(v, "paid", row_int(&rs, i, "paid"));
        view_put_int(v, "pieces", row_int(&rs, i, "pieces"));
        view_put_money(v, "goods", row_int(&rs, i, "goods_fen"), "CNY");
    }
    return e;
}
