#include "proto/websocket.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

void ws_init(struct ws *w, size_t message_max)
{
    *w = (struct ws){.message_max = message_max, .head_want = 2};
    buf_init(&w->message, message_max);
}

void ws_free(struct ws *w)
{
    buf_free(&w->message);
}

static enum ws_event fault(struct ws *w, int code, const char *text)
{
    w->fault_code = code;
    w->fault_text = text;
    return WS_EV_FAULT;
}

static bool is_control(const struct ws *w)
{
    return w->head[0] & 0x08;
}

/* The first two bytes say how long the head is; what they forbid is refused at once. */
static enum ws_event check_start(struct ws *w)
{
    uint8_t opcode = w->head[0] & 0x0F, length = w->head[1] & 0x7F;
    bool final = w->head[0] & 0x80;
    if (w->head[0] & 0x70)
        return fault(w, WS_CLOSE_PROTOCOL, "a reserved bit is set");
    if (!(w->head[1] & 0x80))
        return fault(w, WS_CLOSE_PROTOCOL, "a frame without a mask");
    if (opcode > WS_BINARY && (opcode < WS_CLOSE || opcode > WS_PONG))
        return fault(w, WS_CLOSE_PROTOCOL, "an unknown opcode");
    if (is_control(w) && (!final || length > WS_CONTROL_MAX))
        return fault(w, WS_CLOSE_PROTOCOL, "a fragmented or long control frame");
    if (opcode == WS_CONTINUATION && !w->message_kind)
        return fault(w, WS_CLOSE_PROTOCOL, "a continuation of nothing");
    if ((opcode == WS_TEXT || opcode == WS_BINARY) && w->message_kind)
        return fault(w, WS_CLOSE_PROTOCOL, "a new message inside another");
    w->head_want = (uint8_t)(2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + 4);
    return WS_EV_MORE;
}

static enum ws_event check_length(struct ws *w)
{
    uint8_t length = w->head[1] & 0x7F;
    w->length = length == 126 ? be16(w->head + 2) : length == 127 ? be64(w->head + 2) : length;
    if ((length == 126 && w->length < 126) || (length == 127 && w->length <= 0xFFFF))
        return fault(w, WS_CLOSE_PROTOCOL, "a length that is not the shortest");
    if (!is_control(w) && w->length > w->message_max - w->message.n)
        return fault(w, WS_CLOSE_TOO_BIG, "the message is too long");
    w->at = 0;
    w->in_payload = true;
    uint8_t opcode = w->head[0] & 0x0F;
    if (opcode == WS_TEXT || opcode == WS_BINARY)
        w->message_kind = opcode;
    return WS_EV_MORE;
}

static size_t feed_head(struct ws *w, const uint8_t *p, size_t n, enum ws_event *event)
{
    size_t used = 0;
    while (used < n && !w->in_payload && *event == WS_EV_MORE) {
        w->head[w->head_n++] = p[used++];
        if (w->head_n == 2)
            *event = check_start(w);
        else if (w->head_n == w->head_want)
            *event = check_length(w);
    }
    return used;
}

/* Where a payload's bytes go, with room for n more; NULL without memory. */
static uint8_t *target(struct ws *w, size_t n)
{
    if (is_control(w))
        return w->control + w->at;
    if (!buf_reserve(&w->message, n))
        return NULL;
    w->message.n += n;
    return w->message.p + w->message.n - n;
}

static bool unmask(struct ws *w, const uint8_t *p, size_t n)
{
    if (n == 0)
        return true;
    const uint8_t *mask = w->head + w->head_n - 4;
    uint8_t *out = target(w, n);
    if (!out)
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = p[i] ^ mask[(w->at + i) & 3];
    w->at += n;
    return true;
}

static bool close_code_ok(int code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static enum ws_event end_close(struct ws *w)
{
    w->closed = true;
    w->close_code = WS_CLOSE_NONE;
    if (w->payload.n == 0)
        return WS_EV_CLOSE;
    if (w->payload.n == 1 || !close_code_ok(be16((const uint8_t *)w->payload.p)))
        return fault(w, WS_CLOSE_PROTOCOL, "a broken close frame");
    w->close_code = be16((const uint8_t *)w->payload.p);
    w->payload = str_slice(w->payload, 2, w->payload.n);
    if (!str_is_utf8(w->payload))
        return fault(w, WS_CLOSE_NOT_UTF8, "the reason is not UTF-8");
    return WS_EV_CLOSE;
}

static enum ws_event end_frame(struct ws *w)
{
    bool final = w->head[0] & 0x80;
    uint8_t opcode = w->head[0] & 0x0F;
    w->head_n = 0;
    w->in_payload = false;
    if (opcode >= WS_CLOSE) {
        w->payload = str_n(w->control, (size_t)w->length);
        return opcode == WS_CLOSE ? end_close(w) : opcode == WS_PING ? WS_EV_PING : WS_EV_PONG;
    }
    if (!final)
        return WS_EV_MORE;
    w->payload = str_n(w->message.p ? w->message.p : (const uint8_t *)"", w->message.n);
    uint8_t kind = w->message_kind;
    w->message_kind = 0;
    buf_clear(&w->message);
    if (kind == WS_TEXT && memchr(w->payload.p, 0, w->payload.n) == NULL &&
        !str_is_utf8(w->payload))
        return fault(w, WS_CLOSE_NOT_UTF8, "the text is not UTF-8");
    if (kind == WS_TEXT && memchr(w->payload.p, 0, w->payload.n))
        return fault(w, WS_CLOSE_POLICY, "the text holds a NUL");
    return kind == WS_TEXT ? WS_EV_TEXT : WS_EV_BINARY;
}

size_t ws_feed(struct ws *w, const uint8_t *p, size_t n, enum ws_event *event)
{
    *event = WS_EV_MORE;
    size_t used = 0;
    if (w->fault_code) {
        *event = WS_EV_FAULT;
        return n;
    }
    if (w->closed)
        return n; /* section 5.5.1: what follows a close frame is ignored */
    while (*event == WS_EV_MORE) {
        if (!w->in_payload)
            used += feed_head(w, p + used, n - used, event);
        if (!w->in_payload)
            break;
        size_t want = w->length - w->at < n - used ? (size_t)(w->length - w->at) : n - used;
        if (!unmask(w, p + used, want)) {
            *event = fault(w, WS_CLOSE_TOO_BIG, "no memory for the message");
            break;
        }
        used += want;
        if (w->at < w->length)
            break;
        *event = end_frame(w);
    }
    return used;
}

size_t ws_frame_head(uint8_t out[WS_FRAME_HEAD_MAX], enum ws_opcode opcode, uint64_t length)
{
    out[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[1] = (uint8_t)length;
        return 2;
    }
    if (length <= 0xFFFF) {
        out[1] = 126;
        out[2] = (uint8_t)(length >> 8);
        out[3] = (uint8_t)length;
        return 4;
    }
    out[1] = 127;
    for (int i = 0; i < 8; i++)
        out[2 + i] = (uint8_t)(length >> (56 - 8 * i));
    return 10;
}

void ws_frame(struct buf *out, enum ws_opcode opcode, struct str payload)
{
    uint8_t head[WS_FRAME_HEAD_MAX];
    buf_put(out, head, ws_frame_head(head, opcode, payload.n));
    buf_str(out, payload);
}

void ws_close_frame(struct buf *out, int code, const char *reason)
{
    uint8_t payload[WS_CONTROL_MAX] = {(uint8_t)(code >> 8), (uint8_t)code};
    size_t n = strnlen(reason, sizeof(payload) - 2);
    memcpy(payload + 2, reason, n);
    ws_frame(out, WS_CLOSE, str_n(payload, n + 2));
}

enum err ws_accept_key(struct str key, char out[WS_ACCEPT_MAX])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char decoded[18], digest[SHA_DIGEST_LENGTH], joined[24 + sizeof(guid) - 1];
    if (key.n != 24 || key.p[23] != '=' || key.p[22] != '=' ||
        EVP_DecodeBlock(decoded, (const unsigned char *)key.p, 24) != 18)
        return ERR_SYNTAX;
    memcpy(joined, key.p, 24);
    memcpy(joined + 24, guid, sizeof(guid) - 1);
    SHA1(joined, sizeof(joined), digest);
    EVP_EncodeBlock((unsigned char *)out, digest, sizeof(digest));
    return OK;
}

size_t websocket_unit_len(const uint8_t *p, size_t n, void *arg)
{
    (void)arg;
    if (n < 2)
        return 0;
    size_t length = p[1] & 0x7F;
    if (length < 126)
        return 2 + length;
    if (length == 126)
        return n < 4 ? 0 : 4 + (size_t)be16(p + 2);
    if (n < 10 || be64(p + 2) > SIZE_MAX - 10)
        return 0; /* no ring holds such a frame */
    return 10 + (size_t)be64(p + 2);
}
