/*
 * Places for what lasts: so many at a time in all, and so many of one key (an address). Thread
 * safe.
 */
#ifndef WEB_PLACES_H
#define WEB_PLACES_H

#include <stdbool.h>
#include <stdint.h>

enum { PLACES_KEY = 16 }; /* bytes of a key, as addr_client_key() makes it */

struct places;

struct places *places_new(int max, int max_of_key); /* NULL without memory */
void places_free(struct places *p);
/* False when there is none. key NULL: of no key, counted among all only. */
bool places_take(struct places *p, const uint8_t *key);
void places_give(struct places *p, const uint8_t *key); /* once for each that was taken */

#endif
