#include "base/enc.h"

static const char hex_digits[] = "0123456789abcdef";
static const char std64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void enc_hex(char *out, const void *p, size_t n)
{
    const uint8_t *bytes = p;
    for (size_t i = 0; i < n; i++) {
        *out++ = hex_digits[bytes[i] >> 4];
        *out++ = hex_digits[bytes[i] & 15];
    }
    *out = 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum err enc_unhex(void *out, size_t out_n, struct str hex)
{
    uint8_t *bytes = out;
    if (hex.n != out_n * 2)
        return ERR_SYNTAX;
    for (size_t i = 0; i < out_n; i++) {
        int high = hex_value(hex.p[2 * i]), low = hex_value(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return ERR_SYNTAX;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return OK;
}

static struct str encode64(struct arena *a, const void *p, size_t n, const char *digits, bool pad)
{
    const uint8_t *in = p;
    char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
    size_t at = 0;
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                     (left > 2 ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            if (k <= left)
                out[at++] = digits[v >> (18 - 6 * k) & 63];
            else if (pad)
                out[at++] = '=';
        }
    }
    return str_n(out, at);
}

struct str enc_base64(struct arena *a, const void *p, size_t n)
{
    return encode64(a, p, n, std64, true);
}

struct str enc_base64url(struct arena *a, const void *p, size_t n)
{
    return encode64(a, p, n, url64, false);
}

enum err enc_unbase64url(struct arena *a, struct str in, struct str *out)
{
    uint8_t *bytes = arena_alloc(a, in.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    int have = 0;
    if (!bytes)
        return ERR_NOMEM;
    if (in.n % 4 == 1)
        return ERR_SYNTAX;
    for (size_t i = 0; i < in.n; i++) {
        const char *at = in.p[i] ? strchr(url64, in.p[i]) : NULL;
        if (!at)
            return ERR_SYNTAX;
        bits = bits << 6 | (uint32_t)(at - url64);
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[n++] = (uint8_t)(bits >> have);
        }
    }
    if (bits & ((1u << have) - 1))
        return ERR_SYNTAX; /* one encoding a value: stray bits are refused */
    *out = str_n(bytes, n);
    return OK;
}

enum err enc_unpercent(struct arena *a, struct str in, bool form, struct str *out)
{
    char *text = arena_alloc(a, in.n + 1);
    size_t n = 0;
    if (!text)
        return ERR_NOMEM;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            int high = i + 2 < in.n ? hex_value(in.p[i + 1]) : -1;
            int low = i + 2 < in.n ? hex_value(in.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return ERR_SYNTAX;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (form && c == '+') {
            c = ' ';
        }
        if (c == 0)
            return ERR_SYNTAX;
        text[n++] = c;
    }
    *out = str_n(text, n);
    return OK;
}

static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

struct str enc_percent(struct arena *a, struct str in)
{
    char *text = arena_alloc(a, in.n * 3 + 1);
    size_t n = 0;
    if (!text)
        return STR_NONE;
    for (size_t i = 0; i < in.n; i++) {
        if (unreserved(in.p[i])) {
            text[n++] = in.p[i];
            continue;
        }
        text[n++] = '%';
        text[n++] = "0123456789ABCDEF"[(uint8_t)in.p[i] >> 4];
        text[n++] = "0123456789ABCDEF"[(uint8_t)in.p[i] & 15];
    }
    return str_n(text, n);
}

bool enc_equal(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ |= x[i] ^ y[i];
    return differ == 0;
}
