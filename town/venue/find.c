/* Days as masks, and what is free then. */
#include <string.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/venue/internal.h"

enum { MONDAY_OF_DAY_0 = 3 /* 1970-01-01 was a Thursday */ };

static int weekday_of(int64_t day)
{
    return (int)((day + MONDAY_OF_DAY_0) % 7 + 7) % 7 + 1;
}

static enum err load_spaces(struct db *db, int64_t day, int64_t space, struct arena *arena,
                            struct grid *g)
{
    struct val weekday = V_INT(weekday_of(day));
    enum err e =
        space ? db_select(db, &q_venue_space_on, ARGS(weekday, V_INT(space)), arena, &g->spaces)
              : db_select(db, &q_venue_spaces_on, ARGS(weekday, V_INT(VENUE_SPACES_MAX)), arena,
                          &g->spaces);
    if (e != OK)
        return e;
    g->n = g->spaces.n;
    g->days = arena_alloc(arena, (g->n + 1) * sizeof(*g->days));
    if (!g->days)
        return ERR_NOMEM;
    memset(g->days, 0, (g->n + 1) * sizeof(*g->days));
    for (size_t i = 0; i < g->n; i++)
        g->days[i].off = GRID_ALL & ~(row_null(&g->spaces, i, "from_step")
                                          ? 0
                                          : grid_mask((int)row_int(&g->spaces, i, "from_step"),
                                                      (int)row_int(&g->spaces, i, "until_step")));
    return OK;
}

/* Which of the grid's spaces has this id; ids of few spaces in the order of floors: a table. */
struct places {
    int64_t least;
    size_t n;
    uint16_t *at; /* of id − least: place + 1, or 0 */
};

static enum err index_spaces(const struct grid *g, struct arena *arena, struct places *p)
{
    int64_t most = 0;
    p->least = INT64_MAX;
    for (size_t i = 0; i < g->n; i++) {
        int64_t id = row_int(&g->spaces, i, "id");
        p->least = id < p->least ? id : p->least;
        most = id > most ? id : most;
    }
    p->n = g->n ? (size_t)(most - p->least + 1) : 0;
    p->at = arena_alloc(arena, (p->n + 1) * sizeof(*p->at));
    if (!p->at)
        return ERR_NOMEM;
    memset(p->at, 0, (p->n + 1) * sizeof(*p->at));
    for (size_t i = 0; i < g->n; i++)
        p->at[row_int(&g->spaces, i, "id") - p->least] = (uint16_t)(i + 1);
    return OK;
}

static struct grid_day *day_of_space(struct grid *g, const struct places *p, int64_t space)
{
    if (space < p->least || (size_t)(space - p->least) >= p->n || !p->at[space - p->least])
        return NULL;
    return &g->days[p->at[space - p->least] - 1];
}

enum err grid_load(struct db *db, int64_t day, int64_t space, int64_t except, struct arena *arena,
                   struct grid *g)
{
    struct rows held = {0}, closed = {0};
    struct places places = {0};
    enum err e = load_spaces(db, day, space, arena, g);
    if (e == OK)
        e = index_spaces(g, arena, &places);
    if (e == OK)
        e = space ? db_select(db, &q_venue_held_of, ARGS(V_INT(day), V_INT(space), V_INT(except)),
                              arena, &held)
                  : db_select(db, &q_venue_held_on, ARGS(V_INT(day), V_INT(except)), arena, &held);
    if (e == OK)
        e = db_select(db, &q_venue_closures_on, ARGS(V_INT(day)), arena, &closed);
    for (size_t i = 0; e == OK && i < held.n; i++) {
        struct grid_day *d = day_of_space(g, &places, row_int(&held, i, "space_id"));
        if (d)
            d->taken |= grid_mask((int)row_int(&held, i, "from_step"),
                                  (int)row_int(&held, i, "held_until"));
    }
    for (size_t i = 0; e == OK && i < closed.n; i++) {
        int64_t of = row_int(&closed, i, "space_id");
        uint64_t mask = grid_mask((int)row_int(&closed, i, "from_step"),
                                  (int)row_int(&closed, i, "until_step"));
        for (size_t k = 0; k < g->n && of == 0; k++)
            g->days[k].closed |= mask;
        struct grid_day *d = of ? day_of_space(g, &places, of) : NULL;
        if (d)
            d->closed |= mask;
    }
    return e;
}
