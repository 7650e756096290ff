#include "job/pdf.h"

#include <qrencode.h>
#include <stdio.h>

#include "job/worker.h"

#define QR_QUIET 2 /* modules above and below; the paper's own white does the rest of the four */

static cairo_status_t to_output(void *user, const unsigned char *p, unsigned n)
{
    (void)user;
    work_put(p, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t to_nowhere(void *user, const unsigned char *p, unsigned n)
{
    (void)user, (void)p, (void)n;
    return CAIRO_STATUS_SUCCESS;
}

static cairo_t *open_with(cairo_write_func_t write)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        write, NULL, pdf_pt(PDF_WIDTH_MM), pdf_pt(PDF_HEIGHT_MM));
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cr;
}

cairo_t *pdf_open(void)
{
    return open_with(to_output);
}

cairo_t *pdf_open_nowhere(void)
{
    return open_with(to_nowhere);
}

bool pdf_close(cairo_t *cr)
{
    cairo_surface_t *surface = cairo_get_target(cr);
    cairo_status_t first = cairo_status(cr);
    cairo_surface_finish(surface);
    cairo_status_t last = cairo_surface_status(surface);
    if (first || last)
        fprintf(stderr, "cairo: %s\n", cairo_status_to_string(first ? first : last));
    cairo_destroy(cr);
    return !first && !last;
}

bool pdf_qr(cairo_t *cr, double at_x, double at_y, double side, const char *address)
{
    QRcode *qr = QRcode_encodeString8bit(address, 0, QR_ECLEVEL_M);
    if (!qr)
        return false;
    double module = side / (qr->width + 2 * QR_QUIET);
    for (int y = 0; y < qr->width; y++)
        for (int x = 0, n; x < qr->width; x += n ? n : 1) { /* a run of dark ones at a time */
            for (n = 0; x + n < qr->width && qr->data[y * qr->width + x + n] & 1;)
                n++;
            if (n)
                cairo_rectangle(cr, at_x + x * module, at_y + (y + QR_QUIET) * module, n * module,
                                module);
        }
    cairo_fill(cr);
    QRcode_free(qr);
    return true;
}
