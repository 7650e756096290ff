/*
 * Fills an empty store with the demo town, in one transaction: people, makers, products, shows, and
 * the orders of shows that were held. What lies in the past is done by the departments' own
 * commands with a clock that is set back.
 */
#ifndef TOWN_DEMO_FILL_H
#define TOWN_DEMO_FILL_H

#include "store/writer.h"

/* show: the one that the encoder plays. */
enum err fill_town(struct tx *tx, int64_t *show) MUST_CHECK;
/* A fresh show like demo_show_now, for when the last one was ended. */
enum err fill_show_now(struct tx *tx, int64_t *show) MUST_CHECK;

#endif
