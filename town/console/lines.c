/* The lines that departments have registered, and asking one. */
#include <stdlib.h>

#include "base/log.h"
#include "town/console/internal.h"
#include "town/day.h"

enum { LINE_ARGS = 5 };

static struct {
    const struct console_line *rows;
    size_t n;
} tables[CONSOLE_TABLES_MAX];
static size_t tables_n, lines_n;

void console_register(const struct console_line *table, size_t n)
{
    if (tables_n == CONSOLE_TABLES_MAX)
        abort();
    for (size_t i = 0; i < n; i++) {
        bool has_place = table[i].who == CONSOLE_FACTORY || table[i].group;
        if (table[i].rows->params == LINE_ARGS && table[i].shown <= CONSOLE_SHOWN_MAX && has_place)
            continue;
        LOG(ERROR, "console.bad_line", L_Z("line", table[i].name));
        abort();
    }
    tables[tables_n].rows = table;
    tables[tables_n++].n = n;
    lines_n += n;
}

void console_stop(void)
{
    tables_n = lines_n = 0;
}

size_t console_lines(void)
{
    return lines_n;
}

const struct console_line *console_line_at(size_t i)
{
    size_t t = 0;
    while (t < tables_n && i >= tables[t].n)
        i -= tables[t++].n;
    return t < tables_n ? &tables[t].rows[i] : NULL;
}

const struct console_line *console_find(enum console_who who, struct str name)
{
    for (size_t i = 0; i < lines_n; i++) {
        const struct console_line *l = console_line_at(i);
        if (l->who == who && str_eq_z(name, l->name))
            return l;
    }
    return NULL;
}

/* A moment, or the town's day of it. */
static struct val moment(const struct console_line *l, int64_t at_ms, struct arena *arena)
{
    char day[DAY_TEXT];
    if (!l->by_day)
        return V_INT(at_ms);
    day_text(day_of(at_ms), day);
    return V_STR(arena_str(arena, str_of(day)));
}

enum err console_rows(struct db *db, const struct console_line *l, int64_t organisation,
                      int64_t now_ms, size_t most, size_t skip, struct arena *arena,
                      struct rows *out)
{
    return db_select(db, l->rows,
                     ARGS(V_INT(organisation), moment(l, now_ms + l->from_days * DAY_MS, arena),
                          moment(l, now_ms + l->until_days * DAY_MS, arena), V_INT((int64_t)most),
                          V_INT((int64_t)skip)),
                     arena, out);
}
