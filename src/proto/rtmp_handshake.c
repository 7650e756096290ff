#include "proto/rtmp_handshake.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/rnd.h"

enum {
    DIGEST = 32,
    BLOCK = 764,
    BLOCK_0 = 8, /* after time and version */
    BLOCK_1 = BLOCK_0 + BLOCK,
    DIGEST_RANGE = BLOCK - 4 - DIGEST, /* places in a block where the digest may begin */
    PLAYER_TEXT = 30,                  /* without the bytes that follow the text */
    SERVER_TEXT = 36,
    SERVER_KEY = SERVER_TEXT + 32,
};

/* Fixed by the protocol: both sides know these, they keep nothing secret. */
static const uint8_t player_key[PLAYER_TEXT + 1] = "Genuine Adobe Flash Player 001";
static const uint8_t server_key[SERVER_KEY + 1] =
    "Genuine Adobe Flash Media Server 001"
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE";

static void hmac(uint8_t out[DIGEST], const uint8_t *key, size_t key_n, const uint8_t *p, size_t n)
{
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, key_n);
    crypto_auth_hmacsha256_update(&h, p, n);
    crypto_auth_hmacsha256_final(&h, out);
}

static size_t digest_at(const uint8_t *hello, size_t block)
{
    const uint8_t *p = hello + block;
    return block + 4 + (p[0] + p[1] + p[2] + p[3]) % DIGEST_RANGE;
}

/* Over the whole hello but for the digest's own place. */
static void hello_digest(uint8_t out[DIGEST], const uint8_t *key, size_t key_n,
                         const uint8_t *hello, size_t at)
{
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, key_n);
    crypto_auth_hmacsha256_update(&h, hello, at);
    crypto_auth_hmacsha256_update(&h, hello + at + DIGEST, RTMP_HELLO - at - DIGEST);
    crypto_auth_hmacsha256_final(&h, out);
}

/* The block of C1 that holds a digest which verifies, or 0. */
static size_t find_digest(const uint8_t *c1)
{
    static const size_t blocks[] = {BLOCK_1, BLOCK_0};
    for (size_t i = 0; i < 2; i++) {
        uint8_t want[DIGEST];
        size_t at = digest_at(c1, blocks[i]);
        hello_digest(want, player_key, PLAYER_TEXT, c1, at);
        if (memcmp(want, c1 + at, DIGEST) == 0)
            return blocks[i];
    }
    return 0;
}

static void put_time(uint8_t *p)
{
    uint32_t ms = (uint32_t)clock_mono_ms();
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(ms >> (24 - 8 * i));
}

static void answer_digest(const uint8_t *c1, size_t block, struct buf *out)
{
    uint8_t s1[RTMP_HELLO], s2[RTMP_HELLO], key[DIGEST];
    rnd_fill(s1, sizeof(s1));
    put_time(s1);
    memcpy(s1 + 4, "\x03\x00\x01\x01", 4); /* a version that is not 0 announces the digest */
    size_t at = digest_at(s1, block);
    hello_digest(s1 + at, server_key, SERVER_TEXT, s1, at);

    rnd_fill(s2, sizeof(s2));
    hmac(key, server_key, SERVER_KEY, c1 + digest_at(c1, block), DIGEST);
    hmac(s2 + RTMP_HELLO - DIGEST, key, DIGEST, s2, RTMP_HELLO - DIGEST);

    buf_put(out, s1, sizeof(s1));
    buf_put(out, s2, sizeof(s2));
}

void rtmp_handshake_answer(const uint8_t c1[RTMP_HELLO], struct buf *out)
{
    buf_u8(out, RTMP_VERSION);
    size_t block = be32(c1 + 4) ? find_digest(c1) : 0;
    if (block) {
        answer_digest(c1, block, out);
        return;
    }
    uint8_t s1[RTMP_HELLO];
    rnd_fill(s1, sizeof(s1));
    put_time(s1);
    memset(s1 + 4, 0, 4);
    buf_put(out, s1, sizeof(s1));
    buf_put(out, c1, RTMP_HELLO);
}

void rtmp_handshake_hello(struct buf *out)
{
    uint8_t c1[RTMP_HELLO];
    rnd_fill(c1, sizeof(c1));
    put_time(c1);
    memset(c1 + 4, 0, 4);
    buf_u8(out, RTMP_VERSION);
    buf_put(out, c1, sizeof(c1));
}
