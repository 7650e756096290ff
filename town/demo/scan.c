#include "town/demo/scan.h"

#include "base/buf.h"

enum { SCAN_MAX = 8 * 1024, OBJECTS = 5, TEXT_MAX = 2 * 1024 };

/* A PDF string: brackets and the stroke are escaped. */
static void put_string(struct buf *b, const char *z)
{
    buf_u8(b, '(');
    for (; *z; z++) {
        if (*z == '(' || *z == ')' || *z == '\\')
            buf_u8(b, '\\');
        buf_u8(b, *z >= 0x20 && *z < 0x7F ? (uint8_t)*z : '?');
    }
    buf_u8(b, ')');
}

/* The page's drawing: a frame, a heading, lines below it. */
static void put_text(struct buf *b, const char *const lines[DEMO_SCAN_LINES])
{
    buf_z(b, "0.5 w 60 500 475 270 re S BT /F 20 Tf 90 720 Td ");
    for (int i = 0; i < DEMO_SCAN_LINES && lines[i]; i++) {
        put_string(b, lines[i]);
        buf_z(b, i == 0 ? " Tj /F 12 Tf 0 -44 Td " : " Tj 0 -26 Td ");
    }
    buf_z(b, "ET");
}

static void put_objects(struct buf *b, struct str text, size_t at[OBJECTS])
{
    static const char *const parts[OBJECTS - 1] = {
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        ("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>"
         "/Contents 5 0 R>>"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    };
    for (int i = 0; i < OBJECTS; i++) {
        at[i] = b->n;
        buf_printf(b, "%d 0 obj\n", i + 1);
        if (i < OBJECTS - 1)
            buf_z(b, parts[i]);
        else
            buf_printf(b, "<</Length %zu>>\nstream\n%.*s\nendstream", text.n, STR_ARG(text));
        buf_z(b, "\nendobj\n");
    }
}

enum err demo_scan_write(const char *const lines[DEMO_SCAN_LINES], struct object_new *out)
{
    struct buf b, text;
    size_t at[OBJECTS];
    buf_init(&text, TEXT_MAX);
    buf_init(&b, SCAN_MAX);
    put_text(&text, lines);
    buf_z(&b, "%PDF-1.4\n");
    put_objects(&b, str_n(text.p, text.n), at);
    size_t table = b.n;
    buf_printf(&b, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (int i = 0; i < OBJECTS; i++)
        buf_printf(&b, "%010zu 00000 n \n", at[i]);
    buf_printf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1,
               table);
    enum err e = buf_ok(&b) && buf_ok(&text) ? objects_write(str_n(b.p, b.n), out) : ERR_NOMEM;
    buf_free(&b);
    buf_free(&text);
    return e;
}
