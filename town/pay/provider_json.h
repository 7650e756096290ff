/* Texts in and out of the JSON that providers speak. */
#ifndef TOWN_PAY_PROVIDER_JSON_H
#define TOWN_PAY_PROVIDER_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"

/* NULL: no memory, or not UTF-8. */
json_t *provider_json(struct str s);
/* A string of a member, 1 to max bytes, in the arena with a NUL behind it; STR_NONE when it is not
 * there, longer or no string. */
struct str provider_text(const json_t *j, const char *member, size_t max, struct arena *arena);
/* One line of what somebody else wrote: no control characters, cut between characters. */
const char *provider_words(struct arena *arena, struct str said);

#endif
