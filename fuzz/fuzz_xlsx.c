/*
 * A workbook whose parts are the input, with 0xFF between them: workbook, its relations, styles,
 * shared texts, sheet. They go into an archive here, so that the fuzzer need not guess checksums.
 */
#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"
#include "job/xlsx.h"

static void le(struct buf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_u8(b, (uint8_t)(v >> 8 * i));
}

/* One stored file: its local head and bytes into `files`, its entry into `directory`. */
static void add(struct buf *files, struct buf *directory, const char *name, struct str data)
{
    size_t head = files->n;
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)data.p, (uInt)data.n);
    struct buf common;
    buf_init(&common, 64);
    le(&common, 20 | 0 << 16 | 0, 6); /* version, flags, method */
    le(&common, 0, 4);                /* when */
    le(&common, crc, 4);
    le(&common, data.n, 4);
    le(&common, data.n, 4);
    le(&common, strlen(name), 2);
    le(&common, 0, 2);
    buf_z(files, "PK\x03\x04");
    buf_put(files, common.p, common.n);
    buf_z(files, name);
    buf_str(files, data);
    buf_z(directory, "PK\x01\x02");
    le(directory, 20, 2);
    buf_put(directory, common.p, common.n);
    le(directory, 0, 8);
    le(directory, 0, 2);
    le(directory, head, 4);
    buf_z(directory, name);
    buf_free(&common);
}

static const char *on_row(void *user, int64_t row, const struct table_cell *cells, size_t n)
{
    int64_t *last = user;
    if (row <= *last || n == 0)
        abort();
    *last = row;
    for (size_t i = 0; i < n; i++)
        if (cells[i].column <= (i ? cells[i - 1].column : 0) ||
            cells[i].text.n > JOB_SHEET_CELL_MAX)
            abort();
    return NULL;
}

static void read_all(struct str bytes)
{
    static struct xlsx x;
    struct arena arena;
    struct table_fault fault;
    size_t merges;
    arena_init(&arena, 64 << 20);
    if (!xlsx_open(&x, bytes, &arena))
        for (size_t i = 0; i < x.sheets_n && i < 3; i++) {
            int64_t last = 0;
            const struct table_sink sink = {on_row, &last};
            xlsx_read(&x, i, &sink, &merges, &fault);
        }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const names[] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                        "xl/styles.xml", "xl/sharedStrings.xml",
                                        "xl/worksheets/sheet1.xml"};
    struct str rest = str_n(p, n);
    struct buf files, directory;
    buf_init(&files, 1 << 22);
    buf_init(&directory, 1 << 16);
    add(&files, &directory, "_rels/.rels",
        STR("<Relationships><Relationship Id=\"b\" Type=\"x/officeDocument\" "
            "Target=\"xl/workbook.xml\"/></Relationships>"));
    for (size_t i = 0; i < 5; i++)
        add(&files, &directory, names[i], str_cut(rest, (char)0xFF, &rest));
    size_t begin = files.n;
    buf_put(&files, directory.p, directory.n);
    buf_z(&files, "PK\x05\x06");
    le(&files, 0, 4);
    le(&files, 6 | 6 << 16, 4);
    le(&files, directory.n, 4);
    le(&files, begin, 4);
    le(&files, 0, 2);
    if (buf_ok(&files) && buf_ok(&directory))
        read_all(str_n(files.p, files.n));
    buf_free(&files);
    buf_free(&directory);
    return 0;
}
