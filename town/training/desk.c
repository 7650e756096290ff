/*
 * The base's pages:
 *
 *   GET /training/desk                 courses [course, bank], runs, banks [{id, name, questions}]
 *   GET /training/courses/new          form; typed
 *   GET /training/courses/{id}/edit    the same, filled in
 */
#include "base/clock.h"
#include "store/queries.h"
#include "town/training/catalogue.h"
#include "town/training/internal.h"

static enum err put_banks(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_banks, ARGS(V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "banks");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", training_text(r, &rs, i, "name_zh", "name_en"));
        view_put_int(v, "questions", row_int(&rs, i, "questions"));
    }
    return e;
}

static enum err put_courses(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_courses, ARGS(V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "courses");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        training_put_course(r, v, &rs, i);
        if (!row_null(&rs, i, "bank_id")) {
            struct view *bank = view_put_object(v, "bank");
            view_put_int(bank, "id", row_int(&rs, i, "bank_id"));
            view_put_str(bank, "name", training_text(r, &rs, i, "bank_zh", "bank_en"));
        }
    }
    return e;
}

enum err training_page_desk(struct req *r)
{
    struct rows rs;
    enum err e =
        db_select(r->db, &q_training_runs_taught,
                  ARGS(V_INT(0), V_INT(clock_wall_ms()), V_INT(TRAINING_SHOWN)), r->arena, &rs);
    if (!e)
        e = training_put_runs(r, "runs", &rs, false);
    if (!e)
        e = put_courses(r);
    if (!e)
        e = put_banks(r);
    return e;
}

/* --- the form of a course --- */

static void put_choices(struct req *r)
{
    struct view *occupations = view_put_list(r->view, "occupations");
    struct view *trades = view_put_list(r->view, "trades");
    struct view *levels = view_put_list(r->view, "levels");
    for (size_t i = 0; i < training_occupations_n; i++) {
        const struct training_occupation *o = &training_occupations[i];
        struct view *v = view_add_object(occupations);
        view_put_z(v, "code", o->code);
        view_put_str(v, "name", req_text(r, "training.occupation_", str_of(o->code)));
        for (size_t t = 0; o->trades[t]; t++) {
            v = view_add_object(trades);
            view_put_z(v, "name", o->trades[t]);
            view_put_str(v, "title", req_text(r, "training.trade_", str_of(o->trades[t])));
        }
        for (int n = TRAINING_LEVELS; n >= 1; n--) {
            const char *text = arena_printf(r->arena, "%d", n);
            v = view_add_object(levels);
            view_put_int(v, "level", n);
            view_put_str(v, "title", req_text(r, "training.level_", str_of(text ? text : "5")));
            view_put_int(v, "hours", o->hours[n - 1]);
        }
    }
}

static enum err put_teachers(struct req *r)
{
    struct rows rs;
    enum err e = db_select(r->db, &q_training_teachers, ARGS(V_INT(TRAINING_SHOWN)), r->arena, &rs);
    struct view *list = view_put_list(r->view, "teachers");
    for (size_t i = 0; !e && i < rs.n; i++) {
        struct view *v = view_add_object(list);
        view_put_int(v, "id", row_int(&rs, i, "id"));
        view_put_str(v, "name", row_str(&rs, i, "name"));
    }
    return e;
}

enum err training_put_form(struct req *r)
{
    put_choices(r);
    enum err e = put_teachers(r);
    return e ? e : put_banks(r);
}

static void put_typed(struct req *r, const struct rows *rs)
{
    static const char *const texts[] = {"occupation", "trade",    "title_zh",
                                        "title_en",   "about_zh", "about_en"};
    static const struct {
        const char *name, *column;
        int64_t fresh;
    } numbers[] = {{"level", "level", 5},
                   {"hours", "hours", 0},
                   {"teacher", "teacher_id", 0},
                   {"bank", "bank_id", 0},
                   {"exam_questions", "exam_questions", 20},
                   {"exam_minutes", "exam_minutes", 30},
                   {"exam_tries", "exam_tries", 3},
                   {"pass_percent", "pass_percent", 60},
                   {"attend_percent", "attend_percent", 80},
                   {"valid_months", "valid_months", 24},
                   {"is_on", "is_on", 1}};
    struct view *v = view_put_object(r->view, "typed");
    for (size_t i = 0; rs && i < sizeof(texts) / sizeof(texts[0]); i++)
        view_put_str(v, texts[i], row_str(rs, 0, texts[i]));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        bool is_set = rs && !row_null(rs, 0, numbers[i].column);
        view_put_int(v, numbers[i].name,
                     is_set ? row_int(rs, 0, numbers[i].column) : numbers[i].fresh);
    }
}

enum err training_page_course_new(struct req *r)
{
    put_typed(r, NULL);
    return training_put_form(r);
}

enum err training_page_course_edit(struct req *r)
{
    struct rows course;
    int64_t id;
    enum err e = training_id(r, "id", &id);
    if (!e)
        e = db_one(r->db, &q_training_course, ARGS(V_INT(id)), r->arena, &course);
    if (e)
        return e;
    view_put_int(r->view, "id", id);
    put_typed(r, &course);
    return training_put_form(r);
}
