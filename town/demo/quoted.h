/* Prices for many pieces in the demo town: one in every state. */
#ifndef TOWN_DEMO_QUOTED_H
#define TOWN_DEMO_QUOTED_H

#include "store/writer.h"

/* Asked of the clerk's factory by `buyer` and `other`. */
enum err fill_quotes(struct tx *tx, int64_t factory, int64_t clerk, int64_t buyer,
                     int64_t other) MUST_CHECK;

#endif
