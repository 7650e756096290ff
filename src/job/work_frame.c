/*
 * frame: keyframes of H.264 → JPEG.
 *
 *   {"frames":[[[OFFSET,LENGTH],[OFFSET,LENGTH]],…]}: the decoder's configuration, the picture
 *   →   a line for each, in order: {"width":W,"height":H,"jpeg":[OFFSET,LENGTH]} or {"why":WORD}
 *
 * The decoder (libavcodec) is loaded by this kind of job alone: with what it brings along it would
 * make every other one slower to start.
 */
#include <dlfcn.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <vips/vips.h>

#include "job/glib_log.h"
#include "job/job_frame.h"
#include "job/worker.h"

enum { JPEG_QUALITY = 80 };

#define CALLS(X)                                                                                   \
    X(codec, avcodec_find_decoder)                                                                 \
    X(codec, avcodec_alloc_context3)                                                               \
    X(codec, avcodec_free_context)                                                                 \
    X(codec, avcodec_open2)                                                                        \
    X(codec, avcodec_send_packet)                                                                  \
    X(codec, avcodec_receive_frame)                                                                \
    X(codec, av_packet_alloc)                                                                      \
    X(codec, av_new_packet)                                                                        \
    X(codec, av_packet_free)                                                                       \
    X(util, av_frame_alloc)                                                                        \
    X(util, av_frame_free)                                                                         \
    X(util, av_mallocz)                                                                            \
    X(util, av_log_set_level)                                                                      \
    X(scale, sws_getContext)                                                                       \
    X(scale, sws_scale)                                                                            \
    X(scale, sws_freeContext)

static struct {
#define DECLARE(from, name) __typeof__(&name) name;
    CALLS(DECLARE)
#undef DECLARE
} ff;

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static void *load(const char *name)
{
    void *lib = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
    if (!lib)
        fprintf(stderr, "%s\n", dlerror());
    return lib;
}

static bool load_decoder(void)
{
    void *util = load("libavutil.so." TEXT(LIBAVUTIL_VERSION_MAJOR));
    void *codec = load("libavcodec.so." TEXT(LIBAVCODEC_VERSION_MAJOR));
    void *scale = load("libswscale.so." TEXT(LIBSWSCALE_VERSION_MAJOR));
    if (!util || !codec || !scale)
        return false;
#define LOOK_UP(from, name)                                                                        \
    ff.name = (__typeof__(&name))dlsym(from, #name);                                               \
    if (!ff.name) {                                                                                \
        fprintf(stderr, "no " #name "\n");                                                         \
        return false;                                                                              \
    }
    CALLS(LOOK_UP)
#undef LOOK_UP
    ff.av_log_set_level(AV_LOG_QUIET);
    return ff.avcodec_find_decoder(AV_CODEC_ID_H264) != NULL;
}

static bool prepare(void)
{
    glib_log_start();
    g_setenv("VIPSHOME", "/nonexistent", TRUE);
    g_setenv("VIPS_CONCURRENCY", "1", TRUE);
    g_setenv("VIPS_NOVECTOR", "1", TRUE);
    if (vips_init("guildhall-job") != 0)
        return false;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    return load_decoder();
}

/* ---- decoding ---- */

static AVCodecContext *open_decoder(struct str config)
{
    const AVCodec *h264 = ff.avcodec_find_decoder(AV_CODEC_ID_H264);
    AVCodecContext *c = ff.avcodec_alloc_context3(h264);
    if (!c)
        return NULL;
    c->thread_count = 1;
    c->max_pixels = JOB_FRAME_PIXELS_MAX;
    c->extradata = ff.av_mallocz(config.n + AV_INPUT_BUFFER_PADDING_SIZE);
    if (c->extradata) {
        memcpy(c->extradata, config.p, config.n);
        c->extradata_size = (int)config.n;
    }
    if (!c->extradata || ff.avcodec_open2(c, h264, NULL) != 0)
        ff.avcodec_free_context(&c);
    return c;
}

/* NULL when it is no picture. */
static AVFrame *decode(struct str config, struct str picture)
{
    AVCodecContext *c = config.n < 64 * 1024 && picture.n < INT32_MAX ? open_decoder(config) : NULL;
    AVPacket *packet = ff.av_packet_alloc();
    AVFrame *frame = ff.av_frame_alloc();
    bool ok = c && packet && frame && ff.av_new_packet(packet, (int)picture.n) == 0;
    if (ok) {
        memcpy(packet->data, picture.p, picture.n);
        packet->flags |= AV_PKT_FLAG_KEY;
        ok = ff.avcodec_send_packet(c, packet) == 0 && ff.avcodec_send_packet(c, NULL) == 0 &&
             ff.avcodec_receive_frame(c, frame) == 0 && frame->width > 0 && frame->height > 0;
    }
    if (packet)
        ff.av_packet_free(&packet);
    if (c)
        ff.avcodec_free_context(&c);
    if (!ok && frame)
        ff.av_frame_free(&frame);
    return ok ? frame : NULL;
}

/* Pixels that are not square are made so. */
static void size_of(const AVFrame *f, int *w, int *h)
{
    int64_t wide = f->width, high = f->height;
    if (f->sample_aspect_ratio.num > 0 && f->sample_aspect_ratio.den > 0)
        wide = wide * f->sample_aspect_ratio.num / f->sample_aspect_ratio.den;
    int64_t longest = MAX(MAX(wide, high), 1), side = MIN(longest, JOB_FRAME_SIDE);
    *w = (int)CLAMP(wide * side / longest, 1, JOB_FRAME_SIDE);
    *h = (int)CLAMP(high * side / longest, 1, JOB_FRAME_SIDE);
}

static bool write_jpeg(const AVFrame *f, struct buf *line)
{
    int w, h;
    void *jpeg = NULL;
    size_t n = 0;
    size_of(f, &w, &h);
    struct SwsContext *sws =
        ff.sws_getContext(f->width, f->height, (enum AVPixelFormat)f->format, w, h,
                          AV_PIX_FMT_RGB24, SWS_AREA | SWS_ACCURATE_RND, NULL, NULL, NULL);
    size_t row = ((size_t)w * 3 + 63) & ~(size_t)63;
    /* It writes whole registers past a row's end. */
    uint8_t *padded = g_malloc0(row * (size_t)h + 64),
            *packed = g_malloc((size_t)w * 3 * (size_t)h);
    uint8_t *const to[] = {padded};
    const int step[] = {(int)row};
    bool ok = sws && ff.sws_scale(sws, (const uint8_t *const *)f->data, f->linesize, 0, f->height,
                                  to, step) == h;
    for (int y = 0; ok && y < h; y++)
        memcpy(packed + (size_t)y * (size_t)w * 3, padded + (size_t)y * row, (size_t)w * 3);
    VipsImage *im = ok ? vips_image_new_from_memory(packed, (size_t)w * 3 * (size_t)h, w, h, 3,
                                                    VIPS_FORMAT_UCHAR)
                       : NULL;
    ok = im && vips_jpegsave_buffer(im, &jpeg, &n, "Q", JPEG_QUALITY, "strip", TRUE, NULL) == 0;
    if (ok)
        buf_printf(line, "{\"width\":%d,\"height\":%d,\"jpeg\":[%lld,%lld]}", w, h,
                   (long long)work_put(jpeg, n), (long long)n);
    if (im)
        g_object_unref(im);
    g_free(jpeg);
    g_free(packed);
    g_free(padded);
    ff.sws_freeContext(sws);
    return ok;
}

static int run(const struct work_io *io)
{
    const json_t *list = json_object_get(io->request, "frames");
    struct buf line;
    buf_init(&line, 4096);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *pair = json_array_get(list, i);
        struct str config, picture;
        if (!work_range(io, json_array_get(pair, 0), &config) ||
            !work_range(io, json_array_get(pair, 1), &picture))
            return work_refuse("request", 0, 0);
        AVFrame *frame = decode(config, picture);
        if (!frame || !write_jpeg(frame, &line))
            buf_z(&line, "{\"why\":\"picture_broken\"}");
        if (frame)
            ff.av_frame_free(&frame);
        work_answer(&line);
    }
    return 0;
}

const struct work work_frame = {
    .name = "frame",
    .sandbox = {.memory = (size_t)1536 << 20,
                .file_size = (size_t)64 << 20,
                .cpu_s = 60,
                .threads = true},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
