/* What shows count: see town/figures. */
#include "store/queries.h"
#include "town/shows/internal.h"

/* A show's own figures are for its crew. */
static enum err of_show(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct rows show;
    unsigned grants = 0;
    enum err e = db_one(r->db, &q_shows_get, ARGS(V_INT(of)), r->arena, &show);
    if (e == OK)
        e = shows_grants(r, &show, &grants);
    if (e == OK && !grants)
        e = r->who.user_id ? ERR_FORBIDDEN : ERR_UNAUTHORIZED;
    if (e != OK)
        return e;
    *label = shows_text(r, &show, 0, "title_zh", "title_en");
    *link = str_of(arena_printf(r->arena, "/shows/%lld", (long long)of));
    return OK;
}

const struct figure shows_figures[] = {
    {.name = "shows",
     .unit = "show",
     .is_public = true,
     .is_yearly = true,
     .value = &q_shows_figure_held,
     .evidence = &q_shows_figure_held_rows,
     .reach = &q_shows_figure_held_reach},
    {.name = "hosts",
     .unit = "host",
     .is_public = true,
     .value = &q_shows_figure_hosts,
     .evidence = &q_shows_figure_hosts_rows,
     .reach = &q_shows_figure_held_reach},
    {.name = "show_sold",
     .unit = "piece",
     .value = &q_shows_figure_sold,
     .evidence = &q_shows_figure_sold_rows,
     .reach = &q_shows_figure_show_reach,
     .subject = of_show},
    {.name = "show_turnover",
     .unit = "fen",
     .value = &q_shows_figure_turnover,
     .evidence = &q_shows_figure_turnover_rows,
     .reach = &q_shows_figure_show_reach,
     .subject = of_show},
};
const size_t shows_figures_n = sizeof(shows_figures) / sizeof(shows_figures[0]);
