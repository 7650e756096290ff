/*
 * sheet: XLSX, CSV, TSV → the rows of one sheet on the output, a JSON line each:
 *
 *   {"row":2,"cells":[{"c":1,"k":"text","t":"…"},{"c":2,"k":"formula","t":"12","f":"A1*2","m":1}]}
 *
 * The request names the sheet ({"sheet":"…"}; {} is the first that is not hidden). The answer:
 *
 *   {"format":"xlsx","names":["…"],"rows":N,"columns":N,"merges":N}  or  {"format":"csv",
 *   "encoding":"gb18030","rows":…}
 */
#include <stdio.h>

#include "job/csv.h"
#include "job/json.h"
#include "job/worker.h"
#include "job/xlsx.h"

enum { FLUSH = 256 * 1024, ROW_MAX = 64 * 1024 * 1024, ANSWER_MAX = 256 * 1024 };

struct writing {
    struct buf lines;
    int64_t rows;
    int columns;
};

static const char *put_row(void *user, int64_t row, const struct table_cell *cells, size_t n)
{
    static const char *const kinds[] = {JOB_CELL_KINDS};
    struct writing *w = user;
    buf_printf(&w->lines, "{\"row\":%lld,\"cells\":[", (long long)row);
    for (size_t i = 0; i < n; i++) {
        const struct table_cell *c = &cells[i];
        buf_printf(&w->lines, "%s{\"c\":%d,\"k\":\"%s\",\"t\":", i ? "," : "", c->column,
                   kinds[c->kind]);
        json_put(&w->lines, c->text);
        if (c->formula.n) {
            buf_z(&w->lines, ",\"f\":");
            json_put(&w->lines, str_slice(c->formula, 0, JOB_SHEET_FORMULA_MAX));
        }
        buf_z(&w->lines, c->merged ? ",\"m\":1}" : "}");
    }
    buf_z(&w->lines, "]}\n");
    w->rows++;
    if (cells[n - 1].column > w->columns)
        w->columns = cells[n - 1].column;
    if (!buf_ok(&w->lines))
        return "sheet_bytes";
    if (w->lines.n >= FLUSH) {
        work_put(w->lines.p, w->lines.n);
        buf_clear(&w->lines);
    }
    return NULL;
}

static int finish(struct writing *w, struct buf *answer, size_t merges,
                  const struct table_fault *fault)
{
    if (fault->why)
        return work_refuse(fault->why, fault->row, fault->column);
    work_put(w->lines.p, w->lines.n);
    buf_printf(answer, ",\"rows\":%lld,\"columns\":%d,\"merges\":%zu}", (long long)w->rows,
               w->columns, merges);
    work_answer(answer);
    return 0;
}

/* --- XLSX --- */

/* The sheet that is asked for, among those that are not hidden; or a word. */
static const char *choose(const struct xlsx *x, const char *name, size_t *out)
{
    bool any = false;
    for (size_t i = 0; i < x->sheets_n; i++) {
        if (x->sheets[i].is_hidden || !x->sheets[i].path)
            continue;
        any = true;
        *out = i;
        if (!name || str_eq_z(x->sheets[i].name, name))
            return NULL;
    }
    return any ? "sheet_no_such" : "sheet_none";
}

static void put_names(const struct xlsx *x, struct buf *answer)
{
    bool first = true;
    buf_z(answer, "{\"format\":\"xlsx\",\"names\":[");
    for (size_t i = 0; i < x->sheets_n; i++) {
        if (x->sheets[i].is_hidden || !x->sheets[i].path)
            continue;
        buf_z(answer, first ? "" : ",");
        json_put(answer, x->sheets[i].name);
        first = false;
    }
    buf_u8(answer, ']');
}

static bool is_ods(struct str input)
{
    struct zip z;
    struct zip_entry entry;
    return zip_open(&z, input, ZIP_RATIO_FREE) == NULL &&
           zip_find(&z, STR("META-INF/manifest.xml"), &entry) == NULL &&
           zip_find(&z, STR("content.xml"), &entry) == NULL;
}

static int read_xlsx(const struct work_io *io, const struct table_sink *sink, struct writing *w,
                     struct buf *answer)
{
    static struct arena arena;
    static struct xlsx x;
    struct table_fault fault = {0};
    size_t chosen = 0, merges = 0;
    arena_init(&arena, XLSX_ARENA_MAX);
    if (is_ods(io->input))
        return work_refuse("sheet_ods", 0, 0);
    fault.why = xlsx_open(&x, io->input, &arena);
    if (!fault.why)
        fault.why = choose(&x, json_string_value(json_object_get(io->request, "sheet")), &chosen);
    if (fault.why)
        return work_refuse(fault.why, 0, 0);
    put_names(&x, answer);
    xlsx_read(&x, chosen, sink, &merges, &fault);
    return finish(w, answer, merges, &fault);
}

/* --- the rest --- */

static int read_csv(const struct work_io *io, const struct table_sink *sink, struct writing *w,
                    struct buf *answer)
{
    struct table_fault fault;
    enum charset charset;
    csv_read(io->input, sink, &charset, &fault);
    buf_printf(answer, "{\"format\":\"csv\",\"encoding\":\"%s\"", charset_name(charset));
    return finish(w, answer, 0, &fault);
}

/* What is no text would be read as a table of nonsense: pictures, programs, documents, pages. */
static bool is_text(struct str input)
{
    static const char *const others[] = {"%PDF",
                                         "\x89PNG",
                                         "\xff\xd8\xff",
                                         "GIF8",
                                         "RIFF",
                                         ("\x7f"
                                          "ELF"),
                                         "MZ\x90",
                                         "Rar!",
                                         "7z\xbc\xaf",
                                         "\x1f\x8b",
                                         "{\\rtf"};
    struct str head = str_trim(str_slice(input, 0, 512));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (str_starts(input, others[i]))
            return false;
    if (str_starts(head, "\xef\xbb\xbf"))
        head = str_trim(str_slice(head, 3, head.n));
    return !(
        head.n > 1 && head.p[0] == '<' &&
        (head.p[1] == '!' || head.p[1] == '?' || str_ieq(str_slice(head, 0, 5), STR("<html"))));
}

static int run(const struct work_io *io)
{
    struct writing w = {0};
    struct buf answer;
    struct table_sink sink = {put_row, &w};
    buf_init(&w.lines, ROW_MAX);
    buf_init(&answer, ANSWER_MAX);
    if (str_starts(io->input, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
        return work_refuse("sheet_old_excel", 0, 0);
    if (str_starts(io->input, "PK"))
        return read_xlsx(io, &sink, &w, &answer);
    if (!is_text(io->input))
        return work_refuse("sheet_kind", 0, 0);
    return read_csv(io, &sink, &w, &answer);
}

static bool prepare(void)
{
    if (charset_prepare())
        return true;
    fprintf(stderr, "no converter for GB18030\n");
    return false;
}

const struct work work_sheet = {
    .name = "sheet",
    .sandbox = {.memory = (size_t)1 << 30, .file_size = (size_t)512 << 20, .cpu_s = 60},
    .needs_input = true,
    .prepare = prepare,
    .run = run,
};
