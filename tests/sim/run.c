/* A run: steps, what happens to them, and what must hold after each. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "town/hall/stock.h"
#include "vfs_power.h"
#include "wire_cut.h"

/* The town's periodic work is seen by jobs of the simulator's own beside it. A failed call may
 * strike the one and not the other, which then differ until the next restart: any of these may be
 * true. */
enum { EXPIRY_DIFFERS = 1, PRUNING_DIFFERS = 2, VARIANTS = 4 };

/* --- the clock --- */

static void pass_time(struct sim *s)
{
    static const int64_t spans_ms[] = {0, 1, 40, 900, 5000, 60000, 700000};
    int64_t span = below(s, spans_ms[below(s, one_in(s, 6) ? 7 : 5)] + 1);
    if (one_in(s, 60))
        span = below(s, 25 * 3600 * 1000);
    if (one_in(s, 200))
        span = IDEM_KEEP_MS + below(s, 1000);
    s->wall_ms += span;
    s->mono_us += span * 1000 + below(s, 1000);
    if (one_in(s, 40)) /* somebody has set the clock */
        s->wall_ms += below(s, 2000000) - 1000000;
}

/* --- what a batch should come to --- */

static bool was_struck(const struct sim *s, const struct asked *a)
{
    return a->is_told && s->fault == CALL_FAILS && db_fault_left() == 0 &&
           a->told.command == s->fault_err;
}

static void apply_one(struct sim *s, struct model *m, struct asked *a)
{
    if (!was_struck(s, a))
        model_apply(m, &a->q, s->begun_ms, &a->expected);
}

/* Hot commands run at the place of the first of them. */
static void expect(struct sim *s, struct model *m, unsigned variant)
{
    bool hot_done = false;
    model_copy(m, s->model);
    for (int i = 0; i < s->batch_n; i++) {
        if (s->batch[i].q.kind != ASK_PLACE)
            apply_one(s, m, &s->batch[i]);
        for (int k = i; s->batch[i].q.kind == ASK_PLACE && !hot_done && k < s->batch_n; k++)
            if (s->batch[k].q.kind == ASK_PLACE)
                apply_one(s, m, &s->batch[k]);
        hot_done |= s->batch[i].q.kind == ASK_PLACE;
    }
    if (s->ran_second != !!(variant & EXPIRY_DIFFERS))
        model_expire(m, s->begun_ms);
    if (s->ran_prune != !!(variant & PRUNING_DIFFERS))
        model_prune(m, s->begun_ms);
}

/* --- what clients were told --- */

/* The second of two with one key, where the first was told to come again. */
static bool is_twin_put_off(const struct asked *a)
{
    return a->q.kind == ASK_PLACE && a->expected.outcome == ERR_LIMIT &&
           (a->told.command == ERR_BUSY || a->told.command == ERR_AGAIN);
}

static void check_answer(struct sim *s, const struct asked *a)
{
    char told[SAID_BYTES], expected[SAID_BYTES], what[SAID_BYTES];
    if (was_struck(s, a) || is_twin_put_off(a) || answer_is_same(&a->told, &a->expected))
        return;
    answer_describe(&a->told, told, sizeof(told));
    answer_describe(&a->expected, expected, sizeof(expected));
    ask_describe(a, what, sizeof(what));
    fail(s, "%s\n    told:     %s\n    expected: %s", what, told, expected);
}

static bool is_final(const struct answer *a)
{
    enum err e = a->command ? a->command : a->outcome;
    return e == OK || (!err_retryable(e) && err_http_status(e) < 500);
}

static bool has_key(const struct request *q)
{
    return q->kind == ASK_PLACE || q->kind == ASK_PLACE_ALONE || q->kind == ASK_PAY;
}

/* Under one key: the first answer, whatever happens in between. */
static void keep_answer(struct sim *s, struct asked *a)
{
    struct wish *w = a->wish;
    s->counts->told++;
    s->counts->refused += a->told.command || a->told.outcome;
    if (!w || !is_final(&a->told))
        return;
    if (!w->is_answered) {
        w->is_answered = true;
        w->first = a->told;
        w->first_ms = s->begun_ms;
        w->first.field = w->first.message = NULL; /* they lie in the arena of this one */
    } else if (has_key(&w->q) && s->begun_ms - w->first_ms < IDEM_KEEP_MS - 60000) {
        struct answer again = a->told;
        again.field = again.message = NULL;
        if (!answer_is_same(&again, &w->first))
            fail(s, "key %lld: another answer than the first", (long long)w->q.key);
    }
}

static void check_answers(struct sim *s)
{
    for (int i = 0; i < s->batch_n; i++)
        if (!s->batch[i].is_told || s->batch[i].place != i)
            fail(s, "request %d of the batch is not answered in its turn", i);
}

static void check_lost(struct sim *s)
{
    for (int i = 0; i < s->batch_n; i++)
        if (!err_retryable(s->batch[i].told.command))
            fail(s, "the batch was lost, and request %d is told %s", i,
                 err_name(s->batch[i].told.command));
}

/* --- time and jobs --- */

static int64_t newest_ms(const struct model *m)
{
    return m->transfers_n ? m->transfers[m->transfers_n - 1].at_ms : INT64_MIN;
}

/* The batch's time: the clock's, but never back, and not before the last transfer. */
static void check_time(struct sim *s)
{
    int64_t least = s->wall_ms > newest_ms(s->model) ? s->wall_ms : newest_ms(s->model);
    if (s->last_begun_ms > least)
        least = s->last_begun_ms;
    int64_t most = s->highest_wall_ms > least ? s->highest_wall_ms : least;
    if (s->wall_ms > s->highest_wall_ms)
        s->highest_wall_ms = s->wall_ms;
    if (s->begun_ms == -1)
        return;
    if (s->begun_ms < least || s->begun_ms > most)
        fail(s, "the batch's time is %lld, the clock's %lld, the last transfer's %lld",
             (long long)s->begun_ms, (long long)s->wall_ms, (long long)newest_ms(s->model));
    s->last_begun_ms = s->begun_ms;
}

/* `due_ms` is 0 while it is not known: the job was due, and a failed call kept it from running, or
 * a batch was lost, which puts jobs off. */
static void check_job(struct sim *s, bool ran, int64_t every_ms, int64_t *due_ms)
{
    int64_t now_ms = s->mono_us / 1000;
    bool is_due = now_ms >= *due_ms;
    if (s->committed && s->fault == NO_FAULT && *due_ms && is_due != ran)
        fail(s, "what was due every %lld ms was %s", (long long)every_ms,
             ran ? "done too early" : "not done");
    if (ran)
        *due_ms = now_ms + every_ms;
    else if (is_due || !s->committed)
        *due_ms = 0;
}

static void check_jobs(struct sim *s)
{
    check_job(s, s->ran_second, EVERY_SECOND_MS, &s->due_second_ms);
    check_job(s, s->ran_prune, EVERY_PRUNE_MS, &s->due_prune_ms);
}

/* What was decided in memory is what the database takes: no run has to be done again. */
static void check_runs(struct sim *s)
{
    struct writer_stats stats;
    writer_stats(s->writer, &stats);
    if (s->fault == NO_FAULT && stats.one_by_one != s->one_by_one)
        fail(s, "a run of orders failed as a whole");
    s->one_by_one = stats.one_by_one;
}

/* --- after a batch --- */

static void set_model(struct sim *s, const struct model *m)
{
    model_copy(s->model, m);
    s->candidates_n = 0;
}

/* What may be found instead, after a restart. */
static void add_candidate(struct sim *s, const struct model *m)
{
    if (s->candidates_n == CANDIDATES_MAX)
        fail(s, "too many outcomes are open");
    if (!s->candidates[s->candidates_n])
        s->candidates[s->candidates_n] = calloc(1, sizeof(struct model));
    model_copy(s->candidates[s->candidates_n++], m);
    s->counts->perhaps++;
}

static bool store_is(struct sim *s, const struct model *m, char *out, size_t size)
{
    struct picture store, model;
    picture_of_store(s, &store);
    picture_of_model(m, &model);
    bool differ = pictures_differ(&store, &model, out, size);
    picture_free(&store);
    picture_free(&model);
    return !differ;
}

/* The batch was committed: its answers, and the store, are those of the model. */
static void check_committed(struct sim *s)
{
    static struct model next;
    char first[4000], other[4000];
    for (unsigned variant = 0; variant < (s->jobs_unsure ? VARIANTS : 1); variant++) {
        expect(s, &next, variant);
        for (int i = 0; variant == 0 && i < s->batch_n; i++)
            check_answer(s, &s->batch[i]);
        if (store_is(s, &next, variant ? other : first, sizeof(first))) {
            set_model(s, &next);
            return;
        }
    }
    fail(s, "the store is not what was told:%s", first);
}

static void check_same(struct sim *s)
{
    char out[4000];
    if (!store_is(s, s->model, out, sizeof(out)))
        fail(s, "a batch that was lost has left something:%s", out);
}

/* --- dying and coming back --- */

static void try_to_open_under_fault(struct sim *s)
{
    for (int i = 0; i < 3 && one_in(s, 3); i++) {
        power_plan(one_in(s, 2) ? POWER_PROCESS_DIES : POWER_FAILS, 1 + below(s, 12));
        enum err e = world_try_open(s);
        if (!power_is_off()) {
            power_plan(POWER_NO_FAULT, 0);
            MUST(s, e);
            world_close(s);
        } else if (!e) {
            world_close(s);
        }
        if (power_is_off())
            say(s, "  died again while opening");
        power_restart();
    }
}

/* Which of those that it may be. */
static void find_out(struct sim *s)
{
    char first[4000], other[4000];
    if (store_is(s, s->model, first, sizeof(first))) {
        s->candidates_n = 0;
        return;
    }
    for (int i = 0; i < s->candidates_n; i++)
        if (store_is(s, s->candidates[i], other, sizeof(other))) {
            say(s, "  found: batch %d that nobody was told of", i);
            set_model(s, s->candidates[i]);
            return;
        }
    fail(s, "after a restart the store is not what was told (of %d outcomes):%s",
         1 + s->candidates_n, first);
}

static void set_clock(struct sim *s)
{
    int64_t far = 3 * 3600 * 1000;
    if (one_in(s, 2))
        s->wall_ms += below(s, 2 * far) - far;
    s->mono_us += below(s, 5000000);
}

static void restart(struct sim *s)
{
    bool died = world_is_dead(s);
    if (!died && !s->on_server && one_in(s, 3)) /* while it stops */
        power_plan(one_in(s, 2) ? POWER_PROCESS_DIES : POWER_FAILS, 1 + below(s, 60));
    world_close(s);
    db_fault_at(0, OK);
    s->dies = s->dead = false;
    if (!s->on_server) {
        if (!power_is_off() && one_in(s, 4))
            power_off(POWER_FAILS); /* after it has stopped */
        s->counts->losses += power_is_off();
        power_restart();
        set_clock(s);
        try_to_open_under_fault(s);
    } else {
        set_clock(s);
    }
    world_open(s);
    s->counts->restarts++;
    s->counts->deaths += died;
    say(s, "  restarted, clock %lld", (long long)s->wall_ms);
    find_out(s);
    look_at_checks(s, true);
}

/* --- a step --- */

static void draw_fault(struct sim *s)
{
    static const enum err errors[] = {ERR_STORE, ERR_BUSY, ERR_DISK_FULL};
    static const enum step_fault on_disk[] = {CALL_FAILS,    DISK_FAILS,    DIES,
                                              POWER_IS_LOST, POWER_IS_LOST, POWER_IS_LOST,
                                              DIES_UNTOLD},
                                 on_server[] = {CALL_FAILS, WIRE_IS_CUT, WIRE_IS_CUT, DIES,
                                                DIES_UNTOLD};
    s->fault = one_in(s, 2)   ? NO_FAULT
               : s->on_server ? on_server[below(s, 5)]
                              : on_disk[below(s, 7)];
    if (s->fault == DISK_FAILS && s->candidates_n > CANDIDATES_MAX - 2 * VARIANTS)
        s->fault = NO_FAULT;
    s->fault_err = errors[below(s, 3)];
    int64_t calls = 1 + below(s, 12 + 14 * s->batch_n), changes = 1 + below(s, 40 + 8 * s->batch_n);
    s->die_untold = s->fault == DIES_UNTOLD;
    if (s->fault == CALL_FAILS)
        db_fault_at(calls, s->fault_err);
    else if (s->fault == WIRE_IS_CUT)
        wire_plan(one_in(s, 2) ? WIRE_CUT_BEFORE : WIRE_CUT_AFTER,
                  one_in(s, 2) ? WIRE_AT_COMMIT : calls, one_in(s, 4) ? 2 : 1);
    else if (s->fault == DISK_FAILS)
        power_plan(POWER_CALL_FAILS, changes);
    else if (s->fault == POWER_IS_LOST)
        power_plan(POWER_FAILS, changes);
    else if (s->fault == DIES && !s->on_server)
        power_plan(POWER_PROCESS_DIES, changes);
    else if (s->fault == DIES) {
        db_fault_from(calls, ERR_STORE);
        s->dies = true;
    }
}

static void clear_fault(struct sim *s)
{
    s->counts->faults += s->fault != NO_FAULT;
    if (!world_is_dead(s)) {
        db_fault_at(0, OK);
        s->dies = false;
    }
    power_plan(POWER_NO_FAULT, 0);
    s->die_untold = false;
}

static void describe_batch(struct sim *s)
{
    static const char *const faults[] = {
        "", "a call fails", "the disk fails", "dies", "power is lost", "dies untold", "wire cut"};
    char what[SAID_BYTES / 2];
    say(s, "step %d: %d requests, clock %lld, %s", s->step, s->batch_n, (long long)s->wall_ms,
        faults[s->fault]);
    for (int i = 0; i < s->batch_n; i++) {
        ask_describe(&s->batch[i], what, sizeof(what));
        say(s, "  %s", what);
    }
}

/* A reader that stays keeps the log from starting over. */
static void draw_reader(struct sim *s)
{
    struct err_info info;
    struct arena arena;
    struct rows rs;
    (void)rs;
    if (s->on_server || !one_in(s, 12))
        return;
    if (s->held) {
        db_snapshot_end(s->held);
        db_close(s->held);
        s->held = NULL;
        return;
    }
    arena_init(&arena, 1 << 20);
    int64_t left;
    MUST(s, db_open(s->url, DB_INSPECT, &s->held, &s->arena, &info));
    MUST(s, db_snapshot_begin(s->held));
    MUST(s, hall_stock_left(s->held, 1, &arena, &left));
    arena_free(&arena);
}

static void run_batch(struct sim *s)
{
    s->batch_n = (int)below(s, one_in(s, 8) ? BATCH_MAX + 1 : 7);
    ask_draw_rush(s);
    for (int i = 0; i < s->batch_n; i++)
        ask_draw(s, &s->batch[i]);
    s->answers = 0;
    s->begun_ms = -1;
    s->committed = s->ran_second = s->ran_prune = false;
    draw_fault(s);
    describe_batch(s);
    for (int i = 0; i < s->batch_n; i++)
        ask_submit(s, &s->batch[i]);
    writer_turn(s->writer);
    wire_plan(WIRE_HOLDS, 0, 0); /* what looks at the store has a way of its own */
    check_time(s);
    check_jobs(s);
    check_runs(s);
}

static bool any_told(const struct sim *s)
{
    for (int i = 0; i < s->batch_n; i++)
        if (s->batch[i].is_told)
            return true;
    return false;
}

/* The batch may have reached the store without anybody being told. */
static void perhaps(struct sim *s, unsigned from_variant)
{
    static struct model next;
    for (unsigned v = from_variant; s->begun_ms != -1 && v < (s->jobs_unsure ? VARIANTS : 1); v++) {
        expect(s, &next, v);
        add_candidate(s, &next);
    }
}

/* Died after the answers: what was told is there. */
static void take_told(struct sim *s)
{
    static struct model next;
    expect(s, &next, 0);
    for (int i = 0; i < s->batch_n; i++)
        check_answer(s, &s->batch[i]);
    s->candidates_n = 0;
    perhaps(s, 1);
    model_copy(s->model, &next);
}

static void settle_batch(struct sim *s)
{
    bool dead = world_is_dead(s);
    s->jobs_unsure |= s->fault == WIRE_IS_CUT || (s->fault == CALL_FAILS && db_fault_left() == 0);
    if (!dead || any_told(s))
        check_answers(s);
    if (dead && any_told(s) && s->committed) {
        take_told(s);
    } else if (dead) {
        perhaps(s, 0);
    } else if (s->committed) {
        check_committed(s);
    } else {
        s->counts->lost++;
        check_lost(s);
        if (s->fault == NO_FAULT)
            fail(s, "a batch was lost for no reason");
        if (s->fault == DISK_FAILS)
            perhaps(s, 0);
        check_same(s);
    }
}

static void step(struct sim *s)
{
    pass_time(s);
    draw_reader(s);
    run_batch(s);
    settle_batch(s);
    for (int i = 0; i < s->batch_n; i++) {
        if (s->batch[i].is_told)
            keep_answer(s, &s->batch[i]);
        ask_free(&s->batch[i]);
    }
    clear_fault(s);
    s->counts->steps++;
    if (world_is_dead(s) || one_in(s, 25))
        restart(s);
    else
        look_at_checks(s, false);
}

void run(struct sim *s)
{
    static struct model model;
    s->model = &model;
    s->seq.state = s->seed;
    s->next_number = 1;
    s->wishes = calloc(WISHES_MAX, sizeof(*s->wishes));
    s->hashes = calloc(MODEL_TRANSFERS, sizeof(*s->hashes));
    if (!s->wishes || !s->hashes)
        abort();
    model_init(s->model);
    world_begin_run(s);
    for (s->step = 1; s->step <= s->steps; s->step++) {
        if (model_is_nearly_full(s->model) || s->wishes_n > WISHES_MAX - BATCH_MAX)
            break;
        step(s);
    }
    restart(s);
    world_close(s);
    for (int i = 0; i < CANDIDATES_MAX; i++)
        free(s->candidates[i]);
    free(s->wishes);
    free(s->hashes);
}
