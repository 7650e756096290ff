#include "job/job_letter.h"

#include <jansson.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "job/json.h"
#include "job/letter_form.h"
#include "job/letter_role.h"

enum {
    RUN_ARENA_MAX = JOB_ANSWERS_MAX + 64 * 1024,
    PDF_BYTES_MAX = 64 << 20,
    REQUEST_BYTES = LETTER_FONTS_MAX * 2 + 256,
};

static const char *fonts = "";

enum err job_letter_set_fonts(const char *setting)
{
    if (!letter_fonts_ok(str_of(setting)))
        return ERR_SYNTAX;
    fonts = setting ? setting : "";
    return OK;
}

/* ---- there ---- */

static enum err write_all(int fd, const void *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)p + at, n - at);
        if (done <= 0)
            return ERR_IO;
        at += (size_t)done;
    }
    return OK;
}

static enum err write_input(const struct letter_paper *paper, int fd, struct buf *request)
{
    struct buf form;
    struct str png = paper->seal == LETTER_SEAL_PNG ? paper->seal_png : STR_NONE;
    buf_init(&form, LETTER_FORM_BYTES);
    letter_form_write(paper, &form);
    buf_z(request, "{\"fonts\":");
    json_put(request, str_of(fonts));
    buf_printf(request, ",\"letter\":[0,%zu],\"png\":[%zu,%zu]}", form.n, form.n, png.n);
    enum err e = buf_ok(&form) && buf_ok(request) ? OK : ERR_TOO_LARGE;
    if (!e)
        e = write_all(fd, form.p, form.n);
    if (!e)
        e = write_all(fd, png.p, png.n);
    buf_free(&form);
    return e;
}

/* ---- and back ---- */

static void read_seal(const json_t *list, struct letter_rect *out)
{
    double mm[4];
    for (size_t i = 0; i < 4; i++)
        mm[i] = (double)json_integer_value(json_array_get(list, i)) / 1000;
    *out = (struct letter_rect){mm[0], mm[1], mm[2], mm[3],
                                json_integer_value(json_array_get(list, 4))};
}

static void read_line(const json_t *j, struct letter_result *out)
{
    const char *role = json_string_value(json_object_get(j, "fallback"));
    const char *missing = json_string_value(json_object_get(j, "missing"));
    const json_t *seal = json_object_get(j, "seal"), *pages = json_object_get(j, "pages");
    for (int i = 0; role && i < LETTER_ROLES; i++)
        out->fallbacks[i] |= strcmp(role, letter_role_name((enum letter_role)i)) == 0;
    if (missing && strlen(missing) < sizeof(out->missing))
        memcpy(out->missing, missing, strlen(missing) + 1);
    if (seal)
        read_seal(seal, &out->seal);
    if (pages)
        out->pages = json_integer_value(pages);
}

static void read_answer(struct str text, struct letter_result *out)
{
    while (text.n) {
        struct str line = str_cut(text, '\n', &text);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        read_line(j, out);
        json_decref(j);
    }
}

/* Once for each role: whoever runs the program is to know that a bureau's letters do not look as
 * the standard has them. */
static void warn_of_fallbacks(const struct letter_result *r)
{
    static atomic_bool is_said[LETTER_ROLES];
    for (int i = 0; i < LETTER_ROLES; i++)
        if (r->fallbacks[i] && !atomic_exchange(&is_said[i], true))
            LOG(WARN, "letter.typeface_missing", L_Z("role", letter_role_name((enum letter_role)i)),
                L_Z("setting", "letter-fonts"));
}

static enum err read_pdf(int fd, struct block **out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ERR_IO;
    if (st.st_size == 0 || st.st_size > PDF_BYTES_MAX)
        return ERR_PROTOCOL;
    struct block *b = block_new((size_t)st.st_size);
    if (!b)
        return ERR_NOMEM;
    if (pread(fd, block_bytes(b), b->n, 0) != (ssize_t)b->n) {
        block_unref(b);
        return ERR_IO;
    }
    *out = b;
    return OK;
}

static enum err run(const struct letter_paper *paper, const struct job_letter_ask *ask, int in,
                    int out_fd, struct letter_result *out, struct err_info *info)
{
    struct arena arena;
    struct buf request;
    struct job_answer answer = {.text = STR_NONE};
    arena_init(&arena, RUN_ARENA_MAX);
    buf_init(&request, REQUEST_BYTES);
    enum err e = write_input(paper, in, &request);
    struct job_spec spec = {.what = "letter",
                            .request = str_n(request.p, request.n),
                            .in_fd = in,
                            .out_fd = out_fd,
                            .stop = ask ? ask->stop : NULL,
                            .arg = ask ? ask->arg : NULL};
    if (!e) {
        e = job_run(&spec, &answer, &arena, info);
        read_answer(answer.text, out);
        warn_of_fallbacks(out);
    }
    if (!e && out->pages <= 0)
        e = ERR_PROTOCOL;
    if (!e)
        e = read_pdf(out_fd, &out->pdf);
    buf_free(&request);
    arena_free(&arena);
    return e;
}

enum err job_letter(const struct letter_paper *paper, const struct job_letter_ask *ask,
                    struct letter_result *out, struct err_info *info)
{
    *out = (struct letter_result){.pdf = NULL};
    enum err e = letter_form_check(paper, info);
    if (e)
        return e;
    int in = job_temporary(NULL), out_fd = job_temporary(NULL);
    e = in < 0 || out_fd < 0 ? ERR_NOMEM : run(paper, ask, in, out_fd, out, info);
    if (in >= 0)
        close(in);
    if (out_fd >= 0)
        close(out_fd);
    return e;
}
