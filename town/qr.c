#include "town/qr.h"

#include <qrencode.h>

#include "base/buf.h"
#include "web/html.h"

enum { QUIET = 4, SVG_MAX = 256 * 1024 };

/* The dark squares of a row, neighbours together. */
static void put_row(struct buf *b, const QRcode *code, int y)
{
    for (int x = 0; x < code->width;) {
        int from = x;
        while (x < code->width && code->data[y * code->width + x] & 1)
            x++;
        if (x > from)
            buf_printf(b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        x += x == from;
    }
}

static void put_code(struct buf *b, const QRcode *code, struct str label)
{
    int side = code->width + 2 * QUIET;
    buf_printf(b,
               "<svg class=\"qr\" role=\"img\" viewBox=\"0 0 %d %d\" width=\"240\" height=\"240\""
               " shape-rendering=\"crispEdges\" aria-label=\"",
               side, side);
    html_escape(label, b);
    buf_printf(b, "\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
               side, side);
    for (int y = 0; y < code->width; y++)
        put_row(b, code, y);
    buf_z(b, "\"/></svg>");
}

enum err qr_svg(struct arena *arena, struct str text, struct str label, struct str *out)
{
    struct buf b;
    if (text.n == 0 || text.n > QR_TEXT_MAX)
        return ERR_TOO_LARGE;
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
    if (!code)
        return ERR_NOMEM;
    buf_init(&b, SVG_MAX);
    put_code(&b, code, label);
    QRcode_free(code);
    *out = arena_str(arena, str_n(b.p, b.n));
    enum err e = buf_ok(&b) && out->p ? OK : ERR_NOMEM;
    buf_free(&b);
    return e;
}
