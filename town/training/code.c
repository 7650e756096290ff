#include "town/training/code.h"

#include <stdio.h>

#include "base/enc.h"
#include "store/seal.h"
#include "town/training/training.h"

static void of_step(int64_t session, int64_t step, char out[CODE_TEXT])
{
    char text[64];
    uint8_t hash[SEAL_HASH_BYTES];
    int n =
        snprintf(text, sizeof(text), "session:%lld at %lld", (long long)session, (long long)step);
    seal_hash("training.code", str_n(text, (size_t)n), hash);
    enc_hex(out, hash, (CODE_TEXT - 1) / 2);
}

void code_now(int64_t session, int64_t now_ms, char out[CODE_TEXT], int64_t *until_ms)
{
    int64_t step = now_ms / TRAINING_CODE_STEP_MS;
    of_step(session, step, out);
    *until_ms = (step + 1) * TRAINING_CODE_STEP_MS;
}

bool code_ok(int64_t session, int64_t now_ms, struct str code)
{
    int64_t step = now_ms / TRAINING_CODE_STEP_MS;
    bool ok = false;
    for (int i = 0; code.n == CODE_TEXT - 1 && i < TRAINING_CODE_STEPS; i++) {
        char text[CODE_TEXT];
        of_step(session, step - i, text);
        ok |= enc_equal(text, code.p, code.n);
    }
    return ok;
}
