/*
 * Amounts as people and payment providers write them, in yuan with at most two decimals: "69.00",
 * "69", "0.5". Read exactly: no sign, no exponent, no spaces, no third decimal, no
 * leading zero; at most YUAN_FEN_MAX.
 */
#ifndef TOWN_YUAN_H
#define TOWN_YUAN_H

#include "base/err.h"
#include "base/str.h"

#define YUAN_FEN_MAX INT64_C(1000000000000) /* ten thousand million yuan */
enum { YUAN_TEXT = 24, YUAN_TYPED = 32 };

enum err yuan_read(struct str text, int64_t *fen) MUST_CHECK; /* ERR_SYNTAX, ERR_LIMIT */
/* By a person, who may write "1,069.00" as the pages do. */
enum err yuan_typed(struct str text, int64_t *fen) MUST_CHECK;
/* "69.00"; of an amount that is not negative. */
void yuan_text(int64_t fen, char out[YUAN_TEXT]);

#endif
