#include "media/fmp4_read.h"

#include "media/box.h"

enum { BOX = 8, FULL = 12, MEHD = 20, SIDX_HEAD = 40, SIDX_ENTRY = 12 };

/* ---- walking ---- */

struct box {
    char type[4];
    size_t at, body, end; /* within the whole */
};

/* The box at `at` within `end`. Sizes of 64 bits, and "to the end", are never written. */
static bool box_at(struct str s, size_t at, size_t end, struct box *out)
{
    const uint8_t *p = (const uint8_t *)s.p;
    if (end > s.n || at > end || end - at < BOX)
        return false;
    size_t n = be32(p + at);
    if (n < BOX || n > end - at)
        return false;
    memcpy(out->type, p + at + 4, 4);
    out->at = at;
    out->body = at + BOX;
    out->end = at + n;
    return true;
}

static bool is(const struct box *b, const char *type)
{
    return memcmp(b->type, type, 4) == 0;
}

/* The first of a type between two places. */
static bool find(struct str s, size_t from, size_t end, const char *type, struct box *out)
{
    while (box_at(s, from, end, out)) {
        if (is(out, type))
            return true;
        from = out->end;
    }
    return false;
}

static uint32_t u32_at(struct str s, size_t at)
{
    return be32((const uint8_t *)s.p + at);
}

/* ---- the init ---- */

/* avcC, in the only entry of stsd; absent for sound. */
static void find_avcc(struct str s, const struct box *stbl, struct str *out)
{
    enum { STSD_HEAD = 8, AVC1_FIXED = 78 };
    struct box stsd, avc1, avcc;
    if (find(s, stbl->body, stbl->end, "stsd", &stsd) && stsd.end - stsd.body >= STSD_HEAD &&
        find(s, stsd.body + STSD_HEAD, stsd.end, "avc1", &avc1) &&
        avc1.end - avc1.body >= AVC1_FIXED &&
        find(s, avc1.body + AVC1_FIXED, avc1.end, "avcC", &avcc))
        *out = str_slice(s, avcc.body, avcc.end);
}

static bool read_track(struct str s, const struct box *trak, struct fmp4_init *x)
{
    struct box tkhd, mdia, mdhd, minf, stbl;
    struct str avcc = STR_NONE;
    if (x->n == FMP4_TRACKS_MAX || !find(s, trak->body, trak->end, "tkhd", &tkhd) ||
        !find(s, trak->body, trak->end, "mdia", &mdia) ||
        !find(s, mdia.body, mdia.end, "mdhd", &mdhd) ||
        !find(s, mdia.body, mdia.end, "minf", &minf) ||
        !find(s, minf.body, minf.end, "stbl", &stbl) || tkhd.end - tkhd.body < 24 ||
        mdhd.end - mdhd.body < 24)
        return false;
    /* Version 0 has times of 32 bits before them, version 1 of 64. */
    size_t id_at = tkhd.body + (s.p[tkhd.body] == 1 ? 20 : 12);
    size_t scale_at = mdhd.body + (s.p[mdhd.body] == 1 ? 20 : 12);
    find_avcc(s, &stbl, &avcc);
    struct fmp4_track *t = &x->tracks[x->n++];
    *t = (struct fmp4_track){u32_at(s, id_at), u32_at(s, scale_at), avcc.n > 0};
    if (avcc.n)
        x->avcc = avcc;
    return t->timescale > 0;
}

enum err fmp4_read_init(struct str init, struct fmp4_init *out)
{
    struct box moov, trak, mvex;
    *out = (struct fmp4_init){0};
    if (!find(init, 0, init.n, "moov", &moov) || !find(init, moov.body, moov.end, "mvex", &mvex))
        return ERR_CORRUPT;
    out->moov_at = moov.at;
    out->mvex_at = mvex.at;
    for (size_t at = moov.body; find(init, at, moov.end, "trak", &trak); at = trak.end)
        if (!read_track(init, &trak, out))
            return ERR_CORRUPT;
    return out->n ? OK : ERR_CORRUPT;
}

void fmp4_put_init(struct buf *out, struct str init, const struct fmp4_init *x, int64_t length_ms)
{
    size_t from = out->n, body = x->mvex_at + BOX;
    buf_put(out, init.p, body);
    size_t at = box_begin_full(out, "mehd", 1, 0);
    buf_be64(out, (uint64_t)length_ms); /* mvhd's timescale is a thousand */
    box_end(out, at);
    buf_put(out, init.p + body, init.n - body);
    if (!buf_ok(out))
        return;
    box_patch(out, from + x->moov_at, u32_at(init, x->moov_at) + MEHD);
    box_patch(out, from + x->mvex_at, u32_at(init, x->mvex_at) + MEHD);
}

/* ---- a segment ---- */

enum err fmp4_head_length(struct str start, size_t *n)
{
    size_t at = 0;
    struct str whole = {start.p, SIZE_MAX / 2}; /* boxes end beyond what is here */
    while (at + BOX <= start.n && at < FMP4_HEAD_MAX) {
        struct box b;
        if (!box_at(whole, at, whole.n, &b))
            return ERR_CORRUPT;
        if (is(&b, "moof")) {
            *n = b.end + BOX;
            return *n <= FMP4_HEAD_MAX ? OK : ERR_CORRUPT;
        }
        at = b.end;
    }
    return ERR_CORRUPT;
}

enum { TRUN_HEAD = 12, TRUN_VIDEO = 0xf01, TRUN_AUDIO = 0x701 };

/* As fmp4.c writes it: duration, size, flags, and of video the composition offset. */
static bool read_trun(struct str s, const struct box *trun, struct fmp4_run *run)
{
    if (trun->end - trun->body < TRUN_HEAD)
        return false;
    uint32_t flags = u32_at(s, trun->body) & 0xffffff;
    run->samples_n = u32_at(s, trun->body + 4);
    run->samples_at = trun->body + TRUN_HEAD;
    run->sample_bytes = flags == TRUN_VIDEO ? 16 : 12;
    return (flags == TRUN_VIDEO || flags == TRUN_AUDIO) && run->samples_n > 0 &&
           run->samples_n <= (trun->end - run->samples_at) / run->sample_bytes;
}

/* The first sample of a video run. */
static void read_picture(struct str s, const struct box *trun, const struct fmp4_run *run,
                         size_t moof_at, struct fmp4_head *x)
{
    enum { NOT_SYNC = 0x00010000 };
    x->picture_at = moof_at + u32_at(s, trun->body + 8);
    x->picture_n = u32_at(s, run->samples_at + 4);
    x->picture_is_keyframe = !(u32_at(s, run->samples_at + 8) & NOT_SYNC);
    x->has_picture = true;
}

static bool read_traf(struct str s, const struct box *traf, size_t moof_at, struct fmp4_head *x)
{
    struct box tfhd, tfdt, trun;
    if (x->n == FMP4_TRACKS_MAX || !find(s, traf->body, traf->end, "tfhd", &tfhd) ||
        !find(s, traf->body, traf->end, "tfdt", &tfdt) ||
        !find(s, traf->body, traf->end, "trun", &trun) || tfhd.end - tfhd.body < 8 ||
        tfdt.end - tfdt.body != 12 || s.p[tfdt.body] != 1)
        return false;
    struct fmp4_run *run = &x->runs[x->n++];
    run->track = u32_at(s, tfhd.body + 4);
    run->tfdt_at = tfdt.body + 4;
    run->time = be64((const uint8_t *)s.p + tfdt.body + 4);
    if (!read_trun(s, &trun, run))
        return false;
    if (run->sample_bytes == 16 && !x->has_picture)
        read_picture(s, &trun, run, moof_at, x);
    return true;
}

enum err fmp4_read_head(struct str head, struct fmp4_head *out)
{
    struct box moof, mfhd, traf;
    *out = (struct fmp4_head){0};
    if (!find(head, 0, head.n, "moof", &moof) || !find(head, moof.body, moof.end, "mfhd", &mfhd) ||
        mfhd.end - mfhd.body != 8)
        return ERR_CORRUPT;
    out->sequence_at = mfhd.body + 4;
    for (size_t at = moof.body; find(head, at, moof.end, "traf", &traf); at = traf.end)
        if (!read_traf(head, &traf, moof.at, out))
            return ERR_CORRUPT;
    return out->n ? OK : ERR_CORRUPT;
}

static void put_be(uint8_t *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

static uint32_t timescale_of(const struct fmp4_init *init, uint32_t track)
{
    for (size_t i = 0; i < init->n; i++)
        if (init->tracks[i].id == track)
            return init->tracks[i].timescale;
    return 1000;
}

uint64_t fmp4_moved(const struct fmp4_run *run, const struct fmp4_init *init, int64_t by_ms)
{
    int64_t by = by_ms * (int64_t)timescale_of(init, run->track) / 1000;
    int64_t time = run->time > INT64_MAX / 2 ? 0 : (int64_t)run->time + by;
    return time > 0 ? (uint64_t)time : 0;
}

void fmp4_move(uint8_t *head, const struct fmp4_head *x, const struct fmp4_init *init,
               int64_t by_ms, uint32_t sequence)
{
    put_be(head + x->sequence_at, sequence, 4);
    for (size_t i = 0; i < x->n; i++)
        put_be(head + x->runs[i].tfdt_at, fmp4_moved(&x->runs[i], init, by_ms), 8);
}

uint64_t fmp4_run_length(const uint8_t *head, const struct fmp4_run *run)
{
    uint64_t length = 0;
    for (size_t i = 0; i < run->samples_n; i++)
        length += be32(head + run->samples_at + i * run->sample_bytes);
    return length;
}

void fmp4_shorten(uint8_t *head, const struct fmp4_run *run, uint64_t by)
{
    for (size_t i = run->samples_n; i > 0 && by > 0; i--) {
        uint8_t *at = head + run->samples_at + (i - 1) * run->sample_bytes;
        uint32_t had = be32(at), less = had > 1 ? had - 1 : 0;
        if (less > by)
            less = (uint32_t)by;
        put_be(at, had - less, 4);
        by -= less;
    }
}

/* ---- the table of contents ---- */

size_t fmp4_index_length(size_t n)
{
    return SIDX_HEAD + n * SIDX_ENTRY;
}

void fmp4_put_index(struct buf *out, const struct fmp4_track *track,
                    const struct fmp4_piece *pieces, size_t n)
{
    enum { BEGINS_WITH_KEYFRAME = 0x90000000 }; /* a stream access point of type 1 */
    size_t at = box_begin_full(out, "sidx", 1, 0);
    buf_be32(out, track->id);
    buf_be32(out, track->timescale);
    buf_be64(out, 0); /* begins at 0 */
    buf_be64(out, 0); /* the pieces follow at once */
    buf_be16(out, 0);
    buf_be16(out, (uint16_t)n);
    for (size_t i = 0; i < n; i++) {
        buf_be32(out, (uint32_t)pieces[i].bytes & 0x7fffffff);
        buf_be32(out, (uint32_t)(pieces[i].duration_ms * (int64_t)track->timescale / 1000));
        buf_be32(out, pieces[i].independent ? BEGINS_WITH_KEYFRAME : 0);
    }
    box_end(out, at);
}
