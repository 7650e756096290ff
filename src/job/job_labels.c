#include "job/job_labels.h"

#include <jansson.h>
#include <unistd.h>

#include "base/buf.h"
#include "job/json.h"

enum {
    INPUT_MAX = JOB_LABELS_MAX * 6 * JOB_LABEL_TEXT_MAX,
    RUN_ARENA_MAX = JOB_ANSWERS_MAX + 64 * 1024,
    FIRST_MS = 30 * 1000,
    EACH_MS = 50,
};

static void put_label(struct buf *b, const struct job_label *l)
{
    const struct {
        const char *name;
        struct str value;
        size_t most;
    } members[] = {
        {"address", l->address, JOB_LABEL_ADDRESS_MAX}, {"name_zh", l->name_zh, JOB_LABEL_TEXT_MAX},
        {"name_en", l->name_en, JOB_LABEL_TEXT_MAX},    {"maker", l->maker, JOB_LABEL_TEXT_MAX},
        {"stand", l->stand, JOB_LABEL_TEXT_MAX},        {"price", l->price, JOB_LABEL_TEXT_MAX},
        {"gtin", l->gtin, JOB_LABEL_TEXT_MAX}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        buf_printf(b, "%s\"%s\":", i ? "," : "{", members[i].name);
        json_put(b, str_head(members[i].value, members[i].most));
    }
    buf_u8(b, '}');
}

/* As one JSON list in a file without a name. */
static enum err write_input(const struct job_label *labels, size_t n, int fd)
{
    struct buf b;
    buf_init(&b, INPUT_MAX);
    buf_u8(&b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_u8(&b, ',');
        put_label(&b, &labels[i]);
    }
    buf_u8(&b, ']');
    enum err e = buf_ok(&b) ? OK : ERR_NOMEM;
    for (size_t at = 0; !e && at < b.n;) {
        ssize_t done = write(fd, b.p + at, b.n - at);
        if (done <= 0)
            e = ERR_IO;
        else
            at += (size_t)done;
    }
    buf_free(&b);
    return e;
}

/* The last line; those before it are a page each. */
static enum err read_answer(struct str text, struct job_labels_made *out)
{
    struct str line = STR_NONE;
    while (text.n)
        line = str_cut(text, '\n', &text);
    json_t *j = json_loadb(line.p, line.n, 0, NULL);
    json_t *pages = json_object_get(j, "pages");
    *out =
        (struct job_labels_made){.pages = json_integer_value(pages),
                                 .two_lines = json_integer_value(json_object_get(j, "two_lines")),
                                 .cut = json_integer_value(json_object_get(j, "cut")),
                                 .barred = json_integer_value(json_object_get(j, "barred"))};
    enum err e = json_is_integer(pages) && out->pages > 0 ? OK : ERR_PROTOCOL;
    json_decref(j);
    return e;
}

enum err job_labels(const struct job_labels_ask *ask, struct job_labels_made *out,
                    struct err_info *info)
{
    struct arena arena;
    struct job_answer answer;
    int in = job_temporary(NULL);
    struct job_spec spec = {.what = "labels",
                            .request = ask->layout == JOB_LABELS_24 ? STR("{\"layout\":\"24\"}")
                                                                    : STR("{\"layout\":\"10\"}"),
                            .in_fd = in,
                            .out_fd = ask->out_fd,
                            .deadline_ms = FIRST_MS + (int64_t)ask->n * EACH_MS,
                            .stop = ask->stop,
                            .answered = ask->pages,
                            .arg = ask->arg};
    arena_init(&arena, RUN_ARENA_MAX);
    enum err e = in < 0 ? ERR_NOMEM : ask->n > JOB_LABELS_MAX ? ERR_TOO_LARGE : OK;
    if (!e)
        e = write_input(ask->labels, ask->n, in);
    if (!e)
        e = job_run(&spec, &answer, &arena, info);
    if (!e)
        e = read_answer(answer.text, out);
    if (in >= 0)
        close(in);
    arena_free(&arena);
    return e;
}
