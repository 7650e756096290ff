/* Shows of the demo that run on other platforms: one that was, with its result, and one to come. */
#ifndef TOWN_DEMO_OUTSIDE_H
#define TOWN_DEMO_OUTSIDE_H

#include "store/writer.h"

enum err fill_outside(struct tx *tx, int64_t host) MUST_CHECK;

#endif
