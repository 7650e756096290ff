/*
 * Files that are part of the program: page templates ("web/layout.html", "hall/product.html"),
 * locales ("locales/en.json", "hall/locales/en.json"), departments' data ("hall/data/words.json")
 * and assets ("assets/css/site.css"). Packed at build time by script/gen-resources; bytes live as
 * long as the process and are followed by a NUL.
 */
#ifndef WEB_RESOURCES_H
#define WEB_RESOURCES_H

#include "base/arena.h"
#include "base/str.h"

struct resource {
    const char *path;
    const char *url;  /* assets: "/assets/css/site.0123456789abcdef.css"; others: "" */
    const char *type; /* Content-Type */
    const char *hash; /* 16 hex digits of the SHA-256 of the bytes */
    uint32_t at, n;   /* place in the blob: use resource_bytes() */
    uint32_t gz_at, gz_n;
};

extern const struct resource resources_table[]; /* sorted by path */
extern const size_t resources_n;

const struct resource *resource_find(struct str path);      /* NULL when there is none */
const struct resource *resource_find_asset(struct str url); /* by the hashed URL */
struct str resource_bytes(const struct resource *r);
struct str resource_gzip(const struct resource *r); /* empty when gzip does not help */
/* The address of an asset by its name below assets/: "css/site.css". An unknown asset gives its
 * plain address, which answers 404. */
struct str resource_asset_url(struct str name, struct arena *arena);

#endif
