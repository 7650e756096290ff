#include "town/house/fold.h"

#include <jansson.h>
#include <stdlib.h>

struct pair {
    uint32_t from, to;
};

struct pairs {
    struct pair *at;
    size_t n;
};

struct house_fold {
    struct pairs plain, sounds; /* sorted by `from`, each once */
};

/* Rows of letters that Unicode has in other clothes, as ASCII. */
static const struct row {
    uint32_t from, to, first, every; /* `every`: they begin anew after so many */
} rows[] = {
    {'A', 'Z', 'a', 26},         {0xFF10, 0xFF19, '0', 10},   {0xFF21, 0xFF3A, 'a', 26},
    {0xFF41, 0xFF5A, 'a', 26},   {0x249C, 0x24B5, 'a', 26},   {0x24B6, 0x24CF, 'a', 26},
    {0x24D0, 0x24E9, 'a', 26},   {0x1D400, 0x1D6A3, 'a', 26}, {0x1D7CE, 0x1D7FF, '0', 10},
    {0x1F110, 0x1F129, 'a', 26}, {0x1F130, 0x1F149, 'a', 26}, {0x1F150, 0x1F169, 'a', 26},
    {0x1F170, 0x1F189, 'a', 26}, {0x1F1E6, 0x1F1FF, 'a', 26}, {0x1FBF0, 0x1FBF9, '0', 10},
};

static uint32_t undressed(uint32_t c)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (c >= rows[i].from && c <= rows[i].to)
            return rows[i].first + (c - rows[i].from) % rows[i].every;
    return c;
}

/* Blanks, joiners that stand inside words (- . _ / · | ~ *), combining marks, what is not seen. */
static const struct str_points blanks[] = {
    {0x00, 0x20},     {0x2A, 0x2A},       {0x2D, 0x2F},     {0x5F, 0x5F},     {0x7C, 0x7C},
    {0x7E, 0xA0},     {0xAD, 0xAD},       {0xB7, 0xB7},     {0x300, 0x36F},   {0x483, 0x489},
    {0x61C, 0x61C},   {0x115F, 0x1160},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x2000, 0x2015},   {0x2022, 0x2022}, {0x2024, 0x2024}, {0x2027, 0x202F},
    {0x205F, 0x206F}, {0x20D0, 0x20FF},   {0x2212, 0x2212}, {0x3000, 0x3000}, {0x302A, 0x302F},
    {0x3099, 0x309C}, {0x30FB, 0x30FB},   {0x3164, 0x3164}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xFF0A, 0xFF0A},   {0xFF0D, 0xFF0F}, {0xFF3F, 0xFF3F}, {0xFF65, 0xFF65},
    {0xFFA0, 0xFFA0}, {0xE0000, 0xE0FFF},
};
/* All else that is no letter. */
static const struct str_points signs[] = {
    {0x21, 0x2F},     {0x3A, 0x40},     {0x5B, 0x60},       {0x7B, 0x7F},        {0xA1, 0xBF},
    {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2B0, 0x2FF},     {0x2010, 0x2BFF},    {0x2E00, 0x2E7F},
    {0x2FF0, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3040},   {0x30A0, 0x30A0},    {0x3200, 0x33FF},
    {0xD800, 0xF8FF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF20},    {0xFF3B, 0xFF40},
    {0xFF5B, 0xFF64}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xF0000, 0x10FFFF},
};

static uint32_t mapped(const struct pairs *p, uint32_t c)
{
    size_t low = 0, high = p->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->at[middle].from < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->n && p->at[low].from == c ? p->at[low].to : c;
}

/* --- reading the tables --- */

static int by_from(const void *a, const void *b)
{
    uint32_t x = ((const struct pair *)a)->from, y = ((const struct pair *)b)->from;
    return x < y ? -1 : x > y;
}

/* "后後": each further letter is the first one. Those are undressed as letters of texts are. */
static enum err take_group(struct str group, struct pairs *p)
{
    size_t at = 0;
    if (!group.n || !str_is_utf8(group))
        return ERR_SYNTAX;
    uint32_t to = undressed(str_next_point(group, &at));
    while (at < group.n) {
        if (p->n == HOUSE_FOLD_PAIRS_MAX)
            return ERR_LIMIT;
        p->at[p->n++] = (struct pair){undressed(str_next_point(group, &at)), to};
    }
    return OK;
}

static enum err take_table(const json_t *groups, struct pairs *p)
{
    enum err e = json_is_array(groups) ? OK : ERR_SYNTAX;
    for (size_t i = 0; !e && i < json_array_size(groups); i++) {
        const json_t *one = json_array_get(groups, i);
        e = json_is_string(one)
                ? take_group(str_n(json_string_value(one), json_string_length(one)), p)
                : ERR_SYNTAX;
    }
    return e;
}

static enum err sort_out(struct pairs *p)
{
    qsort(p->at, p->n, sizeof(*p->at), by_from);
    for (size_t i = 1; i < p->n; i++)
        if (p->at[i].from == p->at[i - 1].from)
            return ERR_SYNTAX; /* one letter, two readings: the table is wrong */
    return OK;
}

static enum err read_tables(const json_t *all, struct house_fold *f)
{
    static const char *const plain[] = {"variants", "digits", "looks"};
    enum err e = OK;
    for (size_t i = 0; !e && i < sizeof(plain) / sizeof(plain[0]); i++)
        e = take_table(json_object_get(all, plain[i]), &f->plain);
    if (!e)
        e = take_table(json_object_get(all, "sounds"), &f->sounds);
    if (!e)
        e = sort_out(&f->plain);
    return e ? e : sort_out(&f->sounds);
}

enum err house_fold_read(struct str json, struct arena *arena, struct house_fold **out)
{
    struct house_fold *f = ARENA_NEW(arena, struct house_fold);
    json_t *all = json_loadb(json.p, json.n, 0, NULL);
    enum err e = json_is_object(all) ? OK : ERR_SYNTAX;
    if (f) {
        f->plain.at = arena_array(arena, HOUSE_FOLD_PAIRS_MAX, sizeof(struct pair));
        f->sounds.at = arena_array(arena, HOUSE_FOLD_PAIRS_MAX, sizeof(struct pair));
    }
    if (!f || !f->plain.at || !f->sounds.at)
        e = ERR_NOMEM;
    if (!e)
        e = read_tables(all, f);
    json_decref(all);
    *out = f;
    return e;
}

/* --- folding --- */

size_t house_fold_text(const struct house_fold *f, struct str text, struct house_letter *out,
                       size_t most)
{
    size_t n = 0, passed = HOUSE_GAP_MAX + 1;
    bool across_signs = false;
    for (size_t at = 0, from = 0; at < text.n && n < most; from = at) {
        uint32_t c = undressed(str_next_point(text, &at));
        uint32_t plain = mapped(&f->plain, c);
        /* What the tables know is a letter, whatever it was: ① is 1. */
        bool blank = plain == c && STR_POINT_IN(c, blanks);
        if (blank || (plain == c && STR_POINT_IN(c, signs))) {
            across_signs |= !blank;
            passed++;
            continue;
        }
        out[n++] = (struct house_letter){.plain = plain,
                                         .sound = mapped(&f->sounds, plain),
                                         .from = (uint32_t)from,
                                         .to = (uint32_t)at,
                                         .gap = passed > HOUSE_GAP_MAX ? HOUSE_FAR
                                                : across_signs         ? HOUSE_SIGNS
                                                : passed               ? HOUSE_BLANK
                                                                       : HOUSE_NEAR};
        passed = 0;
        across_signs = false;
    }
    return n;
}
