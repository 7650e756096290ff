/*
 * The code that a teacher's screen shows as QR: a keyed hash of the session and the time step (20
 * seconds), with a key that the town derives for this use alone. It says nothing, cannot be made by
 * somebody else, and is of no use a minute later or at another session.
 */
#ifndef TOWN_TRAINING_CODE_H
#define TOWN_TRAINING_CODE_H

#include <stdint.h>

#include "base/str.h"

enum { CODE_TEXT = 17 }; /* 16 hex digits and a NUL */

/* The code of a session at a moment; *until_ms: when the screen shows the next one. */
void code_now(int64_t session, int64_t now_ms, char out[CODE_TEXT], int64_t *until_ms);
/* Was it shown at this session within the last TRAINING_CODE_STEPS steps? */
bool code_ok(int64_t session, int64_t now_ms, struct str code);

#endif
