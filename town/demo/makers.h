/* The demo town's makers, each with an entry, a credit code of nobody and a licence. */
#ifndef TOWN_DEMO_MAKERS_H
#define TOWN_DEMO_MAKERS_H

#include "base/rnd.h"
#include "store/writer.h"
#include "town/demo/names.h"

/* All of them, admitted; factories[i] gets the id of demo_name(i). */
enum err fill_makers(struct tx *tx, struct rnd_seq *seq,
                     int64_t factories[DEMO_FACTORIES]) MUST_CHECK;
/* Some more that wait for the base's review, or got their entry back. */
enum err fill_applicants(struct tx *tx, struct rnd_seq *seq) MUST_CHECK;

#endif
