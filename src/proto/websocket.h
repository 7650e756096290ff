/*
 * WebSocket (RFC 6455), the server's side, sans-IO: frames from a client are parsed and unmasked,
 * messages put together from fragments, frames to a client written. Extensions are not negotiated,
 * so reserved bits must be clear.
 *
 *   ws_feed ─▶ MORE … ─▶ TEXT or BINARY (a whole message) / PING / PONG / CLOSE
 *           └▶ FAULT: send a close frame with ws_fault_code(), then close
 */
#ifndef PROTO_WEBSOCKET_H
#define PROTO_WEBSOCKET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
    WS_CONTROL_MAX = 125,  /* payload of a control frame (section 5.5) */
    WS_ACCEPT_MAX = 32,    /* Sec-WebSocket-Accept with its NUL */
    WS_FRAME_HEAD_MAX = 10 /* of a frame to a client */
};

enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

enum ws_close_code { /* section 7.4.1 */
                     WS_CLOSE_NORMAL = 1000,
                     WS_CLOSE_GOING_AWAY = 1001,
                     WS_CLOSE_PROTOCOL = 1002,
                     WS_CLOSE_UNSUPPORTED = 1003,
                     WS_CLOSE_NONE = 1005, /* never on the wire: the peer gave no code */
                     WS_CLOSE_NOT_UTF8 = 1007,
                     WS_CLOSE_POLICY = 1008,
                     WS_CLOSE_TOO_BIG = 1009,
};

enum ws_event {
    WS_EV_MORE,
    WS_EV_TEXT,
    WS_EV_BINARY,
    WS_EV_PING,
    WS_EV_PONG,
    WS_EV_CLOSE,
    WS_EV_FAULT,
};

struct ws {
    size_t message_max;
    struct buf message;   /* fragments so far */
    uint8_t message_kind; /* WS_TEXT or WS_BINARY while fragments come, else 0 */
    bool closed;          /* a close frame has come: nothing may follow */
    uint8_t control[WS_CONTROL_MAX];
    struct str payload; /* of the event; valid until the next ws_feed() */
    int close_code;     /* of WS_EV_CLOSE */
    int fault_code;     /* a ws_close_code */
    const char *fault_text;
    /* the frame at hand */
    uint8_t head[14], head_n, head_want;
    bool in_payload;
    uint64_t length, at;
};

void ws_init(struct ws *w, size_t message_max);
void ws_free(struct ws *w);
/* Reads up to the next event and returns how many bytes were used. */
size_t ws_feed(struct ws *w, const uint8_t *p, size_t n, enum ws_event *event);

/* Writes the head of an unmasked, unfragmented frame; returns its length, 2 to 10. */
size_t ws_frame_head(uint8_t out[WS_FRAME_HEAD_MAX], enum ws_opcode opcode, uint64_t length);
void ws_frame(struct buf *out, enum ws_opcode opcode, struct str payload);
/* A close frame; the reason is cut to what fits. */
void ws_close_frame(struct buf *out, int code, const char *reason);

/* Sec-WebSocket-Accept for a key; ERR_SYNTAX unless the key is 16 bytes in base64 (section 4.2.1).
 */
enum err ws_accept_key(struct str key, char out[WS_ACCEPT_MAX]) MUST_CHECK;

/* The length of the whole server frame that begins at p, or 0 when its head is not all there: a
 * ring_unit_fn (io/ring.h) for logs of ready frames. */
size_t websocket_unit_len(const uint8_t *p, size_t n, void *arg);

#endif
