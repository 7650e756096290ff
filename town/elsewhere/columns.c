#include "town/elsewhere/columns.h"

#include <jansson.h>

#include "web/resources.h"

enum { NAMES_MAX = 24, TITLE_BYTES = 120, ARENA_MAX = 64 * 1024 };

const char *const platform_names[PLATFORMS] = {"taobao", "douyin", "other"};
const char *const field_names[FIELDS] = {"room",   "start",   "amount", "pieces",
                                         "orders", "viewers", "peak"};

struct names {
    struct str name[NAMES_MAX]; /* as they are compared */
    struct str shown[NAMES_MAX];
    size_t n;
};

static struct {
    struct arena arena;
    struct names marks[PLATFORMS], fields[PLATFORMS][FIELDS];
} table;

bool platform_read(struct str text, enum elsewhere_platform *out)
{
    for (int p = 0; p < PLATFORMS; p++) {
        *out = (enum elsewhere_platform)p;
        if (str_eq_z(text, platform_names[p]))
            return true;
    }
    return false;
}

/* --- comparing --- */

static bool ends_with(struct str s, const char *z)
{
    return str_ends(s, z);
}

/* Where a unit in brackets begins that ends the title: ASCII brackets, or the wide ones (three
 * bytes each). */
static size_t without_unit(struct str s)
{
    static const char wide[] = "\xEF\xBC\x88"; /* U+FF08 */
    bool is_wide = ends_with(s, "\xEF\xBC\x89");
    if (!is_wide && !ends_with(s, ")"))
        return s.n;
    for (size_t i = s.n; i > 1; i--)
        if (s.p[i - 1] == '(' || (i + 2 <= s.n && memcmp(s.p + i - 1, wide, 3) == 0))
            return i - 1;
    return s.n;
}

/* Into buf; a longer title than any that is known is none of them. */
static struct str plain(struct str title, char buf[TITLE_BYTES])
{
    size_t n = 0;
    struct str s = str_trim(title);
    if (str_starts(s, "\xEF\xBB\xBF"))
        s = str_slice(s, 3, s.n);
    s.n = without_unit(s);
    if (s.n >= TITLE_BYTES)
        return STR("");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            continue;
        buf[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return str_n(buf, n);
}

static bool is_named(const struct names *names, struct str title)
{
    char buf[TITLE_BYTES];
    struct str text = plain(title, buf);
    for (size_t i = 0; text.n && i < names->n; i++)
        if (str_eq(names->name[i], text))
            return true;
    return false;
}

/* --- loading --- */

static void take(json_t *list, struct names *out)
{
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        char buf[TITLE_BYTES];
        struct str text = str_of(json_string_value(one));
        if (out->n == NAMES_MAX)
            return;
        out->shown[out->n] = arena_str(&table.arena, text);
        out->name[out->n++] = arena_str(&table.arena, plain(text, buf));
    }
}

enum err columns_load(struct err_info *info)
{
    const struct resource *r = resource_find(STR("elsewhere/data/platforms.json"));
    json_t *all = r ? json_loadb(resource_bytes(r).p, resource_bytes(r).n, 0, NULL) : NULL;
    if (!all) {
        *info =
            (struct err_info){.code = ERR_SYNTAX, .field = "platforms.json", .text = "unreadable"};
        return ERR_SYNTAX;
    }
    arena_free(&table.arena);
    memset(&table, 0, sizeof(table));
    arena_init(&table.arena, ARENA_MAX);
    for (int p = 0; p < PLATFORMS; p++) {
        json_t *one = json_object_get(all, platform_names[p]);
        take(json_object_get(one, "marks"), &table.marks[p]);
        for (int f = 0; f < FIELDS; f++)
            take(json_object_get(json_object_get(one, "columns"), field_names[f]),
                 &table.fields[p][f]);
    }
    json_decref(all);
    return arena_failed(&table.arena) ? ERR_NOMEM : OK;
}

/* --- finding --- */

static int count_marks(enum elsewhere_platform p, const struct titles *t)
{
    int n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += is_named(&table.marks[p], t->texts[i]);
    return n;
}

/* The column that bears the first of the field's names that is there at all: the names stand in the
 * order in which they are meant, and a sheet may have several of them. */
static int find(const struct names *names, const struct titles *t)
{
    for (size_t k = 0; k < names->n; k++)
        for (size_t i = 0; i < t->n; i++) {
            char buf[TITLE_BYTES];
            if (str_eq(plain(t->texts[i], buf), names->name[k]))
                return t->columns[i];
        }
    return 0;
}

void columns_find(enum elsewhere_platform p, const struct titles *t, struct columns *out)
{
    *out = (struct columns){.complete = true, .marks = count_marks(p, t)};
    for (int f = 0; f < FIELDS; f++) {
        out->at[f] = find(&table.fields[p][f], t);
        if (!out->at[f] && field_is_needed((enum sheet_field)f))
            out->complete = false;
    }
}

enum elsewhere_platform columns_of_whom(enum elsewhere_platform p, const struct titles *t)
{
    enum elsewhere_platform best = p;
    int most = count_marks(p, t);
    for (int other = 0; most == 0 && other < PLATFORM_OTHER; other++)
        if (count_marks((enum elsewhere_platform)other, t) > 0)
            best = (enum elsewhere_platform)other;
    return best;
}

struct str columns_names(enum elsewhere_platform p, enum sheet_field f, struct arena *arena)
{
    struct str all = STR("");
    const struct names *names = &table.fields[p][f];
    for (size_t i = 0; i < names->n; i++)
        all = str_of(arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), i ? " / " : "",
                                  STR_ARG(names->shown[i])));
    return all;
}
