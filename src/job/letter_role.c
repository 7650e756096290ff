#include "job/letter_role.h"

static const char *const names[LETTER_ROLES] = {
    [LETTER_MARK] = "mark", [LETTER_TITLE] = "title", [LETTER_BODY] = "body",
    [LETTER_HEAD] = "head", [LETTER_KAI] = "kai",     [LETTER_SONG] = "song"};

const char *letter_role_name(enum letter_role role)
{
    return (unsigned)role < LETTER_ROLES ? names[role] : "";
}

static bool is_role(struct str s)
{
    for (int i = 0; i < LETTER_ROLES; i++)
        if (str_eq_z(s, names[i]))
            return true;
    return false;
}

bool letter_fonts_ok(struct str setting)
{
    if (setting.n > LETTER_FONTS_MAX || !str_is_utf8(setting))
        return false;
    while (setting.n) {
        struct str list, part = str_trim(str_cut(setting, ';', &setting));
        if (part.n && (!is_role(str_trim(str_cut(part, '=', &list))) || str_trim(list).n == 0))
            return false;
    }
    return true;
}

bool letter_fonts_next(struct str setting, enum letter_role role, size_t *at, struct str *name)
{
    size_t n = 0;
    while (setting.n) {
        struct str list, part = str_trim(str_cut(setting, ';', &setting));
        if (!str_eq_z(str_trim(str_cut(part, '=', &list)), names[role]))
            continue;
        while (list.n) {
            struct str one = str_trim(str_cut(list, ',', &list));
            if (one.n == 0 || n++ < *at)
                continue;
            ++*at;
            *name = one;
            return true;
        }
    }
    return false;
}
