#include "web/resources.h"

#include <stdlib.h>

extern const uint8_t resources_blob[] __attribute__((visibility("hidden")));

enum { HASH_HEX = 16 };

static int compare(struct str a, const char *z)
{
    size_t n = strlen(z);
    int d = memcmp(a.p ? a.p : "", z, a.n < n ? a.n : n);
    return d ? d : a.n < n ? -1 : a.n > n;
}

const struct resource *resource_find(struct str path)
{
    size_t low = 0, high = resources_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int d = compare(path, resources_table[middle].path);
        if (d == 0)
            return &resources_table[middle];
        if (d < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* "/assets/css/site.0123456789abcdef.css" is the asset "assets/css/site.css": cut the hash out,
 * find the file, and compare the whole address, so that an old hash is not answered with new bytes.
 */
const struct resource *resource_find_asset(struct str url)
{
    char path[256];
    if (url.n >= sizeof(path) || !str_starts(url, "/assets/"))
        return NULL;
    size_t dot = url.n;
    while (dot > 0 && url.p[dot - 1] != '.')
        dot--;
    if (dot < HASH_HEX + 2)
        return NULL;
    size_t stem = dot - 1 - HASH_HEX - 1; /* before ".HASH" */
    size_t suffix = url.n - (dot - 1);
    memcpy(path, url.p + 1, stem - 1);
    memcpy(path + stem - 1, url.p + dot - 1, suffix);
    const struct resource *r = resource_find(str_n(path, stem - 1 + suffix));
    return r && str_eq_z(url, r->url) ? r : NULL;
}

struct str resource_bytes(const struct resource *r)
{
    return str_n(resources_blob + r->at, r->n);
}

struct str resource_gzip(const struct resource *r)
{
    return r->gz_n ? str_n(resources_blob + r->gz_at, r->gz_n) : STR_NONE;
}

struct str resource_asset_url(struct str name, struct arena *arena)
{
    char *path = arena_printf(arena, "/assets/%.*s", STR_ARG(name));
    if (!path)
        return STR_NONE;
    const struct resource *r = resource_find(str_of(path + 1));
    return str_of(r ? r->url : path);
}
