/*
 * Inside hall/: from texts to the tokens that the index holds, and from what a visitor typed to the
 * question that is put to it. No I/O; the same tokens on both stores (search.h says why).
 *
 * A token is the letter of the part that it stands in, a mark, and text:
 *
 *   "1.7L 电饭煲", title    t1.7l  t电 t饭 t煲 t电饭 t饭煲  t~dianfanbao t~fanbao t~bao  t^dfb t^fb
 * t^b "HWK-1007", model       mhwk m1007 mhwk1007
 *
 *   Latin words and numbers in lower case; joined by a hyphen also as one, from each part on
 *   Chinese: each character and each two that stand together
 *   ~ how it is read from there on, ^ with what its syllables begin (one letter a syllable, and
 * with zh, ch and sh as two), both cut to a length: a question is a prefix of them
 *
 * A question is an AND of its words; each word is an OR of ways to understand it, each an AND of
 * terms: as the beginning of a word or number, and of letters alone, as pinyin. "dianshh" is
 * "dian", "sh…", "h…": what begins with ^dsh and has ~diansh. Two characters that stand together
 * are looked for as such; of longer Chinese each two must be there, which is all but the same as
 * the whole.
 */
#ifndef TOWN_HALL_SEARCH_TEXT_H
#define TOWN_HALL_SEARCH_TEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "town/hall/search_piece.h"

enum search_part { /* in the order of how much they count */
                   SEARCH_TITLE = 't',
                   SEARCH_CODE = 'm', /* model, SKU codes, GTIN: not by sound */
                   SEARCH_MAKER = 'f',
                   SEARCH_KIND = 'k',
                   SEARCH_SPEC = 's', /* not by sound */
};

enum {
    SEARCH_QUERY_MAX = 240, /* bytes; more of a question is not looked at */
    SEARCH_WORDS_MAX = 8,   /* words of a question that count */
    SEARCH_JOINED_MAX = 8,  /* parts of one word */
    SEARCH_TOKENS_MAX = 4000,
    SEARCH_WORD_LETTERS = 40,
    SEARCH_SOUND_LETTERS = 24,
    SEARCH_INITIALS = 10,
    SEARCH_TERMS_MAX = 1000,
    SEARCH_SPELL_LETTERS = 5, /* words from here on have a spelling that may be mistaken */
};

/* What is put into the index of one product. */
struct search_words {
    struct arena *arena;
    struct str *tokens, *spelled; /* arena */
    size_t n, spelled_n;
};
enum err search_words_new(struct arena *arena, struct search_words *out) MUST_CHECK;
void search_words_add(struct search_words *w, enum search_part part, struct str text);
/* All tokens once each, sorted by their bytes, with a blank between. ERR_NOMEM. */
enum err search_words_text(struct search_words *w, struct str *out) MUST_CHECK;

enum search_how {
    SEARCH_WORDS,      /* as it is written */
    SEARCH_ALSO_SOUND, /* and letters as pinyin */
    SEARCH_SAME_SOUND, /* and Chinese as what is read the same */
};

/* One word of a question; arena. */
struct search_word {
    struct str text; /* folded; of joined parts without what joins them */
    bool is_han;
    bool is_letters; /* a to z alone: it may be pinyin, and may be spelled wrongly */
    size_t parts_n;  /* of joined parts: 2 or more */
    struct str parts[SEARCH_JOINED_MAX];
};
struct search_question {
    size_t n;
    struct search_word words[SEARCH_WORDS_MAX];
};
/* Without a word when there is nothing to look for. */
void search_question_read(struct str q, struct arena *arena, struct search_question *out);
/* What a word may be, and what of it must be there together. */
struct search_terms {
    struct search_term {
        struct str text; /* a token without its part */
        bool is_sound;   /* only in parts that are there by sound */
        bool is_whole;   /* a token, and not what one begins with */
        bool begins_way, begins_word;
    } * all; /* arena */
    size_t n;
};
enum err search_question_terms(const struct search_question *q, enum search_how how,
                               struct arena *arena, struct search_terms *out) MUST_CHECK;

/* As the store's own language for it, of goods that have all words in the parts named ("tm": title
 * and codes; one of title, maker and kind at least) and not all of them in the parts of `without`
 * ("": wherever). NULL when there is no memory. */
const char *search_terms_text(const struct search_terms *terms, const char *parts,
                              const char *without, enum db_dialect dialect, struct arena *arena);
/* The same of one product, whose tokens these are, sorted by their bytes. */
bool search_terms_have(const struct search_terms *terms, const char *parts, const char *without,
                       const struct str *tokens, size_t n);

/* Could one be meant by the other: a letter wrong, missing, too many, or two swapped. */
bool search_is_slip(struct str a, struct str b);

#endif
