#include "town/venue/grid.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t grid_mask(int from, int until)
{
    if (from < 0)
        from = 0;
    if (until > GRID_STEPS)
        until = GRID_STEPS;
    if (from >= until)
        return 0;
    return (GRID_ALL >> (GRID_STEPS - (until - from))) << from;
}

int grid_near(uint64_t busy, int from, int steps, int first)
{
    int best = -1;
    for (int at = first; at + steps <= GRID_STEPS; at++)
        if (!(busy & grid_mask(at, at + steps)) && (best < 0 || abs(at - from) < abs(best - from)))
            best = at;
    return best;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum err grid_step_read(struct str s, int *step)
{
    if (s.n != 5 || !is_digit(s.p[0]) || !is_digit(s.p[1]) || s.p[2] != ':' || !is_digit(s.p[3]) ||
        !is_digit(s.p[4]))
        return ERR_SYNTAX;
    int hour = (s.p[0] - '0') * 10 + s.p[1] - '0', minute = (s.p[3] - '0') * 10 + s.p[4] - '0';
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        return ERR_SYNTAX;
    if (minute % 30)
        return ERR_INVALID;
    *step = hour * 2 + minute / 30;
    return OK;
}

void grid_step_text(int step, char out[GRID_TEXT])
{
    unsigned s = step < 0 ? 0 : (unsigned)step % 100;
    snprintf(out, GRID_TEXT, "%02u:%02u", s / 2 % 100, s % 2 * 30);
}
