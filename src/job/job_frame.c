#include "job/job_frame.h"

#include <assert.h>
#include <jansson.h>

#include "base/buf.h"
#include "job/job_range.h"
#include "job/job_words.h"

enum { REQUEST_MAX = JOB_FRAMES_MAX * 96 + 64, RUN_ARENA_MAX = 1024 * 1024, EACH_MS = 2 * 1000 };

static bool read_one(const json_t *j, int fd, struct job_frame_made *out)
{
    const char *why = json_string_value(json_object_get(j, "why"));
    const struct job_word *word = why ? job_word_find(why) : NULL;
    json_int_t w = json_integer_value(json_object_get(j, "width"));
    json_int_t h = json_integer_value(json_object_get(j, "height"));
    *out = (struct job_frame_made){.err = word ? word->err : OK};
    if (word)
        return true;
    if (w < 1 || w > JOB_FRAME_SIDE || h < 1 || h > JOB_FRAME_SIDE)
        return false;
    out->width = (int)w;
    out->height = (int)h;
    return job_range_read(json_object_get(j, "jpeg"), fd, "\xff\xd8\xff", 0, &out->jpeg);
}

static void read_answers(struct str text, int fd, struct job_frame_made *out, size_t n)
{
    for (size_t i = 0; i < n && text.n > 0; i++) {
        struct str line = str_cut(text, '\n', &text);
        json_t *j = json_loadb(line.p, line.n, 0, NULL);
        if (!read_one(j, fd, &out[i]))
            out[i] = (struct job_frame_made){.err = ERR_PROTOCOL};
        json_decref(j);
    }
}

enum err job_frames(int in_fd, const struct job_frame *frames, size_t n, int out_fd,
                    struct job_frame_made *out, struct err_info *info)
{
    struct arena arena;
    struct buf request;
    struct job_answer answer = {0};
    assert(n <= JOB_FRAMES_MAX);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct job_frame_made){.err = ERR_PROTOCOL};
    arena_init(&arena, RUN_ARENA_MAX);
    buf_init(&request, REQUEST_MAX);
    buf_z(&request, "{\"frames\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(&request, "%s[[%lld,%lld],[%lld,%lld]]", i ? "," : "",
                   (long long)frames[i].config.offset, (long long)frames[i].config.length,
                   (long long)frames[i].picture.offset, (long long)frames[i].picture.length);
    buf_z(&request, "]}");
    struct job_spec spec = {.what = "frame",
                            .request = str_n(request.p, request.n),
                            .in_fd = in_fd,
                            .out_fd = out_fd,
                            .deadline_ms = 10 * 1000 + (int64_t)n * EACH_MS};
    enum err e = buf_ok(&request) ? job_run(&spec, &answer, &arena, info) : ERR_NOMEM;
    if (e != ERR_NOMEM)
        read_answers(answer.text, out_fd, out, n);
    buf_free(&request);
    arena_free(&arena);
    return e;
}
