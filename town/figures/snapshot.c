/* What counted figures were at the end of each day, kept beside the record. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/figures/internal.h"

enum { EVERY_MS = 10 * 1000, TAKE_MS = 40 };

/* The first day that is not written yet; beyond the last one that has passed when there is none. */
static enum err first_day(struct tx *tx, const struct figure *f, int64_t today, int64_t *day)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_figures_day_last, ARGS(V_Z(f->name)), tx->arena, &rs);
    if (e != OK)
        return e;
    *day = today;
    if (!row_null(&rs, 0, "day")) {
        *day = row_int(&rs, 0, "day") + 1;
        return OK;
    }
    e = db_one(tx->db, f->reach, NO_ARGS, tx->arena, &rs);
    if (e == OK && !row_null(&rs, 0, "at"))
        *day = day_of(row_int(&rs, 0, "at"));
    if (e == OK && *day < today - FIGURE_DAYS_BACK)
        *day = today - FIGURE_DAYS_BACK;
    return e;
}

static enum err take_day(struct tx *tx, const struct figure *f, int64_t day)
{
    struct rows rs;
    struct val args[FIGURES_ARGS_MAX];
    size_t n = figures_args(f, 0, day_end_ms(day), args);
    enum err e = db_one(tx->db, f->value, args, n, tx->arena, &rs);
    if (e != OK)
        return e;
    return db_exec(
        tx->db, &q_figures_day_add,
        ARGS(V_Z(f->name), V_INT(day), V_INT(row_int(&rs, 0, "value")), V_INT(tx->now_ms)), NULL);
}

enum err figures_take_days(struct tx *tx, int most, bool *left)
{
    enum err e = OK;
    int64_t today = day_of(tx->now_ms), day;
    *left = false;
    for (size_t i = 0; e == OK && i < figures_counted(); i++) {
        const struct figure *f = figures_at(i);
        if (f->subject)
            continue;
        e = first_day(tx, f, today, &day);
        for (; e == OK && day < today && most > 0; day++, most--)
            e = take_day(tx, f, day);
        *left |= e == OK && day < today;
    }
    return e;
}

/* As many as fit into a moment: what is counted grows with the years, and others wait to write. */
static enum err take(struct tx *tx, void *unused)
{
    int64_t until = clock_mono_ms() + TAKE_MS;
    enum err e = OK;
    bool left = true;
    (void)unused;
    while (e == OK && left && clock_mono_ms() < until)
        e = figures_take_days(tx, 1, &left);
    return e;
}

void figures_start(struct writer *w)
{
    writer_every(w, EVERY_MS, "figures.take_days", take, NULL);
}
