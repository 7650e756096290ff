#include "proto/rtmp_chunk.h"

#include <stdlib.h>
#include <string.h>

enum {
    TIME_EXTENDED = 0xFFFFFF,
    HEADER_MAX = 11,
    BODY_KEEP = 64 * 1024,       /* memory a chunk stream keeps between messages */
    CHUNK_IN_MAX = TIME_EXTENDED /* no message is longer than 24 bits can say */
};

static const uint8_t header_size[4] = {11, 7, 3, 0};

/* A peer's chunk stream: the last header's fields, and the message that is being gathered. */
struct cstream {
    uint32_t csid;
    bool known;    /* has had a header with a length and a type */
    bool open;     /* in the middle of a message */
    bool extended; /* the last header with a time field had an extended one */
    uint8_t type;
    uint32_t stream_id;
    uint32_t length;
    uint32_t time_ms;
    uint32_t delta;    /* what a fmt 3 that starts a message adds */
    uint32_t ext_time; /* the extended field as it was on the wire */
    struct buf body;
};

enum step { STEP_BASIC, STEP_CSID, STEP_HEADER, STEP_EXTENDED, STEP_PEEK, STEP_BODY };

struct rtmp_reader {
    enum step step;
    uint8_t fmt;
    uint8_t field[HEADER_MAX]; /* bytes of the field that is being read */
    size_t field_n, field_need;
    struct cstream *cs; /* of the chunk at hand */
    size_t left;        /* bytes of this chunk's payload still to come */
    size_t chunk_size;  /* what the peer announced */
    size_t message_max;
    size_t buffered;     /* of all open messages */
    struct cstream *out; /* its body was given to the caller by the last call */
    enum err error;
    bool whole;       /* the message of cs is complete */
    uint8_t again[8]; /* bytes taken by STEP_PEEK that were payload after all */
    size_t again_n;
    size_t streams_n;
    struct cstream streams[RTMP_CSTREAMS_MAX];
};

struct rtmp_reader *rtmp_reader_new(void)
{
    struct rtmp_reader *r = calloc(1, sizeof(*r));
    if (r) {
        r->chunk_size = RTMP_CHUNK_DEFAULT;
        r->message_max = RTMP_COMMAND_MAX;
    }
    return r;
}

void rtmp_reader_free(struct rtmp_reader *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->streams_n; i++)
        buf_free(&r->streams[i].body);
    free(r);
}

void rtmp_reader_set_message_max(struct rtmp_reader *r, size_t max)
{
    r->message_max = max;
}

static struct cstream *find_stream(struct rtmp_reader *r, uint32_t csid)
{
    for (size_t i = 0; i < r->streams_n; i++) {
        if (r->streams[i].csid == csid)
            return &r->streams[i];
    }
    return NULL;
}

static void expect(struct rtmp_reader *r, enum step step, size_t need)
{
    r->step = step;
    r->field_n = 0;
    r->field_need = need;
}

static void discard(struct rtmp_reader *r, struct cstream *cs)
{
    r->buffered -= cs->body.n;
    cs->open = false;
    if (cs->body.cap > BODY_KEEP)
        buf_free(&cs->body);
    else
        buf_clear(&cs->body);
}

/* The header is complete: on to the payload, of which there may be none. */
static enum err begin_payload(struct rtmp_reader *r)
{
    struct cstream *cs = r->cs;
    if (!cs->open) {
        if (cs->length > r->message_max)
            return ERR_TOO_LARGE;
        cs->open = true;
        cs->body.limit = cs->length;
        cs->time_ms = r->fmt == 0 ? cs->delta : cs->time_ms + cs->delta;
    }
    size_t rest = cs->length - cs->body.n;
    r->left = rest < r->chunk_size ? rest : r->chunk_size;
    r->whole = rest == 0;
    expect(r, r->left ? STEP_BODY : STEP_BASIC, 1);
    return OK;
}

static enum err take_csid(struct rtmp_reader *r, uint32_t csid)
{
    r->cs = find_stream(r, csid);
    if (!r->cs) {
        if (r->fmt >= 2)
            return ERR_PROTOCOL; /* nothing to inherit a length and a type from */
        if (r->streams_n == RTMP_CSTREAMS_MAX)
            return ERR_LIMIT;
        r->cs = &r->streams[r->streams_n++];
        r->cs->csid = csid;
    }
    if (r->cs->open ? r->fmt != 3 : (r->fmt >= 2 && !r->cs->known))
        return ERR_PROTOCOL;
    if (r->fmt < 3)
        expect(r, STEP_HEADER, header_size[r->fmt]);
    else if (r->cs->extended)
        expect(r, STEP_PEEK, 4);
    else
        return begin_payload(r);
    return OK;
}

static enum err take_header(struct rtmp_reader *r)
{
    struct cstream *cs = r->cs;
    uint32_t time = be24(r->field);
    if (r->fmt <= 1) {
        cs->length = be24(r->field + 3);
        cs->type = r->field[6];
        cs->known = true;
    }
    if (r->fmt == 0)
        cs->stream_id = le32(r->field + 7);
    cs->extended = time == TIME_EXTENDED;
    cs->delta = time;
    if (!cs->extended)
        return begin_payload(r);
    expect(r, STEP_EXTENDED, 4);
    return OK;
}

/* Takes one byte of a field; true when the field is complete. */
static bool take_field(struct rtmp_reader *r, uint8_t byte)
{
    r->field[r->field_n++] = byte;
    return r->field_n == r->field_need;
}

/* One byte of a header; *used is 0 when it turned out to be payload. */
static enum err take_byte(struct rtmp_reader *r, uint8_t byte, size_t *used)
{
    *used = 1;
    switch (r->step) {
    case STEP_BASIC:
        r->fmt = byte >> 6;
        if ((byte & 63) >= 2)
            return take_csid(r, byte & 63);
        expect(r, STEP_CSID, (byte & 63) + 1);
        return OK;
    case STEP_CSID:
        if (!take_field(r, byte))
            return OK;
        return take_csid(r, 64u + r->field[0] + (r->field_need == 2 ? r->field[1] * 256u : 0));
    case STEP_HEADER: return take_field(r, byte) ? take_header(r) : OK;
    case STEP_EXTENDED:
        if (!take_field(r, byte))
            return OK;
        r->cs->ext_time = r->cs->delta = be32(r->field);
        return begin_payload(r);
    case STEP_PEEK:
        if (byte != (uint8_t)(r->cs->ext_time >> (24 - 8 * r->field_n))) {
            /* The peer leaves the field out: what was taken for it is payload. */
            memmove(r->again + r->field_n, r->again, r->again_n);
            memcpy(r->again, r->field, r->field_n);
            r->again_n += r->field_n;
            *used = 0;
            return begin_payload(r);
        }
        return take_field(r, byte) ? begin_payload(r) : OK;
    case STEP_BODY: break;
    }
    return ERR_INTERNAL;
}

static enum err take_body(struct rtmp_reader *r, const uint8_t *p, size_t n, size_t *used)
{
    struct cstream *cs = r->cs;
    size_t take = n < r->left ? n : r->left;
    if (r->buffered + take > RTMP_BUFFERED_MAX)
        return ERR_TOO_LARGE;
    buf_put(&cs->body, p, take);
    if (!buf_ok(&cs->body))
        return ERR_NOMEM;
    r->buffered += take;
    r->left -= take;
    *used = take;
    if (r->left == 0) {
        r->whole = cs->body.n == cs->length;
        expect(r, STEP_BASIC, 1);
    }
    return OK;
}

static enum err advance(struct rtmp_reader *r, const uint8_t *p, size_t n, size_t *used)
{
    return r->step == STEP_BODY ? take_body(r, p, n, used) : take_byte(r, *p, used);
}

/* Messages that govern the chunks themselves. True when m was one. */
static bool govern(struct rtmp_reader *r, const struct rtmp_message *m)
{
    if (m->type != RTMP_SET_CHUNK_SIZE && m->type != RTMP_ABORT)
        return false;
    if (m->n < 4) {
        r->error = ERR_PROTOCOL;
        return true;
    }
    uint32_t value = be32(m->p);
    if (m->type == RTMP_ABORT) {
        struct cstream *cs = find_stream(r, value);
        if (cs && cs != r->cs && cs->open)
            discard(r, cs);
    } else if (value == 0 || value > INT32_MAX) {
        r->error = ERR_PROTOCOL;
    } else {
        r->chunk_size = value < CHUNK_IN_MAX ? value : CHUNK_IN_MAX;
    }
    return true;
}

/* The message of r->cs is whole. True when the caller should see it. */
static bool finish(struct rtmp_reader *r, struct rtmp_message *m)
{
    struct cstream *cs = r->cs;
    r->whole = false;
    r->out = cs;
    *m = (struct rtmp_message){
        .csid = cs->csid,
        .stream_id = cs->stream_id,
        .time_ms = cs->time_ms,
        .type = cs->type,
        .p = cs->body.n ? cs->body.p : (const uint8_t *)"",
        .n = cs->body.n,
    };
    return !govern(r, m);
}

enum err rtmp_reader_feed(struct rtmp_reader *r, const uint8_t *p, size_t n, size_t *used,
                          struct rtmp_message *m)
{
    *used = 0;
    for (;;) {
        if (r->error != OK)
            return r->error;
        if (r->out) {
            discard(r, r->out);
            r->out = NULL;
        }
        size_t took = 0;
        if (r->again_n) {
            uint8_t again[sizeof(r->again)];
            memcpy(again, r->again, r->again_n);
            size_t had = r->again_n;
            /* A peek in these bytes may give some back; they go before those not yet taken. */
            r->again_n = 0;
            r->error = advance(r, again, had, &took);
            memmove(r->again + r->again_n, again + took, had - took);
            r->again_n += had - took;
        } else if (*used < n) {
            r->error = advance(r, p + *used, n - *used, &took);
            *used += took;
        } else {
            return ERR_AGAIN;
        }
        if (r->error == OK && r->whole && finish(r, m))
            return OK;
    }
}

static size_t chunks_of(size_t n, size_t chunk)
{
    return n == 0 ? 1 : (n + chunk - 1) / chunk;
}

size_t rtmp_chunk_len(uint32_t time_ms, size_t n, size_t chunk)
{
    size_t extended = time_ms >= TIME_EXTENDED ? 4 : 0;
    return 12 + extended + n + (chunks_of(n, chunk) - 1) * (1 + extended);
}

void rtmp_chunk_put(struct buf *out, const struct rtmp_message *m, size_t chunk)
{
    bool extended = m->time_ms >= TIME_EXTENDED;
    if (m->n > CHUNK_IN_MAX || !buf_reserve(out, rtmp_chunk_len(m->time_ms, m->n, chunk))) {
        out->failed = true;
        return;
    }
    for (size_t at = 0; at == 0 || at < m->n; at += chunk) {
        buf_u8(out, (uint8_t)((at ? 3 << 6 : 0) | m->csid));
        if (at == 0) {
            buf_be24(out, extended ? TIME_EXTENDED : m->time_ms);
            buf_be24(out, (uint32_t)m->n);
            buf_u8(out, m->type);
            buf_le32(out, m->stream_id);
        }
        if (extended)
            buf_be32(out, m->time_ms);
        buf_put(out, m->p + at, m->n - at < chunk ? m->n - at : chunk);
    }
}

size_t rtmp_unit_len(const uint8_t *p, size_t n, void *arg)
{
    (void)arg;
    if (n < 12 || p[0] < 2 || p[0] > 63)
        return 0;
    return rtmp_chunk_len(be24(p + 1), be24(p + 4), RTMP_CHUNK_OUT);
}
