#include "town/offers/lot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/enc.h"

struct ranked {
    uint8_t rank[SHA256_DIGEST_LENGTH];
    size_t number;
};

void lot_seed_hash(const uint8_t seed[LOT_SEED_BYTES], char hex[LOT_HEX])
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256(seed, LOT_SEED_BYTES, hash);
    enc_hex(hex, hash, sizeof(hash));
}

enum err lot_list_begin(struct lot_list *l)
{
    *l = (struct lot_list){.hash = EVP_MD_CTX_new()};
    return l->hash && EVP_DigestInit_ex(l->hash, EVP_sha256(), NULL) ? OK : ERR_NOMEM;
}

void lot_list_add(struct lot_list *l, struct str receipt)
{
    char number[32];
    int n = snprintf(number, sizeof(number), "%zu:", ++l->n);
    EVP_DigestUpdate(l->hash, number, (size_t)n);
    EVP_DigestUpdate(l->hash, receipt.p, receipt.n);
    EVP_DigestUpdate(l->hash, "\n", 1);
}

void lot_list_end(struct lot_list *l, char hex[LOT_HEX])
{
    uint8_t hash[SHA256_DIGEST_LENGTH] = {0};
    if (l->hash)
        EVP_DigestFinal_ex(l->hash, hash, NULL);
    EVP_MD_CTX_free(l->hash);
    l->hash = NULL;
    enc_hex(hex, hash, sizeof(hash));
}

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = memcmp(x->rank, y->rank, sizeof(x->rank));
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

enum err lot_draw(const uint8_t seed[LOT_SEED_BYTES], const char *entries_hex, size_t n,
                  size_t most, size_t *winners)
{
    struct ranked *all = calloc(n ? n : 1, sizeof(*all));
    if (!all)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        char message[LOT_HEX + 32];
        int len = snprintf(message, sizeof(message), "%s:%zu", entries_hex, i + 1);
        all[i].number = i + 1;
        HMAC(EVP_sha256(), seed, LOT_SEED_BYTES, (const uint8_t *)message, (size_t)len, all[i].rank,
             NULL);
    }
    qsort(all, n, sizeof(*all), by_rank);
    for (size_t i = 0; i < n && i < most; i++)
        winners[i] = all[i].number;
    free(all);
    return OK;
}
