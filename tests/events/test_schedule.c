/* Plans of events: what is never broken, and that they are better than what one does by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../bench/schedule_load.h"
#include "town/events/slot_match.h"

enum { ARENA_MAX = 64 << 20, FEW_ROUNDS = 40, BETTER_ROUNDS = 250 };

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, ARENA_MAX);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void assert_sound(const struct schedule_problem *p, const struct schedule_plan *plan)
{
    const char *broken = schedule_broken(p, plan);
    if (broken)
        fail_msg("a rule is broken: %s", broken);
    assert_int_equal(schedule_objective(p, plan), plan->objective);
}

static struct schedule_plan solved(const struct schedule_problem *p, uint64_t seed, int rounds)
{
    struct schedule_plan plan;
    assert_int_equal(schedule_solve(p, seed, rounds, &arena, &plan), OK);
    assert_sound(p, &plan);
    return plan;
}

static void no_rule_is_broken_and_it_is_never_worse_than_greedy(void **state)
{
    (void)state;
    struct rnd_seq seq = {99};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct schedule_problem p;
        struct schedule_plan greedy, gain;
        int lefts = 1 + (int)rnd_seq_below(&seq, 16), rights = 1 + (int)rnd_seq_below(&seq, 8);
        int slots = 2 + (int)rnd_seq_below(&seq, 11), tables = 1 + (int)rnd_seq_below(&seq, 8);
        assert_int_equal(load_event(seed, lefts, rights, slots, tables, &arena, &p), OK);
        assert_int_equal(schedule_greedy(&p, &arena, &greedy), OK);
        assert_int_equal(schedule_greedy_gain(&p, &arena, &gain), OK);
        assert_sound(&p, &greedy);
        assert_sound(&p, &gain);
        for (int rounds = 0; rounds <= FEW_ROUNDS; rounds += FEW_ROUNDS) {
            struct schedule_plan plan = solved(&p, seed, rounds);
            assert_true(plan.objective >= greedy.objective);
            assert_true(plan.objective >= gain.objective);
        }
        arena_free(&arena);
    }
}

/* Where there is no time to try much. */
static void nor_is_it_in_a_great_event(void **state)
{
    (void)state;
    struct schedule_problem p;
    struct schedule_plan gain;
    assert_int_equal(load_event(1, 150, 150, 48, 100, &arena, &p), OK);
    assert_int_equal(schedule_greedy_gain(&p, &arena, &gain), OK);
    assert_sound(&p, &gain);
    assert_true(solved(&p, 1, 1).objective >= gain.objective);
    arena_free(&arena);
}

/* One more meeting, of all that could be the one that adds most; of equals the first. */
static bool put_best_plainly(const struct schedule_problem *p, struct schedule_plan *plan)
{
    struct schedule_plan more = {.meetings = plan->meetings, .n = plan->n + 1};
    struct schedule_meeting *m = &plan->meetings[plan->n], best = {0};
    int64_t most = schedule_objective(p, plan);
    bool found = false;
    for (int slot = 0; slot < p->slots; slot++)
        for (int l = 0; l < p->lefts; l++)
            for (int r = 0; r < p->rights; r++) {
                *m = (struct schedule_meeting){.left = l, .right = r, .slot = slot};
                for (int i = 0; i < plan->n; i++)
                    m->table += plan->meetings[i].slot == slot;
                if (schedule_broken(p, &more) || schedule_objective(p, &more) <= most)
                    continue;
                most = schedule_objective(p, &more);
                best = *m;
                found = true;
            }
    *m = best;
    plan->n += found;
    return found;
}

static void greedy_by_gain_takes_what_adds_most(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct schedule_problem p;
        struct schedule_plan gain, plain = {0};
        assert_int_equal(load_event(seed, 7, 4, 6, 2 + (int)(seed % 3), &arena, &p), OK);
        assert_int_equal(schedule_greedy_gain(&p, &arena, &gain), OK);
        plain.meetings = arena_array(&arena, 7 * 4 + 1, sizeof(*plain.meetings));
        while (put_best_plainly(&p, &plain))
            ;
        assert_int_equal(gain.n, plain.n);
        assert_int_equal(gain.objective, schedule_objective(&p, &plain));
        arena_free(&arena);
    }
}

/* The measure of the issue: 60 makers, 20 agencies, 24 slots. */
static void it_is_a_tenth_better_than_greedy(void **state)
{
    (void)state;
    static const int tables[] = {20, 16, 12};
    for (int t = 0; t < 3; t++) {
        struct schedule_problem p;
        struct schedule_plan greedy, gain;
        assert_int_equal(load_event(1 + (uint64_t)t, 60, 20, 24, tables[t], &arena, &p), OK);
        assert_int_equal(schedule_greedy(&p, &arena, &greedy), OK);
        assert_int_equal(schedule_greedy_gain(&p, &arena, &gain), OK);
        struct schedule_plan plan = solved(&p, 7, BETTER_ROUNDS);
        assert_true(plan.objective * 100 >= greedy.objective * 110);
        assert_true(plan.objective > gain.objective);
        arena_free(&arena);
    }
}

static void the_same_seed_is_the_same_plan(void **state)
{
    (void)state;
    struct schedule_problem p;
    assert_int_equal(load_event(5, 12, 4, 10, 4, &arena, &p), OK);
    struct schedule_plan a = solved(&p, 3, FEW_ROUNDS), b = solved(&p, 3, FEW_ROUNDS);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.meetings, b.meetings, (size_t)a.n * sizeof(*a.meetings));
}

/* Two and two, two slots, each wants both: all four meetings, no more. */
static const struct schedule_party pair_of[2] = {{3, 2}, {3, 2}};
static const uint8_t all_hearts[4] = {3, 3, 3, 3};

static struct schedule_problem small(void)
{
    return (struct schedule_problem){.lefts = 2,
                                     .rights = 2,
                                     .slots = 2,
                                     .tables = 2,
                                     .left = pair_of,
                                     .right = pair_of,
                                     .left_wish = all_hearts,
                                     .right_wish = all_hearts};
}

static void who_wants_all_gets_all(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    struct schedule_plan plan = solved(&p, 1, 10);
    assert_int_equal(plan.n, 4);
    for (int i = 0; i < plan.n; i++) /* an agency stays at its table */
        assert_int_equal(plan.meetings[i].table, plan.meetings[i].right);
}

static void one_table_is_one_meeting_a_slot(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    p.tables = 1;
    assert_int_equal(solved(&p, 1, 10).n, 2);
}

static void nobody_meets_whom_one_refuses_or_none_wishes(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    const uint8_t refuses[4] = {SCHEDULE_NEVER, 3, 3, 3}, none[4] = {0};
    p.left_wish = refuses;
    struct schedule_plan plan = solved(&p, 1, 10);
    for (int i = 0; i < plan.n; i++)
        assert_true(plan.meetings[i].left != 0 || plan.meetings[i].right != 0);
    p.left_wish = p.right_wish = none;
    assert_int_equal(solved(&p, 1, 10).n, 0);
}

/* One table, one slot: that which both wish, not that which one wishes most. */
static void an_answered_wish_goes_first(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    const uint8_t left[4] = {2, 3, 0, 0}, right[4] = {2, 0, 0, 0};
    p.left_wish = left;
    p.right_wish = right;
    p.tables = p.slots = 1;
    struct schedule_plan plan = solved(&p, 1, 10);
    assert_int_equal(plan.n, 1);
    assert_int_equal(plan.meetings[0].right, 0);
}

/* A second meeting of one does not go before the first of another. */
static void nobody_sits_alone(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    const uint8_t left[4] = {3, 3, 2, 2}, right[4] = {3, 3, 3, 3};
    p.left_wish = left;
    p.right_wish = right;
    p.tables = 1;
    struct schedule_plan plan = solved(&p, 1, 10);
    assert_int_equal(plan.n, 2);
    assert_int_not_equal(plan.meetings[0].left, plan.meetings[1].left);
}

static void what_is_held_stands_and_the_rest_is_filled(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    const struct schedule_meeting held[] = {{0, 1, 0, 1}};
    p.held = held;
    p.held_n = 1;
    struct schedule_plan plan = solved(&p, 1, 10);
    bool is_there = false;
    for (int i = 0; i < plan.n; i++)
        is_there |= plan.meetings[i].left == 0 && plan.meetings[i].right == 1 &&
                    plan.meetings[i].slot == 0 && plan.meetings[i].table == 1;
    assert_true(is_there);
    assert_int_equal(plan.n, 4);
    const struct schedule_meeting twice[] = {{0, 1, 0, 1}, {0, 1, 1, 0}};
    p.held = twice;
    p.held_n = 2;
    assert_int_equal(schedule_solve(&p, 1, 10, &arena, &plan), ERR_INVALID);
}

/* Where all are there all day the day begins with its first slot and has no empty one before its
 * last. */
static void the_day_begins_at_its_beginning(void **state)
{
    (void)state;
    struct rnd_seq seq = {9};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct schedule_party who[12];
        uint8_t left[36] = {0}, right[36] = {0};
        for (int i = 0; i < 12; i++)
            who[i] = (struct schedule_party){.free = 255, .most = 8};
        for (int i = 0; i < 36; i++)
            left[i] = rnd_seq_below(&seq, 3) ? 0 : (uint8_t)(1 + rnd_seq_below(&seq, 3));
        const struct schedule_problem p = {.lefts = 9,
                                           .rights = 4,
                                           .slots = 8,
                                           .tables = 2,
                                           .left = who,
                                           .right = who,
                                           .left_wish = left,
                                           .right_wish = right};
        struct schedule_plan plan = solved(&p, seed, 40);
        int used[8] = {0}, last = -1;
        for (int i = 0; i < plan.n; i++)
            used[plan.meetings[i].slot]++, last = plan.meetings[i].slot;
        for (int slot = 0; slot <= last; slot++)
            assert_int_not_equal(used[slot], 0);
    }
}

static void a_broken_plan_is_seen(void **state)
{
    (void)state;
    struct schedule_problem p = small();
    struct schedule_meeting two[] = {{0, 0, 0, 0}, {0, 1, 0, 1}};
    const struct schedule_plan plan = {two, 2, 0};
    assert_string_equal(schedule_broken(&p, &plan), "twice");
    two[1] = (struct schedule_meeting){1, 1, 0, 0};
    assert_string_equal(schedule_broken(&p, &plan), "tables");
    two[1] = (struct schedule_meeting){0, 0, 1, 0};
    assert_string_equal(schedule_broken(&p, &plan), "pair");
}

/* --- a slot --- */

/* By trying all: the greatest worth of at most `most` pairs. */
static int64_t try_all(const int64_t *worth, int lefts, int rights, int l, unsigned taken, int most)
{
    if (l == lefts || most == 0)
        return 0;
    int64_t best = try_all(worth, lefts, rights, l + 1, taken, most);
    for (int r = 0; r < rights; r++) {
        if (taken >> r & 1 || worth[l * rights + r] <= 0)
            continue;
        int64_t with =
            worth[l * rights + r] + try_all(worth, lefts, rights, l + 1, taken | 1U << r, most - 1);
        best = with > best ? with : best;
    }
    return best;
}

static void a_slots_meetings_are_worth_most(void **state)
{
    (void)state;
    struct rnd_seq seq = {4};
    for (int round = 0; round < 300; round++) {
        int lefts = 1 + (int)rnd_seq_below(&seq, 6), rights = 1 + (int)rnd_seq_below(&seq, 6);
        int most = (int)rnd_seq_below(&seq, 7);
        int64_t worth[36], sum = 0;
        struct slot_match *m = slot_match_new(lefts, rights, &arena);
        assert_non_null(m);
        slot_match_clear(m);
        for (int i = 0; i < lefts * rights; i++) {
            worth[i] = (int64_t)rnd_seq_below(&seq, 12) - 3;
            if (worth[i] > 0)
                slot_match_edge(m, i / rights, i % rights, worth[i]);
        }
        slot_match_run(m, most);
        for (int l = 0; l < lefts; l++)
            if (slot_match_of(m, l) != SLOT_MATCH_NONE)
                sum += worth[l * rights + slot_match_of(m, l)];
        assert_int_equal(sum, try_all(worth, lefts, rights, 0, 0, most));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
        T(no_rule_is_broken_and_it_is_never_worse_than_greedy),
        T(nor_is_it_in_a_great_event),
        T(greedy_by_gain_takes_what_adds_most),
        T(it_is_a_tenth_better_than_greedy),
        T(the_same_seed_is_the_same_plan),
        T(who_wants_all_gets_all),
        T(one_table_is_one_meeting_a_slot),
        T(nobody_meets_whom_one_refuses_or_none_wishes),
        T(an_answered_wish_goes_first),
        T(nobody_sits_alone),
        T(what_is_held_stands_and_the_rest_is_filled),
        T(the_day_begins_at_its_beginning),
        T(a_broken_plan_is_seen),
        T(a_slots_meetings_are_worth_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
