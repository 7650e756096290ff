/* WebSocket frames from a client: the same events whatever the pieces, and never past a limit. */
#include <stdlib.h>

#include "proto/websocket.h"

enum { MESSAGE_MAX = 512 };

static void read_in_steps(const uint8_t *p, size_t n, size_t step, struct buf *out)
{
    struct ws w;
    ws_init(&w, MESSAGE_MAX);
    for (size_t at = 0; at < n && !w.fault_code;) {
        size_t end = n - at < step ? n : at + step;
        while (at < end && !w.fault_code) {
            enum ws_event ev;
            at += ws_feed(&w, p + at, end - at, &ev);
            if (ev == WS_EV_MORE)
                continue;
            if (ev != WS_EV_FAULT && w.payload.n > MESSAGE_MAX)
                abort();
            buf_printf(out, "%d %d ", ev, w.fault_code);
            if (ev != WS_EV_FAULT)
                buf_str(out, w.payload);
        }
    }
    ws_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf whole, pieces;
    buf_init(&whole, 1 << 22);
    buf_init(&pieces, 1 << 22);
    read_in_steps(p, n, n ? n : 1, &whole);
    read_in_steps(p, n, n ? 1 + p[n - 1] % 5 : 1, &pieces);
    if (whole.n != pieces.n || (whole.n && memcmp(whole.p, pieces.p, whole.n) != 0))
        abort();
    size_t unit = websocket_unit_len(p, n, NULL);
    if (unit == 1)
        abort();
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
