/*
 * Moments as providers write them: "2026-11-25T18:30:00+08:00" (RFC 3339, with or without a
 * fraction of a second) and, in the town's zone (UTC+8), "2026-11-25 18:30:00".
 */
#ifndef TOWN_PAY_PROVIDER_TIME_H
#define TOWN_PAY_PROVIDER_TIME_H

#include "base/err.h"
#include "base/str.h"

enum { PROVIDER_TIME_TEXT = 32 };

enum err provider_time_read(struct str text, int64_t *utc_ms) MUST_CHECK; /* either; ERR_SYNTAX */
void provider_time_rfc3339(int64_t utc_ms, char out[PROVIDER_TIME_TEXT]);
void provider_time_plain(int64_t utc_ms, char out[PROVIDER_TIME_TEXT]);

#endif
