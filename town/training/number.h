/*
 * Numbers of certificates: CERT-2026-000123-7. The last is a check character (ISO/IEC 7064, MOD
 * 37,36, over CERT2026000123), which finds every wrong character, and nearly every two that changed
 * places.
 */
#ifndef TOWN_TRAINING_NUMBER_H
#define TOWN_TRAINING_NUMBER_H

#include <stdint.h>

#include "base/str.h"

enum { NUMBER_TEXT = 19, NUMBER_SERIAL_MAX = 999999 }; /* and a NUL */

void number_text(int64_t year, int64_t serial, char out[NUMBER_TEXT]);
/* As somebody types it: without regard to case, blanks and hyphens. False when it cannot be one. */
bool number_read(struct str typed, char out[NUMBER_TEXT]);

#endif
