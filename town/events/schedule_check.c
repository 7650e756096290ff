/* A plan looked at with other eyes than those that made it: from its meetings alone. */
#include <string.h>

#include "town/events/schedule.h"

#include <stdbool.h>

static int hearts(uint8_t wish)
{
    return wish > SCHEDULE_HEARTS_MAX ? -1 : wish;
}

static int worth(const struct schedule_problem *p, const struct schedule_meeting *m)
{
    int l = hearts(p->left_wish[m->left * p->rights + m->right]);
    int r = hearts(p->right_wish[m->left * p->rights + m->right]);
    if (l < 0 || r < 0)
        return 0;
    return 10 * (l + r) + 15 * (l < r ? l : r);
}

static int64_t party(const struct schedule_problem *p, const struct schedule_plan *plan,
                     bool is_left, int who)
{
    int count[106] = {0}, first = SCHEDULE_SLOTS_MAX, last = -1, n = 0;
    int64_t gain = 0, nth = 1;
    for (int i = 0; i < plan->n; i++) {
        const struct schedule_meeting *m = &plan->meetings[i];
        if ((is_left ? m->left : m->right) != who)
            continue;
        count[worth(p, m)]++;
        gain -= m->slot * SCHEDULE_LATE;
        n++;
        first = m->slot < first ? m->slot : first;
        last = m->slot > last ? m->slot : last;
    }
    for (int w = 105; w >= 0; w--)
        for (int k = 0; k < count[w]; k++) {
            gain += w * (SCHEDULE_POINT / nth++);
        }
    return n ? gain - (int64_t)(last - first + 1 - n) * SCHEDULE_WAIT : 0;
}

int64_t schedule_objective(const struct schedule_problem *p, const struct schedule_plan *plan)
{
    int64_t sum = 0;
    for (int l = 0; l < p->lefts; l++)
        sum += party(p, plan, true, l);
    for (int r = 0; r < p->rights; r++)
        sum += party(p, plan, false, r);
    return sum;
}

static bool is_held(const struct schedule_problem *p, const struct schedule_meeting *m)
{
    for (int i = 0; i < p->held_n; i++)
        if (p->held[i].left == m->left && p->held[i].right == m->right &&
            p->held[i].slot == m->slot)
            return true;
    return false;
}

static const char *two(const struct schedule_meeting *a, const struct schedule_meeting *b)
{
    if (a->slot == b->slot && (a->left == b->left || a->right == b->right))
        return "twice";
    if (a->slot == b->slot && a->table == b->table)
        return "tables";
    return a->left == b->left && a->right == b->right ? "pair" : NULL;
}

static const char *one(const struct schedule_problem *p, const struct schedule_plan *plan,
                       const struct schedule_meeting *m)
{
    int lefts = 0, rights = 0;
    if (is_held(p, m))
        return NULL;
    for (int i = 0; i < plan->n; i++) {
        lefts += plan->meetings[i].left == m->left;
        rights += plan->meetings[i].right == m->right;
    }
    if (!(p->left[m->left].free >> m->slot & 1) || !(p->right[m->right].free >> m->slot & 1))
        return "away";
    if (lefts > p->left[m->left].most || rights > p->right[m->right].most)
        return "most";
    if (m->table < 0 || m->table >= p->tables)
        return "tables";
    return worth(p, m) > 0 ? NULL : "unwished";
}

const char *schedule_broken(const struct schedule_problem *p, const struct schedule_plan *plan)
{
    int held = 0;
    for (int i = 0; i < plan->n; i++) {
        const struct schedule_meeting *m = &plan->meetings[i];
        const char *broken = one(p, plan, m);
        held += is_held(p, m);
        for (int k = 0; !broken && k < i; k++)
            broken = two(m, &plan->meetings[k]);
        if (broken)
            return broken;
    }
    return held == p->held_n ? NULL : "held";
}
