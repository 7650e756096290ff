/*
 * How Chinese is read, in letters without tones: "dian", "shui", "hu"; a u with two dots is a v, as
 * it is typed. One reading a character, the most common one, but for a few words of the trade
 * (pinyin_words.txt). No I/O.
 */
#ifndef TOWN_PINYIN_H
#define TOWN_PINYIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    PINYIN_SYLLABLE_MAX = 6,
    PINYIN_TEXT_MAX = 200,   /* characters of a text that are looked at */
    PINYIN_LETTERS_MAX = 60, /* more are in none */
};

/* Of n characters that stand together; NULL for one that has no reading. Static strings. */
void pinyin_read(const uint32_t *characters, size_t n, const char **out);
bool pinyin_is_syllable(struct str letters);
/* Do letters read characters that stand together in a text: whole syllables, their beginnings or
 * their initials, in turn. "zhandi", "zhdi" and "zd" are in 总占地面积. */
bool pinyin_has(struct str text, struct str letters);

#endif
