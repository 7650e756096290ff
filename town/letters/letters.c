/* Routes, lines of what waits, the jobs: see letters.h. */
#include "store/queries.h"
#include "town/letters/intake.h"
#include "town/letters/issue.h"
#include "town/scan/scan.h"

void letters_prepare(struct writer *w)
{
    workdays_on_changed(due_calendar_changed);
    writer_every(w, LETTERS_LAPSE_MS, "letters.lapse", letters_lapse, NULL);
    writer_every(w, WORDS_DUE_MS, "letters.words", words_due, NULL);
    writer_every(w, REPLY_WORDS_DUE_MS, "letters.reply_words", reply_words_due, NULL);
    writer_every(w, INTAKE_PRUNE_MS, "letters.imports", intake_prune, NULL);
}

static const struct route routes[] = {
    {"GET", "/suggestions", letters_list, NULL, "letters/list.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/suggestions", letters_register_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     LETTERS_BODY_MAX},
    {"GET", "/suggestions/new", letters_new, NULL, "letters/new.html", ROLE_OFFICER, CSRF_SAFE, 0},
    {"GET", "/suggestions/import", intake_page, NULL, "letters/import.html", ROLE_OFFICER,
     CSRF_SAFE, 0},
    {"POST", "/suggestions/import", intake_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     LETTERS_IMPORT_BODY_MAX, WEB_SLOW},
    {"GET", "/letters/imports/{id}", intake_get, NULL, "letters/import_read.html", ROLE_OFFICER,
     CSRF_SAFE, 0, WEB_SLOW},
    {"POST", "/letters/imports/{id}", intake_take_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN, 0,
     WEB_SLOW},
    {"GET", "/suggestions/similar", letters_similar, NULL, "letters/similar.html", ROLE_OFFICER,
     CSRF_SAFE, 0},
    {"GET", "/suggestions/{id}", case_page, NULL, "letters/case.html", WHO_MEMBER, CSRF_SAFE, 0},
    {"POST", "/suggestions/{id}", case_post, NULL, NULL, WHO_MEMBER, CSRF_TOKEN, LETTERS_BODY_MAX},
    {"POST", "/suggestions/{id}/files", case_file_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/suggestions/{id}/files/{file}", case_file_get, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0,
     WEB_SLOW},
    {"POST", "/suggestions/{id}/forms", case_form_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     SCAN_BODY_MAX, WEB_SLOW},
    {"POST", "/suggestions/{id}/opinions", case_opinion_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN,
     SCAN_BODY_MAX, WEB_SLOW},
    {"GET", "/suggestions/{id}/forms/{file}", case_form_get, NULL, NULL, WHO_MEMBER, CSRF_SAFE, 0,
     WEB_SLOW},
    {"GET", "/letters/sessions", sessions_page, NULL, "letters/sessions.html", ROLE_OFFICER,
     CSRF_SAFE, 0},
    {"POST", "/letters/sessions", sessions_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN, 0},
    {"GET", "/letters/sessions/{id}", session_page, NULL, "letters/session.html", ROLE_OFFICER,
     CSRF_SAFE, 0},
    {"POST", "/letters/sessions/{id}", session_post, NULL, NULL, ROLE_OFFICER, CSRF_TOKEN, 0},
    {"GET", "/letters/sessions/{id}/register.xlsx", session_sheet, NULL, NULL, ROLE_OFFICER,
     CSRF_SAFE, 0, WEB_SLOW},
    {"GET", "/letters/bodies", bodies_page, NULL, "letters/bodies.html", ROLE_ADMIN, CSRF_SAFE, 0},
    {"POST", "/letters/bodies", bodies_post, NULL, NULL, ROLE_ADMIN, CSRF_TOKEN, 0},
    {"GET", "/letters/bodies/{id}", body_page, NULL, "letters/body.html", ROLE_ADMIN, CSRF_SAFE, 0},
    {"POST", "/letters/bodies/{id}", body_post, NULL, NULL, ROLE_ADMIN, CSRF_TOKEN, 0},
};

const struct web_module letters_module = {.name = "letters",
                                          .routes = routes,
                                          .routes_n = sizeof(routes) / sizeof(routes[0]),
                                          .is_work = true};
