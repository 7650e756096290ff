/*
 * The fields of a product, as one typed table: the form, the maker's table, sheets in and out, the
 * history and the JSON all go through it, so that a field is added in one place (README.md says
 * how). Values are the store's (struct val): text, a number, or nothing.
 *
 * A field's name is its column, its form field, its member in JSON and its key in sheets; its texts
 * are hall.field_NAME and, where there is something to say, hall.hint_NAME.
 */
#ifndef TOWN_HALL_PRODUCT_FIELD_H
#define TOWN_HALL_PRODUCT_FIELD_H

#include "base/arena.h"
#include "base/err.h"
#include "store/db.h"
#include "web/view.h"
#include "web/web.h"

enum hall_field_type {
    HALL_TEXT,   /* one line */
    HALL_LINES,  /* several */
    HALL_COUNT,  /* a whole number */
    HALL_CHOICE, /* one of `choices` */
    HALL_DIGITS, /* digits only, dots and blanks between them are dropped */
    HALL_LINK,   /* https:// */
};

enum {
    HALL_NEEDED = 1,         /* always */
    HALL_NEEDED_TO_SHOW = 2, /* before it goes into review */
    HALL_IN_TABLE = 4,       /* a column of the maker's table */
    HALL_ON_PAGE = 8,        /* among the facts of the public page, when it is set */
};

struct hall_field {
    const char *name;
    enum hall_field_type type;
    int64_t min, max;           /* characters, or of a number its bounds */
    const char *const *choices; /* keys of locales/, hall.choice_CHOICE; ends with NULL */
    const char *otherwise;      /* what an empty choice or count is, or NULL */
    unsigned flags;
};

extern const struct hall_field hall_fields[];
/* The order of the table, and of the values in SQL (hall.product_add, hall.product_set). */
enum hall_field_at {
    HALL_TITLE_ZH,
    HALL_TITLE_EN,
    HALL_ABOUT_ZH,
    HALL_ABOUT_EN,
    HALL_MODEL,
    HALL_MOQ,
    HALL_LEAD_DAYS,
    HALL_WARRANTY_MONTHS,
    HALL_HS_CODE,
    HALL_MARKET,
    HALL_VIDEO_URL,
    HALL_FIELDS, /* how many */
};

/* What is wrong with a value, as a message key with the bounds; NULL: nothing. */
struct hall_fault {
    const char *key;
    int64_t min, max;
};

/* Reads one field as somebody wrote it, in a form or in a sheet's cell: either a value in *out
 * (texts in the arena), or a fault. Choices are taken by key and by their text in either language.
 */
struct hall_fault hall_field_read(const struct hall_field *f, struct str text, struct arena *arena,
                                  struct val *out);
bool hall_field_same(const struct val *a, const struct val *b);
bool hall_field_is_set(const struct val *v);
/* As a person reads it, and as a form or a sheet has it; arena. */
struct str hall_field_text(const struct hall_field *f, const struct val *v, enum lang lang,
                           struct arena *arena);
struct str hall_field_raw(const struct val *v, struct arena *arena);
/* The values of a row that has the fields as columns. */
void hall_fields_of_row(const struct rows *rs, size_t row, struct val out[HALL_FIELDS]);

/* Numbers on goods. Eight, 12, 13 or 14 digits whose last is the check digit (GS1 General
 * Specifications 7.9: weights 3 and 1 from the right, modulo 10). */
bool hall_gtin_ok(struct str digits);
/* The one form of a good number: of twelve digits, and of fourteen that begin with 0, thirteen. */
struct str hall_gtin(struct str digits, struct arena *arena);

#endif
