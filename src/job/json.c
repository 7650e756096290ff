#include "job/json.h"

/* Bytes of the well-formed character at the front, or 0. */
static size_t character(struct str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (n == 1)
        return 1;
    return n <= s.n && str_is_utf8(str_n(p, n)) ? n : 0;
}

static void put_ascii(struct buf *out, uint8_t c)
{
    static const char short_form[] = "btn\0fr"; /* of 8 … 13 */
    if (c == '"' || c == '\\') {
        buf_u8(out, '\\');
        buf_u8(out, c);
    } else if (c >= 8 && c <= 13 && c != 11) {
        buf_u8(out, '\\');
        buf_u8(out, (uint8_t)short_form[c - 8]);
    } else if (c < 0x20 || c == 0x7f) {
        buf_printf(out, "\\u%04x", c);
    } else {
        buf_u8(out, c);
    }
}

void json_put(struct buf *out, struct str s)
{
    buf_u8(out, '"');
    while (s.n > 0) {
        size_t n = character(s);
        if (n == 0)
            buf_z(out, "\xef\xbf\xbd");
        else if (n == 1)
            put_ascii(out, (uint8_t)s.p[0]);
        else
            buf_put(out, s.p, n);
        s = str_slice(s, n ? n : 1, s.n);
    }
    buf_u8(out, '"');
}
