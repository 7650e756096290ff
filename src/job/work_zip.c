/*
 * zip: what is in an archive, and files of it.
 *
 *   {}               →   a line for each file: {"name":"a/b.jpg","size":N} or
 * {"name":"…","skip":WHY}
 *   {"take":[0,5,…]} →   their bytes, appended to the output; a line each: {"at":[OFFSET,LENGTH]}
 *                        or {"why":WORD}
 *
 * Files are numbered as they stand in the directory; folders have numbers too. WHY: "folder",
 * "link", "locked", "name" (leads out of the folder, or is no text).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "job/charset.h"
#include "job/job_zip.h"
#include "job/json.h"
#include "job/worker.h"
#include "job/zip.h"

static const char *skip(const struct zip_entry *e, char *name)
{
    bool named = zip_name(e, name);
    if (!named)
        name[0] = '\0';
    return e->is_folder   ? "folder"
           : e->is_link   ? "link"
           : e->is_locked ? "locked"
           : named        ? NULL
                          : "name";
}

static int list(struct zip *z, struct buf *line)
{
    struct zip_entry e;
    char name[ZIP_NAME_MAX + 1];
    const char *why;
    size_t n = 0;
    for (size_t at = 0; zip_next(z, &at, &e, &why); n++) {
        if (n == ZIP_FILES_MAX)
            return work_refuse("zip_files", 0, 0);
        const char *reason = skip(&e, name);
        buf_z(line, "{\"name\":");
        json_put(line, str_of(name));
        if (reason)
            buf_printf(line, ",\"skip\":\"%s\"}", reason);
        else
            buf_printf(line, ",\"size\":%llu}", (unsigned long long)e.size);
        work_answer(line);
    }
    return why ? work_refuse(why, 0, 0) : 0;
}

static const char *put(void *user, const uint8_t *p, size_t n)
{
    (void)user;
    work_put(p, n);
    return NULL;
}

static void take_one(struct zip *z, const struct zip_entry *e, struct buf *line)
{
    char name[ZIP_NAME_MAX + 1];
    const char *reason = skip(e, name);
    int64_t begin = work_put("", 0);
    const char *why = reason                       ? "zip_no_file"
                      : e->size > JOB_ZIP_FILE_MAX ? "zip_bytes"
                                                   : zip_read(z, e, put, NULL);
    if (why)
        buf_printf(line, "{\"why\":\"%s\"}", why);
    else
        buf_printf(line, "{\"at\":[%lld,%llu]}", (long long)begin, (unsigned long long)e->size);
    work_answer(line);
}

/* The numbers must rise, so that one walk finds all. */
static int take(struct zip *z, const json_t *numbers, struct buf *line)
{
    struct zip_entry e;
    const char *why = NULL;
    size_t at = 0, next = 0;
    json_int_t before = -1;
    for (size_t i = 0; i < json_array_size(numbers); i++) {
        json_int_t wanted = json_integer_value(json_array_get(numbers, i));
        if (wanted <= before || wanted >= ZIP_FILES_MAX)
            return work_refuse("request", 0, 0);
        before = wanted;
        for (; next <= (size_t)wanted; next++)
            if (!zip_next(z, &at, &e, &why))
                return work_refuse(why ? why : "zip_no_file", 0, 0);
        take_one(z, &e, line);
    }
    return 0;
}

static int run(const struct work_io *io)
{
    struct zip z;
    struct buf line;
    const json_t *numbers = json_object_get(io->request, "take");
    buf_init(&line, 16 * 1024);
    const char *why = zip_open(&z, io->input, JOB_ZIP_BYTES_MAX);
    if (why)
        return work_refuse(why, 0, 0);
    return numbers ? take(&z, numbers, &line) : list(&z, &line);
}

static bool prepare(void)
{
    if (charset_prepare())
        return true;
    fprintf(stderr, "no converter for GB18030\n");
    return false;
}

const struct work work_zip = {
    .name = "zip",
    .sandbox = {.memory = (size_t)2 << 30, .file_size = JOB_ZIP_BYTES_MAX, .cpu_s = 60},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
