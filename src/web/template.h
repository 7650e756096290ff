/*
 * Templates: HTML files, compiled at start into a flat program, run over a view. Output is always
 * escaped for the place it stands in (text or a quoted attribute); there is no "raw".
 *
 *   {{ product.title }}            a value: strings escaped, ints plain, money and times formatted
 *   {{ show.starts_at | time "hm" }}   a filter; several may follow each other
 *   {{ "css/site.css" | asset }}       the address of an asset
 *   {% if a.b %} … {% elif not c %} … {% else %} … {% end %}
 *        also: a == "text", a != 3, a > 0, a < b, a and b, a or b   (and binds tighter than or)
 *   {% for p in products %} … {% empty %} … {% end %}   inside: loop.index (from 1), .first, .last
 *   {% t "shows.viewers" count=show.viewers %}          a text from locales/
 *   {% include "people/avatar.html" %}   {% include "hall/card.html" with product=p %}
 *   {% extends "web/layout.html" %}  {% block main %} … {% end %}     a name once a file
 *   {# a comment #}
 *
 * Filters: time STYLE (see i18n_time), number (12,345), decimal (money as 69.50, for forms), amount
 * (1,069.50, for columns), percent (of basis points: 1250 is 12.5%), upper, first (its first
 * character), json, url (percent-encoded, for a part of a path or query), asset. Money has members
 * .fen and .currency, a list .count. A value that is missing is empty, and false in a condition; so
 * are 0, "" and an empty list.
 *
 * Compile-time errors: unknown tag or filter, a value in an unquoted attribute, inside <script>,
 * <style> or a comment, in a tag or attribute name, in style, srcdoc or an on… attribute; branches
 * that end in different places of the page; a missing include; nesting over the limit. A value that
 * begins a URL attribute (href, src, action, formaction, poster, hx-get …) must be a path or
 * http(s) URL, else "#" is written; one after literal text needs the path or scheme decided by that
 * text.
 */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "web/i18n.h"
#include "web/view.h"

struct template;

enum {
    TEMPLATE_NEST_MAX = 24, /* if, for, block and include inside each other */
    TEMPLATE_OPS_MAX = 20000,
    TEMPLATE_MEMORY_MAX = 4 * 1024 * 1024,
};

/* Loads template source by name ("hall/product.html"); false when there is none. The bytes must
 * live as long as the template: its texts are parts of them. */
typedef bool template_source_fn(void *arg, struct str name, struct str *out);

/* Compiles a template, and what it extends, unless they are in `made` by their names, and puts them
 * there; all of them live as long as each other. ERR_SYNTAX with info->text
 * "hall/product.html:12: what is wrong" in `arena`. */
enum err template_compile(struct map *made, struct str name, template_source_fn *source, void *arg,
                          const struct template **out, struct arena *arena,
                          struct err_info *info) MUST_CHECK;
void templates_free(struct map *made); /* all that are in it, and the map */
/* Thread safe: a compiled template does not change. */
enum err template_run(const struct template *t, const struct view *v, enum lang lang,
                      struct arena *scratch, struct buf *out) MUST_CHECK;
/* Calls `see` for each text key that the template uses, without those of what it extends. */
void template_keys(const struct template *t, void (*see)(void *arg, struct str key), void *arg);
/* A source for template_compile() that reads the program's resources. */
bool template_resource(void *arg, struct str name, struct str *out);

#endif
