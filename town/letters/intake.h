/*
 * A register of suggestions that somebody keeps in a workbook (XLSX or CSV), brought in whole or
 * not at all.
 *
 *   file ─▶ kept as an object ─▶ read: rows and what is wrong with them, by row and column
 *                                  └─ nothing is wrong ─▶ read again and taken, one command
 *
 * Columns are known by their titles, in Chinese or English, in the first ten rows. Needed are
 * number, title and deputies; a row with the day of its reply is history and becomes "closed" by
 * the event "import", with lead, class and what the deputies answered; any other is registered,
 * and its lead is for the desk to assign. A reply may be public only where the register says so: it
 * has a column for that, and what is empty there, or without one, is not public. A register that
 * nobody took goes after INTAKE_KEPT_DAYS.
 */
#ifndef TOWN_LETTERS_INTAKE_H
#define TOWN_LETTERS_INTAKE_H

#include "town/letters/internal.h"

enum {
    INTAKE_ROWS_MAX = 2000,             /* of one file: taken in one command */
    INTAKE_TEXTS_MAX = 6 * 1024 * 1024, /* bytes of all that it says */
    INTAKE_ROW_ARENA_MAX = 4 * 1024 * 1024,
    INTAKE_PRUNE_MS = 3600 * 1000,
    INTAKE_KEPT_DAYS = 30, /* one that nobody took */
    INTAKE_PRUNED = 100,   /* at once */
    INTAKE_PROBLEMS_MAX = 100,
    INTAKE_SHOWN = 20,
    INTAKE_FILE_MAX = 8 * 1024 * 1024,
    INTAKE_BODIES_MAX = 500,
    INTAKE_DAY_CHARS = 20,
};

enum intake_field {
    INTAKE_NUMBER,
    INTAKE_TITLE,
    INTAKE_TEXT,
    INTAKE_DEPUTIES,
    INTAKE_GROUP,
    INTAKE_LEAD,
    INTAKE_CO,
    INTAKE_CLASS,
    INTAKE_RECEIVED,
    INTAKE_ASSIGNED,
    INTAKE_SENT,
    INTAKE_RATING,
    INTAKE_PUBLIC,
    INTAKE_FIELDS
};
extern const char *const intake_fields[INTAKE_FIELDS]; /* letters.column_NAME in locales/ */

struct intake_row {
    int64_t at; /* as the spreadsheet counts */
    struct letters_suggestion s;
    int64_t lead, class_id, assigned_day, sent_day; /* 0: none */
    int64_t co[LETTERS_HANDLERS_MAX];
    size_t co_n;
    const char *rating; /* or NULL */
};
struct intake_problem {
    int64_t row;     /* 0: of the file */
    int field;       /* enum intake_field, or -1 */
    const char *key; /* letters.import_…, or the reader's of sheets: job.… */
    struct str value;
};
struct intake {
    size_t n, problems_n;
    bool more;               /* problems than are kept */
    struct intake_row *rows; /* in the arena */
    struct intake_problem problems[INTAKE_PROBLEMS_MAX];
};

/* Reads an object and checks it against the session; that it is no table is a problem, too. For
 * threads that may be slow. */
enum err intake_read(struct db *db, struct arena *arena, struct str object, int64_t session,
                     struct intake *out) MUST_CHECK;
/* "2021-03-05", "2021/3/5", "2021年3月5日", "2021.3.5", a spreadsheet's number of days. ERR_SYNTAX.
 */
enum err intake_day(struct str text, int64_t *day) MUST_CHECK;
/* All of them, or an error and none. */
enum err intake_take(struct tx *tx, const struct intake *what, int64_t import, int64_t session,
                     const struct letters_actor *by) MUST_CHECK;
/* For writer_every(): what nobody took goes, with its file. */
enum err intake_prune(struct tx *tx, void *unused) MUST_CHECK;

#endif
