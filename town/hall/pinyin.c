#include "town/hall/pinyin.h"

#include <stdlib.h>
#include <string.h>

#include "town/hall/pinyin_table.h"

static const char *syllable(uint16_t index)
{
    return index ? pinyin_syllables[index] : NULL;
}

static bool stands(const struct pinyin_word *w, const uint32_t *characters, size_t n)
{
    if (w->n > (int)n)
        return false;
    for (int i = 0; i < w->n; i++)
        if (w->characters[i] != characters[i])
            return false;
    return true;
}

static const struct pinyin_word *word_at(const uint32_t *characters, size_t n)
{
    const struct pinyin_word *w = pinyin_words;
    while (w->n && !stands(w, characters, n))
        w++;
    return w->n ? w : NULL;
}

void pinyin_read(const uint32_t *characters, size_t n, const char **out)
{
    for (size_t i = 0; i < n;) {
        const struct pinyin_word *w = word_at(characters + i, n - i);
        for (int k = 0; w && k < w->n; k++)
            out[i + (size_t)k] = syllable(w->syllables[k]);
        if (w) {
            i += (size_t)w->n;
            continue;
        }
        bool known = characters[i] >= PINYIN_FIRST && characters[i] <= PINYIN_LAST;
        out[i] = known ? syllable(pinyin_characters[characters[i] - PINYIN_FIRST]) : NULL;
        i++;
    }
}

static int compare(const void *key, const void *item)
{
    const struct str *letters = key;
    const char *s = *(const char *const *)item;
    int order = strncmp(letters->p, s, letters->n);
    return order ? order : s[letters->n] ? -1 : 0;
}

bool pinyin_is_syllable(struct str letters)
{
    return letters.n > 0 && letters.n <= PINYIN_SYLLABLE_MAX &&
           bsearch(&letters, pinyin_syllables + 1, (size_t)pinyin_syllables_n - 1,
                   sizeof(*pinyin_syllables), compare);
}
