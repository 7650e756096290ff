/* Addresses that people type: the first line, and a key on the second. What is taken has no signs
 * in it that a server could be confused by, and is taken again as it is given on. */
#include <stdlib.h>

#include "proto/rtmp_target.h"

static void need(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena arena;
    struct rtmp_target t, again;
    struct str key, url = str_cut(str_n(p, n), '\n', &key);
    arena_init(&arena, 64 * 1024);
    if (rtmp_target_parse(&arena, url, key, &t) == OK) {
        need(t.host[0] && t.app.n && t.stream.n && t.port > 0 && t.port < 65536);
        for (size_t i = 0; i < t.stream.n; i++)
            need(t.stream.p[i] > 0x20 && t.stream.p[i] < 0x7F);
        if (t.tc_url.n <= RTMP_TARGET_URL_MAX && t.stream.n <= RTMP_TARGET_KEY_MAX) {
            need(rtmp_target_parse(&arena, t.tc_url, t.stream, &again) == OK);
            need(str_eq(again.app, t.app) && str_eq(again.stream, t.stream) &&
                 again.port == t.port && str_eq_z(str_of(again.host), t.host));
        }
    }
    arena_free(&arena);
    return 0;
}
