#include "town/people/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "base/enc.h"

enum { SHA1_BYTES = 20, DIGITS_MAX = 9, BASE32_BITS = 5, CODE_TEXT = TOTP_DIGITS + 1 };

int64_t totp_step(int64_t wall_ms)
{
    return wall_ms / TOTP_STEP_MS;
}

enum err totp_code(struct str secret, int64_t step, int digits, uint32_t *code)
{
    uint8_t moving[8], hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    uint32_t below = 1;
    if (digits < 1 || digits > DIGITS_MAX)
        return ERR_INVALID;
    for (int i = 0; i < 8; i++)
        moving[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (!HMAC(EVP_sha1(), secret.p, (int)secret.n, moving, sizeof(moving), hash, &n) ||
        n != SHA1_BYTES)
        return ERR_INTERNAL;
    const uint8_t *at = hash + (hash[SHA1_BYTES - 1] & 0x0f);
    uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
                      (uint32_t)at[2] << 8 | (uint32_t)at[3];
    for (int i = 0; i < digits; i++)
        below *= 10;
    *code = number % below;
    return OK;
}

/* The digits alone; false when it is not exactly a code of them. */
static bool read_digits(struct str typed, char out[CODE_TEXT])
{
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        if (typed.p[i] == ' ')
            continue;
        if (typed.p[i] < '0' || typed.p[i] > '9' || n == TOTP_DIGITS)
            return false;
        out[n++] = typed.p[i];
    }
    out[n] = 0;
    return n == TOTP_DIGITS;
}

enum err totp_find(struct str secret, struct str typed, int64_t now, int64_t *step)
{
    char digits[CODE_TEXT], right[CODE_TEXT];
    uint32_t code;
    *step = -1;
    if (!read_digits(typed, digits))
        return OK;
    /* All of them, whichever fits: how long it takes says nothing. */
    for (int64_t s = now - TOTP_AROUND; s <= now + TOTP_AROUND; s++) {
        enum err e = totp_code(secret, s, TOTP_DIGITS, &code);
        if (e)
            return e;
        snprintf(right, sizeof(right), "%0*u", TOTP_DIGITS, code);
        if (enc_equal(right, digits, TOTP_DIGITS))
            *step = s;
    }
    return OK;
}

struct str totp_base32(struct arena *arena, struct str bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t n = 0;
    uint32_t bits = 0;
    int held = 0;
    char *out = arena_alloc(arena, (bytes.n * 8 + BASE32_BITS - 1) / BASE32_BITS + 1);
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < bytes.n; i++) {
        bits = (bits << 8 | (uint8_t)bytes.p[i]) & 0xffff;
        for (held += 8; held >= BASE32_BITS; held -= BASE32_BITS)
            out[n++] = letters[bits >> (held - BASE32_BITS) & 31];
    }
    if (held)
        out[n++] = letters[bits << (BASE32_BITS - held) & 31];
    return str_n(out, n);
}

struct str totp_uri(struct arena *arena, struct str issuer, struct str account, struct str secret)
{
    struct str town = enc_percent(arena, issuer), who = enc_percent(arena, account),
               key = totp_base32(arena, secret);
    const char *uri = arena_printf(
        arena,
        "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s&algorithm=SHA1&digits=%d"
        "&period=%d",
        STR_ARG(town), STR_ARG(who), STR_ARG(key), STR_ARG(town), TOTP_DIGITS, TOTP_STEP_MS / 1000);
    return key.n && uri ? str_of(uri) : STR_NONE;
}
