/* The init segment of fmp4.h: ISO/IEC 14496-12 section 8, 14496-14 (esds), 14496-15 (avcC). */
#include "media/box.h"
#include "media/fmp4.h"

enum {
    INIT_MAX = 256 * 1024, /* an avcC record may hold many parameter sets */
    MOVIE_TIMESCALE = 1000,
    LANGUAGE_UND = 0x55C4,
    FIXED_1 = 0x00010000, /* 1.0 as 16.16 */
    TRACK_SHOWN = 3,      /* enabled, in movie */
};

static void put_matrix(struct buf *b)
{
    static const uint32_t unity[9] = {FIXED_1, 0, 0, 0, FIXED_1, 0, 0, 0, 0x40000000};
    for (size_t i = 0; i < 9; i++)
        buf_be32(b, unity[i]);
}

static void put_ftyp(struct buf *b)
{
    size_t at = box_begin(b, "ftyp");
    buf_z(b, "iso6");
    buf_be32(b, 0);
    buf_z(b, "iso5iso6avc1mp41");
    box_end(b, at);
}

static void put_mvhd(struct buf *b)
{
    size_t at = box_begin_full(b, "mvhd", 0, 0);
    box_zeros(b, 8); /* creation and modification time */
    buf_be32(b, MOVIE_TIMESCALE);
    buf_be32(b, 0); /* duration: in the fragments */
    buf_be32(b, FIXED_1);
    buf_be16(b, 0x0100); /* volume 1.0 as 8.8 */
    box_zeros(b, 10);
    put_matrix(b);
    box_zeros(b, 24);
    buf_be32(b, FMP4_TRACK_AUDIO + 1); /* next_track_ID */
    box_end(b, at);
}

static void put_tkhd(struct buf *b, uint32_t track, bool audio, uint32_t width, uint32_t height)
{
    size_t at = box_begin_full(b, "tkhd", 0, TRACK_SHOWN);
    box_zeros(b, 8);
    buf_be32(b, track);
    box_zeros(b, 4 + 4 + 8 + 2 + 2); /* reserved, duration, reserved, layer, alternate group */
    buf_be16(b, audio ? 0x0100 : 0);
    buf_be16(b, 0);
    put_matrix(b);
    buf_be32(b, width << 16);
    buf_be32(b, height << 16);
    box_end(b, at);
}

static void put_mdhd(struct buf *b, uint32_t timescale)
{
    size_t at = box_begin_full(b, "mdhd", 0, 0);
    box_zeros(b, 8);
    buf_be32(b, timescale);
    buf_be32(b, 0);
    buf_be16(b, LANGUAGE_UND);
    buf_be16(b, 0);
    box_end(b, at);
}

static void put_hdlr(struct buf *b, const char handler[4], const char *name)
{
    size_t at = box_begin_full(b, "hdlr", 0, 0);
    buf_be32(b, 0);
    buf_put(b, handler, 4);
    box_zeros(b, 12);
    buf_z(b, name);
    buf_u8(b, 0);
    box_end(b, at);
}

static void put_avc1(struct buf *b, const struct avc_config *c)
{
    size_t at = box_begin(b, "avc1");
    box_zeros(b, 6);
    buf_be16(b, 1); /* data reference */
    box_zeros(b, 16);
    buf_be16(b, (uint16_t)c->info.width);
    buf_be16(b, (uint16_t)c->info.height);
    buf_be32(b, 72 << 16); /* dots per inch */
    buf_be32(b, 72 << 16);
    buf_be32(b, 0);
    buf_be16(b, 1);   /* frames a sample */
    box_zeros(b, 32); /* compressor's name */
    buf_be16(b, 24);  /* depth */
    buf_be16(b, 0xFFFF);
    size_t record = box_begin(b, "avcC");
    buf_put(b, c->record, c->record_n);
    box_end(b, record);
    box_end(b, at);
}

/* Descriptors of ISO/IEC 14496-1, 7.2.6: a tag, a length below 128, the content. */
static void put_esds(struct buf *b, const struct aac_config *c)
{
    enum { ES = 3, DECODER = 4, SPECIFIC = 5, SYNC = 6, MPEG4_AUDIO = 0x40, AUDIO_STREAM = 0x15 };
    uint8_t specific = (uint8_t)c->record_n;
    size_t at = box_begin_full(b, "esds", 0, 0);
    buf_u8(b, ES);
    buf_u8(b, (uint8_t)(3 + 2 + 13 + 2 + specific + 3));
    buf_be16(b, FMP4_TRACK_AUDIO);
    buf_u8(b, 0);
    buf_u8(b, DECODER);
    buf_u8(b, (uint8_t)(13 + 2 + specific));
    buf_u8(b, MPEG4_AUDIO);
    buf_u8(b, AUDIO_STREAM);
    box_zeros(b, 3 + 4 + 4); /* buffer size, greatest and mean bitrate: not known */
    buf_u8(b, SPECIFIC);
    buf_u8(b, specific);
    buf_put(b, c->record, specific);
    buf_u8(b, SYNC);
    buf_u8(b, 1);
    buf_u8(b, 2); /* predefined: as in MP4 files */
    box_end(b, at);
}

static void put_mp4a(struct buf *b, const struct aac_config *c)
{
    size_t at = box_begin(b, "mp4a");
    box_zeros(b, 6);
    buf_be16(b, 1);
    box_zeros(b, 8);
    buf_be16(b, c->channels ? c->channels : 2);
    buf_be16(b, 16); /* bits a sample, as the template wants it */
    buf_be32(b, 0);
    buf_be32(b, c->sample_rate <= UINT16_MAX ? c->sample_rate << 16 : 0);
    put_esds(b, c);
    box_end(b, at);
}

/* Sample tables without samples: those are in the fragments. */
static void put_stbl(struct buf *b, const struct avc_config *video, const struct aac_config *audio)
{
    size_t at = box_begin(b, "stbl"), box = box_begin_full(b, "stsd", 0, 0);
    buf_be32(b, 1);
    if (video)
        put_avc1(b, video);
    else
        put_mp4a(b, audio);
    box_end(b, box);
    static const char empty[3][5] = {"stts", "stsc", "stco"};
    for (size_t i = 0; i < 3; i++) {
        box = box_begin_full(b, empty[i], 0, 0);
        buf_be32(b, 0);
        box_end(b, box);
    }
    box = box_begin_full(b, "stsz", 0, 0);
    box_zeros(b, 8);
    box_end(b, box);
    box_end(b, at);
}

static void put_minf(struct buf *b, const struct avc_config *video, const struct aac_config *audio)
{
    size_t at = box_begin(b, "minf"), box;
    if (video) {
        box = box_begin_full(b, "vmhd", 0, 1);
        box_zeros(b, 8);
    } else {
        box = box_begin_full(b, "smhd", 0, 0);
        box_zeros(b, 4);
    }
    box_end(b, box);
    size_t dinf = box_begin(b, "dinf"), dref = box_begin_full(b, "dref", 0, 0);
    buf_be32(b, 1);
    box_end(b, box_begin_full(b, "url ", 0, 1)); /* 1: in this file */
    box_end(b, dref);
    box_end(b, dinf);
    put_stbl(b, video, audio);
    box_end(b, at);
}

static void put_trak(struct buf *b, const struct avc_config *video, const struct aac_config *audio)
{
    size_t trak = box_begin(b, "trak");
    put_tkhd(b, video ? FMP4_TRACK_VIDEO : FMP4_TRACK_AUDIO, !video, video ? video->info.width : 0,
             video ? video->info.height : 0);
    size_t mdia = box_begin(b, "mdia");
    put_mdhd(b, video ? FMP4_VIDEO_TIMESCALE : audio->sample_rate);
    put_hdlr(b, video ? "vide" : "soun", video ? "Video" : "Sound");
    put_minf(b, video, audio);
    box_end(b, mdia);
    box_end(b, trak);
}

static void put_trex(struct buf *b, uint32_t track)
{
    size_t at = box_begin_full(b, "trex", 0, 0);
    buf_be32(b, track);
    buf_be32(b, 1); /* sample description */
    box_zeros(b, 12);
    box_end(b, at);
}

enum err fmp4_init_segment(const struct avc_config *video, const struct aac_config *audio,
                           struct block **out)
{
    struct buf b;
    if (!video && !audio)
        return ERR_INVALID;
    buf_init(&b, INIT_MAX);
    put_ftyp(&b);
    size_t moov = box_begin(&b, "moov");
    put_mvhd(&b);
    if (video)
        put_trak(&b, video, NULL);
    if (audio)
        put_trak(&b, NULL, audio);
    size_t mvex = box_begin(&b, "mvex");
    if (video)
        put_trex(&b, FMP4_TRACK_VIDEO);
    if (audio)
        put_trex(&b, FMP4_TRACK_AUDIO);
    box_end(&b, mvex);
    box_end(&b, moov);
    *out = buf_ok(&b) ? block_copy(b.p, b.n) : NULL;
    buf_free(&b);
    return *out ? OK : ERR_NOMEM;
}
