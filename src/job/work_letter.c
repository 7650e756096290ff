/*
 * letter: an official document → A4 pages as PDF, with cairo and FreeType.
 *
 *   {"fonts":SETTING,"letter":[OFFSET,LENGTH],"png":[OFFSET,LENGTH]}
 *   input  the paper (letter_form.h) and the seal's picture, if there is one
 *   →      {"fallback":ROLE} for each, {"missing":CHARACTER}, {"seal":[x,y,width,height,page]} in
 *          micrometres, {"pages":N}
 *
 * Only the setting is looked at before the sandbox: it says which fonts to map.
 */
#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "job/glib_log.h"
#include "job/json.h"
#include "job/letter_draw.h"
#include "job/letter_form.h"
#include "job/worker.h"

enum { ARENA_MAX = 256 << 20, DATE_BYTES = 40 };

static struct letter_fonts fonts;

static bool prepare_for(const json_t *request)
{
    const json_t *setting = json_object_get(request, "fonts");
    glib_log_start();
    return letter_fonts_load(str_n(json_string_value(setting), json_string_length(setting)),
                             &fonts);
}

/* ---- answers ---- */

static void tell_word(const char *name, const char *word)
{
    struct buf line;
    buf_init(&line, 256);
    buf_printf(&line, "{\"%s\":", name);
    json_put(&line, str_of(word));
    buf_u8(&line, '}');
    work_answer(&line);
    buf_free(&line);
}

static long long micrometres(double mm)
{
    return llround(mm * 1000);
}

static void tell(const struct letter_drawing *d)
{
    const struct letter_rect *s = &d->seal;
    struct buf line;
    buf_init(&line, 256);
    for (int i = 0; i < LETTER_ROLES; i++)
        if (fonts.fallbacks[i])
            tell_word("fallback", letter_role_name((enum letter_role)i));
    buf_printf(&line, "{\"seal\":[%lld,%lld,%lld,%lld,%" PRId64 "]}", micrometres(s->x),
               micrometres(s->y), micrometres(s->width), micrometres(s->height), s->page);
    work_answer(&line);
    buf_printf(&line, "{\"pages\":%d}", d->layout->pages);
    work_answer(&line);
    buf_free(&line);
}

/* ---- the job ---- */

static void set(cairo_t *cr, cairo_pdf_metadata_t what, struct str text, struct arena *arena)
{
    const char *z = arena_strndup(arena, text.p, text.n);
    if (z && text.n)
        cairo_pdf_surface_set_metadata(cairo_get_target(cr), what, z);
}

static void set_metadata(cairo_t *cr, const struct letter_paper *p, struct arena *arena)
{
    char date[DATE_BYTES] = "";
    struct tm tm;
    time_t created = (time_t)p->created_s;
    if (gmtime_r(&created, &tm) && tm.tm_year >= 0 && tm.tm_year < 8000)
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
    set(cr, CAIRO_PDF_METADATA_TITLE, p->pdf_title.n ? p->pdf_title : p->title, arena);
    set(cr, CAIRO_PDF_METADATA_AUTHOR, p->pdf_author, arena);
    set(cr, CAIRO_PDF_METADATA_CREATE_DATE, str_of(date), arena);
}

static int refuse_missing(const struct letter_press *p)
{
    tell_word("missing", p->missing);
    return work_refuse("letter_glyph", 0, 0);
}

static int draw(const struct letter_paper *paper, cairo_surface_t *picture, struct arena *arena)
{
    struct letter_layout layout;
    struct letter_drawing d = {
        .press = {.cr = pdf_open(), .fonts = &fonts}, .layout = &layout, .picture = picture};
    struct letter_metrics metrics = letter_metrics_of(&d.press);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_set_font_options(d.press.cr, options);
    cairo_font_options_destroy(options);
    if (!letter_layout(paper, &metrics, arena, &layout))
        return layout.why ? work_refuse(layout.why, 0, 0) : 3;
    set_metadata(d.press.cr, paper, arena);
    bool has_code = letter_draw(&d);
    if (d.press.missing[0])
        return refuse_missing(&d.press);
    if (!has_code)
        return work_refuse("letter_code", 0, 0);
    if (!pdf_close(d.press.cr))
        return 3;
    tell(&d);
    return 0;
}

static int run(const struct work_io *io)
{
    static struct letter_form_read form;
    static struct arena arena;
    struct str letter, png;
    struct err_info info;
    arena_init(&arena, ARENA_MAX);
    if (!work_range(io, json_object_get(io->request, "letter"), &letter) ||
        !work_range(io, json_object_get(io->request, "png"), &png) ||
        letter_form_read(letter, &form, &info) != OK)
        return work_refuse("request", 0, 0);
    cairo_surface_t *picture =
        form.paper.seal == LETTER_SEAL_PNG && form.paper.is_sealed ? letter_seal_read(png) : NULL;
    if (form.paper.seal == LETTER_SEAL_PNG && form.paper.is_sealed && !picture)
        return work_refuse("letter_png", 0, 0);
    return draw(&form.paper, picture, &arena);
}

const struct work work_letter = {
    .name = "letter",
    .sandbox = {.memory = (size_t)1024 << 20, .file_size = (size_t)64 << 20, .cpu_s = 60},
    .needs_input = true,
    .prepare_for = prepare_for,
    .run = run,
};
