#include "job/job_sheet.h"

#include <jansson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_names(const json_t *list, struct job_sheet *out, struct arena *arena)
{
    size_t n = json_array_size(list);
    if (n > JOB_SHEET_SHEETS_MAX)
        return false;
    out->names = arena_array(arena, n, sizeof(*out->names));
    for (size_t i = 0; i < n && out->names; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name)
            return false;
        out->names[out->names_n++] = str_of(arena_strdup(arena, name));
    }
    return true;
}

static bool read_answer(const json_t *j, struct job_sheet *out, struct arena *arena)
{
    const char *format = json_string_value(json_object_get(j, "format"));
    const char *encoding = json_string_value(json_object_get(j, "encoding"));
    if (!format)
        return false;
    out->format = str_of(arena_strdup(arena, format));
    out->encoding = encoding ? str_of(arena_strdup(arena, encoding)) : STR("");
    out->rows = json_integer_value(json_object_get(j, "rows"));
    out->merges = json_integer_value(json_object_get(j, "merges"));
    json_int_t columns = json_integer_value(json_object_get(j, "columns"));
    out->columns = (int)columns;
    return out->rows >= 0 && out->rows <= JOB_SHEET_ROWS_MAX && columns >= 0 &&
           columns <= JOB_SHEET_COLUMNS_MAX && read_names(json_object_get(j, "names"), out, arena);
}

static enum err map_rows(struct job_sheet *s)
{
    struct stat st;
    if (fstat(s->fd, &st) != 0)
        return ERR_IO;
    if (st.st_size == 0)
        return OK;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, s->fd, 0);
    if (p == MAP_FAILED)
        return ERR_NOMEM;
    s->map = p;
    s->map_n = (size_t)st.st_size;
    return OK;
}

static enum err take_answer(struct job_sheet *s, struct str text, struct arena *arena)
{
    json_t *j = json_loadb(text.p, text.n, 0, NULL);
    bool ok = read_answer(j, s, arena);
    json_decref(j);
    if (arena_failed(arena))
        return ERR_NOMEM;
    return ok ? map_rows(s) : ERR_PROTOCOL;
}

/* The caller frees it. */
static char *request_for(struct str name)
{
    json_t *j = json_object();
    if (name.n)
        json_object_set_new(j, "sheet", json_stringn(name.p, name.n));
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    return text;
}

enum err job_sheet_open(int in_fd, struct str name, bool (*stop)(void *arg), void *arg,
                        struct job_sheet *out, int64_t *row, int64_t *column, struct arena *arena,
                        struct err_info *info)
{
    struct job_answer answer = {0};
    char *request = request_for(name);
    *out = (struct job_sheet){.fd = job_temporary(NULL)};
    struct job_spec spec = {.what = "sheet",
                            .request = str_of(request),
                            .in_fd = in_fd,
                            .out_fd = out->fd,
                            .stop = stop,
                            .arg = arg};
    enum err e = request && out->fd >= 0 ? job_run(&spec, &answer, arena, info) : ERR_NOMEM;
    if (row)
        *row = answer.row;
    if (column)
        *column = answer.column;
    if (e == OK)
        e = take_answer(out, answer.text, arena);
    if (e != OK)
        job_sheet_close(out);
    free(request);
    return e;
}

/* --- rows --- */

static bool read_kind(const char *z, enum job_cell_kind *out)
{
    static const char *const kinds[] = {JOB_CELL_KINDS};
    for (size_t i = 0; z && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], z) == 0) {
            *out = (enum job_cell_kind)i;
            return true;
        }
    return false;
}

static struct str text_of(const json_t *j, struct arena *arena)
{
    return json_is_string(j) ? arena_str(arena, str_n(json_string_value(j), json_string_length(j)))
                             : STR("");
}

static bool read_cell(const json_t *j, int before, struct arena *arena, struct job_cell *out)
{
    json_int_t column = json_integer_value(json_object_get(j, "c"));
    *out = (struct job_cell){.column = (int)column,
                             .merged = json_object_get(j, "m") != NULL,
                             .text = text_of(json_object_get(j, "t"), arena),
                             .formula = text_of(json_object_get(j, "f"), arena)};
    return column > before && column <= JOB_SHEET_COLUMNS_MAX &&
           read_kind(json_string_value(json_object_get(j, "k")), &out->kind);
}

static bool read_row(const json_t *j, int64_t before, struct arena *arena, struct job_row *out)
{
    const json_t *cells = json_object_get(j, "cells");
    *out = (struct job_row){.number = json_integer_value(json_object_get(j, "row"))};
    size_t n = json_array_size(cells);
    if (out->number <= before || n > JOB_SHEET_COLUMNS_MAX)
        return false;
    out->cells = arena_array(arena, n, sizeof(*out->cells));
    for (int last = 0; out->cells && out->n < n; out->n++) {
        if (!read_cell(json_array_get(cells, out->n), last, arena, &out->cells[out->n]))
            return false;
        last = out->cells[out->n].column;
    }
    return true;
}

enum err job_sheet_next(struct job_sheet *s, struct arena *arena, struct job_row *out)
{
    if (s->at == s->map_n)
        return ERR_EOF;
    const char *begin = s->map + s->at;
    const char *end = memchr(begin, '\n', s->map_n - s->at);
    if (!end)
        return ERR_PROTOCOL;
    s->at += (size_t)(end - begin) + 1;
    json_t *j = json_loadb(begin, (size_t)(end - begin), 0, NULL);
    bool ok = read_row(j, s->seen, arena, out);
    json_decref(j);
    if (arena_failed(arena))
        return ERR_NOMEM;
    s->seen = out->number;
    return ok ? OK : ERR_PROTOCOL;
}

void job_sheet_close(struct job_sheet *s)
{
    if (s->map)
        munmap(s->map, s->map_n);
    if (s->fd >= 0)
        close(s->fd);
    s->map = NULL;
    s->fd = -1;
    s->at = s->map_n = 0;
}
