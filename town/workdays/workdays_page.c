/* GET /workdays, and entering its days. */
#include "base/clock.h"
#include "store/queries.h"
#include "town/day.h"
#include "town/workdays/workdays.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 9998, SOURCE_MAX = 200, MONTHS = 12, WEEK = 7 };

static int64_t first_of(int64_t year, int month)
{
    struct tm tm = {.tm_year = (int)(year - 1900), .tm_mon = month, .tm_mday = 1};
    return (int64_t)timegm(&tm) * 1000 / DAY_MS;
}

static void put_day(struct req *r, struct view *v, const struct workdays *w, int64_t day, int n)
{
    char text[DAY_TEXT];
    const struct workday *d = workdays_at(w, day);
    view_put_int(v, "n", n);
    if (day_text(day, text))
        view_put_z(v, "day", text);
    view_put_z(v, "kind",
               d                          ? d->is_work ? "make_up" : "holiday"
               : workdays_is_weekend(day) ? "rest"
                                          : "work");
    if (d)
        view_put_str(v, "name", r->lang == LANG_EN ? d->name_en : d->name_zh);
    view_put_bool(v, "is_today", day == day_of(clock_wall_ms()));
}

static void put_months(struct req *r, const struct workdays *w, int64_t year)
{
    struct view *months = view_put_list(r->view, "months");
    view_page_only(r->view, "months");
    for (int m = 0; m < MONTHS; m++) {
        int64_t first = first_of(year, m),
                next = m + 1 < MONTHS ? first_of(year, m + 1) : first_of(year + 1, 0);
        struct view *v = view_add_object(months), *blanks, *days;
        const char *key = arena_printf(r->arena, "workdays.month_%d", m + 1);
        view_put_str(v, "name", i18n_text(r->lang, str_of(key), NULL, 0, r->arena));
        blanks = view_put_list(v, "blanks");
        int64_t weekday = ((first + 3) % WEEK + WEEK) % WEEK; /* Monday is 0 */
        for (int64_t i = 0; i < weekday; i++)
            view_add_object(blanks);
        days = view_put_list(v, "days");
        for (int64_t day = first; day < next; day++)
            put_day(r, view_add_object(days), w, day, (int)(day - first) + 1);
    }
}

static enum err put_page(struct req *r, int64_t year)
{
    struct workdays w;
    struct rows years;
    char text[DAY_TEXT];
    enum err e = workdays_load(r->db, r->arena, &w);
    if (!e)
        e = db_select(r->db, &q_workdays_years, NO_ARGS, r->arena, &years);
    if (e)
        return e;
    view_put_int(r->view, "year", year);
    view_put_int(r->view, "before", year - 1);
    view_put_int(r->view, "after", year + 1);
    view_put_bool(r->view, "is_announced", workdays_is_announced(&w, first_of(year, 0)));
    for (size_t i = 0; i < years.n; i++)
        if (row_int(&years, i, "year") == year)
            view_put_str(r->view, "source", row_str(&years, i, "source"));
    view_put_bool(r->view, "is_admin", r->who.roles & ROLE_ADMIN);
    put_months(r, &w, year);
    struct view *list = view_put_list(r->view, "exceptions");
    for (size_t i = 0; i < w.n; i++) {
        if (workdays_year_of(w.days[i].day) != year || !day_text(w.days[i].day, text))
            continue;
        struct view *v = view_add_object(list);
        view_put_z(v, "day", text);
        view_put_bool(v, "is_work", w.days[i].is_work);
        view_put_str(v, "name", r->lang == LANG_EN ? w.days[i].name_en : w.days[i].name_zh);
    }
    return OK;
}

static enum err workdays_page(struct req *r)
{
    struct str typed = req_query(r, "year");
    int64_t year = workdays_year_of(day_of(clock_wall_ms()));
    if (typed.n && (str_to_i64(typed, &year) || year <= YEAR_MIN || year >= YEAR_MAX))
        return ERR_NOT_FOUND;
    return put_page(r, year);
}

struct set {
    struct command cmd;
    int64_t until, year, by;
    struct workday day;
    struct str source;
};

static enum err run_set(struct command *cmd, struct tx *tx)
{
    struct set *s = (struct set *)cmd;
    return workdays_set(tx, &s->day, s->until, s->by);
}

static enum err run_year(struct command *cmd, struct tx *tx)
{
    struct set *s = (struct set *)cmd;
    return workdays_announce(tx, s->year, s->source, s->by);
}

static enum err done(struct req *r, struct command *cmd, enum err result)
{
    struct err_info info = r->info;
    const struct set *s = (const struct set *)cmd;
    int64_t year = s->year ? s->year : workdays_year_of(day_of(clock_wall_ms()));
    if (!result) {
        reply_redirect(r, arena_printf(r->arena, "/workdays?year=%lld", (long long)year));
        return OK;
    }
    if (r->json)
        return result;
    r->view = view_object(r->arena);
    enum err e = put_page(r, year);
    reply_page(r, "workdays/workdays.html");
    r->info = info;
    return e ? e : result;
}

static enum err read_day(struct req *r, const char *field, int64_t *day)
{
    return day_read(str_trim(req_field(r, field)), day)
               ? req_refuse(r, ERR_INVALID, field, "workdays.day_bad")
               : OK;
}

static enum err workdays_post(struct req *r)
{
    struct set *s = ARENA_NEW(r->arena, struct set);
    if (!s)
        return ERR_NOMEM;
    *s = (struct set){.cmd = {.name = "workdays.set", .run = run_set}, .by = r->who.user_id};
    enum err e = read_day(r, "from", &s->day.day);
    if (!e)
        e = read_day(r, "until", &s->until);
    if (!e && (s->until < s->day.day || s->until - s->day.day >= WORKDAYS_RANGE_MAX)) {
        e = req_refuse(r, ERR_INVALID, "until", "workdays.range_bad");
        r->info.limit = WORKDAYS_RANGE_MAX;
    }
    s->year = e ? 0 : workdays_year_of(s->day.day);
    s->day.is_work = str_eq_z(req_field(r, "kind"), "work");
    if (!e)
        e = req_field_text(r, "name_zh", 1, WORKDAYS_NAME_MAX, &s->day.name_zh);
    if (!e)
        e = req_field_text(r, "name_en", 1, 2 * WORKDAYS_NAME_MAX, &s->day.name_en);
    return e ? done(r, &s->cmd, e) : web_write(r, &s->cmd, done);
}

static enum err workdays_year_post(struct req *r)
{
    struct set *s = ARENA_NEW(r->arena, struct set);
    if (!s)
        return ERR_NOMEM;
    *s = (struct set){.cmd = {.name = "workdays.year", .run = run_year}, .by = r->who.user_id};
    enum err e = req_field_int(r, "year", YEAR_MIN + 1, YEAR_MAX - 1, &s->year);
    if (!e)
        e = req_field_text(r, "source", 1, SOURCE_MAX, &s->source);
    return e ? done(r, &s->cmd, e) : web_write(r, &s->cmd, done);
}

static const struct route routes[] = {
    {"GET", "/workdays", workdays_page, NULL, "workdays/workdays.html", WHO_ANYONE, CSRF_SAFE, 0},
    {"POST", "/workdays", workdays_post, NULL, NULL, ROLE_ADMIN, CSRF_TOKEN, 0},
    {"POST", "/workdays/years", workdays_year_post, NULL, NULL, ROLE_ADMIN, CSRF_TOKEN, 0},
};

const struct web_module workdays_module = {
    .name = "workdays", .routes = routes, .routes_n = sizeof(routes) / sizeof(routes[0])};
