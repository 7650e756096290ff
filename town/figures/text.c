/* A figure on a page: numbers as people here say them (1.23 万元), with the exact one beside. */
#include "town/figures/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum { FEN_OF_YUAN = 100 };

/* Chinese counts large numbers in 万, English in millions; smaller ones are written out. */
static int64_t scale_of(enum lang lang)
{
    return lang == LANG_ZH ? 10000 : 1000000;
}

static struct str unit_text(struct req *r, struct str unit, int64_t count, bool is_scaled)
{
    const char *key = arena_printf(r->arena, "figures.unit_%.*s", STR_ARG(unit));
    const struct i18n_arg n = {"count", str_of(arena_printf(r->arena, "%lld", (long long)count))};
    struct str text = i18n_text(r->lang, str_of(key), &n, 1, r->arena);
    const struct i18n_arg arg = {"unit", text};
    return is_scaled ? i18n_text(r->lang, STR("figures.scaled"), &arg, 1, r->arena) : text;
}

/* Hundredths, grouped, without needless zeros. */
static struct str decimal(struct req *r, int64_t hundredths)
{
    struct str whole = i18n_number(r->lang, hundredths / 100, r->arena);
    int part = (int)llabs(hundredths % 100);
    if (part == 0)
        return whole;
    return str_of(arena_printf(r->arena, part % 10 ? "%.*s.%02d" : "%.*s.%d", STR_ARG(whole),
                               part % 10 ? part : part / 10));
}

/* In hundredths of what is read: yuan or pieces. */
static int64_t hundredths_of(struct str unit, int64_t number)
{
    return str_eq_z(unit, "fen") ? number : number * 100;
}

static bool is_scaled(struct req *r, struct str unit, int64_t number)
{
    int64_t whole = str_eq_z(unit, "fen") ? number / FEN_OF_YUAN : number;
    return whole >= scale_of(r->lang);
}

static struct str exact_text(struct req *r, struct str unit, int64_t number)
{
    return decimal(r, hundredths_of(unit, number));
}

static struct str short_text(struct req *r, struct str unit, int64_t number)
{
    if (!is_scaled(r, unit, number))
        return exact_text(r, unit, number);
    int64_t scale = scale_of(r->lang), n = hundredths_of(unit, number);
    return decimal(r, n / scale + (n % scale * 2 >= scale));
}

/* "个" stands at the number, "products" apart from it. */
static struct str joined(struct req *r, struct str number, struct str unit)
{
    const struct i18n_arg args[] = {{"number", number}, {"unit", unit}};
    return i18n_text(r->lang, STR("figures.with_unit"), args, 2, r->arena);
}

struct str figures_number_text(struct req *r, struct str unit, int64_t number)
{
    return joined(r, short_text(r, unit, number),
                  unit_text(r, unit, number, is_scaled(r, unit, number)));
}

void figures_put_number(struct req *r, struct view *v, struct str unit, int64_t number)
{
    bool scaled = is_scaled(r, unit, number);
    view_put_int(v, "value", number);
    view_put_str(v, "text", short_text(r, unit, number));
    view_put_str(v, "unit_text", unit_text(r, unit, number, scaled));
    view_put_str(v, "exact",
                 joined(r, exact_text(r, unit, number), unit_text(r, unit, number, false)));
    view_put_bool(v, "is_scaled", scaled);
}

static void put_words(struct req *r, struct view *v, enum figure_kind kind, struct str words)
{
    int64_t day;
    view_put_str(v, "value", words);
    if (kind == FIGURE_DATE && day_read(words, &day) == OK)
        words = i18n_time(r->lang, day_begin_ms(day), "date", r->arena);
    view_put_str(v, "text", words);
    view_put_str(v, "exact", words);
}

static void page_only(struct view *v)
{
    static const char *const names[] = {"text", "unit_text", "exact", "is_scaled", "goal_text"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        view_page_only(v, names[i]);
}

static void put_head(struct req *r, struct view *v, const struct figure_any *f)
{
    view_put_str(v, "name", f->name);
    view_put_str(v, "title", f->title);
    view_put_z(v, "kind", figures_kind_name(f->kind));
    view_put_bool(v, "is_counted", f->counted != NULL);
    view_put_bool(v, "is_public", f->is_public);
    view_put_z(
        v, "href",
        f->of ? arena_printf(r->arena, "/figures/%.*s?of=%lld", STR_ARG(f->name), (long long)f->of)
              : arena_printf(r->arena, "/figures/%.*s", STR_ARG(f->name)));
    if (f->unit.n)
        view_put_str(v, "unit", f->unit);
    else
        view_put_null(v, "unit");
}

enum err figures_put_any(struct req *r, struct view *v, const struct figure_any *f,
                         int64_t as_of_ms, struct figure_value *value)
{
    int64_t goal;
    enum err e = figure_any_value(r->db, r->arena, f, as_of_ms, value);
    if (e == OK)
        e = figure_any_goal(r->db, r->arena, f, &goal);
    if (e != OK)
        return e;
    put_head(r, v, f);
    view_put_bool(v, "is_known", value->is_known);
    if (!value->is_known)
        view_put_null(v, "value");
    else if (f->kind == FIGURE_NUMBER)
        figures_put_number(r, v, f->unit, value->number);
    else
        put_words(r, v, f->kind, value->words);
    if (goal) {
        view_put_int(v, "goal", goal);
        view_put_str(v, "goal_text", figures_number_text(r, f->unit, goal));
    } else {
        view_put_null(v, "goal");
    }
    page_only(v);
    return OK;
}

enum err figures_add(struct req *r, struct view *list, const char *name)
{
    struct figure_any f;
    struct figure_value value;
    enum err e = figure_any_find(r->db, r->lang, str_of(name), r->arena, &f);
    if (e == OK)
        e = figure_any_admit(r, &f, 0);
    if (e == ERR_NOT_FOUND || e == ERR_UNAUTHORIZED || e == ERR_FORBIDDEN)
        return OK;
    return e != OK ? e : figures_put_any(r, view_add_object(list), &f, 0, &value);
}

enum err figures_put(struct req *r, struct view *object, const char *name, int64_t of)
{
    struct figure_any f;
    struct figure_value value;
    enum err e = figure_any_find(r->db, r->lang, str_of(name), r->arena, &f);
    if (e == OK)
        e = figure_any_admit(r, &f, of);
    return e != OK ? e : figures_put_any(r, object, &f, 0, &value);
}
