/*
 * Where goods go: the 34 divisions of the first level, by their two-digit codes of GB/T 2260
 * (33: 浙江省), which orders, addresses and freight have in common. 0 is none, or not known.
 */
#ifndef TOWN_REGION_H
#define TOWN_REGION_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct region {
    int code;
    const char *name_zh;  /* 浙江省 */
    const char *short_zh; /* 浙江 */
    const char *name_en;  /* Zhejiang */
};

/* All, by rising code. */
extern const struct region regions[];
extern const size_t regions_n;

/* NULL for a code that there is not. */
const struct region *region_by_code(int64_t code);
/* Of an address that begins with a division's name, long or short, Chinese or English: its code;
 * 0 when it begins with none. */
int region_find(struct str address);

#endif
