/* What the files of house have in common. */
#ifndef TOWN_HOUSE_INTERNAL_H
#define TOWN_HOUSE_INTERNAL_H

#include "town/house/house.h"
#include "town/house/list.h"

/* --- changing the list (words.c) --- */

extern const char *const house_rules[]; /* NULL ends; texts house.rule_NAME */
bool house_rule_ok(struct str rule);

struct house_word {
    struct str word, class, rule, note, why;
    int64_t actor; /* 0: it came with the program */
};
/* Each with its event, in the command's transaction. ERR_EXISTS, ERR_LIMIT, ERR_INVALID (field
 * words: the list cannot have it). */
enum err house_word_add(struct tx *tx, const struct house_word *w) MUST_CHECK;
/* Of word `id`: class, rule and note as given. ERR_NOT_FOUND. */
enum err house_word_change(struct tx *tx, int64_t id, const struct house_word *w) MUST_CHECK;
enum err house_word_remove(struct tx *tx, int64_t id, const struct house_word *w) MUST_CHECK;
/* The program's own list, where there never was one. */
enum err house_words_seed(struct tx *tx) MUST_CHECK;

/* --- pages --- */

handler_fn house_words_page, house_words_post, house_word_post, house_words_paste,
    house_words_history, house_words_export; /* words_page.c, words_sheet.c */
shows_part_fn house_desk_part;
handler_fn house_patrol_page, house_warn_post, house_warning_seen_post; /* patrol.c */
handler_fn house_review_page;                                           /* review.c */

#endif
