/*
 * elsewhere: shows that run on other platforms (淘宝, 抖音, others). They are planned here, with
 * platform, link, room, host and products, and stand in the list of shows with the link; what they
 * sold comes in afterwards, in the sheet that the platform exports.
 *
 *         plan              report
 *   (none) ──▶ planned ──────────────▶ reported ──┐ report: a corrected sheet, the former stays
 *                 │  drop                  ▲      │ as history
 *                 ▼                        └──────┘
 *              dropped
 *
 * A sheet is read into a preview: each line with the show that it is of, or with what is wrong with
 * it. It is taken whole or not at all. What counts is as the platform reports it: nothing of it is
 * in the ledger, no order stands behind it, and the figures say so; their evidence leads to the
 * sheet.
 */
#ifndef TOWN_ELSEWHERE_ELSEWHERE_H
#define TOWN_ELSEWHERE_ELSEWHERE_H

#include "store/writer.h"
#include "town/figures/figures.h"
#include "town/transition.h"
#include "web/web.h"

enum {
    ELSEWHERE_ITEMS_MAX = 200, /* products of a show */
    ELSEWHERE_ROOM_MAX = 40,   /* characters */
    ELSEWHERE_LINK_MAX = 500,  /* bytes */
    ELSEWHERE_ROWS_MAX = 2000, /* of a sheet */
    ELSEWHERE_SHEET_BYTES = 8 << 20,
    ELSEWHERE_NEAR_MS = 3 * 3600 * 1000, /* a line is of a show that was planned so near to it */
    ELSEWHERE_PREVIEW_DAYS = 7,
    ELSEWHERE_PRUNE_MS = 3600 * 1000,
    ELSEWHERE_SHOWN = 100,
    ELSEWHERE_CHECK_SAYS = 20,
};

extern const struct web_module elsewhere_module;
extern const struct transition_table elsewhere_table;
extern const struct figure elsewhere_figures[];
extern const size_t elsewhere_figures_n;

/* The platforms' columns, out of the program; before anything is read. */
enum err elsewhere_load(struct err_info *info) MUST_CHECK;
void elsewhere_prepare(struct writer *w);

/* ---- for the demo's filler: in the command's transaction ---- */

struct elsewhere_new {
    const char *platform; /* "taobao" */
    struct str title_zh, title_en, room, link;
    int64_t host_id, starts_at;
};
enum err elsewhere_create(struct tx *tx, const struct elsewhere_new *n, int64_t *show) MUST_CHECK;
/* A sheet of one line, as the platform would write it: room, start, amount, pieces, orders,
 * viewers, peak. ERR_CONFLICT when it has a problem. */
struct elsewhere_told {
    const char *platform;
    struct str filename, texts[7];
};
enum err elsewhere_take(struct tx *tx, int64_t user, const struct elsewhere_told *told) MUST_CHECK;

enum err elsewhere_check(struct db *db, struct arena *arena,
                         void (*say)(void *arg, const char *line), void *arg,
                         int *violations) MUST_CHECK;

#endif
