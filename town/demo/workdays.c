/* Public holidays of the demo, and the days that make up for them, as they were announced. */
#include "town/workdays/workdays.h"

#include "town/day.h"
#include "town/demo/workdays.h"

static const struct {
    const char *from, *until;
    bool is_work;
    const char *zh, *en;
} days[] = {
    {"2021-01-01", "2021-01-03", false, "元旦", "New Year"},
    {"2021-02-11", "2021-02-17", false, "春节", "Spring Festival"},
    {"2021-02-07", "2021-02-07", true, "春节", "Spring Festival"},
    {"2021-02-20", "2021-02-20", true, "春节", "Spring Festival"},
    {"2021-04-03", "2021-04-05", false, "清明节", "Qingming"},
    {"2021-05-01", "2021-05-05", false, "劳动节", "Labour Day"},
    {"2021-04-25", "2021-04-25", true, "劳动节", "Labour Day"},
    {"2021-05-08", "2021-05-08", true, "劳动节", "Labour Day"},
    {"2021-06-12", "2021-06-14", false, "端午节", "Dragon Boat Festival"},
    {"2021-09-19", "2021-09-21", false, "中秋节", "Mid-Autumn Festival"},
    {"2021-09-18", "2021-09-18", true, "中秋节", "Mid-Autumn Festival"},
    {"2021-10-01", "2021-10-07", false, "国庆节", "National Day"},
    {"2021-09-26", "2021-09-26", true, "国庆节", "National Day"},
    {"2021-10-09", "2021-10-09", true, "国庆节", "National Day"},
    {"2025-01-01", "2025-01-01", false, "元旦", "New Year"},
    {"2025-01-28", "2025-02-04", false, "春节", "Spring Festival"},
    {"2025-01-26", "2025-01-26", true, "春节", "Spring Festival"},
    {"2025-02-08", "2025-02-08", true, "春节", "Spring Festival"},
    {"2025-04-04", "2025-04-06", false, "清明节", "Qingming"},
    {"2025-05-01", "2025-05-05", false, "劳动节", "Labour Day"},
    {"2025-04-27", "2025-04-27", true, "劳动节", "Labour Day"},
    {"2025-05-31", "2025-06-02", false, "端午节", "Dragon Boat Festival"},
    {"2025-10-01", "2025-10-08", false, "国庆节、中秋节", "National Day, Mid-Autumn Festival"},
    {"2025-09-28", "2025-09-28", true, "国庆节", "National Day"},
    {"2025-10-11", "2025-10-11", true, "国庆节", "National Day"},
    {"2026-01-01", "2026-01-03", false, "元旦", "New Year"},
    {"2026-01-04", "2026-01-04", true, "元旦", "New Year"},
    {"2026-02-15", "2026-02-23", false, "春节", "Spring Festival"},
    {"2026-02-14", "2026-02-14", true, "春节", "Spring Festival"},
    {"2026-02-28", "2026-02-28", true, "春节", "Spring Festival"},
    {"2026-04-04", "2026-04-06", false, "清明节", "Qingming"},
    {"2026-05-01", "2026-05-05", false, "劳动节", "Labour Day"},
    {"2026-05-09", "2026-05-09", true, "劳动节", "Labour Day"},
    {"2026-06-19", "2026-06-21", false, "端午节", "Dragon Boat Festival"},
    {"2026-09-25", "2026-09-27", false, "中秋节", "Mid-Autumn Festival"},
    {"2026-10-01", "2026-10-07", false, "国庆节", "National Day"},
    {"2026-09-20", "2026-09-20", true, "国庆节", "National Day"},
    {"2026-10-10", "2026-10-10", true, "国庆节", "National Day"},
};
static const int years[] = {2021, 2025, 2026};

enum err fill_workdays(struct tx *tx)
{
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(days) / sizeof(days[0]); i++) {
        struct workday d = {.is_work = days[i].is_work,
                            .name_zh = str_of(days[i].zh),
                            .name_en = str_of(days[i].en)};
        int64_t until = 0;
        e = day_read(str_of(days[i].from), &d.day);
        if (!e)
            e = day_read(str_of(days[i].until), &until);
        if (!e)
            e = workdays_set(tx, &d, until, 0);
    }
    for (size_t i = 0; !e && i < sizeof(years) / sizeof(years[0]); i++)
        e = workdays_announce(tx, years[i], STR("国务院办公厅关于当年部分节假日安排的通知"), 0);
    return e;
}
