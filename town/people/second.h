/*
 * Inside people/: the second factor of an account. begun (a secret is shown, and worth nothing) →
 * proven (a code of it has come) → removed by its owner, or lifted from the command line. What
 * others may ask is in people.h.
 */
#ifndef TOWN_PEOPLE_SECOND_H
#define TOWN_PEOPLE_SECOND_H

#include "town/people/people.h"

enum { SECOND_BEGUN_MS = 15 * 60 * 1000 /* so long a secret is shown that no code has proven */ };

struct second {
    bool is_there, is_proven;
    struct str secret; /* opened */
    int64_t last_step, wrong, wrong_since;
};
/* A secret that was begun too long ago is as none. */
enum err second_find(struct db *db, struct arena *arena, int64_t user, struct second *s) MUST_CHECK;
/* A fresh secret. ERR_CONFLICT when one is proven. */
enum err second_begin(struct tx *tx, int64_t user) MUST_CHECK;
/* As people_second_verify(), of one that is begun: the right code proves it. */
enum err second_prove(struct tx *tx, int64_t user, struct str code,
                      enum people_second *said) MUST_CHECK;
/* By its owner, with a right code. */
enum err second_remove(struct tx *tx, int64_t user, struct str code,
                       enum people_second *said) MUST_CHECK;

#endif
