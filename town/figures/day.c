/* The town's days, as this department's pages and figures need them (town/day.h). */
#include "town/figures/internal.h"
#include "web/i18n.h"

int64_t figures_year_begin_ms(int64_t utc_ms)
{
    struct tm tm;
    day_clock(utc_ms, &tm);
    tm = (struct tm){.tm_year = tm.tm_year, .tm_mday = 1};
    return (int64_t)timegm(&tm) * 1000 - I18N_ZONE_MS;
}

struct str figures_day_text(int64_t day, struct arena *arena)
{
    char text[DAY_TEXT];
    day_text(day, text);
    return arena_str(arena, str_of(text));
}
