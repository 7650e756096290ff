/* An archive: names stay inside, files unpack to what they say or are refused. */
#include <stdlib.h>

#include "job/zip.h"

static const char *on_bytes(void *user, const uint8_t *p, size_t n)
{
    uint64_t *total = user;
    *total += n;
    return n && p[0] == 0xA5 && p[n - 1] == 0x5A ? "zip_broken" : NULL; /* a sink that refuses */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct zip z;
    struct zip_entry e;
    char name[ZIP_NAME_MAX + 1];
    const char *why;
    if (zip_open(&z, str_n(p, n), 4 << 20))
        return 0;
    for (size_t at = 0, i = 0; i < 64 && zip_next(&z, &at, &e, &why); i++) {
        uint64_t total = 0;
        if (zip_name(&e, name) && (name[0] == '/' || strstr(name, "/../") || strchr(name, '\\')))
            abort();
        why = zip_read(&z, &e, on_bytes, &total);
        if (total > e.size || total > 4 << 20 || (!why && total != e.size))
            abort();
    }
    (void)zip_find(&z, STR("xl/workbook.xml"), &e);
    return 0;
}
