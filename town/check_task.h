/*
 * `guildhall check` as a task (town/tasks): operators begin it from /tasks, beside the serving
 * town. What it finds is in the log, line by line; the page says how much it is.
 */
#ifndef TOWN_CHECK_TASK_H
#define TOWN_CHECK_TASK_H

#include "town/tasks/tasks.h"

extern const struct task_kind town_check_task;

void town_check_task_on(const char *store_url); /* borrowed; before tasks_start() */

#endif
