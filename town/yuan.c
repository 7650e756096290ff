#include "town/yuan.h"

#include <assert.h>
#include <stdio.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum err yuan_read(struct str text, int64_t *fen)
{
    struct str decimals = STR_NONE, whole = text;
    int64_t value = 0;
    ptrdiff_t point = str_find(text, '.');
    if (point >= 0) {
        whole = str_slice(text, 0, (size_t)point);
        decimals = str_slice(text, (size_t)point + 1, text.n);
        if (decimals.n < 1 || decimals.n > 2)
            return ERR_SYNTAX;
    }
    if (whole.n == 0 || (whole.n > 1 && whole.p[0] == '0'))
        return ERR_SYNTAX;
    for (size_t i = 0; i < whole.n; i++) {
        if (!is_digit(whole.p[i]))
            return ERR_SYNTAX;
        value = value * 10 + (whole.p[i] - '0');
        if (value > YUAN_FEN_MAX / 100)
            return ERR_LIMIT;
    }
    for (size_t i = 0; i < 2; i++) {
        if (i < decimals.n && !is_digit(decimals.p[i]))
            return ERR_SYNTAX;
        value = value * 10 + (i < decimals.n ? decimals.p[i] - '0' : 0);
    }
    if (value > YUAN_FEN_MAX)
        return ERR_LIMIT;
    *fen = value;
    return OK;
}

/* "1,234,567": groups of three, as amounts are printed, or none. */
static bool groups_are_right(struct str whole)
{
    if (str_find(whole, ',') < 0)
        return true;
    for (size_t i = 0; i < whole.n; i++) {
        bool is_place = (whole.n - i) % 4 == 0;
        if ((whole.p[i] == ',') != is_place)
            return false;
    }
    return whole.p[0] != ',';
}

enum err yuan_typed(struct str text, int64_t *fen)
{
    char plain[YUAN_TYPED];
    size_t n = 0;
    ptrdiff_t point = str_find(text, '.');
    if (text.n > YUAN_TYPED ||
        !groups_are_right(str_head(text, point < 0 ? text.n : (size_t)point)))
        return ERR_SYNTAX;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ',' || (point >= 0 && i > (size_t)point))
            plain[n++] = text.p[i];
    return yuan_read(str_n(plain, n), fen);
}

void yuan_text(int64_t fen, char out[YUAN_TEXT])
{
    assert(fen >= 0);
    snprintf(out, YUAN_TEXT, "%lld.%02d", (long long)(fen / 100), (int)(fen % 100));
}
