/* How a figure went in the last weeks, for a board. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/figures/internal.h"

enum { WEEK_DAYS = 7 };

/* Of counted ones what was written each day, of documented ones what papers said; by rising day,
 * and today's at the end. */
static enum err read_points(struct req *r, const struct figure_any *f, int64_t first,
                            const struct figure_value *now, struct figures_point *p, size_t *n)
{
    struct rows rs;
    int64_t now_ms = clock_wall_ms(), today = day_of(now_ms);
    enum err e =
        f->counted
            ? db_select(r->db, &q_figures_days_until,
                        ARGS(V_STR(f->name), V_INT(today - 1), V_INT(FIGURES_POINTS_MAX - 1)),
                        r->arena, &rs)
            : db_select(r->db, &q_figures_values_drawn,
                        ARGS(V_INT(f->document), V_INT(now_ms), V_INT(FIGURES_POINTS_MAX - 1)),
                        r->arena, &rs);
    *n = 0;
    for (size_t i = e == OK ? rs.n : 0; i-- > 0;) {
        int64_t day = f->counted ? row_int(&rs, i, "day") : day_of(row_int(&rs, i, "holds_from"));
        struct figures_point at = {day < first ? first : day,
                                   row_int(&rs, i, f->counted ? "value" : "number")};
        if (*n && p[*n - 1].day == at.day)
            --*n; /* a later word of the same day, or what held before the first */
        p[(*n)++] = at;
    }
    if (*n && p[*n - 1].day == today)
        --*n;
    p[(*n)++] = (struct figures_point){today, now->number};
    return e;
}

/* What held on a day: the last value from then or before; the first one when all are later. */
static int64_t value_on(const struct figures_point *p, size_t n, int64_t day)
{
    size_t i = n - 1;
    while (i > 0 && p[i].day > day)
        i--;
    return p[i].value;
}

static void put_change(struct req *r, struct view *v, const struct figure_any *f, const char *name,
                       const char *text_name, int64_t change)
{
    struct str text = figures_number_text(r, f->unit, change < 0 ? -change : change);
    view_put_int(v, name, change);
    view_put_z(v, text_name,
               arena_printf(r->arena, "%s%.*s",
                            change < 0   ? "\xe2\x88\x92"
                            : change > 0 ? "+"
                                         : "\xc2\xb1",
                            STR_ARG(text)));
}

static enum err put_trend(struct req *r, struct view *v, const struct figure_any *f,
                          const struct figure_value *now, int days)
{
    size_t n;
    int64_t low, high, today = day_of(clock_wall_ms());
    struct figures_point *p = arena_array(r->arena, FIGURES_POINTS_MAX, sizeof(*p));
    if (!p)
        return ERR_NOMEM;
    enum err e = read_points(r, f, today - days, now, p, &n);
    if (e != OK || n < 2)
        return e;
    v = view_put_object(v, "trend");
    view_put_html(v, "svg", figures_chart(p, n, 0, r->arena, &low, &high));
    view_page_only(v, "svg");
    view_put_int(v, "days", today - p[0].day);
    view_put_time(v, "from", day_begin_ms(p[0].day));
    put_change(r, v, f, "change", "change_text", now->number - p[0].value);
    put_change(r, v, f, "week", "week_text", now->number - value_on(p, n, today - WEEK_DAYS));
    return OK;
}

enum err figures_add_trend(struct req *r, struct view *list, const char *name, int days)
{
    struct figure_any f;
    struct figure_value value;
    enum err e = figure_any_find(r->db, r->lang, str_of(name), r->arena, &f);
    if (e == OK)
        e = figure_any_admit(r, &f, 0);
    if (e == ERR_NOT_FOUND || e == ERR_UNAUTHORIZED || e == ERR_FORBIDDEN)
        return OK;
    struct view *v = e == OK ? view_add_object(list) : NULL;
    if (e == OK)
        e = figures_put_any(r, v, &f, 0, &value);
    if (e != OK || !value.is_known || f.kind != FIGURE_NUMBER)
        return e;
    return put_trend(r, v, &f, &value, days);
}
