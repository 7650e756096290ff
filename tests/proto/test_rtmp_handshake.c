#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/rnd.h"
#include "proto/rtmp_handshake.h"

enum { DIGEST = 32 };

static const char player_text[] = "Genuine Adobe Flash Player 001";
static const char server_text[] = "Genuine Adobe Flash Media Server 001";
static const uint8_t tail[DIGEST] = {
    0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
    0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE};

static void hmac(uint8_t out[DIGEST], const void *key, size_t key_n, const void *p, size_t n)
{
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, key_n);
    crypto_auth_hmacsha256_update(&h, p, n);
    crypto_auth_hmacsha256_final(&h, out);
}

/* The digest's place, and its value over the 1504 other bytes. */
static size_t digest_of(uint8_t out[DIGEST], const uint8_t *hello, size_t block, const char *text)
{
    uint8_t rest[RTMP_HELLO - DIGEST];
    size_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += hello[block + i];
    size_t at = block + 4 + sum % 728;
    memcpy(rest, hello, at);
    memcpy(rest + at, hello + at + DIGEST, sizeof(rest) - at);
    hmac(out, text, strlen(text), rest, sizeof(rest));
    return at;
}

static void test_both_schemas_are_answered(void **state)
{
    (void)state;
    for (size_t block = 8; block <= 772; block += 764) {
        uint8_t c1[RTMP_HELLO], digest[DIGEST], key[DIGEST], key_text[36 + DIGEST];
        rnd_fill(c1, sizeof(c1));
        memcpy(c1 + 4, "\x80\x00\x07\x02", 4);
        size_t at = digest_of(digest, c1, block, player_text);
        memcpy(c1 + at, digest, DIGEST);

        struct buf out;
        buf_init(&out, 8192);
        rtmp_handshake_answer(c1, &out);
        assert_int_equal(out.n, 1 + 2 * RTMP_HELLO);
        assert_int_equal(out.p[0], RTMP_VERSION);

        const uint8_t *s1 = out.p + 1, *s2 = s1 + RTMP_HELLO;
        size_t s1_at = digest_of(digest, s1, block, server_text);
        assert_memory_equal(s1 + s1_at, digest, DIGEST);

        memcpy(key_text, server_text, 36);
        memcpy(key_text + 36, tail, DIGEST);
        hmac(key, key_text, sizeof(key_text), c1 + at, DIGEST);
        hmac(digest, key, DIGEST, s2, RTMP_HELLO - DIGEST);
        assert_memory_equal(s2 + RTMP_HELLO - DIGEST, digest, DIGEST);
        buf_free(&out);
    }
}

static void test_simple_when_no_digest_verifies(void **state)
{
    (void)state;
    uint8_t c1[RTMP_HELLO];
    rnd_fill(c1, sizeof(c1));
    memcpy(c1 + 4, "\x80\x00\x07\x02", 4);
    struct buf out;
    buf_init(&out, 8192);
    rtmp_handshake_answer(c1, &out);
    assert_int_equal(out.n, 1 + 2 * RTMP_HELLO);
    assert_memory_equal(out.p + 1 + 4, "\0\0\0\0", 4);
    assert_memory_equal(out.p + 1 + RTMP_HELLO, c1, RTMP_HELLO);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_schemas_are_answered),
        cmocka_unit_test(test_simple_when_no_digest_verifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
