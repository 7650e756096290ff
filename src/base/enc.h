/*
 * Text encodings of bytes: hex (lower case), base64 (RFC 4648 section 4) and base64url without
 * padding (section 5), percent-decoding (RFC 3986) and constant-time comparison.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

void enc_hex(char *out, const void *p, size_t n); /* writes 2n characters and a NUL */
enum err enc_unhex(void *out, size_t out_n, struct str hex) MUST_CHECK; /* exactly out_n bytes */
struct str enc_base64(struct arena *a, const void *p, size_t n);
struct str enc_base64url(struct arena *a, const void *p, size_t n);
enum err enc_unbase64url(struct arena *a, struct str in, struct str *out) MUST_CHECK;
/* Decodes %XX, and '+' as a space when `form` is set. ERR_SYNTAX on a broken escape or a NUL. */
enum err enc_unpercent(struct arena *a, struct str in, bool form, struct str *out) MUST_CHECK;
struct str enc_percent(struct arena *a, struct str in); /* escapes all but unreserved characters */
bool enc_equal(const void *a, const void *b, size_t n); /* time depends on n only */

#endif
