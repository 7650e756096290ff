/*
 * Templates: HTML files, compiled at start into a flat program, run over a view. Output is always
 * escaped for the place it stands in (text or a double-quoted attribute); there is no "raw".
 *
 *   {{ product.title }}            a value: strings escaped, ints plain, money and times formatted
 *   {{ show.starts_at | time "hm" }}   filters: time STYLE, number, percent, upper, first, json,
 * url
 *   {% if a.b %} … {% elif not c %} … {% else %} … {% end %}     also: a == "text", a != 3, a and
 * b, or
 *   {% for p in products %} … {% empty %} … {% end %}             inside: loop.index, loop.last
 *   {% t "shows.viewers" count=show.viewers %}                    a text from locales/
 *   {% include "people/avatar.html" %}   {% include "hall/card.html" with product=p %}
 *   {% extends "web/layout.html" %}  {% block main %} … {% end %}
 *   {# a comment #}
 *
 * Compile-time errors: unknown tag, a value in an unquoted attribute, inside <script> or <style>,
 * in a tag or attribute name, or in an on… attribute; a missing include; nesting over the limit. A
 * value in href, src, action, formaction or poster must be a path or http(s) URL, else "#" is
 * written.
 */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "web/i18n.h"
#include "web/view.h"

struct template;

/* Loads template source by name ("hall/product.html"); false when there is none. */
typedef bool template_source_fn(void *arg, struct str name, struct str *out);

enum err template_compile(struct str name, template_source_fn *source, void *arg,
                          struct template **out, struct arena *arena,
                          struct err_info *info) MUST_CHECK;
void template_free(struct template *t);
enum err template_run(const struct template *t, const struct view *v, enum lang lang,
                      struct arena *scratch, struct buf *out) MUST_CHECK;

#endif
