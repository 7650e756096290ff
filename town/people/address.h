/* Inside people/: what the pages of addresses do to them. Of somebody else's: ERR_NOT_FOUND. */
#ifndef TOWN_PEOPLE_ADDRESS_H
#define TOWN_PEOPLE_ADDRESS_H

#include "town/people/people.h"

/* ERR_EXISTS when another of theirs says the same. */
enum err address_save(struct tx *tx, int64_t user, const struct people_address *a) MUST_CHECK;
enum err address_prefer(struct tx *tx, int64_t user, int64_t id) MUST_CHECK;
enum err address_remove(struct tx *tx, int64_t user, int64_t id) MUST_CHECK;

#endif
