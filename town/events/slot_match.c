#include "town/events/slot_match.h"

#include <stdbool.h>
#include <string.h>

#define FAR INT64_MIN /* no path leads there */

struct slot_match {
    int lefts, rights, edges;
    int *first; /* [left]: its first edge; edges of a left lie beside each other */
    int *count;
    struct edge {
        int right;
        int64_t worth;
    } * edge;
    int *right_of, *left_of;
    int64_t *matched; /* [left]: worth of its pair */
    int64_t *dist;    /* [right]: what the best path that ends there adds */
    int *from;        /* [right]: the left before it on that path */
};

struct slot_match *slot_match_new(int lefts, int rights, struct arena *arena)
{
    struct slot_match *m = ARENA_NEW(arena, struct slot_match);
    size_t l = (size_t)lefts, r = (size_t)rights;
    if (!m)
        return NULL;
    *m = (struct slot_match){.lefts = lefts,
                             .rights = rights,
                             .first = arena_array(arena, l, sizeof(*m->first)),
                             .count = arena_array(arena, l, sizeof(*m->count)),
                             .edge = arena_array(arena, l * r, sizeof(*m->edge)),
                             .right_of = arena_array(arena, l, sizeof(*m->right_of)),
                             .left_of = arena_array(arena, r, sizeof(*m->left_of)),
                             .matched = arena_array(arena, l, sizeof(*m->matched)),
                             .dist = arena_array(arena, r, sizeof(*m->dist)),
                             .from = arena_array(arena, r, sizeof(*m->from))};
    return arena_failed(arena) ? NULL : m;
}

void slot_match_clear(struct slot_match *m)
{
    m->edges = 0;
    memset(m->count, 0, (size_t)m->lefts * sizeof(*m->count));
}

void slot_match_edge(struct slot_match *m, int left, int right, int64_t worth)
{
    if (m->count[left]++ == 0)
        m->first[left] = m->edges;
    m->edge[m->edges++] = (struct edge){right, worth};
}

/* Along the edges of a left that the best path so far reaches with `base`: what is better now? */
static bool go_on(struct slot_match *m, int left, int64_t base)
{
    bool better = false;
    for (int i = 0; i < m->count[left]; i++) {
        const struct edge *e = &m->edge[m->first[left] + i];
        if (m->right_of[left] != e->right && base + e->worth > m->dist[e->right]) {
            m->dist[e->right] = base + e->worth;
            m->from[e->right] = left;
            better = true;
        }
    }
    return better;
}

/* The free right at which the path that adds most ends, or none. */
static int best_end(struct slot_match *m)
{
    for (int r = 0; r < m->rights; r++)
        m->dist[r] = FAR;
    for (int l = 0; l < m->lefts; l++)
        if (m->right_of[l] == SLOT_MATCH_NONE)
            (void)go_on(m, l, 0);
    for (bool better = true; better;) {
        better = false;
        for (int r = 0; r < m->rights; r++) {
            int l = m->left_of[r];
            if (l != SLOT_MATCH_NONE && m->dist[r] != FAR)
                better |= go_on(m, l, m->dist[r] - m->matched[l]);
        }
    }
    int best = SLOT_MATCH_NONE;
    for (int r = 0; r < m->rights; r++)
        if (m->left_of[r] == SLOT_MATCH_NONE && m->dist[r] > 0 &&
            (best == SLOT_MATCH_NONE || m->dist[r] > m->dist[best]))
            best = r;
    return best;
}

static int64_t worth_of(const struct slot_match *m, int left, int right)
{
    for (int i = 0; i < m->count[left]; i++)
        if (m->edge[m->first[left] + i].right == right)
            return m->edge[m->first[left] + i].worth;
    return 0;
}

static void turn_over(struct slot_match *m, int right)
{
    while (right != SLOT_MATCH_NONE) {
        int left = m->from[right], before = m->right_of[left];
        m->right_of[left] = right;
        m->left_of[right] = left;
        m->matched[left] = worth_of(m, left, right);
        right = before;
    }
}

void slot_match_run(struct slot_match *m, int most)
{
    for (int l = 0; l < m->lefts; l++)
        m->right_of[l] = SLOT_MATCH_NONE;
    for (int r = 0; r < m->rights; r++)
        m->left_of[r] = SLOT_MATCH_NONE;
    for (int k = 0; k < most; k++) {
        int end = best_end(m);
        if (end == SLOT_MATCH_NONE)
            return;
        turn_over(m, end);
    }
}

int slot_match_of(const struct slot_match *m, int left)
{
    return m->right_of[left];
}
