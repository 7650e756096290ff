/* The solver: see schedule.h. */
#include "town/events/schedule.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/rnd.h"
#include "town/events/slot_match.h"

#define AWAY INT64_MIN

enum {
    NOBODY = -1,
    HEARTS = SCHEDULE_HEARTS_MAX + 1,
    CLASSES = HEARTS * HEARTS,
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
    /* Of each: its meetings' worths, the greatest first, what they come to, and what another one of
     * each class would add to that. */
    int (*worths)[SCHEDULE_SLOTS_MAX];
    int64_t *sum, (*more)[CLASSES];
    bool *is_stale; /* more is */
    int64_t *shift; /* of a slot that is looked at: what waiting and lateness change; or AWAY */
};

struct solver {
    const struct schedule_problem *p;
    struct side left, right;
    /* [l * rights + r]: the pair's class, both sides' hearts; 0: they do not meet. open: the same,
     * and 0 while they meet somewhere. */
    uint8_t *class, *open;
    int order[CLASSES], worth[CLASSES]; /* classes, those worth most first */
    bool *held;                         /* [slot * lefts + l] */
    int used[SCHEDULE_SLOTS_MAX];
    int64_t fade[SCHEDULE_SLOTS_MAX + 1];
    int64_t objective;
    int64_t work; /* steps of looking at pairs; those of matching are match's */
    struct slot_match *match;
};

/* --- what things are worth --- */

static int class_worth(int class)
{
    int hl = class / HEARTS, hr = class % HEARTS;
    return WORTH_WISH * (hl + hr) + WORTH_MUTUAL * (hl < hr ? hl : hr);
}

static uint8_t pair_class(const struct schedule_problem *p, int l, int r)
{
    int hl = p->left_wish[l * p->rights + r], hr = p->right_wish[l * p->rights + r];
    return hl > SCHEDULE_HEARTS_MAX || hr > SCHEDULE_HEARTS_MAX ? 0 : (uint8_t)(hl * HEARTS + hr);
}

static void sort_classes(int order[CLASSES])
{
    for (int i = 0; i < CLASSES; i++) {
        int k = i;
        for (; k > 0 && class_worth(order[k - 1]) < class_worth(i); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
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

static void sum_up(const struct solver *s, struct side *d, int i)
{
    d->sum[i] = 0;
    for (int m = 0; m < d->meetings[i]; m++)
        d->sum[i] += d->worths[i][m] * s->fade[m];
    d->is_stale[i] = true;
}

/* Another meeting comes after those that are worth as much: it counts one in so many, and those
 * behind it one in one more. */
static void weigh_classes(const struct solver *s, struct side *d, int i)
{
    int64_t before = 0, after = 0;
    int k = 0, n = d->meetings[i];
    for (int m = 0; m < n; m++)
        after += d->worths[i][m] * s->fade[m + 1];
    for (int c = 0; c < CLASSES; c++) {
        int worth = s->worth[c];
        for (; k < n && d->worths[i][k] >= worth; k++) {
            before += d->worths[i][k] * s->fade[k];
            after -= d->worths[i][k] * s->fade[k + 1];
        }
        d->more[i][s->order[c]] = before + worth * s->fade[k] + after - d->sum[i];
    }
    d->is_stale[i] = false;
}

static int64_t cost(uint64_t busy)
{
    return waiting(busy) + lateness(busy);
}

static int64_t gain(const struct side *d, int i)
{
    return d->sum[i] - cost(d->busy[i]);
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
    int at = l * s->p->rights + r, worth = class_worth(s->class[at]);
    s->objective -= gain(&s->left, l) + gain(&s->right, r);
    side_put(s, &s->left, l, r, slot, worth);
    side_put(s, &s->right, r, l, slot, worth);
    s->objective += gain(&s->left, l) + gain(&s->right, r);
    s->open[at] = 0;
    s->used[slot]++;
}

static void take(struct solver *s, int l, int slot)
{
    int r = s->left.at[slot * s->left.n + l], at = l * s->p->rights + r;
    int worth = class_worth(s->class[at]);
    s->objective -= gain(&s->left, l) + gain(&s->right, r);
    side_take(s, &s->left, l, slot, worth);
    side_take(s, &s->right, r, slot, worth);
    s->objective += gain(&s->left, l) + gain(&s->right, r);
    s->open[at] = s->class[at];
    s->used[slot]--;
}

static bool is_free(const struct side *d, int i, int slot)
{
    return d->who[i].free >> slot & 1 && !(d->busy[i] >> slot & 1) &&
           d->meetings[i] < d->who[i].most;
}

static bool may(const struct solver *s, int l, int r, int slot)
{
    return s->open[l * s->p->rights + r] && is_free(&s->left, l, slot) &&
           is_free(&s->right, r, slot) && s->used[slot] < s->p->tables;
}

/* What a meeting in that slot costs each beside what it is worth; AWAY: none can be. */
static void look_at(const struct solver *s, struct side *d, int slot)
{
    uint64_t bit = UINT64_C(1) << slot;
    for (int i = 0; i < d->n; i++) {
        bool free = is_free(d, i, slot);
        d->shift[i] = free ? cost(d->busy[i]) - cost(d->busy[i] | bit) : AWAY;
        if (free && d->is_stale[i])
            weigh_classes(s, d, i);
    }
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
                       .sum = arena_array(arena, many, sizeof(*d->sum)),
                       .is_stale = arena_array(arena, many, sizeof(*d->is_stale)),
                       .more = arena_array(arena, many, sizeof(*d->more)),
                       .shift = arena_array(arena, many, sizeof(*d->shift))};
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

static bool is_apart(const struct solver *s, const struct schedule_meeting *m)
{
    for (int slot = 0; slot < s->p->slots; slot++)
        if (s->left.at[slot * s->left.n + m->left] == m->right)
            return false;
    return true;
}

/* Those that are held, as they are: their parties may be wished no more, or away. */
static enum err hold(struct solver *s)
{
    const struct schedule_problem *p = s->p;
    for (int i = 0; i < p->held_n; i++) {
        const struct schedule_meeting *m = &p->held[i];
        if (m->left < 0 || m->left >= p->lefts || m->right < 0 || m->right >= p->rights ||
            m->slot < 0 || m->slot >= p->slots || !is_apart(s, m) ||
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
        .class = arena_array(arena, pairs, 1),
        .open = arena_array(arena, pairs, 1),
        .held = arena_array(arena, (size_t)p->lefts * (size_t)p->slots, sizeof(*s->held)),
        .match = slot_match_new(p->lefts, p->rights, arena)};
    fades(s->fade);
    enum err e = side_init(&s->left, p->lefts, p->slots, p->left, arena);
    if (!e)
        e = side_init(&s->right, p->rights, p->slots, p->right, arena);
    if (e || !s->match)
        return e ? e : ERR_NOMEM;
    sort_classes(s->order);
    for (int c = 0; c < CLASSES; c++)
        s->worth[c] = class_worth(s->order[c]);
    for (int l = 0; l < p->lefts; l++)
        for (int r = 0; r < p->rights; r++)
            s->class[l * p->rights + r] = s->open[l * p->rights + r] = pair_class(p, l, r);
    for (int l = 0; l < p->lefts; l++)
        sum_up(s, &s->left, l);
    for (int r = 0; r < p->rights; r++)
        sum_up(s, &s->right, r);
    return hold(s);
}

/* --- a slot, exactly --- */

/* What each pair would add; those that add nothing are left out. */
static void weigh_pairs(struct solver *s, int slot)
{
    look_at(s, &s->left, slot);
    look_at(s, &s->right, slot);
    for (int l = 0; l < s->left.n; l++) {
        const uint8_t *open = &s->open[l * s->right.n];
        if (s->left.shift[l] == AWAY)
            continue;
        for (int r = 0; r < s->right.n; r++) {
            if (!open[r] || s->right.shift[r] == AWAY)
                continue;
            int64_t adds = s->left.shift[l] + s->left.more[l][open[r]] + s->right.shift[r] +
                           s->right.more[r][open[r]];
            if (adds > 0)
                slot_match_edge(s->match, l, r, adds);
        }
        s->work += s->right.n;
    }
}

static void fill_slot(struct solver *s, int slot)
{
    struct slot_match *m = s->match;
    empty_slot(s, slot);
    slot_match_clear(m);
    weigh_pairs(s, slot);
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
            if (s->open[l * p->rights + r])
                pairs[n++] = (struct pair){class_worth(s->open[l * p->rights + r]), l, r};
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

/* What would add most now, kept for each of the left: after a meeting only its two parties' numbers
 * are others, and its slot may be full. */
struct choice {
    int64_t adds; /* 0: there is none */
    int r, slot;
};
struct chooser {
    struct choice *best;
    int64_t *left, *right; /* [i * slots + slot]: what waiting and lateness change; or AWAY */
};

static void shifts_of(const struct solver *s, struct side *d, int i, int64_t *all)
{
    int64_t *out = all + (size_t)i * (size_t)s->p->slots, now = cost(d->busy[i]);
    for (int slot = 0; slot < s->p->slots; slot++)
        out[slot] = is_free(d, i, slot) ? now - cost(d->busy[i] | UINT64_C(1) << slot) : AWAY;
    if (d->is_stale[i])
        weigh_classes(s, d, i);
}

/* Of equals the first slot, and then the first of each side. */
static void consider(const struct solver *s, struct chooser *c, int l, int r)
{
    struct choice *best = &c->best[l];
    int class = s->open[l * s->right.n + r];
    if (!class)
        return;
    const int64_t *left = c->left + (size_t)l * (size_t)s->p->slots,
                  *right = c->right + (size_t)r * (size_t)s->p->slots;
    int64_t more = s->left.more[l][class] + s->right.more[r][class];
    for (int slot = 0; slot < s->p->slots; slot++) {
        if (left[slot] == AWAY || right[slot] == AWAY || s->used[slot] >= s->p->tables)
            continue;
        int64_t adds = more + left[slot] + right[slot];
        bool is_first = slot < best->slot || (slot == best->slot && r < best->r);
        if (adds > best->adds || (adds == best->adds && adds > 0 && is_first))
            *best = (struct choice){adds, r, slot};
    }
}

static void choose(struct solver *s, struct chooser *c, int l)
{
    c->best[l] = (struct choice){0};
    for (int r = 0; r < s->right.n; r++)
        consider(s, c, l, r);
    s->work += s->right.n * s->p->slots;
}

static void choose_again(struct solver *s, struct chooser *c, int l, int r, int slot)
{
    bool is_full = s->used[slot] >= s->p->tables;
    shifts_of(s, &s->left, l, c->left);
    shifts_of(s, &s->right, r, c->right);
    for (int i = 0; i < s->left.n; i++) {
        const struct choice *b = &c->best[i];
        if (i == l || (b->adds && (b->r == r || (is_full && b->slot == slot))))
            choose(s, c, i);
        else
            consider(s, c, i, r);
    }
    s->work += s->left.n * s->p->slots;
}

static bool put_best(struct solver *s, struct chooser *c)
{
    int l = 0;
    for (int i = 1; i < s->left.n; i++)
        if (c->best[i].adds > c->best[l].adds ||
            (c->best[i].adds == c->best[l].adds && c->best[i].slot < c->best[l].slot))
            l = i;
    const struct choice b = c->best[l];
    if (!b.adds)
        return false;
    put(s, l, b.r, b.slot);
    choose_again(s, c, l, b.r, b.slot);
    return true;
}

static enum err fill_by_gain(struct solver *s, struct arena *arena)
{
    size_t slots = (size_t)s->p->slots, lefts = (size_t)s->left.n, rights = (size_t)s->right.n;
    struct chooser c = {.best = arena_array(arena, lefts, sizeof(*c.best)),
                        .left = arena_array(arena, lefts * slots, sizeof(*c.left)),
                        .right = arena_array(arena, rights * slots, sizeof(*c.right))};
    if (!c.best || !c.left || !c.right)
        return ERR_NOMEM;
    for (int l = 0; l < s->left.n; l++)
        shifts_of(s, &s->left, l, c.left);
    for (int r = 0; r < s->right.n; r++)
        shifts_of(s, &s->right, r, c.right);
    for (int l = 0; l < s->left.n; l++)
        choose(s, &c, l);
    while (put_best(s, &c))
        ;
    return OK;
}

enum err schedule_greedy_gain(const struct schedule_problem *p, struct arena *arena,
                              struct schedule_plan *out)
{
    struct solver s;
    enum err e = solver_init(&s, p, arena);
    if (!e)
        e = fill_by_gain(&s, arena);
    return e ? e : plan_of(&s, arena, out);
}

/* --- towards the beginning --- */

static bool may_move(const struct solver *s, int l, int slot)
{
    int at = slot * s->left.n + l;
    return s->left.at[at] != NOBODY && !s->held[at];
}

/* To where it can be; else it stays. */
static void move(struct solver *s, int l, int from, int to)
{
    int r = s->left.at[from * s->left.n + l];
    take(s, l, from);
    put(s, l, r, may(s, l, r, to) ? to : from);
}

static void move_if_better(struct solver *s, int l, int from, int to)
{
    int64_t before = s->objective;
    int r = s->left.at[from * s->left.n + l];
    move(s, l, from, to);
    if (s->objective >= before)
        return;
    take(s, l, to);
    put(s, l, r, from);
}

/* Everything after an empty slot a slot earlier, if nothing is lost by those who cannot. */
static void close_gap(struct solver *s, int gap, int *here)
{
    int64_t before = s->objective;
    memcpy(here, s->left.at, (size_t)s->p->slots * (size_t)s->left.n * sizeof(*here));
    for (int slot = gap + 1; slot < s->p->slots; slot++)
        for (int l = 0; l < s->left.n; l++)
            if (may_move(s, l, slot))
                move(s, l, slot, slot - 1);
    if (s->objective < before)
        go_back(s, here);
}

/* Filling slots by themselves never moves a meeting from one to another: that is done at the end.
 */
static void draw_earlier(struct solver *s, int *here)
{
    for (int gap = s->p->slots - 2; gap >= 0; gap--)
        if (!s->used[gap])
            close_gap(s, gap, here);
    for (int slot = 1; slot < s->p->slots; slot++)
        for (int l = 0; l < s->left.n; l++)
            for (int to = 0; to < slot && may_move(s, l, slot); to++)
                move_if_better(s, l, slot, to);
}

/* --- solving --- */

struct best {
    int *at;
    int64_t objective;
};

static void keep(const struct solver *s, struct best *b)
{
    if (b->objective >= s->objective)
        return;
    b->objective = s->objective;
    memcpy(b->at, s->left.at, (size_t)s->p->slots * (size_t)s->left.n * sizeof(*b->at));
}

static bool is_tired(const struct solver *s, int64_t most)
{
    return s->work + slot_match_work(s->match) > most;
}

static void empty_all(struct solver *s)
{
    for (int slot = 0; slot < s->p->slots; slot++)
        empty_slot(s, slot);
}

/* The best of both greedy plans, and of slot by slot from the second and from nothing. */
static enum err begin(struct solver *s, struct rnd_seq *seq, struct best *best, struct arena *arena)
{
    enum err e = fill_greedily(s, arena);
    if (e)
        return e;
    keep(s, best);
    empty_all(s);
    e = fill_by_gain(s, arena);
    if (e)
        return e;
    keep(s, best);
    settle(s, seq, all_slots(s));
    keep(s, best);
    if (!is_tired(s, SCHEDULE_WORK / 2)) {
        empty_all(s);
        settle(s, seq, all_slots(s));
        keep(s, best);
    }
    go_back(s, best->at);
    return OK;
}

enum err schedule_solve(const struct schedule_problem *p, uint64_t seed, int rounds,
                        struct arena *arena, struct schedule_plan *out)
{
    struct solver s;
    struct rnd_seq seq = {seed};
    enum err e = solver_init(&s, p, arena);
    size_t cells = e ? 0 : (size_t)p->slots * (size_t)p->lefts;
    int *here = arena_array(arena, cells, sizeof(*here));
    struct best best = {arena_array(arena, cells, sizeof(*best.at)), INT64_MIN};
    if (!e)
        e = best.at && here ? begin(&s, &seq, &best, arena) : ERR_NOMEM;
    if (e)
        return e;
    for (int round = 0; round < rounds && !is_tired(&s, SCHEDULE_WORK); round++) {
        int64_t before = s.objective;
        memcpy(here, s.left.at, cells * sizeof(*here));
        uint64_t slots = round % 2 ? shake_parties(&s, &seq) : shake_slots(&s, &seq);
        settle(&s, &seq, slots);
        int64_t worse = BEGIN_WORSE - BEGIN_WORSE * (int64_t)round / rounds;
        if (s.objective < before - worse)
            go_back(&s, here);
        keep(&s, &best);
    }
    go_back(&s, best.at);
    draw_earlier(&s, here);
    return plan_of(&s, arena, out);
}
