/*
 * The route table: which row answers a method and a path. Patterns are split once; a request is
 * compared segment by segment, a literal segment beats {name}, {name} beats {rest*}.
 */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "web/web.h"

enum { ROUTER_SEGMENTS_MAX = 12, ROUTER_ROUTES_MAX = 1000 };

struct router;

struct router_param {
    struct str name, value; /* value decoded, in the request's arena */
};

struct router_match {
    const struct route *route; /* NULL: nothing answers this method */
    int index;                 /* of the route, dense */
    const char *module, *nav;
    bool is_work; /* of the module */
    size_t params_n;
    struct router_param params[WEB_PARAMS_MAX];
    unsigned allowed; /* bits of router_method(): what the path answers */
};

struct router *router_new(void);
void router_free(struct router *r);
/* ERR_EXISTS when method and pattern are taken, ERR_INVALID on a malformed pattern. The module and
 * its routes are borrowed for the router's life. */
enum err router_add(struct router *r, const struct web_module *module,
                    struct err_info *info) MUST_CHECK;
int router_count(const struct router *r);
const struct route *router_at(const struct router *r, int index);
/* `path` as sent, without the query. ERR_NOT_FOUND when no pattern fits, ERR_UNSUPPORTED when one
 * fits with other methods (out->allowed), ERR_SYNTAX on a broken escape. */
enum err router_match(const struct router *r, struct str method, struct str path,
                      struct arena *arena, struct router_match *out) MUST_CHECK;
/* "GET, HEAD, POST" */
const char *router_allow(unsigned allowed, struct arena *arena);

#endif
