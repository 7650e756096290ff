/* store/writer: batches, order, refusals, lost batches, jobs; store/idem on top of it. */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/rnd.h"
#include "store/idem.h"
#include "store/queries.h"

/* Writes one row numbered `number` and answers `outcome`. */
struct note {
    struct command cmd;
    struct arena arena;
    int number;
    enum err outcome;
    _Atomic int answered; /* how many times */
    enum err result;
    int order; /* when it was answered, among all */
};

static _Atomic int answers;

static enum err write_note(struct tx *tx, int number)
{
    return db_exec(tx->db, &q_store_migration_record,
                   ARGS(V_INT(number), V_Z("note"), V_Z("sum"), V_INT(tx->now_ms)), NULL);
}

static enum err note_run(struct command *cmd, struct tx *tx)
{
    struct note *n = (struct note *)cmd;
    enum err e = write_note(tx, n->number);
    return e ? e : n->outcome;
}

static void note_done(struct command *cmd, enum err result)
{
    struct note *n = (struct note *)cmd;
    n->result = result;
    n->order = atomic_fetch_add(&answers, 1);
    atomic_fetch_add(&n->answered, 1);
}

static void note_init(struct note *n, int number, enum err outcome)
{
    *n = (struct note){.number = number, .outcome = outcome};
    arena_init(&n->arena, 1 << 20);
    n->cmd = (struct command){
        .name = "test.note", .run = note_run, .done = note_done, .arena = &n->arena};
}

static bool note_exists(struct fixture *f, struct db *db, int number)
{
    struct rows rs;
    enum err e = db_one(db, &q_store_migration_applied, ARGS(V_INT(number)), &f->arena, &rs);
    assert_true(e == OK || e == ERR_NOT_FOUND);
    return e == OK;
}

static struct db *reader(struct fixture *f)
{
    struct db *db;
    assert_ok(db_open(f->url, DB_READ, &db, &f->arena, &f->info));
    return db;
}

/* A command that keeps the writer busy until it is released, so that a batch gathers behind it. */
struct gate {
    struct command cmd;
    struct arena arena;
    pthread_mutex_t lock;
};

static enum err gate_run(struct command *cmd, struct tx *tx)
{
    struct gate *g = (struct gate *)cmd;
    (void)tx;
    pthread_mutex_lock(&g->lock);
    pthread_mutex_unlock(&g->lock);
    return OK;
}

static void gate_done(struct command *cmd, enum err result)
{
    (void)cmd, (void)result;
}

static void gate_close(struct writer *w, struct gate *g)
{
    *g = (struct gate){.cmd = {.name = "test.gate", .run = gate_run, .done = gate_done}};
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_lock(&g->lock);
    assert_ok(writer_submit(w, &g->cmd));
    struct writer_stats stats;
    do
        writer_stats(w, &stats);
    while (stats.queued); /* until the writer has taken it */
}

static struct writer *start(struct fixture *f)
{
    struct writer *w;
    assert_ok(writer_open(f->url, &w, &f->arena, &f->info));
    assert_ok(writer_start(w));
    return w;
}

static void a_refused_command_leaves_the_others_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    struct note notes[6];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    gate_close(w, &gate);
    for (int i = 0; i < 6; i++) {
        note_init(&notes[i], 9000 + i, i == 2 ? ERR_SOLD_OUT : OK);
        if (i == 4)
            notes[i].number = 9000; /* taken by the first */
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    pthread_mutex_unlock(&gate.lock);
    writer_stop(w);
    struct db *db = reader(&f);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(notes[i].answered, 1);
        assert_int_equal(notes[i].result, i == 2 ? ERR_SOLD_OUT : i == 4 ? ERR_EXISTS : OK);
        assert_int_equal(notes[i].cmd.info.code, notes[i].result);
        assert_int_equal(note_exists(&f, db, 9000 + i), i != 2 && i != 4);
        assert_true(i == 0 || notes[i].order > notes[i - 1].order);
        arena_free(&notes[i].arena);
    }
    db_close(db);
    fixture_free(&f);
}

static void what_waits_is_one_batch(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    struct writer_stats stats;
    static struct note notes[2000];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    gate_close(w, &gate);
    for (int i = 0; i < 2000; i++) {
        note_init(&notes[i], 9000 + i, OK);
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    pthread_mutex_unlock(&gate.lock);
    struct note last;
    note_init(&last, 20000, OK);
    assert_ok(writer_call(w, &last.cmd));
    writer_stats(w, &stats);
    assert_int_equal(stats.commands, 2002);
    assert_int_equal(stats.batch_max, WRITER_BATCH_MAX);
    assert_in_range(stats.batches, 3, 4);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.queued, 0);
    writer_stop(w);
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(notes[i].answered, 1);
        arena_free(&notes[i].arena);
    }
    arena_free(&last.arena);
    fixture_free(&f);
}

static void by_hand_nothing_runs_but_in_a_turn(void **state)
{
    (void)state;
    struct fixture f;
    struct note notes[4];
    struct writer *w;
    fixture_on_disk(&f);
    assert_ok(writer_open(f.url, &w, &f.arena, &f.info));
    for (int i = 0; i < 4; i++) {
        note_init(&notes[i], 9000 + i, OK);
        if (i < 2)
            assert_ok(writer_submit(w, &notes[i].cmd));
        assert_int_equal(notes[i].answered, 0);
    }
    writer_turn(w);
    assert_true(notes[0].answered == 1 && notes[1].answered == 1);
    /* What a dead process no longer does: every call from the third on. */
    assert_ok(writer_submit(w, &notes[2].cmd));
    db_fault_from(3, ERR_STORE);
    writer_turn(w);
    assert_int_equal(db_fault_left(), 0);
    assert_int_equal(notes[2].result, ERR_STORE);
    writer_turn(w); /* still so */
    db_fault_at(0, OK);
    assert_ok(writer_submit(w, &notes[3].cmd));
    writer_stop(w); /* takes it along */
    assert_true(notes[3].answered == 1 && notes[3].result == OK);
    struct db *db = reader(&f);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(note_exists(&f, db, 9000 + i), i != 2);
        arena_free(&notes[i].arena);
    }
    db_close(db);
    fixture_free(&f);
}

/* Its answer makes its client ask again. */
struct asking {
    struct note note;
    struct writer *w;
    struct note *next;
    enum err said;
};

static void asking_done(struct command *cmd, enum err result)
{
    struct asking *a = (struct asking *)cmd;
    note_done(cmd, result);
    a->said = writer_submit(a->w, &a->next->cmd);
}

static void a_writer_that_stops_takes_no_more(void **state)
{
    (void)state;
    struct fixture f;
    struct asking first;
    struct note next;
    fixture_on_disk(&f);
    note_init(&first.note, 1, OK);
    note_init(&next, 2, OK);
    first.note.cmd.done = asking_done;
    first.next = &next;
    assert_ok(writer_open(f.url, &first.w, &f.arena, &f.info));
    assert_ok(writer_submit(first.w, &first.note.cmd));
    writer_stop(first.w);
    assert_int_equal(first.note.answered, 1);
    assert_int_equal(first.said, ERR_CLOSED);
    assert_int_equal(next.answered, 0);
    arena_free(&first.note.arena);
    arena_free(&next.arena);
    fixture_free(&f);
}

static void a_full_queue_refuses_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    static struct note notes[WRITER_QUEUE_MAX + 1];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    gate_close(w, &gate);
    for (int i = 0; i < WRITER_QUEUE_MAX; i++) {
        note_init(&notes[i], 9000 + i, ERR_SOLD_OUT);
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    note_init(&notes[WRITER_QUEUE_MAX], 1, OK);
    assert_int_equal(writer_submit(w, &notes[WRITER_QUEUE_MAX].cmd), ERR_BUSY);
    assert_int_equal(notes[WRITER_QUEUE_MAX].answered, 0);
    pthread_mutex_unlock(&gate.lock);
    writer_stop(w);
    for (int i = 0; i < WRITER_QUEUE_MAX; i++) {
        assert_int_equal(notes[i].answered, 1);
        arena_free(&notes[i].arena);
    }
    fixture_free(&f);
}

/* What came of batches of four in which each database call failed in turn. */
struct faulted {
    int lost, lost_batches, refused_alone; /* commands; batches of which all, or one, were lost */
    int saved;                             /* commands that are there although a call failed */
};

/* The nth database call of a batch fails, for every n: each command of the batch is then told so,
 * or is really there. */
static struct faulted fail_each_call(void (*init)(struct note *n, int number, enum err outcome))
{
    struct faulted all = {0};
    bool reached = true;
    for (int nth = 1; reached; nth++) {
        struct fixture f;
        struct gate gate;
        struct note notes[4];
        fixture_on_disk(&f);
        struct writer *w = start(&f);
        gate_close(w, &gate);
        for (int i = 0; i < 4; i++) {
            init(&notes[i], 9000 + i, i == 1 ? ERR_CONFLICT : OK);
            assert_ok(writer_submit(w, &notes[i].cmd));
        }
        db_fault_at(nth, ERR_STORE);
        pthread_mutex_unlock(&gate.lock);
        writer_stop(w);
        reached = db_fault_left() == 0;
        db_fault_at(0, OK);
        struct db *db = reader(&f);
        int failed = 0;
        for (int i = 0; i < 4; i++) {
            assert_int_equal(notes[i].answered, 1);
            assert_int_equal(note_exists(&f, db, 9000 + i), notes[i].result == OK);
            failed += notes[i].result == ERR_STORE;
            all.saved += reached && notes[i].result == OK;
            arena_free(&notes[i].arena);
        }
        all.lost += failed;
        all.lost_batches += failed == 4;
        all.refused_alone += failed == 1;
        db_close(db);
        fixture_free(&f);
    }
    return all;
}

static void a_fault_anywhere_loses_nothing_that_was_told(void **state)
{
    (void)state;
    struct faulted all = fail_each_call(note_init);
    assert_true(all.lost_batches >= 2 && all.refused_alone >= 4);
}

/* --- hot commands --- */

/* What runs of hot notes were like. */
static struct {
    int runs, commands, alone;
} hot_seen;

/* Writes all that are not refused, in one statement; one that is there already fails them all. */
static enum err hot_run(struct tx *tx, struct command **cmds, size_t n, enum err *results)
{
    enum err e = OK;
    hot_seen.runs++;
    hot_seen.commands += (int)n;
    hot_seen.alone += n == 1;
    for (size_t i = 0; !e && i < n; i++) {
        struct note *note = (struct note *)cmds[i];
        results[i] = note->outcome;
        if (note->outcome)
            note->cmd.info = (struct err_info){.code = note->outcome, .field = "note"};
        else
            e = write_note(tx, note->number);
    }
    return e;
}

static void hot_init(struct note *n, int number, enum err outcome)
{
    note_init(n, number, outcome);
    n->cmd.run = NULL;
    n->cmd.run_many = hot_run;
}

static void hot_commands_of_a_batch_run_together(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    struct note notes[9], called;
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    memset(&hot_seen, 0, sizeof(hot_seen));
    gate_close(w, &gate);
    for (int i = 0; i < 9; i++) { /* every third one is cold */
        if (i % 3 == 2)
            note_init(&notes[i], 9000 + i, OK);
        else
            hot_init(&notes[i], 9000 + i, i == 4 ? ERR_SOLD_OUT : OK);
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    pthread_mutex_unlock(&gate.lock);
    hot_init(&called, 9100, ERR_CONFLICT);
    assert_int_equal(writer_call(w, &called.cmd), ERR_CONFLICT);
    assert_string_equal(called.cmd.info.field, "note");
    writer_stop(w);
    assert_int_equal(hot_seen.runs, 2);
    assert_int_equal(hot_seen.commands, 7);
    struct db *db = reader(&f);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(notes[i].result, i == 4 ? ERR_SOLD_OUT : OK);
        assert_int_equal(note_exists(&f, db, 9000 + i), i != 4);
        if (i > 0) /* answered as they were submitted */
            assert_true(notes[i].order > notes[i - 1].order);
        arena_free(&notes[i].arena);
    }
    assert_string_equal(notes[4].cmd.info.field, "note");
    arena_free(&called.arena);
    db_close(db);
    fixture_free(&f);
}

static void a_run_that_fails_is_done_one_by_one(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    struct note notes[5];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    memset(&hot_seen, 0, sizeof(hot_seen));
    gate_close(w, &gate);
    for (int i = 0; i < 5; i++) {
        hot_init(&notes[i], i == 3 ? 9000 : 9000 + i, OK); /* the fourth is there already */
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    pthread_mutex_unlock(&gate.lock);
    writer_stop(w);
    assert_int_equal(hot_seen.runs, 6);
    assert_int_equal(hot_seen.alone, 5);
    struct db *db = reader(&f);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(notes[i].answered, 1);
        assert_int_equal(notes[i].result, i == 3 ? ERR_EXISTS : OK);
        assert_true(note_exists(&f, db, notes[i].number));
        arena_free(&notes[i].arena);
    }
    db_close(db);
    fixture_free(&f);
}

/* As with cold ones: whichever call fails, what was told is what is there. */
static void a_fault_in_a_run_loses_nothing_that_was_told(void **state)
{
    (void)state;
    struct faulted all = fail_each_call(hot_init);
    assert_true(all.lost >= 4 && all.saved >= 12); /* a fault within the run costs nobody */
}

/* --- many threads --- */

enum { THREADS = 6, NOTES_EACH = 150 };

struct submitter {
    pthread_t thread;
    struct writer *w;
    int first;
    struct note notes[NOTES_EACH];
};

static void *submit_all(void *arg)
{
    struct submitter *s = arg;
    for (int i = 0; i < NOTES_EACH; i++) {
        note_init(&s->notes[i], s->first + i, i % 10 == 9 ? ERR_CONFLICT : OK);
        if (i % 50 == 0)
            s->notes[i].answered = writer_call(s->w, &s->notes[i].cmd) == OK;
        else
            while (writer_submit(s->w, &s->notes[i].cmd) == ERR_BUSY)
                ;
    }
    return NULL;
}

static void threads_are_answered_each_in_order(void **state)
{
    (void)state;
    struct fixture f;
    static struct submitter submitters[THREADS];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    for (int t = 0; t < THREADS; t++) {
        submitters[t].w = w;
        submitters[t].first = 10000 + t * 1000;
        assert_int_equal(pthread_create(&submitters[t].thread, NULL, submit_all, &submitters[t]),
                         0);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(submitters[t].thread, NULL);
    writer_stop(w);
    struct db *db = reader(&f);
    for (int t = 0; t < THREADS; t++) {
        int order = -1;
        for (int i = 0; i < NOTES_EACH; i++) {
            struct note *n = &submitters[t].notes[i];
            assert_int_equal(n->answered, 1);
            assert_int_equal(note_exists(&f, db, n->number), i % 10 != 9);
            if (i % 50 != 0) {
                assert_true(n->order > order);
                order = n->order;
            }
            arena_free(&n->arena);
        }
    }
    db_close(db);
    fixture_free(&f);
}

/* --- jobs --- */

static enum err count_run(struct tx *tx, void *arg)
{
    _Atomic int *runs = arg;
    enum err e = write_note(tx, 9000 + atomic_load(runs));
    atomic_fetch_add(runs, 1);
    return e;
}

static enum err failing_run(struct tx *tx, void *arg)
{
    _Atomic int *runs = arg;
    enum err e = write_note(tx, 9500);
    atomic_fetch_add(runs, 1);
    return e ? e : ERR_CONFLICT;
}

static void jobs_run_while_idle(void **state)
{
    (void)state;
    struct fixture f;
    _Atomic int runs = 0, failures = 0;
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    writer_every(w, 5, "test.count", count_run, &runs);
    writer_every(w, 5, "test.fail", failing_run, &failures);
    while (atomic_load(&runs) < 3 || atomic_load(&failures) < 3)
        usleep(1000);
    writer_stop(w);
    struct db *db = reader(&f);
    for (int i = 0; i < runs; i++)
        assert_true(note_exists(&f, db, 9000 + i));
    assert_false(note_exists(&f, db, 9500));
    db_close(db);
    fixture_free(&f);
}

/* A store that is away, or a guard that refuses everything, is not asked thousands of times. */
static void jobs_wait_while_no_batch_is_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct writer_stats before, after;
    _Atomic int runs = 0;
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    writer_every(w, 1, "test.count", count_run, &runs);
    while (atomic_load(&runs) < 1)
        usleep(1000);
    db_fault_from(1, ERR_STORE);
    usleep(20000);
    writer_stats(w, &before);
    usleep(300000);
    writer_stats(w, &after);
    db_fault_at(0, OK);
    assert_in_range(after.batches - before.batches, 0, 3);
    int ran = atomic_load(&runs);
    while (atomic_load(&runs) == ran)
        usleep(1000);
    writer_stop(w);
    fixture_free(&f);
}

static void a_stopped_writer_has_moved_its_log(void **state)
{
    (void)state;
    ONLY_ON_SQLITE();
    struct fixture f;
    struct note n;
    char path[160];
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    note_init(&n, 9000, OK);
    assert_ok(writer_call(w, &n.cmd));
    snprintf(path, sizeof(path), "%s/town.db-wal", f.folder);
    assert_int_equal(access(path, F_OK), 0);
    writer_stop(w);
    assert_int_not_equal(access(path, F_OK), 0);
    arena_free(&n.arena);
    fixture_free(&f);
}

/* Refuses a batch that holds a note with the number it was given; writes one of its own else. */
static enum err guard_run(struct tx *tx, void *arg)
{
    struct rows rs;
    const int *unwanted = arg;
    enum err e = db_one(tx->db, &q_store_migration_applied, ARGS(V_INT(*unwanted)), tx->arena, &rs);
    if (e == ERR_NOT_FOUND)
        return write_note(tx, 20000 + (int)(rnd_u64() % 1000000000));
    tx->info->text = "an unwanted note";
    return e ? e : ERR_CORRUPT;
}

static void a_guard_loses_the_whole_batch(void **state)
{
    (void)state;
    struct fixture f;
    struct gate gate;
    struct note notes[4];
    int unwanted = 9002;
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    writer_before_commit(w, "test.guard", guard_run, &unwanted);
    gate_close(w, &gate);
    for (int i = 0; i < 3; i++) {
        note_init(&notes[i], 9000 + i, OK);
        assert_ok(writer_submit(w, &notes[i].cmd));
    }
    pthread_mutex_unlock(&gate.lock);
    note_init(&notes[3], 9003, OK);
    while (writer_call(w, &notes[3].cmd) == ERR_STORE) /* until it is not in the lost batch */
        continue;
    writer_stop(w);
    struct db *db = reader(&f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(notes[i].result, ERR_STORE);
        assert_int_equal(notes[i].answered, 1);
        assert_true(err_retryable(notes[i].result));
        assert_false(note_exists(&f, db, 9000 + i));
    }
    assert_true(note_exists(&f, db, 9003));
    struct rows rs;
    assert_ok(db_select(db, &q_store_migrations_applied, NO_ARGS, &f.arena, &rs));
    assert_true(row_int(&rs, rs.n - 1, "number") >= 20000); /* what the guard added is kept */
    for (int i = 0; i < 4; i++)
        arena_free(&notes[i].arena);
    db_close(db);
    fixture_free(&f);
}

static void the_last_batch_comes_after_all_commands(void **state)
{
    (void)state;
    struct fixture f;
    struct note n;
    _Atomic int runs = 100;
    fixture_on_disk(&f);
    struct writer *w = start(&f);
    writer_at_stop(w, "test.last", count_run, &runs);
    note_init(&n, 9000, OK);
    assert_ok(writer_submit(w, &n.cmd));
    writer_stop(w);
    struct db *db = reader(&f);
    assert_true(note_exists(&f, db, 9000));
    assert_true(note_exists(&f, db, 9100));
    assert_int_equal(atomic_load(&runs), 101);
    arena_free(&n.arena);
    db_close(db);
    fixture_free(&f);
}

/* --- idempotency --- */

struct work {
    int runs;
    int number;
    enum err outcome;
};

static enum err do_work(struct tx *tx, void *arg, int64_t *subject)
{
    struct work *work = arg;
    work->runs++;
    *subject = work->number;
    enum err e = write_note(tx, work->number);
    if (e || !work->outcome)
        return e;
    *tx->info = (struct err_info){.code = work->outcome, .field = "quantity", .limit = 3};
    return work->outcome;
}

static struct idem_key key_of(const char *body)
{
    struct idem_key key = {.actor = STR("user:1"), .operation = "test.do", .key = STR("k-1")};
    struct str parts[] = {str_of(body)};
    idem_hash(key.hash, parts, 1);
    return key;
}

static void the_same_request_is_done_once(void **state)
{
    (void)state;
    struct fixture f;
    struct work work = {.number = 9001};
    struct idem_outcome out;
    fixture_in_memory(&f);
    struct idem_key key = key_of("one"), other = key_of("two");
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    assert_false(out.repeated);
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    assert_true(out.repeated);
    assert_int_equal(out.subject, 9001);
    assert_int_equal(out.result, OK);
    assert_int_equal(work.runs, 1);
    assert_int_equal(idem_run(&f.tx, &other, do_work, &work, &out), ERR_KEY_REUSED);
    other.actor = STR("user:2"); /* somebody else's key of the same name */
    work.number = 9002;
    assert_ok(idem_run(&f.tx, &other, do_work, &work, &out));
    assert_int_equal(work.runs, 2);
    fixture_free(&f);
}

static void refusals_are_kept_failures_are_not(void **state)
{
    (void)state;
    struct fixture f;
    struct work work = {.number = 9001, .outcome = ERR_SOLD_OUT};
    struct idem_outcome out;
    fixture_in_memory(&f);
    struct idem_key key = key_of("one");
    for (int i = 0; i < 2; i++) {
        assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
        assert_int_equal(out.result, ERR_SOLD_OUT);
        assert_int_equal(out.amount, 3);
        assert_string_equal(out.field, "quantity");
        assert_int_equal(out.repeated, i == 1);
        assert_false(note_exists(&f, f.db, 9001)); /* a refusal has written nothing */
    }
    assert_int_equal(work.runs, 1);
    key.key = STR("k-2");
    work.outcome = ERR_BUSY;
    assert_int_equal(idem_run(&f.tx, &key, do_work, &work, &out), ERR_BUSY);
    work.outcome = OK;
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    assert_int_equal(out.result, OK);
    assert_int_equal(work.runs, 3);
    fixture_free(&f);
}

static void a_set_of_keys_answers_each_once(void **state)
{
    (void)state;
    struct fixture f;
    struct idem_set set;
    struct idem_key a = {.actor = STR("user:1"), .operation = "test", .key = STR("a")};
    struct idem_key b = {.actor = STR("user:1"), .operation = "test", .key = STR("b")};
    struct idem_key other = a;
    const struct idem_key *keys[] = {&a, &b, &other};
    struct idem_outcome out, sold_out = {.result = ERR_SOLD_OUT, .amount = 3, .field = "quantity"};
    const struct idem_outcome done = {.result = OK, .subject = 42}, busy = {.result = ERR_BUSY};
    other.hash[0] = 1;
    fixture_in_memory(&f);
    for (int round = 0; round < 2; round++) {
        idem_set_init(&set, &f.tx);
        assert_ok(idem_set_load(&set, keys, 3));
        if (round == 0) {
            assert_int_equal(idem_set_take(&set, &a, &out), ERR_NOT_FOUND);
            assert_int_equal(idem_set_take(&set, &a, &out), ERR_AGAIN);
            assert_ok(idem_set_answer(&set, &a, &done));
            assert_int_equal(idem_set_take(&set, &b, &out), ERR_NOT_FOUND);
            assert_ok(idem_set_answer(&set, &b, &busy)); /* a retry may do better */
            assert_int_equal(idem_set_take(&set, &b, &out), ERR_NOT_FOUND);
            assert_ok(idem_set_answer(&set, &b, &sold_out));
        }
        assert_int_equal(idem_set_take(&set, &other, &out), ERR_KEY_REUSED);
        assert_ok(idem_set_take(&set, &a, &out));
        assert_true(out.repeated && out.result == OK && out.subject == 42);
        assert_ok(idem_set_take(&set, &b, &out));
        assert_true(out.repeated && out.result == ERR_SOLD_OUT && out.amount == 3);
        assert_string_equal(out.field, "quantity");
        assert_null(out.message_key);
        assert_ok(idem_set_flush(&set));
        idem_set_free(&set);
    }
    fixture_free(&f);
}

static void old_keys_are_forgotten(void **state)
{
    (void)state;
    struct fixture f;
    struct work work = {.number = 9001};
    struct idem_outcome out;
    fixture_in_memory(&f);
    struct idem_key key = key_of("one");
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    f.tx.now_ms += IDEM_KEEP_MS;
    assert_ok(idem_prune(&f.tx, NULL));
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    assert_true(out.repeated);
    f.tx.now_ms += 1;
    assert_ok(idem_prune(&f.tx, NULL));
    work.number = 9002;
    assert_ok(idem_run(&f.tx, &key, do_work, &work, &out));
    assert_false(out.repeated);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_command_leaves_the_others_alone),
        cmocka_unit_test(what_waits_is_one_batch),
        cmocka_unit_test(by_hand_nothing_runs_but_in_a_turn),
        cmocka_unit_test(a_writer_that_stops_takes_no_more),
        cmocka_unit_test(a_full_queue_refuses_at_once),
        cmocka_unit_test(a_fault_anywhere_loses_nothing_that_was_told),
        cmocka_unit_test(hot_commands_of_a_batch_run_together),
        cmocka_unit_test(a_run_that_fails_is_done_one_by_one),
        cmocka_unit_test(a_fault_in_a_run_loses_nothing_that_was_told),
        cmocka_unit_test(threads_are_answered_each_in_order),
        cmocka_unit_test(jobs_run_while_idle),
        cmocka_unit_test(jobs_wait_while_no_batch_is_kept),
        cmocka_unit_test(a_stopped_writer_has_moved_its_log),
        cmocka_unit_test(a_guard_loses_the_whole_batch),
        cmocka_unit_test(the_last_batch_comes_after_all_commands),
        cmocka_unit_test(the_same_request_is_done_once),
        cmocka_unit_test(refusals_are_kept_failures_are_not),
        cmocka_unit_test(a_set_of_keys_answers_each_once),
        cmocka_unit_test(old_keys_are_forgotten),
    };
    log_set_level(LOG_NONE);
    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
