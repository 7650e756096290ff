/* What waits for the base: messages that are held in any show, and complaints. The deeds are those
 * of shows (town/shows/moderate.c), by its own doors. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/house/internal.h"

enum { HELD_MAX = 200 };

/* GET /house/review: running and over [{id, show {id, title}, name, text, why, at, minutes}], n,
 * over_n */
enum err house_review_page(struct req *r)
{
    struct rows rs;
    enum err e = db_one(r->db, &q_house_held_n, NO_ARGS, r->arena, &rs);
    if (e)
        return e;
    view_put_int(r->view, "n", row_int(&rs, 0, "n"));
    view_put_int(r->view, "over_n", row_int(&rs, 0, "over"));
    e = db_select(r->db, &q_house_held, ARGS(V_INT(HELD_MAX)), r->arena, &rs);
    struct view *running = view_put_list(r->view, "running"),
                *over = view_put_list(r->view, "over");
    int64_t now = clock_wall_ms();
    for (size_t i = 0; !e && i < rs.n; i++) {
        bool ended = str_eq_z(row_str(&rs, i, "status"), "ended");
        struct view *v = view_add_object(ended ? over : running), *show;
        view_put_int(v, "id", row_int(&rs, i, "id"));
        show = view_put_object(v, "show");
        view_put_int(show, "id", row_int(&rs, i, "show_id"));
        view_put_str(show, "title", row_str(&rs, i, r->lang == LANG_ZH ? "title_zh" : "title_en"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
        view_put_str(v, "text", row_str(&rs, i, "body"));
        view_put_str(v, "why", row_str(&rs, i, "held_why"));
        view_put_time(v, "at", row_int(&rs, i, "sent_at"));
        view_put_int(v, "minutes", (now - row_int(&rs, i, "sent_at")) / 60000);
    }
    return e;
}

const struct console_line house_lines[] = {
    {.name = "house_held",
     .who = CONSOLE_BASE,
     .group = "house",
     .icon = "chat",
     .rows = &q_house_todo_held,
     .from_days = CONSOLE_EVER,
     .time = CONSOLE_SINCE,
     .late_days = 1,
     .shown = 3,
     .page = "/house/review"},
    {.name = "house_complaints",
     .who = CONSOLE_BASE,
     .group = "house",
     .icon = "warn",
     .rows = &q_house_todo_complaints,
     .from_days = CONSOLE_EVER,
     .until_days = 30,
     .time = CONSOLE_UNTIL,
     .tag_texts = "house.kind_",
     .shown = 3,
     .page = "/house/complaints"},
};
const size_t house_lines_n = sizeof(house_lines) / sizeof(house_lines[0]);
