/* Keys of a test's own: ours and the provider's, as PEM texts, and the settings that name them. */
#ifndef TESTS_PAY_PROVIDER_KEYS_H
#define TESTS_PAY_PROVIDER_KEYS_H

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

static inline char *text_of_bio(BIO *bio)
{
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    char *out = calloc(1, (size_t)n + 1);
    if (out)
        memcpy(out, p, (size_t)n);
    BIO_free(bio);
    return out;
}

static inline char *private_pem(EVP_PKEY *key) /* PKCS #8 */
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    return text_of_bio(bio);
}

static inline char *public_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key);
    return text_of_bio(bio);
}

static inline char *certificate_pem(EVP_PKEY *key, long serial)
{
    X509 *x = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    PEM_write_bio_X509(bio, x);
    X509_free(x);
    return text_of_bio(bio);
}

/* The base64 within a PEM text, in one line. */
static inline char *bare(const char *pem)
{
    char *out = calloc(1, strlen(pem) + 1), *to = out;
    for (const char *line = strchr(pem, '\n') + 1; *line != '-'; line = strchr(line, '\n') + 1) {
        size_t n = strcspn(line, "\n");
        memcpy(to, line, n);
        to += n;
    }
    return out;
}

/* Releases `value`. */
static inline void set_text(json_t *j, const char *name, char *value)
{
    json_object_set_new(j, name, json_string(value));
    free(value);
}

#define TEST_API_KEY "0123456789abcdef0123456789ABCDEF"

static inline json_t *wechat_settings(EVP_PKEY *ours, EVP_PKEY *theirs, const char *base_url)
{
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s,s,s], s:[]}", "mchid", "1900000109",
                          "appid", "wxd678efh567hg6787", "serial",
                          "5157F09EFDC096DE15EBE81A47057A72", "apiv3_key", TEST_API_KEY, "base_url",
                          base_url, "channels", "native", "h5", "jsapi", "platform_keys");
    json_t *keys = json_object_get(j, "platform_keys"), *public = json_object();
    char *certificate = certificate_pem(theirs, 0x1f2e3d);
    set_text(j, "private_key", private_pem(ours));
    json_array_append_new(keys, json_string(certificate));
    free(certificate);
    json_object_set_new(public, "id", json_string("PUB_KEY_ID_0119000001092026112500"));
    set_text(public, "key", public_pem(theirs));
    json_array_append_new(keys, public);
    return j;
}

static inline json_t *alipay_settings(EVP_PKEY *ours, EVP_PKEY *theirs, const char *base_url)
{
    char *pem = public_pem(theirs);
    json_t *j = json_pack("{s:s, s:s, s:s, s:[s,s]}", "app_id", "2021000118600001", "base_url",
                          base_url, "seller_id", "2088101122136241", "channels", "native", "h5");
    set_text(j, "private_key", private_pem(ours));
    set_text(j, "alipay_key", bare(pem));
    free(pem);
    return j;
}

#endif
