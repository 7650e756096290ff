/* Routes, figures, start and stop: see training.h. */
#include "town/training/training.h"

#include "store/queries.h"
#include "town/training/internal.h"

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
};
const struct web_module training_module = {
    .name = "training", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
