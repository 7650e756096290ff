/* The rules of letters, for `guildhall check`. */
#include "town/letters/issue.h"

enum err letters_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                       void *arg, int *violations)
{
    return issue_check(db, arena, say, arg, violations);
}
