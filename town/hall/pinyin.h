/*
 * How Chinese is read, in letters without tones: "dian", "shui", "hu"; a u with two dots is a v, as
 * it is typed. One reading a character, the most common one, but for a few words of the trade
 * (pinyin_words.txt). No I/O.
 */
#ifndef TOWN_HALL_PINYIN_H
#define TOWN_HALL_PINYIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { PINYIN_SYLLABLE_MAX = 6 };

/* Of n characters that stand together; NULL for one that has no reading. Static strings. */
void pinyin_read(const uint32_t *characters, size_t n, const char **out);
bool pinyin_is_syllable(struct str letters);

#endif
