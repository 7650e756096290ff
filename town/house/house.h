/*
 * house: order of the house. What is not said in shows' talk, and who looks at it.
 *
 *   said ──▶ the list ──▶ blocked: refused, and its author told so (not by what)
 *                     ├─▶ flagged, or a guess: held, until the crew or the base has looked
 *                     └─▶ neither, or within an exempt phrase: shown
 *
 * The base keeps the list; each change is kept: who, when, why. Readers are on any thread and wait
 * for nobody: they hold the matcher (match.h) that is the list's when they ask.
 *
 *   GET  /house/words        class, q, after, try
 *   POST /house/words        words (one a line), class, rule, note, why
 *   POST /house/words/{id}   do (change, remove), class, rule, note, why
 *   POST /house/words/paste  lines (as in the CSV), why
 *   GET  /house/words.csv    GET /house/words/history  before
 *   GET  /house/review       what is held in all shows, and was not judged when a show ended
 *
 * Complaints are complaint.h's, the wall and warnings patrol.c's.
 */
#ifndef TOWN_HOUSE_HOUSE_H
#define TOWN_HOUSE_HOUSE_H

#include "store/writer.h"
#include "town/console/console.h"
#include "town/house/match.h"
#include "web/web.h"

enum {
    HOUSE_WORDS_MAX = 3000,
    HOUSE_NOTE_MAX = 200,      /* characters of a note, of why */
    HOUSE_WORDS_AT_ONCE = 200, /* lines of one form */
    HOUSE_FOUND_MAX = 12,      /* words that are told of one text */
    HOUSE_WORDS_PAGE = 200,
    HOUSE_FOLLOW_MS = 2000, /* so late another process's change is heard of */
    HOUSE_CHECK_SAYS = 20,
};

extern const struct web_module house_module;
extern const struct console_line house_lines[];
extern const size_t house_lines_n;

/* Jobs; before the writer's first command. */
void house_prepare(struct writer *w);
/* Puts the program's own list where there never was one, reads the list, and judges from now on
 * what is said in shows. */
enum err house_start(struct writer *w, struct arena *arena, struct err_info *info) MUST_CHECK;
void house_stop(void);

/* ---- for `guildhall check` ---- */

enum err house_check(struct db *db, struct arena *arena, void (*say)(void *arg, const char *line),
                     void *arg, int *violations) MUST_CHECK;

#endif
