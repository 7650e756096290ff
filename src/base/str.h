/*
 * Borrowed byte strings. A `struct str` never owns its bytes and need not end in NUL; whoever made
 * it says how long it lives. `p` may be NULL only when `n` is 0.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal "", sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_n(const void *p, size_t n)
{
    return (struct str){(const char *)p, n};
}

bool str_eq(struct str a, struct str b);
bool str_eq_z(struct str a, const char *z);
bool str_ieq(struct str a, struct str b); /* ASCII case only */
bool str_ieq_z(struct str a, const char *z);
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
struct str str_trim(struct str s);                          /* spaces, tabs, CR, LF at both ends */
struct str str_slice(struct str s, size_t from, size_t to); /* clamped */
/* At most `most` bytes of it, cut between characters. */
struct str str_head(struct str s, size_t most);
ptrdiff_t str_find(struct str s, char c); /* -1 when absent */
/* Cuts `s` at the first `sep`: returns the part before, leaves the part after in *rest (empty when
 * there was no `sep`). */
struct str str_cut(struct str s, char sep, struct str *rest);
/* Whole-string decimal with optional '-': ERR_SYNTAX on anything else, ERR_LIMIT on overflow. */
enum err str_to_i64(struct str s, int64_t *out) MUST_CHECK;
/* Of UTF-8: how many characters it is, and how many bytes the first `n` of them are. */
size_t str_characters(struct str s);
size_t str_characters_bytes(struct str s, size_t n);
/* The code point at `at`, which moves on; STR_NO_POINT, and one byte on, where none begins. */
enum { STR_NO_POINT = 0xFFFD };
uint32_t str_next_point(struct str s, size_t *at);
/* Ranges of code points, both ends within; for short tables. */
struct str_points {
    uint32_t from, to;
};
bool str_is_point_in(uint32_t c, const struct str_points *ranges, size_t n);
#define STR_POINT_IN(c, ranges) str_is_point_in(c, ranges, sizeof(ranges) / sizeof((ranges)[0]))
bool str_is_utf8(struct str s);  /* strict: no overlongs, no surrogates, no NUL */
uint64_t str_hash(struct str s); /* FNV-1a; for tables that hold no outsider-chosen keys */

#endif
