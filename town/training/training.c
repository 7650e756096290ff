/* Routes, figures, start and stop: see training.h. */
#include "town/training/training.h"

#include "store/queries.h"
#include "town/shows/shows.h"
#include "town/training/exam.h"

#define BASE (ROLE_OPERATOR | ROLE_ADMIN)
#define TEACHERS (ROLE_HOST | ROLE_OPERATOR | ROLE_ADMIN)
static const struct route routes[] = {
    {"GET", "/training", training_page_list, NULL, "training/list.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"GET", "/training/courses/new", training_page_course_new, NULL, "training/course_form.html",
     BASE, CSRF_SAFE, 0},
    {"POST", "/training/courses", training_do_course, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/training/courses/{id}", training_page_course, NULL, "training/course.html",
     WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/training/courses/{id}", training_do_course, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/training/courses/{id}/edit", training_page_course_edit, NULL,
     "training/course_form.html", BASE, CSRF_SAFE, 0},
    {"POST", "/training/courses/{id}/runs", training_do_run, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/training/mine", training_page_mine, NULL, "training/mine.html", WHO_MEMBER, CSRF_SAFE,
     0},
    {"GET", "/training/desk", training_page_desk, NULL, "training/desk.html", BASE, CSRF_SAFE, 0},
    {"GET", "/training/runs", training_page_runs, NULL, "training/runs.html", TEACHERS, CSRF_SAFE,
     0},
    {"GET", "/training/runs/{id}", training_page_run, NULL, "training/run.html", TEACHERS,
     CSRF_SAFE, 0},
    {"POST", "/training/runs/{id}/enrol", training_do_enrol, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/runs/{id}/leave", training_do_leave, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/runs/{id}/sessions", training_do_session, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/training/runs/{id}/seats", training_do_seats, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/training/runs/{id}/cancel", training_do_cancel, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/training/banks", training_do_bank, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/training/banks/{id}", training_page_bank, NULL, "training/bank.html", BASE, CSRF_SAFE,
     0},
    {"POST", "/training/banks/{id}/questions", training_do_questions, NULL, NULL, BASE, CSRF_TOKEN,
     TRAINING_BANK_BYTES, WEB_SLOW},
    {"POST", "/training/banks/{id}/off", training_do_question_off, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/training/sessions/{id}", training_page_session, NULL, "training/session.html",
     TEACHERS, CSRF_SAFE, 0},
    {"GET", "/training/sessions/{id}/screen", training_page_screen, NULL, "training/screen.html",
     TEACHERS, CSRF_SAFE, 0},
    {"POST", "/training/sessions/{id}/move", training_do_session_move, NULL, NULL, BASE, CSRF_TOKEN,
     0},
    {"POST", "/training/sessions/{id}/attendance", training_do_attendance, NULL, NULL, TEACHERS,
     CSRF_TOKEN, 0},
    {"GET", "/training/attend/{id}", training_page_attend, NULL, "training/attend.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/training/attend/{id}", training_do_attend, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/watching", training_do_watching, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/runs/{id}/exam", training_do_exam, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/training/exams/{id}", training_page_exam, NULL, "training/exam.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"POST", "/training/exams/{id}", training_do_answers, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/exams/{id}/take", training_do_take, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"POST", "/training/exams/{id}/note", training_do_note, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, 0},
    {"GET", "/training/exams/{id}/log", training_page_exam_log, NULL, "training/exam_log.html",
     TEACHERS, CSRF_SAFE, 0},
    {"POST", "/training/exams/{id}/void", training_do_void, NULL, NULL, TEACHERS, CSRF_TOKEN, 0},
    {"GET", "/training/record", training_page_record, NULL, "training/record.html", WHO_MEMBER,
     CSRF_SAFE, 0},
    {"GET", "/training/certificates", training_page_certificates, NULL,
     "training/certificates.html", BASE, CSRF_SAFE, 0},
    {"GET", "/training/certificates/{id}/paper", training_certificate_paper, NULL, NULL, WHO_MEMBER,
     CSRF_SAFE, 0, WEB_SLOW},
    {"POST", "/training/certificates/{id}/revoke", training_do_revoke, NULL, NULL, BASE, CSRF_TOKEN,
     0},
    {"GET", "/training/rules", training_page_rules, NULL, "training/rules.html", BASE, CSRF_SAFE,
     0},
    {"POST", "/training/rules", training_do_rule, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"POST", "/training/rules/{id}/end", training_do_rule_end, NULL, NULL, BASE, CSRF_TOKEN, 0},
    {"GET", "/verify/certificates", verify_page_form, NULL, "training/verify.html", WHO_ANYONE,
     CSRF_SAFE, 0},
    {"GET", "/verify/certificates/{number}", verify_page, NULL, "training/verify.html", WHO_ANYONE,
     CSRF_SAFE, 0},
};
const struct web_module training_module = {
    .name = "training", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};

const struct figure training_figures[] = {
    {.name = "training_people",
     .unit = "person",
     .is_public = true,
     .is_yearly = true,
     .value = &q_training_figure_people,
     .evidence = &q_training_figure_people_rows,
     .reach = &q_training_figure_reach},
    {.name = "training_certificates",
     .unit = "certificate",
     .is_public = true,
     .value = &q_training_figure_valid,
     .evidence = &q_training_figure_valid_rows,
     .reach = &q_training_figure_reach},
};
const size_t training_figures_n = sizeof(training_figures) / sizeof(training_figures[0]);

/* Of a show's page: the session that it is, for somebody who is enrolled in it. */
static enum err show_part(struct req *r, struct view *v, int64_t show, unsigned grants)
{
    struct rows rs;
    if (!r->who.user_id || grants)
        return OK;
    enum err e = db_select(r->db, &q_training_session_of_show,
                           ARGS(V_INT(show), V_INT(r->who.user_id)), r->arena, &rs);
    if (!e && rs.n)
        view_put_int(v, "course_session", row_int(&rs, 0, "id"));
    return e;
}

void training_prepare(struct writer *w)
{
    writer_every(w, TRAINING_SWEEP_MS, "training.exam_sweep", exam_sweep, NULL);
    shows_part(show_part);
    shows_air_gate(training_gate);
}
