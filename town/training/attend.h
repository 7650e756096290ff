/* Attendance: see attend.c. In a command's transaction. */
#ifndef TOWN_TRAINING_ATTEND_H
#define TOWN_TRAINING_ATTEND_H

#include "town/training/internal.h"

struct attendance {
    int64_t session, user, actor;
    bool is_present;
    const char *how; /* "code", "watched", "teacher" */
    struct str reason;
};
/* Twice is once. ERR_EXPIRED, key training.code_old: of another time or another session. */
enum err attend_by_code(struct tx *tx, int64_t session, int64_t user, struct str code) MUST_CHECK;
/* The teacher's word, which a code or minutes do not change afterwards. */
enum err attend_correct(struct tx *tx, const struct attendance *a) MUST_CHECK;
/* A sign of a window that shows it. ERR_NOT_FOUND: not online, or not in the run. */
enum err attend_watched(struct tx *tx, int64_t session, int64_t user,
                        int64_t *watched_ms) MUST_CHECK;

#endif
