#include "proto/rtmp_command.h"

enum { BODY_MAX = 16 * 1024 }; /* of a command we write */

enum err rtmp_command_parse(const struct rtmp_message *m, struct arena *arena,
                            struct rtmp_command *out)
{
    if (m->n > RTMP_COMMAND_MAX)
        return ERR_TOO_LARGE;
    size_t skip = m->type == RTMP_TYPE_COMMAND_AMF3 && m->n > 0 ? 1 : 0;
    struct amf_reader r;
    amf_reader_init(&r, m->p + skip, m->n - skip, arena);
    const struct amf *name, *transaction;
    enum err e = amf_read(&r, &name);
    if (e == OK)
        e = amf_read(&r, &transaction);
    if (e != OK)
        return e == ERR_EOF ? ERR_PROTOCOL : e;
    if (name->kind != AMF_STRING)
        return ERR_PROTOCOL;
    *out = (struct rtmp_command){.name = name->text, .transaction = amf_number(transaction, 0)};
    e = amf_read(&r, &out->object);
    while (e == OK && out->args_n < RTMP_ARGS_MAX) {
        e = amf_read(&r, &out->args[out->args_n]);
        if (e == OK)
            out->args_n++;
    }
    return e == ERR_EOF ? OK : e;
}

static void put(struct buf *out, uint32_t csid, uint8_t type, uint32_t stream_id,
                const struct buf *body)
{
    if (!buf_ok(body)) {
        out->failed = true;
        return;
    }
    struct rtmp_message m = {
        .csid = csid, .type = type, .stream_id = stream_id, .p = body->p, .n = body->n};
    rtmp_chunk_put(out, &m, RTMP_CHUNK_OUT);
}

void rtmp_put_control(struct buf *out, uint8_t type, uint32_t value)
{
    struct buf body;
    buf_init(&body, 4);
    buf_be32(&body, value);
    put(out, RTMP_CSID_CONTROL, type, 0, &body);
    buf_free(&body);
}

void rtmp_put_peer_bandwidth(struct buf *out, uint32_t bytes)
{
    enum { DYNAMIC = 2 };
    struct buf body;
    buf_init(&body, 5);
    buf_be32(&body, bytes);
    buf_u8(&body, DYNAMIC);
    put(out, RTMP_CSID_CONTROL, RTMP_SET_PEER_BANDWIDTH, 0, &body);
    buf_free(&body);
}

void rtmp_put_user_event(struct buf *out, enum rtmp_user_event event, uint32_t value)
{
    struct buf body;
    buf_init(&body, 6);
    buf_be16(&body, (uint16_t)event);
    buf_be32(&body, value);
    put(out, RTMP_CSID_CONTROL, RTMP_USER_CONTROL, 0, &body);
    buf_free(&body);
}

void rtmp_command_begin(struct buf *body, const char *name, double transaction)
{
    buf_init(body, BODY_MAX);
    amf_put_z(body, name);
    amf_put_number(body, transaction);
}

void rtmp_command_end(struct buf *body, uint32_t csid, uint32_t stream_id, struct buf *out)
{
    put(out, csid, RTMP_TYPE_COMMAND, stream_id, body);
    buf_free(body);
}

void rtmp_data_end(struct buf *body, uint32_t stream_id, struct buf *out)
{
    put(out, RTMP_CSID_DATA, RTMP_TYPE_DATA, stream_id, body);
    buf_free(body);
}

void rtmp_acks_init(struct rtmp_acks *a)
{
    *a = (struct rtmp_acks){.window = RTMP_WINDOW};
}

void rtmp_acks_count(struct rtmp_acks *a, size_t n, struct buf *out)
{
    a->received += n;
    if (a->received - a->told < a->window / 2)
        return;
    a->told = a->received;
    rtmp_put_control(out, RTMP_ACK, (uint32_t)a->received);
}

void rtmp_acks_window(struct rtmp_acks *a, const struct rtmp_message *m)
{
    enum { WINDOW_MIN = 4096 }; /* below, acknowledgements would outnumber what they acknowledge */
    if (m->n < 4)
        return;
    uint32_t window = be32(m->p);
    a->window = window < WINDOW_MIN ? WINDOW_MIN : window;
}

void rtmp_answer_user_event(const struct rtmp_message *m, struct buf *out)
{
    if (m->n >= 6 && be16(m->p) == RTMP_PING_REQUEST)
        rtmp_put_user_event(out, RTMP_PING_RESPONSE, be32(m->p + 2));
}
