/*
 * The columns of the sheets that platforms export, by the names that their versions have given them
 * (data/platforms.json). A title is compared without spaces, without a unit in brackets at its end
 * (成交金额(元)) and without regard to the case of ASCII letters.
 */
#ifndef TOWN_ELSEWHERE_COLUMNS_H
#define TOWN_ELSEWHERE_COLUMNS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum elsewhere_platform { PLATFORM_TAOBAO, PLATFORM_DOUYIN, PLATFORM_OTHER, PLATFORMS };
extern const char *const platform_names[PLATFORMS]; /* "taobao" */
bool platform_read(struct str text, enum elsewhere_platform *out);

enum sheet_field {
    FIELD_ROOM,
    FIELD_START,
    FIELD_AMOUNT,
    FIELD_PIECES,
    FIELD_ORDERS,
    FIELD_VIEWERS,
    FIELD_PEAK,
    FIELDS
};
extern const char *const field_names[FIELDS]; /* "amount" */
/* Without these a sheet says nothing. */
static inline bool field_is_needed(enum sheet_field f)
{
    return f == FIELD_START || f == FIELD_AMOUNT || f == FIELD_PIECES;
}

struct titles { /* a row that may be the titles: its texts by column */
    const struct str *texts;
    const int *columns; /* from 1 */
    size_t n;
};
struct columns {
    int at[FIELDS]; /* from 1; 0: not there */
    bool complete;  /* all that are needed */
    int marks;      /* titles that only this platform has */
};

enum err columns_load(struct err_info *info) MUST_CHECK;
void columns_find(enum elsewhere_platform p, const struct titles *t, struct columns *out);
/* Whose sheet it rather is than that of `p`: another platform whose marks it bears, and p's it does
 * not; else p itself. */
enum elsewhere_platform columns_of_whom(enum elsewhere_platform p, const struct titles *t);
/* The names that are looked for, "成交金额 / 支付金额"; in the arena. */
struct str columns_names(enum elsewhere_platform p, enum sheet_field f, struct arena *arena);

#endif
