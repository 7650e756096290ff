/* What a show's audience comes to: see town/figures. Averages are no figures of their own: a page
 * that shows one names the two that it is made of. */
#include "store/queries.h"
#include "town/audience/internal.h"
#include "town/shows/shows.h"

/* A show's own figures are for its crew. */
static enum err of_show(struct req *r, int64_t of, struct str *label, struct str *link)
{
    struct shows_look look;
    struct rows rs;
    enum err e = shows_look(r, of, &look);
    if (e == OK && !look.is_crew)
        e = r->who.user_id ? ERR_FORBIDDEN : ERR_UNAUTHORIZED;
    if (e == OK)
        e = db_one(r->db, &q_audience_show, ARGS(V_INT(0), V_INT(of)), r->arena, &rs);
    if (e != OK)
        return e;
    *label = row_str(&rs, 0, r->lang == LANG_EN ? "title_en" : "title_zh");
    *link = str_of(arena_printf(r->arena, "/shows/%lld/report", (long long)of));
    return OK;
}

#define OF_SHOW(figure, unit_name, query)                                                          \
    {                                                                                              \
        .name = figure, .unit = unit_name, .value = &q_audience_figure_##query,                    \
        .evidence = &q_audience_figure_##query##_rows, .reach = &q_audience_figure_reach,          \
        .subject = of_show                                                                         \
    }

const struct figure audience_figures[] = {
    OF_SHOW("show_viewers_peak", "person", peak), OF_SHOW("show_visits", "visit", visits),
    OF_SHOW("show_stay", "second", stay),         OF_SHOW("show_opens", "opening", opens),
    OF_SHOW("show_orders", "order", orders),
};
const size_t audience_figures_n = sizeof(audience_figures) / sizeof(audience_figures[0]);
