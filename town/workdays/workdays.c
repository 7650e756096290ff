/* The calendar itself: see workdays.h. */
#include "town/workdays/workdays.h"

#include "store/queries.h"
#include "town/day.h"

enum { MONTHS = 12 };

static workdays_changed_fn *on_changed;

void workdays_on_changed(workdays_changed_fn *fn)
{
    on_changed = fn;
}

enum err workdays_load(struct db *db, struct arena *arena, struct workdays *out)
{
    struct rows rs, years;
    *out = (struct workdays){0};
    enum err e = db_select(db, &q_workdays_all, ARGS(V_INT(WORKDAYS_MAX)), arena, &rs);
    if (!e)
        e = db_select(db, &q_workdays_years, NO_ARGS, arena, &years);
    if (e)
        return e;
    out->days = arena_alloc(arena, (rs.n + 1) * sizeof(*out->days));
    out->years = arena_alloc(arena, (years.n + 1) * sizeof(*out->years));
    if (!out->days || !out->years)
        return ERR_NOMEM;
    for (size_t i = 0; i < rs.n; i++)
        out->days[out->n++] = (struct workday){.day = row_int(&rs, i, "day"),
                                               .is_work = row_int(&rs, i, "is_work"),
                                               .name_zh = row_str(&rs, i, "name_zh"),
                                               .name_en = row_str(&rs, i, "name_en")};
    for (size_t i = 0; i < years.n; i++)
        out->years[out->years_n++] = row_int(&years, i, "year");
    return OK;
}

const struct workday *workdays_at(const struct workdays *w, int64_t day)
{
    size_t low = 0, high = w->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (w->days[mid].day < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low < w->n && w->days[low].day == day ? &w->days[low] : NULL;
}

bool workdays_is_weekend(int64_t day)
{
    int64_t weekday = ((day + 4) % 7 + 7) % 7; /* day 0 was a Thursday */
    return weekday == 0 || weekday == 6;
}

bool workdays_is(const struct workdays *w, int64_t day)
{
    const struct workday *d = workdays_at(w, day);
    return d ? d->is_work : !workdays_is_weekend(day);
}

int64_t workdays_year_of(int64_t day)
{
    struct tm tm;
    day_clock(day_begin_ms(day), &tm);
    return tm.tm_year + 1900;
}

bool workdays_is_announced(const struct workdays *w, int64_t day)
{
    int64_t year = workdays_year_of(day);
    for (size_t i = 0; i < w->years_n; i++)
        if (w->years[i] == year)
            return true;
    return false;
}

int64_t workdays_after(const struct workdays *w, int64_t day, int64_t n)
{
    while (n > 0)
        n -= workdays_is(w, ++day);
    return day;
}

int64_t workdays_on_or_after(const struct workdays *w, int64_t day)
{
    while (!workdays_is(w, day))
        day++;
    return day;
}

int64_t workdays_months_after(int64_t day, int64_t months)
{
    struct tm tm;
    day_clock(day_begin_ms(day), &tm);
    int month = tm.tm_mon + (int)months;
    struct tm there = {.tm_year = tm.tm_year + month / MONTHS, .tm_mon = month % MONTHS};
    for (int d = tm.tm_mday; d > 0; d--) {
        struct tm t = there;
        t.tm_mday = d;
        time_t at_s = timegm(&t);
        if (t.tm_mon == there.tm_mon)
            return (int64_t)at_s * 1000 / DAY_MS;
    }
    return day; /* not reached: each month has a first */
}

static enum err refuse(struct tx *tx, const char *field, const char *key, int64_t limit)
{
    *tx->info = (struct err_info){.code = ERR_INVALID, .field = field, .key = key, .limit = limit};
    return ERR_INVALID;
}

/* What hangs on the calendar is reckoned anew once, not for each day. */
enum err workdays_set(struct tx *tx, const struct workday *d, int64_t until, int64_t by)
{
    size_t zh = str_characters(d->name_zh), en = str_characters(d->name_en);
    if (zh < 1 || zh > WORKDAYS_NAME_MAX)
        return refuse(tx, "name_zh", "workdays.name_bad", WORKDAYS_NAME_MAX);
    if (en < 1 || en > 2 * WORKDAYS_NAME_MAX)
        return refuse(tx, "name_en", "workdays.name_bad", 2 * WORKDAYS_NAME_MAX);
    enum err e = OK;
    for (int64_t day = d->day; !e && day <= until; day++)
        e = db_exec(tx->db, &q_workdays_add,
                    ARGS(V_INT(day), V_INT(d->is_work), V_STR(d->name_zh), V_STR(d->name_en),
                         V_INT(tx->now_ms), by ? V_INT(by) : V_NULL),
                    NULL);
    return e || !on_changed ? e : on_changed(tx);
}

enum err workdays_announce(struct tx *tx, int64_t year, struct str source, int64_t by)
{
    enum err e =
        db_exec(tx->db, &q_workdays_year_set,
                ARGS(V_INT(year), V_STR(source), V_INT(tx->now_ms), by ? V_INT(by) : V_NULL), NULL);
    return e || !on_changed ? e : on_changed(tx);
}
