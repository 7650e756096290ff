/*
 * What the base does:
 *
 *   POST /training/courses                  a new course → id
 *   POST /training/courses/{id}             the same fields
 *   POST /training/courses/{id}/runs        seats → id
 *   POST /training/runs/{id}/sessions       title_zh, title_en, starts_at, ends_at, and space
 *                                           (town/venue), room or show
 *   POST /training/sessions/{id}/move       starts_at, ends_at: its room moves along
 *   POST /training/runs/{id}/seats          seats
 *   POST /training/runs/{id}/cancel         note: those who are in it leave it, and are told
 *   POST /training/banks                    name_zh, name_en → id
 */
#include "store/queries.h"
#include "town/day.h"
#include "town/training/internal.h"
#include "town/training/tell.h"

enum act { ACT_COURSE, ACT_RUN, ACT_SESSION, ACT_MOVE, ACT_SEATS, ACT_CANCEL, ACT_BANK };

struct doing {
    struct command cmd;
    enum act act;
    int64_t id, seats, actor; /* id: of what the path names, 0: none */
    int64_t made;             /* out */
    struct training_course course;
    struct training_session session;
    struct str name_zh, name_en, note;
};

/* Whoever is in it, or waits, leaves it. */
static enum err run_cancel(struct tx *tx, const struct doing *d)
{
    struct rows rs;
    int64_t changed;
    enum err e = db_exec(tx->db, &q_training_run_cancel, ARGS(V_INT(d->id)), &changed);
    if (!e && !changed)
        return training_refuse(tx, ERR_CONFLICT, "run", "training.run_closed");
    if (!e)
        e = training_sessions_free(tx, d->id, d->actor, d->note);
    if (!e)
        e = db_select(tx->db, &q_training_in_run, ARGS(V_INT(d->id)), tx->arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct training_enrolment en = {.id = row_int(&rs, i, "id"),
                                        .run = d->id,
                                        .user = row_int(&rs, i, "user_id"),
                                        .moves = row_int(&rs, i, "moves"),
                                        .state = row_str(&rs, i, "state")};
        e = training_move(tx, &en, "leave", TRAINING_BASE, d->actor, d->note);
        if (!e)
            e = training_tell_cancelled(tx, d->id, en.user, d->note);
    }
    return e;
}

static enum err run_doing(struct command *cmd, struct tx *tx)
{
    struct doing *d = (struct doing *)cmd;
    switch (d->act) {
    case ACT_COURSE: return training_course_save(tx, d->id, &d->course, &d->made);
    case ACT_RUN: return training_run_add(tx, d->id, d->seats, &d->made);
    case ACT_SESSION: return training_session_add(tx, &d->session, &d->made);
    case ACT_MOVE: return training_session_move(tx, &d->session, d->made, d->actor);
    case ACT_SEATS: return training_seats_set(tx, d->id, d->seats, d->actor);
    case ACT_CANCEL: return run_cancel(tx, d);
    case ACT_BANK: return training_bank_add(tx, d->name_zh, d->name_en, &d->made);
    }
    return ERR_INTERNAL;
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    const struct doing *d = (const struct doing *)cmd;
    if (result)
        return result;
    if (d->made)
        view_put_int(r->view, "id", d->made);
    long long run = d->act == ACT_RUN ? d->made : d->id;
    const char *to =
        d->act == ACT_COURSE ? arena_printf(r->arena, "/training/courses/%lld", (long long)d->made)
        : d->act == ACT_BANK ? arena_printf(r->arena, "/training/banks/%lld", (long long)d->made)
        : d->act == ACT_MOVE ? arena_printf(r->arena, "/training/sessions/%lld", (long long)d->made)
                             : arena_printf(r->arena, "/training/runs/%lld", run);
    reply_redirect(r, to);
    return OK;
}

static struct doing *begin(struct req *r, enum act act)
{
    struct doing *d = ARENA_NEW(r->arena, struct doing);
    if (d)
        *d = (struct doing){.cmd = {.name = "training.desk", .run = run_doing},
                            .act = act,
                            .actor = r->who.user_id};
    return d;
}

/* --- a course --- */

static enum err read_course(struct req *r, struct training_course *c)
{
    const struct {
        const char *name;
        size_t min, max;
        struct str *out;
    } texts[] = {{"title_zh", 1, 40, &c->title_zh},
                 {"title_en", 1, 80, &c->title_en},
                 {"about_zh", 0, 1000, &c->about_zh},
                 {"about_en", 0, 2000, &c->about_en}};
    const struct {
        const char *name;
        int64_t min, max, *out;
    } numbers[] = {{"level", 1, 5, &c->level},
                   {"hours", 0, 400, &c->hours},
                   {"teacher", 1, INT64_MAX, &c->teacher},
                   {"exam_questions", 1, 100, &c->exam_questions},
                   {"exam_minutes", 1, 240, &c->exam_minutes},
                   {"exam_tries", 1, 5, &c->exam_tries},
                   {"pass_percent", 1, 100, &c->pass_percent},
                   {"attend_percent", 0, 100, &c->attend_percent},
                   {"valid_months", 1, 120, &c->valid_months}};
    enum err e = OK;
    c->occupation = req_field(r, "occupation");
    c->trade = req_field(r, "trade");
    c->is_on = str_eq_z(req_field(r, "is_on"), "1");
    for (size_t i = 0; !e && i < sizeof(texts) / sizeof(texts[0]); i++)
        e = req_field_text(r, texts[i].name, texts[i].min, texts[i].max, texts[i].out);
    for (size_t i = 0; !e && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        e = req_field_int(r, numbers[i].name, numbers[i].min, numbers[i].max, numbers[i].out);
    if (!e && req_field(r, "bank").n)
        e = req_field_int(r, "bank", 0, INT64_MAX, &c->bank);
    return e;
}

static void keep_typed(struct req *r)
{
    static const char *const kept[] = {
        "occupation",     "trade",          "level",        "title_zh",   "title_en",
        "about_zh",       "about_en",       "hours",        "teacher",    "bank",
        "is_on",          "exam_questions", "exam_minutes", "exam_tries", "pass_percent",
        "attend_percent", "valid_months"};
    struct view *v = view_put_object(r->view, "typed");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        view_put_str(v, kept[i], req_field(r, kept[i]));
    view_page_only(r->view, "typed");
}

static enum err course_done(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    if (!result || r->json)
        return done(r, cmd, result);
    enum err e = training_put_form(r);
    r->info = info;
    return e ? e : result;
}

enum err training_do_course(struct req *r)
{
    struct doing *d = begin(r, ACT_COURSE);
    enum err e = d ? OK : ERR_NOMEM;
    if (!e && req_param(r, "id").n)
        e = training_id(r, "id", &d->id);
    if (e)
        return e;
    if (!r->json) { /* where a refusal is told */
        keep_typed(r);
        if (d->id)
            view_put_int(r->view, "id", d->id);
        reply_page(r, "training/course_form.html");
    }
    e = read_course(r, &d->course);
    return e ? course_done(r, &d->cmd, e) : web_write(r, &d->cmd, course_done);
}

/* --- a run --- */

static enum err of_path(struct req *r, enum act act, struct doing **out)
{
    struct doing *d = *out = begin(r, act);
    return d ? training_id(r, "id", &d->id) : ERR_NOMEM;
}

enum err training_do_run(struct req *r)
{
    struct doing *d;
    struct rows rs;
    enum err e = of_path(r, ACT_RUN, &d);
    if (!e)
        e = db_one(r->db, &q_training_course, ARGS(V_INT(d->id)), r->arena, &rs);
    if (!e)
        e = req_field_int(r, "seats", 1, TRAINING_SEATS_MAX, &d->seats);
    return e ? e : web_write(r, &d->cmd, done);
}

enum err training_do_seats(struct req *r)
{
    struct doing *d;
    struct rows rs;
    enum err e = of_path(r, ACT_SEATS, &d);
    if (!e)
        e = db_one(r->db, &q_training_run, ARGS(V_INT(d->id)), r->arena, &rs);
    if (!e)
        e = req_field_int(r, "seats", 1, TRAINING_SEATS_MAX, &d->seats);
    return e ? e : web_write(r, &d->cmd, done);
}

enum err training_do_cancel(struct req *r)
{
    struct doing *d;
    struct rows rs;
    enum err e = of_path(r, ACT_CANCEL, &d);
    if (!e)
        e = db_one(r->db, &q_training_run, ARGS(V_INT(d->id)), r->arena, &rs);
    if (!e)
        e = req_field_text(r, "note", 2, TRAINING_NOTE_MAX, &d->note);
    return e ? e : web_write(r, &d->cmd, done);
}

enum err training_do_session(struct req *r)
{
    struct doing *d;
    enum err e = of_path(r, ACT_SESSION, &d);
    if (!e)
        e = req_field_text(r, "title_zh", 1, 40, &d->session.title_zh);
    if (!e)
        e = req_field_text(r, "title_en", 1, 80, &d->session.title_en);
    if (!e && req_field(r, "room").n)
        e = req_field_text(r, "room", 1, TRAINING_ROOM_MAX, &d->session.room);
    if (!e && req_field(r, "space").n)
        e = req_field_int(r, "space", 1, INT64_MAX, &d->session.space);
    if (!e && req_field(r, "show").n)
        e = req_field_int(r, "show", 1, INT64_MAX, &d->session.show);
    if (e)
        return e;
    d->session.run = d->id;
    if (day_read_moment(req_field(r, "starts_at"), &d->session.starts_at))
        return req_refuse(r, ERR_INVALID, "starts_at", "training.times_bad");
    if (day_read_moment(req_field(r, "ends_at"), &d->session.ends_at))
        return req_refuse(r, ERR_INVALID, "ends_at", "training.times_bad");
    return web_write(r, &d->cmd, done);
}

/* POST /training/sessions/{id}/move */
enum err training_do_session_move(struct req *r)
{
    struct doing *d = begin(r, ACT_MOVE);
    enum err e = d ? training_id(r, "id", &d->made) : ERR_NOMEM;
    if (e)
        return e;
    if (day_read_moment(req_field(r, "starts_at"), &d->session.starts_at))
        return req_refuse(r, ERR_INVALID, "starts_at", "training.times_bad");
    if (day_read_moment(req_field(r, "ends_at"), &d->session.ends_at))
        return req_refuse(r, ERR_INVALID, "ends_at", "training.times_bad");
    return web_write(r, &d->cmd, done);
}

enum err training_do_bank(struct req *r)
{
    struct doing *d = begin(r, ACT_BANK);
    enum err e = d ? req_field_text(r, "name_zh", 1, 40, &d->name_zh) : ERR_NOMEM;
    if (!e)
        e = req_field_text(r, "name_en", 1, 80, &d->name_en);
    return e ? e : web_write(r, &d->cmd, done);
}
