#include "load_viewer.h"

#include <string.h>

void viewer_init(struct viewer *v, int fd, int64_t now_us)
{
    *v = (struct viewer){.fd = fd, .stage = VIEWER_HTTP, .last_data_us = now_us};
}

static void broken(struct viewer *v, const char *why)
{
    v->stage = VIEWER_BROKEN;
    v->why = why;
}

static void enter(struct viewer *v, enum viewer_stage stage)
{
    v->stage = stage;
    v->have = 0;
}

/* A header line ends (v->field holds its beginning, lower case). True at the empty line. */
static bool http_line(struct viewer *v)
{
    size_t n = v->have < sizeof(v->field) ? v->have : sizeof(v->field) - 1;
    v->field[n] = 0;
    const char *line = (const char *)v->field;
    if (v->body_n == 0 && strncmp(line, "http/1.1 200", 12) != 0)
        broken(v, "the HTTP status is not 200");
    v->body_n++; /* counts lines here */
    if (strncmp(line, "transfer-encoding: chunked", 26) == 0)
        v->chunked = true;
    bool empty = v->have == 0;
    v->have = 0;
    return empty;
}

static size_t feed_http(struct viewer *v, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\r')
            continue;
        if (p[i] != '\n') {
            uint8_t c = p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i];
            if (v->have < sizeof(v->field))
                v->field[v->have] = c;
            v->have++;
        } else if (http_line(v)) {
            v->in_chunk_size = v->chunked;
            enter(v, VIEWER_FILE_HEADER);
            return i + 1;
        } else if (v->stage == VIEWER_BROKEN) {
            return n;
        }
    }
    return n;
}

/* A frame's number must follow the last; after a hole only a keyframe may come. */
static void judge_frame(struct viewer *v, bool key, const struct viewer_sink *sink)
{
    uint64_t number;
    int64_t sent_us;
    if (v->body_n < STREAM_STAMP_BYTES || !load_stream_stamp(v->field, &number, &sent_us)) {
        broken(v, "a video frame without its stamp");
        return;
    }
    if (!v->started && !(key && v->video_header && v->audio_header))
        broken(v, "the first frame is no keyframe, or comes before the sequence headers");
    else if (v->started && number != v->number + 1 && !(key && number > v->number))
        broken(v, "frames out of order, or a hole without a keyframe after it");
    if (v->stage == VIEWER_BROKEN)
        return;
    v->jumps += v->started && number != v->number + 1;
    v->started = true;
    v->number = number;
    v->frames++;
    sink->frame(sink->user, sent_us);
}

static void judge_tag(struct viewer *v, const struct viewer_sink *sink)
{
    if (v->tag_type == FLV_VIDEO && v->body_n >= FLV_VIDEO_HEADER) {
        if (v->field[1] == 0)
            v->video_header = true;
        else if (v->field[1] == 1)
            judge_frame(v, v->field[0] >> 4 == 1, sink);
    } else if (v->tag_type == FLV_AUDIO && v->body_n >= FLV_AUDIO_HEADER) {
        v->audio_header |= v->field[1] == 0;
    }
}

/* The stage's bytes are complete: its beginning is in v->field. */
static void finish_stage(struct viewer *v, const struct viewer_sink *sink)
{
    switch (v->stage) {
    case VIEWER_FILE_HEADER:
        if (memcmp(v->field, "FLV\x01\x05", 5) != 0)
            broken(v, "no FLV header with both tracks");
        else
            enter(v, VIEWER_TAG_HEADER);
        break;
    case VIEWER_TAG_HEADER:
        v->tag_type = v->field[0];
        v->body_n = be24(v->field + 1);
        enter(v, VIEWER_BODY);
        if (v->body_n == 0)
            enter(v, VIEWER_TAG_SIZE);
        break;
    case VIEWER_BODY:
        judge_tag(v, sink);
        if (v->stage == VIEWER_BODY)
            enter(v, VIEWER_TAG_SIZE);
        break;
    case VIEWER_TAG_SIZE:
        if (be32(v->field) != v->body_n + FLV_TAG_HEADER)
            broken(v, "a tag's trailing size is wrong");
        else
            enter(v, VIEWER_TAG_HEADER);
        break;
    default: break;
    }
}

static size_t stage_size(const struct viewer *v)
{
    switch (v->stage) {
    case VIEWER_FILE_HEADER: return FLV_FILE_HEADER;
    case VIEWER_TAG_HEADER: return FLV_TAG_HEADER;
    case VIEWER_TAG_SIZE: return FLV_TAG_TRAILER;
    default: return v->body_n;
    }
}

static void feed_flv(struct viewer *v, const uint8_t *p, size_t n, const struct viewer_sink *sink)
{
    while (n > 0 && v->stage != VIEWER_BROKEN) {
        size_t size = stage_size(v), take = size - v->have < n ? size - v->have : n;
        if (v->have < sizeof(v->field)) {
            size_t room = sizeof(v->field) - v->have;
            memcpy(v->field + v->have, p, take < room ? take : room);
        }
        v->have += take;
        p += take;
        n -= take;
        if (v->have == size)
            finish_stage(v, sink);
    }
}

/* One digit or line end of a chunk's size; the size counts the line end after the data too. */
static void take_chunk_size(struct viewer *v, uint8_t c)
{
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit >= 0)
        v->chunk_left = v->chunk_left << 4 | (uint32_t)digit;
    if (c != '\n')
        return;
    if (v->chunk_left == 0)
        broken(v, "the server ended the stream");
    v->chunk_left += 2;
    v->in_chunk_size = false;
}

static void feed_chunked(struct viewer *v, const uint8_t *p, size_t n,
                         const struct viewer_sink *sink)
{
    while (n > 0 && v->stage != VIEWER_BROKEN) {
        size_t take = 1;
        if (v->in_chunk_size) {
            take_chunk_size(v, *p);
        } else if (v->chunk_left > 2) {
            take = v->chunk_left - 2 < n ? v->chunk_left - 2 : n;
            feed_flv(v, p, take, sink);
            v->chunk_left -= (uint32_t)take;
        } else if (--v->chunk_left == 0) {
            v->in_chunk_size = true;
        }
        p += take;
        n -= take;
    }
}

void viewer_feed(struct viewer *v, const uint8_t *p, size_t n, const struct viewer_sink *sink)
{
    v->bytes += n;
    if (v->stage == VIEWER_HTTP) {
        size_t used = feed_http(v, p, n);
        p += used;
        n -= used;
    }
    if (v->chunked)
        feed_chunked(v, p, n, sink);
    else
        feed_flv(v, p, n, sink);
}
