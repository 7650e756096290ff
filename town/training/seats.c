/*
 * Seats of a run are a book of the ledger (unit seat, subject course_run:ID):
 *
 *   outside ──set──▶ available ──enrol──▶ taken
 *           ◀──────            ◀──leave──
 *
 * A transfer is named by the enrolment and how often its state has changed, so that a command that
 * runs again moves nothing twice. Whoever has no seat waits, in the order of coming.
 */
#include <stdio.h>

#include "ledger/ledger.h"
#include "store/queries.h"
#include "store/seal.h"
#include "town/training/internal.h"
#include "town/training/tell.h"

enum { SUBJECT_MAX = 40, REF_MAX = 64 };

static const struct transition rows[] = {
    {NULL, "enrol", "enrolled", TRAINING_MEMBER | TRAINING_BASE, false},
    {NULL, "wait", "waiting", TRAINING_MEMBER | TRAINING_BASE, false},
    {"left", "enrol", "enrolled", TRAINING_MEMBER | TRAINING_BASE, false},
    {"left", "wait", "waiting", TRAINING_MEMBER | TRAINING_BASE, false},
    {"waiting", "seat", "enrolled", TRAINING_ITSELF, false},
    {"waiting", "leave", "left", TRAINING_MEMBER | TRAINING_BASE, false},
    {"enrolled", "leave", "left", TRAINING_MEMBER | TRAINING_BASE, false},
    {"enrolled", "complete", "completed", TRAINING_ITSELF, false},
};
const struct transition_table training_enrolment_table = TRANSITION_TABLE(rows);

struct seats {
    int64_t outside, available, taken;
};

static enum err open_seats(struct tx *tx, int64_t run, struct seats *out)
{
    char subject[SUBJECT_MAX];
    int64_t book;
    int n = snprintf(subject, sizeof(subject), "course_run:%lld", (long long)run);
    enum err e = ledger_book(tx, "seat", str_n(subject, (size_t)n), &book);
    if (!e)
        e = ledger_account_open(tx, book, "outside", 0, &out->outside);
    if (!e)
        e = ledger_account_open(tx, book, "available", LEDGER_DEBITS_LE_CREDITS, &out->available);
    return e ? e : ledger_account_open(tx, book, "taken", LEDGER_DEBITS_LE_CREDITS, &out->taken);
}

/* --- one enrolment --- */

enum err training_enrolment_of(struct tx *tx, int64_t run, int64_t user,
                               struct training_enrolment *out)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_training_enrolment_find, ARGS(V_INT(run), V_INT(user)), tx->arena, &rs);
    if (e)
        return e;
    *out = (struct training_enrolment){.id = row_int(&rs, 0, "id"),
                                       .run = run,
                                       .user = user,
                                       .moves = row_int(&rs, 0, "moves"),
                                       .state = row_str(&rs, 0, "state")};
    return OK;
}

/* ERR_SOLD_OUT: there is none. */
static enum err move_seat(struct tx *tx, const struct training_enrolment *en, bool takes)
{
    struct seats s;
    char ref[REF_MAX];
    int n = snprintf(ref, sizeof(ref), "enrolment:%lld/%lld", (long long)en->id,
                     (long long)en->moves + 1);
    enum err e = open_seats(tx, en->run, &s);
    if (e)
        return e;
    struct ledger_transfer t = {.id = ledger_id_derive("training.seat", str_n(ref, (size_t)n)),
                                .debit = takes ? s.available : s.taken,
                                .credit = takes ? s.taken : s.available,
                                .amount = 1,
                                .reason = takes ? "enrol" : "leave",
                                .ref = str_n(ref, (size_t)n)};
    return ledger_post(tx, &t);
}

enum err training_move(struct tx *tx, struct training_enrolment *en, const char *event, unsigned as,
                       int64_t actor, struct str note)
{
    const struct transition *step;
    enum err e = transition_next(&training_enrolment_table, en->state, event, as, &step);
    bool had = str_eq_z(en->state, "enrolled");
    bool has = !e && str_eq_z(str_of(step->to), "enrolled");
    bool gives = !e && had && str_eq_z(str_of(step->to), "left");
    if (!e && !had && has)
        e = move_seat(tx, en, true);
    if (!e && gives)
        e = move_seat(tx, en, false);
    if (!e)
        e = db_exec(tx->db, &q_training_enrolment_set,
                    ARGS(V_Z(step->to), V_INT(tx->now_ms), V_INT(en->id)), NULL);
    if (!e)
        e = db_exec(tx->db, &q_training_enrolment_event,
                    ARGS(V_INT(en->id), V_INT(tx->now_ms), actor ? V_INT(actor) : V_NULL,
                         V_Z(event), V_Z(step->to), V_STR(note)),
                    NULL);
    if (!e && (gives || (has && !had)))
        e = training_tell_sessions(tx, en->run, en->user, has);
    if (e)
        return e;
    en->state = str_of(step->to);
    en->moves++;
    return OK;
}

/* --- the waitlist --- */

/* Those who wait come in, as long as there are seats. */
static enum err promote(struct tx *tx, int64_t run)
{
    for (;;) {
        struct rows rs;
        enum err e = db_select(tx->db, &q_training_first_waiting, ARGS(V_INT(run)), tx->arena, &rs);
        if (e || rs.n == 0)
            return e;
        struct training_enrolment en = {.id = row_int(&rs, 0, "id"),
                                        .run = run,
                                        .user = row_int(&rs, 0, "user_id"),
                                        .moves = row_int(&rs, 0, "moves"),
                                        .state = row_str(&rs, 0, "state")};
        if (row_int(&rs, 0, "free") < 1)
            return OK;
        e = training_move(tx, &en, "seat", TRAINING_ITSELF, 0, STR_NONE);
        if (!e)
            e = training_tell_run(tx, "course.seat", run, en.user);
        if (e)
            return e;
    }
}

/* --- commands --- */

enum err training_seats_set(struct tx *tx, int64_t run, int64_t seats, int64_t actor)
{
    struct seats s;
    struct ledger_account available, taken;
    char ref[REF_MAX];
    if (seats < 1 || seats > TRAINING_SEATS_MAX)
        return training_refuse(tx, ERR_INVALID, "seats", "training.seats_bad");
    enum err e = open_seats(tx, run, &s);
    if (!e)
        e = ledger_account_get(tx->db, s.available, tx->arena, &available);
    if (!e)
        e = ledger_account_get(tx->db, s.taken, tx->arena, &taken);
    if (e)
        return e;
    int64_t there = available.credits_posted - available.debits_posted + taken.credits_posted -
                    taken.debits_posted;
    int n = snprintf(ref, sizeof(ref), "course_run:%lld by user:%lld", (long long)run,
                     (long long)actor);
    bool more = seats > there;
    if (seats == there)
        return OK;
    struct ledger_transfer t = {.id = ledger_id_new(),
                                .debit = more ? s.outside : s.available,
                                .credit = more ? s.available : s.outside,
                                .amount = more ? seats - there : there - seats,
                                .reason = "seats",
                                .ref = str_n(ref, (size_t)n)};
    e = ledger_post(tx, &t);
    if (e == ERR_SOLD_OUT)
        return training_refuse(tx, ERR_CONFLICT, "seats", "training.seats_taken");
    return e ? e : promote(tx, run);
}

static enum err keep_name(struct tx *tx, int64_t user, struct str name)
{
    struct rows rs;
    struct str sealed;
    if (!name.n) {
        enum err e = db_select(tx->db, &q_training_person, ARGS(V_INT(user)), tx->arena, &rs);
        return e || rs.n ? e : training_refuse(tx, ERR_INVALID, "name", "training.name_needed");
    }
    enum err e = seal_text("training.name", name, tx->arena, &sealed);
    return e ? e
             : db_exec(tx->db, &q_training_person_keep, ARGS(V_INT(user), V_BLOB(sealed)), NULL);
}

static enum err find_or_add(struct tx *tx, int64_t run, int64_t user, struct training_enrolment *en)
{
    struct rows rs;
    enum err e = training_enrolment_of(tx, run, user, en);
    if (e != ERR_NOT_FOUND)
        return e;
    e = db_one(tx->db, &q_training_enrolment_add, ARGS(V_INT(run), V_INT(user), V_INT(tx->now_ms)),
               tx->arena, &rs);
    *en = (struct training_enrolment){
        .id = e ? 0 : row_int(&rs, 0, "id"), .run = run, .user = user, .state = STR("")};
    return e;
}

/* Does it take somebody: it is open, its course too, and it has not ended? */
static enum err takes(struct tx *tx, int64_t run, bool *is_free)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_run_takes, ARGS(V_INT(run)), tx->arena, &rs);
    if (e)
        return e;
    *is_free = row_int(&rs, 0, "free") > 0;
    bool is_over = !row_null(&rs, 0, "ends_at") && row_int(&rs, 0, "ends_at") <= tx->now_ms;
    if (!str_eq_z(row_str(&rs, 0, "state"), "open") || is_over)
        return training_refuse(tx, ERR_CONFLICT, "run", "training.run_closed");
    return OK;
}

enum err training_enrol(struct tx *tx, int64_t run, int64_t user, struct str name, int64_t actor)
{
    struct training_enrolment en;
    struct rows other;
    bool is_free;
    enum err e = takes(tx, run, &is_free);
    if (!e)
        e = keep_name(tx, user, name);
    if (!e)
        e = find_or_add(tx, run, user, &en);
    if (e || (en.state.n && !str_eq_z(en.state, "left")))
        return e; /* enrolled, waiting or completed: that is what was asked for */
    e = db_select(tx->db, &q_training_enrolled_elsewhere,
                  ARGS(V_INT(run), V_INT(user), V_INT(tx->now_ms)), tx->arena, &other);
    if (e || other.n)
        return e ? e : training_refuse(tx, ERR_EXISTS, "run", "training.enrolled_elsewhere");
    unsigned as = actor == user ? TRAINING_MEMBER : TRAINING_BASE;
    e = training_move(tx, &en, is_free ? "enrol" : "wait", as, actor, STR_NONE);
    return e || !is_free ? e : training_tell_run(tx, "course.enrolled", run, user);
}

enum err training_leave(struct tx *tx, int64_t run, int64_t user, int64_t actor)
{
    struct training_enrolment en;
    struct rows exams;
    enum err e = training_enrolment_of(tx, run, user, &en);
    if (e || str_eq_z(en.state, "left"))
        return e;
    e = db_select(tx->db, &q_training_exams_of, ARGS(V_INT(en.id)), tx->arena, &exams);
    if (e || (exams.n && !str_eq_z(en.state, "completed")))
        return e ? e : training_refuse(tx, ERR_CONFLICT, "run", "training.has_exam");
    unsigned as = actor == user ? TRAINING_MEMBER : TRAINING_BASE;
    e = training_move(tx, &en, "leave", as, actor, STR_NONE);
    if (e == ERR_CONFLICT)
        return training_refuse(tx, e, "run", "training.has_completed");
    return e ? e : promote(tx, run);
}
