/* AMF values: whatever arrives, the tree stays within its limits and inside the input. */
#include <stdlib.h>

#include "proto/amf.h"

static void walk(const struct amf *v, const uint8_t *p, size_t n, int depth, int *count)
{
    if (depth > AMF_DEPTH_MAX || ++*count > AMF_VALUES_MAX)
        abort();
    const uint8_t *text = (const uint8_t *)v->text.p;
    if (v->text.n && (text < p || text + v->text.n > p + n))
        abort();
    for (const struct amf *child = v->child; child; child = child->next)
        walk(child, p, n, depth + 1, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena arena;
    struct amf_reader r;
    const struct amf *v;
    int count = 0;
    arena_init(&arena, 256 * 1024);
    amf_reader_init(&r, p, n, &arena);
    while (amf_read(&r, &v) == OK) {
        walk(v, p, n, 0, &count);
        (void)amf_number(amf_member(v, "capsEx"), 0);
    }
    if (r.at > n)
        abort();
    arena_free(&arena);
    return 0;
}
