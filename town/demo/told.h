/* What the demo's buyer was told of, and will be. */
#ifndef TOWN_DEMO_TOLD_H
#define TOWN_DEMO_TOLD_H

#include "store/writer.h"

enum err fill_told(struct tx *tx, int64_t buyer) MUST_CHECK;

#endif
