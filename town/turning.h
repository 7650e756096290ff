/*
 * A code that changes every 20 seconds, which a screen shows as QR: a keyed hash of what it is for
 * and the time step, with a key that the town derives for that use alone. It says nothing, cannot
 * be made by somebody else, and is of no use a minute later or at another door.
 */
#ifndef TOWN_TURNING_H
#define TOWN_TURNING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
    TURNING_TEXT = 17,           /* 16 hex digits and a NUL */
    TURNING_STEP_MS = 20 * 1000, /* the screen shows another code so often, */
    TURNING_STEPS = 3,           /* and one is good for as many steps */
};

/* use: "training.code"; about: "session:4". *until_ms: when the screen shows the next one. */
void turning_now(const char *use, struct str about, int64_t now_ms, char out[TURNING_TEXT],
                 int64_t *until_ms);
/* Was it shown there within the last TURNING_STEPS steps? */
bool turning_ok(const char *use, struct str about, int64_t now_ms, struct str code);

#endif
