/* The code that a teacher's screen shows: town/turning.h, of a session. */
#ifndef TOWN_TRAINING_CODE_H
#define TOWN_TRAINING_CODE_H

#include "town/turning.h"

enum { CODE_TEXT = TURNING_TEXT };

/* The code of a session at a moment; *until_ms: when the screen shows the next one. */
void code_now(int64_t session, int64_t now_ms, char out[CODE_TEXT], int64_t *until_ms);
/* Was it shown at this session within the last TURNING_STEPS steps? */
bool code_ok(int64_t session, int64_t now_ms, struct str code);

#endif
