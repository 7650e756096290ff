/* The calendar of workdays of the demo: 2021, 2025 and 2026 as they were announced. */
#ifndef TOWN_DEMO_WORKDAYS_H
#define TOWN_DEMO_WORKDAYS_H

#include "store/writer.h"

enum err fill_workdays(struct tx *tx) MUST_CHECK;

#endif
