/* Routes, lines of what waits, the jobs: see letters.h. */
#include "store/queries.h"
#include "town/letters/internal.h"

const struct web_module letters_module = {.name = "letters"};
