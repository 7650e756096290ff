/*
 * A view: the tree of values that a handler fills and that leaves as HTML (through a template) or
 * as JSON (as it is). All nodes and strings live in the request's arena.
 *
 * Scalars keep their meaning, so that each form can say it well: money is {"fen":6900,"currency":
 * "CNY","text":"¥69.00"} in JSON and "¥69" on the page; a time is ISO 8601 UTC in JSON and the
 * town's zone on the page. Members keep the order in which they were put. A failed allocation
 * yields NULL nodes, every call accepts NULL, and the arena remembers the failure.
 */
#ifndef WEB_VIEW_H
#define WEB_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "store/db.h"

enum view_kind {
    VIEW_NULL,
    VIEW_BOOL,
    VIEW_INT,
    VIEW_STR,
    VIEW_MONEY, /* i: minor units, s: currency */
    VIEW_TIME,  /* i: UTC ms */
    VIEW_HTML,  /* trusted markup made by our own drawing code; never built from outside text */
    VIEW_OBJECT,
    VIEW_LIST,
};

struct view {
    enum view_kind kind;
    const char *name; /* member name inside an object, else NULL */
    struct str s;
    int64_t i;
    struct view *first, *last, *next;
    size_t count;
    struct arena *arena;
    bool page_only; /* left out of JSON (layout helpers, CSRF token) */
};

struct view *view_object(struct arena *a);
struct view *view_list(struct arena *a);

/* Members of an object. `name` must outlive the view (a literal). */
struct view *view_put_object(struct view *v, const char *name);
struct view *view_put_list(struct view *v, const char *name);
void view_put_str(struct view *v, const char *name, struct str s); /* copies */
void view_put_z(struct view *v, const char *name, const char *z);
void view_put_int(struct view *v, const char *name, int64_t i);
void view_put_bool(struct view *v, const char *name, bool b);
void view_put_money(struct view *v, const char *name, int64_t fen, const char *currency);
void view_put_time(struct view *v, const char *name, int64_t utc_ms);
void view_put_html(struct view *v, const char *name, struct str markup);
void view_put_null(struct view *v, const char *name);
struct view *view_add_object(struct view *list);
void view_add_str(struct view *list, struct str s);
/* Copies a row's columns into the object: names ending in _fen become money (name without _fen),
 * names ending in _at times, is_ names booleans, other cells by kind. NULL cells become null. */
void view_put_row(struct view *v, const struct rows *rs, size_t row);
void view_page_only(struct view *v, const char *name); /* marks a member as left out of JSON */

const struct view *view_get(const struct view *v, struct str name); /* NULL when absent */
void view_json(const struct view *v, struct buf *out);

#endif
