/* Lines and their rows on a page. */
#include <time.h>

#include "town/console/internal.h"
#include "town/day.h"

#define HOUR_MS (INT64_C(3600) * 1000)
enum { SOON_DAYS = 7, SKIP_MAX = 1000000 };

struct str console_text(struct req *r, const char *name, const char *ending)
{
    const char *key = arena_printf(r->arena, "console.%s%s", name, ending);
    return i18n_text(r->lang, str_of(key ? key : ""), NULL, 0, r->arena);
}

static struct str counted(struct req *r, const char *key, int64_t n)
{
    struct i18n_arg arg = {"count", str_of(arena_printf(r->arena, "%lld", (long long)n))};
    return i18n_text(r->lang, str_of(key), &arg, 1, r->arena);
}

/* --- time --- */

/* Of "2026-05-01". */
static int64_t day_of_text(struct str s, struct arena *arena)
{
    struct tm tm = {0};
    const char *text = arena_strndup(arena, s.p, s.n);
    if (!text || !strptime(text, "%Y-%m-%d", &tm))
        return 0;
    return (int64_t)timegm(&tm) * 1000 / DAY_MS;
}

static struct str waited(struct req *r, int64_t ms)
{
    if (ms < HOUR_MS)
        return console_text(r, "just_now", "");
    return ms < DAY_MS ? counted(r, "console.hours", ms / HOUR_MS)
                       : counted(r, "console.days", ms / DAY_MS);
}

static struct str ends_in(struct req *r, int64_t days)
{
    if (days == 0)
        return console_text(r, "ends_today", "");
    return days > 0 ? counted(r, "console.ends_in", days) : counted(r, "console.ended", -days);
}

/* Puts age: how long it waits, when it ends or happens; is_late: it stands out for that. */
static void put_time(const struct console_asker *a, const struct console_line *l, struct view *v,
                     struct val at)
{
    struct req *r = a->r;
    struct str age = STR_NONE;
    bool late = false;
    if (at.kind == VAL_NULL)
        return;
    int64_t day = at.kind == VAL_STR ? day_of_text(at.s, r->arena) : day_of(at.i), left;
    switch (l->time) {
    case CONSOLE_SINCE:
        left = a->now_ms - at.i;
        age = waited(r, left);
        late = l->late_days && left >= l->late_days * DAY_MS;
        break;
    case CONSOLE_UNTIL:
        left = day - day_of(a->now_ms);
        age = ends_in(r, left);
        late = left <= SOON_DAYS;
        break;
    case CONSOLE_ON:
        age = str_of(arena_printf(r->arena, "%.*s %.*s",
                                  STR_ARG(i18n_time(r->lang, at.i, "day", r->arena)),
                                  STR_ARG(i18n_time(r->lang, at.i, "hm", r->arena))));
        break;
    }
    view_put_str(v, "age", age);
    view_put_bool(v, "is_late", late);
}

/* --- rows --- */

/* A cell of a column that a line need not have. */
static struct val cell(const struct rows *rs, size_t i, const char *column)
{
    for (size_t c = 0; c < rs->columns; c++)
        if (strcmp(rs->names[c], column) == 0)
            return row_val(rs, i, column);
    return V_NULL;
}

static void put_text(struct view *v, const char *name, struct val text)
{
    if (text.kind == VAL_STR && text.s.n)
        view_put_str(v, name, text.s);
}

static void put_tags(struct req *r, const struct console_line *l, struct view *v, struct str tags)
{
    struct view *list = view_put_list(v, "tags");
    while (l->tag_texts && tags.n) {
        struct str tag = str_cut(tags, ' ', &tags);
        const char *key = arena_printf(r->arena, "%s%.*s", l->tag_texts, STR_ARG(tag));
        view_add_str(list, i18n_text(r->lang, str_of(key ? key : ""), NULL, 0, r->arena));
    }
}

static void put_row(const struct console_asker *a, const struct console_line *l, struct view *v,
                    const struct rows *rs, size_t i)
{
    struct req *r = a->r;
    struct str label = row_str(rs, i, r->lang == LANG_EN ? "label_en" : "label_zh");
    view_put_str(v, "label", label.n ? label : row_str(rs, i, "label_zh"));
    view_put_str(v, "link", row_str(rs, i, "link"));
    put_text(v, "of", cell(rs, i, r->lang == LANG_EN ? "of_en" : "of_zh"));
    put_text(v, "note", cell(rs, i, "note"));
    put_tags(r, l, v, cell(rs, i, "tags").s);
    struct val amount = cell(rs, i, "amount");
    if (l->amount_text && amount.kind == VAL_INT) {
        view_put_int(v, "amount", amount.i);
        view_put_str(v, "amount_text", counted(r, l->amount_text, amount.i));
    }
    put_time(a, l, v, cell(rs, i, "at"));
}

static int64_t count_of(const struct rows *rs)
{
    return rs->n ? row_int(rs, 0, "n") : 0;
}

/* --- lines --- */

static void put_head(const struct console_asker *a, const struct console_line *l, struct view *v,
                     int64_t n)
{
    const char *home = a->who == CONSOLE_BASE ? "board" : "console";
    view_put_z(v, "name", l->name);
    view_put_str(v, "title", console_text(a->r, l->name, ""));
    view_put_str(v, "what", console_text(a->r, l->name, "_do"));
    view_put_z(v, "icon", l->icon);
    view_put_z(v, "href", arena_printf(a->r->arena, "/%s/%s", home, l->name));
    view_put_int(v, "count", n);
    if (l->page) {
        view_put_z(v, "page", l->page);
        view_put_str(v, "page_title", console_text(a->r, l->name, "_page"));
    }
}

static void put_line(const struct console_asker *a, const struct console_line *l, struct view *v,
                     const struct rows *rs)
{
    put_head(a, l, v, count_of(rs));
    struct view *list = view_put_list(v, "rows");
    for (size_t i = 0; i < rs->n && i < (size_t)l->shown; i++)
        put_row(a, l, view_add_object(list), rs, i);
    if (rs->n) /* of the first, which is the most urgent */
        put_time(a, l, v, cell(rs, 0, "at"));
    view_put_bool(v, "more", count_of(rs) > (int64_t)list->count);
}

static enum err ask(const struct console_asker *a, const struct console_line *l, struct rows *rs)
{
    return console_rows(a->r->db, l, a->organisation, a->now_ms, l->shown ? (size_t)l->shown : 1, 0,
                        a->r->arena, rs);
}

enum err console_put_line(const struct console_asker *a, const struct console_line *l,
                          struct view *v)
{
    struct rows rs;
    enum err e = ask(a, l, &rs);
    if (e == OK)
        put_line(a, l, v, &rs);
    return e;
}

enum err console_add_line(const struct console_asker *a, const struct console_line *l,
                          struct view *list, int64_t *n)
{
    struct rows rs;
    enum err e = ask(a, l, &rs);
    *n = e == OK ? count_of(&rs) : 0;
    if (*n)
        put_line(a, l, view_add_object(list), &rs);
    return e;
}

/* --- the list behind a number --- */

enum err console_put_list(const struct console_asker *a)
{
    struct rows rs;
    struct req *r = a->r;
    int64_t skip = 0;
    const struct console_line *l = console_find(a->who, req_param(r, "line"));
    if (!l)
        return ERR_NOT_FOUND;
    if (req_query(r, "skip").n &&
        (str_to_i64(req_query(r, "skip"), &skip) != OK || skip < 0 || skip > SKIP_MAX))
        return req_refuse(r, ERR_INVALID, "skip", "web.number_bad");
    enum err e = console_rows(r->db, l, a->organisation, a->now_ms, CONSOLE_PAGE, (size_t)skip,
                              r->arena, &rs);
    if (e != OK)
        return e;
    put_head(a, l, r->view, count_of(&rs));
    struct view *list = view_put_list(r->view, "rows");
    for (size_t i = 0; i < rs.n; i++)
        put_row(a, l, view_add_object(list), &rs, i);
    if (skip + (int64_t)rs.n < count_of(&rs))
        view_put_int(r->view, "next", skip + (int64_t)rs.n);
    else
        view_put_null(r->view, "next");
    view_put_bool(r->view, "is_board", a->who == CONSOLE_BASE);
    return OK;
}
