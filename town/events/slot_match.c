#include "town/events/slot_match.h"

#include <stdbool.h>
#include <string.h>

#define FAR INT64_MAX
#define FORCED (INT64_C(1) << 40) /* more than all worths together */

/*
 * Rows are the side with fewer parties, columns the other one; of both only those that have a pair.
 * One more column for each row that has to stay without a table: those are worth FORCED, so that as
 * many rows go there. Of the rest each gets a column, which when it is worth 0 means nobody. Rows
 * come in one after the other, along the shortest way by costs that potentials keep at zero or
 * above (Kuhn, Munkres; Jonker, Volgenant).
 *
 *   worth        the pairs, [party * columns + other party]
 *   row, column  of those that have a pair: which party it is; place_*: back, or -1
 *   row_of       [column + 1]: which row + 1 has it; 0: none. Index 0 is where a row comes in.
 */
struct slot_match {
    int lefts, rights, rows, columns;
    bool swapped; /* rows are the lefts */
    int64_t *worth, *u, *v, *least;
    int *row, *column, *place_row, *place_column;
    int rows_n, columns_n;
    int *row_of, *way, *right_of;
    bool *seen;
    int64_t work;
};

struct slot_match *slot_match_new(int lefts, int rights, struct arena *arena)
{
    struct slot_match *m = ARENA_NEW(arena, struct slot_match);
    bool swapped = lefts < rights;
    size_t rows = (size_t)(swapped ? lefts : rights), columns = (size_t)(swapped ? rights : lefts);
    size_t wide = columns + rows + 1;
    if (!m)
        return NULL;
    *m = (struct slot_match){.lefts = lefts,
                             .rights = rights,
                             .rows = (int)rows,
                             .columns = (int)columns,
                             .swapped = swapped,
                             .worth = arena_array(arena, rows * columns, sizeof(*m->worth)),
                             .u = arena_array(arena, rows + 1, sizeof(*m->u)),
                             .v = arena_array(arena, wide, sizeof(*m->v)),
                             .least = arena_array(arena, wide, sizeof(*m->least)),
                             .row = arena_array(arena, rows, sizeof(*m->row)),
                             .column = arena_array(arena, columns, sizeof(*m->column)),
                             .place_row = arena_array(arena, rows, sizeof(*m->place_row)),
                             .place_column = arena_array(arena, columns, sizeof(*m->place_column)),
                             .row_of = arena_array(arena, wide, sizeof(*m->row_of)),
                             .way = arena_array(arena, wide, sizeof(*m->way)),
                             .right_of = arena_array(arena, (size_t)lefts, sizeof(*m->right_of)),
                             .seen = arena_array(arena, wide, sizeof(*m->seen))};
    return arena_failed(arena) ? NULL : m;
}

void slot_match_clear(struct slot_match *m)
{
    memset(m->worth, 0, (size_t)m->rows * (size_t)m->columns * sizeof(*m->worth));
    for (int i = 0; i < m->rows; i++)
        m->place_row[i] = -1;
    for (int i = 0; i < m->columns; i++)
        m->place_column[i] = -1;
    m->rows_n = m->columns_n = 0;
}

void slot_match_edge(struct slot_match *m, int left, int right, int64_t worth)
{
    int row = m->swapped ? left : right, column = m->swapped ? right : left;
    m->worth[row * m->columns + column] = worth;
    if (m->place_row[row] < 0) {
        m->place_row[row] = m->rows_n;
        m->row[m->rows_n++] = row;
    }
    if (m->place_column[column] < 0) {
        m->place_column[column] = m->columns_n;
        m->column[m->columns_n++] = column;
    }
}

static int64_t cost(const struct slot_match *m, const int64_t *worth, int column)
{
    return column < m->columns_n ? -worth[m->column[column]] : -FORCED;
}

/* From the column that the way has come to: the next one, by the least reduced cost. */
static int step(struct slot_match *m, int column, int wide)
{
    int row = m->row_of[column] - 1, next = 0;
    int64_t delta = FAR;
    const int64_t *worth = &m->worth[m->row[row] * m->columns];
    m->seen[column] = true;
    for (int j = 1; j <= wide; j++) {
        if (m->seen[j])
            continue;
        int64_t reduced = cost(m, worth, j - 1) - m->u[row + 1] - m->v[j];
        if (reduced < m->least[j]) {
            m->least[j] = reduced;
            m->way[j] = column;
        }
        if (m->least[j] < delta) {
            delta = m->least[j];
            next = j;
        }
    }
    for (int j = 0; j <= wide; j++) {
        if (m->seen[j]) {
            m->u[m->row_of[j]] += delta;
            m->v[j] -= delta;
        } else {
            m->least[j] -= delta;
        }
    }
    m->work += wide;
    return next;
}

static void bring_in(struct slot_match *m, int row, int wide)
{
    int column = 0;
    m->row_of[0] = row + 1;
    for (int j = 0; j <= wide; j++) {
        m->least[j] = FAR;
        m->seen[j] = false;
    }
    do
        column = step(m, column, wide);
    while (m->row_of[column]);
    while (column) {
        int before = m->way[column];
        m->row_of[column] = m->row_of[before];
        column = before;
    }
}

void slot_match_run(struct slot_match *m, int most)
{
    int free = m->columns_n < m->rows_n ? m->columns_n : m->rows_n;
    int pairs = most < free ? most : free, wide = m->columns_n + m->rows_n - pairs;
    for (int l = 0; l < m->lefts; l++)
        m->right_of[l] = SLOT_MATCH_NONE;
    if (pairs <= 0)
        return;
    memset(m->u, 0, (size_t)(m->rows_n + 1) * sizeof(*m->u));
    memset(m->v, 0, (size_t)(wide + 1) * sizeof(*m->v));
    memset(m->row_of, 0, (size_t)(wide + 1) * sizeof(*m->row_of));
    for (int row = 0; row < m->rows_n; row++)
        bring_in(m, row, wide);
    for (int j = 1; j <= m->columns_n; j++) {
        if (!m->row_of[j])
            continue;
        int row = m->row[m->row_of[j] - 1], column = m->column[j - 1];
        if (m->worth[row * m->columns + column] > 0)
            m->right_of[m->swapped ? row : column] = m->swapped ? column : row;
    }
}

int slot_match_of(const struct slot_match *m, int left)
{
    return m->right_of[left];
}

int64_t slot_match_work(const struct slot_match *m)
{
    return m->work;
}
