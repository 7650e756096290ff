#include "town/training/question.h"

enum { TEXT_ZH_MAX = 300, TEXT_EN_MAX = 600, OPTION_ZH_MAX = 120, OPTION_EN_MAX = 240 };

static bool fits(struct str s, size_t most)
{
    return s.n && str_is_utf8(s) && str_characters(s) <= most;
}

static bool read_kind(struct str s, const char **kind)
{
    static const char *const kinds[] = {"single", "multiple", "truth"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_ieq_z(s, kinds[i])) {
            *kind = kinds[i];
            return true;
        }
    return false;
}

static const char *read_options(const struct str *cells, struct question *q)
{
    for (int i = 0; i < QUESTION_OPTIONS_MAX; i++) {
        struct str rest, cell = str_trim(cells[i]);
        if (!cell.n)
            continue;
        if (q->n != i)
            return "gap"; /* the letters would move */
        bool both = str_find(cell, '|') >= 0;
        q->options[i].zh = str_trim(str_cut(cell, '|', &rest));
        q->options[i].en = both ? str_trim(rest) : cell;
        if (!fits(q->options[i].zh, OPTION_ZH_MAX) || !fits(q->options[i].en, OPTION_EN_MAX))
            return "option";
        for (int k = 0; k < i; k++)
            if (str_eq(q->options[k].zh, q->options[i].zh))
                return "twice";
        q->n++;
    }
    return NULL;
}

static const char *read_letters(struct str s, struct question *q)
{
    int letters = 0;
    for (size_t i = 0; i < s.n; i++) {
        int c = s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 'a' : s.p[i] - 'A';
        if (c < 0 || c >= q->n || q->right & 1 << c)
            return "right";
        q->right |= 1 << c;
        letters++;
    }
    bool one = str_eq_z(str_of(q->kind), "single");
    return letters < 1 || (one && letters > 1) ? "right" : NULL;
}

const char *question_read(const struct str *cells, struct question *out)
{
    *out = (struct question){.text_zh = str_trim(cells[1]), .text_en = str_trim(cells[2])};
    struct str right = str_trim(cells[3]);
    if (!read_kind(str_trim(cells[0]), &out->kind))
        return "kind";
    if (!fits(out->text_zh, TEXT_ZH_MAX) || !fits(out->text_en, TEXT_EN_MAX))
        return "text";
    const char *wrong = read_options(cells + 4, out);
    if (wrong)
        return wrong;
    if (!str_eq_z(str_of(out->kind), "truth"))
        return out->n < 2 ? "options" : read_letters(right, out);
    out->right = str_ieq_z(right, "T") ? 1 : str_ieq_z(right, "F") ? 2 : 0;
    return out->n ? "options" : out->right ? NULL : "right";
}
