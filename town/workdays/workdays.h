/*
 * workdays: which days are worked. Monday to Friday are, but for public holidays; so is a Saturday
 * or Sunday that makes up for one. Only the exceptions are rows, which are added and never changed:
 * the last one of a day counts.
 *
 * A year whose holidays are announced has a row of its own; days of other years are counted by
 * their weekdays, and what is reckoned with them is provisional.
 *
 *   GET  /workdays?year=2026                           anybody
 *   POST /workdays         from, until, kind (holiday, work), name_zh, name_en      ROLE_ADMIN
 *   POST /workdays/years   year, source                                             ROLE_ADMIN
 */
#ifndef TOWN_WORKDAYS_WORKDAYS_H
#define TOWN_WORKDAYS_WORKDAYS_H

#include "store/writer.h"
#include "web/web.h"

extern const struct web_module workdays_module;

enum { WORKDAYS_MAX = 4000, WORKDAYS_NAME_MAX = 20, WORKDAYS_RANGE_MAX = 31 };

struct workday { /* one that is not as its weekday says */
    int64_t day;
    bool is_work;
    struct str name_zh, name_en;
};
struct workdays { /* in the arena */
    size_t n;
    struct workday *days; /* rising */
    size_t years_n;
    int64_t *years; /* announced, rising */
};
/* All that is known. */
enum err workdays_load(struct db *db, struct arena *arena, struct workdays *out) MUST_CHECK;
/* The exception of a day, or NULL. */
const struct workday *workdays_at(const struct workdays *w, int64_t day);
bool workdays_is(const struct workdays *w, int64_t day);
bool workdays_is_weekend(int64_t day);
bool workdays_is_announced(const struct workdays *w, int64_t day); /* its year */
/* The nth workday after a day (n > 0); the day itself is not counted. */
int64_t workdays_after(const struct workdays *w, int64_t day, int64_t n);
/* The day itself when it is worked, else the next that is. */
int64_t workdays_on_or_after(const struct workdays *w, int64_t day);
/* The same day of a later month, its last when it has none such: 31 January and one month is the
 * last of February. */
int64_t workdays_months_after(int64_t day, int64_t months);
int64_t workdays_year_of(int64_t day);

/* The days from d->day to `until`, in the writer's transaction. ERR_INVALID with its field. by: 0,
 * the town's founding data. */
enum err workdays_set(struct tx *tx, const struct workday *d, int64_t until, int64_t by) MUST_CHECK;
enum err workdays_announce(struct tx *tx, int64_t year, struct str source, int64_t by) MUST_CHECK;
/* Who is called when the calendar changed, in the same transaction. One; before the writer's first
 * command. */
typedef enum err workdays_changed_fn(struct tx *tx);
void workdays_on_changed(workdays_changed_fn *fn);

#endif
