/* A list and a text: the first line is the list, its words between commas ("-" before one that is
 * exempt); all that follows is the text. What is found lies in it, and a plain search agrees. */
#include <stdlib.h>

#include "town/house/match.h"

enum { WORDS_MAX = 64, FOUND_MAX = 16 };

static const char table[] = "{\"variants\":[\"\u540e\u5f8c\"],\"digits\":[\"1\u4e00\u2460\"],"
                            "\"looks\":[\"a\u0430\"],\"sounds\":[\"\u5fae\u5a01\"]}";

static size_t take_list(struct str line, struct house_term *terms)
{
    size_t n = 0;
    while (line.n && n < WORDS_MAX) {
        struct str word = str_cut(line, ',', &line);
        bool exempt = word.n && word.p[0] == '-';
        enum house_class listed = n % 2 ? HOUSE_FLAGGED : HOUSE_BLOCKED;
        terms[n] = (struct house_term){str_slice(word, exempt, word.n), STR("x"),
                                       exempt ? HOUSE_EXEMPT : listed};
        n++;
    }
    return n;
}

/* Does a word stand in the letters as they sound, with no gap too wide? */
static bool stands_in(const struct house_letter *word, size_t word_n,
                      const struct house_letter *text, size_t n)
{
    for (size_t at = 0; at + word_n <= n; at++) {
        size_t i = 0;
        while (i < word_n && word[i].sound == text[at + i].sound &&
               (i == 0 || text[at + i].gap != HOUSE_FAR))
            i++;
        if (i == word_n)
            return true;
    }
    return false;
}

static void check(const struct house_fold *f, struct str text, const struct house_found *found,
                  size_t n, struct arena *arena)
{
    struct house_letter *letters = arena_array(arena, text.n + 1, sizeof(*letters));
    struct house_letter word[HOUSE_TERM_MAX];
    size_t letters_n = house_fold_text(f, text, letters, text.n);
    for (size_t i = 0; i < n; i++) {
        if (found[i].from >= found[i].to || found[i].to > text.n ||
            found[i].term->class == HOUSE_EXEMPT)
            abort();
        if (memchr(found[i].term->text.p, '#', found[i].term->text.n))
            continue;
        size_t word_n = house_fold_text(f, found[i].term->text, word, HOUSE_TERM_MAX);
        if (!stands_in(word, word_n, letters, letters_n))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena arena;
    struct house_fold *f;
    struct house_matcher *m;
    struct house_term terms[WORDS_MAX];
    struct house_found found[FOUND_MAX];
    struct str text, line = str_cut(str_n(p, n), '\n', &text);
    if (n > 4000)
        return 0;
    arena_init(&arena, 16 << 20);
    if (house_fold_read(str_of(table), &arena, &f))
        abort();
    if (house_matcher_make(f, terms, take_list(line, terms), &m) == OK) {
        check(f, text, found, house_match(m, text, &arena, found, FOUND_MAX), &arena);
        house_matcher_drop(m);
    }
    arena_free(&arena);
    return 0;
}
