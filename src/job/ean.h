/*
 * Bars of the numbers on goods: EAN-13 and EAN-8 (ISO/IEC 15420; GS1 General Specifications 5.2).
 *
 *   guard  6 digits of 7 modules  centre  6 digits  guard
 *   101    A or B, as the first   01010   C         101      95 modules; of EAN-8 67, 4 and 4
 * digits, A and C digit says
 *
 * A GTIN of 12 digits is one of 13 with a zero before it, and one of 14 that begins with a zero is
 * one of 13. What begins with another digit has no such bars.
 */
#ifndef JOB_EAN_H
#define JOB_EAN_H

#include <stdbool.h>

#include "base/str.h"

enum {
    EAN_MODULES_MAX = 95,
    EAN_QUIET_LEFT = 11, /* modules of nothing before an EAN-13, and of 7 before an EAN-8 */
    EAN_QUIET_RIGHT = 7,
};

struct ean {
    char digits[14]; /* 8 or 13 and a NUL */
    int digits_n, modules;
    bool is_dark[EAN_MODULES_MAX];
};

/* False when it has no bars: other characters, another length, a wrong check digit. */
bool ean_encode(struct str gtin, struct ean *out);
/* Is the module one of a guard's, whose bars are longer? */
bool ean_is_guard(const struct ean *e, int module);
int ean_quiet_left(const struct ean *e);

#endif
