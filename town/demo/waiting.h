/* What waits in the demo town: for its clerk a returned product, a draft, a flagged word, little
 * stock and a certificate that has ended; for its base products and certificates to review. */
#ifndef TOWN_DEMO_WAITING_H
#define TOWN_DEMO_WAITING_H

#include "store/writer.h"
#include "town/demo/names.h"

/* After the shows that were held: the ledger's moments only rise. kinds: ids by demo_kinds. */
enum err fill_waiting(struct tx *tx, const int64_t factories[DEMO_FACTORIES], const int64_t *kinds,
                      int clerks) MUST_CHECK;

#endif
