/* The list as readers have it: a matcher that is swapped when the list has changed. */
#ifndef TOWN_HOUSE_LIST_H
#define TOWN_HOUSE_LIST_H

#include "store/db.h"
#include "town/house/match.h"
#include "town/shows/shows.h"

extern const char *const house_classes[3]; /* by enum house_class */
/* ERR_NOT_FOUND. */
enum err house_class_of(struct str name, enum house_class *out) MUST_CHECK;

/* The program's own tables. Once, before threads; again is fine. */
enum err house_list_open(struct err_info *info) MUST_CHECK;
const struct house_fold *house_list_fold(void);
/* Takes over what the store has, if it is newer than what readers have. Any thread, with a snapshot
 * or transaction of its own. */
enum err house_list_follow(struct db *db, struct arena *arena) MUST_CHECK;
/* Takes over these words as version `version`, unless readers have that or a newer one. */
enum err house_list_put(const struct house_term *terms, size_t n, int64_t version) MUST_CHECK;
/* What readers have now; NULL before there is one. Let go of by house_matcher_drop(). */
struct house_matcher *house_list_hold(void);
void house_list_close(void);

/* A shows_judge_fn. */
enum shows_verdict house_judge(struct str text, struct arena *arena, struct str *why);
/* What becomes of a text with these finds. */
enum shows_verdict house_verdict(const struct house_found *found, size_t n);

#endif
