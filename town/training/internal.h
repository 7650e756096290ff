/* What the files of this department share. */
#ifndef TOWN_TRAINING_INTERNAL_H
#define TOWN_TRAINING_INTERNAL_H

#include "town/training/training.h"

enum { TRAINING_MEMBER = 1, TRAINING_BASE = 2, TRAINING_ITSELF = 4 }; /* of transition.h's `who` */

bool training_is_base(const struct req *r);
/* The path's {id} as a number. ERR_NOT_FOUND. */
enum err training_id(const struct req *r, const char *name, int64_t *id) MUST_CHECK;
/* A row's text in the request's language. */
struct str training_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                         const char *en);
/* A refusal inside a command. */
enum err training_refuse(struct tx *tx, enum err e, const char *field, const char *key);
/* A name without all but its first character. */
struct str training_masked(struct arena *arena, struct str name);
/* The course's teacher, or the base; else ERR_NOT_FOUND. */
enum err training_teaches(const struct req *r, const struct rows *course) MUST_CHECK;
/* `run` {…} of the path's {id} with its course, for who teaches it. */
enum err training_run_of(struct req *r, struct rows *run) MUST_CHECK;

/* course_view.c: members of a course, a run, a session */
void training_put_kind(struct req *r, struct view *v, const struct rows *rs, size_t row);
void training_put_session(struct req *r, struct view *v, const struct rows *rs, size_t row);
void training_put_course(struct req *r, struct view *v, const struct rows *rs, size_t row);
void training_put_run(struct req *r, struct view *v, const struct rows *rs, size_t row);
enum err training_put_sessions(struct req *r, struct view *v, int64_t run) MUST_CHECK;
/* Runs as a list; each with its sessions when `whole`. */
enum err training_put_runs(struct req *r, const char *member, const struct rows *rs,
                           bool whole) MUST_CHECK;

/* public.c: the page of a course, also after a refusal. */
enum err training_show_course(struct req *r, int64_t course) MUST_CHECK;

/* course.c: the spaces that a run's sessions have booked are free again. */
enum err training_sessions_free(struct tx *tx, int64_t run, int64_t actor,
                                struct str note) MUST_CHECK;

/* seats.c */
struct training_enrolment {
    int64_t id, run, user, moves;
    struct str state;
};
/* ERR_NOT_FOUND. */
enum err training_enrolment_of(struct tx *tx, int64_t run, int64_t user,
                               struct training_enrolment *out) MUST_CHECK;
/* Of the table: to the next state, with its event; the seat moves with it. */
enum err training_move(struct tx *tx, struct training_enrolment *e, const char *event, unsigned as,
                       int64_t actor, struct str note) MUST_CHECK;

/* The pages' handlers. */
handler_fn training_page_list, training_page_course, training_page_mine; /* public.c, mine.c */
handler_fn training_do_enrol, training_do_leave;                         /* enrol.c */
handler_fn training_page_desk, training_page_course_new, training_page_course_edit; /* desk.c */
enum err training_put_form(struct req *r) MUST_CHECK; /* what the form of a course chooses from */
handler_fn training_do_course, training_do_run, training_do_session, training_do_session_move,
    training_do_seats, training_do_cancel, training_do_bank; /* desk_do.c */
handler_fn training_page_run, training_page_runs;            /* roster.c */

enum err training_put_rules(struct req *r) MUST_CHECK;        /* certificate_page.c: `rules` */
enum err training_put_certificates(struct req *r) MUST_CHECK; /* `certificates`, one's own */
handler_fn training_page_session, training_page_screen, training_do_attendance,
    training_page_attend, training_do_attend, training_do_watching; /* attend_page.c */
handler_fn training_page_exam, training_do_exam, training_do_answers, training_do_take,
    training_do_note, training_page_exam_log, training_do_void; /* exam_page.c */
handler_fn verify_page_form, verify_page, training_page_record, training_certificate_paper,
    training_page_certificates, training_do_revoke, training_page_rules, training_do_rule,
    training_do_rule_end; /* certificate_page.c */
handler_fn training_page_bank, training_do_questions, training_do_question_off; /* bank.c */

#endif
