/* GET /shows/{id}/log: what was done in a show, newest first. Nothing of it is ever changed. */
#include "store/queries.h"
#include "town/shows/internal.h"

static void put_entry(struct req *r, struct view *v, const struct rows *rs, size_t i)
{
    static const char *const texts[][2] = {{"actor", "actor_name"},
                                           {"user", "user_name"},
                                           {"message_by", "message_name"},
                                           {"message", "message_body"},
                                           {"note", "note"}};
    struct str kind = row_str(rs, i, "kind");
    view_put_time(v, "at", row_int(rs, i, "at"));
    view_put_str(v, "kind", kind);
    view_put_str(v, "what", req_text(r, "shows.log_", kind));
    for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
        view_put_str(v, texts[k][0], row_str(rs, i, texts[k][1]));
    view_put_str(v, "item", shows_text(r, rs, i, "title_zh", "title_en"));
    view_put_int(v, "value", row_int(rs, i, "value"));
    if (str_eq_z(kind, "price") || str_eq_z(kind, "added"))
        view_put_money(v, "price", row_int(rs, i, "value"), "CNY");
}

enum err shows_page_log(struct req *r)
{
    struct rows show, rs;
    int64_t before = INT64_MAX;
    struct str text = req_query(r, "before");
    enum err e = shows_need(r, &show, SHOW_ALL);
    if (e == OK && text.n && str_to_i64(text, &before) != OK)
        e = req_refuse(r, ERR_INVALID, "before", "web.number_bad");
    if (e == OK)
        e = db_select(r->db, &q_shows_events,
                      ARGS(V_INT(row_int(&show, 0, "id")), V_INT(before), V_INT(SHOWS_LOG_PAGE)),
                      r->arena, &rs);
    if (e != OK)
        return e;
    shows_put_head(r, &show);
    struct view *list = view_put_list(r->view, "entries");
    for (size_t i = 0; i < rs.n; i++)
        put_entry(r, view_add_object(list), &rs, i);
    if (rs.n == SHOWS_LOG_PAGE)
        view_put_int(r->view, "next", row_int(&rs, rs.n - 1, "id"));
    return OK;
}
