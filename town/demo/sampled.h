/* Samples of the clerk's factory in every state, with two hosts. */
#ifndef TOWN_DEMO_SAMPLED_H
#define TOWN_DEMO_SAMPLED_H

#include "store/writer.h"

enum err fill_samples(struct tx *tx, int64_t factory, int64_t clerk, int64_t host,
                      int64_t other) MUST_CHECK;

#endif
