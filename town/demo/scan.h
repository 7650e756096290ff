/* Scans of the demo town's papers: small PDF files that say what they stand for. */
#ifndef TOWN_DEMO_SCAN_H
#define TOWN_DEMO_SCAN_H

#include "store/objects.h"

enum { DEMO_SCAN_LINES = 6 };

/* Writes one page of a few lines (printable ASCII; NULL ends them), not kept yet. */
enum err demo_scan_write(const char *const lines[DEMO_SCAN_LINES],
                         struct object_new *out) MUST_CHECK;

#endif
