#include "media/bits.h"

void bits_init(struct bits *b, const uint8_t *p, size_t n, bool emulation)
{
    *b = (struct bits){.p = p, .n = n, .emulation = emulation};
}

static bool load(struct bits *b)
{
    if (b->emulation && b->zeros >= 2 && b->at < b->n && b->p[b->at] == 3) {
        b->at++;
        b->zeros = 0;
    }
    if (b->at == b->n) {
        b->failed = true;
        return false;
    }
    b->byte = b->p[b->at++];
    b->zeros = b->byte ? 0 : b->zeros + 1;
    b->left = 8;
    return true;
}

uint32_t bits_get(struct bits *b, int count)
{
    uint64_t v = 0;
    while (count > 0) {
        if (b->left == 0 && !load(b))
            return 0;
        int take = count < b->left ? count : b->left;
        b->left -= take;
        count -= take;
        v = v << take | (uint64_t)(b->byte >> b->left & ((1u << take) - 1));
    }
    return (uint32_t)v;
}

uint32_t bits_ue(struct bits *b)
{
    int zeros = 0;
    while (!b->failed && bits_get(b, 1) == 0) {
        if (++zeros > 31)
            b->failed = true;
    }
    if (b->failed)
        return 0;
    return (uint32_t)((UINT64_C(1) << zeros) - 1 + bits_get(b, zeros));
}

int32_t bits_se(struct bits *b)
{
    uint32_t k = bits_ue(b);
    int64_t half = ((int64_t)k + 1) / 2;
    return (int32_t)(k & 1 ? half : -half);
}
