/*
 *   POST /training/runs/{id}/exam        begins, or goes on → exam
 *   GET  /training/exams/{id}            exam {id, course, attempt, state, due_at, left_ms,
 * answered}, is_elsewhere; items [{n, position, text, kind, options [{value, text, is_chosen}]}]
 * while it runs, and result {points, of, passed} POST /training/exams/{id}            q0, q1 … (of
 * each several), do=save or submit POST /training/exams/{id}/take       this device goes on with it
 *   POST /training/exams/{id}/note       do=leave or return
 *   GET  /training/exams/{id}/log        for who teaches: exam, events [{at, event_name, device, n,
 * answer}], items POST /training/exams/{id}/void       reason
 */
#include <stdio.h>

#include "base/clock.h"
#include "store/queries.h"
#include "town/training/draw.h"
#include "town/training/exam.h"

enum { FIELD_MAX = 8, TRUE_MASK = 1, FALSE_MASK = 2, EVENTS_SHOWN = 1000 };

struct sitting {
    struct command cmd;
    struct exam_by by;
    enum sit { SIT_BEGIN, SIT_SAVE, SIT_SUBMIT, SIT_TAKE, SIT_NOTE, SIT_VOID } act;
    int64_t run;
    int answers[EXAM_QUESTIONS_MAX];
    const char *event;
    struct str reason;
};

static enum err run_sitting(struct command *cmd, struct tx *tx)
{
    struct sitting *s = (struct sitting *)cmd;
    switch (s->act) {
    case SIT_BEGIN: return exam_begin(tx, s->run, s->by.user, s->by.device, &s->by.exam);
    case SIT_SAVE:
    case SIT_SUBMIT:
        return exam_save(tx, &s->by, s->answers, EXAM_QUESTIONS_MAX, s->act == SIT_SUBMIT);
    case SIT_TAKE: return exam_take_over(tx, &s->by);
    case SIT_NOTE: return exam_note(tx, &s->by, s->event);
    case SIT_VOID: return exam_void(tx, s->by.exam, s->by.user, s->reason);
    }
    return ERR_INTERNAL;
}

static struct sitting *begin(struct req *r, enum sit act)
{
    struct sitting *s = ARENA_NEW(r->arena, struct sitting);
    if (s)
        *s = (struct sitting){.cmd = {.name = "training.exam", .run = run_sitting},
                              .by = {0, r->who.user_id, r->who.session_id},
                              .act = act};
    return s;
}

static enum err to_exam(struct req *r, struct command *cmd, enum err result)
{
    const struct sitting *s = (const struct sitting *)cmd;
    if (result)
        return result;
    view_put_int(r->view, "exam", s->by.exam);
    reply_redirect(r, arena_printf(r->arena, "/training/exams/%lld", (long long)s->by.exam));
    return OK;
}

/* --- the page --- */

static enum err load(struct req *r, struct rows *exam, bool teaches)
{
    int64_t id;
    enum err e = training_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_training_exam, ARGS(V_INT(id)), r->arena, exam);
    if (e || teaches)
        return e ? e : training_teaches(r, exam);
    return row_int(exam, 0, "user_id") == r->who.user_id ? OK : ERR_NOT_FOUND;
}

static void put_head(struct req *r, const struct rows *exam)
{
    struct view *v = view_put_object(r->view, "exam");
    int64_t left = row_int(exam, 0, "due_at") - clock_wall_ms();
    view_put_int(v, "id", row_int(exam, 0, "id"));
    view_put_str(v, "course", training_text(r, exam, 0, "title_zh", "title_en"));
    view_put_int(v, "run", row_int(exam, 0, "run_id"));
    view_put_str(v, "who", row_str(exam, 0, "user_name"));
    view_put_int(v, "attempt", row_int(exam, 0, "attempt"));
    view_put_int(v, "tries", row_int(exam, 0, "exam_tries"));
    view_put_str(v, "state", row_str(exam, 0, "state"));
    view_put_str(v, "state_name", req_text(r, "training.exam_state_", row_str(exam, 0, "state")));
    view_put_time(v, "started_at", row_int(exam, 0, "started_at"));
    view_put_time(v, "due_at", row_int(exam, 0, "due_at"));
    view_put_int(v, "left_ms", left > 0 ? left : 0);
    view_put_int(v, "of", row_int(exam, 0, "of_points"));
    view_put_int(v, "pass_percent", row_int(exam, 0, "pass_percent"));
    if (!row_null(exam, 0, "points"))
        view_put_int(v, "points", row_int(exam, 0, "points"));
    if (!row_null(exam, 0, "void_reason"))
        view_put_str(v, "void_reason", row_str(exam, 0, "void_reason"));
}

static void put_option(struct view *list, int64_t value, struct str text, int64_t answer,
                       int64_t right)
{
    struct view *v = view_add_object(list);
    view_put_int(v, "value", value);
    view_put_str(v, "text", text);
    view_put_bool(v, "is_chosen", (answer & value) != 0);
    if (right) /* for who teaches */
        view_put_bool(v, "is_right", (right & value) != 0);
}

/* In the order of the paper. */
static void put_options(struct req *r, struct view *v, const struct rows *items, size_t i,
                        const struct rows *options, int64_t right)
{
    struct view *list = view_put_list(v, "options");
    int64_t question = row_int(items, i, "question_id"), answer = row_int(items, i, "answer");
    struct str order = row_str(items, i, "options");
    if (str_eq_z(row_str(items, i, "kind"), "truth")) {
        put_option(list, TRUE_MASK, req_text(r, "training.", STR("is_true")), answer, right);
        put_option(list, FALSE_MASK, req_text(r, "training.", STR("is_false")), answer, right);
    }
    for (size_t k = 0; k < order.n; k++)
        for (size_t o = 0; o < options->n; o++)
            if (row_int(options, o, "question_id") == question &&
                row_int(options, o, "position") == order.p[k] - '0')
                put_option(list, INT64_C(1) << (order.p[k] - '0'),
                           training_text(r, options, o, "text_zh", "text_en"), answer, right);
}

static enum err put_items(struct req *r, int64_t exam, bool with_right)
{
    struct rows items, options;
    enum err e = db_select(r->db, &q_training_exam_items, ARGS(V_INT(exam)), r->arena, &items);
    if (!e)
        e = db_select(r->db, &q_training_exam_options, ARGS(V_INT(exam)), r->arena, &options);
    struct view *list = view_put_list(r->view, "items");
    for (size_t i = 0; !e && i < items.n; i++) {
        struct view *v = view_add_object(list);
        int64_t right = with_right ? row_int(&items, i, "right_mask") : 0;
        view_put_int(v, "n", (int64_t)i + 1);
        view_put_int(v, "position", row_int(&items, i, "position"));
        view_put_str(v, "text", training_text(r, &items, i, "text_zh", "text_en"));
        view_put_str(v, "kind", row_str(&items, i, "kind"));
        view_put_str(v, "kind_name", req_text(r, "training.kind_", row_str(&items, i, "kind")));
        view_put_bool(v, "is_multiple", str_eq_z(row_str(&items, i, "kind"), "multiple"));
        if (with_right)
            view_put_bool(v, "is_right", row_int(&items, i, "answer") == right);
        put_options(r, v, &items, i, &options, right);
    }
    return e;
}

enum err training_page_exam(struct req *r)
{
    struct rows exam;
    enum err e = load(r, &exam, false);
    if (e)
        return e;
    bool runs = str_eq_z(row_str(&exam, 0, "state"), "open");
    bool elsewhere = runs && row_int(&exam, 0, "device") != r->who.session_id;
    put_head(r, &exam);
    view_put_bool(r->view, "is_elsewhere", elsewhere);
    bool shown = runs && !elsewhere && row_int(&exam, 0, "due_at") > clock_wall_ms();
    view_put_bool(r->view, "is_running", shown);
    return shown ? put_items(r, row_int(&exam, 0, "id"), false) : OK;
}

/* --- what somebody does in it --- */

enum err training_do_exam(struct req *r)
{
    struct rows run;
    struct sitting *s = begin(r, SIT_BEGIN);
    enum err e = s ? training_id(r, "id", &s->run) : ERR_NOMEM;
    if (!e)
        e = db_one(r->db, &q_training_run, ARGS(V_INT(s->run)), r->arena, &run);
    return e ? e : web_write(r, &s->cmd, to_exam);
}

/* A question's fields as one mask; -1 when it was not sent. */
static enum err read_answer(struct req *r, int position, int *answer)
{
    char name[FIELD_MAX];
    struct str values[DRAW_OPTIONS_MAX + 1];
    snprintf(name, sizeof(name), "q%d", position);
    size_t n = req_fields(r, name, values, DRAW_OPTIONS_MAX + 1);
    *answer = n ? 0 : -1;
    for (size_t i = 0; i < n && i < DRAW_OPTIONS_MAX + 1; i++) {
        int64_t bit;
        if (!values[i].n)
            continue; /* nothing is chosen */
        if (str_to_i64(values[i], &bit) || bit < 1 || bit >= 1 << DRAW_OPTIONS_MAX)
            return req_refuse(r, ERR_INVALID, "answer", NULL);
        *answer |= (int)bit;
    }
    return OK;
}

static enum err saved(struct req *r, struct command *cmd, enum err result)
{
    const struct sitting *s = (const struct sitting *)cmd;
    struct err_info info = r->info;
    if (!result)
        return to_exam(r, cmd, OK);
    if (r->json || result == ERR_NOT_FOUND)
        return result;
    (void)s;
    reply_page(r, "training/exam.html");
    enum err e = training_page_exam(r);
    r->info = info;
    return e ? e : result;
}

enum err training_do_answers(struct req *r)
{
    struct rows exam;
    enum err e = load(r, &exam, false);
    struct sitting *s = begin(r, str_eq_z(req_field(r, "do"), "submit") ? SIT_SUBMIT : SIT_SAVE);
    if (e || !s)
        return e ? e : ERR_NOMEM;
    s->by.exam = row_int(&exam, 0, "id");
    for (int i = 0; !e && i < EXAM_QUESTIONS_MAX; i++)
        e = read_answer(r, i, &s->answers[i]);
    return e ? e : web_write(r, &s->cmd, saved);
}

static enum err act(struct req *r, enum sit what, const char *event)
{
    struct rows exam;
    enum err e = load(r, &exam, false);
    struct sitting *s = begin(r, what);
    if (e || !s)
        return e ? e : ERR_NOMEM;
    s->by.exam = row_int(&exam, 0, "id");
    s->event = event;
    return web_write(r, &s->cmd, saved);
}

enum err training_do_take(struct req *r)
{
    return act(r, SIT_TAKE, NULL);
}

enum err training_do_note(struct req *r)
{
    return act(r, SIT_NOTE, str_eq_z(req_field(r, "do"), "return") ? "return" : "leave");
}

/* --- for who teaches --- */

enum err training_page_exam_log(struct req *r)
{
    struct rows exam, rs;
    enum err e = load(r, &exam, true);
    if (e)
        return e;
    int64_t id = row_int(&exam, 0, "id"), first = 0;
    put_head(r, &exam);
    view_put_str(
        r->view, "seed",
        str_of(arena_printf(r->arena, "%016llx", (unsigned long long)row_int(&exam, 0, "seed"))));
    e = db_select(r->db, &q_training_exam_events, ARGS(V_INT(id), V_INT(EVENTS_SHOWN)), r->arena,
                  &rs);
    struct view *list = view_put_list(r->view, "events");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        int64_t device = row_int(&rs, i, "device");
        first = first ? first : device;
        view_put_time(v, "at", row_int(&rs, i, "at"));
        view_put_str(v, "event", row_str(&rs, i, "event"));
        view_put_str(v, "event_name",
                     req_text(r, "training.exam_event_", row_str(&rs, i, "event")));
        view_put_bool(v, "is_other_device", device && device != first);
        if (!row_null(&rs, i, "position"))
            view_put_int(v, "n", row_int(&rs, i, "position") + 1);
    }
    return e ? e : put_items(r, id, true);
}

enum err training_do_void(struct req *r)
{
    struct rows exam;
    enum err e = load(r, &exam, true);
    struct sitting *s = begin(r, SIT_VOID);
    if (!e && s)
        e = req_field_text(r, "reason", 2, TRAINING_NOTE_MAX, &s->reason);
    if (e || !s)
        return e ? e : ERR_NOMEM;
    s->by.exam = row_int(&exam, 0, "id");
    return web_write(r, &s->cmd, NULL);
}
