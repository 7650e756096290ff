/*
 * What the jobs that draw have in common: an A4 page as PDF that goes to the job's output, and the
 * QR code of an address. Lengths in points, from the page's upper left corner.
 */
#ifndef JOB_PDF_H
#define JOB_PDF_H

#include <cairo-pdf.h>
#include <stdbool.h>

#define PDF_WIDTH_MM 210.0
#define PDF_HEIGHT_MM 297.0

static inline double pdf_pt(double mm)
{
    return mm * 72.0 / 25.4;
}

/* Ends in pdf_close(). */
cairo_t *pdf_open(void);
/* The same, drawn to nowhere: fonts are opened by being drawn with (worker.h, prepare). */
cairo_t *pdf_open_nowhere(void);
/* False, with a line on stderr, when something of the drawing failed. */
bool pdf_close(cairo_t *cr);
/* A square of that side with two of the code's modules white above and below; what is around it has
 * to be white too. False for an address that is too long for one. */
bool pdf_qr(cairo_t *cr, double x, double y, double side, const char *address);

#endif
