/* Every column of the town that is sealed (store/seal.h), for `guildhall seal`. */
#ifndef TOWN_SEALED_H
#define TOWN_SEALED_H

#include "store/seal.h"

extern const struct seal_column town_sealed[];
extern const size_t town_sealed_n;

#endif
