#include "town/pay/provider_rsa.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdio.h>

#include "base/enc.h"

enum { BITS_MIN = 2048, BITS_MAX = 8192, SIGNATURE_MAX = BITS_MAX / 8, SIGNATURE_TEXT_MAX = 2048 };

/* Without one OpenSSL would ask at the terminal. */
static int no_passphrase(char *out, int n, int writing, void *arg)
{
    (void)out, (void)n, (void)writing, (void)arg;
    return 0;
}

static enum err check(EVP_PKEY *key, EVP_PKEY **out)
{
    if (!key)
        return ERR_SYNTAX;
    int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || bits < BITS_MIN || bits > BITS_MAX) {
        EVP_PKEY_free(key);
        return ERR_INVALID;
    }
    *out = key;
    return OK;
}

/* The DER of bare base64, which people break into lines. NULL when it is none. */
static uint8_t *der_of(struct str text, size_t *n)
{
    uint8_t *der = malloc(text.n + 1);
    if (!der || sodium_base642bin(der, text.n + 1, text.p, text.n, " \t\r\n", n, NULL,
                                  sodium_base64_VARIANT_ORIGINAL) != 0) {
        free(der);
        return NULL;
    }
    return der;
}

static bool is_pem(struct str text)
{
    return str_starts(str_trim(text), "-----BEGIN ");
}

enum err provider_rsa_private(struct str text, struct evp_pkey_st **out)
{
    EVP_PKEY *key = NULL;
    size_t n = 0;
    if (text.n > PROVIDER_KEY_TEXT_MAX)
        return ERR_SYNTAX;
    if (is_pem(text)) {
        BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
        key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
        BIO_free(bio);
    } else {
        uint8_t *der = der_of(text, &n);
        const uint8_t *at = der;
        key = der ? d2i_AutoPrivateKey(NULL, &at, (long)n) : NULL;
        if (der)
            OPENSSL_cleanse(der, n);
        free(der);
    }
    return check(key, out);
}

static bool serial_of(const X509 *certificate, char out[PROVIDER_SERIAL_MAX + 1])
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *text = number ? BN_bn2hex(number) : NULL; /* upper case */
    bool ok = text && strlen(text) <= PROVIDER_SERIAL_MAX;
    if (ok)
        snprintf(out, PROVIDER_SERIAL_MAX + 1, "%s", text);
    OPENSSL_free(text);
    BN_free(number);
    return ok;
}

static EVP_PKEY *of_certificate(BIO *bio, char serial[PROVIDER_SERIAL_MAX + 1])
{
    X509 *certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    EVP_PKEY *key =
        certificate && serial_of(certificate, serial) ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    return key;
}

static EVP_PKEY *public_of_pem(struct str text, char serial[PROVIDER_SERIAL_MAX + 1])
{
    BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
    EVP_PKEY *key = NULL;
    if (bio)
        key = str_starts(str_trim(text), "-----BEGIN CERTIFICATE")
                  ? of_certificate(bio, serial)
                  : PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return key;
}

enum err provider_rsa_public(struct str text, struct evp_pkey_st **out,
                             char serial[PROVIDER_SERIAL_MAX + 1])
{
    serial[0] = 0;
    if (text.n > PROVIDER_KEY_TEXT_MAX)
        return ERR_SYNTAX;
    if (is_pem(text))
        return check(public_of_pem(text, serial), out);
    size_t n = 0;
    uint8_t *der = der_of(text, &n);
    const uint8_t *at = der;
    EVP_PKEY *key = der ? d2i_PUBKEY(NULL, &at, (long)n) : NULL;
    free(der);
    return check(key, out);
}

void provider_rsa_free(struct evp_pkey_st *key)
{
    EVP_PKEY_free(key); /* zeroes what is secret of it */
}

enum err provider_rsa_sign(struct evp_pkey_st *key, struct str message, struct arena *arena,
                           struct str *base64)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t n = sizeof(signature);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(c, signature, &n, (const uint8_t *)message.p, message.n) == 1;
    EVP_MD_CTX_free(c);
    if (!ok)
        return ERR_INTERNAL;
    *base64 = enc_base64(arena, signature, n);
    return base64->p ? OK : ERR_NOMEM;
}

enum err provider_rsa_verify(struct evp_pkey_st *key, struct str message, struct str base64)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t n = 0;
    if (base64.n > SIGNATURE_TEXT_MAX ||
        sodium_base642bin(signature, sizeof(signature), base64.p, base64.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return ERR_FORBIDDEN;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(c, signature, n, (const uint8_t *)message.p, message.n) == 1;
    EVP_MD_CTX_free(c);
    return ok ? OK : ERR_FORBIDDEN;
}

enum err provider_unbase64(struct str text, size_t max, struct arena *arena, struct str *out)
{
    size_t n = 0;
    if (text.n / 4 * 3 > max)
        return ERR_TOO_LARGE;
    char *p = arena_alloc(arena, text.n / 4 * 3 + 1);
    if (!p)
        return ERR_NOMEM;
    if (sodium_base642bin((uint8_t *)p, text.n / 4 * 3, text.p, text.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return ERR_SYNTAX;
    *out = str_n(p, n);
    return OK;
}
