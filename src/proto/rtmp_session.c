#include "proto/rtmp_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "proto/rtmp_chunk.h"
#include "proto/rtmp_command.h"
#include "proto/rtmp_handshake.h"
#include "proto/rtmp_url.h"

enum { OUT_MAX = 256 * 1024 };

struct rtmp_session {
    const struct rtmp_session_ops *ops;
    void *user;
    enum rtmp_session_state state;
    enum err error;
    const char *why;

    uint8_t hello[1 + RTMP_HELLO]; /* C0 and C1, until they are whole */
    size_t hello_n;
    size_t echo_left; /* bytes of C2 still to come */

    struct rtmp_reader *reader; /* owned */
    struct rtmp_acks acks;
    struct buf out;

    bool connected;
    struct arena names;  /* what connect said */
    struct str app;      /* in `names`; as sent */
    struct str tc_url;   /* in `names` */
    struct str software; /* in `names` */
    struct arena asked;  /* the request at hand */
    struct rtmp_request request;
};

struct rtmp_session *rtmp_session_new(const struct rtmp_session_ops *ops, void *user)
{
    struct rtmp_session *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->ops = ops;
    s->user = user;
    s->why = "";
    s->echo_left = RTMP_HELLO;
    s->reader = rtmp_reader_new();
    rtmp_acks_init(&s->acks);
    buf_init(&s->out, OUT_MAX);
    arena_init(&s->names, 4 * (size_t)RTMP_QUERY_MAX);
    arena_init(&s->asked, 8 * (size_t)RTMP_QUERY_MAX);
    if (s->reader)
        return s;
    free(s);
    return NULL;
}

void rtmp_session_free(struct rtmp_session *s)
{
    if (!s)
        return;
    rtmp_reader_free(s->reader);
    buf_free(&s->out);
    arena_free(&s->names);
    arena_free(&s->asked);
    free(s);
}

struct buf *rtmp_session_out(struct rtmp_session *s)
{
    return &s->out;
}

enum err rtmp_session_error(const struct rtmp_session *s)
{
    return s->error;
}

const char *rtmp_session_why(const struct rtmp_session *s)
{
    return s->why;
}

enum rtmp_session_state rtmp_session_state(const struct rtmp_session *s)
{
    return s->state;
}

static void end(struct rtmp_session *s, enum err error, const char *why)
{
    if (s->error != OK)
        return;
    s->error = error;
    s->why = why;
    s->state = RTMP_OVER;
}

/* onStatus on our stream. */
static void put_status(struct buf *out, const char *level, const char *code,
                       const char *description)
{
    struct buf body;
    rtmp_command_begin(&body, "onStatus", 0);
    amf_put_null(&body);
    amf_put_object(&body);
    amf_put_name(&body, "level");
    amf_put_z(&body, level);
    amf_put_name(&body, "code");
    amf_put_z(&body, code);
    amf_put_name(&body, "description");
    amf_put_z(&body, description);
    amf_put_end(&body);
    rtmp_command_end(&body, RTMP_CSID_STATUS, RTMP_STREAM_ID, out);
}

static void put_fc_status(struct rtmp_session *s, const char *name, const char *code)
{
    struct buf body;
    rtmp_command_begin(&body, name, 0);
    amf_put_null(&body);
    amf_put_object(&body);
    amf_put_name(&body, "code");
    amf_put_z(&body, code);
    amf_put_name(&body, "description");
    amf_put_text(&body, s->request.stream);
    amf_put_end(&body);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &s->out);
}

/* _result with a number or null. */
static void put_result(struct rtmp_session *s, double transaction, const double *value)
{
    struct buf body;
    rtmp_command_begin(&body, "_result", transaction);
    amf_put_null(&body);
    if (value)
        amf_put_number(&body, *value);
    else
        amf_put_null(&body);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &s->out);
}

/* What Enhanced RTMP asks a server to say of itself: the codecs it forwards, and that it reads
 * ModEx packets. */
static void put_enhanced(struct buf *body)
{
    enum { FORWARD = 4, CAPS_MODEX = 4 };
    amf_put_name(body, "fourCcList");
    amf_put_strict_array(body, 2);
    amf_put_z(body, "avc1");
    amf_put_z(body, "mp4a");
    amf_put_name(body, "videoFourCcInfoMap");
    amf_put_object(body);
    amf_put_name(body, "avc1");
    amf_put_number(body, FORWARD);
    amf_put_end(body);
    amf_put_name(body, "audioFourCcInfoMap");
    amf_put_object(body);
    amf_put_name(body, "mp4a");
    amf_put_number(body, FORWARD);
    amf_put_end(body);
    amf_put_name(body, "capsEx");
    amf_put_number(body, CAPS_MODEX);
}

static void put_connect_result(struct rtmp_session *s, double transaction, double encoding)
{
    struct buf body;
    rtmp_command_begin(&body, "_result", transaction);
    amf_put_object(&body);
    amf_put_name(&body, "fmsVer"); /* encoders parse it as a Flash Media Server's version */
    amf_put_z(&body, "FMS/3,5,1,516");
    amf_put_name(&body, "capabilities");
    amf_put_number(&body, 31);
    amf_put_name(&body, "mode");
    amf_put_number(&body, 1);
    amf_put_end(&body);
    amf_put_object(&body);
    amf_put_name(&body, "level");
    amf_put_z(&body, "status");
    amf_put_name(&body, "code");
    amf_put_z(&body, "NetConnection.Connect.Success");
    amf_put_name(&body, "description");
    amf_put_z(&body, "Connected.");
    amf_put_name(&body, "objectEncoding");
    amf_put_number(&body, encoding);
    put_enhanced(&body);
    amf_put_end(&body);
    rtmp_command_end(&body, RTMP_CSID_COMMAND, 0, &s->out);
}

static void on_connect(struct rtmp_session *s, const struct rtmp_command *c)
{
    struct str app = amf_text(amf_member(c->object, "app"));
    struct str tc_url = amf_text(amf_member(c->object, "tcUrl"));
    struct str software = amf_text(amf_member(c->object, "flashVer"));
    if (s->connected) {
        end(s, ERR_PROTOCOL, "a second connect");
        return;
    }
    s->connected = true;
    s->app = arena_str(&s->names, app);
    s->tc_url = arena_str(&s->names, tc_url);
    s->software = arena_str(&s->names, str_slice(software, 0, RTMP_NAME_MAX));
    if (arena_failed(&s->names)) {
        end(s, ERR_TOO_LARGE, "app or tcUrl too long");
        return;
    }
    rtmp_put_control(&s->out, RTMP_WINDOW_ACK_SIZE, RTMP_WINDOW);
    rtmp_put_peer_bandwidth(&s->out, RTMP_WINDOW);
    rtmp_put_control(&s->out, RTMP_SET_CHUNK_SIZE, RTMP_CHUNK_OUT);
    put_connect_result(s, c->transaction, amf_number(amf_member(c->object, "objectEncoding"), 0));
}

static void on_request(struct rtmp_session *s, const struct rtmp_command *c, bool publish)
{
    struct rtmp_names names;
    s->request = (struct rtmp_request){.publish = publish, .software = s->software};
    s->state = RTMP_ASKING;
    arena_free(&s->asked);
    enum err e = rtmp_url_names(&s->asked, s->app, s->tc_url,
                                amf_text(c->args_n ? c->args[0] : NULL), &names);
    if (e != OK) {
        rtmp_session_refuse(s, RTMP_NO_STREAM, "The stream's name or key is not valid.");
        return;
    }
    s->request.app = names.app;
    s->request.stream = names.stream;
    s->request.key = names.key;
    s->request.query = names.query;
    s->ops->request(s->user, &s->request);
}

/* The peer ends its stream. */
static void on_end(struct rtmp_session *s)
{
    if (s->state != RTMP_PUBLISHING && s->state != RTMP_PLAYING)
        return;
    if (s->state == RTMP_PUBLISHING) {
        put_fc_status(s, "onFCUnpublish", "NetStream.Unpublish.Success");
        put_status(&s->out, "status", "NetStream.Unpublish.Success", "Unpublished.");
    }
    rtmp_reader_set_message_max(s->reader, RTMP_COMMAND_MAX);
    s->state = RTMP_IDLE;
    s->ops->ended(s->user);
}

static void on_named_command(struct rtmp_session *s, const struct rtmp_command *c)
{
    static const double stream_id = RTMP_STREAM_ID, no_length = 0;
    if (str_eq_z(c->name, "createStream")) {
        put_result(s, c->transaction, &stream_id);
    } else if (str_eq_z(c->name, "releaseStream") || str_eq_z(c->name, "FCPublish")) {
        put_result(s, c->transaction, NULL);
    } else if (str_eq_z(c->name, "getStreamLength")) {
        put_result(s, c->transaction, &no_length);
    } else if (str_eq_z(c->name, "publish") || str_eq_z(c->name, "play")) {
        if (s->state == RTMP_IDLE)
            on_request(s, c, str_eq_z(c->name, "publish"));
        else
            end(s, ERR_PROTOCOL, "a second stream on one connection");
    } else if (str_eq_z(c->name, "FCUnpublish")) {
        put_result(s, c->transaction, NULL);
        on_end(s);
    } else if (str_eq_z(c->name, "deleteStream") || str_eq_z(c->name, "closeStream")) {
        on_end(s);
    }
    /* Others (_checkbw, FCSubscribe, pause, receiveAudio …) mean nothing to a live server, and
     * peers take silence better than an error. */
}

static void on_command(struct rtmp_session *s, const struct rtmp_message *m)
{
    struct arena arena;
    struct rtmp_command c;
    arena_init(&arena, RTMP_ARENA_MAX);
    enum err e = rtmp_command_parse(m, &arena, &c);
    if (e != OK)
        end(s, e == ERR_TOO_LARGE ? e : ERR_PROTOCOL, "a command that cannot be read");
    else if (str_eq_z(c.name, "connect"))
        on_connect(s, &c);
    else if (!s->connected)
        end(s, ERR_PROTOCOL, "a command before connect");
    else
        on_named_command(s, &c);
    arena_free(&arena);
}

static void give_media(struct rtmp_session *s, enum rtmp_media_type type, uint32_t time_ms,
                       const uint8_t *p, size_t n)
{
    struct rtmp_media media = {.type = type, .time_ms = time_ms, .p = p, .n = n};
    s->ops->media(s->user, &media);
}

/* Checks every value, because followers get the bytes as they are; gives what follows
 * "@setDataFrame". */
static enum err check_data(const uint8_t *p, size_t n, struct arena *arena, size_t *from)
{
    struct amf_reader r;
    const struct amf *first, *v;
    amf_reader_init(&r, p, n, arena);
    enum err e = amf_read(&r, &first);
    *from = e == OK && amf_is_text(first, "@setDataFrame") ? r.at : 0;
    if (e == OK && (first->kind != AMF_STRING || amf_is_text(first, "@clearDataFrame")))
        *from = n;
    while (e == OK)
        e = amf_read(&r, &v);
    return e == ERR_EOF ? OK : e;
}

static void on_data(struct rtmp_session *s, const struct rtmp_message *m)
{
    size_t skip = m->type == RTMP_TYPE_DATA_AMF3 && m->n > 0 ? 1 : 0, from;
    struct arena arena;
    if (m->n > RTMP_COMMAND_MAX) {
        end(s, ERR_TOO_LARGE, "a data message over the limit");
        return;
    }
    arena_init(&arena, RTMP_ARENA_MAX);
    enum err e = check_data(m->p + skip, m->n - skip, &arena, &from);
    arena_free(&arena);
    if (e != OK)
        end(s, ERR_PROTOCOL, "a data message that cannot be read");
    else if (from < m->n - skip)
        give_media(s, RTMP_DATA, m->time_ms, m->p + skip + from, m->n - skip - from);
}

/* FLV tags in one message: type 1, size 3, time 3 + 1, stream id 3, body, size 4. The message's
 * time is that of the first. */
static void on_aggregate(struct rtmp_session *s, const struct rtmp_message *m)
{
    enum { HEADER = 11, TRAILER = 4 };
    uint32_t first = 0;
    for (size_t at = 0; at < m->n && s->state == RTMP_PUBLISHING;) {
        const uint8_t *p = m->p + at;
        size_t left = m->n - at, size = left < HEADER ? 0 : be24(p + 1);
        if (left < HEADER + size) {
            end(s, ERR_PROTOCOL, "an aggregate that is cut short");
            return;
        }
        uint32_t time = be24(p + 4) | (uint32_t)p[7] << 24;
        if (at == 0)
            first = time;
        struct rtmp_message part = {
            .type = p[0], .time_ms = m->time_ms + (time - first), .p = p + HEADER, .n = size};
        if (p[0] == RTMP_TYPE_DATA)
            on_data(s, &part);
        else if (p[0] == RTMP_TYPE_AUDIO || p[0] == RTMP_TYPE_VIDEO)
            give_media(s, (enum rtmp_media_type)p[0], part.time_ms, part.p, part.n);
        at += HEADER + size + TRAILER;
    }
}

/* Media that comes when nothing is published (a straggler after FCUnpublish) is passed over. */
static void on_media(struct rtmp_session *s, const struct rtmp_message *m)
{
    if (s->state != RTMP_PUBLISHING)
        return;
    if (m->type == RTMP_TYPE_AGGREGATE)
        on_aggregate(s, m);
    else if (m->type == RTMP_TYPE_DATA || m->type == RTMP_TYPE_DATA_AMF3)
        on_data(s, m);
    else
        give_media(s, (enum rtmp_media_type)m->type, m->time_ms, m->p, m->n);
}

static void on_message(struct rtmp_session *s, const struct rtmp_message *m)
{
    switch (m->type) {
    case RTMP_USER_CONTROL: rtmp_answer_user_event(m, &s->out); break;
    case RTMP_WINDOW_ACK_SIZE: rtmp_acks_window(&s->acks, m); break;
    case RTMP_TYPE_COMMAND:
    case RTMP_TYPE_COMMAND_AMF3: on_command(s, m); break;
    case RTMP_TYPE_AUDIO:
    case RTMP_TYPE_VIDEO:
    case RTMP_TYPE_DATA:
    case RTMP_TYPE_DATA_AMF3:
    case RTMP_TYPE_AGGREGATE: on_media(s, m); break;
    default: break; /* acknowledgements, bandwidth, shared objects */
    }
}

static size_t feed_handshake(struct rtmp_session *s, const uint8_t *p, size_t n)
{
    if (s->hello_n < sizeof(s->hello)) {
        size_t take = sizeof(s->hello) - s->hello_n;
        take = take < n ? take : n;
        memcpy(s->hello + s->hello_n, p, take);
        s->hello_n += take;
        if (s->hello[0] != RTMP_VERSION)
            end(s, ERR_PROTOCOL, "not RTMP");
        else if (s->hello_n == sizeof(s->hello))
            rtmp_handshake_answer(s->hello + 1, &s->out);
        return take;
    }
    size_t take = s->echo_left < n ? s->echo_left : n;
    s->echo_left -= take; /* C2 proves nothing, and some peers send it wrong */
    if (s->echo_left == 0)
        s->state = RTMP_IDLE;
    return take;
}

static size_t feed_chunks(struct rtmp_session *s, const uint8_t *p, size_t n)
{
    struct rtmp_message m;
    size_t used;
    enum err e = rtmp_reader_feed(s->reader, p, n, &used, &m);
    rtmp_acks_count(&s->acks, used, &s->out);
    if (e == OK)
        on_message(s, &m);
    else if (e != ERR_AGAIN)
        end(s, e, "chunks that cannot be read");
    return used;
}

size_t rtmp_session_feed(struct rtmp_session *s, const uint8_t *p, size_t n)
{
    size_t used = 0;
    while (used < n && s->error == OK && s->state != RTMP_ASKING) {
        if (s->state == RTMP_HANDSHAKING)
            used += feed_handshake(s, p + used, n - used);
        else
            used += feed_chunks(s, p + used, n - used);
        if (!buf_ok(&s->out))
            end(s, ERR_LIMIT, "too many answers at once");
    }
    return used;
}

void rtmp_session_accept(struct rtmp_session *s)
{
    if (s->state != RTMP_ASKING)
        return;
    rtmp_put_user_event(&s->out, RTMP_STREAM_BEGIN, RTMP_STREAM_ID);
    if (s->request.publish) {
        s->state = RTMP_PUBLISHING;
        rtmp_reader_set_message_max(s->reader, RTMP_MESSAGE_MAX);
        put_fc_status(s, "onFCPublish", "NetStream.Publish.Start");
        put_status(&s->out, "status", "NetStream.Publish.Start", "Publishing.");
        return;
    }
    s->state = RTMP_PLAYING;
    put_status(&s->out, "status", "NetStream.Play.Reset", "Resetting.");
    put_status(&s->out, "status", "NetStream.Play.Start", "Playing.");
    struct buf body; /* without it Flash players may not touch the pictures */
    buf_init(&body, 64);
    amf_put_z(&body, "|RtmpSampleAccess");
    amf_put_bool(&body, true);
    amf_put_bool(&body, true);
    rtmp_data_end(&body, RTMP_STREAM_ID, &s->out);
}

void rtmp_session_refuse(struct rtmp_session *s, enum rtmp_refusal why, const char *description)
{
    static const struct {
        const char *publish, *play, *log;
    } codes[] = {
        [RTMP_DENIED] = {"NetStream.Publish.Denied", "NetStream.Play.Failed", "denied"},
        [RTMP_BUSY] = {"NetStream.Publish.BadName", "NetStream.Play.Failed", "busy"},
        [RTMP_NO_STREAM] = {"NetStream.Publish.BadName", "NetStream.Play.StreamNotFound",
                            "no such stream"},
        [RTMP_FAILED] = {"NetStream.Publish.Failed", "NetStream.Play.Failed", "failed"},
    };
    if (s->state != RTMP_ASKING)
        return;
    put_status(&s->out, "error", s->request.publish ? codes[why].publish : codes[why].play,
               description);
    end(s, ERR_CLOSED, codes[why].log);
}

void rtmp_session_reject(struct rtmp_session *s, const char *description)
{
    if (s->state != RTMP_PUBLISHING)
        return;
    put_status(&s->out, "error", "NetStream.Publish.Rejected", description);
    end(s, ERR_CLOSED, "rejected");
}

void rtmp_session_put_end(struct buf *log)
{
    rtmp_put_user_event(log, RTMP_STREAM_EOF, RTMP_STREAM_ID);
    put_status(log, "status", "NetStream.Play.UnpublishNotify", "The stream is over.");
    put_status(log, "status", "NetStream.Play.Stop", "Stopped.");
}
