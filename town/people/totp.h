/*
 * Time-based one-time passwords: RFC 6238 (HMAC-SHA-1, steps of 30 seconds, six digits) over the
 * truncation of RFC 4226 section 5.3. A step is the number of whole 30 seconds since 1970. No I/O,
 * no clock: the caller says what time it is.
 */
#ifndef TOWN_PEOPLE_TOTP_H
#define TOWN_PEOPLE_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    TOTP_SECRET_BYTES = 20, /* as long as the hash: RFC 4226 section 4, R6 */
    TOTP_DIGITS = 6,
    TOTP_STEP_MS = 30 * 1000,
    TOTP_AROUND = 1, /* steps before and after that are taken too: clocks differ */
};

int64_t totp_step(int64_t wall_ms);
/* The code of a step, digits 1 to 9. ERR_INTERNAL when there is no SHA-1. */
enum err totp_code(struct str secret, int64_t step, int digits, uint32_t *code) MUST_CHECK;
/* The step around `now` that `typed` is the code of; -1: none is. Spaces in it do not count. */
enum err totp_find(struct str secret, struct str typed, int64_t now, int64_t *step) MUST_CHECK;

/* As apps want it typed: RFC 4648 base32 without padding. */
struct str totp_base32(struct arena *arena, struct str bytes);
/* otpauth://totp/…, which apps scan. Empty: no memory. */
struct str totp_uri(struct arena *arena, struct str issuer, struct str account, struct str secret);

#endif
