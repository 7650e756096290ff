/*
 * Exams: in a command's transaction.
 *
 *   begin ──▶ open ──submit, or its time is over──▶ passed ─▶ certificate
 *               │                                  failed ─▶ another try, if one is left
 *               └── void: the teacher's or the base's, with a reason; it is no try then (passed,
 * failed too unless it has led to a certificate)
 *
 * The server's clock decides: what comes after due_at is refused, and what was saved before it
 * counts. One device may answer, the one that began; another that opens it is told so, and may take
 * it over, which both see and the log keeps. Each answer is marked by rule: a question is right
 * when exactly its right options are chosen.
 */
#ifndef TOWN_TRAINING_EXAM_H
#define TOWN_TRAINING_EXAM_H

#include "town/training/internal.h"

enum { EXAM_QUESTIONS_MAX = 100 };

struct exam_by {
    int64_t exam, user, device; /* device: the session it comes from */
};

/* Begins a try, or finds the one that is open. ERR_CONFLICT with a key: not enrolled, not enough
 * attended, no bank, no try left, passed. */
enum err exam_begin(struct tx *tx, int64_t run, int64_t user, int64_t device,
                    int64_t *exam) MUST_CHECK;
/* answers[i] is the mask of position i, -1: not said. ERR_EXPIRED: its time is over, whatever was
 * saved before counts. ERR_CONFLICT, key training.exam_elsewhere: another device has it. */
enum err exam_save(struct tx *tx, const struct exam_by *by, const int *answers, size_t n,
                   bool submits) MUST_CHECK;
enum err exam_take_over(struct tx *tx, const struct exam_by *by) MUST_CHECK;
/* The page was left, or came back: event "leave" or "return". */
enum err exam_note(struct tx *tx, const struct exam_by *by, const char *event) MUST_CHECK;
enum err exam_void(struct tx *tx, int64_t exam, int64_t actor, struct str reason) MUST_CHECK;
/* Ends what is due. For writer_every(). */
enum err exam_sweep(struct tx *tx, void *unused) MUST_CHECK;
/* Tells who has now attended enough to sit it. */
enum err exam_open_now(struct tx *tx, int64_t run, int64_t user) MUST_CHECK;

struct exam_standing { /* may somebody begin? */
    bool has_bank, has_attended, has_passed, is_open, has_tries;
    int64_t sessions, present, needed, tries, tries_max, exam; /* exam: the open one */
};
enum err exam_standing(struct db *db, struct arena *arena, int64_t enrolment,
                       struct exam_standing *out) MUST_CHECK;

/* Draws the paper of an exam as it was drawn: rows of what the bank held then. */
struct draw_question;
enum err exam_draw(struct db *db, struct arena *arena, int64_t bank, int64_t at_ms, int64_t seed,
                   int64_t take, struct draw_question **out, size_t *n) MUST_CHECK;

#endif
