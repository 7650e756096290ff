/* What the demo town's papers say: documented figures and goals. */
#ifndef TOWN_DEMO_PAPERS_H
#define TOWN_DEMO_PAPERS_H

#include "store/writer.h"

/* Documents the figures, sets the goals, and writes what was counted on the days that have passed.
 */
enum err fill_figures(struct tx *tx) MUST_CHECK;

#endif
