/* What people are told of courses: kinds of town/messages. */
#ifndef TOWN_TRAINING_TELL_H
#define TOWN_TRAINING_TELL_H

#include "town/training/internal.h"

/* course.enrolled, course.seat, exam.open: of a run. */
enum err training_tell_run(struct tx *tx, const char *kind, int64_t run, int64_t user) MUST_CHECK;
/* course.cancelled: before they leave it. */
enum err training_tell_cancelled(struct tx *tx, int64_t run, int64_t user,
                                 struct str why) MUST_CHECK;
/* session.moved, with when and where it is now. */
enum err training_tell_moved(struct tx *tx, int64_t session, int64_t user) MUST_CHECK;
/* session.near, a day before each session of a run that is to come; `on` false: no more. */
enum err training_tell_sessions(struct tx *tx, int64_t run, int64_t user, bool on) MUST_CHECK;
/* certificate.issued, and certificate.expiring when that is due. */
enum err training_tell_certificate(struct tx *tx, int64_t certificate) MUST_CHECK;
enum err training_tell_revoked(struct tx *tx, int64_t certificate) MUST_CHECK;

#endif
