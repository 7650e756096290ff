/*
 * Words in titles and texts that the law on advertising does not like, or likes only with proof:
 * the base is shown them with the rule, and decides. Nothing is blocked by them: most rules have
 * exemptions, and a program cannot tell a boast from a fact.
 *
 * The list is data/words.json; rules, by their name in locales/ (hall.rule_NAME):
 *   superlative  Advertising Law of the PRC, article 9 (3): "national level", "highest", "best" …
 *   absolute     article 28: what cannot be kept
 *   medical      article 17: goods that are no medicine say nothing of illnesses
 */
#ifndef TOWN_HALL_WORDS_H
#define TOWN_HALL_WORDS_H

#include "store/writer.h"

enum { HALL_WORDS_LISTED_MAX = 200, HALL_WORDS_FOUND_MAX = 20 };

struct hall_word { /* borrowed from the list */
    struct str word, rule;
};

/* Reads the list. Once, before threads; again is fine. ERR_SYNTAX. */
enum err hall_words_load(struct err_info *info) MUST_CHECK;
/* Words of the list that stand in a text, each once; how many. ASCII whatever its case, and as
 * whole words; a place that an exemption covers is passed over. */
size_t hall_words_in(struct str text, struct hall_word out[HALL_WORDS_FOUND_MAX]);

/* Opens and closes flags of a product by its texts as they are. After each save. */
enum err hall_flags_update(struct tx *tx, int64_t product) MUST_CHECK;
/* Lets one stand. ERR_CONFLICT when it is not open, ERR_INVALID without a note. */
enum err hall_flag_clear(struct tx *tx, int64_t flag, struct str note, int64_t user) MUST_CHECK;

#endif
