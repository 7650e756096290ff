/* Inside hall/: the tables that script/gen-pinyin makes. pinyin.h is how to ask them. */
#ifndef TOWN_PINYIN_TABLE_H
#define TOWN_PINYIN_TABLE_H

#include <stdint.h>

enum { PINYIN_FIRST = 0x4E00, PINYIN_LAST = 0x9FFF, PINYIN_WORD_MAX = 4 };

/* Sorted; the first one is empty: a character that is not read. */
extern const char *const pinyin_syllables[];
extern const int pinyin_syllables_n;
extern const uint16_t pinyin_characters[PINYIN_LAST - PINYIN_FIRST + 1]; /* index of a syllable */

/* A word whose characters are read otherwise in it; the longest first, the last has length 0. */
struct pinyin_word {
    int n;
    uint32_t characters[PINYIN_WORD_MAX];
    uint16_t syllables[PINYIN_WORD_MAX];
};
extern const struct pinyin_word pinyin_words[];

#endif
