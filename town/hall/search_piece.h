/* Inside hall/: the runs of one script that a text consists of, as search reads it. No I/O. */
#ifndef TOWN_HALL_SEARCH_PIECE_H
#define TOWN_HALL_SEARCH_PIECE_H

#include "base/arena.h"
#include "base/str.h"

enum { SEARCH_RUN_MAX = 64 }; /* characters of Chinese that stand together; more are not read */

struct search_piece {
    enum { PIECE_LATIN, PIECE_HAN } kind; /* letters and digits; what has no blanks between words */
    struct str text;                      /* of the folded text */
    bool joined;                          /* to the piece before it, by one mark without a blank */
};

/* Lower case, full-width Latin as plain, blanks as one: two titles that fold to the same are the
 * same. */
struct str search_fold(struct str text, struct arena *arena);
/* The next run; *at is where to look, from 0. False at the end. A point between digits belongs to
 * the number. */
bool search_next_piece(struct str folded, size_t *at, struct search_piece *out);
/* The characters of a run, and where each begins and the last one ends. */
size_t search_points(struct str han, uint32_t out[SEARCH_RUN_MAX],
                     size_t begins[SEARCH_RUN_MAX + 1]);

#endif
