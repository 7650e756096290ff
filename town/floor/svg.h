/*
 * Plans of halls as people draw and upload them, made safe: SVG (https://www.w3.org/TR/SVG11) is a
 * program as much as a picture, so what came is parsed (expat) and written anew from what is on
 * the lists of svg.c; all else is left out with everything inside it.
 *
 *   taken      svg g path rect circle ellipse line polyline polygon text tspan; coordinates,
 *              transformations, plain colours and a few words of type and line, given as attributes
 *              or in style=""
 *   left out   scripts, styles, images, links of any kind, use, foreign objects, animation,
 * filters, url(), event handlers, attributes of other namespaces, comments refused    a document
 * type or entities, another root, no size, more than the limits below
 *
 * Classes of svg_classes[] stay, as "plan-wall": their colours then come from the page, so that a
 * plan that uses them is right in the dark too; "zh" and "en" are seen in that language only. An
 * element whose id is a stand's code is a *mark*: the body has \1 CODE \2 before it and \3
 * behind it (no XML has these characters), and its bounds are measured.
 */
#ifndef TOWN_FLOOR_SVG_H
#define TOWN_FLOOR_SVG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    SVG_BYTES_MAX = 1024 * 1024, /* of an upload */
    SVG_BODY_MAX = 512 * 1024,   /* of what is written */
    SVG_ELEMENTS_MAX = 6000,
    SVG_DEPTH_MAX = 24,
    SVG_MARKS_MAX = 400,
    SVG_UNITS_MAX = 100000, /* no coordinate is beyond */
    SVG_CODE_MAX = 7,       /* AAA-999 */
};

#define SVG_MARK_BEGINS '\1'
#define SVG_MARK_NAMED '\2'
#define SVG_MARK_ENDS '\3'

struct svg_box { /* hundredths of the plan's units */
    int64_t left, top, width, height;
};

struct svg_mark {
    struct str code; /* in the arena */
    struct svg_box box;
};

struct svg_plan {
    struct str body; /* what is inside <svg>; in the arena */
    struct svg_box box;
    bool is_themed;
    struct svg_mark *marks;
    size_t marks_n;
    int left_out; /* elements, links and event handlers */
};

/* ERR_SYNTAX when it is no XML, ERR_INVALID when it is no plan, ERR_TOO_LARGE beyond a limit; with
 * a key. */
enum err svg_clean(struct str bytes, struct arena *arena, struct svg_plan *out,
                   struct err_info *info) MUST_CHECK;

/* "A-03": one to three capitals, a hyphen, two or three digits. */
bool svg_is_code(struct str s);

extern const char *const svg_classes[];
extern const size_t svg_classes_n;

#endif
