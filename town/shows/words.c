#include "town/shows/words.h"

#include <string.h>

/* Zero-width and directional characters, soft hyphen, fillers, private use, tags, interlinear and
 * byte-order marks. The joiner 200D stays: families of emoji need it. */
static const struct str_points unseen[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},    {0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x115F, 0x1160},
    {0x180B, 0x180F},   {0x200B, 0x200C},    {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xE000, 0xF8FF},    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF},
};
static const struct str_points marks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x06D6, 0x06DC}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x302A, 0x302F}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
};
static const struct str_points spaces[] = {
    {0x0020, 0x0020}, {0x00A0, 0x00A0}, {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

struct str shows_words_clean(struct str s, struct arena *arena)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    int marks_n = 0;
    bool space = false;
    if (!out)
        return STR_NONE;
    for (size_t at = 0, from = 0; at < s.n; from = at) {
        uint32_t c = str_next_point(s, &at);
        if (STR_POINT_IN(c, spaces)) {
            space = n > 0;
            continue;
        }
        if (STR_POINT_IN(c, unseen))
            continue; /* and does not part marks */
        marks_n = STR_POINT_IN(c, marks) ? marks_n + 1 : 0;
        if (marks_n > SHOWS_MARKS_MAX)
            continue;
        if (space)
            out[n++] = ' ';
        space = false;
        memcpy(out + n, s.p + from, at - from);
        n += at - from;
    }
    return str_n(out, n);
}

static bool has(struct str s, const char *word)
{
    return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

bool shows_words_ask(struct str s)
{
    static const char *const asking[] = {"?",      "？",     "吗",     "多少",   "怎么",
                                         "什么",   "哪里",   "哪个",   "几天",   "能不能",
                                         "可以不", "有没有", "是不是", "会不会", "呢"};
    static const char *const english[] = {"how ",  "what ", "when ",  "where ", "which ",
                                          "does ", "is it", "can i ", "can it "};
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
        if (has(s, asking[i]))
            return true;
    for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
        if (s.n >= strlen(english[i]) && str_ieq_z(str_slice(s, 0, strlen(english[i])), english[i]))
            return true;
    return false;
}
