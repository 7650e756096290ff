#include "town/training/number.h"

#include <stdio.h>
#include <string.h>

enum { LETTERS = 36, PLAIN = 14 }; /* PLAIN: CERT, four and six digits */

static int value_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

static char check_of(const char plain[PLAIN])
{
    int p = LETTERS;
    for (int i = 0; i < PLAIN; i++) {
        int s = p % (LETTERS + 1) + value_of(plain[i]);
        p = (s % LETTERS ? s % LETTERS : LETTERS) * 2;
    }
    int c = (LETTERS + 1 - p % (LETTERS + 1)) % LETTERS;
    return (char)(c < 10 ? '0' + c : 'A' + c - 10);
}

void number_text(int64_t year, int64_t serial, char out[NUMBER_TEXT])
{
    char plain[32];
    snprintf(plain, sizeof(plain), "CERT%04d%06d", (int)(year % 10000), (int)(serial % 1000000));
    snprintf(out, NUMBER_TEXT, "CERT-%.4s-%.6s-%c", plain + 4, plain + 8, check_of(plain));
}

bool number_read(struct str typed, char out[NUMBER_TEXT])
{
    char plain[PLAIN + 2];
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == ' ' || c == '-')
            continue;
        c = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        if (value_of(c) < 0 || n == PLAIN + 1)
            return false;
        plain[n++] = c;
    }
    if (n != PLAIN + 1 || memcmp(plain, "CERT", 4) != 0 || check_of(plain) != plain[PLAIN])
        return false;
    for (int i = 4; i < PLAIN; i++)
        if (value_of(plain[i]) > 9)
            return false;
    snprintf(out, NUMBER_TEXT, "CERT-%.4s-%.6s-%c", plain + 4, plain + 8, plain[PLAIN]);
    return true;
}
