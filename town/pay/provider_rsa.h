/*
 * RSA keys of providers, and signatures by them: SHA-256 with RSA, PKCS #1 v1.5 (RFC 8017, 8.2), in
 * base64. Keys are PEM (PKCS #8, PKCS #1, SubjectPublicKeyInfo, an X.509 certificate) or the bare
 * base64 of their DER, as Alipay's tool writes them; of 2048 to 8192 bits. A key with a passphrase
 * is refused. Keys may be used by several threads at a time.
 */
#ifndef TOWN_PAY_PROVIDER_RSA_H
#define TOWN_PAY_PROVIDER_RSA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

enum {
    PROVIDER_KEY_TEXT_MAX = 32 * 1024,
    PROVIDER_SERIAL_MAX = 64, /* bytes of the name of a key */
};

/* Owned by the caller. ERR_SYNTAX: no such key; ERR_INVALID: not RSA, or too short. */
enum err provider_rsa_private(struct str text, struct evp_pkey_st **out) MUST_CHECK;
/* serial: of a certificate, upper-case hexadecimal digits; of a bare key, empty. */
enum err provider_rsa_public(struct str text, struct evp_pkey_st **out,
                             char serial[PROVIDER_SERIAL_MAX + 1]) MUST_CHECK;
void provider_rsa_free(struct evp_pkey_st *key); /* NULL is fine */

enum err provider_rsa_sign(struct evp_pkey_st *key, struct str message, struct arena *arena,
                           struct str *base64) MUST_CHECK;
/* ERR_FORBIDDEN: not signed so. */
enum err provider_rsa_verify(struct evp_pkey_st *key, struct str message,
                             struct str base64) MUST_CHECK;

/* Base64 with padding (RFC 4648, 4), at most `max` bytes of it. ERR_SYNTAX, ERR_TOO_LARGE. */
enum err provider_unbase64(struct str text, size_t max, struct arena *arena,
                           struct str *out) MUST_CHECK;

#endif
