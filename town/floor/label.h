/*
 * A label's address, /l/CODE, as its QR code says it: short, the same in every language, and the
 * same for as long as there is the product.
 *
 *   product 1234 in hall 2  →  16j 2 q  →  /l/16j2q
 *                              │   │ └ a check: a mistyped letter is no other product
 *                              │   └ the hall, 0 for a label without one
 *                              └ the product's id
 *
 * Digits are of base 32, without i l o u; capitals and look-alikes are read as what they are meant.
 *
 * What is stored of a scan: one more for this product, this stand and this day of the town. Not
 * stored: who, from where, with what, at what time of the day; no cookie is set. So that a label
 * that is scanned again and again, or a program that runs through all addresses, is no crowd, the
 * addresses of visitors are kept in memory for some minutes (FLOOR_SCAN_…), and nowhere else; a
 * scan beyond leads to the product and is not counted. (The log, where it is kept at level info,
 * has a line a request, with its address, for labels as for every page.)
 */
#ifndef TOWN_FLOOR_LABEL_H
#define TOWN_FLOOR_LABEL_H

#include "store/writer.h"
#include "web/web.h"

enum {
    FLOOR_LABEL_CODE_MAX = 16,       /* with its NUL */
    FLOOR_SCAN_SAME_MS = 120 * 1000, /* one product by one address counts once in this time */
    FLOOR_SCAN_BURST = 60,           /* products by one address at once: a hall's wifi is one */
    FLOOR_SCAN_EVERY_MS = 2 * 1000,  /* and then one in this time */
    FLOOR_SCAN_ADDRESSES = 4096,     /* kept in memory; power of two */
};

/* hall: 1 to FLOOR_HALLS_MAX, or 0. */
void floor_label_code(int64_t product, int64_t hall, char out[FLOOR_LABEL_CODE_MAX]);
bool floor_label_read(struct str code, int64_t *product, int64_t *hall);

/* One visit more; stand: its id, or 0. Inside the writer's transaction. */
enum err floor_visit(struct tx *tx, int64_t product, int64_t stand) MUST_CHECK;

/* Between the two, requests may ask whether a scan counts. ERR_NOMEM. */
enum err floor_scans_start(void) MUST_CHECK;
void floor_scans_stop(void);
bool floor_scan_counts(const struct addr *peer, int64_t product);

#endif
