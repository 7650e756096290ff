/* Inside web/: what a template is compiled into (template.c) and runs as (template_run.c). */
#ifndef WEB_TEMPLATE_OP_H
#define WEB_TEMPLATE_OP_H

#include "web/expr.h"
#include "web/html.h"
#include "web/template.h"

/* What pages have in common is compiled once. A page that extends a frame has only the bodies of
 * its blocks, each ending in END; the frame has a BLOCK op where one stands, over its own body:
 *
 *   frame  <main> BLOCK main→1 own body 1: </main>          page  main: body END
 *
 * Run, the frame's ops come first, and a BLOCK goes to the most derived page that has a body of
 * that name; only to one more derived than its own, so that it ends.
 *
 * if:  UNLESS→1 … JUMP→2  1: UNLESS→… … 2:        for:  FOR→1 body NEXT→body JUMP→2  1: empty  2:
 */
struct op {
    enum { LITERAL, WRITE, WRITE_TEXT, JUMP, UNLESS, FOR, NEXT, BIND, UNBIND, BLOCK, END } kind;
    enum html_place place;
    int to;
    int n;           /* of values or terms */
    struct str text; /* LITERAL; WRITE_TEXT: key; FOR: the variable; BLOCK: its name */
    const struct expr_value *values;
    const struct expr_term *terms;
};

struct part { /* a block */
    struct str name;
    struct html place; /* of the page, where it stands */
    int body;          /* its first op, of one that fills a frame's; else 0 */
    const struct part *next;
};

struct template
{
    struct arena arena;           /* everything below but ops */
    const struct template *frame; /* borrowed: what it extends */
    const struct part *parts;
    struct op *ops; /* malloc()ed */
    int ops_n, ops_cap;
};

/* The block of this name that stands in it or that it fills; not those of what it extends. */
const struct part *template_part(const struct template *t, struct str name);

#endif
