/* The unified social credit code: factories.h has its form. */
#include "town/factories/factories.h"

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
enum { VALUES = 31, DIVISION_FROM = 2, DIVISION_UNTIL = 8 };

static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* The sum of the first 17, each times 3^i mod 31; -1 - i when the one at i may not stand there. */
static int sum_of(const char *code)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < FACTORY_CODE_CHARS - 1; i++) {
        int value = value_of(code[i]);
        if (value < 0 || (i >= DIVISION_FROM && i < DIVISION_UNTIL && value > 9))
            return -1 - i;
        sum += value * weight;
        weight = weight * 3 % VALUES;
    }
    return sum;
}

char factories_code_last(const char first[FACTORY_CODE_CHARS - 1])
{
    int sum = sum_of(first);
    return sum < 0 ? '\0' : alphabet[(VALUES - sum % VALUES) % VALUES];
}

enum factory_code_fault factories_code_check(struct str code, int64_t *where)
{
    /* Characters, not bytes: somebody may have typed a full-width one. */
    *where = (int64_t)str_characters(code);
    if (*where != FACTORY_CODE_CHARS)
        return CODE_LENGTH;
    for (size_t i = 0; i < code.n; i++)
        if (value_of(code.p[i]) < 0) {
            *where = (int64_t)str_characters(str_slice(code, 0, i)) + 1;
            return CODE_CHARACTER;
        }
    int sum = sum_of(code.p);
    if (sum < 0) {
        *where = -sum;
        return CODE_CHARACTER;
    }
    return (sum + value_of(code.p[FACTORY_CODE_CHARS - 1])) % VALUES ? CODE_CHECK : CODE_RIGHT;
}

struct str factories_code_tidy(struct str typed, struct arena *arena)
{
    char *out = arena_alloc(arena, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < typed.n; i++) {
        char c = typed.p[i];
        if (c != ' ' && c != '\t')
            out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return out ? str_n(out, n) : STR_NONE;
}
