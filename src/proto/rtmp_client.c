#include "proto/rtmp_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_command.h"
#include "proto/rtmp_handshake.h"

enum { OUT_MAX = 16 * 1024 * 1024 };

/* Transaction numbers: each command has its own, so an answer says what it answers. */
enum {
    T_CONNECT = 1,
    T_RELEASE = 2,
    T_FC_PUBLISH = 3,
    T_CREATE = 4,
    T_PUBLISH = 5,
    T_END = 6,
};

struct rtmp_client {
    const struct rtmp_client_ops *ops;
    void *user;
    struct arena arena; /* the spec's strings */
    struct rtmp_client_spec spec;
    size_t hello_n; /* bytes of S0, S1 and S2 seen */
    uint8_t hello[1 + RTMP_HELLO];
    struct rtmp_reader *reader;
    struct rtmp_acks acks;
    struct buf out;
    uint32_t stream_id;
    bool ready;
    enum err error;
    char why[128];
};

struct rtmp_client *rtmp_client_new(const struct rtmp_client_spec *spec,
                                    const struct rtmp_client_ops *ops, void *user)
{
    struct rtmp_client *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->ops = ops;
    c->user = user;
    arena_init(&c->arena, 4096);
    buf_init(&c->out, OUT_MAX);
    rtmp_acks_init(&c->acks);
    c->spec.publish = spec->publish;
    c->spec.app = arena_str(&c->arena, spec->app);
    c->spec.tc_url = arena_str(&c->arena, spec->tc_url);
    c->spec.stream = arena_str(&c->arena, spec->stream);
    c->reader = rtmp_reader_new();
    if (!c->reader || arena_failed(&c->arena)) {
        rtmp_client_free(c);
        return NULL;
    }
    rtmp_reader_set_message_max(c->reader, RTMP_MESSAGE_MAX);
    rtmp_handshake_hello(&c->out);
    return c;
}

void rtmp_client_free(struct rtmp_client *c)
{
    if (!c)
        return;
    rtmp_reader_free(c->reader);
    buf_free(&c->out);
    arena_free(&c->arena);
    free(c);
}

struct buf *rtmp_client_out(struct rtmp_client *c)
{
    return &c->out;
}

enum err rtmp_client_error(const struct rtmp_client *c)
{
    return c->error;
}

const char *rtmp_client_why(const struct rtmp_client *c)
{
    return c->why;
}

uint32_t rtmp_client_stream_id(const struct rtmp_client *c)
{
    return c->stream_id;
}

bool rtmp_client_is_ready(const struct rtmp_client *c)
{
    return c->ready && c->error == OK;
}

static void fail(struct rtmp_client *c, enum err error, struct str why)
{
    if (c->error != OK)
        return;
    c->error = error;
    snprintf(c->why, sizeof(c->why), "%.*s", STR_ARG(str_slice(why, 0, sizeof(c->why) - 1)));
}

static void send_connect(struct rtmp_client *c)
{
    struct buf body;
    rtmp_put_control(&c->out, RTMP_SET_CHUNK_SIZE, RTMP_CHUNK_OUT);
    rtmp_command_begin(&body, "connect", T_CONNECT);
    amf_put_object(&body);
    amf_put_name(&body, "app");
    amf_put_text(&body, c->spec.app);
    amf_put_name(&body, "type");
    amf_put_z(&body, "nonprivate");
    amf_put_name(&body, "flashVer");
    amf_put_z(&body, "FMLE/3.0 (compatible; Guildhall)");
    amf_put_name(&body, "tcUrl");
    amf_put_text(&body, c->spec.tc_url);
    amf_put_end(&body);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &c->out);
}

/* A command whose only argument is the stream's name. */
static void send_named(struct rtmp_client *c, const char *name, double transaction)
{
    struct buf body;
    rtmp_command_begin(&body, name, transaction);
    amf_put_null(&body);
    amf_put_text(&body, c->spec.stream);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &c->out);
}

static void send_create(struct rtmp_client *c)
{
    struct buf body;
    if (c->spec.publish) {
        send_named(c, "releaseStream", T_RELEASE);
        send_named(c, "FCPublish", T_FC_PUBLISH);
    }
    rtmp_command_begin(&body, "createStream", T_CREATE);
    amf_put_null(&body);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &c->out);
}

static void send_request(struct rtmp_client *c)
{
    enum { LIVE = -1000 }; /* the "start" of play: a live stream only */
    struct buf body;
    rtmp_command_begin(&body, c->spec.publish ? "publish" : "play", T_PUBLISH);
    amf_put_null(&body);
    amf_put_text(&body, c->spec.stream);
    if (c->spec.publish)
        amf_put_z(&body, "live");
    else
        amf_put_number(&body, LIVE);
    rtmp_command_end(&body, RTMP_CSID_STATUS, c->stream_id, &c->out);
}

static void on_result(struct rtmp_client *c, const struct rtmp_command *cmd)
{
    if (cmd->transaction == T_CONNECT) {
        send_create(c);
    } else if (cmd->transaction == T_CREATE) {
        double id = amf_number(cmd->args_n ? cmd->args[0] : NULL, 0);
        if (!(id >= 1 && id <= UINT32_MAX)) { /* a NaN too */
            fail(c, ERR_PROTOCOL, STR("createStream without a stream"));
            return;
        }
        c->stream_id = (uint32_t)id;
        send_request(c);
    }
}

static void on_status(struct rtmp_client *c, const struct amf *info)
{
    struct str code = amf_text(amf_member(info, "code"));
    if (amf_is_text(amf_member(info, "level"), "error")) {
        fail(c, ERR_FORBIDDEN, code);
    } else if (str_eq_z(code, "NetStream.Publish.Start") ||
               str_eq_z(code, "NetStream.Play.Start")) {
        if (!c->ready) {
            c->ready = true;
            c->ops->ready(c->user);
        }
    } else if (str_eq_z(code, "NetStream.Play.Stop") && c->ready && !c->spec.publish) {
        c->ready = false;
        if (c->ops->ended)
            c->ops->ended(c->user);
    }
}

static void on_command(struct rtmp_client *c, const struct rtmp_message *m)
{
    struct arena arena;
    struct rtmp_command cmd;
    arena_init(&arena, RTMP_ARENA_MAX);
    enum err e = rtmp_command_parse(m, &arena, &cmd);
    const struct amf *info = e == OK && cmd.args_n ? cmd.args[0] : NULL;
    if (e != OK)
        fail(c, e, STR("a command that cannot be read"));
    else if (str_eq_z(cmd.name, "_result"))
        on_result(c, &cmd);
    else if (str_eq_z(cmd.name, "_error") &&
             (cmd.transaction == T_CONNECT || cmd.transaction == T_CREATE))
        fail(c, ERR_FORBIDDEN, amf_text(amf_member(info, "code")));
    else if (str_eq_z(cmd.name, "onStatus"))
        on_status(c, info);
    arena_free(&arena);
}

static void on_message(struct rtmp_client *c, const struct rtmp_message *m)
{
    switch (m->type) {
    case RTMP_USER_CONTROL: rtmp_answer_user_event(m, &c->out); break;
    case RTMP_WINDOW_ACK_SIZE: rtmp_acks_window(&c->acks, m); break;
    case RTMP_TYPE_COMMAND:
    case RTMP_TYPE_COMMAND_AMF3: on_command(c, m); break;
    case RTMP_TYPE_AUDIO:
    case RTMP_TYPE_VIDEO:
    case RTMP_TYPE_DATA:
        if (c->ready && c->ops->media) {
            struct rtmp_media media = {
                .type = (enum rtmp_media_type)m->type, .time_ms = m->time_ms, .p = m->p, .n = m->n};
            c->ops->media(c->user, &media);
        }
        break;
    default: break;
    }
}

/* S0 and S1 are kept, because C2 repeats S1; S2 is passed over. */
static size_t feed_handshake(struct rtmp_client *c, const uint8_t *p, size_t n)
{
    size_t kept = sizeof(c->hello), total = kept + RTMP_HELLO;
    size_t take = c->hello_n < kept ? kept - c->hello_n : total - c->hello_n;
    take = take < n ? take : n;
    if (c->hello_n < kept)
        memcpy(c->hello + c->hello_n, p, take);
    c->hello_n += take;
    if (c->hello[0] != RTMP_VERSION)
        fail(c, ERR_PROTOCOL, STR("not RTMP"));
    else if (c->hello_n == kept && take > 0)
        buf_put(&c->out, c->hello + 1, RTMP_HELLO);
    else if (c->hello_n == total)
        send_connect(c);
    return take;
}

static size_t feed_chunks(struct rtmp_client *c, const uint8_t *p, size_t n)
{
    struct rtmp_message m;
    size_t used;
    enum err e = rtmp_reader_feed(c->reader, p, n, &used, &m);
    rtmp_acks_count(&c->acks, used, &c->out);
    if (e == OK)
        on_message(c, &m);
    else if (e != ERR_AGAIN)
        fail(c, e, STR("chunks that cannot be read"));
    return used;
}

size_t rtmp_client_feed(struct rtmp_client *c, const uint8_t *p, size_t n)
{
    size_t used = 0;
    while (used < n && c->error == OK) {
        if (c->hello_n < sizeof(c->hello) + RTMP_HELLO)
            used += feed_handshake(c, p + used, n - used);
        else
            used += feed_chunks(c, p + used, n - used);
        if (!buf_ok(&c->out))
            fail(c, ERR_LIMIT, STR("output over its limit"));
    }
    return used;
}

enum err rtmp_client_send(struct rtmp_client *c, const struct rtmp_media *media)
{
    if (!rtmp_client_is_ready(c) || !c->spec.publish)
        return ERR_CLOSED;
    struct rtmp_message m = {.csid = RTMP_CSID_DATA,
                             .stream_id = c->stream_id,
                             .time_ms = media->time_ms,
                             .type = (uint8_t)media->type,
                             .p = media->p,
                             .n = media->n};
    struct buf data;
    buf_init(&data, RTMP_COMMAND_MAX);
    if (media->type == RTMP_DATA) {
        amf_put_z(&data, "@setDataFrame");
        buf_put(&data, media->p, media->n);
        m.p = data.p;
        m.n = data.n;
    } else {
        m.csid = media->type == RTMP_AUDIO ? RTMP_CSID_AUDIO : RTMP_CSID_VIDEO;
    }
    if (buf_ok(&data))
        rtmp_chunk_put(&c->out, &m, RTMP_CHUNK_OUT);
    enum err e = buf_ok(&data) && buf_ok(&c->out) ? OK : ERR_LIMIT;
    buf_free(&data);
    return e;
}

void rtmp_client_end(struct rtmp_client *c)
{
    if (!rtmp_client_is_ready(c))
        return;
    if (c->spec.publish)
        send_named(c, "FCUnpublish", T_END);
    struct buf body;
    rtmp_command_begin(&body, "deleteStream", 0);
    amf_put_null(&body);
    amf_put_number(&body, c->stream_id);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &c->out);
    c->ready = false;
}
