/*
 * The certificates of the demo's goods: which kinds need one, and a certificate for each maker's
 * goods of such a kind. A few have run out, so that the base has something to look at.
 */
#ifndef TOWN_DEMO_MARKS_H
#define TOWN_DEMO_MARKS_H

#include "store/writer.h"

/* After the goods and before anything is sold: rules, and certificates that are all valid. */
enum err fill_marks(struct tx *tx) MUST_CHECK;
/* After the shows: some of goods that are in none end, and some end soon. */
enum err fill_ended_marks(struct tx *tx) MUST_CHECK;

#endif
