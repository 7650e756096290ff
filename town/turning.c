#include "town/turning.h"

#include <stdio.h>

#include "base/enc.h"
#include "store/seal.h"

static void of_step(const char *use, struct str about, int64_t step, char out[TURNING_TEXT])
{
    char text[80];
    uint8_t hash[SEAL_HASH_BYTES];
    int n = snprintf(text, sizeof(text), "%.*s at %lld", STR_ARG(about), (long long)step);
    seal_hash(use, str_n(text, (size_t)n), hash);
    enc_hex(out, hash, (TURNING_TEXT - 1) / 2);
}

void turning_now(const char *use, struct str about, int64_t now_ms, char out[TURNING_TEXT],
                 int64_t *until_ms)
{
    int64_t step = now_ms / TURNING_STEP_MS;
    of_step(use, about, step, out);
    *until_ms = (step + 1) * TURNING_STEP_MS;
}

bool turning_ok(const char *use, struct str about, int64_t now_ms, struct str code)
{
    int64_t step = now_ms / TURNING_STEP_MS;
    bool ok = false;
    for (int i = 0; code.n == TURNING_TEXT - 1 && i < TURNING_STEPS; i++) {
        char text[TURNING_TEXT];
        of_step(use, about, step - i, text);
        ok |= enc_equal(text, code.p, code.n);
    }
    return ok;
}
