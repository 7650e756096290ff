#include "town/hall/search_piece.h"

#include <string.h>

#include "base/buf.h"

/* ---- characters ---- */

/* The next code point; the text is UTF-8 that was checked, or one of our own. */
static uint32_t next_point(struct str s, size_t *at)
{
    unsigned char c = (unsigned char)s.p[*at];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t point = n == 1 ? c : c & (0xFFu >> (n + 1));
    if (*at + n > s.n)
        n = s.n - *at;
    for (size_t i = 1; i < n; i++)
        point = point << 6 | ((unsigned char)s.p[*at + i] & 0x3F);
    *at += n;
    return point;
}

static void put_point(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_u8(b, (uint8_t)c);
        return;
    }
    if (c < 0x800) {
        buf_u8(b, (uint8_t)(0xC0 | c >> 6));
    } else if (c < 0x10000) {
        buf_u8(b, (uint8_t)(0xE0 | c >> 12));
        buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
    } else {
        buf_u8(b, (uint8_t)(0xF0 | c >> 18));
        buf_u8(b, (uint8_t)(0x80 | (c >> 12 & 0x3F)));
        buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
    }
    buf_u8(b, (uint8_t)(0x80 | (c & 0x3F)));
}

/* Lower case; full-width forms as ASCII; letters with marks of Latin-1 as they are, in lower case.
 */
static uint32_t fold_point(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c == 0x3000 || c == '\t' || c == '\n' || c == '\r' || c == 0xA0)
        return ' ';
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7))
        return c + 32;
    return c;
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0x24F && c != 0xF7) ||
           (c >= 0x370 && c <= 0x52F);
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* What is written without blanks between words. */
static bool is_han(uint32_t c)
{
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

struct str search_fold(struct str text, struct arena *arena)
{
    struct buf b;
    buf_init(&b, text.n + 1);
    for (size_t at = 0; at < text.n;) {
        uint32_t c = fold_point(next_point(text, &at));
        if (c != ' ' || (b.n && b.p[b.n - 1] != ' '))
            put_point(&b, c);
    }
    while (b.n && b.p[b.n - 1] == ' ')
        b.n--;
    struct str out = arena_str(arena, str_n(b.n ? (const char *)b.p : "", b.n));
    buf_free(&b);
    return out;
}

/* ---- pieces of a folded text ---- */

bool search_next_piece(struct str s, size_t *at, struct search_piece *out)
{
    size_t start = *at, end = *at;
    bool found = false, digit = false;
    *out = (struct search_piece){0};
    while (end < s.n) {
        size_t next = end;
        uint32_t c = next_point(s, &next);
        bool point = c == '.' && found && digit && next < s.n && is_digit((uint8_t)s.p[next]);
        bool latin = is_letter(c) || is_digit(c) || (point && out->kind == PIECE_LATIN);
        if (!latin && !is_han(c)) {
            if (found)
                break;
            end = next;
            continue;
        }
        if (found && latin != (out->kind == PIECE_LATIN))
            break;
        if (!found) {
            found = true;
            start = end;
            out->kind = latin ? PIECE_LATIN : PIECE_HAN;
        }
        digit = is_digit(c);
        end = next;
    }
    out->joined = found && *at > 0 && start == *at + 1 && strchr("-_/.", s.p[*at]);
    out->text = str_slice(s, start, end);
    *at = end;
    return found;
}

size_t search_points(struct str han, uint32_t out[SEARCH_RUN_MAX],
                     size_t begins[SEARCH_RUN_MAX + 1])
{
    size_t n = 0, at = 0;
    while (at < han.n && n < SEARCH_RUN_MAX) {
        begins[n] = at;
        out[n++] = next_point(han, &at);
    }
    begins[n] = at;
    return n;
}
