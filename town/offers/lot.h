/*
 * The lot: who of those that take part gets a prize, so that nobody could have steered it and
 * anybody can check it afterwards. Pure.
 *
 *   opened   a seed of 32 random bytes is chosen; SHA-256(seed) is published, hex
 *   joined   each gets a number, 1 onwards, and a receipt that stands in the list instead of a name
 *   drawn    entries = SHA-256 over "NUMBER:RECEIPT\n" of all in order, hex
 *            rank(n) = HMAC-SHA256(key seed, message "ENTRIES:n"), as bytes
 *            the smallest ranks win, the smallest first; seed and list are published
 *
 * The base cannot choose the seed to suit the list, since its hash was there before the first
 * entry; those who join cannot suit the seed, which they do not know.
 */
#ifndef TOWN_OFFERS_LOT_H
#define TOWN_OFFERS_LOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { LOT_SEED_BYTES = 32, LOT_HEX = 2 * 32 + 1 };

void lot_seed_hash(const uint8_t seed[LOT_SEED_BYTES], char hex[LOT_HEX]);
/* The hash of the list, an entry after the other from 1 on. ERR_NOMEM; lot_list_end() in any case.
 */
struct lot_list {
    void *hash; /* private */
    size_t n;
};
enum err lot_list_begin(struct lot_list *l) MUST_CHECK;
void lot_list_add(struct lot_list *l, struct str receipt);
void lot_list_end(struct lot_list *l, char hex[LOT_HEX]);
/* The numbers of the winners, the first first; at most `most` and at most n. ERR_NOMEM. */
enum err lot_draw(const uint8_t seed[LOT_SEED_BYTES], const char *entries_hex, size_t n,
                  size_t most, size_t *winners) MUST_CHECK;

#endif
