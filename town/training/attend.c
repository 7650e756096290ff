/*
 * Who was there: by the code on the teacher's screen, by minutes watched of a session online, or as
 * the teacher says, with a reason. Each change is an event; the last one counts.
 */
#include "store/queries.h"
#include "town/training/attend.h"
#include "town/training/code.h"
#include "town/training/exam.h"

static enum err mark(struct tx *tx, const struct attendance *a)
{
    enum err e = db_exec(tx->db, &q_training_attend,
                         ARGS(V_INT(a->session), V_INT(a->user), V_INT(a->is_present), V_Z(a->how),
                              V_INT(tx->now_ms)),
                         NULL);
    return e ? e
             : db_exec(tx->db, &q_training_attend_event,
                       ARGS(V_INT(a->session), V_INT(a->user), V_INT(tx->now_ms), V_INT(a->actor),
                            V_INT(a->is_present), V_Z(a->how), V_STR(a->reason)),
                       NULL);
}

/* The session, and whether the user has a seat in its run. */
static enum err load(struct tx *tx, int64_t session, int64_t user, struct rows *rs, bool *is_in)
{
    struct training_enrolment en;
    enum err e = db_one(tx->db, &q_training_session, ARGS(V_INT(session)), tx->arena, rs);
    if (e)
        return e;
    e = training_enrolment_of(tx, row_int(rs, 0, "run_id"), user, &en);
    *is_in = !e && (str_eq_z(en.state, "enrolled") || str_eq_z(en.state, "completed"));
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err known(struct tx *tx, int64_t session, int64_t user, bool *is_present, bool *by_hand)
{
    struct rows rs;
    enum err e =
        db_select(tx->db, &q_training_attended, ARGS(V_INT(session), V_INT(user)), tx->arena, &rs);
    *is_present = !e && rs.n && row_int(&rs, 0, "is_present");
    *by_hand = !e && rs.n && str_eq_z(row_str(&rs, 0, "how"), "teacher");
    return e;
}

/* Whether that was the last that somebody needed to sit the exam. */
static enum err attended(struct tx *tx, int64_t run, int64_t user)
{
    return exam_open_now(tx, run, user);
}

enum err attend_by_code(struct tx *tx, int64_t session, int64_t user, struct str code)
{
    struct rows rs;
    bool is_in, was, by_hand;
    enum err e = load(tx, session, user, &rs, &is_in);
    if (e)
        return e;
    if (!is_in)
        return training_refuse(tx, ERR_CONFLICT, "session", "training.not_enrolled");
    if (tx->now_ms < row_int(&rs, 0, "starts_at") - TRAINING_EARLY_MS ||
        tx->now_ms > row_int(&rs, 0, "ends_at") + TRAINING_EARLY_MS)
        return training_refuse(tx, ERR_EXPIRED, "code", "training.not_now");
    if (!code_ok(session, tx->now_ms, code))
        return training_refuse(tx, ERR_EXPIRED, "code", "training.code_old");
    e = known(tx, session, user, &was, &by_hand);
    if (e || was || by_hand) /* scanned before, or the teacher has said otherwise */
        return e;
    e = mark(tx, &(struct attendance){session, user, user, true, "code", STR("")});
    return e ? e : attended(tx, row_int(&rs, 0, "run_id"), user);
}

enum err attend_correct(struct tx *tx, const struct attendance *a)
{
    struct rows rs;
    bool is_in, was, by_hand;
    enum err e = load(tx, a->session, a->user, &rs, &is_in);
    if (!e && !is_in)
        return ERR_NOT_FOUND;
    if (!e)
        e = known(tx, a->session, a->user, &was, &by_hand);
    if (e || (by_hand && was == a->is_present))
        return e;
    e = mark(tx, a);
    return e || !a->is_present ? e : attended(tx, row_int(&rs, 0, "run_id"), a->user);
}

/* Time passes by the writer's clock, which does not go back. A silence that is longer than a window
 * that watches would keep is none of its time, so neither is a clock that jumps ahead. */
enum err attend_watched(struct tx *tx, int64_t session, int64_t user, int64_t *watched_ms)
{
    struct rows rs, w;
    bool is_in, was, by_hand;
    enum err e = load(tx, session, user, &rs, &is_in);
    if (!e && (!is_in || row_null(&rs, 0, "show_id")))
        return ERR_NOT_FOUND;
    if (!e)
        e = db_select(tx->db, &q_training_watched, ARGS(V_INT(session), V_INT(user)), tx->arena,
                      &w);
    if (e)
        return e;
    int64_t gap = w.n ? tx->now_ms - row_int(&w, 0, "seen_at") : 0;
    int64_t whole = row_int(&rs, 0, "ends_at") - row_int(&rs, 0, "starts_at");
    *watched_ms = w.n ? row_int(&w, 0, "watched_ms") : 0;
    if (gap > 0 && gap <= TRAINING_WATCH_GAP_MS)
        *watched_ms += gap;
    e = db_exec(tx->db, &q_training_watch,
                ARGS(V_INT(session), V_INT(user), V_INT(tx->now_ms), V_INT(*watched_ms)), NULL);
    if (!e)
        e = known(tx, session, user, &was, &by_hand);
    if (e || was || by_hand || *watched_ms * 100 < whole * TRAINING_WATCHED_PERCENT)
        return e;
    e = mark(tx, &(struct attendance){session, user, user, true, "watched", STR("")});
    return e ? e : attended(tx, row_int(&rs, 0, "run_id"), user);
}

enum err training_attend(struct tx *tx, int64_t session, int64_t user, int64_t actor,
                         struct str reason)
{
    return attend_correct(tx, &(struct attendance){session, user, actor, true, "teacher", reason});
}
