/* What notices carry: sealed with AEAD_AES_256_GCM (RFC 5116) and the API v3 key. */
#include <openssl/evp.h>

#include "town/pay/wechat_inside.h"

enum { TAG = 16, NONCE = 12, ASSOCIATED_MAX = 256 };

static bool open_gcm(const uint8_t *key, struct str nonce, struct str associated, struct str sealed,
                     uint8_t *out)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;
    size_t text_n = sealed.n - TAG;
    uint8_t tag[TAG];
    memcpy(tag, sealed.p + text_n, TAG);
    bool ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, NULL, NULL) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_IVLEN, NONCE, NULL) == 1 &&
              EVP_DecryptInit_ex(c, NULL, NULL, key, (const uint8_t *)nonce.p) == 1 &&
              (associated.n == 0 || EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)associated.p,
                                                      (int)associated.n) == 1) &&
              EVP_DecryptUpdate(c, out, &n, (const uint8_t *)sealed.p, (int)text_n) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
              EVP_DecryptFinal_ex(c, out + n, &last) == 1;
    EVP_CIPHER_CTX_free(c);
    return ok && (size_t)(n + last) == text_n;
}

enum err wechat_open_resource(const uint8_t key[WECHAT_API_KEY_BYTES], struct str nonce,
                              struct str associated, struct str ciphertext, struct arena *arena,
                              struct str *out)
{
    struct str sealed;
    if (nonce.n != NONCE || associated.n > ASSOCIATED_MAX)
        return ERR_FORBIDDEN;
    enum err e = provider_unbase64(ciphertext, PAY_NOTICE_MAX, arena, &sealed);
    if (e)
        return e == ERR_NOMEM ? e : ERR_FORBIDDEN;
    if (sealed.n <= TAG)
        return ERR_FORBIDDEN;
    char *text = arena_alloc(arena, sealed.n);
    if (!text)
        return ERR_NOMEM;
    if (!open_gcm(key, nonce, associated, sealed, (uint8_t *)text))
        return ERR_FORBIDDEN;
    *out = str_n(text, sealed.n - TAG);
    return OK;
}
