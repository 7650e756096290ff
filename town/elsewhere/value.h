/* Values as platforms write them into cells. */
#ifndef TOWN_ELSEWHERE_VALUE_H
#define TOWN_ELSEWHERE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define VALUE_COUNT_MAX INT64_C(1000000000000)

/* Is there none: an empty cell, "-", "--", "N/A". */
bool value_is_none(struct str text);
/* "1,234", "1234.0". ERR_SYNTAX, of a rounded "1.2万" too; ERR_LIMIT. */
enum err value_count(struct str text, int64_t *out) MUST_CHECK;
/* In yuan: "1,234.5", "¥1,234.50", "1234.50元" (U+FFE5 and U+00A5 as well). */
enum err value_fen(struct str text, int64_t *out) MUST_CHECK;
/* "2026-05-01 19:30[:00]", with / or . or T, of 2020 to 2200; the town's time → UTC ms. */
enum err value_time(struct str text, int64_t *utc_ms) MUST_CHECK;

#endif
