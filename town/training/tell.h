/* What people are told of courses: kinds of town/messages. */
#ifndef TOWN_TRAINING_TELL_H
#define TOWN_TRAINING_TELL_H

#include "store/writer.h"

/* course.enrolled, course.seat, exam.open: of a run. */
enum err training_tell_run(struct tx *tx, const char *kind, int64_t run, int64_t user) MUST_CHECK;

#endif
