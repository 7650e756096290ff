/* What the pages of this department share: see internal.h. */
#include <stdio.h>

#include "town/day.h"
#include "town/training/internal.h"

enum { MASK_MAX = 4 };

bool training_is_base(const struct req *r)
{
    return (r->who.roles & (ROLE_OPERATOR | ROLE_ADMIN)) != 0;
}

enum err training_id(const struct req *r, const char *name, int64_t *id)
{
    return str_to_i64(req_param(r, name), id) || *id < 1 ? ERR_NOT_FOUND : OK;
}

struct str training_text(const struct req *r, const struct rows *rs, size_t row, const char *zh,
                         const char *en)
{
    return row_str(rs, row, r->lang == LANG_EN ? en : zh);
}

enum err training_refuse(struct tx *tx, enum err e, const char *field, const char *key)
{
    *tx->info = (struct err_info){.code = e, .field = field, .key = key};
    return e;
}

struct str training_masked(struct arena *arena, struct str name)
{
    size_t n = str_characters(name), first = str_characters_bytes(name, 1);
    struct str out = str_slice(name, 0, first);
    for (size_t i = 1; i < n && i < MASK_MAX; i++)
        out = str_of(arena_printf(arena, "%.*s*", STR_ARG(out)));
    return out.p ? out : STR("");
}

enum err training_teaches(const struct req *r, const struct rows *course)
{
    bool may = training_is_base(r) || row_int(course, 0, "teacher_id") == r->who.user_id;
    return may ? OK : ERR_NOT_FOUND;
}
