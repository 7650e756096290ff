#include "job/charset.h"

#include <errno.h>
#include <iconv.h>

enum { PIECE = 32 * 1024, LOOK = 4096 };

static const char *const names[] = {"utf-8", "utf-16le", "utf-16be", "gb18030"};
/* Opened before the sandbox and kept: opening one reads files. Thread-local for the tests' sake. */
static _Thread_local iconv_t converters[4];

static iconv_t converter(enum charset c)
{
    if (!converters[c])
        converters[c] = iconv_open("UTF-8", names[c]);
    if (converters[c] != (iconv_t)-1)
        iconv(converters[c], NULL, NULL, NULL, NULL);
    return converters[c];
}

/* GB18030's tables are a module that is loaded by its first use. */
bool charset_prepare(void)
{
    char out[8];
    size_t n;
    for (int c = CHARSET_UTF16LE; c <= CHARSET_GB18030; c++)
        if (converter((enum charset)c) == (iconv_t)-1)
            return false;
    return charset_gb18030(str_of("\xd6\xd0"), out, sizeof(out), &n) && n == 3;
}

const char *charset_name(enum charset c)
{
    return names[c];
}

/* Without a mark: text in UTF-16 is full of NULs at one of each two places, as far as it is ASCII:
 * separators and line ends at least. */
static bool looks_like_utf16(struct str bytes, enum charset *out)
{
    size_t zeros[2] = {0, 0}, n = bytes.n < LOOK ? bytes.n : LOOK;
    for (size_t i = 0; i < n; i++)
        if (bytes.p[i] == 0)
            zeros[i & 1]++;
    *out = zeros[1] > zeros[0] ? CHARSET_UTF16LE : CHARSET_UTF16BE;
    return bytes.n % 2 == 0 && (zeros[0] == 0) != (zeros[1] == 0);
}

enum charset charset_of(struct str bytes, size_t *skip)
{
    enum charset c;
    *skip = 0;
    if (str_starts(bytes, "\xef\xbb\xbf"))
        *skip = 3;
    else if (str_starts(bytes, "\xff\xfe") || str_starts(bytes, "\xfe\xff"))
        *skip = 2;
    if (*skip == 2)
        return bytes.p[0] == '\xff' ? CHARSET_UTF16LE : CHARSET_UTF16BE;
    if (*skip == 3 || str_is_utf8(bytes))
        return CHARSET_UTF8;
    return looks_like_utf16(bytes, &c) ? c : CHARSET_GB18030;
}

/* The first byte that is not UTF-8, or a NUL. */
static size_t bad_utf8(struct str s)
{
    size_t good = 0, n = 0;
    if (str_is_utf8(s))
        return s.n;
    while (n <= 4) {
        for (n = 1; n <= 4; n++)
            if (n <= s.n - good && str_is_utf8(str_n(s.p + good, n)))
                break;
        good += n <= 4 ? n : 0;
    }
    return good;
}

bool charset_decode(enum charset c, struct str bytes, struct buf *out, size_t *at)
{
    char piece[PIECE];
    char *in = (char *)bytes.p;
    size_t left = bytes.n;
    *at = 0;
    if (c == CHARSET_UTF8) {
        buf_str(out, bytes);
        *at = bad_utf8(bytes);
        return *at == bytes.n;
    }
    iconv_t cd = converter(c);
    if (cd == (iconv_t)-1)
        return false;
    while (left > 0) {
        char *to = piece;
        size_t room = sizeof(piece);
        size_t done = iconv(cd, &in, &left, &to, &room);
        buf_put(out, piece, sizeof(piece) - room);
        *at = bytes.n - left;
        if (done == (size_t)-1 && errno != E2BIG)
            return false;
        if (memchr(piece, 0, sizeof(piece) - room))
            return false;
    }
    return true;
}

bool charset_gb18030(struct str bytes, char *out, size_t max, size_t *n)
{
    iconv_t cd = converter(CHARSET_GB18030);
    char *in = (char *)bytes.p, *to = out;
    size_t left = bytes.n, room = max;
    if (cd == (iconv_t)-1 || iconv(cd, &in, &left, &to, &room) == (size_t)-1)
        return false;
    *n = max - room;
    return true;
}
