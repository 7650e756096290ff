#include "job/job_zip.h"

#include <assert.h>
#include <jansson.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "job/job_words.h"

enum { RUN_ARENA_MAX = 2 * JOB_ANSWERS_MAX, REQUEST_MAX = JOB_ZIP_TAKE_MAX * 24 };

static bool read_file(const json_t *j, struct arena *arena, struct job_zip_file *out)
{
    const json_t *size = json_object_get(j, "size");
    const char *name = json_string_value(json_object_get(j, "name"));
    if (!name || !name[0] || name[0] == '/' || !json_is_integer(size))
        return false;
    out->name = str_of(arena_strdup(arena, name));
    out->size = json_integer_value(size);
    return out->name.p && out->size >= 0;
}

/* "folder" does not count: nobody misses it. */
static bool is_skipped(const json_t *j, bool *counts)
{
    const char *skip = json_string_value(json_object_get(j, "skip"));
    *counts = skip && strcmp(skip, "folder") != 0;
    return skip != NULL;
}

static size_t lines_of(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static enum err read_list(struct str text, struct job_zip_list *out, struct arena *arena)
{
    out->files = arena_array(arena, lines_of(text), sizeof(*out->files));
    if (!out->files)
        return ERR_NOMEM;
    for (int64_t number = 0; text.n > 0; number++) {
        struct str line = str_cut(text, '\n', &text);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        struct job_zip_file *file = &out->files[out->n];
        bool counts, skip = is_skipped(j, &counts), ok = skip || read_file(j, arena, file);
        json_decref(j);
        if (!ok)
            return arena_failed(arena) ? ERR_NOMEM : ERR_PROTOCOL;
        out->skipped += counts;
        file->number = number;
        out->n += !skip;
    }
    return OK;
}

enum err job_zip_list(int in_fd, struct job_zip_list *out, struct arena *arena,
                      struct err_info *info)
{
    struct job_spec spec = {.what = "zip", .request = STR("{}"), .in_fd = in_fd, .out_fd = -1};
    struct job_answer answer;
    struct arena own;
    *out = (struct job_zip_list){0};
    arena_init(&own, RUN_ARENA_MAX);
    enum err e = job_run(&spec, &answer, &own, info);
    if (e == OK)
        e = read_list(answer.text, out, arena);
    arena_free(&own);
    return e;
}

/* --- taking --- */

static bool read_taken(const json_t *j, int64_t end, struct job_zip_taken *out)
{
    const char *why = json_string_value(json_object_get(j, "why"));
    const struct job_word *word = why ? job_word_find(why) : NULL;
    const json_t *at = json_object_get(j, "at");
    struct job_range r = {json_integer_value(json_array_get(at, 0)),
                          json_integer_value(json_array_get(at, 1))};
    *out = (struct job_zip_taken){0};
    if (word) {
        out->err = word->err;
        out->key = word->key;
        return true;
    }
    out->range = r;
    return at && r.offset >= 0 && r.length >= 0 && r.offset <= end && r.length <= end - r.offset;
}

static enum err read_all_taken(struct str text, int out_fd, struct job_zip_taken *out, size_t n)
{
    struct stat st;
    if (fstat(out_fd, &st) != 0)
        return err_from_errno(0);
    for (size_t i = 0; i < n; i++) {
        struct str line = str_cut(text, '\n', &text);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        bool ok = read_taken(j, st.st_size, &out[i]);
        json_decref(j);
        if (!ok)
            return ERR_PROTOCOL;
    }
    return OK;
}

enum err job_zip_take(int in_fd, const int64_t *numbers, size_t n, int out_fd,
                      bool (*stop)(void *arg), void *arg, struct job_zip_taken *out,
                      struct err_info *info)
{
    struct job_spec spec = {
        .what = "zip", .in_fd = in_fd, .out_fd = out_fd, .stop = stop, .arg = arg};
    struct job_answer answer;
    struct arena own;
    struct buf request;
    assert(n <= JOB_ZIP_TAKE_MAX);
    arena_init(&own, RUN_ARENA_MAX);
    buf_init(&request, REQUEST_MAX);
    buf_z(&request, "{\"take\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&request, "%s%lld", i ? "," : "", (long long)numbers[i]);
    buf_z(&request, "]}");
    spec.request = str_n(request.p, request.n);
    enum err e = buf_ok(&request) ? job_run(&spec, &answer, &own, info) : ERR_NOMEM;
    if (e == OK)
        e = read_all_taken(answer.text, out_fd, out, n);
    buf_free(&request);
    arena_free(&own);
    return e;
}
