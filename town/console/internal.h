/* What the files of this department share. */
#ifndef TOWN_CONSOLE_INTERNAL_H
#define TOWN_CONSOLE_INTERNAL_H

#include "town/console/console.h"

/* lines.c: NULL when there is none. */
const struct console_line *console_find(enum console_who who, struct str name);

/* put.c: who asks, and as of when. */
struct console_asker {
    struct req *r;
    enum console_who who;
    int64_t organisation, now_ms;
};
/* A text console.NAME + ending. */
struct str console_text(struct req *r, const char *name, const char *ending);
/* Fills an object with a line's {name, title, what (to do), icon, href, count, is_late, age, page,
 * page_title, rows, more}; rows as console/row.html. */
enum err console_put_line(const struct console_asker *a, const struct console_line *l,
                          struct view *v) MUST_CHECK;
/* Adds the line when something of it waits; *n: how much. */
enum err console_add_line(const struct console_asker *a, const struct console_line *l,
                          struct view *list, int64_t *n) MUST_CHECK;
/* The list behind a line's number. */
enum err console_put_list(const struct console_asker *a) MUST_CHECK;

#endif
