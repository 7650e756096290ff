#include "town/training/tell.h"

enum err training_tell_run(struct tx *tx, const char *kind, int64_t run, int64_t user)
{
    (void)tx, (void)kind, (void)run, (void)user;
    return OK;
}
