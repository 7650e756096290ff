/* The solver: see schedule.h. */
#include "town/events/schedule.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/rnd.h"
#include "town/events/slot_match.h"

enum {
    NOBODY = -1,
    WORTH_WISH = 10,
    WORTH_MUTUAL = 15,
    SWEEPS_MAX = 8,
    EMPTIED_SLOTS = 3,
    EMPTIED_PARTIES = 4,
    BEGIN_WORSE = 30 * SCHEDULE_POINT, /* so much worse may be kept at first, and less and less */
};

struct side {
    int n;
    const struct schedule_party *who;
    int *at;        /* [slot * n + i]: with whom of the other side, or NOBODY */
    uint64_t *busy; /* slots in which it meets */
    int *meetings;
    /* Of each: its meetings' worths, the greatest first, and the sums that tell in one step what
     * another one would add: before[k] of those before the k-th, after[k] of the k-th and further
     * ones, each one step later. */
    int (*worths)[SCHEDULE_SLOTS_MAX];
    int64_t (*before)[SCHEDULE_SLOTS_MAX + 1], (*after)[SCHEDULE_SLOTS_MAX + 1];
};

struct solver {
    const struct schedule_problem *p;
    struct side left, right;
    int *worth; /* [l * rights + r]; 0: they do not meet */
    bool *met;  /* [l * rights + r] */
    bool *held; /* [slot * lefts + l] */
    int used[SCHEDULE_SLOTS_MAX];
    int64_t fade[SCHEDULE_SLOTS_MAX + 1];
    int64_t objective;
    struct slot_match *match;
};

/* --- what things are worth --- */

static int pair_worth(const struct schedule_problem *p, int l, int r)
{
    int hl = p->left_wish[l * p->rights + r], hr = p->right_wish[l * p->rights + r];
    if (hl > SCHEDULE_HEARTS_MAX || hr > SCHEDULE_HEARTS_MAX)
        return 0;
    return WORTH_WISH * (hl + hr) + WORTH_MUTUAL * (hl < hr ? hl : hr);
}

/* The k-th meeting of a party, from 0, counts one in k + 1. */
static void fades(int64_t out[SCHEDULE_SLOTS_MAX + 1])
{
    for (int k = 0; k <= SCHEDULE_SLOTS_MAX; k++)
        out[k] = SCHEDULE_POINT / (k + 1);
}

static int64_t waiting(uint64_t busy)
{
    if (!busy)
        return 0;
    int first = __builtin_ctzll(busy), last = 63 - __builtin_clzll(busy);
    return (int64_t)(last - first + 1 - __builtin_popcountll(busy)) * SCHEDULE_WAIT;
}

static int64_t lateness(uint64_t busy)
{
    int64_t sum = 0;
    for (; busy; busy &= busy - 1)
        sum += __builtin_ctzll(busy);
    return sum * SCHEDULE_LATE;
}

static void sum_up(struct solver *s, struct side *d, int i)
{
    int n = d->meetings[i];
    d->before[i][0] = d->after[i][n] = 0;
    for (int k = 0; k < n; k++)
        d->before[i][k + 1] = d->before[i][k] + d->worths[i][k] * s->fade[k];
    for (int k = n; k-- > 0;)
        d->after[i][k] = d->after[i][k + 1] + d->worths[i][k] * s->fade[k + 1];
}

static int64_t gain(const struct side *d, int i)
{
    return d->before[i][d->meetings[i]] - waiting(d->busy[i]) - lateness(d->busy[i]);
}

/* What a meeting of that worth would add to a party that has none in the slot. */
static int64_t added(const struct solver *s, const struct side *d, int i, int worth, int slot)
{
    int k = 0, n = d->meetings[i];
    while (k < n && d->worths[i][k] >= worth)
        k++;
    int64_t with = d->before[i][k] + worth * s->fade[k] + d->after[i][k];
    return with - waiting(d->busy[i] | UINT64_C(1) << slot) - lateness(d->busy[i]) -
           slot * SCHEDULE_LATE - gain(d, i);
}

/* --- putting and taking --- */

static void side_put(struct solver *s, struct side *d, int i, int other, int slot, int worth)
{
    int k = d->meetings[i]++;
    for (; k > 0 && d->worths[i][k - 1] < worth; k--)
        d->worths[i][k] = d->worths[i][k - 1];
    d->worths[i][k] = worth;
    d->busy[i] |= UINT64_C(1) << slot;
    d->at[slot * d->n + i] = other;
    sum_up(s, d, i);
}

static void side_take(struct solver *s, struct side *d, int i, int slot, int worth)
{
    int k = 0, n = --d->meetings[i];
    while (d->worths[i][k] != worth)
        k++;
    for (; k < n; k++)
        d->worths[i][k] = d->worths[i][k + 1];
    d->busy[i] &= ~(UINT64_C(1) << slot);
    d->at[slot * d->n + i] = NOBODY;
    sum_up(s, d, i);
}

static void put(struct solver *s, int l, int r, int slot)
{
    int worth = s->worth[l * s->p->rights + r];
    s->objective -= gain(&s->left, l) + gain(&s->right, r);
    side_put(s, &s->left, l, r, slot, worth);
    side_put(s, &s->right, r, l, slot, worth);
    s->objective += gain(&s->left, l) + gain(&s->right, r);
    s->met[l * s->p->rights + r] = true;
    s->used[slot]++;
}

static void take(struct solver *s, int l, int slot)
{
    int r = s->left.at[slot * s->left.n + l], worth = s->worth[l * s->p->rights + r];
    s->objective -= gain(&s->left, l) + gain(&s->right, r);
    side_take(s, &s->left, l, slot, worth);
    side_take(s, &s->right, r, slot, worth);
    s->objective += gain(&s->left, l) + gain(&s->right, r);
    s->met[l * s->p->rights + r] = false;
    s->used[slot]--;
}

static bool is_free(const struct side *d, int i, int slot)
{
    return d->who[i].free >> slot & 1 && !(d->busy[i] >> slot & 1) &&
           d->meetings[i] < d->who[i].most;
}

static bool may(const struct solver *s, int l, int r, int slot)
{
    int at = l * s->p->rights + r;
    return s->worth[at] && !s->met[at] && is_free(&s->left, l, slot) &&
           is_free(&s->right, r, slot) && s->used[slot] < s->p->tables;
}

static void empty_slot(struct solver *s, int slot)
{
    for (int l = 0; l < s->left.n; l++)
        if (s->left.at[slot * s->left.n + l] != NOBODY && !s->held[slot * s->left.n + l])
            take(s, l, slot);
}

/* --- a solver for a problem --- */

static enum err side_init(struct side *d, int n, int slots, const struct schedule_party *who,
                          struct arena *arena)
{
    size_t many = (size_t)n;
    *d = (struct side){.n = n,
                       .who = who,
                       .at = arena_array(arena, many * (size_t)slots, sizeof(*d->at)),
                       .busy = arena_array(arena, many, sizeof(*d->busy)),
                       .meetings = arena_array(arena, many, sizeof(*d->meetings)),
                       .worths = arena_array(arena, many, sizeof(*d->worths)),
                       .before = arena_array(arena, many, sizeof(*d->before)),
                       .after = arena_array(arena, many, sizeof(*d->after))};
    if (arena_failed(arena))
        return ERR_NOMEM;
    for (int i = 0; i < n * slots; i++)
        d->at[i] = NOBODY;
    return OK;
}

static bool is_sane(const struct schedule_problem *p)
{
    return p->lefts >= 1 && p->lefts <= SCHEDULE_SIDE_MAX && p->rights >= 1 &&
           p->rights <= SCHEDULE_SIDE_MAX && p->slots >= 1 && p->slots <= SCHEDULE_SLOTS_MAX &&
           p->tables >= 1 && p->held_n >= 0;
}

/* Those that are held, as they are: their parties may be wished no more, or away. */
static enum err hold(struct solver *s)
{
    const struct schedule_problem *p = s->p;
    for (int i = 0; i < p->held_n; i++) {
        const struct schedule_meeting *m = &p->held[i];
        if (m->left < 0 || m->left >= p->lefts || m->right < 0 || m->right >= p->rights ||
            m->slot < 0 || m->slot >= p->slots || s->met[m->left * p->rights + m->right] ||
            s->left.busy[m->left] >> m->slot & 1 || s->right.busy[m->right] >> m->slot & 1)
            return ERR_INVALID;
        put(s, m->left, m->right, m->slot);
        s->held[m->slot * p->lefts + m->left] = true;
    }
    return OK;
}

static enum err solver_init(struct solver *s, const struct schedule_problem *p, struct arena *arena)
{
    if (!is_sane(p))
        return ERR_INVALID;
    size_t pairs = (size_t)p->lefts * (size_t)p->rights;
    *s = (struct solver){
        .p = p,
        .worth = arena_array(arena, pairs, sizeof(*s->worth)),
        .met = arena_array(arena, pairs, sizeof(*s->met)),
        .held = arena_array(arena, (size_t)p->lefts * (size_t)p->slots, sizeof(*s->held)),
        .match = slot_match_new(p->lefts, p->rights, arena)};
    fades(s->fade);
    enum err e = side_init(&s->left, p->lefts, p->slots, p->left, arena);
    if (!e)
        e = side_init(&s->right, p->rights, p->slots, p->right, arena);
    if (e || !s->match)
        return e ? e : ERR_NOMEM;
    for (int l = 0; l < p->lefts; l++)
        for (int r = 0; r < p->rights; r++)
            s->worth[l * p->rights + r] = pair_worth(p, l, r);
    return hold(s);
}

/* --- a slot, exactly --- */

static void fill_slot(struct solver *s, int slot)
{
    struct slot_match *m = s->match;
    empty_slot(s, slot);
    slot_match_clear(m);
    for (int l = 0; l < s->left.n; l++)
        for (int r = 0; is_free(&s->left, l, slot) && r < s->right.n; r++) {
            if (!may(s, l, r, slot))
                continue;
            int worth = s->worth[l * s->right.n + r];
            int64_t adds = added(s, &s->left, l, worth, slot) + added(s, &s->right, r, worth, slot);
            if (adds > 0)
                slot_match_edge(m, l, r, adds);
        }
    slot_match_run(m, s->p->tables - s->used[slot]);
    for (int l = 0; l < s->left.n; l++)
        if (slot_match_of(m, l) != SLOT_MATCH_NONE)
            put(s, l, slot_match_of(m, l), slot);
}

/* All slots, again and again, while something is gained. */
static void settle(struct solver *s, struct rnd_seq *seq, uint64_t slots)
{
    int order[SCHEDULE_SLOTS_MAX], n = 0;
    for (int slot = 0; slot < s->p->slots; slot++)
        if (slots >> slot & 1)
            order[n++] = slot;
    for (int sweep = 0; n && sweep < SWEEPS_MAX; sweep++) {
        int64_t before = s->objective;
        for (int i = n - 1; i > 0; i--) {
            int k = (int)rnd_seq_below(seq, (uint64_t)i + 1), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        for (int i = 0; i < n; i++)
            fill_slot(s, order[i]);
        if (s->objective <= before)
            break;
    }
}

/* --- emptying some of it --- */

static uint64_t all_slots(const struct solver *s)
{
    return s->p->slots == SCHEDULE_SLOTS_MAX ? ~UINT64_C(0) : (UINT64_C(1) << s->p->slots) - 1;
}

/* A few slots; which of them are to be filled again. */
static uint64_t shake_slots(struct solver *s, struct rnd_seq *seq)
{
    uint64_t slots = 0;
    for (int i = 0; i < EMPTIED_SLOTS; i++)
        slots |= UINT64_C(1) << rnd_seq_below(seq, (uint64_t)s->p->slots);
    for (int slot = 0; slot < s->p->slots; slot++)
        if (slots >> slot & 1)
            empty_slot(s, slot);
    return slots;
}

/* A few parties: they leave all their meetings. */
static uint64_t shake_parties(struct solver *s, struct rnd_seq *seq)
{
    uint64_t slots = 0;
    for (int i = 0; i < EMPTIED_PARTIES; i++) {
        int who = (int)rnd_seq_below(seq, (uint64_t)(s->left.n + s->right.n));
        bool is_left = who < s->left.n;
        int k = is_left ? who : who - s->left.n;
        for (int slot = 0; slot < s->p->slots; slot++) {
            int l = is_left ? k : s->right.at[slot * s->right.n + k];
            if (l == NOBODY || s->left.at[slot * s->left.n + l] == NOBODY ||
                s->held[slot * s->left.n + l])
                continue;
            take(s, l, slot);
            slots |= UINT64_C(1) << slot;
        }
    }
    return slots;
}

/* --- plans --- */

/* A table that nobody has in that slot: the agency's of before, or the first one. */
static void seat(const struct schedule_problem *p, struct schedule_plan *plan, struct arena *arena)
{
    bool *taken = arena_array(arena, (size_t)p->slots * (size_t)p->tables, sizeof(*taken));
    int *last = arena_array(arena, (size_t)p->rights, sizeof(*last));
    if (!taken || !last)
        return;
    for (int r = 0; r < p->rights; r++)
        last[r] = r;
    for (int i = 0; i < p->held_n; i++) {
        const struct schedule_meeting *h = &p->held[i];
        if (h->table >= 0 && h->table < p->tables) {
            taken[h->slot * p->tables + h->table] = true;
            last[h->right] = h->table;
        }
    }
    for (int i = 0; i < plan->n; i++) {
        struct schedule_meeting *m = &plan->meetings[i];
        bool *row = taken + (size_t)m->slot * (size_t)p->tables;
        if (m->table != NOBODY)
            continue;
        int t = last[m->right] < p->tables ? last[m->right] : 0;
        for (int k = 0; row[t] && k < p->tables; k++)
            t = k;
        row[t] = true;
        last[m->right] = m->table = t;
    }
}

static int held_table(const struct schedule_problem *p, int l, int slot)
{
    for (int i = 0; i < p->held_n; i++)
        if (p->held[i].left == l && p->held[i].slot == slot)
            return p->held[i].table;
    return NOBODY;
}

static enum err plan_of(const struct solver *s, struct arena *arena, struct schedule_plan *out)
{
    const struct schedule_problem *p = s->p;
    int n = 0;
    for (int slot = 0; slot < p->slots; slot++)
        n += s->used[slot];
    *out = (struct schedule_plan){.meetings =
                                      arena_array(arena, (size_t)n + 1, sizeof(*out->meetings)),
                                  .objective = s->objective};
    if (!out->meetings)
        return ERR_NOMEM;
    for (int slot = 0; slot < p->slots; slot++)
        for (int l = 0; l < p->lefts; l++)
            if (s->left.at[slot * p->lefts + l] != NOBODY)
                out->meetings[out->n++] = (struct schedule_meeting){
                    l, s->left.at[slot * p->lefts + l], slot, held_table(p, l, slot)};
    seat(p, out, arena);
    return arena_failed(arena) ? ERR_NOMEM : OK;
}

/* As it was: what is no longer so is taken, what was is put. */
static void go_back(struct solver *s, const int *at)
{
    size_t cells = (size_t)s->p->slots * (size_t)s->left.n;
    for (size_t i = 0; i < cells; i++)
        if (s->left.at[i] != at[i] && s->left.at[i] != NOBODY)
            take(s, (int)(i % (size_t)s->left.n), (int)(i / (size_t)s->left.n));
    for (size_t i = 0; i < cells; i++)
        if (s->left.at[i] != at[i])
            put(s, (int)(i % (size_t)s->left.n), at[i], (int)(i / (size_t)s->left.n));
}

/* --- greedy --- */

struct pair {
    int worth, l, r;
};

static int by_worth(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->worth != y->worth)
        return y->worth - x->worth;
    return x->l != y->l ? x->l - y->l : x->r - y->r;
}

static enum err fill_greedily(struct solver *s, struct arena *arena)
{
    const struct schedule_problem *p = s->p;
    size_t n = 0, all = (size_t)p->lefts * (size_t)p->rights;
    struct pair *pairs = arena_array(arena, all, sizeof(*pairs));
    if (!pairs)
        return ERR_NOMEM;
    for (int l = 0; l < p->lefts; l++)
        for (int r = 0; r < p->rights; r++)
            if (s->worth[l * p->rights + r])
                pairs[n++] = (struct pair){s->worth[l * p->rights + r], l, r};
    qsort(pairs, n, sizeof(*pairs), by_worth);
    for (size_t i = 0; i < n; i++)
        for (int slot = 0; slot < p->slots; slot++)
            if (may(s, pairs[i].l, pairs[i].r, slot)) {
                put(s, pairs[i].l, pairs[i].r, slot);
                break;
            }
    return OK;
}

enum err schedule_greedy(const struct schedule_problem *p, struct arena *arena,
                         struct schedule_plan *out)
{
    struct solver s;
    enum err e = solver_init(&s, p, arena);
    if (!e)
        e = fill_greedily(&s, arena);
    return e ? e : plan_of(&s, arena, out);
}

static bool put_best(struct solver *s)
{
    int64_t most = 0;
    int best[3] = {0};
    for (int l = 0; l < s->left.n; l++)
        for (int r = 0; r < s->right.n; r++)
            for (int slot = 0; slot < s->p->slots; slot++) {
                if (!may(s, l, r, slot))
                    continue;
                int worth = s->worth[l * s->right.n + r];
                int64_t adds =
                    added(s, &s->left, l, worth, slot) + added(s, &s->right, r, worth, slot);
                if (adds > most) {
                    most = adds;
                    best[0] = l, best[1] = r, best[2] = slot;
                }
            }
    if (most > 0)
        put(s, best[0], best[1], best[2]);
    return most > 0;
}

enum err schedule_greedy_gain(const struct schedule_problem *p, struct arena *arena,
                              struct schedule_plan *out)
{
    struct solver s;
    enum err e = solver_init(&s, p, arena);
    while (!e && put_best(&s))
        ;
    return e ? e : plan_of(&s, arena, out);
}

/* --- solving --- */

/* Slot by slot from nothing, where that is better than greedy. */
static void begin(struct solver *s, struct rnd_seq *seq, int *best)
{
    size_t bytes = (size_t)s->p->slots * (size_t)s->left.n * sizeof(*best);
    int64_t greedy = s->objective;
    memcpy(best, s->left.at, bytes);
    for (int slot = 0; slot < s->p->slots; slot++)
        empty_slot(s, slot);
    settle(s, seq, all_slots(s));
    if (s->objective < greedy) {
        go_back(s, best);
        settle(s, seq, all_slots(s));
    }
}

enum err schedule_solve(const struct schedule_problem *p, uint64_t seed, int rounds,
                        struct arena *arena, struct schedule_plan *out)
{
    struct solver s;
    struct rnd_seq seq = {seed};
    enum err e = solver_init(&s, p, arena);
    size_t cells = e ? 0 : (size_t)p->slots * (size_t)p->lefts;
    int *best = arena_array(arena, cells, sizeof(*best));
    int *here = arena_array(arena, cells, sizeof(*here));
    if (!e)
        e = best && here ? fill_greedily(&s, arena) : ERR_NOMEM;
    if (e)
        return e;
    int64_t most = s.objective;
    memcpy(best, s.left.at, cells * sizeof(*best));
    begin(&s, &seq, here);
    for (int round = 0; round <= rounds; round++) {
        int64_t before = s.objective;
        if (before > most) {
            most = before;
            memcpy(best, s.left.at, cells * sizeof(*best));
        }
        if (round == rounds)
            break;
        memcpy(here, s.left.at, cells * sizeof(*here));
        uint64_t slots = round % 2 ? shake_parties(&s, &seq) : shake_slots(&s, &seq);
        settle(&s, &seq, slots);
        int64_t worse = BEGIN_WORSE - BEGIN_WORSE * (int64_t)round / rounds;
        if (s.objective < before - worse)
            go_back(&s, here);
    }
    go_back(&s, best);
    return plan_of(&s, arena, out);
}
