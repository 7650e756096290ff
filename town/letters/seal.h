/* Inside letters/: what the town's key signs of a letter. */
#ifndef TOWN_LETTERS_SEAL_H
#define TOWN_LETTERS_SEAL_H

#include "base/arena.h"
#include "store/db.h"

/* The statement of a letter, as issue.h has it; row as q_letters_issue, of one that is sealed, or
 * with these two of one that is about to be. In the arena; empty: no memory. */
struct str seal_statement(const struct rows *row, struct arena *arena);
struct str seal_statement_of(const struct rows *row, struct str pdf_sha256, int64_t sealed_at,
                             struct arena *arena);

#endif
