/*
 * A reader of bits, most significant first. Past the end it gives zeros and stays `failed`; the
 * user checks once. With `emulation` it passes over the 03 of every 00 00 03 (H.264, 7.4.1.1).
 */
#ifndef MEDIA_BITS_H
#define MEDIA_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
    const uint8_t *p; /* borrowed */
    size_t n, at;     /* at: next byte to load */
    int zeros;        /* zero bytes just loaded, for emulation prevention */
    uint8_t byte;
    int left; /* bits of `byte` not yet given */
    bool emulation;
    bool failed;
};

void bits_init(struct bits *b, const uint8_t *p, size_t n, bool emulation);
uint32_t bits_get(struct bits *b, int count); /* 0..32 */
uint32_t bits_ue(struct bits *b);             /* Exp-Golomb (H.264, 9.1); fails over 32 bits */
int32_t bits_se(struct bits *b);

#endif
