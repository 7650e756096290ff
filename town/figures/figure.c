/* One figure, whichever kind: finding it, who may see it, and its value as of a moment. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/queries.h"
#include "town/figures/internal.h"

/* ---- the tables of the departments ---- */

static struct {
    const struct figure *rows;
    size_t n;
} tables[FIGURE_TABLES_MAX];
static size_t tables_n, counted_n;

size_t figures_args(const struct figure *f, int64_t of, int64_t until,
                    struct val out[FIGURES_ARGS_MAX])
{
    size_t n = 0;
    if (f->subject)
        out[n++] = V_INT(of);
    if (f->is_yearly)
        out[n++] = V_INT(figures_year_begin_ms(until));
    out[n++] = V_INT(until);
    return n;
}

/* A row whose queries want other arguments than they get is a bug: the program does not start. */
static void check_row(const struct figure *f)
{
    struct val args[FIGURES_ARGS_MAX];
    int n = (int)figures_args(f, 0, 0, args);
    bool right = figures_name_ok(str_of(f->name)) && f->value->params == n &&
                 f->evidence->params == n + 2 && f->reach->params == (f->subject ? 1 : 0);
    if (!right) {
        LOG(ERROR, "figures.bad_row", L_Z("figure", f->name));
        abort();
    }
}

void figures_register(const struct figure *table, size_t n)
{
    if (tables_n == FIGURE_TABLES_MAX)
        abort();
    for (size_t i = 0; i < n; i++)
        check_row(&table[i]);
    tables[tables_n].rows = table;
    tables[tables_n++].n = n;
    counted_n += n;
}

void figures_stop(void)
{
    tables_n = counted_n = 0;
}

size_t figures_counted(void)
{
    return counted_n;
}

const struct figure *figures_at(size_t i)
{
    size_t t = 0;
    while (t < tables_n && i >= tables[t].n)
        i -= tables[t++].n;
    return t < tables_n ? &tables[t].rows[i] : NULL;
}

const struct figure *figures_find(struct str name)
{
    for (size_t i = 0; i < counted_n; i++)
        if (str_eq_z(name, figures_at(i)->name))
            return figures_at(i);
    return NULL;
}

bool figures_name_ok(struct str name)
{
    if (name.n == 0 || name.n > FIGURE_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = c >= 'a' && c <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_')))
            return false;
    }
    return true;
}

/* ---- kinds ---- */

static const char *const kinds[] = {"number", "date", "reference"};

const char *figures_kind_name(enum figure_kind kind)
{
    return kinds[kind];
}

bool figures_kind_read(struct str text, enum figure_kind *out)
{
    for (int i = 0; i < 3; i++)
        if (str_eq_z(text, kinds[i])) {
            *out = (enum figure_kind)i;
            return true;
        }
    return false;
}

/* ---- finding ---- */

static struct str text_of(enum lang lang, const char *name, const char *ending, struct arena *arena)
{
    const char *key = arena_printf(arena, "figures.%s%s", name, ending);
    return key ? i18n_text(lang, str_of(key), NULL, 0, arena) : STR_NONE;
}

void figure_any_counted(const struct figure *f, enum lang lang, struct arena *arena,
                        struct figure_any *out)
{
    *out = (struct figure_any){.counted = f,
                               .name = str_of(f->name),
                               .unit = str_of(f->unit),
                               .title = text_of(lang, f->name, "", arena),
                               .how = text_of(lang, f->name, "_how", arena),
                               .once = text_of(lang, f->name, "_once", arena),
                               .kind = FIGURE_NUMBER,
                               .is_public = f->is_public};
}

void figure_any_document(const struct rows *rs, size_t row, enum lang lang, struct arena *arena,
                         struct figure_any *out)
{
    bool zh = lang == LANG_ZH;
    (void)arena; /* the row's text is in it already */
    *out = (struct figure_any){.document = row_int(rs, row, "id"),
                               .name = row_str(rs, row, "name"),
                               .unit = row_str(rs, row, "unit"),
                               .title = row_str(rs, row, zh ? "title_zh" : "title_en"),
                               .how = row_str(rs, row, zh ? "about_zh" : "about_en"),
                               .is_public = row_int(rs, row, "is_public") != 0};
    if (!figures_kind_read(row_str(rs, row, "kind"), &out->kind))
        out->kind = FIGURE_REFERENCE;
}

enum err figure_any_find(struct db *db, enum lang lang, struct str name, struct arena *arena,
                         struct figure_any *out)
{
    struct rows rs;
    const struct figure *f = figures_find(name);
    if (f) {
        figure_any_counted(f, lang, arena, out);
        return OK;
    }
    enum err e = db_one(db, &q_figures_document, ARGS(V_STR(name)), arena, &rs);
    if (e == OK)
        figure_any_document(&rs, 0, lang, arena, out);
    return e;
}

/* ---- who may ---- */

bool figures_is_officer(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN | ROLE_OFFICER)) != 0;
}

enum err figure_any_admit(struct req *r, struct figure_any *f, int64_t of)
{
    bool has_subject = f->counted && f->counted->subject;
    f->of = of;
    if (has_subject)
        return of > 0 ? f->counted->subject(r, of, &f->subject, &f->subject_link) : ERR_NOT_FOUND;
    if (of)
        return ERR_NOT_FOUND;
    if (f->is_public || figures_is_officer(r))
        return OK;
    return r->who.user_id ? ERR_FORBIDDEN : ERR_UNAUTHORIZED;
}

enum err figures_admit(struct req *r, struct str name, int64_t of)
{
    struct figure_any f;
    enum err e = figure_any_find(r->db, r->lang, name, r->arena, &f);
    return e != OK ? e : figure_any_admit(r, &f, of);
}

/* ---- values ---- */

/* The record tells of no moment before its first row: of an earlier one there is no value. */
static enum err ask_reach(struct db *db, struct arena *arena, const struct figure_any *f,
                          int64_t until, struct figure_value *out)
{
    struct rows rs;
    struct val of = V_INT(f->of);
    enum err e = db_one(db, f->counted->reach, &of, f->counted->subject ? 1 : 0, arena, &rs);
    if (e != OK)
        return e;
    out->is_known = !row_null(&rs, 0, "at") && row_int(&rs, 0, "at") <= until;
    out->reach_ms = row_null(&rs, 0, "at") ? 0 : row_int(&rs, 0, "at");
    return OK;
}

static enum err count(struct db *db, struct arena *arena, const struct figure_any *f, int64_t until,
                      bool is_past, struct figure_value *out)
{
    struct rows rs;
    struct val args[FIGURES_ARGS_MAX];
    out->is_known = true;
    enum err e = is_past ? ask_reach(db, arena, f, until, out) : OK;
    if (e != OK || !out->is_known)
        return e;
    size_t n = figures_args(f->counted, f->of, until, args);
    e = db_one(db, f->counted->value, args, n, arena, &rs);
    if (e == OK)
        out->number = row_int(&rs, 0, "value");
    return e;
}

static enum err look_up(struct db *db, struct arena *arena, const struct figure_any *f,
                        int64_t until, struct figure_value *out)
{
    struct rows rs;
    enum err e =
        db_select(db, &q_figures_value_as_of, ARGS(V_INT(f->document), V_INT(until)), arena, &rs);
    if (e != OK)
        return e;
    out->is_known = rs.n > 0;
    if (rs.n) {
        out->number = row_int(&rs, 0, "number");
        out->words = row_str(&rs, 0, "words");
        return OK;
    }
    e = db_one(db, &q_figures_value_first, ARGS(V_INT(f->document)), arena, &rs);
    out->reach_ms = e == OK ? row_int(&rs, 0, "at") : 0;
    return e;
}

enum err figure_any_value_until(struct db *db, struct arena *arena, const struct figure_any *f,
                                int64_t until_ms, bool is_past, struct figure_value *out)
{
    *out = (struct figure_value){.kind = f->kind};
    return f->counted ? count(db, arena, f, until_ms, is_past, out)
                      : look_up(db, arena, f, until_ms, out);
}

enum err figure_any_value(struct db *db, struct arena *arena, const struct figure_any *f,
                          int64_t as_of_ms, struct figure_value *out)
{
    int64_t until_ms = as_of_ms ? as_of_ms : clock_wall_ms();
    return figure_any_value_until(db, arena, f, until_ms, as_of_ms != 0, out);
}

enum err figures_value(struct db *db, struct arena *arena, struct str name, int64_t of,
                       int64_t as_of_ms, struct figure_value *out)
{
    struct figure_any f;
    enum err e = figure_any_find(db, LANG_ZH, name, arena, &f);
    f.of = e == OK ? of : 0;
    return e != OK ? e : figure_any_value(db, arena, &f, as_of_ms, out);
}

enum err figure_any_goal(struct db *db, struct arena *arena, const struct figure_any *f,
                         int64_t *goal)
{
    struct rows rs;
    *goal = 0;
    if (f->of || f->kind != FIGURE_NUMBER)
        return OK;
    enum err e = db_select(db, &q_figures_goal, ARGS(V_STR(f->name)), arena, &rs);
    if (e == OK && rs.n)
        *goal = row_int(&rs, 0, "goal");
    return e;
}
