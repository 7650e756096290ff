/* Courses, their runs and sessions: commands, also of the demo's filler. */
#include "store/queries.h"
#include "town/training/catalogue.h"
#include "town/training/internal.h"
#include "town/training/tell.h"
#include "town/venue/venue.h"

enum { SESSION_MAX_MS = 12 * 3600 * 1000 };

static const char *wrong_field(const struct training_course *c)
{
    const struct training_occupation *o = training_occupation_of(c->occupation);
    if (!o)
        return "occupation";
    if (!training_has_trade(o, c->trade))
        return "trade";
    if (c->level < 1 || c->level > TRAINING_LEVELS)
        return "level";
    if (c->hours < 0 || c->hours > 400)
        return "hours";
    if (c->exam_questions < 1 || c->exam_questions > 100)
        return "exam_questions";
    if (c->exam_minutes < 1 || c->exam_minutes > 240)
        return "exam_minutes";
    if (c->exam_tries < 1 || c->exam_tries > 5)
        return "exam_tries";
    if (c->pass_percent < 1 || c->pass_percent > 100)
        return "pass_percent";
    if (c->attend_percent < 0 || c->attend_percent > 100)
        return "attend_percent";
    return c->valid_months < 1 || c->valid_months > 120 ? "valid_months" : NULL;
}

/* Whoever teaches works here: a host, or one of the base. */
static enum err check_teacher(struct tx *tx, int64_t teacher)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_training_user, ARGS(V_INT(teacher)), tx->arena, &rs);
    if (e)
        return e;
    bool may = rs.n && row_int(&rs, 0, "roles") & (ROLE_HOST | ROLE_OPERATOR | ROLE_ADMIN);
    return may ? OK : training_refuse(tx, ERR_INVALID, "teacher", "training.teacher_bad");
}

static enum err check_bank(struct tx *tx, int64_t bank)
{
    struct rows rs;
    if (!bank)
        return OK;
    enum err e = db_one(tx->db, &q_training_bank, ARGS(V_INT(bank)), tx->arena, &rs);
    return e == ERR_NOT_FOUND ? training_refuse(tx, ERR_INVALID, "bank", "training.bank_bad") : e;
}

enum err training_course_save(struct tx *tx, int64_t id, const struct training_course *c,
                              int64_t *out)
{
    struct rows rs;
    const char *wrong = wrong_field(c);
    if (wrong)
        return training_refuse(tx, ERR_INVALID, wrong, NULL);
    enum err e = check_teacher(tx, c->teacher);
    if (!e)
        e = check_bank(tx, c->bank);
    if (e)
        return e;
    int64_t hours =
        c->hours ? c->hours : training_occupation_of(c->occupation)->hours[c->level - 1];
    const struct val args[] = {V_STR(c->occupation),     V_STR(c->trade),
                               V_INT(c->level),          V_STR(c->title_zh),
                               V_STR(c->title_en),       V_STR(c->about_zh),
                               V_STR(c->about_en),       V_INT(hours),
                               V_INT(c->teacher),        c->bank ? V_INT(c->bank) : V_NULL,
                               V_INT(c->exam_questions), V_INT(c->exam_minutes),
                               V_INT(c->exam_tries),     V_INT(c->pass_percent),
                               V_INT(c->attend_percent), V_INT(c->valid_months),
                               V_INT(c->is_on),          V_INT(id ? id : tx->now_ms)};
    size_t n = sizeof(args) / sizeof(args[0]);
    if (!id) {
        e = db_one(tx->db, &q_training_course_add, args, n, tx->arena, &rs);
        *out = e ? 0 : row_int(&rs, 0, "id");
        return e;
    }
    int64_t changed;
    *out = id;
    e = db_exec(tx->db, &q_training_course_set, args, n, &changed);
    return !e && !changed ? ERR_NOT_FOUND : e;
}

enum err training_run_add(struct tx *tx, int64_t course, int64_t seats, int64_t *run)
{
    struct rows rs;
    enum err e =
        db_one(tx->db, &q_training_run_add, ARGS(V_INT(course), V_INT(tx->now_ms)), tx->arena, &rs);
    if (e)
        return e;
    *run = row_int(&rs, 0, "id");
    return training_seats_set(tx, *run, seats, 0);
}

/* --- sessions --- */

static enum err check_show(struct tx *tx, const struct training_session *s)
{
    struct rows rs;
    if (s->space)
        return s->show || s->room.n
                   ? training_refuse(tx, ERR_INVALID, "space", "training.place_both")
                   : OK;
    if (!s->show && s->room.n == 0)
        return training_refuse(tx, ERR_INVALID, "room", "training.place_needed");
    if (!s->show) { /* a place outside: a room of the base is booked, or two would hold it */
        bool is_ours;
        enum err e = venue_is_named(tx->db, s->room, tx->arena, &is_ours);
        return !e && is_ours ? training_refuse(tx, ERR_INVALID, "room", "training.room_is_space")
                             : e;
    }
    if (s->room.n)
        return training_refuse(tx, ERR_INVALID, "show", "training.place_both");
    enum err e = db_select(tx->db, &q_training_show, ARGS(V_INT(s->show)), tx->arena, &rs);
    if (e || rs.n)
        return e;
    return training_refuse(tx, ERR_INVALID, "show", "training.show_bad");
}

static enum err tell_those_in(struct tx *tx, int64_t run)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_training_in_run, ARGS(V_INT(run)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "state"), "enrolled"))
            e = training_tell_sessions(tx, run, row_int(&rs, i, "user_id"), true);
    return e;
}

/* The space is the session's, under the name that it has there. */
static enum err book(struct tx *tx, const struct training_session *s, int64_t id, int64_t teacher)
{
    struct venue_booking b;
    int64_t booking;
    struct str subject = str_of(arena_printf(tx->arena, "session:%lld", (long long)id));
    struct venue_new n = {.space = s->space,
                          .subject = subject,
                          .title_zh = s->title_zh,
                          .title_en = s->title_en,
                          .user = teacher,
                          .is_base = true};
    enum err e = venue_when_of(s->starts_at, s->ends_at, &n.when, tx->info);
    if (!e)
        e = venue_book(tx, &n, &booking);
    if (!e)
        e = venue_of_subject(tx->db, subject, tx->arena, &b);
    return e ? e
             : db_exec(tx->db, &q_training_session_room, ARGS(V_STR(b.space_zh), V_INT(id)), NULL);
}

enum err training_session_book(struct tx *tx, int64_t session, int64_t space)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_session, ARGS(V_INT(session)), tx->arena, &rs);
    const struct training_session s = {.space = space,
                                       .title_zh = e ? STR_NONE : row_str(&rs, 0, "title_zh"),
                                       .title_en = e ? STR_NONE : row_str(&rs, 0, "title_en"),
                                       .starts_at = e ? 0 : row_int(&rs, 0, "starts_at"),
                                       .ends_at = e ? 0 : row_int(&rs, 0, "ends_at")};
    return e ? e : book(tx, &s, session, row_int(&rs, 0, "teacher_id"));
}

enum err training_sessions_free(struct tx *tx, int64_t run, int64_t actor, struct str note)
{
    struct rows rs;
    enum err e = db_select(tx->db, &q_training_sessions, ARGS(V_INT(run)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct venue_booking b;
        struct str subject =
            str_of(arena_printf(tx->arena, "session:%lld", (long long)row_int(&rs, i, "id")));
        e = venue_of_subject(tx->db, subject, tx->arena, &b);
        if (!e && b.id)
            e = venue_free(tx, b.id, actor, note);
    }
    return e;
}

enum err training_session_add(struct tx *tx, const struct training_session *s, int64_t *id)
{
    struct rows rs;
    int64_t teacher = 0;
    int64_t length = s->ends_at - s->starts_at;
    if (length < 60 * 1000 || length > SESSION_MAX_MS)
        return training_refuse(tx, ERR_INVALID, "ends_at", "training.times_bad");
    enum err e = db_one(tx->db, &q_training_run, ARGS(V_INT(s->run)), tx->arena, &rs);
    if (!e && row_int(&rs, 0, "sessions") >= TRAINING_SESSIONS_MAX)
        return training_refuse(tx, ERR_LIMIT, "starts_at", "training.sessions_many");
    if (!e)
        teacher = row_int(&rs, 0, "teacher_id");
    if (!e)
        e = check_show(tx, s);
    if (!e)
        e = db_one(tx->db, &q_training_session_add,
                   ARGS(V_INT(s->run), V_STR(s->title_zh), V_STR(s->title_en), V_INT(s->starts_at),
                        V_INT(s->ends_at), s->space ? V_Z("-") : V_STR(s->room),
                        s->show ? V_INT(s->show) : V_NULL),
                   tx->arena, &rs);
    if (e)
        return e;
    *id = row_int(&rs, 0, "id");
    e = s->space ? book(tx, s, *id, teacher) : OK;
    if (!e)
        e = db_exec(tx->db, &q_training_run_times, ARGS(V_INT(s->run)), NULL);
    return e ? e : tell_those_in(tx, s->run);
}

/* Its reminders are dropped and told anew. */
static enum err tell_moved(struct tx *tx, int64_t run, int64_t session)
{
    struct rows rs;
    enum err e =
        messages_drop(tx, str_of(arena_printf(tx->arena, "session:%lld", (long long)session)));
    if (!e)
        e = tell_those_in(tx, run);
    if (!e)
        e = db_select(tx->db, &q_training_in_run, ARGS(V_INT(run)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        if (str_eq_z(row_str(&rs, i, "state"), "enrolled"))
            e = training_tell_moved(tx, session, row_int(&rs, i, "user_id"));
    return e;
}

static enum err move_room(struct tx *tx, const struct training_session *s, int64_t session,
                          int64_t actor)
{
    struct venue_booking b;
    struct venue_when when;
    enum err e = venue_of_subject(
        tx->db, str_of(arena_printf(tx->arena, "session:%lld", (long long)session)), tx->arena, &b);
    if (e || !b.id)
        return e;
    e = venue_when_of(s->starts_at, s->ends_at, &when, tx->info);
    return e ? e : venue_move(tx, b.id, b.space, &when, actor, true);
}

enum err training_room_moved(struct tx *tx, int64_t session, const struct venue_booking *to,
                             int64_t actor)
{
    struct rows rs;
    (void)actor;
    enum err e = db_one(tx->db, &q_training_session, ARGS(V_INT(session)), tx->arena, &rs);
    if (!e)
        e = db_exec(tx->db, &q_training_session_room, ARGS(V_STR(to->space_zh), V_INT(session)),
                    NULL);
    return e ? e : tell_moved(tx, row_int(&rs, 0, "run_id"), session);
}

enum err training_session_move(struct tx *tx, const struct training_session *s, int64_t session,
                               int64_t actor)
{
    struct rows rs;
    int64_t length = s->ends_at - s->starts_at;
    enum err e = db_one(tx->db, &q_training_session, ARGS(V_INT(session)), tx->arena, &rs);
    if (e)
        return e;
    if (length < 60 * 1000 || length > SESSION_MAX_MS)
        return training_refuse(tx, ERR_INVALID, "ends_at", "training.times_bad");
    if (s->starts_at <= tx->now_ms)
        return training_refuse(tx, ERR_INVALID, "starts_at", "training.times_past");
    if (!str_eq_z(row_str(&rs, 0, "run_state"), "open") ||
        row_int(&rs, 0, "starts_at") <= tx->now_ms)
        return training_refuse(tx, ERR_CONFLICT, "starts_at", "training.session_begun");
    if (!row_null(&rs, 0, "show_id")) /* the show's plan moves it */
        return training_refuse(tx, ERR_CONFLICT, "starts_at", "training.session_is_show");
    e = move_room(tx, s, session, actor);
    if (!e)
        e = db_exec(tx->db, &q_training_session_times,
                    ARGS(V_INT(s->starts_at), V_INT(s->ends_at), V_INT(session)), NULL);
    int64_t run = row_int(&rs, 0, "run_id");
    if (!e)
        e = db_exec(tx->db, &q_training_run_times, ARGS(V_INT(run)), NULL);
    return e ? e : tell_moved(tx, run, session);
}

enum err training_bank_add(struct tx *tx, struct str name_zh, struct str name_en, int64_t *id)
{
    struct rows rs;
    enum err e = db_one(tx->db, &q_training_bank_add,
                        ARGS(V_STR(name_zh), V_STR(name_en), V_INT(tx->now_ms)), tx->arena, &rs);
    *id = e ? 0 : row_int(&rs, 0, "id");
    return e;
}
