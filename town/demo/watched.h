/* Who watched the shows that were held, and which card was shown when. */
#ifndef TOWN_DEMO_WATCHED_H
#define TOWN_DEMO_WATCHED_H

#include "store/writer.h"

/* After the show's orders, before it is over. tx->now_ms is moved. */
enum err fill_watched(struct tx *tx, int64_t show, int64_t from_ms, int64_t until_ms,
                      int64_t orders) MUST_CHECK;

#endif
