/* A QR code as SVG: what a buyer's other device scans. */
#ifndef TOWN_QR_H
#define TOWN_QR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { QR_TEXT_MAX = 512 };

/* Black on white whatever the page's colours, with the quiet zone. `label`: what it is, for who
 * does not see it. ERR_TOO_LARGE. */
enum err qr_svg(struct arena *arena, struct str text, struct str label, struct str *out) MUST_CHECK;

#endif
