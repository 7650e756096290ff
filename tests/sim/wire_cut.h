/*
 * The way to PostgreSQL, cut at some request: libpq's calls that send one are wrapped (the linker's
 * --wrap), so that a cut comes at the same request each time. The process lives on and finds its
 * connection gone; the server finds the same, and undoes what was not committed.
 */
#ifndef TESTS_SIM_WIRE_CUT_H
#define TESTS_SIM_WIRE_CUT_H

#include <stdbool.h>
#include <stdint.h>

enum wire_cut {
    WIRE_HOLDS,
    WIRE_CUT_BEFORE, /* the server never sees the request */
    WIRE_CUT_AFTER,  /* it has done it, and its answer is lost */
};

enum { WIRE_AT_COMMIT = 0 };

/* At the nth request from now on, or at the next that commits; `times` 2: once more at the same
 * distance. */
void wire_plan(enum wire_cut cut, int64_t nth, int times);

#endif
