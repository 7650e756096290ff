#include "job/job_picture.h"

#include <assert.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "job/job_range.h"
#include "job/job_words.h"

enum {
    REQUEST_MAX = JOB_PICTURES_MAX * 64,
    RUN_ARENA_MAX = 8 * 1024 * 1024,
    FIRST_MS = 30 * 1000,
    EACH_MS = 5 * 1000
};

bool job_range_read(const json_t *pair, int fd, const char *magic, size_t magic_at,
                    struct job_range *out)
{
    struct stat st;
    char head[4];
    const json_t *offset = json_array_get(pair, 0), *length = json_array_get(pair, 1);
    if (!json_is_integer(offset) || !json_is_integer(length) || fstat(fd, &st) != 0)
        return false;
    *out = (struct job_range){json_integer_value(offset), json_integer_value(length)};
    size_t n = strlen(magic);
    if (out->offset < 0 || out->length < 16 || out->offset > st.st_size ||
        out->length > st.st_size - out->offset)
        return false;
    return pread(fd, head, n, out->offset + (off_t)magic_at) == (ssize_t)n &&
           memcmp(head, magic, n) == 0;
}

static bool read_side(const json_t *j, int most, int *out)
{
    json_int_t i = json_is_integer(j) ? json_integer_value(j) : 0;
    *out = (int)i;
    return i > 0 && i <= most;
}

static bool read_size(const json_t *j, int side, int fd, struct job_picture_size *out)
{
    return read_side(json_object_get(j, "width"), side, &out->width) &&
           read_side(json_object_get(j, "height"), side, &out->height) &&
           job_range_read(json_object_get(j, "webp"), fd, "WEBP", 8, &out->webp) &&
           job_range_read(json_object_get(j, "jpeg"), fd, "\xff\xd8\xff", 0, &out->jpeg);
}

static bool read_picture(const json_t *j, int fd, struct job_picture *out)
{
    static const int sides[JOB_PICTURE_SIZES] = {JOB_PICTURE_SMALL, JOB_PICTURE_MEDIUM,
                                                 JOB_PICTURE_LARGE};
    const json_t *sizes = json_object_get(j, "sizes");
    const char *why = json_string_value(json_object_get(j, "why"));
    const struct job_word *word = why ? job_word_find(why) : NULL;
    if (word) {
        *out = (struct job_picture){.err = word->err, .key = word->key};
        return true;
    }
    if (!read_side(json_object_get(j, "width"), JOB_PICTURE_PIXELS_MAX, &out->width) ||
        !read_side(json_object_get(j, "height"), JOB_PICTURE_PIXELS_MAX, &out->height))
        return false;
    for (size_t i = 0; i < JOB_PICTURE_SIZES; i++)
        if (!read_size(json_array_get(sizes, i), sides[i] * JOB_PICTURE_NEAR / 100, fd,
                       &out->sizes[i]))
            return false;
    return true;
}

/* How many of the pictures have their answer. */
static size_t read_answers(struct str text, int fd, struct job_picture *out, size_t n)
{
    size_t done = 0;
    while (text.n > 0 && done < n) {
        struct str line = str_cut(text, '\n', &text);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        out[done] = (struct job_picture){0};
        bool ok = read_picture(j, fd, &out[done]);
        json_decref(j);
        if (!ok)
            break;
        done++;
    }
    return done;
}

static enum err run_some(struct job_spec *spec, const struct job_range *ranges, size_t n,
                         struct job_picture *out, size_t *done, struct err_info *info)
{
    struct arena arena;
    struct buf request;
    struct job_answer answer;
    arena_init(&arena, RUN_ARENA_MAX);
    buf_init(&request, REQUEST_MAX);
    buf_z(&request, "{\"pictures\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&request, "%s[%lld,%lld]", i ? "," : "", (long long)ranges[i].offset,
                   (long long)ranges[i].length);
    buf_z(&request, "]}");
    spec->request = str_n(request.p, request.n);
    spec->deadline_ms = FIRST_MS + (int64_t)n * EACH_MS;
    enum err e = buf_ok(&request) ? job_run(spec, &answer, &arena, info) : ERR_NOMEM;
    *done = e == ERR_NOMEM ? 0 : read_answers(answer.text, spec->out_fd, out, n);
    buf_free(&request);
    arena_free(&arena);
    return e;
}

/* Is it the picture's fault? */
static bool is_of_input(enum err e)
{
    return e == OK || e == ERR_PROTOCOL || e == ERR_TIMEOUT || e == ERR_TOO_LARGE ||
           e == ERR_INVALID || e == ERR_SYNTAX;
}

enum err job_pictures(int in_fd, const struct job_range *ranges, size_t n, int out_fd,
                      bool (*stop)(void *arg), void *arg, struct job_picture *out,
                      struct err_info *info)
{
    struct job_spec spec = {
        .what = "picture", .in_fd = in_fd, .out_fd = out_fd, .stop = stop, .arg = arg};
    assert(n <= JOB_PICTURES_MAX);
    for (size_t at = 0; at < n;) {
        size_t done;
        enum err e = run_some(&spec, ranges + at, n - at, out + at, &done, info);
        if (!is_of_input(e))
            return e;
        at += done;
        if (at < n) /* the one that it died of, or lied about */
            out[at++] =
                (struct job_picture){.err = e ? e : ERR_PROTOCOL, .key = "job.picture_broken"};
    }
    *info = (struct err_info){0};
    return OK;
}
