#include "town/training/code.h"

#include <stdio.h>

enum { ABOUT_MAX = 40 };

static struct str about(int64_t session, char out[ABOUT_MAX])
{
    int n = snprintf(out, ABOUT_MAX, "session:%lld", (long long)session);
    return str_n(out, (size_t)n);
}

void code_now(int64_t session, int64_t now_ms, char out[CODE_TEXT], int64_t *until_ms)
{
    char text[ABOUT_MAX];
    turning_now("training.code", about(session, text), now_ms, out, until_ms);
}

bool code_ok(int64_t session, int64_t now_ms, struct str code)
{
    char text[ABOUT_MAX];
    return turning_ok("training.code", about(session, text), now_ms, code);
}
