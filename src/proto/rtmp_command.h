/*
 * The messages that the server's and the client's session share: control messages, and commands
 * (an AMF0 name, a transaction number, a command object, arguments).
 */
#ifndef PROTO_RTMP_COMMAND_H
#define PROTO_RTMP_COMMAND_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "proto/amf.h"
#include "proto/rtmp_chunk.h"

enum {
    RTMP_ARGS_MAX = 4, /* no command we know has more */
    RTMP_ARENA_MAX = 256 * 1024,
    RTMP_WINDOW = 2500000, /* bytes the peer may send before it wants an acknowledgement */
};

enum rtmp_user_event {
    RTMP_STREAM_BEGIN = 0,
    RTMP_STREAM_EOF = 1,
    RTMP_PING_REQUEST = 6,
    RTMP_PING_RESPONSE = 7,
};

struct rtmp_command {
    struct str name;
    double transaction;
    const struct amf *object; /* the command object, or NULL */
    const struct amf *args[RTMP_ARGS_MAX];
    int args_n;
};

/* Of a message of type RTMP_TYPE_COMMAND or RTMP_TYPE_COMMAND_AMF3. The tree is in the arena and
 * borrows from the message. ERR_TOO_LARGE over RTMP_COMMAND_MAX; else as amf_read(). */
enum err rtmp_command_parse(const struct rtmp_message *m, struct arena *arena,
                            struct rtmp_command *out) MUST_CHECK;

void rtmp_put_control(struct buf *out, uint8_t type, uint32_t value);
void rtmp_put_peer_bandwidth(struct buf *out, uint32_t bytes);
void rtmp_put_user_event(struct buf *out, enum rtmp_user_event event, uint32_t value);

/* Begins a command: name, transaction, then the caller appends the object and arguments to `body`
 * and gives it to rtmp_command_end(), which writes it out and frees it. */
void rtmp_command_begin(struct buf *body, const char *name, double transaction);
void rtmp_command_end(struct buf *body, uint32_t csid, uint32_t stream_id, struct buf *out);
/* The same for data messages: `body` is the whole payload. */
void rtmp_data_end(struct buf *body, uint32_t stream_id, struct buf *out);

/* Bytes received, and when the peer wants to hear of them. */
struct rtmp_acks {
    uint64_t received, told;
    uint32_t window;
};
void rtmp_acks_init(struct rtmp_acks *a);
/* Counts n more bytes; writes an acknowledgement once half the window came since the last. */
void rtmp_acks_count(struct rtmp_acks *a, size_t n, struct buf *out);
/* The peer's Window Acknowledgement Size. */
void rtmp_acks_window(struct rtmp_acks *a, const struct rtmp_message *m);
/* Answers a ping; other user events need no answer. */
void rtmp_answer_user_event(const struct rtmp_message *m, struct buf *out);

#endif
