/* Courses of the demo: one that was, whose certificates the hosts hold, one under way, one to come.
 */
#ifndef TOWN_DEMO_COURSES_H
#define TOWN_DEMO_COURSES_H

#include "store/writer.h"

/* Before the first show: tx->now_ms is set as it goes on. *course is given again. */
enum err fill_courses_past(struct tx *tx, int64_t now_ms, int64_t *course) MUST_CHECK;
/* Each session to come has a classroom that is free, when there is one. */
enum err fill_course_rooms(struct tx *tx) MUST_CHECK;
enum err fill_courses(struct tx *tx, int64_t course) MUST_CHECK;

#endif
