#include "town/hall/product_merge.h"

#include <jansson.h>

#include "store/queries.h"

enum { EVENTS_MOST = 50, CHANGES_MOST = 400 };

static struct hall_was *find(const struct hall_meanwhile *m, struct str field)
{
    for (size_t i = 0; m && i < m->n; i++)
        if (str_eq(m->all[i].field, field))
            return &m->all[i];
    return NULL;
}

/* Of "sku:K-1:gtin" the code and the column; false when it is another field. */
static bool of_sku(struct str field, struct str *code, struct str *column)
{
    struct str rest;
    if (!str_eq_z(str_cut(field, ':', &rest), "sku"))
        return false;
    size_t n = rest.n; /* a code may have colons, a column has none */
    while (n > 0 && rest.p[n - 1] != ':')
        n--;
    if (n == 0)
        return false;
    *code = str_slice(rest, 0, n - 1);
    *column = str_slice(rest, n, rest.n);
    return true;
}

/* What is newer than a change of a code calls the variant by the new one. */
static void rename_sku(struct hall_meanwhile *m, struct str from, struct str to,
                       struct arena *arena)
{
    struct str code, column;
    for (size_t i = 0; i < m->n; i++)
        if (of_sku(m->all[i].field, &code, &column) && str_eq(code, to))
            m->all[i].field =
                str_of(arena_printf(arena, "sku:%.*s:%.*s", STR_ARG(from), STR_ARG(column)));
}

/* The newest comes first: an older change of a field knows better what it was. */
static void take(struct hall_meanwhile *m, struct str changes, struct arena *arena)
{
    json_t *list = json_loadb(changes.p, changes.n, 0, NULL), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        struct str field = str_of(json_string_value(json_object_get(one, "field")));
        struct str was = str_of(json_string_value(json_object_get(one, "from")));
        struct str is = str_of(json_string_value(json_object_get(one, "to")));
        struct str code, column;
        if (of_sku(field, &code, &column) && str_eq_z(column, "code"))
            rename_sku(m, code, is, arena);
        struct hall_was *there = find(m, field);
        if (!there && m->n < CHANGES_MOST) {
            there = &m->all[m->n++];
            there->field = arena_str(arena, field);
            there->is = arena_str(arena, is);
        }
        if (there)
            there->was = arena_str(arena, was);
    }
    json_decref(list);
}

enum err hall_meanwhile_load(struct db *db, const struct hall_product_edit *now, int64_t after,
                             struct arena *arena, struct hall_meanwhile *out)
{
    struct rows rs;
    *out = (struct hall_meanwhile){.now = now,
                                   .all = arena_array(arena, CHANGES_MOST, sizeof(*out->all))};
    if (!out->all)
        return ERR_NOMEM;
    enum err e = db_select(db, &q_hall_product_events,
                           ARGS(V_INT(now->id), V_INT(after), V_INT(EVENTS_MOST)), arena, &rs);
    for (size_t i = 0; !e && i < rs.n; i++)
        take(out, row_str(&rs, i, "changes"), arena);
    return e ? e : arena_failed(arena) ? ERR_NOMEM : OK;
}

bool hall_untouched(const struct hall_meanwhile *m, const char *field, struct str sent)
{
    const struct hall_was *w = field ? find(m, str_of(field)) : NULL;
    return w && str_eq(w->was, sent);
}

bool hall_untouched_number(const struct hall_meanwhile *m, const char *field, int64_t sent)
{
    const struct hall_was *w = field ? find(m, str_of(field)) : NULL;
    struct str rest;
    int64_t n = 0;
    if (!w)
        return false;
    struct str number = str_cut(w->was, ' ', &rest);
    return number.n == 0 ? sent == 0 : str_to_i64(number, &n) == OK && n == sent;
}

struct str hall_code_was(const struct hall_meanwhile *m, struct str code)
{
    struct str was, column;
    for (size_t i = 0; m && i < m->n; i++)
        if (of_sku(m->all[i].field, &was, &column) && str_eq_z(column, "code") &&
            str_eq(m->all[i].is, code))
            return was;
    return code;
}

const struct hall_sku_edit *hall_sku_now(const struct hall_meanwhile *m, int64_t id)
{
    for (size_t i = 0; m && id && i < m->now->skus_n; i++)
        if (m->now->skus[i].id == id)
            return &m->now->skus[i];
    return NULL;
}
