#include "town/training/exam.h"

#include "base/rnd.h"
#include "store/queries.h"
#include "town/training/certificate.h"
#include "town/training/draw.h"
#include "town/training/tell.h"

enum { SWEEP_MAX = 50, QUESTIONS_MOST = 5000 };

/* --- the log --- */

static enum err note(struct tx *tx, const struct exam_by *by, const char *event, int64_t position,
                     int64_t answer)
{
    return db_exec(tx->db, &q_training_exam_event,
                   ARGS(V_INT(by->exam), V_INT(tx->now_ms), by->user ? V_INT(by->user) : V_NULL,
                        V_Z(event), V_INT(by->device), position < 0 ? V_NULL : V_INT(position),
                        position < 0 ? V_NULL : V_INT(answer), V_STR(STR(""))),
                   NULL);
}

/* --- beginning --- */

enum err exam_standing(struct db *db, struct arena *arena, int64_t enrolment,
                       struct exam_standing *out)
{
    struct rows rs;
    enum err e = db_one(db, &q_training_standing, ARGS(V_INT(enrolment)), arena, &rs);
    if (e)
        return e;
    int64_t percent = row_int(&rs, 0, "attend_percent"), sessions = row_int(&rs, 0, "sessions");
    *out = (struct exam_standing){
        .has_bank = !row_null(&rs, 0, "bank_id") && row_int(&rs, 0, "questions") > 0,
        .has_passed = str_eq_z(row_str(&rs, 0, "state"), "completed"),
        .sessions = sessions,
        .present = row_int(&rs, 0, "present"),
        .needed = (sessions * percent + 99) / 100,
        .tries = row_int(&rs, 0, "tries"),
        .tries_max = row_int(&rs, 0, "exam_tries"),
        .exam = row_null(&rs, 0, "open_exam") ? 0 : row_int(&rs, 0, "open_exam")};
    out->has_attended = sessions > 0 && out->present >= out->needed;
    out->has_tries = out->tries < out->tries_max;
    out->is_open = out->exam != 0;
    return OK;
}

enum err exam_draw(struct db *db, struct arena *arena, int64_t bank, int64_t at_ms, int64_t seed,
                   int64_t take, struct draw_question **out, size_t *n)
{
    struct rows rs;
    enum err e = db_select(db, &q_training_questions_at,
                           ARGS(V_INT(bank), V_INT(at_ms), V_INT(QUESTIONS_MOST)), arena, &rs);
    struct draw_question *all = e ? NULL : arena_array(arena, rs.n + 1, sizeof(*all));
    if (e || !all)
        return e ? e : ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        all[i] = (struct draw_question){.id = row_int(&rs, i, "id"),
                                        .options = (int)row_int(&rs, i, "options")};
    *n = rs.n < (size_t)take ? rs.n : (size_t)take;
    draw_paper((uint64_t)seed, all, rs.n, *n);
    *out = all;
    return OK;
}

static enum err write_paper(struct tx *tx, int64_t exam, const struct draw_question *paper,
                            size_t n)
{
    struct val *args = arena_array(tx->arena, n * 4 + 1, sizeof(*args));
    for (size_t i = 0; args && i < n; i++) {
        args[4 * i] = V_INT(exam);
        args[4 * i + 1] = V_INT((int64_t)i);
        args[4 * i + 2] = V_INT(paper[i].id);
        args[4 * i + 3] = V_Z(paper[i].order);
    }
    return args ? db_exec_many(tx->db, &q_training_exam_item_add, args, n, NULL) : ERR_NOMEM;
}

static enum err begin_try(struct tx *tx, const struct training_enrolment *en, int64_t device,
                          int64_t *exam)
{
    struct rows run, rs;
    struct draw_question *paper = NULL;
    size_t n = 0;
    int64_t seed = (int64_t)(rnd_u64() >> 1);
    enum err e = db_one(tx->db, &q_training_run, ARGS(V_INT(en->run)), tx->arena, &run);
    if (e)
        return e;
    int64_t bank = row_int(&run, 0, "bank_id");
    int64_t due = tx->now_ms + row_int(&run, 0, "exam_minutes") * 60 * 1000;
    e = exam_draw(tx->db, tx->arena, bank, tx->now_ms, seed, row_int(&run, 0, "exam_questions"),
                  &paper, &n);
    if (!e && n == 0)
        return training_refuse(tx, ERR_CONFLICT, "run", "training.exam_none");
    if (!e)
        e = db_one(tx->db, &q_training_exam_add,
                   ARGS(V_INT(en->id), V_INT(en->user), V_INT(seed), V_INT(bank), V_INT(device),
                        V_INT(tx->now_ms), V_INT(due), V_INT(row_int(&run, 0, "pass_percent"))),
                   tx->arena, &rs);
    if (e)
        return e;
    *exam = row_int(&rs, 0, "id");
    e = write_paper(tx, *exam, paper, n);
    return e ? e : note(tx, &(struct exam_by){*exam, en->user, device}, "begin", -1, 0);
}

enum err exam_begin(struct tx *tx, int64_t run, int64_t user, int64_t device, int64_t *exam)
{
    struct training_enrolment en;
    struct exam_standing s;
    enum err e = training_enrolment_of(tx, run, user, &en);
    if (!e)
        e = exam_standing(tx->db, tx->arena, en.id, &s);
    if (e)
        return e;
    *exam = s.exam;
    if (s.is_open)
        return OK;
    const char *why = s.has_passed                      ? "training.exam_passed"
                      : !str_eq_z(en.state, "enrolled") ? "training.not_enrolled"
                      : !s.has_bank                     ? "training.exam_none"
                      : !s.has_attended                 ? "training.exam_attend"
                      : !s.has_tries                    ? "training.exam_no_tries"
                                                        : NULL;
    return why ? training_refuse(tx, ERR_CONFLICT, "run", why) : begin_try(tx, &en, device, exam);
}

/* --- the end --- */

/* Marks what was saved: one point a question. */
static enum err finish(struct tx *tx, const struct rows *exam, const struct exam_by *by,
                       const char *event)
{
    struct rows rs;
    struct training_enrolment en;
    enum err e = db_one(tx->db, &q_training_exam_points, ARGS(V_INT(by->exam)), tx->arena, &rs);
    if (e)
        return e;
    int64_t right = row_int(&rs, 0, "points"), of = row_int(&rs, 0, "of_points");
    bool passed = of > 0 && right * 100 >= of * row_int(exam, 0, "pass_percent");
    e = db_exec(
        tx->db, &q_training_exam_end,
        ARGS(V_Z(passed ? "passed" : "failed"), V_INT(tx->now_ms), V_INT(right), V_INT(by->exam)),
        NULL);
    if (!e)
        e = note(tx, by, event, -1, 0);
    if (e || !passed)
        return e;
    e = training_enrolment_of(tx, row_int(exam, 0, "run_id"), row_int(exam, 0, "user_id"), &en);
    if (!e && str_eq_z(en.state, "enrolled")) {
        e = training_move(tx, &en, "complete", TRAINING_ITSELF, 0, STR_NONE);
        if (!e)
            e = certificate_issue(tx, &en, NULL);
    }
    return e;
}

enum err exam_sweep(struct tx *tx, void *unused)
{
    struct rows due;
    (void)unused;
    enum err e = db_select(tx->db, &q_training_exams_due, ARGS(V_INT(tx->now_ms), V_INT(SWEEP_MAX)),
                           tx->arena, &due);
    for (size_t i = 0; !e && i < due.n; i++) {
        struct rows exam;
        struct exam_by by = {row_int(&due, i, "id"), 0, 0};
        e = db_one(tx->db, &q_training_exam, ARGS(V_INT(by.exam)), tx->arena, &exam);
        if (!e)
            e = finish(tx, &exam, &by, "time_over");
    }
    return e;
}

/* --- answering --- */

static enum err load(struct tx *tx, const struct exam_by *by, struct rows *exam)
{
    enum err e = db_one(tx->db, &q_training_exam, ARGS(V_INT(by->exam)), tx->arena, exam);
    return !e && row_int(exam, 0, "user_id") != by->user ? ERR_NOT_FOUND : e;
}

static bool is_running(const struct tx *tx, const struct rows *exam)
{
    return str_eq_z(row_str(exam, 0, "state"), "open") && tx->now_ms < row_int(exam, 0, "due_at");
}

static enum err save_all(struct tx *tx, const struct exam_by *by, const int *answers, size_t n)
{
    struct rows items;
    enum err e =
        db_select(tx->db, &q_training_exam_answers, ARGS(V_INT(by->exam)), tx->arena, &items);
    for (size_t i = 0; !e && i < items.n && i < n; i++) {
        int most = (int)row_int(&items, i, "most");
        if (answers[i] < 0 || answers[i] == (int)row_int(&items, i, "answer"))
            continue;
        if (answers[i] > most)
            return training_refuse(tx, ERR_INVALID, "answer", NULL);
        e = db_exec(tx->db, &q_training_exam_answer,
                    ARGS(V_INT(answers[i]), V_INT(tx->now_ms), V_INT(by->exam), V_INT((int64_t)i)),
                    NULL);
        if (!e)
            e = note(tx, by, "save", (int64_t)i, answers[i]);
    }
    return e;
}

enum err exam_save(struct tx *tx, const struct exam_by *by, const int *answers, size_t n,
                   bool submits)
{
    struct rows exam;
    enum err e = load(tx, by, &exam);
    if (e)
        return e;
    struct str state = row_str(&exam, 0, "state");
    bool was_handed_in = (str_eq_z(state, "passed") || str_eq_z(state, "failed")) &&
                         row_int(&exam, 0, "ended_at") < row_int(&exam, 0, "due_at");
    if (was_handed_in)
        return training_refuse(tx, ERR_CONFLICT, "exam", "training.exam_handed_in");
    if (!is_running(tx, &exam))
        return training_refuse(tx, ERR_EXPIRED, "answer", "training.exam_over");
    if (row_int(&exam, 0, "device") != by->device)
        return training_refuse(tx, ERR_CONFLICT, "exam", "training.exam_elsewhere");
    e = save_all(tx, by, answers, n);
    return e || !submits ? e : finish(tx, &exam, by, "submit");
}

enum err exam_take_over(struct tx *tx, const struct exam_by *by)
{
    struct rows exam;
    enum err e = load(tx, by, &exam);
    if (e || row_int(&exam, 0, "device") == by->device)
        return e;
    if (!is_running(tx, &exam))
        return training_refuse(tx, ERR_EXPIRED, "exam", "training.exam_over");
    e = db_exec(tx->db, &q_training_exam_device, ARGS(V_INT(by->device), V_INT(by->exam)), NULL);
    return e ? e : note(tx, by, "take_over", -1, 0);
}

enum err exam_note(struct tx *tx, const struct exam_by *by, const char *event)
{
    struct rows exam;
    enum err e = load(tx, by, &exam);
    return e || !is_running(tx, &exam) ? e : note(tx, by, event, -1, 0);
}

/* --- by hand --- */

enum err exam_void(struct tx *tx, int64_t id, int64_t actor, struct str reason)
{
    struct rows exam;
    enum err e = db_one(tx->db, &q_training_exam, ARGS(V_INT(id)), tx->arena, &exam);
    if (e || str_eq_z(row_str(&exam, 0, "state"), "void"))
        return e;
    if (str_eq_z(row_str(&exam, 0, "state"), "passed"))
        return training_refuse(tx, ERR_CONFLICT, "exam", "training.exam_has_certificate");
    e = db_exec(tx->db, &q_training_exam_void, ARGS(V_STR(reason), V_INT(tx->now_ms), V_INT(id)),
                NULL);
    return e ? e : note(tx, &(struct exam_by){id, actor, 0}, "void", -1, 0);
}

enum err exam_open_now(struct tx *tx, int64_t run, int64_t user)
{
    struct training_enrolment en;
    struct exam_standing s;
    enum err e = training_enrolment_of(tx, run, user, &en);
    if (!e)
        e = exam_standing(tx->db, tx->arena, en.id, &s);
    if (e || !s.has_bank || !s.has_attended || s.has_passed || s.tries)
        return e;
    return s.present > s.needed && s.needed ? OK : training_tell_run(tx, "exam.open", run, user);
}
