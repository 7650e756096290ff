/*
 * picture: any of the allowed kinds of image → three sizes, each as WebP and as JPEG.
 *
 *   {"pictures":[[OFFSET,LENGTH],…]}   →   a line for each, in order:
 *   {"width":W,"height":H,"sizes":[{"width":W,"height":H,"webp":[OFFSET,LENGTH],"jpeg":[…]},…]}
 *   or {"why":WORD}
 *
 * A picture is turned as its camera says, brought to sRGB and loses all else that was in its file.
 * A size is never larger than the picture; sizes that would be nearly equal are one and written
 * once.
 */
#include <gmodule.h>
#include <malloc.h>
#include <vips/vips.h>

#include "job/glib_log.h"
#include "job/job_picture.h"
#include "job/worker.h"

enum { JPEG_QUALITY = 82, WEBP_QUALITY = 80, WEBP_EFFORT = 1, KEPT_BYTES = 32 << 20 };

static const int sides[JOB_PICTURE_SIZES] = {JOB_PICTURE_SMALL, JOB_PICTURE_MEDIUM,
                                             JOB_PICTURE_LARGE};

/* Those who decode for strangers elsewhere too. All others are switched off. */
static const char *const loaders[] = {"VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer",
                                      "VipsForeignLoadWebpBuffer", "VipsForeignLoadNsgifBuffer",
                                      "VipsForeignLoadHeifBuffer"};

static bool prepare(void)
{
    glib_log_start();
    /* Of the modules that it would load (some are for documents, with a hundred libraries) we want
     * one; without it HEIC is refused as another kind. */
    g_setenv("VIPSHOME", "/nonexistent", TRUE);
    g_setenv("VIPS_CONCURRENCY", "1", TRUE);
    g_setenv("VIPS_NOVECTOR", "1", TRUE); /* it would make code at run time */
    if (vips_init("guildhall-job") != 0) {
        fprintf(stderr, "vips: %s\n", vips_error_buffer());
        return false;
    }
    g_module_open(VIPS_MODULES "/vips-heif.so", G_MODULE_BIND_LAZY);
    /* Memory of one picture serves the next, instead of new pages each time. */
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(loaders); i++)
        vips_operation_block_set(loaders[i], FALSE);
    return true;
}

static bool is_allowed(struct str bytes)
{
    const char *name = vips_foreign_find_load_buffer(bytes.p, bytes.n);
    for (size_t i = 0; name && i < G_N_ELEMENTS(loaders); i++)
        if (strcmp(name, loaders[i]) == 0)
            return true;
    return false;
}

struct head {
    int width, height; /* as it is seen */
    bool has_profile;  /* its colours are of its own making, or CMYK */
};

/* What its head alone says; or a word that refuses it. */
static const char *look(struct str bytes, struct head *out)
{
    if (bytes.n == 0)
        return "empty";
    if (!is_allowed(bytes))
        return "picture_kind";
    VipsImage *head =
        vips_image_new_from_buffer(bytes.p, bytes.n, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);
    if (!head)
        return "picture_broken";
    bool is_turned = vips_image_get_orientation(head) >= 5;
    int w = vips_image_get_width(head), h = vips_image_get_height(head);
    out->width = is_turned ? h : w;
    out->height = is_turned ? w : h;
    out->has_profile = vips_image_get_typeof(head, VIPS_META_ICC_NAME) != 0 ||
                       vips_image_get_interpretation(head) == VIPS_INTERPRETATION_CMYK;
    g_object_unref(head);
    return (int64_t)w * h > JOB_PICTURE_PIXELS_MAX ? "picture_pixels" : NULL;
}

static bool write_image(int (*save)(VipsImage *in, void **buf, size_t *n), VipsImage *in,
                        int64_t range[2])
{
    void *p = NULL;
    size_t n = 0;
    if (save(in, &p, &n) != 0)
        return false;
    range[0] = work_put(p, n);
    range[1] = (int64_t)n;
    g_free(p);
    return true;
}

static int save_webp(VipsImage *in, void **p, size_t *n)
{
    return vips_webpsave_buffer(in, p, n, "Q", WEBP_QUALITY, "effort", WEBP_EFFORT, "strip", TRUE,
                                NULL);
}

/* JPEG has no transparency: white shines through. */
static VipsImage *without_transparency(VipsImage *in)
{
    VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
    VipsImage *flat = NULL;
    /* Of an image without it, vips_flatten() would take a colour for it. */
    int failed = vips_image_hasalpha(in) ? vips_flatten(in, &flat, "background", white, NULL)
                                         : vips_copy(in, &flat, NULL);
    vips_area_unref(VIPS_AREA(white));
    return failed ? NULL : flat;
}

static int save_jpeg(VipsImage *in, void **p, size_t *n)
{
    VipsImage *flat = without_transparency(in);
    int failed = !flat || vips_jpegsave_buffer(flat, p, n, "Q", JPEG_QUALITY, "optimize_coding",
                                               TRUE, "strip", TRUE, NULL) != 0;
    if (flat)
        g_object_unref(flat);
    return failed;
}

struct made {
    int width, height;
    int64_t webp[2], jpeg[2];
};

/* All that came with the picture: where it was taken, by which camera; its profile, which is sRGB's
 * by now and longer than a small picture. What an image cannot be without stays by itself. */
static void forget_metadata(VipsImage *im)
{
    char **fields = vips_image_get_fields(im);
    for (char **f = fields; f && *f; f++)
        vips_image_remove(im, *f);
    g_strfreev(fields);
}

static int scaled(int length, int side, int longest)
{
    int n = (int)(((int64_t)length * side + longest / 2) / longest);
    return n > 0 ? n : 1;
}

/* Scaled down, in memory. A triangle: sharper ones cost more than they show in a shop. With
 * transparency colours are weighed by it, so that nothing shines around the edges. */
static VipsImage *shrink(VipsImage *from, int width, int height)
{
    VipsImage *t[5] = {NULL}, *whole = NULL;
    bool alpha = vips_image_hasalpha(from);
    double h = (double)width / vips_image_get_width(from);
    double v = (double)height / vips_image_get_height(from);
    bool ok = alpha ? vips_premultiply(from, &t[0], NULL) == 0 : vips_copy(from, &t[0], NULL) == 0;
    ok = ok && vips_resize(t[0], &t[1], h, "vscale", v, "kernel", VIPS_KERNEL_LINEAR, NULL) == 0;
    ok = ok && (alpha ? vips_unpremultiply(t[1], &t[2], NULL) : vips_copy(t[1], &t[2], NULL)) == 0;
    ok = ok && vips_cast_uchar(t[2], &t[3], NULL) == 0;
    if (ok)
        whole = vips_image_copy_memory(t[3]);
    for (size_t i = 0; i < G_N_ELEMENTS(t); i++)
        if (t[i])
            g_object_unref(t[i]);
    return whole;
}

static bool save(VipsImage *im, struct made *out)
{
    out->width = vips_image_get_width(im);
    out->height = vips_image_get_height(im);
    forget_metadata(im);
    return write_image(save_webp, im, out->webp) && write_image(save_jpeg, im, out->jpeg);
}

/* The largest size, upright and in sRGB, in memory. NULL when it does not decode whole. */
static VipsImage *decode(struct str bytes, bool has_profile)
{
    VipsImage *lazy = NULL, *whole = NULL;
    if (vips_thumbnail_buffer((void *)bytes.p, bytes.n, &lazy, JOB_PICTURE_LARGE, "height",
                              JOB_PICTURE_LARGE, "size", VIPS_SIZE_DOWN, "option_string",
                              "[fail_on=error]", has_profile ? "export_profile" : NULL, "srgb",
                              NULL) == 0)
        whole = vips_image_copy_memory(lazy);
    if (lazy)
        g_object_unref(lazy);
    return whole;
}

/* From the largest down, each of the one before; one that would be hardly smaller is the same. */
static const char *make(struct str bytes, const struct head *head,
                        struct made sizes[JOB_PICTURE_SIZES])
{
    VipsImage *im = decode(bytes, head->has_profile);
    int longest = MAX(head->width, head->height), i = JOB_PICTURE_SIZES - 1;
    bool ok = im && save(im, &sizes[i]);
    while (ok && --i >= 0) {
        if (longest * 100 <= sides[i] * JOB_PICTURE_NEAR) {
            sizes[i] = sizes[i + 1];
            continue;
        }
        VipsImage *smaller = shrink(im, scaled(head->width, sides[i], longest),
                                    scaled(head->height, sides[i], longest));
        g_object_unref(im);
        im = smaller;
        ok = im && save(im, &sizes[i]);
    }
    if (im)
        g_object_unref(im);
    return ok ? NULL : "picture_broken";
}

static void do_one(struct str bytes, struct buf *line)
{
    struct made sizes[JOB_PICTURE_SIZES];
    struct head head = {0};
    const char *why = look(bytes, &head);
    if (!why)
        why = make(bytes, &head, sizes);
    if (why) {
        fprintf(stderr, "%s: %s", why, vips_error_buffer());
        vips_error_clear();
        buf_printf(line, "{\"why\":\"%s\"}", why);
        return;
    }
    buf_printf(line, "{\"width\":%d,\"height\":%d,\"sizes\":[", head.width, head.height);
    for (int i = 0; i < JOB_PICTURE_SIZES; i++) {
        const struct made *m = &sizes[i];
        buf_printf(line, "%s{\"width\":%d,\"height\":%d,\"webp\":[%lld,%lld],\"jpeg\":[%lld,%lld]}",
                   i ? "," : "", m->width, m->height, (long long)m->webp[0], (long long)m->webp[1],
                   (long long)m->jpeg[0], (long long)m->jpeg[1]);
    }
    buf_z(line, "]}");
}

static int run(const struct work_io *io)
{
    const json_t *list = json_object_get(io->request, "pictures");
    struct buf line;
    buf_init(&line, 4096);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct str bytes;
        if (!work_range(io, json_array_get(list, i), &bytes))
            return work_refuse("request", 0, 0);
        do_one(bytes, &line);
        work_answer(&line);
    }
    return 0;
}

const struct work work_picture = {
    .name = "picture",
    .sandbox = {.memory = (size_t)1536 << 20,
                .file_size = (size_t)512 << 20,
                .cpu_s = 360,
                .threads = true},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
