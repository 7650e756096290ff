/*
 * console: what needs doing, for a factory's people (/console) and for the base (/board).
 *
 * Departments register lines of what waits: "products sent back", "certificates to review". A line
 * is one query; both pages and the list behind each number (/console/NAME, /board/NAME) are drawn
 * from it, so that a number is always as many as the rows that its link leads to.
 *
 * A department adds one so:
 *
 *   const struct console_line floor_lines[] = {
 *       {.name = "unplaced", .who = CONSOLE_BASE, .group = "floor", .icon = "hall",
 *        .rows = &q_floor_unplaced, .time = CONSOLE_SINCE, .shown = 3,
 *        .page = "/floor"}};                                              in town/floor/
 *   console_register(floor_lines, floor_lines_n);                         in town/town.c
 *   console.unplaced, console.unplaced_do, and with .page console.unplaced_page   in locales/
 *
 * tests/demo counts every registered line in the filled town.
 */
#ifndef TOWN_CONSOLE_CONSOLE_H
#define TOWN_CONSOLE_CONSOLE_H

#include "web/web.h"

enum {
    CONSOLE_TABLES_MAX = 32,
    CONSOLE_PAGE = 50,    /* rows of a list */
    CONSOLE_SHOWN_MAX = 5 /* rows of a line on the page itself */
};
#define CONSOLE_EVER (-40000) /* days: from when there was no record */

enum console_who { CONSOLE_FACTORY = 1, CONSOLE_BASE = 2 }; /* a line is of one of them */

enum console_rank {                /* where it stands on a factory's page */
                    CONSOLE_FIRST, /* keeps something from being sold, or somebody waits */
                    CONSOLE_NEXT,
                    CONSOLE_LATER,
};

enum console_time {                /* what a row's `at` is */
                    CONSOLE_SINCE, /* it has waited since then: "3 days" */
                    CONSOLE_UNTIL, /* it ends then: "in 12 days", "3 days ago" */
                    CONSOLE_ON,    /* it happens then: day and hour */
};

/*
 * `rows` gets (organisation, from, until, most, skip):
 *
 *   organisation   the factory that asks, or 0 for the base: of all
 *   from, until    today plus from_days and until_days, as milliseconds, or with by_day as days of
 *                  the town ("2026-05-01"); both are to be used
 *
 * and answers, what is most urgent first:
 *
 *   n                    of all rows, before most and skip: count(*) OVER ()
 *   label_zh, label_en   what it is
 *   link                 a path of this site, where it is done
 *   and as far as a line has them, each of which may be NULL:
 *   of_zh, of_en         whose it is
 *   note                 somebody's words about it
 *   tags                 names with a blank between, shown as texts tag_texts + NAME
 *   amount               shown as amount_text with {count}
 *   at                   milliseconds or a day
 */
struct console_line {
    const char *name; /* a-z 0-9 _; once for each of enum console_who */
    enum console_who who;
    enum console_rank rank; /* of a factory's */
    const char *group;      /* of the base's: a key console.group_GROUP */
    const char *icon;       /* assets/icons */
    const struct query *rows;
    int from_days, until_days; /* CONSOLE_EVER: without a beginning */
    bool by_day;
    enum console_time time;
    int late_days;                       /* one that waits longer stands out; 0: none does */
    int shown;                           /* rows on the page itself; 0: the number alone */
    const char *tag_texts, *amount_text; /* or NULL */
    const char *page;                    /* where more is done about all of them, or NULL */
};

/* The table stays the caller's. Before the first request. A line whose query wants other arguments
 * is a bug: the program does not start. */
void console_register(const struct console_line *table, size_t n);
size_t console_lines(void);
const struct console_line *console_line_at(size_t i);
void console_stop(void); /* forgets the tables, for tests */

/* Rows skip … skip + most - 1 of a line as of a moment. */
enum err console_rows(struct db *db, const struct console_line *l, int64_t organisation,
                      int64_t now_ms, size_t most, size_t skip, struct arena *arena,
                      struct rows *out) MUST_CHECK;

/* For another page of the base's: the lines in which something waits, in the board's order, as
 * console/line.html wants them, and how much waits in all. */
enum err console_put_waiting(struct req *r, struct view *v, const char *member,
                             int64_t *all) MUST_CHECK;

/* first_steps, as console/first.html wants them, until a new base has done all of them. */
enum err console_put_first_steps(struct req *r) MUST_CHECK;

extern const struct web_module console_module, board_module;

#endif
