#include "town/pinyin.h"

#include <stdlib.h>
#include <string.h>

#include "town/pinyin_table.h"

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

/* How many of the letters may be read, one bit each, one syllable further: each gives some of them,
 * from its own first one on. */
static uint64_t step(const char *syllable, struct str letters, uint64_t before)
{
    uint64_t after = 0;
    for (size_t from = 0; syllable && from < letters.n; from++)
        for (size_t k = 0; before >> from & 1 && from + k < letters.n && syllable[k] &&
                           syllable[k] == letters.p[from + k];
             k++)
            after |= UINT64_C(1) << (from + k + 1);
    return after;
}

bool pinyin_has(struct str text, struct str letters)
{
    uint32_t points[PINYIN_TEXT_MAX] = {0};
    const char *read[PINYIN_TEXT_MAX];
    size_t n = 0, at = 0;
    uint64_t reached = 0;
    if (letters.n == 0 || letters.n > PINYIN_LETTERS_MAX)
        return false;
    while (at < text.n && n < PINYIN_TEXT_MAX)
        points[n++] = str_next_point(text, &at);
    pinyin_read(points, n, read);
    for (size_t i = 0; i < n && !(reached >> letters.n & 1); i++)
        reached = step(read[i], letters, reached | 1);
    return reached >> letters.n & 1;
}
